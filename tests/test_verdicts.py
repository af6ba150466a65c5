"""Verdicts, the noise floor and warm-up, on numbers whose answer is known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from reporting.measures import verdicts
from reporting.measures.verdicts import judge, steadiness
from reporting.statistics import Interval

FEW = "a verdict by time needs 10"


@pytest.mark.parametrize(
    ("interval", "processes", "p", "floor", "expected"),
    [
        (Interval(2.0, 1.9, 2.1), 10, 0.0, 0.0, "faster"),
        (Interval(2.0, 1.9, 2.1), 9, 0.0, 0.0, "inconclusive"),
        (Interval(2.0, 1.9, 2.1), 10, 0.06, 0.0, "inconclusive"),  # after Holm's correction
        (Interval(0.5, 0.4, 0.6), 10, 0.0, 0.0, "slower"),
        (Interval(1.0, 0.995, 1.005), 10, 0.9, 0.0, "equivalent"),
        (Interval(1.02, 0.99, 1.05), 10, 0.2, 0.0, "inconclusive"),
        (Interval(1.02, 1.005, 1.03), 10, 0.01, 0.0, "inconclusive"),  # beyond 1, but not beyond 1 %
        (Interval(1.02, 1.015, 1.03), 10, 0.01, 0.0, "faster"),
        (Interval(1.02, 1.015, 1.03), 10, 0.01, 0.05, "equivalent"),  # this host makes as much of nothing
        (Interval(1.06, 1.03, 1.09), 10, 0.01, 0.05, "faster"),
        (Interval(1.04, 1.02, 1.07), 10, 0.01, 0.05, "inconclusive"),
        (Interval(1.0, math.nan, math.nan), 1, math.nan, 0.0, "inconclusive"),
    ],
)
def test_verdicts(interval: Interval, processes: int, p: float, floor: float, expected: str) -> None:
    assert judge(interval, processes, p, floor=floor).word == expected


def test_a_counter_that_repeats_exactly_may_confirm_what_few_processes_show() -> None:
    twice = Interval(2.0, 1.8, 2.2)
    assert judge(twice, 5, 0.0, counted=2.1).word == "faster"
    assert judge(twice, 5, 0.0, counted=0.9).word == "inconclusive"  # the counter says otherwise
    assert FEW in judge(twice, 5, 0.0, counted=1.0).reason
    assert FEW in judge(Interval(2.0, 0.9, 4.0), 5, 0.3, counted=2.1).reason  # and time must show it too
    assert judge(Interval(1.4, 1.02, 1.9), 4, 0.2, counted=1.5).word == "inconclusive"  # after the correction, too
    assert (
        judge(Interval(1.05, 1.02, 1.08), 5, 0.01, counted=1.015).word == "inconclusive"
    )  # within what an allocator does


def test_what_is_inconclusive_says_how_many_more_processes_would_settle_it() -> None:
    found = judge(Interval(1.05, 0.99, 1.1136), 10, 0.1)  # reaches 5.9 %, must reach less than 3.9 %
    assert found.word == "inconclusive"
    assert found.more is not None and 12 <= found.more <= 15
    settled = judge(Interval(1.05, 1.0125, 1.0889), 10 + found.more, 0.001)
    assert settled.word == "faster"
    assert judge(Interval(1.0100, 0.8, 1.27), 10, 0.9).more is None  # on the end of the band itself
    assert judge(Interval(2.0, 1.9, 2.1), 4, 0.0).more == 6
    assert judge(Interval(1.003, 0.5, 2.0), 4, 0.9).more is None  # ten would not do either
    assert (judge(Interval(1.0, 0.8, 1.25), 4, 0.9, floor=0.01).more or 0) > 6
    blocked = judge(Interval(1.09, 1.015, 1.17), 10, 0.06)  # by the correction for the number of variants alone
    assert blocked.word == "inconclusive" and blocked.more is not None and 1 <= blocked.more <= 3


def test_a_side_that_has_enough_is_not_asked_for_more() -> None:
    wide = Interval(1.05, 0.99, 1.1136)
    found = judge(wide, 10, 0.1, kept=verdicts.uneven((40, 10), (0.02, 0.06)))
    assert found.more and abs(found.more - (judge(wide, 10, 0.1).more or 0)) <= 1  # B decides nearly alone
    noisy = verdicts.uneven((40, 10), (0.06, 0.02))
    assert noisy(10) == 1.0 and noisy(40) > 0.85  # here B hardly matters, however many it has
    more = judge(wide, 10, 0.1, kept=noisy).more
    assert more is not None and more > 40
    shrunk = wide.reach * noisy(10 + more)
    ends = (math.exp(math.log(1.05) + sign * shrunk) for sign in (-1, 1))
    assert judge(Interval(1.05, *ends), 10 + more, 0.001).word == "faster"
    blocked = Interval(1.09, 1.015, 1.17)  # by the correction for the number of variants alone
    assert judge(blocked, 10, 0.06, kept=verdicts.uneven((10, 10), (1, 2))).more == judge(blocked, 10, 0.06).more
    assert (judge(blocked, 10, 0.06, kept=noisy).more or 0) > (judge(blocked, 10, 0.06).more or 0)


def test_the_noise_floor_is_the_farther_end_of_the_control() -> None:
    assert verdicts.noise_floor(Interval(0.99, 0.95, 1.03)) == pytest.approx(1 / 0.95 - 1)
    assert verdicts.noise_floor(Interval(1.0, math.nan, math.nan)) == 0.0
    assert verdicts.band(0.002) == 0.01 and verdicts.band(0.07) == 0.07


def processes(*factors: float, noise: float = 0.005, count: int = 10, seed: int = 1) -> list[list[float]]:
    """`count` processes whose successive values are `factors` times a level of their own, with noise."""
    rng = np.random.default_rng(seed)
    level = np.exp(rng.normal(0, 0.05, (count, 1)))
    made: list[list[float]] = (level * np.array(factors) * np.exp(rng.normal(0, noise, (count, len(factors))))).tolist()
    return made


@pytest.mark.parametrize(
    ("series", "expected"),
    [
        ((1.0, 1.0, 1.0, 1.0, 1.0), "flat"),
        ((1.3, 1.0, 1.0, 1.0, 1.0), "warm-up"),
        ((0.8, 1.0, 1.0, 1.0, 1.0), "slowdown"),
        ((1.3, 1.2, 1.1, 1.05, 1.0), "none"),
        ((1.0, 1.0, 1.1, 1.2, 1.3), "none"),
        ((1.0, 1.2, 1.0, 1.0, 1.0), "none"),  # the warm-up was too short
    ],
)
def test_warm_up_is_classified(series: tuple[float, ...], expected: str) -> None:
    values = processes(*series)
    found = steadiness([v[:1] for v in values], [v[1:] for v in values])
    assert found.kind == expected
    assert (abs(found.change) > 0.06) == (expected == "none")


def test_too_little_to_classify_is_said() -> None:
    assert steadiness([[]] * 10, [[1.0]] * 10).kind == "unknown"
    assert steadiness([[5.0]] * 10, [[0.5]] * 10).kind == "unknown"  # one value may be anything
    few = processes(1.3, 1.0, 1.0, count=3)
    assert steadiness([v[:1] for v in few], [v[1:] for v in few]).kind == "unknown"


def test_noise_is_seldom_taken_for_an_unsteady_state() -> None:
    found = [processes(1, 1, 1, 1, 1, 1, noise=0.05, seed=s) for s in range(300)]
    kinds = [steadiness([v[:1] for v in values], [v[1:] for v in values]).kind for values in found]
    assert kinds.count("none") <= 3
