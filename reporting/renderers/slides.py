"""Prints the talk of a Document: 16 to 9, one idea a slide. The same Document gives the same bytes.

What is on a slide, and whether it fits, is paper_slides' business.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

from reporting.document import Document
from reporting.palette import shorten
from reporting.paper import slides as paper_slides
from reporting.paper import styles
from reporting.paper.pictures import Drawing
from reporting.paper.slides import HEIGHT, ROOM, SIDE, TOP, WIDTH

SUFFIX = "_slides.pdf"
FOOT = 26.0  #: points from the lower edge
SMALL = 11.0  #: points: letters of the foot


def render(document: Document) -> bytes:
    """Return the slides as a PDF file. Raises SuiteError where there are none, or where one cannot hold its text."""
    styles.register()
    slides = paper_slides.lay(document)
    buffer = BytesIO()
    keywords = f"{document.family}, study {document.timestamp}"  # `invoke verify` looks for it
    canvas = styles.begin(buffer, (WIDTH, HEIGHT), document.title, document.subtitle, keywords)
    for number, slide in enumerate(slides, 1):
        canvas.bookmarkPage(f"slide-{number}")
        canvas.addOutlineEntry(shorten(slide.title or document.title, 100), f"slide-{number}", 0)
        _draw(canvas, slide)
        canvas.setFont(styles.SANS, SMALL)
        canvas.setFillColor(styles.SOFT)
        canvas.drawRightString(WIDTH - SIDE, FOOT, f"{number} of {len(slides)}")
        whence = document.projected if slide.projected and document.projected else document.subtitle
        canvas.drawString(SIDE, FOOT, styles.cut(whence, ROOM - 90, SMALL))
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _draw(canvas: Any, slide: paper_slides.Laid) -> None:
    """Draw what is on a slide, from the top down."""
    canvas.setFillColor(styles.LINK)
    canvas.rect(SIDE, HEIGHT - 30, 64, 3, stroke=0, fill=1)
    y = HEIGHT - TOP
    for space, part in slide.parts:
        width, height = part.wrap(ROOM, HEIGHT)
        y -= space + height
        left = SIDE + (ROOM - width) / 2 if isinstance(part, Drawing) else SIDE
        part.drawOn(canvas, left, y)
