"""The numbers behind a figure as a table, for those who cannot see it and those who want to copy them.

Knows figures, never a metric; what a table looks like is the renderers' business.
"""

from __future__ import annotations

from collections.abc import Sequence

from reporting import change_tables
from reporting.document import BarChart, Cell, Chart, Curves, Dots, FlameGraph, Table, Traces, Waterfall

WIDEST = 10  #: frames listed of a flame graph; on the page, a script lists all of them


def data(block: Chart) -> Table:
    """Return the numbers behind a figure as a table."""
    if isinstance(block, BarChart):
        return _bars(block)
    if isinstance(block, Curves):
        curves = [(curve.label, *(text or "–" for text in curve.texts)) for curve in block.curves]
        return _plain(block.title, ("Curve", *block.points), curves)
    if isinstance(block, Dots):
        series = [(label, ", ".join(_digits(v) for v in values)) for label, values, _ in block.series]
        return _plain(block.title, ("Series", block.axis), series, numeric=False)
    if isinstance(block, Traces | Waterfall) or block.unit:
        return change_tables.of_changes(block, WIDEST)
    return _frames(block)


def _bars(block: BarChart) -> Table:
    rows = [
        (bar.label, group, bar.text, *(_digits(v) for v in (bar.value, bar.low, bar.high)))
        for group, bars in block.groups
        for bar in bars
    ]
    rows += [(line.name, line.group or "all", line.text, _digits(line.value), "–", "–") for line in block.lines]
    return _plain(block.title, ("Bar", "Group", "Shown as", "Value", "Low", "High"), rows)


def _frames(block: FlameGraph) -> Table:
    widest = sorted(block.boxes, key=lambda box: -box.width)[:WIDEST]
    share = 100 / max(block.samples, 1)
    frames = [(b.name, b.kind, str(b.depth), _digits(b.width), f"{b.width * share:.2f} %") for b in widest]
    columns = (f"Frame (the widest {len(widest)} of {len(block.boxes)})", "Kind", "Depth", "Samples", "Share")
    return _plain(block.title, columns, frames)


def _plain(title: str, columns: tuple[str, ...], rows: Sequence[tuple[str, ...]], *, numeric: bool = True) -> Table:
    return Table(title, columns, tuple(tuple(Cell(text) for text in row) for row in rows), numeric=numeric)


def _digits(value: float | None) -> str:
    return "–" if value is None else f"{value:,.6g}".replace("-", "−")
