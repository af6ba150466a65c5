"""The tables that say where the time goes: hot functions, what the debug build distorts, what acceleration could bring."""

from __future__ import annotations

from reporting import units
from reporting.compare import Comparison, hot_functions
from reporting.document import Cell, Table
from reporting.evidence import Evidence, Run
from reporting.statistics import amdahl
from reporting.tables import estimate, missing, share_of, short, text

SHOWN_FUNCTIONS = 8


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
