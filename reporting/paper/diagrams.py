"""Draws block diagrams for paper, as vectors: the layout has a letter's place for everything."""

from __future__ import annotations

from textwrap import wrap
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from reporting.charts import Diagram, Part, Wire
from reporting.palette import shorten
from reporting.paper.parts import GREY, INK, TALLEST, WIDTH, figure_of

WIDE = 32  #: bits from which a wire is drawn thick
ACROSS, DOWN = 5.6, 1.9  #: points of a letter at most; a line, in letters
LETTERS, LEADING = 96, 11.0  #: of a line of facts, and points of it
MONO, RATIO = "DejaVu Sans Mono", 0.602  #: and the width of its letters, in their size
FILL = "#F5F6F8"


def diagram(block: Diagram) -> Figure:
    """Draw boxes and wires below what is known of the whole, in letters that fit the width and the height of a page."""
    facts = [line for fact in block.facts for line in wrap(shorten(fact, 400), LETTERS)]
    top = LEADING * len(facts) + (6 if facts else 0)
    letter = min(ACROSS, WIDTH / (block.width + 1), (TALLEST - top) / ((block.height + 1) * DOWN))
    body = (block.height + 1) * letter * DOWN
    figure = figure_of(top + body)
    for number, fact in enumerate(facts):
        figure.text(0, 1 - (number + 0.5) * LEADING / (top + body), fact, fontsize=8.5, va="center")
    axes = figure.add_axes((0, 0, 1, body / (top + body)), xlim=(0, WIDTH / letter), ylim=(block.height + 1, 0))
    axes.set_axis_off()
    size = letter / RATIO * 0.96  # a little less than fits, so that words stay off the edges
    for wire in block.wires:
        _wire(axes, wire, size, letter)
    for part in block.parts:
        _part(axes, part, size)
    return figure


def _part(axes: Axes, part: Part, size: float) -> None:
    look: dict[str, Any] = {"facecolor": "white" if part.outside else FILL, "edgecolor": GREY, "linewidth": 0.8}
    look |= {"linestyle": (0, (4, 3)) if part.outside else "-", "zorder": 2}
    place = (part.x + 0.5, part.y + 0.5)
    axes.add_patch(
        FancyBboxPatch(place, part.width - 1, part.height - 1, boxstyle="round,pad=0,rounding_size=0.2", **look)
    )
    for number, line in enumerate((part.name, *part.lines)):
        _write(axes, part.x + 2, part.y + 1 + number, line, size, weight="normal" if number else "bold")


def _write(axes: Axes, x: float, y: float, text: str, size: float, **look: Any) -> None:
    axes.text(x, y + 0.5, text, fontsize=size, family=MONO, va="center_baseline", zorder=3, **({"color": INK} | look))


def _wire(axes: Axes, wire: Wire, size: float, letter: float) -> None:
    points = [(x + 0.5, y + 0.5) for x, y in wire.corners]
    thick = 1.5 if max(wire.bits, wire.back) >= WIDE else 0.8
    axes.plot(
        [x for x, _ in points], [y for _, y in points], color=GREY, linewidth=thick, solid_joinstyle="miter", zorder=1
    )
    (x, top), (to, bottom) = points[0], points[-1]
    head: dict[str, Any] = {
        "color": GREY,
        "linestyle": "none",
        "markersize": letter,
        "zorder": 1.5,
        "markeredgewidth": 0,
    }
    if wire.bits:
        axes.plot([to], [bottom - 0.25], marker="v", **head)
    if wire.back:
        axes.plot([x], [top + 0.25], marker="^", **head)
    _write(axes, x + 0.5, top + 0.5, wire.text, size, color=GREY)
