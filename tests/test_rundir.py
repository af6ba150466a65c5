"""The archive: written by rename, checked by hash, and never confused by what a killed study left."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from bench.errors import SuiteError, Tampered, UsageError
from bench.rundir import Archive, RunDir, write_bytes
from profiling.parse import parse


@pytest.fixture
def copy(study: tuple[Archive, str], tmp_path: Path) -> tuple[Archive, str]:
    """A copy of the shared study that a test may spoil."""
    archive, timestamp = study
    shutil.copytree(archive.root, tmp_path / "results")
    return Archive(archive.family, tmp_path / "results"), timestamp


def test_a_manifest_survives_the_round_trip(study: tuple[Archive, str]) -> None:
    archive, timestamp = study
    for run in archive.runs(timestamp):
        manifest = run.manifest()
        assert manifest.timestamp == timestamp and manifest.outcomes and manifest.collections
        assert RunDir(run.path).manifest() == manifest


def test_every_raw_file_is_hashed(study: tuple[Archive, str]) -> None:
    archive, timestamp = study
    for run in archive.runs(timestamp):
        listed = {path for c in run.manifest().collections for path, _ in c.files}
        assert listed == {p.relative_to(run.path).as_posix() for p in (run.path / "raw").rglob("*") if p.is_file()}


def test_metrics_can_be_rebuilt_from_raw_alone(copy: tuple[Archive, str]) -> None:
    archive, timestamp = copy
    run = archive.runs(timestamp)[0]
    names = ("metrics.json", "metrics.csv", "profile/release.folded", "profile/release.svg")
    before = {name: (run.path / name).read_bytes() for name in names}
    for name in names:
        (run.path / name).unlink()
    parse(archive, timestamp)
    assert {name: (run.path / name).read_bytes() for name in names} == before


@pytest.mark.parametrize("spoil", ["change", "remove", "add"])
def test_a_spoiled_raw_file_is_named(copy: tuple[Archive, str], spoil: str) -> None:
    archive, timestamp = copy
    raw = archive.runs(timestamp)[0].path / "raw" / "timing" / "release" / "pyperf.json"
    if spoil == "change":
        raw.write_bytes(raw.read_bytes().replace(b"1", b"2", 1))
    elif spoil == "remove":
        raw.unlink()
    else:
        raw = raw.with_name("extra.json")
        raw.write_text("{}")
    with pytest.raises(Tampered, match=raw.name):
        parse(archive, timestamp)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"schema": 1}', '{"schema": 99}', '{"schema": 1, "outcomes": [{"x": 1}]}']
)
def test_a_damaged_manifest_is_an_error_with_its_path(copy: tuple[Archive, str], text: str) -> None:
    archive, timestamp = copy
    run = archive.runs(timestamp)[0]
    (run.path / "manifest.json").write_text(text)
    with pytest.raises(SuiteError, match=r"manifest\.json"):
        run.manifest()


def test_a_run_without_manifest_is_not_a_run(copy: tuple[Archive, str]) -> None:
    archive, timestamp = copy
    before = len(archive.runs(timestamp))
    (archive.runs(timestamp)[-1].path / "manifest.json").unlink()
    assert len(archive.runs(timestamp)) == before - 1


def test_what_a_killed_study_left_is_found_and_nothing_else(copy: tuple[Archive, str]) -> None:
    archive, _ = copy
    assert archive.unfinished() == []
    left = [archive.home / "pyaes_clean" / "20200101_000000", archive.home / "20200101_000000.log"]
    left[0].mkdir()
    left[1].write_text("time stamp for this run: 20200101_000000\n")
    assert sorted(archive.unfinished()) == sorted(left)


def test_choosing_a_study(copy: tuple[Archive, str]) -> None:
    archive, timestamp = copy
    assert archive.choose() == archive.choose(timestamp) == timestamp
    archive.write_study(replace(archive.study(timestamp), timestamp="20200101_000000"))
    assert archive.choose() == timestamp
    with pytest.raises(UsageError, match="19990101_000000"):
        archive.choose("19990101_000000")
    with pytest.raises(SuiteError, match="no finished study"):
        Archive("mdp", archive.root).choose()


def test_a_new_timestamp_is_never_one_that_is_taken(copy: tuple[Archive, str]) -> None:
    archive, _ = copy
    first = archive.new_timestamp()
    archive.run("pyaes_clean", first).path.mkdir()
    assert archive.new_timestamp() > first


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.json"
    write_bytes(path, b"old")
    monkeypatch.setattr("os.fsync", lambda handle: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        write_bytes(path, b"new and longer")
    assert path.read_bytes() == b"old"


def test_an_archive_names_no_place_of_this_machine(study: tuple[Archive, str]) -> None:
    archive, timestamp = study
    here = str(Path(__file__).resolve().parent.parent)
    for path in archive.home.rglob("*"):
        if path.is_file() and path.suffix in {".json", ".csv", ".folded", ".svg"}:
            text = path.read_text(encoding="utf-8")
            assert here not in text.replace(str(archive.root), ""), path
            assert "hostname" not in text, path
    json.loads((archive.home / f"{timestamp}.json").read_text())
