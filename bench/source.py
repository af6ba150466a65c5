"""Names and lines of source files as an archive may hold them: the same on every machine, and harmless to show."""

from __future__ import annotations

import linecache
import re
from pathlib import Path
from types import CodeType

LONGEST = 200  #: letters of a source line that are kept
LARGEST = 4 << 20  #: bytes; a larger file holds no code that a person wrote
HARNESS = Path(__file__).parent  #: files directly in bench/ are the harness, not the workload
UNSEEN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]+"
)  #: control characters, and what turns text round


def portable(name: str) -> str:
    """Return a file name from its package on: site-packages/pyaes/aes.py is pyaes/aes.py."""
    name = re.sub(r"^.*/site-packages/", "", name)
    name = re.sub(r"^.*data-files/benchmarks/", "", name)  # pyperformance's
    name = re.sub(r"^.*/lib/python3\.\d+/", "", name)
    name = re.sub(r"^.*/(bench/[^/]+(/[^/]+)?\.py)$", r"\1", name)
    return Path(name).name if name.startswith("/") else name


def line(file: str, number: int | None) -> str:
    """Return the text of one line without its indent; empty where there is no such line.

    Only Python files named by a full path are read: a frame may name anything, a device included.
    """
    path = Path(file)
    try:
        if not (number and path.is_absolute() and path.suffix == ".py" and path.is_file()):
            return ""
        if path.stat().st_size > LARGEST:
            return ""
    except (OSError, ValueError):  # a name that no file system takes
        return ""
    linecache.checkcache(file)
    return UNSEEN.sub(" ", linecache.getline(file, number)).strip()[:LONGEST]


def name(code: CodeType) -> str:
    """Return a function's name as a profile shows it: with its class from Python 3.11 on."""
    return str(getattr(code, "co_qualname", code.co_name))


def is_harness(file: str) -> bool:
    """Whether a file is part of what surrounds every workload: directly in bench/, not in a family's folder."""
    return file.rpartition("/")[0] == str(HARNESS)
