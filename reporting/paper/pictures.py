"""Figures as pictures for a given room: one PDF holds all of a report, a page each, so that they share their fonts.

What prints embeds the pages as vectors. How a figure looks is the business of paper_figures and, where there is little
height, of paper_rows.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from matplotlib import rc_context
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure
from pdfrw import PdfReader
from pdfrw.buildxobj import pagexobj
from pdfrw.toreportlab import makerl
from reportlab.platypus import Flowable

from reporting.charts import BarChart, Chart, Curves, Diagram, Dots, Scatter, Waterfall
from reporting.paper import curves, figures, rows, scatter


@dataclass(frozen=True)
class Picture:
    """A figure, and the height that there is for it: in points, as it is drawn."""

    figure: Chart | Diagram
    tallest: float = math.inf  #: where it is finite, rows are drawn in one line each


def pages(pictures: Sequence[Picture]) -> list[Any]:
    """Draw all figures; return a page for each, the same for the same pictures."""
    if not pictures:
        return []
    buffer = BytesIO()
    with rc_context(figures.STYLE), PdfPages(buffer, metadata={"CreationDate": None, "Producer": None}) as pdf:
        for picture in pictures:
            pdf.savefig(_drawn(picture))
    return list(PdfReader(fdata=buffer.getvalue()).pages)


def _drawn(picture: Picture) -> Figure:
    figure, tallest = picture.figure, picture.tallest
    if isinstance(figure, BarChart):
        return rows.bars(figure, tallest)
    if isinstance(figure, Dots):
        return rows.dots(figure, tallest)
    if isinstance(figure, Curves):
        return curves.curves(figure, tallest)
    if isinstance(figure, Scatter):
        return scatter.scatter(figure, tallest)
    if isinstance(figure, Waterfall) and not math.isinf(tallest):  # on a page its long names have lines of their own
        return rows.waterfall(figure, tallest)
    return figures.draw(figure)


class Drawing(Flowable):
    """One page, as wide as its room, unless it would be too tall then."""

    def __init__(self, page: Any, width: float, height: float = math.inf) -> None:
        super().__init__()
        self.form = pagexobj(page)
        left, bottom, right, top = (float(v) for v in self.form.BBox)
        self.scale = min(width / (right - left), height / (top - bottom))
        self.width, self.height = (right - left) * self.scale, (top - bottom) * self.scale
        self.spaceBefore, self.spaceAfter = 10, 4

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        """Return the size on paper."""
        return self.width, self.height

    def draw(self) -> None:
        """Draw the page as a form, in reportlab's coordinates."""
        self.canv.scale(self.scale, self.scale)
        self.canv.doForm(makerl(self.canv, self.form))
