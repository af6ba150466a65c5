"""AES-128 in counter mode: pyperformance's `crypto_pyaes`.

The job is upstream's: a fresh cipher object (and so a fresh key schedule) encrypts 23,000 bytes, and another one
decrypts them. A variant is a module that defines `AESModeOfOperationCTR` with the interface of pyaes.
"""

from __future__ import annotations

import hashlib
from types import ModuleType
from typing import Any

from bench import upstream
from bench.aes import _limit, _series, oracle
from bench.errors import WrongAnswer
from bench.model import Family, Workload

SIZES = {"full": 23_000, "small": 1_000}  # bytes of clear text


def prepare(variant: ModuleType, size: int) -> Workload:
    """Substitute `variant` into upstream's own `bench_pyaes`, which raises unless decrypting gives the text back."""
    bench: Any = upstream.load("crypto_pyaes")
    bench.pyaes = variant  # upstream looks the class up here
    bench.CLEARTEXT = bench.CLEARTEXT[:size]

    def answer() -> bytes:
        """Upstream drops its cipher text, so the same class makes it once more, outside the region."""
        ciphertext: bytes = variant.AESModeOfOperationCTR(bench.KEY).encrypt(bench.CLEARTEXT)
        return ciphertext

    key = bench.KEY

    def vary(number: int) -> None:
        """Change the key: nothing computed for another one is of use."""
        bench.KEY = bytes([key[0] ^ number, *key[1:]])

    return Workload(upstream.checked(bench.bench_pyaes), answer, vary)


def accept(ciphertext: bytes, size: int) -> None:
    """Hold the cipher text of the workload against the published-algorithm answer."""
    if size == SIZES["full"] and digest(ciphertext) != oracle.EXPECTED_SHA256:
        raise WrongAnswer(
            f"the cipher text of the workload has sha256 {digest(ciphertext)[:16]}…, not the expected one"
        )


def digest(ciphertext: bytes) -> str:
    return hashlib.sha256(ciphertext).hexdigest()


FAMILY = Family(
    summary="AES-128-CTR: 23,000 bytes encrypted, then decrypted",
    upstream="crypto_pyaes",
    baseline="pyaes_clean",
    entry="AESModeOfOperationCTR",
    kernel="pyaes.aes:AES.encrypt",
    sizes=SIZES,
    work={name: (2.0 * size, "byte") for name, size in SIZES.items()},
    prepare=prepare,
    check=oracle.check,
    accept=accept,
    digest=digest,
    limit=_limit.LIMIT,
    series=_series.SERIES,
)
