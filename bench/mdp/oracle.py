"""What every MDP variant must answer, at tolerances where upstream can be waited for.

`evaluate(tolerance)` sweeps until the bounds of the initial state are within the tolerance, and returns their midpoint.
So the answer is not the value of the model, 0.80275307281, but the point where upstream's sweeps stop: at 0.192 the
bounds are still 0.80 and 0.99. How many sweeps that takes depends on their order, which is therefore part of the job:
new values are used within the sweep (Gauss-Seidel), in upstream's topological order, and settled states are frozen.
A sweep on old values (Jacobi), or in another order, stops elsewhere.

`EXPECTED` holds upstream's own answers: `bench.upstream.load("mdp").Battle().evaluate(tolerance)` gives them again. The
value of the model is where its bounds meet at a tolerance of 1e-12 (two minutes); it is the same in any order, and
every pair of bounds must enclose it. Only two cheap tolerances are tried here; 0.192 is checked in every measured
process.
"""

from __future__ import annotations

from types import ModuleType

from bench.errors import WrongAnswer

#: tolerance -> midpoint where upstream stops; 1.0 is met by the initial bounds, 0 and 1, without a sweep
EXPECTED = {
    1.0: 0.5,
    0.9: 0.6376372538442499,
    0.5: 0.7698027538213309,
    0.3: 0.858266218576522,
    0.192: 0.8987358988699915,
}
MODEL_VALUE = 0.80275307281  #: what the bounds converge to, in any order
PRECISION = 1e-9  #: room for sums in another order; even another order of ties differs by 1e-4


def check(module: ModuleType) -> None:
    """Return if the variant in `module` is right; raise WrongAnswer, saying where, if it is not."""
    for tolerance in (0.9, 0.5):
        midpoint = module.Battle().evaluate(tolerance)
        if not abs(midpoint - MODEL_VALUE) <= tolerance / 2 + PRECISION:
            raise WrongAnswer(
                f"evaluate({tolerance}) gave {midpoint!r}: bounds {tolerance} apart around it miss {MODEL_VALUE}"
            )
        if not abs(midpoint - EXPECTED[tolerance]) <= PRECISION:
            raise WrongAnswer(f"evaluate({tolerance}) gave {midpoint!r}, upstream stops at {EXPECTED[tolerance]!r}")
