"""Renders a Document as an A4 report: numbered figures and tables, contents, outline, every font embedded.

Figures are matplotlib pages embedded as vectors. A wide table is set smaller (never below 7 pt), then turned, then
split by columns. The same Document gives the same bytes. Knows paper, never a metric.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import count
from typing import Any
from xml.sax.saxutils import escape

from pdfrw import PdfReader
from pdfrw.buildxobj import pagexobj
from pdfrw.toreportlab import makerl
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    XPreformatted,
)
from reportlab.platypus.tableofcontents import TableOfContents

from reporting import paper, paper_figures
from reporting.document import LIMITS, Code, Document, Prose, Section, Table, Text
from reporting.palette import printable, shorten
from reporting.paper_tables import fit, grid, parts, raised

SUFFIX = ".pdf"
WHOLE = 300  #: points; a table of less height begins on a new page rather than be divided


def render(document: Document) -> bytes:
    """Return the report as a PDF file."""
    paper.register()
    story = [*_title(document), *_Story(document).sections()]
    buffer = BytesIO()
    _Report(buffer, document).multiBuild(story)
    return buffer.getvalue()


class _Anchored(Paragraph):
    """A paragraph that stands in the contents and in the outline."""

    def __init__(self, markup: str, style: ParagraphStyle, key: str, level: int, entry: str) -> None:
        super().__init__(f'<a name="{key}"/>{markup}', style)
        self.key, self.level, self.entry = key, level, entry


class _Report(BaseDocTemplate):
    """Pages, running heads, and the notes for contents and outline."""

    def __init__(self, buffer: BytesIO, document: Document) -> None:
        about: dict[str, Any] = {
            "title": printable(document.title),
            "subject": printable(document.subtitle),
            "author": "",
            "creator": "",
        }
        super().__init__(buffer, pagesize=A4, invariant=1, initialFontName=paper.SANS, **about)
        self.document = document
        self.addPageTemplates([self._page("portrait", A4), self._page("turned", landscape(A4))])

    def _page(self, name: str, size: tuple[float, float]) -> PageTemplate:
        width, height = size[0] - 2 * paper.MARGIN, size[1] - 2 * paper.MARGIN
        frame = Frame(
            paper.MARGIN, paper.MARGIN, width, height, leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0
        )
        return PageTemplate(name, [frame], onPage=self._head, pagesize=size)

    def _head(self, canvas: Any, _doc: BaseDocTemplate) -> None:
        """Draw the running head (not on the first page) and the page number."""
        width, height = canvas._pagesize
        canvas.setFont(paper.SANS, 8)
        canvas.setFillColor(paper.SOFT)
        canvas.drawRightString(width - paper.MARGIN, 34, str(canvas.getPageNumber()))
        canvas.drawString(paper.MARGIN, 34, _cut(f"{self.document.family}, {self.document.timestamp}", width / 2, 8))
        if canvas.getPageNumber() > 1:
            canvas.drawString(paper.MARGIN, height - 38, _cut(self.document.title, width - 2 * paper.MARGIN, 8))
            canvas.setStrokeColor(paper.LINE)
            canvas.line(paper.MARGIN, height - 44, width - paper.MARGIN, height - 44)

    def afterFlowable(self, flowable: Flowable) -> None:  # noqa: N802 (reportlab's name)
        """Enter what was just placed into the contents and the outline."""
        if isinstance(flowable, _Anchored):
            self.notify("TOCEntry", (flowable.level, escape(flowable.entry), self.page, flowable.key))
            self.canv.addOutlineEntry(flowable.entry, flowable.key, flowable.level, closed=flowable.level == 0)


class _Drawing(Flowable):
    """One page of the figures' PDF, as vectors."""

    def __init__(self, page: Any) -> None:
        super().__init__()
        self.form = pagexobj(page)
        left, bottom, right, top = (float(v) for v in self.form.BBox)
        self.scale = min(1.0, (paper.TURNED - 70) / (top - bottom))  # very tall figures shrink to what a page holds
        self.width, self.height = (right - left) * self.scale, (top - bottom) * self.scale

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        """Return the size on paper."""
        return self.width, self.height

    def draw(self) -> None:
        """Draw the page as a form, in reportlab's coordinates."""
        self.canv.scale(self.scale, self.scale)
        self.canv.doForm(makerl(self.canv, self.form))


@dataclass(frozen=True)
class _Group:
    """What belongs together: it begins on a new page unless `least` points are left on this one."""

    least: float
    flowables: list[Flowable]
    width: float = paper.PORTRAIT


class _Story:
    """Turns sections into flowables; numbers figures and tables, and remembers which way the page is turned."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.figures, self.tables, self.listings = count(1), count(1), count(1)
        wanted = [b for s in document.sections for b in s.blocks if not isinstance(b, Text | Prose | Code | Table)]
        self.drawn = iter(PdfReader(fdata=paper_figures.pages(wanted)).pages if wanted else [])
        self.turned = False
        self.hoisted = next((s for s in document.sections if _verdicts(s)), None)

    def sections(self) -> Iterator[Flowable]:
        """Yield the whole body of the report; a section's turned tables come last, so that no page is half empty."""
        for number, section in enumerate(self.document.sections, 1):
            groups = self._groups(section)
            title = shorten(section.title, 100)
            heading = _Anchored(paper.markup(section.title), paper.HEADING, f"part-{number}", 0, title)
            first = groups[0] if groups else _Group(0, [])
            groups[:1] = [_Group(first.least + 46, [heading, *first.flowables], first.width)]
            for group in groups:
                yield from self._turn(group.width > paper.PORTRAIT)
                yield CondPageBreak(min(group.least, paper.TURNED if group.width == paper.PORTRAIT else paper.PORTRAIT))
                yield from group.flowables
        yield from self._turn(False)

    def _groups(self, section: Section) -> list[_Group]:
        """Return the blocks of a section, those on turned pages last."""
        groups = []
        for block in section.blocks:
            if isinstance(block, Table):
                groups.append(_table(block, next(self.tables)))
            elif isinstance(block, Prose):
                groups.append(_Group(40, [paper.paragraph(block.plain, paper.BODY)]))
            elif isinstance(block, Code):
                caption = _caption("Listing", next(self.listings), block.title, block.caption)
                groups.append(_Group(120, [Spacer(1, 6), caption, _code(block.text)]))
            elif not isinstance(block, Text):
                caption = _caption("Figure", next(self.figures), block.title, block.caption)
                drawing = [Spacer(1, 8), _Drawing(next(self.drawn)), caption, Spacer(1, 8)]
                groups.append(_Group(_height(drawing, paper.PORTRAIT), drawing))
            elif not (section is self.hoisted and block.style == "verdict"):
                groups.append(_Group(40, [_text(block)]))
        return sorted(groups, key=lambda group: group.width)

    def _turn(self, turned: bool) -> Iterator[Flowable]:
        """Begin a new page if it has to lie the other way."""
        if turned != self.turned:
            self.turned = turned
            yield NextPageTemplate("turned" if turned else "portrait")
            yield PageBreak()


def _title(document: Document) -> Iterator[Flowable]:
    """Yield the title, the verdicts, the warnings and the contents."""
    yield paper.paragraph(document.title, paper.TITLE)
    yield paper.paragraph(document.subtitle, paper.SUBTITLE)
    yield Spacer(1, 10)
    first = next((s for s in document.sections if _verdicts(s)), None)
    verdicts = _verdicts(first) if first else []
    for verdict in verdicts:
        yield paper.paragraph(verdict.text, paper.VERDICT if len(verdicts) > 1 else paper.LEAD)
    if document.warnings:
        heading = f"<b>{LIMITS}</b>"
        lines = "<br/>".join(f"• {paper.markup(warning)}" for warning in document.warnings)
        yield Paragraph(f"{heading}<br/>{lines}", paper.WARNING)
    yield Spacer(1, 10)
    yield Paragraph("Contents", paper.style("contents", 12, 16, fontName=paper.BOLD))
    contents: Any = TableOfContents(dotsMinLevel=0, levelStyles=list(paper.ENTRY))
    contents.tableStyle = [("FONT", (0, 0), (-1, -1), paper.SANS), *_NO_PADDING]
    yield contents


_NO_PADDING = [(f"{side}PADDING", (0, 0), (-1, -1), 0) for side in ("LEFT", "RIGHT", "TOP", "BOTTOM")]


def _verdicts(section: Section) -> list[Text]:
    return [b for b in section.blocks if isinstance(b, Text) and b.style == "verdict"]


def _table(table: Table, number: int) -> _Group:
    """Return the caption, the table (in parts, if no page is wide enough) and its footnotes."""
    size, width = fit(table)
    flowables: list[Flowable] = [Spacer(1, 6), _caption("Table", number, table.title, table.caption)]
    notes = {note: i for i, note in enumerate(table.footnotes(), 1)}
    for part in parts(table, size, width):
        flowables += [grid(part, size, width, notes), Spacer(1, 6)]
    flowables += [paper.paragraph(f"{raised(i)} {note}", paper.NOTE) for note, i in notes.items()]
    height = _height(flowables, width)
    return _Group(height if height < WHOLE else 130, [*flowables, Spacer(1, 8)], width)


def _height(flowables: Sequence[Flowable], width: float) -> float:
    return sum(f.wrap(width, paper.TURNED)[1] + f.getSpaceBefore() + f.getSpaceAfter() for f in flowables)


def _text(text: Text) -> Flowable:
    if text.style == "code":
        return _code(text.text)
    return paper.paragraph(text.text, paper.OF_STYLE.get(text.style, paper.BODY))


def _code(lines: str) -> Flowable:
    return XPreformatted(escape(_broken(printable(lines))), paper.CODE)


def _broken(code: str) -> str:
    """Break lines that are wider than the page at spaces, or anywhere if there is none."""
    letters = int((paper.PORTRAIT - 16) / pdfmetrics.stringWidth("m", paper.MONO, paper.CODE.fontSize))
    options: dict[str, Any] = {"break_on_hyphens": False, "drop_whitespace": False, "replace_whitespace": False}
    wrapper = textwrap.TextWrapper(width=letters, subsequent_indent="    ", **options)
    return "\n".join(part for line in code.expandtabs(4).split("\n") for part in (wrapper.wrap(line) or [""]))


def _caption(kind: str, number: int, title: str, caption: str) -> Paragraph:
    name = f"{kind} {number}"
    markup = f"<b>{name}. {paper.markup(title)}</b> {paper.markup(caption)}"
    return _Anchored(markup, paper.CAPTION, f"{kind}-{number}", 1, shorten(f"{name}. {title}", 100))


def _cut(text: str, room: float, size: float) -> str:
    """Return as much of a text as fits on one line."""
    line = " ".join(printable(text).split())
    if pdfmetrics.stringWidth(line, paper.SANS, size) <= room:
        return line
    while line and pdfmetrics.stringWidth(line + "…", paper.SANS, size) > room:
        line = line[:-1]
    return line + "…"
