"""How far a hardware study can be held against the software beside it: which one is used, timed how often, and when.

What else speaks against its figures is in hardware_doubts.py. Each sentence ends with the command that would help.
"""

from __future__ import annotations

from bench import hardware_merits
from bench.hardware import HardwareStudy
from bench.model import MINIMUM_PROCESSES
from reporting import units
from reporting.evidence import Evidence
from reporting.measures import quality
from reporting.model import kernels
from reporting.statistics import Interval

GAP = 0.05  #: share by which the baseline may differ between two studies without a warning
SOFTWARE, HARDWARE = "software", "accelerators"


def command(evidence: Evidence, side: str = HARDWARE) -> str:
    """Return the command that measures one side again."""
    size = f" --size {evidence.study.size}" if evidence.study.size != "full" else ""
    return f"invoke {'run' if side == SOFTWARE else 'hardware'} --bench {evidence.study.family}{size}"


def limits(evidence: Evidence) -> list[str]:
    """Say that a newer hardware study is not used, and that few processes timed the one that is."""
    study = evidence.hardware
    if study is None or study.size != evidence.study.size:
        return []
    number = hardware_merits.processes(study)
    said = [evidence.hardware_passed] if evidence.hardware_passed else []
    if number < MINIMUM_PROCESSES:
        few = hardware_merits.few_processes(number)
        said.append(f"{few[0].upper()}{few[1:]}. To fix: {command(evidence)}")
    return said


def strangers(evidence: Evidence, study: HardwareStudy) -> list[str]:
    """Name the designs that say to replace only what the baseline's profile does not know: a typing error, as a rule."""
    profiles = [
        stacks for run in evidence.runs if run.name == evidence.study.baseline for stacks in run.stacks.values()
    ]
    frames = {frame for stacks in profiles for stack in stacks for frame in stack.split(";")}
    known = {each for frame in frames for each in (frame, kernels.short(frame))}
    lost = {r.replaces: r.name for r in study.results if not r.point and not known & set(r.replaces.split(", "))}
    return [
        f"What {name} says that it replaces, {replaces}, is in no sample of the profile of {evidence.study.baseline}. To fix: "
        f"name functions as its table of hot functions does, in bench/{study.family}/hardware.py, joined by “, ”."
        for replaces, name in lost.items()
        if known
    ]


def apart(evidence: Evidence, study: HardwareStudy) -> list[str]:
    """Say that the baseline took another time beside the hosts than beside the software, or that this cannot be told."""
    gap = quality.gap(evidence, study)
    if gap is None:
        return []
    told = gap.low > 1 or gap.high < 1
    beyond = max(gap.value, 1 / gap.value) if told else max(gap.high, 1 / gap.low)
    if beyond <= 1 + GAP:
        return []
    name = evidence.study.baseline
    took = f"{name} took {units.ratio(gap)} the time beside the hosts of the accelerators that it took in the study of the software"
    so = (
        f"not the same conditions. {_favoured(gap)}"
        if told
        else f"an interval too wide to tell a difference of {GAP * 100:g} %."
    )
    return [f"{took}, {so} {_fix(evidence, study)}"]


def _favoured(gap: Interval) -> str:
    """Say whom ratios of speedups would flatter, and by how much: that is why seconds are compared."""
    side, share = (HARDWARE, gap.value - 1) if gap.value > 1 else (SOFTWARE, 1 / gap.value - 1)
    return f"Compared are seconds, since speedups would favour the {side} by {units.percent(share)}."


def _fix(evidence: Evidence, study: HardwareStudy) -> str:
    """Name the side to measure again: the one with fewer processes, or with more load; both where neither is worse."""
    side, why = quality.weaker(evidence, study)
    if not side:
        both = " and then ".join(command(evidence, each) for each in (SOFTWARE, HARDWARE))
        return f"To fix, when the machine is idle: {both}"
    return f"To fix, when the machine is idle: {command(evidence, side)} (the {side} had {why})"
