"""The C that a design is held against: it answers as the family asks, it is judged, and its own time is told apart."""

from __future__ import annotations

import ctypes
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bench import software
from bench.errors import SuiteError, WrongAnswer
from bench.hardware import Design, Kernel, Software
from bench.mdp import _offload, _rows, _software, oracle
from bench.mdp import hardware as mdp
from bench.model import Target
from bench.software import Function
from profiling import checking, environments
from profiling.collector import Job, Missing, Session
from profiling.hardware import compiled, counterpart, hosts, toolchain
from profiling.hardware.stage import Request, Running
from profiling.hardware.steps import Item
from profiling.hardware.toolchain import Tool
from profiling.options import Options
from profiling.process import Done, Log
from profiling.progress import Progress
from tests.conftest import ROOT

LANES = next(design for design in mdp.DESIGNS if design.name == "mdp_lanes")
SWEEPS = ROOT / "bench/mdp/_sweeps.c"
#: what could go wrong in the C function: text -> what it would be instead
MISTAKES = {
    "sweeps >= rows[i].delay": "1",  # rows that are written too early
    "rows[i].best ? largest(value, at, end) : ": "",
    "first = model->settled;": "first = model->rows;",  # nothing is swept again
    "next[1] > high": "next[1] < high",
    "> tolerance)": "> tolerance / 2)",
}
NEEDS_C = pytest.mark.needs("c++")


def built(source: Path, folder: Path) -> Path:
    """Compile C as the stage does."""
    compiler = toolchain.compiler()
    assert isinstance(compiler, Tool)
    library = folder / f"{source.stem}.so"
    subprocess.run([*compiler.command, *counterpart.FLAGS, str(source), "-o", str(library)], check=True)
    return library


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(SWEEPS, tmp_path_factory.mktemp("c"))


def off(kernel: Kernel) -> float:
    """Return how far the bounds of the engine's small models are from those in plain integers, or the sweeps, at most."""
    worst = 0.0
    for seed in _offload.SEEDS:
        rows = _offload.small(seed, 31)
        exact = _rows.evaluate(rows, _offload.TOLERANCE)
        low, high, sweeps = _software.solve(kernel, rows, _offload.TOLERANCE)
        worst = max(worst, abs(low - exact.lower / 2**31), abs(high - exact.upper / 2**31), abs(sweeps - exact.sweeps))
    return worst


@NEEDS_C
def test_it_means_what_plain_integers_do_but_for_roundings(library: Path) -> None:
    assert 0 < off(Function(library)) < 1e-8


@NEEDS_C
@pytest.mark.parametrize("right", MISTAKES)
def test_a_mistake_in_it_is_caught(tmp_path: Path, right: str) -> None:
    text = SWEEPS.read_text(encoding="utf-8")
    assert text.count(right) == 1
    (tmp_path / "wrong.c").write_text(text.replace(right, MISTAKES[right]), encoding="utf-8")
    try:
        assert off(Function(built(tmp_path / "wrong.c", tmp_path))) > 1e-6
    except SuiteError as error:  # bounds that never meet
        assert "do not meet" in str(error)


@NEEDS_C
def test_the_family_judges_its_answer(library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("numba")
    target = Target("mdp", "mdp_lanes", "small")
    assert LANES.software is not None
    found = software.run(LANES.software, target, Function(library))
    assert found["status"] == "ok" and found["checked"][1] == "the family's oracle"
    assert found["source"] == "bench/mdp/_sweeps.c"
    assert {"bench/mdp/_sweeps.c", "bench/mdp/_software.py", "bench/software.py"} <= set(found["sources"])
    monkeypatch.setattr(_software, "solve", lambda kernel, rows, tolerance: (kernel.call("mdp_sweep"), 1.0, 1))
    wrong = Constant()
    assert software.run(LANES.software, target, wrong)["status"] == "wrong answer"  # type: ignore[arg-type]
    unused = Software("", SWEEPS, lambda kernel: SimpleNamespace(Battle=Knowing))
    found = software.run(unused, target, Constant())  # type: ignore[arg-type]
    assert found["status"] == "failed" and "never called its function" in found["reason"]


class Knowing:
    """A battle that needs no sweeps."""

    def evaluate(self, tolerance: float = 0.15) -> float:
        return oracle.EXPECTED[tolerance]


class Constant:
    """A function in C that does nothing and answers 0."""

    calls = 0

    def call(self, function: str, *arguments: Any) -> int:
        self.calls += 1
        return 0


@NEEDS_C
def test_the_clock_runs_only_inside_the_function(tmp_path: Path) -> None:
    source = tmp_path / "wait.c"
    source.write_text("long long count(long long to) { volatile long long i = 0; while (i < to) i++; return i; }")
    function = Function(built(source, tmp_path))
    none = function.seconds
    sum(range(100_000))
    assert none == function.seconds == 0
    assert function.call("count", ctypes.c_int64(1 << 21)) == 1 << 21 and function.calls == 1
    assert 1e-5 < function.seconds < 10


@NEEDS_C
def test_a_timed_process_tells_what_was_spent_in_c(library: Path, tmp_path: Path) -> None:
    pytest.importorskip("numba")
    output = tmp_path / "out.json"
    words = [
        "mdp/mdp_lanes@small",
        "--library",
        str(library),
        "--worker",
        "-w",
        "1",
        "-n",
        "2",
        "-l",
        "3",
        "-o",
        str(output),
    ]
    done = subprocess.run(
        [sys.executable, "-m", "bench.software", *words], cwd=ROOT, capture_output=True, text=True, check=True
    )
    lines = dict(line.split(" ", 1) for line in done.stdout.splitlines() if line.startswith(("part ", "answer ")))
    assert lines["answer"] == "0.637637254"
    part = json.loads(lines["part"])
    values = [value for run in json.loads(output.read_text())["benchmarks"][0]["runs"] for value in run["values"]]
    assert len(part) == 3 and len(values) == 2  # the warm-up is pyperf's, and one more of ours
    assert all(0 < inside < whole for inside, whole in zip(part[1:], values, strict=True))


def test_what_cannot_be_done_is_said(tmp_path: Path) -> None:
    (tmp_path / "no.so").write_text("no library")
    with pytest.raises(SuiteError, match="cannot be loaded") as caught:
        Function(tmp_path / "no.so")
    assert "invoke hardware" in caught.value.hint
    with pytest.raises(SuiteError, match="has no counterpart in C"):
        software.main(["mdp/mdp_lanes_1x32", "--library", str(tmp_path / "no.so")])


# In the stage


@pytest.fixture
def item(tmp_path: Path) -> Item:
    software = Software("in C", SWEEPS, lambda kernel: None)
    design = Design("one", "", "", "", lambda: None, lambda core: None, lambda core: None, software=software)
    item = Item("mdp", design, "full")
    for step, found in {
        "rtl": {},
        compiled.RUN: {"digest": "d"},
        counterpart.RUN: {"status": "ok", "digest": "c"},
    }.items():
        (tmp_path / step).mkdir()
        (tmp_path / step / "result.json").write_text(json.dumps(found))
        item.folders[step] = tmp_path / step
    return item


def timed(
    item: Item, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, execute: Callable[[hosts.Arm], dict[str, Any]]
) -> Any:
    """Time a design whose processes are not run: `execute` says what each would have found."""
    monkeypatch.setattr(environments, "python", lambda build: Path(sys.executable))
    monkeypatch.setattr(checking, "check", lambda job, session, interpreter: None)
    monkeypatch.setattr(hosts, "_one", lambda arm, *rest: execute(arm))
    log = Log((tmp_path / "log.txt").open("w"))
    session = Session("20260101_000000", Options(processes=3), log, Progress("test"))
    return hosts.time([item], "mdp_clean", session, tmp_path, {}, {})


def test_it_takes_part_in_every_block_with_an_answer_of_its_own(
    item: Item, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[tuple[str, str]] = []

    def execute(arm: hosts.Arm) -> dict[str, Any]:
        ran.append((arm.stage if arm.item else "baseline", arm.job.digest))
        return {"values": [0.1]}

    found = timed(item, tmp_path, monkeypatch, execute)
    assert {name: {stage: len(raw["processes"]) for stage, raw in stages.items()} for name, stages in found.items()} == {
        "": {"host": 3}, "one": {"host": 3, "software": 3}
    }  # fmt: skip
    assert ran.count(("software", "c")) == ran.count(("host", "d")) == ran.count(("baseline", "")) + 1 == 4
    for block in (ran[2:5], ran[5:8], ran[8:]):  # after one process each that tells how long an iteration takes
        assert {stage for stage, _ in block} == {"host", "software", "baseline"}


def test_what_fails_in_c_costs_the_counterpart_only(
    item: Item, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def execute(arm: hosts.Arm) -> dict[str, Any]:
        if arm.stage == counterpart.NAME:
            raise WrongAnswer("answered 0.5")
        return {"values": [0.1]}

    found = timed(item, tmp_path, monkeypatch, execute)
    assert set(found["one"]) == {"host"} and set(item.missing) == {"software"}
    assert "answered 0.5" in item.missing["software"][0]


def test_a_wrong_answer_of_it_is_never_timed(item: Item, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / counterpart.RUN / "result.json").write_text('{"status": "wrong answer", "reason": "0.5"}')
    found = timed(item, tmp_path, monkeypatch, lambda arm: {"values": [0.1]})
    assert set(found["one"]) == {"host"}


def test_its_command_and_what_its_process_says(item: Item, tmp_path: Path) -> None:
    item.folders[counterpart.BUILD] = tmp_path
    job = Job(Target("mdp", "one", "full"), None, "release", "python", None)  # type: ignore[arg-type]
    arm = hosts.Arm(job, item, counterpart.NAME)
    library = str(tmp_path / "software.so")
    assert arm.argv("-q") == ["python", "-m", "bench.software", "mdp/one@full", "--library", library, "-q"]
    told = Done(0, "part [3.0, 2.0, 1.0]\nanswer d\n", "", 0)
    assert hosts._part(arm, told, 1) == {"part": [2.0, 1.0]} and hosts._part(replace(arm, stage="host"), told, 1) == {}


def test_without_a_compiler_that_is_said_with_its_cost(item: Item, tmp_path: Path) -> None:
    lacks = Missing("no C++ compiler", "nothing is projected", "sudo apt install g++")
    there = Tool("there", ("python",))
    tools = toolchain.Toolchain(there, there, there, lacks)
    Running(Request("mdp"), [item], tools, None, None, tmp_path).counterparts()  # type: ignore[arg-type]
    assert item.missing["software"] == (
        "no C++ compiler: the design is not held against compiled C",
        "sudo apt install g++",
    )
