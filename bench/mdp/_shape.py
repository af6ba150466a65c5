"""What the host and the engine have to agree on: sizes, fields of an edge's word, latency, packets. Standard library only.

The words of a job come in packets: a header (destination, and the number of words from bit 8 on), the first address, then
the words; FILL has none, and takes as many cycles. PROGRAM is the last packet, and starts the run. What a program holds
for one cycle comes together, an edge of each lane, so that the first sweep can follow the words as they come.
"""

from __future__ import annotations

from dataclasses import dataclass

LATENCY = 10  #: cycles from a row's last edge to the first edge that can read the row's value; _engine.py says why
FLAGS = 5  #: bits of an edge's word before the address: valid, last, best, and two of delay
SETTINGS, WEIGHTS, LOWER, UPPER, FILL, PROGRAM = range(6)  #: destinations of packets
HEADER_COUNT = 8  #: the bit of a header from which on the number of words stands
ROWS = 1024  #: of a block of RAM that is 18 bits wide


@dataclass(frozen=True)
class Shape:
    """The size of an engine: what a program has to fit."""

    lanes: int  #: a power of two
    buses: int  #: of results: a power of two, no more than there are lanes
    fraction: int  #: bits behind the point
    edges: int  #: words of a lane's program
    values: int  #: values of a bank
    weights: int

    @property
    def lane(self) -> int:
        """Bits of an address of the program that choose the lane."""
        return (self.lanes - 1).bit_length()

    @property
    def block(self) -> int:
        """Values of a bank that one block of RAM holds, and so how many cycles it takes to fill all blocks at once."""
        return min(ROWS, self.values)

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
