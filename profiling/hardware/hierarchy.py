"""The top level of a design as a block diagram has it: its parts, their ports, and which part feeds which.

Reads the JSON that yosys writes of the hierarchy before it optimises. Between parts there may be logic of the top level
itself: a wire leads through it, back to the parts that it depends on. What stands behind a register of the top level
belongs to the design itself, the part with no name.
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
    found = Found({name: cell["type"] for name, cell in parts.items()}, {"": _ports(top)})
    for name, cell in parts.items():
        found.ports[name] = _ports(modules[cell["type"]])
    origins = _Origins(top, parts, modules)
    targets = [(name, port, cell["connections"].get(port, [])) for name, cell in parts.items()
               for port, direction, _ in found.ports[name] if direction == "in"]  # fmt: skip
    targets += [("", port, about["bits"]) for port, about in top["ports"].items() if about["direction"] == "output"]
    for name, port, bits in targets:
        for source, count, called in origins.of(bits, port):
            if source != name:
                found.wires.append([source, name, count, called])
    return found


def _ports(module: Mapping[str, Any]) -> list[list[Any]]:
    return [
        [name, "in" if about["direction"] == "input" else "out", len(about["bits"])]
        for name, about in module["ports"].items()
        if name not in CLOCKING
    ]


class _Origins:
    """Which part each bit of the top level comes from."""

    def __init__(self, top: Mapping[str, Any], parts: Mapping[str, Any], modules: Mapping[str, Any]) -> None:
        self.direct: dict[int, Origin] = {}  #: bit -> the port that it is
        self.behind: dict[int, list[int]] = {}  #: bit -> the bits that the cell which drives it reads
        for port, about in top["ports"].items():
            if about["direction"] == "input":
                self.direct |= dict.fromkeys(about["bits"], ("", port))
        for name, cell in top["cells"].items():
            if name in parts:
                for port, about in modules[cell["type"]]["ports"].items():
                    if about["direction"] == "output":
                        self.direct |= dict.fromkeys(cell["connections"].get(port, []), (name, port))
            else:
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
        """Yield (part, bits, name) of all that feeds a port. A register or a constant of the top level is its own."""
        counts: dict[Origin, int] = {}
        for bit in bits:
            for origin in self._sources(bit):
                counts[origin] = counts.get(origin, 0) + 1
        merged: dict[str, tuple[int, str]] = {}
        for (source, called), count in counts.items():
            if called not in CLOCKING:
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
            elif here in self.behind:
                left += self.behind[here]
                if not self.behind[here]:
                    found.add(("", ""))
        return found
