"""Presents the bytecode that bench/exact.py recorded: how much of it was specialised, and its hot loop as text. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from bench.model import Listing, Measurement

SHOWN = 60  #: instructions
METRIC = "bytecode specialised"


def derive(
    collector: str, build: str, found: dict[str, Any], python: str, blind: str
) -> Iterator[Measurement | Listing]:
    """Yield the share of specialised instructions among those that can be and ran, and the instructions of the hottest function."""
    rows = found["rows"]
    kinds = Counter(kind for _, hits, *_, kind in rows if hits)  # what never ran had no chance to be specialised
    special, able = kinds["specialised"], kinds["specialised"] + kinds["generic"]
    if not found["adaptive"]:
        why = f"Python {python} has no adaptive interpreter: specialisation came with 3.11"
        yield Measurement(collector, build, METRIC, "%", (), source="traced", better="higher", missing=why)
    elif able:
        share = 100 * special / able
        yield Measurement(collector, build, METRIC, "%", (share,), source="traced", better="higher")
    name = "Specialised bytecode" if found["adaptive"] else "Bytecode"
    title = f"{name} of {found['function']} ({found['file']}:{found['line']})"
    yield Listing(collector, build, title, "traced", _caption(found, special, able, python) + blind, text=_text(rows))


def _caption(found: dict[str, Any], special: int, able: int, python: str) -> str:
    rows = found["rows"]
    head = f"The function with the most lines executed, after warm-up: {len(rows)} instructions. "
    if not found["adaptive"]:
        return f"{head}Python {python} has no adaptive interpreter, so nothing is specialised (3.11 and later do it)."
    generic = Counter(_named(name, argument) for _, hits, _, name, argument, kind in rows if hits and kind == "generic")
    names = ", ".join(f"{count} {name}" for name, count in sorted(generic.items(), key=lambda g: (-g[1], g[0])))
    stayed = f" Generic stayed: {names}." if names else ""
    return (
        f"{head}{special} of the {able} that have a specialised form and stand on a line that ran took it (marked *; "
        f"generic ones are marked -), for the types that they met.{stayed}"
    )


def _named(name: str, argument: str) -> str:
    """Return an instruction's name; with its operator where one instruction stands for all of them."""
    return f"{name} {argument}" if name in ("BINARY_OP", "COMPARE_OP") and argument else name


def _text(rows: list[list[Any]]) -> str:
    """Return the instructions, one a line; of a long function those whose lines were executed most."""
    start = _hottest_window([row[1] for row in rows])
    shown = rows[start : start + SHOWN]
    lines = [f"{'line':>5} {'hits':>10}  {'offset':>6}   instruction"]
    before = None
    marks = {"specialised": "*", "generic": "-"}
    for number, hits, offset, name, argument, kind in shown:
        place = f"{number:>5} {hits:>10,}" if number != before else " " * 16
        before = number
        lines.append(f"{place}  {offset:>6} {marks.get(kind, ' ')} {name:<34} {argument}".rstrip())
    if start:
        lines.insert(1, f"... {start} instructions before these are left out")
    if len(rows) > start + SHOWN:
        lines.append(f"... {len(rows) - start - SHOWN} instructions after these are left out")
    return "\n".join(re.sub(r"[\r\n]", " ", line) for line in lines)


def _hottest_window(hits: list[int]) -> int:
    """Return where the SHOWN instructions begin that were executed most often together; the first such place."""
    if len(hits) <= SHOWN:
        return 0
    total = best = sum(hits[:SHOWN])
    start = 0
    for end in range(SHOWN, len(hits)):
        total += hits[end] - hits[end - SHOWN]
        if total > best:
            best, start = total, end - SHOWN + 1
    return start
