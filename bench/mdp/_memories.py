"""The memories of the engine: program, weights, and the bounds of all values.

Every lane has a copy of weights and values, so that lanes never compete for a read; what one lane writes is written to
all copies. Memories are block RAM with one port to read and one to write.
"""

from __future__ import annotations

from typing import Any

from amaranth import Array, Cat, Module, Signal
from amaranth.lib import data, memory, wiring
from amaranth.lib.wiring import In, Out

from bench.mdp._shape import ROWS, Shape
from bench.mdp._wires import bus_layout, delayed, edge_layout, operand_layout

#: of a memory: made of block RAM, and without the registers and multiplexers that yosys adds lest a word differs that is
#: read in the cycle in which it is written. No such word is used here: _list_schedule.py, and Loader in _control.py
BLOCK = {"ram_style": "block", "no_rw_check": 1}
NARROW = 2048  #: words of a block of RAM that is 9 bits wide


def block_ram(m: Module, name: str, bits: int, rows: int) -> tuple[Any, Any, Any]:
    """Add a block of RAM; return the address that it reads, what it reads there two cycles later, and its port to write.

    Its own register is written apart: yosys takes both for one port, and only then heeds `no_rw_check`.
    """
    kept = memory.Memory(shape=bits, depth=rows, init=[], attrs=BLOCK)
    m.submodules[name] = kept
    read, answer = kept.read_port(domain="comb"), Signal(bits, name=f"answer_{name}", reset_less=True)
    m.d.sync += answer.eq(read.data)
    return read.addr, delayed(m, answer, 1), kept.write_port()


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
            read, answer, write = block_ram(m, f"block_{number}", self.bits, rows)
            m.d.comb += [read.eq(self.read_address[:split]), write.addr.eq(self.write_address[:split])]
            m.d.comb += [
                write.data.eq(self.write_data),
                write.en.eq(self.write & (self.write_address[split:] == number)),
            ]
            found.append(answer)
        m.d.sync += self.read_data.eq(Array(found)[delayed(m, self.read_address[split:], 2)])
        return m


class ProgramMemory(wiring.Component):  # type: ignore[misc]
    """The edges of every lane, in the order in which it reads them; they are loaded cycle by cycle, lane by lane."""

    def __init__(self, shape: Shape, bus: int, address: int) -> None:
        self.shape = shape
        super().__init__(
            {
                "cycle": In((shape.edges - 1).bit_length()),
                "running": In(1),
                "word": In(bus),
                "address": In(address),
                "load": In(1),
                "edges": Out(data.ArrayLayout(edge_layout(shape), shape.lanes)),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        running, split = delayed(m, self.running, 3), self.shape.lane
        for lane in range(self.shape.lanes):
            words, edge = BlockMemory(self.shape.word, self.shape.edges, NARROW), self.edges[lane]
            m.submodules[f"lane_{lane}"] = words
            m.d.comb += [words.read_address.eq(self.cycle), words.write_address.eq(self.address >> split)]
            m.d.comb += [words.write_data.eq(self.word), words.write.eq(self.load & (self.address[:split] == lane))]
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
            table = BlockMemory(self.shape.fraction + 1, self.shape.weights, ROWS)
            m.submodules[f"lane_{lane}"] = table
            m.d.comb += [table.read_address.eq(self.edges[lane].weight), table.write_address.eq(self.address)]
            m.d.comb += [table.write_data.eq(self.word), table.write.eq(self.load)]
            m.d.comb += self.weights[lane].eq(table.read_data)
        return m


class Banks(wiring.Component):  # type: ignore[misc]
    """One copy of one bound of all values. What is read comes three cycles after its address, as from a BlockMemory."""

    def __init__(self, shape: Shape) -> None:
        self.shape, bits = shape, shape.fraction + 1
        write = data.StructLayout({"valid": 1, "fill": 1, "index": shape.index, "value": bits})
        super().__init__(
            {
                "address": In(shape.address),
                "writes": In(data.ArrayLayout(write, shape.buses)),
                "value": Out(bits),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m, shape = Module(), self.shape
        split = (shape.block - 1).bit_length()
        found = []
        for first in range(0, shape.values, shape.block):
            for bank in range(shape.buses):
                rows, write = min(shape.block, shape.values - first), self.writes[bank]
                read, answer, into = block_ram(m, f"bank_{bank}_{first}", shape.fraction + 1, rows)
                m.d.comb += [
                    read.eq(self.address[shape.bank :]),
                    into.addr.eq(write.index),
                    into.data.eq(write.value),
                ]
                m.d.comb += into.en.eq(write.valid & (write.fill | (write.index[split:] == first >> split)))
                found.append(answer)
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
                    m.d.comb += [write.index.eq(bus.index), write.value.eq(bus[bound]), write.fill.eq(bus.fill)]
                    m.d.comb += write.valid.eq(bus[f"write_{bound}"])
        return m
