"""Puts a diagram together: rows of boxes, the lines between them, and every wire from corner to corner."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from reporting.charts import Diagram, Part, Wire
from reporting.diagrams import layers, order, places, routes
from reporting.diagrams.graph import Edge, Vertex, merged
from reporting.diagrams.routes import ENDS, Joint, Room

WIDEST = 96  #: letters: what fits into a text of 100 columns, and beside margins on paper
LIMITS = (92, 76, 60, 44)  #: letters of the boxes of a layer, tried in this order: wires beside them take room, too

Path = tuple[str, ...]


def laid(
    vertices: Sequence[Vertex], edges: Sequence[Edge], *,
    title: str, caption: str, facts: tuple[str, ...] = (), key: str = "",
) -> Diagram:  # fmt: skip
    """Lay out a graph of at least one box. Edges lead between boxes that are there; those in both directions become one."""
    joined = merged(edges)
    for limit in LIMITS:
        found = _laid(vertices, joined, limit, Diagram(title, caption, facts, (), (), 0, 0, key))
        if found.width <= WIDEST:
            break
    return found


def _laid(vertices: Sequence[Vertex], edges: Sequence[Edge], limit: int, frame: Diagram) -> Diagram:
    found, down = layers.layered(vertices, edges, limit)
    paths = layers.chains(found, down)
    rows = order.ordered(found, paths)
    by_key = {vertex.key: vertex for vertex in vertices}
    widths = {key: layers.width(vertex, down) for key, vertex in by_key.items()}
    left = places.across(rows, widths, paths)
    rooms = [{key: Room(left[key], widths.get(key, 1)) for key in keys} for keys in rows]
    heights = [max((by_key[key].height for key in keys if key in by_key), default=1) for keys in rows]
    steps, tracks = _joints(rooms, down, paths)
    tops = [0]
    for height, number in zip(heights[:-1], tracks, strict=True):
        tops.append(tops[-1] + height + number + ENDS)
    parts = {
        key: _part(by_key[key], room, top)
        for row, top in zip(rooms, tops, strict=True)
        for key, room in row.items()
        if key in by_key
    }
    level = {key: number for number, row in enumerate(rooms) for key in row}
    lines = [top + height for top, height in zip(tops, heights, strict=True)]  # the first below each row of boxes
    wires = [
        _wire(e, p, parts, [steps[pair] for pair in pairwise(p)], level, lines)
        for e, p in zip(down, paths, strict=True)
    ]
    drawn = [(part.x + part.width, part.y + part.height) for part in parts.values()]
    drawn += [(x + 1 + len(wire.text) + 1, y) for wire in wires for x, y in wire.corners[:1]]
    drawn += [(x + 1, y) for wire in wires for x, y in wire.corners]
    width, height = (max(ends) for ends in zip(*drawn, strict=True))
    return Diagram(
        frame.title, frame.caption, frame.facts, tuple(parts.values()), tuple(wires), width, height, frame.key
    )


def _joints(
    rooms: Sequence[Mapping[str, Room]], down: Sequence[Edge], paths: Sequence[Path]
) -> tuple[dict[tuple[str, str], Joint], list[int]]:
    """Return the joint of every step of every path, and the number of lines across below each row of boxes."""
    found: dict[tuple[str, str], Joint] = {}
    tracks = []
    for upper, lower in pairwise(rooms):
        pairs = [
            (pair, edge.label)
            for edge, path in zip(down, paths, strict=True)
            for pair in pairwise(path)
            if pair[0] in upper
        ]
        made, number = routes.channel([pair for pair, _ in pairs], [label for _, label in pairs], upper, lower)
        found |= zip((pair for pair, _ in pairs), made, strict=True)
        tracks.append(number)
    return found, tracks


def _part(vertex: Vertex, room: Room, top: int) -> Part:
    return Part(vertex.name, vertex.lines, room.left, top, room.width, vertex.height, vertex.outside)


def _wire(
    edge: Edge,
    path: Path,
    parts: Mapping[str, Part],
    steps: Sequence[Joint],
    level: Mapping[str, int],
    lines: Sequence[int],
) -> Wire:
    """Return a wire from the lower edge of its upper box to the upper edge of its lower one."""
    upper, lower = parts[edge.source], parts[edge.target]
    corners = [(steps[0].start, upper.y + upper.height - 1)]
    for key, step in zip(path, steps, strict=False):
        if step.track >= 0:
            across = lines[level[key]] + 1 + step.track
            corners += [(step.start, across), (step.end, across)]
    corners.append((steps[-1].end, lower.y))
    return Wire(upper.name, lower.name, tuple(corners), edge.bits, edge.back, edge.names)
