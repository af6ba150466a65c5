"""Plain text in 100 columns, for terminals, diffs and mail: the verdicts, what limits them, then the sections.

How a table becomes lines is in text/tables.py, how a chart does in text/figures.py, colour in text/terminal.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import singledispatch
from itertools import groupby, takewhile

from reporting import numbering
from reporting.charts import BarChart, Curves, Diagram, FlameGraph, Scatter, Waterfall
from reporting.document import LIMITS, Block, Cell, Code, Document, Prose, Section, Source, Table, Text
from reporting.palette import printable
from reporting.text import diagrams, figures, gains, tables
from reporting.text.tables import wrapped

SUFFIX = ".txt"
WIDTH = 100
REFERENCES = "References"
ABSTRACT = ("", "Abstract")  #: titles of a section that needs none
LISTED = ("item", "numbered")
DRAWN = (Table, Code, BarChart, Scatter, Diagram)  #: what is not words and is shown here, not only named


def render(document: Document) -> bytes:
    return (written(document) + "\n").encode()


def written(document: Document, width: int = WIDTH) -> str:
    """Return the whole report in lines no wider than `width`, as far as words allow."""
    parts = [*_titled(document.title, "=", width), wrapped(document.subtitle, width), "", head(document, width)]
    for _, text in sections(document, width):
        parts += ["", "", text]
    return printable("\n".join(parts))


def head(document: Document, width: int) -> str:
    """Return what stands before the sections: the verdicts in words and as a table, and what limits the report."""
    limits = [f"{LIMITS}:", *(wrapped(warning, width, "! ") for warning in document.warnings)]
    shown = [*verdicts(document, width), "\n".join(limits) if document.warnings else ""]
    return "\n\n".join(filter(None, shown))


def verdicts(document: Document, width: int) -> tuple[str, str]:
    """Return the verdicts in words (of a narrative: its abstract) and as a table; either may be empty."""
    return _blocks(_leading(document), width), "\n\n".join(_block(table, width) for table in _headline(document))


def sections(document: Document, width: int) -> list[tuple[str, str]]:
    """Return (title, text) of the sections as this format has them: without the head, with the sources of a narrative."""
    document = _numbered(document) if document.appendix else document
    first, *rest = document.sections
    rest_of_first = replace(first, blocks=first.blocks[len(_leading(document)) :])
    kept = [*([rest_of_first] if rest_of_first.blocks else []), *rest]
    chapters = [section for section in rest[: len(rest) - document.appendix] if document.appendix]
    headed = ((s, f"{chapters.index(s) + 1} {s.title}" if s in chapters else s.title) for s in kept)
    shown = [(section.title, _section(section, heading, width)) for section, heading in headed]
    if document.sources:
        listed = "\n".join([*_titled(REFERENCES, "-", width), "", *_sources(document.sources, width)])
        shown.insert(len(shown) - document.appendix, (REFERENCES, listed))
    return shown


def _section(section: Section, heading: str, width: int) -> str:
    return "\n\n".join(["\n".join(_titled(heading, "-", width)), _blocks(section.blocks, width)])


def _numbered(document: Document) -> Document:
    """Return a told document with the numbers that its words refer to, and a line for each figure that text cannot draw."""
    names = numbering.labels(block for section in document.sections for block in section.blocks)

    def named(block: Block) -> Block:
        if isinstance(block, Text | Prose) or block.key not in names:
            return block
        title = f"{names[block.key]}. {block.title}"
        drawn = isinstance(block, DRAWN) or (isinstance(block, Waterfall) and not block.detail)
        return replace(block, title=title) if drawn else Text(f"{title} (drawn in the PDF): {block.caption}")

    sections = (replace(s, blocks=tuple(map(named, s.blocks))) for s in document.sections)
    return replace(document, sections=tuple(sections))


def _blocks(blocks: Sequence[Block], width: int) -> str:
    """Return blocks with a blank line between them; items stand close, and evidence in depth is only named."""
    parts = []
    for kind, group in groupby(blocks, _group):
        members = list(group)
        if kind == "detail":
            parts.append(_in_depth(members, width))
        elif kind == "list":
            parts.append(_list([block for block in members if isinstance(block, Prose)], width))
        else:
            parts += [_block(block, width) for block in members]
    return "\n\n".join(filter(None, parts))


def _leading(document: Document) -> tuple[Block, ...]:
    """Return what comes before everything else: the sentences that a report starts with, of a narrative its abstract."""
    first = document.sections[0]
    if first.title in ABSTRACT:
        return first.blocks
    return tuple(takewhile(lambda block: isinstance(block, Text), first.blocks))


def _headline(document: Document) -> Iterator[Table]:
    """Yield the table of verdicts on the build that the headlines are of, which is the first; without it, nothing."""
    for table in document.data:
        if table.key == "summary" and table.columns[0] == "build":
            build = table.rows[0][0].text
            rows = tuple(row[1:] for row in table.rows if row[0].text == build)
            yield replace(table, title=f"{table.title} ({build})", columns=table.columns[1:], rows=rows)


def _titled(title: str, rule: str, width: int) -> list[str]:
    lines = wrapped(title, width).split("\n")
    return [*lines, rule * max(map(len, lines))]


def _group(block: Block) -> str:
    if isinstance(block, (Code, Table)) and block.detail:
        return "detail"
    return "list" if isinstance(block, Prose) and block.kind in LISTED else ""


def _in_depth(blocks: Sequence[Block], width: int) -> str:
    """Name what a summary leaves out: every title without the builds that it is for."""
    titles = [b.title for b in blocks if isinstance(b, Code | Table)]
    names = dict.fromkeys(title.partition(", on ")[0] for title in titles)
    return wrapped(f"In depth, on the page: {'; '.join(names)}.", width)


def _list(items: Sequence[Prose], width: int) -> str:
    """Write items below each other; numbers count on at each depth until an item of a lower depth comes."""
    lines: list[str] = []
    counted: dict[int, int] = {}
    for item in items:
        counted = {depth: number for depth, number in counted.items() if depth <= item.depth}
        counted[item.depth] = counted.get(item.depth, 0) + 1 if item.kind == "numbered" else 0
        mark = f"{counted[item.depth]}. " if item.kind == "numbered" else "• "
        lines.append(wrapped(item.plain, width, "  " * item.depth + mark))
    return "\n".join(lines)


def _sources(sources: Sequence[Source], width: int) -> Iterator[str]:
    for number, source in enumerate(sources, 1):
        yield wrapped(f"{source.text}{f' {source.url}' if source.url else ''}", width, f"[{number}] ")


@singledispatch
def _block(_block: Block, _width: int) -> str:
    """Return a block as text; of what is drawn only, nothing: tables and other formats have what it shows."""
    return ""


@_block.register
def _prose(block: Prose, width: int) -> str:
    if block.kind == "heading":
        return "\n".join(_titled(block.plain, ".", width))
    return wrapped(block.plain, width, "  | " if block.kind == "quote" else "", every=True)


@_block.register
def _code(block: Code, width: int) -> str:
    lines = (_cut(f"    {line}".rstrip(), width) for line in block.text.split("\n"))
    return "\n".join([*filter(None, [wrapped(block.title, width), wrapped(block.caption, width)]), *lines])


def _cut(line: str, width: int) -> str:
    return line if len(line) <= width else line[: width - 1] + "…"


@_block.register
def _flame(block: FlameGraph, width: int) -> str:
    if block.unit:
        return ""  # the waterfall above it says as much in words
    return wrapped(
        f"{block.title} ({block.samples:,} samples; drawn in the HTML and PDF reports): {block.caption}", width
    )


@_block.register
def _text(block: Text, width: int) -> str:
    if block.style == "heading":
        return "\n".join(_titled(block.text, ".", width))
    marks = {"verdict": "> ", "warning": "! ", "code": "    "}
    return "\n".join(wrapped(line, width, marks.get(block.style, "")) for line in block.text.split("\n"))


@_block.register
def _bars(chart: BarChart, width: int) -> str:
    return figures.bars(chart, width)


@_block.register
def _steps(chart: Waterfall, width: int) -> str:
    if chart.detail:
        return ""  # the page has it
    return "\n".join([wrapped(chart.title, width), wrapped(chart.caption, width), "", *gains.waterfall(chart, width)])


@_block.register
def _points(chart: Scatter, width: int) -> str:
    return figures.scatter(chart, width)


@_block.register
def _curves(chart: Curves, width: int) -> str:
    if not any(curve.projected for curve in chart.curves):
        return ""  # a table has what was measured
    cells = [[Cell(text, text) for text in (curve.label, *curve.texts)] for curve in chart.curves]
    table = Table("", ("", *chart.points), tuple(map(tuple, cells))).transposed()
    said = (wrapped(chart.title, width), wrapped(chart.caption, width), tables.lines(table, width))
    return "\n".join(filter(None, said))


@_block.register
def _diagram(block: Diagram, width: int) -> str:
    said = [wrapped(block.title, width), *(wrapped(fact, width) for fact in block.facts)]
    return "\n".join(filter(None, [*said, wrapped(block.caption, width), *diagrams.diagram(block)]))


@_block.register
def _table(table: Table, width: int) -> str:
    parts = [wrapped(table.title, width), wrapped(table.caption, width), tables.lines(table, width)]
    return "\n".join(filter(None, [*parts, *tables.notes(table, width)]))
