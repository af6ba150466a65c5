"""What a process pays once: import and first call (bench/startup.py), and both again where nothing is compiled yet.

On the headline's build only. Every process before these has filled the caches of byte code and of compilers, so that
is what they find; a variant with a just-in-time compiler is started again with an empty cache, a few times.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.model import Measurement
from profiling.collector import Job, Missing, Session
from profiling.collectors.timing import mean, start_up
from profiling.options import Options
from profiling.watching import headline, repeat, rounds, watch, watched

NAME = "startup"
SLOW = 8.0  #: seconds; where starts take longer, both together, fewer follow
EMPTY_PROCESSES = 3  #: with nothing compiled: each takes seconds, and they differ by a few per cent
COMPILING = 4.0  #: seconds, for the estimate only
WARM, EMPTY = "run", "empty"  #: files are <one of these>_<round>.json
LABELS = {WARM: "", EMPTY: ", nothing compiled"}


def unavailable() -> Missing | None:
    return None


def estimate(job: Job, options: Options) -> float:
    if not (options.detail and job.headline) or job.variant.script:
        return 0.0
    each = start_up(job) + job.seconds + min(0.2, 5 * job.seconds)
    empty = min(EMPTY_PROCESSES, options.side_processes) if job.jit else 0
    return options.side_processes * each + empty * (each + COMPILING)


def record(jobs: Sequence[Job], session: Session) -> None:
    def one(job: Job, number: int) -> float:
        kinds = (WARM, EMPTY) if job.jit and number < EMPTY_PROCESSES else (WARM,)
        return sum(_start(job, session, kind, number) for kind in kinds)

    repeat(list(watched(jobs, session, NAME, headline(jobs))), session, NAME, one, estimate, SLOW)


def _start(job: Job, session: Session, kind: str, number: int) -> float:
    out = job.raw(NAME) / f"{kind}_{number + 1}.json"
    with tempfile.TemporaryDirectory(prefix="bench-") as empty:
        extra = {"NUMBA_CACHE_DIR": empty} if kind == EMPTY else {}
        return watch(job, session, "startup", job.target.size, out, block=number, extra=extra)


def parse(raw: Path, derived: Path, build: str) -> Iterator[Measurement]:
    """Values are one per process; "later call" is the mean of the calls after the first."""
    for kind, label in LABELS.items():
        found = rounds(raw, kind)
        detail = {"blocks": [number - 1 for number, _ in found]}
        for metric, key in (("import", "import"), ("first call", "first")):
            values = tuple(float(run[key]) for _, run in found)
            if values:
                yield Measurement(NAME, build, f"{metric}{label}", "s", values, source="clock", detail=detail)
    found = rounds(raw, WARM)
    lost = "" if all(run["later"] for _, run in found) else "the first call took too long to wait for more of them"
    later = () if lost else tuple(mean(run["later"]) for _, run in found)
    yield Measurement(NAME, build, "later call", "s", later, source="clock", missing=lost)
