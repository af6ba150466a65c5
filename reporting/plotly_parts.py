"""What all plotly figures share: the plain layout, texts made safe, and what stands where there is nothing to draw."""

from __future__ import annotations

from html import escape
from typing import Any

from plotly import graph_objects as go

from reporting.palette import shorten

MIDDLE = "#787878"  #: readable on white and on black
THIN = {"color": MIDDLE, "width": 0.5}
CLEAR = "rgba(0,0,0,0)"
LINE_LIMIT = 50  #: letters that fit above a bar on a phone


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
