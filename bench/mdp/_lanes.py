"""The parts of the engine that are there once a lane: memories, multipliers, sums. How they are joined is in _engine.py.

Every lane has a copy of all values, so that lanes never compete for a read; what one lane writes is written to all. The
memories are block RAM with one port to read and one to write.
"""

from __future__ import annotations

from typing import Any

from amaranth import Cat, Module, Mux, Signal
from amaranth.lib import data, memory, wiring
from amaranth.lib.wiring import In, Out

from bench.mdp._shape import FLAGS, Shape

CHUNK = 18  #: bits of an operand of a multiplier block
BLOCK = {"ram_style": "block"}


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
    """A write to a bank: in all copies at once."""
    bits = shape.fraction + 1
    return data.StructLayout({"write_lower": 1, "write_upper": 1, "index": shape.index, "lower": bits, "upper": bits})


def delayed(m: Module, signal: Any, cycles: int) -> Any:
    """Return what a signal was so many cycles ago."""
    for _ in range(cycles):
        later = Signal.like(signal)
        m.d.sync += later.eq(signal)
        signal = later
    return signal


class ProgramMemory(wiring.Component):  # type: ignore[misc]
    """The edges of every lane, in the order in which it reads them."""

    def __init__(self, shape: Shape, bus: int, address: int) -> None:
        self.shape = shape
        super().__init__(
            {
                "cycle": In((shape.edges - 1).bit_length()),
                "running": In(1),
                "word": In(bus),
                "address": In(address),
                "load": In(shape.lanes),
                "edges": Out(data.ArrayLayout(edge_layout(shape), shape.lanes)),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        running = delayed(m, self.running, 1)
        for lane in range(self.shape.lanes):
            words = memory.Memory(shape=self.shape.word, depth=self.shape.edges, init=[], attrs=BLOCK)
            m.submodules[f"lane_{lane}"] = words
            read, write, edge = words.read_port(), words.write_port(), self.edges[lane]
            m.d.comb += [read.addr.eq(self.cycle), write.addr.eq(self.address), write.data.eq(self.word)]
            m.d.comb += write.en.eq(self.load[lane])
            m.d.sync += [edge.as_value().eq(read.data), edge.valid.eq(read.data[0] & running)]
        return m


class WeightTable(wiring.Component):  # type: ignore[misc]
    """The different weights, once for every lane, since each reads another one in a cycle."""

    def __init__(self, shape: Shape, bus: int, address: int) -> None:
        self.shape = shape
        super().__init__(
            {
                "edges": In(data.ArrayLayout(edge_layout(shape), shape.lanes)),
                "word": In(bus),
                "address": In(address),
                "load": In(1),
                "weights": Out(data.ArrayLayout(shape.fraction + 1, shape.lanes)),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        for lane in range(self.shape.lanes):
            table = memory.Memory(shape=self.shape.fraction + 1, depth=self.shape.weights, init=[], attrs=BLOCK)
            m.submodules[f"lane_{lane}"] = table
            read, write = table.read_port(), table.write_port()
            m.d.comb += [read.addr.eq(self.edges[lane].weight), write.addr.eq(self.address)]
            m.d.comb += [write.data.eq(self.word), write.en.eq(self.load)]
            m.d.sync += self.weights[lane].eq(read.data)
        return m


class ValueBanks(wiring.Component):  # type: ignore[misc]
    """The bounds of all values, in a bank for every bus; a copy for every lane."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        super().__init__(
            {
                "edges": In(data.ArrayLayout(edge_layout(shape), shape.lanes)),
                "buses": In(data.ArrayLayout(bus_layout(shape), shape.buses)),
                "operands": Out(data.ArrayLayout(operand_layout(shape), shape.lanes)),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m, shape = Module(), self.shape
        for lane in range(shape.lanes):
            address = self.edges[lane].address
            bank = delayed(m, address[: shape.bank], 1)
            for bound in ("lower", "upper"):
                found = []
                for number in range(shape.buses):
                    kept = memory.Memory(shape=shape.fraction + 1, depth=shape.values, init=[], attrs=BLOCK)
                    m.submodules[f"{bound}_{lane}_{number}"] = kept
                    read, write, bus = kept.read_port(), kept.write_port(), self.buses[number]
                    m.d.comb += [read.addr.eq(address[shape.bank :]), write.addr.eq(bus.index)]
                    m.d.comb += [write.data.eq(bus[bound]), write.en.eq(bus[f"write_{bound}"])]
                    found.append(read.data)
                with m.Switch(bank):
                    for number in range(shape.buses):
                        with m.Case(number) if shape.buses > 1 else m.Default():
                            m.d.sync += self.operands[lane][bound].eq(found[number])
        return m


class Bound(wiring.Component):  # type: ignore[misc]
    """Multiplies and adds, or takes the larger, for one bound of one lane."""

    def __init__(self, fraction: int) -> None:
        self.fraction = fraction
        super().__init__(
            {
                "value": In(fraction + 1),
                "weight": In(fraction + 1),
                "valid": In(1),  # of the edge whose product is being added
                "last": In(1),
                "best": In(1),
                "result": Out(fraction + 1),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m, bits = Module(), self.fraction + 1
        product, value = self.product(m), delayed(m, self.value, 3)
        total, largest = Signal(2 * bits), Signal(bits)
        added, larger = Signal(2 * bits), Signal(bits)
        fresh = Signal(init=1)
        half = 1 << self.fraction >> 1
        m.d.comb += added.eq(Mux(fresh, half, total) + product)
        m.d.comb += larger.eq(Mux(~fresh & (largest > value), largest, value))
        with m.If(self.valid):
            m.d.sync += [total.eq(added), largest.eq(larger), fresh.eq(self.last)]
        m.d.sync += self.result.eq(Mux(delayed(m, self.best, 1), largest, total[self.fraction :]))
        return m

    def product(self, m: Module) -> Any:
        """Return the product, three cycles late: products of chunks, then their sums."""
        x, y = ((signal[:CHUNK], signal[CHUNK:]) for signal in (self.value, self.weight))
        bits = self.fraction + 1
        if bits <= CHUNK:
            return delayed(m, self.registered(m, x[0] * y[0]), 2)
        low, high = self.registered(m, x[0] * y[0]), self.registered(m, x[1] * y[1])
        cross = self.registered(m, self.registered(m, x[0] * y[1]) + self.registered(m, x[1] * y[0]))
        outer = self.registered(m, Cat(low, high))
        return self.registered(m, (outer + (cross << CHUNK))[: 2 * bits])

    def registered(self, m: Module, expression: Any) -> Any:
        later = Signal(len(expression))
        m.d.sync += later.eq(expression)
        return later


class Arithmetic(wiring.Component):  # type: ignore[misc]
    """Both bounds of all lanes."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        super().__init__(
            {
                "edges": In(data.ArrayLayout(edge_layout(shape), shape.lanes)),
                "operands": In(data.ArrayLayout(operand_layout(shape), shape.lanes)),
                "weights": In(data.ArrayLayout(shape.fraction + 1, shape.lanes)),
                "results": Out(data.ArrayLayout(result_layout(shape), shape.lanes)),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        for lane in range(self.shape.lanes):
            edge, result = self.edges[lane], self.results[lane]
            flags = delayed(m, Cat(edge.valid, edge.last, edge.best, edge.delay), 5)
            valid, last, best, delay = flags[0], flags[1], flags[2], flags[3:]
            m.d.comb += Cat(result.valid, result.delay).eq(delayed(m, Cat(valid & last, delay), 2))
            for name in ("lower", "upper"):
                bound = Bound(self.shape.fraction)
                m.submodules[f"{name}_{lane}"] = bound
                m.d.comb += [bound.value.eq(self.operands[lane][name]), bound.weight.eq(self.weights[lane])]
                m.d.comb += [bound.valid.eq(valid), bound.last.eq(last), bound.best.eq(best)]
                m.d.comb += result[name].eq(bound.result)
        return m
