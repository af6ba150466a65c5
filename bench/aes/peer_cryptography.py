"""OpenSSL's AES through the `cryptography` package: what most Python programs call.

A new `Cipher` and encryptor for every object, as the job demands, so each makes its key schedule. OpenSSL chooses its
code by the CPU, as the upper rungs here do: AES-NI or VAES, written in assembly. For a short message the objects
around it take nearly all of the time. Not ours: a library on the same task.

Source: https://cryptography.io/en/latest/hazmat/primitives/symmetric-encryption/
"""

from __future__ import annotations

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR
from pyaes import Counter

from bench.aes._peer import FIRST, Follower

REQUIRES = ("cryptography",)
KIND = "peer"


class AESModeOfOperationCTR:
    """pyaes' counter mode, a stream."""

    __slots__ = ("_cipher", "_follow")

    def __init__(self, key: bytes, counter: Counter | None = None) -> None:
        self._follow = None if counter is None else Follower(counter)
        self._cipher = Cipher(AES(key), CTR(FIRST if counter is None else bytes(counter.value))).encryptor()

    def encrypt(self, plaintext: bytes) -> bytes:
        """Return `plaintext` xor the next bytes of the key stream."""
        if self._follow is not None:
            self._follow(len(plaintext))
        return self._cipher.update(plaintext)

    decrypt = encrypt  # counter mode is its own inverse

    def encrypt_into(self, plaintext: bytes, out: bytearray | memoryview) -> None:
        """Write what `encrypt` returns into `out`, a writable buffer of the same size."""
        if self._follow is not None:
            self._follow(len(plaintext))
        self._cipher.update_into(plaintext, out)
