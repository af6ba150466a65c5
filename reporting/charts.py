"""The figures of a report, independent of what draws them: charts, flame graphs and block diagrams.

A figure holds what is to be seen, with the words beside every value, and no size, no colour and no place: page, paper,
text and workbook draw it as each can. Texts, tables and the Document itself are in document.py; colours and axes, which
page and paper share, in palette.py.
"""

from __future__ import annotations

from dataclasses import dataclass

#: What a colour means. Renderers map roles to Okabe–Ito; a role means the same on every chart of a study.
ROLE_BASELINE, ROLE_WRONG = "baseline", "wrong"  # variants are "variant-0", "variant-1", ... in the study's order


@dataclass(frozen=True)
class Bar:
    """One bar with its interval (low, high); `value` None: only its `text`, after a red cross if its role is ROLE_WRONG."""

    label: str
    value: float | None
    low: float | None
    high: float | None
    text: str  #: direct label, for example "1.31× [1.28–1.33]"
    role: str
    outlined: bool = False  #: not one of ours: drawn hollow
    projected: bool = False  #: not measured: drawn hollow, with a dashed edge


@dataclass(frozen=True)
class Line:
    """A reference line, over the bars of one group or of all, or across a scatter."""

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
    key: str = ""


@dataclass(frozen=True)
class Dots:
    """One value per process for each label: the spread behind a mean."""

    title: str
    caption: str
    axis: str
    series: tuple[tuple[str, tuple[float, ...], str], ...]  #: (label, values in the axis' unit, role)
    log: bool = False
    key: str = ""


@dataclass(frozen=True)
class Trace:
    """All that the processes of one label gave, in the order in which it was taken."""

    label: str
    role: str
    processes: tuple[tuple[float, ...], ...]  #: per process its values in the axis' unit, warm-ups first
    warm_ups: int  #: how many of them came before the measured ones
    text: str = ""  #: direct label: what is known of them, for example "46.8 ms, flat"


@dataclass(frozen=True)
class Traces:
    """Value after value, process by process, warm-ups included: whether they settle, and when. One panel per label."""

    title: str
    caption: str
    axis: str
    traces: tuple[Trace, ...]
    key: str = ""


@dataclass(frozen=True)
class Step:
    """One step of a waterfall: a whole, from zero, or what comes to the one before it (below zero: what goes)."""

    label: str
    value: float  #: in the axis' unit
    text: str  #: direct label; those of all steps add up as they are shown, for one may hold what rounding left
    whole: bool = False
    role: str = ""  #: of a whole: whose it is
    kind: str = ""  #: of a step: whose code it is, as of a Box


@dataclass(frozen=True)
class Waterfall:
    """How one whole becomes another: the first and the last step are wholes, and those between them sum to the change."""

    title: str
    caption: str
    axis: str
    steps: tuple[Step, ...]
    detail: bool = False  #: as of a Table
    key: str = ""


@dataclass(frozen=True)
class Curve:
    """One label's values at the points of its chart, joined by lines."""

    label: str
    values: tuple[tuple[float, float, float] | None, ...]  #: (value, low, high), or None, for each point
    texts: tuple[str, ...]  #: what is shown for each point, for example "1.31 GB/s [1.28–1.33]"
    role: str
    outlined: bool = False  #: not one of ours: drawn with hollow dots
    dashed: bool = False  #: no variant at all: a limit
    projected: bool = False  #: not measured: dashed in its colour, with hollow dots


@dataclass(frozen=True)
class Curves:
    """Values at several points, in the order in which they are named; the axis of values is logarithmic."""

    title: str
    caption: str
    axis: str  #: of the values, with unit
    points: tuple[str, ...]
    curves: tuple[Curve, ...]
    key: str = ""
    breaks: tuple[int, ...] = ()  #: numbers of the points that no line leads to: there another row of points begins


@dataclass(frozen=True)
class Mark:
    """One point of a scatter, with its interval (low, high) in height."""

    label: str
    x: float
    y: float
    low: float | None
    high: float | None
    text: str  #: what is shown for it, for example "121× [118–124], 1,524 LUT4"
    role: str
    outlined: bool = False  #: another point is better in one way and no worse in the other: drawn hollow
    below: bool = False  #: it loses to the line that all are held against: a triangle that points down


@dataclass(frozen=True)
class Scatter:
    """What things cost against what they bring, each named; both axes are logarithmic. Lines lie across, at a height."""

    title: str
    caption: str
    across: str  #: the label of the axis of costs, with unit
    axis: str  #: that of the axis of values, with unit
    marks: tuple[Mark, ...]
    lines: tuple[Line, ...] = ()
    key: str = ""


def is_projected(chart: BarChart | Curves | Scatter) -> bool:
    """Whether anything on a chart was projected: bars and curves say so, and a scatter shows nothing else but its lines."""
    if isinstance(chart, BarChart):
        return any(bar.projected for _, bars in chart.groups for bar in bars)
    return isinstance(chart, Scatter) or any(curve.projected for curve in chart.curves)


@dataclass(frozen=True)
class Part:
    """One box of a diagram: its upper left corner and its size, in letters across and in lines down."""

    name: str
    lines: tuple[str, ...]  #: what is known of it
    x: int
    y: int
    width: int
    height: int
    outside: bool = False  #: not inside of what is drawn: its surroundings


@dataclass(frozen=True)
class Wire:
    """What connects two parts, drawn from corner to corner: it begins at the edge of the upper and ends at that of the lower."""

    source: str  #: name of the upper part
    target: str
    corners: tuple[tuple[int, int], ...]
    bits: int  #: that go down
    back: int  #: that go up
    names: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The label, right of the wire below where it begins: how many bits, and where to if they go both ways."""
        if self.bits and self.back:
            return f"{self.bits:,}↓ {self.back:,}↑"
        return f"{self.bits or self.back:,}"


@dataclass(frozen=True)
class Diagram:
    """A block diagram, laid out on a grid of letters (see reporting/diagrams), so that signs can draw it, too."""

    title: str
    caption: str
    facts: tuple[str, ...]  #: of the whole, in a line each above it
    parts: tuple[Part, ...]
    wires: tuple[Wire, ...]
    width: int  #: letters
    height: int  #: lines
    key: str = ""


@dataclass(frozen=True)
class Box:
    """One frame of a flame graph; x and width in samples (or in `FlameGraph.unit`), depth 0 is the outermost."""

    name: str
    x: float
    width: float
    depth: int
    kind: str  #: whose code it is, as compare.frame_kind names it
    change: float | None = None  #: what the variant takes beyond the baseline, in the graph's unit; below zero: less
    shade: str = ""  #: what became of it, in a word that has a colour (palette.SHADES): "gone", "same", "new" …
    note: str = ""  #: what is known of it: its time on both sides


@dataclass(frozen=True)
class FlameGraph:
    """A flame graph, laid out: width is time, order is by name.

    A differential one has `unit`, widths in it, and boxes with a `change`, whose colour is their `shade`.
    """

    title: str
    caption: str
    samples: int
    boxes: tuple[Box, ...]
    key: str = ""
    unit: str = ""  #: of widths and changes, for example "ms per iteration"; "": samples
    whole: float = 0.0  #: the width of all, in that unit; 0: as many as `samples`


Chart = BarChart | Curves | Dots | FlameGraph | Scatter | Traces | Waterfall
