"""The contract between the stages: the only module that spells a path under results/, with hardware_archive.py for hardware studies.

    results/<bench>/<variant>/<YYYYMMDD_HHMMSS>/
        raw/<collector>/...    what the tools wrote, never edited
        manifest.json          what ran, where, on what, and every raw file with its sha256; written last
        metrics.json, .csv     derived from raw/ by the parse stage; safe to delete
        profile/               derived: folded stacks and flame graphs
    results/<bench>/<YYYYMMDD_HHMMSS>.json    the study: which variants, builds and order; written after all manifests
    results/<bench>/<YYYYMMDD_HHMMSS>.log     every command with its duration
    results/<bench>/hardware/    the hardware studies

A directory without a manifest is not a run: it was interrupted, is never read, and `invoke clean` removes it.

So one hash leads to the next: the study's record (which carries its own) has those of its log and its manifests, and a
manifest those of its raw files. What is derived needs none: it is derived again (`invoke verify`).
"""

from __future__ import annotations

import csv
import io
import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from time import sleep
from typing import Any

from bench.errors import SuiteError, Tampered, UsageError
from bench.files import (
    SCHEMA,
    checksums,
    code,
    files_below,
    read_json,
    seal,
    sha256,
    write_bytes,
    write_json,
    write_text,
)
from bench.hardware_archive import HARDWARE, RESULTS, STAMP, HardwareArchive
from bench.model import ADOPTED, BUILDS, UNKNOWN, Collection, Listing, Manifest, Measurement, Outcome, Study

#: some are from files.py and hardware_archive.py
__all__ = [
    "HARDWARE", "RESULTS", "SCHEMA", "STAMP", "Archive", "RunDir", "checksums", "sha256", "write_bytes", "write_text",
]  # fmt: skip

DERIVING = ("bench/*.py", "profiling/*.py", "profiling/collectors/*.py")  #: the code that decides about derived files
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,39}")  #: of variants and collectors: parts of paths


@dataclass(frozen=True)
class RunDir:
    """One variant's part of a study."""

    path: Path
    derived: Path | None = None  #: where derived files go instead, if the archive is not to be touched

    def raw(self, collector: str) -> Path:
        return self.path / "raw" / collector

    @property
    def derived_profile(self) -> Path:
        return (self.derived or self.path) / "profile"

    @property
    def manifest_file(self) -> Path:
        return self.path / "manifest.json"

    @property
    def metrics_file(self) -> Path:
        return (self.derived or self.path) / "metrics.json"

    def derived_files(self) -> dict[str, Path]:
        """Return (path below the run directory -> file) of all that the parse stage derived."""
        files = [self.metrics_file, self.metrics_file.with_suffix(".csv"), *files_below(self.derived_profile)]
        return {f.relative_to(self.derived or self.path).as_posix(): f for f in files if f.is_file()}

    @property
    def complete(self) -> bool:
        return self.manifest_file.is_file()

    def manifest(self) -> Manifest:
        record = read_json(self.manifest_file)
        try:
            record["outcomes"] = tuple(Outcome(**o) for o in record["outcomes"])
            record["collections"] = tuple(
                Collection(**{**c, "files": tuple((path, sha) for path, sha in c["files"])})
                for c in record["collections"]
            )
            record["sources"] = tuple((path, sha) for path, sha in record["sources"])
            for name in ("requires", "work"):
                record[name] = tuple(record[name])
            manifest = Manifest(**record)
            for done in manifest.collections:  # these become parts of paths
                known = done.build in ((UNKNOWN,) if done.collector == ADOPTED else BUILDS)
                if not known or not NAME.fullmatch(done.collector):
                    raise ValueError(f"no such collection: {done.collector!r}, {done.build!r}")
            return manifest
        except (KeyError, TypeError, ValueError) as error:
            raise Tampered(f"{self.manifest_file} is damaged: {error}") from error

    def manifest_hash(self) -> str:
        return sha256(self.manifest_file)

    def write_manifest(self, manifest: Manifest) -> None:
        write_json(self.manifest_file, asdict(manifest))

    def hashes(self, collector: str, build: str) -> tuple[tuple[str, str], ...]:
        """Return (path below the run directory, sha256) of every raw file of one collector and build."""
        files = [f for f in files_below(self.raw(collector) / build) if f.is_file()]
        return tuple((f.relative_to(self.path).as_posix(), sha256(f)) for f in files)

    def verified(self, done: Collection) -> Path:
        """Return the raw directory of `done` if it holds exactly what was recorded."""
        for path, what in self.differences(done):
            raise Tampered(
                f"{path} {what}",
                "Restore it (git checkout), or measure again: the manifest keeps the sha256 of every raw file.",
            )
        return self.raw(done.collector) / done.build

    def differences(self, done: Collection) -> Iterator[tuple[Path, str]]:
        """Yield (file, what happened to it) for every raw file of `done` that is not as it was recorded."""
        now, then = dict(self.hashes(done.collector, done.build)), dict(done.files)
        for name in sorted(now.keys() | then.keys()):
            if now.get(name) != then.get(name):
                what = "is missing" if name not in now else "was changed" if name in then else "was added"
                yield self.path / name, f"{what} since it was measured"

    def strangers(self, manifest: Manifest) -> list[Path]:
        """Return the files of the run directory that are neither raw files of a collection nor could be derived."""
        ours = [self.raw(c.collector) / c.build for c in manifest.collections] + [self.path / "profile"]
        plain = {self.path / name for name in ("manifest.json", "metrics.json", "metrics.csv")}
        return [f for f in files_below(self.path) if f not in plain and not any(f.is_relative_to(d) for d in ours)]

    def metrics(self) -> list[Measurement]:
        """Return the measurements that the parse stage derived."""
        return [Measurement(**m | {"values": tuple(m["values"])}) for m in self._derived()["measurements"]]

    def listings(self) -> list[Listing]:
        """Return the tables and texts that the parse stage derived."""
        found = self._derived().get("listings", [])
        return [
            Listing(**t | {"columns": tuple(t["columns"]), "rows": tuple(tuple(row) for row in t["rows"])})
            for t in found
        ]

    def _derived(self) -> dict[str, Any]:
        path = self.metrics_file
        if not path.is_file():
            family, root = self.path.parts[-3], self.path.parents[2]
            where = "" if root == RESULTS else f" --results-dir {root}"
            raise SuiteError(f"{self.path} has not been parsed", f"Run: invoke parse --bench {family}{where}")
        return read_json(path)

    def write_metrics(self, measured: list[Measurement], listed: list[Listing]) -> None:
        derived: dict[str, Any] = {
            "measurements": [asdict(m) for m in measured],
            "listings": [asdict(t) for t in listed],
        }
        record = derived | {"code": code(*DERIVING)}
        write_json(self.metrics_file, record | {"seal": seal(record)}, indent=None)
        text = io.StringIO()
        table = csv.writer(text, lineterminator="\n")
        table.writerow(["collector", "build", "metric", "unit", "source", "counted_percent", "missing", "values"])
        for m in measured:
            row = [m.collector, m.build, m.metric, m.unit, m.source, m.counted, m.missing]
            table.writerow([*row, *map(repr, m.values)])
        write_text(self.metrics_file.with_suffix(".csv"), text.getvalue())


@dataclass(frozen=True)
class Archive(HardwareArchive):
    """All runs and studies of one family."""

    derived: Path | None = None  #: where derived files go instead, if the archive is not to be touched

    def run(self, variant: str, timestamp: str) -> RunDir:
        elsewhere = self.derived and self.derived / self.family / variant / timestamp
        return RunDir(self.home / variant / timestamp, elsewhere)

    def record(self, timestamp: str) -> Path:
        return self.home / f"{timestamp}.json"

    def log(self, timestamp: str) -> Path:
        return self.home / f"{timestamp}.log"

    def timestamps(self) -> list[str]:
        """Return the timestamps of all finished studies, oldest first."""
        return sorted(p.stem for p in self.home.glob("*.json") if STAMP.fullmatch(p.stem))

    def choose(self, timestamp: str = "") -> str:
        """Return `timestamp` if there is such a study, or the newest; says what there is otherwise."""
        known = self.timestamps()
        if not known:
            raise SuiteError(
                f"{self.home} holds no finished study", f"Measure one: invoke profile --bench {self.family}"
            )
        if timestamp and timestamp not in known:
            raise UsageError(
                f"{self.home} holds no study with timestamp {timestamp!r}", f"Known: {', '.join(known[-5:])}."
            )
        return timestamp or known[-1]

    def study(self, timestamp: str) -> Study:
        record = read_json(self.record(timestamp))
        try:
            if record.pop("seal", None) not in (None, seal(record)):
                raise ValueError("it was changed since it was written")
            for name in ("variants", "builds"):
                record[name] = tuple(record[name])
            if not all(NAME.fullmatch(variant) and variant != HARDWARE for variant in record["variants"]):
                raise ValueError("a variant's name is not one")
            if not isinstance(record.get("manifests", {}), dict):
                raise ValueError("the hashes of its manifests are not named")
            if not set(record["builds"]) <= set((UNKNOWN,) if record.get("adopted") else BUILDS):
                raise ValueError(f"no such builds: {record['builds']!r}")
            for name in ("order", "notices"):
                record[name] = tuple(tuple(entry) for entry in record[name])
            record["limit"] = tuple(record.get("limit", ("", "")))
            return Study(**record)
        except (KeyError, TypeError, ValueError) as error:
            raise Tampered(f"{self.record(timestamp)} is damaged: {error}") from error

    def write_study(self, study: Study) -> None:
        record = asdict(study)
        write_json(self.record(study.timestamp), record | {"seal": seal(record)})

    def runs(self, timestamp: str) -> list[RunDir]:
        """Return the complete runs of one study, in the study's order of variants."""
        found = (self.run(variant, timestamp) for variant in self.study(timestamp).variants)
        return [run for run in found if run.complete]

    def new_timestamp(self) -> str:
        """Return the current second, or the next one that no run has taken yet."""
        while True:
            stamp = f"{datetime.now():%Y%m%d_%H%M%S}"
            if not any(self.home.glob(f"*/{stamp}")) and not self.log(stamp).exists():
                return stamp
            sleep(0.2)

    def discard(self, timestamp: str) -> None:
        """Remove what a study left that ended before anything was measured."""
        for path in self._folders(timestamp):
            shutil.rmtree(path)
        self.log(timestamp).unlink(missing_ok=True)

    def traces(self) -> list[str]:
        """Return the timestamps of finished studies, and of those that lost their record: manifests say they finished."""
        measured = (p.parent.name for p in self.home.glob("*/*/manifest.json"))
        return sorted({*self.timestamps(), *filter(STAMP.fullmatch, measured)})

    def strays(self, timestamp: str, variants: Iterable[str]) -> list[Path]:
        """Return the run directories of a study that belong to none of its variants."""
        own = set(variants)
        return [p for p in self._folders(timestamp) if p.parent.name not in own]

    def _folders(self, pattern: str) -> list[Path]:
        """Return the run directories whose timestamps match a pattern."""
        return sorted(p for p in self.home.glob(f"*/{pattern}") if p.parent != self.hardware)

    def unfinished(self) -> list[Path]:
        """Return the directories and logs that a killed study left behind."""
        finished = set(self.timestamps())
        left = [p for p in self._folders("*") if STAMP.fullmatch(p.name) and p.name not in finished]
        left += [p for p in self.home.glob("*.log") if p.stem not in finished]
        return left + self.hardware_strays()


def archives(root: Path) -> list[Archive]:
    """Return one archive per family that has a folder under `root`, by name."""
    homes = sorted(root.iterdir()) if root.is_dir() else []
    return [Archive(home.name, root) for home in homes if home.is_dir() and NAME.fullmatch(home.name)]


def located(study: Path) -> Archive:
    """Return the archive that the path of a study, root/<bench>/<timestamp>, lies in."""
    return Archive(study.parent.name, study.parent.parent)
