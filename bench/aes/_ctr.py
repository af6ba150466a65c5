"""pyaes' counter mode around compiled code, and what takes its place on a CPU without AES instructions.

`best` is all that a variant needs: it tries register widths in turn, then the family's variants in software.
"""

from __future__ import annotations

import importlib
import struct
from collections.abc import Sequence
from typing import Any

from pyaes import AES, Counter

from bench.aes import _kernel, _llvm, _native
from bench.aes._keys import expand_key
from bench.aes._stream import refuse_other_increments

SOFTWARE = ("pyaes_numba", "pyaes_bitslice", "pyaes_opt")  #: variants that need no AES instructions, fastest first
KEY_SIZES = (16, 24, 32)  #: bytes
#: encrypt and encrypt_into of `_native.functions`, and whether they take round keys instead of the key
Kernel = tuple[_native.Native, _native.Native, bool]


def best(widths: Sequence[int], own_schedule: bool, builtin: bool, aligned: bool) -> tuple[type, str]:
    """Return the fastest class that this machine can run, and in words which one that is and why.

    `widths` are those of the registers to use, in bits, preferred first; the rest is as in `_kernel.Plan` and
    `_native.functions`.
    """
    reason = ""  # of the last that failed: it asks for least
    for bits in widths:
        if missing := _llvm.lacking(bits):
            reason = missing
            continue
        kernels = Kernels(bits, own_schedule, builtin, aligned)
        members = {"__slots__": (), "__doc__": CounterMode.__doc__, "_kernels": kernels}
        found = type("AESModeOfOperationCTR", (CounterMode,), members)
        return found, f"fell back to {_llvm.NAMES[bits]}: {reason}" if reason else _llvm.NAMES[bits]
    return _in_software(reason)


def _in_software(reason: str) -> tuple[type, str]:
    for name in SOFTWARE:
        try:
            module: Any = importlib.import_module(f"bench.aes.{name}")
        except ImportError:  # what it needs is not installed
            continue
        return module.AESModeOfOperationCTR, f"fell back to {name}: {reason}"
    raise AssertionError(f"{SOFTWARE[-1]} needs nothing that could be missing")


def round_keys(key: bytes) -> bytes:
    """Return the key schedule in plain Python."""
    words = expand_key(key, bytes(AES.S))
    return struct.pack(f">{len(words)}I", *words)


class Kernels(dict[int, Kernel]):
    """Length of a key -> its kernel: the one for 16 bytes compiled at once, the others when a key asks for them."""

    def __init__(self, bits: int, own_schedule: bool, builtin: bool, aligned: bool) -> None:
        self._bits, self._own_schedule, self._builtin, self._aligned = bits, own_schedule, builtin, aligned
        self[16] = self._compiled(16)

    def __missing__(self, key_size: int) -> Kernel:
        if key_size not in KEY_SIZES:
            raise ValueError("Invalid key size")  # as pyaes says it
        self[key_size] = self._compiled(key_size)
        return self[key_size]

    def _compiled(self, key_size: int) -> Kernel:
        own = self._own_schedule and key_size == 16
        plan = _kernel.Plan(self._bits, key_size, own, self._aligned)
        return (*_native.functions(plan, self._builtin), not own)


class CounterMode:
    """pyaes' counter mode: a stream, so calls may have any length and continue where the last one stopped.

    The first call of an object without a counter of the caller's is one native call. All else goes through `_resume`.
    """

    __slots__ = ("_block", "_counter", "_done", "_kernel", "_key")
    _kernels: Kernels

    def __init__(self, key: bytes, counter: Counter | None = None) -> None:
        if type(key) is not bytes:
            key = memoryview(key).tobytes()  # bytes() would take a number for a length
        if counter is not None:
            refuse_other_increments(counter)
        self._kernel = kernel = self._kernels[len(key)]
        self._key = round_keys(key) if kernel[2] else key
        self._counter = counter
        self._block = 1  # the counter's value for the block from which `_done` counts
        self._done = 0  # bytes since that block

    def encrypt(self, plaintext: bytes) -> bytes:
        """Return `plaintext` xor the next bytes of the key stream."""
        if self._done or self._counter is not None:
            return self._resume(plaintext)
        made: bytes = self._kernel[0](self._key, 0, 1, plaintext)
        self._done = len(made)
        return made

    decrypt = encrypt  # counter mode is its own inverse

    def encrypt_into(self, plaintext: bytes, out: bytearray | memoryview) -> None:
        """Write what `encrypt` returns into `out`, a writable buffer of the same size. It may be the plaintext's own."""
        target, size = memoryview(out), memoryview(plaintext).nbytes
        if target.readonly:
            raise TypeError(f"out is a read-only {type(out).__name__}")
        if target.nbytes != size:
            raise ValueError(f"out has {target.nbytes} bytes, and the text has {size}")
        if self._done or self._counter is not None:
            target.cast("B")[:] = self._resume(plaintext)
        else:
            self._done = self._kernel[1](self._key, 0, 1, plaintext, target)

    def _resume(self, plaintext: bytes) -> bytes:
        """Use up the block that the last call began; then begin at the counter, which may have been moved since."""
        text, head = memoryview(plaintext).tobytes(), b""
        if begun := self._done % 16:
            size = min(16 - begun, len(text))
            head = self._keystream_xor(self._block + self._done // 16, bytes(begun) + text[:size])[begun:]
            text = text[size:]
            self._done += size
        if not text:
            return head
        if self._counter is not None:
            self._block, self._done = int.from_bytes(bytes(self._counter.value), "big"), 0
        body = self._keystream_xor(self._block + self._done // 16, text)
        self._done += len(text)
        if self._counter is not None:
            following = self._block + (len(text) + 15) // 16
            self._counter.value[:] = (following % 2**128).to_bytes(16, "big")
        return head + body

    def _keystream_xor(self, block: int, text: bytes) -> bytes:
        """Encrypt `text` from the counter `block` on. The native call does not carry from the lower half: it is split."""
        high, low = divmod(block % 2**128, 2**64)
        room = 16 * (2**64 - low)
        made: bytes = self._kernel[0](self._key, high, low, text[:room])
        return made + self._keystream_xor(block + 2**64 - low, text[room:]) if len(text) > room else made
