"""The published models of what an accelerator brings: Amdahl, LogCA, Accelerometer. Formulas only, in their papers' terms.

Each takes numbers or numpy arrays, which broadcast against each other. Times of one model share a unit, whichever.

Amdahl, "Validity of the single processor approach to achieving large scale computing capabilities", AFIPS 1967.
Altaf and Wood, "LogCA: a high-level performance model for hardware accelerators", ISCA 2017.
Sriraman and Dhanotia, "Accelerometer: understanding acceleration opportunities for data center overheads at hyperscale",
ASPLOS 2020.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from reporting.statistics import Array

Number: TypeAlias = "float | Array"


def _ratio(above: Number, below: Number) -> Array:
    """Divide; what takes no time at all is infinitely fast, and 0/0 (nothing, in no time) counts as no change."""
    above, below = np.broadcast_arrays(np.asarray(above, dtype=float), np.asarray(below, dtype=float))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where((above == 0) & (below == 0), 1.0, above / below))


def amdahl(share: Number, acceleration: Number) -> Array:
    """Return the speedup of the whole when `share` of its time is made `acceleration` times faster.

    S = 1 / ((1 - share) + share / acceleration); for an infinite acceleration the cap, 1 / (1 - share). Amdahl 1967.
    """
    share = np.asarray(share, dtype=float)
    return _ratio(1.0, (1 - share) + share / np.asarray(acceleration, dtype=float))


def accelerometer_sync(
    share: Number, acceleration: Number, offloads: Number, overhead: Number, latency: Number, queue: Number = 0.0
) -> Array:
    """Return the speedup where the host waits for every offload. Accelerometer, section 3, synchronous.

    S = 1 / ((1 - a) + a/A + n/C (o0 + L + Q)). offloads is n/C, offloads per unit of the whole's time; overhead (o0, to
    set an offload up), latency (L, to move it there and back) and queue (Q, to wait for a turn) are per offload.
    """
    share = np.asarray(share, dtype=float)
    moved = np.asarray(offloads) * (np.asarray(overhead) + latency + queue)
    return _ratio(1.0, (1 - share) + share / np.asarray(acceleration, dtype=float) + moved)


def accelerometer_async(
    share: Number, offloads: Number, overhead: Number, latency: Number, queue: Number = 0.0
) -> Array:
    """Return the speedup where the host does other work meanwhile. Accelerometer, section 3, asynchronous.

    S = 1 / ((1 - a) + n/C (o0 + L + Q)): as the synchronous one, without the accelerator's own time. So the model takes the
    accelerator to keep up with the host; `iteration.terms` bounds the result where it does not.
    """
    moved = np.asarray(offloads) * (np.asarray(overhead) + latency + queue)
    return _ratio(1.0, (1 - np.asarray(share, dtype=float)) + moved)


def logca(
    size: Number, index: Number, acceleration: Number, overhead: Number, latency: Number = 0.0,
    per_byte: Number = 0.0, complexity: float = 1.0,
) -> Array:  # fmt: skip
    """Return the speedup of one kernel call that works on `size` bytes (the granularity g). LogCA, equations 1 to 3.

    S(g) = C g^b / (o + L(g) + C g^b / A), with L(g) = latency + per_byte g. index is C, the host's time per byte (to the
    power of b, the complexity); overhead is o, to set one offload up. LogCA itself has either a constant latency or one in
    proportion to g; here both parts may be there.
    """
    size = np.asarray(size, dtype=float)
    work = index * size**complexity
    return _ratio(work, overhead + latency + per_byte * size + work / np.asarray(acceleration, dtype=float))


def break_even(
    index: Number, acceleration: Number, overhead: Number, latency: Number = 0.0, per_byte: Number = 0.0
) -> Array:
    """Return g1: the bytes of a call at which it is as fast with the accelerator as without; infinite where it never is.

    g1 = (o + L) / (C (1 - 1/A) - per_byte), from S(g1) = 1, for work in proportion to g. LogCA, section 3.2.
    """
    index, fixed = np.asarray(index, dtype=float), np.asarray(overhead, dtype=float) + latency
    gained = index * (1 - 1 / np.asarray(acceleration, dtype=float)) - per_byte
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(gained > 0, fixed / gained, np.inf))
