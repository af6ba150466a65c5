"""The upper rungs of the MDP ladder: upstream's answers and sweeps, for its battle and others, with each idea switched off."""

from __future__ import annotations

import importlib
import importlib.util
import re
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench import discover, ideas
from bench.mdp import oracle
from bench.mdp._levels import CHOICE, Visit, levels
from bench.mdp._rules import UPSTREAM, Rules
from bench.subject import load_file
from tests.battles import SMALLER, Unsettled, small_battles, upstream_order, upstream_reference, with_speeds

RUNGS = ("mdp_codegen", "mdp_numpy")
SWEEPS = {1.0: 0, 0.9: 1, 0.5: 3, 0.3: 6, 0.192: 111}  #: tolerance -> upstream's sweeps
IDEAS = [(rung, idea.name) for rung in RUNGS for idea in discover.variants("mdp")[rung].ideas]


def load(rung: str) -> ModuleType:
    return importlib.import_module(f"bench.mdp.{rung}")


def without(rung: str, idea: str, folder: Path) -> ModuleType:
    """Return a copy of the rung, loaded from elsewhere, with one idea switched off."""
    variant = discover.variants("mdp")[rung]
    path = folder / "copied.py"
    path.write_text(ideas.without(variant, next(i for i in variant.ideas if i.name == idea)), encoding="utf-8")
    return load_file(path)


reference = cache(upstream_reference)


def agrees(module: ModuleType, rules: Rules, tolerance: float) -> None:
    """Assert that the rung stops where upstream stops. Call it only with battles that upstream settles."""
    expected = reference(rules, tolerance, 200)
    battle = module.Battle(rules)
    assert battle.evaluate(tolerance) == pytest.approx(expected.value, rel=0, abs=oracle.PRECISION)
    assert battle.sweeps == expected.sweeps


def orders(rules: Rules) -> dict[int, list[Visit]]:
    """Return, by their hit points, in which order upstream sweeps the states of that level that `levels` orders."""
    replies = sorted(rules.replies, key=lambda reply: (-reply[2], reply[0]))
    kinds = {name: number for number, (name, _, _) in enumerate(replies)}
    found: dict[int, list[Visit]] = {}
    for step, mine, theirs, move in upstream_order(rules):
        if step == 0 or (step == 2 and move in kinds):
            found.setdefault(theirs, []).append((kinds.get(move, CHOICE), mine))
    return found


def check_orders(rules: Rules, at_least: int) -> None:
    battle, found = levels(rules), orders(rules)
    assert found.pop(rules.them.hit_points) == list(battle.top.visits)
    assert len(found) >= at_least
    for visits in found.values():
        assert visits == list(battle.lower.visits)


@pytest.mark.parametrize("tolerance", oracle.EXPECTED)
@pytest.mark.parametrize("rung", RUNGS)
def test_the_answer_and_the_sweeps_are_upstreams(rung: str, tolerance: float) -> None:
    battle = load(rung).Battle()
    answer = battle.evaluate(tolerance)
    assert type(answer) is float
    assert answer == pytest.approx(oracle.EXPECTED[tolerance], rel=0, abs=oracle.PRECISION)
    assert battle.sweeps == SWEEPS[tolerance]
    assert battle.evaluate(tolerance) == answer and battle.sweeps == SWEEPS[tolerance]  # nothing is left over


@pytest.mark.parametrize("tolerance", [0.9, 0.5])
def test_the_reference_is_upstream(tolerance: float) -> None:
    found = upstream_reference(UPSTREAM, tolerance)  # from 3.12 on, sum() carries what it rounds off
    assert found.value == pytest.approx(oracle.EXPECTED[tolerance], abs=1e-15) and found.sweeps == SWEEPS[tolerance]


@pytest.mark.parametrize(("rung", "idea"), IDEAS)
def test_each_idea_can_be_switched_off_alone(rung: str, idea: str, tmp_path: Path) -> None:
    module = without(rung, idea, tmp_path)
    for tolerance, expected in oracle.EXPECTED.items():
        battle = module.Battle()
        assert battle.evaluate(tolerance) == pytest.approx(expected, rel=0, abs=oracle.PRECISION)
        assert battle.sweeps == SWEEPS[tolerance]
    agrees(module, SMALLER[0], 0.01)


@pytest.mark.parametrize("rules", SMALLER)
@pytest.mark.parametrize("rung", RUNGS)
def test_other_battles(rung: str, rules: Rules) -> None:
    for tolerance in (0.7, 0.3, 0.05):
        agrees(load(rung), rules, tolerance)


@settings(max_examples=150, deadline=None, database=None)
@given(small_battles(), st.integers(1, 40), st.sampled_from((0.4, 0.11, 0.03)))
def test_random_battles_are_refused_or_answered_as_upstream_does(rules: Rules, speed: int, tolerance: float) -> None:
    """They strike first in all of these; so where a rung refuses, it is because of the order of levels."""
    rules = with_speeds(rules, speed, speed + 5)
    try:
        levels(rules)
    except ValueError as refused:
        for rung in RUNGS:
            with pytest.raises(ValueError, match=re.escape(str(refused))):
                load(rung).Battle(rules).evaluate(tolerance)
        return
    check_orders(rules, at_least=0)
    try:
        reference(rules, tolerance, 200)
    except Unsettled:
        return
    for rung in RUNGS:
        agrees(load(rung), rules, tolerance)


TWICE = SMALLER[1]._replace(potion=10)
ELSEWHERE = SMALLER[1]._replace(me=UPSTREAM.me._replace(hit_points=50), potion=30)
HARMLESS = UPSTREAM._replace(attack=UPSTREAM.attack._replace(effect=0))
TWINS = UPSTREAM._replace(replies=UPSTREAM.replies + UPSTREAM.replies[:1])


@pytest.mark.parametrize("rung", RUNGS)
@pytest.mark.parametrize(
    ("rules", "said"),
    [
        (with_speeds(UPSTREAM, 60, 50), "strike before I attack"),
        (with_speeds(UPSTREAM, 50, 50), "strike before I attack"),
        (with_speeds(UPSTREAM, 50, 10_050), "not before I drink"),
        (TWICE, "entered a second time"),
        (ELSEWHERE, "entered at different states"),
        (HARMLESS, "no damage"),
        (TWINS, "same name"),
    ],
)
def test_battles_of_another_structure_are_refused(rung: str, rules: Rules, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        load(rung).Battle(rules).evaluate(1.0)


EVEN = SMALLER[1]._replace(replies=tuple((name, attack, 65) for name, attack, _ in UPSTREAM.replies))
TIED = UPSTREAM._replace(  # the least likely damages are 18 and 26
    me=UPSTREAM.me._replace(hit_points=29),
    potion=20,
    them=UPSTREAM.them._replace(level=7, base_speed=256),
)


@pytest.mark.parametrize("rules", [UPSTREAM, *SMALLER, EVEN, TIED])
def test_the_order_of_each_level_is_upstreams(rules: Rules) -> None:
    check_orders(rules, at_least=4)
