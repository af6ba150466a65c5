"""One sweep of a level in single assignment: which values it computes from which. The compiled twin of _sweep.py.

Every value that a state takes has a number of its own, and equal values have one. A value is old (what a state had
before the sweep), a sum (what a potion or a reply is worth), or a choice: the best of attacking and a potion.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bench.mdp._compiled import compiled
from bench.mdp._rules import CASES

OLD, SUM, BEST = range(3)
REPLIES = 4  #: row of the first reply in mdp_simd's table of rules
SHARE = 5  #: column of a reply's weight


@compiled
def single(order: Any, room: int, most: int, potion: int, weights: Any, rules: Any) -> tuple[Any, ...]:
    """Write down the sweep over a level whose states are left in `order`: rows as in mdp_simd.level_order.

    There must be room for three values a state. Returns by number: kind, mine (hit points of a choice), other (the
    potion's number, of a choice; its size is how many numbers there are), worth (the weights of a sum, of the whole, by
    number), and new, the number of what takes its place in the next sweep. Then by hit points: the choice's number after
    the sweep, -1 if there is none; and whether a strike of theirs, where it matters what attacking brings, may leave
    so many.
    """
    replies, width = weights.shape[0] - 2, weights.shape[1]
    kind, mine, other = np.zeros(room, np.int64), np.zeros(room, np.int64), np.zeros(room, np.int64)
    worth, new = np.zeros((room, room), np.int32), np.arange(room)
    choices, old = np.full(width, -1, np.int64), np.full(width * (1 + replies), -1, np.int64)
    potions, done = np.full(width, -1, np.int64), np.zeros((width, replies), np.bool_)
    brings, struck = np.zeros((width, replies, room), np.int32), np.zeros(width, np.bool_)
    whole, count = weights[1 + replies].sum(), 0
    for row in order:
        reply, left = row // width - 1, row % width
        if reply >= 0:
            count = _strike(brings[left, reply], left, weights[1 + reply], choices, old, kind, count)
            done[left, reply], potions[left] = True, -1
            if old[row] >= 0:
                worth[count] = brings[left, reply] * (whole // CASES)
                new[old[row]], count = _known(kind, worth, count)
            continue
        healed = min(most, left + potion)
        if potions[healed] < 0:
            count = _drink(worth, brings[healed], done[healed], old[healed::width], rules, kind, count)
            potions[healed], count = _known(kind, worth, count)
        choices[left] = potions[healed]
        if _lives(left, weights[1 + replies], struck):
            kind[count], mine[count], other[count], choices[left] = BEST, left, potions[healed], count
            count += 1
    count = _keep(choices, old, kind, worth, new, whole, count)
    return kind, mine, other[:count], worth[:count, :count], new, choices, struck


@compiled
def _old(place: int, old: Any, kind: Any, count: int) -> int:
    """Make sure that the old value of a state has a number; return the new count."""
    if old[place] < 0:
        old[place], kind[count] = count, OLD
        return count + 1
    return count


@compiled
def _strike(brings: Any, left: int, weights: Any, choices: Any, old: Any, kind: Any, count: int) -> int:
    """Add up what a reply leaves behind, by number, with weights of CASES; return the new count."""
    for damage in range(left):
        if weights[damage]:
            after = left - damage
            number = choices[after]
            if number < 0:
                count = _old(after, old, kind, count)
                number = old[after]
            brings[number] += weights[damage]
    return count


@compiled
def _drink(worth: Any, brings: Any, done: Any, old: Any, rules: Any, kind: Any, count: int) -> int:
    """Write what a potion is worth in the row after the last number in use; return how many numbers are in use.

    `old` has the numbers of the old values of the replies from 1 on.
    """
    for reply in range(done.size):
        if not done[reply]:
            count = _old(1 + reply, old, kind, count)
    for reply in range(done.size):
        share = int(rules[REPLIES + reply, SHARE])
        if done[reply]:
            worth[count] += brings[reply] * share
        else:
            worth[count, old[1 + reply]] += CASES * share
    return count


@compiled
def _lives(left: int, weights: Any, struck: Any) -> bool:
    """Note what a strike may leave of my hit points; return whether it may leave any."""
    lives = False
    for damage in range(left):
        if weights[damage]:
            struck[left - damage] = lives = True
    return lives


@compiled
def _keep(choices: Any, old: Any, kind: Any, worth: Any, new: Any, whole: int, count: int) -> int:
    """Say where the next sweep finds old values of choices: if they are overwritten too early here, in copies."""
    for left in range(choices.size):
        if old[left] >= 0:
            new[old[left]] = choices[left]
    for number in range(count):
        if kind[number] == OLD and worth[new[number] + 1 : count, number].any():
            worth[count, new[number]] = whole
            new[number], count = _known(kind, worth, count)
    return count


@compiled
def _known(kind: Any, worth: Any, count: int) -> tuple[int, int]:
    """Return the number of the sum in row `count` of the weights, an earlier one if it is known; and the new count."""
    for number in range(count):
        if kind[number] == SUM and (worth[number] == worth[count]).all():
            worth[count] = 0
            return number, count
    kind[count] = SUM
    return count, count + 1
