"""The proposal of each accelerator in words: what it replaces and why, what it would bring, what binds, where it does not pay."""

from __future__ import annotations

from dataclasses import replace

from reporting import accelerators, units
from reporting.accelerators import Accelerators, Candidate
from reporting.document import Block, Text
from reporting.words import hardware_charts, hardware_diagrams, hardware_facts, tables, whatif

NO_ENERGY = "No energy is shown anywhere, since none was measured."


def summary(found: Accelerators) -> list[Block]:
    """Say of the whole family, first of all, whether hardware pays, held against compiled software on this CPU."""
    shown = [c for c in found.own if c.reference and not c.wrong]
    best, blocks = found.fastest, list[Block]()
    if not shown:
        return [
            Text("No accelerator of this family has a projection; the table of what is missing says why.", "warning")
        ]
    top = max(shown, key=lambda c: c.reference.speedup.value if c.reference else 0.0)
    assert top.reference is not None
    gain = f"{units.ratio(top.reference.speedup)} over {found.baseline}"
    said = f"Projected, not measured: {top.name} behind {accelerators.REFERENCE} would bring {gain}"
    said += f", the most of {len(shown)} accelerators." if len(shown) > 1 else "."
    if best is not None:
        said += f" {_against(top, found)}"
    blocks.append(Text(said))
    losing = [c.name for c in shown if _standing(c, found) == accelerators.LOSES]
    if best is not None and losing:
        them = "No accelerator here beats" if len(losing) == len(shown) else f"{', '.join(losing)} would not beat"
        blocks.append(Text(
            f"{them} compiled software: {best.run.name}, on this same CPU, is measured at {units.ratio(best.speedup)}.", "warning"
        ))  # fmt: skip
    return [*blocks, Text(f"{' '.join(_method(found))} {NO_ENERGY}")]


def _method(found: Accelerators) -> list[str]:
    return [
        "Each design is executed, not drawn: upstream's own benchmark runs on its simulated core, cycle by cycle, and the "
        "family's oracle judges the answer. Its clock is that of the placed and routed design.",
        "The host's own part is timed with the accelerator's answers played back; what the interface costs is assumed, and "
        "the assumptions are in tables below.",
    ]


def _standing(candidate: Candidate, found: Accelerators) -> str:
    if candidate.reference is None or found.fastest is None:
        return ""
    return accelerators.standing(candidate.reference.speedup, found.fastest.speedup, found.band)[0]


def _against(candidate: Candidate, found: Accelerators) -> str:
    """Return how a design stands against the fastest software, plainly."""
    best = found.fastest
    if candidate.reference is None or best is None:
        return ""
    word, factor = accelerators.standing(candidate.reference.speedup, best.speedup, found.band)
    other = f"compiled software on this CPU ({best.run.name}, {units.ratio(best.speedup)}, measured)"
    if word == accelerators.OPEN:
        return f"It {word} {other}: the intervals overlap."
    return f"It {word} {other} by {units.significant(factor)}×."


def design(found: Accelerators, candidate: Candidate) -> list[Block]:
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
    sweep = hardware_charts.interfaces(found, candidate)
    blocks += [sweep] if sweep else []
    if candidate.reference is not None:
        blocks += [whatif.by_interface(list(candidate.projections.values()))]
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
        f"Projected, not measured: behind {accelerators.REFERENCE} it would bring {units.ratio(gain)} over {found.baseline}. "
        f"{_share(candidate)} What binds: {whatif.NAMES[reference.binds]}, in {units.percent(reference.binding[reference.binds])} "
        f"of all draws. {_break_even(candidate)}"
    )
    blocks: list[Block] = [Text(said.strip())]
    if gain.high < 1:
        blocks.append(
            Text(
                f"It loses to {found.baseline} itself: it would be {units.significant(1 / gain.value)}× slower.",
                "warning",
            )
        )
    if found.fastest is not None:
        style = "warning" if _standing(candidate, found) == accelerators.LOSES else ""
        blocks.append(Text(_against(candidate, found), style))
    return blocks


def _reason(wrong: str) -> str:
    return wrong.removeprefix(accelerators.WRONG).lstrip(": ").rstrip(".") or "the oracle did not accept it"


def _share(candidate: Candidate) -> str:
    reference = candidate.reference
    assert reference is not None
    share, cap = tables.share_of(reference.share), units.ratio(reference.cap)
    return (
        f"By ablation, what it takes over is {share} of the baseline's time, so no accelerator of that part could bring more "
        f"than {cap}."
    )


def _break_even(candidate: Candidate) -> str:
    reference = candidate.reference
    assert reference is not None
    least = reference.break_even_bytes
    if least is None:
        return ""
    if least.value == float("inf"):
        return "A call never pays, whatever its size."
    per_call = candidate.result.sent / max(candidate.result.calls, 1)
    return f"A call pays from {units.significant(least.value)} bytes {units.bracket(least)} on; here one sends {units.significant(per_call)}."
