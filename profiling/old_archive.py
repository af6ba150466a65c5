"""Finds the runs in an archive of others: DIR/<variant>/<timestamp>/perf/perf_run_N.txt, and what lies beside them.

Only looks: nothing is written, and nothing outside DIR is opened, whatever its symbolic links say. Which labels are
moments is decided here; what the files say is not (see adopted_runs.py).
"""

from __future__ import annotations

import re
import stat
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bench.errors import SuiteError, UsageError
from bench.rundir import HARDWARE, NAME, STAMP

LARGEST = 4 * 2**20  #: bytes of one file; perf's own output is some kilobytes, the rest is the program's
MOST_FILES, MOST_ENTRIES = 1000, 10_000
MOMENT = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)[T_ -](\d\d)[-:._h]?(\d\d)[-:._m]?(\d\d)s?")


@dataclass(frozen=True)
class File:
    """One file that may hold a run."""

    name: str  #: below the variant's directory of that label
    data: bytes = b""
    refused: str = ""  #: why it was not read


@dataclass(frozen=True)
class Labelled:
    """One directory of a variant: the runs of one label, most often a timestamp."""

    path: Path
    runs: tuple[str, ...]  #: names of files that may hold a run, below `path`, in the order of their numbers
    beside: tuple[tuple[str, int], ...]  #: (name, bytes) of everything else in it


@dataclass(frozen=True)
class Found:
    """What an archive holds."""

    root: Path
    variants: Mapping[str, Mapping[str, Labelled]]  #: variant -> label -> its runs
    passed: tuple[str, ...]  #: directories passed over, each with the reason

    def labels(self) -> Counter[str]:
        """Return all labels, with the number of variants that have each."""
        return Counter(label for labelled in self.variants.values() for label in labelled)


def look(root: Path, bench: str) -> Found:
    """Return what lies below `root`; raises UsageError if there is no run at all."""
    if not root.is_dir():
        raise UsageError(f"--results-dir {root} is not a directory", "Give the directory that holds the variants.")
    variants: dict[str, dict[str, Labelled]] = {}
    passed = []
    for folder in _folders(root, root):
        try:
            found = {p.name: labelled for p in _folders(folder, root) if (labelled := _labelled(p, root)) is not None}
        except SuiteError as error:  # one directory that cannot be read does not spoil the rest
            passed.append(str(error))
            continue
        if found and folder.name == HARDWARE:
            passed.append(f"{folder.name!r} cannot be a variant's name: an archive keeps hardware studies there")
        elif found and not NAME.fullmatch(folder.name):
            passed.append(f"{folder.name!r} cannot be a variant's name (a letter, then letters, digits, . _ -)")
        elif found:
            variants[folder.name] = found
        else:
            passed.append(f"{folder.name!r} holds no <timestamp>/perf/perf_run_N.txt")
    passed += [f"{p.name!r} is a link that leads out of the archive" for p in _entries(root) if _leads_out(p, root)]
    if not variants:
        inner = next((p.name for p in _folders(root, root) if p.name == bench), "")
        hint = (
            f"Did you mean --results-dir {root / inner}?"
            if inner
            else "Expected: DIR/<variant>/<timestamp>/perf/perf_run_N.txt"
        )
        raise UsageError(f"{root} holds no runs of perf stat", "\n".join([*passed[:5], hint]))
    return Found(root, variants, tuple(passed))


def choose(found: Found, timestamp: str) -> str:
    """Return the label to adopt: `timestamp`, or else the newest of those that most variants share."""
    labels = found.labels()
    if timestamp:
        if timestamp not in labels:
            raise UsageError(f"no variant in {found.root} has {timestamp!r}", f"There is: {listed(labels)}.")
        return timestamp
    most = max(labels.values())
    widest = [label for label, number in labels.items() if number == most]
    dated = sorted((label for label in widest if moment(label)), key=lambda label: (moment(label), label))
    if len(widest) > 1 and len(dated) < len(widest):
        why = "are not all dates with a time, so which is the newest is not certain"
        raise UsageError(f"{listed(Counter(widest))} {why}", "Choose one: --timestamp LABEL.")
    return (dated or widest)[-1]


def listed(labels: Counter[str]) -> str:
    """Return the last labels, newest last as far as that is known."""
    ordered = sorted(labels, key=lambda label: (moment(label), label))
    return ("… " if len(ordered) > 10 else "") + ", ".join(ordered[-10:])


def moment(label: str) -> str:
    """Return YYYYMMDD_HHMMSS for a label that is one moment and can be read in one way; empty otherwise."""
    found = MOMENT.fullmatch(label)
    if not found or not label.isascii():
        return ""
    year, month, day, hour, minute, second = map(int, found.groups())
    try:
        stamp = f"{datetime(year, month, day, hour, minute, second):%Y%m%d_%H%M%S}"
    except ValueError:
        return ""
    return stamp if year > 1990 and STAMP.fullmatch(stamp) else ""


def load(labelled: Labelled, root: Path) -> list[File]:
    """Read the files that may hold runs; what may not be read is kept as refused, with the reason."""
    files = []
    for name in labelled.runs[:MOST_FILES]:
        path = labelled.path / name
        refused, data = _why_not(path, root), b""
        if not refused:
            try:
                with path.open("rb") as file:
                    data = file.read(LARGEST + 1)
            except OSError as error:
                refused = f"it cannot be read: {error.strerror}"
            if len(data) > LARGEST:
                refused, data = f"it is larger than {LARGEST // 2**20} MiB", b""
        files.append(File(name, data, refused))
    return files


def _why_not(path: Path, root: Path) -> str:
    if _leads_out(path, root):
        return "it is a link that leads out of the archive"
    try:
        return "" if stat.S_ISREG(path.stat().st_mode) else "it is no ordinary file"
    except OSError as error:
        return f"it cannot be read: {error.strerror}"


def _labelled(path: Path, root: Path) -> Labelled | None:
    """Return the runs in one directory of a variant; None if there is none."""
    inner = path / "perf"
    place = inner if inner.is_dir() and not _leads_out(inner, root) else path
    own = "" if place == inner else "perf"  # beside other files only those named after perf are runs
    pattern = re.compile(rf"{own}.*\.txt", re.IGNORECASE)
    runs = [p.name for p in _entries(place) if pattern.fullmatch(p.name) and not p.is_dir()]
    prefix = "perf/" if place == inner else ""
    names = tuple(f"{prefix}{name}" for name in sorted(runs, key=natural))
    return Labelled(path, names, tuple(_beside(path, root, set(names)))) if names else None


def _beside(path: Path, root: Path, runs: set[str]) -> Iterator[tuple[str, int]]:
    """Yield what else there is, two levels deep."""
    for entry in _entries(path):
        inner = _entries(entry) if entry.is_dir() and not entry.is_symlink() else []
        for file in inner or [entry]:
            name = file.relative_to(path).as_posix()
            if name not in runs and not _leads_out(file, root) and file.is_file():
                yield name, file.stat().st_size


def natural(name: str) -> tuple[list[tuple[int, str]], str]:
    """Sort key under which perf_run_2 is before perf_run_10."""
    parts = re.findall(r"[0-9]+|[^0-9]+", name)
    return [(int(part[:30]), "") if part[0] in "0123456789" else (-1, part) for part in parts], name


def _folders(path: Path, root: Path) -> list[Path]:
    return [p for p in _entries(path) if not _leads_out(p, root) and p.is_dir()]


def _entries(path: Path) -> list[Path]:
    try:
        return sorted(path.iterdir())[:MOST_ENTRIES]
    except OSError as error:
        raise SuiteError(f"{path} cannot be read: {error.strerror}", "Check that you may read it (ls -ld).") from error


def _leads_out(path: Path, root: Path) -> bool:
    """Whether a link on the way leads out of the archive, or nowhere."""
    try:
        return not path.resolve(strict=True).is_relative_to(root.resolve())
    except (OSError, RuntimeError):
        return True
