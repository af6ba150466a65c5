"""What a process pays once: the clock runs for the import and for the first call, and for nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from bench import discover, startup
from bench.model import Workload
from bench.rundir import Archive
from bench.subject import Subject
from profiling import collect as stage
from profiling.collectors import startup as collector
from profiling.parse import parse
from tests.conftest import SMALL
from tests.fakes import subject_of

EVENTS = "from tests.test_startup import events\n"
events: list[str] = []


@pytest.fixture
def ticking(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A clock that writes down when it is looked at, and moves on by a second each time."""
    seconds = count()

    def look() -> float:
        events.append("clock")
        return float(next(seconds))

    monkeypatch.setattr(startup, "perf_counter", look)
    events.clear()
    return iter(())


def subject(tmp_path: Path, seconds: str) -> Subject:
    file = tmp_path / "mine.py"
    file.write_text(
        EVENTS + f"events.append('import')\ndef entry():\n    return 10\ndef seconds():\n    return {seconds}\n"
    )
    made, _ = subject_of(discover.describe("mine", file))
    prepare = made.family.prepare

    def noted(module: object, size: object) -> Workload:
        events.append("prepare")
        workload = prepare(module, size)  # type: ignore[arg-type]

        def run(loops: int) -> float:
            events.append("call")
            return workload.run(loops)

        return replace(workload, run=run)

    return replace(made, family=replace(made.family, prepare=noted))


def test_the_clock_starts_before_the_import_and_prepares_outside(tmp_path: Path, ticking: None) -> None:
    startup.observe(subject(tmp_path, "0.5 if events.count('call') == 1 else 0.03"), tmp_path / "out.json")
    assert events == ["clock", "import", "clock", "prepare", *["call"] * 6]
    found = json.loads((tmp_path / "out.json").read_text())
    assert found == {"import": 1.0, "first": 0.5, "later": [0.03] * 5}


@pytest.mark.parametrize(("seconds", "later"), [("0.15", 2), ("1.5", 0), ("1e-6", 5)])
def test_later_calls_end_early_where_they_are_long(tmp_path: Path, ticking: None, seconds: str, later: int) -> None:
    startup.observe(subject(tmp_path, seconds), tmp_path / "out.json")
    assert len(json.loads((tmp_path / "out.json").read_text())["later"]) == later


def test_each_process_gives_one_value_and_empty_caches_stand_apart(tmp_path: Path) -> None:
    for kind, factor in (("run", 1), ("empty", 100)):
        for number in range(1, 12):
            made = {"import": factor * number / 10, "first": factor / 4, "later": [1.0, 2.0]}
            (tmp_path / f"{kind}_{number}.json").write_text(json.dumps(made))
    found = {m.metric: m for m in collector.parse(tmp_path, tmp_path, "release")}
    assert found["import"].values == tuple(number / 10 for number in range(1, 12))
    assert found["import"].detail == {"blocks": list(range(11))}
    assert found["first call, nothing compiled"].values == (25.0,) * 11
    assert found["later call"].values == (1.5,) * 11
    assert set(found) == {
        "import", "first call", "import, nothing compiled", "first call, nothing compiled", "later call",
    }  # fmt: skip


def test_without_later_calls_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "run_1.json").write_text(json.dumps({"import": 1.0, "first": 2.0, "later": []}))
    (later,) = [m for m in collector.parse(tmp_path, tmp_path, "release") if m.metric == "later call"]
    assert later.values == () and "too long" in later.missing


SLEEPY = '''"""pyaes, asleep at its import and its first call; jit."""
import sys, time, types
import pyaes
sys.modules.setdefault("numba", types.ModuleType("numba"))  # as if it were compiled
time.sleep(0.3)
import os
print("cache", len(os.listdir(os.environ["NUMBA_CACHE_DIR"])) if os.path.isdir(os.environ["NUMBA_CACHE_DIR"]) else -1)
calls = []

class AESModeOfOperationCTR(pyaes.AESModeOfOperationCTR):
    def encrypt(self, text):
        if not calls:
            calls.append(1)
            time.sleep(0.2)
        return super().encrypt(text)
    decrypt = encrypt
'''


def test_a_study_starts_every_variant_several_times(tmp_path: Path, this_interpreter: tuple[str, ...]) -> None:
    (tmp_path / "sleepy.py").write_text(SLEEPY)
    spec = f"sleepy:{tmp_path}/sleepy.py"
    request = stage.Request("aes", ("pyaes_clean",), (spec,), "both", "small", ("startup",), wait=True)
    timestamp = stage.collect(request, replace(SMALL, side_processes=2), tmp_path / "results")
    archive = Archive("aes", tmp_path / "results")
    clean, sleepy = parse(archive, timestamp)
    found = {m.metric: m for m in sleepy.metrics()}
    assert min(found["import"].values) >= 0.3 and len(found["import"].values) == 2
    assert min(found["first call"].values) >= 0.2 and len(found["first call, nothing compiled"].values) == 2
    assert {m.metric for m in clean.metrics()} == {"import", "first call", "later call"}  # nothing to compile
    notes = {c.build: c.skipped for c in sleepy.manifest().collections}
    assert notes in ({"release": ""}, {"release": "", "dbg": "done on the release build only"})
    assert not list((tmp_path / "results").rglob("*.worker.json"))
