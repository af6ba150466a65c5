"""Blocks of a Document as groups of flowables, with their numbers, captions and footnotes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Paragraph

from reporting import numbering
from reporting.document import Code, Document, Prose, Section, Table, Text
from reporting.palette import shorten
from reporting.paper import prose as paper_prose
from reporting.paper import styles, tables
from reporting.paper.code import Listing
from reporting.paper.layout import Group, Item, Mark, extent
from reporting.paper.pictures import Drawing
from reporting.paper.styles import Sheet

BEGINNING = 130.0  #: points: of a table or a listing that goes on overleaf
CAPTIONED = 70.0  #: points that a caption takes beside the tallest figure
HEADED = 62.0  #: points: a heading and three lines stay together
LONG = 0.6  #: of a page: what takes more may be divided
ENTRY_LIMIT = 100  #: letters of an entry of contents and outline
ABSTRACT = ("", "Abstract")  #: titles of what stands before the first chapter


@dataclass(frozen=True)
class Look:
    """How large a part of the report is set."""

    prose: ParagraphStyle
    sizes: tuple[float, ...]  #: of letters in tables
    code: float  #: of letters in listings


NARRATIVE = Look(paper_prose.PROSE, tables.SIZES, 7.5)
APPENDIX = Look(styles.style("small", 8.5, 12, rightIndent=paper_prose.RAGGED), tables.SMALL, 7.0)


@dataclass(frozen=True)
class Numbers:
    """What figures, tables and listings are called, and where links lead."""

    labels: Mapping[str, str]  #: key -> "Figure 1"
    places: Mapping[str, str]  #: "see:KEY" or "cite:KEY" -> key of a mark

    @classmethod
    def of(cls, document: Document) -> Numbers:
        """Count the blocks of a document, and name the places of its sections and sources."""
        labels = numbering.labels(block for section in document.sections for block in section.blocks)
        parts = [(i, s.title) for i, s in enumerate(document.sections) if s.title not in ABSTRACT]
        places = {f"see:{title}": f"part-{i}" for i, title in parts}
        places |= {f"see:{key}": place(label) for key, label in labels.items()}
        places |= {f"cite:{source.key}": f"source-{i}" for i, source in enumerate(document.sources, 1)}
        return cls(labels, places)


def place(label: str) -> str:
    """Return the key of the mark of what has this label."""
    return label.lower().replace(" ", "-")


@dataclass
class Blocks:
    """Turns the blocks of sections into groups, in the order of the document."""

    sheet: Sheet
    numbers: Numbers
    drawings: Iterator[Any]  #: a page for each figure
    writer: paper_prose.Writer
    listed: bool  #: whether contents name what is below chapters

    def groups(self, section: Section, look: Look, key: str) -> Iterator[Group]:
        """Yield the groups of a section, without its heading; `key` is what its marks begin with."""
        for number, block in enumerate(section.blocks):
            if isinstance(block, Prose):
                yield self._prose(block, look, f"{key}-{number}")
            elif isinstance(block, Text):
                yield _text(block, look)
            elif isinstance(block, Table):
                yield self._table(block, look)
            elif isinstance(block, Code):
                yield self._code(block, look)
            else:
                yield self._figure(block)

    def _prose(self, block: Prose, look: Look, key: str) -> Group:
        written = self.writer.write(block, look.prose)
        if block.kind != "heading":
            return Group((Item(written),), least=2.5 * look.prose.leading)
        mark = Mark(key, shorten(block.plain, ENTRY_LIMIT), 1, self.listed)
        return Group((Item(written, mark),), reserve=HEADED)

    def _captioned(self, block: Any, before: float, after: float = 4.0) -> tuple[Mark | None, list[Item]]:
        """Return the mark and the caption of a block, as far as it has a number and a title."""
        label = self.numbers.labels.get(block.key, "")
        name = f"{label}. " if label else ""
        mark = Mark(place(label), shorten(name + block.title, ENTRY_LIMIT), 1, self.listed) if label else None
        if not name + block.title + block.caption:
            return None, []
        look = styles.style("caption", 8.5, 11, textColor=styles.SOFT, spaceBefore=before, spaceAfter=after)
        text = f"<b>{name}{styles.markup(block.title)}</b> {styles.markup(block.caption)}"
        return mark, [Item(Paragraph(text, look))]

    def _figure(self, figure: Any) -> Group:
        drawing = Drawing(next(self.drawings), styles.COLUMN, self.sheet.tall - CAPTIONED)
        mark, caption = self._captioned(figure, 3, 10)
        return Group((Item(drawing, mark), *caption), floats=True)

    def _code(self, code: Code, look: Look) -> Group:
        mark, caption = self._captioned(code, 10)
        return self._floating(mark, [*caption, Item(Listing(code.text, look.code))], look)

    def _table(self, table: Table, look: Look) -> Group:
        """Return the caption, the table (in parts, if no page is wide enough) and its footnotes."""
        if look is APPENDIX:
            table = tables.folded(table)
        size, width = tables.fit(table, self.sheet, look.sizes)
        turned = width > styles.COLUMN
        tall = self.sheet.turned().tall if turned else self.sheet.tall
        notes = {note: i for i, note in enumerate(table.footnotes(), 1)}
        mark, items = self._captioned(table, 10)
        items += [Item(tables.grid(p, size, width, notes, tall)) for p in tables.parts(table, size, width)]
        items += [Item(styles.paragraph(text, styles.NOTE)) for text in tables.footnotes(notes)]
        items[-1].flowable.spaceAfter = 10  # text goes on below it
        return self._floating(mark, items, look, turned=turned)

    def _floating(self, mark: Mark | None, items: list[Item], look: Look, *, turned: bool = False) -> Group:
        """Return what is kept whole, unless it takes most of a page or is of an appendix.

        There, and where it has no number, it stands where it is told.
        """
        on = self.sheet.turned() if turned else self.sheet
        divided = look is APPENDIX or extent(items, on) > LONG * on.tall
        floats = look is not APPENDIX and mark is not None
        first, *rest = items
        return Group((Item(first.flowable, mark), *rest), BEGINNING if divided else None, floats=floats, turned=turned)


def _text(text: Text, look: Look) -> Group:
    if text.style == "code":
        return Group((Item(Listing(text.text, look.code, numbered=False)),), least=BEGINNING)
    written = styles.paragraph(text.text, styles.OF_STYLE.get(text.style, look.prose))
    if text.style == "heading":
        return Group((Item(written),), reserve=HEADED)
    return Group((Item(written),), least=2.5 * look.prose.leading)
