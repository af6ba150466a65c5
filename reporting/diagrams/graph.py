"""What a diagram is laid out from: boxes, and what connects each two of them. Knows no coordinates."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

INPUTS, OUTPUTS = "\N{NULL}in", "\N{NULL}out"  #: keys of the surroundings; no part can have such a name
TOP = "\N{NULL}top"  #: key of what the top level has of its own, beside its parts
PADDING = 2  #: letters between the edge of a box and its words


@dataclass(frozen=True)
class Vertex:
    """One box, with what is written into it."""

    key: str
    name: str
    lines: tuple[str, ...] = ()

    @property
    def outside(self) -> bool:
        """Whether it stands for what is around the design."""
        return self.key in (INPUTS, OUTPUTS)

    @property
    def height(self) -> int:
        return len(self.lines) + 3  # its name and both edges

    @property
    def words(self) -> int:
        """How wide it has to be for its words."""
        return max(map(len, (self.name, *self.lines))) + 2 * PADDING


@dataclass(frozen=True)
class Edge:
    """All that connects two boxes, in both directions."""

    source: str
    target: str
    bits: int  #: from source to target
    back: int = 0  #: and back
    names: tuple[str, ...] = ()

    def reversed(self) -> Edge:
        return Edge(self.target, self.source, self.back, self.bits, self.names)

    @property
    def label(self) -> int:
        """How many letters its label takes."""
        both = f"{self.bits:,}↓ {self.back:,}↑" if self.bits and self.back else f"{self.bits or self.back:,}"
        return len(both)


def merged(edges: Iterable[Edge]) -> list[Edge]:
    """Return one edge for each two boxes, directed as most of its bits are; what leads from a box to itself is left out."""
    found: dict[frozenset[str], Edge] = {}
    for edge in edges:
        if edge.source == edge.target:
            continue
        pair = frozenset((edge.source, edge.target))
        known = found.get(pair)
        if known is None:
            found[pair] = edge
            continue
        same = edge if known.source == edge.source else edge.reversed()
        names = tuple(dict.fromkeys((*known.names, *edge.names)))
        found[pair] = Edge(known.source, known.target, known.bits + same.bits, known.back + same.back, names)
    return [edge if edge.bits >= edge.back else edge.reversed() for edge in found.values()]
