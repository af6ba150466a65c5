"""Simulated counters: they repeat, they cover the region, and the process under Valgrind opens it itself."""

from __future__ import annotations

import platform
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from bench import region, valgrind
from bench.model import Listing, Measurement
from bench.region import Region
from bench.rundir import Archive
from profiling import collect as stage
from profiling.collectors import simulated
from profiling.parse import parse_run
from tests.conftest import ROOT, SMALL, use_this_interpreter

REQUEST = stage.Request(
    "aes", only=("pyaes_clean",), build="release", size="small", collectors=("simulated",), wait=True
)


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Measurement], list[Listing], list[Path]]:
    """The baseline at its small size, really counted twice."""
    root = tmp_path_factory.mktemp("simulated")
    with pytest.MonkeyPatch.context() as patch:
        use_this_interpreter(patch)
        timestamp = stage.collect(REQUEST, replace(SMALL, simulated_runs=2), root)
    run = Archive("aes", root).run("pyaes_clean", timestamp)
    return *parse_run(run), list(run.raw("simulated").rglob("*"))


@pytest.mark.needs("valgrind")
def test_two_runs_agree_within_one_part_per_million(
    counted: tuple[list[Measurement], list[Listing], list[Path]],
) -> None:
    found = {m.metric: m for m in counted[0]}
    first, second = found["instructions"].values
    assert abs(first - second) <= 1e-6 * first
    assert found["instructions"].detail["ppm"] <= 1
    assert found["instructions"].source == "simulated" and found["instructions"].unit == "per byte"
    assert 0 < found["L1-dcache-load-misses"].values[0] < found["L1-dcache-loads"].values[0] < first


@pytest.mark.needs("valgrind")
def test_only_the_region_is_counted(counted: tuple[list[Measurement], list[Listing], list[Path]]) -> None:
    """Start-up alone takes hundreds of millions of instructions; a byte of pyaes takes some ten thousand."""
    (instructions,) = [m for m in counted[0] if m.metric == "instructions"]
    assert 3_000 < instructions.values[0] < 60_000


@pytest.mark.needs("valgrind")
def test_the_archive_keeps_excerpts_only(counted: tuple[list[Measurement], list[Listing], list[Path]]) -> None:
    files = [path for path in counted[2] if path.is_file()]
    assert sorted(path.name for path in files) == ["plan.json", "run_1.txt", "run_2.txt"]
    assert all(path.stat().st_size < 10_000 for path in files)


@pytest.mark.needs("valgrind")
def test_a_request_reaches_valgrind() -> None:
    code = "from bench import valgrind; print(valgrind.running())"
    argv = ["valgrind", "-q", "--tool=none", sys.executable, "-c", code]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "True", done.stderr


def test_outside_valgrind_requests_do_nothing() -> None:
    assert not valgrind.running()
    if not valgrind.unsupported():
        assert valgrind.request(valgrind.RUNNING) == 0
        for request in (valgrind.start, valgrind.zero, valgrind.stop):
            request()


@pytest.mark.parametrize(
    ("system", "machine", "linux"),
    [("linux", "aarch64", "Linux"), ("darwin", "x86_64", "x86_64"), ("win32", "AMD64", "")],
)
def test_elsewhere_it_is_a_typed_skip(system: str, machine: str, linux: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(platform, "machine", lambda: machine)
    missing = simulated.unavailable()
    assert missing is not None and "Linux on x86-64" in missing.what and missing.cost and missing.fix


def test_without_valgrind_the_fix_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(valgrind, "unsupported", lambda: "")
    monkeypatch.setattr(simulated, "which", lambda tool: None)
    missing = simulated.unavailable()
    assert missing is not None and missing.fix == "sudo apt install valgrind"


def test_a_valgrind_that_cannot_start_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "valgrind"
    broken.write_text("#!/bin/sh\necho 'valgrind: Fatal error at startup: a function redirection' >&2; exit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr(valgrind, "unsupported", lambda: "")
    monkeypatch.setattr(simulated, "which", lambda tool: str(broken))
    missing = simulated.unavailable()
    assert missing is not None and "function redirection" in missing.what and "libc6-dbg" in missing.fix


@pytest.mark.parametrize(
    ("mode", "requests"),
    [("cold", ["start", "stop"]), ("warm", ["start", "zero", "stop"])],
)
def test_the_region_opens_after_the_warm_ups(mode: str, requests: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A warm region has its last warm-up simulated, then the counts set to 0."""
    made: list[str] = []
    for name in ("start", "zero", "stop"):
        monkeypatch.setattr(valgrind, name, lambda name=name: made.append(name))
    monkeypatch.setattr(Region, "entered", 0)
    monkeypatch.setenv(region.SIMULATE, mode)
    monkeypatch.setenv(region.SKIP, "2")
    monkeypatch.setattr("gc.freeze", lambda: made.append("frozen"))
    for _ in range(3):
        with Region():
            pass
    assert made == ["frozen", *requests]
