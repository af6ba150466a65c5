"""Finds the debug and the release interpreter on this machine. Says what they are; builds nothing.

The pair is chosen so that a debug-versus-release comparison is fair: the same X.Y.Z where the machine has it.
`BENCH_DEBUG_PYTHON` and `BENCH_RELEASE_PYTHON` (paths) override the search; `BENCH_DEBUG_PYTHON=none` does without.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from bench.errors import SuiteError

SUPPORTED = [(3, minor) for minor in (13, 12, 11, 10)]
PROBE = "import sys, json; print(json.dumps([list(sys.version_info[:3]), hasattr(sys, 'gettotalrefcount')]))"


@dataclass(frozen=True)
class Interpreter:
    """An interpreter that answered: where it is, its X.Y.Z, and whether it is a debug build."""

    path: str
    version: tuple[int, int, int]
    debug: bool

    @property
    def text(self) -> str:
        return f"{'.'.join(map(str, self.version))} ({self.path})"


@dataclass(frozen=True)
class Pair:
    """What the environments are built on. `debug` is None where the machine has no debug build."""

    debug: Interpreter | None
    release: Interpreter

    @property
    def same_version(self) -> bool:
        return self.debug is not None and self.debug.version == self.release.version


@lru_cache(maxsize=1)
def choose() -> Pair:
    """Choose the debug interpreter, and the release interpreter nearest to it in version."""
    debug = _first(_debug_candidates(), debug=True, variable="BENCH_DEBUG_PYTHON")
    wanted = debug.version if debug else None
    found = _first(_release_candidates(debug), debug=False, variable="BENCH_RELEASE_PYTHON", version=wanted)
    if found is None:
        raise SuiteError(
            "no release build of Python 3.10 to 3.13 was found",
            "Install one (sudo apt install python3), or name it: BENCH_RELEASE_PYTHON=/path/to/python3.",
        )
    return Pair(debug, found)


def install_hint() -> str:
    """Return the command that installs a debug interpreter on Debian and Ubuntu."""
    return "sudo apt install python3-dbg"


def _debug_candidates() -> Iterator[str]:
    yield "python3-dbg"
    for major, minor in SUPPORTED:
        yield from (f"python{major}.{minor}-dbg", f"python{major}.{minor}d")


def _release_candidates(debug: Interpreter | None) -> Iterator[str]:
    base = getattr(sys, "_base_executable", None) or sys.executable
    if debug is not None:
        name = "python{}.{}".format(*debug.version)
        yield str(Path(debug.path).parent / name)
        yield name
        for pyenv in sorted(Path.home().glob(f".pyenv/versions/{'.'.join(map(str, debug.version))}/bin/python3")):
            yield str(pyenv)
    yield base
    yield "python3"
    for major, minor in SUPPORTED:
        yield f"python{major}.{minor}"


def _first(
    names: Iterable[str], *, debug: bool, variable: str, version: tuple[int, int, int] | None = None
) -> Interpreter | None:
    """Return the first working candidate of the right kind; one of exactly `version` wins over an earlier one."""
    if debug and os.environ.get(variable) == "none":
        return None
    if variable in os.environ:
        named = probe(os.environ[variable])
        if named is None or named.debug != debug:
            kind = "debug" if debug else "release"
            raise SuiteError(
                f"{variable}={os.environ[variable]} is not a {kind} build of Python 3.10 to 3.13",
                f"Unset {variable}, or give it the path of one.",
            )
        return named
    fallback = None
    for name in names:
        found = probe(name)
        if found is None or found.debug != debug:
            continue
        if version is None or found.version == version:
            return found
        fallback = fallback or found
    return fallback


@cache
def probe(name: str) -> Interpreter | None:
    """Ask the interpreter `name` (a path, or a command on PATH) what it is; None unless it answers and is supported."""
    path = shutil.which(name) or shutil.which(name, path="/usr/bin:/usr/local/bin")
    if path is None:
        return None
    try:
        done = subprocess.run([path, "-I", "-c", PROBE], capture_output=True, text=True, timeout=20, check=True)
        version, is_debug = json.loads(done.stdout)
    except (OSError, subprocess.SubprocessError, ValueError):
        return None  # a broken link or a shim without a version behind it: not an interpreter
    if tuple(version[:2]) not in SUPPORTED:
        return None
    return Interpreter(path, (version[0], version[1], version[2]), is_debug)
