"""Where the time goes, at the level of Python functions: py-spy samples the measured region.

One recording (speedscope format, which carries file and line) gives the folded stacks, the flame graph and the hot
lines (profiling/hot_lines.py). Only samples inside the region count: start-up, imports and JIT compilation are cut off.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bench import source
from bench.errors import VariantFailed
from bench.model import Listing, Measurement
from bench.rundir import write_text
from profiling import hot_lines
from profiling.collector import Job, Missing, Session
from profiling.collectors.timing import start_up
from profiling.flamegraph import svg
from profiling.options import Options
from profiling.process import which

NAME = "profile"
COST = "no flame graphs and no hot functions"
MINIMUM_SAMPLES = 500  #: below this the shares are too coarse to quote, and reports say so
SMALLEST = 0.005  #: share of all samples below which processes are not told apart
REGION = ("measured", "bench/__main__.py")  #: the frame that marks the region of a family's variant
SCRIPT_REGION = ("_compute_values", "pyperf/_worker.py")  #: in a plain pyperf script; includes its warm-ups


def unavailable() -> Missing | None:
    if which("py-spy") is None:
        return Missing("py-spy is not installed", COST, "nox -s dev")
    if not may_sample():
        return Missing("py-spy may not read other processes (ptrace)", COST, "in a container: --cap-add SYS_PTRACE")
    return None


def may_sample() -> bool:
    """Whether py-spy can record a process that it starts itself."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        target = [sys.executable, "-c", "sum(range(10**7))"]
        argv = [which("py-spy") or "py-spy", "record", "-f", "raw", "-o", f"{folder}/x", "--", *target]
        done = subprocess.run(argv, capture_output=True, timeout=60, check=False)
        return done.returncode == 0 and Path(folder, "x").exists()


def estimate(job: Job, options: Options) -> float:
    number, warm_ups, values, loops = _plan(job, options)
    start = 2 * start_up(job)
    return number * (start + (warm_ups + values) * loops * job.seconds)


def record(jobs: Sequence[Job], session: Session) -> None:
    spy = which("py-spy")
    assert spy is not None, "unavailable() is asked first"
    version = subprocess.run([spy, "--version"], capture_output=True, text=True, check=False).stdout.strip()
    for job in (job for job in jobs if job.status == "ok"):
        session.progress.step("profile", job.name)
        with session.guard(job, "profile"), tempfile.TemporaryDirectory(prefix="bench-") as folder:
            number, *_ = _plan(job, session.options)
            records = [_one(job, session, spy, Path(folder, f"{process}.json"), process) for process in range(number)]
            text = json.dumps(joined(records), separators=(",", ":"))
            write_text(job.raw(NAME) / "py-spy.speedscope.json", text)
            job.tools[NAME] = version
        session.progress.advance(estimate(job, session.options))


def _plan(job: Job, options: Options) -> tuple[int, int, int, int]:
    """Return (processes, warm-ups, values, loops per value): several processes, so that they can be compared."""
    number = (
        options.sample_processes
        if job.baseline and job.seconds < options.single_seconds
        else min(3, options.sample_processes)
    )
    warm_ups, _, loops = job.plan(options, options.sample_seconds / number)
    # The warm-up of a pyperf worker repeats as often as a value; one iteration of ours is enough, so many short values.
    values = 1 if job.seconds >= options.value_seconds else 10
    return number, warm_ups, values, max(1, loops // values)


def _one(job: Job, session: Session, spy: str, output: Path, process: int) -> dict[str, Any]:
    """Record one process and return what fell into the region."""
    _, warm_ups, values, loops = _plan(job, session.options)
    worker = job.argv("--worker", "-w", str(warm_ups), "-n", str(values), "-l", str(loops), "-q")
    # py-spy stands beside the interpreter of the tool's environment; its name alone keeps the log portable.
    rate = str(session.options.sample_rate)
    record = ["py-spy", "record", "--format", "speedscope", "--rate", rate, "--full-filenames"]
    path = {"PATH": f"{Path(spy).parent}:{session.environment(job.build, 0)['PATH']}"}
    done = session.execute(job, [*record, "--output", str(output), "--", *worker], block=process, extra=path)
    if not output.is_file():
        said = (done.err.strip() or "no recording was left").splitlines()[-1]
        raise VariantFailed(f"py-spy failed: {said}", "Allow ptrace (see Troubleshooting in the README).")
    return keep_region(json.loads(output.read_text()))


def joined(records: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Join recordings of several processes into one that speedscope opens: a profile for each thread of each process."""
    kept: dict[str, int] = {}  # frame (as JSON) -> its new index
    profiles = []
    for process, record in enumerate(records):
        new = [kept.setdefault(json.dumps(f, sort_keys=True), len(kept)) for f in record["shared"]["frames"]]
        for profile in record["profiles"]:
            samples = [[new[index] for index in sample] for sample in profile["samples"]]
            profiles.append(profile | {"name": f"process {process + 1}", "process": process, "samples": samples})
    shared = {"frames": [json.loads(frame) for frame in kept]}
    outside = sum(record["samples_outside"] for record in records)
    return records[0] | {"profiles": profiles, "shared": shared, "samples_outside": outside}


def keep_region(record: dict[str, Any]) -> dict[str, Any]:
    """Cut a speedscope recording to the samples of the region, and its stacks to the frames below it.

    Start-up is not what was asked about, and is most of a recording; how many samples it had is kept. File names
    lose the directories that differ from machine to machine: an archive is meant to be shared. What each kept line
    says is recorded with it (`text`), since the archive outlives the source.
    """
    real = [frame.get("file") or "" for frame in record["shared"]["frames"]]
    frames = [
        frame | {"file": source.portable(file), "real": file}
        for frame, file in zip(record["shared"]["frames"], real, strict=True)
    ]
    kept: dict[str, int] = {}  # frame (as JSON) -> its new index
    profiles, outside = [], 0
    for profile in record["profiles"]:
        samples = []
        for sample in profile["samples"]:
            inside = _inside([frames[index] for index in sample])
            if inside is None:
                outside += 1
                continue
            samples.append([kept.setdefault(json.dumps(frame, sort_keys=True), len(kept)) for frame in inside])
        if samples:
            # py-spy gives every sample the same nominal weight, so plain counts say as much.
            counts = {"unit": "none", "startValue": 0, "endValue": len(samples), "weights": [1] * len(samples)}
            profiles.append(profile | counts | {"name": "measured region", "samples": samples})
    shared = {"frames": [_with_text(json.loads(frame)) for frame in kept]}
    return record | {"name": "measured region", "profiles": profiles, "shared": shared, "samples_outside": outside}


def _with_text(frame: dict[str, Any]) -> dict[str, Any]:
    return frame | {"text": source.line(frame.pop("real"), frame.get("line"))}


def _inside(stack: list[dict[str, Any]]) -> list[dict[str, Any]] | None:
    """Return the frames below the region's frame (outermost first), or None if the stack is outside the region."""
    for index, frame in enumerate(stack):
        if _function(frame) == REGION[0] and frame["file"] == REGION[1]:
            return [f for f in stack[index + 1 :] if _function(f) != "run_checked"]
    if any(frame["file"] == REGION[1] and frame["name"] == "measure" for frame in stack):
        return None  # a family's variant, but in its warm-up or start-up
    for index, frame in enumerate(stack):
        if _function(frame) == SCRIPT_REGION[0] and frame["file"] == SCRIPT_REGION[1]:
            return stack[index + 1 :]
    return None


def _function(frame: dict[str, Any]) -> str:
    """Return the function's own name: from Python 3.11 on, py-spy gives `outer.<locals>.inner`."""
    return str(frame["name"]).rpartition(".")[2]


def parse(raw: Path, derived: Path, build: str) -> Iterator[Measurement | Listing]:
    record = json.loads((raw / "py-spy.speedscope.json").read_text(encoding="utf-8"))
    stacks = folded(record)
    samples = sum(stacks.values())
    write_text(derived / f"{build}.folded", "".join(f"{stack} {count}\n" for stack, count in sorted(stacks.items())))
    write_text(derived / f"{build}.svg", svg(stacks, f"{samples:,} samples of the measured region, {build} build"))
    detail = {
        "outside_region": record["samples_outside"],
        "minimum": MINIMUM_SAMPLES,
        "processes": by_process(record),
        "paths": by_path(record),
    }
    yield Measurement(NAME, build, "samples", "", (float(samples),), source="sampling", better="", detail=detail)
    yield from hot_lines.listing(NAME, build, record)


def by_process(record: dict[str, Any]) -> list[dict[str, list[int]]]:
    """Return, for each process, function -> [samples at it, samples at or below it]; "" is all samples.

    Functions below half a per cent are left out. A recording from before processes were told apart is one process.
    """
    names = _names(record)
    smallest = SMALLEST * sum(len(profile["samples"]) for profile in record["profiles"])
    own: dict[int, Counter[str]] = defaultdict(Counter)
    inclusive: dict[int, Counter[str]] = defaultdict(Counter)
    for profile in record["profiles"]:
        process = profile.get("process", 0)
        for sample in filter(None, profile["samples"]):
            own[process][names[sample[-1]]] += 1
            inclusive[process].update({"", *(names[index] for index in sample)})
    total: Counter[str] = sum(inclusive.values(), Counter())
    shown = [name for name, count in sorted(total.items()) if count >= smallest]
    return [{name: [own[p][name], inclusive[p][name]] for name in shown} for p in sorted(inclusive)]


def by_path(record: dict[str, Any]) -> dict[str, list[int]]:
    """Return path of frames from the outermost, folded -> samples at its end or below, of each process; "" is all samples.

    Paths below half a per cent are left out.
    """
    names = _names(record)
    processes = sorted({profile.get("process", 0) for profile in record["profiles"]})
    found: dict[str, Counter[int]] = defaultdict(Counter)
    for profile in record["profiles"]:
        for sample in filter(None, profile["samples"]):
            frames = [names[index] for index in sample]
            for depth in range(len(frames) + 1):
                found[";".join(frames[:depth])][profile.get("process", 0)] += 1
    smallest = SMALLEST * found[""].total() if found else 0.0
    shown = {path: counts for path, counts in sorted(found.items()) if counts.total() >= smallest}
    return {path: [counts[process] for process in processes] for path, counts in shown.items()}


def _names(record: dict[str, Any]) -> list[str]:
    return [
        f"{_clean(f['name'])} ({f['file']})" if f["file"] else _clean(f["name"]) for f in record["shared"]["frames"]
    ]


def folded(record: dict[str, Any]) -> Counter[str]:
    """Return the folded stacks (`outer (file);inner (file)` -> samples) of a speedscope recording."""
    names = _names(record)
    return Counter(
        ";".join(names[index] for index in sample)
        for profile in record["profiles"]
        for sample in profile["samples"]
        if sample
    )


def _clean(name: str) -> str:
    """Keep a frame's name from breaking the folded format, whatever it holds."""
    return re.sub(r"[;\s\x00-\x1f]+", "_", name)
