"""What an accelerator would bring to the whole: the published models over inputs that are measured, as intervals.

`project` draws all inputs together and puts every draw through a model after Accelerometer (ASPLOS 2020), with overlap, bus
words and a wait bound that the paper lacks (iteration.py). With one call it is LogCA's (ISCA 2017), with a free interface
Amdahl's (AFIPS 1967). A result is a projection, never a measurement. The rest of the model is in model/: its formulas
alone, where inputs come from, interfaces, curves for charts. No word of a report is here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from reporting.model import iteration, uncertain
from reporting.model.inputs import Inputs, State
from reporting.model.interfaces import Interface
from reporting.model.iteration import COMPUTE, HOST, LATENCY, OVERHEAD, SESSION, TERMS, TRANSFER
from reporting.statistics import SEED, Array, Interval

__all__ = ["COMPUTE", "DRAWS", "HOST", "LATENCY", "OVERHEAD", "TERMS", "TRANSFER", "Effect", "Inputs", "Projection", "State",
           "project"]  # fmt: skip

DRAWS = 10_000
SAME = Interval(1.0, 1.0, 1.0)  #: of a session in which everything was timed


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
    """What the model makes of one candidate over one interface. Intervals hold 95 % of the draws.

    There is no break-even where bytes or costs are not known, calls cost nothing, or work cannot be divided otherwise.
    """

    inputs: Inputs
    interface: Interface
    speedup: Interval  #: of one whole iteration, over the baseline that was timed beside the host
    seconds: Interval  #: of one iteration with the accelerator
    beside: Interval  #: the same, where its host's part may take otherwise in another session: `session` is drawn too
    session: Interval  #: times the host's part: 1, and the range that it may have among times of another session
    cap: Interval  #: if the accelerator and its interface took no time at all: Amdahl's bound
    share: Interval  #: of the baseline's time that is taken over
    acceleration: Interval  #: of that part, by the accelerator alone, without the interface
    terms: Mapping[str, Interval]  #: s of one iteration with the accelerator, by TERMS; together they are its time
    binds: str  #: the largest of these terms
    binding: Mapping[str, float]  #: term -> share of the draws in which it is the largest
    break_even_bytes: Interval | None  #: that a call works on, at least the grain: below, it loses
    break_even_calls: Interval | None  #: in one iteration, for the same work: above, it loses; infinite: it never does
    effects: tuple[Effect, ...]  #: of the inputs that move the speedup, the strongest first
    loses: float  #: share of the draws in which it is slower than without

    @property
    def host(self) -> Interval:
        """Return the seconds of the host's own part, and the range that they may have in the other session."""
        found = self.terms[HOST]
        return Interval(found.value, found.low * self.session.low, found.high * self.session.high)


def project(
    inputs: Inputs, interface: Interface, draws: int = DRAWS, seed: int = SEED, session: Interval = SAME
) -> Projection:
    """Return what one candidate brings over one interface; the same arguments give the same result, in about 30 ms.

    session: times the host's own part, where it is held against what was timed in another session: 1 is its value, and every
    draw has a factor from its ends or between, each as likely. Cycles and interfaces do not slow down with a host.
    The words on a design's own bus are among its cycles, so what the interface moves is not all added to them: see
    `iteration.moving`.
    """
    middle, drawn = typical(inputs, interface), draw(inputs, interface, draws, seed)
    one, many = _outcome(inputs, interface, middle), _outcome(inputs, interface, drawn)

    def interval(name: str) -> Interval:
        return uncertain.summary(float(one[name]), np.broadcast_to(many[name], draws))

    seconds = interval("seconds")
    largest = np.argmax([np.broadcast_to(many[f"{term} weight"], draws) for term in TERMS], axis=0)
    return Projection(
        inputs,
        interface,
        speedup=interval("speedup"),
        seconds=seconds,
        beside=_beside(
            inputs, interface, drawn, seconds, _stream(seed, SESSION).uniform(session.low, session.high, draws)
        ),
        session=session,
        cap=interval("cap"),
        share=interval("share"),
        acceleration=interval("acceleration"),
        terms={term: interval(term) for term in TERMS},
        binds=max(TERMS, key=lambda term: float(one[f"{term} weight"])),
        binding={term: float(np.mean(largest == place)) for place, term in enumerate(TERMS)},
        break_even_bytes=interval("break-even bytes") if "break-even bytes" in one else None,
        break_even_calls=interval("break-even calls") if "break-even calls" in one else None,
        effects=_effects(inputs, interface, middle, drawn),
        loses=float(np.mean(many["speedup"] < 1)),
    )


def typical(inputs: Inputs, interface: Interface) -> State:
    """Return the typical value of every uncertain quantity."""
    whole = float(np.mean(inputs.whole))
    share = inputs.share.value if inputs.share else 1 - float(np.mean(inputs.host)) / whole
    speed: State = {}
    if inputs.cycles:
        speed = {"clock": np.asarray(np.median(inputs.clock))}
    elif inputs.acceleration:
        speed = {"acceleration": np.asarray(inputs.acceleration.typical)}
    assumed = {name: np.asarray(found.typical) for name, found in interface.assumed.items()}
    return {"whole": np.asarray(whole), "share": np.asarray(share), **speed, **assumed}


def _stream(seed: int, name: str) -> np.random.Generator:
    """Return the random numbers of one quantity: its own, so no other quantity moves them."""
    return np.random.default_rng([seed, *name.encode()])


def draw(inputs: Inputs, interface: Interface, draws: int, seed: int) -> State:
    """Return draws of every uncertain quantity."""
    if inputs.share:
        (whole,) = uncertain.timings([inputs.whole], draws, _stream(seed, "timings"))
        share = uncertain.share(inputs.share, draws, _stream(seed, "share"))
    else:
        whole, host = uncertain.timings([inputs.whole, inputs.host], draws, _stream(seed, "timings"))
        share = 1 - host / whole
    speed: State = {}
    if inputs.cycles:
        speed = {"clock": uncertain.seeds(inputs.clock, draws, _stream(seed, "clock"))}
    elif inputs.acceleration:
        speed = {"acceleration": inputs.acceleration.draw(draws, _stream(seed, "acceleration"))}
    assumed = {name: found.draw(draws, _stream(seed, name)) for name, found in interface.assumed.items()}
    return {"whole": whole, "share": share, **speed, **assumed}


def _speedup(inputs: Inputs, interface: Interface, state: State) -> Array:
    with np.errstate(divide="ignore"):
        return np.asarray(state["whole"] / iteration.total(iteration.terms(inputs, interface, state)))


def _beside(inputs: Inputs, interface: Interface, drawn: State, seconds: Interval, factors: Array) -> Interval:
    """Return the seconds of an iteration with the host's part times `factors`; never surer than within the session itself."""
    total = iteration.total(iteration.terms(inputs, interface, {**drawn, SESSION: factors}))
    other = uncertain.summary(seconds.value, np.broadcast_to(total, factors.shape))
    return Interval(seconds.value, min(seconds.low, other.low), max(seconds.high, other.high))


def _outcome(inputs: Inputs, interface: Interface, state: State) -> State:
    """Return all results for each draw (or for the typical values), by name."""
    load = inputs.load()
    terms, busy = iteration.terms(inputs, interface, state, load), iteration.computing(inputs, state, load)
    part = state["whole"] * state["share"]
    with np.errstate(divide="ignore", invalid="ignore"):
        found = {
            "speedup": _speedup(inputs, interface, state),
            "seconds": iteration.total(terms),
            "cap": np.where(state["share"] < 1, 1 / (1 - state["share"]), np.inf),
            "share": state["share"],
            "acceleration": state.get("acceleration", np.where(busy > 0, np.maximum(part, 0.0) / busy, np.inf)),
        }
    hidden = {} if interface.synchronous else {COMPUTE: np.where(terms[COMPUTE] > 0, busy, 0.0)}
    weights = {f"{term} weight": value for term, value in {**terms, **hidden}.items()}
    return {**found, **terms, **weights, **_break_even(inputs, interface, state)}


def _break_even(inputs: Inputs, interface: Interface, state: State) -> State:
    """Return in how many calls, and from how many bytes of one on, it is as fast as without; {} where that means nothing.

    In more calls than of one grain each the work cannot be done: where these pay too, no number of calls is too many.
    """
    if not inputs.divisible or (interface.call_is_free and not inputs.drives):
        return {}
    calls = iteration.even_calls(inputs, interface, state)
    found = {"break-even calls": np.where(calls > inputs.most_calls, np.inf, calls)}
    if inputs.calls and inputs.payload > 0:
        with np.errstate(divide="ignore"):
            found["break-even bytes"] = np.maximum(inputs.payload / calls, inputs.grain)
    return found


def _effects(inputs: Inputs, interface: Interface, middle: State, drawn: State) -> tuple[Effect, ...]:
    """Return what each uncertain quantity does alone. Assumptions go to the ends of their ranges, others to 95 %."""
    ends = {name: (found.low, found.high) for name, found in interface.assumed.items()}
    if inputs.acceleration and "acceleration" in middle:
        ends["acceleration"] = (inputs.acceleration.low, inputs.acceleration.high)
    for name in middle.keys() - ends.keys():
        low, high = np.percentile(drawn[name], [2.5, 97.5])
        ends[name] = (float(low), float(high))

    def speedup(name: str, value: float) -> float:
        return float(_speedup(inputs, interface, {**middle, name: np.asarray(value)}))

    found = [
        Effect(name, low, high, speedup(name, low), speedup(name, high))
        for name, (low, high) in ends.items()
        if low < high
    ]
    moved = (effect for effect in found if effect.at_low != effect.at_high)
    return tuple(sorted(moved, key=lambda effect: (-effect.swing, effect.name)))
