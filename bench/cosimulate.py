"""`PYTHON -m bench.cosimulate FAMILY/DESIGN@SIZE ...`: upstream's own benchmark, its kernel on a simulated core.

    python -m bench.cosimulate aes/aes_iterative --check                     the design's own vectors, in Amaranth's simulator
    python -m bench.cosimulate aes/aes_iterative --check --core core.so      the same on the compiled core
    python -m bench.cosimulate aes/aes_iterative --rtl design.il             RTLIL, and design.json with the ports
    python -m bench.cosimulate aes/aes_iterative --run run.json --core core.so     one iteration, its answer judged
    python -m bench.cosimulate aes/aes_iterative --host --core core.so --worker ...   the host's part, timed by pyperf

What --check and --rtl found is the last line that they print, as JSON; --run writes it to its file. A wrong answer ends
with exit code 3, a design that fails or hangs with 4, and a sentence on stderr says where it comes from. With --data, as the
hardware stage asks, both are data: the process ends well. Only --rtl, and --check and --run without --core, need Amaranth.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from time import perf_counter
from typing import Any

from bench import discover, hardware
from bench.__main__ import measure
from bench.cores import Compiled, Interpreted, Playback, ports_of, written_ports
from bench.errors import VariantFailed, WrongAnswer
from bench.files import write_text
from bench.hardware import Design, Precision
from bench.judging import blamed, conclude, judged
from bench.model import Family, Target, Variant
from bench.subject import Subject, parse_target, run_command

Core = Interpreted | Compiled
#: clock cycles of one call in a design's own check, which is to take some 1,000 in all: so that what never stops is found
#: in half a minute. Amaranth's simulator does 1,000 a second of a large design, and most_cycles of a full job took hours
CHECK_CYCLES = 20_000
AMARANTH, CXXRTL = "Amaranth's simulator", "CXXRTL, compiled"  #: as of a Result's simulator


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.cosimulate", add_help=False, allow_abbrev=False)
    parser.add_argument("target")
    parser.add_argument("--core", type=Path)
    parser.add_argument("--data", action="store_true")
    wanted = parser.add_mutually_exclusive_group(required=True)
    wanted.add_argument("--check", action="store_true")
    wanted.add_argument("--host", action="store_true")
    for name in ("--rtl", "--run"):
        wanted.add_argument(name, type=Path)
    chosen, rest = parser.parse_known_args(argv)
    target = parse_target(chosen.target)
    design = hardware.design(target.family, target.variant)
    with blamed(target.family):
        if chosen.rtl:
            print(f"described {json.dumps(describe(design, target.family, chosen.rtl))}")
            return
        core = make(design, chosen.core)
    if chosen.host:
        host(design, target, core, rest, argv[: len(argv) - len(rest)])
        return
    found = check(design, target.family, core) if chosen.check else run(design, target, core)
    if chosen.check:
        print(f"checked {json.dumps(found)}", flush=True)
    else:
        write_text(chosen.run, json.dumps(found, indent=1, sort_keys=True) + "\n")
    if not chosen.data:
        conclude(design.name, found)


def make(design: Design, library: Path | None) -> Core:
    """Return the compiled core where there is a library of it, else the component in Amaranth's simulator."""
    if library is not None:
        return Compiled.beside(library, design.most_cycles)
    return Interpreted(design.component(), design.most_cycles)


def simulator(core: Core) -> str:
    return CXXRTL if isinstance(core, Compiled) else AMARANTH


def describe(design: Design, family: str, rtl: Path) -> dict[str, Any]:
    """Write the design as RTLIL, its ports as JSON beside it; return all else that is known of it.

    The text is the same wherever and whenever it is written: places in source files are left out.
    """
    import amaranth
    from amaranth.back import rtlil

    component = design.component()
    ports = ports_of(component)
    write_text(rtl, rtlil.convert(component, name="top", emit_src=False))
    write_text(rtl.with_suffix(".json"), written_ports(ports))
    told = ("name", "summary", "replaces", "justification", "point", "grain", "fixed")
    facts = {name: getattr(design, name) for name in told}
    return facts | {
        "parameters": dict(design.parameters),
        "registers": [asdict(register) for register in design.registers],
        "ports": [asdict(port) for port in ports.values()],
        "sources": sources(family),
        "tool": f"Amaranth {amaranth.__version__}",
    }


def sources(family: str) -> list[str]:
    """Return the files of the family's designs that this process executed, below the checkout."""
    place = discover.HERE / family
    apart = discover.HELPERS - {hardware.NAME} | {"__init__"}
    loaded = {
        Path(file).resolve() for module in list(sys.modules.values()) if (file := getattr(module, "__file__", None))
    }
    near = (path for path in loaded if path.is_relative_to(place) and path.stem not in apart)
    return sorted(path.relative_to(discover.HERE.parent).as_posix() for path in near)


def limit(core: Core) -> None:
    """Let no call of this core take more cycles than a check may."""
    core.most_cycles = min(core.most_cycles, CHECK_CYCLES)
    core.longer = f"a check has {CHECK_CYCLES:,} cycles for each call, so it may also have to ask for less"


def check(design: Design, family: str, core: Core) -> dict[str, Any]:
    """Run the design's own check; a call that takes more than CHECK_CYCLES is stuck."""

    def work() -> dict[str, Any]:
        limit(core)
        design.check(core)
        return {"cycles": core.cycles, "calls": core.calls}

    return judged(work, family) | {"simulator": simulator(core)}


def run(design: Design, target: Target, core: Core) -> dict[str, Any]:
    """Run one iteration of upstream's benchmark on the core; count it, and hold its answer against the oracle."""
    family: Family = discover.family(target.family)
    size = family.sizes[target.size]

    def work() -> dict[str, Any]:
        variant = design.variant(core)
        workload = family.prepare(variant, size)
        start = perf_counter()
        workload.run(1)
        counted: dict[str, Any] = {name: getattr(core, name) for name in ("cycles", "calls", "sent", "received")}
        counted["seconds"] = round(perf_counter() - start, 3)
        if not core.calls:
            raise VariantFailed(f"{design.name} never called its core")
        answer = workload.answer()
        family.accept(answer, size)
        checked = [f"upstream's benchmark end to end at size {target.size}, {counted['cycles']:,} cycles"]
        if design.precision:
            counted |= {"error": error_of(design.precision, answer, size), "promised": design.precision.within}
        if isinstance(core, Compiled):  # too many cycles for an interpreter
            before = core.cycles
            held = promised(design.precision, family, variant) if design.precision else oracle(family, variant)
            checked.append(f"{held}, {core.cycles - before:,} cycles")
        return counted | {"digest": family.digest(answer), "checked": checked}

    return judged(work, target.family) | {"simulator": simulator(core), "sources": sources(target.family)}


def error_of(precision: Precision, answer: Any, size: Any) -> float:
    """Return the error of an answer; raises WrongAnswer where it is larger than the design promises."""
    found = precision.error(answer, size)
    if not found <= precision.within:
        raise WrongAnswer(f"its error is {found:.2g}, and it promises {precision.within:g} ({answer!r})")
    return found


def oracle(family: Family, variant: Any) -> str:
    """Hold a variant against the family's oracle; return what that was."""
    family.check(variant)
    return "the family's oracle"


def promised(precision: Precision, family: Family, variant: Any) -> str:
    """Hold a variant against upstream and its own promise at every size; return what that was, with the errors."""
    errors = []
    for name, size in family.sizes.items():
        workload = family.prepare(variant, size)
        workload.run(1)
        family.accept(workload.answer(), size)
        errors.append(f"{error_of(precision, workload.answer(), size):.2g} at size {name}")
    return f"its promise of an error within {precision.within:g}, not the family's oracle: {', '.join(errors)}"


def host(design: Design, target: Target, core: Core, args: list[str], program: list[str]) -> None:
    """Time the host's part with pyperf: one iteration runs on the core, and its answers are played back."""
    family = discover.family(target.family)
    playback = Playback(core)
    variant = design.variant(playback)
    workload = family.prepare(variant, family.sizes[target.size])
    workload.run(1)
    playback.replay()
    described = Variant(design.name, discover.HERE / target.family / f"{hardware.NAME}.py", design.summary)
    subject = Subject(family, target, described)
    subject.module = variant
    measure(workload, subject, args, program, workload.answer, module="bench.cosimulate")


if __name__ == "__main__":
    run_command(main)
