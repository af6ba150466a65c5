"""Where the time goes, at the level of C functions: perf samples the measured region on the software clock.

Whole stacks come from the debug information of the binaries (DWARF), so this is for builds that have names: the debug
build, and a release build that was not stripped. perf's own recording is large and full of this machine's paths; what
is kept are the folded stacks, and how much was sampled, lost and left without a name.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

from bench.errors import SuiteError, VariantFailed
from bench.model import Measurement
from bench.rundir import write_text
from profiling import environments, interpreters, native_stacks
from profiling.collector import Job, Missing, Session
from profiling.collectors.counters import denial, install_hint
from profiling.collectors.timing import start_up
from profiling.elf import has_symbols
from profiling.options import Options
from profiling.perf import region_pipes, version
from profiling.process import run, which

NAME = "native"
COST = "no C functions, and no share of the time that the interpreter takes for itself"
MINIMUM_SAMPLES = 500  #: below this the shares are too coarse to quote, and reports say so
SAMPLES = 2000  #: aimed at; each is 16 KiB for a moment, and 2000 give shares to within 2 points
RATE = 999  #: samples a second: not a divisor of the kernel's own ticks, so that it does not march in step with them
STACK_BYTES = 16384  #: of each stack that perf keeps; frames further out are cut off
STACKS, NUMBERS = "stacks.folded", "numbers.json"


def unavailable() -> Missing | None:
    perf = which("perf")
    if perf is None:
        return Missing("perf is not installed, so C functions are not sampled", COST, install_hint())
    denied, fix = denial(perf, ("record", "-q", "-N", "-e", "cpu-clock", "--call-graph", "dwarf", "-o", "/dev/null"))
    if denied:
        return Missing(f"perf may not sample C functions: {denied}", COST, fix)
    try:
        pair = interpreters.choose()
    except SuiteError as error:
        return Missing(str(error), COST, error.hint)
    if pair.debug is None and not has_symbols(Path(pair.release.path)):
        return Missing("no interpreter here names its C functions", COST, interpreters.install_hint())
    return None


def plan(job: Job, options: Options) -> tuple[int, int, int, int]:
    """Return (warm-ups, values, loops per value, samples a second).

    One long job cannot be cut short, so it is sampled less often; short ones are repeated until there is enough. The
    warm-up of a pyperf worker repeats as often as a value, so many short values cost less than a long one.
    """
    seconds = min(options.sample_seconds, SAMPLES / RATE)
    warm_ups, _, loops = job.plan(options, seconds)
    values = min(10, loops)
    each = round(loops / values)
    rate = RATE * seconds / max(seconds, values * each * job.seconds)
    return warm_ups, values, each, max(9, int(rate) // 10 * 10 + 9)


def estimate(job: Job, options: Options) -> float:
    warm_ups, values, loops, _ = plan(job, options)
    return 3 * start_up(job) + (warm_ups + values) * loops * job.seconds


def record(jobs: Sequence[Job], session: Session) -> None:
    perf = which("perf")
    assert perf is not None, "unavailable() is asked first"
    tool = version(perf)
    for job in (job for job in jobs if job.status == "ok"):
        session.progress.step(NAME, job.name)
        if not has_symbols(environments.ROOT / job.python):
            job.notes[NAME] = (
                "its interpreter was stripped of the names of its C functions",
                "measure the debug build too: --build both"
                if interpreters.choose().debug
                else interpreters.install_hint(),
            )
        else:
            with session.guard(job, NAME):
                _one(job, session, tool)
        session.progress.advance(estimate(job, session.options))


def _one(job: Job, session: Session, tool: str) -> None:
    warm_ups, values, loops, rate = plan(job, session.options)
    with region_pipes(warm_ups) as pipes:
        data, worker = pipes.folder / "perf.data", pipes.folder / "worker.json"
        sample = ["-e", "cpu-clock", "-F", str(rate), "--call-graph", f"dwarf,{STACK_BYTES}", "-N", "-o", str(data)]
        size = ["-w", str(warm_ups), "-n", str(values), "-l", str(loops), "-q", "-o", str(worker)]
        session.execute(
            job,
            ["perf", "record", *pipes.argv, *sample, "--", *job.argv("--worker", *size, "--hook", "bench_region")],
            extra=pipes.environment,
        )
        start = perf_counter()
        # Without --no-inline perf looks up every address in the debug information, one process each.
        fields = ["--no-inline", "--max-stack", "1000", "--show-lost-events", "-F", "pid,tid,time,event,ip,sym,dso"]
        decoded = run(
            ["perf", "script", "-i", str(data), *fields],
            env=session.environment(job.build, 0) | pipes.environment,
            limit=session.options.limit_seconds,
            log=session.log,
        )
        if decoded.code:
            raise VariantFailed(f"perf script failed: {(decoded.err.strip() or 'no message').splitlines()[-1]}")
        cost = {
            "decode_seconds": round(perf_counter() - start, 2),
            "recorded_bytes": data.stat().st_size,
            "seconds_per_iteration": _seconds(worker),
        }
    found = native_stacks.read(decoded.out.splitlines())
    if not found.samples:
        job.notes[NAME] = (f"perf recorded no sample of the region ({found.lost} lost)", "")
        return
    keep(job.raw(NAME), found, {"tool": tool, "rate": rate, **cost})
    job.tools[NAME] = tool


def _seconds(worker: Path) -> float:
    """Return how long an iteration took while it was sampled."""
    import pyperf

    return float(pyperf.Benchmark.load(str(worker)).mean())


def keep(raw: Path, found: native_stacks.Recording, about: dict[str, Any]) -> None:
    """Write the folded stacks of the region, and what they are worth."""
    below = native_stacks.below_region(found.stacks)
    stacks = native_stacks.fold(found.stacks, below)
    write_text(raw / STACKS, "".join(f"{stack} {count}\n" for stack, count in sorted(stacks.items())))
    numbers = about | {
        "event": found.event, "samples": found.samples, "lost": found.lost, "outside": found.outside,
        "cut_stacks": found.cut, "seconds": round(found.last - found.first, 3), "below": below,
    }  # fmt: skip
    write_text(raw / NUMBERS, json.dumps(numbers, indent=1) + "\n")


def parse(raw: Path, derived: Path, build: str) -> Iterator[Measurement]:
    """Shapes: one value, the number of samples; its detail holds what sampling cost and what it missed."""
    text = (raw / STACKS).read_text(encoding="utf-8")
    lines = [line.rpartition(" ") for line in text.splitlines()]
    stacks = [(stack, int(count)) for stack, _, count in lines]
    numbers = json.loads((raw / NUMBERS).read_text(encoding="utf-8"))
    samples = sum(count for _, count in stacks)
    if samples != numbers["samples"] or min(count for _, count in stacks) < 1:
        raise ValueError(f"{samples} samples in the stacks, {numbers['samples']} were recorded")
    frames, unknown = native_stacks.named(stacks)
    write_text(derived / f"{build}.native.folded", text)
    detail = numbers | {"minimum": MINIMUM_SAMPLES, "frames": frames, "unknown_frames": unknown}
    yield Measurement(
        NAME, build, "C stack samples", "", (float(samples),), source="sampling", better="", detail=detail
    )
