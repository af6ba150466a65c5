"""The block diagram of an accelerator, from its own description: parts and wires of a Result, never typed by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bench import hardware
from bench.hardware import Result
from reporting import units
from reporting.diagrams.graph import INPUTS, OUTPUTS, TOP, Edge, Vertex
from reporting.diagrams.layout import laid
from reporting.document import Diagram
from reporting.palette import shorten
from reporting.words import hardware_facts

NAME = 24  #: letters of a part's name, and of each line below it
HANDSHAKE = 2  #: bits at most, of a port's valid or ready
PORTS = 3  #: names of ports that stand in a box of the surroundings


def diagram(result: Result) -> Diagram | None:
    """Return the diagram of a design; None where its description has no parts, which `missing` gives the reason for."""
    inside = [part for part in result.parts if part.name]
    if not inside:
        return None
    edges = _folded([_edge(wire) for wire in result.wires if wire.source or wire.target])
    used = {key for edge in edges for key in (edge.source, edge.target)}
    known = {part.name for part in inside}
    vertices = [Vertex(part.name, shorten(part.name, NAME), _area(part.area)) for part in inside]
    around = (Vertex(INPUTS, "in", _ports(result, "in")), Vertex(OUTPUTS, "out", _ports(result, "out")))
    vertices += [vertex for vertex in around if vertex.key in used]
    vertices += [Vertex(TOP, "top level", ("its own registers",))] if TOP in used else []
    known |= {vertex.key for vertex in vertices}
    wide = "its width in bits" + ("; ↓ and ↑ say which way" if _both(edges) else "")
    sizes = "In each box: its size after synthesis." if any(part.area for part in inside) else ""
    return laid(
        vertices,
        [edge for edge in edges if {edge.source, edge.target} <= known],
        title=f"What {result.name} is made of",
        caption=f"From the design's own description: its parts and, beside each connection, {wide}. {sizes} "
        "Thick connections are of 32 bits or more. Clock and reset are left out.".replace("  ", " "),
        facts=facts(result),
        key=f"diagram:{result.name}",
    )


def _edge(wire: hardware.Wire) -> Edge:
    """Return a wire of the description; one without a name that comes from no part comes from a register beside them."""
    source = wire.source or (INPUTS if wire.name else TOP)
    return Edge(source, wire.target or OUTPUTS, wire.bits, names=(wire.name,) if wire.name else ())


def _folded(edges: list[Edge]) -> list[Edge]:
    """Turn the few bits of a handshake that go against the data of a port, so that they are drawn with them."""
    outside = (INPUTS, OUTPUTS)
    inside = {key for edge in edges for key in (edge.source, edge.target)} - {*outside}
    into = {key: sum(edge.bits for edge in edges if (edge.source, edge.target) == (INPUTS, key)) for key in inside}
    out = {key: sum(edge.bits for edge in edges if (edge.source, edge.target) == (key, OUTPUTS)) for key in inside}

    def folded(edge: Edge) -> Edge:
        if edge.target == OUTPUTS and out[edge.source] <= HANDSHAKE < into[edge.source]:
            return replace(edge, target=INPUTS)
        if edge.source == INPUTS and into[edge.target] <= HANDSHAKE < out[edge.target]:
            return replace(edge, source=OUTPUTS)
        return edge

    return [folded(edge) if {edge.source, edge.target} != {*outside} else edge for edge in edges]


def _both(edges: list[Edge]) -> bool:
    ways = {(edge.source, edge.target) for edge in edges}
    return any((target, source) in ways for source, target in ways)


def _area(area: Mapping[str, int]) -> tuple[str, ...]:
    """Return what a part takes, two kinds of cells a line."""
    told = [f"{number:,} {kind}" for kind, number in area.items() if number]
    return tuple(", ".join(told[i : i + 2]) for i in range(0, len(told), 2))


def _ports(result: Result, direction: str) -> tuple[str, ...]:
    top = next((part for part in result.parts if not part.name), None)
    ports = [port for port in top.ports if port.direction == direction] if top else []
    told = [shorten(f"{port.name} ({port.bits})", NAME) for port in ports[:PORTS]]
    more = len(ports) - len(told)
    return (*told, *([f"and {more} more"] if more else []))


def facts(result: Result) -> tuple[str, ...]:
    """Return what is known of the whole: how long it works, how fast it is clocked, how large it is."""
    clock = hardware_facts.clock(result)
    said = []
    if result.cycles:
        said.append(f"{result.cycles:,} cycles an iteration, simulated")
    if clock is not None:
        said.append(f"{hardware_facts.megahertz(clock)} placed on {result.device}, speed {clock.grade}")
    if result.cycles and clock is not None:
        said.append(f"so {units.seconds(result.cycles / clock.median / 1e6)} an iteration on the accelerator")
    area = ", ".join(f"{number:,} {kind}" for kind, number in result.area.items() if number)
    return tuple(filter(None, ["; ".join(said), f"In all: {area}." if area else ""]))
