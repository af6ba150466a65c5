"""Draws charts of rows for paper, one line each: the name, the bar or the dots, the value.

Where there is little height (a title page, a slide), of bars in several groups the first group alone is drawn: it is of
the build that headlines the study.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reporting.change_palette import step_colour, steps_scale, totals
from reporting.charts import Bar, BarChart, Dots, Line, Waterfall
from reporting.palette import Scale, bar_scale, dots_scale, role_colour, shorten, spread, without_bar
from reporting.paper.parts import GREY, INK, WIDTH, figure_of, nothing, scaled, tidy

ROW, WIDE, TIGHT = 13.5, 24.0, 10.5  #: points: of a row on a page, where it has a slide for itself, and at least
ABOVE, BELOW = 15.0, 30.0  #: points: for a line's name, and for the axis
HEADER, BETWEEN = 1.3, 0.4  #: rows: for the name of a group and those of its lines, and between groups
NAMES, VALUES = 30, 36  #: letters
LETTER = 5.2  #: points of a letter
Row = tuple[float, str, str]  #: middle, name, value


def bars(chart: BarChart, tallest: float = math.inf) -> Figure:
    """Draw all groups or, where there is a limit to the height in points, the first; its rows may need more.

    Projections are held against what was measured, so where there are any, all groups are drawn.
    """
    whole = math.isinf(tallest) or any(bar.projected for _, group in chart.groups for bar in group)
    groups = [group for group in chart.groups if group[1]][: None if whole else 1]
    if not groups:
        return nothing("Nothing to draw.")
    lines = tuple(line for line in chart.lines if not line.group or line.group in [name for name, _ in groups])
    scale = bar_scale(BarChart(chart.title, "", chart.axis, tuple(groups), chart.log, lines))
    places, heads, height = _stacked(groups)
    axes = _axes(
        [(y, bar.label, bar.text if bar.value is not None else "") for y, bar in places], height, scale, tallest
    )
    for y, bar in places:
        _bar(axes, y, bar, scale)
    _ends(axes, scale, height)
    for head in heads:
        if len(groups) > 1:
            at = (0, head.top + HEADER / 2)
            look: dict[str, Any] = {"weight": "bold", "va": "center", "bbox": {"fc": "white", "ec": "none", "pad": 1}}
            axes.annotate(shorten(head.name, 60), at, xycoords=("figure fraction", "data"), **look)
        for line in lines:
            if line.group and line.group == head.name and scale.holds(line.value):
                _line(axes, line, head.first, head.last)
    for line in lines:
        if not line.group and scale.holds(line.value):
            _line(axes, line, 0.0, height)
    alone = groups[0][0] if len(groups) == 1 else ""
    tidy(axes, shorten(f"{chart.axis}, {alone}" if alone else chart.axis, 90))
    return axes.get_figure()  # type: ignore[return-value]


@dataclass(frozen=True)
class _Head:
    """A group's name, its top, and where its bars begin and end, in rows."""

    name: str
    top: float
    first: float
    last: float


def _stacked(groups: Sequence[tuple[str, tuple[Bar, ...]]]) -> tuple[list[tuple[float, Bar]], list[_Head], float]:
    """Lay groups below each other; return the middle of every bar, the heads, and the height of all, in rows."""
    places: list[tuple[float, Bar]] = []
    heads, top = [], 0.0
    header, between = (HEADER, BETWEEN) if len(groups) > 1 else (0.0, 0.0)
    for name, group in groups:
        first = top + header
        places += [(first + i + 0.5, bar) for i, bar in enumerate(group)]
        heads.append(_Head(name, top, first, first + len(group)))
        top = first + len(group) + between
    return places, heads, top


def dots(chart: Dots, tallest: float = math.inf) -> Figure:
    """Draw one row of dots per label."""
    series = [(label, values, role) for label, values, role in chart.series if values]
    if not series:
        return nothing("No values to draw.")
    scale = dots_scale(chart)
    rows = [
        (i + 0.5, label, "1 value" if len(values) == 1 else f"{len(values):,} values")
        for i, (label, values, _) in enumerate(series)
    ]
    axes = _axes(rows, len(rows), scale, tallest)
    for row, (_, values, role) in enumerate(series):
        shown = [(value, row + 0.5 + spread(i) * 0.5) for i, value in enumerate(values) if scale.holds(value)]
        look: dict[str, Any] = {"markeredgecolor": "#555555", "markeredgewidth": 0.3, "alpha": 0.8}
        axes.plot(
            [x for x, _ in shown], [y for _, y in shown], "o", markersize=3.5, markerfacecolor=role_colour(role), **look
        )
    _ends(axes, scale, len(series))
    tidy(axes, shorten(chart.axis, 90))
    return axes.get_figure()  # type: ignore[return-value]


def waterfall(chart: Waterfall, tallest: float) -> Figure:
    """Draw a bar per step, from where the one before it ended."""
    if not chart.steps:
        return nothing("Nothing to draw.")
    places, scale = totals(chart.steps), steps_scale(chart)
    rows = [(i + 0.5, step.label, step.text) for i, step in enumerate(chart.steps)]
    axes = _axes(rows, len(rows), scale, tallest)
    for row, (step, (start, end)) in enumerate(zip(chart.steps, places, strict=True)):
        colour = step_colour(step)
        axes.barh(row + 0.5, abs(end - start), 0.62, min(start, end), color=colour, edgecolor="#666666", linewidth=0.4)
        if row + 1 < len(places):
            axes.plot([end, end], [row + 0.81, row + 1.19], color=GREY, linewidth=0.7)
    _ends(axes, scale, len(places))
    tidy(axes, shorten(chart.axis, 90))
    return axes.get_figure()  # type: ignore[return-value]


def _axes(rows: Sequence[Row], height: float, scale: Scale, tallest: float) -> Axes:
    """Return axes, so many rows high, between a column of names and a column of values, with both written."""
    most = ROW if math.isinf(tallest) else WIDE
    body = height * max(TIGHT, min(most, (tallest - ABOVE - BELOW) / height))
    whole = body + ABOVE + BELOW
    shown = [(y, shorten(name, NAMES), shorten(value, VALUES)) for y, name, value in rows]
    left = LETTER * max(len(name) for _, name, _ in shown) + 10
    right = LETTER * max(len(value) for *_, value in shown) + 10
    axes = figure_of(whole).add_axes((left / WIDTH, BELOW / whole, 1 - (left + right) / WIDTH, body / whole))
    scaled(axes, scale)
    for y, name, value in shown:
        axes.annotate(name, (0, y), (-6, 0), ha="right", **_beside(axes))
        axes.annotate(value, (1, y), (6, 0), **_beside(axes))
    return axes


def _beside(axes: Axes) -> dict[str, Any]:
    """Return what an annotation takes that stands at an edge of the axes, at the height of a row."""
    transform = axes.get_yaxis_transform()
    return {"xycoords": transform, "textcoords": "offset points", "va": "center", "annotation_clip": False}


def _bar(axes: Axes, y: float, bar: Bar, scale: Scale) -> None:
    """Draw one bar with its interval; hollow if not ours, dashed if projected; a wrong answer is a cross."""
    if bar.value is None:
        mark, colour = without_bar(bar)
        text = f"{mark} {shorten(bar.text, 50)}"
        axes.annotate(text, (0, y), (4, 0), color=colour, weight="bold", **_beside(axes))
        return
    if not scale.holds(bar.value):
        return
    colour = role_colour(bar.role)
    look: dict[str, Any] = {"color": colour, "edgecolor": "#666666", "linewidth": 0.4}
    if bar.outlined or bar.projected:
        look = {"color": "none", "edgecolor": colour, "linewidth": 1.3, "linestyle": "--" if bar.projected else "-"}
    axes.barh(y, bar.value - scale.start, 0.62, scale.start, **look)
    if bar.low is not None or bar.high is not None:
        error = [[part] for part in scale.reach(bar)]
        axes.errorbar(bar.value, y, xerr=error, ecolor=INK, elinewidth=0.9, capsize=2, capthick=0.9)


def _ends(axes: Axes, scale: Scale, rows: float) -> None:
    """Set the ends of the axes: last, for drawing may have moved them."""
    axes.set_xlim(scale.low, scale.high)
    axes.set_ylim(rows, 0)


def _line(axes: Axes, line: Line, top: float, bottom: float) -> None:
    """Draw a reference line with its name above it, on the side where there is room."""
    axes.plot([line.value] * 2, [top, bottom], color=GREY, linewidth=1, linestyle=(0, (1, 2)), zorder=0.9)
    right = axes.transLimits.transform(axes.transScale.transform((line.value, 0)))[0] > 0.5
    name = shorten(f"{line.name} {line.text}", 60)
    look: dict[str, Any] = {"style": "italic", "fontsize": 8, "textcoords": "offset points"}
    axes.annotate(name, (line.value, top), (0, 3), ha="right" if right else "left", va="bottom", **look)
