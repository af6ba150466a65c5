"""Sweeps as small matrix products: numpy, with classes of levels and both bounds side by side.

A sweep depends on its own order, so it cannot be one vector operation. But most of that order is linear: a potion is worth
a weighted sum, and where attacking is hopeless the choice is worth what the potion is. Only a real choice, the better of
two, breaks a sum. So sums are substituted into each other until real choices remain, and these are made in batches that
do not depend on one another: two in most levels and three in the first, where the sums alone would wait for each other
17 times. Values are read as old or new exactly as upstream's sweep does, because each is a value of its own before
any matrix is made (bench/mdp/_sweep.py).

Columns are pairs of class and bound: the order is the same in all levels but the first (bench/mdp/_levels.py). Classes
go together if none leads to another; what an attack leads to is a product of two matrices, one over my hit points and
one over classes.

The costs: sums are taken in another order than upstream's, so the last digits differ, and with matrices as small as
these most of the time is the overhead of calls. Battles without this structure are refused, for example where I strike
first.

Sources: batches of independent updates, Bertsekas & Tsitsiklis, Parallel and Distributed Computation, 1989, section 1.2.4
(Gauss-Seidel by colouring); lumping, Kemeny & Snell, Finite Markov Chains, 1960, chapter 6.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bench.mdp import _sweep
from bench.mdp._levels import WON, Levels, Model, levels
from bench.mdp._rules import CASES, UPSTREAM, Rules
from bench.mdp._sweep import Best, Operation, Sum, Sweep

REQUIRES = ("numpy",)
LUMPED = True
SUBSTITUTED = True
GROUPED = False
BOTH_BOUNDS = True
IDEAS = {
    "LUMPED": (False, "levels with the same outlook are swept as one"),
    "SUBSTITUTED": (False, "sums are substituted into each other, so that a sweep has few batches"),
    "GROUPED": (False, "classes that do not lead to one another are columns of the same matrices"),
    "BOTH_BOUNDS": (False, "lower and upper bounds are columns of the same matrices"),
}

Matrix = NDArray[np.float64]


class Battle:
    """Attack or drink a potion, against a monster that strikes back: how likely is a win under the best choices?"""

    def __init__(self, rules: Rules = UPSTREAM) -> None:
        self.rules = rules
        self.sweeps = 0  #: of the last evaluation

    def evaluate(self, tolerance: float = 0.15) -> float:
        """Sweep until the bounds of the initial state are within `tolerance`; return their midpoint."""
        battle = levels(self.rules, LUMPED)
        lower, top = (Template(battle.model, _sweep.write(battle.model, order)) for order in (battle.lower, battle.top))
        bounds = [[0.0, 1.0]] if BOTH_BOUNDS else [[0.0], [1.0]]
        solvers = [Solver(battle, lower, top, np.array(start)) for start in bounds]
        low, high = 0.0, 1.0
        self.sweeps = 0
        while high - low > tolerance:
            low, high = np.concatenate([solver.sweep() for solver in solvers])
            self.sweeps += 1
        return float(low + high) / 2


class Template:
    """The sweep of a level in matrices. Rows are the values that are kept: old ones first, then batch by batch."""

    def __init__(self, model: Model, sweep: Sweep) -> None:
        operations = sweep.operations
        olds = [number for number, _ in sweep.inputs]
        batch = _batches(operations)
        made = [
            n
            for n, operation in enumerate(operations)
            if isinstance(operation, (Best,) if SUBSTITUTED else (Best, Sum))
        ]
        made.sort(key=lambda number: batch[number])
        rows = olds + made
        sums, values = _expressed(operations, rows, model.whole)
        ends = [len(olds) + i for i in range(1, len(made) + 1) if i == len(made) or batch[made[i]] > batch[made[i - 1]]]
        self.batches = [(a, b, sums[rows[a:b], :a]) for a, b in zip([len(olds), *ends], ends, strict=False)]
        self.old = len(olds)
        self.rows = len(rows)
        self.after = values[[number for _, number in sweep.inputs]]  # the old values of the next sweep, from all rows
        self.choices, self.attacks = np.zeros((model.most + 1, len(rows))), np.zeros((len(made), model.most + 1))
        for mine, number in sweep.choices.items():
            self.choices[mine] = values[number]
        for row, number in enumerate(made):
            operation = operations[number]
            if isinstance(operation, Best):
                left = {
                    operation.mine - damage: weight for damage, weight in model.mixed.items() if damage < operation.mine
                }
                self.attacks[row, list(left)] = np.array(list(left.values())) / model.whole

    def run(self, values: Matrix, attacks: Matrix) -> None:
        """Fill in the rows that a sweep makes; sums are choices against an attack that is worth nothing."""
        for first, last, sums in self.batches:
            np.maximum(sums @ values[:first], attacks[first - self.old : last - self.old], out=values[first:last])


def _batches(operations: Sequence[Operation]) -> list[int]:
    """Return how many values must be made one after another before each value is there."""
    batch: list[int] = []
    for operation in operations:
        if isinstance(operation, Best):
            batch.append(batch[operation.potion] + 1)
        elif isinstance(operation, Sum):
            batch.append(max((batch[value] for value, _ in operation.terms), default=0) + (not SUBSTITUTED))
        else:
            batch.append(0)
    return batch


def _expressed(operations: Sequence[Operation], rows: list[int], whole: int) -> tuple[Matrix, Matrix]:
    """Return, as weights of rows, what each value (or the potion in it) is a sum of, and what it is."""
    sums, values = np.zeros((len(operations), len(rows))), np.zeros((len(operations), len(rows)))
    values[rows] = np.eye(len(rows))
    known = set(rows)
    for number, operation in enumerate(operations):
        if isinstance(operation, Best):
            sums[number] = values[operation.potion]
        elif isinstance(operation, Sum):
            for value, weight in operation.terms:
                sums[number] += weight / whole * values[value]
            if number not in known:
                values[number] = sums[number]
    return sums, values


class Group(NamedTuple):
    """Classes that are swept together. Columns are pairs of class and bound."""

    template: Template
    values: Matrix  #: rows of the template by columns of the group, a view
    below: Matrix  #: the values of all classes that attacks can lead to, a view
    mix: Matrix  #: columns of `below` by columns of the group: where attacks lead to, by weight
    attack: Matrix  #: what attacks are worth in rows of `below`, for the rows that a sweep makes
    sure: Matrix  #: the sure wins among the attacks


class Solver:
    """Bounds of all states, and what a sweep does to them. `start` has the initial values of one bound, or of both."""

    def __init__(self, battle: Levels, lower: Template, top: Template, start: Matrix) -> None:
        depths = _depths(battle)
        order = sorted(depths, key=lambda number: depths[number])
        bounds = len(start)
        self.lower, self.top = np.empty((lower.rows, bounds * len(order[:-1]))), np.empty((top.rows, bounds))
        self.lower[: lower.old], self.top[: top.old] = np.tile(start, len(order[:-1])), start
        self.templates = ((lower, self.lower), (top, self.top))
        self.groups: list[Group] = []
        first = 0
        for _, group in groupby(order, key=lambda number: depths[number]):
            members = list(group)
            last = first + len(members)
            columns = self.lower[:, bounds * first : bounds * last]
            template, values = (top, self.top) if members == order[-1:] else (lower, columns)
            weights = np.array(
                [[dict(battle.outlooks[m]).get(t, 0) / CASES for m in members] for t in [WON, *order[:first]]]
            )
            mix, won = np.kron(weights[1:], np.eye(bounds)), np.repeat(weights[0], bounds)
            attack, sure = template.attacks @ lower.choices, np.outer(template.attacks.sum(axis=1), won)
            self.groups.append(Group(template, values, self.lower[:, : bounds * first], mix, attack, sure))
            first = last

    def sweep(self) -> Matrix:
        """Sweep all levels, from the lowest up; return the bounds of the initial state."""
        for group in self.groups:
            group.template.run(group.values, group.attack @ (group.below @ group.mix) + group.sure)
        template, values = self.templates[-1]
        start: Matrix = template.choices[-1] @ values
        for template, values in self.templates:
            values[: template.old] = template.after @ values
        return start


def _depths(battle: Levels) -> dict[int, int]:
    """Return class -> depth: classes lead to smaller depths only, and the top has the largest for itself."""
    depths: dict[int, int] = {}
    for number, outlook in enumerate(battle.outlooks[1:-1], 1):
        below = [depths[target] for target, _ in outlook if target != WON]
        depths[number] = 1 + max(below, default=0) if GROUPED else number
    return {**depths, len(battle.outlooks) - 1: len(battle.outlooks)}
