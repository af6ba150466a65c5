"""Where results go: back into the value banks, to what watches the bounds of the initial state, and out as the answer."""

from __future__ import annotations

from typing import Any

from amaranth import Const, Module, Mux, Signal
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from bench.mdp._shape import Shape
from bench.mdp._wires import bus_layout, result_layout


class WriteBack(wiring.Component):  # type: ignore[misc]
    """Puts results on the buses to the value banks, and counts their addresses; loads the banks before a run."""

    def __init__(self, shape: Shape, bus: int, address: int) -> None:
        self.shape = shape
        super().__init__(
            {
                "results": In(data.ArrayLayout(result_layout(shape), shape.lanes)),
                "age": In(2),
                "start": In(1),
                "again": In(1),
                "base": In(shape.address),
                "word": In(bus),
                "address": In(address),
                "to_lower": In(1),
                "to_upper": In(1),
                "fill": In(1),
                "buses": Out(data.ArrayLayout(bus_layout(shape), shape.buses)),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        shape = self.shape
        for number in range(shape.buses):
            bus, following = self.buses[number], Signal(len(self.buses[number].index), name=f"following_{number}")
            mine = [self.results[lane] for lane in range(number, shape.lanes, shape.buses)]
            valid = _any(result.valid for result in mine)
            written = _any(result.valid & (result.delay <= self.age) for result in mine)
            chosen = self.address[: shape.bank] == number if shape.bank else Const(1)
            m.d.sync += [bus.write_lower.eq(written), bus.write_upper.eq(written), bus.index.eq(following)]
            m.d.sync += bus.fill.eq(self.fill)
            m.d.sync += bus.lower.eq(_any(Mux(result.valid, result.lower, 0) for result in mine))
            m.d.sync += bus.upper.eq(_any(Mux(result.valid, result.upper, 0) for result in mine))
            with m.If(valid):
                m.d.sync += following.eq(following + 1)
            with m.If(self.again):
                m.d.sync += following.eq(0)
            with m.If(self.start):
                m.d.sync += following.eq(self.base)
            with m.If(self.fill):
                m.d.sync += [bus.write_lower.eq(1), bus.write_upper.eq(1), bus.index.eq(self.address)]
                m.d.sync += [bus.lower.eq(0), bus.upper.eq(1 << shape.fraction)]
            with m.If((self.to_lower | self.to_upper) & chosen):
                m.d.sync += [bus.write_lower.eq(self.to_lower), bus.write_upper.eq(self.to_upper)]
                m.d.sync += [bus.index.eq(self.address[shape.bank :]), bus.lower.eq(self.word), bus.upper.eq(self.word)]
        return m


def _any(signals: Any) -> Any:
    total = None
    for signal in signals:
        total = signal if total is None else total | signal
    return total


class Monitor(wiring.Component):  # type: ignore[misc]
    """Keeps the bounds of the initial state, and says whether they are within the tolerance."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        super().__init__(
            {
                "buses": In(data.ArrayLayout(bus_layout(shape), shape.buses)),
                "start": In(1),
                "root": In(shape.address),
                "within": In(shape.fraction + 1),
                "lower": Out(shape.fraction + 1),
                "upper": Out(shape.fraction + 1),
                "met": Out(1),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        gap = Signal(self.shape.fraction + 1)
        bank_bits = self.shape.bank
        m.d.sync += [gap.eq(self.upper - self.lower), self.met.eq(gap <= self.within)]
        for number in range(self.shape.buses):
            bus = self.buses[number]
            here = self.root[:bank_bits] == number if bank_bits else Const(1)
            with m.If(bus.write_lower & bus.write_upper & here & (bus.index == self.root[bank_bits:])):
                m.d.sync += [self.lower.eq(bus.lower), self.upper.eq(bus.upper)]
        with m.If(self.start):
            m.d.sync += [self.lower.eq(0), self.upper.eq(1 << self.shape.fraction)]
        return m


class Answer(wiring.Component):  # type: ignore[misc]
    """Sends lower bound, upper bound and sweeps, and holds each until it is taken."""

    def __init__(self, shape: Shape, bus: int) -> None:
        super().__init__(
            {
                "done": In(1),
                "lower": In(shape.fraction + 1),
                "upper": In(shape.fraction + 1),
                "sweeps": In(32),
                "out_data": Out(bus),
                "out_valid": Out(1),
                "out_ready": In(1),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        words = (self.lower, self.upper, self.sweeps)
        left = Signal(range(len(words) + 1))
        m.d.comb += self.out_valid.eq(left != 0)
        with m.Switch(left):
            for number, word in enumerate(words):
                with m.Case(len(words) - number):
                    m.d.comb += self.out_data.eq(word)
        with m.If(self.done):
            m.d.sync += left.eq(len(words))
        with m.Elif(self.out_valid & self.out_ready):
            m.d.sync += left.eq(left - 1)
        return m
