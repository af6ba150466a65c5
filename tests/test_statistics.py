"""Intervals and verdicts, on numbers whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from reporting import statistics
from reporting.statistics import Interval


def test_a_speedup_and_its_interval() -> None:
    rng = np.random.default_rng(1)
    base, fast = rng.normal(10, 0.1, 20), rng.normal(5, 0.1, 20)
    (found,), _ = statistics.speedups(list(base), [list(fast)])
    assert found.value == pytest.approx(base.mean() / fast.mean())
    assert 1.9 < found.low < found.value < found.high < 2.1


def test_the_interval_covers_the_truth_about_95_times_in_100() -> None:
    rng = np.random.default_rng(2)
    for processes in (4, 10):
        hits = 0
        for _ in range(400):
            base, other = rng.normal(3, 0.1, processes), rng.normal(2, 0.1, processes)
            (found,), _ = statistics.speedups(list(base), [list(other)])
            hits += found.low <= 1.5 <= found.high
        assert 372 <= hits <= 396, (processes, hits)  # 93 to 99 %; a plain percentile bootstrap: 86 and 92 %


def test_the_interval_of_a_mean_covers_too() -> None:
    rng = np.random.default_rng(3)
    hits = sum(abs(m.low <= 3 <= m.high) for m in (statistics.mean(list(rng.normal(3, 0.1, 5))) for _ in range(400)))
    assert 368 <= hits <= 394, hits


def test_one_process_has_no_interval() -> None:
    assert np.isnan(statistics.mean([1.0]).low)
    assert [round(statistics.student_t(n), 2) for n in (1, 9, 10, 30)] == [12.71, 2.26, 2.23, 2.04]


def test_the_same_numbers_give_the_same_interval() -> None:
    values = [1.0, 1.1, 1.2, 0.9]
    assert statistics.mean(values) == statistics.mean(values)


def test_the_geometric_mean_is_over_the_given_set() -> None:
    each, together = statistics.speedups([8.0] * 10, [[4.0] * 10, [1.0] * 10])
    assert [e.value for e in each] == [2.0, 8.0]
    assert together is not None and together.value == pytest.approx(4.0)
    assert statistics.speedups([8.0], []) == ([], None)


@pytest.mark.parametrize(
    ("interval", "processes", "expected"),
    [
        (Interval(2.0, 1.9, 2.1), 10, "faster"),
        (Interval(2.0, 1.9, 2.1), 9, "indicative"),
        (Interval(0.5, 0.4, 0.6), 10, "slower"),
        (Interval(1.0, 0.995, 1.005), 10, "equivalent"),
        (Interval(1.02, 0.99, 1.05), 10, "inconclusive"),
        (Interval(1.02, 1.005, 1.03), 10, "inconclusive"),  # beyond 1, but not beyond the band
    ],
)
def test_verdicts(interval: Interval, processes: int, expected: str) -> None:
    assert statistics.verdict(interval, processes) == expected


def test_shares_and_caps() -> None:
    half = statistics.share(50, 100)
    assert (
        half.value == 0.5
        and half.low == pytest.approx(0.4038, abs=1e-3)
        and half.high == pytest.approx(0.5962, abs=1e-3)
    )
    cap = statistics.amdahl(half)
    assert cap.value == 2.0 and cap.low < 2.0 < cap.high
    assert statistics.share(10, 10).high == pytest.approx(1.0)
    assert statistics.amdahl(Interval(1.0, 0.9, 1.0)).high == pytest.approx(1e6)
