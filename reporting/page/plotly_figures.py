"""Draws the figures of a Document for the page, as plotly figures that the basic plotly.js bundle can show.

Every text is escaped here, because plotly reads a little markup in labels. Colours of text and lines are set again by
the page's script, from the theme; what is set here is readable on light and on dark. Paper is paper_figures' business.
"""

from __future__ import annotations

import math
from html import escape
from typing import Any

from plotly import graph_objects as go

from reporting.change_palette import flame_scale, shades
from reporting.charts import Bar, BarChart, Box, Chart, Curves, Dots, FlameGraph, Line, Scatter, Traces, Waterfall
from reporting.page import plotly_curves, plotly_gains, plotly_scatter
from reporting.page.plotly_parts import (
    CLEAR,
    LINE_LIMIT,
    MIDDLE,
    THIN,
    base,
    labelled,
    nothing,
    rows_layout,
    safe,
    written,
)
from reporting.palette import (
    NAMED,
    Scale,
    bar_rows,
    bar_scale,
    dots_scale,
    role_colour,
    shorten,
    spread,
    without_bar,
)

FLAME_ROW = 20  #: pixels
INERT = {"itemclick": False, "itemdoubleclick": False}
INTERVAL = {"type": "data", "symmetric": False, "thickness": 1.5, "width": 5, "color": MIDDLE}


def draw(figure: Chart) -> go.Figure:
    """Return the plotly figure for any figure of a Document."""
    if isinstance(figure, BarChart):
        return bars(figure)
    if isinstance(figure, Curves):
        return plotly_curves.curves(figure)
    if isinstance(figure, Scatter):
        return plotly_scatter.scatter(figure)
    if isinstance(figure, Waterfall):
        return plotly_gains.waterfall(figure)
    if isinstance(figure, Traces):
        return plotly_gains.traces(figure)
    return dots(figure) if isinstance(figure, Dots) else flame(figure)


def bars(chart: BarChart) -> go.Figure:
    """Draw horizontal bars, the label and the value on a line of their own above each."""
    scale = bar_scale(chart)
    rows = bar_rows(chart)
    if not rows.bars:
        return nothing("Nothing to draw.")
    drawn = [(top, bar, bar.value) for top, bar in rows.bars if bar.value is not None and scale.holds(bar.value)]
    lows, highs = zip(*(scale.reach(bar) for _, bar, _ in drawn), strict=True) if drawn else ((), ())
    trace = go.Bar(
        orientation="h",
        base=[scale.start for _ in drawn],
        x=[value - scale.start for *_, value in drawn],
        y=[top + 0.66 for top, *_ in drawn],
        width=0.34,
        marker=_fill([bar for _, bar, _ in drawn]),
        error_x={"array": list(highs), "arrayminus": list(lows), **INTERVAL},
        hovertext=[f"<b>{safe(bar.label, 120)}</b><br>{safe(bar.text, 120)}" for _, bar, _ in drawn],
        hovertemplate="%{hovertext}<extra></extra>",
    )
    notes = [written(f"<b>{safe(name, LINE_LIMIT)}</b>", top + 0.35, size=15) for top, name in rows.headers]
    for top, bar in rows.bars:
        notes.append(written(labelled(bar.label, "" if bar.value is None else bar.text), top + 0.28))
        if bar.value is None:
            mark, colour = without_bar(bar)
            notes.append(written(f"<b>{mark} {safe(bar.text, LINE_LIMIT - 8)}</b>", top + 0.66, color=colour))
    figure = go.Figure(trace, rows_layout(scale, chart.axis, rows.height, notes))
    for top, bar, value in drawn:
        if bar.projected:
            _add_dashes(figure, top, value, scale, role_colour(bar.role))
    for line in chart.lines:
        if not line.group and scale.holds(line.value):
            _add_line(figure, line, scale, {"y0": 0, "y1": 1, "yref": "paper"}, {"y": 1, "yref": "paper"})
    for top, bottom, line in rows.lines:
        if scale.holds(line.value):
            _add_line(figure, line, scale, {"y0": top + NAMED, "y1": bottom}, {"y": top + NAMED})
    return figure


def _fill(bars: list[Bar]) -> dict[str, Any]:
    """Return how bars are filled: hollow ones have an edge of their colour and nothing inside."""
    colours = [role_colour(bar.role) for bar in bars]
    return {
        "color": [CLEAR if b.outlined or b.projected else colour for b, colour in zip(bars, colours, strict=True)],
        "line": {
            "color": [colour if bar.outlined else MIDDLE for bar, colour in zip(bars, colours, strict=True)],
            "width": [0.0 if bar.projected else 2.0 if bar.outlined else 0.5 for bar in bars],
        },
    }


def _add_dashes(figure: go.Figure, top: float, value: float, scale: Scale, colour: str) -> None:
    """Draw the edge of a projected bar, since a bar's own edge cannot be dashed."""
    place = {"x0": scale.start, "x1": value, "y0": top + 0.49, "y1": top + 0.83}
    figure.add_shape(type="rect", **place, line={"color": colour, "width": 1.8, "dash": "dash"}, fillcolor=CLEAR)


def dots(chart: Dots) -> go.Figure:
    """Draw one dot per value, spread a little in height so that equal values stay visible."""
    if not any(values for _, values, _ in chart.series):
        return nothing("No values to draw.")
    scale = dots_scale(chart)
    traces, notes = [], []
    for row, (label, values, role) in enumerate(chart.series):
        shown = [(i, value) for i, value in enumerate(values) if scale.holds(value)]
        notes.append(written(labelled(label, f"{len(values):,} values"), row + 0.22))
        traces.append(
            go.Scatter(
                mode="markers",
                x=[value for _, value in shown],
                y=[row + 0.66 + spread(i) * 0.4 for i, _ in shown],
                marker={"color": role_colour(role), "size": 8, "opacity": 0.75, "line": THIN},
                hovertext=[f"<b>{safe(label, 120)}</b><br>number {i + 1}: {value:.6g}" for i, value in shown],
                hovertemplate="%{hovertext}<extra></extra>",
            )
        )
    return go.Figure(traces, rows_layout(scale, chart.axis, len(chart.series) + 0.1, notes))


def flame(graph: FlameGraph) -> go.Figure:
    """Draw boxes: x in per cent of the samples or in time, one trace per colour, which gives the key its entries."""
    if not graph.boxes or graph.samples <= 0:
        return nothing("No samples fell into the measured region.")
    unit, scale, title = flame_scale(graph)
    traces = [_boxes(boxes, name, colour, unit) for name, colour, boxes in shades(graph)]
    levels = max(box.depth for box in graph.boxes) + 1
    layout = base(levels * FLAME_ROW + 84)
    layout |= {
        "margin": {"l": 14, "r": 20, "t": 34, "b": 50},
        "barmode": "overlay",
        "showlegend": True,
        "legend": {"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom", **INERT},
        "dragmode": "zoom",
        "xaxis": {
            "range": [0, scale.high],
            "ticksuffix": "" if graph.unit else " %",
            "ticklabeloverflow": "allow",
            "showgrid": False,
            "zeroline": False,
            "title": {"text": safe(title, LINE_LIMIT), "standoff": 8},
        },
        "yaxis": {"range": [-0.5, levels - 0.5], "visible": False, "fixedrange": True},
    }
    return go.Figure(traces, layout)


def _boxes(boxes: list[Box], key: str, colour: str, unit: float) -> go.Bar:
    """Draw boxes of one colour; the page's script writes into each as much of its name as fits."""
    widths = [round(box.width * unit, 4) for box in boxes]
    names = [shorten(box.name, 140) for box in boxes]
    return go.Bar(
        name=safe(key, 20),
        orientation="h",
        base=[round(box.x * unit, 4) for box in boxes],
        x=widths,
        y=[box.depth for box in boxes],
        width=1,
        marker={"color": colour, "line": {"color": "#FFFFFF", "width": 1}},
        textposition="inside",
        insidetextanchor="start",
        textangle=0,
        constraintext="none",
        textfont={"color": "#111111", "size": 12},
        customdata=[escape(name, quote=False) for name in names],
        hovertext=[
            safe(box.note, 120) if box.note else f"{box.width:,.6g} samples, {box.width * unit:.3g} %" for box in boxes
        ],
        hovertemplate="<b>%{customdata}</b><br>%{hovertext}<extra></extra>",
    )


def _add_line(figure: go.Figure, line: Line, scale: Scale, ends: dict[str, Any], place: dict[str, Any]) -> None:
    """Add a reference line with its name above it, on the side where there is room."""
    x = math.log10(line.value) if scale.log else line.value
    low, high = (math.log10(v) if scale.log else v for v in (scale.low, scale.high))
    right = (x - low) / (high - low) > 0.5
    style = {"color": MIDDLE, "width": 1.5, "dash": "dot"}
    figure.add_shape(type="line", x0=line.value, x1=line.value, **ends, line=style, layer="below")
    side = {"x": x, "xanchor": "right" if right else "left", "yanchor": "bottom", "borderpad": 0}
    text = shorten(line.text, LINE_LIMIT - 16)
    name = f"<i>{safe(line.name, LINE_LIMIT - len(text))}</i> {escape(text, quote=False)}"
    figure.add_annotation(text=name.rstrip(), showarrow=False, **place, **side)
