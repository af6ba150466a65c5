"""The block diagram of an accelerator, from its own description: parts and wires of a Result, never typed by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from textwrap import wrap

from bench import hardware
from bench.hardware import Part, Result
from reporting import units
from reporting.charts import Diagram
from reporting.diagrams.graph import INPUTS, OUTPUTS, TOP, Edge, Vertex, merged
from reporting.diagrams.layout import laid
from reporting.palette import shorten
from reporting.words import hardware_facts

NAME, WIDEST_LINE = 24, 28  #: letters of a part's name, and of each line below it
HANDSHAKE = 2  #: bits at most, of a port's valid or ready
MANY = 12  #: connections, from which on those for control are not drawn


def diagram(result: Result) -> Diagram | None:
    """Return the diagram of a design; None where its description has no parts, which `missing` gives the reason for."""
    inside = [part for part in result.parts if part.name]
    if not inside:
        return None
    edges = merged(_folded([_edge(wire) for wire in result.wires if wire.source or wire.target]))
    shown = _data(edges, [part.name for part in inside])
    used = {key for edge in shown for key in (edge.source, edge.target)}
    vertices = [Vertex(part.name, shorten(part.name, NAME), _area(part.area)) for part in inside]
    vertices += [Vertex(key, *words) for key, words in _around(result).items() if key in used]
    said = ["From the design's own description: its parts and, beside each connection, its width in bits"]
    said[0] += "; ↓ and ↑ say which way." if any(edge.back for edge in shown) else "."
    said += [f"In each box: {_apart(result, inside)}."] if any(part.area for part in inside) else []
    said += ["Thick: 32 bits or more. Clock and reset are left out."]
    if len(shown) < len(edges):
        fewer = units.count(len(edges) - len(shown), "connection")
        said[-1] = (
            f"Thick: 32 bits or more. Clock and reset are left out, and so are {fewer} of up to {HANDSHAKE} bits."
        )
    return laid(
        vertices, shown, title=f"What {result.name} is made of", caption=" ".join(said), facts=facts(result),
        key=f"diagram:{result.name}",
    )  # fmt: skip


def _apart(result: Result, inside: list[Part]) -> str:
    """Say what sizes of parts are, since nobody can add them up to that of the whole."""
    together = sum(part.area.get("LUT4", 0) for part in inside)
    if together > result.area.get("LUT4", 0) > 0:
        return "its size, synthesised apart; the whole is smaller than their sum, as optimisation crosses parts"
    return "its size, synthesised apart; sizes need not add up to the whole, as optimisation crosses parts"


def _around(result: Result) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Return name and words of the boxes that stand for no part."""
    return {
        INPUTS: ("in", _ports(result, "in")),
        TOP: ("top level", ("its own registers",)),
        OUTPUTS: ("out", _ports(result, "out")),
    }


def _data(edges: list[Edge], parts: list[str]) -> list[Edge]:
    """Return the connections that are drawn: of many those that carry data, unless a part would lose its last one."""
    wide = [edge for edge in edges if max(edge.bits, edge.back) > HANDSHAKE]
    reached = {key for edge in wide for key in (edge.source, edge.target)}
    return wide if len(edges) > MANY and reached >= set(parts) else edges


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


def _area(area: Mapping[str, int]) -> tuple[str, ...]:
    """Return what a part takes, as many kinds of cells a line as fit."""
    told = ", ".join(
        f"{number:,} {kind}".replace(" ", "\N{NO-BREAK SPACE}")
        for kind, number in hardware_facts.ordered(area)
        if number
    )
    return tuple(line.replace("\N{NO-BREAK SPACE}", " ") for line in wrap(told, WIDEST_LINE))


def _ports(result: Result, direction: str) -> tuple[str, ...]:
    top = next((part for part in result.parts if not part.name), None)
    ports = [port for port in top.ports if port.direction == direction] if top else []
    if not ports:
        return ()
    return (f"{units.count(len(ports), 'port')}, {sum(port.bits for port in ports):,} bits",)


def facts(result: Result) -> tuple[str, ...]:
    """Return what is known of the whole: how long it works, how fast it is clocked, how large it is."""
    clock = hardware_facts.clock(result)
    said = []
    if result.cycles:
        said.append(f"{result.cycles:,} cycles an iteration, simulated")
    if clock is not None:
        said.append(f"{hardware_facts.clock_told(clock)} placed on {result.device}, speed {clock.grade}")
    if result.cycles and clock is not None:
        said.append(f"so {units.seconds(result.cycles / clock.median / 1e6)} an iteration on the accelerator")
    area = ", ".join(f"{number:,} {kind}" for kind, number in hardware_facts.ordered(result.area) if number)
    return tuple(filter(None, ["; ".join(said), f"In all: {area}." if area else ""]))
