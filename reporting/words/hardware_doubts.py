"""What speaks against the figures of a family's accelerators: of another source, size, machine or interpreter, or times that move.

Projections join what a hardware study timed with what a study of software timed; each difference between both is said here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.hardware import HardwareStudy
from reporting import statistics, units
from reporting.compare import noise_floor
from reporting.evidence import Evidence
from reporting.measures import quality
from reporting.model.accelerators import Accelerators
from reporting.words import hardware_conditions, tables

BUILD = "release"  #: that hosts are timed on
MACHINE = (
    "cpu", "architecture", "usable_cpus", "caches", "kernel", "libc", "governor", "turbo", "smt", "virtualisation"
)  #: of its description: what moves a time  # fmt: skip
INTERPRETER = ("implementation", "version", "compiler", "cflags", "sha256", "modified")  #: likewise


def doubts(evidence: Evidence, found: Accelerators | None) -> list[str]:
    """Say where the results of the accelerators are not of what stands beside them."""
    study, again = evidence.hardware, f"To fix: {hardware_conditions.command(evidence)}"
    if study is None:
        return []
    if study.size != evidence.study.size:
        return [
            f"No accelerator is shown: the newest that were taken through the tools are of size {study.size}, and this study is "
            f"of size {evidence.study.size}. {again}"
        ]
    if found is None:
        return []
    said = [*_source(found), *_part(study), *_place(evidence, study), *_moving(evidence, study)]
    return [
        *hardware_conditions.limits(evidence),
        *(f"{each} {again}" for each in said),
        *_busy(study),
        *hardware_conditions.apart(evidence, study),
        *hardware_conditions.strangers(evidence, study),
    ]


def baselines(evidence: Evidence, study: HardwareStudy) -> list[str]:
    """Say how long the baseline took in both studies: speedups of both are held against each other."""
    gap = quality.gap(evidence, study)
    if gap is None:
        return []
    here, there = (statistics.mean(samples) for samples in quality.both_baselines(evidence, study))
    loaded = f" The load as the former began: {load(study)}." if load(study) else ""
    return [
        f"{evidence.study.baseline} took {units.time_interval(there)} beside the hosts of the accelerators, and "
        f"{units.time_interval(here)} in the study of the software: {units.ratio(gap)} the time. The speedup of a design over {evidence.study.baseline} is over the "
        f"former, which was timed side by side with its host; over the latter it would be {units.significant(1 / gap.value)} times that. "
        f"Against software seconds are compared, with a host's part that may have moved as much.{loaded}"
    ]


def load(study: HardwareStudy) -> str:
    """Return the load of the machine that timed the hosts, as that study began; empty where it was not recorded."""
    machine = study.baseline.machine
    if not machine.get("load") or not machine.get("usable_cpus"):
        return ""
    shown = ", ".join(f"{each:.2f}" for each in machine["load"])
    return f"{shown} over 1, 5 and 15 min, on {units.count(machine['usable_cpus'], 'CPU')}"


def _busy(study: HardwareStudy) -> list[str]:
    """Say where others worked on the machine shortly before hosts were timed."""
    machine = study.baseline.machine
    if not load(study) or max(machine["load"]) <= quality.BUSY * machine["usable_cpus"]:
        return []
    return [f"Busy as the hosts' study began: load {load(study)}."]


def _source(found: Accelerators) -> list[str]:
    if not found.changed:
        return []
    were = "was" if len(found.changed) == 1 else "were"
    return [
        f"Results of another source: the accelerators were taken through the tools on {tables.date(found.study.timestamp)}, and "
        f"changed since then {were} {', '.join(found.changed)}."
    ]


def _part(study: HardwareStudy) -> list[str]:
    if not study.partial:
        return []
    return [f"Hardware study {study.timestamp} leaves out designs, or the points of the design space, on request."]


def _place(evidence: Evidence, study: HardwareStudy) -> list[str]:
    """Compare where the hosts were timed with where the software was."""
    manifest, timed = evidence.baseline.manifest, study.baseline
    if not timed.timing.values:
        return []
    said = []
    if unlike := _unlike(manifest.host, timed.machine, MACHINE):
        said.append(
            f"The accelerators' host part was timed on another machine ({timed.machine.get('cpu') or tables.NOT_RECORDED}) than "
            f"the software; they differ in: {', '.join(unlike)}."
        )
    here = manifest.interpreters.get(BUILD, {})
    if unlike := [*_unlike(here, timed.interpreter, INTERPRETER), *_packages(here, timed.interpreter)]:
        said.append(
            f"The accelerators' host part was timed on another interpreter ({_python(timed.interpreter)}) than the software "
            f"({_python(here)}); they differ in: {', '.join(unlike)}."
        )
    return said


def _unlike(here: Mapping[str, Any], there: Mapping[str, Any], names: tuple[str, ...]) -> list[str]:
    return [name for name in names if here.get(name) != there.get(name)]


def _packages(here: Mapping[str, Any], there: Mapping[str, Any]) -> list[str]:
    """Return the distributions that one interpreter has and the other has not, or has in another version."""
    unlike = set(here.get("distributions", ())) ^ set(there.get("distributions", ()))
    return sorted({each.partition("==")[0] for each in unlike})


def _python(about: Mapping[str, Any]) -> str:
    return f"{about['implementation']} {about['version']}" if about else f"{BUILD}: {tables.NOT_RECORDED}"


def _moving(evidence: Evidence, study: HardwareStudy) -> list[str]:
    """Hold the times of hosts, of their parts in C and of their baseline against the rules for times of software."""
    floor = noise_floor(evidence)
    arms = {evidence.study.baseline: study.baseline.timing} | {r.name: r.timing for r in study.results}
    arms |= {f"{r.name} (in C)": r.software.timing for r in study.results if r.software.whole}
    judged = {name: quality.judge(timing, floor.share if floor else 0.0) for name, timing in arms.items()}
    found = [(name, each) for name, told in judged.items() for each in (*told.objections, *told.remarks)]
    if not found:
        return []
    return [f"Of the times of the accelerators' hosts: {'; '.join(f'{name}, {each}' for name, each in found)}."]
