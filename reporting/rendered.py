"""Beside every report stands a record of how it was written: of which study, with which view, by which versions, its hash.

Knows what such a record holds, and how to tell a damaged one; where it lies is spelled in render.py.
"""

from __future__ import annotations

import platform
import subprocess
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from bench.errors import Tampered
from bench.files import ROOT, code, read_json, seal, spelled_as_written, write_json

LIBRARIES = ("numpy", "rich", "markdown-it-py", "plotly", "matplotlib", "reportlab", "pdfrw2", "openpyxl")
CODE = ("bench/*.py", "profiling/**/*.py", "reporting/**/*.py", "reporting/assets/*")  #: what decides about a report


@dataclass(frozen=True)
class Rendered:
    """One report file as it was written."""

    format: str  #: the renderer's name
    study: str  #: timestamp
    view: Mapping[str, Any]  #: what a person chose: transpose, geomean, baseline, paper
    record: str  #: sha256 of the study's record, which leads to those of all raw files
    sha256: str  #: of the report file
    versions: Mapping[str, str] = field(default_factory=dict)
    commit: str = ""  #: of the checkout that wrote it; + where its code differed from the commit
    #: what its words rest on: path -> sha256 (narrative/telling.py)
    narrative: Mapping[str, str] = field(default_factory=dict)
    #: the accelerators' results that it holds (hardware_used.py): study, record (sha256), sources; {} where it holds none
    hardware: Mapping[str, str] = field(default_factory=dict)


@cache
def versions() -> dict[str, str]:
    """Return what decides about the bytes of a report, apart from its study."""
    found = {name: metadata.version(name) for name in LIBRARIES}
    python = {"python": platform.python_version(), "machine": platform.machine(), "zlib": zlib.ZLIB_RUNTIME_VERSION}
    return {"code": code(*CODE)} | python | found


@cache
def commit() -> str:
    """Return the commit of this checkout, with + if the code differs from it; "" outside git."""
    folders = sorted({pattern.partition("/")[0] for pattern in CODE})
    asked = [["git", "rev-parse", "--short=12", "HEAD"], ["git", "status", "--porcelain", "--", *folders]]
    try:
        head, dirty = (
            subprocess.run(a, cwd=ROOT, capture_output=True, text=True, check=True, timeout=30).stdout for a in asked
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return head.strip() + ("+" if dirty.strip() else "")


def read(path: Path) -> dict[str, Rendered]:
    """Return file name -> how it was written; none where there is no record. Raises Tampered if it was damaged."""
    if not path.exists():
        return {}
    record = read_json(path)
    try:
        told = record.pop("seal", None)
        if told != seal(record) or not spelled_as_written(path):
            raise ValueError("it was changed since it was written")
        found = {name: Rendered(**entry) for name, entry in record["files"].items()}
        for name, entry in found.items():
            texts = [
                name,
                entry.format,
                entry.study,
                entry.record,
                entry.sha256,
                entry.commit,
                *entry.versions.values(),
                *entry.narrative.values(),
                *entry.hardware.values(),
            ]
            if (
                Path(name).name != name
                or not isinstance(entry.view, dict)
                or not all(isinstance(t, str) for t in texts)
            ):
                raise ValueError(f"the entry {name!r} is none")
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise Tampered(f"{path} is damaged: {error}", "Write the reports again: invoke render, invoke pdf.") from error
    return found


def add(path: Path, name: str, written: Rendered) -> None:
    """Enter one file into the record, beside what was entered before; a damaged record is begun anew."""
    try:
        known = read(path)
    except Tampered:
        known = {}
    record = {"files": {file: asdict(entry) for file, entry in (known | {name: written}).items()}}
    write_json(path, record | {"seal": seal(record)})
