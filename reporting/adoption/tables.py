"""The tables of an adopted study: whole processes, nothing ranked, and what was scaled or is missing marked in place."""

from __future__ import annotations

from statistics import fmean

from bench.model import Listing, Measurement
from reporting import units
from reporting.compare import Comparison, Speed
from reporting.document import Block, Cell, Table, Text
from reporting.evidence import Evidence, Run
from reporting.words import tables
from reporting.words.listings import slug
from reporting.words.tables import estimate, missing, text

FULLY = 95.0  #: per cent of the time; a counter that counted less is flagged
TIMES = ("time", "user time", "system time")
NOTHING_CHECKED = "adopted: nothing checked that the variants do the same job"
INTERVALS = (
    "Intervals are 95 % bootstrap intervals over the runs in the archive and nothing beyond them: in which order "
    "and on how quiet a machine these ran is not recorded."
)


def detail(run: Run, build: str) -> dict[str, list[str]]:
    """Return what the reader of the files noted beside the times: runs, commands, notes."""
    found = run.find(build, "time")
    return dict(found.detail) if found else {}


def runs(number: int) -> str:
    return f"{number} run{'' if number == 1 else 's'}"


def listed(run: Run, listing: Listing) -> Table:
    rows = tuple(tuple(tables.cell(value) for value in row) for row in listing.rows)
    words = all(isinstance(value, str) for row in listing.rows for value in row)
    caption = f"{listing.caption} Source: {listing.source}."
    key = f"{slug(listing.title)}:{run.name}"
    return Table(f"{listing.title}: {run.name}", listing.columns, rows, caption, numeric=not words, key=key)


def performance(evidence: Evidence, c: Comparison) -> Table:
    columns = ("variant", "time, whole process", "relative speed", "verdict", "runs", "user time", "system time")
    return Table(
        "Variants by metrics (adopted)", columns,
        tuple((text(speed.run.name), *_row(speed)) for speed in c.speeds),
        caption="From perf stat, whole processes, start-up included; in the archive's order, not ranked, with 95 % intervals over its runs.",
        key=f"performance:{c.build}",
    )  # fmt: skip


def _row(speed: Speed) -> tuple[Cell, ...]:
    if speed.seconds is None:
        return (missing(f"{speed.run.name}: {speed.reason}"),) * 6
    if speed.verdict == "baseline":
        ratio = Cell("1×", 1.0)
    elif speed.speedup is None:
        ratio = missing(speed.reason)
    else:
        ratio = estimate(units.ratio(speed.speedup), speed.speedup, "×", NOTHING_CHECKED)
    return (
        estimate(units.time_interval(speed.seconds), speed.seconds, "s"),
        ratio,
        text("baseline" if speed.verdict == "baseline" else "unchecked"),
        Cell(str(speed.processes), speed.processes),
        *(_mean(speed.run.find(speed.build, metric), speed.run) for metric in TIMES[1:]),
    )


def _mean(found: Measurement | None, run: Run) -> Cell:
    if found is None or not found.values:
        return missing(f"{run.name}: {found.missing if found else 'not in its files'}")
    average = fmean(found.values)
    return Cell(units.seconds(average), average, unit="s")


def counters(evidence: Evidence, build: str) -> Block:
    """Counters of whole processes: one row a counter, one column a variant."""
    names: dict[str, Measurement] = {}
    for run in evidence.runs:
        for m in run.measurements:
            if m.build == build and m.metric not in TIMES:
                names.setdefault(m.metric, m)
    if not names:
        return Text("No file of the archive holds a counter that could be read.", "warning")
    rows = []
    for metric, first in names.items():
        found = [run.find(build, metric) for run in evidence.runs]
        unit = next((m.unit for m in found if m and m.unit), first.unit)
        sources = text(", ".join(sorted({m.source for m in found if m})))
        scaled = _scaled(metric, [m for m in found if m and m.values])
        cells = (_counter(run, build, m, scaled) for run, m in zip(evidence.runs, found, strict=True))
        rows.append((text(f"{metric} ({unit})" if unit else metric), sources, *cells))
    return Table(
        "Counters of whole processes (adopted)", ("counter", "source", *(run.name for run in evidence.runs)), tuple(rows),
        caption="Mean over the runs that printed it, start-up included, not divided by anything. A dash is missing, never "
        f"zero; * was counted less than {FULLY:.0f} % of the time and scaled by perf.",
        tags=("source",),
        key=f"counters:{build}",
    )  # fmt: skip


def _scaled(metric: str, found: list[Measurement]) -> str:
    """Say in one note for all variants how much of the time a counter was counted, where that is not nearly all."""
    shares = sorted(m.counted for m in found if m.counted < FULLY)
    if not shares:
        return ""
    low, high = f"{shares[0]:.2f}", f"{shares[-1]:.2f}"
    return f"{metric} was counted {low if low == high else f'{low}–{high}'} % of the time, and scaled by perf"


def _counter(run: Run, build: str, found: Measurement | None, scaled: str) -> Cell:
    if found is None:
        used = detail(run, build).get("runs")
        timing = run.find(build, "time")
        why = "not in its files" if used else timing.missing if timing else run.outcome(build).reason
        return missing(f"{run.name}: {why}")
    if not found.values:
        return missing(f"{found.source}: {found.missing}")
    average = fmean(found.values)
    notes = []
    if found.counted < FULLY:
        notes.append(scaled)
    if found.detail.get("user_only"):
        notes.append(f"{found.metric} was counted in user space only")
    if found.detail.get("scope"):
        notes.append(f"{run.name} was counted otherwise: {found.detail['scope']}")
    if len(found.values) != detail(run, found.build).get("runs", len(found.values)):
        notes.append(f"{found.metric} of {run.name} was printed by {runs(len(found.values))} only")
    note = "; ".join(notes)
    return Cell(units.significant(average) + ("*" if found.counted < FULLY else ""), average, note, unit=found.unit)
