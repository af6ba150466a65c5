"""The arithmetic of the lanes: products, sums, and the best of several; for both bounds of a value at once."""

from __future__ import annotations

from typing import Any

from amaranth import Cat, Module, Mux, Signal
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from bench.mdp._shape import Shape
from bench.mdp._wires import delayed, edge_layout, operand_layout, result_layout

CHUNK = 18  #: bits of an operand of a multiplier block


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
