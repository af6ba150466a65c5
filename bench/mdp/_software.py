"""The engine's counterpart in C: the same rows, swept by one core of this CPU. Its function is in _sweeps.c.

In doubles, not in the engine's fixed point: it is the faster form, and what a C programmer would write. Weights are the
very ones of the rows, so answers are the engine's but for roundings, and within 1e-10 of upstream's. Tried on a Xeon of
2024 with gcc 12, on lumped models (4,792 edges, 113 sweeps): this 0.33 ms; both bounds as 64-bit integers, exact as
_rows.evaluate, 0.41; -O3, or two sums in turn for the latency of an addition, within 3 % of this; -march=native the same or
up to 12 % slower; the larger of two bounds chosen by a branch-free mask, 0.39.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np

from bench.errors import SuiteError
from bench.hardware import Kernel
from bench.mdp._rows import Rows
from bench.mdp._rules import UPSTREAM, Rules

MOST_SWEEPS = 10_000
ARRAYS = ("start", "place", "weight", "best", "target", "delay", "weights", "lower", "upper")
NUMBERS = ("rows", "slots", "settled", "root", "fraction")


class Model(ctypes.Structure):
    """The rows as _sweeps.c has them: `struct model`."""

    _fields_ = [
        *((name, ctypes.c_void_p) for name in ARRAYS),
        *((name, ctypes.c_int64) for name in NUMBERS),
    ]


def solve(kernel: Kernel, rows: Rows, tolerance: float) -> tuple[float, float, int]:
    """Return the bounds of the root, and the sweeps that they took, those of the lag included."""
    arrays = [np.ascontiguousarray(getattr(rows, name), np.int64) for name in ARRAYS]
    numbers = rows.target.size, rows.lower.size, rows.settled, rows.root, rows.fraction
    model, found = Model(*(array.ctypes.data for array in arrays), *numbers), (ctypes.c_double * 2)()
    most = ctypes.c_int64(MOST_SWEEPS)
    sweeps = kernel.call("mdp_sweep", ctypes.byref(model), ctypes.c_double(tolerance), most, found)
    if sweeps == -1:
        raise SuiteError(f"the bounds do not meet within {MOST_SWEEPS} sweeps", "Use more tolerance.")
    if sweeps < 0:
        raise SuiteError("there is no memory for the rows", "Use a smaller model.")
    return found[0], found[1], sweeps


def variant(kernel: Kernel, rows: Callable[[Rules, int], Rows], fraction: int) -> Any:
    """Return what defines `Battle`: the model and its order are the host's part, as of the engine, the sweeps C's."""

    class Battle:
        """Upstream's battle, or another one, swept in C."""

        def __init__(self, rules: Rules = UPSTREAM) -> None:
            self.rules = rules
            self.sweeps = 0  #: that the last evaluation took

        def evaluate(self, tolerance: float = 0.15) -> float:
            """Sweep until the bounds of the initial state are within `tolerance`; return their midpoint."""
            model = rows(self.rules, fraction)
            low, high, sweeps = solve(kernel, model, tolerance)
            self.sweeps = max(0, sweeps - model.lag)
            return (low + high) / 2

    return SimpleNamespace(Battle=Battle)
