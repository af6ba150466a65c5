"""What starts and steps the engine: packets are taken apart, and a program is walked through, sweep by sweep."""

from __future__ import annotations

from typing import Any

from amaranth import Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from bench.mdp._shape import FILL, HEADER_COUNT, LATENCY, LOWER, PROGRAM, SETTINGS, UPPER, WEIGHTS, Shape
from bench.mdp._wires import settings_layout

DRAIN = LATENCY + 5  #: cycles from the last edge of a sweep until it is known whether the bounds have met


class Loader(wiring.Component):  # type: ignore[misc]
    """Takes packets apart: words and addresses for the memories, settings for the rest.

    The program's packet starts the sequencer, which is told how many cycles of it are there: so the first sweep goes on
    while words come, and takes no time of its own where there is one lane and the host is fast. No other packet is taken
    before the answer is.
    """

    def __init__(self, shape: Shape, bus: int) -> None:
        self.shape = shape
        self.bits = max(shape.edges * shape.lanes, shape.values * shape.buses, shape.weights, 8).bit_length()
        super().__init__(
            {
                "in_data": In(bus),
                "in_valid": In(1),
                "in_ready": Out(1),
                "busy": In(1),
                "word": Out(bus),
                "address": Out(self.bits),
                "to_program": Out(1),
                "to_weights": Out(1),
                "to_lower": Out(1),
                "to_upper": Out(1),
                "fill": Out(1),
                "settings": Out(settings_layout(shape)),
                "start": Out(1),
                "loaded": Out(shape.edges.bit_length()),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        destination, left, here = Signal(8), Signal(self.bits), Signal(self.bits)
        moved = Signal()
        m.d.sync += [self.start.eq(0), self.address.eq(here), self.word.eq(self.in_data)]
        m.d.sync += self.loaded.eq(here >> self.shape.lane)  # when the memory has them
        with m.FSM():
            with m.State("header"):
                m.d.comb += self.in_ready.eq(1)
                with m.If(self.in_valid):
                    m.d.sync += [destination.eq(self.in_data[:HEADER_COUNT]), left.eq(self.in_data[HEADER_COUNT:])]
                    m.next = "address"
            with m.State("address"):
                m.d.comb += self.in_ready.eq(1)
                with m.If(self.in_valid):
                    m.d.sync += [here.eq(self.in_data), self.start.eq(destination == PROGRAM)]
                    m.next = "words"
            with m.State("words"):
                m.d.comb += [self.in_ready.eq(destination != FILL), moved.eq(self.in_valid | (destination == FILL))]
                with m.If(moved):
                    m.d.sync += [here.eq(here + 1), left.eq(left - 1)]
                    with m.If(left == 1):
                        m.next = "wait"
            with m.State("wait"), m.If(~self.busy):
                m.next = "header"
        for number, strobe in self.strobes():
            m.d.sync += strobe.eq(moved & (destination == number))
        for number, field in enumerate(settings_layout(self.shape).members):
            with m.If(moved & (destination == SETTINGS) & (here[:3] == number)):
                m.d.sync += self.settings[field].eq(self.in_data)
        return m

    def strobes(self) -> list[tuple[int, Any]]:
        """Return the destinations of words with what says that a word is for them."""
        values = [(LOWER, self.to_lower), (UPPER, self.to_upper), (FILL, self.fill)]
        return [(PROGRAM, self.to_program), (WEIGHTS, self.to_weights), *values]


class Sequencer(wiring.Component):  # type: ignore[misc]
    """Walks through the program, sweep by sweep, until the bounds have met; waits for what is not loaded yet."""

    def __init__(self, shape: Shape) -> None:
        settings = settings_layout(shape)
        super().__init__(
            {
                "start": In(1),
                "settings": In(settings),
                "loaded": In(shape.edges.bit_length()),
                "met": In(1),
                "cycle": Out(settings["last"].width),
                "running": Out(1),
                "again": Out(1),
                "age": Out(2),
                "sweeps": Out(32),
                "done": Out(1),
                "busy": Out(1),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        drain, is_last, is_loop = Signal(range(DRAIN)), Signal(), Signal()
        m.d.comb += self.busy.eq(1)
        m.d.sync += [self.done.eq(0), self.again.eq(self.running & is_loop)]
        m.d.comb += [is_last.eq(self.cycle == self.settings.last), is_loop.eq(self.cycle == self.settings.loop)]
        with m.FSM():
            with m.State("idle"):
                m.d.comb += self.busy.eq(self.done)
                with m.If(self.start):
                    m.d.sync += [self.cycle.eq(0), self.sweeps.eq(0), self.age.eq(0), drain.eq(DRAIN - 1)]
                    m.next = "settle"
            with m.State("sweep"), m.If(self.cycle != self.loaded):
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
