"""The family's series: another job at several points, with the limit and the clock beside each value (bench/series.py).

On the headline's build only, several processes per variant. The first one decides which points one call of the variant
takes too long for; the others measure the same.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench import discover
from bench.model import Measurement
from profiling.collector import Job, Missing, Session
from profiling.collectors.timing import mean, start_up
from profiling.options import Options
from profiling.watching import headline, repeat, rounds, watch, watched

NAME = "series"
SLOW = 2.5  #: seconds; where the first process takes longer, fewer follow
EACH = 0.25  #: seconds at each point, for the estimate only


def unavailable() -> Missing | None:
    return None


def estimate(job: Job, options: Options) -> float:
    series = discover.family(job.target.family).series
    if series is None or not (options.detail and job.headline) or job.variant.script:
        return 0.0
    return options.side_processes * (start_up(job) + EACH * len(series.points))


def record(jobs: Sequence[Job], session: Session) -> None:
    chosen = [job for job in watched(jobs, session, NAME, headline(jobs)) if _has_series(job)]
    repeat(chosen, session, NAME, lambda job, number: _one(job, session, number), estimate, SLOW)


def _has_series(job: Job) -> bool:
    if discover.family(job.target.family).series is None:
        job.notes[NAME] = ("the family has no series", "")
    return NAME not in job.notes


def _one(job: Job, session: Session, number: int) -> float:
    """Run one process; its answers are checked there, and are not the one that the job's digest is of."""
    words = []
    if number:
        first = json.loads(_file(job, 0).read_text(encoding="utf-8"))
        words = [word for point in first["points"] if not point["missing"] for word in ("--point", point["point"])]
        words = words or ["--point", ""]  # none of them
    return watch(replace(job, digest=""), session, "series", job.target.size, _file(job, number), *words, block=number)


def _file(job: Job, number: int) -> Path:
    return job.raw(NAME) / f"run_{number + 1}.json"


def parse(raw: Path, derived: Path, build: str) -> Iterator[Measurement]:
    """Values are one per process: seconds of one call, share of the limit's time, work per cycle of the core."""
    runs = [run for _, run in rounds(raw, "run")]
    for number, first in enumerate(runs[0]["points"]):
        points = [run["points"][number] for run in runs]
        if {point["point"] for point in points} != {first["point"]}:
            raise ValueError("its processes measured different points")
        yield from _point(points, runs[0], build)


def _point(points: list[dict[str, Any]], about: dict[str, Any], build: str) -> Iterator[Measurement]:
    """points: the same one, as each process measured it."""
    name, amount, unit, missing = (points[0][key] for key in ("point", "amount", "unit", "missing"))
    detail = {
        "point": name, "amount": amount, "unit": unit, "title": about["title"], "summary": about["summary"],
        "error": max(point["error"] for point in points), "error_unit": about["error_unit"],
        "processes": [point["seconds"] for point in points],
    }  # fmt: skip
    seconds = () if missing else tuple(mean(point["seconds"]) for point in points)
    limits = tuple(mean(point["limit_seconds"]) for point in points if point["limit_seconds"])
    clocks = tuple(mean(point["hertz"]) for point in points if point["hertz"])
    yield Measurement(NAME, build, f"series: {name}", "s", seconds, source="clock", missing=missing, detail=detail)
    if seconds and len(limits) == len(seconds):
        shares = tuple(limit / own for limit, own in zip(limits, seconds, strict=True))
        yield Measurement(NAME, build, f"share of the limit: {name}", "", shares, source="clock", better="higher")
    of_baseline = {"limit per cycle": limits} if about["baseline"] else {}
    for metric, times in ({"per cycle": seconds} | of_baseline).items():
        if times and len(clocks) == len(times):
            rates = tuple(amount / own / clock for own, clock in zip(times, clocks, strict=True))
            yield Measurement(NAME, build, f"{metric}: {name}", f"{unit}/cycle", rates, source="clock", better="higher")
