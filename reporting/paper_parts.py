"""What all figures for paper share: sizes in points, colours of ink, the bare figure, and writing on it."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_pdf import FigureCanvasPdf
from matplotlib.figure import Figure

WIDTH = 482.0  #: points: the text width of A4 with 20 mm margins
INK, PALE, GREY = "#222222", "#D8D8D8", "#555555"


def figure_of(height: float) -> Figure:
    """Return an empty figure of the page's width. height: in points."""
    figure = Figure(figsize=(WIDTH / 72, height / 72))
    FigureCanvasPdf(figure)
    return figure


def tidy(axes: Axes, title: str) -> None:
    """Leave of the frame the axis below only, with its title."""
    axes.tick_params(axis="x", length=0)
    axes.set_xlabel(title, fontsize=8.5)
    for side, spine in axes.spines.items():
        spine.set_visible(side == "bottom")


def write(axes: Axes, y: float, text: str, **style: Any) -> Any:
    """Write at the left edge, at a height of the axes' data."""
    return axes.text(0, y, text, transform=axes.get_yaxis_transform(), va="center", **style)


def nothing(why: str) -> Figure:
    """Return a figure that says why there is none."""
    figure = figure_of(40)
    figure.text(8 / WIDTH, 0.5, why, va="center", style="italic")
    return figure
