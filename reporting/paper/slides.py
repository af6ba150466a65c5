"""Lays out a talk: one idea a slide, said in its title, in letters that the last row can read. Nothing is ever clipped.

A slide holds a few lines and at most one figure, table or listing. What does not fit is an error that names the slide.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from reportlab.platypus import Flowable

from bench.errors import SuiteError
from reporting import numbering
from reporting.document import LIMITS, Block, Code, Document, Prose, Slide, Span, Table, Text
from reporting.palette import shorten
from reporting.paper import pictures as paper_pictures
from reporting.paper import styles, tables
from reporting.paper.code import Listing
from reporting.paper.parts import WIDTH as DRAWN
from reporting.paper.pictures import Drawing, Picture
from reporting.paper.prose import Writer

WIDTH, HEIGHT = 960.0, 540.0  #: points: 16 to 9
SIDE, TOP, BOTTOM = 56.0, 48.0, 58.0  #: points that stay empty
ROOM = WIDTH - 2 * SIDE
TITLE = styles.style("slide title", 29, 36, fontName=styles.BOLD, spaceAfter=0)
TITLE_LINES = 2
GAP = 22.0  #: points below the title
BODIES = (26.0, 23.0, 20.0)  #: of letters, tried in this order
TABLES, CODES = (20.0, 18.0, 16.0, 14.0), (18.0, 16.0, 14.0)
LEAST_FIGURE = 190.0  #: points of height
LEAST_SCALE = 12 / 8  #: of a figure: its letters are of 8 points where they are smallest
EVER = "These figures hold for this machine, these interpreters and this workload."


@dataclass
class Laid:
    """A slide with its place for everything: flowables from the top down, each with the space above it."""

    title: str
    parts: list[tuple[float, Any]] = field(default_factory=list)  #: (space above, flowable, or the figure to be drawn)
    figure_room: float = 0.0  #: points of height that are left for the figure
    projected: bool = False  #: as of a Slide


def lay(document: Document) -> list[Laid]:
    """Return all slides. Raises SuiteError, naming those that do not fit."""
    if not document.slides:
        raise SuiteError(
            f"this report of {document.family} has no slides: nobody wrote any",
            f"Write them into benchmark_reports/{document.family}.md, each in a fence that begins with ```slide.",
        )
    laid, wrong = [_title(document)], []
    for number, slide in enumerate([*document.slides, _limits(document)], 2):
        try:
            laid.append(_slide(slide))
        except _Full as full:
            wrong.append(f"slide {number}, {shorten(slide.title, 60)!r}: {full}")
    if not wrong:
        wrong = _draw(laid)
    if wrong:
        raise SuiteError("\n".join(wrong), "Say less on these slides, divide them, or choose fewer rows and columns.")
    return laid


class _Full(Exception):
    """A slide that cannot hold what is on it."""


def _title(document: Document) -> Laid:
    """Return the first slide: what was measured, on what, and the verdict."""
    words = [
        (document.title, styles.style("first", 36, 45, fontName=styles.BOLD), 60.0),
        (document.subtitle, styles.style("below", 20, 28, textColor=styles.SOFT), 20.0),
        (document.verdict, styles.style("verdict", 26, 34, fontName=styles.BOLD), 40.0),
    ]
    laid, left = Laid(""), HEIGHT - TOP - BOTTOM
    for text, look, space in words:
        written = styles.paragraph(shorten(text, 200), look)
        height = written.wrap(ROOM, HEIGHT)[1] + space
        if height <= left:  # what a person did not write may be of any length
            laid.parts.append((space, written))
            left -= height
    return laid


def _limits(document: Document) -> Slide:
    """Return the last slide: as many of the limits as it can hold, and how many more there are."""
    said = [shorten(warning, 300) for warning in document.warnings]
    for number in range(len(said), -1, -1):
        rest = len(said) - number
        more = [f"And {rest} more: see the report."] if rest else []
        items = tuple(Prose((Span(text),), "item") for text in (EVER, *said[:number], *more))
        slide = Slide(LIMITS, items)
        try:
            _slide(slide)
        except _Full:
            continue
        return slide
    raise AssertionError("a slide holds two short items")


def _slide(slide: Slide) -> Laid:
    """Lay out one slide, its words in the largest letters that fit."""
    title = styles.paragraph(slide.title, TITLE)
    height = title.wrap(ROOM, HEIGHT)[1]
    if height > TITLE_LINES * TITLE.leading:
        raise _Full(f"its title takes {height / TITLE.leading:.0f} lines, and there is room for {TITLE_LINES}")
    shown = [block for block in slide.blocks if not isinstance(block, (Prose, Text))]
    if len(shown) > 1:
        raise _Full(f"it holds {len(shown)} figures, tables or listings, and there is room for one")
    left = HEIGHT - TOP - BOTTOM - height - GAP
    problems = []
    for size in BODIES:
        try:
            return _sized(slide, title, left, size)
        except _Full as full:
            problems.append(full)
    raise problems[-1]


def _sized(slide: Slide, title: Flowable, left: float, size: float) -> Laid:
    """Lay out one slide in letters of one size. left: points of height below the title."""
    parts = list(_words(slide.blocks, size))
    spaces = [size if None in pair else size * 0.55 for pair in pairwise(parts)]
    used = sum(part.wrap(ROOM, HEIGHT)[1] for part in parts if part is not None) + sum(spaces)
    room = left - used
    if room < 0:
        raise _Full(
            f"its text is {used:.0f} points tall in letters of {size:.0f} points, and there is room for {left:.0f}"
        )
    both = zip(parts, slide.blocks, strict=True)
    whole = [_visible(block, room) if part is None else part for part, block in both]
    return Laid(slide.title, [(0.0, title), *zip([GAP, *spaces], whole, strict=False)], room, slide.projected)


def _words(blocks: Sequence[Block], size: float) -> Iterator[Flowable | None]:
    """Yield a paragraph for each block of words; None for what is seen, not read."""
    look, writer = styles.style("slide", size, size * 1.32, spaceAfter=0), Writer({})
    for block in blocks:
        words = Prose((Span(block.text),)) if isinstance(block, Text) else block
        if not isinstance(words, Prose):
            yield None
        elif words.kind == "heading":
            yield writer.write(replace(words, kind="paragraph", spans=(Span(words.plain, "strong"),)), look)
        else:
            yield writer.write(words, look)


def _visible(block: Block, room: float) -> Any:
    """Return the table or the listing in the largest letters that fit; a figure as it is."""
    if numbering.kind(block) == "Figure":
        if room < LEAST_FIGURE:
            raise _Full(f"its text leaves {room:.0f} points for its figure, which takes {LEAST_FIGURE:.0f} at least")
        return block
    if isinstance(block, Table):
        for size in TABLES:
            if tables.needed(block, size) <= ROOM:
                grid = tables.grid(block, size, ROOM, {}, HEIGHT)
                if grid.wrap(ROOM, HEIGHT)[1] <= room:
                    return grid
        raise _Full(f"its table does not fit in letters of {TABLES[-1]:.0f} points")
    assert isinstance(block, Code)
    for size in CODES:
        listing = Listing(block.text, size)
        if listing.wrap(ROOM, HEIGHT)[1] <= room:
            return listing
    raise _Full(f"its listing does not fit in letters of {CODES[-1]:.0f} points")


def _draw(laid: list[Laid]) -> list[str]:
    """Draw the figures for the room that there is; return what is wrong with them."""
    wrong, full = [], ROOM / DRAWN
    holes = [(slide, i) for slide in laid for i, (_, part) in enumerate(slide.parts) if not isinstance(part, Flowable)]
    pictures = [Picture(slide.parts[i][1], slide.figure_room / full) for slide, i in holes]
    for (slide, i), page in zip(holes, paper_pictures.pages(pictures), strict=True):
        drawing = Drawing(page, ROOM, slide.figure_room)
        if drawing.scale < LEAST_SCALE:
            wrong.append(
                f"slide {laid.index(slide) + 1}, {shorten(slide.title, 60)!r}: the letters of its figure would be of "
                f"{8 * drawing.scale:.0f} points, since it is too tall"
            )
        slide.parts[i] = slide.parts[i][0], drawing
    return wrong
