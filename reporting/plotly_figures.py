"""Draws the figures of a Document for the page, as plotly figures that the basic plotly.js bundle can show.

Every text is escaped here, because plotly reads a little markup in labels. Colours of text and lines are set again by
the page's script, from the theme; what is set here is readable on light and on dark. Paper is paper_figures' business.
"""

from __future__ import annotations

import math
from html import escape
from textwrap import wrap
from typing import Any

from plotly import graph_objects as go

from reporting import plotly_curves
from reporting.document import Bar, BarChart, Box, Chart, Curves, Dots, FlameGraph, Line
from reporting.palette import (
    KINDS,
    NAMED,
    WRONG,
    Scale,
    bar_rows,
    bar_scale,
    dots_scale,
    kind_colour,
    role_colour,
    shorten,
    spread,
)
from reporting.plotly_parts import CLEAR, LINE_LIMIT, MIDDLE, THIN, base, nothing, safe

ROW, FLAME_ROW = 46, 20  #: pixels
NOMINAL = 960  #: pixels; how wide a figure is assumed to be until the page's script knows
LETTER = 7.2  #: pixels, of the mean letter at the size used in flame graphs
INERT = {"itemclick": False, "itemdoubleclick": False}
INTERVAL = {"type": "data", "symmetric": False, "thickness": 1.5, "width": 5, "color": MIDDLE}


def draw(figure: Chart) -> go.Figure:
    """Return the plotly figure for any figure of a Document."""
    if isinstance(figure, BarChart):
        return bars(figure)
    if isinstance(figure, Curves):
        return plotly_curves.curves(figure)
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
    notes = [_note(f"<b>{safe(name, LINE_LIMIT)}</b>", top + 0.35, size=15) for top, name in rows.headers]
    for top, bar in rows.bars:
        notes.append(_note(_label(bar.label, "" if bar.value is None else bar.text), top + 0.28))
        if bar.value is None:
            notes.append(_note(f"<b>✕ {safe(bar.text, LINE_LIMIT - 8)}</b>", top + 0.66, color=WRONG))
    figure = go.Figure(trace, _layout(scale, chart.axis, rows.height, notes))
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
        "color": [CLEAR if bar.outlined else colour for bar, colour in zip(bars, colours, strict=True)],
        "line": {
            "color": [colour if bar.outlined else MIDDLE for bar, colour in zip(bars, colours, strict=True)],
            "width": [2.0 if bar.outlined else 0.5 for bar in bars],
        },
    }


def dots(chart: Dots) -> go.Figure:
    """Draw one dot per value, spread a little in height so that equal values stay visible."""
    if not any(values for _, values, _ in chart.series):
        return nothing("No values to draw.")
    scale = dots_scale(chart)
    traces, notes = [], []
    for row, (label, values, role) in enumerate(chart.series):
        shown = [(i, value) for i, value in enumerate(values) if scale.holds(value)]
        notes.append(_note(_label(label, f"{len(values):,} values"), row + 0.22))
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
    return go.Figure(traces, _layout(scale, chart.axis, len(chart.series) + 0.1, notes))


def flame(graph: FlameGraph) -> go.Figure:
    """Draw boxes: x in per cent of the samples, one trace per kind, which gives the key its entries."""
    if not graph.boxes or graph.samples <= 0:
        return nothing("No samples fell into the measured region.")
    present = {box.kind for box in graph.boxes}
    kinds = [k for k in KINDS if k in present] + sorted(present - KINDS.keys())
    traces = [_boxes([box for box in graph.boxes if box.kind == kind], kind, graph.samples) for kind in kinds]
    levels = max(box.depth for box in graph.boxes) + 1
    layout = base(levels * FLAME_ROW + 84)
    layout |= {
        "margin": {"l": 14, "r": 20, "t": 34, "b": 50},
        "barmode": "overlay",
        "showlegend": True,
        "legend": {"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom", **INERT},
        "dragmode": "zoom",
        "xaxis": {
            "range": [0, 100],
            "ticksuffix": " %",
            "ticklabeloverflow": "allow",
            "showgrid": False,
            "zeroline": False,
            "title": {"text": f"Share of {graph.samples:,} samples", "standoff": 8},
        },
        "yaxis": {"range": [-0.5, levels - 0.5], "visible": False, "fixedrange": True},
    }
    return go.Figure(traces, layout)


def _boxes(boxes: list[Box], kind: str, samples: int) -> go.Bar:
    share = 100 / samples
    widths = [round(box.width * share, 4) for box in boxes]
    names = [shorten(box.name, 140) for box in boxes]
    texts = [fitted(name, width * NOMINAL / 100) for name, width in zip(names, widths, strict=True)]
    return go.Bar(
        name=safe(kind, 20),
        orientation="h",
        base=[round(box.x * share, 4) for box in boxes],
        x=widths,
        y=[box.depth for box in boxes],
        width=1,
        marker={"color": kind_colour(kind), "line": {"color": "#FFFFFF", "width": 1}},
        text=[escape(text, quote=False) for text in texts],
        textposition="inside",
        insidetextanchor="start",
        textangle=0,
        constraintext="none",
        textfont={"color": "#111111", "size": 12},
        customdata=[escape(name, quote=False) for name in names],
        hovertext=[f"{box.width:,.6g} samples, {box.width * share:.3g} %" for box in boxes],
        hovertemplate="<b>%{customdata}</b><br>%{hovertext}<extra></extra>",
    )


def fitted(name: str, room: float) -> str:
    """Return as much of the name as fits into `room` pixels, or nothing if that would say nothing."""
    letters = int((room - 6) / LETTER)
    return shorten(name, letters) if letters >= 3 else ""


def _label(label: str, text: str) -> str:
    text = shorten(text, LINE_LIMIT - 16)
    return f"<b>{safe(label, LINE_LIMIT - len(text))}</b>  {escape(text, quote=False)}"


def _note(text: str, y: float, **font: Any) -> dict[str, Any]:
    place = {"x": 0, "xref": "paper", "xanchor": "left", "y": y, "yref": "y", "yanchor": "middle", "xshift": 2}
    return {"text": text, "showarrow": False, "align": "left", "font": font, "borderpad": 0, **place}


def _layout(scale: Scale, axis: str, height: float, notes: list[dict[str, Any]]) -> dict[str, Any]:
    title = wrap(shorten(axis, 150), 52) or [""]
    ends = [scale.low, scale.high]
    layout = base(height * ROW + 56 + 18 * len(title))
    layout |= {
        "margin": {"l": 14, "r": 20, "t": 24, "b": 32 + 18 * len(title)},
        "annotations": notes,
        "xaxis": {
            "type": "log" if scale.log else "linear",
            "range": [math.log10(v) for v in ends] if scale.log else ends,
            "tickvals": [value for value, _ in scale.ticks],
            "ticktext": [text for _, text in scale.ticks],
            "tickangle": 0,
            "ticklabeloverflow": "allow",
            "gridcolor": "rgba(128,128,128,.25)",
            "zeroline": False,
            "fixedrange": True,
            "title": {"text": "<br>".join(escape(part, quote=False) for part in title), "standoff": 8},
        },
        "yaxis": {"range": [height, 0], "visible": False, "fixedrange": True},
    }
    return layout


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
