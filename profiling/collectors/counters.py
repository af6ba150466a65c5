"""Counters by `perf stat`, around the measured region only, each run a process of its own.

All sixteen hardware counters of `perf stat -d -d -d`, and the kernel's software events. What the machine cannot
count is recorded as missing, with perf's own words, and never as 0.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.errors import Tampered
from bench.model import Measurement
from bench.rundir import write_text
from profiling.collector import Job, Missing, Options, Session
from profiling.collectors.timing import START_UP
from profiling.perf import region_pipes, version
from profiling.process import which

NAME = "counters"
HARDWARE = (
    "cycles", "instructions", "branches", "branch-misses",
    "L1-dcache-loads", "L1-dcache-load-misses", "LLC-loads", "LLC-load-misses",
    "L1-icache-loads", "L1-icache-load-misses", "dTLB-loads", "dTLB-load-misses",
    "iTLB-loads", "iTLB-load-misses", "L1-dcache-prefetches", "L1-dcache-prefetch-misses",
)  # fmt: skip
# Not duration_time: perf lets it run from the start of the process, whatever the control pipe says.
SOFTWARE = ("task-clock", "context-switches", "cpu-migrations", "page-faults")
UNITS = {"task-clock": "ms", "context-switches": "per region", "cpu-migrations": "per region"}
KERNEL_ONLY = ("context-switches", "cpu-migrations")  #: happen in the kernel, so user space never sees one


def unavailable() -> Missing | None:
    cost = "no counters at all: task clock, page faults, instructions and cache misses are left out"
    perf = which("perf")
    if perf is None:
        return Missing("perf is not installed", cost, install_hint())
    denied = denial(perf)
    if denied:
        return Missing(f"perf may not count ({denied})", cost, "sudo sysctl kernel.perf_event_paranoid=1")
    return None


def install_hint() -> str:
    """Return the command that installs perf here: Debian and Ubuntu name the package differently."""
    try:
        ubuntu = "ubuntu" in Path("/etc/os-release").read_text(encoding="utf-8").lower()
    except OSError:
        ubuntu = False
    return "sudo apt install linux-tools-common linux-tools-$(uname -r)" if ubuntu else "sudo apt install linux-perf"


def denial(perf: str, words: Sequence[str] = ("stat", "-e", "task-clock")) -> str:
    """Return why perf cannot watch a trivial command, in a few words; empty if it can."""
    done = subprocess.run(
        [perf, *words, "--", "true"], capture_output=True, text=True, timeout=30, check=False,
        env=os.environ | {"LC_ALL": "C"},
    )  # fmt: skip
    if done.returncode == 0:
        return ""
    if "Access to performance monitoring" in done.stderr or "No permission" in done.stderr:
        return "the kernel denies it to this user"
    lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
    return lines[0] if lines else f"it ended with exit code {done.returncode}"


def pmu_missing(perf: str) -> str:
    """Return perf's words for why `instructions` cannot be counted; empty if it can."""
    done = subprocess.run(
        [perf, "stat", "-j", "-e", "instructions", "--", "true"], capture_output=True, text=True, timeout=30,
        check=False, env=os.environ | {"LC_ALL": "C"},
    )  # fmt: skip
    found = [row for row in _rows(done.stderr) if row.get("counter-value", "").startswith("<")]
    return found[0]["counter-value"].strip("<>") if found else ""


def estimate(job: Job, options: Options) -> float:
    warm_ups, _, loops = job.plan(options)
    start = START_UP[job.build] * (4 if job.variant.requires else 1)
    return options.counter_runs * (start + (warm_ups + 1) * loops * job.seconds)


def record(jobs: Sequence[Job], session: Session) -> None:
    perf = which("perf")
    assert perf is not None, "unavailable() is asked first"
    tool = version(perf)
    runs = session.options.counter_runs
    for job in (job for job in jobs if job.status == "ok"):
        for number in range(1, runs + 1):
            session.progress.step(f"counters {number}/{runs}", job.name)
            with session.guard(job, "counters"):
                _one(job, session, number)
            session.progress.advance(estimate(job, session.options) / runs)
            if job.status != "ok" or NAME in job.notes:
                break
        else:
            job.tools[NAME] = tool


def _one(job: Job, session: Session, number: int) -> None:
    warm_ups, _, loops = job.plan(session.options)
    write_text(
        job.raw(NAME) / "plan.json", json.dumps({"iterations": loops * job.inner_loops, "warm_ups": warm_ups}) + "\n"
    )
    if session.options.flush_bytes:
        flush_caches(session.options.flush_bytes)
    with region_pipes(warm_ups) as pipes:
        count = ["-e", ",".join((*HARDWARE, *SOFTWARE)), "-o", str(job.raw(NAME) / f"perf_run_{number}.json")]
        worker = ["--worker", "-w", str(warm_ups), "-n", "1", "-l", str(loops), "-q", "--hook", "bench_region"]
        session.execute(
            job,
            ["perf", "stat", "-j", *pipes.argv, *count, "--", *job.argv(*worker)],
            block=number,
            extra=pipes.environment,
        )


def flush_caches(size: int) -> None:
    """Write `size` bytes, so that whatever the caches held is gone."""
    filler = bytearray(b"\xa5") * size  # every byte is written; zeros might only be promised by the kernel
    del filler


def parse(raw: Path, derived: Path, build: str) -> Iterator[Measurement]:
    """Values are per iteration of the workload, one per run."""
    iterations = json.loads((raw / "plan.json").read_text(encoding="utf-8"))["iterations"]
    runs = [_rows(path.read_text(encoding="utf-8")) for path in sorted(raw.glob("perf_run_*.json"))]
    for event in (*HARDWARE, *SOFTWARE):
        rows = [row for run in runs for row in run if event_name(row) == event]
        yield _measurement(event, rows, iterations, build)


def _measurement(event: str, rows: list[dict[str, str]], iterations: int, build: str) -> Measurement:
    source = "software event" if event in SOFTWARE else "PMU"
    # One number for all runs: a counter that was lost in some of them is not averaged over the others.
    missing = next(filter(None, map(_lost, rows)), "" if rows else "perf did not report it")
    # Switches are totals: the region's one wait for perf's answer is among them, so a share of an iteration would mislead.
    share = 1 if event in KERNEL_ONLY else iterations
    values = () if missing else tuple(float(row["counter-value"]) / share for row in rows)
    counted = min((float(row.get("pcnt-running", 100.0)) for row in rows), default=100.0)
    return Measurement(
        NAME, build, event, UNITS.get(event, ""), values, source=source, missing=missing, counted=counted
    )


def _lost(row: dict[str, str]) -> str:
    """Return why a row holds no number, in perf's words or ours; empty if it holds one."""
    if row["counter-value"].startswith("<"):
        return row["counter-value"].strip("<>")
    if event_name(row) in KERNEL_ONLY and row["event"].endswith(":u"):
        return "counted in user space only, where it is always 0; needs perf_event_paranoid 1 or root"
    return ""


def event_name(row: dict[str, str]) -> str:
    """Return the event without perf's modifiers: `cycles:u` is counted in user space, and named cycles."""
    return re.sub(r":[a-zA-Z]+$", "", row.get("event", ""))


def _rows(text: str) -> list[dict[str, str]]:
    """Read perf's JSON lines, passing over the `# started on` line and blanks that `-o` adds."""
    rows = []
    for line in text.splitlines():
        if line.startswith("{"):
            try:
                rows.append({key: str(value) for key, value in json.loads(line).items()})
            except ValueError as error:
                raise Tampered(f"perf wrote a line that is not JSON: {line[:60]}") from error
    return [row for row in rows if "counter-value" in row]
