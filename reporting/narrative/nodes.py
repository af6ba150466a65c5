"""What a narrative is made of, before it meets a study: words with references, places for evidence, listings, slides.

Holds also the list of what is wrong with it, and the one exception that a part of it may raise. No parsing, no study.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from bench.errors import SuiteError
from reporting.document import Code, Span

CHAPTERS = (
    "Overview",
    "Initial Analysis",
    "Optimizations",
    "Performance Comparison",
    "Hardware Acceleration",
    "Conclusion",
)
REFERENCES = "References"  #: the heading of what is cited
HOW = (
    "A study with --fast or --only lacks what a narrative speaks of: name another with --timestamp, or write the generated "
    "report with invoke render --formats pdf. benchmark_reports/README.md has the format."
)


@dataclass(frozen=True)
class Reference:
    """Words in braces, not yet looked up: `{kind:rest}` at a line of the file."""

    kind: str
    rest: str
    line: int

    def __str__(self) -> str:
        return f"{{{self.kind}:{self.rest}}}"


Piece = Span | Reference


@dataclass(frozen=True)
class Words:
    """A paragraph, heading, item or quotation; `kind` and `depth` are those of a Prose."""

    pieces: tuple[Piece, ...]
    kind: str = "paragraph"
    depth: int = 0
    line: int = 0


@dataclass(frozen=True)
class Listed:
    """A fenced listing that the person wrote."""

    code: Code
    line: int


Node = Words | Reference | Listed  #: a bare Reference is a place for evidence


@dataclass(frozen=True)
class Chapter:
    """A heading and what stands below it."""

    title: str
    line: int
    nodes: tuple[Node, ...]


@dataclass(frozen=True)
class Card:
    """A slide as it is written."""

    title: Words
    minutes: float
    nodes: tuple[Node, ...]
    line: int


@dataclass(frozen=True)
class Work:
    """One entry of the references."""

    key: str
    text: str
    url: str
    line: int


@dataclass(frozen=True)
class Narrative:
    """A whole file."""

    title: Words
    abstract: tuple[Node, ...]
    chapters: tuple[Chapter, ...]
    slides: tuple[Card, ...]
    works: Mapping[str, Work]  #: by key


class Unfit(Exception):
    """A reference that cannot be kept: says why, in one sentence without a full stop."""


@dataclass
class Problems:
    """All that is wrong with a narrative, by line, so that a person can mend it in one go."""

    name: Path
    found: list[tuple[int, str]] = field(default_factory=list)

    def add(self, line: int, what: str) -> None:
        self.found.append((line, what))

    @contextmanager
    def of(self, reference: Reference) -> Iterator[None]:
        """Enter what is wrong with one reference, and go on."""
        try:
            yield
        except Unfit as error:
            self.add(reference.line, f"{reference}: {error}")

    def conclude(self, study: str) -> None:
        """Raise SuiteError with every line, if there is any."""
        if not self.found:
            return
        lines = [f"{self.name.as_posix()}:{line}: {what}" for line, what in sorted(dict.fromkeys(self.found))]
        number = f"{len(lines)} thing{'' if len(lines) == 1 else 's'}"
        raise Misfit("\n".join([f"{number} in the narrative cannot stand with study {study}:", *lines]), HOW)


class Misfit(SuiteError):
    """A narrative that does not fit the study; the first line of `str()` is a summary, each further one a fault."""

    @property
    def first(self) -> str:
        """The first fault."""
        return str(self).split("\n")[1]


def nearest(word: str, known: Iterable[str]) -> str:
    """Return what may have been meant, as the end of a sentence; empty if nothing is like it."""
    close = get_close_matches(word, list(dict.fromkeys(known)), n=3, cutoff=0.6)
    return f"; did you mean {' or '.join(close)}?" if close else ""
