"""A family's accelerators beside a study of its software: what each is projected to bring, and against what it has to stand.

Arithmetic only: the models are in codesign.py, the words in words/hardware*.py. Projections are over the family's own
baseline, whatever variant a report compares with, since that is what was timed with and without the accelerator's part, side
by side. Against software, which has a session of its own, seconds are held against seconds.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from bench.errors import SuiteError
from bench.hardware import HardwareStudy, Result
from reporting.codesign import Projection, project
from reporting.compare import Comparison, ratios
from reporting.evidence import Evidence, Run
from reporting.measures import quality
from reporting.measures.verdicts import MINIMUM_PROCESSES
from reporting.model import candidates
from reporting.model.interfaces import PRESETS
from reporting.statistics import Interval, mean

#: the interface by which designs are compared: fixed in advance, the same for all; its port is coherent with the caches
REFERENCE = "dma"
PROJECTED = "projected"  #: the source of all that a model says
BEATS, LOSES, OPEN = "beats", "loses to", "cannot be told from"
WRONG = "wrong answer"  #: with which the reason begins, where a design's answer did not pass


@dataclass(frozen=True)
class Candidate:
    """One design with its projections; without any where something that they need was not found."""

    result: Result
    role: str  #: its colour, on every chart of a report
    projections: Mapping[str, Projection]  #: name of an interface -> what the design would bring behind it
    lacking: str = ""  #: why there is no projection
    beside: int = MINIMUM_PROCESSES  #: processes that timed the fastest software, where there is some

    @property
    def name(self) -> str:
        return self.result.name

    @property
    def reference(self) -> Projection | None:
        return self.projections.get(REFERENCE)

    @property
    def wrong(self) -> str:
        """Why its answer is wrong; empty where it is right, or was not asked for."""
        return next((why for why, _ in self.result.missing.values() if why.startswith(WRONG)), "")

    @property
    def one_seed(self) -> bool:
        """Whether its clock is of one placement, so that no interval knows how far the placer's luck goes."""
        return self.reference is not None and len(self.reference.inputs.clock) == 1

    @property
    def unsure(self) -> str:
        """Why its own figures earn no verdict, in words; empty where they may have one."""
        processes = len(self.result.host)
        few = f"{processes} process{'es' * (processes != 1)}" if processes < MINIMUM_PROCESSES else ""
        return ", ".join(filter(None, (few, "one seed" * self.one_seed)))

    @property
    def tentative(self) -> str:
        """Why it earns no verdict against the study's software: what of either is too little; empty where it may have one."""
        beside = f"software of {self.beside} processes" if self.beside < MINIMUM_PROCESSES else ""
        return ", ".join(filter(None, (self.unsure, beside)))


@dataclass(frozen=True)
class Measured:
    """A rung of the software's ladder on the build that headlines the study."""

    run: Run
    speedup: Interval  #: over the family's baseline, block by block
    seconds: Interval  #: of one whole iteration
    way: str = ""  #: that it chose on this machine, in its own words; empty where it has one on all machines


@dataclass(frozen=True)
class Accelerators:
    """All that a report says of a family's accelerators."""

    study: HardwareStudy
    changed: tuple[str, ...]  #: files that they were made from and that the checkout has otherwise
    build: str  #: of the software that they are held against
    baseline: str  #: the family's
    candidates: tuple[Candidate, ...]
    software: tuple[Measured, ...]  #: slowest first

    @property
    def fastest(self) -> Measured | None:
        return self.software[-1] if self.software else None

    @property
    def yardsticks(self) -> tuple[Measured, ...]:
        """The fastest software, then the fastest that goes one way on all machines, whatever instructions these have."""
        same = [rung for rung in self.software[:-1] if not rung.way]
        return (*self.software[-1:], *(same[-1:] if self.software and self.software[-1].way else ()))

    @property
    def own(self) -> tuple[Candidate, ...]:
        """The designs that have sections of their own."""
        return tuple(c for c in self.candidates if not c.result.point)

    @property
    def projected(self) -> tuple[Candidate, ...]:
        """All designs that have a projection."""
        return tuple(c for c in self.candidates if c.projections)


def read(evidence: Evidence, comparison: Comparison) -> Accelerators | None:
    """Return the accelerators of a study's family; None where none were taken through the tools at the study's size.

    comparison: on the build that headlines the study.
    """
    study = evidence.hardware
    if study is None or study.size != evidence.study.size:
        return None
    first, other = len(evidence.runs) + len(evidence.series_peers), session(quality.gap(evidence, study))
    rungs = software(evidence, comparison)
    timed = len(rungs[-1].run.processes(comparison.build)) if rungs else MINIMUM_PROCESSES
    found = tuple(
        replace(_candidate(result, f"variant-{first + i}", other), beside=timed)
        for i, result in enumerate(study.results)
    )
    return Accelerators(study, evidence.hardware_changed, comparison.build, evidence.study.baseline, found, rungs)


def session(gap: Interval | None) -> Interval:
    """Return what a host's time may have to be multiplied by to stand among the times of software.

    gap: how much longer the same baseline took beside the host than beside the software. Whether a host moved as the baseline
    did is not known, so the range goes from 1, no change, to all that the gap's own interval allows.
    """
    ends = [1 / end for end in (gap.value, gap.low, gap.high) if not math.isnan(end)] if gap else []
    return Interval(1.0, min([1.0, *ends]), max([1.0, *ends]))


def _candidate(result: Result, role: str, other: Interval) -> Candidate:
    try:
        inputs = candidates.from_result(result)
    except SuiteError as lacking:
        return Candidate(result, role, {}, str(lacking))
    wanted = [name for name in PRESETS if name == REFERENCE or not result.point]
    return Candidate(result, role, {name: project(inputs, PRESETS[name], session=other) for name in wanted})


def software(evidence: Evidence, comparison: Comparison) -> tuple[Measured, ...]:
    """Return the software of a study that accelerators are held against, on the comparison's build, slowest first."""
    build = comparison.build
    base = next((run for run in evidence.runs if run.name == evidence.study.baseline), None)
    rungs = [s.run for s in comparison.speeds if (s.ranked or s.verdict == "baseline") and s.run is not base]
    if base is None or not rungs or not base.processes(build):
        return ()
    speedups, _ = ratios(base.processes(build), [run.processes(build) for run in rungs])
    times = (mean(list(run.processes(build).values())) for run in rungs)
    ways = (run.outcome(build).path for run in rungs)
    found = [Measured(*each) for each in zip(rungs, speedups, times, ways, strict=True)]
    return tuple(sorted(found, key=lambda each: each.speedup.value))


def over(host: Interval, measured: Interval) -> Interval:
    """Return what a host's part alone allows over software, both in seconds; wide, as if neither knew of the other.

    Seconds and not speedups are divided: each study has a baseline of its own.
    """
    return Interval(measured.value / host.value, measured.low / host.high, measured.high / host.low)


def against(projection: Projection, rung: Measured) -> tuple[str, float]:
    """Return how a projection stands against software of the study, as `standing` does.

    Compared are the seconds of an iteration. What the two sessions differ by is in the projection's interval.
    """
    return standing(projection.beside, rung.seconds)


def standing(projected: Interval, measured: Interval) -> tuple[str, float]:
    """Return how seconds that are projected stand against measured ones, in a word, and by which factor (at least 1).

    Where their intervals overlap nothing can be told.
    """
    factor = measured.value / projected.value if projected.value else math.inf
    known = not any(map(math.isnan, (projected.low, projected.high, measured.low, measured.high)))
    if known and projected.high < measured.low:
        return BEATS, factor
    if known and projected.low > measured.high:
        return LOSES, 1 / factor
    return OPEN, max(factor, 1 / factor) if factor else math.inf
