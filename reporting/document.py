"""What a report says, independent of any file format. One Document feeds every renderer, so none can disagree.

Texts are plain (no markup of any kind): renderers escape them. Numbers come with the text that is to be shown, so
that every format shows the same digits; the value itself serves sorting, bars and spreadsheets.

Tables, figures and listings have a key, by which narratives place them and refer to what is in them (see narrative/tell.py).
It is unique in a Document and made of words joined by colons: what it is, then of which variant, then on which build,
as in "flame:pyaes_opt:release". Of the same thing in another study it is the same.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from reporting.charts import Chart, Diagram

LIMITS = "What limits this report"  #: the heading over a document's warnings
PAPERS = ("a4", "letter")  #: sheets that a report can be printed on


@dataclass(frozen=True)
class Cell:
    """One cell: what is shown, and the number behind it. Missing is text "–" with the reason in `note`."""

    text: str
    value: float | str | None = None
    note: str = ""
    low: float | None = None  #: ends of the value's 95 % interval, where it has one
    high: float | None = None
    unit: str = ""  #: of value, low and high; "%" means that they are shares of 1

    @property
    def missing(self) -> bool:
        return self.text == "–"


@dataclass(frozen=True)
class Table:
    """A table of numbers (the first column names the row), or of words if not `numeric`."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    caption: str = ""  #: what to see in it
    numeric: bool = True
    code: tuple[str, ...] = ()  #: names of columns that hold code, set in letters of one width
    tags: tuple[str, ...] = ()  #: names of columns that say where a number comes from: PMU, simulated, ...
    links: tuple[str, ...] = ()  #: names of columns of files: values are paths below the top of the checkout
    source: str = ""  #: where all its numbers come from, if neither a clock nor a column says
    detail: bool = False  #: evidence in depth: a summary only names it
    key: str = ""

    def transposed(self) -> Table:
        """Return the table with rows and columns exchanged."""
        grid = [tuple(Cell(c, c) for c in self.columns), *self.rows]
        turned = list(zip(*grid, strict=True))
        return replace(
            self, columns=tuple(c.text for c in turned[0]), rows=tuple(turned[1:]), code=(), tags=(), links=()
        )

    def aligned_right(self, column: int) -> bool:
        """Whether a column holds numbers, and so is aligned right; one that holds nothing but words is not."""
        return self.numeric and column > 0 and not all(isinstance(row[column].value, str) for row in self.rows)

    def footnotes(self) -> tuple[str, ...]:
        """Return the reasons of missing or flagged cells, each once, in order of appearance."""
        return tuple(dict.fromkeys(cell.note for row in self.rows for cell in row if cell.note))


@dataclass(frozen=True)
class Text:
    """A paragraph; `style` is "", "heading", "verdict" (the answer, shown large), "warning", or "code" (a command)."""

    text: str
    style: str = ""


@dataclass(frozen=True)
class Code:
    """Lines of a program, or a listing of a tool: its lines stay lines."""

    title: str
    caption: str
    text: str
    detail: bool = False  #: as of a Table
    key: str = ""


@dataclass(frozen=True)
class Span:
    """Words of a person's prose, in one style.

    style: "" plain, "strong", "emphasis", "code", "number" (filled in from the study), "see" (the number of what `target`
    is the key of), "cite" (`target` is the key of a Source).
    """

    text: str
    style: str = ""
    target: str = ""


@dataclass(frozen=True)
class Prose:
    """A paragraph that a person wrote. kind: "paragraph", "heading" (below a section's title), "item", "numbered", "quote"."""

    spans: tuple[Span, ...]
    kind: str = "paragraph"
    depth: int = 0  #: of items in items

    @property
    def plain(self) -> str:
        """The words alone."""
        return "".join(span.text for span in self.spans)


Block = Text | Prose | Code | Table | Chart | Diagram


@dataclass(frozen=True)
class Section:
    """A headed part of the report."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Source:
    """What a narrative cites."""

    key: str
    text: str  #: authors, title, where, year
    url: str = ""


@dataclass(frozen=True)
class Slide:
    """One slide of a talk: one idea, said in its title."""

    title: str
    blocks: tuple[Block, ...]
    minutes: float = 1.0
    projected: bool = False  #: something on it was projected, and not measured


@dataclass(frozen=True)
class Choice:
    """A variant or a build, which a reader may choose to see or not."""

    name: str  #: as keys have it
    labels: tuple[str, ...]  #: how tables and figures name it, the name of a variant among them
    role: str = ""  #: its colour


@dataclass(frozen=True)
class Document:
    """A whole report."""

    title: str
    subtitle: str
    timestamp: str
    family: str
    sections: tuple[Section, ...]
    warnings: tuple[str, ...] = ()  #: what is missing on this machine; shown at the start of every format
    sources: tuple[Source, ...] = ()  #: of a narrative, in the order in which they are first cited
    slides: tuple[Slide, ...] = ()  #: of a narrative: the talk
    appendix: int = 0  #: how many sections at the end are no part of the narrative
    variants: tuple[Choice, ...] = ()
    builds: tuple[Choice, ...] = ()
    paper: str = PAPERS[0]  #: the sheet that it is printed on
    projected: str = ""  #: what its projections are made from, in words; empty where nobody may make any
    verdict: str = ""  #: the headline, as the first section says it; it stays where a narrative takes that one's place
    data: tuple[Table, ...] = ()  #: one row an observation, for spreadsheets and filters (workbook/observations.py)
