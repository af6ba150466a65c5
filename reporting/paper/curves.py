"""Draws curves for paper: values at several points, each curve named at its right end."""

from __future__ import annotations

import math
from textwrap import wrap
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reporting.charts import Curve, Curves
from reporting.palette import Scale, apart, curves_scale, line_colour, pieces, shorten
from reporting.paper.parts import GREY, INK, PALE, WIDTH, figure_of, nothing

BODY, LINE = 180.0, 11.0  #: points: height of the plot where there is room, and of a name at its right
LEFT, TOP, BOTTOM = 46.0, 26.0, 42.0  #: points around the plot
NAME_LIMIT, LETTER = 28, 5.4  #: letters of a name at the right, and points of a letter
POINT_LIMIT = 12  #: letters of a point's name beside each other


def curves(chart: Curves, tallest: float = math.inf) -> Figure:
    """Draw one line per curve, with intervals, and the names at the right, apart from one another."""
    shown = [curve for curve in chart.curves if any(curve.values)]
    if not shown or not chart.points:
        return nothing("No values to draw.")
    scale = curves_scale(chart)
    body = max(min(BODY, tallest - TOP - BOTTOM), LINE * len(shown))
    axes = _canvas(chart, scale, body, max(len(shorten(curve.label, NAME_LIMIT)) for curve in shown))
    for curve in shown:
        known = [i for i, value in enumerate(curve.values) if value]
        for piece in pieces(chart, known):
            _line(axes, curve, [known[place] for place in piece])
    ends = [max((i, value[0]) for i, value in enumerate(curve.values) if value) for curve in shown]
    span = math.log(scale.high / scale.low)
    heights = apart([math.log(value / scale.low) / span for _, value in ends], LINE / body, 0.0, 1.0)
    for curve, (x, value), height in zip(shown, ends, heights, strict=True):
        at = scale.low * math.exp(span * height)
        right = len(chart.points) - 1 + 0.3
        axes.plot([x, right], [value, at], color=_colour(curve), linewidth=0.7, linestyle=(0, (1, 2)), clip_on=False)
        place: dict[str, Any] = {"textcoords": "offset points", "va": "center", "annotation_clip": False}
        style = "italic" if curve.dashed else "normal"
        axes.annotate(shorten(curve.label, NAME_LIMIT), (right, at), (3, 0), fontsize=8, style=style, **place)
    return axes.get_figure()  # type: ignore[return-value]


def _canvas(chart: Curves, scale: Scale, body: float, letters: int) -> Axes:
    """Return axes with room for the names at the right, and with the axis' own name above."""
    height = body + TOP + BOTTOM
    figure = figure_of(height)
    room = (LEFT / WIDTH, BOTTOM / height, 1 - (LEFT + letters * LETTER + 8) / WIDTH, body / height)
    axes = figure.add_axes(room)
    axes.set_yscale("log")
    axes.set_xlim(-0.3, len(chart.points) - 1 + 0.3)
    axes.set_ylim(scale.low, scale.high)
    axes.set_yticks([value for value, _ in scale.ticks], [text for _, text in scale.ticks], fontsize=8)
    axes.set_yticks([], minor=True)
    least = max(4, int(room[2] * WIDTH / len(chart.points) / LETTER))
    names = ["\n".join(wrap(shorten(point, 40), min(POINT_LIMIT, least))[:3]) for point in chart.points]
    axes.set_xticks(range(len(names)), names, fontsize=8)
    axes.tick_params(length=0)
    axes.grid(axis="y", color=PALE, linewidth=0.6)
    axes.set_axisbelow(True)
    for side, spine in axes.spines.items():
        spine.set_visible(side == "bottom")
    figure.text(0, 1 - 12 / height, shorten(chart.axis, 100), fontsize=8.5, color=INK, va="center")
    return axes


def _line(axes: Axes, curve: Curve, joined: list[int]) -> None:
    known = [(i, *value) for i in joined if (value := curve.values[i])]
    xs, ys = [i for i, *_ in known], [value for _, value, *_ in known]
    error = [[value - low for _, value, low, _ in known], [high - value for _, value, _, high in known]]
    colour = _colour(curve)
    dashes, hollow = curve.dashed or curve.projected, curve.outlined or curve.projected
    look: dict[str, Any] = {"color": colour, "linewidth": 1.2, "linestyle": "--" if dashes else "-"}
    if not curve.dashed or len(known) == 1:
        look |= {"marker": "o", "markersize": 4.5, "markeredgewidth": 1.2 if hollow else 0.3}
        look |= {"markerfacecolor": "white" if hollow else colour}
        look |= {"markeredgecolor": colour if hollow else "#555555"}
    axes.errorbar(xs, ys, yerr=error, ecolor=colour, elinewidth=0.8, capsize=1.8, capthick=0.8, **look)


def _colour(curve: Curve) -> str:
    return GREY if curve.dashed else line_colour(curve.role)
