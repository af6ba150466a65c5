"""Tables on paper: letters as large as the page allows, never below 7 pt; then turned, then split by columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import zip_longest
from typing import Any

from reportlab.pdfbase import pdfmetrics
from reportlab.platypus import Table as Grid

from reporting.document import Cell, Table
from reporting.palette import printable
from reporting.paper.styles import BOLD, COLUMN, LINE, MONO, SANS, SHADE, Sheet, paragraph, style

SIZES = (8.5, 8.0, 7.5, 7.0)  #: of text in tables, tried in this order
SMALL = SIZES[2:]  #: in an appendix
PAD = 4.0  #: left and right of a cell
FOLDED, SHORT = 8, 110  #: rows of a table that is folded, at least, and letters of its values, at most
FEW_NOTES = 3  #: notes that have a line each
NARROW = "\N{NO-BREAK SPACE}"  #: between the number of a note and the note
DIVISIBLE = 220.0  #: points; a table of less height is not divided between pages
UNBROKEN, BREAKABLE = 34, 20  #: letters of words that are better not broken, and of those that may not be


def fit(table: Table, sheet: Sheet, sizes: Sequence[float] = SIZES) -> tuple[float, float]:
    """Return the size of the letters and the width of the page that a table needs; see the module's docstring."""
    last, lying = sizes[len(sizes) // 2], sheet.turned().column
    parts = len(_cuts(_least(table, last), COLUMN))
    stacks = parts * (len(table.rows) + 3) * last * 1.9 < DIVISIBLE  # so few rows that its parts go on one page
    for width, letters in ((COLUMN, UNBROKEN), (COLUMN, BREAKABLE), (lying, BREAKABLE)):
        if width == lying and stacks:
            return last, COLUMN
        for size in sizes:
            if needed(table, size, letters) <= width:
                return size, width
    return last, lying


def needed(table: Table, size: float, letters: int = UNBROKEN) -> float:
    """Return the least width of a table, in points, if no word of at most so many letters is broken."""
    units = _units(table, letters)
    return sum(units) * size + 2 * PAD * len(units)


def _least(table: Table, size: float) -> list[float]:
    """Return the least width of each column."""
    return [unit * size + 2 * PAD for unit in _units(table, BREAKABLE)]


def _units(table: Table, letters: int) -> list[float]:
    """Return the least width of each column, in ems: its longest word, cells that are numbers or short being one word.

    Words of more than so many letters (hashes, paths) may be broken anywhere, and code sooner.
    """
    widths = []
    for i, column in enumerate(table.columns):
        most = 32 if i and table.numeric else 24 if i == 0 else 14
        words = [(word, BOLD) for word in printable(column).split()]
        for row in table.rows:
            text = printable(row[i].text) + ("00" if row[i].note else "")
            whole = len(text) <= (32 if isinstance(row[i].value, int | float) else most)
            words += [(word, SANS) for word in ([text] if whole else text.split())]
        longest = max((pdfmetrics.stringWidth(word, font, 100) for word, font in words), default=0.0) / 100
        widths.append(min(longest, (min(letters, BREAKABLE) if column in table.code else letters) * 0.62) + 0.06)
    return widths


def _most(table: Table, size: float) -> list[float]:
    """Return the width of each column when nothing wraps."""
    texts = [[column, *(printable(row[i].text) for row in table.rows)] for i, column in enumerate(table.columns)]
    return [max(pdfmetrics.stringWidth(t, BOLD, size) for t in column) + 2 * PAD + size for column in texts]


def _widths(table: Table, size: float, room: float) -> list[float]:
    """Share the room: each column gets its least, what is left goes to the columns that would wrap."""
    least = [unit * size + 2 * PAD for unit in _units(table, UNBROKEN)]
    if sum(least) > room:
        least = _least(table, size)
    wishes = [max(most - low, 0.0) for most, low in zip(_most(table, size), least, strict=True)]
    spare, wanted = max(room - sum(least), 0.0), sum(wishes)
    share = min(spare / wanted, 1.0) if wanted else 0.0
    return [low + wish * share for low, wish in zip(least, wishes, strict=True)]


def parts(table: Table, size: float, room: float) -> Iterator[Table]:
    """Yield the table, or parts of about equal width that repeat the first column, as many as the room demands."""
    least = _least(table, size)
    needed = len(_cuts(least, room))
    narrower = (_cuts(least, room * twelfth / 12) for twelfth in range(1, 13))
    for start, stop in next(cuts for cuts in narrower if len(cuts) == needed):
        chosen = (0, *range(start, stop))
        rows = tuple(tuple(row[i] for i in chosen) for row in table.rows)
        yield replace(table, columns=tuple(table.columns[i] for i in chosen), rows=rows)


def _cuts(least: list[float], room: float) -> list[tuple[int, int]]:
    """Return which columns stand beside the first one in each part."""
    cuts: list[tuple[int, int]] = []
    start = 1
    while start < len(least) or (least and not cuts):
        used, stop = least[0], start
        while stop < len(least) and (stop == start or used + least[stop] <= room):
            used += least[stop]
            stop += 1
        cuts.append((start, stop))
        start = stop
    return cuts


def grid(table: Table, size: float, room: float, notes: Mapping[str, int], tall: float) -> Any:
    """Return a reportlab table that repeats its header on every page; a page holds so much."""
    leading = size * 1.3
    sides = [2 if table.aligned_right(i) else 0 for i in range(len(table.columns))]  # reportlab's right and left
    fonts: list[dict[str, Any]] = [{"fontName": MONO} if column in table.code else {} for column in table.columns]
    cells = [
        style("cell", max(size - 1, SIZES[-1]) if font else size, leading, spaceAfter=0, alignment=side, **font)
        for side, font in zip(sides, fonts, strict=True)
    ]
    heads = [style("head", size, leading, spaceAfter=0, alignment=side, fontName=BOLD) for side in sides]
    head = [paragraph(column, style) for column, style in zip(table.columns, heads, strict=True)]
    body = [[paragraph(_marked(c, notes), s) for c, s in zip(row, cells, strict=True)] for row in table.rows]
    grid: Any = Grid([head, *body], colWidths=_widths(table, size, room), repeatRows=1, hAlign="LEFT")
    rules: Sequence[tuple[Any, ...]] = [
        ("BACKGROUND", (0, 0), (-1, 0), SHADE),
        ("FONT", (0, 0), (-1, -1), SANS, size),
        ("VALIGN", (0, 0), (-1, 0), "BOTTOM"),
        ("VALIGN", (0, 1), (-1, -1), "TOP"),
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE),
        ("LEFTPADDING", (0, 0), (-1, -1), PAD),
        ("RIGHTPADDING", (0, 0), (-1, -1), PAD),
        ("TOPPADDING", (0, 0), (-1, -1), 1.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
    ]
    grid.setStyle(rules)
    grid.wrap(room, tall)
    grid.spaceBefore, grid.spaceAfter = 2, 6
    grid.splitInRow = max(grid._rowHeights) > tall / 2  # a row may be divided only if no page could hold it
    return grid


def _marked(cell: Cell, notes: Mapping[str, int]) -> str:
    return cell.text + (raised(notes[cell.note]) if cell.note in notes else "")


def folded(table: Table) -> Table:
    """Return a long table of short facts with its two halves side by side; any other table as it is."""
    half = (len(table.rows) + 1) // 2
    short = all(len(row[1].text) <= SHORT for row in table.rows)
    if table.numeric or len(table.columns) != 2 or half < FOLDED / 2 or not short:
        return table
    empty = (Cell(""), Cell(""))
    rows = tuple((*left, *right) for left, right in zip_longest(table.rows[:half], table.rows[half:], fillvalue=empty))
    return replace(table, columns=table.columns * 2, rows=rows)


def footnotes(notes: Mapping[str, int]) -> list[str]:
    """Return the notes as paragraphs: many of them run on in one."""
    texts = [f"{raised(number)} {note}" for note, number in notes.items()]
    return texts if len(texts) <= FEW_NOTES else ["   ".join(text.replace(" ", NARROW, 1) for text in texts)]


def raised(number: int) -> str:
    return str(number).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))
