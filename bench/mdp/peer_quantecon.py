"""QuantEcon: `DiscreteDP` by policy iteration, on pairs of states and actions.

A win pays 1 on the way into it, and the ends of the battle lead to themselves for nothing, so the value of a state is
the probability of a win. `DiscreteDP` wants a discount: 1 - 1e-13 a step stands for none, and takes that times the
number of steps to a win off the value: 2e-12, far below the error that any point allows. Matrices are sparse.

Only policy iteration is run. The library's value iteration stops when a step changes the values by less than
tolerance * (1 - discount) / (2 * discount): its bound on the error needs a discount, and this model has none. Like every
peer of the series this one solves the model exactly, whatever error is allowed.

Source: https://quanteconpy.readthedocs.io/en/latest/markov/ddp.html.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from quantecon.markov import DiscreteDP
from scipy import sparse

from bench.mdp._series import Model

KIND = "series peer"
REQUIRES = ("quantecon", "scipy", "numba")
DISCOUNT = 1 - 1e-13


def solver(model: Model) -> Callable[[float], float]:
    """Return what solves the model; it is turned into the library's form here, once."""
    states = model.choice.size
    successors = np.diff(model.start)
    ends = np.flatnonzero(successors == 0)
    of_edge = np.repeat(np.arange(states), successors)
    chosen = model.choice[of_edge]
    number = np.arange(model.column.size) - model.start[of_edge]
    # A choice has an action per successor, another state has one; pairs are sorted by state, then by action.
    actions = np.where(model.choice, 2, 1)
    pair = np.concatenate(([0], np.cumsum(actions)))
    row = np.concatenate((pair[of_edge] + np.where(chosen, number, 0), pair[ends]))
    column = np.concatenate((model.column, ends))
    weight = np.concatenate((np.where(chosen, 1.0, model.probability), np.ones(ends.size)))
    chances = sparse.csr_matrix((weight, (row, column)), shape=(pair[-1], states))
    rewards = chances[:, [model.won]].toarray().ravel()
    rewards[pair[model.won]] = 0.0
    state = np.repeat(np.arange(states), actions)
    process = DiscreteDP(rewards, chances, DISCOUNT, state, np.arange(pair[-1]) - pair[state])

    def solve(error: float) -> float:
        return float(process.solve(method="policy_iteration").v[-1])

    return solve
