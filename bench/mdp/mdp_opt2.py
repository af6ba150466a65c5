"""No Fraction, cached transitions, short states.

Rules, order of states and sweep are upstream's. What changed is how the model is written down:

- Probabilities are integer weights, divided once at the end. Weights count equally likely cases, so nothing is rounded
  before the division, and it gives the very float that upstream gets from a `Fraction`. Successors are sorted by
  probability, and their order decides the order of the sweep, so ties must stay ties. Upstream spends about a fifth of
  its time on fractions.
- The damage of an attack does not depend on hit points: it is worked out once per attack, not once per state.
- A state is five small fields. Upstream's holds every constant of both monsters, nested, and Python hashes all of it
  whenever a bound is looked up: that is about half of upstream's time.
- One loop over the successors moves both bounds of a state; upstream runs a generator for each.

The cost: the state is tied to this battle. A rule that changes more than hit points needs a new field.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

from bench import upstream

_mdp = upstream.load("mdp")


class State(NamedTuple):
    """Sorts as upstream's states do: by step, by hit points, then by what is still to happen."""

    step: int
    mine: int  # hit points
    theirs: int
    side: int = 0  # who moves next: 0 is me, 1 is them
    move: str = ""


Edge = tuple[State, float]  # a successor and its probability
Then = tuple[int, int, str]  # what follows a move: the step, and whose move it is then
Weight = int | Fraction  # integers here; mdp_opt4 shows what exact fractions cost instead

CHOICE, FIRST_MOVE, SECOND_MOVE, OVER = 0, 1, 2, 4  # steps, numbered as upstream does
LOSS, WIN = State(OVER, 0, 1), State(OVER, 1, 0)
ATTACK, POTION = ACTIONS = "Dig", "Super Potion"


class Battle:
    """Dig or drink a potion, against a monster that strikes back: how likely is a win under the best choices?"""

    replies: tuple[tuple[str, Weight], ...] = (("Water Gun", 64), ("Bubblebeam", 66))
    sure: Weight = 512 * 39  # the weight of an event that must happen: critical or not, and the rolls of damage

    def __init__(self) -> None:
        badges, mine, theirs = (1, 0, 0, 0), _mdp.stats_t(39, 34, 46, 38), _mdp.stats_t(40, 44, 56, 50)
        me = _mdp.fixeddata_t(63, mine, 26, badges, 65)
        them = _mdp.fixeddata_t(59, theirs, 11, _mdp.NOMODS, 115)
        boosted = _mdp.applyBadgeBoosts(badges, mine)
        self.sides = (
            _mdp.halfstate_t(me, me.maxhp, 0, _mdp.NOMODS, boosted),
            _mdp.halfstate_t(them, them.maxhp, 0, _mdp.NOMODS, theirs),
        )
        moves = [(0, ATTACK), *((1, reply) for reply, _ in self.replies)]
        self.damages = {(side, move): self.attack(side, move) for side, move in moves}

    def attack(self, side: int, move: str) -> dict[int, Weight]:
        """Return the damages that an attack can do, with their weights. A critical hit ignores boosts."""
        attacker, target, data = self.sides[side], self.sides[1 - side], _mdp.attack_data[move]
        strength, shield = (3, 3) if data.isspec else (0, 1)
        level, how = attacker.fixed.lvl, (data.power, data.stab, data.te)
        normal = _mdp.getDamages(level, attacker.stats[strength], target.stats[shield], *how)
        critical = _mdp.getDamages(2 * level, attacker.fixed.stats[strength], target.fixed.stats[shield], *how)
        return self.weigh(min(512, attacker.fixed.basespeed * (8 if data.crit else 1)), normal, critical)

    def weigh(self, chance: int, normal: list[int], critical: list[int]) -> dict[int, Weight]:
        """Weigh the rolls of an attack that is critical in `chance` of 512 cases."""
        weights: dict[int, Weight] = defaultdict(int)
        for weight, rolls in ((512 - chance, normal), (chance, critical)):
            for damage in rolls:
                weights[damage] += weight
        return weights

    def outcomes(self, state: State, side: int, move: str) -> Iterator[tuple[int, int, Weight]]:
        """Yield (my hit points, theirs, weight) for all that a move can lead to."""
        if move == POTION:
            yield min(state.mine + 50, self.sides[0].fixed.maxhp), state.theirs, self.sure
        elif side == 0:
            for damage, weight in self.damages[side, move].items():
                yield state.mine, max(0, state.theirs - damage), weight
        else:
            for damage, weight in self.damages[side, move].items():
                yield max(0, state.mine - damage), state.theirs, weight

    def plays(self, state: State) -> Iterator[tuple[int, str, Then, Weight]]:
        """Yield (side, move, what comes after it, weight) for the ways in which the turn can go on."""
        move = state.move
        if state.step == SECOND_MOVE:
            yield state.side, move, (CHOICE, 0, ""), 1
            return
        my_speed = self.sides[0].stats.speed + 10_000 * (move == POTION)
        their_speed = self.sides[1].stats.speed
        for reply, weight in self.replies:  # of equals either may be first, with equal weights
            if my_speed >= their_speed:
                yield 0, move, (SECOND_MOVE, 1, reply), weight
            if my_speed <= their_speed:
                yield 1, reply, (SECOND_MOVE, 0, move), weight

    def successors(self, state: State) -> list[Edge]:
        """Return what can follow: the likeliest first, ties by state, as upstream does. Choices come unweighted."""
        if state.step == OVER:
            return []
        if state.step == CHOICE:
            return [(State(FIRST_MOVE, state.mine, state.theirs, 0, action), 1.0) for action in ACTIONS]
        weights: dict[State, Weight] = defaultdict(int)
        for side, move, (step, next_side, next_move), share in self.plays(state):
            for mine, theirs, weight in self.outcomes(state, side, move):
                if not mine:
                    after = LOSS
                elif not theirs:
                    after = WIN
                else:
                    after = State(step, mine, theirs, next_side, next_move)
                weights[after] += weight * share
        total = sum(weights.values())
        edges = [(after, float(weight / total)) for after, weight in weights.items() if weight]
        return sorted(edges, key=lambda edge: (-edge[1], edge[0]))

    def graph(self) -> dict[State, list[Edge]]:
        """Return every reachable state with its successors, in upstream's topological order: the initial state last."""
        found: dict[State, list[Edge]] = {}

        def parents(state: State) -> list[State]:
            found[state] = self.successors(state)
            return [after for after, _ in found[state]]

        start = State(CHOICE, self.sides[0].hp, self.sides[1].hp)
        return {state: found[state] for state in _mdp.topoSort([start], parents)}

    def evaluate(self, tolerance: float = 0.15) -> float:
        """Sweep until the bounds of the initial state are within `tolerance`; return their midpoint."""
        graph = self.graph()
        start = next(reversed(graph))
        low, high = dict.fromkeys(graph, 0.0), dict.fromkeys(graph, 1.0)
        low[WIN], high[LOSS] = 1.0, 0.0
        frozen = {WIN, LOSS}
        while high[start] - low[start] > tolerance:
            for state, edges in graph.items():
                if state in frozen:
                    continue
                if state.step == CHOICE:
                    least, most = max([low[after] for after, _ in edges]), max([high[after] for after, _ in edges])
                else:
                    least = most = 0.0
                    for after, probability in edges:
                        least += low[after] * probability
                        most += high[after] * probability
                if least >= most:  # settled, up to rounding
                    least = most = (least + most) / 2
                    frozen.add(state)
                low[state], high[state] = least, most
        return (low[start] + high[start]) / 2
