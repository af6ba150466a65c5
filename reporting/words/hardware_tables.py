"""The tables of all accelerators of a family side by side: designs, the design space, tools, what is missing."""

from __future__ import annotations

from reporting import units
from reporting.codesign import HOST
from reporting.document import Cell, Table
from reporting.measures.verdicts import MINIMUM_PROCESSES
from reporting.model import accelerators
from reporting.model.accelerators import BEATS, LOSES, OPEN, Accelerators, Candidate, Measured
from reporting.model.interfaces import PRESETS
from reporting.words import hardware_doubts, hardware_facts, tables
from reporting.words.tables import estimate, missing, text

WORDS = {BEATS: "beats it", LOSES: "loses to it", OPEN: "cannot be told"}
SIDES = {BEATS: "above", LOSES: "below"}  #: of what earns no verdict


def designs(found: Accelerators) -> Table:
    """The accelerators that have parts of their own, in one line each."""
    rows = tuple(
        (
            text(c.name), hardware_facts.area_cell(c.result, "LUT4"), hardware_facts.clock_cell(c.result),
            hardware_facts.cycles_cell(c.result), _speedup(c), *(_against(c, rung) for rung in found.yardsticks or (None,)),
        )
        for c in found.own
    )  # fmt: skip
    best = found.fastest
    against = [f"against {rung.run.name}" for rung in found.yardsticks] or ["against software"]
    caption = (
        f"Cycles: of one iteration, simulated. Speedup: projected, over {found.baseline}, behind {accelerators.REFERENCE}: "
        f"{PRESETS[accelerators.REFERENCE].summary}. {hardware_facts.BARE} {_device(found)} {hardware_facts.CHOSEN}"
    )
    caption += f" {named(best)} is the fastest software, measured at {units.ratio(best.speedup)}." if best else ""
    columns = ("design", "LUT4", _clock_header(found), "cycles", "projected speedup", *against)
    return Table("The accelerators", columns, rows, caption, source=accelerators.PROJECTED, key="designs")


def _device(found: Accelerators) -> str:
    """Say what the device lacks that the designs were placed on, for the interface; empty where none was placed."""
    return next(filter(None, (hardware_facts.elsewhere(result) for result in found.study.results)), "")


def _clock_header(found: Accelerators) -> str:
    return hardware_facts.clock_header(found.study.results)


def _speedup(candidate: Candidate) -> Cell:
    if candidate.wrong:
        return missing(f"{candidate.name}: {candidate.wrong}")
    if candidate.reference is None:
        return missing(f"{candidate.name}: {candidate.lacking}")
    speedup = candidate.reference.speedup
    return estimate(units.ratio(speedup), speedup, "×", hardware_facts.ONE_SEED if candidate.one_seed else "")


def _against(candidate: Candidate, rung: Measured | None) -> Cell:
    if candidate.wrong:
        return Cell("wrong answer", "wrong answer", f"{candidate.name}: {candidate.wrong}")
    if candidate.reference is None or rung is None:
        why = candidate.lacking or "there is no measured software to hold it against"
        return missing(f"{candidate.name}: {why}")
    word, factor = accelerators.against(candidate.reference, rung)
    if word == OPEN:
        return text(WORDS[word])
    if candidate.tentative:
        return text(f"about {units.significant(factor)}× {SIDES[word]}, {candidate.tentative}")
    return text(f"{WORDS[word]} by {units.significant(factor)}×")


def host_bound(found: Accelerators) -> Table | None:
    """What the host's own part of each design allows at most, over the baseline and over software's whole job."""
    shown = [c for c in found.own if c.reference and not c.wrong]
    if not shown:
        return None
    marks = found.yardsticks
    rows = tuple(
        (
            text(c.name),
            estimate(units.time_interval(c.reference.terms[HOST]), c.reference.terms[HOST], "s"),
            *(
                estimate(units.ratio(bound), bound, "×")
                for bound in (c.reference.cap, *(accelerators.over(c.reference.host, m.seconds) for m in marks))
            ),
        )
        for c in shown
        if c.reference
    )
    columns = ("design", "host's part", found.baseline, *(m.run.name for m in marks))
    caption = (
        "The host's part of each design, measured with the accelerator's answers played back: another program than the "
        "baseline. Under a variant's name: the speedup over it that even an accelerator of infinite speed, behind an "
        "interface that costs nothing, could not pass; below 1 the software has finished the whole job before. Seconds "
        "are held against seconds, and what the two studies differ by is in the interval."
    )
    whole = "; ".join(f"{named(m)}, {units.time_interval(m.seconds)}" for m in marks)
    caption += f" Whole iterations, measured: {whole}." if whole else ""
    title = "What the host's part alone allows"
    return Table(title, columns, rows, caption, source=accelerators.PROJECTED, key="host-bound")


def named(rung: Measured) -> str:
    """Return the name of a rung, with the way that it went on this machine."""
    return f"{rung.run.name} ({rung.way})" if rung.way else rung.run.name


def space(found: Accelerators) -> Table | None:
    """Every point of the design space, with what was varied; None where there are only designs of their own."""
    if len(found.candidates) == len(found.own):
        return None
    names = list(dict.fromkeys(name for c in found.candidates for name in c.result.parameters))
    rows = tuple(
        (
            text(c.name),
            *(text(c.result.parameters.get(name, "")) for name in names),
            *(hardware_facts.area_cell(c.result, kind) for kind in hardware_facts.KINDS),
            hardware_facts.clock_cell(c.result),
            hardware_facts.cycles_cell(c.result),
            _speedup(c),
            _against(c, found.fastest),
        )
        for c in found.candidates
    )
    best = found.fastest
    columns = (
        "design", *names, *hardware_facts.KINDS, _clock_header(found), "cycles", "projected speedup", f"against {best.run.name}" if best else "against software",
    )  # fmt: skip
    caption = (
        f"Each point was executed and placed as the others were. Speedup: projected, behind {accelerators.REFERENCE}. "
        f"{hardware_facts.BARE} {hardware_facts.CHOSEN}"
    )
    if any(c.tentative for c in found.candidates if c.reference):
        caption += f" What is of one seed or of fewer than {MINIMUM_PROCESSES} processes earns no verdict. "
        caption += hardware_facts.ONE_SEED if any(c.one_seed for c in found.candidates) else ""
    return Table("The design space", columns, rows, caption, source=accelerators.PROJECTED, key="space")


def toolchain(found: Accelerators) -> Table:
    """What did each stage, on which device and machine."""
    study = found.study
    tools = dict.fromkeys((stage, tool) for result in study.results for stage, tool in result.tools.items())
    devices = dict.fromkeys(result.device for result in study.results if result.device)
    seeds = max((len(s) for result in study.results for s in result.clocks.values()), default=0)
    cpu = str(study.host.get("cpu") or study.host.get("architecture") or tables.NOT_RECORDED)
    rows = [
        ("hardware study", f"{study.timestamp}, size {study.size}"),
        ("commit", study.commit or tables.NOT_RECORDED),
        *((stage, tool) for stage, tool in tools),
        ("device", ", ".join(devices) or "none placed"),
        ("seeds of the placer", f"up to {seeds} for a design and speed grade"),
        ("machine that simulated and timed", cpu),
        ("load as that began", hardware_doubts.load(study) or tables.NOT_RECORDED),
        ("took", units.seconds(study.seconds)),
        ("description", ", ".join(dict.fromkeys(result.source for result in study.results))),
        *((f"RTL of {c.name}", f"sha256 {c.result.rtl}") for c in found.own if c.result.rtl),
    ]
    return Table(
        "How the designs were taken through the tools", ("what", "which"), tuple((text(a), text(b)) for a, b in rows),
        numeric=False, key="hardware-tools",
    )  # fmt: skip


def absent(found: Accelerators) -> Table | None:
    """What was not found about a design, why, and the command that would fix it."""
    rows = tuple(
        (text(c.name), text(stage), text(why), text(command))
        for c in found.candidates
        for stage, (why, command) in c.result.missing.items()
    )
    if not rows:
        return None
    columns = ("design", "stage", "why it is missing", "what would fix it")
    title = "What is missing of the accelerators"
    return Table(title, columns, rows, numeric=False, code=("what would fix it",), key="hardware-missing")
