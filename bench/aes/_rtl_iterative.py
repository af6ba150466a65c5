"""The iterative core: one or two rounds of AES-128 as logic, gone through until a block is done.

Here are the order of the rounds and the wires between the parts; the parts are in the other _rtl modules. How a driver
talks to the core is in _rtl_driver.py.
"""

from __future__ import annotations

from typing import Any

from amaranth import Cat, Module, Mux, Signal
from amaranth.lib import wiring

from bench.aes._rtl_bus import BusIn, BusOut, KeyStream, bus_ports
from bench.aes._rtl_keys import KEY_PORTS, ROUNDS, Counter, KeySchedule
from bench.aes._rtl_round import AddRoundKey, MixColumns, ShiftRows
from bench.aes._rtl_sbox import SubBytes


class Iterative(wiring.Component):  # type: ignore[misc]
    """AES-128 in counter mode, `rounds` a cycle.

    With S-boxes of two stages, two blocks are under way, which take turns in the one round there is. A block that is
    done makes place for a fresh one in the same cycle, so a block costs 10 / `rounds` cycles.
    """

    def __init__(self, style: str, bus: int = 128, rounds: int = 1, stages: int = 1) -> None:
        if rounds not in (1, 2) or (rounds == 2 and stages != 1):
            raise ValueError(f"there is no iterative core with {rounds} rounds a cycle and {stages} stages")
        self.style, self.bus, self.rounds, self.stages = style, bus, rounds, stages
        super().__init__(bus_ports(bus))

    def elaborate(self, _platform: Any) -> Any:
        m = Module()
        m.submodules.bus_in = BusIn(self.bus, room=1)
        m.submodules.key_schedule = KeySchedule(self.bus, self.style, self.stages, self.rounds)
        m.submodules.counter = Counter(self.bus, chains=1)
        m.submodules.key_stream = KeyStream(self.bus, eager=self.stages > 1)
        m.submodules.bus_out = BusOut(self.bus)
        connect_bus(m, self)
        self._connect_rounds(m)
        self._control(m)
        return m

    def _connect_rounds(self, m: Any) -> None:
        """Chain the rounds to a ring. The state lives in the first stage of SubBytes of the first one."""
        rounds = [self._round(m, i) for i in range(self.rounds)]
        for (sub, _), (_, before) in zip(rounds, rounds[-1:] + rounds[:-1], strict=True):
            m.d.comb += sub.state_in.eq(before.state)
        last = rounds[-1][1]
        m.d.comb += [last.fresh.eq(m.submodules.counter.fresh), m.submodules.key_stream.block.eq(last.encrypted)]

    def _round(self, m: Any, i: int) -> tuple[Any, Any]:
        """Add the parts of round i of a cycle; return the first and the last of them."""
        mark = f"_{i + 1}" if i else ""
        m.submodules[f"sub_bytes{mark}"] = sub = SubBytes(16, self.style, 0 if i else self.stages)
        m.submodules[f"shift_rows{mark}"] = shift = ShiftRows()
        m.submodules[f"mix_columns{mark}"] = mix = MixColumns()
        m.submodules[f"add_round_key{mark}"] = add = AddRoundKey()
        m.d.comb += [shift.state_in.eq(sub.state_out), mix.state_in.eq(shift.shifted)]
        m.d.comb += [add.shifted.eq(shift.shifted), add.mixed.eq(mix.state_out)]
        m.d.comb += add.round_key.eq(getattr(m.submodules.key_schedule, KEY_PORTS[i]))
        return sub, add

    def _control(self, m: Any) -> None:
        """Count the steps of a block. All blocks under way are in the same step, and take turns in it."""
        keys, counter, stream = m.submodules.key_schedule, m.submodules.counter, m.submodules.key_stream
        steps = ROUNDS // self.rounds
        step, turn, final = Signal(range(steps), init=steps - 1), Signal(range(self.stages)), Signal(init=1)
        under_way, is_last = Signal(self.stages), Signal(self.stages)  # of each block, the one whose turn it is on top
        enable, finished, last_turn = Signal(), Signal(), Signal()
        m.d.comb += [finished.eq(final & under_way[-1] & keys.ready), last_turn.eq(turn == self.stages - 1)]
        m.d.comb += enable.eq(keys.ready & ~(finished & ~stream.block_ready))  # wait with what nobody takes yet
        m.d.comb += [keys.enable.eq(enable), keys.step.eq(last_turn), keys.first.eq(final)]
        m.d.comb += [stream.block_valid.eq(finished), stream.block_last.eq(is_last[-1])]
        m.d.comb += counter.take.eq(enable & final & counter.valid)
        m.d.comb += m.submodules.sub_bytes.enable.eq(enable)
        m.d.comb += m.submodules[f"add_round_key{'_2' if self.rounds == 2 else ''}"].take.eq(final)
        with m.If(enable):
            m.d.sync += under_way.eq(Cat(Mux(final, counter.valid, under_way[-1]), under_way)[: self.stages])
            m.d.sync += is_last.eq(Cat(Mux(final, counter.last, is_last[-1]), is_last)[: self.stages])
            m.d.sync += turn.eq(Mux(last_turn, 0, turn + 1))
            with m.If(last_turn):
                m.d.sync += [step.eq(Mux(final, 0, step + 1)), final.eq(step == steps - 2)]
        with m.If(m.submodules.bus_in.start):
            m.d.sync += [step.eq(steps - 1), final.eq(1), turn.eq(0), under_way.eq(0)]


def connect_bus(m: Any, core: Any) -> None:
    """Connect the parts that both kinds of core have: the ports of the core, key, counter, and text xor key stream."""
    bus_in, bus_out, stream = m.submodules.bus_in, m.submodules.bus_out, m.submodules.key_stream
    keys, counter = m.submodules.key_schedule, m.submodules.counter
    m.d.comb += [bus_in.in_data.eq(core.in_data), bus_in.in_address.eq(core.in_address)]
    m.d.comb += [bus_in.in_valid.eq(core.in_valid), core.in_ready.eq(bus_in.in_ready)]
    m.d.comb += [core.out_data.eq(bus_out.out_data), core.out_last.eq(bus_out.out_last)]
    m.d.comb += [core.out_valid.eq(bus_out.out_valid), bus_out.out_ready.eq(core.out_ready)]
    m.d.comb += [keys.word.eq(bus_in.word), keys.write.eq(bus_in.write_key), keys.start.eq(bus_in.start)]
    m.d.comb += [counter.word.eq(bus_in.word), counter.write.eq(bus_in.write_counter)]
    m.d.comb += [counter.start.eq(bus_in.start), counter.key.eq(keys.key)]
    m.d.comb += [bus_out.text.eq(bus_in.word), bus_out.text_valid.eq(bus_in.text_valid)]
    m.d.comb += [bus_in.text_ready.eq(bus_out.text_ready), stream.word_ready.eq(bus_out.word_ready)]
    m.d.comb += [bus_out.word.eq(stream.word), bus_out.word_last.eq(stream.word_last)]
    m.d.comb += [bus_out.word_valid.eq(stream.word_valid), bus_in.hold.eq(core.busy)]
    with m.If(bus_in.start):
        m.d.sync += core.busy.eq(bus_in.word[:32].any())
    with m.Elif(bus_out.done):
        m.d.sync += core.busy.eq(0)
