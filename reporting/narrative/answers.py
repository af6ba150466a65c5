"""Turns words with references into prose: every figure as the table shows it, every claim as the verdict allows it.

What comes out of a study is data: it is put into spans as it is, and nothing reads it as markup again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from reporting.document import Cell, Prose, Span
from reporting.narrative.known import Known
from reporting.narrative.nodes import CHAPTERS, Piece, Problems, Reference, Unfit, Words, Work, nearest
from reporting.units import build_name

NOT_MEASURED = "not measured"  #: by this study, but others of the family may
NO_FIGURE = "no valid figure"  #: measured, but the table has a dash for it
CLAIMS = ("faster", "slower", "equivalent")
COLUMNS = {
    "speedup": "speedup",
    "time": "time per iteration",
    "memory": "peak memory",
    "processes": "processes",
}
#: {study:WORD} -> (key of a table, beginning of a row's name)
FACTS = {
    **{fact: ("study", fact) for fact in (
        "timestamp", "date", "commit", "machine", "cpus", "python", "job", "size", "work", "baseline", "variants",
        "processes", "floor", "band", "took",
    )},
    **{fact: ("machine", fact) for fact in (
        "architecture", "memory", "kernel", "system", "virtualisation", "governor", "turbo", "SMT",
    )},
    "cpu": ("machine", "CPU"),
}  # fmt: skip


@dataclass
class Answers:
    """Looks references up, and remembers what was cited."""

    known: Known
    labels: Mapping[str, str]  #: key -> "Figure 3", of all that has a number
    absent: Mapping[str, str]  #: keys of what is placed but not in this study -> figure, table or listing
    works: Mapping[str, Work]
    problems: Problems
    cited: dict[str, None] = field(default_factory=dict)  #: keys of sources, in the order in which they are cited

    def prose(self, words: Words) -> Prose:
        """Return a paragraph with every reference filled in; a sentence that begins with one begins with a capital."""
        spans: list[Span] = []
        for piece in words.pieces:
            span = self._span(piece)
            ours = isinstance(piece, Reference) and (
                piece.kind in ("see", *CLAIMS) or span.text in (NOT_MEASURED, NO_FIGURE)
            )
            if ours and _begins("".join(s.text for s in spans)):
                span = replace(span, text=span.text[:1].upper() + span.text[1:])
            spans.append(span)
        return Prose(tuple(_joined(spans)), words.kind, words.depth)

    def plain(self, words: Words) -> str:
        """Return the same as text, for titles."""
        return self.prose(words).plain

    def _span(self, piece: Piece) -> Span:
        if isinstance(piece, Span):
            return piece
        with self.problems.of(piece):
            return self._answer(piece)
        return Span(str(piece))

    def _answer(self, reference: Reference) -> Span:
        kinds: dict[str, Callable[[str], Span]] = {
            "cell": self._cell, "study": self._study, "see": self._see, "cite": self._cite, "cited": Span,
            "projected": lambda rest: Span(f"{rest} (projected)"),
            **{kind: partial(self._figure, column=column) for kind, column in COLUMNS.items()},
            **{word: partial(self._claim, word=word) for word in CLAIMS},
        }  # fmt: skip
        if not (reference.kind and reference.rest):
            raise Unfit("braces hold a reference {kind:…}; write \\{ for a brace")
        if reference.kind not in kinds:
            raise Unfit(f"there is no such kind of reference{nearest(reference.kind, kinds)}")
        return kinds[reference.kind](reference.rest)

    def _figure(self, rest: str, column: str) -> Span:
        """Answer {speedup:V:B} and the like; a time that a verdict may not rest on is marked: sentences divide by it as tables do not."""
        words, bare = _bare(rest.split(":"))
        name, build = self._variant(words)
        table = f"performance:{build}"
        span = _number(self.known.cell(table, name, column), bare)
        verdict = self.known.cell(table, name, "verdict") if column == COLUMNS["time"] else None
        marked = verdict is not None and verdict.text == "invalid" and span.text not in (NOT_MEASURED, NO_FIGURE)
        return replace(span, text=f"{span.text} (invalid)") if marked else span

    def _claim(self, rest: str, word: str) -> Span:
        """Answer {faster:V:B}: the word, if the verdict on V is that word."""
        name, build = self._variant(rest.split(":"))
        cell = self.known.cell(f"performance:{build}", name, "verdict")
        if cell is None:
            return Span(NOT_MEASURED, "number")
        if cell.text != word:
            verdict = f"{cell.text}, not {word}" if not cell.missing else "not there"
            why = f" ({cell.note})" if cell.note else ""
            raise Unfit(f"the verdict on {name} ({build_name(build)}) is {verdict}{why}")
        return Span(word, "number")

    def _variant(self, words: Sequence[str]) -> tuple[str, str]:
        """Return the name and the build of V or V:B."""
        if len(words) > 2:
            raise Unfit("it is written {kind:VARIANT}, or {kind:VARIANT:BUILD}")
        return self.known.variant(words[0]), self.known.build(words[1] if len(words) == 2 else "")

    def _cell(self, rest: str) -> Span:
        words, bare = _bare(rest.split("|"))
        if len(words) < 3:
            raise Unfit("it is written {cell:KEY|ROW|COLUMN}")
        key, row, column = words[0], "|".join(words[1:-1]), words[-1]
        return _number(self.known.cell(self.known.key(key.strip()), row.strip(), column.strip()), bare)

    def _study(self, rest: str) -> Span:
        fact, _, build = rest.partition(":")
        if fact not in FACTS:
            known = nearest(fact, FACTS) or f"; there are: {', '.join(FACTS)}"
            raise Unfit(f"nothing is known of {fact!r}{known}")
        key, row = FACTS[fact]
        if fact == "python":
            row = f"python ({build_name(self.known.build(build))})"
        return Span(self.known.fact(row, key) or "not recorded", "number")

    def _see(self, rest: str) -> Span:
        """Answer {see:KEY} with the number of what is placed, and {see:Chapter} with that of a chapter."""
        if rest in CHAPTERS:
            return Span(f"chapter {CHAPTERS.index(rest) + 1}", "see", rest)
        if nearest(rest, CHAPTERS):
            raise Unfit(f"no chapter is named {rest!r}{nearest(rest, CHAPTERS)}")
        known = rest in self.labels or rest in self.absent
        key = rest if known else self.known.key(rest)
        if key in self.labels:
            return Span(self.labels[key], "see", key)
        if key in self.absent:
            return Span(f"a {self.absent[key]} that is not in this study")
        raise Unfit(f"{key} is nowhere placed{nearest(key, [*self.labels, *CHAPTERS])}")

    def _cite(self, rest: str) -> Span:
        if rest not in self.works:
            raise Unfit(f"no source below References has this key{nearest(rest, self.works)}")
        self.cited.setdefault(rest)
        return Span(f"[{list(self.cited).index(rest) + 1}]", "cite", rest)


def _bare(words: list[str]) -> tuple[list[str], bool]:
    """Return the words of a reference without `value` at its end, and whether that was there."""
    bare = len(words) > 1 and words[-1] == "value"
    return words[:-1] if bare else words, bare


def _number(cell: Cell | None, bare: bool) -> Span:
    if cell is None:
        return Span(NOT_MEASURED, "number")
    if cell.missing:
        return Span(NO_FIGURE, "number")
    return Span(cell.text.partition(" [")[0] if bare else cell.text, "number")


def _joined(spans: Sequence[Span]) -> list[Span]:
    """Join neighbours of one style that have no target."""
    found: list[Span] = []
    for span in spans:
        if found and not span.target and (found[-1].style, found[-1].target) == (span.style, ""):
            found[-1] = Span(found[-1].text + span.text, span.style)
        elif span.text:
            found.append(span)
    return found


def _begins(before: str) -> bool:
    """Whether a sentence begins behind these words."""
    return not before.strip() or (before.rstrip()[-1] in ".!?" and before[-1].isspace())
