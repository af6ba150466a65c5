"""When every edge is read, and where every value is kept: a static schedule for lanes that never wait.

Each lane reads one edge a cycle and works on one row at a time. The schedule is a list schedule (Graham, Bell System
Technical Journal 45(9), 1966): whenever a lane is free, it takes the row with the longest way to the end of the sweep,
of those whose edges are all readable in time. The order of the rows is kept where it matters:

- an edge whose value is written earlier in the sweep is read `latency` cycles after that row's last edge, or later;
- a row is not written before the last edge that reads its old value, nor in the same cycle: a block RAM that is read
  and written at one address in one cycle may return anything.

Within a row, edges are sorted by the cycle from which they can be read, so that a sum waits for its newest value only
at its end. Values are kept in banks, one for each bus that carries results, and in a bank in the order in which they
are written; so a result's address is a count, and no two rows ever want a bus at once. Lane l drives bus l mod buses.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from bench.errors import Unsupported
from bench.mdp._compiled import compiled
from bench.mdp._rows import Rows
from bench.mdp._shape import FLAGS, LATENCY, Shape

@dataclass(frozen=True)
class Program:
    """What is loaded into an engine to evaluate rows."""

    edges: Any  #: [lane, cycle] -> word
    weights: Any
    constants: Any  #: [value, (address, lower, upper)] of the slots that no row writes
    loop: int  #: cycle at which the second sweep begins; the first one begins at 0
    base: int  #: index, in every bank, of the first value that is written in the first sweep only
    used: int  #: indices in use, in the fullest bank
    root: int  #: address


def program(rows: Rows, shape: Shape, latency: int = LATENCY) -> Program:
    """Schedule rows for an engine; raise Unsupported if they do not fit it."""
    settled, count = rows.settled, rows.target.size
    arrays = rows.start, rows.place, rows.target, rows.lower.size
    first = schedule(*arrays, 0, settled, shape.lanes, shape.buses, latency)
    again = schedule(*arrays, settled, count, shape.lanes, shape.buses, latency)
    address, base, used = addresses(rows.target, rows.lower.size, first[2], again[2])
    loop = first[3] + (latency if settled else 0)
    _fits("edges", loop + again[3], shape.edges)
    _fits("values", used, shape.values)
    _fits("weights", rows.weights.size, shape.weights)
    words = np.zeros((shape.lanes, loop + again[3]), np.int64)
    fields = rows.start, rows.place, rows.weight, rows.best, rows.delay, address, FLAGS, FLAGS + shape.address
    write_words(words, 0, settled, 0, *first[:2], *fields)
    write_words(words, settled, count, loop, *again[:2], *fields)
    constant = np.ones(rows.lower.size, np.bool_)
    constant[rows.target] = False
    kept = np.stack((address, rows.lower, rows.upper), axis=1)[constant]
    return Program(words, rows.weights, kept, loop, base, used, int(address[rows.root]))


def _fits(what: str, needed: int, there: int) -> None:
    if needed > there:
        raise Unsupported(f"the engine holds {there} {what}, the model needs {needed}", "Make a larger engine.")


@compiled
def push(heap: Any, size: int, key: int) -> int:
    """Put a key on a heap of so many, smallest first; return its new size."""
    child = size
    while child > 0 and heap[(child - 1) // 2] > key:
        heap[child] = heap[(child - 1) // 2]
        child = (child - 1) // 2
    heap[child] = key
    return size + 1


@compiled
def pop(heap: Any, size: int) -> int:
    """Take the smallest key off a heap of so many; return the heap's new size."""
    size -= 1
    key, hole, child = heap[size], 0, 1
    while child < size:
        if child + 1 < size and heap[child + 1] < heap[child]:
            child += 1
        if heap[child] >= key:
            break
        heap[hole] = heap[child]
        hole, child = child, 2 * child + 1
    heap[hole] = key
    return size


@compiled
def dependencies(start: Any, place: Any, target: Any, slots: int, begin: int, end: int) -> tuple[Any, ...]:
    """Return who waits for whom: waits[to_first[row] : to_first[row + 1]] are edges, how many each row waits for, rows.

    An edge that reads what `row` has written stands there as it is, one by which `row` reads an old value as ~edge:
    then the row that is to overwrite the value waits. `writer` is the row that writes a slot, -1 if none does.
    """
    writer, owner = np.full(slots, -1, np.int64), np.empty(place.size, np.int64)
    to_first, pending = np.zeros(end + 2, np.int64), np.zeros(end + 1, np.int64)
    for row in range(begin, end):
        writer[target[row]] = row
    for row in range(begin, end):
        for edge in range(start[row], start[row + 1]):
            owner[edge] = row
            other = writer[place[edge]]
            if other >= 0 and other != row:
                to_first[min(other, row) + 2] += 1
                pending[max(other, row)] += 1
    for row in range(begin, end):
        to_first[row + 2] += to_first[row + 1]
    waits = np.empty(to_first[end + 1], np.int64)
    for row in range(begin, end):
        for edge in range(start[row], start[row + 1]):
            other = writer[place[edge]]
            if other >= 0 and other != row:
                before = min(other, row)
                waits[to_first[before + 1]] = edge if other < row else ~edge
                to_first[before + 1] += 1
    return to_first, waits, pending, writer, owner


@compiled
def ways(to_first: Any, waits: Any, writer: Any, owner: Any, place: Any, begin: int, end: int, latency: int) -> Any:
    """Return the cycles that must follow the end of every row before the sweep can end."""
    way = np.zeros(end, np.int64)
    for row in range(end - 1, begin - 1, -1):
        for i in range(to_first[row], to_first[row + 1]):
            edge = waits[i]
            more = latency + way[owner[edge]] if edge >= 0 else way[writer[place[~edge]]] + 2 - latency
            way[row] = max(way[row], more)
    return way


@compiled
def earliest(first: int, last: int, readable: Any, order: Any) -> int:
    """Sort the edges of a row by the cycle from which they are readable; return the first cycle the row can begin."""
    cycle = 0
    for i in range(first, last):
        edge, j = order[i], i
        while j > first and readable[order[j - 1]] > readable[edge]:
            order[j] = order[j - 1]
            j -= 1
        order[j] = edge
    for i in range(first, last):
        cycle = max(cycle, readable[order[i]] - (i - first))
    return cycle


@compiled
def schedule(
    start: Any, place: Any, target: Any, slots: int, begin: int, end: int, lanes: int, buses: int, latency: int
) -> tuple[Any, ...]:
    """Give every row a lane and every edge a cycle.

    Returns lane (by row), cycle (by edge), the row that ends on each bus in each cycle (-1 if none), and the length.
    """
    to_first, waits, pending, writer, owner = dependencies(start, place, target, slots, begin, end)
    way = ways(to_first, waits, writer, owner, place, begin, end, latency)
    horizon = place.size + (latency + 3) * (end - begin) + 1
    lane_of, cycle, ends = np.zeros(end, np.int64), np.zeros(place.size, np.int64), np.full((buses, horizon), -1, np.int32)
    readable, not_before, order = np.zeros(place.size, np.int64), np.zeros(end, np.int64), np.arange(place.size)
    free, waiting, ready = np.zeros(lanes, np.int64), np.empty(end + 1, np.int64), np.empty(end + 1, np.int64)
    waiting_size = ready_size = length = 0
    for row in range(begin, end):
        if pending[row] == 0:
            waiting_size = push(waiting, waiting_size, row)
    left = end - begin
    while left:
        lane = free.argmin()
        while waiting_size and waiting[0] >> 20 <= free[lane]:
            row = waiting[0] & 0xFFFFF
            waiting_size = pop(waiting, waiting_size)
            ready_size = push(ready, ready_size, (horizon - way[row] << 20) + row)
        if ready_size == 0:
            free[lane] = waiting[0] >> 20
            continue
        row = ready[0] & 0xFFFFF
        ready_size = pop(ready, ready_size)
        bus, size = lane % buses, start[row + 1] - start[row]
        last = free[lane] + size - 1
        while ends[bus, last] >= 0:
            last += 1
        ends[bus, last], lane_of[row], free[lane] = row, lane, last + 1
        length, left = max(length, last + 1), left - 1
        for i in range(size):
            cycle[order[start[row] + i]] = last - size + 1 + i
        for i in range(to_first[row], to_first[row + 1]):
            edge = waits[i]
            if edge >= 0:
                after = owner[edge]
                readable[edge] = last + latency
            else:
                after = writer[place[~edge]]
                not_before[after] = max(not_before[after], cycle[~edge] + 2 - latency)
            pending[after] -= 1
            if pending[after] == 0:
                at = earliest(start[after], start[after + 1], readable, order)
                at = max(at, not_before[after] - (start[after + 1] - start[after] - 1))
                waiting_size = push(waiting, waiting_size, (at << 20) + after)
    return lane_of, cycle, ends, length


@compiled
def addresses(target: Any, slots: int, first: Any, again: Any) -> tuple[Any, int, int]:
    """Return the address of every slot, the base of what is written in the first sweep only, and the indices in use.

    In every bank: first what every sweep writes, as it is written; then what the first sweep alone writes; constants.
    """
    buses, base, used = first.shape[0], 0, 0
    address = np.full(slots, -1, np.int64)
    for ends in (again, first):
        base = used
        for bus in range(buses):
            index = base
            for row in ends[bus]:
                if row >= 0:
                    address[target[row]] = index * buses + bus
                    index += 1
            used = max(used, index)
    following = used * buses
    for slot in range(slots):
        if address[slot] < 0:
            address[slot] = following
            following += 1
    return address, base, (following + buses - 1) // buses


@compiled
def write_words(
    words: Any, begin: int, end: int, at: int, lane: Any, cycle: Any,
    start: Any, place: Any, weight: Any, best: Any, delay: Any, address: Any, address_bit: int, weight_bit: int,
) -> None:  # fmt: skip
    """Write the words of rows into the programs of their lanes, from cycle `at` on."""
    for row in range(begin, end):
        last = 0
        for edge in range(start[row], start[row + 1]):
            last = max(last, cycle[edge])
        for edge in range(start[row], start[row + 1]):
            flags = 1 | (cycle[edge] == last) << 1 | best[row] << 2 | delay[row] << 3
            words[lane[row], at + cycle[edge]] = (
                flags | address[place[edge]] << address_bit | weight[edge] << weight_bit
            )
