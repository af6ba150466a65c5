"""Accelerators of value iteration: an engine whose lanes read one edge a cycle each, in a static schedule.

One description, _engine.py, in several sizes. `mdp_engine` sweeps upstream's model state by state; `mdp_lanes` has more
lanes, and equal states are one before it is given the model, as in the fastest software. Model, order and schedule are
made by the host within the timed call and sent over the bus.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from bench.hardware import Core, Design, Kernel, Precision, Register, Software

BUS = 32  #: bits of a word of the bus
EXACT = 31  #: bits behind the point with which answers are as exact as the family's oracle asks for
REPLACES = "Battle.evaluate.<locals>.<genexpr>, Battle.evaluate"
REGISTERS = (
    Register(
        0x00, "DATA_IN", BUS, "W", "the next word of a packet: header (destination, count from bit 8), address, data"
    ),
    Register(0x04, "DATA_OUT", BUS, "R", "the next word of the answer: lower bound, upper bound, sweeps"),
    Register(
        0x08, "STATUS", 2, "R", "bit 0: DATA_IN may be written (in_ready); bit 1: DATA_OUT may be read (out_valid)"
    ),
)


class Size(NamedTuple):
    """What an engine is made for."""

    model: str  #: "whole" or "lumped"
    lanes: int
    fraction: int

    @property
    def buses(self) -> int:
        """One bus for every two lanes keeps results from waiting: with one for four, a sweep takes a tenth longer.

        But every lane has a bank for every bus, and 16 lanes with more than four buses would not fit the block RAM.
        """
        return max(1, min(4, self.lanes // 2))

    def shape(self) -> Any:
        """Return the sizes of memories: what upstream's battle needs, and some room."""
        from bench.mdp._shape import Shape

        if self.model == "whole":
            return Shape(self.lanes, self.buses, self.fraction, 22_528 // self.lanes, 5_120 // self.buses, 256)
        return Shape(self.lanes, self.buses, self.fraction, 6_144 // self.lanes, 1_024 // self.buses, 256)


def component(size: Size) -> Any:
    """Make the engine."""
    from bench.mdp._engine import Engine

    return Engine(size.shape(), BUS)


def variant(core: Core, size: Size) -> Any:
    """Return what defines `Battle` on a core."""
    from bench.mdp import _lumped, _offload, _whole

    rows = {"whole": _whole.rows, "lumped": _lumped.rows}[size.model]
    return _offload.variant(core, size.shape(), rows)


def in_c(kernel: Kernel, size: Size) -> Any:
    """Return what defines `Battle` with the sweeps of the same rows in C."""
    from bench.mdp import _lumped, _software, _whole

    return _software.variant(kernel, {"whole": _whole.rows, "lumped": _lumped.rows}[size.model], size.fraction)


def error(answer: float, tolerance: float) -> float:
    """Return how far an answer is from where upstream stops."""
    from bench.mdp import oracle

    return abs(answer - oracle.EXPECTED[tolerance])


#: of words too narrow for the family's oracle, which leaves room for sums in another order only: what upstream accepts
NARROW = Precision(1e-6, error)


def check(core: Core, size: Size) -> None:
    """Hold small models against plain integers."""
    from bench.mdp import _offload

    _offload.check(core, size.shape())


IN_C = "The same rows in the same order on one core of the CPU, both bounds in a vector of two doubles."


def _design(name: str, size: Size, summary: str, justification: str, point: bool = False) -> Design:
    return Design(
        name=name,
        summary=summary,
        replaces=REPLACES,
        justification=justification,
        component=partial(component, size),
        variant=partial(variant, size=size),
        check=partial(check, size=size),
        registers=REGISTERS,
        parameters={"model": size.model, "lanes": size.lanes, "word": size.fraction + 1},
        point=point,
        most_cycles=4_000_000,
        precision=NARROW if size.fraction < EXACT else None,
        software=None if point else Software(IN_C, Path(__file__).with_name("_sweeps.c"), partial(in_c, size=size)),
    )


SCHEDULED = (
    "A sweep is a fixed list of multiplications and comparisons whose operands are at addresses known in advance. So one"
    " schedule, made by the host in every call, takes the place of what a processor does anew for every edge: fetch,"
    " decode, compute an address, compare, branch. Both bounds of a value move together, and the first sweep goes on while"
    " the schedule comes in."
)
ONE_LANE = (
    f"{SCHEDULED} One edge a cycle is what a single lane can do at most, so the clock of the device bounds it: it is the"
    " least of these engines, and what more lanes are held against."
)
MANY_LANES = (
    f"{SCHEDULED} Every lane has a copy of all values, so reads never collide; results go over up to four buses,"
    " each into a bank of its own. The host makes rows and schedule in each call, and that time bounds what any number"
    " of lanes can bring."
)
DESIGNS = (
    _design(
        "mdp_engine",
        Size("whole", 1, 31),
        "One lane sweeps upstream's model state by state, one edge a cycle, both bounds at once, in 32-bit fixed point.",
        ONE_LANE,
    ),
    _design(
        "mdp_lanes",
        Size("lumped", 4, 31),
        "Four lanes sweep the model in which equal states are one, up to 4 edges a cycle, in 32-bit fixed point.",
        MANY_LANES,
    ),
    *(
        _design(
            f"mdp_lanes_{lanes}x{fraction + 1}",
            Size("lumped", lanes, fraction),
            f"The engine for lumped models with {lanes} lane{'s' * (lanes > 1)} and words of {fraction + 1} bits.",
            MANY_LANES if lanes > 1 else ONE_LANE,
            point=True,
        )
        for lanes, fraction in ((1, 31), (2, 31), (2, 27), (2, 24), (2, 17))
    ),
)
