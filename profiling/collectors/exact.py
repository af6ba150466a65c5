"""Exact counts at the family's small size: Python calls, executed lines, and specialised bytecode (bench/exact.py).

On the release build only: how often a function is called or a line is executed does not depend on the build. One
process per variant; two runs give the same counts. Times taken here are distorted, and serve only to say by how much.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.model import Listing, Measurement
from profiling import bytecode
from profiling.collector import Job, Missing, Session
from profiling.collectors.timing import start_up
from profiling.options import Options
from profiling.watching import small_size, watch, watched

NAME = "exact"
SHOWN = 12  #: rows of a listing
FILE = "exact.json"


def unavailable() -> Missing | None:
    return None


def estimate(job: Job, options: Options) -> float:
    wanted = options.detail and job.build == "release"
    return (start_up(job) + 4 * job.seconds) if wanted else 0.0


def record(jobs: Sequence[Job], session: Session) -> None:
    for job in watched(jobs, session, NAME, ("release",)):
        session.progress.step("exact counts", job.name)
        with session.guard(job, NAME):
            watch(job, session, "exact", small_size(job), job.raw(NAME) / FILE)
            job.tools[NAME] = "cProfile, sys.settrace and dis of the measured interpreter"
        session.progress.advance(estimate(job, session.options))


def parse(raw: Path, derived: Path, build: str) -> Iterator[Measurement | Listing]:
    """Counts are of one iteration at the small size."""
    found = json.loads((raw / FILE).read_text(encoding="utf-8"))
    calls, lines = found["calls"], found["lines"]
    counts = {
        "Python calls per iteration (small size)": sum(count for _, file, _, count in calls if file),
        "calls of C functions per iteration (small size)": sum(count for _, file, _, count in calls if not file),
        "lines executed per iteration (small size)": sum(row[3] for row in lines),
    }
    for metric, count in counts.items():
        yield Measurement(NAME, build, metric, "", (float(count),), source="traced")
    blind = " Functions that numba compiled are invisible to it." if found["jit"] else ""
    yield _calls(calls, blind, build, _slower(found, "cProfile"))
    yield _lines(lines, blind, build, _slower(found, "trace"))
    if found["bytecode"] is not None:
        yield from bytecode.derive(NAME, build, found["bytecode"], found["python"], blind)


def _slower(found: dict[str, dict[str, float]], tool: str) -> str:
    times = found["seconds"]
    return f"made this run {times[tool] / times['plain']:.1f} times slower" if times["plain"] else "has a cost"


def _calls(calls: list[list[object]], blind: str, build: str, cost: str) -> Listing:
    rows = tuple(
        (str(name), f"{file}:{line}" if file else "C code", int(str(count)))
        for name, file, line, count in calls[:SHOWN]
    )
    caption = (
        f"How often each function was called in one iteration at the small size; {len(calls)} functions in all. Counted "
        f"by cProfile, which {cost}, so no times are shown.{blind}"
    )
    return Listing(NAME, build, "Calls (exact)", "traced", caption, ("function", "defined in", "calls"), rows)


def _lines(lines: list[list[object]], blind: str, build: str, cost: str) -> Listing:
    rows = tuple(
        (f"{file}:{line}", str(name), int(str(hits)), str(text)) for file, line, name, hits, text in lines[:SHOWN]
    )
    caption = (
        f"How often each line was executed in one iteration at the small size; {len(lines)} lines in all, those of the "
        "standard library included. A statement over several lines counts each time that evaluation comes to one of "
        f"them. Counted by a trace function, which {cost}.{blind}"
    )
    return Listing(NAME, build, "Line hits (exact)", "traced", caption, ("line", "function", "hits", "source"), rows)
