"""How often a call must be repeated so that the clock can tell how long it takes."""

from __future__ import annotations

import math
from collections.abc import Callable

MARGIN = 1.2  #: the calls that follow are warm, and a little faster
STEP = 100  #: times as many repeats at most: the first call says little about those that follow


def repeats(run: Callable[[int], float], least: float) -> tuple[int, float]:
    """Return how often to repeat a call so that it lasts about `least` seconds, and the seconds of one call.

    The call has been repeated for at least as long when this returns, so it is warm.
    """
    loops = 1
    while (seconds := run(loops)) < least:
        needed = math.ceil(MARGIN * loops * least / max(seconds, 1e-9))
        loops = min(needed, STEP * loops)
    return loops, seconds / loops
