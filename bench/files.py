"""Files of every stage: records with a schema, read with care and written by rename, and hashes.

Knows no path: those under results/ are spelled in rundir.py, those under reports/ in reporting/render.py.

Schema history: 1, the first version; 2, a study keeps the hashes of its manifests, log and record and may be adopted
(build `unknown`), metrics hold listings; 3, variants have a kind and a path, a study has a limit.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from bench.errors import SuiteError, Tampered

ROOT = Path(__file__).resolve().parent.parent
SCHEMA = 3
READABLE = (1, 2, 3)  #: what an older version wrote lacks only fields that have a default


def read_json(path: Path) -> dict[str, Any]:
    """Read a versioned record; a damaged or newer file is an error that says so."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise Tampered(f"{path} is missing", "Restore it (git checkout), or measure again.") from None
    except ValueError as error:
        raise Tampered(f"{path} is damaged: {error}", "Restore it (git checkout), or measure again.") from error
    version = record.pop("schema", None) if isinstance(record, dict) else None
    if version not in READABLE:
        known = ", ".join(map(str, READABLE))
        raise SuiteError(f"{path} has schema {version}, this version reads {known}", "Update this checkout: git pull.")
    return dict(record)


def write_json(path: Path, record: dict[str, Any], indent: int | None = 1) -> None:
    write_text(path, _spelled({"schema": SCHEMA} | record, indent))


def _spelled(record: dict[str, Any], indent: int | None = 1) -> str:
    return json.dumps(record, indent=indent, ensure_ascii=False, sort_keys=True) + "\n"


def spelled_as_written(path: Path) -> bool:
    """Whether an indented record is, to the byte, what write_json makes of what it says."""
    text = path.read_text(encoding="utf-8")
    return text == _spelled(json.loads(text))


def schema_of(path: Path) -> int:
    """Return the schema of a record; the present one if it says none."""
    try:
        return int(json.loads(path.read_text(encoding="utf-8"))["schema"])
    except (OSError, KeyError, TypeError, ValueError):
        return SCHEMA


def write_text(path: Path, text: str) -> None:
    write_bytes(path, text.encode())


def write_bytes(path: Path, data: bytes) -> None:
    """Write by rename: a reader sees the old file or the new one, never half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    with partial.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def seal(record: dict[str, Any]) -> str:
    """Return the sha256 that a record carries of itself: it tells damage, not fraud, since anyone can write it anew."""
    return hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()


@cache
def code(*patterns: str) -> str:
    """Return a hash of the suite's own files that match: says whether two results come from the same code."""
    found = hashlib.sha256()
    for path in sorted({path for pattern in patterns for path in ROOT.glob(pattern) if path.is_file()}):
        data = path.read_bytes()
        found.update(f"{path.relative_to(ROOT).as_posix()} {len(data)}\n".encode() + data)
    return found.hexdigest()[:16]


def files_below(folder: Path) -> list[Path]:
    """Return all that lies in a folder and is none itself, sorted."""
    return sorted(f for f in folder.rglob("*") if f.is_symlink() or not f.is_dir())


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def checksums(paths: Iterable[Path]) -> tuple[tuple[str, str], ...]:
    return tuple((path.as_posix(), sha256(path)) for path in paths)
