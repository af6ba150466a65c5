"""Straight-line Python, generated from the battle within the timed call: standard library only.

Every evaluation works out the order of its sweep, writes functions for it, compiles and runs them; nothing is kept. The
sweeps are upstream's, as many and in the same order. What makes them cheap:

- The order is the same in all levels but the first, so one function serves them (bench/mdp/_levels.py), and levels with
  the same outlook are swept as one: 27 levels of their hit points become 11 classes.
- In a function values are local variables and weights are constants. Values known to be equal are one variable, and
  values of equal weight are added before they are multiplied (bench/mdp/_sweep.py).
- What an attack leads to is linear in the level below: worked out once, it serves all levels above.
- An attack is worth no more than the chance to live to strike. Where the potion is worth more than that, as it is for
  the upper bounds, a shorter function takes the potion without asking; and levels that have done nothing else so far
  have equal values, so that one of them is enough.

The costs: more than a third of the time goes into writing and compiling code, which nobody can step through. Battles
without this structure are refused, for example where I strike first.

Sources: sweeps as static single assignment with value numbering after Cytron et al., ACM TOPLAS 13(4), 1991; lumping,
Kemeny & Snell, Finite Markov Chains, 1960, chapter 6; leaving out actions by bounds, MacQueen, Operations Research 15(3),
1967.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from bench.mdp import _sweep
from bench.mdp._levels import WON, Levels, Model, levels
from bench.mdp._rules import CASES, UPSTREAM, Rules
from bench.mdp._sweep import Best, Sum, Sweep

LUMPED = True
MERGED = True
FACTORED = True
DRINKING = True
TOGETHER = False
IDEAS = {
    "LUMPED": (False, "levels with the same outlook are swept as one"),
    "MERGED": (
        False,
        "equal values are found before code is written, and values of equal weight share a multiplication",
    ),
    "FACTORED": (False, "what an attack into a level is worth is worked out once for all levels above it"),
    "DRINKING": (False, "a shorter sweep where potions are worth more than the chance to live to strike"),
    "TOGETHER": (False, "levels that drink, and have done nothing else so far, are swept once for all"),
}

Values = Sequence[float]
Swept = tuple[Values, Values]  #: the old values of the next sweep, and the choices that are asked for
Worth = tuple[float, float, Values]  #: an attack: the weight of a sure win, that of all else, and what that is worth


class Battle:
    """Attack or drink a potion, against a monster that strikes back: how likely is a win under the best choices?"""

    def __init__(self, rules: Rules = UPSTREAM) -> None:
        self.rules = rules
        self.sweeps = 0  #: of the last evaluation

    def evaluate(self, tolerance: float = 0.15) -> float:
        """Sweep until the bounds of the initial state are within `tolerance`; return their midpoint."""
        battle = levels(self.rules, LUMPED)
        code = generate(battle)
        low, high = Bound(battle, code, 0.0), Bound(battle, code, 1.0)
        self.sweeps = 0
        while high.start - low.start > tolerance:
            low.sweep()
            high.sweep()
            self.sweeps += 1
        return (low.start + high.start) / 2


class Code(NamedTuple):
    """The generated functions, and what their caller must know about them."""

    lower_size: int  #: how many old values the sweep of a lower level reads
    top_size: int
    drinks: bool  #: whether to try the shorter sweeps
    lower: Callable[[Values, float, float, Values], Swept]  #: (old values, *Worth)
    lower_drink: Callable[[Values, float, float, Values], Swept | None]  #: asks for no attacks
    top: Callable[[Values, float, float, Values], Swept]
    top_drink: Callable[[Values, float, float, Values], Swept | None]
    attack: Callable[[Values], Values]  #: choices of a level -> what attacks into it are worth, where a sweep asks
    drink_attack: Callable[[Values], Values]  #: the same for top_drink
    mix: Callable[..., Values]  #: choices of the levels below the top -> their mixture by weight


class Bound:
    """One bound of all states, and what a sweep does to it."""

    def __init__(self, battle: Levels, code: Code, start: float) -> None:
        self.code, self.start = code, start
        self.outlooks = [[(target, weight / CASES) for target, weight in outlook] for outlook in battle.outlooks]
        self.won: Values = (1.0,) * len(battle.struck)
        self.sure = code.attack(self.won)
        self.old: list[Values] = [(start,) * code.lower_size] * len(battle.outlooks)
        self.old[-1] = (start,) * code.top_size

    def sweep(self) -> None:
        """Sweep all levels, from the lowest up."""
        code, old = self.code, self.old
        choices = [self.won]  # by class
        attacks = {WON: self.sure}
        drinkers = drunk = None
        for level in range(1, len(old) - 1):
            if code.drinks and not (TOGETHER and old[level] is drinkers):
                drinkers, drunk = old[level], code.lower_drink(old[level], 0.0, 0.0, ())
            swept = drunk or code.lower(old[level], *self.attack(level, choices, attacks))
            old[level], chosen = swept
            choices.append(chosen)
        mixed = code.mix(*[choices[target] for target, _ in self.outlooks[-1]])
        drunk = code.top_drink(old[-1], 0.0, 1.0, code.drink_attack(mixed)) if code.drinks else None
        old[-1], chosen = drunk or code.top(old[-1], 0.0, 1.0, code.attack(mixed))
        (self.start,) = chosen

    def attack(self, level: int, choices: list[Values], attacks: dict[int, Values]) -> Worth:
        """Return what attacking is worth in a level."""
        outlook = self.outlooks[level]
        for target, _ in outlook:
            if target not in attacks or not FACTORED:
                attacks[target] = self.code.attack(choices[target])
        if len(outlook) == 2 and outlook[0][0] == WON:
            (_, won), (target, weight) = outlook
            return won, weight, attacks[target]
        lanes = [[weight * worth for worth in attacks[target]] for target, weight in outlook]
        return 0.0, 1.0, [sum(lane) for lane in zip(*lanes, strict=True)]


def generate(battle: Levels) -> Code:
    """Write and compile the functions that sweep the levels of a battle."""
    model = battle.model
    lower, top = (_sweep.write(model, order, MERGED) for order in (battle.lower, battle.top))
    lower_drink, top_drink = (_sweep.write(model, order, MERGED, drinking=True) for order in (battle.lower, battle.top))
    asked, struck, start = sorted({*lower.duels, *top.duels}), battle.struck, [model.most]
    outlook = dict(battle.outlooks[-1])
    lines = [
        *_sweeper("lower", lower, model, asked, struck),
        *_sweeper("lower_drink", lower_drink, model, lower_drink.duels, struck),
        *_sweeper("top", top, model, asked, start),
        *_sweeper("top_drink", top_drink, model, top_drink.duels, start),
        *_attacker("attack", model, asked, struck),
        *_attacker("drink_attack", model, top_drink.duels, struck),
        "def mix(*below):",
        f" return [{_sum(outlook, CASES)} for {_names('v', outlook)} in zip(*below)]",
    ]
    compiled: dict[str, Callable[..., Any]] = {}
    exec("\n".join(lines), compiled)
    drinks = DRINKING and not lower_drink.duels
    functions = {name: compiled[name] for name in Code._fields if name in compiled}
    return Code(len(lower.inputs), len(top.inputs), drinks, **functions)


def _sweeper(name: str, sweep: Sweep, model: Model, attacks: Iterable[int], choices: Iterable[int]) -> Iterator[str]:
    """Write a function that carries out a sweep. It returns nothing where the sweep turns out not to be valid."""
    chances, whole = _sweep.chances(model), model.whole
    yield f"def {name}(old,won,weight,attacks):"
    yield f" {_names('v', (number for number, _ in sweep.inputs))}=old"
    yield f" {_names('a', attacks)}=attacks"
    for number, operation in enumerate(sweep.operations):
        if isinstance(operation, Sum):
            yield f" v{number}={_sum(dict(operation.terms), whole)}"
        elif isinstance(operation, Best):
            mine, potion = operation
            yield f" v{number}=won*{chances[mine] / whole!r}+weight*a{mine}"
            yield f" if v{number}<v{potion}:v{number}=v{potion}"
        if number in sweep.limits:
            yield f" if v{number}<{sweep.limits[number] / whole!r}:return"
    after = _names("v", (number for _, number in sweep.inputs))
    yield f" return {after},{_names('v', (sweep.choices[mine] for mine in choices))}"


def _attacker(name: str, model: Model, attacks: Iterable[int], choices: Iterable[int]) -> Iterator[str]:
    """Write a function for an attack into a level: they strike, and I attack with what is left of my hit points."""
    yield f"def {name}(choices):"
    yield f" {_names('v', choices)}=choices"
    left = ({mine - damage: weight for damage, weight in model.mixed.items() if damage < mine} for mine in attacks)
    yield f" return [{','.join(_sum(weights, model.whole) for weights in left)}]"


def _names(letter: str, numbers: Iterable[int]) -> str:
    return f"({''.join(f'{letter}{number},' for number in numbers)})"


def _sum(weights: Mapping[int, int], whole: int) -> str:
    """Write a sum of values by weight."""
    groups: dict[tuple[int, int], list[str]] = defaultdict(list)
    for value, weight in weights.items():
        groups[weight, 0 if MERGED else value].append(f"v{value}")
    terms = [  # brackets are slow to parse
        f"{weight / whole!r}*({'+'.join(values)})" if len(values) > 1 else f"{weight / whole!r}*{values[0]}"
        for (weight, _), values in groups.items()
    ]
    return "+".join(terms) or "0.0"
