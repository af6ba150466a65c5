"""What an accelerator would bring to the whole: the published models over inputs that are measured, as intervals.

`project` draws all inputs together and puts every draw through Accelerometer's model (ASPLOS 2020), which with one call
is LogCA's (ISCA 2017) and with a free interface Amdahl's (AFIPS 1967). A result is a projection, never a measurement.
The rest of the model is in model/: its formulas alone, where inputs come from, interfaces, curves for charts. No word of
a report is here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from reporting.model import formulas, uncertain
from reporting.model.interfaces import Interface
from reporting.model.uncertain import Range
from reporting.statistics import SEED, Array, Interval

State = dict[str, Array]  #: name of an uncertain quantity, or of a result -> its value for each draw

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
    cycles: int = 0  #: of the accelerator, in one iteration, words on its bus included
    clock: tuple[float, ...] = ()  #: Hz, one per seed of the placer
    width: tuple[float, float] | None = None  #: bytes that cross its bus in a cycle, to it and from it; None: not known
    grain: float = 0.0  #: bytes that a design works on while more of them arrive, in multiples; 0: it does not
    fixed: float = 0.0  #: bytes among `sent` that every call has, however little it works on
    drives: bool = False  #: whether the host's own part is spent on the calls, so that more calls take more of it
    acceleration: Range | None = None
    sources: Mapping[str, str] = field(default_factory=dict)  #: name of a field -> how it was obtained, in words

    def __post_init__(self) -> None:
        if not self.whole or bool(self.host) == (self.share is not None):
            raise ValueError(f"{self.name}: a baseline's times, and either a host's times or a share, are needed")
        if self.cycles and (not self.clock or self.acceleration):
            raise ValueError(f"{self.name}: cycles need a clock, and leave no other acceleration")

    @property
    def streams(self) -> bool:
        return self.grain > 0

    @property
    def payload(self) -> float:
        """Return the bytes of one iteration that are worked on."""
        return (self.sent or 0.0) - self.fixed * (self.calls or 0.0)

    @property
    def divisible(self) -> bool:
        """Whether the same work could be done in larger or smaller calls: a design says so, elsewhere LogCA takes it so."""
        return self.streams or not self.drives


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
    speedup: Interval  #: of one whole iteration
    cap: Interval  #: if the accelerator and its interface took no time at all: Amdahl's bound
    share: Interval  #: of the baseline's time that is taken over
    acceleration: Interval  #: of that part, by the accelerator alone, without the interface
    terms: Mapping[str, Interval]  #: s of one iteration with the accelerator, by TERMS; together they are its time
    binds: str  #: the largest of these terms
    binding: Mapping[str, float]  #: term -> share of the draws in which it is the largest
    break_even_bytes: Interval | None  #: that a call works on, at least the grain: below, it loses
    break_even_calls: Interval | None  #: in one iteration, for the same work: above, it loses
    effects: tuple[Effect, ...]  #: of the inputs that move the speedup, the strongest first
    loses: float  #: share of the draws in which it is slower than without

    @property
    def seconds(self) -> float:
        """Return the typical seconds of one iteration with the accelerator."""
        return sum(term.value for term in self.terms.values())


def project(inputs: Inputs, interface: Interface, draws: int = DRAWS, seed: int = SEED) -> Projection:
    """Return what one candidate brings over one interface; the same arguments give the same result, in about 30 ms.

    A synchronous host waits, so the terms add up. An asynchronous one computes meanwhile, but an iteration never ends
    before the accelerator has done its work, which Accelerometer takes for granted: the wait that is left is `compute`.
    The words on a design's own bus are among its cycles, so what the interface moves is not all added to them: see `moving`.
    """
    middle, drawn = typical(inputs, interface), draw(inputs, interface, draws, seed)
    one, many = _outcome(inputs, interface, middle), _outcome(inputs, interface, drawn)

    def interval(name: str) -> Interval:
        return uncertain.summary(float(one[name]), np.broadcast_to(many[name], draws))

    largest = np.argmax([np.broadcast_to(many[f"{term} weight"], draws) for term in TERMS], axis=0)
    return Projection(
        inputs,
        interface,
        speedup=interval("speedup"),
        cap=interval("cap"),
        share=interval("share"),
        acceleration=interval("acceleration"),
        terms={term: interval(term) for term in TERMS},
        binds=max(TERMS, key=lambda term: float(one[f"{term} weight"])),
        binding={term: float(np.mean(largest == place)) for place, term in enumerate(TERMS)},
        break_even_bytes=interval("break-even bytes") if "break-even bytes" in one else None,
        break_even_calls=interval("break-even calls") if inputs.divisible and np.max(many["constant"]) > 0 else None,
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
    assumed = {name: np.asarray(found.typical) for name, found in _assumed(interface).items()}
    return {"whole": np.asarray(whole), "share": np.asarray(share), **speed, **assumed}


def draw(inputs: Inputs, interface: Interface, draws: int, seed: int) -> State:
    """Return draws of every uncertain quantity; each has a stream of its own, so no other quantity moves it."""

    def stream(name: str) -> np.random.Generator:
        return np.random.default_rng([seed, *name.encode()])

    if inputs.share:
        (whole,) = uncertain.timings([inputs.whole], draws, stream("timings"))
        share = uncertain.share(inputs.share, draws, stream("share"))
    else:
        whole, host = uncertain.timings([inputs.whole, inputs.host], draws, stream("timings"))
        share = 1 - host / whole
    speed: State = {}
    if inputs.cycles:
        speed = {"clock": uncertain.seeds(inputs.clock, draws, stream("clock"))}
    elif inputs.acceleration:
        speed = {"acceleration": inputs.acceleration.draw(draws, stream("acceleration"))}
    assumed = {name: found.draw(draws, stream(name)) for name, found in _assumed(interface).items()}
    return {"whole": whole, "share": share, **speed, **assumed}


def _assumed(interface: Interface) -> dict[str, Range]:
    names = ("overhead", "latency", "to", "back", "overlap", "call")
    return {name: getattr(interface, name) for name in names}


def computing(inputs: Inputs, state: State) -> Array:
    """Return the seconds that the accelerator itself works in one iteration; 0 where nothing says how fast it is."""
    if inputs.cycles:
        return np.asarray(inputs.cycles / state["clock"])
    return np.asarray(state["whole"] * state["share"] / state.get("acceleration", np.inf))


def _outcome(inputs: Inputs, interface: Interface, state: State) -> State:
    """Return all results for each draw (or for the typical values), by name."""
    part = state["whole"] * state["share"]
    terms, busy = _terms(inputs, interface, state), computing(inputs, state)
    total = sum(terms.values(), np.asarray(0.0))
    replaced, growing, constant = of_calls(inputs, interface, state)
    with np.errstate(divide="ignore", invalid="ignore"):
        left = np.maximum(replaced - growing, 0.0)
        found = {
            "speedup": state["whole"] / total,
            "cap": np.where(state["share"] < 1, 1 / (1 - state["share"]), np.inf),
            "share": state["share"],
            "acceleration": state.get("acceleration", np.where(busy > 0, np.maximum(part, 0.0) / busy, np.inf)),
            "constant": constant,
            "break-even calls": np.where(constant > 0, left / constant, np.inf),
        }
    if inputs.calls and inputs.payload > 0 and inputs.divisible:
        least = formulas.break_even(replaced / inputs.payload, np.inf, constant, per_byte=growing / inputs.payload)
        found["break-even bytes"] = np.maximum(least, inputs.grain)
    hidden = {} if interface.synchronous else {COMPUTE: np.where(terms[COMPUTE] > 0, busy, 0.0)}
    weights = {f"{term} weight": value for term, value in {**terms, **hidden}.items()}
    return {**found, **terms, **weights}


def of_calls(inputs: Inputs, interface: Interface, state: State) -> tuple[Array, Array, Array]:
    """Return what LogCA asks of calls: seconds of what they replace and of what grows with bytes, both of an iteration, and
    the constant seconds of one call.

    Constant are o + L, the bytes that every call sends (work on the bus included) and, of a design, all of the host's own
    part: how much of that would grow with the bytes was not measured, so calls pay from no larger size than is said here.
    What they replace is then the whole, else the accelerated part alone.
    """
    terms = _terms(inputs, interface, state)
    moved = terms[TRANSFER] + (terms[COMPUTE] if interface.synchronous else 0.0)
    replaced = state["whole"] * (1.0 if inputs.drives else state["share"])
    constant = state["overhead"] + state["call"] + state["latency"]
    if not inputs.calls:
        return replaced, moved, constant
    always = inputs.fixed * inputs.calls / inputs.sent if inputs.sent else 0.0
    host = terms[HOST] if inputs.drives else 0.0
    return replaced, moved * (1 - always), constant + (moved * always + host) / inputs.calls


def _terms(inputs: Inputs, interface: Interface, state: State) -> State:
    """Return the seconds of one iteration with the accelerator, by TERMS."""
    calls = inputs.calls or 0.0
    moved, worked = moving(inputs, interface, state)
    terms = {
        HOST: state["whole"] * (1 - state["share"]),
        OVERHEAD: calls * (state["overhead"] + state["call"]),
        LATENCY: calls * state["latency"],
        TRANSFER: moved,
    }
    waits = worked if interface.synchronous else np.maximum(worked - sum(terms.values()), 0.0)
    return {**terms, COMPUTE: waits}


def moving(inputs: Inputs, interface: Interface, state: State) -> tuple[Array, Array]:
    """Return the seconds of moving data and of the accelerator's work, each without what goes on beside the other.

    Of a design that streams, all of the smaller may be hidden, and over a duplex interface the smaller direction as well:
    so its time lies between the largest and the sum, as `overlap` says. Of another one, what may be hidden is the words
    on its bus, which are moved once, and stand in `cycles` too. What is hidden is taken from the smaller term.
    """
    busy, words = computing(inputs, state), np.asarray(0.0)
    to, back = (inputs.sent or 0.0) / state["to"], (inputs.received or 0.0) / state["back"]
    if not inputs.cycles:
        return to + back, busy
    if inputs.width:
        ports = [width * state["clock"] for width in inputs.width]
        own = [size / port for size, port in zip((inputs.sent or 0.0, inputs.received or 0.0), ports, strict=True)]
        words = np.minimum(busy, own[0] + own[1])
        # No interface is faster than the bus. One without a limit is the bus itself, and its words are among the cycles.
        to, back = (np.where(at > 0, np.maximum(at, word), 0.0) for at, word in zip((to, back), own, strict=True))
    both = np.minimum(to, back) if inputs.streams and interface.duplex else 0.0
    moved, beside = to + back - state["overlap"] * both, busy if inputs.streams else words
    if not interface.synchronous:
        return moved, busy
    hidden = state["overlap"] * np.minimum(moved, beside)
    less = moved < beside
    return moved - np.where(less, hidden, 0.0), busy - np.where(less, 0.0, hidden)


def _effects(inputs: Inputs, interface: Interface, middle: State, drawn: State) -> tuple[Effect, ...]:
    """Return what each uncertain quantity does alone. Assumptions go to the ends of their ranges, others to 95 %."""
    ends = {name: (found.low, found.high) for name, found in _assumed(interface).items()}
    if inputs.acceleration and "acceleration" in middle:
        ends["acceleration"] = (inputs.acceleration.low, inputs.acceleration.high)
    for name in middle.keys() - ends.keys():
        low, high = np.percentile(drawn[name], [2.5, 97.5])
        ends[name] = (float(low), float(high))

    def speedup(name: str, value: float) -> float:
        return float(_outcome(inputs, interface, {**middle, name: np.asarray(value)})["speedup"])

    found = [
        Effect(name, low, high, speedup(name, low), speedup(name, high))
        for name, (low, high) in ends.items()
        if low < high
    ]
    moved = (effect for effect in found if effect.at_low != effect.at_high)
    return tuple(sorted(moved, key=lambda effect: (-effect.swing, effect.name)))
