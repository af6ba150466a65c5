"""Where the environments are, and whether they are fresh. nox builds them (noxfile.py); nothing here does.

An environment is fresh when its stamp holds the fingerprint of what it should be: the dependency groups of
pyproject.toml and the binary of its interpreter. So a changed dependency or a new interpreter is noticed.
"""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

from bench.errors import SuiteError

ROOT = Path(__file__).resolve().parent.parent
NAMES = {"dbg": ".venv_dbg", "release": ".venv_release", "tool": ".venv", "hardware": ".venv_hardware"}
STAMP = "bench-stamp"


def location(name: str) -> Path:
    """Return the folder of environment `name` (dbg, release, tool or hardware), relative to the checkout."""
    return Path(NAMES[name])


def python(build: str) -> Path:
    """Return the interpreter of the environment of `build`, relative to the checkout; names the remedy if missing."""
    path = location(build) / "bin" / "python"
    if not (ROOT / path).exists():
        raise SuiteError(f"the environment {location(build)} does not exist yet", f"Build it: nox -s {build}")
    if not fresh(build, str(ROOT / path)):
        raise SuiteError(
            f"the environment {location(build)} is incomplete, or older than its dependencies or interpreter",
            f"Build it anew: nox -s {build}",
        )
    return path


def fingerprint(interpreter: str) -> str:
    """Return the hash that a fresh environment on `interpreter` carries."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    section = re.search(r"^\[dependency-groups\]$.*?(?=^\[)", text, re.MULTILINE | re.DOTALL)
    digest = hashlib.sha256((section.group() if section else text).encode())
    digest.update(Path(interpreter).resolve().read_bytes())
    digest.update(str(ROOT).encode())  # an environment does not survive a move of the checkout
    return digest.hexdigest()


def fresh(name: str, interpreter: str) -> bool:
    """Whether environment `name` is complete and what it should be."""
    stamp = ROOT / location(name) / STAMP
    working = (ROOT / location(name) / "bin" / "python").exists()
    return working and stamp.is_file() and stamp.read_text(encoding="utf-8").strip() == fingerprint(interpreter)


def mark_fresh(name: str, interpreter: str) -> None:
    """Write the stamp. Done last, so that an interrupted build is never taken for a finished one."""
    (ROOT / location(name) / STAMP).write_text(fingerprint(interpreter) + "\n", encoding="utf-8")


def portable(path: Path) -> str:
    """Return `path` relative to the checkout where it lies in it, else in full."""
    full = Path(os.path.abspath(path))  # not resolve(): an environment's python is a link out of it
    return full.relative_to(ROOT).as_posix() if full.is_relative_to(ROOT) else str(full)
