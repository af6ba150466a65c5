"""Bit-slicing once more, compiled by numba: the circuit of pyaes_bitslice on the CPU's vector registers.

The T-tables of pyaes_numba are bound by loads: a CPU makes two or three of them a cycle, and each looks up one byte. A
gate of the circuit is one instruction for as many bits as a register has, 128 to 512:

- Planes are arrays of 64-bit words, one for each bit, row and column. Every loop does the same to each of its words, and
  LLVM makes vector instructions of that, as wide as it finds fit (with AVX-512VL, one of them makes two gates).
- A batch is 256 blocks: a plane of a byte fills one or two registers, and the two states of 4 KiB the first-level cache.
- Rows and columns are words of their own, so ShiftRows is a copy, and no round shifts any bit.
- Planes become bytes by two transpositions of 8 by 8, of bits and then of bytes, which run on vectors as well.
- Bytes of the counter that are the same in the whole batch are filled in, not transposed.

Bit-slicing in vector registers: E. Käsper, P. Schwabe, "Faster and timing-attack resistant AES-GCM" (CHES 2009). The
source of the circuit is named in pyaes_bitslice. Only the key schedule looks up tables.
The cost is that of pyaes_numba, and that one block takes as long as 256.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from bench.aes._stream import COUNTERS, Stream
from bench.aes.pyaes_bitslice import CIRCUIT, INVERTED
from bench.aes.pyaes_numba import TABLES, _expand

REQUIRES = ("numba", "numpy")
IDEAS = {
    "BLOCKS_AT_ONCE": (64, "as many blocks at once as fill vectors, not one word"),
    "FILL_CONSTANT_BYTES": (False, "bytes that all counters share are filled in, not transposed"),
}
BLOCKS_AT_ONCE = 256
FILL_CONSTANT_BYTES = True

Words = NDArray[np.uint64]
WORDS = BLOCKS_AT_ONCE // 64  #: of a bit of a byte of the state: each has a bit per block
ROW = 4 * WORDS  #: words of one bit of the four columns of a row
PLANE = 4 * ROW
STATE = 8 * PLANE  #: words of a state: bit 0 to bit 7 (the highest), by row, by column
#: Of a transposition, by the bits of its items: those that stay, for items 4, 2 and 1 places apart.
MASKS = {
    1: (0x0F0F0F0F0F0F0F0F, 0x3333333333333333, 0x5555555555555555),
    8: (0x00000000FFFFFFFF, 0x0000FFFF0000FFFF, 0x00FF00FF00FF00FF),
}


def _loop(name: str, arguments: str, statements: list[str]) -> Any:
    """Compile `statements` for i from `before` on, for each word of one bit of one byte of the state."""
    body = "; ".join(statements)
    names: dict[str, Any] = {"np": np}
    exec(f"def {name}({arguments}):\n for word in range({WORDS}): i=before+np.uint64(word); {body}", names)
    return njit()(names[name])


def _at(bit: int, row: int = 0, half: int = 0) -> str:
    return f"planes[i+np.uint64({half * STATE + bit * PLANE + row * ROW})]"


def _substitution() -> list[str]:
    """SubBytes in place. The circuit counts bits from the highest."""
    return [*(f"x{7 - k}={_at(k)}" for k in range(8)), *CIRCUIT.split(), *(f"{_at(k)}=s{7 - k}" for k in range(8))]


def _mixing(row: int) -> list[str]:
    """MixColumns and the key for one row, from the second half into the first: 2 * (r + next) + next + two after."""
    rows = [(row + down) % 4 for down in range(4)]
    steps = [f"b{k}={_at(k, rows[1], 1)}; d{k}={_at(k, rows[0], 1)}^b{k}" for k in range(8)]
    for k in range(8):
        doubled = f"d{(k - 1) % 8}" + ("^d7" if k in (1, 3, 4) else "")  # x^8 is x^4 + x^3 + x + 1
        steps.append(f"{_at(k, row)}={doubled}^b{k}^{_at(k, rows[2], 1)}^{_at(k, rows[3], 1)}^k{k}")
    return steps


def _transposition(size: int) -> list[str]:
    """Swap item i of word j with item j of word i, for the words v0 to v7: bits of each byte, or (`size` 8) bytes."""
    steps = []
    for distance, mask in zip((4, 2, 1), MASKS[size], strict=True):
        for a in (j for j in range(8) if not j & distance):
            b, shift = a + distance, f"np.uint64({distance * size})"
            steps.append(f"t=(v{a}>>{shift}^v{b})&np.uint64({mask}); v{b}^=t; v{a}^=t<<{shift}")
    return steps


_substitute = _loop("substitute", "planes,before", _substitution())
_mix_0, _mix_1, _mix_2, _mix_3 = (
    _loop("mix", "planes,before," + ",".join(f"k{k}" for k in range(8)), _mixing(row)) for row in range(4)
)
#: Turn the planes of one byte of the state into 8 words of such bytes, or back.
_transpose_bits = _loop(
    "transpose",
    "planes,before",
    [*(f"v{k}={_at(k)}" for k in range(8)), *_transposition(1), *(f"{_at(k)}=v{k}" for k in range(8))],
)
#: Gather 8 bytes of the state, two columns, of 8 blocks.
_gather_bytes = _loop(
    "gather",
    "planes,before,stream,to",
    [
        *(f"v{k}=planes[i+np.uint64({k % 4 * ROW + k // 4 * WORDS})]" for k in range(8)),
        *_transposition(8),
        *(f"stream[to+np.uint64(16*word+{2 * k})]=v{k}" for k in range(8)),
    ],
)


@njit()
def _substitute_all(planes: Words) -> None:
    for before in range(0, PLANE, WORDS):
        _substitute(planes, np.uint64(before))


@njit()
def _shift_rows(planes: Words) -> None:
    """Copy the first half to the second, where column c of row r comes from column c + r."""
    for plane in range(0, STATE, PLANE):
        for row in range(4):
            for column in range(4):
                old = np.uint64(plane + row * ROW + (column + row) % 4 * WORDS)
                new = np.uint64(STATE + plane + row * ROW + column * WORDS)
                for word in range(WORDS):
                    planes[new + np.uint64(word)] = planes[old + np.uint64(word)]


@njit()
def _mix_columns(planes: Words, key: Words) -> None:
    for column in range(4):
        b = np.uint64(column * WORDS)
        k = key[32 * column : 32 * column + 32]
        _mix_0(planes, b, k[0], k[1], k[2], k[3], k[4], k[5], k[6], k[7])
        _mix_1(planes, b, k[8], k[9], k[10], k[11], k[12], k[13], k[14], k[15])
        _mix_2(planes, b, k[16], k[17], k[18], k[19], k[20], k[21], k[22], k[23])
        _mix_3(planes, b, k[24], k[25], k[26], k[27], k[28], k[29], k[30], k[31])


@njit()
def _key_planes(keys: NDArray[np.uint32]) -> Any:
    """Turn words of round keys into words of zeros or ones, in shape (rounds + 1, 128): by column, row and bit."""
    planes = np.empty((len(keys) // 4, 128), np.uint64)
    for i in range(len(planes)):
        for byte in range(16):
            content = keys[4 * i + byte // 4] >> 8 * (byte % 4) ^ (INVERTED if i else 0)
            for k in range(8):
                planes[i, 8 * byte + k] = np.uint64(0) - np.uint64(content >> k & 1)
    return planes


@njit()
def _load_counters(planes: Words, high: Any, low: Any) -> None:
    """Fill the first half with counters from `high`, `low` (64 bits each) on.

    Bit j of byte i of a plane's column belongs to block j * BLOCKS_AT_ONCE / 8 + i.
    """
    last_low = low + np.uint64(BLOCKS_AT_ONCE - 1)
    last_high = high + np.uint64(last_low < low)
    for byte in range(16):
        before, shift = np.uint64(byte % 4 * ROW + byte // 4 * WORDS), np.uint64(8 * (7 - byte % 8))
        first, last = (high, last_high) if byte < 8 else (low, last_low)
        if first >> shift == last >> shift and FILL_CONSTANT_BYTES:
            for k in range(8):
                for word in range(WORDS):
                    bit = first >> shift + np.uint64(k) & np.uint64(1)
                    planes[before + np.uint64(k * PLANE + word)] = np.uint64(0) - bit
        else:
            for k in range(8):
                for word in range(WORDS):
                    at = before + np.uint64(k * PLANE + word)
                    planes[at] = _eight_bytes(byte, shift, high, low, np.uint64(8 * (k * WORDS + word)))
            _transpose_bits(planes, before)


@njit()
def _eight_bytes(byte: int, shift: Any, high: Any, low: Any, block: Any) -> Any:
    """Return one byte of the counters of eight blocks, from `block` on."""
    word = np.uint64(0)
    for i in range(8):
        block_low = low + block + np.uint64(i)
        half = high + np.uint64(block_low < low) if byte < 8 else block_low
        word |= (half >> shift & np.uint64(0xFF)) << np.uint64(8 * i)
    return word


@njit()
def _add_key(planes: Words, start: Any, key: Words) -> None:
    for byte in range(16):
        for k in range(8):
            before = start + np.uint64(byte % 4 * ROW + byte // 4 * WORDS + k * PLANE)
            for word in range(WORDS):
                planes[before + np.uint64(word)] ^= key[8 * byte + k]


@njit()
def _store_bytes(planes: Words, stream: Words) -> None:
    """Turn the second half into bytes, in the order of blocks."""
    for before in range(STATE, STATE + PLANE, WORDS):
        _transpose_bits(planes, np.uint64(before))
    for k in range(8):
        for columns in range(2):
            before = np.uint64(STATE + k * PLANE + columns * 2 * WORDS)
            _gather_bytes(planes, before, stream, np.uint64(16 * k * WORDS + columns))


@njit(cache=True)
def _encrypt(tables: NDArray[np.uint32], key: bytes, text: bytes, out: NDArray[np.uint8], high: Any, low: Any) -> None:
    """Xor `text`, of whole blocks, with the key stream from the counter `high`, `low` (64 bits each) into `out`."""
    keys = _key_planes(_expand(tables, key))
    planes, stream = np.empty(2 * STATE, np.uint64), np.empty(2 * BLOCKS_AT_ONCE, np.uint64)
    source, result = np.frombuffer(text, np.uint64), out.view(np.uint64)
    for start in range(0, len(source), 2 * BLOCKS_AT_ONCE):
        _load_counters(planes, high, low)
        _add_key(planes, np.uint64(0), keys[0])
        for i in range(1, len(keys)):
            _substitute_all(planes)
            _shift_rows(planes)
            if i < len(keys) - 1:
                _mix_columns(planes, keys[i])
        _add_key(planes, np.uint64(STATE), keys[-1])
        _store_bytes(planes, stream)
        for i in range(min(2 * BLOCKS_AT_ONCE, len(source) - start)):
            result[start + i] = source[start + i] ^ stream[i]
        low += np.uint64(BLOCKS_AT_ONCE)
        high += np.uint64(low < BLOCKS_AT_ONCE)


class AESModeOfOperationCTR(Stream):
    """pyaes' counter mode, a message at a time."""

    def _encrypt_blocks(self, text: bytes, first: int) -> bytes:
        out = np.empty(len(text), np.uint8)
        high, low = divmod(first, COUNTERS >> 64)
        _encrypt(TABLES, self._key, text, out, np.uint64(high), np.uint64(low))
        return out.tobytes()
