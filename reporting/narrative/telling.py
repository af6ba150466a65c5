"""Decides whether a study is told by a person: finds the narrative of a family, and what its reports rest on in the checkout.

Where a narrative does not fit the study, strict formats refuse; the others get the generated report, which says so first.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from bench.errors import SuiteError
from bench.files import ROOT, sha256
from bench.rundir import NAME
from reporting.document import Document
from reporting.narrative import tell
from reporting.narrative.nodes import Misfit

FORMATS = ("text", "pdf", "slides")  #: what a narrative is told in; the page and its tables are for looking up
FOLDER = Path("benchmark_reports")  #: of the checkout, wherever reports are written to
SHOWN = re.compile(r"\{source:\s*([A-Za-z][\w.-]*)#")


def path(family: str) -> Path:
    """Return where the narrative of a family is, from the top of the checkout."""
    return FOLDER / f"{family}.md"


def files(family: str) -> dict[str, str]:
    """Return what the words about a family rest on: path -> sha256 of its narrative and of the sources that it shows.

    None where there is no narrative. A source that is missing has the hash "".
    """
    if not NAME.fullmatch(family) or not (ROOT / path(family)).is_file():
        return {}
    shown = sorted(set(SHOWN.findall((ROOT / path(family)).read_text(encoding="utf-8", errors="replace"))))
    names = [path(family), *(Path("bench") / family / f"{variant}.py" for variant in shown)]
    return {name.as_posix(): sha256(ROOT / name) if (ROOT / name).is_file() else "" for name in names}


@dataclass(frozen=True)
class Told:
    """A study as formats get it."""

    generated: Document
    narrated: Document | None = None  #: None where there is no narrative, or where it does not fit
    misfit: Misfit | None = None
    files: Mapping[str, str] = field(default_factory=dict)  #: see files()

    def document(self, name: str, *, strict: bool = False) -> Document:
        """Return what the format `name` is written from.

        strict: a narrative that does not fit is an error, as it is for a talk, which nobody but a person can give.
        """
        if name not in FORMATS:
            return self.generated
        if self.misfit is not None and (strict or name == "slides"):
            raise self.misfit
        if name == "slides" and not (self.narrated and self.narrated.slides):
            where = path(self.generated.family).as_posix()
            raise SuiteError(f"{where} has no slides", "Write some: benchmark_reports/README.md has the format.")
        if self.misfit is not None:
            return self._said(self.misfit)
        return self.narrated or self.generated

    def rests_on(self, name: str) -> Mapping[str, str]:
        """Return the files of the checkout on which the words of the format `name` rest."""
        return self.files if name in FORMATS else {}

    def _said(self, misfit: Misfit) -> Document:
        """Return the generated document, which says first why it was generated."""
        name = path(self.generated.family).as_posix()
        first = misfit.first.rstrip(".?")
        said = f"The narrative {name} does not fit this study, so this report was generated: {first}."
        return replace(self.generated, warnings=(said, *self.generated.warnings))


def told(document: Document) -> Told:
    """Tell a study in the words of its family's narrative, where there is one."""
    resting = files(document.family)
    if not resting:
        return Told(document)
    name = path(document.family)
    try:
        source = (ROOT / name).read_text(encoding="utf-8")
        return Told(document, tell.tell(source, document, name), files=resting)
    except UnicodeDecodeError as error:
        misfit = Misfit(f"1 thing:\n{name.as_posix()}:1: it is no UTF-8 ({error.reason})")
    except Misfit as found:
        misfit = found
    return Told(document, misfit=misfit, files=resting)
