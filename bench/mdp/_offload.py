"""The host's side of the engine: a battle whose sweeps are done on a core, and what the engine's answers are held to."""

from __future__ import annotations

import random
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np

from bench.errors import WrongAnswer
from bench.hardware import Core, Pins, Transaction
from bench.mdp._packets import packets
from bench.mdp._rows import Answer, Rows, evaluate
from bench.mdp._rules import UPSTREAM, Rules
from bench.mdp._schedule import program
from bench.mdp._shape import Shape

BUS = 32  #: bits of a word
SEEDS, TOLERANCE = (4, 7), 0.02  #: of small models, which take 13 and 10 sweeps
Stall = Callable[[], int]  #: how many cycles to let pass before the next word


def job(words: Any, stall: Stall | None = None) -> Transaction[Answer]:
    """Return what drives the pins through a job: all words in, three words out, with pauses if `stall` asks for them."""

    async def drive(pins: Pins) -> Answer:
        pins.set("out_ready", 0)
        for word in words.tolist():  # not before: what the host hands over is the array
            if stall and (cycles := stall()):
                pins.set("in_valid", 0)
                await pins.tick(cycles)
            pins.set("in_data", word)
            pins.set("in_valid", 1)
            await pins.until("in_ready")
            await pins.tick()
        pins.set("in_valid", 0)
        return Answer(*[await _receive(pins, stall) for _ in Answer._fields])

    return drive


async def _receive(pins: Pins, stall: Stall | None) -> int:
    pins.set("out_ready", 0)
    if stall:
        await pins.tick(1 + stall())
    pins.set("out_ready", 1)
    await pins.until("out_valid")
    word = pins.get("out_data")
    await pins.tick()
    pins.set("out_ready", 0)
    return word


def solve(core: Core, rows: Rows, shape: Shape, tolerance: float, stall: Stall | None = None) -> Answer:
    """Schedule rows, load them into the engine, and return its answer."""
    words = packets(program(rows, shape), shape, tolerance)
    sent, received = (count * BUS // 8 for count in (words.size, len(Answer._fields)))
    return core.call(job(words, stall), sent, received)


def variant(core: Core, shape: Shape, rows: Callable[[Rules, int], Rows]) -> Any:
    """Return what defines `Battle`: the model, its order and its schedule are the host's part, the sweeps the core's."""

    class Battle:
        """Upstream's battle, or another one, swept by the core."""

        def __init__(self, rules: Rules = UPSTREAM) -> None:
            self.rules = rules
            self.sweeps = 0  #: that the last evaluation took

        def evaluate(self, tolerance: float = 0.15) -> float:
            """Sweep until the bounds of the initial state are within `tolerance`; return their midpoint."""
            model = rows(self.rules, shape.fraction)
            answer = solve(core, model, shape, tolerance)
            self.sweeps = max(0, answer.sweeps - model.lag)
            return answer.midpoint(shape.fraction)

    return SimpleNamespace(Battle=Battle)


def check(core: Core, shape: Shape) -> None:
    """Hold small models against plain integers, to the last bit; once with pauses of random length on both streams."""
    chance = random.Random(2)  # the same pauses every time
    for seed, stall in zip(SEEDS, (None, lambda: max(0, chance.randrange(-3, 4))), strict=True):
        rows = small(seed, shape.fraction)
        expected, found = evaluate(rows, TOLERANCE), solve(core, rows, shape, TOLERANCE, stall)
        if found != expected:
            raise WrongAnswer(f"small model {seed}: the engine answers {found}, plain integers {expected}")


def small(seed: int, fraction: int, count: int = 24, settled: int = 4) -> Rows:
    """Make up a model with all that there is: settled rows, late rows, sums, choices, and old and new values.

    Most edges lead to rows that move, and many to the row just before: bounds meet slowly, and a schedule has to wait.
    """
    chance = random.Random(seed)  # a model, not a secret
    one = 1 << fraction
    start, place, weight, best = [0], [], [], []
    weights = [0]
    for row in range(count):
        fixed, moving = range(2 + min(row, settled)), range(2 + settled, 2 + count)
        best.append(int(settled < row < count - 1 and chance.random() < 0.3))
        cuts = sorted(chance.randrange(one + 1) for _ in range(chance.randrange(1, 6)))
        for low, high in zip((0, *cuts), (*cuts, one), strict=True):
            leads = chance.random() < 0.8 and row >= settled
            place.append(chance.choice((1 + row, *moving) if leads else fixed))
            weight.append(0 if best[-1] else len(weights))
            if not best[-1]:
                weights.append(high - low)
        start.append(len(place))
    delay = [chance.randrange(3) if row >= settled else 0 for row in range(count)]
    bounds = [0, one, *[0] * count], [0, one, *[one] * count]  # slots 0 and 1: a loss and a win
    arrays = start, place, weight, best, range(2, 2 + count), delay, weights, *bounds
    columns: list[Any] = [*(np.array(array, np.int64) for array in arrays), settled, 1 + count, fraction]
    return Rows(*columns)
