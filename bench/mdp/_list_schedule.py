"""When every edge is read: a list schedule of the rows of a sweep (Graham, Bell System Technical Journal 45(9), 1966).

Each lane reads one edge a cycle and works on one row at a time. Whenever a lane is free, it takes the row with the
longest way to the end of the sweep, of those whose edges are all readable in time. The order of the rows is kept where
it matters:

- an edge whose value is written earlier in the sweep is read `latency` cycles after that row's last edge, or later;
- the last edge of a row is read no earlier than any edge that reads the row's old value. The row is written some cycles
  later, so it could end up to `latency` - 2 cycles sooner. But then the order would not outlast a pause between the two,
  and in the first sweep there are pauses wherever the program comes more slowly than it is read.

Within a row, edges are sorted by the cycle from which they can be read, so that a sum waits for its newest value only
at its end. No two rows end in one cycle on lanes that share a bus.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bench.mdp._compiled import compiled, inlined

ROW_BITS = 20  #: of a key on a heap: what is compared first stands above


@inlined
def push(heap: Any, size: int, key: int) -> int:
    """Put a key on a heap of so many, smallest first; return its new size."""
    child = size
    while child > 0 and heap[(child - 1) // 2] > key:
        heap[child] = heap[(child - 1) // 2]
        child = (child - 1) // 2
    heap[child] = key
    return size + 1


@inlined
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
            more = latency + way[owner[edge]] if edge >= 0 else way[writer[place[~edge]]]
            way[row] = max(way[row], more)
    return way


@inlined
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
    """Give every row from `begin` to `end` a lane and every edge of it a cycle. Lane l drives bus l mod buses.

    Returns lane (by row), cycle (by edge), the row that ends on each bus in each cycle (-1 if none), and the length.
    """
    links = dependencies(start, place, target, slots, begin, end)
    to_first, waits, pending, writer, owner = links
    way = ways(to_first, waits, writer, owner, place, begin, end, latency)
    horizon = place.size + (latency + 3) * (end - begin) + 1
    ends = np.full((buses, horizon), -1, np.int32)
    lane_of, cycle, free = np.zeros(end, np.int64), np.zeros(place.size, np.int64), np.zeros(lanes, np.int64)
    limits = np.zeros(place.size, np.int64), np.zeros(end, np.int64), np.arange(place.size)
    waiting, ready = np.empty(end + 1, np.int64), np.empty(end + 1, np.int64)
    waiting_size = ready_size = length = 0
    for row in range(begin, end):
        if pending[row] == 0:
            waiting_size = push(waiting, waiting_size, row)
    left = end - begin
    while left:
        lane = free.argmin()
        while waiting_size and waiting[0] >> ROW_BITS <= free[lane]:
            row = waiting[0] & (1 << ROW_BITS) - 1
            waiting_size = pop(waiting, waiting_size)
            ready_size = push(ready, ready_size, (horizon - way[row] << ROW_BITS) + row)
        if ready_size == 0:
            free[lane] = waiting[0] >> ROW_BITS
            continue
        row = ready[0] & (1 << ROW_BITS) - 1
        ready_size = pop(ready, ready_size)
        last = free[lane] + start[row + 1] - start[row] - 1
        while ends[lane % buses, last] >= 0:
            last += 1
        ends[lane % buses, last], lane_of[row], free[lane] = row, lane, last + 1
        length, left = max(length, last + 1), left - 1
        waiting_size = release(row, last, start, place, cycle, links, limits, waiting, waiting_size, latency)
    return lane_of, cycle, ends[:, :length].copy(), length


@inlined
def release(
    row: int, last: int, start: Any, place: Any, cycle: Any, links: Any, limits: Any,
    waiting: Any, size: int, latency: int,
) -> int:  # fmt: skip
    """Give the edges of a row their cycles, up to `last`; put the rows that waited for nothing else on the heap.

    Returns the heap's new size. Limits are: by edge, from when on it is readable; by row, the first cycle in which it
    may end; and the edges of each row in the order in which they become readable.
    """
    to_first, waits, pending, writer, owner = links
    readable, not_before, order = limits
    for i in range(start[row], start[row + 1]):
        cycle[order[i]] = last + 1 - start[row + 1] + i
    for i in range(to_first[row], to_first[row + 1]):
        edge = waits[i]
        if edge >= 0:
            after = owner[edge]
            readable[edge] = last + latency
        else:
            after = writer[place[~edge]]
            not_before[after] = max(not_before[after], cycle[~edge])
        pending[after] -= 1
        if pending[after] == 0:
            at = earliest(start[after], start[after + 1], readable, order)
            at = max(at, not_before[after] - (start[after + 1] - start[after] - 1))
            size = push(waiting, size, (at << ROW_BITS) + after)
    return size
