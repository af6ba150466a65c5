"""A workbook: a sheet per table and chart, numbers as numbers, reasons of missing cells as comments.

The same Document gives the same bytes: no date in the file is that of its writing.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter

from reporting import change_tables
from reporting.document import BarChart, Cell, Curves, Document, Dots, Table, Text, Traces, Waterfall

SUFFIX = ".xlsx"
HEAD = Font(bold=True)


def render(document: Document) -> bytes:
    book = Workbook()
    first = book.active
    assert isinstance(first, Worksheet)
    _summary(first, document)
    taken = {first.title}
    for table in _tables(document):
        sheet = book.create_sheet(_name(table.title, taken))
        _fill(sheet, table)
    written = datetime.strptime(document.timestamp, "%Y%m%d_%H%M%S")
    book.properties.creator = "codesign-bench"
    book.properties.created = book.properties.modified = written  # of the study, so that two renderings agree
    return _packed(book)


def _packed(book: Workbook) -> bytes:
    """Return the file; unlike book.save(), without the present time in its properties and in its zip members."""
    dated, out = io.BytesIO(), io.BytesIO()
    ExcelWriter(book, ZipFile(dated, "w")).save()
    with ZipFile(dated) as there, ZipFile(out, "w") as packed:
        for name in there.namelist():
            packed.writestr(ZipInfo(name), there.read(name), ZIP_DEFLATED)  # dated 1980-01-01
    return out.getvalue()


def _tables(document: Document) -> Iterator[Table]:
    for section in document.sections:
        for block in section.blocks:
            if isinstance(block, Table):
                yield block
            elif isinstance(block, BarChart):
                yield _of_bars(block)
            elif isinstance(block, Curves):
                yield _of_curves(block)
            elif isinstance(block, Dots):
                yield _of_dots(block)
            elif isinstance(block, Waterfall):
                yield change_tables.of_waterfall(block)
            elif isinstance(block, Traces):
                yield change_tables.of_traces(block)


def _of_bars(chart: BarChart) -> Table:
    def number(value: float | None) -> Cell:
        return Cell("–" if value is None else str(value), value)

    rows = [
        (
            Cell(group, group),
            Cell(b.label, b.label),
            number(b.value),
            number(b.low),
            number(b.high),
            Cell(b.text, b.text),
        )
        for group, bars in chart.groups
        for b in bars
    ]
    for line in chart.lines:
        words = (Cell(word, word) for word in (line.group, line.name, line.text))
        group, name, shown = words
        rows.append((group, name, number(line.value), number(None), number(None), shown))
    return Table(chart.title, ("build", "variant", "value", "low", "high", "text"), tuple(rows), chart.caption)


def _of_curves(chart: Curves) -> Table:
    rows = [
        (Cell(curve.label, curve.label), Cell(point, point), *(Cell(str(v), v) for v in value), Cell(text, text))
        for curve in chart.curves
        for point, value, text in zip(chart.points, curve.values, curve.texts, strict=True)
        if value
    ]
    columns = ("variant", "point", chart.axis.replace(", log scale", ""), "low", "high", "text")
    return Table(chart.title, columns, tuple(rows), chart.caption)


def _of_dots(chart: Dots) -> Table:
    rows = [
        (Cell(label, label), Cell(str(process), process), Cell(str(value), value))
        for label, values, _ in chart.series
        for process, value in enumerate(values, 1)
    ]
    return Table(chart.title, ("variant", "process", chart.axis.replace(", log scale", "")), tuple(rows), chart.caption)


def _summary(sheet: Worksheet, document: Document) -> None:
    sheet.title = "summary"
    lines = [document.title, document.subtitle, *document.warnings]
    lines += [b.text for s in document.sections[:1] for b in s.blocks if isinstance(b, Text)]
    for row, line in enumerate(lines, 1):
        _put(sheet, row, 1, line)
        sheet.cell(row, 1).alignment = Alignment(wrap_text=True, vertical="top")
    sheet.cell(1, 1).font = Font(bold=True, size=14)
    sheet.column_dimensions["A"].width = 110


def _fill(sheet: Worksheet, table: Table) -> None:
    columns = list(_columns(table))
    for column, (name, cells) in enumerate(columns, 1):
        _put(sheet, 1, column, name)
        sheet.cell(1, column).font = HEAD
        for row, cell in enumerate(cells, 2):
            _put(sheet, row, column, cell.text if cell.value is None else cell.value)
            if cell.unit == "%":
                sheet.cell(row, column).number_format = "0.0%"
            if cell.note:
                sheet.cell(row, column).comment = Comment(cell.note, "codesign-bench")
        longest = max(len(name), *(len(cell.text) for cell in cells)) if cells else len(name)
        sheet.column_dimensions[get_column_letter(column)].width = min(max(10, longest + 2), 60)
    if table.caption:
        _put(sheet, len(table.rows) + 3, 1, table.caption)
    sheet.freeze_panes = "B2"


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


def _put(sheet: Worksheet, row: int, column: int, value: Any) -> None:
    """Write a value; text is always text, also when it starts with = as a formula would."""
    cell = sheet.cell(row, column)
    if isinstance(value, str):
        cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)[:32_000]
        cell.data_type = "s"
    else:
        cell.value = value


def _name(title: str, taken: set[str]) -> str:
    """Return a sheet name that Excel accepts: at most 31 characters, none of []:*?/\\, unique."""
    clean = re.sub(r"[\[\]:*?/\\]", " ", title).strip() or "table"
    name, number = clean[:31], 2
    while name.lower() in {t.lower() for t in taken}:
        name, number = f"{clean[:27]} {number}", number + 1
    taken.add(name)
    return name
