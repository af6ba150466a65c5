"""Makes a graph acyclic and puts its boxes into layers, none wider than a line has room for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reporting.diagrams.graph import INPUTS, OUTPUTS, Edge, Vertex

GAP = 3  #: letters between two boxes
CONTROL = 2  #: bits at most, of what goes back against data without being data


def sequence(vertices: Sequence[Vertex], edges: Sequence[Edge]) -> list[str]:
    """Return all keys in the order from top to bottom: inputs first, then as data come in, outputs last."""
    known = [vertex.key for vertex in vertices]
    far = _distances(known, edges)
    inside = [vertex.key for vertex in vertices if not vertex.outside]
    steps = sorted({far[key] for key in inside})
    middle = [key for step in steps for key in _with_the_flow([k for k in inside if far[k] == step], edges)]
    return [*(k for k in (INPUTS,) if k in known), *middle, *(k for k in (OUTPUTS,) if k in known)]


def _distances(keys: Sequence[str], edges: Sequence[Edge]) -> dict[str, int]:
    """Return how many steps each box is from the inputs; 1 for what no data reach."""
    found = {INPUTS: 0}
    reached = [INPUTS]
    for key in reached:
        for edge in edges:
            back = edge.source if edge.back > CONTROL else ""  # a bit that says "done" is no way that data take
            for start, end in ((edge.source, edge.target), (edge.target, back)):
                if start == key and end and end not in found:
                    found[end] = found[key] + 1
                    reached.append(end)
    return {key: found.get(key, 1) for key in keys}


def _with_the_flow(keys: Sequence[str], edges: Sequence[Edge]) -> list[str]:
    """Return keys in an order against which few bits go.

    The greedy heuristic of Eades, Lin and Smyth, "A fast and effective heuristic for the feedback arc set problem",
    Information Processing Letters 1993: what nothing leads to comes first, what leads to nothing last, and otherwise next
    what sends most beyond what it receives.
    """
    left, first, last = list(keys), list[str](), list[str]()
    while left:
        flows = {key: _flow(key, edges, left) for key in left}
        source = next((key for key in left if not flows[key][1]), None)
        sink = next((key for key in left if not flows[key][0]), None)
        if source is None and sink is not None:
            last.insert(0, sink)
            left.remove(sink)
            continue
        chosen = source or max(left, key=lambda key: flows[key][0] - flows[key][1])
        first.append(chosen)
        left.remove(chosen)
    return [*first, *last]


def _flow(key: str, edges: Sequence[Edge], among: Sequence[str]) -> tuple[int, int]:
    """Return (bits that it sends, bits that it receives) among the boxes that are left."""
    sent = sum(edge.bits for edge in edges if edge.source == key and edge.target in among)
    return sent, sum(edge.bits for edge in edges if edge.target == key and edge.source in among)


def layered(vertices: Sequence[Vertex], edges: Sequence[Edge], limit: int) -> tuple[list[list[str]], list[Edge]]:
    """Return the layers from the top, and all edges directed downwards. limit: letters that the boxes of a layer take at most."""
    order = sequence(vertices, edges)
    place = {key: i for i, key in enumerate(order)}
    down = [edge if place[edge.source] < place[edge.target] else edge.reversed() for edge in edges]
    widths = {vertex.key: width(vertex, down) for vertex in vertices}
    level: dict[str, int] = {}
    room: dict[int, int] = {}
    for key in order:
        least = max((level[edge.source] + 1 for edge in down if edge.target == key), default=0)
        if key == OUTPUTS:
            least = max(level.values(), default=-1) + 1
        elif key != INPUTS and INPUTS in place:
            least = max(least, 1)
        while least in room and room[least] + GAP + widths[key] > limit:
            least += 1
        level[key] = least
        room[least] = room[least] + GAP + widths[key] if least in room else widths[key]
    return [[key for key in order if level[key] == number] for number in range(len(room))], down


def width(vertex: Vertex, down: Sequence[Edge]) -> int:
    """Return the letters that a box takes: for its words, and for the labels of the wires that leave it below."""
    below = sum(edge.label + 2 for edge in down if edge.source == vertex.key)
    above = sum(2 for edge in down if edge.target == vertex.key)
    return max(vertex.words, below + 2, above + 3)


def chains(layers: Sequence[Sequence[str]], down: Sequence[Edge]) -> list[tuple[str, ...]]:
    """Return for each edge the keys that it passes from layer to layer: between its ends they stand for no box."""
    level: Mapping[str, int] = {key: number for number, keys in enumerate(layers) for key in keys}
    found = []
    for number, edge in enumerate(down):
        between = range(level[edge.source] + 1, level[edge.target])
        found.append((edge.source, *(f"\N{NULL}{number}:{each}" for each in between), edge.target))
    return found
