"""The series of mdp: the model's value at equal accuracy, by rungs and by peers."""

from __future__ import annotations

import importlib
from types import ModuleType

import numpy as np
import pytest

from bench import discover
from bench.errors import Unsupported, WrongAnswer
from bench.mdp import _series, mdp_numba, oracle
from bench.mdp._rules import UPSTREAM
from bench.mdp._series import EDGES, SERIES, VALUE
from bench.model import SERIES_PEER

PEERS = [name for name, variant in discover.variants("mdp").items() if variant.kind == SERIES_PEER]


def solved(name: str, error: float) -> float:
    """Return the answer of a variant at a point."""
    workload = SERIES.prepare(importlib.import_module(f"bench.mdp.{name}"), error)
    assert workload.run(1) > 0
    return float(workload.answer())


def test_both_libraries_are_peers() -> None:
    assert PEERS == ["peer_quantecon", "peer_scipy"]


@pytest.mark.parametrize("name", PEERS)
def test_a_peer_solves_the_model_exactly(name: str) -> None:
    assert SERIES.check(solved(name, 1e-9), 1e-9) < 1e-11


@pytest.mark.parametrize("name", ["mdp_numba", "mdp_simd"])
@pytest.mark.parametrize("error", EDGES)
def test_a_rung_meets_every_target(name: str, error: float) -> None:
    assert SERIES.check(solved(name, error), error) > error / 1000  # it stops where it may, not where it could


def test_the_value_agrees_with_the_oracles() -> None:
    assert pytest.approx(oracle.MODEL_VALUE, abs=1e-11) == VALUE


def test_an_answer_beyond_its_target_is_wrong() -> None:
    assert SERIES.check(VALUE + 9e-7, 1e-6) == pytest.approx(9e-7)
    for answer in (VALUE + 1.1e-6, VALUE - 1.1e-6, float("nan")):
        with pytest.raises(WrongAnswer):
            SERIES.check(answer, 1e-6)


def test_a_module_that_solves_nothing_is_a_gap() -> None:
    with pytest.raises(Unsupported):
        SERIES.prepare(ModuleType("empty"), 1e-6)


def test_peers_get_the_whole_model() -> None:
    model = _series.ready_made()
    assert model.choice.size == 4823 and model.column.size == 22_418
    lengths = np.diff(model.start)
    assert (lengths == 0).sum() == 2 and (lengths[model.choice] == 2).all()
    sums = np.add.reduceat(model.probability, model.start[:-1][lengths > 0])
    assert sums[~model.choice[lengths > 0]] == pytest.approx(1.0)


@pytest.mark.parametrize("error", EDGES)
def test_work_is_what_upstreams_sweeps_visit(error: float) -> None:
    """Count again: the successors of every state whose bounds have not met, sweep by sweep."""
    start, place, probability, choice, state, bounds = mdp_numba.model(UPSTREAM)
    lengths = np.diff(start.astype(np.int64))
    plan = start, place, probability, choice, state, np.zeros(2 * state.size)
    edges = 0
    while bounds[-1] - bounds[-2] > 2 * error:
        edges += int(lengths[bounds[state] < bounds[state + 1]].sum())
        if mdp_numba.sweep(*plan, bounds):
            plan = mdp_numba.without_settled(start, place, probability, choice, state, bounds)
    assert edges == EDGES[error]
