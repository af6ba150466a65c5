"""The value of the model itself, at equal accuracy: what rungs and solvers from libraries can be compared at.

Upstream's job stops where its bounds are 0.192 apart, which no library solver can be asked for. So here the question is
the probability of winning the battle of upstream's rules, to within a given error. Rungs build the model within the
call and sweep until their bounds are twice that error apart. Peers get the model ready made, in compressed rows, and
may turn it into what their library wants, all outside the timed call: that favours them.
"""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from types import ModuleType
from typing import Any, NamedTuple

from bench.errors import Unsupported, WrongAnswer
from bench.mdp._rules import UPSTREAM
from bench.model import Series, Workload

#: The probability of a win, by policy iteration on the model below: the last policy's linear system is factored, its
#: solution refined with residuals in extended precision, which leaves 1e-19. Upstream's sweeps close in on it: after
#: 4,998 their bounds are 1e-13 apart, 0.802753072810227 and 0.802753072810326.
VALUE = 0.802753072810228
#: target error -> edges that upstream's sweeps visit until their bounds are twice that apart. Counted once with
#: mdp_numba: per sweep, the successors of all states whose bounds have not met; in 3, 111, 4,905 and 4,944 sweeps.
#: 0.096 is where the job itself stops.
EDGES = {0.25: 58_660.0, 0.096: 2_015_728.0, 1e-6: 88_297_280.0, 1e-9: 88_994_327.0}


class Model(NamedTuple):
    """A Markov decision process in compressed rows, as numpy arrays; the initial state is the last."""

    start: Any  #: successors of state i are column[start[i] : start[i + 1]]; the ends of the battle have none
    column: Any  #: numbers of states
    probability: Any  #: of each successor; of no meaning in the row of a choice, which has two
    choice: Any  #: whether the best successor is chosen
    won: int  #: the state whose value is 1; that of the other one without successors is 0


def ready_made() -> Model:
    """Build the model with mdp_numba, whose rows are upstream's to the last bit."""
    import numpy as np

    from bench.mdp import mdp_numba

    start, place, probability, choice, state, bounds = mdp_numba.model(UPSTREAM)
    states, rows = bounds.size // 2, state // 2
    successors, chosen = np.zeros(states, np.int64), np.zeros(states, bool)
    successors[rows], chosen[rows] = np.diff(start.astype(np.int64)), choice
    begin = np.concatenate(([0], np.cumsum(successors)))
    won = int(np.flatnonzero(bounds[::2] == 1.0)[0])
    return Model(begin, (place // 2).astype(np.int64), probability, chosen, won)


def prepare(variant: ModuleType, error: float) -> Workload:
    """Time a rung's `Battle`, or what a peer's `solver` makes of the model."""
    if hasattr(variant, "solver"):
        solve: Callable[[float], float] = variant.solver(ready_made())
    elif hasattr(variant, "Battle"):

        def solve(error: float) -> float:
            return float(variant.Battle().evaluate(2 * error))
    else:
        raise Unsupported(f"{variant.__name__} has neither a Battle nor a solver")
    answers: list[float] = []

    def run(loops: int) -> float:
        begin = perf_counter()
        for _ in range(loops):
            answers[:] = [solve(error)]
        return perf_counter() - begin

    return Workload(run, lambda: answers[0])


def check(answer: float, error: float) -> float:
    """Return how far an answer is from the value of the model."""
    found = abs(answer - VALUE)
    if not found <= error * (1 + 1e-9) + 1e-12:  # bounds may be just within, and sums are rounded
        raise WrongAnswer(f"{answer!r} is not within {error} of the model's value, {VALUE}")
    return found


SERIES = Series(
    title="The model's value at equal accuracy",
    summary="One call solves upstream's battle to within the given error. Rungs build the model in the call; peers are"
    " given it in compressed rows and may convert it before the call, which favours them; they solve it exactly, whatever"
    " error is allowed, so a loose one shows what stopping early saves.",
    points={f"within {error:g}": error for error in EDGES},
    work={f"within {error:g}": (edges, "edge") for error, edges in EDGES.items()},
    prepare=prepare,
    check=check,
    error_unit="probability",
)
