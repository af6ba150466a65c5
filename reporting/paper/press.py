"""Prints pages that were laid out: what stands on them, their heads and feet, links and the outline. Same pages, same bytes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from reporting.paper import styles
from reporting.paper.layout import Page, Placed

HEAD, FOOT = 36.0, 32.0  #: points from the edge of the sheet
ABOVE = 8.0  #: points: how far above a place a link to it leads


@dataclass(frozen=True)
class About:
    """What a file says of itself. keywords: in ASCII, so that they can be found in its bytes."""

    title: str
    subject: str
    keywords: str  #: also at the foot of every page


def press(pages: Sequence[Page], about: About) -> bytes:
    """Return the pages as a PDF file."""
    buffer = BytesIO()
    first = pages[0].sheet
    canvas = styles.begin(buffer, (first.width, first.height), about.title, about.subject, about.keywords)
    for number, page in enumerate(pages, 1):
        canvas.setPageSize((page.sheet.width, page.sheet.height))
        for placed in page.placed:
            _draw(canvas, placed)
        _around(canvas, about, page, number, len(pages))
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


def _around(canvas: Any, about: About, page: Page, number: int, last: int) -> None:
    """Draw the running head, with the title and the chapter (not on the first page), and the foot."""
    left, right, top = page.sheet.left, page.sheet.left + page.sheet.column, page.sheet.height
    room = page.sheet.column * 0.55
    canvas.setFont(styles.SANS, 8)
    canvas.setFillColor(styles.SOFT)
    canvas.drawRightString(right, FOOT, f"{number} of {last}")
    canvas.drawString(left, FOOT, styles.cut(about.keywords, room, 8))
    if number > 1:
        chapter = styles.cut(page.chapter, room, 8)
        beside = page.sheet.column - canvas.stringWidth(chapter, styles.SANS, 8) - 20
        canvas.drawString(left, top - HEAD, styles.cut(about.title, beside, 8))
        canvas.drawRightString(right, top - HEAD, chapter)
        canvas.setStrokeColor(styles.LINE)
        canvas.setLineWidth(0.5)
        canvas.line(left, top - HEAD - 6, right, top - HEAD - 6)
