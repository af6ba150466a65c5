"""Where two files that should be equal differ: a file is taken apart into named pieces, and these are compared.

Knows formats of text, never a metric, and not which of two files is the right one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?(?:[eE][+-]?\d+)?")
AROUND = 30  #: characters quoted at most on either side of a difference


@dataclass(frozen=True)
class Piece:
    """A line, a cell, or a value: its place in the file, and what stands there."""

    where: str
    text: str


def of_lines(data: bytes) -> list[Piece]:
    """Take a text apart into its lines."""
    lines = data.decode(errors="replace").split("\n")
    return [Piece(f"line {number}", line) for number, line in enumerate(lines, 1)]


def of_markup(data: bytes) -> list[Piece]:
    """Take a page or a drawing apart before every tag, since it may be one long line."""
    return [Piece(line.where, part) for line in of_lines(data) for part in re.split("(?=<)", line.text)]


def of_json(data: bytes) -> list[Piece]:
    """Take JSON apart into its values, each named by the titles around it; raises ValueError where it is none."""
    try:
        return list(_values(json.loads(data.decode(), object_pairs_hook=_once), ()))
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(found := dict(pairs)) < len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


def _values(value: Any, where: tuple[str, ...]) -> Iterator[Piece]:
    if isinstance(value, dict) and value:
        columns = value.get("columns")
        for key, inner in value.items():
            if key == "rows" and isinstance(columns, list) and isinstance(inner, list):
                yield from _rows(inner, columns, where)
            else:
                named = isinstance(inner, list) and any(map(_name, inner))  # "sections" says less than their titles
                yield from _values(inner, where if named else (*where, key))
    elif isinstance(value, list) and value:
        for number, inner in enumerate(value, 1):
            yield from _values(inner, (*where, _name(inner) or str(number)))
    else:
        yield Piece(", ".join(where), json.dumps(value, ensure_ascii=False))


def _rows(rows: list[Any], columns: list[Any], where: tuple[str, ...]) -> Iterator[Piece]:
    """Name each cell by the first cell of its row, and by its column."""
    for number, row in enumerate(rows, 1):
        if not isinstance(row, list) or len(row) != len(columns):
            yield Piece(", ".join((*where, f"row {number}")), json.dumps(row, ensure_ascii=False))
            continue
        head = row[0].get("text") if row and isinstance(row[0], dict) else row[0] if row else ""
        for column, cell in zip(columns, row, strict=True):
            yield from _values(cell, (*where, f"row {number} ({head})", f"column {column}"))


def _name(value: Any) -> str:
    """Return what a reader calls an object: its title, or the metric and build that it is about."""
    if not isinstance(value, dict):
        return ""
    if "metric" in value:
        return f"{value['metric']} ({value.get('build')})"
    return str(value.get("title") or value.get("label") or "")


def differing(there: Sequence[Piece], now: Sequence[Piece], tolerance: float = 0.0) -> Iterator[tuple[str, str]]:
    """Yield (where, what differs) between a file and what it should be.

    tolerance: relative difference up to which two numbers count as equal, for floating point on another processor.
    """
    if len(there) == len(now):
        for a, b in zip(there, now, strict=True):
            if not _same(a, b, tolerance):
                yield a.where, _told(a, b)
        return
    pairs = zip(there, now, strict=False)
    start = next((i for i, (a, b) in enumerate(pairs) if not _same(a, b, tolerance)), min(len(there), len(now)))
    end = 0  # what follows an insertion is elsewhere, but the same
    while end < min(len(there), len(now)) - start and there[-1 - end].text == now[-1 - end].text:
        end += 1
    old, new = there[start : len(there) - end], now[start : len(now) - end]
    if not new:
        yield old[0].where, f"says {_quoted(old[0].text)}, which is not in what was recomputed"
    elif not old:
        yield new[0].where, f"lacks {_quoted(new[0].text)}, which was recomputed"
    else:
        yield old[0].where, f"{_told(old[0], new[0])}; it differs from there on"


def contradicting(there: Sequence[Piece], now: Sequence[Piece]) -> Iterator[tuple[str, str]]:
    """Yield (where, what) for every place that both have, and where they differ: other code may have other places."""
    known: dict[str, list[Piece]] = {}
    for piece in now:
        known.setdefault(piece.where, []).append(piece)
    for piece in there:
        here = known.get(piece.where)
        if here and piece not in here:
            yield piece.where, _told(piece, here[0])


def _same(a: Piece, b: Piece, tolerance: float) -> bool:
    if a == b:
        return True
    if not tolerance or a.where != b.where or NUMBER.sub("#", a.text) != NUMBER.sub("#", b.text):
        return False
    pairs = zip(_numbers(a.text), _numbers(b.text), strict=True)
    return all(abs(x - y) <= tolerance * max(abs(x), abs(y)) for x, y in pairs)


def _numbers(text: str) -> list[float]:
    return [float(found.replace(",", "")) for found in NUMBER.findall(text)]


def _told(old: Piece, new: Piece) -> str:
    """Quote what differs, cut to the surroundings of the first difference."""
    a, b = old.text, new.text
    if old.where != new.where:
        return f"has {old.where} = {_quoted(a)} where {_quoted(b)} belongs"
    start = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    end = 0
    while end < min(len(a), len(b)) - start and a[-1 - end] == b[-1 - end]:
        end += 1
    for _ in range(AROUND):  # whole words, unless they are very long
        start -= bool(start and not a[start - 1].isspace())
        end -= bool(end and not a[len(a) - end].isspace())
    return f"says {_quoted(a[start : len(a) - end])}, recomputed {_quoted(b[start : len(b) - end])}"


def _quoted(text: str) -> str:
    text = text.strip()
    return f"“{text if len(text) <= 2 * AROUND else text[: 2 * AROUND - 1] + '…'}”"


def unknown_numbers(there: Sequence[Piece], now: Sequence[Piece]) -> Iterator[tuple[str, str]]:
    """Yield (where, what) for every piece with a number that is nowhere in what was recomputed.

    For files that another version wrote: wording and layout may differ, numbers may not.
    """
    known = {f"{number:.9g}" for piece in now for number in _numbers(piece.text)}
    for piece in there:
        for found, number in zip(NUMBER.findall(piece.text), _numbers(piece.text), strict=True):
            if f"{number:.9g}" not in known:
                yield (
                    piece.where,
                    f"says {_quoted(found)} (“{piece.text.strip()[: 2 * AROUND]}”), which was not recomputed",
                )
                break
