"""The counted region: tells an enclosing tool when the measured code begins and ends.

Offered as the pyperf hook `bench_region` (an entry point of this project), so that every benchmark that pyperf
runs, a plain unmodified pyperf script included, is counted in the same way. Warm-ups are not counted.
"""

from __future__ import annotations

import gc
import os
import resource
from collections.abc import Mapping
from typing import IO, Any

from bench.conditions import Watch

CONTROL = "BENCH_PERF_CONTROL"  #: "ctl-fifo,ack-fifo" of `perf stat --control`; unset means that nobody listens
SIMULATE = "BENCH_SIMULATE"  #: the process runs under callgrind: "cold", or "warm" to simulate the last warm-up too
SKIP = "BENCH_REGION_SKIP"  #: how many values (warm-ups) come before the region
RUSAGE = {  #: name in a process's metadata -> field of getrusage
    "bench_page_faults": "ru_minflt",
    "bench_major_faults": "ru_majflt",
    "bench_voluntary_switches": "ru_nvcsw",
    "bench_involuntary_switches": "ru_nivcsw",
}
CPU_SECONDS = "bench_cpu_seconds"


NOTHING_USED = dict.fromkeys((*RUSAGE, CPU_SECONDS), 0.0)


class Region:
    """A pyperf hook (`pyperf.hook` entry point): pyperf enters it around every value, warm-ups included."""

    entered = 0  # pyperf makes one object for the warm-ups and another for the values, so the class counts
    pipes: tuple[IO[str], IO[str]] | None = None
    watch = Watch()
    used: Mapping[str, float] = NOTHING_USED  # by the values, not the warm-ups
    before = used

    def __enter__(self) -> None:
        Region.entered += 1
        if SIMULATE in os.environ:
            _simulate(Region.entered - _skip())
        else:
            # The same is done around warm-ups, and then forgotten: done for the first time before the first value, it
            # would cost that value alone some per cent (its imports and files push the workload out of the caches).
            Region.before = usage()
            Region.watch.start()
            if self._inside():
                self._send("enable")

    def __exit__(self, *exc: object) -> None:
        if SIMULATE in os.environ:
            if self._inside():
                from bench import valgrind

                valgrind.stop()
            return
        if self._inside():
            self._send("disable")
        Region.watch.stop()
        Region.used = {name: Region.used[name] + now - Region.before[name] for name, now in usage().items()}
        if not self._inside():
            Region.watch, Region.used = Watch(), NOTHING_USED

    def teardown(self, metadata: dict[str, Any]) -> None:
        """Record in the process's own metadata how much memory it needed at most, and what its values used and met."""
        found = {
            "bench_peak_bytes": peak_bytes(),
            "bench_wall_seconds": Region.watch.wall,
            "bench_waited_seconds": Region.watch.waited,
            **Region.used,
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


def _simulate(place: int) -> None:
    """Switch callgrind's counting on: `place` is 1 for the first counted value, 0 for the warm-up before it.

    The garbage collector is put into a known state first, or what was imported would decide when it runs.
    """
    warm = os.environ[SIMULATE] == "warm"
    if place not in (0, 1) or (place == 0 and not warm):
        return
    from bench import valgrind

    gc.collect()
    if place == 1 and warm:
        valgrind.zero()  # the caches keep what the warm-up left in them
    else:
        gc.freeze()
        valgrind.start()


def usage() -> dict[str, float]:
    """Return what the kernel has booked for this process so far: CPU seconds, page faults, context switches."""
    now = resource.getrusage(resource.RUSAGE_SELF)
    return {name: float(getattr(now, field)) for name, field in RUSAGE.items()} | {
        CPU_SECONDS: now.ru_utime + now.ru_stime
    }


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
