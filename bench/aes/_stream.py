"""What the rungs that encrypt a whole message at once have in common: counter, odd lengths, and what is left over.

How blocks are encrypted is not here: that is what the rungs are about.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyaes import Counter

BLOCK = 16  #: bytes
COUNTERS = 1 << 128  #: the counter is as wide as a block, and wraps


class Stream(ABC):
    """pyaes' counter mode: a stream, so calls may have any length and continue where the last one stopped.

    A subclass defines `_encrypt_blocks`. A counter that the caller gives is read and advanced in every call, as
    upstream does, so that it can be shared; nobody sees the one that is not given, so it is a plain integer.
    """

    def __init__(self, key: bytes, counter: Counter | None = None) -> None:
        if len(key) not in (16, 24, 32):
            raise ValueError("Invalid key size")
        if counter is not None:
            refuse_other_increments(counter)
        self._key = bytes(key)  # the caller may change a bytearray
        self._counter = counter
        self._next = 1  # where pyaes.Counter() starts
        self._left = b""  # of the key stream, from the last block of the last call

    def encrypt(self, plaintext: bytes) -> bytes:
        """Return `plaintext` xor the next bytes of the key stream."""
        head = bytes([p ^ k for p, k in zip(plaintext, self._left, strict=False)])
        self._left = self._left[len(head) :]
        text = plaintext[len(head) :] if head else plaintext
        if not text:
            return head
        blocks = (len(text) + BLOCK - 1) // BLOCK
        # Zeros after the text come back as the bare key stream, which is what the next call starts with.
        done = self._encrypt_blocks(text.ljust(BLOCK * blocks, b"\0"), self._advance(blocks))
        self._left = done[len(text) :]
        return head + done[: len(text)]

    def decrypt(self, ciphertext: bytes) -> bytes:
        """Counter mode is its own inverse."""
        return self.encrypt(ciphertext)

    def _advance(self, blocks: int) -> int:
        """Return the counter of the next block, and move on by `blocks`."""
        first = self._next if self._counter is None else int.from_bytes(bytes(self._counter.value), "big")
        self._next = (first + blocks) % COUNTERS
        if self._counter is not None:
            self._counter.value[:] = self._next.to_bytes(BLOCK, "big")  # `value` is the counter's own list
        return first

    @abstractmethod
    def _encrypt_blocks(self, text: bytes, first: int) -> bytes:
        """Return `text`, of whole blocks, xor the key stream of the counters `first`, `first` + 1, … modulo 2^128."""


class Batches(Stream, ABC):
    """A stream of which so many blocks are encrypted at a time. A subclass defines `_encrypt_batch`."""

    blocks_at_once: int

    def _encrypt_blocks(self, text: bytes, first: int) -> bytes:
        step = BLOCK * self.blocks_at_once
        parts = [
            self._encrypt_batch(text[start : start + step], (first + start // BLOCK) % COUNTERS)
            for start in range(0, len(text), step)
        ]
        return b"".join(parts)

    @abstractmethod
    def _encrypt_batch(self, text: bytes, first: int) -> bytes:
        """Return what `_encrypt_blocks` does, for `blocks_at_once` blocks at most."""


def refuse_other_increments(counter: Counter) -> None:
    """Counters of a message are computed, not asked for: refuse a subclass that counts in another way."""
    from pyaes import Counter  # here, because only a caller who has pyaes can give a counter

    if type(counter).increment is not Counter.increment:
        raise TypeError(f"{type(counter).__name__} counts in a way of its own; only pyaes.Counter is supported")
