"""The numbers behind a chart as a Table, all of them: for the workbook, and for the page, which shortens some.

Draws and computes nothing; what a page has room for is decided in page/data.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from reporting.charts import Bar, BarChart, Curves, Diagram, Dots, Line, Mark, Scatter, Waterfall
from reporting.document import Block, Cell, Table

NONE = Cell("", None)


def table(block: Block) -> Table | None:
    """Return what a chart shows; None for what is no chart, for flame graphs, whose stacks are in results/, and for
    traces, whose values stand among the timings.
    """
    if isinstance(block, BarChart):
        return of_bars(block)
    if isinstance(block, Curves):
        return of_curves(block)
    if isinstance(block, Waterfall):
        return of_waterfall(block)
    if isinstance(block, Scatter):
        return of_scatter(block)
    if isinstance(block, Diagram):
        return of_diagram(block)
    return of_dots(block) if isinstance(block, Dots) else None


def of_bars(chart: BarChart) -> Table:
    """One row per bar, group by group, each followed by the lines over it; lines over all groups come last.

    Below and above: how far the interval reaches from the value, as error bars want it.
    """
    unit = "×" if "(×" in chart.axis else ""
    rows = [(_word(group), *(_in(unit, cell) for cell in cells)) for group, cells in _by_group(chart)]
    columns = ("build", "variant", "value", "low", "high", "below", "above", "text")
    return Table(chart.title, columns, tuple(rows), chart.caption, key=chart.key)


def _by_group(chart: BarChart) -> Iterator[tuple[str, tuple[Cell, ...]]]:
    names = [group for group, _ in chart.groups]
    for group, bars in chart.groups:
        yield from ((group, _bar(bar)) for bar in bars)
        yield from ((group, _line(line)) for line in chart.lines if line.group == group)
    yield from ((line.group, _line(line)) for line in chart.lines if line.group not in names)


def _bar(bar: Bar) -> tuple[Cell, ...]:
    if bar.value is None or bar.low is None or bar.high is None:
        return (_word(bar.label), _number(bar.value), NONE, NONE, NONE, NONE, _word(bar.text))
    reach = (bar.value, bar.low, bar.high, bar.value - bar.low, bar.high - bar.value)
    return (_word(bar.label), *map(_number, reach), _word(bar.text))


def _line(line: Line) -> tuple[Cell, ...]:
    return (_word(line.name), _number(line.value), NONE, NONE, NONE, NONE, _word(line.text))


def of_curves(chart: Curves) -> Table:
    """One row per curve and point that has a value."""
    rows = [
        (_word(curve.label), _word(point), *map(_number, value), _word(text))
        for curve in chart.curves
        for point, value, text in zip(chart.points, curve.values, curve.texts, strict=True)
        if value
    ]
    columns = ("variant", "point", _plain(chart.axis), "low", "high", "text")
    return Table(chart.title, columns, tuple(rows), chart.caption, key=chart.key)


def of_dots(chart: Dots) -> Table:
    """One row per dot."""
    rows = [
        (_word(label), _number(process), _number(value))
        for label, values, _ in chart.series
        for process, value in enumerate(values, 1)
    ]
    return Table(chart.title, ("variant", "process", _plain(chart.axis)), tuple(rows), chart.caption, key=chart.key)


def of_scatter(chart: Scatter) -> Table:
    """One row per point, then one per line."""
    rows = [
        (_word(m.label), *map(_number, (m.x, m.y, m.low, m.high)), _word(standing(m)), _word(m.text))
        for m in chart.marks
    ]
    rows += [
        (_word(line.name), NONE, _number(line.value), NONE, NONE, _word("line"), _word(line.text))
        for line in chart.lines
    ]
    columns = ("point", _plain(chart.across), _plain(chart.axis), "low", "high", "it is", "text")
    return Table(chart.title, columns, tuple(rows), chart.caption, key=chart.key)


def standing(mark: Mark) -> str:
    """Say in words what the form of a point says."""
    return f"{'dominated' if mark.outlined else 'not dominated'}{', loses' if mark.below else ''}"


def of_diagram(block: Diagram) -> Table:
    """One row per part: what is known of it, and what it sends where, in bits."""
    rows = []
    for part in block.parts:
        sent = [(wire.target, wire.bits) for wire in block.wires if wire.source == part.name and wire.bits]
        sent += [(wire.source, wire.back) for wire in block.wires if wire.target == part.name and wire.back]
        told = ", ".join(f"{name} ({bits:,})" for name, bits in sent)
        rows.append((_word(part.name), _word("; ".join(part.lines)), _word(told)))
    caption = f"{' '.join(block.facts)} {block.caption}".strip()
    return Table(
        block.title,
        ("part", "what is known of it", "sends to (bits)"),
        tuple(rows),
        caption,
        numeric=False,
        key=block.key,
    )


def of_waterfall(chart: Waterfall, columns: tuple[str, ...] = ()) -> Table:
    """One row per step: its value in the axis' unit, and as it is shown; only some of these columns, if they are named."""
    names = ("function", "whose code", chart.axis, "shown as")
    chosen = [names.index(name) for name in columns or names]
    rows = tuple(
        (Cell(s.label, s.label), Cell(kind, kind), digits(s.value), Cell(s.text, s.text))
        for s in chart.steps
        for kind in ["whole" if s.whole else s.kind or "several"]
    )
    picked = tuple(tuple(row[i] for i in chosen) for row in rows)
    return Table(chart.title, tuple(names[i] for i in chosen), picked, chart.caption, key=chart.key)


def digits(value: float | None) -> Cell:
    """Return a number as it is written beside a figure, with six digits at most."""
    return Cell("–" if value is None else f"{value:,.6g}".replace("-", "−"), value)


def _plain(axis: str) -> str:
    return axis.replace(", log scale", "")


def _word(text: str) -> Cell:
    return Cell(text, text or None)


def _in(unit: str, cell: Cell) -> Cell:
    return replace(cell, unit=unit) if isinstance(cell.value, float) else cell


def _number(value: float | None) -> Cell:
    return NONE if value is None else Cell(str(value), value)
