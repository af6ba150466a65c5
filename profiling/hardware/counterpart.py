"""A design's part of the work in C: compiled by the machine's own compiler, and its answer judged before it is timed.

What the function is, is the family's to say (`Design.software`); bench/software.py runs it, hosts.py times it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.errors import SuiteError
from bench.files import sha256
from bench.hardware import Software
from profiling import environments
from profiling.hardware.steps import Item, Step
from profiling.hardware.toolchain import Tool
from profiling.process import Done

BUILD, RUN, NAME = "software_build", "software_run", "software"  #: steps, and what hosts.py adds; the last two are kept
DRIVER = "bench/software.py"
LIBRARY = "software.so"
FLAGS = ("-x", "c", "-O2", "-shared", "-fPIC")  #: what a program is usually shipped with: good on every CPU of its kind


def build(item: Item, compiler: Tool) -> Step:
    """Compile the function into a library; the C++ compiler that builds cores does it, told that this is C."""
    source = _software(item).source
    inputs = {"source": sha256(source), "compiler": compiler.name, "words": [*compiler.command[1:], *FLAGS]}
    return Step(
        item, BUILD, NAME, inputs,
        lambda folder: [*compiler.command, *FLAGS, str(source), "-o", str(folder / LIBRARY)],
        lambda folder, done: {"tool": f"{compiler.name}, -O2"},
    )  # fmt: skip


def run(item: Item, python: Tool, sources: str) -> Step:
    """Run upstream's own benchmark with the part in C, end to end."""

    def argv(folder: Path) -> list[str]:
        return [*python.command, *words(item), "--run", str(folder / "run.json")]

    def finish(folder: Path, done: Done) -> Mapping[str, Any]:
        found: dict[str, Any] = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        return found | item.result(BUILD)

    inputs = {"library": sha256(_library(item)), "sources": sources, "python": python.name, "target": item.target}
    return Step(item, RUN, NAME, inputs | {"driver": sha256(environments.ROOT / DRIVER)}, argv, finish, weight=2)


def right(item: Item) -> bool:
    """Whether the full job ran with the part in C, and its answer was right."""
    return RUN in item.folders and item.result(RUN)["status"] == "ok"


def words(item: Item) -> list[str]:
    """Return the words that make an interpreter run the job with the part in C."""
    return ["-m", "bench.software", item.target, "--library", str(_library(item))]


def _library(item: Item) -> Path:
    return item.folders[BUILD] / LIBRARY


def _software(item: Item) -> Software:
    if item.design.software is None:
        raise SuiteError(f"{item.design.name} has no counterpart in C", "Give the design one: software=Software(...).")
    return item.design.software
