"""`invoke list`: families, their variants and accelerators, and their archived studies."""

from __future__ import annotations

from bench import discover, hardware
from bench.model import RUNG
from bench.rundir import Archive

SHOWN = 5  #: of the newest studies


def show() -> None:
    for name in discover.families():
        family = discover.family(name)
        print(f"{name}: {family.summary} (pyperformance: {family.upstream})")
        variants = discover.variants(name)
        width = max(map(len, variants))
        for variant in variants.values():
            mark = "baseline" if variant.name == family.baseline else "" if variant.kind == RUNG else variant.kind
            print(f"  {variant.name:<{width}}  {variant.summary}{f' ({mark})' if mark else ''}")
        for design in hardware.designs(name).values():
            if not design.point:
                print(f"  {design.name}: {design.summary} (accelerator)")
        stamps = Archive(name).timestamps()
        older = f" and {len(stamps) - SHOWN} older" if len(stamps) > SHOWN else ""
        print(f"  studies: {', '.join(stamps[-SHOWN:]) + older if stamps else f'none yet (nox -s {name})'}\n")
