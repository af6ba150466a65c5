"""The family's accelerators: AES-128 in counter mode as an iterative and as a pipelined core, and points around them.

Which there are, with what parameters and why, is here. The logic is in the _rtl modules, which need Amaranth and are
imported when a component is made; the software's side of the bus is in _rtl_driver.py.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from types import SimpleNamespace
from typing import Any

from bench.aes import _rtl_check, _rtl_driver
from bench.hardware import Core, Design, Register

BUS = 128  #: bits of a word: a block
STREAM = "AESModeOfOperationCTR.encrypt, AES.__init__, AES.encrypt, Counter.increment"
BLOCK = "AES.encrypt"
POINT = "A point of the design space: to be compared with {}, from which it differs in its parameters only."
SBOXES = {"lut": "tables in LUTs", "bram": "tables in block RAM", "tower": "arithmetic in GF((2^4)^2)"}


def _iterative(style: str, bus: int, rounds: int, stages: int) -> Any:
    from bench.aes._rtl_iterative import Iterative  # here, because it needs Amaranth

    return Iterative(style, bus, rounds, stages)


def _pipelined(style: str, bus: int) -> Any:
    from bench.aes._rtl_pipelined import Pipelined  # here, because it needs Amaranth

    return Pipelined(style, bus)


def _registers(bus: int) -> tuple[Register, ...]:
    """Return the registers of a core; bits 4 and 5 of an offset are `in_address`."""
    words = 128 // bus
    written = "one word" if words == 1 else f"{words} words, the most significant first"
    return (
        Register(0x00, "LENGTH", 32, "W", "Blocks of the message; writing it starts the message."),
        Register(0x10, "KEY", 128, "W", f"The key, byte 0 highest: {written}. Waits while a message is under way."),
        Register(0x20, "COUNTER", 128, "W", f"The first counter block: {written}. Waits likewise; counts on and wraps."),
        Register(0x30, "DATA_IN", bus, "W", "Next word of the text, in whole blocks. Waits while the core is not ready."),
        Register(0x40, "DATA_OUT", bus, "R", "Next word of the result. Waits until there is one."),
        Register(
            0x50, "STATUS", 4, "R",
            "Bit 0: a word can be written (in_ready). Bit 1: DATA_OUT holds one (out_valid). Bit 2: it is the last of "
            "its message (out_last). Bit 3: a message is under way (busy).",
        ),
    )  # fmt: skip


def _growing(variant: Callable[[Core, int], SimpleNamespace], bus: int) -> tuple[int, int]:
    """Return the grain and the fixed bytes of a message, as _rtl_driver.py sends it: key, counter, a word of length.

    A call for each block has no grain: it is one block, whatever the text.
    """
    return (16, 2 * 16 + bus // 8) if variant is _rtl_driver.streaming else (0, 0)


def _design(
    name: str, summary: str, justification: str, component: Callable[[], Any], blocks: int, bus: int = BUS,
    variant: Callable[[Core, int], SimpleNamespace] = _rtl_driver.streaming, replaces: str = STREAM,
    point: bool = False, **parameters: int | str,
) -> Design:  # fmt: skip
    grain, fixed = _growing(variant, bus)
    return Design(
        name=name, summary=summary, replaces=replaces, justification=justification, component=component,
        variant=lambda core: variant(core, bus), check=partial(_rtl_check.check, bus=bus, long=blocks, variant=variant),
        registers=_registers(bus), parameters=parameters | {"bus": bus}, point=point, grain=grain, fixed=fixed,
    )  # fmt: skip


def _ring(
    name: str, style: str, summary: str = "", justification: str = "", bus: int = BUS, rounds: int = 1,
    stages: int = 1, point: bool = True, **others: Any,
) -> Design:  # fmt: skip
    """Return an iterative core."""
    summary = summary or f"{rounds} round{'s' * (rounds > 1)} a cycle, S-boxes as {SBOXES[style]}, a bus of {bus} bits."
    justification = justification or POINT.format("aes_iterative")
    component = partial(_iterative, style, bus, rounds, stages)
    return _design(
        name, summary, justification, component, 24 * rounds, bus, point=point, sbox=style, rounds_per_cycle=rounds,
        blocks_in_flight=stages, **others,
    )  # fmt: skip


DESIGNS = (
    _ring(
        "aes_iterative", "lut", point=False,
        summary="One AES round in hardware, gone through ten times for a block, with key schedule and counter mode.",
        justification="The whole message is handed over at once, since a call for each block leaves the counting, "
        "joining and xoring of its bytes to Python. One round is the least logic that makes a block in ten cycles: the "
        "key schedule runs beside it and costs no cycle, and the next counter block enters in the cycle in which one "
        "leaves. The key and the first counter cross the bus once, and from then on only text does.",
    ),
    _design(
        "aes_pipelined", component=partial(_pipelined, "bram", BUS), blocks=64, sbox="bram", rounds_per_cycle=10,
        blocks_in_flight=21,
        summary="All ten rounds in hardware, a block in each of 21 stages, with key expansion and counter mode.",
        justification="Blocks of counter mode do not depend on each other, so a new one can enter in every cycle. The "
        "160 S-boxes of the rounds are in block RAM. A round is cut behind its S-boxes, so that reading "
        "and mixing are not in one cycle. Rounds never wait; "
        "encrypted counter blocks are kept in a memory of 32, and a block enters only if it has a place there.",
    ),
    _ring(
        "aes_iterative_block", "lut", point=False, variant=_rtl_driver.block_by_block, replaces=BLOCK,
        summary="The iterative core, called for each block by pyaes' own counter mode.",
        justification="The hottest function of the profile alone, with the same component: what remains in Python "
        "bounds the gain, whatever the core does. It is here for comparison with the offload of whole messages.",
    ),
    _ring("aes_iterative_tower", "tower"),
    _ring("aes_iterative_bram", "bram"),
    _ring(
        "aes_interleaved_bram", "bram", stages=2,
        summary="1 round a cycle for two blocks that take turns, S-boxes as tables in block RAM with a register behind.",
    ),
    _ring("aes_iterative_bus32", "lut", bus=32),
    _ring("aes_two_rounds", "lut", rounds=2),
)  # fmt: skip
