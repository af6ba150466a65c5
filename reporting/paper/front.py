"""The first pages of a report: title, verdict, abstract, the ladder, what limits it, and the contents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from reportlab.platypus import Flowable, Paragraph

from reporting.charts import BarChart
from reporting.document import LIMITS, Document, Table, Text
from reporting.paper import styles
from reporting.paper.blocks import NARRATIVE, Look, Numbers, place
from reporting.paper.choice import narrated
from reporting.paper.layout import Group, Item, Mark
from reporting.paper.pictures import Drawing
from reporting.paper.prose import RAGGED

LADDER = 190.0  #: points: the ladder on the title page, at most
ABSTRACT = Look(styles.style("abstract", 9.5, 13.5, spaceAfter=6, rightIndent=RAGGED), NARRATIVE.sizes, NARRATIVE.code)
CONTENTS = styles.style("contents", 12, 16, fontName=styles.BOLD, spaceBefore=12, spaceAfter=2)
COLUMNS, BETWEEN = 2, 26.0  #: of contents that name chapters only, and points between them
ENTRY = {0: (9.5, 15.0, 0.0, styles.BOLD), 1: (8.5, 12.0, 18.0, styles.SANS)}  #: level -> size, leading, indent, font


class Rule(Flowable):
    """A short thick line below the title."""

    def __init__(self) -> None:
        super().__init__()
        self.spaceBefore, self.spaceAfter = 6, 14

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        """Return its size."""
        return 64, 2.5

    def draw(self) -> None:
        """Draw it."""
        self.canv.setFillColor(styles.LINK)
        self.canv.rect(0, 0, 64, 2.5, stroke=0, fill=1)


class Contents(Flowable):
    """The entries with their pages, each a link. Their number has to be known at once, their pages when it is drawn."""

    def __init__(self, entries: Sequence[Mark], pages: Mapping[str, int]) -> None:
        super().__init__()
        self.entries, self.pages = entries, pages
        self.columns = 1 if any(entry.level for entry in entries) else COLUMNS

    def wrap(self, width: float, _height: float) -> tuple[float, float]:
        """Return the size: a line for each entry of the longest column."""
        self.width = width
        self.height = max((sum(ENTRY[entry.level][1] for entry in part) for part in self._parts()), default=0.0)
        return self.width, self.height

    def split(self, _width: float, height: float) -> list[Flowable]:
        """Return the entries that fit and those that do not."""
        fitting, used = 0, 0.0
        while fitting < len(self.entries) and (used := used + ENTRY[self.entries[fitting].level][1]) <= height:
            fitting += 1
        if not 0 < fitting < len(self.entries):
            return []
        return [Contents(part, self.pages) for part in (self.entries[:fitting], self.entries[fitting:])]

    def _parts(self) -> list[Sequence[Mark]]:
        """Return the entries of each column."""
        most = -(-len(self.entries) // self.columns)
        return [self.entries[i * most : (i + 1) * most] for i in range(self.columns)]

    def draw(self) -> None:
        """Write the entries: name, dots, page."""
        room = (self.width - (self.columns - 1) * BETWEEN) / self.columns
        for column, part in enumerate(self._parts()):
            left, top = column * (room + BETWEEN), self.height
            for entry in part:
                size, leading, indent, font = ENTRY[entry.level]
                top -= leading
                self._line(entry, (left + indent, left + room, top + 4), size, font)
                self.canv.linkRect("", entry.key, (left, top + 1, left + room, top + leading), relative=1, thickness=0)

    def _line(self, entry: Mark, place: tuple[float, float, float], size: float, font: str) -> None:
        """Write one entry. place: its left and right end, and its height."""
        canvas, number = self.canv, str(self.pages[entry.key])
        left, right, y = place
        text = styles.cut(entry.entry, right - left - 40, size, font)
        canvas.setFillColor(styles.SOFT if entry.level else styles.INK)
        canvas.setFont(font, size)
        canvas.drawString(left, y, text)
        canvas.drawRightString(right, y, number)
        canvas.setFillColor(styles.LINE)
        canvas.setFont(styles.SANS, 8)
        x, end = (
            left + canvas.stringWidth(text, font, size) + 6,
            right - canvas.stringWidth(number, font, size) - 6,
        )
        for i in range(int(x // 5) + 1, int(end // 5)):  # dots stand below one another
            canvas.drawString(i * 5.0, y, ".")


def hoisted(document: Document) -> tuple[list[str], Document]:
    """Return the verdicts that the title page shows, and the document without them.

    Of a generated report they are those that its first section with any begins with; a narrative tells them, too.
    """
    sections = list(document.sections)
    for i, section in enumerate(sections if not narrated(document) else []):
        found = [b.text for b in section.blocks if isinstance(b, Text) and b.style == "verdict"]
        if found:
            rest = tuple(b for b in section.blocks if not (isinstance(b, Text) and b.style == "verdict"))
            sections[i] = replace(section, blocks=rest)
            return found, replace(document, sections=tuple(sections))
    return [document.verdict] if document.verdict else [], document


def ladder(document: Document) -> BarChart | None:
    """Return the chart that the title page shows small."""
    charts = (b for s in document.sections for b in s.blocks if isinstance(b, BarChart) and b.key == "ladder")
    return next(charts, None)


def title(document: Document, verdicts: Sequence[str]) -> Iterator[Group]:
    """Yield the title, what was measured, and the verdicts."""
    yield Group((Item(styles.paragraph(document.title, styles.TITLE)),))
    commit = _commit(document)
    about = f"{document.subtitle}, commit {commit}" if commit else document.subtitle
    yield Group((Item(styles.paragraph(about, styles.SUBTITLE)),))
    yield Group((Item(Rule()),))
    for i, verdict in enumerate(verdicts):
        yield Group((Item(styles.paragraph(verdict, styles.VERDICT if i else styles.LEAD)),))


def _commit(document: Document) -> str:
    """Return the commit that was measured, as the table of the study's facts has it."""
    tables = (b for s in document.sections for b in s.blocks if isinstance(b, Table) and b.key == "study")
    rows = (row for table in tables for row in table.rows if row[0].text == "commit" and not row[1].missing)
    return next((row[1].text for row in rows), "")


def picture(chart: BarChart, page: Any, numbers: Numbers) -> Group:
    """Return the ladder in small, with a link to the figure itself."""
    label = numbers.labels[chart.key]
    note = styles.style("small", 8.5, 11.5, textColor=styles.SOFT, spaceAfter=10)
    text = f'<b>{styles.markup(chart.title)}.</b> <a href="#{place(label)}">{label}</a> says more.'
    return Group((Item(Drawing(page, styles.COLUMN)), Item(Paragraph(text, note))))


def limits(document: Document, left_out: str) -> Iterator[Group]:
    """Yield what is missing on this machine, and in this format."""
    if document.warnings:
        lines = "<br/>".join(f"• {styles.markup(warning)}" for warning in document.warnings)
        yield Group((Item(Paragraph(f"<b>{LIMITS}</b><br/>{lines}", styles.WARNING)),), least=60)
    if left_out:
        yield Group((Item(styles.paragraph(left_out, styles.style("left", 8.5, 11.5, textColor=styles.SOFT))),))


def contents(entries: Sequence[Mark], pages: Mapping[str, int]) -> Group:
    """Return the contents, which stay together unless they are very long."""
    height = Contents(entries, pages).wrap(styles.COLUMN, 0.0)[1]
    least = None if height < 0.8 * styles.SHEETS["letter"].tall else 200.0
    return Group((Item(Paragraph("Contents", CONTENTS)), Item(Contents(entries, pages))), least)
