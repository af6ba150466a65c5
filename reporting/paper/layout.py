"""Puts groups of flowables on pages. Knows where something stands, never what it is.

Text runs on. What floats (a figure, a table, a listing) stands where it comes if the page has room for it; else it waits
for the top of the next page, and the text that follows goes on in its place, so that no page ends half empty. What waits
keeps its order. A table that needs a lying sheet has pages of its own, which come when the page before them is full.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from reporting.paper.styles import Sheet

EPSILON = 1e-6  #: points: what sums of heights may be off by


@dataclass(frozen=True)
class Mark:
    """What contents, outline and links know a place by."""

    key: str  #: of links to it
    entry: str = ""  #: what contents and outline call it
    level: int = -1  #: in the outline, 0 being a chapter; -1: not there
    listed: bool = False  #: whether the contents name it, too


@dataclass(frozen=True)
class Item:
    """One flowable, and the place that it makes."""

    flowable: Any
    mark: Mark | None = None


@dataclass(frozen=True)
class Group:
    """What belongs together, and where it may begin."""

    items: tuple[Item, ...]
    least: float | None = None  #: points that are enough for its beginning; None: it begins where all of it fits
    reserve: float = 0.0  #: points that have to be left below it, too: for what a heading is over
    floats: bool = False
    turned: bool = False  #: it needs a lying sheet
    barrier: bool = False  #: what waits comes before it


@dataclass(frozen=True)
class Placed:
    """A flowable on a page: its lower left corner, in points, and its top."""

    x: float
    y: float
    top: float
    item: Item


@dataclass
class Page:
    """One page. chapter: what is in force at its top, or else what begins on it first."""

    sheet: Sheet
    chapter: str = ""
    placed: list[Placed] = field(default_factory=list)


def before(item: Item) -> float:
    """Return the space that an item wants above it, in points."""
    return item.flowable.getSpaceBefore() or 0.0  # of half a table it is None


def extent(items: Sequence[Item], sheet: Sheet) -> float:
    """Return the height of the items, in points, without the space before the first and after the last."""
    total, after = 0.0, 0.0
    for i, item in enumerate(items):
        total += max(after, before(item)) if i else 0.0
        total += item.flowable.wrap(sheet.column, sheet.tall)[1]
        after = item.flowable.getSpaceAfter() or 0.0
    return total


def lay(groups: Iterable[Group], sheet: Sheet) -> list[Page]:
    """Return the pages that hold the groups."""
    layout = _Layout(sheet)
    for group in groups:
        layout.take(group)
    layout.finish()
    return layout.pages


def numbered(pages: Iterable[Page]) -> dict[str, int]:
    """Return the number of the page on which each mark stands first, by the mark's key."""
    found: dict[str, int] = {}
    for number, page in enumerate(pages, 1):
        for placed in page.placed:
            if placed.item.mark:
                found.setdefault(placed.item.mark.key, number)
    return found


class _Layout:
    """The page that is being filled, and what waits for the next."""

    def __init__(self, sheet: Sheet, chapter: str = "") -> None:
        self.sheet, self.chapter = sheet, chapter
        self.pages: list[Page] = []
        self.waiting: list[Group] = []
        self.lying: list[Group] = []
        self._open()

    def take(self, group: Group) -> None:
        """Place a group, or let it wait."""
        if group.turned and not self.sheet.lies:
            self.lying.append(group)
            return
        if group.barrier:
            self._let_out()
        if group.floats and (self.waiting or not self._fits(group)):
            self.waiting.append(group)
        else:
            self._place(group)

    def finish(self) -> None:
        """Place all that waits."""
        self._let_out()
        if self.lying:
            self._lie()
        if len(self.pages) > 1 and not self.pages[-1].placed:
            self.pages.pop()

    def _let_out(self) -> None:
        while self.waiting:
            if self._fits(self.waiting[0]):
                self._place(self.waiting.pop(0))
            else:
                self._next()

    def _open(self) -> None:
        self.pages.append(Page(self.sheet, self.chapter))
        self.y, self.space = self.sheet.tall, 0.0

    def _next(self) -> None:
        """Begin a new page: lying ones first, if any wait, then one at whose top stands what floats."""
        self._lie()
        self._open()
        while self.waiting and self._fits(self.waiting[0]):
            self._place(self.waiting.pop(0))

    def _lie(self) -> None:
        """Put what needs a lying sheet on pages of its own."""
        if not self.lying:
            return
        if not self.pages[-1].placed:
            self.pages.pop()
        inner = _Layout(self.sheet.turned(), self.chapter)
        for group in self.lying:
            inner.take(group)
        inner.finish()
        self.lying = []
        self.pages += inner.pages

    def _fits(self, group: Group) -> bool:
        """Say whether a group may begin here. An empty page takes whatever comes."""
        if not self.pages[-1].placed:
            return True
        height = extent(group.items, self.sheet)
        if group.least is not None:
            height = min(height, group.least)
        return self._gap(group.items[0]) + height + group.reserve <= self.y + EPSILON

    def _gap(self, item: Item) -> float:
        """Return the space above an item: that before it or that after the last one, whichever is larger."""
        return max(self.space, before(item)) if self.pages[-1].placed else 0.0

    def _place(self, group: Group) -> None:
        while not self._fits(group):
            self._next()
        for item in group.items:
            self._flow(item)

    def _flow(self, item: Item) -> None:
        """Place an item, divided between pages if need be."""
        while True:
            gap, page = self._gap(item), self.pages[-1]
            height = item.flowable.wrap(self.sheet.column, self.y - gap)[1]
            if height <= self.y - gap + EPSILON:
                self._put(item, gap, height)
                return
            first, rest = self._divided(item, self.y - gap)
            if first is not None:
                self._put(first, gap, first.flowable.wrap(self.sheet.column, self.y - gap)[1])
            elif not page.placed:  # no page can hold it, and it cannot be divided
                self._put(item, gap, height)
                return
            item = rest
            self._next()

    def _divided(self, item: Item, room: float) -> tuple[Item | None, Item]:
        """Return what of an item fits, if any, and the rest; the place that it makes is where it begins."""
        parts = item.flowable.split(self.sheet.column, room) if room > 0 else []
        if len(parts) < 2:
            return None, item
        first, rest = parts
        return Item(first, item.mark), Item(rest)

    def _put(self, item: Item, gap: float, height: float) -> None:
        page, top = self.pages[-1], self.y - gap
        if item.mark and item.mark.level == 0:
            self.chapter = item.mark.entry
            page.chapter = page.chapter if page.placed and page.chapter else self.chapter
        self.y, self.space = top - height, item.flowable.getSpaceAfter() or 0.0
        bottom = (self.sheet.height - self.sheet.tall) / 2
        page.placed.append(Placed(self.sheet.left, bottom + self.y, bottom + top, item))
