"""What speaks against a timing: values that never settle, drift, a CPU that others used, a clock that does not agree.

Each is found by arithmetic on what the processes themselves recorded. What makes numbers meaningless is an objection;
what a reader should know is a remark. Thresholds are constants here, and reports show the numbers beside them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median
from typing import Any

from bench.hardware import HardwareStudy, Timing
from reporting import statistics, units
from reporting.evidence import Evidence, Run
from reporting.measures.verdicts import Steadiness, band, steadiness
from reporting.statistics import Interval, Samples

WAITED, WAITED_TOO_LONG = 0.02, 0.25  #: share of the measured time that a process was ready to run without a CPU
STOLEN, STOLEN_TOO_MUCH = 0.02, 0.25  #: share of CPU time that the hypervisor gave to others
CLOCK = 0.95  #: a variant whose clock shows less of the wall time than this share of what the baseline's shows
DRIFT_P = 0.01
BUSY = 1.0  #: load per CPU above which the processes of others take time from those that are timed


@dataclass(frozen=True)
class Quality:
    """What is known about the timing of one variant on one build."""

    steadiness: Steadiness
    drift: float = 0.0  #: from the first block to the last, as a share
    waited: float | None = None  #: mean over processes, share of the measured time without a CPU
    objections: tuple[str, ...] = ()  #: why its numbers mean nothing
    remarks: tuple[str, ...] = ()  #: what a reader should know


def inspect(evidence: Evidence, run: Run, build: str, floor: float) -> Quality:
    """Look at everything that the processes of one variant recorded about themselves."""
    found = run.find(build, "time")
    detail: Mapping[str, Any] = found.detail if found else {}
    samples = list(run.processes(build).values())
    warm_ups = detail.get("warm_ups", [()] * len(samples))
    around = [*_stolen(evidence), *_clock(evidence, run, build)]
    return _look(samples, warm_ups, _known(detail, "waited"), floor, around)


def judge(timing: Timing, floor: float) -> Quality:
    """Look at what the processes of a hardware study recorded: an accelerator's host, or the baseline beside it."""
    waited = [share for share in timing.waited if share is not None]
    return _look(timing.values, timing.warm_ups, waited, floor) if timing.values else Quality(Steadiness("unknown"))


def both_baselines(evidence: Evidence, study: HardwareStudy) -> tuple[Samples, Samples]:
    """Return the values of the family's baseline, on a release build: in the study of software, and in that of hardware."""
    runs = (run for run in evidence.runs if run.name == evidence.study.baseline)
    software = next((list(run.processes("release").values()) for run in runs), [])
    return software, study.baseline.timing.values


def gap(evidence: Evidence, study: HardwareStudy) -> Interval | None:
    """Return how much longer the baseline took in the hardware study than in that of software; None where one has no time."""
    software, hardware = both_baselines(evidence, study)
    return statistics.independent(hardware, software) if software and hardware else None


def weaker(evidence: Evidence, study: HardwareStudy) -> tuple[str, str]:
    """Return which of both studies timed the baseline worse, "software" or "accelerators", and why; "" where neither did.

    That is the one with fewer processes; else the only one on a busy machine, by the load of the minute before it.
    """
    sides = ("software", "accelerators")
    counts = [len(samples) for samples in both_baselines(evidence, study)]
    if min(counts) < max(counts):
        side = counts.index(min(counts))
        return sides[side], f"{counts[side]} processes, and the other {counts[1 - side]}"
    hosts = (evidence.baseline.manifest.host, study.baseline.machine)
    loads = [next(iter(host.get("load") or ()), None) for host in hosts]
    busy = [
        load is not None and load > BUSY * host.get("usable_cpus", 1) for host, load in zip(hosts, loads, strict=True)
    ]
    if None in loads or sum(busy) != 1:
        return "", ""
    side = busy.index(True)
    return sides[side], f"a load of {loads[side]:.1f} when it began, and the other {loads[1 - side]:.1f}"


def _look(
    samples: Samples, warm_ups: Samples, waited: list[float], floor: float, around: Sequence[str] = ()
) -> Quality:
    """Judge processes by their times and waiting. around: what else makes them meaningless."""
    settled = steadiness(warm_ups, samples, floor)
    drift, p = statistics.trend([fmean(values) for values in samples])
    objections = [*_unsteady(settled), *_disturbed(waited), *around]
    remarks = []
    if p < DRIFT_P and abs(drift) > band(floor):
        remarks.append(f"its times drifted by {units.change(drift)} from the first block to the last (p = {p:.2g})")
    share = fmean(waited) if waited else None
    if share is not None and share > WAITED and not objections:
        remarks.append(f"its processes waited {units.percent(share)} of the time for a CPU that others used")
    return Quality(settled, drift, share, tuple(objections), tuple(remarks))


def stolen(evidence: Evidence) -> float | None:
    """Return the share of CPU time that the hypervisor gave to others while the study ran; None where unknown."""
    value = evidence.study.conditions.get("stolen")
    return None if value is None else float(value)


def _known(detail: Mapping[str, Any], name: str) -> list[float]:
    values: Sequence[float | None] = detail.get(name, ())
    return [value for value in values if value is not None]


def _unsteady(settled: Steadiness) -> list[str]:
    if settled.kind != "none":
        return []
    return [
        f"it reaches no steady state: its values still move by {units.change(settled.change)} within a process "
        f"(p = {settled.p:.2g})"
    ]


def _disturbed(waited: list[float]) -> list[str]:
    if not waited or median(waited) <= WAITED_TOO_LONG:
        return []
    return [
        f"half of its processes waited {units.percent(median(waited))} of the time or more for a CPU that others used"
    ]


def _stolen(evidence: Evidence) -> list[str]:
    share = stolen(evidence)
    if share is None or share <= STOLEN_TOO_MUCH:
        return []
    return [f"the hypervisor gave {units.percent(share)} of the CPU time to others"]


def _clock(evidence: Evidence, run: Run, build: str) -> list[str]:
    """A variant runs inside upstream's timing function, so its clock must show as much of the wall as the baseline's."""
    shown = [m.detail if (m := r.find(build, "time")) else {} for r in (evidence.baseline, run)]
    base, own = (_known(detail, "reported") for detail in shown)
    if not base or not own or fmean(own) >= CLOCK * fmean(base):
        return []
    return [
        f"its clock shows {units.percent(fmean(own))} of the time that passed, the baseline's {units.percent(fmean(base))}"
    ]
