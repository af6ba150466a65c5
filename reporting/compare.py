"""The arithmetic on measurements: speedups, shares, caps. Numbers in, numbers out; the words are in words/sections.py."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from statistics import median

from reporting import statistics
from reporting.charts import Box
from reporting.evidence import Evidence, Run
from reporting.measures import derived, quality, verdicts
from reporting.measures.quality import Quality
from reporting.measures.verdicts import Steadiness, Verdict
from reporting.statistics import Interval

NOTHING = Quality(Steadiness("unknown"))


@dataclass(frozen=True)
class Speed:
    """How one variant fared on one build; numbers are None where there are none, and `reason` says why."""

    run: Run
    build: str
    seconds: Interval | None = None
    speedup: Interval | None = None
    verdict: str = "invalid"  #: one of the five, or "baseline"
    processes: int = 0
    reason: str = ""  #: why there is no number, or why nothing more can be said
    more: int | None = None  #: how many more processes would settle an inconclusive verdict
    unchecked: bool = False  #: nothing checked its answer, so its ratio is shown but never ranked
    p: float = math.nan  #: of the speedup being 1, corrected for the number of variants (Holm)
    welch: float = math.nan  #: the same by Welch's test, which ignores blocks: the cross-check
    medians: float = math.nan  #: ratio of the medians: the robustness check
    quality: Quality = field(default=NOTHING)

    @property
    def ranked(self) -> bool:
        """Whether it may be called the best: a rung with a speedup, whose answers were checked."""
        return self.speedup is not None and self.verdict != "baseline" and not self.unchecked and not self.run.is_peer


@dataclass(frozen=True)
class Comparison:
    """All variants on one build against the baseline, in the study's order."""

    build: str
    speeds: tuple[Speed, ...]
    geomean: Interval | None
    geomean_over: tuple[str, ...]  #: the set it is taken over, fixed in advance: all rungs whose answers are checked
    geomean_gap: str = ""  #: why there is none

    def of(self, run: Run) -> Speed:
        return next(speed for speed in self.speeds if speed.run is run)


@dataclass(frozen=True)
class Floor:
    """The host's noise floor: what the baseline shows against itself, interleaved with everything else."""

    name: str  #: the variant that was timed against itself
    build: str  #: on which it was measured
    control: Interval  #: its speedup over itself
    share: float  #: the farther end of that interval, as a share


def noise_floor(evidence: Evidence) -> Floor | None:
    """Return the floor of this study's host; None where the study measured none that means anything.

    It is the host's, so it holds whatever variant the others are compared with, and on the other build too.
    """
    for run, build in ((run, build) for run in evidence.runs for build in evidence.builds):
        base, control = (run.processes(build, name) for name in ("time", "time of the control"))
        if len(_shared(base, control)) > 1:
            ratio = ratios(base, [control])[0][0]
            return Floor(run.name, build, ratio, verdicts.noise_floor(ratio))
    return None


def compare(evidence: Evidence, build: str) -> Comparison:
    """Compare every variant with the baseline on one build."""
    floor = noise_floor(evidence)
    share = floor.share if floor else 0.0
    base = evidence.baseline.processes(build)
    plain = [_timed(evidence, run, build, share) for run in evidence.runs]
    spoilt = next(
        s for s in plain if s.run is evidence.baseline
    ).quality.objections  # a baseline whose times mean nothing leaves nothing to compare with
    able = [
        s
        for s in plain
        if base and s.seconds and s.run is not evidence.baseline and not (s.quality.objections or spoilt)
    ]
    found, _ = ratios(base, [s.run.processes(build) for s in able])
    tests = [_tests(base, s.run.processes(build)) for s in able]
    corrected = statistics.holm([test.p for test in tests])
    judged = {
        s.run.name: _judged(s, ratio, replace(test, p=p), share, derived.deterministic_ratio(evidence, s.run, build))
        for s, ratio, test, p in zip(able, found, tests, corrected, strict=True)
    }
    speeds = tuple(judged.get(s.run.name, _without(s, spoilt)) for s in plain)
    return Comparison(build, speeds, *_geomean(evidence, base, speeds))


def _without(speed: Speed, spoilt: Sequence[str]) -> Speed:
    """Return `speed`, with the reason why the baseline gives it nothing to be compared with."""
    if not spoilt or speed.seconds is None or speed.quality.objections:
        return speed
    return replace(speed, reason=f"the baseline means nothing: {spoilt[0]}")


def _timed(evidence: Evidence, run: Run, build: str, floor: float) -> Speed:
    """Return how long a variant took, and what speaks against that, before any comparison."""
    outcome, samples = run.outcome(build), list(run.processes(build).values())
    if outcome.status != "ok":
        return Speed(run, build, reason=f"{outcome.status}: {outcome.reason}")
    if not samples:
        found_none = run.find(build, "time")
        return Speed(run, build, reason=(found_none.missing if found_none else "") or run.gap(build, "timing"))
    found = quality.inspect(evidence, run, build, floor)
    digest, expected = outcome.digest, evidence.baseline.outcome(build).digest
    objections = list(found.objections)
    if digest and expected and digest != expected:
        objections.insert(0, "its answer is not the baseline's")
    found = replace(found, objections=tuple(objections))
    speed = Speed(
        run, build, statistics.mean(samples), processes=len(samples), unchecked=not (digest and expected), quality=found,
        reason=objections[0] if objections else "the baseline has no valid timing on this build",
    )  # fmt: skip
    if run is evidence.baseline:
        reason = objections[0] if objections else ""
        return replace(speed, speedup=Interval(1.0, 1.0, 1.0), verdict="baseline", reason=reason, unchecked=False)
    return speed


def _judged(speed: Speed, ratio: Interval, tests: Tests, floor: float, counted: float | None) -> Speed:
    """Return `speed` with its ratio and verdict; tests.p is corrected already."""
    if speed.unchecked:
        said = Verdict("invalid", "nothing checked that it does the same job (it has no oracle)")
    else:
        said = verdicts.judge(ratio, tests.processes, tests.p, floor=floor, counted=counted)
    return replace(
        speed, speedup=ratio, verdict=said.word, reason=said.reason, more=said.more, processes=tests.processes,
        p=tests.p, welch=tests.welch, medians=tests.medians,
    )  # fmt: skip


def _geomean(
    evidence: Evidence, base: dict[int, tuple[float, ...]], speeds: Sequence[Speed]
) -> tuple[Interval | None, tuple[str, ...], str]:
    """Return the geometric mean, its set, and why there is none: a variant without a number does not shrink the set."""
    ours = [s for s in speeds if s.run is not evidence.baseline and not s.run.is_peer]
    wanted = [s for s in ours if not s.run.manifest.script and not s.unchecked]
    names = tuple(s.run.name for s in wanted)
    lost = [s.run.name for s in wanted if s.speedup is None]
    if lost or not wanted:
        return None, names, f"{', '.join(lost)} has no valid number" if lost else "no variant has a speedup"
    return ratios(base, [s.run.processes(speeds[0].build) for s in wanted])[1], names, ""


def ratios(
    base: dict[int, tuple[float, ...]], others: Sequence[dict[int, tuple[float, ...]]]
) -> tuple[list[Interval], Interval | None]:
    """Return the speedups over `base`, block by block where both were interleaved, and their geometric mean.

    A ratio is over the blocks that the two have, whatever the others lack; the geometric mean over those of all.
    """
    each = [_ratio(base, other) for other in others]
    common = _shared(base, *others)
    if not common:
        return each, None
    return each, statistics.speedups(_of(base, common), [_of(other, common) for other in others])[1]


def _ratio(base: dict[int, tuple[float, ...]], other: dict[int, tuple[float, ...]]) -> Interval:
    shared = _shared(base, other)
    if shared:
        return statistics.speedups(_of(base, shared), [_of(other, shared)])[0][0]
    return statistics.independent(list(base.values()), list(other.values()))


def _of(arm: dict[int, tuple[float, ...]], blocks: Sequence[int]) -> list[tuple[float, ...]]:
    return [arm[block] for block in blocks]


def _shared(*arms: dict[int, tuple[float, ...]]) -> list[int]:
    """Return the blocks that all arms have; none where the processes were not interleaved in blocks."""
    common = set.intersection(*(set(arm) for arm in arms))
    return sorted(block for block in common if block >= 0)


@dataclass(frozen=True)
class Tests:
    """What stands beside the ratio of two arms."""

    p: float  #: paired by block where there are blocks
    welch: float
    medians: float  #: ratio of the medians
    processes: int  #: that both arms have: blocks, or those of the arm that has fewer


def _tests(base: dict[int, tuple[float, ...]], other: dict[int, tuple[float, ...]]) -> Tests:
    means = [statistics.process_means(list(arm.values())).tolist() for arm in (base, other)]
    welch, medians = statistics.welch(*means), median(means[0]) / median(means[1])
    shared = _shared(base, other)
    paired = [statistics.process_means([arm[b] for b in shared]).tolist() for arm in (base, other)]
    p = statistics.paired_p(*paired) if shared else welch
    return Tests(p, welch, medians, len(shared) or min(len(base), len(other)))


@dataclass(frozen=True)
class Hot:
    """A function's share of the samples of the measured region."""

    name: str
    own: Interval  #: the function itself on top of the stack
    inclusive: Interval  #: the function anywhere on the stack


def hottest(run: Run, build: str, number: int | None = None) -> list[Hot]:
    """Return the functions of a variant's profile (or the first `number`), the hottest first, with intervals over processes."""
    found = run.find(build, "samples")
    processes: list[dict[str, list[int]]] = found.detail.get("processes", []) if found else []
    return [_over_processes(hot, processes) for hot in hot_functions(run.stacks.get(build, Counter()))[:number]]


def _over_processes(hot: Hot, processes: Sequence[dict[str, list[int]]]) -> Hot:
    """Widen the intervals of a function by how much processes differ; those too rare to be told apart stay as they are."""
    if not processes or hot.name not in processes[0]:
        return hot
    wholes = [process[""][1] for process in processes]
    own, inclusive = ([process[hot.name][i] for process in processes] for i in (0, 1))
    return Hot(hot.name, statistics.clustered_share(own, wholes), statistics.clustered_share(inclusive, wholes))


def hot_functions(stacks: Counter[str]) -> list[Hot]:
    """Return all functions of a profile, the hottest (by own share) first, with the sampling error alone."""
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


def flame_boxes(
    stacks: Counter[str], smallest: float = 0.004, kind: Callable[[str], str] | None = None
) -> tuple[Box, ...]:
    """Lay out folded stacks, ordered by name; frames below `smallest` of the whole are left out.

    kind: frame -> whose code it is, which its colour says; frame_kind unless given.
    """
    kind = kind or frame_kind
    whole = sum(stacks.values())
    boxes: list[Box] = []

    def place(items: list[tuple[list[str], int]], x: int, depth: int) -> None:
        names = sorted({frames[depth] for frames, _ in items if len(frames) > depth})
        for name in names:
            below = [(frames, count) for frames, count in items if len(frames) > depth and frames[depth] == name]
            width = sum(count for _, count in below)
            if width >= smallest * whole:
                boxes.append(Box(name, x, width, depth, kind(name)))
                place(below, x, depth + 1)
            x += width

    place([(stack.split(";"), count) for stack, count in stacks.items()], 0, 0)
    return tuple(boxes)


def frame_kind(name: str) -> str:
    """Return whose code a frame is: the family's (upstream's included), a library's, or the harness around it."""
    if ("/__init__.py)" in name and "(bench/" in name) or (name.startswith("bench_") and "run_benchmark.py)" in name):
        return "benchmark loop"
    return "variant's code" if "(bench/" in name or "run_benchmark.py)" in name else "library"
