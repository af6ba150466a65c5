"""Makes a hardware study by hand, beside the study of synthetic.py: two accelerators, points of a design space, gaps.

Nothing here was simulated or placed, so tests know every answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from bench.hardware import Baseline, HardwareStudy, Part, Port, Register, Result, Timing, Wire
from reporting import codesign, statistics
from reporting.compare import compare
from reporting.evidence import Evidence
from reporting.model import accelerators
from reporting.model.accelerators import Accelerators
from tests import synthetic
from tests.synthetic import HOST, PROCESSES, SECONDS, noisy

STAMP = "20260102_000000"
AREA = {"LUT4": 4205, "FF": 782, "BRAM": 0, "DSP": 0}
AVAILABLE = {"LUT4": 83640, "FF": 83640, "BRAM": 208, "DSP": 156}
PINS = (
    Port("bus_valid", "in", 1), Port("bus_data", "in", 32), Port("out_ready", "in", 1),
    Port("bus_ready", "out", 1), Port("out_valid", "out", 1), Port("out_data", "out", 32),
)  # fmt: skip
PARTS = (
    Part("", PINS),
    Part("control", (), {"LUT4": 120, "FF": 40}),
    Part("key_schedule", (), {"LUT4": 640, "FF": 140, "BRAM": 2}),
    Part("round", (), {"LUT4": 2900, "FF": 260}),
    Part("counter", (), {"LUT4": 130, "FF": 128}),
    Part("mixer", (), {"LUT4": 128}),
    Part("out_fifo", (), {"LUT4": 60, "FF": 40}),
)
WIRES = (
    Wire("", "control", 33, "bus"), Wire("control", "", 1, "bus_ready"), Wire("control", "key_schedule", 130, "key"),
    Wire("control", "counter", 129, "start"), Wire("control", "round", 2, "go"), Wire("round", "control", 1, "done"),
    Wire("key_schedule", "round", 128, "round_key"), Wire("counter", "round", 128, "block"),
    Wire("round", "mixer", 128, "stream"), Wire("", "mixer", 32, "text"), Wire("mixer", "out_fifo", 32, "mixed"),
    Wire("out_fifo", "mixer", 1, "ready"), Wire("control", "out_fifo", 1, "flush"), Wire("out_fifo", "", 33, "out"),
    Wire("", "out_fifo", 1, "out_ready"),
)  # fmt: skip
REGISTERS = (
    Register(4, "STATUS", 1, "R", "1 while it works"),
    Register(0, "CONTROL", 2, "RW", "bit 0 starts it, bit 1 flushes its queue"),
    Register(16, "KEY", 128, "W", "the key, in four words"),
)


def quick() -> Iterator[None]:
    """Let projections too come from few draws while a fixture of a test module lasts: no answer hangs on their ends."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(codesign.project, "__defaults__", (500, statistics.SEED, codesign.SAME))
        yield from synthetic.quick()


def result(name: str, cycles: int, mhz: float, lut: int, *, calls: int = 2, point: bool = False) -> Result:
    """Return a design that encrypts the synthetic study's 46,000 bytes in so many cycles."""
    return Result(
        name=name, summary=f"What {name} is, in a sentence.", replaces="AES.encrypt", point=point,
        justification="It takes nearly all of the time, and needs no memory of its own.",
        parameters={"style": name.rpartition("_")[2], "unroll": 1}, registers=() if point else REGISTERS,
        source="bench/aes/hardware.py", rtl="ab" * 32, checked=() if point else ("FIPS-197, appendix C", "46,000 bytes"),
        simulator="CXXRTL", cycles=cycles, calls=calls, sent=46_040, received=46_000,
        grain=16 if calls == 2 else 0, fixed=20 if calls == 2 else 0, area=AREA | {"LUT4": lut},
        available=AVAILABLE, device="ECP5-85k, CABGA756",
        clocks={"6": (mhz * 0.98, mhz, mhz * 1.02)} | ({} if point else {"8": (mhz * 1.3, mhz * 1.31)}),
        baseline=noisy(SECONDS["release"], PROCESSES, f"base{name}"),
        host=noisy(SECONDS["release"] / 400, PROCESSES, f"host{name}", 0.01),
        parts=() if point else PARTS, wires=() if point else WIRES,
        tools={"rtl": "Amaranth 0.5.10", "simulate": "CXXRTL", "synthesise": "Yosys 0.70", "place": "nextpnr-ecp5 0.11"},
    )  # fmt: skip


def study() -> HardwareStudy:
    """Return two designs, a space around them, a point with a wrong answer, and one that was not placed."""
    wrong = replace(result("aes_short", 0, 110.0, 3000, point=True), missing={
        "simulate": ("wrong answer: block 3 differs from FIPS-197", "mend bench/aes/hardware.py"),
    })  # fmt: skip
    unplaced = replace(
        result("aes_wide", 3000, 80.0, 0, point=True), area={}, clocks={},
        missing={"place": ("nextpnr-ecp5 is not installed", "pip install --group hardware")},
    )  # fmt: skip
    results = (
        result("aes_iterative", 31_636, 95.9, 4205),
        result("aes_pipelined", 2_898, 92.0, 14_020, calls=2_876),
        result("aes_half", 60_000, 120.0, 2_500, point=True),
        result("aes_double", 16_000, 90.0, 7_900, point=True),
        result("aes_poor", 64_000, 70.0, 9_000, point=True),
        wrong, unplaced,
    )  # fmt: skip
    timing = Timing(tuple(range(PROCESSES)), tuple((value,) for value in results[0].baseline))
    beside = Baseline(timing, HOST, synthetic.interpreter("release"))
    return HardwareStudy(
        "aes", STAMP, "full", results, HOST, {"version": "3.11.2"}, "0123456789ab", 321.0, baseline=beside
    )


def evidence() -> Evidence:
    """Return the synthetic study with accelerators."""
    return replace(synthetic.evidence(), hardware=study())


def accelerators_of(found: Evidence) -> Accelerators:
    """Return what a report works out of the accelerators in this evidence."""
    read = accelerators.read(found, compare(found, "release"))
    assert read is not None
    return read
