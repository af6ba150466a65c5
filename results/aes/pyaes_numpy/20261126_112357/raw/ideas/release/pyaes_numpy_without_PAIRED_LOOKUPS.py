"""numpy: every operation works on all blocks of the message, and a look-up answers for two bytes.

The state of all blocks is one array of four columns, so a round is a dozen calls of numpy however long the message is,
where the rungs in pure Python execute hundreds of instructions of the interpreter for every block:

- A look-up takes two bytes at once, as an index of 16 bits: a T-table of 65,536 words is the xor of two of upstream's.
  That halves the look-ups. Two masks bring all pairs into place, since ShiftRows takes row 1 from one column further
  on than row 0, and row 3 from one further than row 2.
- Look-ups are made by `take`, which widens an index of 16 bits several times faster than the brackets do.
- Messages of more than 8,192 blocks are encrypted in parts, so that what lies between two calls stays in the cache.

T-tables and their place in a round are those of pyaes (J. Daemen, V. Rijmen, "The Design of Rijndael", 2002, 4.2).
The cost: numpy, its import, and 640 KiB of tables made at import, which want a large second-level cache. What is left of
the interpreter hardly matters, so the debug build loses little here: the time goes into gathering words from tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from pyaes import AES

from bench.aes._keys import expand_key
from bench.aes._stream import BLOCK, COUNTERS, Batches

if TYPE_CHECKING:
    from pyaes import Counter

REQUIRES = ("numpy",)
IDEAS = {
    "BLOCKS_AT_ONCE": (16, "thousands of blocks in one array operation, not 16"),
    "PAIRED_LOOKUPS": (False, "one look-up for two bytes, in tables of 65,536 words"),
    "TAKE": (False, "look-ups by take, not by brackets"),
}
BLOCKS_AT_ONCE = 8192
PAIRED_LOOKUPS = False
TAKE = True

Columns = NDArray[np.uint32]  #: shape (4, blocks): a word per column, row 0 in its lowest byte
Pairs = NDArray[np.uint16]  #: shape (4, blocks, 2): two bytes of a column, as an index
WORD = np.dtype("<u4")
EVEN_ROWS, ODD_ROWS = np.uint32(0x00FF00FF), np.uint32(0xFF00FF00)
UPPER_ROWS = np.uint32(0xFFFF0000)
NEXT, TWO_ON = np.array([1, 2, 3, 0]), np.array([2, 3, 0, 1])  #: columns


def _rows_first(words: Sequence[int]) -> Columns:
    """Turn big-endian words, as pyaes has them, into words whose lowest byte is row 0."""
    return np.array(words, ">u4").view(WORD)


def _pairs(low: NDArray[np.uint32], high: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Join two tables of 256 into one of 65,536, whose index has that of `low` in its low byte."""
    return (high[:, None] ^ low).reshape(-1)


T = [_rows_first(table) for table in (AES.T1, AES.T2, AES.T3, AES.T4)]  # by row
T01, T23 = _pairs(T[0], T[1]), _pairs(T[2], T[3])
S_BOX = bytes(AES.S)
S: NDArray[np.uint32] = np.array(AES.S, np.uint32)
SS = _pairs(S, S * 256).astype("<u2")


class AESModeOfOperationCTR(Batches):
    """pyaes' counter mode, many blocks at a time."""

    blocks_at_once = BLOCKS_AT_ONCE

    def __init__(self, key: bytes, counter: Counter | None = None) -> None:
        super().__init__(key, counter)
        self._round_keys = _rows_first(expand_key(key, S_BOX)).reshape(-1, 4, 1)

    def _encrypt_batch(self, text: bytes, first: int) -> bytes:
        blocks = len(text) // BLOCK
        state = _counters(first, blocks) ^ self._round_keys[0]
        for key in self._round_keys[1:-1]:
            state = _round(state, key)
        stream = np.empty((blocks, 4), WORD)
        for i, column in enumerate(_last_round(state, self._round_keys[-1])):
            stream[:, i] = column
        stream ^= np.frombuffer(text, WORD).reshape(-1, 4)
        return stream.tobytes()


def _counters(first: int, count: int) -> Columns:
    """Return `count` counters. At most one of them carries into the upper three words."""
    low = first % 2**32
    carry = 2**32 - low
    state = np.empty((4, count), WORD)
    state[:, :carry] = _words(first)
    state[:, carry:] = _words(first + carry)
    state[3] = (low + np.arange(count, dtype=np.uint64)).astype(">u4").view(WORD)
    return state


def _words(counter: int) -> Columns:
    return np.frombuffer((counter % COUNTERS).to_bytes(BLOCK, "big"), WORD).reshape(4, 1)


def _look_up(table: NDArray[Any], index: NDArray[Any]) -> NDArray[Any]:
    return table.take(index, mode="clip") if TAKE else table[index]  # no index is out of range: clip only saves a check


def _round(state: Columns, key: Columns) -> Columns:
    """SubBytes, ShiftRows and MixColumns by T-tables, then the round key (shape (4, 1))."""
    new: Columns
    if PAIRED_LOOKUPS:
        pairs = _shifted_pairs(state)
        new, rest = _look_up(T01, pairs[:, :, 0]), _look_up(T23, pairs[:, :, 1])
        new[:2] ^= rest[2:]
        new[2:] ^= rest[:2]
    else:
        rows = state.view(np.uint8).reshape(4, -1, 4)
        new = _look_up(T[0], rows[:, :, 0])
        for row in (1, 2, 3):
            new ^= np.roll(_look_up(T[row], rows[:, :, row]), -row, axis=0)
    new ^= key
    return new


def _shifted_pairs(state: Columns) -> Pairs:
    """Return shape (4, blocks, 2): rows 0 and 1 of each column after ShiftRows, then rows 2 and 3 of two columns on."""
    pairs: Columns = state[NEXT]
    pairs &= ODD_ROWS
    pairs |= state & EVEN_ROWS
    return pairs.view("<u2").reshape(4, -1, 2)


def _last_round(state: Columns, key: Columns) -> Columns:
    """SubBytes, ShiftRows and the key: the last round mixes no columns."""
    substituted = _look_up(SS, _shifted_pairs(state)).view(WORD).reshape(4, -1)
    upper: Columns = substituted[TWO_ON]
    upper ^= substituted
    upper &= UPPER_ROWS
    upper ^= substituted
    upper ^= key
    return upper
