"""The MDP engine: its rows mean upstream's battle, its schedule keeps their order, its lanes do what plain integers do."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from bench import discover, hardware
from bench.errors import Unsupported, WrongAnswer
from bench.hardware import Pins
from bench.mdp import SIZES, _offload, _rows, _schedule, _shape, _weights, _whole, oracle
from bench.mdp._packets import packets
from bench.mdp._rows import Answer, Rows
from bench.mdp._rules import UPSTREAM
from bench.mdp._shape import FLAGS, LATENCY, Shape
from bench.mdp.hardware import DESIGNS, Size

pytest.importorskip("amaranth", reason="the hardware group is not installed")
from amaranth import Module, Mux

from bench.cores import Interpreted, Stuck
from bench.mdp import _engine, _lanes, _memories
from bench.mdp._control import DRAIN, Loader
from bench.mdp._engine import Engine
from bench.mdp._wires import delayed

SMALL = {
    "one lane": Shape(1, 1, 31, 256, 32, 256),
    "four lanes, two buses": Shape(4, 2, 31, 128, 32, 256),
    "16-bit words": Shape(2, 1, 15, 128, 32, 256),
}

HANDSHAKES = 10  #: cycles of a job: one behind each of five packets, five more to start and to answer


def models() -> dict[str, Any]:
    pytest.importorskip("numba")
    from bench.mdp import _lumped

    return {"whole": _whole.rows, "lumped": _lumped.rows}


def core(shape: Shape) -> Interpreted:
    return Interpreted(Engine(shape), 2_000)


def hold(simulated: Interpreted, shape: Shape) -> None:
    rows = _offload.small(7, shape.fraction)
    assert _offload.solve(simulated, rows, shape, _offload.TOLERANCE) == _rows.evaluate(rows, _offload.TOLERANCE)


@pytest.mark.parametrize("shape", SMALL.values(), ids=SMALL)
def test_the_engine_answers_what_plain_integers_do_under_back_pressure(
    shape: Shape, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With block RAM that is asked for a word while the word is written, and then returns another one."""
    original = _memories.block_ram

    def unsure(m: Module, *about: Any) -> tuple[Any, Any, Any]:
        address, answer, write = original(m, *about)
        collided = delayed(m, write.en & (write.addr == address), 2)
        return address, Mux(collided, ~answer, answer), write

    monkeypatch.setattr(_memories, "block_ram", unsure)
    simulated = core(shape)
    _offload.check(simulated, shape)
    assert simulated.calls == len(_offload.SEEDS)
    assert simulated.cycles < 5_000


def test_a_read_one_cycle_too_early_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """So the latency is no longer than it has to be, either. Wrong bounds may be wrong for ever: then they never meet."""
    monkeypatch.setattr(_offload, "program", partial(_schedule.program, latency=LATENCY - 1))
    shape = SMALL["four lanes, two buses"]
    with pytest.raises((WrongAnswer, Stuck)):
        _offload.check(core(shape), shape)


def test_sums_that_are_cut_off_instead_of_rounded_are_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_lanes.Bound, "rounding", 0)
    with pytest.raises(WrongAnswer, match="plain integers"):
        _offload.check(core(SMALL["one lane"]), SMALL["one lane"])


def test_two_edges_that_have_changed_places_are_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def swapped(rows: Rows, shape: Shape) -> _schedule.Program:
        made = _schedule.program(rows, shape)
        words, mask = made.edges[0], ((1 << shape.address) - 1) << FLAGS
        first, second = next(
            pair for pair in pairwise(range(made.loop, words.size))
            if all(words[i] & 5 == 1 for i in pair) and (words[pair[0]] ^ words[pair[1]]) & mask
        )  # fmt: skip
        change = (words[first] ^ words[second]) & mask
        words[first] ^= change
        words[second] ^= change
        return made

    monkeypatch.setattr(_offload, "program", swapped)
    with pytest.raises(WrongAnswer, match="plain integers"):
        _offload.check(core(SMALL["one lane"]), SMALL["one lane"])


def test_a_sweep_that_overtakes_its_program_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """As of a loader that takes every word for a cycle, where four lanes have one each."""
    shape = SMALL["four lanes, two buses"]
    one = replace(shape, lanes=1, buses=1, edges=shape.edges * 4, values=shape.values * 2)
    monkeypatch.setattr(_engine, "Loader", lambda _, bus: Loader(one, bus))
    with pytest.raises((WrongAnswer, Stuck)):
        _offload.check(core(shape), shape)


@pytest.mark.parametrize("seed", _offload.SEEDS)
def test_the_first_sweep_takes_no_time_of_its_own_on_one_lane(seed: int) -> None:
    shape, rows = SMALL["one lane"], _offload.small(seed, 31)
    simulated, made = core(shape), _schedule.program(rows, shape)
    answer = _offload.solve(simulated, rows, shape, _offload.TOLERANCE)
    assert simulated.cycles == cycles(made, shape, answer.sweeps)


def cycles(made: _schedule.Program, shape: Shape, sweeps: int) -> int:
    """Return what a job takes on one lane of a fast host: a word comes in each cycle, then an edge is read in each."""
    coming = packets(made, shape, 0.5).size + min(made.used, shape.block)
    more = (sweeps - 1) * (made.edges.size - made.loop + DRAIN)
    return int(coming + 2 * DRAIN + more + HANDSHAKES)


@pytest.mark.parametrize("missing", [0, 1])
def test_all_blocks_are_filled_at_once_to_the_last_value(missing: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_shape, "ROWS", 8)  # of RAM: so 32 values take four blocks

    def shortened(*job: Any) -> Any:
        words = packets(*job)
        words[0] -= missing << _shape.HEADER_COUNT
        return words

    monkeypatch.setattr(_offload, "packets", shortened)
    shape = SMALL["one lane"]
    assert packets(_schedule.program(_offload.small(4, 31), shape), shape, 0.5)[0] == _shape.FILL | 8 << 8
    with pytest.raises((AssertionError, Stuck)) if missing else nullcontext():
        hold(core(shape), shape)


def test_a_host_may_take_the_answer_while_it_still_sends() -> None:
    """There is one at once where the first bounds are good enough; what comes after it must not be another job's."""
    shape, rows = SMALL["one lane"], _offload.small(4, 31)
    words = packets(_schedule.program(rows, shape), shape, 1.0).tolist()
    simulated, taken = core(shape), []

    async def drive(pins: Pins) -> None:
        pins.set("out_ready", 1)
        pins.set("in_valid", 1)
        for word in words:
            pins.set("in_data", word)
            while not pins.get("in_ready"):
                await pins.tick()
            if pins.get("out_valid"):
                taken.append(pins.get("out_data"))
            await pins.tick()
        pins.set("in_valid", 0)

    simulated.call(drive, 0, 0)
    assert Answer(*taken) == _rows.evaluate(rows, 1.0) == Answer(0, 1 << 31, 0)
    hold(simulated, shape)


@pytest.mark.parametrize("name", ["whole", "lumped"])
def test_rows_stop_where_upstream_does(name: str) -> None:
    rows = models()[name]()
    for tolerance, close, sweeps in ((1.0, 0.0, 0), (0.9, 1e-9, 1), (0.5, 1e-9, 3), (SIZES["full"], 3e-9, 111)):
        answer = _rows.evaluate(rows, tolerance)
        assert answer.midpoint(31) == pytest.approx(oracle.EXPECTED[tolerance], abs=close)
        assert answer.sweeps == (sweeps + rows.lag if sweeps else 0)


@pytest.mark.parametrize(("theirs", "lag"), [(7, 0), (40, 1), (59, 2), (64, 3)])
@pytest.mark.parametrize("mine", [61, 69])
def test_rows_mean_other_battles_too(mine: int, theirs: int, lag: int) -> None:
    """Of other depths: the lag is how many levels below the first one an attack leads through."""
    makers = models()
    from bench.mdp import mdp_numba

    rules = UPSTREAM._replace(me=UPSTREAM.me._replace(hit_points=mine), them=UPSTREAM.them._replace(hit_points=theirs))
    battle = mdp_numba.Battle(rules)
    expected = battle.evaluate(0.3)
    for name, make in makers.items():
        rows = make(rules)
        answer = _rows.evaluate(rows, 0.3)
        assert answer.midpoint(31) == pytest.approx(expected, abs=1e-8)
        assert answer.sweeps == battle.sweeps + rows.lag
        assert rows.lag == (lag if name == "lumped" else 0)


def test_lumping_needs_a_quarter_of_the_edges() -> None:
    whole, lumped = (make().place.size for make in models().values())
    assert whole == 22_418
    assert 4 * lumped < whole


def test_17_bits_behind_the_point_are_too_few_and_24_are_enough() -> None:
    errors = {}
    for bits in (17, 24):
        answer = _rows.evaluate(models()["lumped"](UPSTREAM, bits), SIZES["full"])
        errors[bits] = abs(answer.midpoint(bits) - oracle.EXPECTED[SIZES["full"]])
    assert errors[17] > 1e-6 > errors[24]


def test_a_battle_without_the_structure_is_refused() -> None:
    fast = UPSTREAM._replace(me=UPSTREAM.me._replace(boosted=(43, 34, 99, 38)))
    weak = UPSTREAM._replace(me=UPSTREAM.me._replace(hit_points=60))
    for rules, reason in ((fast, "I strike first"), (weak, "first entry")):
        with pytest.raises(Unsupported, match=reason):
            models()["lumped"](rules)


def executed(
    made: _schedule.Program, shape: Shape, rows: Rows, tolerance: float, pause: Callable[[], int] = lambda: 0
) -> Answer:
    """Carry out a program cycle by cycle: what is written is read from `LATENCY` cycles after its last edge on.

    In the first sweep the lanes wait for so many cycles, before each of the program's.
    """
    one = 1 << shape.fraction
    values = {int(address): (int(low), int(high)) for address, low, high in made.constants}
    sums: list[list[tuple[int, int, int]]] = [[] for _ in range(shape.lanes)]
    within, sweeps, first, now = _rows.threshold(tolerance, shape.fraction), 0, 0, 0
    written: deque[tuple[int, int, tuple[int, int]]] = deque()  # from when on, address, value
    while True:
        low, high = values.get(made.root, (0, one))
        if high - low <= within:
            return Answer(low, high, sweeps)
        following = [made.base] * shape.buses
        for cycle in range(first, made.edges.shape[1] + LATENCY):
            now += 1 if sweeps else 1 + pause()
            if cycle == made.loop:
                following = [0] * shape.buses
            while written and written[0][0] <= now:
                _, address, value = written.popleft()
                values[address] = value
            if cycle >= made.edges.shape[1]:
                continue
            colliding = {address for due, address, _ in written if due == now + 1}
            driven = set()
            for lane, word in enumerate(made.edges[:, cycle].tolist()):
                if not word & 1:
                    continue
                address, weight = word >> FLAGS & (1 << shape.address) - 1, word >> FLAGS + shape.address
                assert address not in colliding, "a block RAM may return anything"
                sums[lane].append((*values.get(address, (0, one)), int(made.weights[weight])))
                if word & 2:
                    bus, terms = lane % shape.buses, sums[lane]
                    assert bus not in driven, "two results on one bus"
                    driven.add(bus)
                    value = combined(terms, bool(word & 4), shape.fraction)
                    if sweeps >= word >> 3 & 3:
                        written.append((now + LATENCY, following[bus] * shape.buses + bus, value))
                    following[bus] += 1
                    terms.clear()
        sweeps, first = sweeps + 1, made.loop


def combined(terms: list[tuple[int, int, int]], best: bool, fraction: int) -> tuple[int, int]:
    if best:
        return max(term[0] for term in terms), max(term[1] for term in terms)
    half = 1 << fraction >> 1
    low, high = ((sum(term[bound] * term[2] for term in terms) + half) >> fraction for bound in (0, 1))
    return low, high


@pytest.mark.parametrize(("name", "lanes"), [("whole", 1), ("lumped", 1), ("lumped", 8), ("lumped", 16)])
def test_a_schedule_keeps_the_order_of_the_rows(name: str, lanes: int) -> None:
    """However long the lanes wait for their program in the first sweep, which is the only one that has settled rows."""
    rows, shape = models()[name](), Size(name, lanes, 31).shape()
    made, chance = _schedule.program(rows, shape), random.Random(3)
    tolerance = 0.9 if name == "whole" else 0.5  # one sweep, or three and the lag
    expected = _rows.evaluate(rows, tolerance)
    assert executed(made, shape, rows, tolerance) == expected
    assert executed(made, shape, rows, tolerance, lambda: max(0, chance.randrange(-9, 16))) == expected


def overwriting() -> Rows:
    """Return a row that reads a win four times, then the old value of the next row; and that one, short, also a win."""
    eighths = np.array([1, 4, 8]) << 28
    columns = [0, 5, 6], [0, 0, 0, 0, 2, 0], [0, 0, 0, 0, 1, 2], [0, 0], [1, 2], [0, 0], eighths, [1 << 31, 0, 0]
    arrays = [np.array(column, np.int64) for column in (*columns, [1 << 31] * 3)]
    given: list[Any] = [*arrays, 0, 1, 31]  # no settled rows; the root; bits behind the point
    return Rows(*given)


def test_an_old_value_is_read_before_it_is_overwritten_whatever_the_pause() -> None:
    """The short row could end sooner if lanes never waited; upstream's model has no row that could."""
    shape, rows = SMALL["four lanes, two buses"], overwriting()
    made, expected = _schedule.program(rows, shape), _rows.evaluate(rows, 0.25)
    assert expected.sweeps == 2
    assert executed(made, shape, rows, 0.25, lambda: 12) == expected
    assert _offload.solve(core(shape), rows, shape, 0.25, lambda: 3) == expected


def test_the_benchmark_takes_no_more_than_its_cycles_on_one_lane() -> None:
    rows = models()["whole"]()
    shape = Size("whole", 1, 31).shape()
    made = _schedule.program(rows, shape)
    edges = (made.edges & 1).sum()
    assert edges == 22_418
    assert made.edges.size <= edges + 2 * LATENCY
    assert cycles(made, shape, 111) <= 2_020_000  # with all that comes over the bus


@pytest.mark.parametrize(("lanes", "edges"), [(2, 1.9), (4, 3.9), (8, 7.8), (16, 13.5)])
def test_lanes_are_busy(lanes: int, edges: float) -> None:
    rows = models()["lumped"]()
    made = _schedule.program(rows, Size("lumped", lanes, 31).shape())
    assert rows.place.size >= edges * made.edges.shape[1]


def test_a_model_that_does_not_fit_says_so() -> None:
    rows = _offload.small(4, 31)
    for changed, what in (({"edges": 16}, "edges"), ({"values": 8}, "values"), ({"weights": 4}, "weights")):
        with pytest.raises(Unsupported, match=f"the engine holds .* {what}"):
            _schedule.program(rows, Shape(**{**vars(SMALL["one lane"]), **changed}))


def test_weights_of_a_sure_thing_add_up_to_one() -> None:
    weights = np.array([1] * 7, np.int64)
    _weights.scale(weights, 7, 1 << 8)
    assert weights.sum() == 1 << 8
    assert weights.max() - weights.min() == 1


def test_all_words_of_a_job_are_sent() -> None:
    shape, rows = SMALL["one lane"], _offload.small(4, 31)
    made = _schedule.program(rows, shape)
    words = packets(made, shape, 0.5)
    loaded = made.edges.size + made.weights.size + 2 * len(made.constants) + 5
    assert words.size == loaded + 2 * 6  # packets: fill, weights, settings, two of constants, program
    assert words.max() < 1 << 32


def test_designs_are_described() -> None:
    found = hardware.designs("mdp")
    assert list(found)[:2] == ["mdp_engine", "mdp_lanes"]
    assert sum(design.point for design in DESIGNS) >= 5
    assert all(design.registers and design.justification and design.parameters for design in DESIGNS)
    assert not {"hardware", *found} & set(discover.variants("mdp"))
