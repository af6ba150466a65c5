"""When a study has timed enough: the interval is narrow enough, or the time is used up. Simple on purpose.

Reports compute the real intervals; this rule only decides when to stop. It looks at the width of the intervals and never
at the speedups themselves, so stopping early favours no result.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence

STUDENT_T = 2.262  #: 97.5 % quantile at ten processes, the fewest; more need less, so this stops a little late


def reach(baseline: Sequence[float], other: Sequence[float]) -> float:
    """Return how far the interval of a speedup reaches from its value, as a share; one value per block in either."""
    logs = [math.log(a / b) for a, b in zip(baseline, other, strict=False)]
    if len(logs) < 2:
        return math.inf
    return math.expm1(STUDENT_T * statistics.stdev(logs) / math.sqrt(len(logs)))


def enough(blocks: int, least: int, most: int, precision: float, reaches: Iterable[float]) -> bool:
    """Whether `blocks` blocks will do; `precision` 0 means that the number of blocks alone decides."""
    if blocks < least:
        return False
    return blocks >= most or not precision or all(found <= precision for found in reaches)
