"""One study at a time on a machine: two would spoil each other's timings."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from time import sleep

from bench.errors import SuiteError

PATH = Path(tempfile.gettempdir()) / "codesign-bench.lock"


@contextmanager
def exclusive(what: str, *, wait: bool, say: Callable[[str], None]) -> Iterator[None]:
    """Hold the machine for `what`. If another study holds it: wait (saying so), or refuse.

    The kernel drops the lock when its holder dies, however it dies, so a stale lock cannot exist.
    """
    handle = _open()
    try:
        told = False
        while not _try(handle):
            holder = os.pread(handle, 200, 0).decode(errors="replace").strip() or "another study"
            if not wait:
                raise SuiteError(
                    f"{holder} is running on this machine, and two at once would spoil each other's work",
                    "Wait until it has ended, or add --wait to start as soon as it has.",
                )
            if not told:
                say(f"waiting for {holder} to end: two studies at once would spoil each other's timings")
                told = True
            sleep(1)
        _sign(handle, f"{what} (process {os.getpid()}, since {datetime.now():%H:%M:%S})")
        yield
        _sign(handle, "")
    finally:
        os.close(handle)


def _open() -> int:
    """Open the lock file; one that another user made can be locked, though not written to."""
    try:
        handle = os.open(PATH, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW)
    except PermissionError:
        return os.open(PATH, os.O_RDONLY | os.O_CLOEXEC)
    with suppress(PermissionError):
        os.fchmod(handle, 0o666)
    return handle


def _sign(handle: int, holder: str) -> None:
    """Leave word of who holds the lock, for the message that the next one gets."""
    with suppress(OSError):
        os.ftruncate(handle, 0)
        os.pwrite(handle, holder.encode(), 0)


def _try(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
