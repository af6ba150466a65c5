"""The rules of a battle as plain numbers: what the upper rungs of the ladder build their models from.

`UPSTREAM` is the battle that upstream writes out in its `evaluate`; tests make other ones. Damage follows upstream's
`getDamages` and `getCritDist` to the digit, with weights that count equally likely cases instead of fractions: an attack
has 39 rolls, and is critical in `chance` of 512 cases, so weights add up to 39 * 512.
"""

from __future__ import annotations

from typing import NamedTuple

ROLLS = range(217, 256)
CASES = 512 * len(ROLLS)  #: what the weights of an attack add up to


class Attack(NamedTuple):
    """One attack: how strong it is, and whether special strength, a bonus and high critical chance go with it."""

    power: int
    special: bool
    bonus: bool  #: same-type attack bonus
    effect: float  #: how effective it is against the target's type
    sharp: bool  #: critical eight times as often


class Monster(NamedTuple):
    """One side of a battle. Attack, defence, speed and special strength, in this order, before and after boosts."""

    hit_points: int
    level: int
    base_speed: int  #: decides how often its attacks are critical
    stats: tuple[int, int, int, int]
    boosted: tuple[int, int, int, int]


class Rules(NamedTuple):
    """A battle: I attack or drink a potion, they answer with one of their attacks, the faster side first."""

    me: Monster
    them: Monster
    attack: Attack
    potion: int  #: hit points that a potion restores; it is drunk before anything else happens
    replies: tuple[tuple[str, Attack, int], ...]  #: (name, attack, weight); ties are sorted by name, as upstream does


UPSTREAM = Rules(
    me=Monster(63, 26, 65, (39, 34, 46, 38), (43, 34, 46, 38)),  # badges raise attack by an eighth
    them=Monster(59, 11, 115, (40, 44, 56, 50), (40, 44, 56, 50)),
    attack=Attack(100, False, False, 1, False),  # Dig
    potion=50,
    replies=(
        ("Water Gun", Attack(40, True, True, 2, False), 64),
        ("Bubblebeam", Attack(65, True, True, 2, False), 66),
    ),
)


def damages(attack: Attack, attacker: Monster, target: Monster) -> dict[int, int]:
    """Return damage -> weight, in upstream's order; weights add up to CASES. Critical hits ignore boosts."""
    chance = min(512, attacker.base_speed * (8 if attack.sharp else 1))
    strength, shield = (3, 3) if attack.special else (0, 1)
    weights: dict[int, int] = {}
    for weight, level, power, armour in (
        (512 - chance, attacker.level, attacker.boosted[strength], target.boosted[shield]),
        (chance, 2 * attacker.level, attacker.stats[strength], target.stats[shield]),
    ):
        base = (2 * level // 5 + 2) * power * attack.power // (armour * 50) + 2
        if attack.bonus:
            base += base // 2
        for roll in ROLLS:
            damage = int(base * attack.effect) * roll // 255
            weights[damage] = weights.get(damage, 0) + weight
    return {damage: weight for damage, weight in weights.items() if weight}
