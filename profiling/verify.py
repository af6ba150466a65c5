"""Checks what is under results/: the study's record, manifests, raw files by their hashes, and derived files anew.

Everything that is wrong is named, not only the first thing. Writes nothing into the archive: what is derived again goes
to the directory that the archive names for it. Reports are checked by reporting/verify.py.
"""

from __future__ import annotations

import json
from pathlib import Path

from bench import differences
from bench.audit import Audit
from bench.errors import SuiteError
from bench.files import schema_of, sha256, spelled_as_written
from bench.model import Study
from bench.rundir import Archive, RunDir
from profiling.parse import parse_run

SAME = "is not as it was written, though it says the same"
UNHASHED = 1  #: the last schema whose studies keep no hashes


def studies(archive: Archive, timestamp: str, *, every: bool) -> list[str]:
    """Return the studies to check: every one, the one asked for, or the newest; one that lost its record is among them."""
    known = archive.traces()
    if every and not timestamp:
        return known
    if (timestamp and timestamp not in known) or not known:
        return [archive.choose(timestamp)]  # says what there is instead
    return [timestamp or known[-1]]


def check(archive: Archive, timestamp: str, audit: Audit) -> bool:
    """Check one study; its derived files are written anew below `archive.derived`.

    Returns whether all of it is there and could be derived again, so that reports can be written from it.
    """
    assert archive.derived is not None, "what is derived again must not replace what is checked"
    try:
        study = archive.study(timestamp)
    except SuiteError as error:
        audit.wrong(archive.record(timestamp), f": {error}")
        return False
    whole = _record(archive, timestamp, study, audit)
    for path in archive.strays(timestamp, study.variants):
        audit.wrong(path, "belongs to no variant of the study")
    derived = [_run(archive.run(variant, timestamp), study, audit) for variant in study.variants]
    return whole and all(derived)


def _record(archive: Archive, timestamp: str, study: Study, audit: Audit) -> bool:
    """Check what the study's record says of itself and of its log. Returns whether the log can be read as it was."""
    path, log = archive.record(timestamp), archive.log(timestamp)
    if (study.family, study.timestamp) != (archive.family, timestamp):
        audit.wrong(path, f"says that it is study {study.timestamp} of {study.family}")
    if not spelled_as_written(path):
        audit.wrong(path, SAME)
    if study.manifests and schema_of(path) <= UNHASHED:
        audit.wrong(path, f"says that its schema is {schema_of(path)}, which had no hashes of manifests")
    if not study.manifests and schema_of(path) <= UNHASHED:
        audit.note(path, "holds no hashes of the manifests, which cannot be checked: measured before these were hashed")
    for variant in study.variants if study.manifests or schema_of(path) > UNHASHED else ():
        if variant not in study.manifests:
            audit.wrong(path, f"holds no hash of the manifest of {variant}")
    if not study.log:
        audit.note(log, "cannot be checked: it was written before logs were hashed")
    elif not log.is_file():
        audit.wrong(log, "is missing")
    elif sha256(log) != study.log:
        audit.wrong(log, "was changed since the study ended")
        return False
    return not study.log or log.is_file()


def _run(run: RunDir, study: Study, audit: Audit) -> bool:
    """Check one variant: manifest, raw files, derived files. Returns whether these could be derived."""
    path, variant = run.manifest_file, run.path.parent.name
    try:
        manifest = run.manifest()
    except SuiteError as error:
        audit.wrong(path, f": {error}")
        return False
    audit.count("runs")
    expected = study.manifests.get(variant)
    if expected and run.manifest_hash() != expected:
        audit.wrong(path, "was changed since it was measured: the study's record has another hash")
    if (manifest.variant, manifest.timestamp, manifest.family) != (variant, study.timestamp, study.family):
        audit.wrong(path, f"describes {manifest.family}/{manifest.variant}, study {manifest.timestamp}")
    spoilt = [found for done in manifest.collections for found in run.differences(done)]
    spoilt += [(stranger, "does not belong to the run") for stranger in run.strangers(manifest)]
    for file, what in spoilt:
        audit.wrong(file, what)
    audit.count("raw files", sum(len(done.files) for done in manifest.collections))
    return not spoilt and _derive(run, audit, old=not study.manifests)


def _derive(run: RunDir, audit: Audit, *, old: bool) -> bool:
    """Derive everything again, and compare it with what the archive holds; that may be deleted at any time."""
    try:
        run.write_metrics(*parse_run(run))
    except SuiteError as error:
        audit.wrong(run.path, f"cannot be derived again: {error}")
        return False
    now = run.derived_files()
    for name, file in RunDir(run.path).derived_files().items():
        if name not in now:
            audit.wrong(file, "is not derived from the raw files")
        else:
            audit.count("derived files")
            _compare(file, file.read_bytes(), now[name].read_bytes(), audit, old=old)
    return True


def _compare(file: Path, there: bytes, now: bytes, audit: Audit, *, old: bool) -> None:
    if there == now:
        return
    try:
        if old and schema_of(file) <= UNHASHED:  # what an older version derived lacks what is derived since
            there, now = (json.dumps(json.loads(data)["measurements"]).encode() for data in (there, now))
            if there == now:
                return
        take = differences.of_json if file.suffix == ".json" else differences.of_lines
        if file.suffix == ".svg":
            take = differences.of_markup
        found = list(differences.differing(take(there), take(now)))
    except (KeyError, TypeError, ValueError) as error:
        audit.wrong(file, f"is damaged: {error}")
        return
    for where, what in found:
        audit.wrong(file, f"{where}: {what}")
    if not found:
        audit.wrong(file, SAME)
