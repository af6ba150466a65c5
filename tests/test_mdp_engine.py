"""The MDP engine: its rows mean upstream's battle, its schedule keeps their order, its lanes do what plain integers do."""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from bench import discover, hardware
from bench.errors import Unsupported, WrongAnswer
from bench.mdp import SIZES, _offload, _rows, _schedule, _weights, _whole, oracle
from bench.mdp._packets import packets
from bench.mdp._rows import Answer, Rows
from bench.mdp._rules import UPSTREAM
from bench.mdp._shape import FLAGS, LATENCY, Shape
from bench.mdp.hardware import DESIGNS, Size

pytest.importorskip("amaranth", reason="the hardware group is not installed")
from bench.cores import Interpreted, Stuck
from bench.mdp import _lanes
from bench.mdp._engine import Engine

SMALL = {
    "one lane": Shape(1, 1, 31, 256, 32, 256),
    "four lanes, two buses": Shape(4, 2, 31, 128, 32, 256),
    "16-bit words": Shape(2, 1, 15, 128, 32, 256),
}


def models() -> dict[str, Any]:
    pytest.importorskip("numba")
    from bench.mdp import _lumped

    return {"whole": _whole.rows, "lumped": _lumped.rows}


def core(shape: Shape) -> Interpreted:
    return Interpreted(Engine(shape), 3_000)


@pytest.mark.parametrize("shape", SMALL.values(), ids=SMALL)
def test_the_engine_answers_what_plain_integers_do_under_back_pressure(shape: Shape) -> None:
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


def executed(made: _schedule.Program, shape: Shape, rows: Rows, tolerance: float) -> Answer:
    """Carry out a program cycle by cycle: what is written is read from `LATENCY` cycles after its last edge on."""
    one = 1 << shape.fraction
    values = {int(address): (int(low), int(high)) for address, low, high in made.constants}
    sums: list[list[tuple[int, int, int]]] = [[] for _ in range(shape.lanes)]
    within, sweeps, first = _rows.threshold(tolerance, shape.fraction), 0, 0
    pending: dict[int, dict[int, tuple[int, int]]]
    while True:
        low, high = values.get(made.root, (0, one))
        if high - low <= within:
            return Answer(low, high, sweeps)
        following, pending = [made.base] * shape.buses, defaultdict(dict)
        for cycle in range(first, made.edges.shape[1] + LATENCY):
            if cycle == made.loop:
                following = [0] * shape.buses
            values |= pending[cycle]
            if cycle >= made.edges.shape[1]:
                continue
            driven = set()
            for lane, word in enumerate(made.edges[:, cycle].tolist()):
                if not word & 1:
                    continue
                address, weight = word >> FLAGS & (1 << shape.address) - 1, word >> FLAGS + shape.address
                sums[lane].append((*values.get(address, (0, one)), int(made.weights[weight])))
                if word & 2:
                    bus, terms = lane % shape.buses, sums[lane]
                    assert bus not in driven, "two results on one bus"
                    driven.add(bus)
                    value = combined(terms, bool(word & 4), shape.fraction)
                    if sweeps >= word >> 3 & 3:
                        pending[cycle + LATENCY][following[bus] * shape.buses + bus] = value
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
    rows, shape = models()[name](), Size(name, lanes, 31).shape()
    made = _schedule.program(rows, shape)
    tolerance = 0.9 if name == "whole" else 0.5  # one sweep, or three and the lag
    assert executed(made, shape, rows, tolerance) == _rows.evaluate(rows, tolerance)


def test_one_lane_reads_an_edge_in_nearly_every_cycle() -> None:
    rows = models()["whole"]()
    made = _schedule.program(rows, Size("whole", 1, 31).shape())
    edges = (made.edges & 1).sum()
    assert edges == 22_418
    assert made.edges.size <= edges + 2 * LATENCY
    per_sweep = made.edges.size - made.loop + LATENCY + 6  # and the wait for the decision
    assert made.loop + 111 * per_sweep <= 2_040_000


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
    assert words.size == loaded + 2 * 7  # packets: fill, program, weights, settings, two of constants, run
    assert words.max() < 1 << 32


def test_designs_are_described() -> None:
    found = hardware.designs("mdp")
    assert list(found)[:2] == ["mdp_engine", "mdp_lanes"]
    assert sum(design.point for design in DESIGNS) >= 5
    assert all(design.registers and design.justification and design.parameters for design in DESIGNS)
    assert not {"hardware", *found} & set(discover.variants("mdp"))
