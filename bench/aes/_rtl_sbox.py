"""SubBytes as logic, in three styles: tables in LUTs, tables in block RAM, and arithmetic in a tower of fields.

What the tables hold is computed in _rtl_field.py. What a round does with the substituted bytes is in _rtl_round.py.
"""

from __future__ import annotations

from functools import reduce
from operator import and_, xor
from typing import Any

from amaranth import Cat, Module, Signal
from amaranth.lib import memory, wiring
from amaranth.lib.wiring import In, Out

from bench.aes import _rtl_field

LUT, BRAM, TOWER = STYLES = "lut", "bram", "tower"
#: Without it yosys makes a table that is read synchronously of 33,000 LUTs.
BLOCK_RAM = {"rom_style": "block", "ram_style": "block"}
PORTS = 2  #: of a block RAM: so many bytes share one


class SubBytes(wiring.Component):  # type: ignore[misc]
    """`count` bytes substituted, so many clock edges (`stages`) after they came in.

    The first stage registers the bytes before they are substituted: it is where the state of the cipher lives. A
    second one registers what a table says, or cuts the arithmetic in two. Nothing moves while `enable` is low.
    """

    def __init__(self, count: int, style: str, stages: int) -> None:
        if style not in STYLES or stages not in (0, 1, 2) or (style == BRAM and not stages):
            raise ValueError(f"there is no SubBytes in style {style!r} with {stages} stages")
        self.count, self.style, self.stages = count, style, stages
        super().__init__({"enable": In(1), "state_in": In(8 * count), "state_out": Out(8 * count)})

    def elaborate(self, _platform: Any) -> Any:
        m = Module()
        substitute = {LUT: self._lut, BRAM: self._bram, TOWER: self._tower}[self.style]
        m.d.comb += self.state_out.eq(substitute(m))
        return m

    def _registered(self, m: Any, value: Any, stage: int, name: str) -> Any:
        """Return `value` behind the register of a stage; as it is where there is no such stage."""
        if self.stages < stage:
            return value
        register = Signal(len(value), name=name)
        with m.If(self.enable):
            m.d.sync += register.eq(value)
        return register

    def _lut(self, m: Any) -> Any:
        m.submodules.table = table = memory.Memory(shape=8, depth=256, init=_rtl_field.sbox())
        state = self._registered(m, self.state_in, 1, "state")
        ports = [table.read_port(domain="comb") for _ in range(self.count)]
        m.d.comb += [port.addr.eq(state.word_select(i, 8)) for i, port in enumerate(ports)]
        return self._registered(m, Cat(port.data for port in ports), 2, "substituted")

    def _bram(self, m: Any) -> Any:
        ports = []
        for first in range(0, self.count, PORTS):
            table = memory.Memory(shape=8, depth=256, init=_rtl_field.sbox(), attrs=BLOCK_RAM)
            m.submodules[f"table_{first}"] = table
            ports += [table.read_port(domain="sync") for _ in range(min(PORTS, self.count - first))]
        for i, port in enumerate(ports):  # the address register of the memory is the first stage
            m.d.comb += [port.addr.eq(self.state_in.word_select(i, 8)), port.en.eq(self.enable)]
        return self._registered(m, Cat(port.data for port in ports), 2, "substituted")

    def _tower(self, m: Any) -> Any:
        m.submodules.into = into = _IntoTower(self.count)
        m.submodules.out_of = out_of = _OutOfTower(self.count)
        m.d.comb += into.state.eq(self._registered(m, self.state_in, 1, "state"))
        m.d.comb += out_of.factors.eq(self._registered(m, into.factors, 2, "factors"))
        return out_of.substituted


# Arithmetic in the tower, on all bytes at once: plane i of a value holds bit i of each byte.


class _IntoTower(wiring.Component):  # type: ignore[misc]
    """The first half: for each byte, the inverse of its determinant, its high part, and the sum of its two parts."""

    def __init__(self, count: int) -> None:
        self.count = count
        super().__init__({"state": In(8 * count), "factors": Out(12 * count)})

    def elaborate(self, _platform: Any) -> Any:
        m = Module()
        field, small = _rtl_field.tower(), _rtl_field.SMALL_MODULUS
        bits = [Cat(self.state[8 * byte + bit] for byte in range(self.count)) for bit in range(8)]
        planes = _signals(m, self.count, _linear(field.into, bits), "mapped")
        low, high = planes[:4], planes[4:]
        both = [a ^ b for a, b in zip(low, high, strict=True)]
        # The determinant is norm · high² + (high + low) · low; squares are linear.
        squares = [_rtl_field.multiply(_rtl_field.multiply(1 << i, 1 << i, small), field.norm, small) for i in range(4)]
        terms = zip(_linear(tuple(squares), high), _product(both, low), strict=True)
        determinant = _signals(m, self.count, [a ^ b for a, b in terms], "determinant")
        m.d.comb += self.factors.eq(Cat(*_inverse(determinant), *high, *both))
        return m


class _OutOfTower(wiring.Component):  # type: ignore[misc]
    """The second half: the two products that make the inverse of each byte, and the affine map."""

    def __init__(self, count: int) -> None:
        self.count = count
        super().__init__({"factors": In(12 * count), "substituted": Out(8 * count)})

    def elaborate(self, _platform: Any) -> Any:
        m = Module()
        planes = [self.factors.word_select(i, self.count) for i in range(12)]
        inverse, high, both = planes[:4], planes[4:8], planes[8:]
        quotient = _signals(m, self.count, _product(both, inverse) + _product(high, inverse), "quotient")
        mapped = enumerate(_linear(_rtl_field.tower().out_of, quotient))
        inverted = [~plane if _rtl_field.AFFINE >> bit & 1 else plane for bit, plane in mapped]
        result = _signals(m, self.count, inverted, "result")
        m.d.comb += self.substituted.eq(Cat(result[bit][byte] for byte in range(self.count) for bit in range(8)))
        return m


def _signals(m: Any, width: int, values: list[Any], name: str) -> list[Any]:
    """Return signals that hold `values`, which are used often: so each is computed once."""
    signals = [Signal(width, name=f"{name}_{i}") for i in range(len(values))]
    m.d.comb += [signal.eq(value) for signal, value in zip(signals, values, strict=True)]
    return signals


def _linear(columns: tuple[int, ...], planes: list[Any]) -> list[Any]:
    """Return what a linear map, given by the images of the bits, makes of the planes."""
    rows = range(max(columns).bit_length())
    return [reduce(xor, [p for c, p in zip(columns, planes, strict=True) if c >> row & 1]) for row in rows]


def _product(a: list[Any], b: list[Any]) -> list[Any]:
    """Return a · b in GF(2^4)."""
    terms: list[list[Any]] = [[] for _ in range(4)]
    for i in range(4):
        for j in range(4):
            power = _rtl_field.multiply(1 << i, 1 << j, _rtl_field.SMALL_MODULUS)
            for bit in range(4):
                if power >> bit & 1:
                    terms[bit].append(a[i] & b[j])
    return [reduce(xor, term) for term in terms]


def _inverse(a: list[Any]) -> list[Any]:
    """Return 1 / a in GF(2^4), 0 for 0."""
    forms = _rtl_field.algebraic_normal_form(_rtl_field.inverses(_rtl_field.SMALL_MODULUS))
    products = [[reduce(and_, [a[i] for i in range(4) if mask >> i & 1]) for mask in form] for form in forms]
    return [reduce(xor, terms) for terms in products]
