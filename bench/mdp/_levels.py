"""The order of a sweep, one level at a time: what makes it possible to sweep a battle without listing its states.

A *level* holds all states with the same hit points of theirs. Three facts shrink 4,823 states to a few small levels:

- They strike before I attack, and a strike leaves their hit points alone. So an attack leads out of its level only at its
  end, always downwards, and a choice depends on lower levels through the value of attacking alone. A potion stays in
  its level, and is where the cycles are.
- Upstream sweeps in the order in which its depth-first search leaves states. The search enters a level, walks all of it,
  and leaves nothing of it for later: lower levels cannot lead back, so they do not disturb the order, and what comes
  next depends on my hit points only. If every lower level is also entered at the same state, and reaches from there all
  that it will ever be asked for, then one order serves them all. `levels` checks both, and refuses a battle where either
  fails, for a wrong order gives an answer that is wrong by little.
- Levels from which an attack leads to the same levels with the same weights have the same values in every sweep. They are
  lumped into one class (the coarsest bisimulation: Kemeny & Snell, Finite Markov Chains, 1960, chapter 6).

Nothing here is kept between calls; each evaluation works its order out again.
"""

from __future__ import annotations

from typing import NamedTuple

from bench.mdp._rules import Rules, damages

CHOICE, ATTACK = -1, -2  #: kinds of states; replies have numbers from 0 on, and strike after a potion
WON = 0  #: the class of levels in which they have no hit points left: a state of it is worth 1
POTION_FIRST = 10_000  #: what upstream adds to my speed when I drink

Visit = tuple[int, int]  #: a state of a level: its kind, and my hit points
Outlook = tuple[tuple[int, int], ...]  #: where an attack leads: classes and their weights, in ascending order


class Model(NamedTuple):
    """The numbers of a battle. Damages are mapped to integer weights."""

    most: int  #: my hit points at the start, and the most that a potion restores
    potion: int
    replies: tuple[dict[int, int], ...]  #: weights of each add up to CASES; in the order of upstream's successors
    shares: tuple[int, ...]  #: the weight of each reply
    mixed: dict[int, int]  #: their strike before it is known which reply it is

    def healed(self, mine: int) -> int:
        """Return my hit points after a potion."""
        return min(self.most, mine + self.potion)

    @property
    def whole(self) -> int:
        """What the weights of a mixed strike add up to."""
        return sum(self.mixed.values())


class Order(NamedTuple):
    """How a sweep goes through a level."""

    visits: tuple[Visit, ...]  #: choices and replies, in the order in which they are evaluated
    attacks: tuple[int, ...]  #: my hit points when my attack strikes, in the order in which the search meets them


class Levels(NamedTuple):
    """A battle as classes of levels: each follows `lower`, the last one, where the battle starts, follows `top`."""

    model: Model
    top: Order
    lower: Order
    outlooks: tuple[Outlook, ...]  #: by class; that of WON is empty

    @property
    def struck(self) -> list[int]:
        """My hit points when my attack may strike, in ascending order: a lower level is entered with these."""
        return sorted({*self.top.attacks, *self.lower.attacks})


def levels(rules: Rules, lumped: bool = True) -> Levels:
    """Work out order and classes of a battle; raise ValueError if it has not the structure described above."""
    mine, theirs = rules.me.boosted[2], rules.them.boosted[2]
    if not mine < theirs < mine + POTION_FIRST:
        raise ValueError(
            f"speeds {mine} and {theirs}: this rung needs them to strike before I attack, but not before I drink"
        )
    model = _model(rules)
    attack = damages(rules.attack, rules.me, rules.them)
    if 0 in attack:
        raise ValueError(
            "an attack that may do no damage leads back to its own level: this rung needs it to lead downwards"
        )
    top = lower = _order(model, model.most)
    if top.attacks:
        lower = _order(model, top.attacks[0])
    outlooks = _outlooks(attack, rules.them.hit_points, lumped)
    _check(top, lower)
    return Levels(model, top, lower, outlooks)


def _model(rules: Rules) -> Model:
    """Upstream sorts replies by weight, then by name, and leaves out what cannot happen."""
    replies = sorted((reply for reply in rules.replies if reply[2]), key=lambda reply: (-reply[2], reply[0]))
    if len({name for name, _, _ in replies}) < len(replies):
        raise ValueError("two replies have the same name: their states could not be told apart")
    tables = tuple(damages(attack, rules.them, rules.me) for _, attack, _ in replies)
    shares = tuple(share for _, _, share in replies)
    mixed: dict[int, int] = {}
    for table, share in zip(tables, shares, strict=True):
        for damage, weight in table.items():
            mixed[damage] = mixed.get(damage, 0) + weight * share
    return Model(rules.me.hit_points, rules.potion, tables, shares, mixed)


def _order(model: Model, start: int) -> Order:
    """Search a level depth first, as upstream does: the last successor first. Drinking leads to the replies at once.

    Upstream has a state between a choice and the replies to a potion. It is left just before the attack is searched, and
    nothing else of the level is left between it and its choice, so it takes no visit of its own.
    """
    likeliest = [sorted(table, key=lambda d: (-table[d], -d)) for table in model.replies]
    struck = sorted(model.mixed, key=lambda d: (-model.mixed[d], -d))  # of equal weights fewer hit points sort first
    visits: list[Visit] = []
    attacks: dict[int, None] = {}
    seen = set()
    stack = [(CHOICE, start, False)]
    while stack:
        kind, mine, leaving = stack.pop()
        if leaving:
            visits.append((kind, mine))
        elif kind == ATTACK:
            attacks.update((mine - damage, None) for damage in reversed(struck) if damage < mine)
        elif (kind, mine) not in seen:
            seen.add((kind, mine))
            stack.append((kind, mine, True))
            if kind == CHOICE:
                stack.append((ATTACK, mine, False))
                stack.extend((reply, model.healed(mine), False) for reply in range(len(model.replies)))
            else:
                stack.extend((CHOICE, mine - damage, False) for damage in likeliest[kind] if damage < mine)
    return Order(tuple(visits), tuple(attacks))


def _outlooks(attack: dict[int, int], most: int, lumped: bool) -> tuple[Outlook, ...]:
    """Return the classes of all levels that attacks lead to, from the lowest up.

    The top leads to all others, directly or not, and no level leads to itself: so it is alone in its class, the last.
    """
    reached = {most}
    for level in range(most, 0, -1):
        if level in reached:
            reached.update(level - damage for damage in attack if damage < level)
    numbers: dict[Outlook | int, int] = {}
    outlooks: list[Outlook] = [()]
    classes: dict[int, int] = {}
    for level in sorted(reached):
        weights: dict[int, int] = {}
        for damage, weight in attack.items():
            target = classes[level - damage] if damage < level else WON
            weights[target] = weights.get(target, 0) + weight
        outlook = tuple(sorted(weights.items()))
        classes[level] = numbers.setdefault(outlook if lumped else level, len(outlooks))
        if classes[level] == len(outlooks):
            outlooks.append(outlook)
    return tuple(outlooks)


def _check(top: Order, lower: Order) -> None:
    """Raise ValueError unless `lower` is the order of every lower level."""
    if lower.attacks and lower.attacks[0] != top.attacks[0]:
        raise ValueError(
            "levels are entered at different states, so their orders differ: this rung needs one for all of them"
        )
    missing = {*top.attacks, *lower.attacks} - {mine for kind, mine in lower.visits if kind == CHOICE}
    if missing:
        raise ValueError(
            f"a level is entered a second time, at {sorted(missing)} hit points: this rung needs a single entry"
        )
