"""What the newest archived hardware study found of the very same design, for stages that this machine lacks a tool for.

So a machine without a C++ compiler still reports cycles, and one without nextpnr a clock: the archived ones, named as such.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bench.errors import SuiteError
from bench.files import files_below
from bench.rundir import Archive
from profiling.hardware import parse, rtl
from profiling.hardware.steps import Item
from profiling.hardware.toolchain import Tool, Toolchain

RUNS_CODE = (
    "check",
    "simulate",
    "host",
    "software",
)  #: stages that also run what is not in the RTL: drivers, the host's part


def lacking(tools: Toolchain) -> set[str]:
    """Return the stages that cannot run for want of a tool."""
    needs = {
        "yosys": {"simulate", "host", "software", "check", "synthesise", "place"},
        "compiler": {"simulate", "host", "software", "check"},
        "nextpnr": {"place"},
    }
    return {stage for name, stages in needs.items() if not isinstance(getattr(tools, name), Tool) for stage in stages}


def take(items: list[Item], archive: Archive, tools: Toolchain) -> tuple[str, dict[str, dict[str, Any]]]:
    """Return (timestamp, design -> step -> result) of what can be taken; nothing where the newest study is damaged.

    Only from a study of the same size: cycles and host times are of a size.
    With the host's part of any design, the baseline's times of the same blocks are under "".
    """
    stages = lacking(tools)
    try:
        study = archive.newest_hardware(items[0].size) if stages else None
        if study is None or list(archive.hardware_differences(study)):
            return "", {}
        stages -= set(RUNS_CODE) if study.changed else set()
        folder = archive.hardware_folder(study.timestamp)
        found = {item.design.name: _steps(item, folder, stages) for item in items if rtl.NAME in item.folders}
        if any("host" in steps for steps in found.values()):
            found[""] = {"host": _read(folder / parse.BASELINE)}
        return study.timestamp, found
    except (SuiteError, OSError, KeyError, ValueError):
        return "", {}


def _steps(item: Item, folder: Path, stages: set[str]) -> dict[str, Any]:
    paths = {path.stem: path for path in files_below(folder / item.design.name)}
    if rtl.NAME not in paths or _read(paths[rtl.NAME])["rtl"] != rtl.text_hash(item):
        return {}
    wanted = [step for step in paths if step != parse.OUTCOME and step not in item.folders]
    return {step: _read(paths[step]) for step in wanted if parse.stage_of(step) in stages}


def _read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found
