"""The wires between the parts of the engine: their layouts, and registers behind them."""

from __future__ import annotations

from typing import Any

from amaranth import Module, Signal
from amaranth.lib import data

from bench.mdp._shape import FLAGS, Shape


def settings_layout(shape: Shape) -> data.StructLayout:
    """What a run needs to know beside the memories; written in this order from address 0 on."""
    cycle = (shape.edges - 1).bit_length()
    return data.StructLayout(
        {"root": shape.address, "within": shape.fraction + 1, "base": shape.address, "loop": cycle, "last": cycle}
    )


def edge_layout(shape: Shape) -> data.StructLayout:
    """An edge as the program memory holds it; _schedule.write_words writes it."""
    flags = {"valid": 1, "last": 1, "best": 1, "delay": FLAGS - 3}
    return data.StructLayout(flags | {"address": shape.address, "weight": shape.weight})


def operand_layout(shape: Shape) -> data.StructLayout:
    """The two bounds of a value."""
    return data.StructLayout({"lower": shape.fraction + 1, "upper": shape.fraction + 1})


def result_layout(shape: Shape) -> data.StructLayout:
    """The value of a row."""
    bits = shape.fraction + 1
    return data.StructLayout({"valid": 1, "delay": 2, "lower": bits, "upper": bits})


def bus_layout(shape: Shape) -> data.StructLayout:
    """A write to a bank: in all copies at once, and in every block of RAM of them where it fills."""
    bits = shape.fraction + 1
    flags = {"write_lower": 1, "write_upper": 1, "fill": 1}
    return data.StructLayout(flags | {"index": shape.index, "lower": bits, "upper": bits})


def delayed(m: Module, signal: Any, cycles: int) -> Any:
    """Return what a signal was so many cycles ago."""
    for _ in range(cycles):
        later = Signal.like(signal)
        m.d.sync += later.eq(signal)
        signal = later
    return signal
