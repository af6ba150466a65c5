"""Client requests: lets a process that runs under Valgrind start, reset and stop callgrind's counting itself.

Valgrind's requests are C macros: a sequence of rotations that does nothing, which Valgrind recognises while it
translates the code. Here they are machine code in a page of memory, so that no compiler is needed. Outside Valgrind
the same code runs and changes nothing. Linux on x86-64 only: elsewhere the sequence is another one.
"""

from __future__ import annotations

import ctypes
import mmap
import platform
import sys
from collections.abc import Callable

# Encodings and numbers are those of valgrind.h and callgrind.h (BSD licence); they are part of Valgrind's ABI.
STUB = bytes.fromhex(
    "4889f8"  # mov rax, rdi: the request, six 64-bit words
    "4889f2"  # mov rdx, rsi: the answer if nobody listens
    "48c1c703 48c1c70d 48c1c73d 48c1c733"  # rol rdi by 3, 13, 61, 51: 128 bits in all, so rdi is what it was
    "4887db"  # xchg rbx, rbx: now Valgrind reads rax and writes rdx
    "4889d0"  # mov rax, rdx
    "c3"  # ret
)
RUNNING = 0x1001
CALLGRIND = ord("C") << 24 | ord("T") << 16
ZERO, START, STOP = CALLGRIND + 1, CALLGRIND + 4, CALLGRIND + 5

_made: list[tuple[mmap.mmap, Callable[[object, int], int]]] = []


def unsupported() -> str:
    """Return why no request can be made on this machine; empty if it can."""
    if not sys.platform.startswith("linux") or platform.machine() not in ("x86_64", "AMD64") or sys.maxsize < 2**32:
        return f"client requests are written for Linux on x86-64, this is {platform.system()} on {platform.machine()}"
    try:
        _function()
    except OSError as error:  # a hardened kernel: no memory may be both written and executed
        return f"the system gives no executable memory ({error.strerror})"
    return ""


def running() -> bool:
    """Whether this process runs under Valgrind; False where no request can be made."""
    return not unsupported() and request(RUNNING) > 0


def request(code: int) -> int:
    """Make a request without arguments; return Valgrind's answer, 0 outside Valgrind. Raises OSError, see above."""
    return _function()((ctypes.c_uint64 * 6)(code), 0)


def start() -> None:
    """Begin to simulate, with empty caches."""
    request(START)


def zero() -> None:
    """Set all counts to 0; what the simulated caches hold stays."""
    request(ZERO)


def stop() -> None:
    """Stop simulating; the counts stay and are written when the process ends."""
    request(STOP)


def _function() -> Callable[[object, int], int]:
    """Return the stub as a function; made once, since the memory must outlive every call."""
    if not _made:
        page = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
        page.write(STUB)
        address = ctypes.addressof(ctypes.c_char.from_buffer(page))
        _made.append((page, ctypes.CFUNCTYPE(ctypes.c_uint64, ctypes.c_void_p, ctypes.c_uint64)(address)))
    return _made[0][1]
