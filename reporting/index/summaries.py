"""What the index keeps of a study: a few facts and, per build and variant, time, speedup and verdict.

One summary.json stands beside each report (renderers/summary.py writes it). Whatever is read here may come from anyone:
types, lengths and numbers are checked, and texts lose what could not be printed. Knows no page, and does no arithmetic.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from bench.model import BUILDS, UNKNOWN
from bench.rundir import NAME, STAMP
from reporting.palette import shorten

SCHEMA = 1
LARGEST = 1_000_000  #: bytes of a summary; one of twenty variants has a hundredth of that
LONGEST = 400  #: letters of a text
MOST = 200  #: variants on one build
ROLE = re.compile(r"(?:baseline|variant-\d{1,3})?")
T = TypeVar("T")


@dataclass(frozen=True)
class Estimate:
    """A positive number with the ends of its 95 % interval; these are None where one process tells nothing of spread."""

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Shown:
    """How one variant fared on one build, as the report's table of variants by metrics says."""

    name: str
    role: str  #: of its colour: "baseline", "variant-0" and so on; "" where it was not timed
    peer: bool  #: a library that does the same job: drawn hollow
    lines: int | None  #: of code
    verdict: str  #: one word; "" where it has no number
    time: Estimate | None  #: seconds per iteration
    speedup: Estimate | None  #: over the baseline


@dataclass(frozen=True)
class Build:
    """One build of the interpreter."""

    build: str  #: release, dbg, or unknown (of adopted studies)
    interpreter: str  #: for example: CPython 3.11.2
    variants: tuple[Shown, ...]


@dataclass(frozen=True)
class Summary:
    """One study. A text is "" where it was not recorded."""

    family: str
    timestamp: str
    title: str
    verdict: str  #: the first sentence of the report that gives one
    size: str
    commit: str
    baseline: str
    machine: str  #: what makes it this machine and no other: CPU, architecture, number of CPUs, virtualisation
    kernel: str
    builds: tuple[Build, ...]
    floor: float | None = None  #: the noise floor as a share; None where it was not measured, or not recorded


def read(path: Path) -> Summary:
    """Read a summary.json; raises ValueError, saying what is wrong, where it is none."""
    if not path.is_file():
        raise ValueError("it is no file")
    if path.stat().st_size > LARGEST:
        raise ValueError("it is larger than a summary can be")
    try:
        record = json.loads(path.read_bytes().decode(), parse_constant=_no_number)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    fields = _fields(record)
    if fields("schema", lambda value: value) != SCHEMA:
        raise ValueError(f"its schema is not {SCHEMA}: invoke render writes it again")
    texts = ("title", "verdict", "size", "commit", "baseline", "machine", "kernel")
    found = Summary(
        family=fields("family", _matching(NAME)),
        timestamp=fields("timestamp", _matching(STAMP)),
        builds=fields("builds", lambda value: tuple(map(_build, _list(value, len(BUILDS) + 1)))),
        floor=_number(record.get("floor")),
        **{name: fields(name, _text) for name in texts},
    )
    if len({build.build for build in found.builds}) < len(found.builds):
        raise ValueError("it names a build twice")
    return found


def _build(record: Any) -> Build:
    fields = _fields(record)
    build = fields("build", _text)
    if build not in (*BUILDS, UNKNOWN):
        raise ValueError(f"no build is named {build!r}")
    variants = fields("variants", lambda value: tuple(map(_shown, _list(value, MOST))))
    if len({shown.name for shown in variants}) < len(variants):
        raise ValueError("it names a variant twice")
    return Build(build, fields("interpreter", _text), variants)


def _shown(record: Any) -> Shown:
    fields = _fields(record)
    return Shown(
        name=fields("name", _text),
        role=fields("role", _matching(ROLE)),
        peer=fields("peer", _bool),
        lines=fields("lines", _count),
        verdict=fields("verdict", _text),
        time=fields("time", _estimate),
        speedup=fields("speedup", _estimate),
    )


def _estimate(record: Any) -> Estimate | None:
    if record is None:
        return None
    fields = _fields(record)
    value, low, high = (fields(name, _number) for name in ("value", "low", "high"))
    if value is None or (low is None) != (high is None):
        raise ValueError("a number lacks its value or one end of its interval")
    if low is not None and high is not None and not low <= high:
        raise ValueError("an interval ends before it begins")
    return Estimate(value, low, high)


def _fields(record: Any) -> Callable[[str, Callable[[Any], T]], T]:
    """Return a function that takes one field of `record`, checked, and names it where it does not fit."""
    if not isinstance(record, dict):
        raise ValueError("a part of it is no record")

    def take(name: str, check: Callable[[Any], T]) -> T:
        if name not in record:
            raise ValueError(f"it lacks {name!r}")
        try:
            return check(record[name])
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from None

    return take


@lru_cache(4096)  # the same names, verdicts and machines stand in study after study
def clean(text: str) -> str:
    """Return a text on one line, as long as a summary may hold, without what could not be printed."""
    return shorten(text, LONGEST)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("it is no text")
    return clean(value)


def _matching(pattern: re.Pattern[str]) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        if not (isinstance(value, str) and value.isascii() and pattern.fullmatch(value)):
            raise ValueError("it is not of the form that it should have")
        return value

    return check


def _number(value: Any) -> float | None:
    """Return a positive number; None stays None."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 1e-300 < value < 1e300:
        raise ValueError("it is no positive number")
    return float(value)


def _count(value: Any) -> int | None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 10**9):
        raise ValueError("it is no count")
    return value


def _bool(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("it is neither true nor false")
    return value


def _list(value: Any, most: int) -> list[Any]:
    if not isinstance(value, list) or len(value) > most:
        raise ValueError("it is no list, or a longer one than there can be")
    return value


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number")
