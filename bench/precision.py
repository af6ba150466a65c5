"""When a study has timed enough: the interval is narrow enough, or the time is used up. Simple on purpose.

Reports compute the real intervals; this rule only decides when to stop. It looks at the width of the intervals and never
at the speedups themselves, so stopping early favours no result. But a width that is looked at often is sometimes narrow
by chance, and intervals would then hold the truth too seldom. So it looks rarely, each time after half as many blocks
again, and asks for a tenth more than it was asked for. `invoke calibrate` simulates studies that stop by this rule.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence

GROWTH, MARGIN = 1.5, 0.9


def reach(baseline: Sequence[float], other: Sequence[float]) -> float:
    """Return how far the interval of a speedup reaches from its value, as a share; one value per block in either."""
    logs = [math.log(a / b) for a, b in zip(baseline, other, strict=False)]
    if len(logs) < 2:
        return math.inf
    return math.expm1(student_t(len(logs) - 1) * statistics.stdev(logs) / math.sqrt(len(logs)))


def student_t(freedom: int) -> float:
    """Return the 97.5 % quantile of Student's t, within 4 % from three degrees on (Fisher's series); never below it."""
    z = 1.959964
    return 1.04 * (z + (z**3 + z) / (4 * freedom) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2))


def looks(least: int, most: int) -> list[int]:
    """Return the numbers of blocks after which to look, the last of which ends the study."""
    found = [min(least, most)]
    while found[-1] < most:
        found.append(min(most, math.ceil(found[-1] * GROWTH)))
    return found


def enough(blocks: int, least: int, most: int, precision: float, reaches: Iterable[float]) -> bool:
    """Whether `blocks` blocks will do; `precision` 0 means that the number of blocks alone decides."""
    if blocks >= most or (not precision and blocks >= least):
        return True
    return blocks in looks(least, most) and all(found <= MARGIN * precision for found in reaches)
