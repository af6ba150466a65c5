"""Renders a Document as one page: works from file://, asks the network for nothing, follows the reader's theme.

Every text of the Document is escaped on its way in; a content security policy allows only this page's own script and
the shared plotly.js beside it, so that even a mistake here could not run what a profile or a label smuggles in.
Knows HTML, never a metric.
"""

from __future__ import annotations

import html
import re
from base64 import b64encode
from collections.abc import Iterator, Sequence
from hashlib import sha256
from itertools import count
from pathlib import Path

from reporting import change_tables, plotly_figures
from reporting.document import (
    LIMITS,
    BarChart,
    Block,
    Cell,
    Chart,
    Code,
    Curves,
    Document,
    Dots,
    Prose,
    Section,
    Table,
    Text,
    Traces,
    Waterfall,
)
from reporting.palette import printable

SUFFIX = ".html"
SHARED = "../assets/plotly-basic.min.js"  #: where plotly.js is, seen from a page in a folder of its own
WIDEST = 20  #: frames listed in the table behind a flame graph

ASSETS = Path(__file__).parent.parent / "assets"
STYLE = (ASSETS / "page.css").read_text(encoding="utf-8")
SCRIPT = (ASSETS / "page.js").read_text(encoding="utf-8")


def render(document: Document, *, script: str = SHARED) -> bytes:
    """Return the page; `script` is the relative URL of the shared plotly-basic.min.js."""
    page = _Page(script)
    first = next((s for s in document.sections if any(_is_verdict(b) for b in s.blocks)), None)
    verdicts = [b for b in first.blocks if isinstance(b, Text) and _is_verdict(b)] if first else []
    links = "".join(f'<li><a href="#part-{i}">{escape(s.title)}</a></li>' for i, s in enumerate(document.sections, 1))
    scripts = f"script-src 'self' file: '{_digest()}'"
    policy = f"default-src 'none'; img-src data: blob:; style-src 'unsafe-inline'; {scripts}"
    body = "".join(page.section(i, s, hoisted=s is first) for i, s in enumerate(document.sections, 1))
    source = (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(document.title)}</title><style>{STYLE}</style></head>\n<body>"
        f'<nav aria-label="Contents"><ol>{links}</ol></nav>\n<main><header><h1>{escape(document.title)}</h1>'
        f'<p class="sub">{escape(document.subtitle)}</p>{_verdicts(verdicts)}{_warnings(document.warnings)}</header>\n'
        f"{body}<footer>{escape(document.family)}, {escape(document.timestamp)}</footer></main>\n"
        f'<script src="{escape(script)}"></script>\n<script>{SCRIPT}</script></body></html>\n'
    )
    return source.encode()


class _Page:
    """Numbers figures and tables through the page."""

    def __init__(self, script: str) -> None:
        self.script = script
        self.figures, self.tables, self.listings = count(1), count(1), count(1)

    def section(self, number: int, section: Section, *, hoisted: bool) -> str:
        """Return a section, without the verdicts if these were hoisted to the top of the page."""
        blocks = [b for b in section.blocks if not (hoisted and _is_verdict(b))]
        parts = "\n".join(self.block(block) for block in blocks)
        return f'<section id="part-{number}"><h2>{escape(section.title)}</h2>\n{parts}</section>\n'

    def block(self, block: Block) -> str:
        """Return any block."""
        if isinstance(block, Text):
            return _text(block)
        if isinstance(block, Prose):
            return f"<p>{escape(block.plain)}</p>"
        if isinstance(block, Code):
            number = next(self.listings)
            caption = _titled(f"Listing {number}", block.title, block.caption)
            return f'<p class="caption" id="listing-{number}">{caption}</p><pre class="listing" tabindex="0">{escape(block.text)}</pre>'
        if isinstance(block, Table):
            number = next(self.tables)
            caption = _titled(f"Table {number}", block.title, block.caption)
            return f'<p class="caption" id="table-{number}">{caption}</p>{_table(block)}'
        return self.figure(next(self.figures), block)

    def figure(self, number: int, block: Chart) -> str:
        """Return a figure: the place that the script fills, the caption, and the data as a table."""
        data = plotly_figures.draw(block).to_json(validate=False, engine="json")
        for mark in "<>&":  # the JSON stands inside a script element, which ends at the first "</script"
            data = data.replace(mark, f"\\u{ord(mark):04x}")
        name = f"plot-{number}"
        return (
            f'<figure id="figure-{number}">'
            f'<div class="plot" id="{name}" role="img" aria-label="{escape(block.title)}"></div>'
            f'<p class="absent" hidden>The chart needs {escape(self.script)}, which is not there; its data follow.</p>'
            f"<figcaption>{_titled(f'Figure {number}', block.title, block.caption)}</figcaption>"
            f"<details><summary>Data of figure {number}</summary>{_table(_data(block))}</details>"
            f'<script type="application/json" id="{name}-data">{data}</script></figure>'
        )


def escape(text: str) -> str:
    """Return a text of the Document as HTML, fit for elements and attributes."""
    return html.escape(printable(text))


def _digest() -> str:
    return "sha256-" + b64encode(sha256(SCRIPT.encode()).digest()).decode()


def _is_verdict(block: object) -> bool:
    return isinstance(block, Text) and block.style == "verdict"


def _verdicts(texts: list[Text]) -> str:
    return f'<div class="verdicts">{"".join(_text(text) for text in texts)}</div>' if texts else ""


def _warnings(warnings: tuple[str, ...]) -> str:
    if not warnings:
        return ""
    items = "".join(f"<li>{escape(warning)}</li>" for warning in warnings)
    return f'<aside class="warnings" role="note"><h2>{LIMITS}</h2><ul>{items}</ul></aside>'


def _text(text: Text) -> str:
    if text.style == "code":
        words = re.sub(
            r"\S*-\S+", r"<span>\g<0></span>", escape(text.text)
        )  # so that options are not broken at a hyphen
        return f"<pre>{words}</pre>"
    return f'<p class="{escape(text.style)}">{escape(text.text)}</p>'


def _titled(number: str, title: str, caption: str) -> str:
    return f"<b>{number}. {escape(title)}</b> {escape(caption)}"


def _table(table: Table) -> str:
    """Return a table in a box of its own that scrolls, with the reasons of its missing cells below."""
    notes = {note: i for i, note in enumerate(table.footnotes(), 1)}
    head = "".join(
        f'<th scope="col"{_side(table.aligned_right(i))}>{escape(column)}</th>'
        for i, column in enumerate(table.columns)
    )
    sides = [_side(table.aligned_right(i), column in table.code) for i, column in enumerate(table.columns)]
    rows = "".join(f"<tr>{''.join(_cells(row, notes, sides))}</tr>" for row in table.rows)
    kind = "numbers" if table.numeric else "words"
    listed = "".join(f"<li>{escape(note)}</li>" for note in notes)
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(table.title)}"><table class="{kind}">'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
        + (f'<ol class="notes">{listed}</ol>' if notes else "")
    )


def _side(right: bool, code: bool = False) -> str:
    return "" if right else ' class="left code"' if code else ' class="left"'


def _cells(row: tuple[Cell, ...], notes: dict[str, int], sides: list[str]) -> Iterator[str]:
    for column, cell in enumerate(row):
        start, end = ("td", "</td>") if column else ('th scope="row"', "</div></th>")
        hint = f' title="{escape(cell.note)}"' if cell.note else ""
        kind = ' class="missing"' if cell.missing and column else sides[column]
        mark = f"<sup>{notes[cell.note]}</sup>" if cell.note else ""
        yield f"<{start}{kind}{hint}>{'' if column else '<div>'}{escape(cell.text)}{mark}{end}"


def _data(block: Chart) -> Table:
    """Return the numbers behind a figure as a table."""
    if isinstance(block, BarChart):
        rows = [
            (bar.label, group, bar.text, *(_digits(v) for v in (bar.value, bar.low, bar.high)))
            for group, bars in block.groups
            for bar in bars
        ]
        rows += [(line.name, line.group or "all", line.text, _digits(line.value), "–", "–") for line in block.lines]
        return _plain(block.title, ("Bar", "Group", "Shown as", "Value", "Low", "High"), rows)
    if isinstance(block, Curves):
        curves = [(curve.label, *(text or "–" for text in curve.texts)) for curve in block.curves]
        return _plain(block.title, ("Curve", *block.points), curves)
    if isinstance(block, Dots):
        series = [(label, ", ".join(_digits(v) for v in values)) for label, values, _ in block.series]
        return _plain(block.title, ("Series", block.axis), series, numeric=False)
    if isinstance(block, Traces | Waterfall) or block.unit:
        return change_tables.of_changes(block, WIDEST // 2)
    widest = sorted(block.boxes, key=lambda box: -box.width)[:WIDEST]
    share = 100 / max(block.samples, 1)
    frames = [(b.name, b.kind, str(b.depth), _digits(b.width), f"{b.width * share:.2f} %") for b in widest]
    columns = (f"Frame (the widest {len(widest)} of {len(block.boxes)})", "Kind", "Depth", "Samples", "Share")
    return _plain(block.title, columns, frames)


def _plain(title: str, columns: tuple[str, ...], rows: Sequence[tuple[str, ...]], *, numeric: bool = True) -> Table:
    return Table(title, columns, tuple(tuple(Cell(text) for text in row) for row in rows), numeric=numeric)


def _digits(value: float | None) -> str:
    return "–" if value is None else f"{value:,.6g}".replace("-", "−")
