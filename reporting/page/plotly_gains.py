"""Draws for the page how one time becomes another, and value after value of every process."""

from __future__ import annotations

import math
from typing import Any

from plotly import graph_objects as go

from reporting.change_palette import step_colour, steps_scale, totals, trace_scale
from reporting.charts import Step, Trace, Traces, Waterfall
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
    ticked,
)
from reporting.palette import Scale, line_colour, shorten

PANEL, GAP, LEFT, TOP, BOTTOM = 64, 34, 62, 30, 66  #: pixels: of a panel, between two, and around all
LABEL = 42  #: letters above a bar of a waterfall, which has the longest names
SHADE = "rgba(128,128,128,.16)"


def waterfall(chart: Waterfall) -> go.Figure:
    """Draw a bar per step from where the one before it ended, its label and value above it, a thin line towards the next."""
    if not chart.steps:
        return nothing("Nothing to draw.")
    places, scale = totals(chart.steps), steps_scale(chart)
    bar = go.Bar(
        orientation="h",
        base=[_short(min(place)) for place in places],
        x=[_short(abs(end - start)) for start, end in places],
        y=[row + 0.66 for row in range(len(places))],
        width=0.34,
        marker={"color": [step_colour(step) for step in chart.steps], "line": THIN},
        hovertext=[safe(f"{s.label}, {s.kind}" if s.kind else s.label, 140) for s in chart.steps],
        hovertemplate="%{hovertext}<extra></extra>",
    )
    return go.Figure([_joints(places), bar, _labels(chart, scale)], rows_layout(scale, chart.axis, len(places), []))


def _joints(places: list[tuple[float, float]]) -> go.Scatter:
    """Return the thin lines from the end of each step towards the next; one trace weighs less than a shape for each."""
    joints = [(_short(end), row) for row, (_, end) in enumerate(places[:-1])]
    return go.Scatter(
        mode="lines",
        x=[x for end, _ in joints for x in (end, end, None)],
        y=[y for _, row in joints for y in (row + 0.83, row + 1.08, None)],
        line={"color": MIDDLE, "width": 1, "dash": "dot"},
        hoverinfo="skip",
    )


def _labels(chart: Waterfall, scale: Scale) -> go.Scatter:
    """Return label and value above each bar, as one trace of texts."""
    return go.Scatter(
        mode="text",
        x=[_short(scale.low)] * len(chart.steps),
        y=[row + 0.28 for row in range(len(chart.steps))],
        text=[_label(step) for step in chart.steps],
        textposition="middle right",
        cliponaxis=False,
        hoverinfo="skip",
    )


def _label(step: Step) -> str:
    """Return value and name, the value first, for the names of functions are long."""
    text = shorten(step.text, LABEL - 16)
    return f"{safe(text, LABEL)}  <b>{safe(step.label, LABEL - len(text))}</b>"


def _short(value: float) -> float:
    """Return a value with the digits that a picture can show."""
    return float(f"{value:.5g}")


def traces(chart: Traces) -> go.Figure:
    """Draw a panel per label, one thin line per process; the measured values begin at 1, warm-ups are to the left, shaded."""
    if not any(any(trace.processes) for trace in chart.traces):
        return nothing("No values to draw.")
    body = len(chart.traces) * (PANEL + GAP)
    figure = go.Figure(layout=_layout(chart, body))
    for row, trace in enumerate(chart.traces):
        top = 1 - (row * (PANEL + GAP) + GAP) / body
        _panel(figure, trace, row, (top - PANEL / body, top))
    return figure


def _layout(chart: Traces, body: int) -> dict[str, Any]:
    layout = base(body + TOP + BOTTOM)
    most = max(trace.warm_ups for trace in chart.traces)
    longest = max(len(p) - trace.warm_ups for trace in chart.traces for p in trace.processes)
    title = {"text": safe(chart.axis, LINE_LIMIT), "showarrow": False, "xanchor": "left", "yanchor": "bottom"}
    layout |= {
        "margin": {"l": LEFT, "r": 20, "t": TOP, "b": BOTTOM},
        "annotations": [title | {"x": 0, "xref": "paper", "xshift": -50, "y": 1, "yref": "paper", "yshift": 4}],
        "xaxis": {
            "range": [0.5 - most, longest + 0.5],
            "anchor": "free",
            "position": 0,
            "gridcolor": "rgba(128,128,128,.15)",
            "zeroline": False,
            "fixedrange": True,
            "nticks": 9,
            "title": {"text": "number of the value (warm-ups shaded)", "standoff": 8},
        },
    }
    return layout


def _panel(figure: go.Figure, trace: Trace, row: int, domain: tuple[float, float]) -> None:
    """Add one panel; between two processes there is a gap in its one line, since a line of its own each would weigh more."""
    scale, number = trace_scale(trace), "" if row == 0 else str(row + 1)
    xs: list[int | None] = []
    ys: list[float | None] = []
    for process in trace.processes:
        xs += [*range(1 - trace.warm_ups, len(process) + 1 - trace.warm_ups), None]
        ys += [*(value if scale.holds(value) else None for value in process), None]
    colour = line_colour(trace.role)
    figure.add_scatter(
        mode="lines+markers", x=xs[:-1], y=ys[:-1], yaxis=f"y{number}", connectgaps=False, opacity=0.7,
        line={"color": colour, "width": 1}, marker={"color": colour, "size": 3.5},
        hovertemplate=f"<b>{safe(trace.label, 60)}</b><br>value %{{x}}: %{{y:.4g}}×<extra></extra>",
    )  # fmt: skip
    figure.layout[f"yaxis{number}"] = _axis(scale, domain)
    if trace.warm_ups:
        place = {"x0": 0.5 - trace.warm_ups, "x1": 0.5, "y0": 0, "y1": 1, "yref": f"y{number} domain"}
        figure.add_shape(type="rect", **place, fillcolor=SHADE, line={"width": 0, "color": CLEAR}, layer="below")
    said = f"{trace.text}{'; log scale' if scale.log else ''}"
    place = {"x": 0, "xref": "paper", "xanchor": "left", "y": domain[1], "yref": "paper", "yanchor": "bottom"}
    figure.add_annotation(text=labelled(trace.label, said), showarrow=False, borderpad=0, yshift=3, **place)


def _axis(scale: Scale, domain: tuple[float, float]) -> dict[str, Any]:
    ends = [math.log10(end) if scale.log else end for end in (scale.low, scale.high)]
    return {
        "type": "log" if scale.log else "linear",
        "range": ends,
        "domain": [round(max(end, 0.0), 6) for end in domain],
        **ticked(scale),
    }
