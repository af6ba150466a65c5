"""Counters by simulation, where the machine has no PMU: callgrind, around the measured region only.

Simulation takes about 150 times as long as running, so it is done at the family's small size, and counts are given per
unit of work. They say what the program does, exactly and repeatably, not how long it takes. Each variant is counted
twice, at the same time where there are two CPUs, which does not change a count; how far the two differ is reported.

On the release build only: a debug build would take four times as long to count its own checks. A study of the debug
build alone is counted on that.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from bench import discover, region, valgrind
from bench.errors import VariantFailed, WrongAnswer
from bench.model import Listing, Measurement
from bench.rundir import write_text
from profiling import callgrind, collector, host
from profiling.collector import Job, Missing, Session
from profiling.options import Options
from profiling.process import which

NAME = "simulated"
SLOWDOWN = 150  #: of simulated code, roughly
QUICK = 0.02  #: seconds; below it a warm-up is simulated too, so that caches are not counted cold
SLOW = 0.4  #: seconds; above it there is no warm-up, unless a compiler needs one
PATIENCE = 4  #: times the time limit of other processes
SEED = "1"  #: counts may have one fixed hash seed; others change instructions by 0.2 % at most (six tried)
# Under a compiler, a run may differ from the next by the 7 instructions of one memory allocation: 3 in a million of
# pyaes_opt2's small size. So what is compiled is repeated until it is long enough for that not to matter.
ENOUGH = 20_000_000  #: instructions
LOOPS = 4096  #: but not more often than this
TRIAL = 64  #: loops that tell how long one is: what surrounds the loop is as much as several of a few microseconds
SHOWN = 12  #: functions in the listing


def unavailable() -> Missing | None:
    cost = "no instructions, branches and cache misses where there is no PMU to count them"
    why = valgrind.unsupported()
    if why:
        return Missing(why, cost, "measure on Linux on x86-64")
    path = which("valgrind")
    if path is None:
        return Missing("valgrind is not installed", cost, "sudo apt install valgrind")
    argv = [path, "-q", "--tool=none", "true"]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode:  # Ubuntu's loader is stripped: Valgrind then asks for the C library's symbols
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        said = lines[0] if lines else f"exit code {done.returncode}"
        return Missing(f"valgrind cannot run here ({said})", cost, "sudo apt install valgrind libc6-dbg")
    return None


def estimate(job: Job, options: Options) -> float:
    return 0.0 if job.build == "dbg" else 5.0 + 10.0 * _compiled(job) + 30.0 * job.seconds


def _compiled(job: Job) -> bool:
    """Whether a just-in-time compiler may take part."""
    return job.jit or bool(job.variant.requires)


def record(jobs: Sequence[Job], session: Session) -> None:
    version = subprocess.run(["valgrind", "--version"], capture_output=True, text=True, check=False).stdout.strip()
    build = "release" if any(job.build == "release" for job in jobs) else "dbg"
    for job in (job for job in jobs if job.status == "ok"):
        if job.build != build:
            job.notes[NAME] = ("counters are simulated on the release build only", "")
            continue
        session.progress.step(NAME, job.name)
        with session.guard(job, NAME):
            try:
                _one(job, session)
            except WrongAnswer as error:  # Valgrind computes in 64 bits where the FPU has 80
                raise VariantFailed(f"under valgrind it {error}") from error
            job.tools[NAME] = version
        session.progress.advance(estimate(job, session.options))


def _one(job: Job, session: Session) -> None:
    limit = PATIENCE * session.options.limit_seconds
    session = replace(session, options=replace(session.options, limit_seconds=limit))
    small = _small(job, session)
    if small.seconds * SLOWDOWN > limit:
        raise VariantFailed(
            f"one iteration at size {small.target.size} takes {small.seconds:.1f} s, too long to simulate; "
            "give the family a smaller size, or raise --time-limit"
        )
    warm = small.seconds < QUICK
    warm_ups = 2 if warm else int(_compiled(small) or small.seconds < SLOW)
    loops = _loops(small, session, warm_ups)
    amount, unit = discover.family(job.target.family).work.get(small.target.size, (1.0, "iteration"))
    caches, differs = callgrind.caches(host.caches())
    plan = {
        "size": small.target.size, "amount": amount * small.inner_loops * loops, "unit": unit, "loops": loops,
        "warm": warm, "warm_ups": warm_ups, "hash_seed": SEED, "differs": differs,
        "caches": {name: [cache.size, cache.ways, cache.line] for name, cache in caches.items()},
    }  # fmt: skip
    write_text(job.raw(NAME) / "plan.json", json.dumps(plan) + "\n")
    simulate = ["--cache-sim=yes", "--branch-sim=yes", *(cache.option(name) for name, cache in caches.items())]
    runs = max(1, session.options.simulated_runs)
    for number, kept in enumerate(_run(small, session, simulate, runs, (warm_ups, loops), warm=warm), 1):
        write_text(job.raw(NAME) / f"run_{number}.txt", kept)


def _loops(job: Job, session: Session, warm_ups: int) -> int:
    """Return how often to repeat the job. Where a compiler takes part, one run more finds out.

    That run also fills the compiler's cache, so that all later ones find the same.
    """
    if not (_compiled(job) or job.variant.script):
        return 1
    trial = max(1, min(TRIAL, int(QUICK / job.seconds)))
    (scout,) = _run(job, session, [], 1, (warm_ups, trial), warm=False)
    needed = math.ceil(ENOUGH * trial / callgrind.read(scout).count("instructions"))
    return min(LOOPS, 1 << (needed - 1).bit_length())  # a power of two, so that small differences do not change it


def _small(job: Job, session: Session) -> Job:
    """Return the job at the family's smallest size, run once without Valgrind to learn its answer and its pace.

    That run also leaves the byte code of all modules behind: a process that had to compile one counts differently.
    """
    import pyperf

    size = list(discover.family(job.target.family).sizes)[-1]
    small = job
    if not job.variant.script and size != job.target.size:  # a plain pyperf script has one size
        small = replace(job, target=replace(job.target, size=size), digest="")
    output = job.raw(NAME) / "one.worker.json"
    worker = ["--worker", "-w", "1", "-n", "1", "-l", "1", "-q", "--hook", "bench_region", "-o", str(output)]
    try:
        done = session.execute(small, small.argv(*worker), extra={region.SIMULATE: "cold"})
        (run,) = pyperf.Benchmark.load(str(output)).get_runs()
    finally:
        output.unlink(missing_ok=True)
    digest = [line.partition(" ")[2] for line in done.out.splitlines() if line.startswith("answer ")]
    return replace(small, digest=digest[-1] if digest else "", seconds=run.values[0] * job.inner_loops)


def _run(job: Job, session: Session, simulate: list[str], runs: int, plan: tuple[int, int], *, warm: bool) -> list[str]:
    """Return excerpts of `runs` profiles, taken as many at a time as there are CPUs; plan: (warm-ups, loops)."""
    warm_ups, loops = map(str, plan)
    worker = job.argv("--worker", "-w", warm_ups, "-n", "1", "-l", loops, "-q", "--hook", "bench_region")
    extra = {
        "PYTHONHASHSEED": SEED,
        "BENCH_PADDING": "",
        # A compiler sees the CPU that Valgrind simulates, another one than the host's.
        "NUMBA_CACHE_DIR": str(collector.numba_cache(job.build, "valgrind")),
        region.SIMULATE: "warm" if warm else "cold",
        region.SKIP: warm_ups,
    }
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        outputs = [f"{folder}/run_{number}" for number in range(1, runs + 1)]
        tool = ["valgrind", "-q", "--tool=callgrind", "--instr-atstart=no", *simulate]
        argvs = [[*tool, f"--callgrind-out-file={output}", *worker] for output in outputs]
        together = len(os.sched_getaffinity(0))
        for first in range(0, runs, together):
            session.execute_together(job, argvs[first : first + together], extra=extra)
        found = [callgrind.excerpt(Path(path).read_text(encoding="utf-8", errors="replace")) for path in outputs]
    for kept in found:
        callgrind.read(kept)  # raises if nothing was counted
    return found


def parse(raw: Path, derived: Path, build: str) -> Iterator[Measurement | Listing]:
    """Values are per unit of work, one per run; `detail` says what was simulated, and how far the runs differ."""
    plan = json.loads((raw / "plan.json").read_text(encoding="utf-8"))
    profiles = [callgrind.read(path.read_text(encoding="utf-8")) for path in sorted(raw.glob("run_*.txt"))]
    counts = [profile.count("instructions") for profile in profiles]
    detail = {
        "size": plan["size"], "warm": plan["warm"], "differs": "; ".join(plan["differs"]),
        "caches": ", ".join(f"{name} {size >> 10:,} KiB in {ways} ways" for name, (size, ways, _) in plan["caches"].items()),
        "ppm": 1e6 * (max(counts) - min(counts)) / min(counts) if len(counts) > 1 else None,
    }  # fmt: skip
    unit = f"per {plan['unit']}"
    for metric in callgrind.METRICS:
        values = tuple(profile.count(metric) / plan["amount"] for profile in profiles)
        yield Measurement(NAME, build, metric, unit, values, source="simulated", detail=detail)
    listing = _functions(profiles[0], plan["size"], unit, plan["amount"], build)
    if listing is not None:
        yield listing


def _functions(profile: callgrind.Profile, size: str, unit: str, amount: float, build: str) -> Listing | None:
    """List the functions with the most instructions of their own; None where most of them have no name."""
    whole = profile.count("instructions")
    if sum(count for name, count in profile.functions if not name.startswith("0x")) < whole / 2:
        return None
    rows = []
    for name, count in profile.functions[:SHOWN]:
        function, _, library = name.rpartition(" [")
        rows.append((function, library.rstrip("]"), count / amount, 100 * count / whole))
    return Listing(
        NAME, build, "Instructions by C function", "simulated",
        caption=f"Instructions of its own, exact, at size {size}; functions that the compiler inlined count for their callers.",
        columns=("function", "library", f"instructions {unit}", "share (%)"), rows=tuple(rows),
    )  # fmt: skip
