"""The tables of counters, and of whatever else a collector measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from statistics import fmean

from bench.model import Measurement
from reporting import units
from reporting.document import Cell, Table
from reporting.evidence import Evidence, Run
from reporting.measures import derived, ideas, ladder, series
from reporting.measures.derived import PMU, SIMULATED, Derived
from reporting.words.tables import missing, short, text

Row = tuple[Cell, ...]
ONE_OFF = "one-off"  #: how the metric begins that every process could have, so that a gap needs its own reason


def counters(evidence: Evidence, build: str) -> Table | None:
    """Counters per iteration: one row a counter, one column a variant; None if there are none at all.

    The PMU's, with what follows from them, and perf's software events; rusage only where perf gives none of these.
    """
    hardware, software = _names(evidence, build, PMU), _names(evidence, build, "software event")
    rows = [_row(evidence, build, PMU, name, unit) for name, unit in hardware if _any(evidence, build, name, PMU)]
    lost = len(hardware) if hardware and not rows else 0
    if rows:
        rows = [_row(evidence, build, PMU, name, unit) for name, unit in hardware] + _derived(evidence, build, PMU)
    source = (
        "software event" if any(_any(evidence, build, name, "software event") for name, _ in software) else "rusage"
    )
    rows += [_row(evidence, build, source, name, unit) for name, unit in _names(evidence, build, source)]
    if not rows:
        return None
    columns = ("counter", "source", *(run.label for run in evidence.runs))
    caption = _caption(evidence, build, perf=bool(rows and source != "rusage"), lost=lost)
    return Table(
        f"Counters per iteration ({short(build)})",
        columns,
        tuple(rows),
        caption,
        tags=("source",),
        key=f"counters:{build}",
    )


def _caption(evidence: Evidence, build: str, *, perf: bool, lost: int) -> str:
    if not perf:
        why = evidence.baseline.gap(build, "counters") or "it counted nothing"
        return (
            f"What the kernel booked for the timed values, switches for all of a process. perf would tell more: {why}."
        )
    runs = evidence.baseline.manifest.options["counter_runs"]
    said = (
        f"Mean of {runs} separate run{'s' if runs > 1 else ''}, counted around the measured region only. A dash is missing, never zero. "
        "Switches and migrations are totals of a region; one switch is the wait for perf itself."
    )
    found = derived.counter(evidence.baseline, build, "instructions", PMU)
    why = f": perf says {found.missing}" if found and found.missing else ""
    return said + (f" All {lost} hardware counters are missing on this machine{why}." if lost else "")


def simulated(evidence: Evidence, build: str) -> Table | None:
    """Simulated counters per unit of work, what follows from them, and how many times fewer instructions."""
    found = {run.name: m for run in evidence.runs if (m := derived.counter(run, build, "instructions", SIMULATED))}
    if not found:
        return None
    base = next(iter(found.values()))
    others = {
        name for name, m in found.items() if m.detail["size"] != base.detail["size"]
    }  # a plain script has one size
    runs = tuple(replace(run, measurements=()) if run.name in others else run for run in evidence.runs)
    evidence = replace(evidence, runs=runs)
    rows = [_row(evidence, build, SIMULATED, name, unit) for name, unit in _names(evidence, build, SIMULATED)]
    rows += _derived(evidence, build, SIMULATED)
    rows.append((text("instructions, times fewer than baseline"), text(SIMULATED), *_fewer(evidence, build)))
    rows = [(label, *cells) for label, _, *cells in rows]  # the title names the source
    columns = ("counter", *(run.label for run in evidence.runs))
    title = f"Simulated counters {base.unit}, at size {base.detail['size']} ({short(build)})"
    return Table(title, columns, tuple(rows), _simulator(found), source=SIMULATED, key=f"simulated:{build}")


def _simulator(found: Mapping[str, Measurement]) -> str:
    """Say what was simulated, how well it repeats, and what it is not. found: variant -> its instructions."""
    base = next(iter(found.values()))
    spreads = [s for m in found.values() if (s := derived.spread(m)) is not None]
    repeat = "Counted once, so it is not known how well it repeats."
    if spreads:
        repeat = f"Runs of one variant differ by {1e6 * max(spreads):.2g} ppm in instructions at most."
    said = (
        f"Counted by callgrind around the measured region on a simulated CPU: exact counts, from which no time follows. {repeat} Caches: "
        f"{base.detail['caches']}; no prefetching. The hash seed is fixed; another one, or another state of the allocator, moves counts by up to about 1 %. At a small size, what a call costs once weighs more than at full size."
    )
    differs = f" {base.detail['differs']}." if base.detail["differs"] else ""
    cold = [name for name, m in found.items() if not m.detail["warm"]]
    return said + differs + (f" Caches were empty at first for {', '.join(cold)}." if cold else "")


def lost(evidence: Evidence) -> str:
    """Say what is missing without a PMU."""
    if any(m.source == SIMULATED for run in evidence.runs for m in run.measurements):
        return "cycles and TLB misses are missing; instructions, branches and cache misses are simulated"
    return "instructions, cycles and cache misses are missing"


def _fewer(evidence: Evidence, build: str) -> list[Cell]:
    cells = []
    for run in evidence.runs:
        ratio = derived.deterministic_ratio(evidence, run, build)
        why = f"{run.name}: not counted twice with the same result within 1 ppm, or for another amount of work"
        none = missing(why) if _counts(run, build, SIMULATED) else _uncounted(run, build, SIMULATED)
        cells.append(none if ratio is None else Cell(f"{units.significant(ratio)}×", ratio))
    return cells


def _names(evidence: Evidence, build: str, source: str) -> list[tuple[str, str]]:
    """Return (counter, unit) of all counters from one source, in the order in which they were measured."""
    found = {
        (m.metric, m.unit): None
        for r in evidence.runs
        for m in r.measurements
        if (m.build, m.source) == (build, source)
    }
    return list(found)


def _any(evidence: Evidence, build: str, metric: str, source: str) -> bool:
    return any(m.values for run in evidence.runs if (m := derived.counter(run, build, metric, source)))


def _row(evidence: Evidence, build: str, source: str, metric: str, unit: str) -> Row:
    label = f"{metric} ({unit})" if unit not in ("", "s") else metric  # a time is written with its unit
    return (text(label), text(source), *(_counter(run, build, metric, source, unit) for run in evidence.runs))


def _counter(run: Run, build: str, metric: str, source: str, unit: str) -> Cell:
    found = derived.counter(run, build, metric, source)
    if found is None or found.unit != unit:
        return _uncounted(run, build, source)
    if not found.values:
        return missing(f"{found.source} counters: {found.missing} on this machine")
    average = fmean(found.values)
    write = units.seconds if unit == "s" else units.significant
    flag = (
        f"{run.name}: {metric} was counted {found.counted:.0f} % of the time and scaled"
        if found.counted < derived.COUNTED
        else ""
    )
    return Cell(write(average) + ("*" if flag else ""), average, flag)


def _uncounted(run: Run, build: str, source: str) -> Cell:
    """Return a cell that says why a variant has no counters of a source; the same for each, to be one footnote."""
    collector = {SIMULATED: "simulated", "rusage": "timing"}.get(source, "counters")
    return missing(f"{run.name}: {run.outcome(build).reason or run.gap(build, collector) or 'not counted'}")


def _counts(run: Run, build: str, source: str) -> bool:
    return any((m.build, m.source) == (build, source) for m in run.measurements)


def _derived(evidence: Evidence, build: str, source: str) -> list[Row]:
    columns = [derived.derive(run, build, source) for run in evidence.runs]
    rows = []
    for line in zip(*columns, strict=True):
        label = f"{line[0].name} ({line[0].unit})" if line[0].unit else line[0].name
        rows.append((text(label), text(f"{source}, derived"), *_cells(evidence.runs, line, build)))
    return rows


def _cells(runs: Sequence[Run], line: Sequence[Derived], build: str) -> list[Cell]:
    cells = []
    for run, found in zip(runs, line, strict=True):
        if found.value is None:
            none = not _counts(run, build, found.source)
            why = f"{run.name}, {found.name}: {found.missing}"
            cells.append(_uncounted(run, build, found.source) if none else missing(why))
            continue
        flag = f"{run.name}: an input of {found.name} was counted {found.counted:.0f} % of the time and scaled"
        mark = found.flagged
        cells.append(Cell(units.significant(found.value) + ("*" if mark else ""), found.value, flag if mark else ""))
    return cells


def others(evidence: Evidence, build: str) -> Table | None:
    """Whatever else was measured, so that a new collector shows up in every report without an edit here."""
    elsewhere = {"time", "time of the control", "time without the kernel", "peak memory", "samples"}
    names = {
        m.metric: m.unit
        for run in evidence.runs
        for m in run.measurements
        if m.build == build
        and m.collector not in ("counters", "simulated", "native")
        and m.source != "rusage"
        and m.metric not in elsewhere
        and not (ladder.known(m) or ideas.known(m) or series.known(m))
    }
    rows = tuple((text(name), *(_other(run, build, name) for run in evidence.runs)) for name in names)
    columns = ("measured", *(run.label for run in evidence.runs))
    caption = "Times are means over processes; counts and allocations are of one iteration in one process. The one-off cost is what the first value took beyond a warm one; around zero it is noise."
    title = f"Also measured ({short(build)})"
    return Table(title, columns, rows, caption, key=f"also:{build}") if rows else None


def _unmeasured(run: Run, build: str, metric: str) -> str:
    """Say why a metric that other variants have is missing: in the words of its collector where it failed."""
    if metric.startswith(ONE_OFF):
        return "it was timed without a warm-up"
    gaps = [done.skipped for done in run.manifest.collections if done.build == build and done.skipped]
    return f"not measured ({'; '.join(dict.fromkeys(gaps))})" if gaps else "not measured"


def _other(run: Run, build: str, metric: str) -> Cell:
    found = run.find(build, metric)
    if found is None or not found.values:
        why = (found and found.missing) or run.outcome(build).reason or _unmeasured(run, build, metric)
        return missing(f"{run.name}, {metric}: {why}" if found or metric.startswith(ONE_OFF) else f"{run.name}: {why}")
    average = fmean(found.values)
    write = {"s": units.seconds, "B": units.size}.get(found.unit)
    return Cell(write(average) if write else f"{units.significant(average)} {found.unit}".strip(), average)
