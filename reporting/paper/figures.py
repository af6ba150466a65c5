"""Draws flame graphs for paper, with matplotlib: true sizes in points, vectors, no colour from a theme.

Charts of rows and of curves are drawn by paper_rows and paper_curves, in the same style; how all get into a report is
paper_pictures' business. The page's figures are plotly_figures'; what both have in common is in the palette.
"""

from __future__ import annotations

from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from reporting.change_palette import flame_scale, shades
from reporting.charts import Diagram, FlameGraph, Traces, Waterfall
from reporting.palette import Scale, shorten
from reporting.paper import diagrams, gains
from reporting.paper.parts import INK, TALLEST, WIDTH, figure_of, nothing, tidy

FLAME_ROW = 12.0  #: points
LETTER = 0.62  #: mean width of a DejaVu Sans letter, in its size
STYLE: Any = {
    "font.family": "DejaVu Sans",
    "font.size": 8.5,
    "pdf.fonttype": 42,  # TrueType, so that the text in a figure can be searched and copied
    "text.parse_math": False,  # a dollar sign in a name is a dollar sign
    "text.color": INK,
    "axes.edgecolor": "#888888",
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "axes.unicode_minus": True,
}


def draw(figure: Diagram | FlameGraph | Traces | Waterfall) -> Figure:
    """Return the matplotlib figure for a figure of a Document that is not made of rows or curves."""
    with rc_context(STYLE):
        if isinstance(figure, Waterfall):
            return gains.waterfall(figure)
        if isinstance(figure, Diagram):
            return diagrams.diagram(figure)
        return gains.traces(figure) if isinstance(figure, Traces) else _flame(figure)


def _flame(graph: FlameGraph) -> Figure:
    if not graph.boxes or graph.samples <= 0:
        return nothing("No samples fell into the measured region.")
    levels = max(box.depth for box in graph.boxes) + 1
    row = min(FLAME_ROW, (TALLEST - 60) / levels)
    height = levels * row + 56
    unit, scale, title = flame_scale(graph)
    length = scale.high
    figure = figure_of(height)
    axes = figure.add_axes((0, 34 / height, 1, levels * row / height), xlim=(0, length), ylim=(0, levels))
    size = min(7.0, row * 0.62)
    groups = shades(graph)
    for _, colour, boxes in groups:
        places = [Rectangle((box.x * unit, box.depth), box.width * unit, 1) for box in boxes]
        axes.add_collection(PatchCollection(places, facecolors=colour, edgecolors="white", linewidths=0.5))
    for box in graph.boxes:
        letters = int((box.width * unit / length * WIDTH - 4) / (size * LETTER))
        if letters >= 3 and size >= 4:
            at = (box.x * unit + 2 * length / WIDTH, box.depth + 0.46)
            axes.text(*at, shorten(box.name, letters), fontsize=size, va="center", color="#111111")
    axes.set_yticks([])
    _ends_inside(axes, scale)
    tidy(axes, title)
    keys = [Patch(color=colour, label=shorten(name, 20)) for name, colour, _ in groups]
    place: dict[str, Any] = {"loc": "lower left", "bbox_to_anchor": (0, 1), "borderaxespad": 0.3}
    axes.legend(handles=keys, ncols=len(keys), frameon=False, fontsize=8, handlelength=1.2, **place)
    return figure


def _ends_inside(axes: Axes, scale: Scale) -> None:
    """Set ticks so that the text of one at an end of the axis does not reach beyond it."""
    axes.set_xticks([value for value, _ in scale.ticks], [text for _, text in scale.ticks], fontsize=8)
    for (value, _), label in zip(scale.ticks, axes.get_xticklabels(), strict=True):
        if value in (scale.low, scale.high):
            label.set_horizontalalignment("left" if value == scale.low else "right")
