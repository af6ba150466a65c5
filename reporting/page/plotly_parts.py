"""What all plotly figures share: the plain layout, texts made safe, and what stands where there is nothing to draw."""

from __future__ import annotations

import math
from html import escape
from textwrap import wrap
from typing import Any

from plotly import graph_objects as go

from reporting.palette import Scale, shorten

MIDDLE = "#787878"  #: readable on white and on black
THIN = {"color": MIDDLE, "width": 0.5}
CLEAR = "rgba(0,0,0,0)"
LINE_LIMIT = 50  #: letters that fit above a bar on a phone
ROW = 46  #: pixels: of a bar with its label above


def safe(text: str, limit: int) -> str:
    """Return the text on one line of at most `limit` letters, escaped: plotly reads a little markup."""
    return escape(shorten(text, limit), quote=False)


def base(height: float) -> dict[str, Any]:
    """Return the layout that every figure begins with. height: in pixels."""
    return {
        "template": go.layout.Template(),
        "paper_bgcolor": CLEAR,
        "plot_bgcolor": CLEAR,
        "font": {"family": "system-ui, sans-serif", "size": 13, "color": MIDDLE},
        "hoverlabel": {"align": "left", "namelength": -1},
        "height": round(height),
        "showlegend": False,
        "dragmode": False,
    }


def nothing(why: str) -> go.Figure:
    """Return a figure that says why there is none."""
    layout = base(50)
    hidden = {"visible": False, "fixedrange": True, "range": [0, 1]}
    note = {"text": why, "showarrow": False, "x": 0, "xref": "paper", "xanchor": "left", "y": 0.5, "yref": "paper"}
    layout |= {"xaxis": hidden, "yaxis": hidden, "annotations": [note], "margin": {"l": 14, "r": 4, "t": 4, "b": 4}}
    return go.Figure(layout=layout)


def labelled(label: str, text: str) -> str:
    """Return what stands above a bar: its label and its value."""
    text = shorten(text, LINE_LIMIT - 16)
    return f"<b>{safe(label, LINE_LIMIT - len(text))}</b>  {escape(text, quote=False)}"


def written(text: str, y: float, **font: Any) -> dict[str, Any]:
    """Return a note at the left edge, at a height of the figure's rows."""
    place = {"x": 0, "xref": "paper", "xanchor": "left", "y": y, "yref": "y", "yanchor": "middle", "xshift": 2}
    return {"text": text, "showarrow": False, "align": "left", "font": font, "borderpad": 0, **place}


def ticked(scale: Scale) -> dict[str, Any]:
    """Return an axis' ticks, and that it has a pale grid and stays as it is."""
    return {
        "tickvals": [value for value, _ in scale.ticks],
        "ticktext": [text for _, text in scale.ticks],
        "gridcolor": "rgba(128,128,128,.25)",
        "zeroline": False,
        "fixedrange": True,
    }


def rows_layout(scale: Scale, axis: str, height: float, notes: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the layout of a figure of so many rows from its top, with an axis of values below."""
    title = wrap(shorten(axis, 150), 52) or [""]
    ends = [scale.low, scale.high]
    layout = base(height * ROW + 56 + 18 * len(title))
    layout |= {
        "margin": {"l": 14, "r": 32, "t": 24, "b": 32 + 18 * len(title)},
        "annotations": notes,
        "xaxis": {
            "type": "log" if scale.log else "linear",
            "range": [math.log10(v) for v in ends] if scale.log else ends,
            **ticked(scale),
            "tickangle": 0,
            "ticklabeloverflow": "allow",
            "title": {"text": "<br>".join(escape(part, quote=False) for part in title), "standoff": 8},
        },
        "yaxis": {"range": [height, 0], "visible": False, "fixedrange": True},
    }
    return layout
