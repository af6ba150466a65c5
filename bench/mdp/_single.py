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

    There must be room for three values a state. Returns by number: kind, mine (hit points of a choice, of an old choice), other (the potion's number, of a choice;
    its size is how many there are), worth (the weights of a sum, of the whole, by number), and the number of what
    takes its place in the next sweep. Then by hit points: the choice's number after the sweep, -1 if there is none;
    and whether a strike of theirs, where it matters what attacking brings, may leave so many.
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
            for damage in range(left):
                if weights[1 + reply, damage]:
                    after = left - damage
                    number = choices[after]
                    if number < 0:
                        if old[after] < 0:
                            old[after], kind[count], count = count, OLD, count + 1
                        number = old[after]
                    brings[left, reply, number] += weights[1 + reply, damage]
            done[left, reply] = True
            potions[left] = -1
            if old[row] >= 0:
                worth[count] = brings[left, reply] * (whole // CASES)
                new[old[row]], count = _known(kind, worth, count)
            continue
        healed = min(most, left + potion)
        if potions[healed] < 0:
            for reply in range(replies):
                at = healed + width * (1 + reply)
                if not done[healed, reply] and old[at] < 0:
                    old[at], kind[count], count = count, OLD, count + 1
            for reply in range(replies):
                share = int(rules[REPLIES + reply, SHARE])
                if done[healed, reply]:
                    worth[count] += brings[healed, reply] * share
                else:
                    worth[count, old[healed + width * (1 + reply)]] += CASES * share
            potions[healed], count = _known(kind, worth, count)
        choices[left] = potions[healed]
        for damage in range(left):
            if weights[1 + replies, damage]:
                kind[count], mine[count], other[count] = BEST, left, potions[healed]
                struck[left - damage] = True
                choices[left] = count
        count += choices[left] == count
    for left in range(width):
        if old[left] >= 0:
            new[old[left]] = choices[left]
    for number in range(count):
        if kind[number] == OLD and _overwritten(worth, number, new[number], count):
            worth[count, new[number]] = whole
            new[number], count = _known(kind, worth, count)
    return kind, mine, other[:count], worth[:count, :count], new, choices, struck


@compiled
def _overwritten(worth: Any, old: int, new: int, count: int) -> bool:
    """Return whether a sum reads an old value after the new one is there: then the next sweep needs a copy."""
    for number in range(new + 1, count):
        if worth[number, old]:
            return True
    return False


@compiled
def _known(kind: Any, worth: Any, count: int) -> tuple[int, int]:
    """Return the number of the sum in row `count` of the weights, an earlier one if it is known; and the new count."""
    for number in range(count):
        if kind[number] == SUM and (worth[number] == worth[count]).all():
            worth[count] = 0
            return number, count
    kind[count] = SUM
    return count, count + 1
