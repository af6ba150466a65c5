"""Adopts one timestamp of an archive that others measured: copies its files in, hashed, as a study of this archive.

The old archive is only read. The study is marked as adopted and its build as unknown; what the files say is derived
from the copies by the parse stage, as for any study. Manifests and the study come last, by rename.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bench import discover
from bench.errors import SuiteError, UsageError
from bench.model import ADOPTED, UNKNOWN, Collection, Manifest, Outcome, Study
from bench.rundir import NAME, Archive, RunDir, write_bytes, write_text
from profiling import old_archive
from profiling.adopted_runs import RECORD
from profiling.old_archive import Found, Labelled


@dataclass(frozen=True)
class Adopted:
    """What came of it."""

    timestamp: str  #: of the new study
    label: str  #: of the directories in the old archive
    passed: tuple[str, ...]  #: directories passed over, each with the reason


def adopt(bench: str, source: Path, into: Path, timestamp: str = "", baseline: str = "") -> Adopted:
    """Write a study below `into`; raises SuiteError if there is nothing to adopt, or one is there already."""
    if not NAME.fullmatch(bench):
        raise UsageError(f"--bench {bench!r} is no name", "Letters, digits, . _ - and a letter first, at most 40.")
    _refuse_overlap(source, into)
    found = old_archive.look(source, bench)
    label = old_archive.choose(found, timestamp)
    base = baseline or _baseline(bench, list(found.variants))
    if label not in found.variants.get(base, {}):
        has = ", ".join(found.variants[base]) if base in found.variants else "nothing: it is not in the archive"
        hint = f"{base} has {has}. Choose another with --baseline NAME or --timestamp LABEL."
        raise UsageError(f"the baseline {base} has no runs of {label}", hint)
    archive = Archive(bench, into)
    stamp = old_archive.moment(label) or archive.new_timestamp()
    _refuse_overwriting(archive, stamp)
    try:
        _write(archive, stamp, found, label, base)
    except BaseException:
        archive.discard(stamp)
        raise
    return Adopted(stamp, label, found.passed)


def _refuse_overlap(source: Path, into: Path) -> None:
    old, new = source.resolve(), into.resolve()
    if old.is_relative_to(new) or new.is_relative_to(old):
        raise UsageError(
            f"--results-dir {source} and --into {into} are the same, or one is inside the other",
            "Nothing of the old archive is to be changed: move it elsewhere, or adopt --into another folder.",
        )


def _refuse_overwriting(archive: Archive, stamp: str) -> None:
    if stamp in archive.timestamps() or archive.log(stamp).exists() or any(archive.home.glob(f"*/{stamp}")):
        raise SuiteError(
            f"{archive.home} holds something with timestamp {stamp} already",
            f"If it was adopted before: invoke render --bench {archive.family} --timestamp {stamp}. "
            "Otherwise adopt --into another folder.",
        )


def _baseline(bench: str, variants: list[str]) -> str:
    """Return the family's baseline, or the only variant named ..._clean."""
    if bench in discover.families() and (own := discover.family(bench).baseline) in variants:
        return own
    clean = [name for name in variants if name.endswith("_clean")]
    if len(clean) == 1:
        return clean[0]
    raise UsageError(
        f"which variant the others are compared with is not clear: {', '.join(variants)}", "Say so: --baseline NAME."
    )


def _write(archive: Archive, stamp: str, found: Found, label: str, baseline: str) -> None:
    names = sorted(found.variants, key=lambda name: (name != baseline, old_archive.natural(name)))
    for name in names:
        labelled = found.variants[name].get(label)
        run = archive.run(name, stamp)
        run.path.mkdir(parents=True)
        if labelled:
            _copy(labelled, found.root, run)
        run.write_manifest(_manifest(archive, stamp, name, baseline, run, _absence(found, name, label)))
    where = f"the archive {found.root.resolve().name!r}, runs labelled {label}"
    archive.write_study(Study(
        family=archive.family, timestamp=stamp, size="", baseline=baseline, variants=tuple(names), builds=(UNKNOWN,),
        order=(), notices=(), seconds=0.0, measured_seconds=0.0, commit="",
        manifests={name: archive.run(name, stamp).manifest_hash() for name in names}, adopted=where,
    ))  # fmt: skip


def _absence(found: Found, name: str, label: str) -> str:
    has: Mapping[str, Labelled] = found.variants[name]
    return "" if label in has else f"the archive has no runs of it labelled {label}, only {', '.join(list(has)[-5:])}"


def _copy(labelled: Labelled, root: Path, run: RunDir) -> None:
    """Copy the files as perf_run_N.txt in the order of their numbers; archive.json keeps their own names."""
    raw = run.raw(ADOPTED) / UNKNOWN
    record = []
    for number, file in enumerate(old_archive.load(labelled, root), 1):
        copy = "" if file.refused else f"perf_run_{number}.txt"
        if copy:
            write_bytes(raw / copy, file.data)
        record.append({"name": file.name, "copy": copy, "refused": file.refused})
    beside = [[name, size] for name, size in labelled.beside]
    write_text(raw / RECORD, json.dumps({"files": record, "beside": beside}, indent=1) + "\n")


def _manifest(archive: Archive, stamp: str, name: str, baseline: str, run: RunDir, absent: str) -> Manifest:
    """Return a manifest in which everything is empty that the archive does not record."""
    outcome = Outcome(UNKNOWN, "skipped" if absent else "ok", absent, oracle="nothing: adopted, not measured here")
    files = run.hashes(ADOPTED, UNKNOWN)
    return Manifest(
        family=archive.family, variant=name, timestamp=stamp, size="", work=(1.0, "process"), job="", upstream="",
        summary="", description="", requires=(), lines=0, sources=(), baseline=baseline, interpreters={}, host={},
        options={}, outcomes=(outcome,),
        collections=(Collection(ADOPTED, UNKNOWN, "perf stat, by others", files, skipped=absent),),
    )  # fmt: skip
