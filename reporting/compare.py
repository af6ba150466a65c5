"""The arithmetic on measurements: speedups, shares, caps. Numbers in, numbers out; the words are in sections.py."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from reporting import statistics
from reporting.document import Box
from reporting.evidence import Evidence, Run
from reporting.statistics import Interval


@dataclass(frozen=True)
class Speed:
    """How one variant fared on one build; all None unless its answers were right and it was timed."""

    run: Run
    build: str
    seconds: Interval | None = None
    speedup: Interval | None = None
    verdict: str = "invalid"
    processes: int = 0
    reason: str = ""  #: why there is no number


@dataclass(frozen=True)
class Comparison:
    """All variants on one build against the baseline, in the study's order."""

    build: str
    speeds: tuple[Speed, ...]
    geomean: Interval | None
    geomean_over: tuple[str, ...]  #: the set it is taken over: all variants but the baseline whose answers are right

    def of(self, run: Run) -> Speed:
        return next(speed for speed in self.speeds if speed.run is run)


def compare(evidence: Evidence, build: str) -> Comparison:
    """Compare every variant with the baseline on one build."""
    base = evidence.baseline.values(build, "time")
    timed = [run for run in evidence.runs if run is not evidence.baseline and run.values(build, "time")] if base else []
    ratios, _ = statistics.speedups(base, [run.values(build, "time") for run in timed])
    by_name = dict(zip([run.name for run in timed], ratios, strict=True))
    speeds = tuple(_speed(evidence, run, build, by_name.get(run.name)) for run in evidence.runs)
    checked = [run for run in timed if run.outcome(build).digest]  # an unchecked script may do another job
    _, geomean = statistics.speedups(base, [run.values(build, "time") for run in checked])
    return Comparison(build, speeds, geomean, tuple(run.name for run in checked))


def _speed(evidence: Evidence, run: Run, build: str, ratio: Interval | None) -> Speed:
    outcome, values = run.outcome(build), run.values(build, "time")
    if outcome.status != "ok":
        return Speed(run, build, reason=f"{outcome.status}: {outcome.reason}")
    if not values:
        timing = run.find(build, "time")
        return Speed(run, build, reason=timing.missing if timing and timing.missing else run.gap(build, "timing"))
    mean = statistics.mean(values)
    if run is evidence.baseline:
        return Speed(run, build, mean, Interval(1.0, 1.0, 1.0), "baseline", len(values))
    if ratio is None:
        return Speed(run, build, mean, None, "invalid", len(values), "the baseline has no valid timing on this build")
    if not (outcome.digest and evidence.baseline.outcome(build).digest):
        return Speed(run, build, mean, ratio, "unchecked", len(values))
    fewest = min(len(values), len(evidence.baseline.values(build, "time")))
    return Speed(run, build, mean, ratio, statistics.verdict(ratio, fewest), fewest)


@dataclass(frozen=True)
class Hot:
    """A function's share of the samples of the measured region."""

    name: str
    own: Interval  #: the function itself on top of the stack
    inclusive: Interval  #: the function anywhere on the stack


def hot_functions(stacks: Counter[str]) -> list[Hot]:
    """Return all functions of a profile, the hottest (by own share) first."""
    own: Counter[str] = Counter()
    inclusive: Counter[str] = Counter()
    for stack, count in stacks.items():
        frames = stack.split(";")
        own[frames[-1]] += count
        for frame in set(frames):
            inclusive[frame] += count
    whole = sum(stacks.values())
    hot = [Hot(name, statistics.share(own[name], whole), statistics.share(n, whole)) for name, n in inclusive.items()]
    return sorted(hot, key=lambda h: (-h.own.value, -h.inclusive.value, h.name))


def flame_boxes(stacks: Counter[str], smallest: float = 0.004) -> tuple[Box, ...]:
    """Lay out folded stacks, ordered by name; frames below `smallest` of the whole are left out."""
    whole = sum(stacks.values())
    boxes: list[Box] = []

    def place(items: list[tuple[list[str], int]], x: int, depth: int) -> None:
        names = sorted({frames[depth] for frames, _ in items if len(frames) > depth})
        for name in names:
            below = [(frames, count) for frames, count in items if len(frames) > depth and frames[depth] == name]
            width = sum(count for _, count in below)
            if width >= smallest * whole:
                boxes.append(Box(name, x, width, depth, frame_kind(name)))
                place(below, x, depth + 1)
            x += width

    place([(stack.split(";"), count) for stack, count in stacks.items()], 0, 0)
    return tuple(boxes)


def frame_kind(name: str) -> str:
    """Return whose code a frame is: the family's (upstream's included), a library's, or the harness around it."""
    if ("/__init__.py)" in name and "(bench/" in name) or (name.startswith("bench_") and "run_benchmark.py)" in name):
        return "benchmark loop"
    return "variant's code" if "(bench/" in name or "run_benchmark.py)" in name else "library"
