"""What is loaded into the engine: the words of a static schedule for lanes that never wait, and where values are kept.

Values are kept in banks, one for each bus that carries results, and in a bank in the order in which they are written: so
a result's address is a count. When every edge is read is decided in _list_schedule.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from bench.errors import Unsupported
from bench.mdp._compiled import compiled
from bench.mdp._list_schedule import schedule
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
    fields = rows.start, rows.place, rows.weight, rows.best, rows.delay
    write_words(words, 0, settled, 0, first[:2], fields, address, shape.address)
    write_words(words, settled, count, loop, again[:2], fields, address, shape.address)
    constant = np.ones(rows.lower.size, np.bool_)
    constant[rows.target] = False
    kept = np.stack((address, rows.lower, rows.upper), axis=1)[constant]
    return Program(words, rows.weights, kept, loop, base, used, int(address[rows.root]))


def _fits(what: str, needed: int, there: int) -> None:
    if needed > there:
        raise Unsupported(f"the engine holds {there} {what}, the model needs {needed}", "Make a larger engine.")


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
def write_words(words: Any, begin: int, end: int, at: int, when: Any, fields: Any, address: Any, bits: int) -> None:
    """Write the words of rows into the programs of their lanes, from cycle `at` on; addresses have so many bits."""
    lane, cycle = when
    start, place, weight, best, delay = fields
    for row in range(begin, end):
        last = cycle[start[row] : start[row + 1]].max()
        for edge in range(start[row], start[row + 1]):
            flags = 1 | (cycle[edge] == last) << 1 | best[row] << 2 | delay[row] << 3
            words[lane[row], at + cycle[edge]] = flags | address[place[edge]] << FLAGS | weight[edge] << FLAGS + bits
