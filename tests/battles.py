"""Battles other than upstream's, and upstream's own answer to them.

Upstream writes its battle out in `Battle.evaluate`. The reference here is upstream's code all the same: its installed
source is executed with those literals replaced by the numbers of a `Rules`, and everything else as it is. It handles
every battle, whoever is faster.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any, NamedTuple

from hypothesis import strategies as st

from bench import upstream
from bench.mdp._rules import UPSTREAM, Attack, Monster, Rules

REPLIES = ("Ember", "Slash", "Water Gun")
MINE, POTION = "Dig", "Super Potion"  # upstream's names of my attack and my potion, sorted by where probabilities tie


class Unsettled(Exception):
    """The bounds did not meet within the sweeps allowed: some battles can be drawn out for ever, and upstream waits."""


class Reference(NamedTuple):
    """What upstream answers."""

    value: float
    sweeps: int


def upstream_value(rules: Rules, tolerance: float, most_sweeps: int = 10_000) -> float:
    """Return what upstream's `Battle().evaluate(tolerance)` would if it were about the battle of `rules`."""
    return upstream_reference(rules, tolerance, most_sweeps).value


def upstream_reference(rules: Rules, tolerance: float, most_sweeps: int = 10_000) -> Reference:
    """Return upstream's value and the number of its sweeps; raise Unsettled if more than `most_sweeps` are needed."""
    module, sweeps = _upstream(rules), 0

    def count(sweep: int) -> None:
        nonlocal sweeps
        if sweep > most_sweeps:
            raise Unsettled(f"{most_sweeps} sweeps are not enough for {rules}")
        sweeps = sweep

    vars(module)["count"] = count
    return Reference(module.Battle().evaluate(tolerance), sweeps)


def upstream_order(rules: Rules) -> list[tuple[int, int, int, str]]:
    """Return upstream's topological order: (step, my hit points, theirs, what is still to happen), without the ends."""
    module = _upstream(rules)
    found: list[Any] = []
    sort = module.topoSort

    def keep(*arguments: Any) -> list[Any]:
        found[:] = sort(*arguments)
        return found

    vars(module)["topoSort"] = keep
    module.Battle().evaluate(1.0)
    states = (state for state in found if state[0] != 4)
    return [(step, both[0].hp, both[1].hp, str(rest[-1]) if rest else "") for step, both, *rest in states]


def _upstream(rules: Rules) -> ModuleType:
    """Return upstream's module, about another battle. Its sweeps call `count`, which is for the caller to define."""
    names = [name for name, _, _ in rules.replies]
    assert len(set(names)) == len(names) and not {MINE, POTION} & set(names), "upstream tells attacks apart by name"
    source = upstream.script("mdp").read_text(encoding="utf-8")
    source = _between(source, "        badges = 1, 0, 0, 0\n", "        initial_state = charhalf", _monsters(rules))
    source = _between(source, "in [('Water Gun', ", ":\n            priority1", f"in {_weights(rules)}")
    for old, new in (
        ("applyHPChange(me, 50)", f"applyHPChange(me, {rules.potion})"),
        ("itercount += 1\n", "itercount += 1\n            count(itercount)\n"),
    ):
        assert source.count(old) == 1, f"upstream has changed: {old!r}"
        source = source.replace(old, new)
    module = ModuleType("upstream_mdp_of_another_battle")
    exec(compile(source, "upstream's run_benchmark.py, other battle", "exec"), module.__dict__)
    attacks = {MINE: rules.attack, **{name: attack for name, attack, _ in rules.replies}}
    vars(module)["attack_data"] = {name: module.attack_stats_t(*attack) for name, attack in attacks.items()}
    return module


def _between(source: str, start: str, end: str, new: str) -> str:
    """Replace what begins with `start` by `new`, up to the first `end` after it."""
    assert source.count(start) == 1 and source.count(end) == 1, f"upstream has changed: {start!r}, {end!r}"
    return source[: source.index(start)] + new + source[source.index(end) :]


def _monsters(rules: Rules) -> str:
    lines = []
    for name, who in (("star", rules.them), ("char", rules.me)):
        fixed = f"{who.hit_points}, stats_t{who.stats}, {who.level}, NOMODS, {who.base_speed}"
        lines.append(f"{name}fixed = fixeddata_t({fixed})")
        lines.append(f"{name}half = halfstate_t({name}fixed, {who.hit_points}, 0, NOMODS, stats_t{who.boosted})")
    return "".join(f"        {line}\n" for line in lines)


def _weights(rules: Rules) -> str:
    total = sum(weight for _, _, weight in rules.replies)
    return "[" + ", ".join(f"({name!r}, Fraction({weight}, {total}))" for name, _, weight in rules.replies) + "]"


def with_speeds(rules: Rules, mine: int, theirs: int) -> Rules:
    """Return the battle with other speeds, which decide who strikes first."""

    def fast(who: Monster, speed: int) -> Monster:
        stats, boosted = ((*four[:2], speed, four[3]) for four in (who.stats, who.boosted))
        return who._replace(stats=stats, boosted=boosted)

    return rules._replace(me=fast(rules.me, mine), them=fast(rules.them, theirs))


def monsters(most_hit_points: int) -> st.SearchStrategy[Monster]:
    """Draw monsters that survive a few hits of each other; boosts, unlike upstream's, may also weaken them."""
    stat = st.integers(10, 40)
    stats = st.tuples(stat, stat, stat, stat)
    hit_points = st.integers(1, most_hit_points)
    return st.builds(Monster, hit_points, st.integers(1, 9), st.integers(0, 600), stats, stats)


def attacks() -> st.SearchStrategy[Attack]:
    """Draw attacks of all kinds; those without effect do no damage."""
    effect = st.sampled_from((0.5, 1, 1, 1, 2, 0))
    return st.builds(Attack, st.integers(0, 60), st.booleans(), st.booleans(), effect, st.booleans())


@st.composite
def small_battles(draw: st.DrawFn, most_hit_points: int = 14) -> Rules:
    """Draw battles that upstream solves in a fraction of a second, if it settles at all: see Unsettled.

    Speeds are random: they strike first, I do, or either may. Use `with_speeds` where only one of these is wanted.
    """
    names = draw(st.lists(st.sampled_from(REPLIES), min_size=1, max_size=3, unique=True))
    return Rules(
        me=draw(monsters(most_hit_points)),
        them=draw(monsters(most_hit_points)),
        attack=draw(attacks()),
        potion=draw(st.integers(0, most_hit_points)),
        replies=tuple((name, draw(attacks()), draw(st.integers(1, 9))) for name in names),
    )


#: upstream's battle with a few numbers changed: upstream solves them in a second, down to a tolerance of 0.05
SMALLER = tuple(
    UPSTREAM._replace(
        me=UPSTREAM.me._replace(hit_points=mine, level=my_level),
        them=UPSTREAM.them._replace(hit_points=theirs, level=their_level),
        attack=UPSTREAM.attack._replace(power=power),
        potion=potion,
    )
    for mine, my_level, theirs, their_level, power, potion in (
        (40, 20, 21, 11, 100, 50),
        (40, 26, 30, 8, 45, 20),
        (63, 26, 35, 12, 60, 50),
    )
)
