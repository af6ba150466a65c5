"""Allocations of the measured region by memray: peak heap, how many, how much, and where (bench/memory.py).

One iteration, on each build, at the size that is measured if every variant is quick, at the family's small size
otherwise: all variants at the same one. memray's capture file is large, so only a summary of it is kept.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bench import source
from bench.errors import VariantFailed
from bench.model import Listing, Measurement
from bench.rundir import write_text
from profiling.collector import Job, Missing, Session
from profiling.collectors.timing import start_up
from profiling.options import Options
from profiling.process import explain, run
from profiling.watching import small_size, watch, watched

NAME = "memory"
SHOWN = 12  #: rows of the listing
KEPT = 100  #: allocation sites in the archive
QUICK = 0.5  #: seconds; with a slower variant in the study, all are watched at the small size
FILE = "memray.json"


def unavailable() -> Missing | None:
    return None  # memray is in the measured environments; where it fails, that build says so


def estimate(job: Job, options: Options) -> float:
    if not options.detail or job.variant.script:
        return 0.0
    return 2 * start_up(job) + min(job.seconds, 2 * QUICK) * 8


def record(jobs: Sequence[Job], session: Session) -> None:
    chosen = list(watched(jobs, session, NAME))
    quick = all(job.seconds < QUICK for job in chosen)
    for job in chosen:
        session.progress.step("memory", job.name)
        with session.guard(job, NAME):
            job.tools[NAME] = _one(job, session, job.target.size if quick else small_size(job))
        session.progress.advance(estimate(job, session.options))


def _one(job: Job, session: Session, size: str) -> str:
    """Watch one job, leave the summary, and return the tool's name and version."""
    out = job.raw(NAME) / FILE
    capture, stats = out.with_suffix(".bin"), out.with_suffix(".stats")
    try:
        watch(job, session, "memory", size, out)
        found = json.loads(out.read_text(encoding="utf-8"))
        argv = [job.python, "-m", "memray", "stats", "--json", "-n", "100000", "-f", "-o", str(stats), str(capture)]
        env = session.environment(job.build, 0)
        done = run(argv, env=env, limit=session.options.limit_seconds, log=session.log)
        if done.code:
            raise VariantFailed(f"memray stats: {explain(done)}")
        found |= summary(json.loads(stats.read_text(encoding="utf-8"))) | {"size": size}
        write_text(out, json.dumps(found, indent=1) + "\n")
    except BaseException:
        out.unlink(missing_ok=True)
        raise
    finally:
        capture.unlink(missing_ok=True)
        stats.unlink(missing_ok=True)
    return f"memray {found['version']}"


def summary(stats: dict[str, Any]) -> dict[str, Any]:
    """Return the part of `memray stats --json` that is kept: totals, and [function, file, line, bytes, count, text]."""
    counts = {site["location"]: site["count"] for site in stats["top_allocations_by_count"]}
    sites = []
    for site in stats["top_allocations_by_size"][:KEPT]:
        function, file, line = _place(site["location"])
        text = source.line(file, line)
        sites.append([function, source.portable(file), line, site["size"], counts.get(site["location"], 0), text])
    return {
        "allocations": stats["total_num_allocations"],
        "bytes": stats["total_bytes_allocated"],
        "peak_bytes": stats["metadata"]["peak_memory"],
        "sites": sites,
    }


def _place(location: str) -> tuple[str, str, int]:
    """Split memray's `function:file:line`; what has no place is a name alone."""
    found = re.fullmatch(r"(.*?):(.*):(\d+)", location, re.DOTALL)
    return (found[1], found[2], int(found[3])) if found else (location, "", 0)


def parse(raw: Path, derived: Path, build: str) -> Iterator[Measurement | Listing]:
    """Values are of one iteration at the size that the file names."""
    found = json.loads((raw / FILE).read_text(encoding="utf-8"))
    size = found["size"]
    label = "" if size == "full" else f" ({size} size)"
    for metric, unit, key in (
        (f"peak heap{label}", "B", "peak_bytes"),
        (f"bytes allocated per iteration{label}", "B", "bytes"),
        (f"allocations per iteration{label}", "", "allocations"),
    ):
        yield Measurement(NAME, build, metric, unit, (float(found[key]),), source="memray")
    times = found["seconds"]
    rows = tuple(
        (f"{file}:{line}" if file else "no Python code", str(function), int(count_bytes), int(count), str(text))
        for function, file, line, count_bytes, count, text in found["sites"][:SHOWN]
    )
    slower = times["memray"] / times["plain"] if times["plain"] else 0.0
    yield Listing(
        NAME, build, "Allocations", "memray",
        f"Where one iteration at the {size} size allocates, by all the bytes that it ever asked for, freed or not; "
        f"objects that Python takes from its free lists are not seen. memray made this run {slower:.1f} times slower.",
        ("line", "function", "bytes", "allocations", "source"), rows,
    )  # fmt: skip
