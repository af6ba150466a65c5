"""What the host and the engine have to agree on: sizes, fields of an edge's word, latency, packets. Standard library only."""

from __future__ import annotations

from dataclasses import dataclass

LATENCY = 10  #: cycles from a row's last edge to the first edge that can read the row's value; _engine.py says why
FLAGS = 5  #: bits of an edge's word before the address: valid, last, best, and two of delay
SETTINGS, WEIGHTS, LOWER, UPPER, FILL, RUN, PROGRAM = range(7)  #: destinations; PROGRAM + l is the program of lane l
HEADER_COUNT = 8  #: the bit of a header from which on the number of words stands


@dataclass(frozen=True)
class Shape:
    """The size of an engine: what a program has to fit."""

    lanes: int
    buses: int  #: of results: a power of two that divides the lanes
    fraction: int  #: bits behind the point
    edges: int  #: words of a lane's program
    values: int  #: values of a bank
    weights: int

    @property
    def bank(self) -> int:
        """Bits of an address that choose the bank."""
        return (self.buses - 1).bit_length()

    @property
    def index(self) -> int:
        """Bits of an address inside a bank."""
        return (self.values - 1).bit_length()

    @property
    def address(self) -> int:
        """Bits of a value's address: the bank, then the index."""
        return self.bank + self.index

    @property
    def weight(self) -> int:
        """Bits of a weight's number."""
        return (self.weights - 1).bit_length()

    @property
    def word(self) -> int:
        """Bits of an edge: flags, address of the value, number of the weight."""
        return FLAGS + self.address + self.weight
