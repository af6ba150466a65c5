"""Checks what is under results/: the study's record, manifests, raw files by their hashes, and derived files anew.

Everything that is wrong is named, not only the first thing. Writes nothing into the archive: what is derived again goes
to the directory that the archive names for it. Reports are checked by reporting/verify.py.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import differences
from bench.audit import Audit
from bench.differences import Piece
from bench.errors import SuiteError
from bench.files import code, read_json, schema_of, seal, sha256, spelled_as_written
from bench.model import Study
from bench.rundir import DERIVING, Archive, RunDir
from profiling.parse import parse_run

SAME = "is not as it was written, though it says the same"
UNHASHED = 1  #: the last schema whose studies keep no hashes

#: checks the reports of a study: archive, timestamp, whether all of it could be derived again (then it is, in there)
Reports = Callable[[Archive, str, bool], None]


def studies(archive: Archive, timestamp: str, shown: Collection[str] = (), *, every: bool) -> list[str]:
    """Return the studies to check: every one, the one asked for, or the newest and those `shown` by reports.

    One that lost its record is among them.
    """
    known = archive.traces()
    if every and not timestamp:
        return known
    if (timestamp and timestamp not in known) or not known:
        return [archive.choose(timestamp)]  # says what there is instead
    return [timestamp] if timestamp else [stamp for stamp in known if stamp in shown or stamp == known[-1]]


def check_with(reports: Reports, archive: Archive, timestamp: str, audit: Audit) -> None:
    """Check one study, and its reports against what is derived anew in a temporary folder."""
    with TemporaryDirectory(prefix="bench-") as folder:
        again = replace(archive, derived=Path(folder))
        reports(again, timestamp, check(again, timestamp, audit))


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
    return not spoilt and _derive(run, audit)


def _derive(run: RunDir, audit: Audit) -> bool:
    """Derive everything again, and compare it with what the archive holds; that may be deleted at any time."""
    try:
        run.write_metrics(*parse_run(run))
    except SuiteError as error:
        audit.wrong(run.path, f"cannot be derived again: {error}")
        return False
    now, stored = run.derived_files(), RunDir(run.path)
    other = stored.metrics_file.is_file() and _other_code(stored.metrics_file, audit)
    for name, file in stored.derived_files().items():
        if name not in now:
            audit.wrong(file, "is not derived from the raw files")
            continue
        audit.count("derived files")
        if file.read_bytes() != now[name].read_bytes():
            _compare(file, now[name], audit, other=other)
    return True


def _other_code(metrics: Path, audit: Audit) -> bool:
    """Whether a run was derived by code other than this; says if the file that tells was changed."""
    try:
        record = read_json(metrics)
        told = record.pop("seal", None)
    except SuiteError:
        return False  # what is damaged is named when it is compared
    if told not in (None, seal(record)):
        audit.wrong(metrics, "was changed since it was derived")
        return False
    return record.get("code") != code(*DERIVING)


def _compare(file: Path, again: Path, audit: Audit, *, other: bool) -> None:
    """Name where a derived file differs from what is derived now."""
    take, loose = TAKE.get(file.suffix, (differences.of_lines, differences.unknown_numbers))
    try:
        there, now = (take(path.read_bytes()) for path in (file, again))
        if other:
            there = [piece for piece in there if piece.where not in ("schema", "code", "seal")]
        found = list((loose if other else differences.differing)(there, now))
    except ValueError as error:
        audit.wrong(file, f"is damaged: {error}")
        return
    for where, what in found:
        audit.wrong(file, f"{where}: {what}")
    if not found and not other:
        audit.wrong(file, SAME)
    elif not found and file.suffix == ".json":
        audit.note(
            file, "was derived by other code: it agrees wherever both say something; invoke parse derives it anew"
        )


def _rows(data: bytes) -> list[Piece]:
    """Take a table of measurements apart into its rows, each named by collector, build and metric."""
    rows = [line.text for line in differences.of_lines(data)]
    return [Piece(" ".join(row.split(",")[:3]), row) for row in rows]


#: suffix -> how a derived file is taken apart, and how it is compared with what other code derived
TAKE = {
    ".json": (differences.of_json, differences.contradicting),
    ".csv": (_rows, differences.contradicting),
    ".svg": (differences.of_markup, differences.unknown_numbers),
}
