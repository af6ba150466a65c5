"""Draws curves for the page: values at several points, each curve named at its right end."""

from __future__ import annotations

import math
from html import escape
from textwrap import wrap
from typing import Any

from plotly import graph_objects as go

from reporting.charts import Curve, Curves
from reporting.page.plotly_parts import CLEAR, LINE_LIMIT, MIDDLE, base, nothing, safe, ticked
from reporting.palette import Scale, apart, curves_scale, line_colour, pieces, shorten

HEIGHT, LINE = 330, 18  #: pixels: of the plot at least, and of a name at its right
NAME_LIMIT, LETTER = 26, 7.4  #: letters of a name at the right, and pixels of a letter
POINT_LIMIT = 8  #: letters of a point's name beside each other
TOP, BOTTOM = 34, 66  #: pixels around the plot: for the axis' name above, for the points' names below


def curves(chart: Curves) -> go.Figure:
    """Draw one line per curve, with intervals, and the names at the right, apart from one another."""
    shown = [curve for curve in chart.curves if any(curve.values)]
    if not shown or not chart.points:
        return nothing("No values to draw.")
    scale = curves_scale(chart)
    body = max(HEIGHT, LINE * len(shown))
    figure = go.Figure([_line(curve, chart) for curve in shown], _layout(chart, scale, shown, body))
    ends = [_last(curve) for curve in shown]
    heights = apart([_height(value, scale) for _, value in ends], LINE / body, 0.0, 1.0)
    right = len(chart.points) - 1 + 0.3
    for curve, (x, value), height in zip(shown, ends, heights, strict=True):
        at = _value(height, scale)
        thin = {"color": MIDDLE if curve.dashed else line_colour(curve.role), "width": 1, "dash": "dot"}
        figure.add_shape(type="line", x0=x, y0=value, x1=right, y1=at, line=thin, layer="below")
        place = {"x": 1, "xref": "paper", "xanchor": "left", "xshift": 4, "y": math.log10(at), "yanchor": "middle"}
        name = safe(curve.label, NAME_LIMIT)
        figure.add_annotation(text=f"<i>{name}</i>" if curve.dashed else name, showarrow=False, borderpad=0, **place)
    return figure


def _line(curve: Curve, chart: Curves) -> go.Scatter:
    """Return one trace per curve, which the page's filters count on; it has a gap where another row of points begins."""
    colour = MIDDLE if curve.dashed else line_colour(curve.role)
    known = [(i, value, curve.texts[i]) for i, value in enumerate(curve.values) if value]
    hollow = curve.outlined or curve.projected
    marker: dict[str, Any] = {"color": CLEAR if hollow else colour, "size": 8}
    marker["line"] = {"color": colour if hollow else MIDDLE, "width": 2 if hollow else 0.5}
    gaps = [piece[0] for piece in pieces(chart, [i for i, *_ in known])[1:]]

    def gapped(values: list[Any]) -> list[Any]:
        return [part for place, value in enumerate(values) for part in ((None, value) if place in gaps else (value,))]

    return go.Scatter(
        mode="lines" if curve.dashed and len(known) > 1 else "lines+markers",
        x=gapped([i for i, *_ in known]),
        y=gapped([value for _, (value, *_), _ in known]),
        connectgaps=False,
        line={"color": colour, "width": 1.5, "dash": "dash" if curve.dashed or curve.projected else "solid"},
        marker=marker,
        error_y={
            "type": "data",
            "symmetric": False,
            "array": gapped([high - value for _, (value, _, high), _ in known]),
            "arrayminus": gapped([value - low for _, (value, low, _), _ in known]),
            "thickness": 1.2,
            "width": 3,
        },
        hovertext=gapped([
            f"<b>{safe(curve.label, 120)}</b><br>{safe(chart.points[i], 60)}: {safe(text, 120)}" for i, _, text in known
        ]),
        hovertemplate="%{hovertext}<extra></extra>",
    )  # fmt: skip


def _last(curve: Curve) -> tuple[int, float]:
    """Return (number of the point, value) of a curve's last value."""
    return max((i, value[0]) for i, value in enumerate(curve.values) if value)


def _height(value: float, scale: Scale) -> float:
    """Return where a value stands between the ends of the axis, as a share of it."""
    return math.log(value / scale.low) / math.log(scale.high / scale.low)


def _value(height: float, scale: Scale) -> float:
    return scale.low * math.exp(height * math.log(scale.high / scale.low))


def _layout(chart: Curves, scale: Scale, shown: list[Curve], body: float) -> dict[str, Any]:
    names = max(len(shorten(curve.label, NAME_LIMIT)) for curve in shown)
    layout = base(body + TOP + BOTTOM)
    title = {"text": safe(chart.axis, LINE_LIMIT), "showarrow": False, "xanchor": "left", "yanchor": "bottom"}
    layout |= {
        "margin": {"l": 62, "r": 10 + round(names * LETTER), "t": TOP, "b": BOTTOM},
        "annotations": [title | {"x": 0, "xref": "paper", "xshift": -50, "y": 1, "yref": "paper", "yshift": 8}],
        "xaxis": {
            "range": [-0.3, len(chart.points) - 1 + 0.3],
            "tickvals": list(range(len(chart.points))),
            "ticktext": [_wrapped(point) for point in chart.points],
            "tickangle": 0,
            "gridcolor": "rgba(128,128,128,.15)",
            "zeroline": False,
            "fixedrange": True,
        },
        "yaxis": {
            "type": "log",
            "range": [math.log10(scale.low), math.log10(scale.high)],
            **ticked(scale),
        },
    }
    return layout


def _wrapped(point: str) -> str:
    return "<br>".join(escape(part, quote=False) for part in wrap(shorten(point, 40), POINT_LIMIT)[:3])
