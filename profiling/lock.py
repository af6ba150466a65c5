"""One study at a time on a machine: two would spoil each other's timings."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from time import monotonic, sleep

from bench.errors import Interrupted, SuiteError

SAY_EVERY = 60.0  #: seconds between two lines of one that waits
PATH = Path(tempfile.gettempdir()) / "codesign-bench.lock"


@contextmanager
def exclusive(what: str, *, wait: bool, say: Callable[[str], None]) -> Iterator[None]:
    """Hold the machine for `what`. If another study holds it: wait (saying so), or refuse.

    The kernel drops the lock when its holder dies, however it dies, so a stale lock cannot exist.
    """
    handle = _open()
    try:
        if not _try(handle):
            if not wait:
                raise SuiteError(
                    f"{_holder(handle)} is running on this machine, and two at once would spoil each other's work",
                    "Wait until it has ended, or add --wait to start as soon as it has.",
                )
            _wait(handle, say)
        _sign(handle, f"{what} (process {os.getpid()}, since {datetime.now():%H:%M:%S})")
        yield
        _sign(handle, "")
    finally:
        os.close(handle)


def _wait(handle: int, say: Callable[[str], None]) -> None:
    """Wait until the machine is free; say for whom, and now and then for how long already. Ctrl-C ends it: Interrupted."""
    say(f"waiting for {_holder(handle)} to end: two studies at once would spoil each other's timings")
    start = told = monotonic()
    try:
        while not _try(handle):
            if monotonic() - told >= SAY_EVERY:
                told = monotonic()
                say(f"waiting for {(told - start) / 60:.0f} min now: {_holder(handle)} still runs")
            sleep(1)
    except KeyboardInterrupt:
        raise Interrupted("interrupted while it waited, so nothing was started", "Run it again.") from None


def _holder(handle: int) -> str:
    return os.pread(handle, 200, 0).decode(errors="replace").strip() or "another study"


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
