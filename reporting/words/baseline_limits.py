"""What the baseline's own times do to every speedup over them: a wide noise floor, drift, a process that took far longer.

All speedups of a study are divided by the same times, so what is wrong with these is wrong with all of them. The rules are
the same for every family; a study that breaks one says so among its limits, with figures.
"""

from __future__ import annotations

from statistics import fmean, median

from reporting import units
from reporting.compare import Comparison, Floor, Speed, noise_floor
from reporting.evidence import Evidence
from reporting.words import ladder_tables, tables

FLOOR = 0.05  #: share; a noise floor above it hides differences that people care about
DRIFT = 0.05  #: share; a baseline that drifts by more from the first block to the last, whatever its p
LONG = 1.25  #: times the median of the processes; one that took longer moves the mean, and few processes hold it


def limits(evidence: Evidence, headline: Comparison) -> tuple[str, ...]:
    """Return what limits all speedups of a study on the build that headlines it; tables say the same of the other."""
    floor = noise_floor(evidence)
    said = [_floor(floor)] if floor and floor.share > FLOOR else []
    return (*said, *filter(None, [_times(evidence, headline)]))


def _floor(floor: Floor) -> str:
    return (
        f"Noise floor {units.percent(floor.share)} ({floor.name} against itself: {units.ratio(floor.control)}): smaller "
        "differences earn no verdict."
    )


def _times(evidence: Evidence, comparison: Comparison) -> str:
    """Say what is wrong with the baseline's times on one build, and what that does to ratios; empty where nothing is."""
    base = comparison.of(evidence.baseline)
    means = [fmean(values) for values in evidence.baseline.processes(comparison.build).values()]
    if base.seconds is None or len(means) < 2:
        return ""
    found = [*_long(means), *_drifting(base)]
    if not found:
        return ""
    name, where = evidence.baseline.name, tables.python(evidence, comparison.build)
    return (
        f"Of {name}, by which all speedups on {where} are divided, {', and '.join(found)}. {_effect(means, comparison)}"
    )


def _long(means: list[float]) -> list[str]:
    """Name the processes that took far longer than the others."""
    middle = median(means)
    long = sorted((each for each in means if each > LONG * middle), reverse=True)
    if not long:
        return []
    rest = [each for each in means if each not in long]
    took = ", ".join(map(units.seconds, long))
    return [
        f"{len(long)} of {units.count(len(means), 'process')} took {took} (the others "
        f"{units.seconds(min(rest))} to {units.seconds(max(rest))})"
    ]


def _drifting(base: Speed) -> list[str]:
    drift = base.quality.drift
    return [f"times drifted by {units.change(drift)} from the first block to the last"] if abs(drift) > DRIFT else []


def _effect(means: list[float], comparison: Comparison) -> str:
    """Say by how much the mean differs from the median, which no single process moves, and what a ratio is by either."""
    said = f"Its mean differs from its median by {units.change(fmean(means) / median(means) - 1)}"
    best = ladder_tables.fastest(comparison)
    if best is None or best.speedup is None:
        return f"{said}."
    ratios = units.significant(best.speedup.value), units.significant(best.medians)
    return f"{said}: {best.run.name} is {ratios[0]}× as fast by means, {ratios[1]}× by medians."
