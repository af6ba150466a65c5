"""AES-NI: a round of a block in one instruction, the whole message in one native call.

AESENC makes one round (ShiftRows, SubBytes, MixColumns, AddRoundKey) of a block: since Skylake and Zen in 3 to 4 cycles,
with one or two begun in every cycle. Blocks of counter mode do not depend on each other, so several are in flight at a time; an
out-of-order core overlaps the turns of a loop by itself as well, so measured here the number in flight matters little.
There are no tables, so no look-up whose time depends on the key.

The code is LLVM's intermediate code, written by Python and compiled on import. The key schedule is made in the same
native call by AESKEYGENASSIST. The compiled function is a built-in one: it takes and returns Python objects, and writes
into the bytes object that it returns. The cost: intermediate code to read, an x86-64 with AES-NI (2010), and about
0.05 s for import and compiler. On another CPU it falls back to variants in software; `path()` says to which and why.

Source: Intel, "Advanced Encryption Standard (AES) New Instructions Set" (white paper 323641, 2010).
"""

from __future__ import annotations

from bench.aes import _ctr

REQUIRES = ("llvmlite",)
IDEAS = {
    "HARDWARE_SCHEDULE": (False, "the key schedule by AESKEYGENASSIST in the same native call, not in Python"),
    "BUILTIN_CALL": (False, "compiled code called as a built-in function, not through ctypes"),
}

HARDWARE_SCHEDULE = True
BUILTIN_CALL = False

AESModeOfOperationCTR, _path = _ctr.best([128], own_schedule=HARDWARE_SCHEDULE, builtin=BUILTIN_CALL, aligned=False)


def path() -> str:
    """Return that AES-NI is used, or what it fell back to and why."""
    return _path
