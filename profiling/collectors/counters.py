"""Counters by `perf stat`, around the measured region only, each run a process of its own.

All sixteen hardware counters of `perf stat -d -d -d`, and the kernel's software events. What the machine cannot
count is recorded as missing, with perf's own words, and never as 0.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.model import Measurement
from bench.rundir import write_text
from profiling import perf_output
from profiling.collector import Job, Missing, Session
from profiling.collectors.timing import start_up
from profiling.options import Options
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
UNKNOWN_SWITCH = 129  #: perf's exit code for a word that it does not know
KERNEL_ONLY = ("context-switches", "cpu-migrations")  #: happen in the kernel, so user space never sees one


def unavailable() -> Missing | None:
    cost = "no counters from perf: page faults and switches come from rusage, hardware counters are left out"
    perf = which("perf")
    if perf is None:
        return Missing("perf is not installed", cost, install_hint())
    denied, fix = denial(perf)
    if denied:
        return Missing(f"perf may not count: {denied}", cost, fix)
    return None


def install_hint() -> str:
    """Return the command that installs perf here: Debian and Ubuntu name the package differently."""
    try:
        ubuntu = "ubuntu" in Path("/etc/os-release").read_text(encoding="utf-8").lower()
    except OSError:
        ubuntu = False
    return "sudo apt install linux-tools-common linux-tools-$(uname -r)" if ubuntu else "sudo apt install linux-perf"


def denial(perf: str, words: Sequence[str] = ("stat", "-e", "task-clock")) -> tuple[str, str]:
    """Return why perf cannot watch a trivial command, and the fix; empty if it can."""
    done = _trial(perf, *words)
    if done.returncode == 0:
        return "", ""
    lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
    said = lines[0] if lines else f"it ended with exit code {done.returncode}"
    known, fix = perf_output.denial(done.stderr)
    return known or said, fix or install_hint()


def pmu_missing(perf: str) -> str:
    """Return perf's words for why `instructions` cannot be counted; empty if it can."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        output = Path(folder, "stat")
        _trial(perf, "stat", *output_words(perf), "-e", "instructions", "-o", str(output))
        rows = perf_output.read(output.read_text(encoding="utf-8")) if output.is_file() else []
    found = perf_output.combined(rows)
    return "perf did not report it" if found is None else found.missing


def output_words(perf: str) -> tuple[str, ...]:
    """Return the words that make perf write for programs: JSON, or CSV before perf 5.19, which has no `-j`.

    Not `-x,`: in some locales a comma is the decimal mark too.
    """
    return ("-j",) if _trial(perf, "stat", "-j", "-e", "task-clock").returncode != UNKNOWN_SWITCH else ("-x", ";")


def _trial(perf: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Let perf watch `true`; words: its command, and what follows."""
    return subprocess.run(
        [perf, *words, "--", "true"], capture_output=True, text=True, timeout=30, check=False,
        env=os.environ | {"LC_ALL": "C"},
    )  # fmt: skip


def estimate(job: Job, options: Options) -> float:
    warm_ups, _, loops = job.plan(options)
    return options.counter_runs * (start_up(job) + (warm_ups + 1) * loops * job.seconds)


def record(jobs: Sequence[Job], session: Session) -> None:
    perf = which("perf")
    assert perf is not None, "unavailable() is asked first"
    tool = version(perf)
    words, runs = output_words(perf), session.options.counter_runs
    for job in (job for job in jobs if job.status == "ok"):
        for number in range(1, runs + 1):
            session.progress.step(f"counters {number}/{runs}", job.name)
            with session.guard(job, "counters"):
                _one(job, session, number, words)
            session.progress.advance(estimate(job, session.options) / runs)
            if job.status != "ok" or NAME in job.notes:
                break
        else:
            job.tools[NAME] = tool


def _one(job: Job, session: Session, number: int, words: tuple[str, ...]) -> None:
    warm_ups, _, loops = job.plan(session.options)
    write_text(
        job.raw(NAME) / "plan.json", json.dumps({"iterations": loops * job.inner_loops, "warm_ups": warm_ups}) + "\n"
    )
    if session.options.flush_bytes:
        flush_caches(session.options.flush_bytes)
    output = job.raw(NAME) / f"perf_run_{number}.{'json' if '-j' in words else 'csv'}"
    with region_pipes(warm_ups) as pipes:
        count = ["-e", ",".join((*HARDWARE, *SOFTWARE)), "-o", str(output)]
        worker = ["--worker", "-w", str(warm_ups), "-n", "1", "-l", str(loops), "-q", "--hook", "bench_region"]
        session.execute(
            job,
            ["perf", "stat", *words, *pipes.argv, *count, "--", *job.argv(*worker)],
            block=number,
            extra=pipes.environment,
        )


def flush_caches(size: int) -> None:
    """Write `size` bytes, so that whatever the caches held is gone."""
    filler = bytearray(b"\xa5") * size  # every byte is written; zeros might only be promised by the kernel
    del filler


def parse(raw: Path, derived: Path, build: str) -> Iterator[Measurement]:
    """Values are per iteration of the workload, one per run. Reads perf's JSON and its CSV."""
    iterations = json.loads((raw / "plan.json").read_text(encoding="utf-8"))["iterations"]
    try:
        paths = sorted(raw.glob("perf_run_*.*"), key=lambda path: (len(path.stem), path.stem))
        runs = [perf_output.read(path.read_text(encoding="utf-8")) for path in paths]
        refused = ""
    except perf_output.Unreadable as error:
        runs, refused = [], f"{error} {error.hint}".strip()
    for event in (*HARDWARE, *SOFTWARE):
        found = [perf_output.combined([row for row in rows if row.event == event]) for rows in runs]
        yield _measurement(event, [row for row in found if row is not None], iterations, build, refused)


def _measurement(event: str, rows: list[perf_output.Row], iterations: int, build: str, refused: str) -> Measurement:
    source = "software event" if event in SOFTWARE else "PMU"
    # One number for all runs: a counter that was lost in some of them is not averaged over the others.
    missing = refused or next(filter(None, map(_lost, rows)), "" if rows else "perf did not report it")
    # Switches are totals: the region's one wait for perf's answer is among them, so a share of an iteration would mislead.
    share = 1 if event in KERNEL_ONLY else iterations
    values = () if missing else tuple(row.value / share for row in rows)
    counted = min((row.counted for row in rows), default=100.0)
    return Measurement(
        NAME, build, event, UNITS.get(event, ""), values, source=source, missing=missing, counted=counted
    )


def _lost(row: perf_output.Row) -> str:
    """Return why a row holds no number, in perf's words or ours; empty if it holds one."""
    if row.event in KERNEL_ONLY and row.user_only and not row.missing:
        return "counted in user space only, where it is always 0; needs perf_event_paranoid 1 or root"
    return row.missing
