"""Intervals, tests and verdicts over processes. Pure arithmetic on numbers: knows neither files nor words of a report.

The unit is the process: an observation is one process, whose values are averaged before anything else, and values of
different processes are never pooled (Kalibera and Jones, "Rigorous benchmarking in reasonable time", ISMM 2013).
Within a study process i of every variant ran in block i, side by side, so speedups are taken block by block: what
disturbs a whole block cancels. Ratios of two studies are taken without blocks (`independent`).

`Samples` are seconds: one sequence of values for each process. Seeds are fixed, so the same archive gives the same report.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache, wraps
from typing import Any, ParamSpec, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

Samples = Sequence[Sequence[float]]
Array = NDArray[np.float64]
P = ParamSpec("P")
T = TypeVar("T")

RESAMPLES = 10_000
SEED = 20_251_025
ALPHA = 0.05
Z = 1.959964  #: 97.5 % quantile of the normal distribution


def _remembered(function: Callable[P, T]) -> Callable[P, T]:
    """Answer at once what was asked before: tables and figures of a report ask for the same intervals, which take long.

    What a test changes about the machinery is part of the question, or one test would be given the answers of another.
    """

    @lru_cache(maxsize=2048)
    def known(_settings: Hashable, *args: Any, **more: Any) -> T:
        return function(*args, **more)

    @wraps(function)
    def ask(*args: P.args, **more: P.kwargs) -> T:
        return known((RESAMPLES, SEED, student_t), *map(_frozen, args), **more)  # type: ignore[arg-type]

    return ask


def _frozen(value: Any) -> Hashable:
    return tuple(map(_frozen, value)) if isinstance(value, Iterable) else value


@dataclass(frozen=True)
class Interval:
    """An estimate with its 95 % interval; the ends are NaN where one process tells nothing of spread."""

    value: float
    low: float
    high: float

    @property
    def reach(self) -> float:
        """How far the interval of a ratio reaches from its value, on the log scale (0.01 is about 1 %)."""
        return max(math.log(self.high / self.value), math.log(self.value / self.low))


def process_means(samples: Samples) -> Array:
    """Return the mean of each process; shape (processes,)."""
    return np.array([np.mean(values) for values in samples], dtype=float)


@_remembered
def mean(samples: Samples) -> Interval:
    """Return the mean over processes with its interval."""
    rng = np.random.default_rng(SEED)
    draws = _drawn_means(samples, _chosen(len(samples), rng), rng)
    return _interval(float(process_means(samples).mean()), draws, _spread([samples]), len(samples) - 1)


@_remembered
def speedups(baseline: Samples, others: Sequence[Samples]) -> tuple[tuple[Interval, ...], Interval | None]:
    """Return the speedup of each of `others` over `baseline`, and the geometric mean of all of them.

    All must have the same number of processes, process i of each from block i. A resample draws blocks, the same for
    all variants (so the geometric mean knows what they share), then iterations within every drawn process.
    """
    if not others:
        return (), None
    rng = np.random.default_rng(SEED)
    blocks = len(baseline)
    chosen = _chosen(blocks, rng)
    top = _drawn_means(baseline, chosen, rng)
    draws = [top / _drawn_means(other, chosen, rng) for other in others]
    values = [float(process_means(baseline).mean() / process_means(other).mean()) for other in others]
    each = tuple(
        _interval(value, draw, _spread([baseline, other], paired=True), blocks - 1)
        for value, draw, other in zip(values, draws, others, strict=True)
    )
    weight = 1 / len(others)
    together = np.exp(np.mean(np.log(draws), axis=0))
    scale = _spread([baseline, *others], paired=True, weights=[1.0, *[-weight] * len(others)])
    return each, _interval(float(np.exp(np.mean(np.log(values)))), together, scale, blocks - 1)


def independent(baseline: Samples, other: Samples) -> Interval:
    """Return the speedup of `other` over `baseline` where their processes were not run side by side."""
    rng = np.random.default_rng(SEED)
    draws = [_drawn_means(samples, _chosen(len(samples), rng), rng) for samples in (baseline, other)]
    value = float(process_means(baseline).mean() / process_means(other).mean())
    freedom = _welch(process_means(baseline), process_means(other))[1]
    return _interval(value, draws[0] / draws[1], _spread([baseline, other]), freedom)


def paired_p(baseline: Sequence[float], other: Sequence[float]) -> float:
    """Return the p-value of Student's t test on the logs of the ratios of process means, block by block."""
    return p_of_mean(np.log(np.asarray(baseline, dtype=float)) - np.log(np.asarray(other, dtype=float)))


def welch(baseline: Sequence[float], other: Sequence[float]) -> float:
    """Return the p-value of Welch's t test on the logs of process means; the cross-check, which knows no blocks.

    Welch, "The generalization of 'Student's' problem …", Biometrika 1947.
    """
    t, freedom = _welch(np.log(baseline), np.log(other))
    return math.nan if math.isnan(t) else 2 * float(stdtr(freedom, -abs(t)))


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p-values corrected for being one of several tests, in the order given; NaN stays NaN.

    Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 1979.
    """
    order = sorted((i for i, p in enumerate(p_values) if not math.isnan(p)), key=lambda i: p_values[i])
    corrected, worst = [math.nan] * len(p_values), 0.0
    for rank, i in enumerate(order):
        worst = max(worst, min(1.0, (len(order) - rank) * p_values[i]))
        corrected[i] = worst
    return corrected


def trend(values: Sequence[float]) -> tuple[float, float]:
    """Return (change from the first to the last as a share, p) of a straight line through the logs of `values`."""
    y = np.log(np.asarray(values, dtype=float))
    n = len(y)
    if n < 3:
        return 0.0, math.nan
    x = np.arange(n) - (n - 1) / 2
    slope = float(x @ y / (x @ x))
    rest = float(np.sum((y - y.mean() - slope * x) ** 2))
    error = math.sqrt(rest / (n - 2) / float(x @ x))
    p = 2 * float(stdtr(n - 2, -abs(slope) / error)) if error else float(slope == 0)
    return math.expm1(slope * (n - 1)), p


def share(part: int, whole: int) -> Interval:
    """Return part/whole with the Wilson score interval: the sampling error of one profile, and nothing more.

    Wilson, "Probable inference, the law of succession, and statistical inference", JASA 1927.
    """
    p = part / whole
    centre = (p + Z * Z / (2 * whole)) / (1 + Z * Z / whole)
    half = Z / (1 + Z * Z / whole) * (p * (1 - p) / whole + Z * Z / (4 * whole * whole)) ** 0.5
    return Interval(p, max(0.0, centre - half), min(1.0, centre + half))


@_remembered
def clustered_share(parts: Sequence[int], wholes: Sequence[int]) -> Interval:
    """Return the share of samples, its interval from a bootstrap by process: processes differ more than samples say.

    parts, wholes: samples of a function, and all samples, of each process. Never narrower than Wilson's interval, since a
    few processes may agree by chance.
    """
    simple = share(sum(parts), sum(wholes))
    count = len(wholes)
    if count < 2:
        return simple
    chosen = _chosen(count, np.random.default_rng(SEED))
    draws = np.asarray(parts, dtype=float)[chosen].sum(axis=1) / np.asarray(wholes, dtype=float)[chosen].sum(axis=1)
    widen = student_t(count - 1) / Z * math.sqrt(count / (count - 1))
    low, high = (simple.value + widen * (float(end) - simple.value) for end in np.percentile(draws, [2.5, 97.5]))
    return Interval(simple.value, max(0.0, min(low, simple.low)), min(1.0, max(high, simple.high)))


def amdahl(part: Interval) -> Interval:
    """Return the speedup if the part cost nothing at all: 1 / (1 - part) (Amdahl, AFIPS 1967); infinite for all of it."""
    return Interval(*(1 / (1 - x) if x < 1 else math.inf for x in (part.value, part.low, part.high)))


def student_t(freedom: float) -> float:
    """Return the 97.5 % quantile of Student's t, to nine decimals: versions of scipy differ from the eleventh on."""
    return round(float(stdtrit(freedom, 0.975)), 9)


def _chosen(processes: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """Return which processes each resample holds; shape (RESAMPLES, processes)."""
    return rng.integers(0, processes, size=(RESAMPLES, processes))


def _drawn_means(samples: Samples, chosen: NDArray[np.intp], rng: np.random.Generator) -> Array:
    """Return the mean of every resample: its chosen processes, each with its iterations drawn anew."""
    lengths = np.array([len(values) for values in samples])
    if lengths.max() == 1:
        return np.asarray(process_means(samples)[chosen].mean(axis=1))
    table = np.zeros((len(samples), lengths.max()))
    for row, values in zip(table, samples, strict=True):
        row[: len(values)] = values
    many = lengths[chosen]
    total = np.zeros(chosen.shape)
    for draw in range(lengths.max()):
        picked = (rng.random(chosen.shape) * many).astype(np.intp)
        total += np.where(draw < many, table[chosen, picked], 0.0)
    return np.asarray((total / many).mean(axis=1))


def _spread(arms: Sequence[Samples], *, paired: bool = False, weights: Sequence[float] = ()) -> float:
    """Return by how much the resamples' spread is to be corrected, before Student's t.

    Resampling iterations within resampled processes counts the iterations' noise twice: it is in the spread of the
    process means already. And a bootstrap of n processes is too narrow by the root of (n - 1)/n. Both are known, so the
    interval takes its shape from the resamples and its width from the variance of the process means (Davison and
    Hinkley, "Bootstrap methods and their application", 1997, section 3.8; Hesterberg, The American Statistician 2015).
    """
    weights = weights or [1.0, *[-1.0] * (len(arms) - 1)]
    if min(len(arm) for arm in arms) < 2:
        return 1.0
    scaled = [process_means(arm) / process_means(arm).mean() * w for arm, w in zip(arms, weights, strict=True)]
    total = [np.sum(scaled, axis=0)] if paired else scaled
    true = sum(float(part.var(ddof=1)) / len(part) for part in total)
    outer = sum(float(part.var()) / len(part) for part in total)
    inner = sum(
        w * w * float(np.mean([np.var(v) / len(v) for v in arm])) / len(arm) / float(process_means(arm).mean()) ** 2
        for arm, w in zip(arms, weights, strict=True)
    )
    return math.sqrt(true / (outer + inner)) if outer + inner > 0 else 1.0


def _interval(value: float, draws: Array, spread: float, freedom: float) -> Interval:
    """Return the percentile interval, corrected for few processes; (nan, nan) for one, which tells nothing of spread."""
    if freedom <= 0:
        return Interval(value, math.nan, math.nan)
    widen = student_t(max(1.0, freedom)) / Z * spread
    low, high = np.percentile(draws, [2.5, 97.5])
    # Widened on the log scale: times and ratios are positive, and so must be the ends of their intervals.
    return Interval(value, value * (float(low) / value) ** widen, value * (float(high) / value) ** widen)


def p_of_mean(differences: Array) -> float:
    """Return the p-value of a mean of zero; NaN for fewer than two values."""
    n = len(differences)
    if n < 2:
        return math.nan
    error = float(differences.std(ddof=1)) / math.sqrt(n)
    if error == 0:
        return float(differences.mean() == 0)
    return 2 * float(stdtr(n - 1, -abs(float(differences.mean())) / error))


def _welch(a: Array, b: Array) -> tuple[float, float]:
    """Return Welch's t and its degrees of freedom (Welch–Satterthwaite)."""
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    if min(len(a), len(b)) < 2:
        return math.nan, 0.0
    parts = float(a.var(ddof=1)) / len(a), float(b.var(ddof=1)) / len(b)
    if sum(parts) == 0:
        return (0.0 if a.mean() == b.mean() else math.inf), len(a) + len(b) - 2.0
    freedom = sum(parts) ** 2 / sum(p * p / (len(x) - 1) for p, x in zip(parts, (a, b), strict=True))
    return float(a.mean() - b.mean()) / math.sqrt(sum(parts)), freedom
