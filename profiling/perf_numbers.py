"""Numbers as perf prints them in any locale: which sign groups thousands, which begins the fraction, or unclear.

perf prints with the reader's locale: 1,234.5 and 1.234,5 and 1 234,5 and 1’234.5 and 12,34,567.8. The format is found
from a whole file, from numbers that can be read in one way only; a number that could be read in two is refused and
never guessed. Knows nothing of events or lines: see perf_text.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

SIGNS = ".,'\u2019\u066b\u066c \u00a0\u202f\u2009"  #: all that any glibc locale puts into a number, and a plain space
NUMBER = rf"[0-9]+(?:[{SIGNS}][0-9]+)*"
LARGEST = 2.0**64  #: a counter has 64 bits
ALIKE = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2019": "'"})
FRACTION = ".,\u066b"  #: signs that can begin a fraction; of these, only the Arabic one never groups
THOUSANDS = re.compile(r"[0-9]{1,3}(?P<sign>[^0-9])[0-9]{3}(?:(?P=sign)[0-9]{3})*")
INDIAN = re.compile(r"[0-9]{1,2}(?P<sign>,)[0-9]{2}(?:,[0-9]{2})*,[0-9]{3}")


class Unclear(ValueError):
    """A number can be read in more than one way, or in none."""


@dataclass(frozen=True)
class Style:
    """Which signs a file was seen to use. More than one of a kind contradict each other."""

    fraction: frozenset[str] = frozenset()
    thousands: frozenset[str] = frozenset()

    @property
    def contradictory(self) -> bool:
        return len(self.fraction) > 1 or len(self.thousands) > 1 or bool(self.fraction & self.thousands)


def style(measures: Iterable[str], counts: Iterable[str], never_grouped: Iterable[str] = ()) -> Style:
    """Find a file's style. `counts` are whole numbers; `never_grouped` are fractions that perf prints ungrouped."""
    measures, counts = [t.translate(ALIKE) for t in measures], [t.translate(ALIKE) for t in counts]
    fraction = {sign for token in measures if (sign := _fraction_sign(token))}
    for token in (t.translate(ALIKE) for t in never_grouped):
        signs = re.sub("[0-9]", "", token)
        if len(signs) == 1:
            fraction.add(signs)
    thousands = {sign for token in (*measures, *counts) if (sign := _thousands_sign(token))}
    return Style(frozenset(fraction), frozenset(thousands))


def read(token: str, known: Style, *, whole: bool) -> float:
    """Return the value of `token` under a file's style; raises Unclear, saying why, where that is not certain.

    whole: a count of events, which has no fraction.
    """
    plain = token.translate(ALIKE)
    if not re.fullmatch(NUMBER, token):
        raise Unclear(f"{token!r} is not a number")
    if plain.isdecimal():
        return _bounded(plain, "")
    if known.contradictory:
        raise Unclear(f"{token!r}: the file's numbers contradict each other")
    head, tail = _split(plain, known)
    if whole and tail:
        raise Unclear(f"{token!r} would be a fraction of an event")
    if not head.isdecimal() and not _grouping(head):
        raise Unclear(f"{token!r} is not grouped as any locale groups")
    return _bounded(re.sub("[^0-9]", "", head), tail)


def _split(plain: str, known: Style) -> tuple[str, str]:
    """Return (whole part, still grouped; fraction)."""
    signs = re.sub("[0-9]", "", plain)
    last = signs[-1]
    head, _, tail = plain.rpartition(last)
    if len(set(signs)) > 1:  # two kinds of sign: the last begins the fraction
        if signs.count(last) > 1 or last not in FRACTION or last in known.thousands or known.fraction - {last}:
            raise Unclear(f"{plain!r} fits no locale that the rest of the file uses")
        if known.thousands - set(signs):
            raise Unclear(f"{plain!r} is grouped otherwise than the rest of the file")
        return head, tail
    if last in known.fraction or (known.thousands and not known.fraction and last not in known.thousands):
        if len(signs) > 1 or last not in FRACTION:
            raise Unclear(f"{plain!r} does not fit the rest of the file")
        return head, tail
    if last in known.thousands or (known.fraction and not known.thousands) or _thousands_sign(plain):
        return plain, ""
    if known.thousands:
        raise Unclear(f"{plain!r} has a sign that the rest of the file uses for nothing")
    if _fraction_sign(plain):
        return head, tail
    raise Unclear(f"{plain!r} can be read in two ways, and nothing else in the file tells which")


def _bounded(head: str, tail: str) -> float:
    if len(head) > 40 or len(tail) > 40 or float(head) > LARGEST:
        raise Unclear("larger than a 64-bit counter can be")
    return float(f"{head}.{tail or 0}")


def _grouping(head: str) -> str:
    """Return the sign that groups a whole number, if it is grouped as some locale does."""
    found = THOUSANDS.fullmatch(head) or INDIAN.fullmatch(head)
    return found["sign"] if found and found["sign"] != "\u066b" and not head.startswith("0") else ""


def _thousands_sign(token: str) -> str:
    """Return the sign that groups `token`, where it cannot be anything else."""
    signs = re.sub("[0-9]", "", token)
    if len(set(signs)) == 2 and signs.count(signs[-1]) == 1 and signs[-1] in FRACTION:
        return _grouping(token.rpartition(signs[-1])[0])
    sign = _grouping(token)
    return sign if sign and (len(signs) > 1 or sign not in FRACTION) else ""


def _fraction_sign(token: str) -> str:
    """Return the sign that begins the fraction of `token`, where it cannot be anything else."""
    signs = re.sub("[0-9]", "", token)
    if not signs or signs[-1] not in FRACTION or signs.count(signs[-1]) > 1:
        return ""
    head, sign, _ = token.rpartition(signs[-1])
    if len(signs) > 1:
        return sign if _grouping(head) else ""
    return sign if not _grouping(token) else ""
