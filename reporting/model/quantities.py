"""Reads the quantities that a person writes on a command line or in a TOML file: 1us, 4GB/s, 0.5us..2us, 370.

A range is low..high or low..typical..high; of the former, the typical value is the
geometric mean (half of high where low is 0). No arithmetic beyond.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.errors import UsageError
from reporting.model.uncertain import Range


@dataclass(frozen=True)
class Kind:
    """What kind of quantity is asked for: how it may be written, and between which ends it means anything."""

    units: Mapping[str, float]  #: how a unit is written -> how many base units it is
    examples: tuple[str, ...]
    least: float  #: in the base unit; what the model divides by is above 0
    most: float  #: likewise; beyond it nothing is real, and no figure can be read
    ends: str  #: the same in words
    endless: bool = False  #: whether `inf` is meant too


TIMES = Kind(
    {"s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9},
    ("1us", "500ns", "0.5us..2us"), 0.0, 1e3, "from 0s to 1000s",
)  # fmt: skip
RATES = Kind(
    {"B/s": 1.0, "kB/s": 1e3, "MB/s": 1e6, "GB/s": 1e9},
    ("4GB/s", "1GB/s..6GB/s"), 1.0, 1e15, "from 1B/s to 1000000GB/s, or infGB/s for no limit", endless=True,
)  # fmt: skip
SIZES = Kind(
    {"": 1.0, "B": 1.0, "kB": 1e3, "KiB": 2.0**10, "MB": 1e6, "MiB": 2.0**20},
    ("16", "64KiB"), 0.0, 1e12, "from 0 to 1000000MB",
)  # fmt: skip
COUNTS = Kind({"": 1.0}, ("2876",), 1.0, 1e12, "from 1 to 1e12")
FACTORS = Kind(
    {"": 1.0, "x": 1.0, "×": 1.0}, ("370", "100..400"), 1e-3, 1e9,
    "from 0.001 to 1e9, or inf for an accelerator that takes no time", endless=True,
)  # fmt: skip
NUMBER = re.compile(r"(\d+(?:\.\d+)?(?:e[+-]?\d+)?|inf)\s*(\D*)")
LINE = re.compile(r"""([a-z_]+)\s*=\s*"([^"\\]*)"\s*(?:\#.*)?""")


def read(option: str, text: str, kind: Kind) -> Range:
    """Return a quantity or a range of one; raises UsageError, naming the option, where it does not fit.

    An option that ends with = is a line of a TOML file.
    """
    parts = [_number(part.strip(), kind.units) for part in text.split("..")]
    hint = f"Write it as {option} {' or '.join(_quoted(option, each) for each in kind.examples)}."
    if not 1 <= len(parts) <= 3 or any(part is None for part in parts):
        raise UsageError(f"{option} {text!r} is not understood", hint)
    values = [part for part in parts if part is not None]
    if values != sorted(values):
        raise UsageError(f"{option} {text!r} is no range: it falls", hint)
    if not all(kind.least <= value <= kind.most or (kind.endless and math.isinf(value)) for value in values):
        raise UsageError(f"{option} {text!r} is out of range", f"It may be {kind.ends}.")
    if math.isinf(values[-1]) and len(set(values)) > 1:
        raise UsageError(f"{option} {text!r} is no range: it has no end", hint)
    if len(values) == 2:
        values.insert(1, math.sqrt(values[0] * values[1]) or values[1] / 2)
    return Range(values[0], values[len(values) // 2], values[-1])


def _quoted(option: str, example: str) -> str:
    return f'"{example}"' if option.endswith("=") else example


def _number(text: str, units: Mapping[str, float]) -> float | None:
    """Return one number in the base unit; None where it has another form or unit."""
    found = NUMBER.fullmatch(text)
    if found is None or found[2].strip() not in units:
        return None
    return float(found[1]) * units[found[2].strip()]


def table(path: Path) -> dict[str, str]:
    """Return the entries of a TOML file that has lines of the form `name = "text"` only, and comments."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        raise UsageError(f"there is no file {path} here", "Name a TOML file that describes an interface.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}", "Name a TOML file that describes an interface.") from error
    found: dict[str, str] = {}
    for number, line in enumerate(map(str.strip, lines), 1):
        if not line or line.startswith("#"):
            continue
        entry = LINE.fullmatch(line)
        if entry is None:
            raise UsageError(f"{path}, line {number}, is not understood: {line}", 'Write lines like overhead = "1us".')
        if entry[1] in found:
            raise UsageError(f"{path}, line {number}, gives {entry[1]} a second time", "Leave one of them.")
        found[entry[1]] = entry[2]
    return found
