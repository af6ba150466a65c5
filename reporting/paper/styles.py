"""What all that is printed shares: the sheets, the fonts, the styles, and text as paragraphs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import matplotlib
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4, LETTER
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph

from reporting.palette import printable

SANS, BOLD, ITALIC, BOLD_ITALIC = "DejaVuSans", "DejaVuSans-Bold", "DejaVuSans-Oblique", "DejaVuSans-BoldOblique"
MONO = "DejaVuSansMono"
MARGIN = 56.7  #: points, 20 mm: above and below the text, and beside it at least
COLUMN = A4[0] - 2 * MARGIN  #: points: the text is as wide on every sheet that stands, so that figures are the same
LINE, SHADE, SOFT, LINK = HexColor("#C8CCD0"), HexColor("#F1F2F4"), HexColor("#50565C"), HexColor("#00558F")
WARM, INK = HexColor("#FFF4E5"), HexColor("#1B1E21")


@dataclass(frozen=True)
class Sheet:
    """A sheet of paper, in points."""

    width: float
    height: float

    @property
    def lies(self) -> bool:
        """Whether it is wider than tall."""
        return self.width > self.height

    @property
    def column(self) -> float:
        """The width of the text."""
        return self.width - 2 * MARGIN if self.lies else COLUMN

    @property
    def left(self) -> float:
        """Where the text begins."""
        return (self.width - self.column) / 2

    @property
    def tall(self) -> float:
        """The height of the text."""
        return self.height - 2 * MARGIN

    def turned(self) -> Sheet:
        """Return the sheet lying."""
        return Sheet(self.height, self.width)


SHEETS = {"a4": Sheet(*A4), "letter": Sheet(*LETTER)}


@cache
def register() -> None:
    """Make reportlab know the fonts that matplotlib ships; once per process."""
    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    for name in (SANS, BOLD, ITALIC, BOLD_ITALIC, MONO):
        pdfmetrics.registerFont(TTFont(name, folder / f"{name}.ttf"))
    pdfmetrics.registerFontFamily(SANS, normal=SANS, bold=BOLD, italic=ITALIC, boldItalic=BOLD_ITALIC)
    pdfmetrics.registerFontFamily(MONO, normal=MONO, bold=MONO, italic=MONO, boldItalic=MONO)


def style(name: str, size: float, leading: float, **more: Any) -> ParagraphStyle:
    """Return a style of the one family of fonts; no line of a paragraph stands alone on a page."""
    fonts = {"fontName": SANS, "bulletFontName": SANS, "allowWidows": 0, "allowOrphans": 0}
    return ParagraphStyle(name, **{**fonts, "fontSize": size, "leading": leading, "spaceAfter": 6, **more})


BODY = style("body", 10, 14)
TITLE = style("title", 21, 26, fontName=BOLD, spaceAfter=6)
SUBTITLE = style("subtitle", 9.5, 13, textColor=SOFT)
HEADING = style("heading", 14, 18, fontName=BOLD, spaceBefore=18, spaceAfter=6)
BAND = {"borderPadding": (5, 6, 5, 8), "leftIndent": 8, "rightIndent": 6, "spaceBefore": 16, "spaceAfter": 16}
SUBHEADING = style("subheading", 10.5, 14, fontName=BOLD, spaceBefore=10, spaceAfter=4, keepWithNext=1)
VERDICT = style("verdict", 12, 16, fontName=BOLD, spaceAfter=7)
LEAD = style("lead", 14, 19, fontName=BOLD, spaceAfter=9)
WARNING = style("warning", 9, 12.5, backColor=WARM, **BAND)
OF_STYLE = {"verdict": VERDICT, "warning": WARNING, "heading": SUBHEADING}
NOTE = style("note", 8, 10.5, textColor=SOFT, spaceAfter=1, leftIndent=10, firstLineIndent=-10)


def markup(text: str) -> str:
    """Return a text as reportlab's markup that shows it as it is."""
    return escape(printable(text)).replace("\n", "<br/>")


def paragraph(text: str, look: ParagraphStyle) -> Paragraph:
    """Return a plain text as a paragraph."""
    return Paragraph(markup(text), look)


def cut(text: str, room: float, size: float, font: str = SANS) -> str:
    """Return as much of a text as fits on one line of so many points."""
    line = " ".join(printable(text).split())
    if pdfmetrics.stringWidth(line, font, size) <= room:
        return line
    while line and pdfmetrics.stringWidth(line + "…", font, size) > room:
        line = line[:-1]
    return line + "…"


def begin(file: BytesIO, size: tuple[float, float], title: str, subject: str, keywords: str) -> Any:
    """Return the canvas of a file that says what it is about. keywords: ASCII, so that they can be found in its bytes."""
    font: Any = SANS  # the stubs take it for a number
    canvas = Canvas(file, size, invariant=1, initialFontName=font, lang="en")
    canvas.setTitle(printable(title))
    canvas.setSubject(printable(subject))
    canvas.setKeywords(keywords)
    canvas.setAuthor("")
    canvas.setCreator("")
    return canvas
