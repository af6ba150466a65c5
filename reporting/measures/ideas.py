"""What each idea of a variant is worth: the variant without it over the variant as it is, timed side by side."""

from __future__ import annotations

import math

from bench.model import Measurement
from reporting import units
from reporting.document import Block, Cell, Table
from reporting.evidence import Evidence, Run
from reporting.measures.ladder import over_processes
from reporting.measures.verdicts import SMALLEST_BAND
from reporting.statistics import Interval
from reporting.words import tables
from reporting.words.tables import estimate, missing, text

WITHOUT = "without "  #: how the metrics begin


def known(found: Measurement) -> bool:
    """Whether a measurement is one of an idea."""
    return found.metric.startswith(WITHOUT) and "idea" in found.detail


def reach(ratio: Interval) -> str:
    """Say where the interval of an idea's worth lies. ratio: time without it over time with it. No verdict: see above."""
    if math.isnan(ratio.low):
        return "one process"
    if ratio.low > 1 + SMALLEST_BAND:
        return "slower"
    if ratio.high < 1 / (1 + SMALLEST_BAND):
        return "faster"
    return "no difference above 1 %" if _within(ratio) else "open"


def _within(ratio: Interval) -> bool:
    return ratio.low >= 1 / (1 + SMALLEST_BAND) and ratio.high <= 1 + SMALLEST_BAND


def blocks(evidence: Evidence, run: Run) -> list[Block]:
    """Return the table of a variant's ideas, for each build that has one."""
    found: list[Block] = []
    for build in evidence.builds:
        measured = [m for m in run.measurements if m.build == build and known(m)]
        if measured:
            found.append(_table(evidence, run, build, measured))
    return found


def _table(evidence: Evidence, run: Run, build: str, measured: list[Measurement]) -> Table:
    number = max(len(m.values) for m in measured)
    caption = (
        f"Each idea switched off alone, {units.count(number, 'process')} on {tables.python(evidence, build)}: the time without it over the time with it, both in "
        "one process, with its 95 % interval over processes. Without it: slower or faster where the whole interval lies "
        "beyond 1 %, open where it reaches across. No verdict, for which these are too few processes, and not corrected "
        "for the number of ideas. Ideas overlap, so their worths do not multiply."
    )
    columns = ("idea", "what it is", "without it", "then it is", "off is")
    rows = tuple(_row(run, m) for m in measured)
    return Table(
        f"What each idea of {run.name} is worth ({tables.short(build)})", columns, rows, caption,
        numeric=False, key=f"ideas:{run.name}:{build}",
    )  # fmt: skip


def _row(run: Run, found: Measurement) -> tuple[Cell, ...]:
    detail = found.detail
    name, off = text(detail["idea"]), text(detail.get("off", ""))
    if not found.values:
        gone = missing(f"{run.name} without {detail['idea']}: {found.missing or 'not measured'}")
        return (name, text(detail.get("summary", "")), gone, gone, off)
    ratio = over_processes(found.values)
    shown = estimate(units.ratio(ratio), ratio, "×")
    return (name, text(detail.get("summary", "")), shown, text(reach(ratio)), off)
