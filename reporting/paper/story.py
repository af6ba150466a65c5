"""Puts a report together: title page, contents, chapters, references, appendix, on pages of one sheet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from string import ascii_uppercase

from reportlab.platypus import Paragraph

from reporting import numbering
from reporting.document import Document, Section
from reporting.palette import shorten
from reporting.paper import front as paper_front
from reporting.paper import pictures as paper_pictures
from reporting.paper import prose, styles
from reporting.paper.blocks import ABSTRACT, APPENDIX, ENTRY_LIMIT, NARRATIVE, Blocks, Numbers
from reporting.paper.choice import narrated
from reporting.paper.layout import Group, Item, Mark, Page, lay, numbered
from reporting.paper.pictures import Picture
from reporting.paper.styles import Sheet

CHAPTER = 86.0  #: points: a chapter begins on a new page unless there are as many left
LIST = 24.0  #: likewise for the list of sources, whose entries stand alone
SOURCES = "References"


@dataclass(frozen=True)
class Chapter:
    """A headed part. number: "1", "A" or, for what is not counted, empty."""

    number: str
    section: Section
    key: str


def compose(document: Document, sheet: Sheet, left_out: str = "") -> list[Page]:
    """Return the pages of a report. left_out: a sentence on what of it is not printed."""
    verdicts, document = paper_front.hoisted(document)
    told, numbers = narrated(document), Numbers.of(document)
    ladder = paper_front.ladder(document) if told else None
    every = [block for section in document.sections for block in section.blocks]
    pictures = [Picture(block) for block in every if numbering.kind(block) == "Figure"]  # type: ignore[arg-type]
    small = [Picture(ladder, paper_front.LADDER)] if ladder else []
    made = paper_pictures.pages([*pictures, *small])
    blocks = Blocks(sheet, numbers, iter(made), prose.Writer(numbers.places), listed=not told)
    first, chapters = _chapters(document)
    front = [*paper_front.title(document, verdicts)]
    if first:
        front += blocks.groups(first, paper_front.ABSTRACT, "at-abstract")
    if ladder:
        front.append(paper_front.picture(ladder, made[-1], numbers))
    front += paper_front.limits(document, left_out)
    body = [group for chapter in chapters for group in _chapter(document, chapter, blocks)]
    pages: dict[str, int] = {}
    entries = [item.mark for group in body for item in group.items if item.mark and item.mark.listed]
    found = lay([*front, paper_front.contents(entries, pages), *body], sheet)
    pages.update(numbered(found))
    return found


def _chapters(document: Document) -> tuple[Section | None, list[Chapter]]:
    """Return the abstract, if there is one, and the chapters with their numbers: the references among them."""
    sections = list(document.sections)
    first = sections[0] if sections and sections[0].title in ABSTRACT and narrated(document) else None
    end = len(sections) - document.appendix
    begin = 1 if first else 0
    told = [Chapter(str(n), sections[i], f"part-{i}") for n, i in enumerate(range(begin, end), 1)]
    sources = [Chapter("", Section(SOURCES, ()), "references")] if document.sources else []
    letters = [
        Chapter(ascii_uppercase[n % 26], sections[i], f"part-{i}") for n, i in enumerate(range(end, len(sections)))
    ]
    return first, [*told, *sources, *letters]


def _chapter(document: Document, chapter: Chapter, blocks: Blocks) -> Iterator[Group]:
    """Yield the heading and what is below it; what waits for room passes from chapter to chapter of a narrative only."""
    outside = not chapter.number.isdecimal()
    title = f"{chapter.number}  {chapter.section.title}".strip()
    mark = Mark(chapter.key, shorten(title.replace("  ", " "), ENTRY_LIMIT), 0, listed=True)
    text = styles.markup(chapter.section.title)
    if chapter.number:
        text = f'<font color="#{styles.LINK.hexval()[2:]}">{chapter.number}</font>&nbsp;&nbsp;{text}'
    heading = Item(Paragraph(text, styles.HEADING), mark)
    reserve = LIST if chapter.key == "references" else CHAPTER
    yield Group((heading,), reserve=reserve, barrier=outside or blocks.listed)
    if chapter.key == "references":
        for source in prose.references(document.sources, blocks.writer.places):
            yield Group((Item(source),))
        return
    yield from blocks.groups(chapter.section, APPENDIX if outside else NARRATIVE, f"at-{chapter.key}")
