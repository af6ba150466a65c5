"""The statistics between two studies: the one place that says which ones are used. Numbers in, numbers out.

Two studies were not interleaved with each other, so nothing is paired here: not processes, not blocks.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from reporting import statistics
from reporting.statistics import Interval

SIGNIFICANT = 0.05  #: two-sided, after Holm's correction over all variants compared


def ratio(a: Sequence[float], b: Sequence[float]) -> Interval:
    """Return how many times faster `b` is than `a`. a, b: seconds, one per process."""
    (found,), _ = statistics.speedups(a, [b])
    return found


def p_value(a: Sequence[float], b: Sequence[float]) -> float:
    """Return the two-sided p of Welch's test on the logs of process means; nan for fewer than two processes.

    Welch, "The generalization of Student's problem when several different population variances are involved",
    Biometrika 1947.
    """
    if min(len(a), len(b)) < 2:
        return math.nan
    logs = [np.log(np.asarray(values, dtype=float)) for values in (a, b)]
    spread = [float(log.var(ddof=1)) / len(log) for log in logs]
    apart = abs(float(logs[0].mean() - logs[1].mean()))
    if sum(spread) == 0:
        return 1.0 if apart == 0 else 0.0
    freedom = sum(spread) ** 2 / sum(s * s / (len(log) - 1) for s, log in zip(spread, logs, strict=True))
    return _tails(apart / math.sqrt(sum(spread)), freedom)


def _tails(t: float, freedom: float) -> float:
    """Return the share of Student's t distribution beyond ±t, integrated over u with t = tan(u)."""

    def mass(start: float) -> float:
        edges = np.linspace(start, math.pi / 2, 20_001)
        x = np.tan((edges[:-1] + edges[1:]) / 2)
        heights = np.exp(np.log1p(x * x) - (freedom + 1) / 2 * np.log1p(x * x / freedom))
        return float(heights.sum()) * float(edges[1] - edges[0])

    return min(1.0, mass(math.atan(t)) / mass(0.0))


def holm(p_values: Sequence[float]) -> list[float]:
    """Return the p values corrected for being several (Holm, Scandinavian Journal of Statistics 1979), in their order.

    A nan is no test: it stays, and does not count among the others.
    """
    corrected = list(p_values)
    tests = sorted((p, place) for place, p in enumerate(p_values) if not math.isnan(p))
    largest = 0.0
    for rank, (p, place) in enumerate(tests):
        largest = max(largest, min(1.0, (len(tests) - rank) * p))
        corrected[place] = largest
    return corrected


def band(floors: Sequence[float] = ()) -> float:
    """Return the change that counts as none: 1 %, or the larger noise floor of the two studies if that is more."""
    return max(statistics.BAND, *floors) if floors else statistics.BAND


def verdict(found: Interval, processes: int, band: float, p: float) -> tuple[str, str]:
    """Return (faster, slower, equivalent or inconclusive; why it is inconclusive, else "").

    p: corrected. The interval and the test have to agree that there is a difference.
    """
    if processes < statistics.MINIMUM_PROCESSES:
        some = f"{processes} process{'es' if processes > 1 else ''}"
        return "inconclusive", f"only {some} on one side, and a verdict needs {statistics.MINIMUM_PROCESSES}"
    if found.low > 1 + band or found.high < 1 - band:
        if not p < SIGNIFICANT:
            return "inconclusive", f"the interval leaves the band, but Welch's test disagrees (p = {p:.2f})"
        return ("faster" if found.value > 1 else "slower"), ""
    if found.low >= 1 - band and found.high <= 1 + band:
        return "equivalent", ""
    return "inconclusive", "the interval holds both a change and none; more processes would tell"
