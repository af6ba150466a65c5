"""What a verification found: here, because those who check raw files and those who check reports never import each other.

Knows nothing of what is checked; see profiling/verify.py and reporting/verify.py.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from bench.errors import Tampered

SHOWN = 20  #: findings and notes printed at most, of each
LONGEST = 400  #: characters of one finding


@dataclass(frozen=True)
class Finding:
    """A file, and what is wrong with it: where in it, what it says, and what was recomputed."""

    path: Path
    what: str

    def __str__(self) -> str:
        """Return one line that is safe to print: names and texts come from files that anyone may have written."""
        line = f"{self.path.as_posix()}{self.what if self.what.startswith(':') else ' ' + self.what}"
        shown = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in line)
        return shown if len(shown) <= LONGEST else shown[: LONGEST - 1] + "…"


@dataclass
class Audit:
    """Collects findings; the first never hides the others. What two checks find in the same words is one finding."""

    findings: list[Finding] = field(default_factory=list)  #: what is wrong
    notes: list[Finding] = field(default_factory=list)  #: what could not be checked, and why: no failure
    counted: Counter[str] = field(default_factory=Counter)  #: what was checked -> how many

    def wrong(self, path: Path, what: str) -> None:
        found = Finding(path, what)
        if found not in self.findings:
            self.findings.append(found)

    def note(self, path: Path, what: str) -> None:
        self.notes.append(Finding(path, what))

    def count(self, noun: str, number: int = 1) -> None:
        self.counted[noun] += number

    def lines(self) -> list[str]:
        """Return all that there is to say, what is wrong first."""
        said = _first(self.findings, "")
        said += _first(self.notes, "note: ")
        checked = ", ".join(f"{number:,} {noun}" for noun, number in self.counted.items())
        return [*said, f"{'checked' if self.findings else 'verified'}: {checked or 'nothing'}"]

    def conclude(self) -> None:
        """Raise Tampered if anything is wrong."""
        if self.findings:
            number = len(self.findings)
            raise Tampered(
                f"{number} thing{'s' if number > 1 else ''} differ{'' if number > 1 else 's'} from what was measured",
                "Restore the files (git checkout), or write them again from raw files: invoke parse, render and pdf.",
            )


def _first(found: list[Finding], mark: str) -> list[str]:
    more = [f"{mark}and {len(found) - SHOWN:,} more"] if len(found) > SHOWN else []
    return [f"{mark}{finding}" for finding in found[:SHOWN]] + more
