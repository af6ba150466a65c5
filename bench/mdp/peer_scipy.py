"""SciPy: policy iteration, each policy's chain solved directly as a sparse linear system.

A policy picks a successor for every choice; what remains is a Markov chain, and its values solve a linear system, which
`scipy.sparse.linalg.spsolve` factors (SuperLU). Then every choice takes its better successor, until none changes. The
first policy always attacks, so its chain ends, and so do those of all better ones: no discount is needed.

It solves the model exactly, whatever error is allowed, so it takes the same time at every point, and its error is that
of rounding. It takes no part in the ladder: upstream's job is to stop early, in a given order of states.

Source: Howard, Dynamic Programming and Markov Processes, 1960;
https://docs.scipy.org/doc/scipy/reference/generated/scipy.sparse.linalg.spsolve.html.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import spsolve

from bench.mdp._series import Model

KIND = "series peer"
REQUIRES = ("scipy", "numba")
NOTICED = 1e-12  #: a choice changes for more than this, so that rounding does not make it change for ever


def solver(model: Model) -> Callable[[float], float]:
    """Return what solves the model; the chances that no policy changes are turned into a matrix here, once."""
    states = model.choice.size
    everything = sparse.csr_matrix((model.probability, model.column, model.start), shape=(states, states))
    chances = (sparse.diags((~model.choice).astype(float)) @ everything).tocsr()
    choices = np.flatnonzero(model.choice)
    options = model.column[model.start[choices][:, None] + [0, 1]]
    here, won = np.arange(choices.size), np.zeros(states)
    won[model.won] = 1.0

    def solve(error: float) -> float:
        policy: Any = np.zeros(choices.size, int)
        while True:
            picked = (np.ones(choices.size), (choices, options[here, policy]))
            chain = chances + sparse.csr_matrix(picked, shape=(states, states))
            values = spsolve((sparse.identity(states) - chain).tocsc(), won)
            change = values[options[here, 1 - policy]] > values[options[here, policy]] + NOTICED
            if not change.any():
                return float(values[-1])
            policy = np.where(change, 1 - policy, policy)

    return solve
