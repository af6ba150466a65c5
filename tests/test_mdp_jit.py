"""The compiled rungs of mdp: upstream's answers, and upstream's own code about other battles."""

from __future__ import annotations

import sys

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from bench.mdp import mdp_numba, oracle
from bench.mdp._rules import UPSTREAM, Rules
from tests.battles import SMALLER, Reference, Unsettled, small_battles, upstream_reference, with_speeds

SAME_SUMS = sys.version_info < (3, 12)  #: from 3.12 on, sum() corrects its rounding, and upstream's last digits move
SWEEPS = {1.0: 0, 0.9: 1, 0.5: 3, 0.3: 6, 0.192: 111}  #: upstream's, by its own count
EITHER_FIRST = with_speeds(SMALLER[0], 50, 50)
ME_FIRST = with_speeds(SMALLER[1], 51, 50)
POTION_SECOND = with_speeds(SMALLER[0], 1, 20_000)
POTION_EITHER = with_speeds(SMALLER[0], 1, 10_001)

battles = st.one_of(small_battles(), small_battles().map(lambda rules: with_speeds(rules, 9, 9)))


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
