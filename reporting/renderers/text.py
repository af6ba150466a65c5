"""Plain text in 100 columns, for terminals, diffs and mail. Charts become their tables."""

from __future__ import annotations

import io
import math
import textwrap
from dataclasses import replace
from functools import singledispatch
from itertools import groupby

from rich import box
from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text as Line

from reporting import text_gains
from reporting.document import (
    LIMITS,
    Bar,
    BarChart,
    Block,
    Cell,
    Code,
    Document,
    FlameGraph,
    Prose,
    Table,
    Text,
    Waterfall,
)
from reporting.palette import Scale, bar_scale

SUFFIX = ".txt"
WIDTH = 100
LONG = 44  #: a cell wider than this does not fit beside others
NARROW, LEAST = 24, 16  #: of a name beside code, and of code
SHORTEST_BAR, BAR, MOST = 12, 36, 28  #: of the longest bar, and of a bar's name


def render(document: Document) -> bytes:
    parts = [document.title, "=" * len(document.title), document.subtitle]
    if document.warnings:
        parts += ["", f"{LIMITS}:", *(_wrap(warning, "! ") for warning in document.warnings)]
    for section in document.sections:
        parts += ["", "", section.title, "-" * len(section.title)]
        for detail, group in groupby(section.blocks, _is_detail):
            blocks = list(group)
            shown = [_in_depth(blocks)] if detail else [_block(block) for block in blocks]
            parts += [part for text in shown if text for part in ("", text)]
    return ("\n".join(parts) + "\n").encode()


def _is_detail(block: Block) -> bool:
    return isinstance(block, (Code, Table)) and block.detail


def _in_depth(blocks: list[Block]) -> str:
    """Name what a summary leaves out: every title without the builds that it is for."""
    titles = [b.title for b in blocks if isinstance(b, Code | Table)]
    names = dict.fromkeys(title.partition(", on ")[0] for title in titles)
    return _wrap(f"In depth, in the HTML and PDF reports: {'; '.join(names)}.")


@singledispatch
def _block(_block: Block) -> str:
    """Return a block as text; of what is drawn only, nothing: tables and other formats have what it shows."""
    return ""


@_block.register
def _prose(block: Prose) -> str:
    return _wrap(block.plain)


@_block.register
def _code(block: Code) -> str:
    lines = (f"    {line}".rstrip()[:WIDTH] for line in block.text.split("\n"))
    return "\n".join([block.title, _wrap(block.caption), *lines])


@_block.register
def _flame(block: FlameGraph) -> str:
    if block.unit:
        return ""  # the waterfall above it says as much in words
    return _wrap(f"{block.title} ({block.samples:,} samples; drawn in the HTML and PDF reports): {block.caption}")


@_block.register
def _text(block: Text) -> str:
    marks = {"verdict": "> ", "warning": "! ", "code": "    "}
    if block.style == "heading":
        return f"{block.text}\n{'.' * len(block.text)}"
    return "\n".join(_wrap(line, marks.get(block.style, "")) for line in block.text.split("\n"))


def _wrap(text: str, mark: str = "") -> str:
    return textwrap.fill(
        text,
        WIDTH,
        initial_indent=mark,
        subsequent_indent=" " * len(mark),
        break_long_words=False,
        break_on_hyphens=False,
    )


@_block.register
def _bars(chart: BarChart) -> str:
    """Draw bars from signs; the direct label says the number. Bars that are not ours are hollow, lines end in a stroke."""
    scale = bar_scale(chart)
    labels = [bar.label for _, bars in chart.groups for bar in bars]
    names = min(MOST, max(map(len, (*labels, *(line.name for line in chart.lines if line.group))), default=0))
    texts = [bar.text for _, bars in chart.groups for bar in bars] + [line.text for line in chart.lines]
    room = WIDTH - names - 6 - max(map(len, texts), default=0)
    width = min(BAR, max(SHORTEST_BAR, room))
    lines = [chart.title, _wrap(chart.caption), *([f"({chart.axis})"] if chart.log else [])]

    def row(name: str, drawn: str, text: str) -> str:
        short = name if len(name) <= names else name[: names - 1] + "…"
        return f"  {short:<{names}}  {drawn:<{width}}  {text}".rstrip()

    for group, bars in chart.groups:
        lines += ["", f"  {group}", *(row(bar.label, _drawn(bar, scale, width), bar.text) for bar in bars)]
        for line in chart.lines:
            if line.group and line.group == group:
                lines.append(row(line.name, "." * (_length(line.value, scale, width) - 1) + "|", line.text))
    return "\n".join(lines)


def _drawn(bar: Bar, scale: Scale, width: int) -> str:
    if bar.value is None or not scale.holds(bar.value):
        return "x"
    length = _length(bar.value, scale, width)
    return f"[{' ' * max(length - 2, 0)}]" if bar.outlined else "#" * length


def _length(value: float, scale: Scale, width: int) -> int:
    """Return the length of a bar in signs, from 1 to `width`; on a log axis bars begin at its lower end."""
    ends = (scale.low, scale.high, value) if not scale.log else map(math.log, (scale.low, scale.high, value))
    low, high, end = ends
    return max(1, round(width * (end - low) / (high - low)))


@_block.register
def _steps(chart: Waterfall) -> str:
    if chart.detail:
        return ""  # the other reports have it
    return "\n".join([chart.title, _wrap(chart.caption), "", *text_gains.waterfall(chart, WIDTH)])


@_block.register
def _table(table: Table) -> str:
    if not table.numeric:
        body = _facts(table) if len(table.columns) == 2 else _stacked(table)
    else:
        body = "\n\n".join(_grid(part) for part in _parts(_fitted(_shortened(table))))
    notes = [_wrap(note, "  – ") for note in table.footnotes()]
    return "\n".join(filter(None, [table.title, _wrap(table.caption), body, *notes]))


def _shortened(table: Table) -> Table:
    """Cut cells that would push all others off the line; the whole text is in every other format."""
    rows = tuple(
        tuple(
            cell if column in table.code else _cut(cell, LONG) for column, cell in zip(table.columns, row, strict=True)
        )
        for row in table.rows
    )
    return replace(table, rows=rows)


def _cut(cell: Cell, limit: int) -> Cell:
    return replace(cell, text=cell.text[: limit - 1] + "…") if len(cell.text) > limit else cell


def _fitted(table: Table) -> Table:
    """Let a column of code have what the other columns leave, of which those of words are cut first; never split it off."""
    if not table.code or not table.rows:
        return table
    where = [column in table.code for column in table.columns]
    words = [not table.aligned_right(i) and not where[i] for i in range(len(where))]
    limits = [NARROW if i and words[i] else LONG for i in range(len(where))]
    rows = [[_cut(cell, limit) for cell, limit in zip(row, limits, strict=True)] for row in table.rows]
    widths = [max(len(name), *(len(row[i].text) for row in rows)) + 2 for i, name in enumerate(table.columns)]
    room = WIDTH - sum(width for width, code in zip(widths, where, strict=True) if not code)
    share = max(LEAST, room // sum(where) - 2)
    rows = [
        [_cut(whole, share) if code else cell for whole, cell, code in zip(old, row, where, strict=True)]
        for old, row in zip(table.rows, rows, strict=True)
    ]
    return replace(table, rows=tuple(map(tuple, rows)))


def _parts(table: Table) -> list[Table]:
    """Split a table that is too wide; every part repeats the first column."""
    columns = list(zip(table.columns, *((cell.text for cell in row) for row in table.rows), strict=True))
    widths = [max(map(len, column)) + 2 for column in columns]
    chunks: list[list[int]] = [[]]
    for index in range(1, len(widths)):
        if chunks[-1] and widths[0] + sum(widths[i] for i in chunks[-1]) + widths[index] > WIDTH:
            chunks.append([])
        chunks[-1].append(index)
    return [_columns(table, [0, *chunk]) for chunk in chunks]


def _columns(table: Table, chosen: list[int]) -> Table:
    rows = tuple(tuple(row[i] for i in chosen) for row in table.rows)
    return Table(table.title, tuple(table.columns[i] for i in chosen), rows, numeric=table.numeric)


def _grid(table: Table) -> str:
    grid = Grid(box=box.SIMPLE, padding=(0, 1, 0, 0), show_edge=False, pad_edge=False)
    for index, column in enumerate(table.columns):
        grid.add_column(Line(column), justify="right" if table.aligned_right(index) else "left", no_wrap=True)
    for row in table.rows:
        grid.add_row(*(Line(cell.text) for cell in row))
    out = io.StringIO()
    Console(file=out, width=WIDTH, color_system=None).print(grid)
    return "\n".join(line.rstrip() for line in out.getvalue().rstrip().splitlines())


def _stacked(table: Table) -> str:
    """Write a table of long texts as one block per row; its short cells share a line."""
    lines = []
    for row in table.rows:
        lines.append(_wrap(row[0].text, "  "))
        named = [f"{column}: {cell.text}" for column, cell in zip(table.columns[1:], row[1:], strict=True)]
        short = [text for text in named if len(text) <= LONG // 2]
        lines += [_wrap(text, "      ") for text in named if text not in short]
        lines += [_wrap("   ".join(short), "      ")] if short else []
    return "\n".join(lines)


def _facts(table: Table) -> str:
    """Write a table of two columns as aligned lines."""
    width = max(len(row[0].text) for row in table.rows)
    indent = " " * (width + 4)
    return "\n".join(
        textwrap.fill(row[1].text, WIDTH, initial_indent=f"  {row[0].text:<{width}}  ", subsequent_indent=indent)
        for row in table.rows
    )
