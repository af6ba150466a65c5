"""Reads the quantities that a person writes on a command line or in a TOML file: 1us, 4GB/s, 0.5us..2us, 370.

A range is low..high or low..typical..high; of the former, the typical value is the
geometric mean (half of high where low is 0). No arithmetic beyond.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from pathlib import Path

from bench.errors import SuiteError, UsageError
from reporting.uncertain import Range

Units = Mapping[str, float]
TIMES: Units = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
RATES: Units = {"B/s": 1.0, "kB/s": 1e3, "MB/s": 1e6, "GB/s": 1e9}
SIZES: Units = {"": 1.0, "B": 1.0, "kB": 1e3, "KiB": 2.0**10, "MB": 1e6, "MiB": 2.0**20}
COUNTS: Units = {"": 1.0}
FACTORS: Units = {"": 1.0, "x": 1.0, "×": 1.0}
EXAMPLES = {id(TIMES): "1us, 500ns or 0.5us..2us", id(RATES): "4GB/s or 1GB/s..6GB/s", id(SIZES): "16 or 64KiB"}
NUMBER = re.compile(r"(\d+(?:\.\d+)?(?:e[+-]?\d+)?|inf)\s*(\D*)")
LINE = re.compile(r"""([a-z_]+)\s*=\s*"([^"\\]*)"\s*(?:\#.*)?""")


def read(option: str, text: str, units: Units) -> Range:
    """Return a quantity or a range of one; raises UsageError, naming the option, where it does not fit."""
    parts = [_number(part.strip(), units) for part in text.split("..")]
    hint = f"Write it as {option} {EXAMPLES.get(id(units), '370 or 100..400')}."
    if not 1 <= len(parts) <= 3 or any(part is None for part in parts):
        raise UsageError(f"{option} {text!r} is not understood", hint)
    values = [part for part in parts if part is not None]
    if values != sorted(values):
        raise UsageError(f"{option} {text!r} is no range: it falls", hint)
    if len(values) == 2:
        values.insert(1, math.sqrt(values[0] * values[1]) or values[1] / 2)
    return Range(values[0], values[len(values) // 2], values[-1])


def _number(text: str, units: Units) -> float | None:
    """Return one number in the base unit; None where it has another form or unit."""
    found = NUMBER.fullmatch(text)
    if found is None or found[2].strip() not in units:
        return None
    return float(found[1]) * units[found[2].strip()]


def table(path: Path) -> dict[str, str]:
    """Return the entries of a TOML file that has lines of the form `name = "text"` only, and comments."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SuiteError(f"{path} cannot be read: {error}", "Name a TOML file that describes an interface.") from error
    found: dict[str, str] = {}
    for number, line in enumerate(map(str.strip, lines), 1):
        if not line or line.startswith("#"):
            continue
        entry = LINE.fullmatch(line)
        if entry is None:
            raise SuiteError(f"{path}, line {number}, is not understood: {line}", 'Write lines like overhead = "1us".')
        found[entry[1]] = entry[2]
    return found
