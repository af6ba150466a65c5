"""The study as plain tables, one row an observation: what a spreadsheet filters, sorts and draws.

Every report has these numbers among its sections, arranged for reading. Here they stand one below the other, with
their build and variant in columns of their own. Means and intervals come from compare.py; nothing is computed twice.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from statistics import fmean

from bench.model import Measurement
from reporting import units
from reporting.compare import Comparison, Speed, frame_kind, hottest
from reporting.document import Cell, Table
from reporting.evidence import Evidence, Run
from reporting.measures import derived, interpreter
from reporting.statistics import Interval
from reporting.words import provenance
from reporting.words.tables import NOT_RECORDED, estimate, missing, share_of, text

SHOWN = 10  #: functions per variant, build and language
SOURCES = (derived.PMU, "software event", derived.SIMULATED, "rusage")  #: of what counts as a counter
NONE = Cell("", None)
BLOCKS = (
    "Seconds per iteration, without warm-ups. All processes of a block ran one after the other, in random order, with the "
    "same hash seed and environment. No process is left out."
)
REGION = (
    "PMU and software events: of the measured region, per iteration. Simulated: on a simulated CPU, per unit of work."
)
WHOLE = "Of whole processes, as the archive that was adopted has them: start-up is in them."
MEANS = (
    " Means over the runs. Counted: share of the time in which the counter was counting. Numbers of different sources are "
    "not to be compared."
)
Row = tuple[Cell, ...]


def tables(evidence: Evidence, judged: Table) -> tuple[Table, ...]:
    """Return all of them, first what was judged (as by summary()); their keys name the sheets of a workbook."""
    first = replace(judged, key="summary")
    found = (first, timing(evidence), counters(evidence), hot_functions(evidence), environment(evidence))
    return tuple(table for table in found if table.rows)


def summary(comparisons: Sequence[Comparison]) -> Table:
    """One row per variant and build: time, speedup and verdict; the fastest first."""
    rows = [
        (text(units.build_name(c.build)), text(speed.run.label), *_judged(speed))
        for c in comparisons
        for speed in sorted(c.speeds, key=_fastest_first)
    ]
    return Table(
        "Verdicts",
        ("build", "variant", "time", "±", "speedup", "verdict", "p", "n"),
        tuple(rows),
        caption="Time of an iteration and speedup over the baseline, with 95 % intervals. ±: how far the interval of the "
        "time reaches at most, as a share of it. p: paired by block, corrected for the number of variants (Holm). n: processes.",
        key="summary",
    )


def _fastest_first(speed: Speed) -> tuple[bool, float]:
    return speed.speedup is None or speed.unchecked, -(speed.speedup.value if speed.speedup else 0.0)


def _judged(speed: Speed) -> Row:
    why = f"{speed.run.name}: {speed.reason}" if speed.reason else ""
    if speed.seconds is None:
        return (
            missing(why),
            missing(why),
            missing(why),
            Cell(speed.verdict, speed.verdict),
            missing(why),
            missing(why),
        )
    if speed.verdict == "baseline":
        ratio = Cell("1×", 1.0, unit="×")
    else:
        ratio = estimate(units.ratio(speed.speedup), speed.speedup, "×") if speed.speedup else missing(why)
    return (
        estimate(units.seconds(speed.seconds.value), speed.seconds, "s"),
        _reach(speed.seconds),
        ratio,
        Cell(speed.verdict, speed.verdict, why),
        NONE if speed.verdict == "baseline" else _probability(speed.p, why),
        Cell(str(speed.processes), speed.processes),
    )


def _reach(of: Interval) -> Cell:
    """Return how far an interval reaches from its value, as a share of it."""
    if math.isnan(of.low):
        return missing("one process has no interval")
    share = max(of.high - of.value, of.value - of.low) / of.value
    return Cell(units.percent(share), share, unit="%")


def _probability(p: float, why: str) -> Cell:
    return missing(why or "not tested") if math.isnan(p) else Cell("< 0.0001" if p < 1e-4 else f"{p:.2g}", p)


def timing(evidence: Evidence) -> Table:
    """One row per timed process: where it stood in the order of the study, its mean, and all of its values."""
    rows: list[Row] = []
    most = 0
    for build in evidence.builds:
        for label, processes in _timed(evidence, build):
            for number, (block, values) in enumerate(processes.items(), 1):
                mean, most = fmean(values), max(most, len(values))
                where = NONE if block < 0 else Cell(str(block), block)
                head = (text(units.build_name(build)), text(label), where, Cell(str(number), number), _seconds(mean))
                rows.append((*head, *map(_seconds, values)))
    columns = ("build", "variant", "block", "process", "mean", *(f"value {i}" for i in range(1, most + 1)))
    return Table(
        "Every timed process",
        columns,
        tuple((*row, *[NONE] * (len(columns) - len(row))) for row in rows),
        caption=WHOLE if evidence.study.adopted else BLOCKS,
        key="timing",
    )


def _timed(evidence: Evidence, build: str) -> Iterator[tuple[str, dict[int, tuple[float, ...]]]]:
    """Yield (label, block -> values) of all that was timed in the blocks of one build."""
    for run in evidence.runs:
        yield run.label, run.processes(build)
        if run is evidence.baseline:
            yield f"{run.name} (control)", run.processes(build, "time of the control")
            yield evidence.study.limit[0] or "limit", run.processes(build, "time of the limit")


def _seconds(value: float) -> Cell:
    return Cell(units.seconds(value), value, unit="s")


def counters(evidence: Evidence) -> Table:
    """One row per counter, variant, build and source, what is missing included."""
    rows = [
        (text(units.build_name(build)), text(run.label), text(m.metric), text(m.source), *_counted(m))
        for build in evidence.builds
        for run in evidence.runs
        for m in run.measurements
        if m.build == build and m.source in SOURCES
    ]
    return Table(
        "Counters",
        ("build", "variant", "counter", "source", "value", "unit", "runs", "counted", "why it is missing"),
        tuple(rows),
        caption=(WHOLE if evidence.study.adopted else REGION) + MEANS,
        key="counters",
    )


def _counted(found: Measurement) -> Row:
    unit = text(found.unit or "per iteration")
    if not found.values:
        return (NONE, unit, NONE, NONE, text(found.missing or "not counted"))
    average = fmean(found.values)
    return (
        Cell(units.significant(average), average),
        unit,
        Cell(str(len(found.values)), len(found.values)),
        Cell(units.percent(found.counted / 100), found.counted / 100, unit="%"),
        NONE,
    )


def hot_functions(evidence: Evidence) -> Table:
    """One row per function: the hottest of every variant and build, of Python and of C."""
    rows = [
        (text(units.build_name(build)), text(run.label), *row)
        for build in evidence.builds
        for run in evidence.runs
        for row in (*_of_python(run, build), *_of_c(run, build))
    ]
    return Table(
        "Hot functions",
        ("build", "variant", "language", "function", "kind", "self", "inclusive"),
        tuple(rows),
        caption=f"The {SHOWN} hottest functions each. Self: share of the samples that end in the function; inclusive: that "
        "have it anywhere. Intervals: over the sampled processes for Python, the sampling error of one process for C.",
        key="hot functions",
    )


def _of_python(run: Run, build: str) -> Iterator[Row]:
    if run.stacks.get(build):
        for hot in hottest(run, build, SHOWN):
            shares = (estimate(share_of(share), share, "%") for share in (hot.own, hot.inclusive))
            yield (text("Python"), text(hot.name), text(frame_kind(hot.name)), *shares)


def _of_c(run: Run, build: str) -> Iterator[Row]:
    if run.native.get(build):
        for hot, kind in interpreter.hottest(run.native[build], SHOWN):
            shares = (estimate(share_of(share), share, "%") for share in (hot.own, hot.inclusive))
            yield (text("C"), text(hot.name), text(kind), *shares)


def environment(evidence: Evidence) -> Table:
    """One row per fact about the study, the machine and the interpreters."""
    study = evidence.study
    facts = {
        "timestamp": study.timestamp,
        "commit": study.commit or NOT_RECORDED,
        "size of the workload": study.size,
        "duration": units.seconds(study.seconds) if study.seconds else NOT_RECORDED,
    }
    rows: list[Row] = [(text("study"), text(fact), text(value)) for fact, value in facts.items()]
    rows += [(text("machine"), *row) for row in provenance.host(evidence).rows]
    about = provenance.interpreters(evidence)
    for index, build in enumerate(about.columns[1:], 1):
        rows += [(text(f"interpreter, {build}"), row[0], row[index]) for row in about.rows]
    rows = [(*row[:2], replace(row[2], note="")) for row in rows]  # the dash says it
    return Table("Environment", ("about", "fact", "value"), tuple(rows), numeric=False, key="environment")
