"""The numbers behind figures of changes, as tables: for the page, where they stand behind each, and for the workbook."""

from __future__ import annotations

from statistics import median

from reporting.document import Cell, FlameGraph, Table, Traces, Waterfall


def of_changes(chart: Traces | Waterfall | FlameGraph, most: int) -> Table:
    """What stands behind a chart on the page; of a flame graph, so many frames at most."""
    if isinstance(chart, Waterfall):
        return of_waterfall(chart, ("function", "whose code", "shown as"))
    return of_traces_in_short(chart) if isinstance(chart, Traces) else of_difference(chart, most)


def of_waterfall(chart: Waterfall, columns: tuple[str, ...] = ()) -> Table:
    """A row per step: its value in the axis' unit, and as it is shown; only some of these columns, where they are named."""
    names = ("function", "whose code", chart.axis, "shown as")
    chosen = [names.index(name) for name in columns or names]
    rows = tuple(
        (Cell(s.label, s.label), Cell(kind, kind), _digits(s.value), Cell(s.text, s.text))
        for s in chart.steps
        for kind in ["whole" if s.whole else s.kind or "several"]
    )
    picked = tuple(tuple(row[i] for i in chosen) for row in rows)
    return Table(chart.title, tuple(names[i] for i in chosen), picked, chart.caption)


def of_difference(graph: FlameGraph, most: int) -> Table:
    """The widest frames of a differential flame graph, at most so many."""
    widest = sorted(graph.boxes, key=lambda box: -box.width)[:most]
    rows = tuple((Cell(b.name), _digits(b.width), Cell(b.shade), Cell(b.note)) for b in widest)
    first = f"frame (the widest {len(widest)} of {len(graph.boxes)})"
    return Table(graph.title, (first, graph.unit, "it is", "in all"), rows, graph.caption)


def of_traces(chart: Traces) -> Table:
    """A row per process, a column per number of a value; warm-ups have the numbers up to 0."""
    numbers = _numbers(chart)
    rows = []
    for trace in chart.traces:
        for process, values in enumerate(trace.processes, 1):
            known = dict(enumerate(values, 1 - trace.warm_ups))
            cells = (_digits(known[i]) if i in known else Cell("", None) for i in numbers)
            rows.append((Cell(trace.label, trace.label), _digits(float(process)), *cells))
    columns = ("variant", "process", *(f"{'warm-up ' if i < 1 else ''}{i}" for i in numbers))
    return Table(chart.title, columns, tuple(rows), f"{chart.caption} Values: {chart.axis}.")


def of_traces_in_short(chart: Traces) -> Table:
    """A row per label with the median over its processes: a page has no room for thousands of values."""
    numbers = _numbers(chart)
    rows = []
    for trace in chart.traces:
        cells = []
        for i in numbers:
            place = i - 1 + trace.warm_ups
            known = [process[place] for process in trace.processes if 0 <= place < len(process)]
            cells.append(_digits(float(f"{median(known):.4g}")) if known else Cell(""))
        rows.append((Cell(trace.label), *cells))
    columns = ("median over processes", *(f"{'warm-up ' if i < 1 else ''}{i}" for i in numbers))
    return Table(chart.title, columns, tuple(rows))


def _numbers(chart: Traces) -> range:
    """Return the numbers of all values: those of warm-ups go up to 0."""
    most = max((trace.warm_ups for trace in chart.traces), default=0)
    longest = max((len(p) - trace.warm_ups for trace in chart.traces for p in trace.processes), default=0)
    return range(1 - most, longest + 1)


def _digits(value: float | None) -> Cell:
    return Cell("–" if value is None else f"{value:,.6g}".replace("-", "−"), value)
