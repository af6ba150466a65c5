"""The block function compiled by numba, called from Python once per block.

Tables and round keys are numpy arrays, so that numba can compile upstream's rounds to machine code, in which the four
columns stay in registers; the tables become constants of the compiled code. Everything around it is still Python: the
caller's counter is read and incremented, and a block function called, once for every 16 bytes.

That boundary is now nearly all of the time: wrapping the counter in an array, slicing the output and handing three
arrays to compiled code take more than ten times as long as the cipher itself. The cost is numba: its import, and a
second or two for the compiler in the first call of the first process; `cache=True` keeps the result for later ones.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray
from pyaes import AES, Counter

REQUIRES = ("numba", "numpy")

T1, T2, T3, T4, S = (np.array(table, np.uint32) for table in (AES.T1, AES.T2, AES.T3, AES.T4, AES.S))


@njit(cache=True)
def _encrypt_block(block: NDArray[np.uint8], keys: NDArray[np.uint32], out: NDArray[np.uint8]) -> None:
    """Encrypt the 16 bytes of `block` into `out`. `keys` has a row for every round and a word for every column."""
    a, b, c, d = keys[0]
    for i in range(4):
        shift = 24 - 8 * i
        a ^= block[i] << shift
        b ^= block[4 + i] << shift
        c ^= block[8 + i] << shift
        d ^= block[12 + i] << shift
    for k in keys[1:-1]:
        a, b, c, d = (
            T1[a >> 24] ^ T2[b >> 16 & 255] ^ T3[c >> 8 & 255] ^ T4[d & 255] ^ k[0],
            T1[b >> 24] ^ T2[c >> 16 & 255] ^ T3[d >> 8 & 255] ^ T4[a & 255] ^ k[1],
            T1[c >> 24] ^ T2[d >> 16 & 255] ^ T3[a >> 8 & 255] ^ T4[b & 255] ^ k[2],
            T1[d >> 24] ^ T2[a >> 16 & 255] ^ T3[b >> 8 & 255] ^ T4[c & 255] ^ k[3],
        )
    k = keys[-1]  # the last round mixes no columns
    words = (
        (S[a >> 24] << 24 | S[b >> 16 & 255] << 16 | S[c >> 8 & 255] << 8 | S[d & 255]) ^ k[0],
        (S[b >> 24] << 24 | S[c >> 16 & 255] << 16 | S[d >> 8 & 255] << 8 | S[a & 255]) ^ k[1],
        (S[c >> 24] << 24 | S[d >> 16 & 255] << 16 | S[a >> 8 & 255] << 8 | S[b & 255]) ^ k[2],
        (S[d >> 24] << 24 | S[a >> 16 & 255] << 16 | S[b >> 8 & 255] << 8 | S[c & 255]) ^ k[3],
    )
    for i in range(16):
        out[i] = words[i // 4] >> (24 - 8 * (i % 4)) & 255


class AESModeOfOperationCTR:
    """pyaes' counter mode: a stream, so calls may have any length and continue where the last one stopped."""

    def __init__(self, key: bytes, counter: Counter | None = None) -> None:
        # pyaes keeps round keys as signed integers, some of more than 32 bits: the excess never reaches the output.
        self._round_keys = np.array(AES(key)._Ke, np.int64).astype(np.uint32)
        self._counter = Counter() if counter is None else counter
        self._keystream: NDArray[np.uint8] = np.empty(0, np.uint8)  # left over from the last block of the last call

    def encrypt(self, plaintext: bytes) -> bytes:
        """Return `plaintext` xor the next bytes of the key stream."""
        text = np.frombuffer(plaintext, np.uint8)
        missing = max(0, len(text) - len(self._keystream))
        keystream = np.concatenate([self._keystream, self._blocks((missing + 15) // 16)])
        self._keystream = keystream[len(text) :]
        return bytes(text ^ keystream[: len(text)])

    def decrypt(self, ciphertext: bytes) -> bytes:
        """Counter mode is its own inverse."""
        return self.encrypt(ciphertext)

    def _blocks(self, count: int) -> NDArray[np.uint8]:
        """Encrypt the next `count` values of the counter."""
        stream = np.empty((count, 16), np.uint8)
        for out in stream:
            block = np.frombuffer(bytes(self._counter.value), np.uint8, 16)  # raises if short: numba checks no bounds
            _encrypt_block(block, self._round_keys, out)
            self._counter.increment()
        return stream.reshape(-1)
