"""From the raw files of a hardware study to its Results: all that a Result says is in them, so it can be derived again.

A raw file is what one step found (steps.py), as JSON, below the design's name; the baseline's times stand beside the designs.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from math import fsum
from pathlib import Path
from typing import Any

from bench.errors import Tampered
from bench.files import files_below, sha256
from bench.hardware import NAME, Baseline, Counterpart, Part, Port, Register, Result, Timing, Wire

BASELINE, LOG = "baseline.json", "log.txt"  #: of the study as a whole
OUTCOME = "outcome"  #: of a design: what is missing, and what was taken from an older study
STAGES = {"rtl": "rtl", "check_amaranth": "check", "check_compiled": "check", "simulate": "simulate", "synthesise": "synthesise",
          "parts": "synthesise", "host": "host", "software": "software", "software_run": "software"}  #: step -> stage; place_<grade>_<seed> apart  # fmt: skip
DESCRIBED = ("name", "summary", "replaces", "justification", "parameters", "point")  #: as the design says
GROWTH = ("grain", "fixed")  #: likewise, where it says them
CHECKS = {"check_amaranth": "the design's own check", "check_compiled": "the same check"}


def stage_of(step: str) -> str:
    return "place" if step.startswith("place_") else STAGES[step]


def derive(folder: Path, family: str, design: str) -> Result:
    """Return what the raw files of one design say. Raises Tampered where they cannot be read."""
    paths = [path for path in files_below(folder / design) if path.suffix == ".json"]
    try:
        raw = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in paths}
        shared = [folder / BASELINE] if "host" in raw else []
        baseline = json.loads(shared[0].read_text(encoding="utf-8")) if shared else {}
        files = tuple((path.relative_to(folder).as_posix(), sha256(path)) for path in sorted([*paths, *shared]))
        return _result(raw, baseline, family, files)
    except (OSError, KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise Tampered(f"{folder / design} cannot be read: {type(error).__name__}: {error}") from error


def baseline(folder: Path) -> Baseline:
    """Return what the raw files say of the baseline; nothing where no host was timed. Raises Tampered, as derive does."""
    path = folder / BASELINE
    if not path.is_file():
        return Baseline()
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        return Baseline(_timing(raw), raw["machine"], raw["interpreter"])
    except (OSError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise Tampered(f"{path} cannot be read: {type(error).__name__}: {error}") from error


def _result(
    raw: Mapping[str, Any], baseline: Mapping[str, Any], family: str, files: tuple[tuple[str, str], ...]
) -> Result:
    described, outcome = raw["rtl"], raw[OUTCOME]
    missing = {stage: (why, fix) for stage, (why, fix) in outcome["missing"].items()}
    missing |= _faults(raw) | _unlike(raw)
    ran = raw["simulate"] if right(raw) else {}
    placed = _placed(raw)
    first: Mapping[str, Any] = next(iter(placed.values()), {})
    used = first.get("used") or raw.get("synthesise", {}).get("area", {})
    host, beside = _paired(raw.get("host", {}), baseline)
    return Result(
        **{name: described[name] for name in DESCRIBED} | {"parameters": described["parameters"] | _error(ran)},
        registers=tuple(Register(**register) for register in described["registers"]),
        source=f"bench/{family}/{NAME}.py", rtl=described["rtl"], checked=tuple(_checked(raw, ran)),
        simulator=ran.get("simulator", ""),
        **{name: ran.get(name, 0) for name in ("cycles", "calls", "sent", "received")},
        area=used, available=first.get("available", {}),
        device=first.get("device", ""), clocks=_clocks(placed),
        host=host, baseline=beside, timing=_timing(raw.get("host", {})), software=_counterpart(raw, baseline),
        parts=_parts(raw, used), wires=tuple(Wire(*wire) for wire in raw.get("parts", {}).get("wires", [])),
        **{name: described[name] for name in GROWTH if name in described},
        tools=_tools(raw, outcome["taken"]), files=files, missing=missing,
    )  # fmt: skip


def right(raw: Mapping[str, Any]) -> bool:
    """Whether the full job ran on the design, and nothing that it answered was wrong."""
    return "simulate" in raw and not _faults(raw)


def _faults(raw: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """Return stage -> why its answer does not count."""
    judged = {
        stage_of(step): raw[step] for step in ("simulate", *CHECKS) if step in raw and raw[step]["status"] != "ok"
    }
    return {stage: (f"{found['status']}: {found['reason']}", "") for stage, found in judged.items()}


def _unlike(raw: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """Return why the answer of the part in C does not count; the design's own does all the same."""
    ran = raw.get("software_run", {"status": "ok"})
    return {} if ran["status"] == "ok" else {"software": (f"its part in C: {ran['status']}: {ran['reason']}", "")}


def _counterpart(raw: Mapping[str, Any], baseline: Mapping[str, Any]) -> Counterpart:
    """Return what was found about the part in C; nothing of a wrong answer."""
    ran, arm = raw.get("software_run", {}), raw.get("software", {})
    if ran.get("status") != "ok":
        return Counterpart()
    inside = {"processes": [one | {"values": one["part"]} for one in arm.get("processes", [])]}
    whole, part, beside = _paired(arm, inside, baseline)
    about = {name: ran[name] for name in ("summary", "source")} | {"compiler": ran["tool"]}
    return Counterpart(
        **about, checked=tuple(ran["checked"]), whole=whole, part=part, baseline=beside, timing=_timing(arm)
    )


def _checked(raw: Mapping[str, Any], ran: Mapping[str, Any]) -> list[str]:
    """Return what its answers were held against, and held."""
    passed = [(raw[step], what) for step, what in CHECKS.items() if raw.get(step, {}).get("status") == "ok"]
    checks = [f"{what}, {found['cycles']:,} cycles ({found['simulator']})" for found, what in passed]
    return [*checks, *ran.get("checked", [])]


def _error(ran: Mapping[str, Any]) -> dict[str, str]:
    """Return what a design that promises less than the oracle asks for is off by, as one more of its parameters."""
    return {"error": f"{ran['error']:.2g} of {ran['promised']:g} promised"} if "error" in ran else {}


def _placed(raw: Mapping[str, Any]) -> dict[tuple[str, int], Any]:
    """Return (speed grade, seed) -> what placing found, in this order."""
    found = [about for step, about in raw.items() if step.startswith("place_")]
    return dict(sorted(((about["grade"], about["seed"]), about) for about in found))


def _clocks(placed: Mapping[tuple[str, int], Any]) -> dict[str, tuple[float, ...]]:
    grades = sorted({grade for grade, _ in placed})
    return {grade: tuple(about["megahertz"] for (its, _), about in placed.items() if its == grade) for grade in grades}


def _paired(*arms: Mapping[str, Any]) -> list[tuple[float, ...]]:
    """Return of each arm the mean of each process, in seconds of one iteration, of the blocks in which all took part."""
    means = [
        {process["block"]: fsum(process["values"]) / len(process["values"]) for process in arm.get("processes", [])}
        for arm in arms
    ]
    blocks = sorted(set.intersection(*map(set, means)))
    return [tuple(of[block] for block in blocks) for of in means]


def _timing(arm: Mapping[str, Any]) -> Timing:
    """Return the processes of one arm as they were recorded, but for warm-ups after the first: hundreds of a short job."""
    processes = arm.get("processes", [])
    values = tuple(tuple(one["values"]) for one in processes)
    warm_ups = tuple(tuple(one["warm_ups"][:1]) for one in processes)
    return Timing(tuple(one["block"] for one in processes), values, warm_ups, tuple(one["waited"] for one in processes))


def _parts(raw: Mapping[str, Any], whole: Mapping[str, int]) -> tuple[Part, ...]:
    found = raw.get("parts", {}).get("parts", [])
    return tuple(
        Part(name, tuple(Port(*port) for port in ports), area if name else whole) for name, ports, area in found
    )


def _tools(raw: Mapping[str, Any], taken: Mapping[str, str]) -> dict[str, str]:
    """Return stage -> tool and version; what an older study found says so."""
    found = {}
    for step, about in raw.items():
        if step != OUTCOME:
            found[stage_of(step)] = about["tool"] + (f", in study {taken[step]}" if step in taken else "")
    return found
