"""The parts of the engine that are there once a lane: memories, multipliers, sums. How they are joined is in _engine.py.

Every lane has a copy of all values, so that lanes never compete for a read; what one lane writes is written to all. The
memories are block RAM with one port to read and one to write.
"""

from __future__ import annotations

from typing import Any

from amaranth import Array, Cat, Module, Mux, Signal
from amaranth.lib import data, memory, wiring
from amaranth.lib.wiring import In, Out

from bench.mdp._shape import FLAGS, Shape

CHUNK = 18  #: bits of an operand of a multiplier block
BLOCK = {"ram_style": "block"}
WIDE, NARROW = 1024, 2048  #: words of a block of 18 and of 9 bits: of these a memory is made


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


class BlockMemory(wiring.Component):  # type: ignore[misc]
    """A memory of block RAM, each block with a register behind it: a block takes long to answer, and so does choosing.

    What is read comes three cycles after its address.
    """

    def __init__(self, bits: int, depth: int, block: int) -> None:
        self.bits, self.depth, self.block = bits, depth, min(block, depth)
        address = (depth - 1).bit_length()
        super().__init__(
            {
                "read_address": In(address),
                "read_data": Out(bits),
                "write_address": In(address),
                "write_data": In(bits),
                "write": In(1),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        split = (self.block - 1).bit_length()
        blocks = range(-(-self.depth // self.block))
        found = []
        for number in blocks:
            rows = min(self.block, self.depth - number * self.block)
            kept = memory.Memory(shape=self.bits, depth=rows, init=[], attrs=BLOCK)
            m.submodules[f"block_{number}"] = kept
            read, write = kept.read_port(), kept.write_port()
            m.d.comb += [read.addr.eq(self.read_address[:split]), write.addr.eq(self.write_address[:split])]
            m.d.comb += [
                write.data.eq(self.write_data),
                write.en.eq(self.write & (self.write_address[split:] == number)),
            ]
            found.append(delayed(m, read.data, 1))
        m.d.sync += self.read_data.eq(Array(found)[delayed(m, self.read_address[split:], 2)])
        return m


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
        running = delayed(m, self.running, 3)
        for lane in range(self.shape.lanes):
            words, edge = BlockMemory(self.shape.word, self.shape.edges, NARROW), self.edges[lane]
            m.submodules[f"lane_{lane}"] = words
            m.d.comb += [words.read_address.eq(self.cycle), words.write_address.eq(self.address)]
            m.d.comb += [words.write_data.eq(self.word), words.write.eq(self.load[lane])]
            m.d.comb += [edge.as_value().eq(words.read_data), edge.valid.eq(words.read_data[0] & running)]
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
            table = BlockMemory(self.shape.fraction + 1, self.shape.weights, WIDE)
            m.submodules[f"lane_{lane}"] = table
            m.d.comb += [table.read_address.eq(self.edges[lane].weight), table.write_address.eq(self.address)]
            m.d.comb += [table.write_data.eq(self.word), table.write.eq(self.load)]
            m.d.comb += self.weights[lane].eq(table.read_data)
        return m


class Banks(wiring.Component):  # type: ignore[misc]
    """One copy of one bound of all values. What is read comes three cycles after its address, as from a BlockMemory."""

    def __init__(self, shape: Shape) -> None:
        self.shape, bits = shape, shape.fraction + 1
        write = data.StructLayout({"valid": 1, "index": shape.index, "value": bits})
        super().__init__(
            {
                "address": In(shape.address),
                "writes": In(data.ArrayLayout(write, shape.buses)),
                "value": Out(bits),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m, shape = Module(), self.shape
        split = min((WIDE - 1).bit_length(), shape.index)
        found = []
        for first in range(0, shape.values, WIDE):
            for bank in range(shape.buses):
                rows, write = min(WIDE, shape.values - first), self.writes[bank]
                kept = memory.Memory(shape=shape.fraction + 1, depth=rows, init=[], attrs=BLOCK)
                m.submodules[f"bank_{bank}_{first}"] = kept
                port, into = kept.read_port(), kept.write_port()
                m.d.comb += [
                    port.addr.eq(self.address[shape.bank :]),
                    into.addr.eq(write.index),
                    into.data.eq(write.value),
                ]
                m.d.comb += into.en.eq(write.valid & (write.index[split:] == first >> split))
                found.append(delayed(m, port.data, 1))
        choice = Cat(self.address[: shape.bank], self.address[shape.bank + split :])
        m.d.sync += self.value.eq(Array(found)[delayed(m, choice, 2)])
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
            for bound in ("lower", "upper"):
                banks = Banks(shape)
                m.submodules[f"{bound}_{lane}"] = banks
                m.d.comb += [banks.address.eq(address), self.operands[lane][bound].eq(banks.value)]
                for number in range(shape.buses):
                    bus, write = self.buses[number], banks.writes[number]
                    m.d.comb += [write.index.eq(bus.index), write.value.eq(bus[bound])]
                    m.d.comb += write.valid.eq(bus[f"write_{bound}"])
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
        m.d.comb += added.eq(Mux(fresh, self.rounding, total) + product)
        m.d.comb += larger.eq(Mux(~fresh & (largest > value), largest, value))
        with m.If(self.valid):
            m.d.sync += [total.eq(added), largest.eq(larger), fresh.eq(self.last)]
        m.d.sync += self.result.eq(Mux(delayed(m, self.best, 1), largest, total[self.fraction :]))
        return m

    @property
    def rounding(self) -> int:
        """What a sum begins with, so that cutting it off rounds it, halves up."""
        return 1 << self.fraction >> 1

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
            flags = delayed(m, Cat(edge.valid, edge.last, edge.best, edge.delay), 6)
            valid, last, best, delay = flags[0], flags[1], flags[2], flags[3:]
            m.d.comb += Cat(result.valid, result.delay).eq(delayed(m, Cat(valid & last, delay), 2))
            for name in ("lower", "upper"):
                bound = Bound(self.shape.fraction)
                m.submodules[f"{name}_{lane}"] = bound
                m.d.comb += [bound.value.eq(self.operands[lane][name]), bound.weight.eq(self.weights[lane])]
                m.d.comb += [bound.valid.eq(valid), bound.last.eq(last), bound.best.eq(best)]
                m.d.comb += result[name].eq(bound.result)
        return m
