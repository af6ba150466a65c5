"""Synthesis for the ECP5 by yosys: the netlist of the whole design, flattened, and apart from it the area of each part.

The parts, their ports and what connects them are the design's own hierarchy, before anything was optimised away.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.files import sha256
from profiling.hardware import hierarchy, rtl
from profiling.hardware.steps import LOG, Item, Step, near
from profiling.hardware.toolchain import Tool
from profiling.process import Done

NAME, PARTS = "synthesise", "parts"
NETLIST = "netlist.json"
#: cell of the ECP5 -> what it is of an area, and how many: a carry cell is two LUTs, a distributed RAM four
AREA = {
    "LUT4": ("LUT4", 1), "CCU2C": ("LUT4", 2), "TRELLIS_DPR16X4": ("LUT4", 4), "TRELLIS_FF": ("FF", 1),
    "DP16KD": ("BRAM", 1), "MULT18X18D": ("DSP", 1),
}  # fmt: skip


def synthesise(item: Item, yosys: Tool) -> Step:
    """Make the netlist that is placed."""
    script = "synth_ecp5 -top top"

    def argv(folder: Path) -> list[str]:
        text = near(item.folders[rtl.NAME] / rtl.TEXT)
        words = f"{script} -json {near(folder / NETLIST)}; tee -q -o {near(folder / 'stat.json')} stat -json"
        return [*yosys.command, "-q", "-l", near(folder / LOG), "-p", f"read_rtlil {text}; {words}"]

    def finish(folder: Path, done: Done) -> Mapping[str, Any]:
        cells = cells_of(read_stat(folder / "stat.json"), "\\top")
        return {"cells": cells, "area": area(cells), "script": script, "tool": yosys.name}

    return Step(
        item, NAME, "synthesise", {"rtl": rtl.text_hash(item), "tool": yosys.name, "script": script}, argv, finish,
        weight=(item.folders[rtl.NAME] / rtl.TEXT).stat().st_size / 20_000,
    )  # fmt: skip


def parts(item: Item, yosys: Tool) -> Step:
    """Find the parts of the top level, what connects them, and what each costs when it is synthesised apart."""
    # Without names of inner wires: abc9 once took the scalar `buses[0]` of a part for a bit of its port `buses`.
    script = "rename -hide w:*; synth_ecp5 -top top -noflatten"

    def argv(folder: Path) -> list[str]:
        read = f"read_rtlil {near(item.folders[rtl.NAME] / rtl.TEXT)}"
        before = f"{read}; hierarchy -top top; proc; write_json {near(folder / 'hierarchy.json')}; design -reset"
        words = f"{script}; tee -q -o {near(folder / 'stat.json')} stat -json"
        return [*yosys.command, "-q", "-l", near(folder / LOG), "-p", f"{before}; {read}; {words}"]

    def finish(folder: Path, done: Done) -> Mapping[str, Any]:
        found = hierarchy.read(json.loads((folder / "hierarchy.json").read_text(encoding="utf-8")))
        stat = read_stat(folder / "stat.json")
        kept = {name: f"\\{kind}" for name, kind in found.kinds.items() if f"\\{kind}" in stat}
        areas = {name: area(cells_of(stat, kind)) for name, kind in kept.items()}
        (folder / "hierarchy.json").unlink()
        return {
            "parts": [[name, ports, areas.get(name, {})] for name, ports in found.ports.items()],
            "wires": found.wires, "script": script, "tool": yosys.name,
        }  # fmt: skip

    inputs = {
        "rtl": rtl.text_hash(item),
        "tool": yosys.name,
        "script": script,
        "reading": sha256(Path(hierarchy.__file__)),
    }
    return Step(
        item, PARTS, "synthesise", inputs, argv, finish,
        weight=(item.folders[rtl.NAME] / rtl.TEXT).stat().st_size / 20_000,
    )  # fmt: skip


def read_stat(path: Path) -> dict[str, Any]:
    """Return what `stat -json` says of each module."""
    text = path.read_text(encoding="utf-8")
    modules: dict[str, Any] = json.loads(text[text.index("{") :])["modules"]
    return modules


def cells_of(stat: Mapping[str, Any], module: str) -> dict[str, int]:
    """Return how many cells of each kind a module holds, those of its own modules included."""
    found: dict[str, int] = {}
    for kind, count in stat[module]["num_cells_by_type"].items():
        inner = cells_of(stat, f"\\{kind}") if f"\\{kind}" in stat else {kind: 1}
        for name, number in inner.items():
            found[name] = found.get(name, 0) + int(count) * number
    return found


def area(cells: Mapping[str, int]) -> dict[str, int]:
    """Return cells of the ECP5 as an area: LUT4, FF, BRAM, DSP."""
    found = {kind: 0 for kind, _ in AREA.values()}
    for name, (kind, number) in AREA.items():
        found[kind] += number * cells.get(name, 0)
    return found


def netlist_hash(item: Item) -> str:
    return sha256(item.folders[NAME] / NETLIST)


def cells(item: Item) -> int:
    """Return how many cells the netlist has: placing takes as long as they are many."""
    return sum(item.result(NAME)["cells"].values())
