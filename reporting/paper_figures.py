"""Draws the figures of a Document for paper, with matplotlib: true sizes in points, vectors, no colour from a theme.

How they get into a report is paper_pictures' business.
The page's figures are plotly_figures' business; what both have in common is in the palette.
"""

from __future__ import annotations

from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from reporting import paper_curves, paper_gains
from reporting.change_palette import flame_scale, shades
from reporting.document import Bar, BarChart, Chart, Curves, Dots, FlameGraph, Line, Traces, Waterfall
from reporting.palette import (
    NAMED,
    WRONG,
    Scale,
    bar_rows,
    bar_scale,
    dots_scale,
    role_colour,
    shorten,
    spread,
)
from reporting.paper_parts import (
    GREY,
    INK,
    TALLEST,
    WIDTH,
    canvas,
    end_axes,
    figure_of,
    labelled,
    nothing,
    tidy,
    write,
)

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


def draw(figure: Chart) -> Figure:
    """Return the matplotlib figure for any figure of a Document."""
    with rc_context(STYLE):
        if isinstance(figure, BarChart):
            return _bars(figure)
        if isinstance(figure, Curves):
            return paper_curves.curves(figure)
        if isinstance(figure, Waterfall):
            return paper_gains.waterfall(figure)
        if isinstance(figure, Traces):
            return paper_gains.traces(figure)
        return _dots(figure) if isinstance(figure, Dots) else _flame(figure)


def _bars(chart: BarChart) -> Figure:
    scale = bar_scale(chart)
    rows = bar_rows(chart)
    if not rows.bars:
        return nothing("Nothing to draw.")
    figure, axes = canvas(rows.height, scale, chart.axis)
    for top, name in rows.headers:
        write(axes, top + 0.4, shorten(name, 80), size=10, weight="bold")
    for top, bar in rows.bars:
        wrong = bar.value is None
        labelled(axes, top + 0.27, bar.label, "" if wrong else bar.text)
        if wrong:
            write(axes, top + 0.66, "✕ " + shorten(bar.text, 80), color=WRONG, weight="bold")
        elif scale.holds(bar.value):
            _bar(axes, top + 0.66, bar, scale)
    end_axes(axes, rows.height, scale)
    for line in chart.lines:
        if not line.group and scale.holds(line.value):
            _reference(axes, line, 0.0, rows.height)
    for top, bottom, line in rows.lines:
        if scale.holds(line.value):
            _reference(axes, line, top + NAMED, bottom)
    return figure


def _bar(axes: Axes, y: float, bar: Bar, scale: Scale) -> None:
    """Draw one bar with its interval; one that is not ours is hollow."""
    colour = role_colour(bar.role)
    look: dict[str, Any] = {"color": colour, "edgecolor": "#666666", "linewidth": 0.4}
    if bar.outlined:
        look = {"color": "none", "edgecolor": colour, "linewidth": 1.4}
    assert bar.value is not None
    axes.barh(y, bar.value - scale.start, 0.34, scale.start, **look)
    if bar.low is not None or bar.high is not None:
        error = [[part] for part in scale.reach(bar)]
        axes.errorbar(bar.value, y, xerr=error, ecolor=INK, elinewidth=0.9, capsize=2.5, capthick=0.9)


def _dots(chart: Dots) -> Figure:
    if not any(values for _, values, _ in chart.series):
        return nothing("No values to draw.")
    scale = dots_scale(chart)
    height = len(chart.series) + 0.1
    figure, axes = canvas(height, scale, chart.axis)
    for row, (label, values, role) in enumerate(chart.series):
        labelled(axes, row + 0.24, label, f"{len(values):,} values")
        shown = [(value, row + 0.66 + spread(i) * 0.3) for i, value in enumerate(values) if scale.holds(value)]
        xs, ys = [x for x, _ in shown], [y for _, y in shown]
        look: dict[str, Any] = {"markeredgecolor": "#555555", "markeredgewidth": 0.3, "alpha": 0.8}
        axes.plot(xs, ys, "o", markersize=4, markerfacecolor=role_colour(role), **look)
    end_axes(axes, height, scale)
    return figure


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


def _reference(axes: Axes, line: Line, top: float, bottom: float) -> None:
    """Draw a reference line with its name above it, on the side where there is room."""
    axes.plot([line.value] * 2, [top, bottom], color=GREY, linewidth=1, linestyle=(0, (1, 2)), zorder=0.9)
    right = axes.transLimits.transform(axes.transScale.transform((line.value, 0)))[0] > 0.5
    name = shorten(f"{line.name} {line.text}", 60)
    look: dict[str, Any] = {"style": "italic", "fontsize": 8, "textcoords": "offset points"}
    axes.annotate(name, (line.value, top), (0, 3), ha="right" if right else "left", va="bottom", **look)
