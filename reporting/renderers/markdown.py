"""Markdown as GitHub reads it, to paste into a pull request. Charts become their tables. Written on request only."""

from __future__ import annotations

import re

from reporting.document import LIMITS, BarChart, Block, Curves, Document, Dots, FlameGraph, Table, Text

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


def _block(block: Block) -> str:
    if isinstance(block, Text):
        return _text(block)
    if isinstance(block, Table):
        return _titled(
            block.title, block.caption, _table(block), *(f"- {_paragraph(note)}" for note in block.footnotes())
        )
    if isinstance(block, BarChart):
        rows = [[group, bar.label, bar.text] for group, bars in block.groups for bar in bars]
        rows += [[line.group, line.name, line.text] for line in block.lines if line.text]
        return _titled(block.title, block.caption, _grid(["", "variant", block.axis], rows, [False, False, True]))
    if isinstance(block, FlameGraph):
        return f"**{escape(block.title)}** ({block.samples:,} samples): {escape(block.caption)}"
    assert isinstance(block, Curves | Dots)
    return ""  # a table holds what they show


def _text(block: Text) -> str:
    if block.style == "code":
        longest = max(map(len, re.findall(r"`+", block.text)), default=0)
        fence = "`" * max(3, longest + 1)
        return f"{fence}\n{block.text}\n{fence}"
    said = _paragraph(block.text)
    marks = {"heading": f"**{said}**", "verdict": f"- {said}", "warning": f"> {said}"}
    return marks.get(block.style, said)


def _titled(title: str, caption: str, body: str, *notes: str) -> str:
    return "\n\n".join(filter(None, [f"**{escape(title)}**", _paragraph(caption), body, "\n".join(notes)]))


def _table(table: Table) -> str:
    rows = [[cell.text for cell in row] for row in table.rows]
    return _grid(list(table.columns), rows, [table.aligned_right(i) for i in range(len(table.columns))])


def _grid(columns: list[str], rows: list[list[str]], right: list[bool]) -> str:
    lines = [columns, *rows]
    written = ["| " + " | ".join(map(escape, line)) + " |" for line in lines]
    return "\n".join([written[0], "|" + "|".join("--:" if r else ":--" for r in right) + "|", *written[1:]])
