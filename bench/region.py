"""The counted region: tells an enclosing tool when the measured code begins and ends.

Offered as the pyperf hook `bench_region` (an entry point of this project), so that every benchmark that pyperf
runs, a plain unmodified pyperf script included, is counted in the same way. Warm-ups are not counted.
"""

from __future__ import annotations

import os
from typing import IO, Any

from bench.conditions import Watch

CONTROL = "BENCH_PERF_CONTROL"  #: "ctl-fifo,ack-fifo" of `perf stat --control`; unset means that nobody listens
SKIP = "BENCH_REGION_SKIP"  #: how many values (warm-ups) come before the region


class Region:
    """A pyperf hook (`pyperf.hook` entry point): pyperf enters it around every value, warm-ups included."""

    entered = 0  # pyperf makes one object for the warm-ups and another for the values, so the class counts
    pipes: tuple[IO[str], IO[str]] | None = None
    watch = Watch()

    def __enter__(self) -> None:
        Region.entered += 1
        if self._inside():
            Region.watch.start()
            self._send("enable")

    def __exit__(self, *exc: object) -> None:
        if self._inside():
            self._send("disable")
            Region.watch.stop()

    def teardown(self, metadata: dict[str, Any]) -> None:
        """Record in the process's own metadata how much memory it needed at most, and what disturbed its values."""
        found = {
            "bench_peak_bytes": peak_bytes(),
            "bench_wall_seconds": Region.watch.wall,
            "bench_waited_seconds": Region.watch.waited,
        }
        metadata.update({name: value for name, value in found.items() if value is not None})

    def _inside(self) -> bool:
        return Region.entered > _skip()

    def _send(self, command: str) -> None:
        if CONTROL not in os.environ:
            return
        if Region.pipes is None:
            ctl, ack = os.environ[CONTROL].split(",")
            Region.pipes = open(ctl, "w"), open(ack)  # noqa: SIM115 - open until the process ends
        commands, answers = Region.pipes
        print(command, file=commands, flush=True)
        answers.readline()  # perf answers "ack" once the counters have switched


def peak_bytes() -> int | None:
    """Return this process's own peak of resident memory, or None where the kernel does not tell.

    Not `ru_maxrss`, which Linux carries over exec: it starts at the size of whoever started the process, so that every
    small process seems to need as much as the tool that measures it.
    """
    try:
        with open("/proc/self/status", encoding="ascii", errors="replace") as status:
            found = next((line for line in status if line.startswith("VmHWM:")), "")
    except OSError:
        return None
    return int(found.split()[1]) * 1024 if found else None


def _skip() -> int:
    return int(os.environ.get(SKIP, "0"))
