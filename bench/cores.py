"""The cores that a design's variant hands its work to: interpreted by Amaranth, compiled to machine code, or played back.

All of them count what crosses the interface. A compiled core is a shared library with its ports in a JSON file beside it
(profiling/hardware/compiled.py makes both), so a measured process needs neither Amaranth nor a synthesis tool.
"""

from __future__ import annotations

import ctypes
import json
import weakref
from collections.abc import Awaitable, Callable, Mapping
from itertools import cycle
from pathlib import Path
from typing import Any, TypeVar

from bench.errors import SuiteError
from bench.hardware import Core, Port, Transaction

T = TypeVar("T")
PERIOD = 1e-6  #: seconds of a simulated clock cycle; any would do
LONGER = "a design that needs longer says so (most_cycles)"  #: what else can be done where a call is stuck
MOST_LOOKS = 1_000_000  #: at ports without a clock cycle in between: a loop that waits for what can never change
MOMENT = 1e-12  #: seconds that pass between two calls, so that no clock edge does


class Stuck(SuiteError):
    """A simulation went on for longer than the design allows."""


class _Counting:
    """What crossed the interface since the core was made."""

    def __init__(self, most_cycles: int) -> None:
        self.most_cycles = most_cycles  #: of one call
        self.longer = LONGER
        self.cycles = 0  #: clock cycles, of all calls together
        self.calls = 0
        self.sent = 0  #: bytes to the accelerator
        self.received = 0  #: bytes back
        self._left = most_cycles
        self._looks = 0

    def _begin(self, sent: int, received: int) -> None:
        self._left, self._looks = self.most_cycles, 0
        self.calls += 1
        self.sent += sent
        self.received += received

    def spend(self, cycles: int) -> None:
        """Count cycles; raises Stuck where a call takes more than it may: a whole iteration's, unless a check says less."""
        self.cycles += cycles
        self._left -= cycles
        self._looks = 0
        if self._left < 0:
            raise Stuck(
                f"the simulated core is stuck: a call has taken {self.most_cycles - self._left:,} cycles",
                f"Look for a handshake that never comes; {self.longer}. A call may take {self.most_cycles:,} now.",
            )

    def look(self) -> None:
        """Count a look at a port; raises Stuck where the clock stands still meanwhile."""
        self._looks += 1
        if self._looks > MOST_LOOKS:
            raise Stuck(
                f"the transaction is stuck: it has looked at ports {MOST_LOOKS:,} times, and let no clock cycle pass",
                "Await pins.tick() or pins.until() in its loop.",
            )

    def left(self) -> int:
        """Return how many cycles this call may still take."""
        return self._left


def ports_of(component: Any) -> dict[str, Port]:
    """Return the data ports of an Amaranth component by name, as its flattened signature has them."""
    return {name: port for name, (port, _) in _flattened(component).items()}


def _flattened(component: Any) -> dict[str, tuple[Port, Any]]:
    from amaranth.hdl import Value
    from amaranth.lib.wiring import In

    found = {}
    for path, member, value in component.signature.flatten(component):
        name, bits = "__".join(map(str, path)), Value.cast(value).as_unsigned()
        found[name] = (Port(name, "in" if member.flow == In else "out", len(bits)), bits)
    return found


def _fit(port: Port, value: int) -> int:
    if port.direction != "in":
        raise SuiteError(f"{port.name} is an output of the core, and cannot be set", "Set an input.")
    if not 0 <= value < 1 << port.bits:
        raise SuiteError(f"{value:#x} does not fit into {port.name}, which has {port.bits} bits", "Mask it first.")
    return value


def _known(ports: Mapping[str, T], name: str) -> T:
    if name not in ports:
        raise SuiteError(f"the core has no port {name!r}", f"Its ports: {', '.join(ports)}.")
    return ports[name]


class Interpreted(_Counting):
    """A component in Amaranth's own simulator: some 1,000 cycles a second, and nothing to compile."""

    def __init__(self, component: Any, most_cycles: int = 20_000_000) -> None:
        from amaranth.sim import Simulator

        super().__init__(most_cycles)
        self.ports = _flattened(component)
        self._waiting: Transaction[Any] | None = None
        self._outcome: tuple[Any, BaseException | None] | None = None
        self._simulator = Simulator(component)
        self._simulator.add_clock(PERIOD)
        self._simulator.add_testbench(self._serve)

    def call(self, transaction: Transaction[T], sent: int, received: int) -> T:
        """Run one transaction to its end, in the caller's own thread."""
        self._begin(sent, received)
        self._waiting, self._outcome = transaction, None
        while self._outcome is None:
            self._simulator.advance()
        result, error = self._outcome
        if error is not None:
            raise error
        answer: T = result
        return answer

    async def _serve(self, context: Any) -> None:
        """Wait for transactions without letting a clock cycle pass. One that fails leaves the simulation going on."""
        while True:
            transaction, self._waiting = self._waiting, None
            if transaction is not None:
                try:
                    self._outcome = (await transaction(_InterpretedPins(self, context)), None)
                except (Exception, KeyboardInterrupt) as error:
                    self._outcome = (None, error)
            await context.delay(MOMENT)


class _InterpretedPins:
    """Pins of a component in Amaranth's simulator."""

    def __init__(self, core: Interpreted, context: Any) -> None:
        self._core, self._context = core, context

    def set(self, port: str, value: int) -> None:
        about, bits = _known(self._core.ports, port)
        self._context.set(bits, _fit(about, value))

    def get(self, port: str) -> int:
        self._core.look()
        return int(self._context.get(_known(self._core.ports, port)[1]))

    async def tick(self, cycles: int = 1) -> None:
        for _ in range(cycles):
            self._core.spend(1)
            await self._context.tick()

    async def until(self, port: str, value: int = 1) -> int:
        passed = 0
        while self.get(port) != value:
            await self.tick()
            passed += 1
        return passed


class Compiled(_Counting):
    """A component compiled to machine code by way of CXXRTL: a million cycles a second or more."""

    def __init__(self, library: Path, ports: Mapping[str, Port], most_cycles: int = 20_000_000) -> None:
        super().__init__(most_cycles)
        self.library = _load(library)
        self.handle = ctypes.c_void_p(self.library.core_make())
        weakref.finalize(self, self.library.core_free, self.handle)
        self.ports = {name: (port, self._find(name)) for name, port in ports.items()}

    @classmethod
    def beside(cls, library: Path, most_cycles: int = 20_000_000) -> Compiled:
        """Load a library whose ports stand in the JSON file beside it."""
        return cls(library, read_ports(library.with_suffix(".json")), most_cycles)

    def _find(self, name: str) -> ctypes.c_void_p:
        found = self.library.core_find(self.handle, name.encode())
        if not found:
            raise SuiteError(f"the compiled core has no port {name!r}", "Compile it anew: invoke hardware.")
        return ctypes.c_void_p(found)

    def call(self, transaction: Transaction[T], sent: int, received: int) -> T:
        """Run one transaction to its end."""
        self._begin(sent, received)
        return _finish(transaction(_CompiledPins(self)))


def _load(library: Path) -> Any:
    """Load a library, and declare what profiling/hardware/core.cc defines."""
    try:
        found: Any = ctypes.CDLL(str(library.resolve()))
    except OSError as error:
        raise SuiteError(f"the compiled core cannot be loaded: {error}", "Compile it anew: invoke hardware.") from error
    pointer, count, words = ctypes.c_void_p, ctypes.c_uint64, ctypes.c_char_p
    for name, returns, takes in (
        ("core_make", pointer, []),
        ("core_free", None, [pointer]),
        ("core_find", pointer, [pointer, words]),
        ("core_set", None, [pointer, pointer, words]),
        ("core_get", None, [pointer, pointer, words]),
        ("core_tick", None, [pointer, count]),
        ("core_until", count, [pointer, pointer, words, count]),
    ):
        function = getattr(found, name)
        function.restype, function.argtypes = returns, takes
    return found


def _finish(awaitable: Awaitable[T]) -> T:
    """Run what awaits nothing but compiled pins, which never suspend."""
    steps = awaitable.__await__()
    try:
        next(steps)
    except StopIteration as end:
        answer: T = end.value
        return answer
    raise SuiteError("the transaction awaits something other than its pins", "Await pins.tick or pins.until only.")


class _CompiledPins:
    """Pins of a compiled core. Values cross as 32-bit words, the lowest first."""

    def __init__(self, core: Compiled) -> None:
        self._core, self._library, self._handle = core, core.library, core.handle

    def set(self, port: str, value: int) -> None:
        about, place = _known(self._core.ports, port)
        self._library.core_set(self._handle, place, _words(about, _fit(about, value)))

    def get(self, port: str) -> int:
        self._core.look()
        about, place = _known(self._core.ports, port)
        room = ctypes.create_string_buffer(_size(about))
        self._library.core_get(self._handle, place, room)
        return int.from_bytes(room.raw, "little")

    async def tick(self, cycles: int = 1) -> None:
        self._core.spend(cycles)
        self._library.core_tick(self._handle, cycles)

    async def until(self, port: str, value: int = 1) -> int:
        about, place = _known(self._core.ports, port)
        passed = int(self._library.core_until(self._handle, place, _words(about, value), self._core.left() + 1))
        self._core.spend(passed)
        return passed


def _size(port: Port) -> int:
    return (port.bits + 31) // 32 * 4


def _words(port: Port, value: int) -> bytes:
    return value.to_bytes(_size(port), "little")


class Playback:
    """Takes a core out of a workload and leaves its answers: recorded once, then played back in the same order.

    What the workload still takes is the host's part (compare bench/ablation.py). Run one iteration, then `replay`.
    """

    def __init__(self, core: Core) -> None:
        self._core: Core | None = core
        self._answers: list[Any] = []
        self._next: Callable[[], Any]

    def call(self, transaction: Transaction[T], sent: int, received: int) -> T:
        """Return what the core returns, or returned in the recorded iteration."""
        if self._core is None:
            played: T = self._next()
            return played
        answer = self._core.call(transaction, sent, received)
        self._answers.append(answer)
        return answer

    def replay(self) -> None:
        """From now on return the recorded answers, over and over, without the core."""
        if not self._answers:
            raise SuiteError("the variant never called its core, so there is nothing to play back", "Call it.")
        self._core, self._next = None, cycle(self._answers).__next__


def read_ports(path: Path) -> dict[str, Port]:
    """Read what `written_ports` wrote."""
    try:
        return {name: Port(name, *about) for name, about in json.loads(path.read_text(encoding="utf-8")).items()}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise SuiteError(f"{path} does not describe ports: {error}", "Make it anew: invoke hardware.") from error


def written_ports(ports: Mapping[str, Port]) -> str:
    """Return ports as JSON: name -> [direction, bits]."""
    return json.dumps({name: [port.direction, port.bits] for name, port in ports.items()}, indent=1) + "\n"
