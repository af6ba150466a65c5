"""Takes report files apart into pieces that can be compared: lines, tags, values, cells. Whatever is read is hostile input.

A format that is not named here is compared by lines. Knows formats, never a metric.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from zipfile import ZipFile

from openpyxl import load_workbook

from bench.differences import Piece, of_json, of_lines, of_markup

LARGEST = 200_000_000  #: bytes that a workbook may unpack to
Take = Callable[[bytes], list[Piece]]


def take(name: str) -> Take | None:
    """Return what takes a file of this format apart; None if that cannot be done with this tool's libraries."""
    known: dict[str, Take | None] = {
        "html": of_markup,
        "json": of_json,
        "summary": of_json,
        "xlsx": of_cells,
        "pdf": None,
        "slides": None,
    }
    return known.get(name, of_lines)


def take_words(name: str) -> Take | None:
    """Like `take`, but of what a reader sees only: no tags, styles or scripts."""
    return of_words if name == "html" else take(name)


def of_words(data: bytes) -> list[Piece]:
    """Return the visible text of a page."""
    bare = re.sub(rb"(?s)<(script|style)\b.*?</\1>", lambda found: b"\n" * found[0].count(b"\n"), data)
    pieces = (Piece(piece.where, re.sub(r"^<[^>]*>", "", piece.text)) for piece in of_markup(bare))
    return [piece for piece in pieces if piece.text.strip()]


def of_cells(data: bytes) -> list[Piece]:
    """Return the cells and comments of a workbook; raises ValueError where it is none."""
    try:
        with ZipFile(io.BytesIO(data)) as packed:
            if sum(member.file_size for member in packed.infolist()) > LARGEST:
                raise ValueError("it unpacks to more than a report can be")
            if packed.testzip():
                raise ValueError("it is no whole zip file")
        return list(_cells(data))
    except Exception as error:  # openpyxl has no error of its own for what is no workbook
        raise ValueError(f"it cannot be read as a workbook: {error}") from error


def _cells(data: bytes) -> Iterator[Piece]:
    for sheet in load_workbook(io.BytesIO(data)).worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                place = f"cell {sheet.title}!{cell.coordinate}"
                if cell.value is not None:
                    yield Piece(place, str(cell.value))
                if cell.comment is not None:
                    yield Piece(f"comment at {place}", str(cell.comment.text))
