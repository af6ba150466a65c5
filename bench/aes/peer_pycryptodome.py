"""PyCryptodome's AES: the usual alternative to `cryptography`.

A new cipher object for every message, as the job demands. Its C code encrypts with AES-NI where the CPU has it, eight
blocks at a time, and is called through cffi or ctypes. Not ours: a library on the same task.

Source: https://pycryptodome.readthedocs.io/en/latest/src/cipher/classic.html#ctr-mode
"""

from __future__ import annotations

from Crypto.Cipher import AES
from pyaes import Counter

from bench.aes._peer import FIRST, Follower

REQUIRES = ("pycryptodome",)
KIND = "peer"


class AESModeOfOperationCTR:
    """pyaes' counter mode, a stream."""

    __slots__ = ("_cipher", "_follow")

    def __init__(self, key: bytes, counter: Counter | None = None) -> None:
        self._follow = None if counter is None else Follower(counter)
        first = FIRST if counter is None else bytes(counter.value)
        self._cipher = AES.new(key, AES.MODE_CTR, nonce=b"", initial_value=first)

    def encrypt(self, plaintext: bytes) -> bytes:
        """Return `plaintext` xor the next bytes of the key stream."""
        if self._follow is not None:
            self._follow(len(plaintext))
        made: bytes = self._cipher.encrypt(plaintext)
        return made

    decrypt = encrypt  # counter mode is its own inverse

    def encrypt_into(self, plaintext: bytes, out: bytearray | memoryview) -> None:
        """Write what `encrypt` returns into `out`, a writable buffer of the same size."""
        if self._follow is not None:
            self._follow(len(plaintext))
        self._cipher.encrypt(plaintext, output=out)
