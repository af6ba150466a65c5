"""What all figures for paper share: sizes in points, colours of ink, the bare figure, and writing on it."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_pdf import FigureCanvasPdf
from matplotlib.figure import Figure

from reporting.palette import Scale, shorten

WIDTH = 482.0  #: points: the text width of A4 with 20 mm margins
INK, PALE, GREY = "#222222", "#D8D8D8", "#555555"
TALLEST = 600.0  #: points: what leaves room for a caption
ROW, TIGHT_ROW = 20.0, 19.0  #: points, of a bar with its label above; a row is tight when there are many


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


def scaled(axes: Axes, scale: Scale) -> None:
    """Give the axis of values its ticks, with a pale grid behind all that is drawn; the other one has none."""
    if scale.log:
        axes.set_xscale("log")
    axes.set_xticks([value for value, _ in scale.ticks], [text for _, text in scale.ticks], fontsize=8)
    axes.set_xticks([], minor=True)
    axes.set_yticks([])
    axes.grid(axis="x", color=PALE, linewidth=0.6)
    axes.set_axisbelow(True)


def write(axes: Axes, y: float, text: str, **style: Any) -> Any:
    """Write at the left edge, at a height of the axes' data."""
    return axes.text(0, y, text, transform=axes.get_yaxis_transform(), va="center", **style)


def nothing(why: str) -> Figure:
    """Return a figure that says why there is none."""
    figure = figure_of(40)
    figure.text(8 / WIDTH, 0.5, why, va="center", style="italic")
    return figure


def canvas(rows: float, scale: Scale, axis: str) -> tuple[Figure, Axes]:
    """Return a figure of so many rows, with room for the axis below and a line's name above."""
    body = rows * max(min(ROW, (TALLEST - 52) / rows), TIGHT_ROW)
    height = body + 48
    figure = figure_of(height)
    side = 8 / WIDTH
    axes = figure.add_axes((side, 32 / height, 1 - 2 * side, body / height))
    scaled(axes, scale)
    tidy(axes, shorten(axis, 100))
    return figure, axes


def end_axes(axes: Axes, height: float, scale: Scale) -> None:
    """Set the ends of the axes: last, for drawing may have moved them."""
    axes.set_xlim(scale.low, scale.high)
    axes.set_ylim(height, 0)


def labelled(axes: Axes, y: float, label: str, text: str) -> None:
    """Write a label and, after it, a value."""
    anchor = write(axes, y, shorten(label, 84 - min(len(text), 44)), weight="bold")
    axes.annotate(shorten(text, 44), xy=(1, 0), xycoords=anchor, xytext=(6, 0), textcoords="offset points", va="bottom")
