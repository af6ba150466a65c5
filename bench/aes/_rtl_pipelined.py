"""The pipelined core: ten rounds of AES-128 as logic, one behind the other, with a block in each stage.

Here are the rounds in a row and the wires between the parts; the parts are in the other _rtl modules.
"""

from __future__ import annotations

from typing import Any

from amaranth import Cat, Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from bench.aes._rtl_bus import BlockFifo, BusIn, BusOut, KeyStream, bus_ports
from bench.aes._rtl_iterative import connect_bus
from bench.aes._rtl_keys import ROUNDS, Counter, KeyExpansion
from bench.aes._rtl_round import BLOCK, MixColumns, ShiftRows
from bench.aes._rtl_sbox import SubBytes

STAGES = 2  #: of a round: into the S-boxes, and out of them
LATENCY = ROUNDS * STAGES + 1  #: cycles from the counter to the memory of encrypted blocks
#: of blocks: those in the rounds, and those whose place comes free as many cycles later as the memory takes
DEPTH = 32


class PipelinedRound(wiring.Component):  # type: ignore[misc]
    """One round, which holds its own round key: keys are shifted through from the last round to the first."""

    def __init__(self, style: str, final: bool) -> None:
        self.style, self.final = style, final
        inputs = {"state_in": In(BLOCK), "round_key": In(BLOCK), "shift": In(1)}
        super().__init__(inputs | {"state_out": Out(BLOCK), "next_key": Out(BLOCK)})

    def elaborate(self, _platform: Any) -> Any:
        m = Module()
        m.submodules.sub_bytes = sub = SubBytes(16, self.style, STAGES)
        m.submodules.shift_rows = shift = ShiftRows()
        key = Signal(BLOCK, reset_less=True)
        m.d.comb += [sub.state_in.eq(self.state_in), sub.enable.eq(1), shift.state_in.eq(sub.state_out)]
        mixed = shift.shifted
        if not self.final:
            m.submodules.mix_columns = mix = MixColumns()
            m.d.comb += mix.state_in.eq(shift.shifted)
            mixed = mix.state_out
        m.d.comb += [self.state_out.eq(mixed ^ key), self.next_key.eq(key)]
        with m.If(self.shift):
            m.d.sync += key.eq(self.round_key)
        return m


class Rounds(wiring.Component):  # type: ignore[misc]
    """Ten rounds in a row. A block goes in and one comes out in every cycle; nothing in here can wait."""

    def __init__(self, style: str) -> None:
        self.style = style
        inputs = {"fresh": In(BLOCK), "last_in": In(1), "valid_in": In(1), "round_key": In(BLOCK), "shift": In(1)}
        super().__init__(inputs | {"encrypted": Out(BLOCK), "last_out": Out(1), "valid_out": Out(1)})

    def elaborate(self, _platform: Any) -> Any:
        m = Module()
        rounds = [PipelinedRound(self.style, final=i == ROUNDS - 1) for i in range(ROUNDS)]
        state, key = self.fresh, self.round_key
        for i, part in enumerate(rounds):
            m.submodules[f"round_{i + 1}"] = part
            m.d.comb += [part.state_in.eq(state), part.shift.eq(self.shift)]
            state = part.state_out
        for part in reversed(rounds):
            m.d.comb += part.round_key.eq(key)
            key = part.next_key
        encrypted = Signal(BLOCK, reset_less=True)
        valid, last = Signal(LATENCY), Signal(LATENCY)
        m.d.sync += [encrypted.eq(state), valid.eq(Cat(self.valid_in, valid)), last.eq(Cat(self.last_in, last))]
        m.d.comb += [self.encrypted.eq(encrypted), self.valid_out.eq(valid[-1]), self.last_out.eq(last[-1])]
        return m


class Pipelined(wiring.Component):  # type: ignore[misc]
    """AES-128 in counter mode, a block a cycle on a bus that is as wide as a block."""

    def __init__(self, style: str, bus: int = 128) -> None:
        self.style, self.bus = style, bus
        super().__init__(bus_ports(bus))

    def elaborate(self, _platform: Any) -> Any:
        m = Module()
        m.submodules.bus_in = BusIn(self.bus, room=2)
        m.submodules.key_schedule = keys = KeyExpansion(self.bus, self.style, STAGES)
        m.submodules.counter = counter = Counter(self.bus, chains=2)
        m.submodules.rounds = rounds = Rounds(self.style)
        m.submodules.block_fifo = fifo = BlockFifo(DEPTH)
        m.submodules.key_stream = stream = KeyStream(self.bus, eager=True)
        m.submodules.bus_out = BusOut(self.bus)
        connect_bus(m, self)
        m.d.comb += [rounds.round_key.eq(keys.round_key), rounds.shift.eq(keys.shift)]
        m.d.comb += counter.take.eq(counter.valid & keys.done & fifo.room)
        m.d.comb += [rounds.fresh.eq(counter.fresh), rounds.last_in.eq(counter.last)]
        m.d.comb += [rounds.valid_in.eq(counter.take), fifo.reserve.eq(counter.take)]
        m.d.comb += [fifo.block_in.eq(rounds.encrypted), fifo.last_in.eq(rounds.last_out)]
        m.d.comb += [fifo.valid_in.eq(rounds.valid_out), stream.block.eq(fifo.block_out)]
        m.d.comb += [stream.block_last.eq(fifo.last_out), stream.block_valid.eq(fifo.valid_out)]
        m.d.comb += fifo.ready_out.eq(stream.block_ready)
        return m
