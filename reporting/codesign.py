"""What an accelerator would bring to the whole: the published models over inputs that are measured, as intervals.

`project` draws all inputs together and puts every draw through Accelerometer's model (ASPLOS 2020), which with one call
is LogCA's (ISCA 2017) and with a free interface Amdahl's (AFIPS 1967); the formulas alone are in formulas.py. A result
is a projection, never a measurement. Where inputs come from is in candidates.py, the curves for charts in sweeps.py,
and no word of a report is here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from reporting import formulas, uncertain
from reporting.interfaces import Interface
from reporting.statistics import SEED, Array, Interval
from reporting.uncertain import Range

DRAWS = 10_000
HOST, OVERHEAD, LATENCY, TRANSFER, COMPUTE = TERMS = "host", "overhead", "latency", "transfer", "compute"


@dataclass(frozen=True)
class Inputs:
    """One candidate: what the host takes with and without a part, and how the accelerator would do that part.

    The host's own part is either measured (`host`) or follows from a `share` of samples. The accelerator's speed is either
    `cycles` at a `clock`, or a factor (`acceleration`); with neither it is infinite.
    """

    name: str  #: of the part that is taken over, or of the design
    whole: tuple[float, ...]  #: s of one iteration of the baseline, one per process
    host: tuple[float, ...] = ()  #: s of one iteration without the part, process i in the same block as in `whole`
    share: Interval | None = None  #: of the baseline's time that is the part's, where `host` is empty
    calls: float | None = None  #: offloads in one iteration; None: not known, and the interface then costs nothing
    sent: float | None = None  #: bytes to the accelerator in one iteration; None: not known, so free
    received: float | None = None  #: bytes back
    cycles: int = 0  #: of the accelerator, in one iteration
    clock: tuple[float, ...] = ()  #: Hz, one per seed of the placer
    acceleration: Range | None = None
    sources: Mapping[str, str] | None = None  #: name of a field -> how it was obtained, in words


@dataclass(frozen=True)
class Effect:
    """What one input does alone: the speedup with that input at either end of its range, and all others typical."""

    name: str
    low: float
    high: float
    at_low: float  #: speedup
    at_high: float

    @property
    def swing(self) -> float:
        """How far the speedup moves, on the log scale."""
        return abs(math.log(self.at_high / self.at_low)) if self.at_low > 0 < self.at_high else 0.0


@dataclass(frozen=True)
class Projection:
    """What the model makes of one candidate over one interface. Intervals hold 95 % of the draws."""

    inputs: Inputs
    interface: Interface
    speedup: Interval  #: of one whole iteration
    cap: Interval  #: if the accelerator and its interface took no time at all: Amdahl's bound
    share: Interval  #: of the baseline's time that is taken over
    acceleration: Interval  #: of that part, by the accelerator alone, without the interface
    terms: Mapping[str, Interval]  #: s of one iteration with the accelerator, by TERMS; together they are its time
    binds: str  #: the largest of these terms
    binding: Mapping[str, float]  #: term -> share of the draws in which it is the largest
    break_even_bytes: Interval | None  #: of one call, sent and received: below, an offload loses; None: not known
    break_even_calls: Interval | None  #: in one iteration, with the same bytes: above, it loses; None: calls are free
    effects: tuple[Effect, ...]  #: the strongest first
    loses: float  #: share of the draws in which it is slower than without

    @property
    def seconds(self) -> float:
        """Return the typical seconds of one iteration with the accelerator."""
        return sum(term.value for term in self.terms.values())
