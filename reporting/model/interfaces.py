"""How a host reaches an accelerator: one table of presets with a source for each figure, and how a user overrides it.

All figures are assumptions, given as ranges, and a projection draws from them. An accelerator that is really there
should be measured instead, and its figures given on the command line or in a TOML file (`from_file`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from bench.errors import UsageError
from reporting.model import quantities
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
    call: Range = NOTHING  #: s per call of Python's call into native code, beyond what the host's part holds already
    synchronous: bool = True  #: the host waits; else it does other work meanwhile
    overlap: Range = (
        NOTHING  #: share of what a design's moving of data and its work could do at once that they do at once
    )
    duplex: bool = False  #: whether bytes can move in both directions at once
    sources: Mapping[str, str] = field(default_factory=dict)  #: name of a field -> where its figures come from

    @property
    def free(self) -> bool:
        """Whether it costs nothing by itself, so that what an accelerator brings behind it is a bound, not an offer."""
        return (self.overhead, self.latency, self.to, self.back) == (NOTHING, NOTHING, NO_LIMIT, NO_LIMIT)


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

PRESETS: Mapping[str, Interface] = {
    each.name: each
    for each in (
        Interface(
            "isa",
            "an extension of the instruction set: operands and results in registers",
            sources={
                "overhead": "none by definition: no driver, and operands are loaded by the instructions around it",
                "latency": "none by definition: that of the instruction is part of the accelerator's time",
                "to": "by definition the registers' own",
                "back": "by definition the registers' own",
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
                "overlap": ONE_OR_OTHER,
            },
        ),
        Interface(
            "dma",
            "an engine on the chip that reads and writes main memory by itself",
            overhead=Range(0.3 * US, 1 * US, 5 * US),
            latency=Range(0.4 * US, 0.9 * US, 2 * US),
            to=Range(0.4 * GB, 1.0 * GB, 4.0 * GB),
            back=Range(0.3 * GB, 1.0 * GB, 4.0 * GB),
            overlap=SERIAL_TO_STREAMED,
            duplex=True,
            sources={
                "overhead": "estimate: a few uncached writes for a descriptor and a poll; high: with cache lines flushed by software "
                "at 84 ns each, as Shao et al. measured on a Zynq (gem5-Aladdin, MICRO 2016)",
                "latency": "AMD PG021, AXI DMA: 44 cycles there and 49 back, 0.93 µs at 100 MHz; less at higher clocks, more behind "
                "a busy memory controller",
                "to": "PG021: 399 MB/s on 32 bits at 100 MHz; 1.2 GB/s is the most of one HP port of a Zynq-7000 (UG585); high: 128 "
                "bits at 250 MHz",
                "back": "PG021: 299 MB/s on 32 bits at 100 MHz; typical and high as to the accelerator",
                "overlap": f"{ONE_OR_OTHER}; both directions likewise, since PG021 has a channel for each",
            },
        ),
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
                "overlap": "none: the driver copies all data to the card's memory before the work begins, and back after it",
            },
        ),
    )
}

#: what a user may set -> (its fields here, how it is written)
SETTINGS: Mapping[str, tuple[tuple[str, ...], quantities.Kind]] = {
    "overhead": (("overhead",), quantities.TIMES),
    "latency": (("latency",), quantities.TIMES),
    "bandwidth": (("to", "back"), quantities.RATES),
    "to": (("to",), quantities.RATES),
    "back": (("back",), quantities.RATES),
}
FIGURES = ("overhead", "latency", "to", "back")
OPTION, LINE = "--{}", "{} ="  #: how a setting is written on a command line, and in a file
WAYS = {"synchronous": True, "asynchronous": False}


def named(name: str) -> Interface:
    """Return a preset by its name, or an interface from the TOML file of that name."""
    if name in PRESETS:
        return PRESETS[name]
    if name.endswith(".toml"):
        return from_file(Path(name))
    raise UsageError(
        f"--interface {name!r} is not known", f"Known: {', '.join(PRESETS)}; or name a file, such as card.toml."
    )


def from_file(path: Path) -> Interface:
    """Return the interface that a TOML file describes; raises UsageError, naming the key, where one does not fit.

    Lines of the form `overhead = "0.5us..2us"`: what SETTINGS names, base (a preset, for all that is not set),
    summary, source and host (synchronous or asynchronous). Without a base nothing may be left out: what is not set
    would cost nothing.
    """
    given = quantities.table(path)
    base, host = given.pop("base", ""), given.pop("host", "synchronous")
    summary, source = given.pop("summary", f"as {path.name} has it"), given.pop("source", path.name)
    unknown = [key for key in given if key not in SETTINGS]
    if unknown:
        raise UsageError(
            f"{path} has what is not known: {', '.join(unknown)}",
            f"It may have: {', '.join(SETTINGS)}, base, host, summary, source.",
        )
    for key, value, known in (("base", base or "isa", PRESETS.keys()), ("host", host, WAYS.keys())):
        if value not in known:
            raise UsageError(f"{path}: {key} = {value!r} is not known", f"Known: {', '.join(known)}.")
    if not base:
        _require(path, given)
    about = replace(PRESETS[base or "isa"], name=path.stem, summary=summary, synchronous=WAYS[host])
    try:
        return changed(about, given, source, LINE)
    except UsageError as error:
        raise UsageError(f"{path}: {error}", error.hint) from error


def _require(path: Path, given: Mapping[str, str]) -> None:
    """Refuse a file without a base that leaves a figure out."""
    found = {name for setting in given for name in SETTINGS[setting][0]}
    missing = [name for name in FIGURES if name not in found]
    if missing:
        raise UsageError(
            f"{path} does not set {', '.join(missing)}, and names no base to take it from",
            f'Set it (bandwidth is to and back), or add base = "pcie" or another of {", ".join(PRESETS)}.',
        )


def changed(interface: Interface, given: Mapping[str, str], source: str, written: str = OPTION) -> Interface:
    """Return an interface with figures that a user gave, as text by the names of SETTINGS; an empty option is not given.

    written: how a setting's name stands where it was given, for errors.
    """
    now = {name: getattr(interface, name) for name in FIGURES}
    sources = dict(interface.sources)
    for setting, text in given.items():
        if text or written != OPTION:
            names, kind = SETTINGS[setting]
            now |= dict.fromkeys(names, quantities.read(written.format(setting), text, kind))
            sources |= dict.fromkeys(names, source)
    return replace(
        interface, overhead=now["overhead"], latency=now["latency"], to=now["to"], back=now["back"], sources=sources
    )


def called(interface: Interface, way: str) -> Interface:
    """Return an interface with Python's own call into native code added, by a name of CALLS."""
    if way not in CALLS:
        raise UsageError(f"--call {way!r} is not known", f"Known: {', '.join(CALLS)}.")
    cost, source = CALLS[way]
    return replace(interface, call=cost, sources={**interface.sources, "call": source})
