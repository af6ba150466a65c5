"""Draws a scatter for the page: a named point for each thing, lines across with their names."""

from __future__ import annotations

import math
from typing import Any

from plotly import graph_objects as go

from reporting.charts import Mark, Scatter
from reporting.labels import AWAY, beside
from reporting.page.plotly_parts import CLEAR, LINE_LIMIT, MIDDLE, base, nothing, safe, ticked
from reporting.palette import Scale, line_colour, scatter_scales

HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 380, 62, 24, 34, 60  #: pixels
LEAST = 400  #: pixels of width for which names are kept apart
LETTER, LINE = 6.6, 15  #: pixels of a name's letter and line
NAME_LIMIT = 26


def scatter(chart: Scatter) -> go.Figure:
    """Draw points with their intervals: hollow if dominated, a triangle that points down if they lose."""
    if not chart.marks:
        return nothing("No points to draw.")
    across, up = scatter_scales(chart)
    figure = go.Figure([_marks(chart)], _layout(chart, across, up))
    for line in chart.lines:
        if up.holds(line.value):
            at = {"type": "line", "x0": 0, "x1": 1, "xref": "paper", "y0": line.value, "y1": line.value}
            figure.add_shape(**at, line={"color": MIDDLE, "width": 1.5, "dash": "dot"}, layer="below")
            name = {
                "text": f"<i>{safe(f'{line.name} {line.text}', LINE_LIMIT)}</i>",
                "showarrow": False,
                "borderpad": 0,
            }
            place = {"x": 1, "xref": "paper", "xanchor": "right", "y": math.log10(line.value), "yanchor": "bottom"}
            figure.add_annotation(**name, **place)
    size = (LEAST - LEFT - RIGHT, HEIGHT)
    for named in beside(chart, across, up, size, (LETTER, LINE), NAME_LIMIT):
        place = {
            "x": math.log10(named.mark.x),
            "y": math.log10(named.mark.y),
            "xanchor": named.side,
            "yanchor": "middle",
        }
        away = {"ax": AWAY if named.side == "left" else -AWAY, "ay": -named.shift, "arrowhead": 0, "arrowwidth": 0.8}
        figure.add_annotation(text=safe(named.mark.label, NAME_LIMIT), arrowcolor=MIDDLE, borderpad=0, **place, **away)
    return figure


def _marks(chart: Scatter) -> go.Scatter:
    marks = chart.marks
    colours = [line_colour(mark.role) for mark in marks]
    return go.Scatter(
        mode="markers",
        x=[mark.x for mark in marks],
        y=[mark.y for mark in marks],
        marker={
            "size": 11,
            "symbol": ["triangle-down" if mark.below else "circle" for mark in marks],
            "color": [CLEAR if mark.outlined else colour for mark, colour in zip(marks, colours, strict=True)],
            "line": {"color": colours, "width": 2},
        },
        error_y={
            "type": "data",
            "symmetric": False,
            "array": [_reach(mark.high, mark.y) for mark in marks],
            "arrayminus": [_reach(mark.y, mark.low) for mark in marks],
            "thickness": 1.2,
            "width": 3,
            "color": MIDDLE,
        },
        hovertext=[_said(mark) for mark in marks],
        hovertemplate="%{hovertext}<extra></extra>",
    )


def _reach(a: float | None, b: float | None) -> float:
    return 0.0 if a is None or b is None else a - b


def _said(mark: Mark) -> str:
    kinds = " ".join(word for word, there in (("dominated", mark.outlined), ("loses", mark.below)) if there)
    return f"<b>{safe(mark.label, 120)}</b><br>{safe(mark.text, 120)}" + (f"<br>{kinds}" if kinds else "")


def _layout(chart: Scatter, across: Scale, up: Scale) -> dict[str, Any]:
    title = {"text": safe(chart.axis, LINE_LIMIT + 14), "showarrow": False, "xanchor": "left", "yanchor": "bottom"}
    layout = base(HEIGHT + TOP + BOTTOM)
    layout |= {
        "margin": {"l": LEFT, "r": RIGHT, "t": TOP, "b": BOTTOM},
        "annotations": [title | {"x": 0, "xref": "paper", "xshift": -50, "y": 1, "yref": "paper", "yshift": 8}],
        "xaxis": _axis(across)
        | {"tickangle": 0, "title": {"text": safe(chart.across, LINE_LIMIT + 14), "standoff": 8}},
        "yaxis": _axis(up),
    }
    return layout


def _axis(scale: Scale) -> dict[str, Any]:
    return {"type": "log", "range": [math.log10(scale.low), math.log10(scale.high)], **ticked(scale)}
