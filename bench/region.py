"""The counted region: tells an enclosing tool when the measured code begins and ends.

Offered as the pyperf hook `bench_region` (an entry point of this project), so that every benchmark that pyperf
runs, a plain unmodified pyperf script included, is counted in the same way. Warm-ups are not counted.
"""

from __future__ import annotations

import os
from typing import IO, Any

CONTROL = "BENCH_PERF_CONTROL"  #: "ctl-fifo,ack-fifo" of `perf stat --control`; unset means that nobody listens
SKIP = "BENCH_REGION_SKIP"  #: how many values (warm-ups) come before the region


class Region:
    """A pyperf hook (`pyperf.hook` entry point): pyperf enters it around every value, warm-ups included."""

    entered = 0  # pyperf makes one object for the warm-ups and another for the values, so the class counts
    pipes: tuple[IO[str], IO[str]] | None = None

    def __enter__(self) -> None:
        Region.entered += 1
        if self._counting():
            self._send("enable")

    def __exit__(self, *exc: object) -> None:
        if self._counting():
            self._send("disable")

    def teardown(self, metadata: dict[str, Any]) -> None:
        """Record in the process's own metadata how many values were counted."""
        metadata["bench_counted_values"] = max(0, Region.entered - _skip())

    def _counting(self) -> bool:
        return CONTROL in os.environ and Region.entered > _skip()

    def _send(self, command: str) -> None:
        if Region.pipes is None:
            ctl, ack = os.environ[CONTROL].split(",")
            Region.pipes = open(ctl, "w"), open(ack)  # noqa: SIM115 - open until the process ends
        commands, answers = Region.pipes
        print(command, file=commands, flush=True)
        answers.readline()  # perf answers "ack" once the counters have switched


def _skip() -> int:
    return int(os.environ.get(SKIP, "0"))
