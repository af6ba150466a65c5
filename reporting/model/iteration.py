"""How long one iteration takes with an accelerator, term by term, and in how many calls it takes as long as without.

After Accelerometer (ASPLOS 2020), with what the paper does not have: data that moves while the accelerator works, the words
on a design's own bus, a host's cost per byte, and the wait for an accelerator that does not keep up. Every function takes
the values of all draws at once. Where these come from and what is made of the results is in codesign.py.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from reporting.model.inputs import Inputs, Load, State
from reporting.model.interfaces import Interface
from reporting.statistics import Array

HOST, OVERHEAD, LATENCY, TRANSFER, COMPUTE = TERMS = "host", "overhead", "latency", "transfer", "compute"
SESSION = "session"  #: factor by which the host's own part is to be multiplied; without it none
STEPS, ROUNDING = 60, 1e-12  #: to find a break-even: at most so many, until all are so close, as a share of a time


def terms(inputs: Inputs, interface: Interface, state: State, load: Load | None = None) -> State:
    """Return the seconds of one iteration with the accelerator, by TERMS. load: of other calls than there are.

    A synchronous host waits, so the terms add up. An asynchronous one computes meanwhile, but an iteration never ends
    before the accelerator has done its work: what is left to wait for is `compute`.
    """
    asked = inputs.load() if load is None else load
    moved, worked = moving(inputs, interface, state, asked)
    found = {
        HOST: state["whole"] * (1 - state["share"]) * asked.host * state.get(SESSION, np.asarray(1.0)),
        OVERHEAD: asked.calls * (state["overhead"] + state["call"]) + state["per_byte"] * (asked.sent + asked.received),
        LATENCY: asked.calls * state["latency"],
        TRANSFER: moved,
    }
    waits = worked if interface.synchronous else np.maximum(worked - total(found), 0.0)
    return {**found, COMPUTE: waits}


def total(found: State) -> Array:
    return np.asarray(sum(found.values(), np.asarray(0.0)))


def computing(inputs: Inputs, state: State, load: Load) -> Array:
    """Return the seconds that the accelerator itself works in one iteration; 0 where nothing says how fast it is."""
    if inputs.cycles:
        return np.asarray(load.cycles / state["clock"])
    return np.asarray(state["whole"] * state["share"] / state.get("acceleration", np.inf))


def moving(inputs: Inputs, interface: Interface, state: State, load: Load) -> tuple[Array, Array]:
    """Return the seconds of moving data and of the accelerator's work, each without what goes on beside the other.

    Of a design that streams, all of the smaller may be hidden, and over a duplex interface the smaller direction as well:
    so its time lies between the largest and the sum, as `overlap` says. Of another one, what may be hidden is the words
    on its bus, which are moved once, and stand in `cycles` too. What is hidden is taken from the smaller term.
    """
    busy, words = computing(inputs, state, load), np.asarray(0.0)
    to, back = load.sent / state["to"], load.received / state["back"]
    if not inputs.cycles:
        return to + back, busy
    if inputs.width:
        ports = [width * state["clock"] for width in inputs.width]
        own = [size / port for size, port in zip((load.sent, load.received), ports, strict=True)]
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


def per_call(inputs: Inputs, interface: Interface, state: State, calls: float) -> tuple[Array, Array]:
    """Return the seconds that one of so many calls replaces, and that it takes with the accelerator.

    Of a design a call replaces its part of the whole, and takes its part of the host's own time. Elsewhere the host's own
    part goes on beside the calls, and is in neither.
    """
    found = terms(inputs, interface, state, inputs.load(calls))
    if inputs.drives:
        return state["whole"] / calls, total(found) / calls
    return state["whole"] * state["share"] / calls, (total(found) - found[HOST]) / calls


def even_calls(inputs: Inputs, interface: Interface, state: State) -> Array:
    """Return in how many calls the same work takes as long as without the accelerator, of calls that may have any size.

    0: it takes longer in however few. Infinite: a call costs nothing, so no number of them is too many.
    """
    each = state["overhead"] + state["call"] + state["latency"]
    if inputs.drives and inputs.calls:
        each = each + state["whole"] * (1 - state["share"]) / inputs.calls
    with np.errstate(divide="ignore"):
        most = np.where(each > 0, state["whole"] / each, np.inf)

    def late(calls: Array) -> Array:
        """Return by which share an iteration in so many calls is slower than without."""
        return np.asarray(total(terms(inputs, interface, state, inputs.load(calls))) / state["whole"] - 1)

    none = late(np.zeros_like(most)) > 0
    there = ~none & np.isfinite(most)
    return np.where(none, 0.0, np.where(there, _root(late, np.where(there, most, 0.0), there), np.inf))


def _root(rises: Callable[[Array], Array], most: Array, there: NDArray[np.bool_]) -> Array:
    """Return where a function that only rises is 0, between 0 and `most`, for all draws in which it is: `there`.

    By false position (Illinois), which is quick since times are straight lines with a few kinks.
    """
    low, high, last = np.zeros_like(most), most, np.zeros_like(most)
    below, above = (np.where(there, rises(end), side) for end, side in ((low, -1.0), (high, 1.0)))
    middle = low
    for _ in range(STEPS):
        with np.errstate(divide="ignore", invalid="ignore"):
            middle = np.where(above > below, high - above * (high - low) / (above - below), high)
        at = np.where(there, rises(middle), 0.0)
        if np.all(np.abs(at) <= ROUNDING):
            break
        over = at > 0
        above, below = (
            np.where(over, at, np.where(last < 0, above / 2, above)),
            np.where(over, np.where(last > 0, below / 2, below), at),
        )
        low, high, last = np.where(over, low, middle), np.where(over, middle, high), np.where(over, 1.0, -1.0)
    return np.asarray(middle)
