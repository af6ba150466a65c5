"""Peers and peers in the series only: what they take part in; ways that a variant chooses; features done without."""

from __future__ import annotations

import io
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from bench import discover
from bench.errors import Unsupported, VariantFailed
from bench.model import KINDS, Limit, Outcome, Series, Target, Variant, Workload
from bench.rundir import Archive, RunDir
from profiling import collect as stage
from profiling import collector
from profiling.collector import Job, Session
from profiling.options import Options
from profiling.parse import parse
from profiling.process import Log
from profiling.progress import Progress
from tests.conftest import SMALL

PEER = '"""A library of others."""\nKIND = "peer"\nimport pyaes\nclass AESModeOfOperationCTR(pyaes.AESModeOfOperationCTR):\n    pass\n'
RUNG = PEER.replace(
    'KIND = "peer"\n', 'def path():\n    return "the long way" if len(__import__("sys").argv) else ""\n'
)


def job_of(kind: str) -> Job:
    variant = Variant("x", Path("x.py"), "", kind=kind)
    return Job(Target("aes", "x", "full"), variant, "release", "python", RunDir(Path("x")))


def session() -> Session:
    return Session("20260101_000000", Options(), Log(io.StringIO()), Progress("x"))


def test_what_each_kind_takes_part_in() -> None:
    taken = {kind: [n for n in collector.names() if not collector.left_out(job_of(kind), n)] for kind in KINDS}
    assert taken["rung"] == collector.names()
    assert taken["peer"] == ["timing", "startup", "series", "counters"]
    assert taken["series peer"] == ["series"]
    assert collector.left_out(job_of("peer"), "exact") == "a peer is timed, not taken apart"
    assert collector.left_out(job_of("series peer"), "timing") == "takes part in the series only"


def test_what_times_runs_before_what_counts() -> None:
    assert collector.names()[:5] == ["timing", "startup", "series", "ideas", "counters"]


def said(text: str) -> list[str]:
    return [sys.executable, "-c", f"print({text!r})"]


def test_a_process_that_goes_another_way_does_not_count() -> None:
    job = replace(job_of("rung"), path="VAES, 512 bits", digest="d")
    session().execute(job, said("path VAES, 512 bits\nanswer d"))
    session().execute(replace(job, digest=""), said("a limit says nothing of a way"))
    with pytest.raises(VariantFailed, match="went another way than when it was checked: AES-NI, not VAES, 512 bits"):
        session().execute(job, said("path AES-NI\nanswer d"))
    with pytest.raises(VariantFailed, match="AES-NI, not its only one"):
        session().execute(replace(job, path=""), said("path AES-NI\nanswer d"))


def test_features_to_do_without_reach_every_process(monkeypatch: pytest.MonkeyPatch) -> None:
    assert collector.WITHOUT not in session().environment("release", 0)
    monkeypatch.setenv(collector.WITHOUT, "vaes,avx512f")
    done = session().execute(
        job_of("rung"), [sys.executable, "-c", f"import os; print('found', os.environ[{collector.WITHOUT!r}])"]
    )
    assert done.out == "found vaes,avx512f\n"


def study(tmp_path: Path, *collectors: str, **sources: str) -> tuple[Archive, str]:
    for name, source in sources.items():
        (tmp_path / f"{name}.py").write_text(source)
    specs = tuple(f"{name}:{tmp_path}/{name}.py" for name in sources)
    request = stage.Request("aes", ("pyaes_clean",), specs, "release", "small", collectors, wait=True)
    timestamp = stage.collect(request, replace(SMALL, processes=1, side_processes=1), tmp_path / "results")
    archive = Archive("aes", tmp_path / "results")
    parse(archive, timestamp)
    return archive, timestamp


def test_a_study_records_kinds_ways_and_features(
    tmp_path: Path, this_interpreter: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(collector.WITHOUT, "vaes")
    archive, timestamp = study(tmp_path, "timing", "exact", peer=PEER, rung=RUNG)
    record = archive.study(timestamp)
    assert record.conditions["without_cpu_features"] == "vaes"
    assert any(collector.WITHOUT in remark and remark.endswith("vaes") for remark in record.remarks)
    peer, rung = archive.run("peer", timestamp), archive.run("rung", timestamp)
    assert (peer.manifest().kind, rung.manifest().kind) == ("peer", "rung")
    assert [outcome.path for outcome in rung.manifest().outcomes] == ["the long way"]
    assert {c.collector: c.skipped for c in peer.manifest().collections} == {
        "timing": "", "exact": "a peer is timed, not taken apart",
    }  # fmt: skip
    assert any(m.metric == "time" and m.values for m in peer.metrics())


def test_older_records_lack_what_is_new() -> None:
    assert Outcome("release", "ok").path == ""


def test_a_limit_whose_packages_are_missing_is_a_remark(
    tmp_path: Path, this_interpreter: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    def prepare(amount: float) -> Workload:
        raise Unsupported("never asked for")

    limit = Limit("light", "Nothing is faster.", prepare, requires=("no-such-distribution",))
    found = replace(discover.family("aes"), limit=limit)
    monkeypatch.setattr(discover, "family", lambda name: found)
    archive, timestamp = study(tmp_path, "timing")
    record = archive.study(timestamp)
    assert record.limit == ("", "")
    (remark,) = [remark for remark in record.remarks if "limit" in remark]
    assert "no-such-distribution" in remark and ".venv_release" in remark


def test_a_limit_that_this_process_has_is_measured_in_every_block(
    tmp_path: Path, this_interpreter: tuple[str, ...]
) -> None:
    limit = discover.family("aes").limit
    if limit is None:
        pytest.skip("the family has no limit")
    try:
        limit.prepare(1000.0)
    except Unsupported as reason:
        pytest.skip(str(reason))
    archive, timestamp = study(tmp_path, "timing", "series")
    record = archive.study(timestamp)
    assert record.limit == (limit.name, limit.summary)
    found = {m.metric: m for m in archive.run("pyaes_clean", timestamp).metrics()}
    assert 0 < found["time of the limit"].values[0] < found["time"].values[0]
    assert [label for _, label, *_ in record.order].count("pyaes_clean (limit)") == 1
    assert isinstance(discover.family("aes").series, Series)
    assert any(metric.startswith("limit per cycle: ") and m.values for metric, m in found.items())
