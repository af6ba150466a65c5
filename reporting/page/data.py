"""The table behind each figure of the page, as long as a page has room for. words/chart_tables.py has all numbers.

For those who cannot see the figure and those who want to copy from it. Knows figures, never a metric; what a table looks
like is the renderers' business.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import singledispatch
from statistics import median

from reporting.charts import BarChart, Chart, Curves, Diagram, Dots, FlameGraph, Scatter, Traces, Waterfall
from reporting.document import Cell, Table
from reporting.words import chart_tables
from reporting.words.chart_tables import digits

WIDEST = 10  #: frames listed of a flame graph; on the page, a script lists all of them


@singledispatch
def data(block: Chart | Diagram) -> Table:
    """Return the numbers behind a figure as a table."""
    raise TypeError(f"{type(block).__name__} is no figure")


@data.register
def _bars(block: BarChart) -> Table:
    rows = [
        (bar.label, group, bar.text, *(digits(v).text for v in (bar.value, bar.low, bar.high)))
        for group, bars in block.groups
        for bar in bars
    ]
    rows += [(line.name, line.group or "all", line.text, digits(line.value).text, "–", "–") for line in block.lines]
    return _plain(block.title, ("Bar", "Group", "Shown as", "Value", "Low", "High"), rows)


@data.register
def _scatter(block: Scatter) -> Table:
    rows = [(m.label, digits(m.x).text, m.text, chart_tables.standing(m)) for m in block.marks]
    rows += [(line.name, "–", line.text or digits(line.value).text, "") for line in block.lines]
    return _plain(block.title, ("Point", block.across, block.axis, "It is"), rows)


@data.register
def _flame(block: FlameGraph) -> Table:
    return _difference(block) if block.unit else _frames(block)


@data.register
def _curves(block: Curves) -> Table:
    curves = [(curve.label, *(text or "–" for text in curve.texts)) for curve in block.curves]
    return _plain(block.title, ("Curve", *block.points), curves)


@data.register
def _dots(block: Dots) -> Table:
    series = [(label, ", ".join(digits(v).text for v in values)) for label, values, _ in block.series]
    return _plain(block.title, ("Series", block.axis), series, numeric=False)


@data.register
def _waterfall(block: Waterfall) -> Table:
    return chart_tables.of_waterfall(block, ("function", "whose code", "shown as"))


@data.register
def _diagram(block: Diagram) -> Table:
    return chart_tables.of_diagram(block)


def _frames(block: FlameGraph) -> Table:
    widest = sorted(block.boxes, key=lambda box: -box.width)[:WIDEST]
    share = 100 / max(block.samples, 1)
    frames = [(b.name, b.kind, str(b.depth), digits(b.width).text, f"{b.width * share:.2f} %") for b in widest]
    columns = (f"Frame (the widest {len(widest)} of {len(block.boxes)})", "Kind", "Depth", "Samples", "Share")
    return _plain(block.title, columns, frames)


def _difference(graph: FlameGraph) -> Table:
    """The widest frames of a differential flame graph only."""
    widest = sorted(graph.boxes, key=lambda box: -box.width)[:WIDEST]
    rows = tuple((Cell(b.name), digits(b.width), Cell(b.shade), Cell(b.note)) for b in widest)
    first = f"frame (the widest {len(widest)} of {len(graph.boxes)})"
    return Table(graph.title, (first, graph.unit, "it is", "in all"), rows, graph.caption)


@data.register
def _traces(chart: Traces) -> Table:
    """A row per label with the median over its processes: a page has no room for thousands of values."""
    numbers = _numbers(chart)
    rows = []
    for trace in chart.traces:
        cells = []
        for i in numbers:
            place = i - 1 + trace.warm_ups
            known = [process[place] for process in trace.processes if 0 <= place < len(process)]
            cells.append(digits(float(f"{median(known):.4g}")) if known else Cell(""))
        rows.append((Cell(trace.label), *cells))
    columns = ("median over processes", *(f"{'warm-up ' if i < 1 else ''}{i}" for i in numbers))
    return Table(chart.title, columns, tuple(rows))


def _numbers(chart: Traces) -> range:
    """Return the numbers of all values: those of warm-ups go up to 0."""
    most = max((trace.warm_ups for trace in chart.traces), default=0)
    longest = max((len(p) - trace.warm_ups for trace in chart.traces for p in trace.processes), default=0)
    return range(1 - most, longest + 1)


def _plain(title: str, columns: tuple[str, ...], rows: Sequence[tuple[str, ...]], *, numeric: bool = True) -> Table:
    return Table(title, columns, tuple(tuple(Cell(text) for text in row) for row in rows), numeric=numeric)
