"""What the collectors share that watch a variant from inside its process: exact, memory, calltree.

Each runs one of bench's observers (bench/exact.py and its like) in the measured interpreter. They explain, and take no
part in any speed: a study with --fast leaves them out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from bench import discover
from bench.errors import VariantFailed
from bench.model import BUILDS
from profiling.collector import Job, Session

SMALL = "small"


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


def small_size(job: Job) -> str:
    """Return the name of the family's small size; the size that is measured where there is none."""
    return SMALL if SMALL in discover.family(job.target.family).sizes else job.target.size


def watch(job: Job, session: Session, observer: str, size: str, out: Path) -> None:
    """Run the variant at `size` under one of bench's observers, which writes `out`; raises what the process raises.

    The process checks its own answer. Its digest is compared too where this size is the one that was checked before.
    """
    digest = job.digest if size == job.target.size else ""
    there = replace(job, target=replace(job.target, size=size), digest=digest)
    session.execute(there, there.argv(f"--{observer}", str(out)))
    if not out.is_file():
        raise VariantFailed("the process ended before anything was recorded")
