"""A hardware study as a record, and back. Where records are, and whether one is intact, is hardware_archive.py's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from bench.hardware import Baseline, Counterpart, HardwareStudy, Part, Port, Register, Result, Timing, Wire


def record(study: HardwareStudy) -> dict[str, Any]:
    """Return a study as JSON has it."""
    return asdict(study)


def study(found: Mapping[str, Any]) -> HardwareStudy:
    """Return the study that a record holds; raises KeyError, TypeError or ValueError where it holds none."""
    given = dict(found)
    given["results"] = tuple(map(result, found["results"]))
    given["sources"], given["files"] = pairs(found["sources"]), pairs(found["files"])
    given["baseline"] = Baseline(**found["baseline"] | {"timing": timing(found["baseline"]["timing"])})
    return HardwareStudy(**given)


def result(found: Mapping[str, Any]) -> Result:
    """Return one result that a record holds."""
    given = dict(found)
    given["registers"] = tuple(Register(**register) for register in found["registers"])
    given["parts"] = tuple(
        Part(part["name"], tuple(Port(**port) for port in part["ports"]), part["area"]) for part in found["parts"]
    )
    given["wires"] = tuple(Wire(**wire) for wire in found["wires"])
    given["files"] = pairs(found["files"])
    for name in ("checked", "host", "baseline"):
        given[name] = tuple(found[name])
    given["timing"] = timing(found["timing"])
    given["software"] = counterpart(found["software"]) if "software" in found else Counterpart()  # older ones have none
    given["clocks"] = {grade: tuple(map(float, clocks)) for grade, clocks in found["clocks"].items()}
    given["missing"] = {stage: (str(why), str(fix)) for stage, (why, fix) in found["missing"].items()}
    return Result(**given)


def counterpart(found: Mapping[str, Any]) -> Counterpart:
    """Return what a record holds of a design's part in C."""
    lists = {name: tuple(found[name]) for name in ("checked", "whole", "part", "baseline")}
    return Counterpart(**{**found, **lists, "timing": timing(found["timing"])})


def timing(found: Mapping[str, Any]) -> Timing:
    """Return the processes that a record holds."""
    lists = {name: tuple(tuple(each) for each in found[name]) for name in ("values", "warm_ups")}
    return Timing(blocks=tuple(found["blocks"]), waited=tuple(found["waited"]), **lists)


def pairs(found: list[list[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((str(path), str(digest)) for path, digest in found)
