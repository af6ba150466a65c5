"""The contract between the stages: the only module that spells a path under results/.

    results/<bench>/<variant>/<YYYYMMDD_HHMMSS>/
        raw/<collector>/...    what the tools wrote, never edited
        manifest.json          what ran, where, on what, and every raw file with its sha256; written last
        metrics.json, .csv     derived from raw/ by the parse stage; safe to delete
        profile/               derived: folded stacks and flame graphs
    results/<bench>/<YYYYMMDD_HHMMSS>.json    the study: which variants, builds and order; written after all manifests
    results/<bench>/<YYYYMMDD_HHMMSS>.log     every command with its duration

A directory without a manifest is not a run: it was interrupted, is never read, and `invoke clean` removes it.

Schema history: 1, the first version; 2, a study keeps the hashes of its manifests, metrics hold listings;
studies can be adopted (build `unknown`).
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
import shutil
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from time import sleep
from typing import Any

from bench.errors import SuiteError, Tampered, UsageError
from bench.model import ADOPTED, BUILDS, UNKNOWN, Collection, Listing, Manifest, Measurement, Outcome, Study

SCHEMA = 2
READABLE = (1, 2)  #: what an older version wrote lacks only fields that have a default
RESULTS = Path("results")
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,39}")  #: of variants and collectors: parts of paths
STAMP = re.compile(r"\d{8}_\d{6}")


@dataclass(frozen=True)
class RunDir:
    """One variant's part of a study."""

    path: Path

    def raw(self, collector: str) -> Path:
        return self.path / "raw" / collector

    @property
    def derived_profile(self) -> Path:
        return self.path / "profile"

    @property
    def complete(self) -> bool:
        return (self.path / "manifest.json").is_file()

    def manifest(self) -> Manifest:
        record = read_json(self.path / "manifest.json")
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
            raise Tampered(f"{self.path}/manifest.json is damaged: {error}") from error

    def manifest_hash(self) -> str:
        return sha256(self.path / "manifest.json")

    def write_manifest(self, manifest: Manifest) -> None:
        write_json(self.path / "manifest.json", asdict(manifest))

    def hashes(self, collector: str, build: str) -> tuple[tuple[str, str], ...]:
        """Return (path below the run directory, sha256) of every raw file of one collector and build."""
        files = sorted(f for f in (self.raw(collector) / build).rglob("*") if f.is_file())
        return tuple((f.relative_to(self.path).as_posix(), sha256(f)) for f in files)

    def verified(self, done: Collection) -> Path:
        """Return the raw directory of `done` if it holds exactly what was recorded."""
        now, then = dict(self.hashes(done.collector, done.build)), dict(done.files)
        for name in sorted(now.keys() | then.keys()):
            if now.get(name) != then.get(name):
                what = "is missing" if name not in now else "was changed" if name in then else "was added"
                raise Tampered(
                    f"{self.path / name} {what} since it was measured",
                    "Restore it (git checkout), or measure again: the manifest keeps the sha256 of every raw file.",
                )
        return self.raw(done.collector) / done.build

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
        path = self.path / "metrics.json"
        if not path.is_file():
            family, root = self.path.parts[-3], self.path.parents[2]
            where = "" if root == RESULTS else f" --results-dir {root}"
            raise SuiteError(f"{self.path} has not been parsed", f"Run: invoke parse --bench {family}{where}")
        return read_json(path)

    def write_metrics(self, measured: list[Measurement], listed: list[Listing]) -> None:
        derived = {"measurements": [asdict(m) for m in measured], "listings": [asdict(t) for t in listed]}
        write_json(self.path / "metrics.json", derived, indent=None)
        text = io.StringIO()
        table = csv.writer(text, lineterminator="\n")
        table.writerow(["collector", "build", "metric", "unit", "source", "counted_percent", "missing", "values"])
        for m in measured:
            row = [m.collector, m.build, m.metric, m.unit, m.source, m.counted, m.missing]
            table.writerow([*row, *map(repr, m.values)])
        write_text(self.path / "metrics.csv", text.getvalue())


@dataclass(frozen=True)
class Archive:
    """All runs and studies of one family."""

    family: str
    root: Path = RESULTS

    @property
    def home(self) -> Path:
        return self.root / self.family

    def run(self, variant: str, timestamp: str) -> RunDir:
        return RunDir(self.home / variant / timestamp)

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
        record = read_json(self.home / f"{timestamp}.json")
        try:
            for name in ("variants", "builds"):
                record[name] = tuple(record[name])
            if not all(NAME.fullmatch(variant) for variant in record["variants"]):
                raise ValueError("a variant's name is not one")
            if not set(record["builds"]) <= set((UNKNOWN,) if record.get("adopted") else BUILDS):
                raise ValueError(f"no such builds: {record['builds']!r}")
            for name in ("order", "notices"):
                record[name] = tuple(tuple(entry) for entry in record[name])
            return Study(**record)
        except (KeyError, TypeError, ValueError) as error:
            raise Tampered(f"{self.home}/{timestamp}.json is damaged: {error}") from error

    def write_study(self, study: Study) -> None:
        write_json(self.home / f"{study.timestamp}.json", asdict(study))

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
        for path in self.home.glob(f"*/{timestamp}"):
            shutil.rmtree(path)
        self.log(timestamp).unlink(missing_ok=True)

    def unfinished(self) -> list[Path]:
        """Return the directories and logs that a killed study left behind."""
        finished = set(self.timestamps())
        left = [p for p in self.home.glob("*/*") if STAMP.fullmatch(p.name) and p.name not in finished]
        return left + [p for p in self.home.glob("*.log") if p.stem not in finished]


def read_json(path: Path) -> dict[str, Any]:
    """Read a versioned record; a damaged or newer file is an error that says so."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise Tampered(f"{path} is missing", "Restore it (git checkout), or measure again.") from None
    except ValueError as error:
        raise Tampered(f"{path} is damaged: {error}", "Restore it (git checkout), or measure again.") from error
    version = record.pop("schema", None) if isinstance(record, dict) else None
    if version not in READABLE:
        known = " and ".join(map(str, READABLE))
        raise SuiteError(f"{path} has schema {version}, this version reads {known}", "Update this checkout: git pull.")
    return dict(record)


def write_json(path: Path, record: dict[str, Any], indent: int | None = 1) -> None:
    write_text(path, json.dumps({"schema": SCHEMA} | record, indent=indent, ensure_ascii=False, sort_keys=True) + "\n")


def write_text(path: Path, text: str) -> None:
    write_bytes(path, text.encode())


def write_bytes(path: Path, data: bytes) -> None:
    """Write by rename: a reader sees the old file or the new one, never half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    with partial.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def checksums(paths: Iterable[Path]) -> tuple[tuple[str, str], ...]:
    return tuple((path.as_posix(), sha256(path)) for path in paths)
