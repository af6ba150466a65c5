"""The bus of the cores as logic: words in with a register number, words out, and the key stream between them.

Both sides are streams: a word crosses in a cycle in which `valid` and `ready` are high. A message is the words of KEY
and COUNTER, one of LENGTH, then those of its text, in whole blocks; KEY, COUNTER and LENGTH wait until the message
before is through, and KEY and COUNTER may be left out where they are still right. How blocks are encrypted is not here.
"""

from __future__ import annotations

from typing import Any

from amaranth import Cat, Module, Mux, Signal
from amaranth.lib import memory, wiring
from amaranth.lib.wiring import In, Out

from bench.aes._rtl_round import BLOCK

LENGTH, KEY, COUNTER, TEXT = range(4)  #: what a word is for: bits 4 and 5 of a register's offset in bytes
WIDTHS = 32, 64, 128  #: of a word, in bits


def bus_ports(bus: int) -> dict[str, Any]:
    """Return the ports of a core, which its pins are: `in_address` says which register a word is for."""
    if bus not in WIDTHS:
        raise ValueError(f"a bus has 32, 64 or 128 bits, not {bus}")
    inwards = {"in_data": In(bus), "in_address": In(2), "in_valid": In(1), "in_ready": Out(1)}
    outwards = {"out_data": Out(bus), "out_last": Out(1), "out_valid": Out(1), "out_ready": In(1)}
    return inwards | outwards | {"busy": Out(1)}


class BusIn(wiring.Component):  # type: ignore[misc]
    """Words from the bus behind a register, taken apart by what they are for.

    With room for two words, one can come in every cycle although `in_ready` is a register; with room for one, every
    other cycle.
    """

    def __init__(self, bus: int, room: int) -> None:
        self.bus, self.room = bus, room
        ports = {name: port for name, port in bus_ports(bus).items() if name.startswith("in_")}
        strobes = dict.fromkeys(("write_key", "write_counter", "start", "text_valid"), Out(1))
        super().__init__(ports | {"hold": In(1), "word": Out(bus), "text_ready": In(1)} | strobes)

    def elaborate(self, _platform: Any) -> Any:
        m = Module()
        address, valid, taken = Signal(2), Signal(), Signal()
        word = Signal(self.bus, reset_less=True)
        m.d.comb += self.word.eq(word)
        for strobe, number in ((self.start, LENGTH), (self.write_key, KEY), (self.write_counter, COUNTER)):
            m.d.comb += strobe.eq(valid & (address == number) & ~self.hold)
        m.d.comb += self.text_valid.eq(valid & (address == TEXT))
        m.d.comb += taken.eq(Mux(address == TEXT, self.text_ready, ~self.hold))
        (self._two_words if self.room == 2 else self._one_word)(m, Cat(word, address), valid, taken)
        return m

    def _one_word(self, m: Any, head: Any, valid: Any, taken: Any) -> None:
        m.d.comb += self.in_ready.eq(~valid)
        with m.If(~valid):
            m.d.sync += [head.eq(Cat(self.in_data, self.in_address)), valid.eq(self.in_valid)]
        with m.Elif(taken):
            m.d.sync += valid.eq(0)

    def _two_words(self, m: Any, head: Any, valid: Any, taken: Any) -> None:
        spare, spare_valid = Signal(len(head), reset_less=True), Signal()
        arriving = Cat(self.in_data, self.in_address)
        m.d.comb += self.in_ready.eq(~spare_valid)
        with m.If(~spare_valid):
            m.d.sync += spare.eq(arriving)
        with m.If(~valid | taken):
            m.d.sync += [head.eq(Mux(spare_valid, spare, arriving)), valid.eq(spare_valid | self.in_valid)]
            m.d.sync += spare_valid.eq(0)
        with m.Elif(self.in_valid):
            m.d.sync += spare_valid.eq(1)


class KeyStream(wiring.Component):  # type: ignore[misc]
    """Encrypted counter blocks in, words of the key stream out, the most significant one first.

    If it is `eager`, the next block is taken in the cycle in which the last word of the one before leaves. Otherwise a
    cycle passes in between, and whether it is ready does not hang on what happens on the bus.
    """

    def __init__(self, bus: int, eager: bool) -> None:
        self.bus, self.eager = bus, eager
        blocks = {"block": In(BLOCK), "block_last": In(1), "block_valid": In(1), "block_ready": Out(1)}
        words = {"word": Out(bus), "word_last": Out(1), "word_valid": Out(1), "word_ready": In(1)}
        super().__init__(blocks | words)

    def elaborate(self, _platform: Any) -> Any:
        m = Module()
        words = BLOCK // self.bus
        data, last = Signal(BLOCK, reset_less=True), Signal()
        left = Signal(range(words + 1))
        m.d.comb += self.block_ready.eq((left == 0) | ((left == 1) & self.word_ready & self.eager))
        m.d.comb += [self.word.eq(data[BLOCK - self.bus :]), self.word_valid.eq(left != 0)]
        m.d.comb += self.word_last.eq(last & (left == 1))
        with m.If(self.block_ready):
            m.d.sync += [data.eq(self.block), last.eq(self.block_last), left.eq(Mux(self.block_valid, words, 0))]
        with m.Elif(self.word_ready):
            m.d.sync += left.eq(left - 1)
            if words > 1:
                m.d.sync += data.eq(data << self.bus)
        return m


class BlockFifo(wiring.Component):  # type: ignore[misc]
    """Blocks that have left rounds which cannot wait, in the order of their coming.

    Each is announced by `reserve` before it enters the rounds, which is allowed while there is `room`: so there is a
    place for it when it comes out.
    """

    def __init__(self, depth: int) -> None:
        self.depth = depth
        written = {"reserve": In(1), "room": Out(1), "block_in": In(BLOCK), "last_in": In(1), "valid_in": In(1)}
        read = {"block_out": Out(BLOCK), "last_out": Out(1), "valid_out": Out(1), "ready_out": In(1)}
        super().__init__(written | read)

    def elaborate(self, _platform: Any) -> Any:
        m = Module()
        free, stored = Signal(range(self.depth + 1), init=self.depth), Signal(range(self.depth + 1))
        fetched, freed = Signal(), Signal()
        for name, value_in, value_out in (
            ("blocks", self.block_in, self.block_out),
            ("lasts", self.last_in, self.last_out),
        ):
            self._keep(m, name, value_in, value_out, fetched)
        m.d.comb += [self.room.eq(free != 0), freed.eq(self.valid_out & self.ready_out)]
        m.d.comb += fetched.eq((stored != 0) & (~self.valid_out | self.ready_out))
        m.d.sync += [free.eq(free - self.reserve + freed), stored.eq(stored + self.valid_in - fetched)]
        with m.If(fetched):
            m.d.sync += self.valid_out.eq(1)
        with m.Elif(self.ready_out):
            m.d.sync += self.valid_out.eq(0)
        return m

    def _keep(self, m: Any, name: str, value_in: Any, value_out: Any, fetched: Any) -> None:
        """Add a memory with the places for one part of what comes with a block."""
        m.submodules[name] = places = memory.Memory(shape=len(value_in), depth=self.depth, init=[])
        write, read = places.write_port(), places.read_port()
        m.d.comb += [write.data.eq(value_in), write.en.eq(self.valid_in)]
        m.d.comb += [value_out.eq(read.data), read.en.eq(fetched)]
        with m.If(self.valid_in):
            m.d.sync += write.addr.eq(write.addr + 1)
        with m.If(fetched):
            m.d.sync += read.addr.eq(read.addr + 1)


class BusOut(wiring.Component):  # type: ignore[misc]
    """Text xor key stream, behind a register. `done` is high when the last word of a message passes."""

    def __init__(self, bus: int) -> None:
        self.bus = bus
        ports = {name: port for name, port in bus_ports(bus).items() if name.startswith("out_")}
        text = {"text": In(bus), "text_valid": In(1), "text_ready": Out(1)}
        words = {"word": In(bus), "word_last": In(1), "word_valid": In(1), "word_ready": Out(1)}
        super().__init__(text | words | ports | {"done": Out(1)})

    def elaborate(self, _platform: Any) -> Any:
        m = Module()
        free, passing = Signal(), Signal()
        data = Signal(self.bus, reset_less=True)
        m.d.comb += [self.out_data.eq(data), free.eq(~self.out_valid | self.out_ready)]
        m.d.comb += passing.eq(free & self.text_valid & self.word_valid)
        m.d.comb += [self.text_ready.eq(passing), self.word_ready.eq(passing), self.done.eq(passing & self.word_last)]
        with m.If(free):
            m.d.sync += [data.eq(self.text ^ self.word), self.out_last.eq(self.word_last), self.out_valid.eq(passing)]
        return m
