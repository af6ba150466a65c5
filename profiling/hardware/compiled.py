"""A design as machine code: yosys writes it as C++ (CXXRTL), the system's compiler makes a library of it; what runs on it.

The library is what bench/cores.py loads; core.cc is what both agree on.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.files import sha256
from profiling.hardware import rtl
from profiling.hardware.steps import LOG, Item, Step, near
from profiling.hardware.toolchain import Tool
from profiling.process import Done

SOURCE, COMPILE = "cxxrtl", "compile"
CHECK, RUN = "check_compiled", "simulate"
INTERFACE = Path(__file__).with_name("core.cc")
TRANSLATE = "write_cxxrtl -g2"  #: names of ports, but not of every signal: 3.6 MB of C++ became 2.2
#: -O2 took 100 s where -O1 takes 46, for a library that runs no longer than some seconds
FLAGS = ("-std=c++17", "-O1", "-DNDEBUG", "-w", "-shared", "-fPIC")
LIBRARY = "core.so"


def translate(item: Item, yosys: Tool) -> Step:
    """Let yosys write the design as C++."""
    text = item.folders[rtl.NAME] / rtl.TEXT

    def argv(folder: Path) -> list[str]:
        script = f"read_rtlil {near(text)}; {TRANSLATE} {near(folder / 'design.cc')}"
        return [*yosys.command, "-q", "-l", near(folder / LOG), "-p", script]

    return Step(
        item, SOURCE, "simulate", {"rtl": rtl.text_hash(item), "tool": yosys.name, "to": TRANSLATE},
        argv, lambda folder, done: {"tool": yosys.name}, weight=3,
    )  # fmt: skip


def build(item: Item, yosys: Tool, compiler: Tool, runtime: Path) -> Step:
    """Compile that into a library, with the ports beside it."""
    source = item.folders[SOURCE]

    def argv(folder: Path) -> list[str]:
        places = [f"-I{source}", f"-I{runtime}"]
        return [*compiler.command, *FLAGS, *places, str(INTERFACE), "-o", str(folder / LIBRARY)]

    def finish(folder: Path, done: Done) -> Mapping[str, Any]:
        shutil.copy(item.folders[rtl.NAME] / rtl.PORTS, folder / Path(LIBRARY).with_suffix(".json"))
        return {"tool": f"CXXRTL of {yosys.name}, {compiler.name}"}

    inputs = {"rtl": rtl.text_hash(item), "yosys": yosys.name, "compiler": compiler.name, "flags": [TRANSLATE, *FLAGS]}
    return Step(item, COMPILE, "simulate", inputs | {"interface": sha256(INTERFACE)}, argv, finish, weight=10)


def library(item: Item) -> Path:
    return item.folders[COMPILE] / LIBRARY


def check(item: Item, python: Tool, sources: str) -> Step:
    """Run the design's own check on the library."""
    return Step(
        item, CHECK, "check", _inputs(item, python, sources) | {"what": "check"},
        lambda folder: [*python.command, *rtl.cosimulate(item), "--check", "--data", "--core", str(library(item))],
        lambda folder, done: rtl.last_word(done, "checked") | item.result(COMPILE), weight=2,
    )  # fmt: skip


def run(item: Item, python: Tool, sources: str) -> Step:
    """Run upstream's own benchmark on the library, end to end."""

    def argv(folder: Path) -> list[str]:
        return [
            *python.command, *rtl.cosimulate(item), "--run", str(folder / "run.json"), "--data",
            "--core", str(library(item)),
        ]  # fmt: skip

    def finish(folder: Path, done: Done) -> Mapping[str, Any]:
        found: dict[str, Any] = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        return found | item.result(COMPILE)

    return Step(item, RUN, "simulate", _inputs(item, python, sources) | {"what": "run"}, argv, finish, weight=5)


def _inputs(item: Item, python: Tool, sources: str) -> dict[str, Any]:
    return {"library": sha256(library(item)), "sources": sources, "python": python.name, "target": item.target}
