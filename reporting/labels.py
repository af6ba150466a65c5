"""Where the names of points stand in a scatter: beside their points, and not over one another, as far as there is room."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from reporting.charts import Mark, Scatter
from reporting.palette import Scale, shorten

Size = tuple[float, float]
Rectangle = tuple[float, float, float, float]  #: left, bottom, right, top
DOT, AWAY = 6.0, 9.0  #: half the size of a point, and how far from its middle a name begins
STEPS = (0, 1, -1, 2, -2, 3, -3, 4, -4, 5, -5)  #: lines up that are tried


@dataclass(frozen=True)
class Named:
    """The place of one name."""

    mark: Mark
    side: str  #: "left": the name begins right of its point, so its left end is there; "right": it ends left of it
    shift: float  #: how far above the point, in the units of the room


def beside(chart: Scatter, across: Scale, up: Scale, room: Size, letter: Size, limit: int) -> list[Named]:
    """Return a place for the name of each point. room, letter: width and height, in the same units; limit: letters of a name."""
    points = [(_share(mark.x, across) * room[0], _share(mark.y, up) * room[1]) for mark in chart.marks]
    taken: list[Rectangle] = [(x - DOT, y - DOT, x + DOT, y + DOT) for x, y in points]
    lines = [_share(line.value, up) * room[1] for line in chart.lines if up.holds(line.value)]
    taken += [(room[0] * 0.4, at, room[0], at + letter[1]) for at in lines]  # where the names of lines stand
    found = []
    for mark, point in zip(chart.marks, points, strict=True):
        size = (len(shorten(mark.label, limit)) * letter[0], letter[1])
        side, shift = _free(point, size, taken, room)
        taken.append(_rectangle(point, size, side, shift))
        found.append(Named(mark, side, shift))
    return found


def _share(value: float, scale: Scale) -> float:
    return math.log(value / scale.low) / math.log(scale.high / scale.low)


def _free(point: Size, size: Size, taken: Sequence[Rectangle], room: Size) -> tuple[str, float]:
    """Return the first place that is free; where none is, the one that is least so."""
    tried = []
    for step in STEPS:
        for side in ("left", "right"):
            place = _rectangle(point, size, side, step * size[1])
            over = sum(_overlap(place, other) for other in taken) + _outside(place, room)
            if over == 0:
                return side, step * size[1]
            tried.append((over, side, step * size[1]))
    return min(tried, key=lambda each: each[0])[1:]


def _rectangle(point: Size, size: Size, side: str, shift: float) -> Rectangle:
    left = point[0] + AWAY if side == "left" else point[0] - AWAY - size[0]
    bottom = point[1] + shift - size[1] / 2
    return left, bottom, left + size[0], bottom + size[1]


def _overlap(a: Rectangle, b: Rectangle) -> float:
    wide, tall = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    return wide * tall if wide > 0 and tall > 0 else 0.0


def _outside(a: Rectangle, room: Size) -> float:
    beyond = max(0.0, -a[0]) + max(0.0, a[2] - room[0]) + max(0.0, -a[1]) + max(0.0, a[3] - room[1])
    return beyond * 1_000.0  # worse than lying over another name
