"""How a host reaches an accelerator: one table of presets with a source for each figure.

All figures are assumptions, given as ranges, and a projection draws from them. An accelerator that is really there
should be measured instead, and its figures given on the command line or in a TOML file (cards.py).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bench.errors import UsageError
from reporting.model.uncertain import Range

NOTHING = Range.exactly(0.0)
NO_LIMIT = Range.exactly(math.inf)
US, NS, GB = 1e-6, 1e-9, 1e9
SERIAL_TO_STREAMED = Range(0.0, 0.5, 1.0)
ONE_OR_OTHER = (
    "nobody built it: 0 is a buffer that is filled, worked on and emptied in turn, 1 are words that go straight through"
)


@dataclass(frozen=True)
class Interface:
    """What one offload costs beside the accelerator's own work."""

    name: str
    summary: str
    overhead: Range = NOTHING  #: s of the host's own time per call: set-up, driver, collecting the answer (o)
    latency: Range = NOTHING  #: s per call that the first byte takes there and the last one back, beyond transfer (L)
    to: Range = NO_LIMIT  #: bytes/s to the accelerator
    back: Range = NO_LIMIT  #: bytes/s from it
    per_byte: Range = NOTHING  #: s of the host's own time per byte that is sent or received, such as to flush caches
    call: Range = NOTHING  #: s per call of Python's call into native code, beyond what the host's part holds already
    synchronous: bool = True  #: the host waits; else it does other work meanwhile
    waits: bool = False  #: whether the host cannot but wait
    overlap: Range = (
        NOTHING  #: share of what a design's moving of data and its work could do at once that they do at once
    )
    duplex: bool = False  #: whether bytes can move in both directions at once
    sources: Mapping[str, str] = field(default_factory=dict)  #: name of a field -> where its figures come from

    @property
    def free(self) -> bool:
        """Whether nothing but Python's call costs anything, so that what an accelerator brings is a bound, not an offer."""
        limits = (self.to, self.back) == (NO_LIMIT, NO_LIMIT)
        return limits and (self.overhead, self.latency, self.per_byte) == (NOTHING, NOTHING, NOTHING)

    @property
    def call_is_free(self) -> bool:
        return (self.overhead, self.latency, self.call) == (NOTHING, NOTHING, NOTHING)

    @property
    def assumed(self) -> dict[str, Range]:
        """Return all that is drawn of it, by name."""
        names = ("overhead", "latency", "to", "back", "per_byte", "overlap", "call")
        return {name: getattr(self, name) for name in names}


#: Python's own call into native code, per call. Added where the host's part does not hold a call in its place already.
CALLS: Mapping[str, tuple[Range, str]] = {
    "none": (NOTHING, "the host's part holds a call in its place"),
    "extension": (
        Range(30 * NS, 60 * NS, 250 * NS),
        "low: an empty call, 51 ns on a Core i9-9900K (interoptopus, benchmark of its CPython back end, 2021) and less on newer "
        "cores; high: pyaes_aesni's whole call for 16 bytes, object and key schedule included (results/aes)",
    ),
    "ctypes": (
        Range(275 * NS, 350 * NS, 1400 * NS),
        "275 ns without an argument, 350 ns with one, Core i9-9900K, Python 3.10 (interoptopus, as above); 1.4 µs on a Core Duo "
        "of 2.33 GHz (Tung, ctypes performance benchmark, 2009)",
    ),
}

DMA = Interface(
    "dma",
    "an engine on the chip that reads and writes main memory by itself, through a port that is coherent with the caches",
    overhead=Range(0.3 * US, 1 * US, 5 * US),
    latency=Range(0.4 * US, 0.9 * US, 2 * US),
    to=Range(0.4 * GB, 1.0 * GB, 4.0 * GB),
    back=Range(0.3 * GB, 1.0 * GB, 4.0 * GB),
    overlap=SERIAL_TO_STREAMED,
    duplex=True,
    sources={
        "overhead": "estimate: a few uncached writes for a descriptor and a poll; high: with a call into the kernel",
        "per_byte": "none by definition: the port is coherent, so no cache line is flushed or invalidated; dma-flush is without",
        "latency": "AMD PG021, AXI DMA: 44 cycles there and 49 back, 0.93 µs at 100 MHz; less at higher clocks, more behind "
        "a busy memory controller",
        "to": "PG021: 399 MB/s on 32 bits at 100 MHz; 1.2 GB/s is the most of one port of a Zynq-7000, HP or coherent (UG585); "
        "high: 128 bits at 250 MHz",
        "back": "PG021: 299 MB/s on 32 bits at 100 MHz; typical and high as to the accelerator",
        "overlap": f"{ONE_OR_OTHER}; both directions likewise, since PG021 has a channel for each",
    },
)
DMA_FLUSH = replace(
    DMA,
    name="dma-flush",
    summary="the same engine without a coherent port: software flushes and invalidates the cache lines of all that moves",
    per_byte=Range(1.1 * NS, 1.3 * NS, 2.6 * NS),
    sources={
        **DMA.sources,
        "per_byte": "Shao et al., gem5-Aladdin, MICRO 2016: 84 ns to flush a cache line and 71 ns to invalidate one, on a Zynq of "
        "667 MHz; low: 71 ns per 64 bytes; typical: 84 ns per 64 bytes; high: 84 ns per 32 bytes, a line of its Cortex-A9",
    },
)

PRESETS: Mapping[str, Interface] = {
    each.name: each
    for each in (
        Interface(
            "isa",
            "an extension of the instruction set: operands and results in registers",
            waits=True,
            sources={
                "overhead": "none by definition: no driver, and operands are loaded by the instructions around it",
                "latency": "none by definition: that of the instruction is part of the accelerator's time",
                "to": "by definition the registers' own",
                "back": "by definition the registers' own",
                "per_byte": "none by definition: registers have no cache",
            },
        ),
        Interface(
            "mmio",
            "registers on the chip's bus, which the processor writes and reads itself, word by word",
            overhead=Range(0.05 * US, 0.1 * US, 0.3 * US),
            latency=Range(0.05 * US, 0.1 * US, 0.2 * US),
            to=Range(0.04 * GB, 0.3 * GB, 1.0 * GB),
            back=Range(0.02 * GB, 0.05 * GB, 0.3 * GB),
            overlap=SERIAL_TO_STREAMED,
            sources={
                "overhead": "estimate: one or two uncached writes, to start it and to acknowledge",
                "latency": "estimate: one uncached read of a status register, 10 to 20 cycles of a bus of 100 to 200 MHz",
                "to": "estimate: 4 or 8 bytes per posted write of 8 to 100 ns",
                "back": "estimate: 4 or 8 bytes per read of 25 to 200 ns, which waits for its answer",
                "per_byte": "none: what is moved word by word is not cached",
                "overlap": ONE_OR_OTHER,
            },
        ),
        DMA,
        DMA_FLUSH,
        Interface(
            "pcie",
            "a PCIe card, third generation, eight lanes, driven from user space by polling",
            overhead=Range(0.3 * US, 1 * US, 5 * US),
            latency=Range(0.6 * US, 1 * US, 2.5 * US),
            to=Range(1.5 * GB, 4.0 * GB, 6.2 * GB),
            back=Range(1.5 * GB, 4.0 * GB, 6.2 * GB),
            overlap=SERIAL_TO_STREAMED,
            duplex=True,
            sources={
                "overhead": "estimate: a doorbell, a descriptor and the polling of a completion; high: with a call into the kernel",
                "latency": "Neugebauer et al., Understanding PCIe performance for end host networking, SIGCOMM 2018: about 1 µs of "
                "PCIe in the round trip of a network card, 0.5 µs at least for one read of 64 bytes",
                "to": "the same: 32 to 50 Gbit/s for data, 12 to 48 Gbit/s with descriptors and pointers",
                "back": "as to the accelerator",
                "per_byte": "none: what a card reads and writes is coherent with the host's caches, as on x86",
                "overlap": f"{ONE_OR_OTHER}; both directions likewise, since PCIe has lanes for each",
            },
        ),
        Interface(
            "opencl",
            "a PCIe card behind its vendor's OpenCL driver, with memory of its own",
            overhead=Range(10 * US, 30 * US, 60 * US),
            latency=Range(80 * US, 120 * US, 160 * US),
            to=Range(1.0 * GB, 1.6 * GB, 9.5 * GB),
            back=Range(1.0 * GB, 1.6 * GB, 9.5 * GB),
            sources={
                "overhead": "estimate: the part of the round trip below that the host's CPU is busy with",
                "latency": "Choi et al., In-depth analysis on microarchitectures of modern heterogeneous CPU-FPGA platforms, ACM TRETS "
                "2019: round trips of 140 to 160 µs on two such cards",
                "to": "the same: 1.6 GB/s through OpenCL for large blocks; high: what PCIe of the third generation and 16 lanes allows",
                "back": "as to the accelerator",
                "per_byte": "as for pcie; the driver's own copies are in the bandwidth",
                "overlap": "none: the driver copies all data to the card's memory before the work begins, and back after it",
            },
        ),
    )
}


def asynchronous(interface: Interface) -> Interface:
    """Return an interface whose host does other work meanwhile; raises UsageError where it cannot but wait."""
    if interface.waits:
        raise UsageError(
            f"no host does other work beside {interface.name}: an instruction's result is there when it has ended",
            f"Let it wait, or take {', '.join(name for name, each in PRESETS.items() if not each.waits)}.",
        )
    return replace(interface, synchronous=False)


def called(interface: Interface, way: str) -> Interface:
    """Return an interface with Python's own call into native code added, by a name of CALLS."""
    if way not in CALLS:
        raise UsageError(f"--call {way!r} is not known", f"Known: {', '.join(CALLS)}.")
    cost, source = CALLS[way]
    return replace(interface, call=cost, sources={**interface.sources, "call": source})
