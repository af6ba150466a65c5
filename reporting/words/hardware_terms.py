"""The words of hardware that the chapter on accelerators uses, each in a sentence for who knows software."""

from __future__ import annotations

from reporting.codesign import DRAWS
from reporting.document import Table
from reporting.words.tables import text

TERMS = {
    "RTL": "a design as registers and the logic between them, from one cycle to the next; here it is made by Amaranth",
    "synthesis, netlist": "turning that into cells that the FPGA has; the cells and what connects them are the netlist",
    "LUT4, FF": "a look-up table of four inputs, of which all logic is made; a flip-flop, which keeps one bit",
    "BRAM, DSP": "a block of RAM of 18 kbit; a multiplier of 18 by 18 bits",
    "place and route": "giving each cell a place on the chip and each connection its wires; the longest path sets the clock",
    "seed, speed grade": "where the placer's random choices begin; how fast a part the maker sells, 6 the slowest",
    "simulated": "the design's logic executed cycle by cycle on this CPU, so that its answers and cycles are known",
    "played back": "answers that the core gave before are handed out again at once, so that the rest alone is timed",
    "host's part": "what the CPU still does in an iteration when a core does its part: preparing, calling, taking answers",
    "interface": "what a call costs beside the work: the call (overhead), the way there and back (latency), bytes per second",
    "descriptor, doorbell": "a note in memory that says where data is; the write that tells an engine of it",
    "draws": f"values taken at random from the range of each input, {DRAWS:,} times; an interval holds 95 % of the results",
    "binds": "of the parts of an iteration's time, the largest; improving another one brings less",
}  #: word -> what it means


def table() -> Table:
    """Return the words in the order in which a design meets them."""
    rows = tuple((text(word), text(meaning)) for word, meaning in TERMS.items())
    return Table("Words of this chapter", ("word", "meaning"), rows, numeric=False, key="hardware-words")
