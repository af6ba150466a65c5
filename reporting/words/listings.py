"""Shows what collectors listed (hot lines, exact counts, bytecode, allocations, call trees): a table or a text each.

Nothing is computed here. Texts come out of profiles and source files, so whatever could not be drawn is replaced.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bench.model import Listing
from reporting import units
from reporting.document import Block, Cell, Code, Table, Text
from reporting.evidence import Evidence, Run
from reporting.palette import printable, shorten
from reporting.words import tables

CODE = ("source",)  #: columns that hold code
#: first word of a key -> what is to be said of all such listings; {} is the interpreter
EXPLAINED = {
    "bytecode": " Hits: how often the line was executed in one iteration at the small size, beside its first instruction. The "
    "instructions are those of {}; other versions of Python have others.",
}
NAMES = "NAMES"  #: in a fix, where the names of collectors go
IDEAS = "ideas"  #: the collector that takes a variant's ideas out one by one
WIDEST = 96  #: letters of a preformatted line; the rest is cut
LONGEST = 200  #: letters of a cell
SHOWN_ELSEWHERE = (
    "timing",
    "counters",
    "profile",
    "native",
)  #: collectors whose gaps other parts of the report explain


def blocks(evidence: Evidence, run: Run) -> Iterator[Block]:
    """Yield all listings of one variant, those of one title side by side."""
    titles = list(dict.fromkeys(listing.title for listing in run.listings))
    for title in titles:
        alike = [listing for listing in run.listings if listing.title == title]
        shown: list[Listing] = []
        for listing in alike:
            if any(_same(listing, other) for other in shown):
                continue
            shown.append(listing)
            builds = [other.build for other in alike if _same(other, listing)]
            yield from _blocks(listing, run.name, " and ".join(tables.python(evidence, build) for build in builds))


def _same(one: Listing, other: Listing) -> bool:
    """Whether two builds gave the same rows or text: then one of them is enough."""
    return (one.rows, one.text) == (other.rows, other.text)


def _blocks(listing: Listing, name: str, where: str) -> Iterator[Block]:
    key = f"{slug(listing.title)}:{name}:{listing.build}"
    title = shorten(f"{listing.title}, on {where}", LONGEST)
    caption = f"{listing.caption}{EXPLAINED.get(slug(listing.title), '').format(where)} Source: {listing.source}."
    if listing.text:
        yield Code(title, caption, "\n".join(_cut(line) for line in listing.text.split("\n")), detail=True, key=key)
        return
    width = len(listing.columns)
    rows = [row for row in listing.rows if len(row) == width]
    columns = [_cells(column, [row[i] for row in rows]) for i, column in enumerate(listing.columns)]
    cells = tuple(zip(*columns, strict=True)) if rows else ()
    code = tuple(column for column in listing.columns if column in CODE)
    yield Table(title, listing.columns, cells, caption, code=code, detail=True, key=key)


def slug(title: str) -> str:
    """Return the word that the key of a listing begins with: "hot-lines" of "Hot lines of f (sampled)".

    Bytecode is "bytecode", whether or not this version of Python specialises it.
    """
    words = title.partition(" of ")[0].partition(" (")[0].lower()
    return re.sub(r"[^a-z]+", "-", words.removeprefix("specialised ")).strip("-")


def _cut(line: str) -> str:
    line = printable(line.expandtabs(4)).rstrip()
    return line if len(line) <= WIDEST else line[: WIDEST - 1] + "…"


def _cells(column: str, values: Sequence[str | float]) -> list[Cell]:
    """Return a column's cells: percentages with one decimal, other numbers as everywhere, words on one line."""
    return [
        Cell(word := shorten(value, LONGEST), word)
        if isinstance(value, str)
        else Cell(f"{value:.1f}", value)
        if column.endswith("(%)")
        else Cell(units.size(value), value, unit="B")
        if column == "bytes"
        else tables.cell(value)
        for value in values
    ]


def gaps(evidence: Evidence, runs: Sequence[Run], run: Run) -> Iterator[Text]:
    """Say what has no part in this report, and why, on the build that headlines it: once, at the first of those it is so for.

    runs: all variants, in the order in which the report shows them.
    """
    every = [(other, _skips(evidence, other)) for other in runs]
    for why, names in _skips(evidence, run).items():
        alike = [(other, skips[why]) for other, skips in every if _alike(skips.get(why, ()), names)]
        if alike[0][0] is not run:
            continue
        reason, fix = why
        collectors = dict.fromkeys(name for _, skipped in alike for name in skipped)
        yield Text(
            f"Not recorded for {', '.join(other.name for other, _ in alike)}: {', '.join(collectors)} ({reason})."
            + (f" {fix.replace(NAMES, ','.join(collectors))}" if fix else ""),
            "" if run.is_peer else "warning",  # a library is timed only, as it should be
        )


def _alike(some: Sequence[str], other: Sequence[str]) -> bool:
    """Whether two variants lack the same collectors; that of ideas aside, which the baseline has none of."""
    return bool(some) and {*some} - {IDEAS} == {*other} - {IDEAS}


def _skips(evidence: Evidence, run: Run) -> dict[tuple[str, str], list[str]]:
    """Return (reason, fix) -> the collectors that were left out for it; a fix that names its collector holds NAMES there."""
    build = evidence.builds[0]
    if run.outcome(build).status != "ok":
        return {}  # said in the overview
    without: tuple[str, ...] = () if run.is_peer else SHOWN_ELSEWHERE  # of a library, nothing is explained elsewhere
    without += (IDEAS,) if run is evidence.baseline else ()  # it has none to leave out
    why: dict[tuple[str, str], list[str]] = {}
    for done in run.manifest.collections:
        if done.build == build and done.skipped and done.collector not in without:
            fix = done.fix.replace(f"--collectors {done.collector}", f"--collectors {NAMES}")
            why.setdefault((done.skipped, fix), []).append(done.collector)
    return why
