"""Intervals and verdicts over process means. Pure arithmetic on numbers: knows neither files nor words of a report.

The unit is the process: values are averaged inside a process first and never pooled across processes (Kalibera and
Jones, "Rigorous benchmarking in reasonable time", ISMM 2013). Seeds are fixed, so the same archive gives the same
report.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 10_000
SEED = 20_251_025
BAND = 0.01  #: a change below 1 % is called equivalent
MINIMUM_PROCESSES = 10  #: fewer never earn a verdict by time alone


@dataclass(frozen=True)
class Interval:
    """An estimate with its 95 % interval."""

    value: float
    low: float
    high: float


def resampled_means(values: Sequence[float], rng: np.random.Generator) -> NDArray[np.float64]:
    """Return the means of RESAMPLES samples drawn from `values` with replacement; shape (RESAMPLES,)."""
    data = np.asarray(values, dtype=float)
    means: NDArray[np.float64] = data[rng.integers(0, len(data), size=(RESAMPLES, len(data)))].mean(axis=1)
    return means


def mean(values: Sequence[float]) -> Interval:
    """Return the mean of process means with a percentile bootstrap interval."""
    return _interval(float(np.mean(values)), resampled_means(values, np.random.default_rng(SEED)), len(values))


def speedups(baseline: Sequence[float], others: Sequence[Sequence[float]]) -> tuple[list[Interval], Interval | None]:
    """Return the speedup of each of `others` over `baseline`, and the geometric mean of all of them.

    baseline, others: seconds, one per process. In every resample the same draw of the baseline serves all
    variants, so the geometric mean's interval knows that they share it.
    """
    if not others:
        return [], None
    rng = np.random.default_rng(SEED)
    base = resampled_means(baseline, rng)
    draws = np.array([base / resampled_means(other, rng) for other in others])
    values = [float(np.mean(baseline) / np.mean(other)) for other in others]
    sizes = [min(len(baseline), len(other)) for other in others]
    each = [_interval(*found) for found in zip(values, draws, sizes, strict=True)]
    together = np.exp(np.log(draws).mean(axis=0))
    return each, _interval(float(np.exp(np.mean(np.log(values)))), together, min(sizes))


def share(part: int, whole: int) -> Interval:
    """Return part/whole with the Wilson score interval: the sampling error of one profile, and nothing more.

    Wilson, "Probable inference, the law of succession, and statistical inference", JASA 1927.
    """
    p, z = part / whole, 1.959964
    centre = (p + z * z / (2 * whole)) / (1 + z * z / whole)
    half = z / (1 + z * z / whole) * (p * (1 - p) / whole + z * z / (4 * whole * whole)) ** 0.5
    return Interval(p, max(0.0, centre - half), min(1.0, centre + half))


def verdict(speedup: Interval, processes: int) -> str:
    """Return faster, slower, equivalent, inconclusive, or indicative (too few processes to say)."""
    if processes < MINIMUM_PROCESSES:
        return "indicative"
    if speedup.low > 1 + BAND:
        return "faster"
    if speedup.high < 1 - BAND:
        return "slower"
    if speedup.low >= 1 - BAND and speedup.high <= 1 + BAND:
        return "equivalent"
    return "inconclusive"


def amdahl(part: Interval) -> Interval:
    """Return the speedup if the part cost nothing at all: 1 / (1 - part) (Amdahl, AFIPS 1967)."""
    return Interval(*(1 / (1 - min(x, 0.999_999)) for x in (part.value, part.low, part.high)))


def _interval(value: float, draws: NDArray[np.float64], processes: int) -> Interval:
    """Return the percentile interval, widened for few processes; (nan, nan) for one, which tells nothing of spread.

    A percentile bootstrap of n values is too narrow by Student's t over the normal quantile, and by the root of
    n / (n - 1): at ten processes it covers 90 instead of 95 % (Hesterberg, "What teachers should know about the
    bootstrap", The American Statistician 2015).
    """
    if processes < 2:
        return Interval(value, math.nan, math.nan)
    widen = student_t(processes - 1) / 1.959964 * math.sqrt(processes / (processes - 1))
    low, high = np.percentile(draws, [2.5, 97.5])
    # Widened on the log scale: times and ratios are positive, and so must be the ends of their intervals.
    return Interval(value, value * (float(low) / value) ** widen, value * (float(high) / value) ** widen)


def student_t(freedom: int) -> float:
    """Return the 97.5 % quantile of Student's t, within 0.2 % (a table below 10 degrees of freedom, a series above)."""
    table = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262)
    if freedom <= len(table):
        return table[freedom - 1]
    z = 1.959964
    return z + (z**3 + z) / (4 * freedom) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)
