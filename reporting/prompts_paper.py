"""Sets a log of prompts, and the templates after it, on paper: title, contents, outline; long prompts go on over pages.

In the look of paper.py. The same log gives the same bytes. Knows nothing of studies or of how a log is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import BytesIO
from textwrap import TextWrapper
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    XPreformatted,
)
from reportlab.platypus.tableofcontents import TableOfContents

from reporting import paper
from reporting.document import Code, Prose, Span
from reporting.palette import printable, shorten
from reporting.prompts import Entry, Log
from reporting.prompts_templates import Template

#: band around what is code: its padding is inside the text's width, so that it ends where the text ends
CODE = paper.style("prompt", 8, 11, fontName=paper.MONO, backColor=paper.SHADE, borderPadding=6, leftIndent=6,
                   rightIndent=6, spaceBefore=10, spaceAfter=14)  # fmt: skip
PROSE = {"heading": paper.SUBHEADING, "paragraph": paper.BODY}
FACT = paper.style("fact", 9, 12.5, spaceAfter=0)
FACT_NAME = paper.style("fact-name", 9, 12.5, spaceAfter=0, textColor=paper.SOFT)
ENTRY_TITLE = paper.style("entry-title", 11.5, 15, fontName=paper.BOLD, spaceBefore=14, spaceAfter=6, keepWithNext=1)
MARKS = {"strong": "b", "emphasis": "i"}
ROOM = 170  #: points that must be left on a page for an entry or a template to begin on it


def render(family: str, log: Log, templates: Sequence[Template]) -> bytes:
    """Return the log of a family's prompts, and the templates, as a PDF file."""
    paper.register()
    title = f"Prompts of {family}"
    buffer = BytesIO()
    story = [*_front(title, log, templates), *_entries(log), *_templates(templates)]
    _Pages(buffer, title).multiBuild(story)
    return buffer.getvalue()


class _Anchored(Paragraph):
    """A heading that stands in the contents and in the outline."""

    def __init__(self, text: str, look: ParagraphStyle, key: str, level: int) -> None:
        super().__init__(f'<a name="{key}"/>{paper.markup(text)}', look)
        self.key, self.level, self.entry = key, level, shorten(text, 100)


class _Pages(BaseDocTemplate):
    """Pages with a running head, and the notes for contents and outline."""

    def __init__(self, buffer: BytesIO, title: str) -> None:
        about: dict[str, Any] = {"title": title, "author": "", "creator": "", "subject": ""}
        super().__init__(buffer, pagesize=A4, invariant=1, initialFontName=paper.SANS, **about)
        self.heading = title
        sides: dict[str, Any] = {f"{side}Padding": 0 for side in ("left", "right", "top", "bottom")}
        frame = Frame(paper.MARGIN, paper.MARGIN, paper.COLUMN, paper.SHEETS["a4"].tall, **sides)
        self.addPageTemplates([PageTemplate("page", [frame], onPage=self._head, pagesize=A4)])

    def _head(self, canvas: Any, _doc: BaseDocTemplate) -> None:
        """Draw the page number, and after the first page the title above a line."""
        width, height = A4
        canvas.setFont(paper.SANS, 8)
        canvas.setFillColor(paper.SOFT)
        canvas.drawRightString(width - paper.MARGIN, 34, str(canvas.getPageNumber()))
        if canvas.getPageNumber() > 1:
            canvas.drawString(paper.MARGIN, height - 38, self.heading)
            canvas.setStrokeColor(paper.LINE)
            canvas.line(paper.MARGIN, height - 44, width - paper.MARGIN, height - 44)

    def afterFlowable(self, flowable: Flowable) -> None:  # noqa: N802 (reportlab's name)
        """Enter what was just placed into the contents and the outline."""
        if isinstance(flowable, _Anchored):
            self.notify("TOCEntry", (flowable.level, escape(flowable.entry), self.page, flowable.key))
            self.canv.addOutlineEntry(flowable.entry, flowable.key, flowable.level, closed=False)


def _front(title: str, log: Log, templates: Sequence[Template]) -> Iterator[Flowable]:
    """Yield title, what this is, what people wrote at the start of the log, and the contents."""
    number = len(log.entries)
    yield paper.paragraph(title, paper.TITLE)
    entries = "no entry" if not number else "1 entry" if number == 1 else f"{number} entries"
    yield paper.paragraph(f"A log of prompt engineering: {entries}; {len(templates)} templates", paper.SUBTITLE)
    yield Spacer(1, 8)
    if not number:
        said = (
            "No prompt is recorded in this log. What follows are templates: reusable texts for the stages of a study, with "
            "placeholders where its evidence goes. They are no record of what anybody asked a model, or of what it answered."
        )
        yield paper.paragraph(said, paper.WARNING)
    yield from _prose(log.about)
    yield Paragraph("Contents", paper.style("contents", 12, 16, fontName=paper.BOLD, spaceBefore=10))
    looks: list[Any] = [
        paper.style("entry", 10, 15, spaceAfter=0, spaceBefore=3),
        paper.style("subentry-wide", 9, 13, spaceAfter=0, leftIndent=14, textColor=paper.SOFT),
    ]
    contents: Any = TableOfContents(dotsMinLevel=0, levelStyles=looks)
    sides = [(f"{side}PADDING", (0, 0), (-1, -1), 0) for side in ("LEFT", "RIGHT", "TOP", "BOTTOM")]
    contents.tableStyle = [("FONT", (0, 0), (-1, -1), paper.SANS), *sides]
    yield contents


def _entries(log: Log) -> Iterator[Flowable]:
    if not log.entries:
        return
    yield PageBreak()
    yield _Anchored("Entries", paper.HEADING, "entries", 0)
    for number, entry in enumerate(log.entries, 1):
        yield CondPageBreak(ROOM)
        yield _Anchored(f"{entry.date}: {entry.title}", ENTRY_TITLE, f"entry-{number}", 1)
        yield _facts(_told(entry))
        yield _code(entry.prompt)
        yield paper.paragraph("What came of it", paper.SUBHEADING)
        yield from _prose(entry.outcome)


def _told(entry: Entry) -> list[tuple[str, str]]:
    touched = [("variants", ", ".join(entry.variants)), ("figures", ", ".join(entry.figures))]
    return [("model", entry.model), ("purpose", entry.purpose), *((name, text) for name, text in touched if text)]


def _templates(templates: Sequence[Template]) -> Iterator[Flowable]:
    yield PageBreak()
    yield _Anchored("Templates", paper.HEADING, "templates", 0)
    said = Prose(
        (
            Span("Templates, not prompts that were sent. Names in double braces are placeholders: "),
            Span("invoke prompts --for STAGE", "code"),
            Span(
                " puts the evidence of a study in their place, each quoted so that nothing in it can end its quotation."
            ),
        )
    )
    yield from _prose([said])
    for number, template in enumerate(templates, 1):
        yield CondPageBreak(ROOM)
        yield _Anchored(f"{number}. {template.title}", ENTRY_TITLE, f"template-{template.stage}", 1)
        about = "the baseline" if template.about == "baseline" else "the fastest rung"
        facts = [("stage", template.stage), ("for", template.use), ("about", f"{about}, unless another is named")]
        yield _facts(facts)
        yield _code(template.text)


def _facts(facts: Sequence[tuple[str, str]]) -> Flowable:
    """Return names and values, side by side; long values go on below."""
    rows = [[paper.paragraph(name, FACT_NAME), paper.paragraph(value, FACT)] for name, value in facts]
    edges = [
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("TOPPADDING", (0, 0), (-1, -1), 1),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ]
    return Table(rows, colWidths=[70, paper.COLUMN - 70], style=[*edges, ("BOTTOMPADDING", (0, 0), (-1, -1), 1)])


def _prose(blocks: Sequence[Prose | Code]) -> Iterator[Flowable]:
    numbers: dict[int, int] = {}  # depth -> of the last numbered item
    for block in blocks:
        if isinstance(block, Code):
            yield _code(block.text)
            continue
        numbered = block.kind == "numbered"
        numbers = {depth: number for depth, number in numbers.items() if depth < block.depth + numbered}
        numbers[block.depth] = numbers.get(block.depth, 0) + numbered
        mark = f"{numbers[block.depth]}." if numbered else "•" if block.kind == "item" else None
        indent = 16 * (block.depth + (block.kind not in ("paragraph", "heading")))
        look = PROSE.get(block.kind, paper.BODY)
        own = ParagraphStyle(f"{look.name}-{indent}", look, leftIndent=indent, bulletIndent=max(indent - 13, 0))
        yield Paragraph("".join(map(_span, block.spans)), own, bulletText=mark)


def _span(span: Span) -> str:
    words = escape(printable(span.text))
    if span.style == "code":
        return f'<font name="{paper.MONO}" size="8.5">{words}</font>'
    tag = MARKS.get(span.style)
    return f"<{tag}>{words}</{tag}>" if tag else words


def _code(text: str) -> Flowable:
    return XPreformatted(escape("\n".join(broken(text))), CODE)


def broken(text: str) -> list[str]:
    """Return the lines of a text, those too wide for the page broken at spaces, or anywhere if there is none."""
    letters = int(
        (paper.COLUMN - CODE.leftIndent - CODE.rightIndent) / pdfmetrics.stringWidth("m", paper.MONO, CODE.fontSize)
    )
    keep: dict[str, Any] = {"width": letters, "break_on_hyphens": False, "replace_whitespace": False}
    found: list[str] = []
    for line in printable(text.expandtabs(4)).split("\n"):
        indent = line[: min(len(line) - len(line.lstrip()), letters // 2)]
        found += TextWrapper(subsequent_indent=indent, **keep).wrap(line) or [""]
    return found
