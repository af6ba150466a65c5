"""Pure Python: attributes bound to locals, inner loop unrolled.

The algorithm is upstream's: pyaes' key schedule, then four T-table look-ups per column and round, one block at a time,
the caller's counter read and incremented for every block. What changed is how Python is asked to do it:

- The four columns of a round are written out and live in local variables. Upstream keeps them in lists and loops over
  them: for every byte it computes an index modulo 4 and reads a list, and it copies a list for every round.
- The tables are bound once per call. Upstream looks up `self.T1` and its kin for every byte: not found in the instance,
  then found in the class.
- One `struct` call takes the columns apart into 16 bytes, where upstream shifts and masks each of them. Words of more
  than 30 bits are two digits long in CPython, so every shift is a function call and a new integer.
- For the same reason the round keys are made unsigned: upstream's are negative half of the time, and CPython forms the
  two's complement of negative integers before each bitwise operation.

The cost: the round is four long lines with a fixed number of columns, to be checked by eye against FIPS-197.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from pyaes import AES, Counter

_COLUMNS = struct.Struct(">4I")  # a block is four columns, a column is a big-endian word
_S_BOX = bytes(AES.S)


class AESModeOfOperationCTR:
    """pyaes' counter mode: a stream, so calls may have any length and continue where the last one stopped."""

    def __init__(self, key: bytes, counter: Counter | None = None) -> None:
        self._round_keys = [[word & 0xFFFFFFFF for word in words] for words in AES(key)._Ke]
        self._counter = Counter() if counter is None else counter
        self._keystream = b""  # left over from the last block of the last call

    def encrypt(self, plaintext: bytes) -> bytes:
        """Return `plaintext` xor the next bytes of the key stream."""
        missing = len(plaintext) - len(self._keystream)
        keystream = self._keystream + b"".join(self._blocks((missing + 15) // 16))
        self._keystream = keystream[len(plaintext) :]
        return bytes([p ^ k for p, k in zip(plaintext, keystream, strict=False)])

    def decrypt(self, ciphertext: bytes) -> bytes:
        """Counter mode is its own inverse."""
        return self.encrypt(ciphertext)

    def _blocks(self, count: int) -> Iterator[bytes]:
        """Encrypt the next `count` values of the counter; none if that is negative."""
        first, *middle, last = self._round_keys
        k0, k1, k2, k3 = first
        last_key = int.from_bytes(_COLUMNS.pack(*last), "big")
        T1, T2, T3, T4 = AES.T1, AES.T2, AES.T3, AES.T4  # noqa: N806  # as pyaes and the literature name them
        counter, pack, unpack = self._counter, _COLUMNS.pack, _COLUMNS.unpack
        for _ in range(count):
            a, b, c, d = unpack(bytes(counter.value))
            counter.increment()
            a, b, c, d = a ^ k0, b ^ k1, c ^ k2, d ^ k3
            for k in middle:
                a0, a1, a2, a3, b0, b1, b2, b3, c0, c1, c2, c3, d0, d1, d2, d3 = pack(a, b, c, d)
                a = T1[a0] ^ T2[b1] ^ T3[c2] ^ T4[d3] ^ k[0]
                b = T1[b0] ^ T2[c1] ^ T3[d2] ^ T4[a3] ^ k[1]
                c = T1[c0] ^ T2[d1] ^ T3[a2] ^ T4[b3] ^ k[2]
                d = T1[d0] ^ T2[a1] ^ T3[b2] ^ T4[c3] ^ k[3]
            # The last round mixes no columns: substitute, shift the rows, add the key.
            a0, a1, a2, a3, b0, b1, b2, b3, c0, c1, c2, c3, d0, d1, d2, d3 = pack(a, b, c, d).translate(_S_BOX)
            shifted = bytes((a0, b1, c2, d3, b0, c1, d2, a3, c0, d1, a2, b3, d0, a1, b2, c3))
            yield (int.from_bytes(shifted, "big") ^ last_key).to_bytes(16, "big")
