"""Weights in fixed point: how they are rounded, and how they are numbered for the engine's table."""

from __future__ import annotations

from typing import Any

import numpy as np

from bench.mdp._compiled import compiled

TABLE = 4096  #: of the hash table below: a battle has few different weights


@compiled
def scaled(weight: int, whole: int, one: int) -> int:
    """Return weight / whole in units of 1 / one, rounded to the nearest."""
    return (2 * weight * one + whole) // (2 * whole)


@compiled
def scale(weights: Any, whole: int, one: int) -> None:
    """Turn the weights of a sum, parts of a whole, into fixed point in place.

    Their sum is rounded, not each: so what all of them leave out is less than a unit, and a sure thing is exactly 1.
    """
    total = below = 0
    for i in range(weights.size):
        total += weights[i]
        upto = scaled(total, whole, one)
        weights[i], below = upto - below, upto


@compiled
def numbered(exact: Any) -> tuple[Any, Any]:
    """Return the number of each weight, and the different weights in the order in which they appear."""
    keys, numbers = np.full(TABLE, -1, np.int64), np.empty(TABLE, np.int64)
    number, weights = np.empty(exact.size, np.int64), np.empty(TABLE, np.int64)
    count = 0
    for i in range(exact.size):
        at = (exact[i] * 40503 >> 8) % TABLE
        while keys[at] >= 0 and keys[at] != exact[i]:
            at = (at + 1) % TABLE
        if keys[at] < 0:
            if count == TABLE - 1:
                raise ValueError("more different weights than any table of weights could hold")
            keys[at], numbers[at], weights[count] = exact[i], count, exact[i]
            count += 1
        number[i] = numbers[at]
    return number, weights[:count].copy()
