"""The tables of counters, and of whatever else a collector measured."""

from __future__ import annotations

from statistics import fmean

from reporting import units
from reporting.document import Cell, Table
from reporting.evidence import Evidence, Run
from reporting.tables import missing, short, text


def counters(evidence: Evidence, build: str) -> Table | None:
    """Counters per iteration: one row a counter, one column a variant."""
    names: dict[str, str] = {}
    for run in evidence.runs:
        names |= {m.metric: m.unit for m in run.measurements if m.collector == "counters" and m.build == build}
    if not names:
        return None
    rows = []
    for metric, unit in names.items():
        label = f"{metric} ({unit})" if unit else metric
        sources = {m.source for run in evidence.runs if (m := run.find(build, metric))}
        rows.append(
            (text(label), text(", ".join(sorted(sources))), *(_counter(r, build, metric) for r in evidence.runs))
        )
    columns = ("counter", "source", *(run.name for run in evidence.runs))
    runs = evidence.baseline.manifest.options["counter_runs"]
    return Table(
        f"Counters per iteration ({short(build)})", columns, tuple(rows),
        caption=f"Mean of {runs} separate run{'s' if runs > 1 else ''}, counted around the measured region only. A dash is missing, never zero. "
        "Switches and migrations are totals of a region; one switch is the wait for perf itself.",
    )  # fmt: skip


def _counter(run: Run, build: str, metric: str) -> Cell:
    found = run.find(build, metric)
    if found is None:
        return missing(f"{run.name}: {run.outcome(build).reason or run.gap(build, 'counters') or 'not counted'}")
    if not found.values:
        return missing(f"{found.source} counters: {found.missing} on this machine")
    average = fmean(found.values)
    flag = (
        f"{run.name}: {metric} was counted {found.counted:.0f} % of the time and scaled" if found.counted < 95 else ""
    )
    return Cell(units.significant(average) + ("*" if flag else ""), average, flag)


def others(evidence: Evidence, build: str) -> Table | None:
    """Whatever else was measured, so that a new collector shows up in every report without an edit here."""
    shown = {"time", "peak memory", "samples"}
    names = {
        m.metric: m.unit
        for run in evidence.runs
        for m in run.measurements
        if m.build == build and m.collector not in ("counters", "native") and m.metric not in shown
    }
    rows = tuple((text(name), *(_other(run, build, name) for run in evidence.runs)) for name in names)
    columns = ("measured", *(run.name for run in evidence.runs))
    caption = "Means over processes. The one-off cost is what the first value took beyond a warm one; around zero it is noise."
    return Table(f"Also measured ({short(build)})", columns, rows, caption) if rows else None


def _other(run: Run, build: str, metric: str) -> Cell:
    found = run.find(build, metric)
    if found is None or not found.values:
        why = found.missing if found else run.outcome(build).reason or "not measured (slow variants have no warm-up)"
        return missing(f"{run.name}, {metric}: {why}")
    average = fmean(found.values)
    write = {"s": units.seconds, "B": units.size}.get(found.unit)
    return Cell(write(average) if write else f"{units.significant(average)} {found.unit}".strip(), average)
