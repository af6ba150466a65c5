"""Wall time by pyperf: one process, one run; all variants and builds interleaved in shuffled blocks.

The unit is the process. Each is a pyperf worker; their runs are merged into one pyperf JSON per variant and build,
which `pyperf show`, `stats` and `compare_to` read as they are. Peak memory comes from the same processes.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

from bench import region
from bench.model import Measurement
from profiling.collector import Job, Missing, Options, Session

NAME = "timing"
START_UP = {"release": 0.35, "dbg": 0.8}  # seconds, for the estimate only
PRIVATE = ("hostname", "python_executable")  # pyperf records them; an archive is meant to be shared
WRONG = ("mem_max_rss",)  # ru_maxrss, which is no smaller than the process that started this one: see bench/region.py


def unavailable() -> Missing | None:
    return None


def estimate(job: Job, options: Options) -> float:
    return options.processes * one_process(job, options)


def one_process(job: Job, options: Options) -> float:
    warm_ups, values, loops = job.plan(options)
    return START_UP[job.build] * (4 if job.variant.requires else 1) + (warm_ups + values) * loops * job.seconds


def record(jobs: Sequence[Job], session: Session) -> None:
    """Run the blocks; what is complete is kept even if the study is interrupted."""
    import pyperf

    runs: dict[str, list[Any]] = {job.name: [] for job in jobs}
    try:
        for block in range(session.options.processes):
            order = [job for job in jobs if job.status == "ok"]
            random.Random(f"{session.timestamp}/order/{block}").shuffle(order)
            for job in order:
                session.progress.step(f"timing {block + 1}/{session.options.processes}", job.name)
                with session.guard(job, "timing"):
                    runs[job.name].append(_one(job, session, block))
                session.progress.advance(one_process(job, session.options))
    finally:
        for job in jobs:
            if job.status == "ok" and runs[job.name]:
                merged = pyperf.Benchmark(runs[job.name])
                merged.dump(str(job.raw(NAME) / "pyperf.json"), replace=True)
                job.tools[NAME] = f"pyperf {pyperf.__version__}"


def _one(job: Job, session: Session, block: int) -> Any:
    import pyperf

    output = job.raw(NAME) / "one.worker.json"
    output.unlink(missing_ok=True)  # pyperf refuses to overwrite
    warm_ups, values, loops = job.plan(session.options)
    plan = ["-w", str(warm_ups), "-n", str(values), "-l", str(loops)]
    session.order.append((block, job.variant.name, job.build, round(perf_counter() - session.started, 3)))
    done = session.execute(
        job, job.argv("--worker", *plan, "-q", "--hook", "bench_region", "-o", str(output)), block=block
    )
    (run,) = pyperf.Benchmark.load(str(output)).get_runs()
    output.unlink()
    kept = {name: value for name, value in run.get_metadata().items() if name not in PRIVATE + WRONG}
    kept |= {"bench_block": block, "bench_build": job.build, "bench_process_seconds": done.seconds}
    return pyperf.Run(run.values, warmups=run.warmups, metadata=kept, collect_metadata=False)


def parse(raw: Path, derived: Path, build: str) -> Iterator[Measurement]:
    import pyperf

    runs = pyperf.Benchmark.load(str(raw / "pyperf.json")).get_runs()
    means = tuple(sum(run.values) / len(run.values) for run in runs)
    detail = {"values_per_process": len(runs[0].values), "warm": bool(runs[0].warmups)}
    yield Measurement(NAME, build, "time", "s", means, source="clock", detail=detail)
    # A warm-up repeats as often as a value; what it took beyond one is paid once per process.
    first = tuple(
        run.warmups[0][0] * (run.warmups[0][1] - mean) for run, mean in zip(runs, means, strict=True) if run.warmups
    )
    if first:
        yield Measurement(NAME, build, "one-off cost of the first value", "s", first, source="clock")
    peaks = [run.get_metadata().get("bench_peak_bytes") for run in runs]
    lost = "" if all(peaks) else "the kernel did not tell"
    values = () if lost else tuple(map(float, peaks))
    yield Measurement(NAME, build, "peak memory", "B", values, source="VmHWM", missing=lost)
    yield from rusage(runs, build)


def rusage(runs: Sequence[Any], build: str) -> Iterator[Measurement]:
    """Yield what the kernel booked for the timed values, where perf may not count: see bench/region.py.

    Time and page faults are per iteration, switches are totals of a process's values. Nothing for archives that
    lack them.
    """
    booked = [run.get_metadata() for run in runs]
    if not all(name in about for about in booked for name in (*region.RUSAGE, region.CPU_SECONDS)):
        return
    iterations = [len(run.values) * run.get_total_loops() for run in runs]
    per_iteration = (
        ("CPU time", "s", (region.CPU_SECONDS,)),
        ("page faults", "", ("bench_page_faults", "bench_major_faults")),
    )
    for metric, unit, names in per_iteration:
        values = (sum(about[name] for name in names) / n for about, n in zip(booked, iterations, strict=True))
        yield Measurement(NAME, build, metric, unit, tuple(values), source="rusage")
    for kind in ("voluntary", "involuntary"):
        totals = tuple(float(about[f"bench_{kind}_switches"]) for about in booked)
        yield Measurement(NAME, build, f"{kind} context switches", "per region", totals, source="rusage")
