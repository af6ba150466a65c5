"""The least time in which this CPU could make the AES rounds of a message, with everything else free.

Each block takes its ten rounds on registers, by the widest AES instruction that the CPU reports, in enough independent
chains that no round waits for the latency of another. There is no key schedule, load, store, counter, xor with a text,
nor Python per block. Importing this module needs the standard library only.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from time import perf_counter
from typing import Any

from bench.errors import Unsupported
from bench.model import Limit, Workload

CHAINS = (4, 6, 8, 12)  #: registers in flight that are tried; 12 and a key fit the 16 registers of AES-NI
ROUND_KEY = (0x0123456789ABCDEF, 0x0F1E2D3C4B5A6978)  #: any: one for all rounds, so that it stays in a register
TRIAL = 1 << 16  #: registers encrypted in a trial of a number of chains: below a millisecond
ADD_LATENCY, MULTIPLY_LATENCY = 1, 3  #: cycles
STEPS = 100  #: dependent instructions in a turn of the clock's loop: its own count runs beside them
CLOCK_TURNS, TRIES = 20_000, 7  #: 2 million additions, below a millisecond

Native = Callable[[int], int]  # turns of a loop -> something that depends on its last state
Pair = Callable[[Any, Any, Any], Any]  # (builder, value, operand) -> value after two instructions that depend on it


def prepare(amount: float) -> Workload:
    """Return a workload that makes the rounds of `amount` bytes, rounded up to whole registers, in each loop."""
    bits = _registers(amount)
    functions = {chains: _rounds(bits, chains) for chains in CHAINS}
    times = {chains: _fastest(function, TRIAL // chains) for chains, function in functions.items()}
    chains = min(times, key=lambda each: times[each])
    function, registers = functions[chains], math.ceil(amount / (bits // 8))
    answers = [0]

    def run(loops: int) -> float:
        turns = math.ceil(loops * registers / chains)
        start = perf_counter()
        answers[0] = function(turns)
        return perf_counter() - start

    return Workload(run, lambda: answers[0])


def hertz() -> float:
    """Measure the core's clock now, in cycles a second, by instructions that each wait for the one before.

    The assumption is that adding, and xoring, one register to another has a latency of one cycle, as on every x86-64
    core of Intel and AMD that has AES-NI. The operand must not be a constant: Intel's cores from Golden Cove on can add
    a small one while they rename registers, in no cycle, and with one this chain showed 1.9 times the clock.
    `hertz_by_multiplying` is the cross-check. On a virtual Xeon of that kind, of twice 200 pairs of readings half agreed
    within 0.5 % and nine in ten within 3 %; the farthest were 13 % apart, while the machine was busy.
    """
    return _clock(_added_and_xored, ADD_LATENCY)


def hertz_by_multiplying() -> float:
    """Measure the same by multiplications: 3 cycles each on Intel, and on AMD since Zen. Elsewhere the two differ."""
    return _clock(_squared_twice, MULTIPLY_LATENCY)


def _added_and_xored(b: Any, value: Any, operand: Any) -> Any:
    return b.xor(b.add(value, operand), operand)


def _squared_twice(b: Any, value: Any, operand: Any) -> Any:
    square = b.mul(value, value)
    return b.mul(square, square)


def _clock(pair: Pair, latency: int) -> float:
    _registers(1)  # raises where nothing is measured
    return STEPS * latency * CLOCK_TURNS / _fastest(_chain(pair), CLOCK_TURNS)


def _fastest(function: Native, turns: int) -> float:
    times = []
    for _ in range(TRIES):
        start = perf_counter()
        function(turns)
        times.append(perf_counter() - start)
    return min(times)


def _registers(amount: float) -> int:
    """Return how wide registers are, in bits: the narrowest that hold the amount, else the widest, or raise Unsupported.

    On wider ones a short message would be charged for blocks that it does not have.
    """
    from bench.aes import _llvm

    reasons = {bits: _llvm.lacking(bits) for bits in _llvm.NEEDED}
    offered = sorted(bits for bits, reason in reasons.items() if not reason)
    if offered:
        return next((bits for bits in offered if bits >= 8 * amount), offered[-1])
    raise Unsupported(
        f"the limit of AES rounds is not defined here: {reasons[128]}",
        "It is measured on an x86-64 with AES-NI, where nothing is masked.",
    )


def _rounds(bits: int, chains: int) -> Native:
    """Compile a loop whose turn encrypts `chains` registers of `bits` bits, each its own last result."""
    from bench.aes import _llvm

    module = _llvm.new_module()
    registers = _llvm.Registers(module, bits)
    keys = [registers.constant(*ROUND_KEY)] * 11
    starts = [registers.constant(chain, ~chain) for chain in range(chains)]
    return _llvm.looped(module, bits, starts, lambda b, states: registers.rounds(b, states, keys))


@cache
def _chain(pair: Pair) -> Native:
    """Compile a loop of `STEPS` instructions, each dependent on the one before, in pairs that no compiler can merge."""
    from bench.aes import _llvm

    def turn(b: Any, states: list[Any]) -> list[Any]:
        value, operand = states
        for _ in range(STEPS // 2):
            value = pair(b, value, operand)
        return [value, value]  # no constant: the next operand is what this turn made

    return _llvm.looped(_llvm.new_module(), 128, [_llvm.I64(3), _llvm.I64(5)], turn)


LIMIT = Limit(
    name="register-only limit",
    summary="the ten rounds of every block by the widest AES instruction that this CPU reports, in independent chains "
    "on registers: no key schedule, load, store, counter, xor with a text, nor Python per block",
    prepare=prepare,
    hertz=hertz,
    requires=("llvmlite",),
)
