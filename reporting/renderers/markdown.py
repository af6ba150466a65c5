"""Markdown as GitHub reads it, to paste into a pull request. Charts become their tables. Written on request only."""

from __future__ import annotations

import re
from functools import singledispatch

from reporting.charts import BarChart, Diagram, FlameGraph, Scatter, Waterfall
from reporting.document import LIMITS, Block, Code, Document, Prose, Table, Text
from reporting.text import diagrams
from reporting.words import chart_tables

SUFFIX = ".md"
#: signs that are markup where they stand; a bracket or an underscore mostly is not, and stays readable
MARKUP = re.compile(r"[\\`*|~$]|<(?=[A-Za-z/!?])|&(?=#?\w+;)|\](?=[(\[:])|\[(?=\^)|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")


def render(document: Document) -> bytes:
    parts = [f"## {escape(document.title)}", _paragraph(document.subtitle)]
    if document.warnings:
        parts += [f"**{LIMITS}**", "\n".join(f"- {_paragraph(warning)}" for warning in document.warnings)]
    for section in document.sections:
        parts.append(f"### {escape(section.title)}")
        parts += filter(None, map(_block, section.blocks))
    return ("\n\n".join(parts) + "\n").encode()


def escape(words: str) -> str:
    """Return `words` on one line, so that none of them is markup, a mention, or a link to an issue."""
    line = " ".join(words.split())
    line = MARKUP.sub(lambda found: f"\\{found.group()}", line)
    return re.sub(r"(?<!\w)([@#])(?=\w)", "\\1\u200b", line)  # a space of no width: @name and #1 stay words


def _paragraph(words: str) -> str:
    """Return `words` escaped, and so that their beginning makes no list, heading, quotation or rule of them."""
    line = re.sub(r"^([-+=>]|#+)", r"\\\1", escape(words))
    return re.sub(r"^(\d+)([.)])(?=\s|$)", r"\1\\\2", line)


@singledispatch
def _block(_block: Block) -> str:
    """Return a block as Markdown; of what is drawn only, nothing: a table holds what it shows."""
    return ""


@_block.register
def _prose(block: Prose) -> str:
    return _paragraph(block.plain)


@_block.register
def _code(block: Code) -> str:
    return _titled(block.title, block.caption, _fenced(block.text))


@_block.register
def _of_table(table: Table) -> str:
    notes = (f"- {_paragraph(note)}" for note in table.footnotes())
    return _titled(table.title, table.caption, _table(table), *notes)


@_block.register
def _bars(chart: BarChart) -> str:
    rows = [[group, bar.label, bar.text] for group, bars in chart.groups for bar in bars]
    rows += [[line.group, line.name, line.text] for line in chart.lines if line.text]
    return _titled(chart.title, chart.caption, _grid(["", "variant", chart.axis], rows, [False, False, True]))


@_block.register
def _steps(chart: Waterfall) -> str:
    rows = [[step.label, step.text] for step in chart.steps]
    return _titled(chart.title, chart.caption, _grid(["", chart.axis], rows, [False, True]))


@_block.register
def _points(chart: Scatter) -> str:
    rows = [[mark.label, f"{mark.x:,.6g}", mark.text, chart_tables.standing(mark)] for mark in chart.marks]
    rows += [[line.name, "", line.text, "line"] for line in chart.lines]
    right = [False, True, True, False]
    return _titled(chart.title, chart.caption, _grid(["point", chart.across, chart.axis, "it is"], rows, right))


@_block.register
def _diagram(block: Diagram) -> str:
    return _titled(block.title, " ".join([*block.facts, block.caption]), _fenced("\n".join(diagrams.diagram(block))))


@_block.register
def _flame(graph: FlameGraph) -> str:
    if graph.unit:
        return ""  # the waterfall above it says as much in words
    return f"**{escape(graph.title)}** ({graph.samples:,} samples): {escape(graph.caption)}"


@_block.register
def _text(block: Text) -> str:
    if block.style == "code":
        return _fenced(block.text)
    said = _paragraph(block.text)
    marks = {"heading": f"**{said}**", "verdict": f"- {said}", "warning": f"> {said}"}
    return marks.get(block.style, said)


def _fenced(code: str) -> str:
    longest = max(map(len, re.findall(r"`+", code)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{code}\n{fence}"


def _titled(title: str, caption: str, body: str, *notes: str) -> str:
    return "\n\n".join(filter(None, [f"**{escape(title)}**", _paragraph(caption), body, "\n".join(notes)]))


def _table(table: Table) -> str:
    rows = [[cell.text for cell in row] for row in table.rows]
    return _grid(list(table.columns), rows, [table.aligned_right(i) for i in range(len(table.columns))])


def _grid(columns: list[str], rows: list[list[str]], right: list[bool]) -> str:
    lines = [columns, *rows]
    written = ["| " + " | ".join(map(escape, line)) + " |" for line in lines]
    return "\n".join([written[0], "|" + "|".join("--:" if r else ":--" for r in right) + "|", *written[1:]])
