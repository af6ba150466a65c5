"""A battle as rows of numbers in fixed point, in the order of a sweep: what the engine executes. And what they mean.

A row has one target, a slot that holds the bounds of a value, and edges, each with a slot and a weight. It is the
weighted sum of its edges, or the best of them. Rows are carried out one after the other, each reading what is in the
slots by then: Gauss-Seidel. `evaluate` says so in plain Python, without a schedule; it is what the engine has to match
to the last bit. The rows are made by _whole.py or _lumped.py, and brought into cycles by _schedule.py.

Fixed point: `fraction` bits behind the point and one before it, so 1 is `1 << fraction`. Weights are rounded to the
nearest; a sum is exact, and rounded once, halves up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from bench.errors import SuiteError


@dataclass(frozen=True)
class Rows:
    """Rows in the order of a sweep. Arrays are numpy's, of 64-bit integers."""

    start: Any  #: edges of row i are start[i] to start[i + 1]
    place: Any  #: edge -> slot
    weight: Any  #: edge -> number of its weight; of no meaning in a row that is the best of its edges
    best: Any  #: row -> 1 if it is the best of its edges, 0 if their sum
    target: Any  #: row -> slot; no slot is the target of two rows
    delay: Any  #: row -> sweeps that pass before it is first written
    weights: Any  #: number -> weight in fixed point
    lower: Any  #: slot -> first bounds; 0 and 1 in every target
    upper: Any
    settled: int  #: so many rows at the beginning are carried out in the first sweep only
    root: int  #: slot of the initial state
    fraction: int  #: bits behind the point

    @property
    def lag(self) -> int:
        """How many sweeps late the initial state is."""
        return int(self.delay[self.target == self.root][0])


class Answer(NamedTuple):
    """The bounds of the initial state in fixed point, and the sweeps that it took, those of the lag included."""

    lower: int
    upper: int
    sweeps: int

    def midpoint(self, fraction: int) -> float:
        """Return the middle of the bounds as a float."""
        return (self.lower + self.upper) / (2 << fraction)


def threshold(tolerance: float, fraction: int) -> int:
    """Return the largest difference of two bounds in fixed point that is within the tolerance."""
    return min(int(tolerance * (1 << fraction)), 1 << fraction)


def evaluate(rows: Rows, tolerance: float, most_sweeps: int = 10_000) -> Answer:
    """Sweep in plain integers until the bounds of the root are within the tolerance. No schedule, no pipeline."""
    start, place = rows.start.tolist(), rows.place.tolist()
    weight = rows.weights[rows.weight].tolist()
    target, best, delay = rows.target.tolist(), rows.best.tolist(), rows.delay.tolist()
    lower, upper = rows.lower.tolist(), rows.upper.tolist()
    root, within, half = rows.root, threshold(tolerance, rows.fraction), 1 << rows.fraction >> 1
    first = sweeps = 0
    while upper[root] - lower[root] > within:
        if sweeps == most_sweeps:
            raise SuiteError(f"the bounds do not meet within {most_sweeps} sweeps", "Use more bits, or more tolerance.")
        for row in range(first, len(target)):
            if sweeps < delay[row]:
                continue
            low = high = 0 if best[row] else half
            for edge in range(start[row], start[row + 1]):
                slot = place[edge]
                if best[row]:
                    low, high = max(low, lower[slot]), max(high, upper[slot])
                else:
                    low += weight[edge] * lower[slot]
                    high += weight[edge] * upper[slot]
            shift = 0 if best[row] else rows.fraction
            lower[target[row]], upper[target[row]] = low >> shift, high >> shift
        first, sweeps = rows.settled, sweeps + 1
    return Answer(lower[root], upper[root], sweeps)
