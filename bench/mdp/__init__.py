"""A Markov decision process solved by value iteration: pyperformance's `mdp`.

The job is upstream's: build the model of a battle between two monsters from its rules, then sweep it in upstream's
order until the bounds of the initial state are within 0.192. A variant is a module that defines `Battle`.
"""

from __future__ import annotations

from functools import partial
from time import perf_counter
from types import ModuleType
from typing import Any

from bench import upstream
from bench.errors import WrongAnswer
from bench.mdp import oracle
from bench.mdp._series import SERIES
from bench.model import Family, Workload

SIZES = {"full": 0.192, "small": 0.9}  # tolerance at which the sweeps stop
# Edge evaluations: the successors of all states that a sweep visits, summed over the sweeps. Counted once by wrapping
# mdp_opt3.sweep: 111 sweeps at full size; one over all 22,418 edges at the small size, where building the model is
# nearly all of the work.
EDGES = {"full": 2_015_728.0, "small": 22_418.0}


def prepare(variant: ModuleType, tolerance: float) -> Workload:
    """Substitute `variant` into upstream's own `bench_mdp`, which checks the answer within 1e-6."""
    answers: list[float] = []

    class Battle(variant.Battle):  # type: ignore[name-defined,misc]
        """The variant's class; keeps the answer that upstream's loop checks and drops (0.2 µs a call)."""

        def evaluate(self, tolerance: float = 0.15) -> float:
            answers[:] = [super().evaluate(tolerance)]
            return answers[0]

    bench: Any = upstream.load("mdp")
    bench.Battle = Battle  # upstream looks the class up here
    run = upstream.checked(bench.bench_mdp) if tolerance == SIZES["full"] else partial(_shorter, Battle, tolerance)
    return Workload(run, lambda: answers[0])


def _shorter(battle: type, tolerance: float, loops: int) -> float:
    """Upstream has one size only, so the small one (tests, simulators) has a loop of its own."""
    start = perf_counter()
    for _ in range(loops):
        battle().evaluate(tolerance)
    return perf_counter() - start


def accept(answer: float, tolerance: float) -> None:
    """Hold the answer of a measured process against upstream's stopping point, within upstream's 1e-6."""
    expected = oracle.EXPECTED[tolerance]
    if not abs(answer - expected) <= 1e-6:
        raise WrongAnswer(f"evaluate({tolerance}) gave {answer!r}, expected {expected!r}")


def digest(answer: float) -> str:
    return f"{answer:.9f}"


FAMILY = Family(
    summary="Value iteration on a Markov decision process of 4,823 states",
    upstream="mdp",
    baseline="mdp_clean",
    entry="Battle",
    sizes=SIZES,
    work={name: (edges, "edge") for name, edges in EDGES.items()},
    prepare=prepare,
    check=oracle.check,
    accept=accept,
    digest=digest,
    series=SERIES,
)
