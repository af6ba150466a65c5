"""Keeps what the hardware tools made, by the hash of all that decided about it: an unchanged design costs nothing.

An entry is a folder with a record of its files' hashes, and appears by rename, so it is there whole or not at all. One
that was damaged since is removed, and made anew. The folder may be deleted at any time.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.files import files_below, sha256, write_text

RECORD = "entry.json"


def root() -> Path:
    """Return where entries are: $BENCH_CACHE, else below $XDG_CACHE_HOME or ~/.cache."""
    if named := os.environ.get("BENCH_CACHE"):
        return Path(named).resolve()
    home = os.environ.get("XDG_CACHE_HOME")
    return (Path(home) if home else Path.home() / ".cache").resolve() / "codesign-bench"


def key(inputs: Mapping[str, Any]) -> str:
    """Return the hash that stands for these inputs: contents (by hash), versions and options."""
    return hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()[
        :32
    ]  # each command of the log has some


@dataclass(frozen=True)
class Cache:
    """Entries below one folder, by stage and key."""

    home: Path

    def find(self, stage: str, name: str) -> Path | None:
        """Return the folder of an entry that is as it was written; None where there is none."""
        folder = self.home / stage / name
        if not folder.is_dir():
            return None
        if _intact(folder):
            return folder
        shutil.rmtree(folder, ignore_errors=True)
        return None

    def begin(self, stage: str, name: str) -> Path:
        """Return an empty folder to fill; what a killed process left there is removed."""
        folder = self.home / stage / f"{name}.{os.getpid()}.partial"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder

    def commit(self, partial: Path) -> Path:
        """Make an entry of a filled folder, and return where it is now."""
        hashes = {path.relative_to(partial).as_posix(): sha256(path) for path in files_below(partial)}
        write_text(partial / RECORD, json.dumps(hashes, indent=1, sort_keys=True) + "\n")
        folder = partial.with_name(partial.name.partition(".")[0])
        shutil.rmtree(folder, ignore_errors=True)
        return partial.rename(folder)


def _intact(folder: Path) -> bool:
    try:
        hashes = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        there = {path.relative_to(folder).as_posix(): path for path in files_below(folder)} if hashes else {}
        del there[RECORD]
        return bool(hashes == {name: sha256(path) for name, path in there.items()})
    except (OSError, ValueError, KeyError):
        return False
