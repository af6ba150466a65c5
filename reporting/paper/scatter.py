"""Draws a scatter for paper: a named point for each thing, lines across with their names."""

from __future__ import annotations

import math
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reporting.charts import Mark, Scatter
from reporting.labels import AWAY, beside
from reporting.palette import Scale, line_colour, scatter_scales, shorten
from reporting.paper.parts import GREY, INK, PALE, WIDTH, figure_of, nothing, tidy

BODY, LEFT, TOP, BOTTOM = 250.0, 46.0, 26.0, 32.0  #: points
LETTER, LINE, NAME_LIMIT = 4.9, 10.0, 30  #: points of a name's letter and line; letters of a name


def scatter(chart: Scatter, tallest: float = math.inf) -> Figure:
    """Draw points with their intervals: hollow if dominated, a triangle that points down if they lose."""
    if not chart.marks:
        return nothing("No points to draw.")
    across, up = scatter_scales(chart)
    body = min(BODY, tallest - TOP - BOTTOM)
    axes = _canvas(chart, across, up, body)
    for line in chart.lines:
        if up.holds(line.value):
            axes.axhline(line.value, color=GREY, linewidth=1, linestyle=(0, (1, 2)), zorder=0.9)
            name = shorten(f"{line.name} {line.text}", 70)
            place: dict[str, Any] = {"textcoords": "offset points", "ha": "right", "va": "bottom", "style": "italic"}
            axes.annotate(name, (1, line.value), (0, 2), xycoords=axes.get_yaxis_transform(), fontsize=8, **place)
    for mark in chart.marks:
        _mark(axes, mark)
    for named in beside(chart, across, up, (WIDTH - LEFT - 8, body), (LETTER, LINE), NAME_LIMIT):
        shift = (AWAY if named.side == "left" else -AWAY, named.shift)
        place = {"textcoords": "offset points", "ha": named.side, "va": "center", "annotation_clip": False}
        if named.shift:
            place["arrowprops"] = {"arrowstyle": "-", "color": GREY, "linewidth": 0.5, "shrinkA": 0, "shrinkB": 3}
        axes.annotate(shorten(named.mark.label, NAME_LIMIT), (named.mark.x, named.mark.y), shift, fontsize=8, **place)
    return axes.get_figure()  # type: ignore[return-value]


def _canvas(chart: Scatter, across: Scale, up: Scale, body: float) -> Axes:
    height = body + TOP + BOTTOM
    figure = figure_of(height)
    axes = figure.add_axes((LEFT / WIDTH, BOTTOM / height, 1 - (LEFT + 8) / WIDTH, body / height))
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlim(across.low, across.high)
    axes.set_ylim(up.low, up.high)
    axes.set_xticks([value for value, _ in across.ticks], [text for _, text in across.ticks], fontsize=8)
    axes.set_yticks([value for value, _ in up.ticks], [text for _, text in up.ticks], fontsize=8)
    axes.set_xticks([], minor=True)
    axes.set_yticks([], minor=True)
    axes.tick_params(length=0)
    axes.grid(color=PALE, linewidth=0.6)
    axes.set_axisbelow(True)
    tidy(axes, shorten(chart.across, 90))
    figure.text(0, 1 - 12 / height, shorten(chart.axis, 100), fontsize=8.5, color=INK, va="center")
    return axes


def _mark(axes: Axes, mark: Mark) -> None:
    colour = line_colour(mark.role)
    ends = None if mark.low is None or mark.high is None else [[mark.y - mark.low], [mark.high - mark.y]]
    look: dict[str, Any] = {"marker": "v" if mark.below else "o", "markersize": 5.5, "markeredgewidth": 1.2}
    look |= {"markerfacecolor": "white" if mark.outlined else colour, "markeredgecolor": colour, "linestyle": "none"}
    axes.errorbar([mark.x], [mark.y], yerr=ends, ecolor=colour, elinewidth=0.8, capsize=1.8, capthick=0.8, **look)
