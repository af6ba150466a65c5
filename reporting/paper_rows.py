"""Draws charts of rows for where there is little height: a title page, a slide. One line each: the name, the bar, the value.

Of bars in several groups it draws the first group alone, which is the build that headlines the study.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reporting.document import Bar, BarChart, Dots, Line, Waterfall
from reporting.palette import BASELINE, VARIANTS, WRONG, Scale, bar_scale, dots_scale, role_colour, shorten, spread
from reporting.paper_parts import GREY, INK, PALE, WIDTH, figure_of, nothing, tidy

ROW, TIGHT = 15.0, 10.5  #: points: of a row where there is room, and at least
ABOVE, BELOW = 15.0, 34.0  #: points: for a line's name, and for the axis
NAMES, VALUES = 30, 30  #: letters
LETTER = 5.2  #: points of a letter
LESS, MORE = VARIANTS[0], VARIANTS[3]  #: colours of steps


def bars(chart: BarChart, tallest: float) -> Figure:
    """Draw the first group in at most so many points, unless its rows need more."""
    name, group = chart.groups[0] if chart.groups else ("", ())
    if not group:
        return nothing("Nothing to draw.")
    lines = tuple(line for line in chart.lines if line.group in ("", name))
    scale = bar_scale(BarChart(chart.title, "", chart.axis, ((name, group),), chart.log, lines))
    axes = _axes(
        [bar.label for bar in group], [bar.text if bar.value is not None else "" for bar in group], scale, tallest
    )
    for place, bar in enumerate(group):
        if bar.value is None or not scale.holds(bar.value):
            axes.annotate("✕ " + shorten(bar.text, 50), (0, place + 0.5), (4, 0), color=WRONG, **_beside(axes))
        else:
            _bar(axes, place + 0.5, bar, scale)
    _ends(axes, scale, len(group))
    for line in lines:
        if scale.holds(line.value):
            _line(axes, line, len(group))
    tidy(axes, shorten(f"{chart.axis}, {name}" if name else chart.axis, 90))
    return axes.get_figure()  # type: ignore[return-value]


def dots(chart: Dots, tallest: float) -> Figure:
    """Draw one row of dots per label."""
    series = [(label, values, role) for label, values, role in chart.series if values]
    if not series:
        return nothing("No values to draw.")
    scale = dots_scale(chart)
    axes = _axes([label for label, *_ in series], ["" for _ in series], scale, tallest)
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
    level, places = 0.0, []
    for step in chart.steps:
        start, level = (0.0, step.value) if step.whole else (level, level + step.value)
        places.append((start, level))
    reach = tuple(Bar("", end, None, None, "", "") for pair in places for end in pair)
    scale = bar_scale(BarChart("", "", chart.axis, (("", reach),)))
    axes = _axes([step.label for step in chart.steps], [step.text for step in chart.steps], scale, tallest)
    for row, (step, (start, end)) in enumerate(zip(chart.steps, places, strict=True)):
        colour = BASELINE if step.whole else LESS if end < start else MORE
        axes.barh(row + 0.5, abs(end - start), 0.62, min(start, end), color=colour, edgecolor="#666666", linewidth=0.4)
        if row + 1 < len(places):
            axes.plot([end, end], [row + 0.81, row + 1.19], color=GREY, linewidth=0.7)
    _ends(axes, scale, len(places))
    tidy(axes, shorten(chart.axis, 90))
    return axes.get_figure()  # type: ignore[return-value]


def _axes(names: Sequence[str], values: Sequence[str], scale: Scale, tallest: float) -> Axes:
    """Return axes between a column of names and a column of values, with both written."""
    row = max(TIGHT, min(ROW, (tallest - ABOVE - BELOW) / len(names)))
    body = row * len(names)
    height = body + ABOVE + BELOW
    shown, said = [shorten(name, NAMES) for name in names], [shorten(value, VALUES) for value in values]
    left, right = LETTER * max(map(len, shown)) + 10, LETTER * max(map(len, said)) + 10
    axes = figure_of(height).add_axes((left / WIDTH, BELOW / height, 1 - (left + right) / WIDTH, body / height))
    if scale.log:
        axes.set_xscale("log")
    axes.set_xticks([value for value, _ in scale.ticks], [text for _, text in scale.ticks], fontsize=8)
    axes.set_xticks([], minor=True)
    axes.set_yticks([])
    axes.grid(axis="x", color=PALE, linewidth=0.6)
    axes.set_axisbelow(True)
    for place, (name, value) in enumerate(zip(shown, said, strict=True)):
        axes.annotate(name, (0, place + 0.5), (-6, 0), ha="right", **_beside(axes))
        axes.annotate(value, (1, place + 0.5), (6, 0), **_beside(axes))
    return axes


def _beside(axes: Axes) -> dict[str, Any]:
    """Return what an annotation takes that stands at an edge of the axes, at the height of a row."""
    transform = axes.get_yaxis_transform()
    return {"xycoords": transform, "textcoords": "offset points", "va": "center", "annotation_clip": False}


def _bar(axes: Axes, y: float, bar: Bar, scale: Scale) -> None:
    colour = role_colour(bar.role)
    look: dict[str, Any] = {"color": colour, "edgecolor": "#666666", "linewidth": 0.4}
    if bar.outlined:
        look = {"color": "none", "edgecolor": colour, "linewidth": 1.3}
    assert bar.value is not None
    axes.barh(y, bar.value - scale.start, 0.62, scale.start, **look)
    if bar.low is not None or bar.high is not None:
        error = [[part] for part in scale.reach(bar)]
        axes.errorbar(bar.value, y, xerr=error, ecolor=INK, elinewidth=0.9, capsize=2, capthick=0.9)


def _ends(axes: Axes, scale: Scale, rows: int) -> None:
    """Set the ends of the axes: last, for drawing may have moved them."""
    axes.set_xlim(scale.low, scale.high)
    axes.set_ylim(rows, 0)


def _line(axes: Axes, line: Line, rows: int) -> None:
    """Draw a reference line with its name above it, on the side where there is room."""
    axes.plot([line.value] * 2, [0, rows], color=GREY, linewidth=1, linestyle=(0, (1, 2)), zorder=0.9)
    right = axes.transLimits.transform(axes.transScale.transform((line.value, 0)))[0] > 0.5
    name = shorten(f"{line.name} {line.text}", 50)
    look: dict[str, Any] = {"style": "italic", "fontsize": 8, "textcoords": "offset points"}
    axes.annotate(name, (line.value, 0), (0, 3), ha="right" if right else "left", va="bottom", **look)
