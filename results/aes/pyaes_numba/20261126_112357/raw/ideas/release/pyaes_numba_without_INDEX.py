"""The whole message in one compiled call: key schedule, counters, T-tables and the text's xor, by numba.

A rung below this one compiles the block function and calls it once per block; what Python does around 16 bytes then
takes ten times as long as the cipher. Here Python makes one call per message, and all loops are inside it:

- The compiled code reads key and text as they are, expands the key, counts, and writes whole words.
- Counters of a message differ in few bytes, and until the second substitution these do not meet. So the first 256 blocks
  leave their state after round 2 in a table, from which later blocks take it with one xor for the bytes above the
  lowest. This is counter-mode caching (D. J. Bernstein, P. Schwabe, "New AES software speed records", INDOCRYPT 2008,
  section 4), within a call: the next one starts with nothing.
- The last round has tables of its own, with the S-box's bytes already at the place where they belong.
- Indices are unsigned. For signed ones numba adds the code that makes -1 the last element.

The cost: numba, its import, and some seconds for the compiler in the first call of the first process; `cache=True`
keeps the result for later ones. The loop is now bound by loads: 16 look-ups and 4 words of the key per round.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray
from pyaes import AES

from bench.aes._stream import BLOCK, COUNTERS, Stream

REQUIRES = ("numba", "numpy")
IDEAS = {
    "BLOCKS_PER_CALL": (1, "one compiled call for the message, not one for every block"),
    "SHARE_ROUNDS": (False, "rounds 1 and 2 once for what the counters of a message have in common"),
    "INDEX": ("int64", "unsigned indices, for which numba adds no code for negative ones"),
}
BLOCKS_PER_CALL = 1 << 40  # all of them
SHARE_ROUNDS = True
INDEX = 'int64'

index = getattr(np, INDEX)
Word = Any  #: uint32 or uint64
Columns = tuple[Word, Word, Word, Word]  #: the state of a block; row 0 of each in its lowest byte

LOWEST = np.uint64(0xFF)  #: the byte of a counter that the table of a message is made for
REACH = np.uint64((1 << 40) - 1)  #: the bytes that may change while that table is of use

#: Eight tables of 256 words: T-tables of rows 0 to 3, then the S-box at the place of rows 0 to 3.
TABLES = np.concatenate(
    [np.array(table, ">u4").view("<u4") for table in (AES.T1, AES.T2, AES.T3, AES.T4)]
    + [np.array(AES.S, "<u4") << 8 * row for row in range(4)]
).astype(np.uint32)
MIXED, PLAIN = 0, 1024  #: where the tables with and without MixColumns start


@njit()
def _mix(tables: NDArray[np.uint32], at: int, a: Word, b: Word, c: Word, d: Word) -> Word:
    """Xor the look-ups of row 0 of column `a` to row 3 of column `d`, in the four tables that start at `at`."""
    return (
        tables[at + (a & 255)]
        ^ tables[at + 256 + (b >> 8 & 255)]
        ^ tables[at + 512 + (c >> 16 & 255)]
        ^ tables[at + 768 + (d >> 24)]
    )


@njit()
def _round(tables: NDArray[np.uint32], at: int, state: Columns, keys: NDArray[np.uint32], i: int) -> Columns:
    """Return the columns after ShiftRows, the look-ups at `at`, and the round key whose first word is `keys[i]`."""
    a, b, c, d = state
    return (
        _mix(tables, at, a, b, c, d) ^ keys[index(i)],
        _mix(tables, at, b, c, d, a) ^ keys[index(i + 1)],
        _mix(tables, at, c, d, a, b) ^ keys[index(i + 2)],
        _mix(tables, at, d, a, b, c) ^ keys[index(i + 3)],
    )


@njit()
def _xor(x: Columns, y: Columns) -> Columns:
    return x[0] ^ y[0], x[1] ^ y[1], x[2] ^ y[2], x[3] ^ y[3]


@njit()
def _load(words: NDArray[np.uint32], i: int) -> Columns:
    return words[index(i)], words[index(i + 1)], words[index(i + 2)], words[index(i + 3)]


@njit()
def _store(words: NDArray[np.uint32], i: int, state: Columns) -> None:
    words[index(i)], words[index(i + 1)], words[index(i + 2)], words[index(i + 3)] = state


@njit()
def _column(number: Word) -> Word:
    """Turn the low 32 bits of `number` into a column: their highest byte is row 0."""
    word = np.uint32(number)
    return np.uint32(word >> 24 | word >> 8 & 0xFF00 | word << 8 & 0xFF0000 | word << 24)


@njit()
def _two_rounds(tables: NDArray[np.uint32], high: Word, low: Word, keys: NDArray[np.uint32]) -> Columns:
    """Return the state after round 2 of the block whose counter is `high` and `low`, 64 bits each."""
    state = _column(high >> 32), _column(high), _column(low >> 32), _column(low)
    state = _xor(state, _load(keys, 0))
    return _round(tables, MIXED, _round(tables, MIXED, state, keys, 4), keys, 8)


@njit()
def _expand(tables: NDArray[np.uint32], key: bytes) -> Any:
    """The key schedule (FIPS-197, 5.2) of 16, 24 or 32 bytes: four words to a round."""
    size = len(key) // 4
    keys = np.empty(4 * (size + 7), np.uint32)
    keys[:size] = np.frombuffer(key, np.uint32)
    constant = 1
    for i in range(size, len(keys)):
        word = keys[i - 1]
        if i % size == 0:
            rotated = np.uint32(word >> 8 | word << 24)
            word = _mix(tables, PLAIN, rotated, rotated, rotated, rotated) ^ np.uint32(constant)
            constant = constant << 1 ^ (0x11B if constant & 0x80 else 0)
        elif size > 6 and i % size == 4:
            word = _mix(tables, PLAIN, word, word, word, word)
        keys[i] = keys[i - size] ^ word
    return keys


@njit(cache=True)
def _encrypt(
    tables: NDArray[np.uint32], key: bytes, text: bytes, out: NDArray[np.uint8], high: Word, low: Word
) -> None:
    """Xor `text`, of whole blocks, with the key stream from the counter `high`, `low` (64 bits each) into `out`."""
    keys = _expand(tables, key)
    words, result = np.frombuffer(text, np.uint32), out.view(np.uint32)
    last = len(keys) - 4
    table = np.empty(4 * 256, np.uint32)  # the state after round 2 by the lowest byte of the counter
    filled = 256
    origin = group = (np.uint32(0), np.uint32(0), np.uint32(0), np.uint32(0))
    for i in range(0, len(words), 4):
        row = 4 * (low & LOWEST)
        if SHARE_ROUNDS:
            if i == 0 or low & REACH == 0:
                filled, origin = 0, _two_rounds(tables, high, low & ~LOWEST, keys)
            if i == 0 or row == 0:  # what the bytes above the lowest have changed since then
                group = _xor(origin, _two_rounds(tables, high, low & ~LOWEST, keys))
        if SHARE_ROUNDS and filled == 256:
            state = _xor(_load(table, row), group)
        else:
            state = _two_rounds(tables, high, low, keys)
            _store(table, row, _xor(state, group))
            filled += 1
        for k in range(12, last, 4):
            state = _round(tables, MIXED, state, keys, k)
        _store(result, i, _xor(_load(words, i), _round(tables, PLAIN, state, keys, last)))
        low += np.uint64(1)
        high += np.uint64(low == 0)


class AESModeOfOperationCTR(Stream):
    """pyaes' counter mode, a message at a time."""

    def _encrypt_blocks(self, text: bytes, first: int) -> bytes:
        out = np.empty(len(text), np.uint8)
        for start in range(0, len(text), BLOCK * BLOCKS_PER_CALL):
            end = start + BLOCK * BLOCKS_PER_CALL
            high, low = divmod((first + start // BLOCK) % COUNTERS, 1 << 64)
            _encrypt(TABLES, self._key, text[start:end], out[start:end], np.uint64(high), np.uint64(low))
        return out.tobytes()
