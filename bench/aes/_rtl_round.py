"""ShiftRows, MixColumns and AddRoundKey as logic. SubBytes is in _rtl_sbox.py.

A state has 128 bits as FIPS-197 prints it: byte 0 is in the highest ones, and four bytes are a column. All parts here
are without registers.
"""

from __future__ import annotations

from typing import Any

from amaranth import Cat, Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

BLOCK = 128  #: bits of a state
COLUMNS = 4
HIGH_BITS = int("80" * 16, 16)


def to_bytes(state: Any) -> list[Any]:
    """Return the 16 bytes of a state in the order of FIPS-197."""
    return [state[BLOCK - 8 * (i + 1) : BLOCK - 8 * i] for i in range(16)]


def from_bytes(values: list[Any]) -> Any:
    """Return the state of 16 bytes in the order of FIPS-197."""
    return Cat(*reversed(values))


def shifted_from(i: int) -> int:
    """Return which byte ShiftRows moves to place i: row i % 4 is rotated by as many columns."""
    return (i + 4 * (i % 4)) % 16


class ShiftRows(wiring.Component):  # type: ignore[misc]
    """Rows 1 to 3 rotated by one to three columns. Wires only, so it costs no area."""

    def __init__(self) -> None:
        super().__init__({"state_in": In(BLOCK), "shifted": Out(BLOCK)})

    def elaborate(self, _platform: Any) -> Any:
        m = Module()
        values = to_bytes(self.state_in)
        moved = from_bytes([values[shifted_from(i)] for i in range(16)])
        # Amaranth leaves a part that holds no operator out of its description. Synthesis removes this one.
        m.d.comb += self.shifted.eq(moved | 0)
        return m


class MixColumns(wiring.Component):  # type: ignore[misc]
    """Each byte a becomes 2a + 3b + c + d of itself and the three that follow in its column."""

    def __init__(self) -> None:
        super().__init__({"state_in": In(BLOCK), "state_out": Out(BLOCK)})

    def elaborate(self, _platform: Any) -> Any:
        m = Module()
        b, c, d = (Signal(BLOCK, name=name) for name in "bcd")
        m.d.comb += [value.eq(_rotated(self.state_in, i)) for i, value in enumerate((b, c, d), start=1)]
        m.d.comb += self.state_out.eq(_doubled(m, self.state_in ^ b) ^ b ^ c ^ d)  # 2a + 3b is 2(a + b) + b
        return m


def _rotated(state: Any, count: int) -> Any:
    """Return the state with each column rotated, so that byte `count` comes first."""
    columns = [state.word_select(i, 32) for i in range(COLUMNS)]
    return Cat(column.rotate_left(8 * count) for column in columns)


def _doubled(m: Any, state: Any) -> Any:
    """Return all bytes times x: shifted, and reduced by x^8 = x^4 + x^3 + x + 1 where a bit falls out at the top."""
    sums, high = Signal(BLOCK, name="sums"), Signal(BLOCK, name="high")
    m.d.comb += [sums.eq(state), high.eq(sums & HIGH_BITS)]
    shifted = (sums ^ high) << 1
    return (shifted ^ high >> 7 ^ high >> 6 ^ high >> 4 ^ high >> 3)[:BLOCK]


class AddRoundKey(wiring.Component):  # type: ignore[misc]
    """The end of a round and of the cipher: a round key added to what is mixed, and to what is not in the last round.

    While `take` is high, the next state is a fresh block instead, to which round key 0 has been added already.
    """

    def __init__(self) -> None:
        inputs = dict.fromkeys(("mixed", "shifted", "round_key", "fresh"), In(BLOCK))
        super().__init__(inputs | {"take": In(1), "state": Out(BLOCK), "encrypted": Out(BLOCK)})

    def elaborate(self, _platform: Any) -> Any:
        m = Module()
        m.d.comb += self.state.eq(Mux(self.take, self.fresh, self.mixed ^ self.round_key))
        m.d.comb += self.encrypted.eq(self.shifted ^ self.round_key)
        return m
