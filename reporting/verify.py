"""Checks reports: each is written again from recomputed numbers, with the view that it was written with, and compared.

Where the code and the libraries are those that wrote it, every byte has to agree; elsewhere every number that it shows.
Does no arithmetic and judges no raw file (profiling/verify.py does).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from bench import differences
from bench.audit import Audit
from bench.errors import SuiteError
from bench.files import files_below, sha256
from bench.rundir import Archive
from reporting import pieces, render, rendered, reports
from reporting.document import Document
from reporting.hardware_used import Used
from reporting.narrative import telling
from reporting.narrative.telling import Told
from reporting.rendered import Rendered

ROUNDING = 1e-12  #: relative: what floating point may differ by on another processor
#: view, hardware study used -> the study as formats get it, from recomputed numbers
Write = Callable[[Mapping[str, Any], Used], Told]
REPLACED = ("text", "pdf", "slides")  #: formats of which a newer study replaces the file


def check_derived(archive: Archive, timestamp: str, derived: bool, audit: Audit, roots: tuple[Path, Path]) -> None:
    """Check the reports of one study against the numbers in `archive`, if they were `derived` there, or else as `check`."""
    check(archive, timestamp, audit, roots, partial(reports.told, archive, timestamp) if derived else None)


def check(archive: Archive, timestamp: str, audit: Audit, roots: tuple[Path, Path], write: Write | None) -> None:
    """Check the reports of one study below roots (reports, deep dives); without `write`, by their hashes alone."""
    old = False
    with suppress(SuiteError):
        old = not archive.study(timestamp).manifests
    _Check(archive, timestamp, audit, roots, write, old).all()


def shown(family: str, roots: tuple[Path, Path]) -> set[str]:
    """Return the studies that the text report, the PDF and the talk, which newer ones replace, are of."""
    found = set()
    for name in REPLACED:
        path = render.place(family, "", name, "", *roots)
        with suppress(SuiteError):  # a damaged record is found when it is checked
            entry = rendered.read(render.beside(path, family, "")).get(path.name)
            found |= {entry.study} if entry else set()
    return found


@dataclass
class _Check:
    """The reports of one study."""

    archive: Archive
    timestamp: str
    audit: Audit
    roots: tuple[Path, Path]
    write: Write | None
    old: bool  #: measured before manifests were hashed, so perhaps also rendered before that was recorded
    documents: dict[str, Told] = field(default_factory=dict)  #: view and hardware study -> what is written with both

    def all(self) -> None:
        home = render.home(self.archive.family, self.timestamp, self.roots[0])
        newest = [self._place(name) for name in REPLACED]
        records = {self._beside(path): None for path in (home / "any", *newest)}
        known = [path for record in records for path in self._recorded(record)]
        present = [path for path in files_below(home) if path not in records]
        left = [path for path in [*present, *filter(Path.is_file, newest)] if path not in known]
        unsaid = [path.name for path in left if self._unrecorded(path, own=path in present)]
        if unsaid:
            why = "an older version wrote them and did not record how; invoke render and invoke pdf write them again"
            self.audit.note(home, f": NOT checked: {', '.join(unsaid)}: {why}")
        if not present and not known:
            self.audit.note(home, "does not exist: no report of this study to check")
        elif self.write is None and known:
            self.audit.note(home, "was checked by hashes alone, since not everything could be derived again")

    def _place(self, name: str) -> Path:
        return render.place(self.archive.family, self.timestamp, name, "", *self.roots)

    def _beside(self, path: Path) -> Path:
        return render.beside(path, self.archive.family, self.timestamp)

    def _recorded(self, record: Path) -> Iterator[Path]:
        """Check every file that a record names, and yield it."""
        try:
            entries = rendered.read(record)
        except SuiteError as error:
            self.audit.wrong(record, f": {error}")
            return
        for name, entry in entries.items():
            yield (path := record.with_name(name))
            if entry.study == self.timestamp:
                self._file(path, entry)
            elif self._mentioned(path):
                self.audit.wrong(record, f"says that {name} is of study {entry.study}, but it is of {self.timestamp}")
            elif path.is_file():
                self.audit.note(path, f"is of study {entry.study}, and is checked with that one only")

    def _mentioned(self, path: Path) -> bool:
        """Whether a file that newer studies replace says that it is of this one."""
        stamp = f"study {self.timestamp}".encode()
        return path.is_file() and stamp in path.read_bytes()

    def _unrecorded(self, path: Path, *, own: bool) -> bool:
        """Say what is wrong with a file that no record names; return whether an older version may have written it."""
        record = self._beside(path)
        if not own and not self._mentioned(path):
            self.audit.note(path, "is of another study, and is checked with that one only")
        elif record.exists():
            self.audit.wrong(path, f"is not in {record}: the render stage did not write it")
        elif self.old:
            return True
        else:
            self.audit.wrong(record, f"is missing, so {path.name} cannot be checked")
        return False

    def _file(self, path: Path, entry: Rendered) -> None:
        """Check one file that is said to be of this study."""
        if not path.is_file():
            self.audit.wrong(path, "is missing since it was written")
            return
        data = path.read_bytes()
        self.audit.count("report files")
        record, intact = self.archive.record(self.timestamp), hashlib.sha256(data).hexdigest() == entry.sha256
        if entry.record and record.is_file() and sha256(record) != entry.record:
            self.audit.wrong(record, f"was changed since {path} was written")
        same = self._hardware(entry)
        if entry.format == "html":
            self._script(path, entry)
        if self.write is not None and same and entry.format in render.formats():
            self._again(path, entry, data, intact)
        elif not intact:
            self.audit.wrong(path, "was changed since it was written")

    def _hardware(self, entry: Rendered) -> bool:
        """Check that the hardware study that a report holds is still the one that it was written from.

        Where it is not, that is the one cause to name, for all reports: of another study every number would differ.
        """
        if not entry.hardware:
            return True
        stamp = Path(entry.hardware.get("study", "")).name  # what a damaged record says leads nowhere else
        record = self.archive.hardware_record(stamp)
        if not record.is_file():
            self.audit.wrong(record, "is missing: reports were written from it")
            return False
        if sha256(record) == entry.hardware.get("record"):
            return True
        try:
            self.archive.hardware_study(stamp)
            self.audit.wrong(record, "was changed since reports were written from it")
        except SuiteError as error:  # profiling/hardware/verify.py says it in the same words
            self.audit.wrong(record, str(error).removeprefix(f"{record} "))
        return False

    def _script(self, page: Path, entry: Rendered) -> None:
        script = render.shared(page.parent.parent)
        if not script.is_file():
            self.audit.wrong(script, f"is missing: {page} needs it")
        elif script.read_bytes() != render.SCRIPT.read_bytes() and entry.versions == rendered.versions():
            self.audit.wrong(script, f"is not {render.SCRIPT.name} as this suite has it")

    def _again(self, path: Path, entry: Rendered, data: bytes, intact: bool) -> None:
        """Write the file again, and compare; by its hash alone where its words rest on files that are others now."""
        others = self._other_words(entry)
        if others:
            why = f"{', '.join(others)} {'is' if len(others) == 1 else 'are'} not what it was written from"
            self.audit.note(
                path, f"was checked by its hash alone, since {why}; invoke render and invoke pdf write it again"
            )
            if not intact:
                self.audit.wrong(path, "was changed since it was written")
            return
        try:
            now = render.load(entry.format)[1](self._document(entry))
        except (SuiteError, AttributeError, KeyError, TypeError, ValueError) as error:
            self.audit.wrong(path, f"cannot be written again: {error}")
            return
        if entry.format == "json":
            values = differences.of_json(now)
            self.audit.count(f"numbers in {path.name}", sum(value.text[:1] in "-0123456789" for value in values))
        if data != now:
            self._compare(path, entry, (data, now), intact)
        elif not intact:
            self.audit.wrong(self._beside(path), f"holds another hash of {path.name} than it has")

    def _other_words(self, entry: Rendered) -> list[str]:
        """Return the files that the words of a report rest on and that have changed since; none where nobody wrote any."""
        now = telling.files(self.archive.family)
        names = sorted({*entry.narrative, *now}) if entry.narrative else []
        return [name for name in names if entry.narrative.get(name) != now.get(name)]

    def _document(self, entry: Rendered) -> Document:
        """Return what a report is written from: no person's words, where it was written before there were any."""
        assert self.write is not None
        view = json.dumps([entry.view, entry.hardware], sort_keys=True)
        if view not in self.documents:
            self.documents[view] = self.write(entry.view, entry.hardware)
        told = self.documents[view]
        return told.document(entry.format) if entry.narrative else told.generated

    def _compare(self, path: Path, entry: Rendered, both: tuple[bytes, bytes], intact: bool) -> None:
        """Name where a file differs from what is written now."""
        changed = _changed(entry)
        take = pieces.take_words(entry.format) if changed else pieces.take(entry.format)
        found: list[tuple[str, str]] = []
        same = False
        if take is not None:
            try:
                there, now = map(take, both)
            except ValueError as error:
                self.audit.wrong(path, f"is damaged: {error}")
                return
            same = there == now
            unlike = differences.unknown_numbers(there, now) if changed else differences.differing(there, now, ROUNDING)
            found = list(unlike)
        for where, what in found:
            self.audit.wrong(path, f"{where}: {what}")
        if found:
            return
        if not intact:
            self.audit.wrong(path, "was changed since it was written")
        elif changed:
            how = "by its hash alone" if take is None else "by its numbers"
            self.audit.note(path, f"was checked {how}, since other versions wrote it: {changed}")
        elif same or take is None:
            self.audit.wrong(path, f"differs from what is written now, from byte {_first(*both):,} on")


def _changed(entry: Rendered) -> str:
    """Return which versions differ from those that wrote a file; empty if none."""
    now = rendered.versions()
    code = f"the suite at commit {entry.commit or 'unknown'}" if entry.versions.get("code") != now["code"] else ""
    others = [f"{name} {then}" for name, then in entry.versions.items() if name != "code" and now.get(name) != then]
    return ", ".join(filter(None, [code, *others]))


def _first(a: bytes, b: bytes) -> int:
    """Return the position of the first byte that differs, counted from 1."""
    return next((i for i, (x, y) in enumerate(zip(a, b, strict=False), 1) if x != y), min(len(a), len(b)) + 1)
