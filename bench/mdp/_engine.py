"""The engine in Amaranth: rows of a Markov decision process, carried out by lanes that read one edge a cycle each.

Nothing of a model is built in: program, weights, constants and settings come over the bus, and the bounds of the
initial state go back. Words that come are packets: a header (destination, and the number of words, from bit 8), the
first address, then the words. `RUN` starts the sweeps; lower bound, upper bound and sweeps are the answer.

What happens to an edge, in cycles since its address is known: 1 a block of the program memory answers; 2 to a register;
3 the edge is known; 4 to 6 the same for its value and its weight; 7 to 9 the product, by parts; 10 the sum or the best so
far; 11 the result; 12 the result is on its bus. The value memories take it at the end of that cycle, and are asked for an
edge's value in its cycle 3: so an edge ten cycles later, _shape.LATENCY, is the first that reads it: there is no interlock, the schedule sees to it.

The parts of a lane are in _lanes.py; when what happens, in _schedule.py; what it means, in _rows.py.
"""

from __future__ import annotations

from typing import Any

from amaranth import Const, Module, Mux, Signal
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from bench.mdp._lanes import Arithmetic, ProgramMemory, ValueBanks, WeightTable, bus_layout, result_layout
from bench.mdp._shape import FILL, HEADER_COUNT, LATENCY, LOWER, PROGRAM, RUN, SETTINGS, UPPER, WEIGHTS, Shape

DRAIN = LATENCY + 5  #: cycles from the last edge of a sweep until it is known whether the bounds have met


def settings_layout(shape: Shape) -> data.StructLayout:
    """What a run needs to know beside the memories; written in this order from address 0 on."""
    cycle = (shape.edges - 1).bit_length()
    return data.StructLayout(
        {"root": shape.address, "within": shape.fraction + 1, "base": shape.address, "loop": cycle, "last": cycle}
    )


class Loader(wiring.Component):  # type: ignore[misc]
    """Takes packets apart: words and addresses for the memories, settings for the rest."""

    def __init__(self, shape: Shape, bus: int) -> None:
        self.shape = shape
        self.bits = max(shape.edges, shape.values * shape.buses, shape.weights, 8).bit_length()
        super().__init__(
            {
                "in_data": In(bus),
                "in_valid": In(1),
                "in_ready": Out(1),
                "answered": In(1),
                "word": Out(bus),
                "address": Out(self.bits),
                "to_program": Out(shape.lanes),
                "to_weights": Out(1),
                "to_lower": Out(1),
                "to_upper": Out(1),
                "fill": Out(1),
                "settings": Out(settings_layout(shape)),
                "start": Out(1),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        destination, left, here = Signal(8), Signal(self.bits), Signal(self.bits)
        moved = Signal()
        m.d.sync += [self.start.eq(0), self.address.eq(here), self.word.eq(self.in_data)]
        with m.FSM():
            with m.State("header"):
                m.d.comb += self.in_ready.eq(1)
                with m.If(self.in_valid):
                    m.d.sync += [destination.eq(self.in_data[:HEADER_COUNT]), left.eq(self.in_data[HEADER_COUNT:])]
                    m.next = "address"
            with m.State("address"):
                m.d.comb += self.in_ready.eq(1)
                with m.If(self.in_valid):
                    m.d.sync += [here.eq(self.in_data), self.start.eq(destination == RUN)]
                    m.next = "words"
                    with m.If(destination == RUN):
                        m.next = "run"
            with m.State("words"):
                m.d.comb += [self.in_ready.eq(destination != FILL), moved.eq(self.in_valid | (destination == FILL))]
                with m.If(moved):
                    m.d.sync += [here.eq(here + 1), left.eq(left - 1)]
                    with m.If(left == 1):
                        m.next = "header"
            with m.State("run"), m.If(self.answered):
                m.next = "header"
        for number, strobe in self.strobes():
            m.d.sync += strobe.eq(moved & (destination == number))
        for number, field in enumerate(settings_layout(self.shape).members):
            with m.If(moved & (destination == SETTINGS) & (here[:3] == number)):
                m.d.sync += self.settings[field].eq(self.in_data)
        return m

    def strobes(self) -> list[tuple[int, Any]]:
        """Return the destinations of words with what says that a word is for them."""
        lanes = [(PROGRAM + lane, self.to_program[lane]) for lane in range(self.shape.lanes)]
        return [*lanes, (WEIGHTS, self.to_weights), (LOWER, self.to_lower), (UPPER, self.to_upper), (FILL, self.fill)]


class Sequencer(wiring.Component):  # type: ignore[misc]
    """Walks through the program, sweep by sweep, until the bounds have met."""

    def __init__(self, shape: Shape) -> None:
        settings = settings_layout(shape)
        super().__init__(
            {
                "start": In(1),
                "settings": In(settings),
                "met": In(1),
                "cycle": Out(settings["last"].width),
                "running": Out(1),
                "again": Out(1),
                "age": Out(2),
                "sweeps": Out(32),
                "done": Out(1),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        drain, is_last, is_loop = Signal(range(DRAIN)), Signal(), Signal()
        m.d.sync += [self.done.eq(0), self.again.eq(self.running & is_loop)]
        m.d.comb += [is_last.eq(self.cycle == self.settings.last), is_loop.eq(self.cycle == self.settings.loop)]
        with m.FSM():
            with m.State("idle"), m.If(self.start):
                m.d.sync += [self.cycle.eq(0), self.sweeps.eq(0), self.age.eq(0), drain.eq(DRAIN - 1)]
                m.next = "settle"
            with m.State("sweep"):
                m.d.comb += self.running.eq(1)
                m.d.sync += self.cycle.eq(self.cycle + 1)
                with m.If(is_last):
                    m.d.sync += [self.sweeps.eq(self.sweeps + 1), drain.eq(DRAIN - 1)]
                    m.next = "drain"
            with m.State("drain"):
                m.d.sync += drain.eq(drain - 1)
                with m.If(drain == 1):
                    m.d.sync += [self.cycle.eq(self.settings.loop), self.age.eq(Mux(self.age == 3, 3, self.age + 1))]
                    m.next = "decide"
            with m.State("settle"):
                m.d.sync += drain.eq(drain - 1)
                with m.If(drain == 1):
                    m.next = "decide"
            with m.State("decide"):
                m.next = "sweep"
                with m.If(self.met):
                    m.d.sync += self.done.eq(1)
                    m.next = "idle"
        return m


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
                "answered": Out(1),
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
        m.d.sync += self.answered.eq(0)
        with m.If(self.done):
            m.d.sync += left.eq(len(words))
        with m.Elif(self.out_valid & self.out_ready):
            m.d.sync += [left.eq(left - 1), self.answered.eq(left == 1)]
        return m


class Engine(wiring.Component):  # type: ignore[misc]
    """The whole engine behind a bus of `bus` bits with valid and ready in both directions."""

    def __init__(self, shape: Shape, bus: int = 32) -> None:
        self.shape, self.bus = shape, bus
        super().__init__(
            {
                "in_data": In(bus),
                "in_valid": In(1),
                "in_ready": Out(1),
                "out_data": Out(bus),
                "out_valid": Out(1),
                "out_ready": In(1),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m, shape = Module(), self.shape
        m.submodules.loader = loader = Loader(shape, self.bus)
        m.submodules.sequencer = sequencer = Sequencer(shape)
        m.submodules.program_memory = program = ProgramMemory(shape, self.bus, loader.bits)
        m.submodules.weight_table = weights = WeightTable(shape, self.bus, loader.bits)
        m.submodules.value_banks = values = ValueBanks(shape)
        m.submodules.arithmetic = arithmetic = Arithmetic(shape)
        m.submodules.write_back = write_back = WriteBack(shape, self.bus, loader.bits)
        m.submodules.monitor = monitor = Monitor(shape)
        m.submodules.answer = answer = Answer(shape, self.bus)
        pairs = [(loader.in_data, self.in_data), (loader.in_valid, self.in_valid), (self.in_ready, loader.in_ready)]
        pairs += [(self.out_data, answer.out_data), (self.out_valid, answer.out_valid)]
        pairs += [(answer.out_ready, self.out_ready), (loader.answered, answer.answered)]
        pairs += [(part.word, loader.word) for part in (program, weights, write_back)]
        pairs += [(part.address, loader.address) for part in (program, weights, write_back)]
        pairs += [(program.load, loader.to_program), (weights.load, loader.to_weights), (write_back.fill, loader.fill)]
        pairs += [(write_back.to_lower, loader.to_lower), (write_back.to_upper, loader.to_upper)]
        pairs += [(part.start, loader.start) for part in (sequencer, write_back, monitor)]
        pairs += [(sequencer.settings, loader.settings), (write_back.base, loader.settings.base)]
        pairs += [(monitor.root, loader.settings.root), (monitor.within, loader.settings.within)]
        pairs += [(sequencer.met, monitor.met), (program.cycle, sequencer.cycle), (program.running, sequencer.running)]
        pairs += [(part.edges, program.edges) for part in (weights, values, arithmetic)]
        pairs += [(arithmetic.operands, values.operands), (arithmetic.weights, weights.weights)]
        pairs += [(write_back.results, arithmetic.results), (write_back.again, sequencer.again)]
        pairs += [(write_back.age, sequencer.age), (values.buses, write_back.buses), (monitor.buses, write_back.buses)]
        pairs += [(answer.done, sequencer.done), (answer.lower, monitor.lower), (answer.upper, monitor.upper)]
        pairs += [(answer.sweeps, sequencer.sweeps)]
        m.d.comb += [target.eq(source) for target, source in pairs]
        return m
