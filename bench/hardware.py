"""The nouns of the hardware half: a design, the pins that it is driven by, the core behind a variant, and what was found.

A family has accelerators when it has a file `hardware.py` that defines `DESIGNS`. A design is run, not drawn: its
`variant` is what a variant's module is (it has the family's entry), and does part of the work on a `Core`. So upstream's
own benchmark runs on a simulated core, cycle by cycle, and the family's oracle judges the answer.

Standard library only; Amaranth is imported when a component is made. The cores are in cores.py, the tools that compile,
synthesise and place a design in profiling/hardware/, where the results are kept is spelled in rundir.py.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol, TypeVar

from bench.discover import HERE, imported
from bench.errors import SuiteError, UsageError, place
from bench.files import sha256

T = TypeVar("T")
NAME = "hardware"  #: of the module of a family that defines DESIGNS


class Pins(Protocol):
    """The ports of a component while it is simulated. One clock domain; `tick` is its rising edge."""

    def set(self, port: str, value: int) -> None:
        """Drive an input from now on; ports are named as the component's flattened signature names them."""

    def get(self, port: str) -> int:
        """Return what a port holds now, after all logic has settled."""

    async def tick(self, cycles: int = 1) -> None:
        """Let so many clock cycles pass; raises Stuck beyond the design's limit, or a check's."""

    async def until(self, port: str, value: int = 1) -> int:
        """Let cycles pass until a port holds `value`; return how many. None if it does already."""


Transaction = Callable[[Pins], Awaitable[T]]  #: drives the pins through one call of the accelerator


class Core(Protocol):
    """What a variant hands its work to: a simulated component, or the playback of what one returned."""

    def call(self, transaction: Transaction[T], sent: int, received: int) -> T:
        """Run one offload to its end; `sent` and `received` are the bytes that cross the interface for it."""


@dataclass(frozen=True)
class Register:
    """One register of the software's view of an accelerator."""

    offset: int  #: in bytes
    name: str
    bits: int
    access: str  #: "R", "W" or "RW", as the processor sees it
    summary: str


@dataclass(frozen=True)
class Precision:
    """What a design promises whose answers are less exact than the family's oracle asks for.

    It is then held to this promise, and to what upstream itself accepts, at every size of the family; not to the oracle.
    """

    within: float  #: its error is no larger
    error: Callable[[Any, Any], float]  #: (answer, argument of the size) -> how far the answer is off


class Kernel(Protocol):
    """A function in C, loaded, with a clock around every call: what a variant hands its work to instead of to a core."""

    def call(self, function: str, *arguments: Any) -> int:
        """Call a function of the library with objects of ctypes; return what it returns, a 64-bit integer."""


@dataclass(frozen=True)
class Software:
    """A design's part of the work as a function in C: what its core has to stand against on a CPU, behind the same host."""

    summary: str  #: what it does and in which arithmetic, in a sentence
    source: Path  #: the C file, in the family's folder; profiling/hardware/counterpart.py says how it is compiled
    variant: Callable[[Kernel], Any]  #: as a design's: what defines the family's entry, doing that part by the function


@dataclass(frozen=True)
class Design:
    """One accelerator, with all parameters fixed."""

    name: str
    summary: str  #: what it is, in a sentence
    replaces: str  #: what of the baseline it takes over: functions as its profile names them, joined by ", "
    justification: str  #: why this part, and why in this way, in a few sentences
    component: Callable[[], Any]  #: makes the Amaranth component, with a flat or wiring signature and the domain "sync"
    variant: Callable[[Core], Any]  #: what defines the family's entry, doing that part on the core
    check: Callable[[Core], None]  #: vectors, corners, back-pressure: returns, or raises WrongAnswer; some 1,000 cycles
    registers: tuple[Register, ...] = ()
    grain: int = 0  #: bytes; it works on any multiple, as they cross the bus; 0: its work does not grow with its bytes
    fixed: int = 0  #: bytes sent in every call beside those
    parameters: Mapping[str, int | str] = field(default_factory=dict)  #: what the design space varies
    point: bool = False  #: a point of the design space only: no section of its own
    most_cycles: int = 20_000_000  #: of one iteration of the full job
    precision: Precision | None = None  #: None: as exact as the family's oracle asks for
    software: Software | None = None  #: its counterpart in C; the family's oracle judges it


@dataclass(frozen=True)
class Port:
    """One port of a part."""

    name: str
    direction: str  #: "in" or "out"
    bits: int


@dataclass(frozen=True)
class Part:
    """A module inside a design, as its own description has it, with what synthesis made of it."""

    name: str  #: "" is the design itself
    ports: tuple[Port, ...]
    area: Mapping[str, int] = field(default_factory=dict)  #: as of a Result; empty where it was not synthesised apart


@dataclass(frozen=True)
class Wire:
    """What connects two parts; "" is the design's own ports."""

    source: str
    target: str
    bits: int
    name: str = ""


@dataclass(frozen=True)
class Timing:
    """Processes that pyperf timed: one entry for each in every sequence. What hosts.py recorded, without a judgement."""

    blocks: tuple[int, ...] = ()
    values: tuple[tuple[float, ...], ...] = ()  #: seconds of one iteration
    warm_ups: tuple[tuple[float, ...], ...] = ()  #: likewise, of the first call; the raw files have the others
    waited: tuple[float | None, ...] = ()  #: share of the measured time that the process was ready to run without a CPU


@dataclass(frozen=True)
class Baseline:
    """What the hosts of a study were timed beside, and where: the machine and interpreter of all its times."""

    timing: Timing = field(default_factory=Timing)
    machine: Mapping[str, Any] = field(default_factory=dict)  #: as in a Manifest; {} where nothing was timed
    interpreter: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Counterpart:
    """What was found about a design's part in C. Empty where there is none, or where a Result's `missing` says why."""

    summary: str = ""
    source: str = ""  #: path of the C file
    compiler: str = ""  #: with its version and flags
    checked: tuple[str, ...] = ()  #: as of a Result
    whole: tuple[float, ...] = ()  #: seconds of one iteration with that part in C, one per process
    part: tuple[float, ...] = ()  #: seconds of it inside the C function, of the same processes
    baseline: tuple[float, ...] = ()  #: seconds of one iteration of the baseline, in the same blocks
    timing: Timing = field(default_factory=Timing)  #: what `whole` is the means of


@dataclass(frozen=True)
class Result:
    """All that was found about one design. What is missing is empty here, and has its reason in `missing`."""

    name: str
    summary: str
    replaces: str
    justification: str
    parameters: Mapping[str, int | str]
    point: bool
    registers: tuple[Register, ...]
    source: str  #: path of the family's hardware.py
    rtl: str  #: sha256 of what the tools were given
    checked: tuple[str, ...] = ()  #: what its answers were held against, one sentence each
    simulator: str = ""  #: that ran the full job
    cycles: int = 0  #: of one iteration of the job, on all calls together
    calls: int = 0  #: in one iteration
    sent: int = 0  #: bytes to the accelerator in one iteration
    received: int = 0  #: and back
    grain: int = 0  #: as of a Design
    fixed: int = 0
    area: Mapping[str, int] = field(default_factory=dict)  #: LUT4, FF, BRAM, DSP of the whole design after packing
    available: Mapping[str, int] = field(default_factory=dict)  #: the same, of the device
    device: str = ""  #: for example "ECP5-85k, CABGA756"
    clocks: Mapping[str, tuple[float, ...]] = field(default_factory=dict)  #: speed grade -> MHz, one per seed
    host: tuple[float, ...] = ()  #: seconds of one iteration without the accelerator's part, one per process
    baseline: tuple[float, ...] = ()  #: seconds of one iteration of the baseline, in the same blocks
    timing: Timing = field(default_factory=Timing)  #: what `host` is the means of
    software: Counterpart = field(default_factory=Counterpart)
    parts: tuple[Part, ...] = ()
    wires: tuple[Wire, ...] = ()
    tools: Mapping[str, str] = field(
        default_factory=dict
    )  #: stage (rtl, simulate, synthesise, place, host, software) -> tool, version
    files: tuple[tuple[str, str], ...] = ()  #: (path below the hardware study, sha256)
    missing: Mapping[str, tuple[str, str]] = field(
        default_factory=dict
    )  #: stage -> (why, the command that would fix it)


@dataclass(frozen=True)
class HardwareStudy:
    """All designs of a family, taken through the tools together: results/<bench>/hardware/<timestamp>/."""

    family: str
    timestamp: str
    size: str
    results: tuple[Result, ...]
    host: Mapping[str, Any]  #: the machine that simulated, as in a Manifest
    interpreter: Mapping[str, Any]  #: of this machine, that ran the simulation
    commit: str
    seconds: float
    options: Mapping[str, Any] = field(default_factory=dict)
    sources: tuple[tuple[str, str], ...] = ()  #: (path, sha256) of the files that the designs were made from
    files: tuple[tuple[str, str], ...] = ()  #: of the study as a whole, as of a Result: the baseline's times, the log
    baseline: Baseline = field(default_factory=Baseline)

    @property
    def partial(self) -> bool:
        """Whether designs or points were left out on request: --only, --no-space."""
        return bool(self.options.get("only")) or not self.options.get("space", True)

    @property
    def changed(self) -> list[str]:
        """The files that the designs were made from and that this checkout has otherwise, or not at all."""
        return [path for path, digest in self.sources if _hash(HERE.parent / path) != digest]


def _hash(path: Path) -> str:
    return sha256(path) if path.is_file() else ""


def families() -> list[str]:
    """Return the names of the families that have accelerators, sorted."""
    return sorted(path.parent.name for path in HERE.glob(f"[a-z]*/{NAME}.py"))


def designs(family: str) -> dict[str, Design]:
    """Return the accelerators of a family by name, in the order of its hardware.py; {} where it has none."""
    if family not in families():
        return {}
    found, path = getattr(_module(family), "DESIGNS", None), f"bench/{family}/{NAME}.py"
    if not isinstance(found, (list, tuple)) or not found or not all(isinstance(design, Design) for design in found):
        raise SuiteError(f"{path} defines no DESIGNS, a list of Design", "The README shows one: 'Add an accelerator'.")
    names = [design.name for design in found]
    for name in names:
        if why := _no_name(family, name, names):
            raise SuiteError(
                f"{path}: a design cannot be named {name!r}: {why}", "Choose another name, such as search."
            )
    return dict(zip(names, found, strict=True))


def _module(family: str) -> ModuleType:
    """Import a family's hardware.py. It must do without Amaranth: the command line and measured processes have none."""
    try:
        return imported(family, NAME)
    except ModuleNotFoundError as error:
        where = place(error, HERE / family) or f"bench/{family}/{NAME}.py"
        raise SuiteError(
            f"{where}: {error.name} is not installed for the Python that reads this file",
            f"Import {error.name} inside the function that makes the component: only that runs where it is installed.",
        ) from error


def _no_name(family: str, name: str, names: Sequence[str]) -> str:
    """Return why a design cannot have this name; empty where it can."""
    if not name.isidentifier():
        return "it is no Python identifier"
    if names.count(name) > 1:
        return "two designs would have it"
    return "the family has a variant of that name" if (HERE / family / f"{name}.py").exists() else ""


def having(only: Sequence[str] = ()) -> dict[str, tuple[str, ...]]:
    """Return family -> those of the designs `only` that it has, () for all; families that have none of them are left out.

    Raises UsageError where a design is in no family, or no family has any.
    """
    if not families():
        raise UsageError("no family has accelerators", "The README shows how to add one: 'Add an accelerator'.")
    if not only:
        return dict.fromkeys(families(), ())
    known = {family: designs(family) for family in families()}
    for name in only:
        if not any(name in found for found in known.values()):
            there = "; ".join(f"{family}: {', '.join(found)}" for family, found in known.items())
            raise UsageError(f"no family has an accelerator {name!r}", f"Known: {there}.")
    theirs = {family: tuple(name for name in only if name in found) for family, found in known.items()}
    return {family: names for family, names in theirs.items() if names}


def design(family: str, name: str) -> Design:
    """Return one accelerator of a family."""
    known = designs(family)
    if name not in known:
        raise UsageError(f"{family} has no accelerator {name!r}", f"Known: {', '.join(known) or 'none'}.")
    return known[name]
