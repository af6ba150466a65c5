"""One sheet of a workbook: a Table with its header, formats, widths, notes and print set-up.

Texts are written as text, whatever they begin with; numbers as numbers, in a format that shows what a reader needs.
Which sheets there are is said in renderers/xlsx.py, what is drawn on them in workbook/charts.py.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import replace

from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.cell.cell import Cell as Written
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from reporting.document import Cell, Table
from reporting.palette import printable

PLAIN, HEAD, TITLE = (
    Font(name="Calibri", size=size, bold=bold) for size, bold in ((11, False), (11, True), (13, True))
)
SHADE = PatternFill("solid", fgColor="E7ECF2")
RULE = Border(bottom=Side(style="thin", color="808080"))
TOP, RIGHT = Alignment(vertical="top"), Alignment(vertical="top", horizontal="right")
WORD = Alignment(vertical="top", horizontal="left", indent=1)  #: a word must not touch the number before it
WRAPPED = Alignment(vertical="top", wrap_text=True)
NARROWEST, WIDEST, READABLE = 9, 72, 90  #: width of columns, and of the lines below a table, in characters
LINE, TALLEST = 15.0, 400.0  #: height of a line and of a row, in points
LONGEST = 32_000  #: characters in a cell; Excel takes 32,767
#: a number with four significant digits in powers of 1,000: 46.839E-3 are milliseconds
ENGINEERING = "##0.000E+0"
RATIO = '[>=1000]#,##0"×";[>=10]#,##0.0"×";0.00"×"'


def fill(sheet: Worksheet, table: Table, below: Sequence[str] = ()) -> None:
    """Write a table, then its title, caption and notes, then the lines in `below`.

    The first row is the header and nothing else, so that filters, pivots and programs find it.
    """
    columns = list(_columns(table))
    for column, (name, cells) in enumerate(columns, 1):
        head = put(sheet, 1, column, name)
        head.font, head.fill, head.border = HEAD, SHADE, RULE
        right = any(isinstance(cell.value, (int, float)) for cell in cells)
        side, indent = ("right", 0) if right else ("left", int(column > 1))
        head.alignment = Alignment(horizontal=side, indent=indent, vertical="center", wrap_text=True)
        for row, cell in enumerate(cells, 2):
            _cell(sheet, row, column, cell, right=right)
        sheet.column_dimensions[get_column_letter(column)].width = _width(name, cells)
    wide = [sheet.column_dimensions[get_column_letter(i)].width for i in range(1, len(columns) + 1)]
    high = max(len(textwrap.wrap(name, int(width) - 2)) for (name, _), width in zip(columns, wide, strict=True))
    sheet.row_dimensions[1].height = LINE * max(high, 1) + 3
    for row in range(len(table.rows)):
        lines = max(_lines(_words(cells[row]), width) for (_, cells), width in zip(columns, wide, strict=True))
        if lines > 1:  # said, since not every program finds out by itself
            sheet.row_dimensions[row + 2].height = min(LINE * lines, TALLEST)
    last = f"{get_column_letter(len(columns))}{len(table.rows) + 1}"
    sheet.freeze_panes = "B2" if table.numeric and len(columns) > 2 else "A2"
    sheet.auto_filter.ref = f"A1:{last}"
    _notes(sheet, len(columns), len(table.rows) + 3, [table.title, table.caption, *table.footnotes(), *below])
    _print(sheet)


def put(sheet: Worksheet, row: int, column: int, value: str | float) -> Written:
    """Write a value and return its cell; text is always text, also when it starts with = as a formula would."""
    cell = sheet.cell(row, column)
    assert isinstance(cell, Written)  # what is merged is written before
    if isinstance(value, float) and not math.isfinite(value):
        value = str(value)  # a workbook knows no infinity
    if isinstance(value, str):
        if value:  # an empty text would be a cell without content, which is no valid one
            cell.value = ILLEGAL_CHARACTERS_RE.sub("", printable(value))[:LONGEST]
            cell.data_type = "s"
    else:
        cell.value = value
    return cell


def _cell(sheet: Worksheet, row: int, column: int, cell: Cell, *, right: bool) -> None:
    """Write one cell of a table; right: it stands in a column of numbers, as its dashes then do."""
    written = put(sheet, row, column, cell.text if cell.value is None else cell.value)
    value, written.alignment = written.value, RIGHT if right else WORD if column > 1 else TOP
    if isinstance(value, (int, float)):
        written.number_format = number_format(value, cell.unit)
    elif isinstance(value, str) and _lines(value, WIDEST) > 1:
        written.alignment = Alignment(horizontal="left", vertical="top", indent=int(column > 1), wrap_text=True)
    if cell.note:
        lines = math.ceil(len(cell.note) / 44) + 1
        comment = Comment(printable(cell.note)[:LONGEST], "codesign-bench", width=300, height=18 * min(lines, 20))
        written.comment = comment


def number_format(value: float, unit: str) -> str:
    """Return the format that shows a number of this size and unit with about four digits."""
    size = abs(value)
    if unit == "%":
        return "0.0%" if size >= 0.1 or not size else "0.00%" if size >= 0.001 else "0.0000%"
    fixed = {"×": RATIO, "s": ENGINEERING, "B/s": ENGINEERING, "B": "#,##0"}.get(unit)
    if fixed:
        return fixed
    if value == round(value) or size >= 1000:
        return "#,##0" if size < 1e12 else ENGINEERING
    return f"0.{'0' * (3 - math.floor(math.log10(size)))}" if size >= 1e-3 else "0.00E+0"


def _columns(table: Table) -> Iterator[tuple[str, list[Cell]]]:
    """Yield (header with unit, cells); a column of intervals is followed by its lower and upper ends."""
    for index, name in enumerate(table.columns):
        cells = [row[index] for row in table.rows]
        units = {cell.unit for cell in cells if cell.unit} - {"%"}
        unit = f" ({units.pop()})" if len(units) == 1 else ""
        yield name + unit, cells
        if any(cell.low is not None for cell in cells):
            yield f"{name}, low{unit}", [replace(c, text="", value=c.low, note="") for c in cells]
            yield f"{name}, high{unit}", [replace(c, text="", value=c.high, note="") for c in cells]


def _width(name: str, cells: Sequence[Cell]) -> float:
    """Return a width that holds the longest word of the header beside its filter arrow, and the cells up to a limit."""
    words = max((len(word) for word in name.split()), default=0) + 3
    return min(max(NARROWEST, words, *(_shown(cell) + 3 for cell in cells)), WIDEST)


def _lines(text: str, width: float) -> int:
    """Return how many lines a text takes in a column; a few characters are left free, for letters differ in width."""
    return sum(max(1, math.ceil(len(line) / (width - 3))) for line in text.split("\n"))


def _shown(cell: Cell) -> int:
    if isinstance(cell.value, (int, float)):
        return max(len(f"{cell.value:,.0f}") + 2, 9)
    return max(map(len, _words(cell).split("\n")))


def _words(cell: Cell) -> str:
    """Return what a cell shows as text; nothing where that is a number."""
    return cell.text if cell.value is None else cell.value if isinstance(cell.value, str) else ""


def _notes(sheet: Worksheet, columns: int, row: int, lines: Sequence[str]) -> None:
    """Write lines below a table, each over as many columns as a line of text needs."""
    width, across = 0.0, 0
    while across < columns or width < READABLE:
        across += 1
        width += sheet.column_dimensions[get_column_letter(across)].width if across <= columns else 13.0
    for number, line in enumerate(filter(None, lines)):
        cell = put(sheet, row + number, 1, line)
        cell.alignment = WRAPPED
        cell.font = PLAIN if number else TITLE
        sheet.merge_cells(start_row=row + number, end_row=row + number, start_column=1, end_column=across)
        sheet.row_dimensions[row + number].height = (
            LINE * math.ceil(len(line) / (0.95 * width)) + 2
        )  # merged: not by itself


def _print(sheet: Worksheet) -> None:
    """Landscape, as wide as the paper and as long as it takes, the header on every page."""
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9  # A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = "1:1"
    footer = sheet.oddFooter
    assert footer is not None
    footer.left.text, footer.right.text = "&A", "&P / &N"  # the name of the sheet; page of pages
