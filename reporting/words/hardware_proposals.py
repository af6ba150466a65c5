"""The proposal of each accelerator in words: what it replaces and why, what it would bring, what binds, where it does not pay."""

from __future__ import annotations

from dataclasses import replace

from reporting import units
from reporting.codesign import HOST, Projection
from reporting.document import Block, Text
from reporting.evidence import Evidence
from reporting.model import accelerators
from reporting.model.accelerators import Accelerators, Candidate
from reporting.words import hardware_charts, hardware_diagrams, hardware_facts, hardware_in_c, hardware_tables, whatif
from reporting.words.hardware_facts import inexact

NO_ENERGY = "No energy is shown anywhere, since none was measured."


def summary(found: Accelerators) -> list[Block]:
    """Say of the whole family, first of all, whether hardware pays, held against software on this CPU."""
    shown = [c for c in found.own if c.reference and not c.wrong]
    best, blocks = found.fastest, list[Block]()
    if not shown:
        return [
            Text("No accelerator of this family has a projection; the table of what is missing says why.", "warning")
        ]
    top = max(shown, key=lambda c: c.reference.speedup.value if c.reference else 0.0)
    assert top.reference is not None
    gain = f"{units.ratio(top.reference.speedup)} over {found.baseline} ({_took(top.reference)})"
    said = f"Projected, not measured: {top.name} behind {accelerators.REFERENCE} would bring {gain}"
    said += f", the most of {len(shown)} accelerators." if len(shown) > 1 else "."
    if best is not None:
        said += f" {_against(top, found)}"
    blocks.append(Text(said))
    losing = [c.name for c in shown if _standing(c, found) == accelerators.LOSES and not c.tentative]
    if losing:
        them = "No accelerator here beats" if len(losing) == len(shown) else f"{', '.join(losing)} would not beat"
        blocks.append(Text(f"{them} {_kinds(found)[0]}.", "warning"))
    beaten = hardware_in_c.beaten(found)
    blocks += [Text(beaten, "warning")] if beaten else []
    return [*blocks, Text(f"{' '.join(_method(found))} {NO_ENERGY}")]


def _method(found: Accelerators) -> list[str]:
    weaker = ", or where it promises less, that promise" if any(inexact(c.result) for c in found.candidates) else ""
    return [
        "Each design is executed, not drawn: upstream's own benchmark runs on its simulated core, cycle by cycle, and the "
        f"family's oracle{weaker} judges the answer. Its clock is that of the placed and routed design.",
        "The host's own part is timed with the accelerator's answers played back; what the interface costs is assumed, and "
        "the assumptions are in tables below.",
    ]


def _took(projection: Projection) -> str:
    """Return the seconds by which it stands against software; what the studies differ by is in their interval."""
    return f"{units.time_interval(projection.beside)} an iteration"


def _standing(candidate: Candidate, found: Accelerators) -> str:
    if candidate.reference is None or found.fastest is None:
        return ""
    return accelerators.against(candidate.reference, found.fastest)[0]


def _against(candidate: Candidate, found: Accelerators) -> str:
    """Return how a design stands against the fastest software, plainly, and against the fastest that goes one way on all machines."""
    if candidate.reference is None:
        return ""
    said = []
    for rung, other in zip(found.yardsticks, _kinds(found), strict=True):
        word, factor = accelerators.against(candidate.reference, rung)
        by = f"{units.significant(factor)}×"
        if word == accelerators.OPEN:
            said.append(f"It {word} {other}: the intervals overlap.")
        elif candidate.tentative:
            said.append(
                f"It is about {by} {hardware_tables.SIDES[word]} {other}; {candidate.tentative}, so no verdict."
            )
        else:
            said.append(f"It {word} {other} by {by}.")
    return " ".join(said)


def _kinds(found: Accelerators) -> list[str]:
    """Return what each yardstick is, with its name and its way: one that is fast by the CPU's own unit is named so."""
    kinds = ("the fastest software of this study", "the fastest of it that goes one way on all CPUs")
    each = zip(kinds, found.yardsticks, strict=False)
    return [
        f"{kind} ({hardware_tables.named(rung)}; {units.time_interval(rung.seconds)} an iteration, measured)"
        for kind, rung in each
    ]


def design(evidence: Evidence, found: Accelerators, candidate: Candidate) -> list[Block]:
    """Return all that a report says of one design that has a part of its own."""
    result = candidate.result
    blocks: list[Block] = [
        Text(f"{result.name}, an accelerator. {result.summary}", "heading"),
        Text(f"It replaces {result.replaces} of {found.baseline}. {result.justification}"),
        *projection(found, candidate),
    ]
    makers = (
        hardware_diagrams.diagram,
        hardware_facts.inputs_and_outputs,
        hardware_facts.registers,
        hardware_facts.utilisation,
        hardware_facts.timing,
        hardware_facts.work,
        hardware_facts.verified,
    )
    blocks += [block for make in makers if (block := make(result)) is not None]
    sweep = hardware_charts.interfaces(evidence, found, candidate)
    blocks += [sweep] if sweep else []
    if candidate.reference is not None:
        blocks += [
            whatif.by_interface(
                list(candidate.projections.values()), found.baseline, found.fastest, candidate.tentative
            )
        ]
        blocks += [replace(whatif.facts(candidate.reference), detail=True)]  # the sentences above say most of it
        blocks += [make(candidate.reference) for make in (whatif.terms, whatif.sensitivity)]
    return blocks


def projection(found: Accelerators, candidate: Candidate) -> list[Block]:
    """Return the projection of one design in words; or why there is none."""
    if candidate.wrong:
        return [
            Text(f"{candidate.name} has no projection: its answer is wrong ({_reason(candidate.wrong)}).", "warning")
        ]
    reference = candidate.reference
    if reference is None:
        return [Text(f"{candidate.name} has no projection: {candidate.lacking}.", "warning")]
    gain = reference.speedup
    said = (
        f"Projected, not measured: behind {accelerators.REFERENCE} it would bring {units.ratio(gain)} over {found.baseline} ({_took(reference)}). "
        f"{_host(found, candidate)} What binds: {whatif.NAMES[reference.binds]}, in {units.percent(reference.binding[reference.binds])} "
        f"of all draws. {_break_even(candidate)}"
    )
    said += f" {hardware_facts.ONE_SEED}" if candidate.one_seed else ""
    blocks: list[Block] = [Text(said.strip())]
    if gain.high < 1:
        blocks.append(
            Text(
                f"It loses to {found.baseline} itself: it would be {units.significant(1 / gain.value)}× slower.",
                "warning",
            )
        )
    if found.fastest is not None:
        loses = _standing(candidate, found) == accelerators.LOSES and not candidate.tentative
        style = "warning" if loses else ""
        blocks.append(Text(_against(candidate, found), style))
    beside = hardware_in_c.sentence(candidate, found)
    return [*blocks, Text(beside)] if beside else blocks


def _reason(wrong: str) -> str:
    return wrong.removeprefix(accelerators.WRONG).lstrip(": ").rstrip(".") or "the oracle did not accept it"


def _host(found: Accelerators, candidate: Candidate) -> str:
    """Say what the host's part takes, and what it alone allows."""
    reference = candidate.reference
    assert reference is not None
    said = (
        f"The host's part of the design takes {units.time_interval(reference.terms[HOST])} of an iteration, measured with the "
        f"accelerator's answers played back; it is another program than {found.baseline}. So no accelerator in its place "
        f"could bring more than {units.ratio(reference.cap)}"
    )
    others = (
        f"{units.ratio(accelerators.over(reference.host, rung.seconds))} over {rung.run.name}, whose whole iteration takes "
        f"{units.time_interval(rung.seconds)}"
        for rung in found.yardsticks
    )
    return ", or ".join((said, *others)) + "."


def _break_even(candidate: Candidate) -> str:
    reference = candidate.reference
    assert reference is not None
    least = reference.break_even_bytes
    if least is None:
        return ""
    if least.value == float("inf"):
        return "A call never pays, whatever its size."
    each = hardware_facts.each(reference.inputs.payload, candidate.result.calls)
    return f"A call pays from {whatif.least_size(reference)}; here one works on {each}."
