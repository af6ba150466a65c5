"""What the collectors share that watch a variant from inside its process: exact, memory, calltree, startup, series, ideas.

Each runs one of bench's observers (bench/exact.py and its like) in the measured interpreter. They explain, and take no
part in any speedup: a study with --fast leaves them out. The last three time, several processes each and in turns.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench import discover
from bench.errors import VariantFailed
from bench.model import BUILDS
from profiling.collector import Job, Session
from profiling.options import Options

SMALL = "small"
SLOW_PROCESSES = 3  #: of variants that take long


def watched(jobs: Sequence[Job], session: Session, name: str, builds: Sequence[str] = BUILDS) -> Iterator[Job]:
    """Yield the jobs that collector `name` is to watch on `builds`; the others get a note that says why not."""
    for job in (job for job in jobs if job.status == "ok"):
        if job.variant.script:
            job.notes[name] = ("a plain pyperf script gives this tool no region to watch", "")
        elif not session.options.detail:
            job.notes[name] = ("left out by --fast", f"Leave --fast out, or ask for it: --collectors {name}.")
        elif job.build not in builds:
            job.notes[name] = (f"done on the {builds[0]} build only", "")
        else:
            yield job


def headline(jobs: Sequence[Job]) -> tuple[str, ...]:
    """Return the build that headline figures are from, for `watched`."""
    return tuple({job.build: None for job in jobs if job.headline})


def repeat(
    jobs: Sequence[Job],
    session: Session,
    name: str,
    one: Callable[[Job, int], float],
    estimate: Callable[[Job, Options], float],
    slow: float,
) -> None:
    """Let collector `name` run `one` for every job in every round, each round in an order of its own.

    one: (job, number of the round) -> seconds that it took. A job that takes more than `slow` has fewer rounds.
    """
    took: dict[
        str, float
    ] = {}  # variant -> seconds of the last of the rounds that all have; the first may have compiled
    for number in range(session.options.side_processes):
        order = list(jobs)
        random.Random(f"{session.timestamp}/{name}/{number}").shuffle(order)
        for job in order:
            if number >= SLOW_PROCESSES and took.get(job.variant.name, 0.0) > slow:
                continue
            if job.status == "ok" and name not in job.notes:
                session.progress.step(name, job.name)
                with session.guard(job, name):
                    seconds = one(job, number)
                    if number < SLOW_PROCESSES:
                        took[job.variant.name] = seconds
                session.progress.advance(estimate(job, session.options) / session.options.side_processes)
    for job in jobs:
        if job.status == "ok" and name not in job.notes:
            job.tools[name] = "the measured interpreter's own clock"


def rounds(raw: Path, kind: str) -> list[tuple[int, dict[str, Any]]]:
    """Return (number of the round, record) of all files <kind>_<number>.json, in order."""
    files = ((int(path.stem.rpartition("_")[2]), path) for path in raw.glob(f"{kind}_*.json"))
    return [(number, json.loads(path.read_text(encoding="utf-8"))) for number, path in sorted(files)]


def small_size(job: Job) -> str:
    """Return the name of the family's small size; the size that is measured where there is none."""
    return SMALL if SMALL in discover.family(job.target.family).sizes else job.target.size


def watch(
    job: Job,
    session: Session,
    observer: str,
    size: str,
    out: Path,
    *words: str,
    block: int = 0,
    extra: Mapping[str, str] | None = None,
) -> float:
    """Run the variant at `size` under one of bench's observers, which writes `out`; raises what the process raises.

    words: further ones for its command line. The process checks its own answer. Its digest is compared too where this
    size is the one that was checked before. Returns how many seconds the process took.
    """
    digest = job.digest if size == job.target.size else ""
    there = replace(job, target=replace(job.target, size=size), digest=digest)
    done = session.execute(there, there.argv(f"--{observer}", str(out), *words), block=block, extra=extra)
    if not out.is_file():
        raise VariantFailed("the process ended before anything was recorded")
    return done.seconds
