"""The call tree of the measured region by pyinstrument (bench/calltree.py): the smallest example of a collector."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.model import Listing, Measurement
from profiling.collector import Job, Missing, Session
from profiling.options import Options
from profiling.watching import watch, watched

NAME = "calltree"


def unavailable() -> Missing | None:
    return None


def estimate(job: Job, options: Options) -> float:
    return 2 + 2 * job.seconds if options.detail and job.build == "release" else 0.0


def record(jobs: Sequence[Job], session: Session) -> None:
    for job in watched(jobs, session, NAME, ("release",)):
        session.progress.step("call tree", job.name)
        with session.guard(job, NAME):
            watch(job, session, "calltree", job.target.size, job.raw(NAME) / "calltree.txt")
            job.tools[NAME] = "pyinstrument"
        session.progress.advance(estimate(job, session.options))


def parse(raw: Path, derived: Path, build: str) -> Iterator[Measurement | Listing]:
    head, _, tree = (raw / "calltree.txt").read_text(encoding="utf-8").partition("\n")
    caption = (
        f"{head}. Per cent of the time in the region, callees below their callers, branches below 1 % left out. pyinstrument "
        "looks every millisecond and is told of every call, so functions that call much look dearer than they are."
    )
    yield Listing(NAME, build, "Call tree", "sampling", caption, text=tree.rstrip())
