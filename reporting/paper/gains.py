"""Draws for paper how one time becomes another, and value after value of every process."""

from __future__ import annotations

import math
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from reporting.change_palette import step_colour, steps_scale, totals, trace_scale
from reporting.charts import Trace, Traces, Waterfall
from reporting.palette import line_colour, shorten
from reporting.paper.parts import (
    GREY,
    INK,
    PALE,
    TALLEST,
    WIDTH,
    canvas,
    end_axes,
    figure_of,
    labelled,
    nothing,
)

COLUMNS, PANEL, GAP, LEFT, BOTTOM, TOP = 2, 62.0, 24.0, 40.0, 34.0, 18.0  #: points, of panels of traces
LETTERS = 46  #: that fit above a panel
SHADE = "#EBEBEB"


def waterfall(chart: Waterfall) -> Figure:
    """Draw a bar per step from where the one before it ended, its label and value above it, a thin line towards the next."""
    if not chart.steps:
        return nothing("Nothing to draw.")
    places, scale = totals(chart.steps), steps_scale(chart)
    figure, axes = canvas(len(places), scale, chart.axis)
    line: dict[str, Any] = {"color": GREY, "linewidth": 0.7, "linestyle": (0, (1, 2)), "zorder": 0.9}
    for row, (step, (start, end)) in enumerate(zip(chart.steps, places, strict=True)):
        labelled(axes, row + 0.27, step.label, step.text)
        look: dict[str, Any] = {"color": step_colour(step), "edgecolor": "#666666", "linewidth": 0.4}
        axes.barh(row + 0.66, abs(end - start), 0.34, min(start, end), **look)
        if row + 1 < len(places):
            axes.plot([end, end], [row + 0.83, row + 1.06], **line)
    end_axes(axes, len(places), scale)
    return figure


def traces(chart: Traces) -> Figure:
    """Draw a panel per label, one thin line per process; the measured values begin at 1, warm-ups are to the left, shaded."""
    shown = [trace for trace in chart.traces if any(trace.processes)]
    if not shown:
        return nothing("No values to draw.")
    rows = math.ceil(len(shown) / COLUMNS)
    panel = min(PANEL, (TALLEST - TOP - BOTTOM) / rows - GAP)
    height = TOP + rows * (panel + GAP) + BOTTOM
    figure = figure_of(height)
    figure.text(0, 1 - 8 / height, shorten(chart.axis, 100), fontsize=8.5, color=INK, va="center")
    ends = 0.5 - max(t.warm_ups for t in shown), 0.5 + max(len(p) - t.warm_ups for t in shown for p in t.processes)
    width = WIDTH / COLUMNS
    for number, trace in enumerate(shown):
        row, column = divmod(number, COLUMNS)
        bottom = height - TOP - (row + 1) * (panel + GAP)
        room = ((column * width + LEFT) / WIDTH, bottom / height, (width - LEFT - 8) / WIDTH, panel / height)
        axes = figure.add_axes(room)
        _panel(axes, trace, ends)
        if number + COLUMNS >= len(shown):  # the lowest of its column
            axes.set_xlabel("number of the value (warm-ups shaded)", fontsize=8)
        else:
            axes.set_xticklabels([])
    return figure


def _panel(axes: Axes, trace: Trace, ends: tuple[float, float]) -> None:
    scale = trace_scale(trace)
    if scale.log:
        axes.set_yscale("log")
    for process in trace.processes:
        known = [(i + 1 - trace.warm_ups, value) for i, value in enumerate(process) if scale.holds(value)]
        look: dict[str, Any] = {"color": line_colour(trace.role), "linewidth": 0.7, "marker": "o", "markersize": 1.6}
        axes.plot([x for x, _ in known], [value for _, value in known], alpha=0.7, **look)
    if trace.warm_ups:
        axes.axvspan(0.5 - trace.warm_ups, 0.5, color=SHADE, linewidth=0, zorder=0)
    axes.set_xlim(*ends)
    axes.set_ylim(scale.low, scale.high)
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    axes.set_yticks([value for value, _ in scale.ticks], [text for _, text in scale.ticks], fontsize=7.5)
    axes.set_yticks([], minor=True)
    axes.tick_params(length=0, labelsize=7.5)
    axes.grid(axis="y", color=PALE, linewidth=0.6)
    axes.set_axisbelow(True)
    for side, spine in axes.spines.items():
        spine.set_visible(side == "bottom")
    if scale.log:
        axes.text(1, 1.06, "log scale", transform=axes.transAxes, ha="right", fontsize=7.5, style="italic")
    _named(axes, trace)


def _named(axes: Axes, trace: Trace) -> None:
    """Write above a panel whose it is, and what is known of it."""
    said = shorten(trace.text, LETTERS - 12)
    look: dict[str, Any] = {"fontsize": 7.5, "textcoords": "offset points", "va": "bottom", "annotation_clip": False}
    name = shorten(trace.label, LETTERS - len(said))
    anchor = axes.annotate(name, (0, 1), (-LEFT + 2, 4), xycoords="axes fraction", weight="bold", **look)
    axes.annotate(said, (1, 0), (5, 0), xycoords=anchor, **look)
