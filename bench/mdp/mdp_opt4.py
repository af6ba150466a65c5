"""The numbered graph of mdp_opt3, with the model in exact Fractions.

An ablation, meant to be compared with mdp_opt3: weights are upstream's `Fraction`s again, all else stays. Attacks are
still worked out once each, not once per state, so fractions are added only where outcomes meet, and building the model
takes about a third of upstream's time. But now that the sweeps are fast, that third is half of the total.

The cost buys nothing: integer weights are exact too, so the floats that come out, and with them the order, the sweeps
and the answer, are the same to the last bit.
"""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction

from bench.mdp import mdp_opt3
from bench.mdp.mdp_opt2 import Weight


class Battle(mdp_opt3.Battle):
    """The same battle, with probabilities where mdp_opt2 counts cases."""

    replies = (("Water Gun", Fraction(64, 130)), ("Bubblebeam", Fraction(66, 130)))
    sure = Fraction(1)

    def weigh(self, chance: int, normal: list[int], critical: list[int]) -> dict[int, Weight]:
        """Return the probability of every damage of an attack that is critical in `chance` of 512 cases."""
        probabilities: dict[int, Weight] = defaultdict(Fraction)
        p = Fraction(chance, 512)
        for share, rolls in ((1 - p, normal), (p, critical)):
            for damage in rolls:
                probabilities[damage] += share / len(rolls)
        return probabilities
