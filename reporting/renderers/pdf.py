"""Renders a Document as an A4 report: numbered figures and tables, contents, outline, every font embedded.

Figures are matplotlib pages embedded as vectors. A wide table is set smaller (never below 7 pt), then turned, then
split by columns. The same Document gives the same bytes. Knows paper, never a metric.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from itertools import count
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import matplotlib
from pdfrw import PdfReader
from pdfrw.buildxobj import pagexobj
from pdfrw.toreportlab import makerl
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
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
from reportlab.platypus import Table as Grid
from reportlab.platypus.tableofcontents import TableOfContents

from reporting import paper_figures
from reporting.document import LIMITS, BarChart, Cell, Document, Dots, FlameGraph, Section, Table, Text
from reporting.palette import printable, shorten

SUFFIX = ".pdf"
SANS, BOLD, ITALIC, MONO = "DejaVuSans", "DejaVuSans-Bold", "DejaVuSans-Oblique", "DejaVuSansMono"
MARGIN = 56.7  #: 20 mm
PORTRAIT, TURNED = A4[0] - 2 * MARGIN, A4[1] - 2 * MARGIN
SIZES = (9.0, 8.5, 8.0, 7.5, 7.0)  #: of text in tables, tried in this order
PAD = 4.0  #: left and right of a cell
DIVISIBLE = 220.0  #: points; a table of less height is not divided between pages
UNBROKEN, BREAKABLE = 34, 20  #: letters of words that are better not broken, and of those that may not be
LINE, SHADE, SOFT, LINK = HexColor("#C8CCD0"), HexColor("#F1F2F4"), HexColor("#50565C"), HexColor("#00558F")
WARM, EDGE = HexColor("#FFF4E5"), HexColor("#D55E00")


def render(document: Document) -> bytes:
    """Return the report as a PDF file."""
    _register()
    story = [*_title(document), *_Story(document).sections()]
    buffer = BytesIO()
    _Report(buffer, document).multiBuild(story)
    return buffer.getvalue()


@cache
def _register() -> None:
    """Make reportlab know the fonts that matplotlib ships; once per process."""
    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    for name in (SANS, BOLD, ITALIC, MONO):
        pdfmetrics.registerFont(TTFont(name, folder / f"{name}.ttf"))
    pdfmetrics.registerFontFamily(SANS, normal=SANS, bold=BOLD, italic=ITALIC, boldItalic=BOLD)


def _style(name: str, size: float, leading: float, **more: Any) -> ParagraphStyle:
    fonts = {"fontName": SANS, "bulletFontName": SANS}
    return ParagraphStyle(name, **{**fonts, "fontSize": size, "leading": leading, "spaceAfter": 6, **more})


BODY = _style("body", 10, 14)
TITLE = _style("title", 20, 25, fontName=BOLD)
SUBTITLE = _style("subtitle", 10.5, 14, textColor=SOFT)
HEADING = _style("heading", 14, 18, fontName=BOLD, spaceBefore=20, spaceAfter=8)
BAND = {"borderPadding": (5, 6, 5, 8), "leftIndent": 8, "rightIndent": 6, "spaceBefore": 16, "spaceAfter": 16}
SUBHEADING = _style("subheading", 11, 15, fontName=BOLD, spaceBefore=12, keepWithNext=1)
VERDICT = _style("verdict", 12, 16, fontName=BOLD, spaceAfter=7)
LEAD = _style("lead", 14, 19, fontName=BOLD, spaceAfter=9)
WARNING = _style("warning", 9, 12.5, backColor=WARM, **BAND)
CODE = _style("code", 8, 11, fontName=MONO, backColor=SHADE, **BAND)
CAPTION = _style("caption", 9, 12, textColor=SOFT, spaceBefore=4, spaceAfter=4)
NOTE = _style("note", 8, 10.5, textColor=SOFT, spaceAfter=1, leftIndent=10, firstLineIndent=-10)
ENTRY = (
    _style("entry", 10, 15, spaceAfter=0, spaceBefore=3),
    _style("subentry", 8, 10.5, spaceAfter=0, leftIndent=14, rightIndent=30, textColor=SOFT),
)


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
        super().__init__(buffer, pagesize=A4, invariant=1, initialFontName=SANS, **about)
        self.document = document
        self.addPageTemplates([self._page("portrait", A4), self._page("turned", landscape(A4))])

    def _page(self, name: str, size: tuple[float, float]) -> PageTemplate:
        width, height = size[0] - 2 * MARGIN, size[1] - 2 * MARGIN
        frame = Frame(MARGIN, MARGIN, width, height, leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0)
        return PageTemplate(name, [frame], onPage=self._head, pagesize=size)

    def _head(self, canvas: Any, _doc: BaseDocTemplate) -> None:
        """Draw the running head (not on the first page) and the page number."""
        width, height = canvas._pagesize
        canvas.setFont(SANS, 8)
        canvas.setFillColor(SOFT)
        canvas.drawRightString(width - MARGIN, 34, str(canvas.getPageNumber()))
        canvas.drawString(MARGIN, 34, _cut(f"{self.document.family}, {self.document.timestamp}", width / 2, 8))
        if canvas.getPageNumber() > 1:
            canvas.drawString(MARGIN, height - 38, _cut(self.document.title, width - 2 * MARGIN, 8))
            canvas.setStrokeColor(LINE)
            canvas.line(MARGIN, height - 44, width - MARGIN, height - 44)

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
        self.scale = min(1.0, (TURNED - 70) / (top - bottom))  # very tall figures shrink to what a page holds
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
    width: float = PORTRAIT


class _Story:
    """Turns sections into flowables; numbers figures and tables, and remembers which way the page is turned."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.figures, self.tables = count(1), count(1)
        wanted = [b for s in document.sections for b in s.blocks if isinstance(b, (BarChart, Dots, FlameGraph))]
        self.drawn = iter(PdfReader(fdata=paper_figures.pages(wanted)).pages if wanted else [])
        self.turned = False
        self.hoisted = next((s for s in document.sections if _verdicts(s)), None)

    def sections(self) -> Iterator[Flowable]:
        """Yield the whole body of the report; a section's turned tables come last, so that no page is half empty."""
        for number, section in enumerate(self.document.sections, 1):
            groups = self._groups(section)
            title = shorten(section.title, 100)
            heading = _Anchored(_markup(section.title), HEADING, f"part-{number}", 0, title)
            first = groups[0] if groups else _Group(0, [])
            groups[:1] = [_Group(first.least + 46, [heading, *first.flowables], first.width)]
            for group in groups:
                yield from self._turn(group.width > PORTRAIT)
                yield CondPageBreak(min(group.least, TURNED if group.width == PORTRAIT else PORTRAIT))
                yield from group.flowables
        yield from self._turn(False)

    def _groups(self, section: Section) -> list[_Group]:
        """Return the blocks of a section, those on turned pages last."""
        groups = []
        for block in section.blocks:
            if isinstance(block, Table):
                groups.append(_table(block, next(self.tables)))
            elif not isinstance(block, Text):
                caption = _caption("Figure", next(self.figures), block.title, block.caption)
                drawing = [Spacer(1, 8), _Drawing(next(self.drawn)), caption, Spacer(1, 8)]
                groups.append(_Group(_height(drawing, PORTRAIT), drawing))
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
    yield _paragraph(document.title, TITLE)
    yield _paragraph(document.subtitle, SUBTITLE)
    yield Spacer(1, 10)
    first = next((s for s in document.sections if _verdicts(s)), None)
    verdicts = _verdicts(first) if first else []
    for verdict in verdicts:
        yield _paragraph(verdict.text, VERDICT if len(verdicts) > 1 else LEAD)
    if document.warnings:
        heading = f"<b>{LIMITS}</b>"
        lines = "<br/>".join(f"• {_markup(warning)}" for warning in document.warnings)
        yield Paragraph(f"{heading}<br/>{lines}", WARNING)
    yield Spacer(1, 10)
    yield Paragraph("Contents", _style("contents", 12, 16, fontName=BOLD))
    contents: Any = TableOfContents(dotsMinLevel=0, levelStyles=list(ENTRY))
    contents.tableStyle = [("FONT", (0, 0), (-1, -1), SANS), *_NO_PADDING]
    yield contents


_NO_PADDING = [(f"{side}PADDING", (0, 0), (-1, -1), 0) for side in ("LEFT", "RIGHT", "TOP", "BOTTOM")]


def _verdicts(section: Section) -> list[Text]:
    return [b for b in section.blocks if isinstance(b, Text) and b.style == "verdict"]


def _table(table: Table, number: int) -> _Group:
    """Return the caption, the table (in parts, if no page is wide enough) and its footnotes."""
    size, width = _fit(table)
    flowables: list[Flowable] = [Spacer(1, 6), _caption("Table", number, table.title, table.caption)]
    notes = {note: i for i, note in enumerate(table.footnotes(), 1)}
    for part in _parts(table, size, width):
        flowables += [_grid(part, size, width, notes), Spacer(1, 6)]
    flowables += [_paragraph(f"{_raised(i)} {note}", NOTE) for note, i in notes.items()]
    height = _height(flowables, width)
    return _Group(height if height < DIVISIBLE else 130, [*flowables, Spacer(1, 8)], width)


def _height(flowables: Sequence[Flowable], width: float) -> float:
    return sum(f.wrap(width, TURNED)[1] + f.getSpaceBefore() + f.getSpaceAfter() for f in flowables)


def _text(text: Text) -> Flowable:
    if text.style == "code":
        return XPreformatted(escape(_broken(printable(text.text))), CODE)
    return _paragraph(text.text, {"verdict": VERDICT, "warning": WARNING, "heading": SUBHEADING}.get(text.style, BODY))


def _broken(code: str) -> str:
    """Break lines that are wider than the page at spaces, or anywhere if there is none."""
    letters = int((PORTRAIT - 16) / pdfmetrics.stringWidth("m", MONO, CODE.fontSize))
    options: dict[str, Any] = {"break_on_hyphens": False, "drop_whitespace": False, "replace_whitespace": False}
    wrapper = textwrap.TextWrapper(width=letters, subsequent_indent="    ", **options)
    return "\n".join(part for line in code.expandtabs(4).split("\n") for part in (wrapper.wrap(line) or [""]))


def _caption(kind: str, number: int, title: str, caption: str) -> Paragraph:
    name = f"{kind} {number}"
    markup = f"<b>{name}. {_markup(title)}</b> {_markup(caption)}"
    return _Anchored(markup, CAPTION, f"{kind}-{number}", 1, shorten(f"{name}. {title}", 100))


def _markup(text: str) -> str:
    return escape(printable(text)).replace("\n", "<br/>")


def _paragraph(text: str, style: ParagraphStyle) -> Paragraph:
    return Paragraph(_markup(text), style)


def _cut(text: str, room: float, size: float) -> str:
    """Return as much of a text as fits on one line."""
    line = " ".join(printable(text).split())
    if pdfmetrics.stringWidth(line, SANS, size) <= room:
        return line
    while line and pdfmetrics.stringWidth(line + "…", SANS, size) > room:
        line = line[:-1]
    return line + "…"


def _fit(table: Table) -> tuple[float, float]:
    """Return the size of the letters and the width of the page that a table needs; see the module's docstring."""
    parts = len(_cuts(_least(table, SIZES[2]), PORTRAIT))
    stacks = parts * (len(table.rows) + 3) * SIZES[2] * 1.9 < DIVISIBLE  # so few rows that its parts go on one page
    for width, letters in ((PORTRAIT, UNBROKEN), (PORTRAIT, BREAKABLE), (TURNED, BREAKABLE)):
        if width == TURNED and stacks:
            return SIZES[2], PORTRAIT
        units = _units(table, letters)
        for size in SIZES:
            if sum(units) * size + 2 * PAD * len(units) <= width:
                return size, width
    return SIZES[2], TURNED


def _least(table: Table, size: float) -> list[float]:
    """Return the least width of each column."""
    return [unit * size + 2 * PAD for unit in _units(table, BREAKABLE)]


def _units(table: Table, letters: int) -> list[float]:
    """Return the least width of each column, in ems: its longest word, cells that are numbers or short being one word.

    Words of more than so many letters (hashes, paths) may be broken anywhere.
    """
    widths = []
    for i, column in enumerate(table.columns):
        whole = 32 if i and table.numeric else 24 if i == 0 else 14
        words = [(word, BOLD) for word in printable(column).split()]
        for row in table.rows:
            text = printable(row[i].text) + ("00" if row[i].note else "")
            words += [(word, SANS) for word in ([text] if len(text) <= whole else text.split())]
        longest = max((pdfmetrics.stringWidth(word, font, 100) for word, font in words), default=0.0) / 100
        widths.append(min(longest, letters * 0.62) + 0.06)
    return widths


def _most(table: Table, size: float) -> list[float]:
    """Return the width of each column when nothing wraps."""
    texts = [[column, *(printable(row[i].text) for row in table.rows)] for i, column in enumerate(table.columns)]
    return [max(pdfmetrics.stringWidth(t, BOLD, size) for t in column) + 2 * PAD + size for column in texts]


def _widths(table: Table, size: float, room: float) -> list[float]:
    """Share the room: each column gets its least, what is left goes to the columns that would wrap."""
    least = _least(table, size)
    wishes = [max(most - low, 0.0) for most, low in zip(_most(table, size), least, strict=True)]
    spare, wanted = max(room - sum(least), 0.0), sum(wishes)
    share = min(spare / wanted, 1.0) if wanted else 0.0
    return [low + wish * share for low, wish in zip(least, wishes, strict=True)]


def _parts(table: Table, size: float, room: float) -> Iterator[Table]:
    """Yield the table, or parts of about equal width that repeat the first column, as many as the room demands."""
    least = _least(table, size)
    needed = len(_cuts(least, room))
    narrower = (_cuts(least, room * twelfth / 12) for twelfth in range(1, 13))
    for start, stop in next(cuts for cuts in narrower if len(cuts) == needed):
        chosen = (0, *range(start, stop))
        rows = tuple(tuple(row[i] for i in chosen) for row in table.rows)
        yield Table(table.title, tuple(table.columns[i] for i in chosen), rows, table.caption, table.numeric)


def _cuts(least: list[float], room: float) -> list[tuple[int, int]]:
    """Return which columns stand beside the first one in each part."""
    cuts: list[tuple[int, int]] = []
    start = 1
    while start < len(least) or (least and not cuts):
        used, stop = least[0], start
        while stop < len(least) and (stop == start or used + least[stop] <= room):
            used += least[stop]
            stop += 1
        cuts.append((start, stop))
        start = stop
    return cuts


def _grid(table: Table, size: float, room: float, notes: dict[str, int]) -> Any:
    """Return a reportlab table that repeats its header on every page."""
    leading = size * 1.3
    sides = [2 if table.aligned_right(i) else 0 for i in range(len(table.columns))]  # reportlab's right and left
    cells = [_style("cell", size, leading, spaceAfter=0, alignment=side) for side in sides]
    heads = [_style("head", size, leading, spaceAfter=0, alignment=side, fontName=BOLD) for side in sides]
    head = [_paragraph(column, style) for column, style in zip(table.columns, heads, strict=True)]
    body = [[_paragraph(_marked(c, notes), s) for c, s in zip(row, cells, strict=True)] for row in table.rows]
    grid: Any = Grid([head, *body], colWidths=_widths(table, size, room), repeatRows=1, hAlign="LEFT")
    rules: Sequence[tuple[Any, ...]] = [
        ("BACKGROUND", (0, 0), (-1, 0), SHADE),
        ("FONT", (0, 0), (-1, -1), SANS, size),
        ("VALIGN", (0, 0), (-1, 0), "BOTTOM"),
        ("VALIGN", (0, 1), (-1, -1), "TOP"),
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE),
        ("LEFTPADDING", (0, 0), (-1, -1), PAD),
        ("RIGHTPADDING", (0, 0), (-1, -1), PAD),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
    ]
    grid.setStyle(rules)
    grid.wrap(room, TURNED)
    grid.splitInRow = max(grid._rowHeights) > TURNED / 2  # a row may be divided only if no page could hold it
    return grid


def _marked(cell: Cell, notes: dict[str, int]) -> str:
    return cell.text + (_raised(notes[cell.note]) if cell.note else "")


def _raised(number: int) -> str:
    return str(number).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))
