"""One sweep of a level in symbols: which values it computes from which, as a list of operations to be carried out.

A Gauss-Seidel sweep mixes new values with old ones. Here every value that a state takes gets a number of its own (static
single assignment), so that a reader of values need not know when they are valid, and equal values are found before
anything is computed: a choice in which attacking is hopeless is worth what its potion is, states that a potion heals
fully share that potion, and replies only ever matter as part of what a potion is worth.
"""

from __future__ import annotations

from typing import NamedTuple

from bench.mdp._levels import CHOICE, Model, Order, Visit
from bench.mdp._rules import CASES

Weights = dict[int, int]  #: number of a value -> weight; whatever is missing up to the whole is a loss, worth 0


class Old(NamedTuple):
    """The value that a state has before the sweep."""

    visit: Visit


class Sum(NamedTuple):
    """What a potion is worth, or a reply: values with their weights, of Model.whole."""

    terms: tuple[tuple[int, int], ...]


class Best(NamedTuple):
    """A choice: attacking with `mine` hit points, or the value that the potion has."""

    mine: int
    potion: int


Operation = Old | Sum | Best


class Sweep(NamedTuple):
    """The operations of a sweep. Operation i gives the value of number i, from values of smaller numbers."""

    operations: tuple[Operation, ...]
    choices: dict[int, int]  #: my hit points -> the value of the choice after the sweep
    replies: dict[Visit, int]  #: the same for those replies whose value the next sweep reads
    limits: dict[int, int]  #: potion -> the least that it must be worth for the sweep to be valid, if it is `drinking`

    @property
    def inputs(self) -> list[tuple[int, int]]:
        """Pairs of values, by state: an old one that the sweep reads, and the one that the next sweep reads instead."""
        olds = sorted(
            (operation.visit, number) for number, operation in enumerate(self.operations) if isinstance(operation, Old)
        )
        return [(n, self.choices[v[1]] if v[0] == CHOICE else self.replies[v]) for v, n in olds]

    @property
    def duels(self) -> list[int]:
        """My hit points where it matters what attacking is worth, in ascending order."""
        return sorted({operation.mine for operation in self.operations if isinstance(operation, Best)})


def chances(model: Model) -> list[int]:
    """Return, by my hit points, in how many cases of the whole I live to strike: at most what an attack is worth."""
    return [sum(weight for damage, weight in model.mixed.items() if damage < mine) for mine in range(model.most + 1)]


def write(model: Model, order: Order, merged: bool = True, drinking: bool = False) -> Sweep:
    """Write down a sweep of a level.

    `merged` finds equal values. `drinking` takes the potion in every choice where I may not live to strike. That is no
    guess: attacking is worth no more than the chance to live, and Sweep.limits says how much of it there is. Where a
    potion is worth less than that, the sweep is not valid, and another must be carried out in its place.
    """
    return _Writer(model, merged, drinking).write(order)


class _Writer:
    def __init__(self, model: Model, merged: bool, drinking: bool) -> None:
        self.model, self.merged, self.drinking = model, merged, drinking
        self.chances = chances(model)
        self.operations: list[Operation] = []
        self.numbers: dict[Operation, int] = {}
        self.limits: dict[int, int] = {}
        # As of this point of the sweep: values of choices by my hit points, replies in weights of CASES, and the values
        # of potions by my hit points after them, as far as no reply has changed since.
        self.choices: dict[int, int] = {}
        self.replies: dict[Visit, Weights] = {}
        self.potions: dict[int, int] = {}

    def write(self, order: Order) -> Sweep:
        for visit in order.visits:
            kind, mine = visit
            if kind == CHOICE:
                self.choices[mine] = self.choose(mine)
            else:
                self.replies[visit] = self.reply(mine, self.model.replies[kind])
                self.potions.pop(mine, None)
        read_again = [visit for visit in self.replies if Old(visit) in self.numbers]
        replies = {visit: self.sum(self.replies[visit], self.model.whole // CASES) for visit in read_again}
        return Sweep(tuple(self.operations), self.choices, replies, self.limits)

    def choose(self, mine: int) -> int:
        potion, chance = self.potion(self.model.healed(mine)), self.chances[mine]
        if self.drinking and 0 < chance < self.model.whole:
            self.limits[potion] = max(chance, self.limits.get(potion, 0))
            return potion
        hopeless = not chance and (self.merged or self.drinking)
        return potion if hopeless else self.number(Best(mine, potion))

    def reply(self, mine: int, damages: dict[int, int]) -> Weights:
        worth: Weights = {}
        for damage, weight in damages.items():
            left = mine - damage
            if left > 0:
                value = self.choices[left] if left in self.choices else self.number(Old((CHOICE, left)))
                worth[value] = worth.get(value, 0) + weight
        return worth

    def potion(self, healed: int) -> int:
        if healed in self.potions and self.merged:
            return self.potions[healed]
        worth: Weights = {}
        for reply, share in enumerate(self.model.shares):
            visit = reply, healed
            worths = self.replies[visit] if visit in self.replies else {self.number(Old(visit)): CASES}
            for value, weight in worths.items():
                worth[value] = worth.get(value, 0) + weight * share
        self.potions[healed] = number = self.sum(worth)
        return number

    def sum(self, worth: Weights, scale: int = 1) -> int:
        return self.number(Sum(tuple((value, worth[value] * scale) for value in sorted(worth))))

    def number(self, operation: Operation) -> int:
        number = self.numbers.get(operation)
        if number is None or not (self.merged or isinstance(operation, Old)):
            number = self.numbers[operation] = len(self.operations)
            self.operations.append(operation)
        return number
