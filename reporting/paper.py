"""What all of the paper report shares: the page, the fonts, the styles, and text as paragraphs."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import matplotlib
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Paragraph

from reporting.palette import printable

SANS, BOLD, ITALIC, MONO = "DejaVuSans", "DejaVuSans-Bold", "DejaVuSans-Oblique", "DejaVuSansMono"
MARGIN = 56.7  #: 20 mm
PORTRAIT, TURNED = A4[0] - 2 * MARGIN, A4[1] - 2 * MARGIN
LINE, SHADE, SOFT, LINK = HexColor("#C8CCD0"), HexColor("#F1F2F4"), HexColor("#50565C"), HexColor("#00558F")
WARM, EDGE = HexColor("#FFF4E5"), HexColor("#D55E00")


@cache
def register() -> None:
    """Make reportlab know the fonts that matplotlib ships; once per process."""
    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    for name in (SANS, BOLD, ITALIC, MONO):
        pdfmetrics.registerFont(TTFont(name, folder / f"{name}.ttf"))
    pdfmetrics.registerFontFamily(SANS, normal=SANS, bold=BOLD, italic=ITALIC, boldItalic=BOLD)


def style(name: str, size: float, leading: float, **more: Any) -> ParagraphStyle:
    fonts = {"fontName": SANS, "bulletFontName": SANS}
    return ParagraphStyle(name, **{**fonts, "fontSize": size, "leading": leading, "spaceAfter": 6, **more})


BODY = style("body", 10, 14)
TITLE = style("title", 20, 25, fontName=BOLD)
SUBTITLE = style("subtitle", 10.5, 14, textColor=SOFT)
HEADING = style("heading", 14, 18, fontName=BOLD, spaceBefore=20, spaceAfter=8)
BAND = {"borderPadding": (5, 6, 5, 8), "leftIndent": 8, "rightIndent": 6, "spaceBefore": 16, "spaceAfter": 16}
SUBHEADING = style("subheading", 11, 15, fontName=BOLD, spaceBefore=12, keepWithNext=1)
VERDICT = style("verdict", 12, 16, fontName=BOLD, spaceAfter=7)
LEAD = style("lead", 14, 19, fontName=BOLD, spaceAfter=9)
WARNING = style("warning", 9, 12.5, backColor=WARM, **BAND)
CODE = style("code", 8, 11, fontName=MONO, backColor=SHADE, **BAND)
CAPTION = style("caption", 9, 12, textColor=SOFT, spaceBefore=4, spaceAfter=4)
OF_STYLE = {"verdict": VERDICT, "warning": WARNING, "heading": SUBHEADING}
NOTE = style("note", 8, 10.5, textColor=SOFT, spaceAfter=1, leftIndent=10, firstLineIndent=-10)
ENTRY = (
    style("entry", 10, 15, spaceAfter=0, spaceBefore=3),
    style("subentry", 8, 10.5, spaceAfter=0, leftIndent=14, rightIndent=30, textColor=SOFT),
)


def markup(text: str) -> str:
    return escape(printable(text)).replace("\n", "<br/>")


def paragraph(text: str, look: ParagraphStyle) -> Paragraph:
    return Paragraph(markup(text), look)
