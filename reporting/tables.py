"""The tables of a report. Every cell carries its text and its value; what is missing carries its reason."""

from __future__ import annotations

import math
import re
from statistics import fmean

from reporting import units
from reporting.compare import Comparison, Speed, hot_functions
from reporting.document import Cell, Table
from reporting.evidence import Evidence, Run
from reporting.statistics import Interval, amdahl

SHOWN_FUNCTIONS = 8


def missing(reason: str) -> Cell:
    return Cell(units.DASH, None, reason)


def estimate(shown: str, interval: Interval, unit: str, note: str = "") -> Cell:
    """Return a cell that holds a value with its interval."""
    if math.isnan(interval.low):
        return Cell(shown, interval.value, note, unit=unit)
    return Cell(shown, interval.value, note, interval.low, interval.high, unit)


def share_of(interval: Interval) -> str:
    return f"{100 * interval.value:.1f} % [{100 * interval.low:.1f}–{100 * interval.high:.1f}]"


def text(value: object) -> Cell:
    return Cell(str(value), str(value))


def machine(evidence: Evidence) -> str:
    host = evidence.baseline.manifest.host
    virtual = "" if host["virtualisation"] == "none" else f" ({host['virtualisation']})"
    return f"{host['cpu'] or host['architecture']}, {host['usable_cpus']} CPUs{virtual}"


def python(evidence: Evidence, build: str) -> str:
    """Return for example: CPython 3.11.2 (release)."""
    about = evidence.baseline.manifest.interpreters[build]
    return f"{about['implementation']} {about['version']} ({'debug' if about['debug'] else 'release'})"


def host_notes(evidence: Evidence) -> tuple[str, ...]:
    """Say what on this machine disturbs timings."""
    host = evidence.baseline.manifest.host
    said = []
    if host["virtualisation"] != "none":
        said.append(f"It is a {host['virtualisation']}: neighbours on the same hardware can disturb timings.")
    if host["governor"] not in (None, "performance"):
        said.append(f"The CPU frequency governor is {host['governor']!r}; 'performance' gives steadier timings.")
    if host["load"][0] > 0.5 * host["usable_cpus"]:
        said.append(f"It was busy when the study began: load {host['load'][0]:.1f} on {host['usable_cpus']} CPUs.")
    return tuple(said)


def paragraphs(description: str) -> list[str]:
    """Split a docstring at blank lines and list items, and join its wrapped lines."""
    parts = re.split(r"\n\s*\n|\n(?=\s*[-*] )", description)
    return [re.sub(r"^[-*] ", "• ", " ".join(part.split())).replace("`", "") for part in parts if part.strip()]


def performance(evidence: Evidence, c: Comparison, *, geomean: bool) -> Table:
    """Variants by metrics on one build, the fastest first."""
    ranked = sorted(c.speeds, key=lambda s: (s.verdict == "unchecked", -(s.speedup.value if s.speedup else 0)))
    rows = [(text(speed.run.name), *_performance(speed)) for speed in ranked]
    if geomean:
        rows.append((text("geometric mean"), *_geomean(c)))
    return Table(
        f"Variants by metrics ({short(c.build)})",
        ("variant", "time per iteration", "speedup", "verdict", "processes", "values each", "peak memory"),
        tuple(rows),
        caption=f"{python(evidence, c.build)}: time and speedup over the baseline with 95 % intervals; the fastest first.",
    )


def _performance(speed: Speed) -> tuple[Cell, ...]:
    if speed.seconds is None:
        return (missing(f"{speed.run.name}: {speed.reason}"),) * 6
    memory = speed.run.values(speed.build, "peak memory")
    if speed.verdict == "baseline":
        ratio = Cell("1×", 1.0)
    elif speed.speedup is None:
        ratio = missing(speed.reason)
    else:
        ratio = estimate(units.ratio(speed.speedup), speed.speedup, "×")
    return (
        estimate(units.time_interval(speed.seconds), speed.seconds, "s"),
        ratio,
        text(speed.verdict),
        Cell(str(speed.processes), speed.processes),
        _values(speed),
        Cell(units.size(max(memory)), max(memory), unit="B")
        if memory
        else missing("peak memory: the kernel did not tell"),
    )


def _values(speed: Speed) -> Cell:
    """Say how many values each process gave, and whether they came after a warm-up."""
    timing = speed.run.find(speed.build, "time")
    detail = timing.detail if timing else {}
    number, warm = detail.get("values_per_process", 0), detail.get("warm", False)
    note = "" if warm else "cold: jobs of a second or more are timed once per process, without a warm-up"
    return Cell(f"{number} {'warm' if warm else 'cold'}", f"{number} {'warm' if warm else 'cold'}", note)


def _geomean(c: Comparison) -> tuple[Cell, ...]:
    none = Cell("", None)
    if c.geomean is None:
        return (none, missing("no variant has a speedup"), none, none, none, none)
    over = f"geometric mean over {', '.join(c.geomean_over)}"
    shown = estimate(units.ratio(c.geomean), c.geomean, "×", over)
    return (none, shown, none, none, none, none)


def hot(evidence: Evidence, run: Run) -> Table:
    """The hottest functions of one variant, build beside build."""
    found = {b: {h.name: h for h in hot_functions(run.stacks[b])} for b in evidence.builds if run.stacks.get(b)}
    first = next(iter(found.values()))
    rows = []
    for name in list(first)[:SHOWN_FUNCTIONS]:
        cells = [text(name)]
        for functions in found.values():
            share = functions.get(name)
            pair = (share.own, share.inclusive) if share else ()
            cells += [estimate(share_of(s), s, "%") for s in pair]
            cells += [missing("not seen among the samples")] * (2 - len(pair))
        rows.append(tuple(cells))
    columns = ("function", *(f"{kind}, {short(b)}" for b in found for kind in ("self", "inclusive")))
    return Table(
        f"Hot functions of {run.name}", columns, tuple(rows),
        caption="Share of the samples of the measured region: in the function itself, and in it or what it calls.",
    )  # fmt: skip


def distortion(evidence: Evidence, comparisons: list[Comparison]) -> Table:
    """What the debug build does to speed and shares."""
    by_build = {c.build: c for c in comparisons}
    rows = []
    for run in evidence.runs:
        slow, fast = by_build["dbg"].of(run), by_build["release"].of(run)
        cells = [text(run.name)]
        if slow.seconds and fast.seconds:
            factor = slow.seconds.value / fast.seconds.value
            cells.append(Cell(f"{units.significant(factor)}×", factor))
        else:
            cells.append(missing(f"{run.name}: {slow.reason or fast.reason}"))
        for build in ("release", "dbg"):
            stacks = run.stacks.get(build)
            if stacks:
                top = hot_functions(stacks)[0]
                cells.append(Cell(f"{100 * top.own.value:.1f} % {top.name.partition(' ')[0]}", top.own.value))
            else:
                cells.append(missing(f"{run.name}: no profile on the {short(build)} build"))
        rows.append(tuple(cells))
    return Table(
        "What the debug build distorts", ("variant", "debug / release time", "hottest, release", "hottest, debug"),
        tuple(rows),
        caption="Shares and speedups of one build do not carry over to the other.",
    )  # fmt: skip


def variants(evidence: Evidence) -> Table:
    rows = tuple(
        (
            text(run.name),
            text(run.manifest.summary),
            text(", ".join(run.manifest.requires) or "nothing extra"),
            Cell(str(run.manifest.lines), run.manifest.lines),
        )
        for run in evidence.runs
    )
    columns = ("variant", "what it is", "needs", "lines of code")
    return Table(
        "The variants", columns, rows, "Lines of code: without blanks, comments and docstrings.", numeric=False
    )


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
        if m.build == build and m.collector != "counters" and m.metric not in shown
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


def amdahl_caps(evidence: Evidence) -> Table | None:
    rows = []
    for run in evidence.runs:
        for build in evidence.builds:
            if stacks := run.stacks.get(build):
                top = hot_functions(stacks)[0]
                cap = amdahl(top.own)
                rows.append((
                    text(run.name), text(short(build)), text(top.name),
                    estimate(share_of(top.own), top.own, "%"), estimate(units.ratio(cap), cap, "×"),
                ))  # fmt: skip
    columns = ("variant", "build", "hottest function", "its share", "cap on the speedup")
    caption = "Amdahl's law: the most that an infinitely fast accelerator of that one function could bring."
    return (
        Table("What accelerating the hottest function could bring at most", columns, tuple(rows), caption)
        if rows
        else None
    )


def short(build: str) -> str:
    return "debug" if build == "dbg" else build
