"""A workbook: first the plain tables of observations, then a list of contents, then a sheet per table and chart.

The same Document gives the same bytes: no date in the file is that of its writing.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import datetime
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import quote_sheetname
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter

from reporting.charts import BarChart, Dots
from reporting.document import LIMITS, Block, Cell, Document, Table, Text
from reporting.palette import printable
from reporting.words import chart_tables
from reporting.workbook import charts
from reporting.workbook.cells import fill, put

SUFFIX = ".xlsx"
LINK = Font(color="0563C1", underline="single")
SUMMARY, CONTENTS = "summary", "contents"
LONGEST = 31  #: characters of a sheet name


def render(document: Document) -> bytes:
    book = Workbook()
    first = book.active
    assert isinstance(first, Worksheet)
    book.remove(first)
    taken: set[str] = set()
    blocks = [block for section in document.sections for block in section.blocks]
    for data in _data(document):
        sheet = book.create_sheet(_name(data.key, taken))
        fill(sheet, data, _about(document) if data.key == SUMMARY else ())
        if data.key == "timing":
            hollow = {
                b.label for c in blocks if isinstance(c, BarChart) for _, bars in c.groups for b in bars if b.outlined
            }
            charts.processes(sheet, [block for block in blocks if isinstance(block, Dots)], hollow)
    listed = [(block, table) for block in blocks if (table := _table(block))]
    contents = book.create_sheet(_name(CONTENTS, taken))
    _contents(contents, [(_place(book, block, table, taken), table) for block, table in listed])
    written = datetime.strptime(document.timestamp, "%Y%m%d_%H%M%S")
    book.properties.creator = "codesign-bench"
    book.properties.created = book.properties.modified = written  # of the study, so that two renderings agree
    return _packed(book)


def _data(document: Document) -> Iterator[Table]:
    """Yield the plain tables; a document without them has a summary nevertheless, of words."""
    if not any(table.key == SUMMARY for table in document.data):
        said = tuple((Cell(text, text),) for text in _verdicts(document))
        yield Table(document.title, ("what was found",), said, numeric=False, key=SUMMARY)
    yield from document.data


def _verdicts(document: Document) -> list[str]:
    return [b.text for s in document.sections[:1] for b in s.blocks if isinstance(b, Text)]


def _about(document: Document) -> list[str]:
    """Return what stands below the table of verdicts: whose they are, in words, and what limits them."""
    limits = [f"{LIMITS}:", *(f"• {warning}" for warning in document.warnings)] if document.warnings else []
    return [document.title, document.subtitle, *_verdicts(document), *limits]


def _table(block: Block) -> Table | None:
    return block if isinstance(block, Table) else chart_tables.table(block)


def _place(book: Workbook, block: Block, table: Table, taken: set[str]) -> str:
    """Give a block with its table a sheet; return the sheet's name."""
    sheet = book.create_sheet(_name(table.key or table.title, taken))
    fill(sheet, table)
    if isinstance(block, BarChart):
        charts.bars(sheet, block)
    return str(sheet.title)


def _contents(sheet: Worksheet, listed: list[tuple[str, Table]]) -> None:
    rows = tuple((Cell(name, name), Cell(table.title, table.title)) for name, table in listed)
    fill(sheet, Table("Contents", ("sheet", "what it shows"), rows, numeric=False))
    for row, (name, _) in enumerate(listed, 2):
        cell = put(sheet, row, 1, name)
        cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"{quote_sheetname(name)}!A1")
        cell.font = LINK


def _name(key: str, taken: set[str]) -> str:
    """Return a sheet name that Excel accepts: at most 31 characters, none of []:*?/\\, no ' at an end, unique.

    Of a key that is longer, what it is gives way to whose it is: "instructions-by-… pyaes_numba release".
    """
    kind, *whose = (" ".join(re.sub(r"[\[\]*?/\\\ufffd]", " ", part).split()) for part in printable(key).split(":"))
    spare = LONGEST - len(" ".join(["", *whose]))
    if 4 <= spare < len(kind):
        kind = f"{kind[: spare - 1]}…"
    clean = " ".join(filter(None, [kind, *whose]))[:LONGEST].strip("' ")
    if clean.lower() in ("", "history"):  # Excel keeps the second for itself
        clean = f"{clean} table".strip()
    name, number = clean, 2
    while name.lower() in {known.lower() for known in taken}:
        ending = f" {number}"
        name, number = clean[: LONGEST - len(ending)] + ending, number + 1
    taken.add(name)
    return name


def _packed(book: Workbook) -> bytes:
    """Return the file; unlike book.save(), without the present time in its properties and in its zip members."""
    dated, out = io.BytesIO(), io.BytesIO()
    ExcelWriter(book, ZipFile(dated, "w")).save()
    with ZipFile(dated) as there, ZipFile(out, "w") as packed:
        for name in there.namelist():
            packed.writestr(ZipInfo(name), there.read(name), ZIP_DEFLATED)  # dated 1980-01-01
    return out.getvalue()
