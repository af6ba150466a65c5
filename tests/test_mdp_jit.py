"""The compiled rungs of mdp: upstream's answers, and upstream's own code about other battles."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import assume, event, example, given, settings
from hypothesis import strategies as st

from bench import discover
from bench.ideas import without
from bench.mdp import mdp_numba, mdp_opt2, mdp_simd, oracle
from bench.mdp._rules import UPSTREAM, Rules
from bench.model import Variant
from bench.subject import load_file
from tests.battles import SMALLER, Reference, Unsettled, small_battles, upstream_reference, with_speeds

SAME_SUMS = sys.version_info < (3, 12)  #: from 3.12 on, sum() corrects its rounding, and upstream's last digits move
SWEEPS = {1.0: 0, 0.9: 1, 0.5: 3, 0.3: 6, 0.192: 111}  #: upstream's, by its own count
EITHER_FIRST = with_speeds(SMALLER[0], 50, 50)
ME_FIRST = with_speeds(SMALLER[1], 51, 50)
POTION_SECOND = with_speeds(SMALLER[0], 1, 20_000)
OTHER_ENTRIES = UPSTREAM._replace(
    me=UPSTREAM.me._replace(hit_points=33), them=UPSTREAM.them._replace(level=5), potion=30
)
POTION_EITHER = with_speeds(SMALLER[0], 1, 10_001)

battles = st.one_of(small_battles(), small_battles().map(lambda rules: with_speeds(rules, 9, 9)))
#: most of them of the structure that mdp_simd needs: they strike first, and my attack is not too weak to hurt
structured = small_battles(25).map(
    lambda rules: with_speeds(rules, 9, 10)._replace(attack=rules.attack._replace(effect=1, power=20))
)


def upstreams(rules: Rules, tolerance: float) -> Reference:
    """Return upstream's answer; give up on battles that go on for ever."""
    try:
        return upstream_reference(rules, tolerance, 300)
    except Unsettled:
        assume(False)
        raise


@pytest.mark.parametrize("tolerance", oracle.EXPECTED)
def test_numba_answers_as_upstream_to_the_last_bit(tolerance: float) -> None:
    battle = mdp_numba.Battle()
    assert battle.evaluate(tolerance) == oracle.EXPECTED[tolerance]
    assert battle.sweeps == SWEEPS[tolerance]
    assert battle.evaluate(tolerance) == oracle.EXPECTED[tolerance]  # nothing is left over from the first call


def test_rows_are_those_of_the_interpreted_rung() -> None:
    """Order and ties of successors included: they decide the order of the search, and rounding."""
    graph = mdp_opt2.Battle().graph()
    number = {state: i for i, state in enumerate(graph)}
    expected = {number[state]: [(number[after], p) for after, p in edges] for state, edges in graph.items() if edges}
    start, place, probability, choice, state, _ = mdp_numba.model(UPSTREAM)
    for i, row in enumerate(state // 2):
        edges = range(start[i], start[i + 1])
        assert choice[i] == (len(edges) == 2 and [p for _, p in expected[row]] == [1.0, 1.0])
        assert [(place[e] // 2, 1.0 if choice[i] else probability[e]) for e in edges] == expected[row]
    assert len(state) == len(expected)


@settings(deadline=None, max_examples=80)
@given(battles, st.floats(0.001, 0.9))
@example(EITHER_FIRST, 0.2)
@example(ME_FIRST, 0.2)
@example(POTION_SECOND, 0.2)
@example(POTION_EITHER, 0.2)
def test_numba_solves_other_battles_as_upstream(rules: Rules, tolerance: float) -> None:
    expected = upstreams(rules, tolerance)
    battle = mdp_numba.Battle(rules)
    found = battle.evaluate(tolerance)
    assert battle.sweeps == expected.sweeps
    assert found == (expected.value if SAME_SUMS else pytest.approx(expected.value, abs=1e-12))


def stays_near(rules: Rules, tolerance: float, module: ModuleType = mdp_simd) -> str:
    """Hold a structured answer against the general solver's; return the way that it took."""
    general, battle = mdp_numba.Battle(rules), module.Battle(rules)
    assert battle.evaluate(tolerance) == pytest.approx(general.evaluate(tolerance), abs=1e-9)
    assert battle.sweeps == general.sweeps
    assert battle.path == module.path()
    return str(battle.path)


@pytest.mark.parametrize("tolerance", oracle.EXPECTED)
def test_simd_answers_as_upstream(tolerance: float) -> None:
    battle = mdp_simd.Battle()
    assert battle.evaluate(tolerance) == pytest.approx(oracle.EXPECTED[tolerance], abs=1e-9)
    assert battle.sweeps == SWEEPS[tolerance]
    assert mdp_simd.path() == battle.path == "structured, vectors of 8 doubles"


@settings(deadline=None, max_examples=150)
@given(st.one_of(battles, structured), st.floats(0.001, 0.9))
@example(EITHER_FIRST, 0.2)
@example(SMALLER[2], 0.01)
def test_simd_solves_other_battles_as_numba(rules: Rules, tolerance: float) -> None:
    upstreams(rules, tolerance)
    event(stays_near(rules, tolerance).split(":")[-1])


@pytest.mark.parametrize("mine", range(55, 70))
@pytest.mark.parametrize("theirs", [7, 40, 59, 64])
def test_simd_solves_battles_of_other_hit_points(mine: int, theirs: int) -> None:
    rules = UPSTREAM._replace(me=UPSTREAM.me._replace(hit_points=mine), them=UPSTREAM.them._replace(hit_points=theirs))
    stays_near(rules, 0.3)


@pytest.mark.parametrize(
    ("rules", "tolerance", "reason"),
    [
        (EITHER_FIRST, 0.2, "strike first"),
        (ME_FIRST, 0.2, "strike first"),
        (POTION_SECOND, 0.2, "before a potion"),
        (POTION_EITHER, 0.2, "before a potion"),
        (UPSTREAM._replace(attack=UPSTREAM.attack._replace(effect=0.05)), 0.9, "no damage"),
        (UPSTREAM._replace(me=UPSTREAM.me._replace(hit_points=60)), 0.2, "first entry"),
        (OTHER_ENTRIES, 0.2, "different states"),
        (SMALLER[2], 1e-13, "rounding"),
    ],
)
def test_simd_says_why_it_fell_back(rules: Rules, tolerance: float, reason: str) -> None:
    path = stays_near(rules, tolerance)
    assert path.startswith("fell back to mdp_numba: ") and reason in path


def all_off(variant: Variant, folder: Path) -> ModuleType:
    """Load a copy of a variant with all ideas off. A study tries each alone; together they are compiled once."""
    path = folder / f"{variant.name}_without_ideas.py"
    for idea in variant.ideas:
        path.write_text(without(variant, idea), encoding="utf-8")
        variant = replace(variant, path=path)
    return load_file(path)


@pytest.mark.parametrize("module", [mdp_numba, mdp_simd])
def test_answers_do_not_depend_on_the_ideas(module: ModuleType, tmp_path: Path) -> None:
    copy = all_off(discover.variants("mdp")[module.__name__.rpartition(".")[2]], tmp_path)
    for tolerance, expected in oracle.EXPECTED.items():
        battle = copy.Battle()
        assert battle.evaluate(tolerance) == (expected if module is mdp_numba else pytest.approx(expected, abs=1e-9))
        assert battle.sweeps == SWEEPS[tolerance]
    for rules in (*SMALLER, EITHER_FIRST):
        assert copy.Battle(rules).evaluate(0.1) == pytest.approx(module.Battle(rules).evaluate(0.1), abs=1e-9)


def test_more_hit_points_than_codes_have_room_for_are_refused() -> None:
    """Codes are indices that nobody checks any more once they are compiled."""
    with pytest.raises(ValueError, match="20000 hit points are too many"):
        mdp_numba.Battle(UPSTREAM._replace(me=UPSTREAM.me._replace(hit_points=20_000))).evaluate(0.5)
