"""The rows of a battle state by state, as upstream sweeps it: 4,823 states and 22,418 edges in upstream's battle.

The states and their order are those of mdp_numba. Rows that only lead to rows which are settled already (a win, a loss,
or another such row) come first, for they never change after the first sweep: upstream freezes the same states there.
They lead to no state that comes later in upstream's order, so moving them to the front changes nothing.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bench.mdp._compiled import compiled
from bench.mdp._rows import Rows
from bench.mdp._rules import UPSTREAM, Rules
from bench.mdp._weights import numbered


def rows(rules: Rules = UPSTREAM, fraction: int = 31) -> Rows:
    """Build the rows of a battle of any rules."""
    from bench.mdp import mdp_numba

    one = 1 << fraction
    start, place, probability, choice, state, bounds = mdp_numba.model(rules)
    settled, first, found, weight, weights, best, target = settled_first(
        start, place, probability, choice, state, bounds, one
    )
    lower, upper = (bounds[side::2].astype(np.int64) * one for side in (0, 1))
    delay = np.zeros(target.size, np.int64)
    return Rows(
        first, found, weight, best, target, delay, weights, lower, upper, int(settled), lower.size - 1, fraction
    )


@compiled
def settled_first(
    start: Any, place: Any, probability: Any, choice: Any, state: Any, bounds: Any, one: int
) -> tuple[Any, ...]:
    """Return the number of settled rows, and all rows in the order of a sweep, those first."""
    count = state.size
    settled = bounds[::2] == bounds[1::2]
    order = np.empty(count, np.int64)
    front = back = 0
    for row in range(count):
        settles = True
        for edge in range(start[row], start[row + 1]):
            settles &= settled[place[edge] // 2]
        settled[state[row] // 2] = settles
        if settles:
            order[front] = row
            front += 1
        else:
            order[count - 1 - back] = row
            back += 1
    order[front:] = order[front:][::-1].copy()
    first, best, target = np.zeros(count + 1, np.int64), np.empty(count, np.int64), np.empty(count, np.int64)
    found, exact = np.empty(place.size, np.int64), np.zeros(place.size, np.int64)
    used = 0
    for i in range(count):
        row = order[i]
        best[i], target[i] = choice[row], state[row] // 2
        total, below = 0.0, np.int64(0)
        for edge in range(start[row], start[row + 1]):
            found[used] = place[edge] // 2
            if not choice[row]:  # sums are rounded, not single weights, as in _weights.scale
                total += probability[edge]
                upto = np.int64(np.rint(total * one))
                exact[used], below = upto - below, upto
            used += 1
        first[i + 1] = used
    weight, weights = numbered(exact)
    return front, first, found, weight, weights, best, target
