"""What the rounds are fed with, as logic: round keys, and counter blocks to which round key 0 has been added.

Both parts hold a register that the bus writes, word by word, the most significant word first. What the rounds do is in
_rtl_round.py, what the bus is in _rtl_bus.py.

Sources: FIPS-197, section 5.2, for the round keys. SP 800-38A, section 6.5 and appendix B.1, for the counter.
"""

from __future__ import annotations

from typing import Any

from amaranth import Cat, Const, Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from bench.aes import _rtl_field
from bench.aes._rtl_round import BLOCK
from bench.aes._rtl_sbox import SubBytes

ROUNDS = 10
LENGTH_BITS = 32  #: of the number of blocks in a message
KEY_PORTS = "round_key", "round_key_2"


class KeySchedule(wiring.Component):  # type: ignore[misc]
    """The round keys, one or two at a time, made while the rounds use the ones before.

    After `start` the schedule finds the first ones once, keeps them, and is `ready`. From then on `step` moves to the
    next ones, or back to the first while `first` is high. A step takes `stages` cycles with `enable` high, of which it
    is in the last.
    """

    def __init__(self, bus: int, style: str, stages: int, keys: int = 1) -> None:
        self.bus, self.style, self.stages, self.keys = bus, style, stages, keys
        strobes = dict.fromkeys(("write", "start", "enable", "step", "first"), In(1))
        outputs = dict.fromkeys(("key", *KEY_PORTS[:keys]), Out(BLOCK))
        super().__init__({"word": In(bus)} | strobes | outputs | {"ready": Out(1)})

    def elaborate(self, _platform: Any) -> Any:
        m = Module()
        last = self.stages + 1
        priming = Signal(range(last + 1))  # counts down: one cycle to load the key, `stages` for the first step
        loading, saving, back, move = (Signal(name=name) for name in ("loading", "saving", "back", "move"))
        m.d.comb += [loading.eq(priming == last), saving.eq(priming == 1)]
        m.d.comb += back.eq(loading | (self.first & self.ready))
        m.d.comb += move.eq(loading | saving | (self.step & self.enable))
        with m.If(self.write):
            m.d.sync += self.key.eq(Cat(self.word, self.key)[:BLOCK])
        with m.If(self.start):
            m.d.sync += [priming.eq(last), self.ready.eq(0)]
        with m.Elif(priming.any()):
            m.d.sync += [priming.eq(priming - 1), self.ready.eq(saving)]
        made, following = self._make_keys(m, back, move, priming.any() | self.enable)
        self._keep_first(m, made, following, saving, back)
        return m

    def _make_keys(self, m: Any, back: Any, move: Any, enable: Any) -> tuple[list[Any], list[Any]]:
        """Return the keys after those that are current, and signals for those that are next to be."""
        current = [Signal(BLOCK, name=port, reset_less=True) for port in KEY_PORTS[: self.keys]]
        made, following = (
            [Signal(BLOCK, name=f"{name}_{i}") for i in range(self.keys)] for name in ("made", "following")
        )
        constant = Signal(8)
        key, power = current[-1], constant
        for i in range(self.keys):
            # With one stage only, it registers part of what `current` does, and when it does.
            stages = 0 if i else self.stages
            m.submodules[f"sub_word_{i + 1}"] = sub = SubBytes(4, self.style, stages)
            m.d.comb += sub.enable.eq(enable if stages > 1 else move)
            m.d.comb += sub.state_in.eq((key if i else following[-1])[:32].rotate_left(8))
            m.d.comb += made[i].eq(_next_key(m, key, sub.state_out, power))
            m.d.comb += getattr(self, KEY_PORTS[i]).eq(current[i])
            key, power = made[i], _doubled(power)
        with m.If(move):
            m.d.sync += [old.eq(new) for old, new in zip(current, following, strict=True)]
            m.d.sync += constant.eq(Mux(back, Mux(self.ready, 1 << self.keys, 1), power))
        return made, following

    def _keep_first(self, m: Any, made: list[Any], following: list[Any], saving: Any, back: Any) -> None:
        """Keep what a message begins with: the key itself, of which the first step makes the first round keys."""
        for i in range(self.keys):
            kept = Signal(BLOCK, name=f"kept_{i}", reset_less=True)
            with m.If(self.start | saving):
                m.d.sync += kept.eq(Mux(self.start, self.key if i == self.keys - 1 else 0, made[i]))
            m.d.comb += following[i].eq(Mux(back, kept, made[i]))


def _doubled(constant: Any) -> Any:
    return Cat(Const(0, 1), constant[:7]) ^ Mux(constant[7], _rtl_field.MODULUS & 0xFF, 0)


def _next_key(m: Any, key: Any, substituted: Any, constant: Any) -> Any:
    """Return the round key after `key`: each word is the one four before it xor the last one."""
    word, words = substituted ^ Cat(Const(0, 24), constant), []
    for i in range(4):
        made = Signal(32, name=f"word_{i}")
        m.d.comb += made.eq(key[96 - 32 * i : 128 - 32 * i] ^ word)
        words.append(made)
        word = made
    return Cat(*reversed(words))


class KeyExpansion(wiring.Component):  # type: ignore[misc]
    """Round keys 1 to 10 once for each message, shifted one after the other into the rounds that hold them."""

    def __init__(self, bus: int, style: str, stages: int) -> None:
        self.bus, self.style, self.stages = bus, style, stages
        inputs = {"word": In(bus), "write": In(1), "start": In(1)}
        super().__init__(inputs | {"key": Out(BLOCK), "round_key": Out(BLOCK), "shift": Out(1), "done": Out(1)})

    def elaborate(self, _platform: Any) -> Any:
        m = Module()
        m.submodules.schedule = schedule = KeySchedule(self.bus, self.style, self.stages)
        left, wait = Signal(range(ROUNDS + 1)), Signal(range(self.stages))
        m.d.comb += [schedule.word.eq(self.word), schedule.write.eq(self.write), schedule.start.eq(self.start)]
        m.d.comb += [self.key.eq(schedule.key), self.round_key.eq(schedule.round_key)]
        m.d.comb += [schedule.enable.eq(schedule.ready), schedule.step.eq(self.shift)]
        m.d.comb += self.shift.eq(schedule.ready & left.any() & (wait == 0))
        with m.If(self.start):
            m.d.sync += [left.eq(ROUNDS), wait.eq(self.stages - 1), self.done.eq(0)]
        with m.Elif(self.shift):
            m.d.sync += [left.eq(left - 1), wait.eq(self.stages - 1), self.done.eq(left == 1)]
        with m.Elif(schedule.ready & left.any()):
            m.d.sync += wait.eq(wait - 1)
        return m


class Counter(wiring.Component):  # type: ignore[misc]
    """The counter blocks of a message with round key 0 added: a 128-bit number, most significant byte first, that wraps.

    `start` takes the number of blocks from the word on the bus; `take` moves on by one. The carry runs through so many
    `chains` side by side: with one, it is the slowest path of a core whose other paths are short.
    """

    def __init__(self, bus: int, chains: int) -> None:
        self.bus, self.chains = bus, chains
        strobes = dict.fromkeys(("write", "start", "take"), In(1))
        outputs = {"fresh": Out(BLOCK), "valid": Out(1), "last": Out(1)}
        super().__init__({"word": In(bus), "key": In(BLOCK)} | strobes | outputs)

    def elaborate(self, _platform: Any) -> Any:
        m = Module()
        value, fresh = (Signal(BLOCK, name=name, reset_less=True) for name in ("value", "fresh"))
        left = Signal(LENGTH_BITS)
        length = self.word[:LENGTH_BITS]
        with m.If(self.write):
            m.d.sync += value.eq(Cat(self.word, value)[:BLOCK])
        with m.Elif(self.start | self.take):
            m.d.sync += fresh.eq(value ^ self.key)
            _count_on(m, value, self.chains)
        with m.If(self.start):
            m.d.sync += [left.eq(length), self.valid.eq(length != 0), self.last.eq(length == 1)]
        with m.Elif(self.take):
            m.d.sync += [left.eq(left - 1), self.valid.eq(~self.last), self.last.eq(left == 2)]
        m.d.comb += self.fresh.eq(fresh)
        return m


def _count_on(m: Any, value: Any, chains: int) -> None:
    """Add 1 to `value`: each part of it counts on when all bits below it are ones."""
    bits = BLOCK // chains
    for first in range(0, BLOCK, bits):
        part = value[first : first + bits]
        with m.If(value[:first].all()):
            m.d.sync += part.eq(part + 1)
