"""Upstream, unmodified: pyperformance's mdp, exact fractions and a dictionary per bound.

Transitions are worked out from the rules in exact `Fraction`s and cached per state; states are nested tuples that
are hashed at every look-up. Not a copy: the class is taken from the installed package. The baseline of the family.
"""

from __future__ import annotations

from bench import upstream

Battle = upstream.load("mdp").Battle
