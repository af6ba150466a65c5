"""Compiled: numbered states, one array of edges, both bounds in one vector.

Any battle of these rules becomes a model in compressed rows, the usual form of a sparse matrix: a state is a number,
its successors are a stretch of one array. States are integers that hold their fields side by side, a depth-first search
numbers them in upstream's topological order, and a sweep is two nested loops over arrays, compiled by numba to machine
code. Then:

- The bounds of a state lie side by side and move as one vector of two doubles. Stored as one, they can also be
  forwarded to the next load; two stores and one wide load would wait for each other.
- What can follow depends on the hit points that a move can change, not on the others, so few rows are worked out.
- States whose bounds have met leave the plan. Their part of a sum is added up once where it comes first; what would add
  0 is left out. 1,322 of 4,823 states are gone after the first sweep.

Every sum is taken in upstream's order and rounded as there (no fused multiply-add), so the answer is upstream's to the
last bit, for any battle. Upstream's own last bits move from Python 3.12 on, where `sum()` corrects its rounding.

The cost: a compiler at run time, which takes seconds before the first call where its cache is empty, and states that
mean nothing to a reader. Order and rounding also forbid what would be faster: see mdp_simd.

Source: Lam, Pitrou, Seibert: Numba, a LLVM-based Python JIT compiler, LLVM-HPC 2015,
https://doi.org/10.1145/2833157.2833162. Value iteration with two bounds: McMahan, Likhachev, Gordon: Bounded real-time
dynamic programming, ICML 2005, https://doi.org/10.1145/1102351.1102423.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.mdp._rules import CASES, UPSTREAM, Rules, damages
from bench.mdp._vectors import add_product, compiled, larger, load, spread, store

REQUIRES = ("numba",)
IDEAS = {
    "PAIRED": (False, "both bounds of a state move as one vector of two"),
    "LEAVE_SETTLED": (False, "settled states leave the plan, and their part of a sum is added up once"),
    "SHARE_ROWS": (False, "states that differ only in hit points that a move cannot change share what follows"),
}
PAIRED = True
LEAVE_SETTLED = False
SHARE_ROWS = True

PRIORITY = 10_000  # of a potion, in points of speed
# Kinds of states, in upstream's order; replies of the other side are numbered from SECOND_REPLY on.
CHOICE, FIRST_ATTACK, FIRST_POTION, SECOND_ATTACK, SECOND_POTION, SECOND_REPLY = range(6)
WEIGHT, MINE, THEIRS, THEN = range(4)  # of an outcome: its weight, the damage to me and to them, the next kind
LOSS, WIN = -1, -2  # instead of a successor's code
UNSEEN, OPEN = -1, -2  # instead of a state's position


def moves(rules: Rules) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return what can happen in states of each kind: outcomes in upstream's order, and where those of a kind begin.

    Upstream puts the likeliest first, and among equals the state that sorts first: by my hit points, by theirs, then by
    what is still to happen. So of equal damages the larger comes first, whatever the hit points.
    """
    replies = sorted(rules.replies)  # as upstream's states, by name
    dealt = [damages(attack, rules.them, rules.me) for _, attack, _ in replies]
    kinds: list[list[tuple[int, int, int, int]]] = [
        [(1, 0, 0, FIRST_ATTACK), (1, 0, 0, FIRST_POTION)],
        [],
        [],
        [(weight, 0, damage, CHOICE) for damage, weight in damages(rules.attack, rules.me, rules.them).items()],
        [(CASES, -rules.potion, 0, CHOICE)],
        *([(weight, damage, 0, CHOICE) for damage, weight in weights.items()] for weights in dealt),
    ]
    mixed: dict[int, int] = {}
    for weights, (_, _, share) in zip(dealt, replies, strict=True):
        for damage, weight in weights.items():
            mixed[damage] = mixed.get(damage, 0) + share * weight
    ahead = rules.me.boosted[2] - rules.them.boosted[2]
    for first, second, lead in ((FIRST_ATTACK, SECOND_ATTACK, ahead), (FIRST_POTION, SECOND_POTION, ahead + PRIORITY)):
        if lead <= 0:  # of equals either may be first, with equal weights
            kinds[first] += [(weight, damage, 0, second) for damage, weight in mixed.items()]
        if lead >= 0:
            for reply, (_, _, share) in enumerate(replies, SECOND_REPLY):
                kinds[first] += [(share * weight, mine, theirs, reply) for weight, mine, theirs, _ in kinds[second]]
    for outcomes in kinds:
        outcomes.sort(key=lambda outcome: (-outcome[WEIGHT], -outcome[MINE], -outcome[THEIRS], outcome[THEN]))
    begin = np.cumsum([0, *map(len, kinds)])
    return np.array([outcome for outcomes in kinds for outcome in outcomes], np.int64), begin


@compiled
def masks(outcomes: Any, begin: Any, bits: int) -> Any:
    """Return, per kind, the bits of a code that decide what can follow; also how many successors that makes at most."""
    keys = np.empty(begin.size - 1, np.int64)
    size = 0
    for kind in range(keys.size):
        hits_me = hits_them = not SHARE_ROWS
        for i in range(begin[kind], begin[kind + 1]):
            hits_me |= outcomes[i, MINE] != 0
            hits_them |= outcomes[i, THEIRS] != 0
        keys[kind] = -1 << 2 * bits | ((1 << bits) - 1) * (hits_me << bits | hits_them)
        size += (begin[kind + 1] - begin[kind] + 2) << bits * (hits_me + hits_them)
    return keys, size


@compiled
def append_row(codes: Any, chances: Any, end: int, outcomes: Any, place: Any, state: Any) -> int:
    """Append the successors of a state and their probabilities, the likeliest first; return where they end."""
    code, rest, bits, most = state
    mine, theirs = code >> bits & (1 << bits) - 1, code & (1 << bits) - 1
    first, total, loss, win = end, 0, 0, 0
    for i in range(place[0], place[1]):
        weight = outcomes[i, WEIGHT]
        mine_left, theirs_left = min(most, mine - outcomes[i, MINE]), theirs - outcomes[i, THEIRS]
        total += weight
        if mine_left <= 0:
            loss += weight
        elif theirs_left <= 0:
            win += weight
        else:
            codes[end] = ((outcomes[i, THEN] << bits | mine_left) << bits | theirs_left) - rest
            chances[end] = weight
            end += 1
    for over in (LOSS, WIN):  # upstream sorts them behind all other states
        weight = loss if over == LOSS else win
        if weight:
            i = end
            while i > first and chances[i - 1] < weight:
                codes[i], chances[i] = codes[i - 1], chances[i - 1]
                i -= 1
            codes[i], chances[i] = over, weight
            end += 1
    for i in range(first, end):
        chances[i] /= total
    return end


@compiled
def topological(outcomes: Any, begin: Any, bits: int, mine: int, theirs: int) -> Any:
    """Number all reachable states in the order in which a depth-first search leaves them; return them with their rows.

    A state's code is its kind, my hit points and theirs, `bits` each. Its successors are codes[first[key] : last[key]]
    + rest, where key = code & keys[kind], and rest is what that leaves of the code; the likeliest come first, and the
    search goes the other way. A loss is -1 and a win -2, whatever the rest. Returned too: order (number -> code) and
    position (code -> number), in which the two ends of a battle follow all codes.
    """
    keys, size = masks(outcomes, begin, bits)
    lost = keys.size << 2 * bits
    first, last = np.empty(lost, np.int32), np.empty(lost, np.int32)
    codes, chances = np.empty(size, np.int32), np.empty(size, np.float64)
    position, order = np.empty(lost + 2, np.int32), np.empty(lost + 2, np.int32)
    for code in range(lost):
        first[code] = position[code] = UNSEEN
    position[lost] = position[lost + 1] = UNSEEN
    path, waiting = np.empty(lost + 2, np.int32), np.empty(lost + 2, np.int32)  # states entered, and their next edge
    depth = found = used = 0
    path[0] = after = mine << bits | theirs
    path[1] = UNSEEN
    while True:
        if after != UNSEEN:  # enter it
            here = after
            kind = here >> 2 * bits
            key = here & keys[kind]
            rest = here - key
            if first[key] == UNSEEN:
                first[key] = used
                used = append_row(
                    codes, chances, used, outcomes, (begin[kind], begin[kind + 1]), (here, rest, bits, mine)
                )
                last[key] = used
            position[here] = OPEN
            edge = last[key]
            depth += 1
            path[depth] = here
        else:
            position[here] = found
            order[found] = here
            found += 1
            depth -= 1
            if depth == 0:
                break
            here = path[depth]
            edge = waiting[depth]
            key = here & keys[here >> 2 * bits]
            rest = here - key
        after = UNSEEN
        stop = first[key]
        while edge > stop:
            edge -= 1
            code = codes[edge] + rest if codes[edge] >= 0 else lost + LOSS - codes[edge]
            if position[code] == UNSEEN:
                if code < lost:
                    after = code
                    waiting[depth] = edge
                    break
                position[code] = found
                order[found] = code
                found += 1
    return order[:found], position, bits, keys, first, last, codes, chances


@compiled
def compressed(order: Any, position: Any, bits: int, keys: Any, first: Any, last: Any, codes: Any, chances: Any) -> Any:
    """Return the rows of all states in their order: start, place, probability, choice, state and the first bounds."""
    lost = keys.size << 2 * bits
    edges = 0
    for code in order:
        if code < lost:
            key = code & keys[code >> 2 * bits]
            edges += last[key] - first[key]
    start, state = np.empty(order.size, np.uint32), np.empty(order.size, np.uint32)
    choice, bounds = np.empty(order.size, np.bool_), np.empty(2 * order.size, np.float64)
    place, probability = np.empty(edges, np.uint32), np.empty(edges, np.float64)
    rows = edge = 0
    for i in range(order.size):
        code = np.int64(order[i])
        bounds[2 * i], bounds[2 * i + 1] = code == lost - WIN + LOSS, code != lost
        if code >= lost:
            continue
        start[rows], state[rows], choice[rows] = edge, 2 * i, code >> 2 * bits == CHOICE
        rows += 1
        key = code & keys[code >> 2 * bits]
        for j in range(first[key], last[key]):
            after = codes[j] + (code - key) if codes[j] >= 0 else lost + LOSS - codes[j]
            place[edge], probability[edge] = 2 * position[after], chances[j]
            edge += 1
    start[rows] = edge
    return start[: rows + 1], place, probability, choice[:rows], state[:rows], bounds


def model(rules: Rules) -> Any:
    """Return the model in compressed rows: start, place, probability, choice, state, bounds.

    A state's place is that of its lower bound in `bounds`; the upper is beside it. Places go up in the order of the
    sweeps. Row i describes the state at state[i]: its successors are at place[start[i] : start[i + 1]], and
    choice[i] says that the best of them is chosen. The end of a battle has no row.
    """
    mine, theirs = rules.me.hit_points, rules.them.hit_points
    outcomes, begin = moves(rules)
    bits = max(mine, theirs).bit_length()
    if begin.size << 2 * bits >= 1 << 31:
        raise ValueError(f"{max(mine, theirs)} hit points are too many: codes of states are 32 bits")
    return compressed(*topological(outcomes, begin, bits, mine, theirs))


@compiled
def without_settled(start: Any, place: Any, probability: Any, choice: Any, state: Any, bounds: Any) -> Any:
    """Return the plan of a sweep: the rows that may still move, and per row what its sums start from.

    Sums keep their order, so only settled states at their beginning can be added up once, and what adds 0 left out.
    """
    starts, states, choices = np.empty_like(start), np.empty_like(state), np.empty_like(choice)
    places, probabilities = np.empty_like(place), np.empty_like(probability)
    constant = np.zeros(2 * state.size)
    rows = edge = 0
    for i in range(state.size):
        if bounds[state[i]] >= bounds[state[i] + 1]:
            continue
        starts[rows], states[rows], choices[rows] = edge, state[i], choice[i]
        low = high = 0.0
        leading = not choice[i]
        for e in range(start[i], start[i + 1]):
            settled = bounds[place[e]] >= bounds[place[e] + 1]
            if leading and settled:
                low += bounds[place[e]] * probability[e]
                high += bounds[place[e] + 1] * probability[e]
            elif choice[i] or bounds[place[e] + 1] > 0:
                leading = False
                places[edge], probabilities[edge] = place[e], probability[e]
                edge += 1
        constant[2 * rows], constant[2 * rows + 1] = low, high
        rows += 1
    starts[rows] = edge
    return starts[: rows + 1], places, probabilities, choices[:rows], states[:rows], constant


@compiled
def sweep(start: Any, place: Any, probability: Any, choice: Any, state: Any, constant: Any, bounds: Any) -> int:
    """Move both bounds of every state in the plan, in its order; return how many of them have met."""
    settled = 0
    for i in range(state.size):
        target = state[i]
        if not LEAVE_SETTLED and bounds[target] >= bounds[target + 1]:
            continue
        e, end = start[i], start[i + 1]
        if PAIRED:
            if choice[i]:
                both = larger(load(bounds, place[e], 2), load(bounds, place[e + 1], 2))
            else:
                both = load(constant, 2 * i, 2)
                while e < end:
                    both = add_product(both, spread(probability[e], 2), load(bounds, place[e], 2))
                    e += 1
            store(bounds, target, both)
        else:
            low, high = constant[2 * i], constant[2 * i + 1]
            if choice[i]:
                low = max(bounds[place[e]], bounds[place[e + 1]])
                high = max(bounds[place[e] + 1], bounds[place[e + 1] + 1])
            else:
                while e < end:
                    low += bounds[place[e]] * probability[e]
                    high += bounds[place[e] + 1] * probability[e]
                    e += 1
            bounds[target], bounds[target + 1] = low, high
        if bounds[target] >= bounds[target + 1]:  # up to rounding
            bounds[target] = bounds[target + 1] = (bounds[target] + bounds[target + 1]) / 2
            settled += 1
    return settled


@compiled
def solve(model: Any, tolerance: float) -> Any:
    """Sweep until the bounds of the initial state are within the tolerance; return their midpoint, and the sweeps."""
    start, place, probability, choice, state, bounds = model
    plan = start, place, probability, choice, state, np.zeros(2 * state.size)
    sweeps = 0
    while bounds[-1] - bounds[-2] > tolerance:
        settled = sweep(*plan, bounds)
        sweeps += 1
        if LEAVE_SETTLED and settled:
            plan = without_settled(start, place, probability, choice, state, bounds)
    return (bounds[-2] + bounds[-1]) / 2, sweeps


class Battle:
    """Upstream's battle, or another one, solved by one compiled function."""

    def __init__(self, rules: Rules = UPSTREAM) -> None:
        self.rules = rules
        self.sweeps = 0  #: that the last evaluation took

    def evaluate(self, tolerance: float = 0.15) -> float:
        """Sweep until the bounds of the initial state are within `tolerance`; return their midpoint."""
        answer, self.sweeps = solve(model(self.rules), tolerance)
        return float(answer)
