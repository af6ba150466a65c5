"""What each idea of a variant is worth: the variant against itself without it, in one process (bench/ideas.py).

On the headline's build only, several processes per variant. The changed sources are kept beside the times. What a
compiler makes of them goes into a cache that these processes share and that is removed in the end.
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

NAME = "ideas"
SLOW = 4.0  #: seconds; where a process takes longer, fewer follow
EACH = 0.15  #: seconds of values and warm-up, and of the oracle, for each source at least; for the estimate only


def unavailable() -> Missing | None:
    return None


def estimate(job: Job, options: Options) -> float:
    if not (job.variant.ideas and options.detail and job.headline):
        return 0.0
    sources = 1 + len(job.variant.ideas)
    return options.side_processes * (2 * start_up(job) + sources * (EACH + 7 * job.seconds))


def record(jobs: Sequence[Job], session: Session) -> None:
    chosen = [job for job in watched(jobs, session, NAME, headline(jobs)) if _has_ideas(job)]
    with tempfile.TemporaryDirectory(prefix="bench-") as cache:

        def one(job: Job, number: int) -> float:
            out, extra = job.raw(NAME) / f"run_{number + 1}.json", {"NUMBA_CACHE_DIR": cache}
            return watch(job, session, "ideas", job.target.size, out, block=number, extra=extra)

        repeat(chosen, session, NAME, one, estimate, SLOW)


def _has_ideas(job: Job) -> bool:
    if not job.variant.ideas:
        job.notes[NAME] = ("it names none", "")
    return NAME not in job.notes


def parse(raw: Path, derived: Path, build: str) -> Iterator[Measurement]:
    """Values are one per process: how many times as long an iteration takes without the idea."""
    runs = [run["ideas"] for _, run in rounds(raw, "run")]
    for number, idea in enumerate(runs[0]):
        found = [run[number] for run in runs]
        if {other["name"] for other in found} != {idea["name"]}:
            raise ValueError("its processes switched off different ideas")
        ratios = tuple(mean(other["without"]) / mean(other["with"]) for other in found)
        detail = {"idea": idea["name"], "off": idea["off"], "summary": idea["summary"]}
        yield Measurement(
            NAME, build, f"without {idea['name']}", "×", ratios, source="clock", better="higher", detail=detail
        )
