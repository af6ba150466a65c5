"""The tables that say where the time goes: hot functions, what the debug build distorts, what acceleration could bring."""

from __future__ import annotations

from reporting import units
from reporting.compare import Comparison, hottest, ratios
from reporting.document import Cell, Table
from reporting.evidence import Evidence, Run
from reporting.palette import shorten
from reporting.statistics import amdahl
from reporting.words.tables import estimate, missing, share_of, short, text

SHOWN_FUNCTIONS = 8
SHORTEST = 16  #: letters of a function's name where the line must hold the rest


def hot(evidence: Evidence, run: Run) -> Table:
    """The hottest functions of one variant, build beside build."""
    found = {b: {h.name: h for h in hottest(run, b)} for b in evidence.builds if run.stacks.get(b)}
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
        caption="Share of the samples of the measured region: in the function itself, and in it or what it calls. "
        "Intervals by bootstrap over the sampled processes.",
        key=f"hot:{run.name}",
    )  # fmt: skip


def distortion(evidence: Evidence, comparisons: list[Comparison]) -> Table:
    """What the debug build does to speed, to the share of the hottest function, and to the cap that follows from it."""
    by_build = {c.build: c for c in comparisons}
    rows = [
        _distorted(run, build, by_build) for run in evidence.runs for build in ("release", "dbg") if build in by_build
    ]
    return Table(
        "What the debug build distorts",
        ("variant", "build", "time", "hottest", "its share", "cap on the speedup", "samples"),
        tuple(rows),
        caption="Time: in times the release build's. Shares (of the function with what it calls), and the caps that follow from them by Amdahl's law, do not carry over "
        "from one build to the other; their intervals say how far the sampled processes differ.",
        key="distortion",
    )  # fmt: skip


def _distorted(run: Run, build: str, by_build: dict[str, Comparison]) -> tuple[Cell, ...]:
    own, release = by_build[build].of(run), by_build["release"].of(run)
    if own.seconds and release.seconds and not (own.quality.objections or release.quality.objections):
        slower = ratios(run.processes(build), [run.processes("release")])[0][0]
        time = Cell("1×", 1.0, unit="×") if build == "release" else estimate(units.ratio(slower), slower, "×")
    else:
        time = missing(f"{run.name}: {own.reason or release.reason}")
    names = (text(run.label), text(short(build)), time)
    stacks = run.stacks.get(build)
    if not stacks:
        why = run.outcome(build).reason or run.gap(build, "profile") or "no sample fell into the region"
        return (*names, *[missing(f"{run.name}: no profile on the {short(build)} build: {why}")] * 4)
    top, samples = hottest(run, build, 1)[0], stacks.total()
    cap = amdahl(top.inclusive)
    return (
        *names,
        Cell(shorten(top.name.partition(" ")[0].rpartition(".")[2], SHORTEST), top.name),
        estimate(share_of(top.inclusive), top.inclusive, "%"),
        estimate(units.ratio(cap), cap, "×"),
        Cell(f"{samples:,}", samples),
    )


def amdahl_caps(evidence: Evidence) -> Table | None:
    rows = []
    for run in evidence.runs:
        for build in evidence.builds:
            if run.stacks.get(build):
                top = hottest(run, build, 1)[0]
                cap = amdahl(top.inclusive)
                rows.append((
                    text(run.label), text(short(build)), text(top.name),
                    estimate(share_of(top.own), top.own, "%"), estimate(share_of(top.inclusive), top.inclusive, "%"),
                    estimate(units.ratio(cap), cap, "×"),
                ))  # fmt: skip
    columns = ("variant", "build", "hottest function", "itself", "with what it calls", "cap on the speedup")
    caption = (
        "Amdahl's law: the most that an infinitely fast accelerator of that function, and of what it calls, could bring. "
        "Where that is nearly everything, the cap says only that the rest was not sampled."
    )
    title = "What accelerating the hottest function could bring at most"
    return Table(title, columns, tuple(rows), caption, source="projected", key="caps") if rows else None
