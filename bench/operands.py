"""The words that name an archive or a study on the command line, and one of its builds. Reads no measurement.

20261123_231040            the study of that timestamp, on its release build where it has one
20261123_231040:dbg        the same, on its debug build
newest, newest~1           the newest study of a family, the one before it
some/results/aes/STUDY     a study of another archive: another machine's, copied or checked out elsewhere
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from bench import discover
from bench.errors import UsageError
from bench.model import BUILDS
from bench.rundir import NAME, STAMP, Archive, archives, located

NEWEST = re.compile(r"newest(?:~(\d{1,4}))?")
FORMS = "Write a TIMESTAMP, newest, newest~1 or path/to/results/FAMILY/TIMESTAMP, each with :release or :dbg if wanted."
ALIASES = {"debug": "dbg"}


@dataclass(frozen=True)
class Operand:
    """One side of a comparison: a study, and which of its builds."""

    archive: Archive
    timestamp: str
    build: str

    @property
    def text(self) -> str:
        return f"{self.archive.family} {self.timestamp} ({self.build})"


def archive(name: str, results: Path) -> Archive:
    """Return the archive of a name below a folder: of a family, or of what was adopted, which needs no family here."""
    found = Archive(name, results)
    if not (NAME.fullmatch(name) and found.timestamps()):
        discover.variants(name)  # says which families there are, if there is none of that name
    return found


def resolve(a: str, b: str, bench: str, root: Path) -> tuple[Operand, Operand]:
    """Find both studies; raises UsageError where a word names none, or more than one."""
    families = [bench] if bench else sorted({f for word in (a, b) for f in _told(word, root)})
    return _operand(a, families, root), _operand(b, families, root)


def by_age(word: str) -> bool:
    """Whether an operand names a study by its age, as "newest" does, and not by its timestamp."""
    return bool(NEWEST.fullmatch(_split(word)[0].rpartition("/")[2]))


def _told(word: str, root: Path) -> list[str]:
    """Return the families that a word may belong to by itself; "newest" says nothing."""
    path, _ = _split(word)
    if "/" in path:
        return [located(Path(path)).family]
    return [archive.family for archive in archives(root) if path in archive.timestamps()]


def _split(word: str) -> tuple[str, str]:
    """Return (what names the study, build or ""); a colon elsewhere in a path is part of the path."""
    study, colon, build = word.rpartition(":")
    if not colon or "/" in build:
        return word.removesuffix(".json"), ""
    build = ALIASES.get(build, build)
    if build not in BUILDS:
        raise UsageError(f"{word!r}: no build is named {build!r}", f"Known builds: {', '.join(BUILDS)}.")
    return study.removesuffix(".json"), build


def _operand(word: str, families: list[str], root: Path) -> Operand:
    text, build = _split(word)
    if "/" in text:
        archive = located(Path(text))
        timestamp = _stamp(Path(text).name, archive, word)
    else:
        archive = _archive(text, families, root, word)
        timestamp = _stamp(text, archive, word)
    builds = archive.study(timestamp).builds
    if build and build not in builds:
        raise UsageError(f"study {timestamp} has no build {build!r}", f"It has: {', '.join(builds)}.")
    if not builds:
        raise UsageError(f"study {timestamp} has no build at all", FORMS)
    return Operand(archive, timestamp, build or next((known for known in BUILDS if known in builds), builds[0]))


def _archive(text: str, families: list[str], root: Path, word: str) -> Archive:
    """Return the one archive under `root` that `text` can mean."""
    found = [a for a in archives(root) if (not families or a.family in families) and _has(a, text)]
    if len(found) > 1:
        names = ", ".join(a.family for a in found)
        raise UsageError(f"{word!r} may mean a study of {names}", f"Say which: --bench {found[0].family}.")
    if not found:
        where = f" of {families[0]}" if len(families) == 1 else ""
        known = [stamp for a in archives(root) if not families or a.family in families for stamp in a.timestamps()]
        listed = f"Known: {', '.join(sorted(known)[-5:])}. " if known else ""
        raise UsageError(f"{root} holds no study{where} named {word!r}", listed + FORMS)
    return found[0]


def _has(archive: Archive, text: str) -> bool:
    stamps = archive.timestamps()
    return bool(stamps) if NEWEST.fullmatch(text) else text in stamps


def _stamp(text: str, archive: Archive, word: str) -> str:
    """Return the timestamp that the last part of an operand means."""
    stamps, newest = archive.timestamps(), NEWEST.fullmatch(text)
    if newest and int(newest.group(1) or 0) < len(stamps):
        return stamps[-1 - int(newest.group(1) or 0)]
    if STAMP.fullmatch(text) and NAME.fullmatch(archive.family) and text in stamps:
        return text
    known = f"Known: {', '.join(stamps[-5:])}. " if stamps else ""
    raise UsageError(f"{archive.home} holds no study named {word!r}", known + FORMS)
