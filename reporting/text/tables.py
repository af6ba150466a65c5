"""Tables as lines of text: numbers aligned on their decimal points, nothing wider than the page.

A table that is too wide is turned if that takes fewer parts, else split; every part repeats what names its rows. One of
words becomes a grid, groups, or lines that hang. Knows no metric: it moves cells and never computes with what they hold.
"""

from __future__ import annotations

import re
import textwrap
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from rich.cells import cell_len

from reporting.document import Cell, Table

LONG = 44  #: a cell wider than this does not fit beside others
SHORT = 24  #: and one up to this always does
NARROW, LEAST = 24, 16  #: of a name beside code, and of code
NAMED = 4  #: cells that a note names; of more, the last ones are counted
READABLE = 36  #: room that a column of sentences needs
NUMBER = re.compile(r"((?:< )?[−+-]?\d[\d,]*)(\.\d+)?([^\[]*)(\[.*)?")


def lines(table: Table, width: int) -> str:
    """Return the body of a table: everything but title, caption and footnotes."""
    if not table.rows:
        return ""
    if not table.numeric:
        return _of_words(table, width)
    return "\n\n".join(_grid(part) for part in _parts(_fitted(_shortened(table), width), width))


def notes(table: Table, width: int) -> list[str]:
    """Return the footnotes, those with the same reason joined."""
    reasons: dict[str, list[str]] = {}
    for note in table.footnotes():
        about, found, reason = note.partition(": ")
        reasons.setdefault(reason if found else note, []).extend([about] if found else [])
    joined = (f"{_listed(about)}: {reason}" if about else reason for reason, about in reasons.items())
    return [wrapped(note, width, "  – ") for note in joined]


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED + 1} more" if len(names) > NAMED else ""
    return "; ".join(names[: NAMED - 1] if more else names) + more


def wrapped(text: str, width: int, mark: str = "", *, every: bool = False) -> str:
    """Return text in lines no wider than `width`; `mark` stands before the first, or before every one."""
    return textwrap.fill(
        text, width, initial_indent=mark, subsequent_indent=mark if every else " " * cell_len(mark),
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip


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


def _fitted(table: Table, width: int) -> Table:
    """Let a column of code have what the other columns leave, of which those of words are cut first; never split it off."""
    if not table.code:
        return table
    where = [column in table.code for column in table.columns]
    words = [not table.aligned_right(i) and not where[i] for i in range(len(where))]
    limits = [NARROW if i and words[i] else LONG for i in range(len(where))]
    rows = [[_cut(cell, limit) for cell, limit in zip(row, limits, strict=True)] for row in table.rows]
    widths = [max(len(name), *(len(row[i].text) for row in rows)) + 2 for i, name in enumerate(table.columns)]
    room = width - sum(taken for taken, code in zip(widths, where, strict=True) if not code)
    share = max(LEAST, room // sum(where) - 2)
    rows = [
        [_cut(whole, share) if code else cell for whole, cell, code in zip(old, row, where, strict=True)]
        for old, row in zip(table.rows, rows, strict=True)
    ]
    return replace(table, rows=tuple(map(tuple, rows)))


def _parts(table: Table, width: int) -> list[Table]:
    """Return the table in parts that fit: without columns that hold nothing, or turned, where that saves parts."""
    best = _split(table, width)
    if len(best) > 1:
        filled = [i for i in range(len(table.columns)) if not i or not all(row[i].missing for row in table.rows)]
        rest = _split(_columns(table, filled), width)
        best = rest if len(rest) < len(best) else best
    if len(best) > 1 and all(table.aligned_right(i) for i in range(1, len(table.columns))):
        turned = _split(table.transposed(), width)
        best = turned if len(turned) == 1 else best
    return best


def _split(table: Table, width: int) -> list[Table]:
    """Split a table that is too wide; numbers are aligned on their points unless that alone would split it."""
    return min((_chunks(_aligned(table), width), _chunks(table, width)), key=len)


def _chunks(table: Table, width: int) -> list[Table]:
    widths = [2 + _width([name, *(row[i].text for row in table.rows)]) for i, name in enumerate(table.columns)]
    lead = _lead(table)
    if sum(widths[:lead]) > width // 2:
        lead = 1
    chunks: list[list[int]] = [[]]
    for index in range(lead, len(widths)):
        if chunks[-1] and sum(widths[:lead]) + sum(widths[i] for i in chunks[-1]) + widths[index] - 2 > width:
            chunks.append([])
        chunks[-1].append(index)
    return [_columns(table, [*range(lead), *chunk]) for chunk in chunks]


def _lead(table: Table) -> int:
    """Return how many columns of words it takes, from the first on, to tell the rows apart."""
    for number in range(1, len(table.columns)):
        if number > 1 and table.aligned_right(number - 1):
            return 1
        heads = Counter(tuple(cell.text for cell in row[:number]) for row in table.rows)
        if max(heads.values()) == 1:
            return number
    return 1


def _columns(table: Table, chosen: Sequence[int]) -> Table:
    rows = tuple(tuple(row[i] for i in chosen) for row in table.rows)
    return replace(table, columns=tuple(table.columns[i] for i in chosen), rows=rows, code=())


def _aligned(table: Table) -> Table:
    """Pad the cells of columns of numbers, so that their points, units and intervals stand below each other."""
    columns = list(zip(*table.rows, strict=True))
    padded = [_padded(column) if table.aligned_right(i) else column for i, column in enumerate(columns)]
    return replace(table, rows=tuple(zip(*padded, strict=True)))


def _padded(cells: Sequence[Cell]) -> tuple[Cell, ...]:
    """Line up points and intervals; units, too, where a column has several, else each stays beside its number."""
    found = [NUMBER.fullmatch(cell.text) for cell in cells]
    pieces = [[part or "" for part in match.groups()] for match in found if match]
    if not pieces:
        return tuple(cells)
    mixed = len({piece[2].strip() for piece in pieces} - {""}) > 1
    whole = _width([piece[0] for piece in pieces])
    fraction = _width([piece[1] for piece in pieces]) if mixed else 0
    middle = _width([f"{piece[1]:<{fraction}}{piece[2]}" for piece in pieces])
    interval = _width([piece[3] for piece in pieces])

    def pad(cell: Cell, match: re.Match[str] | None) -> Cell:
        if match is None:  # a dash stands where the last digit before the point would; what is longer is flush right
            short = 0 < len(cell.text) <= whole
            return replace(cell, text=f"{cell.text:>{whole}}{' ' * (middle + interval)}") if short else cell
        number, point, unit, ends = (part or "" for part in match.groups())
        return replace(cell, text=f"{number:>{whole}}{f'{point:<{fraction}}{unit}':<{middle}}{ends:<{interval}}")

    return tuple(pad(cell, match) for cell, match in zip(cells, found, strict=True))


def _grid(table: Table) -> str:
    right = [_flush(table, i) for i in range(len(table.columns))]
    widths = [_width([name, *(row[i].text for row in table.rows)]) for i, name in enumerate(table.columns)]
    rows = [_row(table.columns, widths, right), "─" * (sum(widths) + 2 * len(widths) - 2)]
    return "\n".join([*rows, *(_row([cell.text for cell in row], widths, right) for row in table.rows)])


def _flush(table: Table, column: int) -> bool:
    """Whether a column is aligned right; among words, too, one of numbers is."""
    numbers = all(isinstance(row[column].value, (int, float)) for row in table.rows)
    return table.aligned_right(column) or (numbers and not table.numeric)


def _row(texts: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    def cell(text: str, width: int, flush: bool) -> str:
        room = " " * (width - cell_len(text))
        return room + text if flush else text + room

    return "  ".join(cell(*each) for each in zip(texts, widths, right, strict=True)).rstrip()


def _width(texts: Sequence[str]) -> int:
    return max(map(cell_len, texts), default=0)


def _of_words(table: Table, width: int) -> str:
    """Write a table of words in the first form that it fits into."""
    if len(table.columns) == 2:
        return _facts(table, width)
    grid = _grid(table)
    if _width(grid.split("\n")) <= width:
        return grid
    return _grouped(table, width) or _hanging(table, width) or _stacked(table, width)


def _facts(table: Table, width: int) -> str:
    """Write a table of two columns as aligned lines."""
    names = min(_width([row[0].text for row in table.rows]), width // 2)
    indent = " " * (names + 4)
    return "\n".join(
        textwrap.fill(row[1].text, width, initial_indent=f"  {row[0].text:<{names}}  ", subsequent_indent=indent)
        for row in table.rows
    )


def _grouped(table: Table, width: int) -> str:
    """Write rows of the same name below it; "" where no name repeats or the rest is too wide."""
    rest = _columns(table, range(1, len(table.columns)))
    body = _grid(rest).split("\n")[2:]
    if _width(body) + 4 > width or len({row[0].text for row in table.rows}) == len(table.rows):
        return ""
    named = zip((row[0].text for row in table.rows), body, strict=True)
    groups = groupby(named, key=lambda each: each[0])
    return "\n".join(
        line for name, members in groups for line in (f"  {name}", *(f"    {text}" for _, text in members))
    )


def _hanging(table: Table, width: int) -> str:
    """Write short columns first and the one of sentences last, its lines below each other; "" where there are more.

    Of several long columns the last is the one of sentences, if no cell of the others has to be broken for it.
    """
    texts = [[name, *(row[i].text for row in table.rows)] for i, name in enumerate(table.columns)]
    long = [i for i, column in enumerate(texts) if _width(column) > SHORT]
    if long and long[-1] == len(texts) - 1:
        long = long[-1:]
    short = [i for i in range(len(texts)) if i not in long]
    head = _grid(_columns(table, short)).split("\n") if short else []
    indent = _width(head) + 2
    if len(long) != 1 or not short or width - indent < READABLE:
        return ""
    last = texts[long[0]]
    written = [f"{head[0]:<{indent}}{last[0]}", "─" * width]
    for start, text in zip(head[2:], last[1:], strict=True):
        written.append(
            textwrap.fill(
                text, width, initial_indent=f"{start:<{indent}}", subsequent_indent=" " * indent, break_on_hyphens=False
            )
        )
    return "\n".join(line.rstrip() for line in written)


def _stacked(table: Table, width: int) -> str:
    """Write a table of long texts as one block per row, cells in the order of the columns; short ones in a row share a line."""
    written = []
    for row in table.rows:
        written.append(wrapped(row[0].text, width, "  "))
        named = [f"{column}: {cell.text}" for column, cell in zip(table.columns[1:], row[1:], strict=True)]
        for short, texts in groupby(named, key=lambda text: len(text) <= LONG // 2):
            written += [wrapped(text, width, "      ") for text in (["   ".join(texts)] if short else texts)]
    return "\n".join(written)
