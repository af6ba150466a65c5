"""What the peers share: libraries keep a counter of their own, and pyaes moves the caller's."""

from __future__ import annotations

from pyaes import Counter

FIRST = (1).to_bytes(16, "big")  #: the counter's first value where the caller gives none, as in pyaes


class Follower:
    """Moves the caller's counter along with the library's."""

    def __init__(self, counter: Counter) -> None:
        self._counter = counter
        self._next = int.from_bytes(bytes(counter.value), "big")
        self._unused = 0  # bytes of the last block

    def __call__(self, size: int) -> None:
        """Move the counter past `size` more bytes, a block at a time as pyaes does."""
        if bytes(self._counter.value) != self._next.to_bytes(16, "big"):
            raise ValueError("the counter was moved from outside, and this library cannot follow")
        blocks = (max(0, size - self._unused) + 15) // 16
        self._unused += 16 * blocks - size
        self._next = (self._next + blocks) % 2**128
        self._counter.value[:] = self._next.to_bytes(16, "big")
