"""What a report says, independent of any file format. One Document feeds every renderer, so none can disagree.

Texts are plain (no markup of any kind): renderers escape them. Numbers come with the text that is to be shown, so
that every format shows the same digits; the value itself serves sorting, bars and spreadsheets.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

#: What a colour means. Renderers map roles to Okabe–Ito; a role means the same on every chart of a study.
ROLE_BASELINE, ROLE_WRONG = "baseline", "wrong"  # variants are "variant-0", "variant-1", ... in the study's order
LIMITS = "What limits this report"  #: the heading over a document's warnings


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
    detail: bool = False  #: evidence in depth: a summary only names it

    def transposed(self) -> Table:
        """Return the table with rows and columns exchanged."""
        grid = [tuple(Cell(c, c) for c in self.columns), *self.rows]
        turned = list(zip(*grid, strict=True))
        return replace(self, columns=tuple(c.text for c in turned[0]), rows=tuple(turned[1:]), code=())

    def aligned_right(self, column: int) -> bool:
        """Whether a column holds numbers, and so is aligned right; one that holds nothing but words is not."""
        return self.numeric and column > 0 and not all(isinstance(row[column].value, str) for row in self.rows)

    def footnotes(self) -> tuple[str, ...]:
        """Return the reasons of missing or flagged cells, each once, in order of appearance."""
        return tuple(dict.fromkeys(cell.note for row in self.rows for cell in row if cell.note))


@dataclass(frozen=True)
class Bar:
    """One bar with its interval (low, high); `value` None draws a red cross with `text` beside it."""

    label: str
    value: float | None
    low: float | None
    high: float | None
    text: str  #: direct label, for example "1.31× [1.28–1.33]"
    role: str
    outlined: bool = False  #: not one of ours: drawn hollow


@dataclass(frozen=True)
class Line:
    """A reference line, over the bars of one group or of all."""

    value: float
    name: str
    text: str = ""  #: shown beside the name, as a bar's
    group: str = ""  #: name of the group that it is for; one line of a chart at most is for all


@dataclass(frozen=True)
class BarChart:
    """Horizontal bars in groups (one group per build)."""

    title: str
    caption: str
    axis: str  #: axis label with unit, says "log scale" if it is
    groups: tuple[tuple[str, tuple[Bar, ...]], ...]  #: (group name, its bars)
    log: bool = False
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True)
class Dots:
    """One value per process for each label: the spread behind a mean."""

    title: str
    caption: str
    axis: str
    series: tuple[tuple[str, tuple[float, ...], str], ...]  #: (label, values in the axis' unit, role)
    log: bool = False


@dataclass(frozen=True)
class Curve:
    """One label's values at the points of its chart, joined by lines."""

    label: str
    values: tuple[tuple[float, float, float] | None, ...]  #: (value, low, high), or None, for each point
    texts: tuple[str, ...]  #: what is shown for each point, for example "1.31 GB/s [1.28–1.33]"
    role: str
    outlined: bool = False  #: not one of ours: drawn with hollow dots
    dashed: bool = False  #: no variant at all: a limit


@dataclass(frozen=True)
class Curves:
    """Values at several points, in the order in which they are named; the axis of values is logarithmic."""

    title: str
    caption: str
    axis: str  #: of the values, with unit
    points: tuple[str, ...]
    curves: tuple[Curve, ...]


@dataclass(frozen=True)
class Box:
    """One frame of a flame graph; x and width in samples, depth 0 is the outermost."""

    name: str
    x: float
    width: float
    depth: int
    kind: str  #: whose code it is, as compare.frame_kind names it


@dataclass(frozen=True)
class FlameGraph:
    """A flame graph, laid out: width is time, order is by name."""

    title: str
    caption: str
    samples: int
    boxes: tuple[Box, ...]


@dataclass(frozen=True)
class Text:
    """A paragraph; `style` is "", "heading", "verdict" (the answer, shown large), "warning", or "code" (as typed).

    Code of several lines has a "label" (its title) and a "caption" before it, and its lines stay lines.
    """

    text: str
    style: str = ""
    detail: bool = False  #: as of a Table


Chart = BarChart | Curves | Dots | FlameGraph
Block = Text | Table | Chart


@dataclass(frozen=True)
class Section:
    """A headed part of the report."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Document:
    """A whole report."""

    title: str
    subtitle: str
    timestamp: str
    family: str
    sections: tuple[Section, ...]
    warnings: tuple[str, ...] = field(
        default=()
    )  #: what is missing on this machine; shown at the start of every format
