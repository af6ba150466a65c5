"""The top level of a design as a block diagram has it: its parts, their ports, and which part feeds which.

Reads the JSON that yosys writes of the hierarchy before it optimises. Between parts there may be logic of the top level
itself: a wire leads through it, back to the parts that it depends on, as far as a register of the top level.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

TOP = "top"
CLOCKING = {"clk", "rst"}  #: go everywhere, and say nothing
REGISTERS = ("$dff", "$adff", "$sdff", "$aldff", "$mem")  #: beginnings of the kinds of cells that keep state
Origin = tuple[str, str]  #: (part, port)


@dataclass
class Found:
    """What the top level consists of."""

    kinds: dict[str, str] = field(default_factory=dict)  #: part -> its module
    ports: dict[str, list[list[Any]]] = field(
        default_factory=dict
    )  #: part -> [name, direction, bits]; "" is the design
    wires: list[list[Any]] = field(default_factory=list)  #: [source, target, bits, name]


def read(design: Mapping[str, Any]) -> Found:
    """Return the parts and wires of the module `top`."""
    modules = design["modules"]
    top = modules[TOP]
    parts = {name: cell for name, cell in top["cells"].items() if cell["type"] in modules}
    sides = {name: _Side(modules[cell["type"]], cell["connections"]) for name, cell in parts.items()}
    outside = _Side(top, {port: about["bits"] for port, about in top["ports"].items()})
    found = Found({name: cell["type"] for name, cell in parts.items()})
    found.ports = {name: side.described() for name, side in ({"": outside} | sides).items()}
    origins = _Origins(top, outside, sides)
    targets = [(name, port, bits) for name, side in sides.items() for port, bits in side.ins.items()]
    targets += [("", port, bits) for port, bits in outside.outs.items()]
    for name, port, bits in targets:
        for source, count, called in origins.of(bits, port):
            if source != name:
                found.wires.append([source, name, count, called])
    return found


class _Side:
    """The ports of a module by their own names, and what is connected to them.

    Where only slices of a signal leave a module, Amaranth makes a port of each, with a number for a name: those of one
    signal are one port again here.
    """

    def __init__(self, module: Mapping[str, Any], connections: Mapping[str, Any]) -> None:
        self.ins: dict[str, list[Any]] = {}
        self.outs: dict[str, list[Any]] = {}
        for port, about in module["ports"].items():
            name = _named(port, about["bits"], module.get("netnames", {}))
            if name not in CLOCKING:
                side = self.ins if about["direction"] == "input" else self.outs
                side.setdefault(name, []).extend(connections.get(port, []))

    def described(self) -> list[list[Any]]:
        """Return [name, direction, bits] of each port."""
        return [
            [name, way, len(bits)]
            for way, side in (("in", self.ins), ("out", self.outs))
            for name, bits in side.items()
        ]


def _named(port: str, bits: list[Any], names: Mapping[str, Any]) -> str:
    """Return the (longest) name of the narrowest signal that a numbered port is part of; a port with a name keeps it."""
    if "$" not in port:
        return port
    wanted = set(bits)
    around = [(len(net["bits"]), -len(name), name) for name, net in names.items()
              if "$" not in name and wanted <= set(net["bits"])]  # fmt: skip
    return min(around)[2] if around else port


class _Origins:
    """Which part each bit of the top level comes from."""

    def __init__(self, top: Mapping[str, Any], outside: _Side, sides: Mapping[str, _Side]) -> None:
        self.direct: dict[int, Origin] = {}  #: bit -> the port that it is
        self.behind: dict[int, list[int]] = {}  #: bit -> the bits that the cell which drives it reads
        for name, ports in (("", outside.ins), *((name, side.outs) for name, side in sides.items())):
            for port, bits in ports.items():
                self.direct |= dict.fromkeys(bits, (name, port))
        for name, cell in top["cells"].items():
            if name not in sides:
                self._logic(cell)

    def _logic(self, cell: Mapping[str, Any]) -> None:
        reads: list[Any] = []
        drives: list[Any] = []
        for port, bits in cell["connections"].items():
            (drives if cell["port_directions"].get(port) == "output" else reads).extend(bits)
        kept = cell["type"].startswith(REGISTERS)
        for bit in drives:
            self.behind[bit] = [] if kept else [r for r in reads if not isinstance(r, str)]

    def of(self, bits: list[Any], port: str) -> Iterator[tuple[str, int, str]]:
        """Yield (part, bits, name) of all that feeds a port."""
        counts: dict[Origin, int] = {}
        for bit in bits:
            for origin in self._sources(bit):
                counts[origin] = counts.get(origin, 0) + 1
        merged: dict[str, tuple[int, str]] = {}
        for (source, called), count in counts.items():
            before, name = merged.get(source, (0, called))
            merged[source] = (max(before, count), name if name == called else port)
        for source, (count, name) in merged.items():
            yield source, count, name

    def _sources(self, bit: Any) -> set[Origin]:
        found: set[Origin] = set()
        seen, left = set(), [bit]
        while left:
            here = left.pop()
            if isinstance(here, str) or here in seen:  # a constant
                continue
            seen.add(here)
            if here in self.direct:
                found.add(self.direct[here])
            else:
                left += self.behind.get(here, [])
        return found
