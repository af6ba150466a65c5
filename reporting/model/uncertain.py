"""Quantities that are not known exactly, and how each is drawn: timings, placed clocks, shares of samples, assumptions.

A projection draws all of its inputs together, thousands of times. What was measured is drawn as the measurement says:
timings by resampling processes (as in statistics.py, so intervals agree), clocks by choosing a seed. What is assumed is
drawn from a documented range. Nothing here knows what a quantity is for; that is in codesign.py.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bench.errors import SuiteError
from reporting.statistics import Array, Interval, Z, student_t


@dataclass(frozen=True)
class Range:
    """An assumption: between `low` and `high`, most likely `typical`. All equal: it is taken as exact."""

    low: float
    typical: float
    high: float

    def __post_init__(self) -> None:
        endless = math.isinf(self.high) and self.low < self.high
        if not 0 <= self.low <= self.typical <= self.high or endless:
            said = f"{self.low:g}, {self.typical:g}, {self.high:g}"
            raise SuiteError(
                f"{said} is no range",
                "Give low, typical and high in this order, none below 0, and no end that is infinite.",
            )

    @classmethod
    def exactly(cls, value: float) -> Range:
        return cls(value, value, value)

    @property
    def exact(self) -> bool:
        return self.low == self.high

    def __add__(self, other: Range) -> Range:
        return Range(self.low + other.low, self.typical + other.typical, self.high + other.high)

    def draw(self, draws: int, rng: np.random.Generator) -> Array:
        """Return draws from a triangle over the range, on the log scale where it spans more than a factor of two."""
        if self.exact:
            return np.full(draws, self.typical)
        if self.low <= 0 or self.high <= 2 * self.low:
            return rng.triangular(self.low, self.typical, self.high, draws)
        low, typical, high = (math.log(end) for end in (self.low, self.typical, self.high))
        return np.asarray(np.exp(rng.triangular(low, typical, high, draws)))


def timings(arms: Sequence[Sequence[float]], draws: int, rng: np.random.Generator) -> list[Array]:
    """Return draws of the means of several arms, each one value per process, process i of each from block i.

    Blocks are drawn for all arms together, so what disturbs a whole block cancels in a ratio. Draws are spread, on the
    log scale, by Student's t and the root of n/(n - 1), as statistics.py does: a ratio of two arms then has the interval
    that `statistics.speedups` gives it. One process tells nothing of spread, and is drawn as it is.
    """
    count = len(arms[0])
    if any(len(arm) != count for arm in arms):
        raise ValueError("arms of different numbers of processes are no blocks")
    if count < 2:
        return [np.full(draws, arm[0]) for arm in arms]
    widen = student_t(count - 1) / Z * math.sqrt(count / (count - 1))
    chosen = rng.integers(0, count, size=(draws, count))
    found = []
    for arm in arms:
        values = np.asarray(arm, dtype=float)
        middle = values.mean()
        found.append(middle * (values[chosen].mean(axis=1) / middle) ** widen)
    return found


def seeds(values: Sequence[float], draws: int, rng: np.random.Generator) -> Array:
    """Return draws of one of several outcomes, such as clocks of several seeds of a placer: each is as likely."""
    return np.asarray(rng.choice(np.asarray(values, dtype=float), size=draws))


def share(interval: Interval, draws: int, rng: np.random.Generator) -> Array:
    """Return draws of a share with a 95 % interval: normal to either side of its value, and never outside 0 to 1."""
    if math.isnan(interval.low):
        return np.full(draws, interval.value)
    normal = rng.standard_normal(draws)
    side = np.where(normal < 0, interval.value - interval.low, interval.high - interval.value)
    return np.asarray(np.clip(interval.value + normal * side / Z, 0.0, 1.0))


def summary(value: float, drawn: Array) -> Interval:
    """Return the value that typical inputs give, with the interval that holds 95 % of the draws, and the value itself."""
    low, high = np.percentile(drawn, [2.5, 97.5], method="closest_observation")  # draws may be infinite
    return Interval(value, min(value, float(low)), max(value, float(high)))
