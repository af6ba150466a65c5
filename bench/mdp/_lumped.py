"""The rows of a battle in which equal states are one: 11 classes of levels instead of 27, and a quarter of the edges.

Classes, order, old and new values are those of mdp_simd and mdp_codegen, and so upstream's; only sums are associated
differently. A sweep over a level is written down once, in single assignment (_single.py), and repeated for every class
with the rows that say what an attack brings. Two more things shorten it:

- What an attack brings is linear in the class it leads to. Classes that lead to a single one share its sums.
- Classes are swept in the order of their depth, the deepest first, and each reads its lower classes as they were a sweep
  ago. So no class waits for another in a sweep; it is its depth late instead, which the rows' `delay` accounts for:
  every value is still made of the very values that upstream makes it of.

Battles without the structure that mdp_simd describes are refused.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bench.errors import Unsupported
from bench.mdp import mdp_simd
from bench.mdp._compiled import compiled, inlined
from bench.mdp._rows import Rows
from bench.mdp._rules import CASES, UPSTREAM, Rules
from bench.mdp._single import BEST, OLD, single
from bench.mdp._weights import numbered, scale, scaled

MOST_DEPTH = 3  #: the engine counts so many sweeps before it takes the lateness of rows for granted
#: What a slot holds: a value of the sweep, what an attack brings, what is behind a strike of theirs, the sum over their
#: strikes; constants; and from COPY + depth on what a class hands on to those that are more than one level deeper.
VALUE, ATTACK, BEHIND, TOTAL, CONSTANT, COPY = range(6)
KINDS = COPY + MOST_DEPTH + 1


def rows(rules: Rules = UPSTREAM, fraction: int = 31) -> Rows:
    """Build the rows of a battle, or raise Unsupported if it lacks the structure."""
    reason = mdp_simd.objection(rules, 1.0)
    if reason:
        raise Unsupported(f"equal states cannot be lumped: {reason}", "Use the engine for whole models.")
    number, *arrays, root = _rows(mdp_simd.table(rules), 1 << fraction)
    if number:
        reason = mdp_simd.OBJECTIONS[number] if number > 0 else "an attack leads through too many levels"
        raise Unsupported(f"equal states cannot be lumped: {reason}", "Use the engine for whole models.")
    columns: list[Any] = [*arrays, 0, int(root), fraction]
    return Rows(*columns)


@compiled
def _rows(rules: Any, one: int) -> tuple[Any, ...]:
    """Return the number of an objection, the arrays of Rows, and the root. They mean nothing if there is an objection."""
    weights = mdp_simd.all_weights(rules)
    mixed, most, potion = weights[-1], int(rules[0, mdp_simd.HIT_POINTS]), int(rules[2, 0])
    damages = mdp_simd.in_order(weights)
    first, entry = mdp_simd.level_order(most, most, potion, damages)
    order, again = mdp_simd.level_order(entry if entry else most, most, potion, damages)
    room = 3 * max(first.size, order.size) + most + 2
    top = single(first, room, most, potion, weights, rules)
    low = single(order, room, most, potion, weights, rules)
    leads, depth = mdp_simd.classes(weights[0], int(rules[1, mdp_simd.HIT_POINTS]))
    objection = _objection(top, low, again in (0, entry), weights[0, 0], depth[-1])
    if objection:
        nothing = np.zeros(0, np.int64)
        return objection, nothing, nothing, nothing, nothing, nothing, nothing, nothing, nothing, nothing, 0
    chances = np.zeros(most + 1, np.int64)
    for mine in range(most + 1):
        chances[mine] = mixed[:mine].sum()
    start, place, exact, best, target, delay, root = _written(leads, depth, low, top, mixed, chances, one)
    weight, different = numbered(exact)
    lower, upper = _compacted(place, target, room, depth.size, chances, mixed.sum(), one)
    return 0, start, place, weight, best, target, delay, different, lower, upper, target[root]


@compiled
def _objection(top: Any, low: Any, single_entry: bool, harmless: int, depth: int) -> int:
    """Return what speaks against lumping: a number of mdp_simd.OBJECTIONS, or -1 if classes are too deep."""
    if depth > MOST_DEPTH:
        return -1
    if harmless:
        return mdp_simd.HARMLESS
    for plan in (top, low):
        for left in range(plan[-1].size):
            if plan[-1][left] and low[-2][left] < 0:
                return mdp_simd.UNREACHED
    return mdp_simd.FINE if single_entry else mdp_simd.ENTRIES


@inlined
def _slot(c: int, kind: int, number: int, room: int) -> int:
    return (c * KINDS + kind) * room + number


@compiled
def _compacted(place: Any, target: Any, room: int, constants: int, chances: Any, whole: int, one: int) -> Any:
    """Number the slots in use one after the other, in place; return the first bounds of each."""
    new = np.zeros((constants + 1) * KINDS * room, np.int64)
    for slot in place:
        new[slot] = 1
    for slot in target:
        new[slot] = 1
    used = 0
    lower, upper = np.zeros(new.size, np.int64), np.full(new.size, one, np.int64)
    for slot in range(new.size):
        if new[slot]:
            if slot >= constants * KINDS * room:
                mine = slot % room
                lower[used] = upper[used] = scaled(chances[mine], whole, one) if mine < chances.size else one
            new[slot] = used
            used += 1
    for edge in range(place.size):
        place[edge] = new[place[edge]]
    for row in range(target.size):
        target[row] = new[target[row]]
    return lower[:used].copy(), upper[:used].copy()


@inlined
def _edge(edges: Any, slot: int, weight: int) -> None:
    """Add an edge to the row that is being written."""
    place, exact, size = edges
    place[size[1]], exact[size[1]] = slot, weight
    size[1] += 1


@inlined
def _end(rows: Any, slot: int, late: int, whole: int) -> None:
    """End the row that is being written: the sum of its edges, whose weights are parts of `whole`; the best if it is 0."""
    start, target, best, delay, exact, one, size = rows
    row = size[0]
    target[row], best[row], delay[row] = slot, whole == 0, late
    if whole:
        scale(exact[start[row] : size[1]], whole, one)
    size[0] = row + 1
    start[row + 1] = size[1]


@compiled
def _written(leads: Any, depth: Any, low: Any, top: Any, mixed: Any, chances: Any, one: int) -> Any:
    """Write the rows of all classes, those of the deepest first; slots are not compact yet."""
    count, room = depth.size, low[0].size
    most_rows = count * room * 2 * KINDS
    start, size = np.empty(most_rows + 1, np.int64), np.zeros(2, np.int64)
    start[0] = 0
    target, best, delay = (
        np.empty(most_rows, np.int64), np.empty(most_rows, np.int64), np.empty(most_rows, np.int64),
    )  # fmt: skip
    place, exact = np.empty(most_rows * 8, np.int64), np.empty(most_rows * 8, np.int64)
    rows, edges = (start, target, best, delay, exact, one, size), (place, exact, size)
    lower = np.zeros(count, np.int64)  # how many classes an attack leads to
    only = np.zeros(count, np.int64)  # one of them
    for c in range(count):
        for after in range(count):
            if leads[c, after]:
                lower[c] += 1
                only[c] = after
    for late in range(depth[-1], -1, -1):
        for c in range(count):
            if depth[c] > late:
                _copies(rows, edges, c, late, leads, depth, top if c == count - 1 else low, low)
        for c in range(count):
            if depth[c] == late:
                plan = top if c == count - 1 else low
                if lower[c] == 1:
                    _shared_attacks(rows, edges, c, only[c], leads, late, plan)
                elif lower[c]:
                    _own_attacks(rows, edges, c, leads, depth, plan, low, mixed)
                _sweep(rows, edges, c, lower[c] > 0, late, plan, mixed.sum(), count)
                if c < count - 1:
                    _totals(rows, edges, c, lower, only, late, low, top, mixed)
    root = np.argmax(target[: size[0]] == _slot(count - 1, VALUE, top[-2][chances.size - 1], room))
    return (
        start[: size[0] + 1], place[: size[1]], exact[: size[1]], best[: size[0]], target[: size[0]], delay[: size[0]],
        root,
    )  # fmt: skip


@compiled
def _seen(c: int, number: int, depth: Any, late: int, room: int) -> int:
    """Return where a class that is `late` deep reads a value of class c: itself, or the copy that is late enough."""
    return _slot(c, VALUE if depth[c] + 1 >= late else COPY + late - 1, number, room)


@compiled
def _copies(rows: Any, edges: Any, c: int, late: int, leads: Any, depth: Any, plan: Any, low: Any) -> None:
    """Hand on what class c reads from classes more than one level deeper. Rows that are there already are not repeated."""
    target, size, room = rows[1], rows[-1], low[0].size
    for after in range(depth.size):
        if leads[c, after] and depth[after] < late:
            for left in range(plan[-1].size):
                if plan[-1][left]:
                    slot = _slot(after, COPY + late, low[-2][left], room)
                    if not (target[: size[0]] == slot).any():
                        _edge(edges, _seen(after, low[-2][left], depth, late, room), 0)
                        _end(rows, slot, late, 0)


@compiled
def _shared_attacks(rows: Any, edges: Any, c: int, after: int, leads: Any, late: int, plan: Any) -> None:
    """Write what an attack brings if it leads to one class, or to a win: by the sums that this class offers."""
    kind, mine, room, count = plan[0], plan[1], plan[0].size, leads.shape[0]
    for number in range(plan[2].size):
        if kind[number] == BEST:
            _edge(edges, _slot(after, TOTAL, mine[number], room), leads[c, after])
            if leads[c, -1]:
                _edge(edges, _slot(count, CONSTANT, mine[number], room), leads[c, -1])
            _end(rows, _slot(c, ATTACK, mine[number], room), late, CASES)


@compiled
def _own_attacks(rows: Any, edges: Any, c: int, leads: Any, depth: Any, plan: Any, low: Any, mixed: Any) -> None:
    """Write what an attack brings if it leads to several classes: first what is behind a strike, then the sums."""
    room, count, late = plan[0].size, depth.size, depth[c]
    done = np.zeros(room, np.bool_)
    for left in range(plan[-1].size):
        number = low[-2][left]
        if plan[-1][left] and not done[number]:
            done[number] = True
            if leads[c, -1]:
                _edge(edges, _slot(count, CONSTANT, room - 1, room), leads[c, -1])
            for after in range(count):
                if leads[c, after]:
                    _edge(edges, _seen(after, number, depth, late, room), leads[c, after])
            _end(rows, _slot(c, BEHIND, number, room), late, CASES)
    for number in range(plan[2].size):
        if plan[0][number] == BEST:
            _strike(edges, c, BEHIND, plan[1][number], low, mixed)
            _end(rows, _slot(c, ATTACK, plan[1][number], room), late, mixed.sum())


@compiled
def _strike(edges: Any, c: int, kind: int, mine: int, low: Any, mixed: Any) -> None:
    """Write the edges of a strike of theirs, with `mine` hit points before it; equal values share one."""
    room = low[0].size
    weight = np.zeros(room, np.int64)
    for damage in range(min(mine, mixed.size)):
        if mixed[damage]:
            weight[low[-2][mine - damage]] += mixed[damage]
    for number in range(room):
        if weight[number]:
            _edge(edges, _slot(c, kind, number, room), weight[number])


@compiled
def _totals(rows: Any, edges: Any, c: int, lower: Any, only: Any, late: int, low: Any, top: Any, mixed: Any) -> None:
    """Write the sums over strikes of theirs that all classes share whose attack leads to class c alone."""
    room = low[0].size
    wanted = np.zeros(room, np.bool_)
    for above in range(lower.size):
        if lower[above] == 1 and only[above] == c:
            plan = top if above == lower.size - 1 else low
            for number in range(plan[2].size):
                if plan[0][number] == BEST:
                    wanted[plan[1][number]] = True
    for mine in range(room):
        if wanted[mine]:
            _strike(edges, c, VALUE, mine, low, mixed)
            _end(rows, _slot(c, TOTAL, mine, room), late, mixed.sum())


@compiled
def _sweep(rows: Any, edges: Any, c: int, attacks: bool, late: int, plan: Any, whole: int, count: int) -> None:
    """Write the sweep of a class itself."""
    kind, mine, other, worth, new = plan[0], plan[1], plan[2], plan[3], plan[4]
    room = kind.size
    for number in range(other.size):
        if kind[number] == OLD:
            continue
        if kind[number] == BEST:
            holder, what = (c, ATTACK) if attacks else (count, CONSTANT)
            _edge(edges, _slot(holder, what, mine[number], room), 0)
            _edge(edges, _slot(c, VALUE, new[other[number]], room), 0)
        else:
            for term in range(worth.shape[1]):
                if worth[number, term]:
                    _edge(edges, _slot(c, VALUE, new[term], room), worth[number, term])
        parts = 0 if kind[number] == BEST else whole
        _end(rows, _slot(c, VALUE, number, room), late, parts)
