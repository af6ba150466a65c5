"""What disturbs a measured region: the time that it had to wait for a CPU, by the kernel's own account.

Wall time is read too: a variant whose reported times are much shorter than the wall has tampered with its clock.
"""

from __future__ import annotations

import time

SCHEDSTAT = "/proc/self/schedstat"


class Watch:
    """Adds up, over the regions between `start` and `stop`, seconds on the wall and seconds spent waiting for a CPU."""

    def __init__(self) -> None:
        self.wall = 0.0
        self.waited: float | None = 0.0  # None where the kernel does not tell
        self._clock = time.perf_counter  # bound now, before any variant could replace it
        self._began = (0.0, 0.0)

    def start(self) -> None:
        self._began = (waiting_seconds() or 0.0, self._clock())

    def stop(self) -> None:
        end = self._clock()
        waited, (before, began) = waiting_seconds(), self._began
        self.wall += end - began
        self.waited = None if waited is None or self.waited is None else self.waited + waited - before


def waiting_seconds() -> float | None:
    """Return how long this thread has been ready to run without a CPU since it began, or None where that is unknown."""
    try:
        with open(SCHEDSTAT, encoding="ascii") as file:
            return int(file.read().split()[1]) / 1e9
    except (OSError, ValueError, IndexError):
        return None
