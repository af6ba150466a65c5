"""Tables on a page: cells with their footnotes, the numbers behind them, tags, bars and links.

What a reader sees is the cell's text. Beside it stand the number and its interval where the text does not say them, so
that a table can be sorted and copied as numbers without any other file. End tags that HTML does not ask for are left
out: a page has thousands of cells. Knows HTML, never a metric.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from urllib.parse import quote

from reporting.document import Cell, Table
from reporting.page.parts import escape, text_tag

TOP = "../../"  #: the top of the checkout, seen from reports/<study>/
DIGITS = 6  #: significant ones, of the numbers behind cells


def table(shown: Table) -> str:
    """Return a table in a box of its own that scrolls, with the reasons of its missing cells below."""
    notes = {note: i for i, note in enumerate(shown.footnotes(), 1)}
    columns = [_Column(shown, i) for i in range(len(shown.columns))]
    head = "".join(column.head() for column in columns)
    rows = "".join(
        f"<tr>{''.join(column.cell(cell, notes) for column, cell in zip(columns, row, strict=True))}\n"
        for row in shown.rows
    )
    kind = " ".join(("numbers" if shown.numeric else "words", *(c.mark for c in columns if c.mark)))
    kind += " lines" if shown.numeric and shown.code else ""  # of source: all of them fit, however long they are
    listed = "".join(f"<li>{escape(note)}</li>" for note in notes)
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(shown.title)}"><table class="{kind}">'
        f"<thead><tr>{head}<tbody>\n{rows}</table></div>" + (f'<ol class="notes">{listed}</ol>' if notes else "")
    )


class _Column:
    """How the cells of one column are written."""

    def __init__(self, shown: Table, number: int) -> None:
        self.number, self.name = number, shown.columns[number]
        cells = [row[number] for row in shown.rows]
        self.left = shown.numeric and number > 0 and not shown.aligned_right(number)  # elsewhere all are
        self.code, self.tags, self.links = (self.name in names for names in (shown.code, shown.tags, shown.links))
        shares = self.name.endswith("(%)") and any(name in shown.code for name in shown.columns)
        self.whole = 100.0 if shares and number else 0.0  #: of a share beside a line of source, which is drawn as a bar
        units = {cell.unit for cell in cells if isinstance(cell.value, (int, float))}
        self.unit = units.pop() if len(units) == 1 else ""

    def head(self) -> str:
        unit = f' data-unit="{escape(self.unit)}"' if self.unit else ""
        return f'<th scope="col"{unit}>{escape(self.name)}'

    @property
    def mark(self) -> str:
        """The words among the table's classes that say how this column is set, since a class per cell would weigh more.

        l2: the second column is aligned left; c2: it is code.
        """
        marks = (f"l{self.number + 1}" if self.left else "", f"c{self.number + 1}" if self.code else "")
        return " ".join(filter(None, marks))

    def cell(self, cell: Cell, notes: dict[str, int]) -> str:
        hint = f' title="{escape(cell.note)}"' if cell.note else ""
        mark = f"<sup>{notes[cell.note]}</sup>" if cell.note else ""
        if not self.number:  # a box in the cell keeps long names from taking the whole width
            return f'<th scope="row"{hint}{behind(cell)}><div>{self._said(cell)}{mark}</div>'
        style = ' class="missing"' if cell.missing else self._bar(cell)
        return f"<td{style}{hint}{behind(cell)}>{self._said(cell)}{mark}"

    def _bar(self, cell: Cell) -> str:
        if not self.whole or not isinstance(cell.value, (int, float)):
            return ""
        return f' class="bar" style="--share:{min(max(cell.value / self.whole, 0), 1):.1%}"'

    def _said(self, cell: Cell) -> str:
        if self.tags and not cell.missing:
            return text_tag(cell.text)
        if self.links and isinstance(cell.value, str) and ".." not in cell.value.split("/"):
            return f'<a href="{escape(TOP + quote(cell.value))}">{escape(cell.text)}</a>'
        return escape(cell.text)


def behind(cell: Cell) -> str:
    """Return the attribute that holds value, low and high of a cell, where its text alone does not say the value."""
    if not isinstance(cell.value, (int, float)):
        return ""
    ends = (cell.low, cell.high) if cell.low is not None or cell.high is not None else ()
    said = _plainly(cell.text)
    if not ends and said is not None and f"{said:.{DIGITS}g}" == f"{cell.value:.{DIGITS}g}":
        return ""
    return f' data-v="{" ".join(_digits((cell.value, *ends)))}"'


def _digits(values: tuple[float | None, ...]) -> Iterator[str]:
    for value in values:
        yield "?" if value is None or not math.isfinite(value) else f"{value:.{DIGITS}g}"


def _plainly(text: str) -> float | None:
    """Return the number that a text is, as the page's script reads it."""
    try:
        return float(text.replace(",", "").replace("−", "-"))
    except ValueError:
        return None
