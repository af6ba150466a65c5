"""Structured: levels that are alike are solved once, all their bounds in vectors.

A battle goes down from level to level, a level being the hit points left to them: nothing ever heals them. Within a
level, my hit points go down by their replies and up by potions, by the same rules at every level. So the model is one
small plan (43 choices and 26 replies in upstream's battle), to be swept for every level, with other numbers coming in
from below. Then:

- Levels from which my attack leads to the same classes of levels with the same chances have the same values in every
  sweep: 27 levels are 11 classes.
- The bounds of classes of equal depth lie side by side, and a sweep over the plan moves all of them in vectors of
  eight.
- Both replies to the same hit points are what a potion brings, so their sum is kept, and a choice is one comparison.
- Terms of a sum are sorted by when they were last computed: the sum waits for the newest at its end only.

Sums are in another order than upstream's and fused, so the answer differs by rounding (1e-14); order of states, old and
new values and the number of sweeps are upstream's. All of it is built within the call, from the rules. What the plan
takes for granted is checked, not assumed: my attack always does damage, they strike first and a potion is drunk before,
and every level is entered at the same state, which leads to all others. Where that fails, mdp_numba's general solver
takes over, and `path` says why.

The cost: three ideas that hold for this battle and few others, and their proof in the reader's head.

Source: lumping of states with the same future is in Kemeny, Snell: Finite Markov Chains, 1960, chapter 6; as
minimization of decision processes in Givan, Dean, Greig, Artificial Intelligence 147 (2003),
https://doi.org/10.1016/S0004-3702(02)00376-4.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.mdp import mdp_numba
from bench.mdp._rules import CASES, ROLLS, UPSTREAM, Rules
from bench.mdp._vectors import add, compiled, fuse_product, larger, load, pairs, spread, store
from bench.mdp.mdp_numba import PRIORITY

REQUIRES = ("numba",)
IDEAS = {
    "LANES": (2, "vectors are eight wide, not two: four classes move at once"),
    "VECTORS": (1, "three vectors of the same rows move side by side and share its overhead"),
    "LUMP": (False, "levels that lead to the same classes with the same chances are one class"),
    "OLDEST_FIRST": (False, "a sum ends, and does not begin, with what was computed last"),
}
LANES = 8
VECTORS = 1
LUMP = True
OLDEST_FIRST = True

STRIDE = LANES * VECTORS
FIRST_ROLL, LAST_ROLL = ROLLS[0], ROLLS[-1]
LEAST_TOLERANCE = 1e-12  # below this, rounding could keep bounds apart that meet in upstream's sums
# Fields of a monster and of an attack in the table of rules. Boosted strengths are four behind the plain ones.
HIT_POINTS, LEVEL, BASE_SPEED, STRENGTH, DEFENCE, _, SPECIAL = range(7)
POWER, IS_SPECIAL, BONUS, EFFECT, SHARP, WEIGHT = range(6)
FINE, HARMLESS, ENTRIES, UNREACHED = range(4)
OBJECTIONS = (
    "",
    "my attack may do no damage",
    "levels are entered at different states",
    "a level is entered at a state that its first entry does not lead to",
)
STRUCTURED = f"structured, vectors of {LANES} doubles"
_last_path = ["nothing is solved yet"]


def path() -> str:
    """Return which way the last evaluation went."""
    return _last_path[0]


def table(rules: Rules) -> NDArray[np.float64]:
    """Return the rules as rows of numbers: me, them, my potion, my attack, then replies: the likeliest first."""
    me, them = ((m.hit_points, m.level, m.base_speed, *m.stats, *m.boosted) for m in (rules.me, rules.them))
    replies = sorted(rules.replies, key=lambda reply: (-reply[2], reply[0]))
    rows = [me, them, (rules.potion,), (*rules.attack, 0), *((*attack, weight) for _, attack, weight in replies)]
    return np.array([(*row, *[0] * (len(me) - len(row))) for row in rows], np.float64)


@compiled
def weigh(weights: Any, attack: Any, attacker: Any, target: Any) -> None:
    """Add up the weight of every damage; what exceeds the target's hit points is all the same."""
    most = int(target[HIT_POINTS])
    chance = min(512, int(attacker[BASE_SPEED]) * (8 if attack[SHARP] else 1))
    strength, shield = (SPECIAL, SPECIAL) if attack[IS_SPECIAL] else (STRENGTH, DEFENCE)
    for critical in range(2):
        boosts = 0 if critical else 4
        level, power, armour = int(attacker[LEVEL]), int(attacker[strength + boosts]), int(target[shield + boosts])
        base = (2 * level * (1 + critical) // 5 + 2) * power * int(attack[POWER]) // (armour * 50) + 2
        if attack[BONUS]:
            base += base // 2
        for roll in range(FIRST_ROLL, LAST_ROLL + 1):
            damage = min(int(base * attack[EFFECT]) * roll // 255, most)
            weights[damage] += chance if critical else 512 - chance


@compiled
def all_weights(rules: Any) -> Any:
    """Return the weights of damages: of my attack, of every reply, and of all replies together."""
    replies = rules.shape[0] - 4
    weights = np.zeros((replies + 2, int(max(rules[0, HIT_POINTS], rules[1, HIT_POINTS])) + 1), np.int64)
    for attack in range(1 + replies):
        mine = attack == 0
        weigh(weights[attack], rules[3 + attack], rules[0 if mine else 1], rules[1 if mine else 0])
    for reply in range(1, 1 + replies):
        for damage in range(weights.shape[1]):
            weights[1 + replies, damage] += weights[reply, damage] * int(rules[3 + reply, WEIGHT])
    return weights


@compiled
def in_order(weights: Any) -> Any:
    """Return the damages that each attack can do in upstream's order, then -1: the likeliest, of equals the largest."""
    damages = np.empty((weights.shape[0], weights.shape[1] + 1), np.int32)
    for attack in range(weights.shape[0]):
        n = 0
        for damage in range(weights.shape[1]):
            if weights[attack, damage]:
                i = n
                while i > 0 and weights[attack, damages[attack, i - 1]] <= weights[attack, damage]:
                    damages[attack, i] = damages[attack, i - 1]
                    i -= 1
                damages[attack, i] = damage
                n += 1
        damages[attack, n] = -1
    return damages


@compiled
def level_order(entry: int, most: int, potion: int, damages: Any) -> Any:
    """Return the rows of a level in the order in which upstream's search leaves them, if entered with `entry` left.

    Row x is the choice with x of my hit points left; row (1 + j) * width + x is reply j to them, j = 0, 1, ...
    Also my hit points where the search first goes down to a lower level, 0 if it never does.
    """
    replies, width = damages.shape[0] - 2, damages.shape[1] - 1
    rows = width * (1 + replies)
    seen, order = np.zeros(rows, np.bool_), np.empty(rows, np.int32)
    stack = np.empty(rows * width, np.int32)
    stack[0] = entry
    depth, found, way_down = 1, 0, 0
    while depth:
        depth -= 1
        row = np.int64(stack[depth])
        if row < 0:  # all that it leads to is behind it, but the lower levels
            row = ~row
            order[found] = row
            found += 1
            if row < width and way_down == 0:
                i = 0
                while damages[1 + replies, i] >= 0:
                    if damages[1 + replies, i] < row:
                        way_down = row - damages[1 + replies, i]
                    i += 1
        elif not seen[row]:
            seen[row] = True
            stack[depth] = ~row
            depth += 1
            attack, left = row // width, row % width
            if attack == 0:
                for reply in range(1, 1 + replies):
                    stack[depth] = reply * width + min(most, left + potion)
                    depth += 1
            i = 0
            while attack and damages[attack, i] >= 0:
                if damages[attack, i] < left:
                    stack[depth] = left - damages[attack, i]
                    depth += 1
                i += 1
    return order[:found], way_down


@compiled
def attack_plan(order: Any, weights: Any, shares: int) -> Any:
    """Return the sums that say what an attack brings at a level, from what is left to me behind their reply.

    In compressed rows: which hit points are left (behind), then target, start, column, chance. Also the choices there.
    """
    mixed, width = weights.shape[0] - 1, weights.shape[1]
    chosen, struck = np.zeros(width, np.bool_), np.zeros(width, np.bool_)
    for row in order:
        if row < width:
            chosen[row] = True
    target, start = np.empty(width, np.uint32), np.zeros(width + 1, np.uint32)
    column, chance = np.empty(width * width, np.uint32), np.empty(width * width, np.float64)
    rows = edge = 0
    for left in range(width):
        for after in range(1, left + 1 if chosen[left] else 0):
            if weights[mixed, left - after]:
                column[edge] = (mixed * width + after) * STRIDE
                chance[edge] = weights[mixed, left - after] / (shares * CASES)
                struck[after] = True
                edge += 1
        if edge > start[rows]:
            target[rows] = ((mixed + 1) * width + left) * STRIDE
            rows += 1
            start[rows] = edge
    behind = np.empty(width, np.uint32)
    n = 0
    for left in range(width):
        if struck[left]:
            behind[n] = left * STRIDE
            n += 1
    return (behind[:n], target[:rows], start, column, chance), chosen


@compiled
def level_plan(order: Any, most: int, potion: int, weights: Any, rules: Any, shares: int) -> Any:
    """Return a sweep over a level: replies in compressed rows (target, start, column, chance), and the choices between.

    For every reply also where the sum of all replies to the same hit points is (healed), and how many choices come
    before it (turn); for every choice the place of its bounds, of what an attack brings and of what a potion brings.
    A reply's chances include that of the reply itself.
    """
    replies, width = weights.shape[0] - 2, weights.shape[1]
    striking, healing = (2 + replies) * width, (3 + replies) * width
    target, healed = np.empty(order.size, np.uint32), np.empty(order.size, np.uint32)
    start, turn = np.zeros(order.size + 1, np.uint32), np.empty(order.size + 1, np.uint32)
    column, chance = np.empty(order.size * width, np.uint32), np.empty(order.size * width, np.float64)
    choices = np.empty((order.size, 3), np.uint32)
    rows = edge = choice = 0
    for i in range(order.size):
        attack, left = order[i] // width, order[i] % width
        if attack == 0:
            choices[choice, 0], choices[choice, 1] = left * STRIDE, (striking + left) * STRIDE
            choices[choice, 2] = (healing + min(most, left + potion)) * STRIDE
            choice += 1
            continue
        for j in range(order.size):  # from what was computed longest ago to what was computed last
            after = order[(i + 1 + j) % order.size] if OLDEST_FIRST else order[(i - j) % order.size]
            if after <= left and weights[attack, left - after]:
                column[edge] = after * STRIDE
                chance[edge] = weights[attack, left - after] * rules[3 + attack, WEIGHT] / (shares * CASES)
                edge += 1
        target[rows], healed[rows], turn[rows] = order[i] * STRIDE, (healing + left) * STRIDE, choice
        rows += 1
        start[rows] = edge
    turn[rows] = choice
    return target[:rows], start, column, chance, turn, healed, choices


@compiled
def plans(rules: Any, weights: Any, shares: int) -> Any:
    """Return attacks and sweeps of the highest level and of all others, and the number of an objection.

    The highest level is entered at the initial state, the others where the search first goes down.
    """
    most, potion = int(rules[0, HIT_POINTS]), int(rules[2, 0])
    damages = in_order(weights)
    order, entry = level_order(most, most, potion, damages)
    high_attacks, _ = attack_plan(order, weights, shares)
    high = level_plan(order, most, potion, weights, rules, shares)
    order, again = level_order(entry if entry else most, most, potion, damages)
    low_attacks, chosen = attack_plan(order, weights, shares)
    low = level_plan(order, most, potion, weights, rules, shares)
    number = FINE if again in (0, entry) else ENTRIES
    for behind in (high_attacks[0], low_attacks[0]):
        for place in behind:
            if not chosen[place // STRIDE]:
                number = UNREACHED
    return high_attacks, high, low_attacks, low, number


@compiled
def classes(hits: Any, most: int) -> Any:
    """Return the classes of levels: with which weight my attack leads from each to each, or to a win; and their depth.

    A level is what is left of their hit points; the weight of a win is in the last column. The depth counts levels
    below. The last class is the level of the initial state alone, which has an order of its own.
    """
    reached, member = np.zeros(most + 1, np.bool_), np.zeros(most + 1, np.int32)
    weight, depth = np.zeros((most + 1, most + 1), np.int64), np.zeros(most + 1, np.int32)
    reached[most] = True
    for theirs in range(most, 0, -1):
        for damage in range(1, theirs):
            reached[theirs - damage] |= reached[theirs] and hits[damage] != 0
    count = 0
    for theirs in range(1, most + 1):
        if not reached[theirs]:
            continue
        for damage in range(1, hits.size):
            lower = member[theirs - damage] if damage < theirs else most
            weight[count, lower] += hits[damage]
            if damage < theirs and hits[damage]:
                depth[count] = max(depth[count], 1 + depth[lower])
        member[theirs] = count
        for other in range(count if LUMP and theirs < most else 0):
            if same(weight, other, count):
                member[theirs] = other
                break
        if member[theirs] == count:
            count += 1
        else:
            depth[count] = 0
            for lower in range(most + 1):
                weight[count, lower] = 0
    return weight[:count], depth[:count]


@compiled
def same(weight: Any, one: int, other: int) -> bool:
    """Return whether two rows are equal."""
    equal = True
    for i in range(weight.shape[1]):
        equal &= weight[one, i] == weight[other, i]
    return equal


@compiled
def lanes_of(depth: Any, size: int) -> Any:
    """Give every class two lanes of a block of vectors, lower levels in earlier blocks; the last has one of its own.

    Return the place of every class in the first vector of its block, and how many lanes each block uses.
    """
    place, used = np.empty(depth.size, np.int64), np.zeros(depth.size, np.int64)
    block = -1
    for height in range(depth[-1] + 1):
        lane = STRIDE
        for c in range(depth.size):
            if depth[c] == height:
                if lane + 2 > STRIDE or c == depth.size - 1:
                    block, lane = block + 1, 0
                place[c] = block * size + lane
                lane += 2
                used[block] = lane
    return place, used[: block + 1]


@compiled
def links_of(weight: Any, place: Any, blocks: int, size: int) -> Any:
    """Return what my attack brings to every block: the chances of a win, and the classes that it may lead to.

    These are from first[block] to first[block + 1]: where they are, and with which chances. All chances by lanes.
    """
    count = place.size
    wins = np.ones(blocks * STRIDE)  # lanes that no class has are won, and stay so
    first, source = np.zeros(blocks + 1, np.int64), np.empty(blocks * count, np.uint64)
    chance = np.zeros(blocks * count * STRIDE)
    n = 0
    for block in range(blocks):
        for lower in range(count):
            needed = False
            for c in range(count):
                if place[c] // size == block and weight[c, lower]:
                    needed = True
                    lane = n * STRIDE + place[c] % size
                    chance[lane] = chance[lane + 1] = weight[c, lower] / CASES
            if needed:
                source[n] = place[lower]
                n += 1
        first[block + 1] = n
    for c in range(count):
        lane = place[c] // size * STRIDE + place[c] % size
        wins[lane] = wins[lane + 1] = weight[c, -1] / CASES
    return wins, first, source, chance


@compiled
def first_bounds(blocks: int, replies: int, width: int, rules: Any, shares: int) -> Any:
    """Return blocks of vectors with the first bounds, 0 and 1, at an address that suits the widest vectors.

    The rows of a block, `width` of each: choices, replies to them, what is left behind a reply (`struck`), what an
    attack brings, what a potion brings. A reply counts with its chance; no attack has brought anything yet.
    """
    rows = (4 + replies) * width
    size = blocks * rows * STRIDE
    values: Any = np.empty(size + 8, np.float64)
    shift = -(values.ctypes.data // 8) % 8
    values = values[shift : shift + size]
    for row in range(blocks * rows):
        kind = row // width % (4 + replies)
        high = 1.0
        if 1 <= kind <= replies:
            high = rules[3 + kind, WEIGHT] / shares
        elif kind == 2 + replies:
            high = 0.0
        for i in range(row * STRIDE, (row + 1) * STRIDE, 2):
            values[i], values[i + 1] = 0.0, high
    return values


@compiled
def strike(values: Any, block: Any, number: int, struck: Any, links: Any, attacks: Any, lanes: int) -> None:
    """Compute what an attack brings at the levels of a block, from the levels that it leads to."""
    wins, first, source, chance = links
    behind, target, start, column, weight = attacks
    win = load(wins, number * STRIDE, lanes)
    for i in range(behind.size):
        total = win
        for k in range(first[number], first[number + 1]):
            total = fuse_product(total, load(chance, k * STRIDE, lanes), pairs(values, source[k] + behind[i], lanes))
        store(values, block + struck + behind[i], total)
    for i in range(target.size):
        total = spread(0.0, lanes)
        e, end = start[i], start[i + 1]
        while e < end:
            total = fuse_product(total, spread(weight[e], lanes), load(values, block + column[e], lanes))
            e += 1
        store(values, block + target[i], total)


@compiled
def sweep(values: Any, block: Any, replies: int, plan: Any, apart: Any, lanes: int) -> None:
    """Move all bounds of a block, in the order of upstream's sweep."""
    target, start, column, chance, turn, healed, choices = plan
    choice = np.uint32(0)
    for i in range(target.size + 1):
        while choice < turn[i]:
            attack, potion = (
                load(values, block + choices[choice, 1], lanes),
                load(values, block + choices[choice, 2], lanes),
            )
            store(values, block + choices[choice, 0], larger(attack, potion))
            choice += np.uint32(1)
        if i == target.size:
            break
        total = spread(0.0, lanes)
        e, end = start[i], start[i + 1]
        while e < end:
            total = fuse_product(total, spread(chance[e], lanes), load(values, block + column[e], lanes))
            e += 1
        store(values, block + target[i], total)
        potion = spread(0.0, lanes)
        reply = block + healed[i] - np.uint64(2 + replies) * apart
        for _ in range(replies):
            potion = add(potion, load(values, reply, lanes))
            reply += apart
        store(values, block + healed[i], potion)


@compiled
def solve(rules: Any, tolerance: float) -> Any:
    """Return the midpoint of the bounds when they are within the tolerance, the sweeps, and the number of an objection.

    The answer means nothing if there is an objection.
    """
    weights = all_weights(rules)
    replies, width, shares = rules.shape[0] - 4, weights.shape[1], weights[-1].sum() // CASES
    high_attacks, high, low_attacks, low, doubt = plans(rules, weights, shares)
    if weights[0, 0]:
        doubt = HARMLESS
    if doubt:
        return 0.0, 0, doubt
    weight, depth = classes(weights[0], int(rules[1, HIT_POINTS]))
    size = (4 + replies) * width * STRIDE
    place, used = lanes_of(depth, size)
    links = links_of(weight, place, used.size, size)
    values = first_bounds(used.size, replies, width, rules, shares)
    apart, struck = np.uint64(width * STRIDE), np.uint64((1 + replies) * width * STRIDE)
    root = place[-1] + int(rules[0, HIT_POINTS]) * STRIDE
    sweeps = 0
    while values[root + 1] - values[root] > tolerance:
        for number in range(used.size):
            block = np.uint64(number * size)
            moves = sweeps == 0 or links[1][number] < links[1][number + 1]  # what leads to a win alone does not change
            if number == used.size - 1:
                strike(values, block, number, struck, links, high_attacks, LANES)
                sweep(values, block, replies, high, apart, LANES)
            elif used[number] <= LANES:
                if moves:
                    strike(values, block, number, struck, links, low_attacks, LANES)
                sweep(values, block, replies, low, apart, LANES)
            else:
                if moves:
                    strike(values, block, number, struck, links, low_attacks, STRIDE)
                sweep(values, block, replies, low, apart, STRIDE)
        sweeps += 1
    return (values[root] + values[root + 1]) / 2, sweeps, doubt


def objection(rules: Rules, tolerance: float) -> str:
    """Return why a battle is not of the structure that this module needs, as far as its rules tell at once."""
    ahead = rules.me.boosted[2] - rules.them.boosted[2]
    if ahead >= 0:
        return "I strike first, or either may"
    if ahead + PRIORITY <= 0:
        return "they strike before a potion is drunk, or may"
    if tolerance < LEAST_TOLERANCE:
        return "the tolerance is near rounding"
    return ""


class Battle:
    """Upstream's battle, or another one; `path` says which way its last evaluation went."""

    def __init__(self, rules: Rules = UPSTREAM) -> None:
        self.rules = rules
        self.sweeps = 0  #: that the last evaluation took
        self.path = ""

    def evaluate(self, tolerance: float = 0.15) -> float:
        """Sweep until the bounds of the initial state are within `tolerance`; return their midpoint."""
        reason = objection(self.rules, tolerance)
        if not reason:
            answer, self.sweeps, number = solve(table(self.rules), tolerance)
            reason = OBJECTIONS[number]
        if reason:
            general = mdp_numba.Battle(self.rules)
            answer, self.sweeps = general.evaluate(tolerance), general.sweeps
        self.path = _last_path[0] = f"fell back to mdp_numba: {reason}" if reason else STRUCTURED
        return float(answer)
