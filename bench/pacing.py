"""How often a call must be repeated so that the clock can tell how long it takes."""

from __future__ import annotations

import math
from collections.abc import Callable

MARGIN = 1.2  #: the calls that follow are warm, and a little faster
STEP = 100  #: times as many repeats at most: the first call says little about those that follow
LONG = 0.2  #: seconds; one call that lasts this long is not made once more to be sure that it does


def repeats(run: Callable[[int], float], least: float) -> tuple[int, float]:
    """Return how often to repeat a call so that it lasts about `least` seconds, and the seconds of one call.

    The first call of all, which may compile, must have been made. One that was held up by something else is found out
    by another: taken for a long one, a call of microseconds would never be repeated.
    """
    loops = 1
    while True:
        seconds = run(loops)
        if seconds >= least:
            again = seconds if loops == 1 and seconds >= LONG else run(loops)
            if again >= least / 2:
                return loops, min(seconds, again) / loops
            seconds = again
        needed = math.ceil(MARGIN * loops * least / max(seconds, 1e-9))
        loops = min(needed, STEP * loops)
