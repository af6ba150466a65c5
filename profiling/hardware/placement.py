"""Place and route for one FPGA, by nextpnr: the clock that a design reaches, per seed and speed grade, and what it uses.

The whole design stands on pins of a real package. nextpnr chooses the pins, and its answer depends on its seed, so a
clock is always that of several.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.errors import VariantFailed
from profiling.hardware import synthesis
from profiling.hardware.steps import Item, Step, near
from profiling.hardware.toolchain import Tool
from profiling.process import Done

DEVICE = "ECP5-85k, CABGA756"
OPTIONS = ("--85k", "--package", "CABGA756", "--timing-allow-fail")
GRADES = ("6", "7", "8")  #: from the slowest part to the fastest
KINDS = {"LUT4": "TRELLIS_COMB", "FF": "TRELLIS_FF", "BRAM": "DP16KD", "DSP": "MULT18X18D"}  #: as of a Result's area


def place(item: Item, nextpnr: Tool, grade: str, seed: int) -> Step:
    """Place and route the design once."""
    words = [*OPTIONS, "--speed", grade, "--seed", str(seed)]
    netlist = item.folders[synthesis.NAME] / synthesis.NETLIST

    def argv(folder: Path) -> list[str]:
        return [*nextpnr.command, "-q", "--json", near(netlist), *words, "--report", near(folder / "report.json")]

    def finish(folder: Path, done: Done) -> Mapping[str, Any]:
        report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
        (folder / "report.json").unlink()  # critical paths, some 100 kB
        return reduced(report) | {"device": DEVICE, "grade": grade, "seed": seed, "tool": nextpnr.name}

    inputs = {"netlist": synthesis.netlist_hash(item), "tool": nextpnr.name, "words": words}
    return Step(item, f"place_{grade}_{seed}", "place", inputs, argv, finish, weight=synthesis.cells(item) / 100)


def reduced(report: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is used of nextpnr's report: MHz of the slowest clock, and cells used and available by kind."""
    clocks = [float(about["achieved"]) for about in report["fmax"].values()]
    if not clocks:
        raise VariantFailed("nextpnr found no clock in the design")
    use = report["utilization"]
    return {
        "megahertz": min(clocks),
        "used": {kind: use[name]["used"] for kind, name in KINDS.items() if name in use},
        "available": {kind: use[name]["available"] for kind, name in KINDS.items() if name in use},
    }
