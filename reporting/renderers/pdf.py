"""Prints a Document: a narrative with numbered figures, contents, links, outline and references; every font embedded.

Draws pages that were laid out, with their heads and feet. The same Document gives the same bytes. What goes where is
paper_layout's business, how a block looks that of paper_blocks. Knows paper, never a metric.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

from reporting import paper
from reporting.document import Document
from reporting.paper_choice import chosen
from reporting.paper_layout import Page, Placed
from reporting.paper_story import compose

SUFFIX = ".pdf"
HEAD, FOOT = 36.0, 32.0  #: points from the edge of the sheet
ABOVE = 8.0  #: points: how far above a place a link to it leads


def render(document: Document) -> bytes:
    """Return the report as a PDF file."""
    paper.register()
    sheet = paper.SHEETS[document.paper]
    printed, left_out = chosen(document)
    buffer = BytesIO()
    keywords = f"{document.family}, study {document.timestamp}"  # `invoke verify` looks for it
    canvas = paper.begin(buffer, (sheet.width, sheet.height), document.title, document.subtitle, keywords)
    pages = compose(printed, sheet, left_out)
    for number, page in enumerate(pages, 1):
        canvas.setPageSize((page.sheet.width, page.sheet.height))
        for placed in page.placed:
            _draw(canvas, placed)
        _around(canvas, document, page, number, len(pages))
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _draw(canvas: Any, placed: Placed) -> None:
    """Draw one flowable, and enter its place into links and outline."""
    mark = placed.item.mark
    if mark:
        canvas.bookmarkHorizontal(mark.key, 0, placed.top + ABOVE)
        if mark.level >= 0:
            canvas.addOutlineEntry(mark.entry, mark.key, mark.level, closed=mark.level == 0)
    placed.item.flowable.drawOn(canvas, placed.x, placed.y)


def _around(canvas: Any, document: Document, page: Page, number: int, last: int) -> None:
    """Draw the running head, with the report and its chapter (not on the first page), and the foot."""
    left, right, top = page.sheet.left, page.sheet.left + page.sheet.column, page.sheet.height
    room = page.sheet.column * 0.55
    canvas.setFont(paper.SANS, 8)
    canvas.setFillColor(paper.SOFT)
    canvas.drawRightString(right, FOOT, f"{number} of {last}")
    canvas.drawString(left, FOOT, paper.cut(f"{document.family}, study {document.timestamp}", room, 8))
    if number > 1:
        chapter = paper.cut(page.chapter, room, 8)
        beside = page.sheet.column - canvas.stringWidth(chapter, paper.SANS, 8) - 20
        canvas.drawString(left, top - HEAD, paper.cut(document.title, beside, 8))
        canvas.drawRightString(right, top - HEAD, chapter)
        canvas.setStrokeColor(paper.LINE)
        canvas.setLineWidth(0.5)
        canvas.line(left, top - HEAD - 6, right, top - HEAD - 6)
