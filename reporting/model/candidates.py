"""What could be accelerated: inputs of the co-design model, from a hardware study's result or from a profile alone.

By ablation where the family names its kernel: the baseline is timed with and without it. Elsewhere the share comes from
sampled stacks (kernels.py says of which function). Calls are counted exactly at the family's small size and scaled by the
work; who knows better says so.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from bench import discover
from bench.errors import SuiteError
from bench.hardware import Result
from bench.rundir import Archive
from reporting import statistics
from reporting.evidence import Evidence
from reporting.model import kernels
from reporting.model.inputs import Inputs
from reporting.model.kernels import Kernel

GRADE = "6"  #: speed grade of the device whose clock is taken, unless another is asked for
SMALL = "small"  #: name of the size at which exact counts are taken, where a family has one
FEW = 10  #: calls below which they are taken to be of an iteration, and not of a unit of its work
QUICKEST = 20e-9  #: s; no call of a Python function takes less


@dataclass(frozen=True)
class Traffic:
    """How often a function is called, and at which size that was counted."""

    calls: Mapping[str, int]  #: name of a function as its profile has it -> calls in one iteration
    size: str = ""
    factor: float = 1.0  #: work of one iteration at the study's size, in times that of the size counted at
    same: bool = True  #: whether the two sizes are one, as they are where a family has no small one


def from_result(result: Result, grade: str = GRADE) -> Inputs:
    """Return the inputs that a hardware study measured of a design; raises SuiteError where a part is missing."""
    clocks = result.clocks.get(grade, ())
    for stage, found in (("simulate", result.cycles), ("host", result.host), ("place", clocks)):
        if not found or (stage == "simulate" and stage in result.missing):
            why, command = result.missing.get(stage, ("it was not run", "invoke hardware"))
            hint = f"Run: {command}" if command else f"Choose another design, or mend this one: {result.source}."
            raise SuiteError(f"the hardware study of {result.name} lacks a stage, {stage}: {why}", hint)
    seeds = f"{len(clocks)} seeds of the placer" if len(clocks) > 1 else "one seed of the placer"
    return Inputs(
        name=result.name,
        whole=result.baseline,
        host=result.host,
        calls=float(result.calls),
        sent=float(result.sent),
        received=float(result.received),
        cycles=result.cycles,
        clock=tuple(1e6 * megahertz for megahertz in clocks),
        width=_width(result),
        grain=float(result.grain),
        fixed=float(result.fixed),
        drives=True,
        sources={
            "share": f"the host's part, another program than the baseline, timed beside it in {len(result.host)} processes",
            "calls": "counted on the simulated core",
            "bytes": "counted on the simulated core"
            + (f"; {result.fixed} of those there are in every call" if result.fixed else ""),
            "acceleration": f"{result.cycles:,} cycles, simulated ({result.simulator}), at the clock of {seeds} "
            f"({result.device}, speed {grade})",
        },
    )


def _width(result: Result) -> tuple[float, float] | None:
    """Return the bytes of a word on a design's bus to it and from it: its widest ports; None where they are not known."""
    ports = [port for part in result.parts if not part.name for port in part.ports]
    widest = [max((p.bits / 8 for p in ports if p.direction == way), default=0.0) for way in ("in", "out")]
    return (widest[0], widest[1]) if all(widest) else None


def kernel(evidence: Evidence, wanted: str = "", traffic: Traffic | None = None) -> Kernel:
    """Return which of the baseline's functions is taken over; raises as `kernels.choose` does."""
    build = _build(evidence)
    timed = evidence.baseline.processes(build, "time without the kernel")
    ablated = evidence.study.kernel.partition(":")[2] if timed else ""
    return kernels.choose(evidence.baseline, build, wanted, ablated, traffic.calls if traffic else ())


def from_profile(evidence: Evidence, wanted: str = "", traffic: Traffic | None = None) -> Inputs:
    """Return the inputs that a study alone gives of one of the baseline's functions (`kernel` says which)."""
    build = _build(evidence)
    times = evidence.baseline.processes(build), evidence.baseline.processes(build, "time without the kernel")
    if not times[0]:
        raise SuiteError(f"{evidence.baseline.name} has no time on this study's {build} build", "Choose another study.")
    chosen = kernel(evidence, wanted, traffic)
    name, share = kernels.short(chosen.name), chosen.share
    seconds = statistics.mean(list(times[0].values())).value * (share.value if share else 1.0)
    calls, counted = _calls(chosen.name, traffic, seconds)
    blocks = sorted(block for block in times[0].keys() & times[1].keys() if block >= 0)
    if name == evidence.study.kernel.partition(":")[2] and len(blocks) > 1:
        whole, host = (tuple(sum(arm[b]) / len(arm[b]) for b in blocks) for arm in times)
        measured = f"by ablation: timed with and without it in {len(blocks)} processes each, in the same blocks"
        found = Inputs(name, whole, host, calls=calls, sources={"share": measured, "calls": counted})
        if sum(host) >= sum(whole):
            raise SuiteError(f"by ablation no share of {name} could be measured", "Name another function: --kernel.")
        return found
    if share is None:
        raise SuiteError(f"{name} is in no sample of this study, and was not ablated", "Name another: --kernel.")
    means = tuple(sum(values) / len(values) for values in times[0].values())
    sources = {"share": _sampled(evidence, build, chosen), "calls": counted}
    return Inputs(name, means, share=share, calls=calls, sources=sources)


def _build(evidence: Evidence) -> str:
    return "release" if "release" in evidence.builds else evidence.builds[0]


def _sampled(evidence: Evidence, build: str, chosen: Kernel) -> str:
    """Say how a share of samples was obtained."""
    said = f"sampled stacks: {evidence.baseline.stacks[build].total():,} samples of {build}, "
    if chosen.alone:
        return f"{said}of its own code; what it calls stays on the host"
    said += "with all that it calls"
    if chosen.unbounded:
        said += "; nearly all of them, so the cap says only that hardly anything else was sampled"
    return said


def _calls(wanted: str, traffic: Traffic | None, seconds: float) -> tuple[float | None, str]:
    """Return the calls of a function in one iteration, None where they are not known, and how they were obtained.

    seconds: what all of them take together, at the study's size. Calls counted at another size grow with the work, unless
    they are few, or would be so many that no call could be so short.
    """
    count = traffic.calls.get(wanted, traffic.calls.get(kernels.short(wanted))) if traffic else None
    if traffic is None or count is None:
        return None, "not known: give them with --calls"
    said = f"{count:,} counted exactly{'' if traffic.same else f' at size {traffic.size}'} (cProfile)"
    if "<genexpr>" in wanted:
        said += ", each item of a generator as one"
    if traffic.same:
        return float(count), said
    if count < FEW:
        return float(count), f"{said}: too few to be calls per unit of work; --calls says better"
    if seconds / (count * traffic.factor) < QUICKEST:
        return float(count), f"{said}: too short to be {traffic.factor:.3g} times as many; --calls says better"
    return count * traffic.factor, f"{said}, times {traffic.factor:.4g} as much work; --calls says better"


def counted(archive: Archive, evidence: Evidence) -> Traffic | None:
    """Return the calls that the collector `exact` counted of the baseline; None where it did not run."""
    run = archive.run(evidence.baseline.name, evidence.study.timestamp)
    path = run.raw("exact") / "release" / "exact.json"
    if not path.is_file():
        return None
    rows = json.loads(path.read_text(encoding="utf-8"))["calls"]
    calls: dict[str, int] = {}
    for name, file, _, count in rows:
        place = f"{name} ({file})" if file else str(name)
        calls[place] = calls.get(place, 0) + int(count)
        calls.setdefault(str(name), int(count))
    return Traffic(calls, *_scale(evidence))


def _scale(evidence: Evidence) -> tuple[str, float, bool]:
    """Return the size that exact counts are of, the work of the study's size in times of it, and whether they are one."""
    study = evidence.study
    known = discover.family(study.family) if study.family in discover.families() else None
    if known is None or study.size == SMALL or not {SMALL, study.size} <= known.work.keys():
        return study.size, 1.0, True
    return SMALL, known.work[study.size][0] / known.work[SMALL][0], False
