"""Listings on paper: letters of one width, numbered lines, and a visible mark where a line goes on in the next."""

from __future__ import annotations

from dataclasses import dataclass

from reportlab.pdfbase import pdfmetrics
from reportlab.platypus import Flowable

from reporting.palette import printable
from reporting.paper.styles import INK, MONO, SHADE, SOFT

GOES_ON = "↩"  #: at the end of a part of a line: the next part belongs to the same line
TAB = 4
FEWEST = 12  #: letters of a part, however narrow the room


@dataclass(frozen=True)
class Row:
    """A line, or a part of one. number: of the line; 0 at all parts but the first."""

    number: int
    text: str


def rows(code: str, letters: int) -> list[Row]:
    """Return lines of at most so many letters; a longer one is divided, at a space if there is one in its last third."""
    found = []
    for number, line in enumerate(printable(code).rstrip("\n").expandtabs(TAB).split("\n"), 1):
        parts = _parts(line.rstrip(), max(letters, FEWEST))
        found += [Row(0 if i else number, part) for i, part in enumerate(parts)]
    return found


def _parts(line: str, letters: int) -> list[str]:
    """Return a line, or its parts, each but the last with the mark at its end; later ones are indented."""
    parts, indent = [], ""
    while len(indent) + len(line) > letters:
        room = letters - len(indent) - 1
        space = line.rfind(" ", room * 2 // 3, room)
        end = space + 1 if space > 0 else room
        parts.append(indent + line[:end] + GOES_ON)
        line = line[end:]
        indent = indent or " " * min(len(parts[0]) - len(parts[0].lstrip()) + 2, letters // 3)
    return [*parts, indent + line]


class Listing(Flowable):
    """Lines on a shade; it can be divided between any two lines, two staying together at either end."""

    def __init__(self, code: str, size: float = 8.0, *, numbered: bool = True, lines: list[Row] | None = None) -> None:
        super().__init__()
        self.code, self.size, self.leading, self.pad = code, size, size * 1.32, size * 0.75
        self.numbered, self.lines = numbered, lines
        self.spaceBefore = self.spaceAfter = 6
        self.last = code.rstrip("\n").count("\n") + 1  #: number of the last line

    def wrap(self, width: float, _height: float) -> tuple[float, float]:
        """Return the size on paper, with lines divided so that none is wider than the room."""
        self.letter = pdfmetrics.stringWidth("m", MONO, self.size)
        self.gutter = (len(str(self.last)) + 1) * self.letter if self.numbered else 0.0
        if self.lines is None:
            self.lines = rows(self.code, int((width - 2 * self.pad - self.gutter) / self.letter))
        self.width, self.height = width, len(self.lines) * self.leading + 2 * self.pad
        return self.width, self.height

    def split(self, _width: float, height: float) -> list[Flowable]:
        """Return the lines that fit and those that do not."""
        fitting = int((height - 2 * self.pad) / self.leading)
        assert self.lines is not None
        fitting = min(fitting, len(self.lines) - 2)
        if fitting < 2:
            return []
        halves = self.lines[:fitting], self.lines[fitting:]
        return [Listing(self.code, self.size, numbered=self.numbered, lines=half) for half in halves]

    def draw(self) -> None:
        """Draw the shade, the numbers and the lines."""
        assert self.lines is not None
        canvas = self.canv
        canvas.setFillColor(SHADE)
        canvas.rect(0, 0, self.width, self.height, stroke=0, fill=1)
        canvas.setFont(MONO, self.size)
        y = self.height - self.pad - self.size * 0.93
        for row in self.lines:
            if self.numbered and row.number:
                canvas.setFillColor(SOFT)
                canvas.drawRightString(self.pad + self.gutter - self.letter, y, str(row.number))
            canvas.setFillColor(INK)
            canvas.drawString(self.pad + self.gutter, y, row.text)
            y -= self.leading
