"""Draws block diagrams from signs: the layout has a letter's place for everything, so this only fills in."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from reporting.charts import Diagram, Part, Wire
from reporting.palette import printable

UP, DOWN, LEFT, RIGHT = 1, 2, 4, 8
#: signs by where lines lead from a place: up, down, left, right, added up
SIGNS = " ││││┘┐┤─└┌├─┴┬┼"
ARROW_DOWN, ARROW_UP = "▼", "▲"


def diagram(block: Diagram) -> list[str]:
    """Return the lines of a diagram, without its title, caption and facts."""
    lines = [[0] * (block.width + 1) for _ in range(block.height + 1)]
    words = [[""] * (block.width + 1) for _ in range(block.height + 1)]
    for part in block.parts:
        for path in _edges(part):
            _draw(lines, path)
        for row, text in enumerate((part.name, *part.lines), part.y + 1):
            _write(words, part.x + 2, row, text)
    for wire in block.wires:
        _draw(lines, wire.corners)
    for wire in block.wires:  # arrowheads and labels last, for they stand on what is drawn
        _ends(words, wire)
    both = ((w or SIGNS[line] for w, line in zip(*row, strict=True)) for row in zip(words, lines, strict=True))
    drawn = ["".join(row).rstrip() for row in both]
    while drawn and not drawn[-1]:
        drawn.pop()
    return drawn


def _edges(part: Part) -> Iterator[tuple[tuple[int, int], ...]]:
    left, right = part.x, part.x + part.width - 1
    top, bottom = part.y, part.y + part.height - 1
    yield ((left, top), (right, top), (right, bottom), (left, bottom), (left, top))


def _draw(lines: list[list[int]], corners: tuple[tuple[int, int], ...]) -> None:
    """Mark at every place of a line where it leads to."""
    for (x, y), (to_x, to_y) in pairwise(corners):
        if x == to_x:
            for row in range(min(y, to_y), max(y, to_y)):
                lines[row][x] |= DOWN
                lines[row + 1][x] |= UP
        for column in range(min(x, to_x), max(x, to_x)):
            lines[y][column] |= RIGHT
            lines[y][column + 1] |= LEFT


def _write(words: list[list[str]], x: int, y: int, text: str) -> None:
    for column, sign in enumerate(printable(text), x):
        words[y][column] = sign


def _ends(words: list[list[str]], wire: Wire) -> None:
    (x, top), (to, bottom) = wire.corners[0], wire.corners[-1]
    _write(words, x + 1, top + 1, wire.text)
    if wire.back:
        words[top + 1][x] = ARROW_UP
    if wire.bits:
        words[bottom - 1][to] = ARROW_DOWN
