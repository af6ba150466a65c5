"""VAES: a round of four blocks in one instruction, on registers of 512 bits (256 where the CPU has no more).

What `pyaes_aesni` does, on wider registers: VAESENC makes one round of two or four independent blocks, and counter mode
has nothing but independent blocks. At this speed the Python around it counts as much as the cipher, so three more
things are done about it:

- The key schedule is made by AESKEYGENASSIST within the same native call.
- The compiled function is a built-in one that takes and returns Python objects, and it writes into the bytes object
  that it returns. ctypes, the usual way to call native code, takes several times as long as such a call.
- Blocks before the first 64-byte boundary of the output are encrypted singly, so no later store spans two cache lines.

Several registers are in flight at a time, which measured as worth nothing here: an out-of-order core overlaps the
turns of a loop by itself. The cost: LLVM intermediate code to read, an x86-64 of 2019 or later (Intel Ice Lake, AMD
Zen 3), and about 0.05 s for import and compiler. On another CPU it falls back: to the widest registers there are, to
AES-NI, and to variants in software; `path()` says to which and why.

Sources: Drucker, Gueron, Krasnov, "Making AES great again: the forthcoming vectorized AES instruction" (2018,
https://eprint.iacr.org/2018/392); Intel, "Advanced Encryption Standard (AES) New Instructions Set" (323641, 2010).
"""

from __future__ import annotations

from bench.aes import _ctr

REQUIRES = ("llvmlite",)
IDEAS = {
    "REGISTER_BITS": (128, "several blocks in one register, by VAES"),
    "HARDWARE_SCHEDULE": (False, "the key schedule by AESKEYGENASSIST in the same native call, not in Python"),
    "BUILTIN_CALL": (False, "compiled code called as a built-in function, not through ctypes"),
    "ALIGNED_STORES": (False, "no store across two cache lines"),
}

REGISTER_BITS = 512
HARDWARE_SCHEDULE = False
BUILTIN_CALL = True
ALIGNED_STORES = True

AESModeOfOperationCTR, _path = _ctr.best(
    [bits for bits in (512, 256, 128) if bits <= REGISTER_BITS],
    own_schedule=HARDWARE_SCHEDULE,
    builtin=BUILTIN_CALL,
    aligned=ALIGNED_STORES,
)


def path() -> str:
    """Return which registers are used, or what it fell back to and why."""
    return _path
