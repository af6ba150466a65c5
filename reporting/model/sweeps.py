"""Curves and sweeps for charts of the co-design model: over accelerations, sizes of a call, interfaces, and designs.

Arithmetic only; each point is an interval, as `codesign.project` gives it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from bench.errors import SuiteError
from reporting import codesign
from reporting.codesign import DRAWS, Inputs, Projection
from reporting.model import formulas, iteration, uncertain
from reporting.model.interfaces import PRESETS, Interface
from reporting.model.uncertain import Range
from reporting.statistics import SEED, Interval

FACTORS = (2.0, 5.0, 10.0, 30.0, 100.0, 300.0, 1000.0, np.inf)  #: accelerations of a sweep


@dataclass(frozen=True)
class Band:
    """A curve with its interval at every point."""

    x: tuple[float, ...]
    y: tuple[Interval, ...]


def amdahl_curve(share: Interval, accelerations: Sequence[float] = FACTORS) -> Band:
    """Return the speedup of the whole by the acceleration of its part, over an interface that costs nothing."""
    ends = [formulas.amdahl(part, np.asarray(accelerations)) for part in (share.value, share.low, share.high)]
    return Band(tuple(accelerations), tuple(Interval(*map(float, at)) for at in zip(*ends, strict=True)))


def granularity_curve(
    inputs: Inputs, interface: Interface, sizes: Sequence[float], draws: int = DRAWS, seed: int = SEED
) -> Band:
    """Return the speedup of one call by the bytes that it works on, after LogCA (ISCA 2017).

    Work, answer, and the time of the accelerator and of the software that it replaces are taken to be in proportion to these
    bytes. Software has a cost of each call too, which is not in the curve: so for small calls it says less of an accelerator
    than is true. The host's own part is constant where it drives the calls, and else left out. So the typical speedup is 1 at
    `Projection.break_even_bytes`, but where that is the grain: smaller calls than that there are not.
    """
    if not inputs.divisible:
        raise SuiteError(
            f"the work of {inputs.name} does not grow with the bytes of a call", "Choose one that streams."
        )
    if not (inputs.payload > 0 and inputs.calls):
        raise SuiteError(f"how many bytes a call of {inputs.name} sends is not known", "Give them: --calls, --bytes.")
    one, many = (
        [iteration.per_call(inputs, interface, state, inputs.payload / size) for size in sizes]
        for state in (codesign.typical(inputs, interface), codesign.draw(inputs, interface, draws, seed))
    )
    points = (
        uncertain.summary(float(replaced / taken), np.broadcast_to(drawn[0] / drawn[1], draws))
        for (replaced, taken), drawn in zip(one, many, strict=True)
    )
    return Band(tuple(sizes), tuple(points))


def interface_sweep(inputs: Inputs, interfaces: Iterable[Interface] = PRESETS.values()) -> tuple[Projection, ...]:
    """Return what one candidate brings over each interface."""
    return tuple(codesign.project(inputs, interface) for interface in interfaces)


def acceleration_sweep(
    inputs: Inputs, interface: Interface, factors: Sequence[float] = FACTORS
) -> tuple[Projection, ...]:
    """Return what a candidate would bring over one interface if its accelerator were so many times as fast."""
    sources = {**inputs.sources, "acceleration": "the last row of the sweep: nothing says how fast it would be"}
    free = replace(inputs, cycles=0, clock=(), sources=sources)
    each = (replace(free, acceleration=Range.exactly(factor)) for factor in factors)
    return tuple(codesign.project(candidate, interface) for candidate in each)


def pareto(points: Sequence[tuple[tuple[float, ...], float]]) -> tuple[bool, ...]:
    """Return for each (costs, gain) whether no other point costs at most as much of everything and gains at least as much.

    costs: of each resource, in one order for all points. Of two equal points both stay.
    """

    def beats(other: tuple[tuple[float, ...], float], point: tuple[tuple[float, ...], float]) -> bool:
        no_dearer = all(theirs <= mine for theirs, mine in zip(other[0], point[0], strict=True))
        return other != point and no_dearer and other[1] >= point[1]

    return tuple(not any(beats(other, point) for other in points) for point in points)
