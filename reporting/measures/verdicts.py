"""The five verdicts, and what may speak against one: the equivalence band, warm-up, drift. Arithmetic, no words.

faster, slower: the whole interval of the speedup lies beyond 1 %, the speedup itself beyond the equivalence band (which
the host's own noise floor may widen), and the p-value, corrected for the number of variants, agrees. equivalent: the
whole interval lies within the band. inconclusive: neither, or too few processes. invalid: the numbers mean nothing
(wrong answer, no steady state, a disturbed machine).
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from bench import model
from reporting.statistics import ALPHA, Interval, Samples, p_of_mean, process_means

MINIMUM_PROCESSES = model.MINIMUM_PROCESSES  #: fewer never earn a verdict by time alone
SMALLEST_BAND = 0.01  #: a change below 1 % is called equivalent, however quiet the host
COUNTED_BAND = 0.02  #: simulated counts repeat exactly, but the state of the allocator alone moves them by up to 1 %
CERTAIN = 0.001  #: p below which values count as moving; strict, since it makes a variant's numbers invalid
ENOUGH_TO_CLASSIFY = 4  #: processes
MOST_PROCESSES = 10_000  #: beyond that, more processes are no advice


@dataclass(frozen=True)
class Verdict:
    """What may be said of one variant."""

    word: str  #: faster, slower, equivalent, inconclusive, invalid
    reason: str = ""  #: why nothing more can be said
    more: int | None = None  #: how many more processes would settle it; None where no sensible number would


Kept = Callable[[int], float]  #: least number of processes of either side -> share of its reach that an interval keeps


def judge(
    ratio: Interval, processes: int, p: float, *, floor: float = 0.0, counted: float | None = None,
    kept: Kept | None = None,
) -> Verdict:  # fmt: skip
    """Return the verdict on a speedup.

    ratio: the speedup with its interval. processes: of the side that has fewer, from which `more` counts. p: of the
    speedup being 1, corrected for the number of variants. floor: the host's own noise floor as a share (see
    `noise_floor`). counted: the speedup in a counter that repeats exactly, which may confirm what too few processes show.
    kept: how the interval shrinks with more processes, where both sides do not have the same number (see `uneven`).
    """
    kept = kept or uneven((processes,), (1.0,))
    if math.isnan(ratio.low):
        return Verdict("inconclusive", "one process tells nothing of spread")
    word = _beyond(ratio, band(floor))
    if word in ("faster", "slower") and not p < ALPHA:
        few = MINIMUM_PROCESSES - processes
        return Verdict(
            "inconclusive",
            f"p = {p:.2g} after correction for the number of variants",
            max(few, _surer(p, processes, kept)),
        )
    if processes < MINIMUM_PROCESSES:
        if word in ("faster", "slower") and _agrees(counted, ratio):
            return Verdict(
                word, f"{processes} processes, confirmed by the number of simulated instructions at the small size"
            )
        more = _more(ratio, processes, floor, kept) if word == "inconclusive" else 0
        reason = f"{processes} processes; a verdict by time needs {MINIMUM_PROCESSES}"
        return Verdict("inconclusive", reason, None if more is None else max(more, MINIMUM_PROCESSES - processes))
    if word != "inconclusive":
        return Verdict(word)
    reason = "the interval reaches across an end of the equivalence band"
    return Verdict("inconclusive", reason, _more(ratio, processes, floor, kept))


def _agrees(counted: float | None, ratio: Interval) -> bool:
    return counted is not None and abs(math.log(counted)) > COUNTED_BAND and (counted > 1) == (ratio.value > 1)


def uneven(numbers: Sequence[int], spreads: Sequence[float]) -> Kept:
    """Return how the interval of a ratio shrinks once no side has fewer than so many processes; the others stay.

    numbers: the processes of each side. spreads: the standard deviation of the logs of each side's process means.
    """
    pairs = [(number, spread or 1e-12) for number, spread in zip(numbers, spreads, strict=True)]
    now = sum(spread**2 / number for number, spread in pairs)

    def kept(least: int) -> float:
        return math.sqrt(sum(spread**2 / max(number, least) for number, spread in pairs) / now)

    return kept


def _surer(p: float, processes: int, kept: Kept) -> int:
    """Return about how many more processes bring p below ALPHA if the ratio stays: t grows as the interval shrinks."""
    seen, wanted = (float(stdtrit(processes - 1, 1 - level / 2)) for level in (p, ALPHA))
    if not seen > 0:
        return MOST_PROCESSES
    numbers = range(processes + 1, processes + MOST_PROCESSES)
    return bisect_left(numbers, -seen / wanted, key=lambda number: -kept(number)) + 1


def band(floor: float) -> float:
    """Return the equivalence band as a share: 1 %, or the host's own noise floor where that is larger."""
    return max(SMALLEST_BAND, floor)


def noise_floor(control: Interval) -> float:
    """Return how far nothing reaches on this host, as a share: the farther end of the interval of an A/A ratio.

    control: the speedup of the baseline over itself, from as many processes as every variant has.
    """
    ends = max(abs(math.log(control.low)), abs(math.log(control.high)))
    return 0.0 if math.isnan(ends) else math.expm1(ends)


def _beyond(ratio: Interval, width: float) -> str:
    if ratio.low > 1 + SMALLEST_BAND and ratio.value > 1 + width:
        return "faster"
    if ratio.high < 1 / (1 + SMALLEST_BAND) and ratio.value < 1 / (1 + width):
        return "slower"
    if ratio.low >= 1 / (1 + width) and ratio.high <= 1 + width:
        return "equivalent"
    return "inconclusive"


def _more(ratio: Interval, processes: int, floor: float, kept: Kept) -> int | None:
    """Return how many more processes would settle it if the ratio stayed, as its interval shrinks with their number."""
    distance = abs(math.log(ratio.value))
    wanted = processes + 1
    while wanted <= MOST_PROCESSES:
        shrunk = kept(wanted)
        reach, width = ratio.reach * shrunk, math.log1p(band(floor * shrunk))
        if (distance - reach > math.log1p(SMALLEST_BAND) and distance > width) or distance + reach < width:
            return wanted - processes
        wanted = max(wanted + 1, wanted * 21 // 20)
    return None


@dataclass(frozen=True)
class Steadiness:
    """How the values of one process follow one another, over all processes of a variant.

    kind: flat, warm-up (the first call is slower), slowdown (the first call is faster), none (the measured values
    themselves still move: no steady state), or unknown (too little to tell). The words are those of Barrett et al.,
    "Virtual machine warmup blows hot and cold", OOPSLA 2017; the test is ours, since processes are the replicates here.
    """

    kind: str
    first: float = 0.0  #: how much longer the first call took than the later ones, as a share
    change: float = 0.0  #: from the first to the last measured value, as a share
    p: float = math.nan  #: of the measured values not moving


def steadiness(warm_ups: Samples, samples: Samples, floor: float = 0.0) -> Steadiness:
    """Classify. warm_ups: seconds per iteration of the calls before the measured ones, per process."""
    if len(samples) < ENOUGH_TO_CLASSIFY or min(len(values) for values in samples) < 2:
        return Steadiness("unknown")
    change, p = _movement(samples)
    if p < CERTAIN and abs(change) > band(floor):
        return Steadiness("none", change=change, p=p)
    if not all(warm_ups):
        return Steadiness("unknown", change=change, p=p)
    excess = np.log([warm[0] for warm in warm_ups]) - np.log(process_means(samples))
    first = math.expm1(float(excess.mean()))
    if p_of_mean(excess) < CERTAIN and abs(first) > SMALLEST_BAND:
        return Steadiness("warm-up" if first > 0 else "slowdown", first, change, p)
    return Steadiness("flat", first, change, p)


def _movement(samples: Samples) -> tuple[float, float]:
    """Return (change within a process as a share, p of there being none): of a straight line, or of the first value.

    Each process has its own line, and the processes are the replicates; likewise for how much its first value differs from
    the rest, as it does where the warm-up was too short. p is corrected for there being two tests.
    """
    shortest = min(len(values) for values in samples)
    logs = np.log([values[:shortest] for values in samples])
    x = np.arange(shortest) - (shortest - 1) / 2
    lines = logs @ x / float(x @ x) * (shortest - 1)
    firsts = logs[:, 1:].mean(axis=1) - logs[:, 0]
    p, change = min((p_of_mean(changes), float(changes.mean())) for changes in (lines, firsts))
    return math.expm1(change), min(1.0, 2 * p)
