"""`PYTHON -m bench.software FAMILY/DESIGN@SIZE --library LIB ...`: upstream's own benchmark, a design's part done in C.

    python -m bench.software mdp/mdp_lanes --library sweeps.so --run run.json     one iteration, its answer judged
    python -m bench.software mdp/mdp_lanes --library sweeps.so --worker ...       timed by pyperf

The design's core is left out, and a function in C (`Design.software`) takes its place behind the same host. A clock runs
around every call of it: before the digest of its answer, a timed process prints `part` with the seconds of one iteration
that were spent in C, one for each value that pyperf has. Needs neither Amaranth nor a compiler; who compiles the library
is profiling/hardware/counterpart.py.
"""

from __future__ import annotations

import argparse
import ctypes
import json
from pathlib import Path
from time import perf_counter
from typing import Any

from bench import discover, hardware
from bench.__main__ import measure
from bench.cosimulate import oracle, sources
from bench.errors import SuiteError, UsageError, VariantFailed
from bench.files import ROOT, write_text
from bench.hardware import Design, Software
from bench.judging import judged
from bench.model import Family, Target, Variant, Workload
from bench.subject import Subject, parse_target, run_command


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.software", add_help=False, allow_abbrev=False)
    parser.add_argument("target")
    parser.add_argument("--library", type=Path, required=True)
    parser.add_argument("--run", type=Path)
    chosen, rest = parser.parse_known_args(argv)
    target = parse_target(chosen.target)
    design = hardware.design(target.family, target.variant)
    if design.software is None:
        raise UsageError(f"{design.name} has no counterpart in C", "Give the design one: software=Software(...).")
    function = Function(chosen.library)
    if chosen.run:
        found = run(design.software, target, function)
        write_text(chosen.run, json.dumps(found, indent=1, sort_keys=True) + "\n")
    else:
        timed(design, design.software, target, function, rest, argv[: len(argv) - len(rest)])


class Function:
    """The functions of a compiled library (a hardware.Kernel). Its clock runs only while one of them does."""

    def __init__(self, library: Path) -> None:
        try:
            self._library: Any = ctypes.CDLL(str(library.resolve()))
        except OSError as error:
            raise SuiteError(
                f"the compiled C cannot be loaded: {error}", "Compile it anew: invoke hardware."
            ) from error
        self.seconds = 0.0  #: in all calls together
        self.calls = 0

    def call(self, function: str, *arguments: Any) -> int:
        """Call a function with objects of ctypes; return the 64-bit integer that it returns."""
        found = getattr(self._library, function)
        found.restype = ctypes.c_int64
        self.calls += 1
        start = perf_counter()
        returned = found(*arguments)
        self.seconds += perf_counter() - start
        return int(returned)


def run(software: Software, target: Target, function: Function) -> dict[str, Any]:
    """Run one iteration of upstream's benchmark with the part in C, and hold its answer against the family's oracle."""
    family: Family = discover.family(target.family)
    size = family.sizes[target.size]
    source = software.source.resolve().relative_to(ROOT).as_posix()

    def work() -> dict[str, Any]:
        variant = software.variant(function)
        workload = family.prepare(variant, size)
        workload.run(1)
        if not function.calls:
            raise VariantFailed(f"the variant of {target.variant} never called its function in C")
        answer = workload.answer()
        family.accept(answer, size)
        checked = [f"upstream's benchmark end to end at size {target.size}", oracle(family, variant)]
        return {"digest": family.digest(answer), "checked": checked}

    told = {"summary": software.summary, "source": source}
    return judged(work, target.family) | told | {"sources": [*sources(target.family), source, "bench/software.py"]}


def timed(
    design: Design, software: Software, target: Target, function: Function, args: list[str], program: list[str]
) -> None:
    """Time the whole job with pyperf, and tell how much of each value was spent in C."""
    family = discover.family(target.family)
    variant = software.variant(function)
    workload = family.prepare(variant, family.sizes[target.size])
    part: list[float] = []

    def clocked(loops: int) -> float:
        before = function.seconds
        took = workload.run(loops)
        part.append((function.seconds - before) / loops)
        return took

    def answer() -> Any:
        print(f"part {json.dumps(part)}")
        return workload.answer()

    described = Variant(design.name, software.source, software.summary)
    subject = Subject(family, target, described)
    subject.module = variant
    measure(Workload(clocked, workload.answer), subject, args, program, answer, module="bench.software")


if __name__ == "__main__":
    run_command(main)
