"""Another job of the family: throughput by message size, from one block to more than any cache holds.

A message is encrypted by a fresh object, so its key schedule is part of the time, which is nearly all of a block's and
nothing of 64 MiB. Importing this module needs the standard library only.
"""

from __future__ import annotations

import hashlib
from time import perf_counter
from types import ModuleType
from typing import Any, NamedTuple

from bench.aes import oracle
from bench.errors import Unsupported, WrongAnswer
from bench.model import Series, Workload

SIZES = {"16 B": 16, "23 kB": 23_000, "1 MiB": 1 << 20, "64 MiB": 1 << 26}  # bytes
KEY = bytes.fromhex("2b7e151628aed2a6abf7158809cf4f3c")  # SP 800-38A's
PERIOD = hashlib.shake_256(b"a text without a pattern of blocks").digest(4099)  # a prime number of bytes
BLOCK = 16  # bytes
ENDS = 20  #: blocks at the beginning and at the end that are checked: more than any variant has in flight
BETWEEN = 24  #: blocks that are checked in between, spread evenly


class Point(NamedTuple):
    """One message."""

    size: int  #: bytes
    into_buffer: bool  #: written into the caller's buffer, not returned as new bytes


POINTS = {name: Point(size, False) for name, size in SIZES.items()} | {
    f"{name}, into a buffer": Point(size, True) for name, size in SIZES.items()
}


def prepare(variant: ModuleType, point: Point) -> Workload:
    """Return a workload that encrypts one message with a fresh object in each loop."""
    return _into_buffer(variant, point.size) if point.into_buffer else _new_bytes(variant, point.size)


def text(start: int, end: int) -> bytes:
    """Return bytes `start` to `end` of the message, which is the same for all sizes."""
    first = start // len(PERIOD)
    return (PERIOD * (end // len(PERIOD) - first + 1))[start - first * len(PERIOD) : end - first * len(PERIOD)]


def _new_bytes(variant: ModuleType, size: int) -> Workload:
    make, plaintext = variant.AESModeOfOperationCTR, text(0, size)
    answers: list[bytes] = []

    def run(loops: int) -> float:
        start = perf_counter()
        for _ in range(loops):
            made = make(KEY).encrypt(plaintext)
        seconds = perf_counter() - start
        answers[:] = [made]
        return seconds

    return Workload(run, lambda: answers[0])


def _into_buffer(variant: ModuleType, size: int) -> Workload:
    make, plaintext = variant.AESModeOfOperationCTR, text(0, size)
    if not hasattr(make, "encrypt_into"):
        raise Unsupported(
            "it returns new bytes only",
            "A variant whose class has encrypt_into(plaintext, out) has these points.",
        )
    ready = b"\xff" * size
    buffer = bytearray(ready)  # written to, so that its pages exist: a bytearray of zeros has none yet

    def run(loops: int) -> float:
        buffer[:] = ready  # what an earlier call wrote is no answer of this one
        start = perf_counter()
        for _ in range(loops):
            make(KEY).encrypt_into(plaintext, buffer)
        return perf_counter() - start

    return Workload(run, lambda: buffer)


def check(answer: Any, point: Point) -> float:
    """Hold the length and sampled blocks against the oracle's own AES, which is too slow for all of 64 MiB.

    The samples are the first and the last blocks and some in between, at odd distances, so that they fall on every
    place within a register.
    """
    if len(answer) != point.size:
        raise WrongAnswer(f"the cipher text has {len(answer)} bytes, and the text {point.size}")
    for block in sampled(point.size):
        start, end = block * BLOCK, min((block + 1) * BLOCK, point.size)
        if bytes(answer[start:end]) != oracle.reference(KEY, 1 + block, text(start, end)):
            raise WrongAnswer(f"the cipher text is wrong in block {block} of {point.size} bytes")
    return 0.0


def sampled(size: int) -> list[int]:
    """Return the numbers of the blocks that are checked of a message of `size` bytes."""
    blocks = -(-size // BLOCK)
    distance = max(1, blocks // BETWEEN) | 1
    return sorted({*range(min(ENDS, blocks)), *range(0, blocks, distance), *range(max(0, blocks - ENDS), blocks)})


SERIES = Series(
    title="Throughput by message size",
    summary="One message encrypted by a fresh object, its key schedule included. New bytes include making the object "
    "that is returned, and for large ones the pages of its memory; a buffer is the caller's, and its pages exist.",
    points=POINTS,
    work={name: (float(point.size), "byte") for name, point in POINTS.items()},
    prepare=prepare,
    check=check,
)
