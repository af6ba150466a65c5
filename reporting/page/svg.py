"""Draws block diagrams for the page as SVG, in the page's own colours; no script takes part, so they show without any."""

from __future__ import annotations

from reporting.charts import Diagram, Part, Wire
from reporting.page.parts import escape

ACROSS, DOWN = 8, 17  #: pixels of a letter and of a line
ARROW = 4  #: pixels: half the width of an arrowhead
WIDE = 32  #: bits from which a wire is drawn thick


def diagram(block: Diagram) -> str:
    """Return a diagram as an SVG element as large as its words need; its text alternative is the table below it."""
    width, height = (block.width + 1) * ACROSS, (block.height + 1) * DOWN
    drawn = [*(_wire(wire) for wire in block.wires), *(_part(part) for part in block.parts)]
    return (
        f'<svg class="diagram" role="img" aria-label="{escape(block.title)}" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}">{"".join(drawn)}</svg>'
    )


def _at(x: int, y: int) -> tuple[int, int]:
    """Return the middle of a letter's place, in pixels."""
    return x * ACROSS + ACROSS // 2, y * DOWN + DOWN // 2


def _part(part: Part) -> str:
    left, top = _at(part.x, part.y)
    right, bottom = _at(part.x + part.width - 1, part.y + part.height - 1)
    kind = ' class="outside"' if part.outside else ""
    words = [_words(part.x + 2, part.y + 1, part.name, "name")]
    words += [_words(part.x + 2, y, line, "") for y, line in enumerate(part.lines, part.y + 2)]
    box = f'<rect x="{left}" y="{top}" width="{right - left}" height="{bottom - top}" rx="3"/>'
    return f"<g{kind}>{box}{''.join(words)}</g>"


def _words(x: int, y: int, text: str, kind: str) -> str:
    left, middle = _at(x, y)
    of = f' class="{kind}"' if kind else ""
    return f'<text{of} x="{left - ACROSS // 2}" y="{middle + 4}">{escape(text)}</text>'


def _wire(wire: Wire) -> str:
    points = [_at(x, y) for x, y in wire.corners]
    (x, top), (to, bottom) = points[0], points[-1]
    start = wire.corners[0]
    heads = f'<path class="head" d="M{to - ARROW} {bottom - 9}h{2 * ARROW}L{to} {bottom}z"/>' if wire.bits else ""
    heads += f'<path class="head" d="M{x - ARROW} {top + 9}h{2 * ARROW}L{x} {top}z"/>' if wire.back else ""
    thick = ' class="wide"' if max(wire.bits, wire.back) >= WIDE else ""
    line = f'<polyline{thick} points="{" ".join(f"{a},{b}" for a, b in points)}"/>'
    said = f"<title>{escape(_said(wire))}</title>"
    return f"<g>{said}{line}{heads}{_words(start[0] + 1, start[1] + 1, wire.text, 'bits')}</g>"


def _said(wire: Wire) -> str:
    """Return what a reader who points at a wire is told."""
    ways = [(wire.source, wire.target, wire.bits), (wire.target, wire.source, wire.back)]
    said = "; ".join(f"{a} → {b}: {bits:,} {'bit' if bits == 1 else 'bits'}" for a, b, bits in ways if bits)
    return f"{said} ({', '.join(wire.names)})" if wire.names else said
