"""Intervals and tests, on numbers whose answer is known."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest
from scipy import stats

from reporting import statistics, units
from reporting.statistics import Interval

Arms = tuple[list[list[float]], list[list[float]]]


def arms(rng: np.random.Generator, ratio: float, *, processes: int, shared: float = 0.0) -> Arms:
    """Two arms that differ by `ratio`; process i of both shares the noise of block i."""
    block = rng.normal(0, shared, (processes, 1)) if shared else 0.0
    made = [np.exp(block + rng.normal(0, 0.02, (processes, 1)) + rng.normal(0, 0.02, (processes, 3))) for _ in range(2)]
    return (made[0] * ratio).tolist(), made[1].tolist()


def covered(processes: int, *, shared: float = 0.0, paired: bool = True, studies: int = 400) -> tuple[float, float]:
    """Return how often the interval holds the truth, and its mean reach."""
    rng = np.random.default_rng(processes)
    hits, reach = 0, 0.0
    for _ in range(studies):
        base, other = arms(rng, 1.5, processes=processes, shared=shared)
        found = statistics.speedups(base, [other])[0][0] if paired else statistics.independent(base, other)
        hits += found.low <= 1.5 <= found.high
        reach += found.reach / studies
    return hits / studies, reach


def test_the_interval_covers_the_truth_about_95_times_in_100() -> None:
    for processes in (4, 10):
        for paired in (True, False):
            hits, _ = covered(processes, paired=paired)
            assert 0.925 <= hits <= 0.98, (processes, paired, hits)


def test_what_a_block_shares_cancels() -> None:
    """With noise of 10 % that hits a whole block, pairs still have an interval as narrow as without it."""
    quiet, noisy, unpaired = covered(10), covered(10, shared=0.1), covered(10, shared=0.1, paired=False)
    assert 0.925 <= noisy[0] <= 0.98
    assert noisy[1] < 1.1 * quiet[1] < unpaired[1] / 3


def test_noise_of_iterations_is_not_counted_twice() -> None:
    """Values inside a process vary by 5 %, processes not at all: redrawing both levels would give 30 % more width."""
    rng = np.random.default_rng(5)
    reached, expected = [], []
    for _ in range(100):
        base, other = np.exp(rng.normal(0, 0.05, (2, 10, 3)))
        reached.append(statistics.speedups(base.tolist(), [other.tolist()])[0][0].reach)
        logs = np.log(base.mean(axis=1) / other.mean(axis=1))
        expected.append(2.262 * logs.std(ddof=1) / math.sqrt(10))
    assert np.mean(reached) == pytest.approx(np.mean(expected), rel=0.05)


def test_a_few_values_in_one_process_weigh_as_much_as_many_in_another() -> None:
    ragged = [[1.0, 1.0], [3.0] * 9]
    assert statistics.mean(ragged).value == 2.0


def test_the_interval_of_a_mean_covers_too() -> None:
    rng = np.random.default_rng(3)
    found = (statistics.mean([[v] for v in rng.normal(3, 0.1, 5)]) for _ in range(400))
    assert 368 <= sum(m.low <= 3 <= m.high for m in found) <= 394


def test_one_process_has_no_interval() -> None:
    assert math.isnan(statistics.mean([[1.0, 2.0]]).low)
    assert [round(statistics.student_t(n), 2) for n in (1, 9, 10, 30)] == [12.71, 2.26, 2.23, 2.04]


def test_the_same_numbers_give_the_same_interval() -> None:
    values = [[1.0], [1.1], [1.2], [0.9]]
    fresh = statistics.mean.__wrapped__  # type: ignore[attr-defined]  # which remembers nothing
    assert fresh(values) == fresh(values) == statistics.mean(values)


def test_what_is_remembered_is_of_the_same_machinery(monkeypatch: pytest.MonkeyPatch) -> None:
    parts, wholes = [30, 41, 35], [100, 100, 100]
    before = statistics.clustered_share(parts, wholes)
    monkeypatch.setattr(statistics, "RESAMPLES", 20)
    assert statistics.clustered_share(parts, wholes) != before
    monkeypatch.undo()
    assert statistics.clustered_share(parts, wholes) == before


def test_no_digit_of_a_quantile_hangs_on_the_version_of_scipy() -> None:
    assert [statistics.student_t(n) for n in (1, 4, 9)] == [12.706204736, 2.776445105, 2.262157163]


def test_the_geometric_mean_is_over_the_given_set() -> None:
    each, together = statistics.speedups([[8.0]] * 10, [[[4.0]] * 10, [[1.0]] * 10])
    assert [e.value for e in each] == [2.0, 8.0]
    assert together is not None and together.value == pytest.approx(4.0)
    assert statistics.speedups([[8.0]], []) == ((), None)


def test_the_geometric_mean_knows_that_variants_share_their_baseline() -> None:
    rng = np.random.default_rng(8)
    base = np.exp(rng.normal(0, 0.1, (10, 1))).tolist()
    quiet = [np.exp(rng.normal(0, 0.001, (10, 1))).tolist() for _ in range(4)]
    each, together = statistics.speedups(base, quiet)
    assert together is not None and together.reach == pytest.approx(each[0].reach, rel=0.1)  # not half of it


def test_tests_agree_with_scipy() -> None:
    x, y = np.array([0.1, 0.3, 0.2, 0.5, 0.4]), np.array([0.2, 0.5, 0.3, 0.9, 0.5])
    base, other = np.exp(x).tolist(), np.exp(y).tolist()
    assert statistics.welch(base, other) == pytest.approx(stats.ttest_ind(x, y, equal_var=False).pvalue)
    assert statistics.paired_p(base, other) == pytest.approx(stats.ttest_rel(x, y).pvalue)
    assert statistics.holm([0.01, 0.04, 0.03, math.nan]) == pytest.approx([0.03, 0.06, 0.06, math.nan], nan_ok=True)
    assert statistics.holm([0.9, 0.8]) == [1.0, 1.0]


def test_a_trend_is_found_and_noise_is_not() -> None:
    rng = np.random.default_rng(4)
    change, p = statistics.trend([1.0 * 1.01**i for i in range(10)])
    assert change == pytest.approx(1.01**9 - 1) and p < 1e-6
    found = [statistics.trend(np.exp(rng.normal(0, 0.05, 10)).tolist())[1] < 0.05 for _ in range(400)]
    assert 0.02 < np.mean(found) < 0.09
    assert math.isnan(statistics.trend([1.0, 2.0])[1])


def test_ten_variants_take_less_than_a_second_as_a_rule() -> None:
    """The time is printed, not judged: see `pytest -s`. What is judged is that all ten get their 10,000 resamples."""
    rng = np.random.default_rng(6)
    many = [np.exp(rng.normal(0, 0.1, (10, 5))).tolist() for _ in range(11)]
    start = time.perf_counter()
    each, together = statistics.speedups(many[0], many[1:])
    print(f"10 variants x {statistics.RESAMPLES} resamples: {time.perf_counter() - start:.2f} s")
    assert len(each) == 10 and together is not None and statistics.RESAMPLES == 10_000


def test_shares_and_caps() -> None:
    half = statistics.share(50, 100)
    assert half.value == 0.5
    assert half.low == pytest.approx(0.4038, abs=1e-3) and half.high == pytest.approx(0.5962, abs=1e-3)
    cap = statistics.amdahl(half)
    assert cap.value == 2.0 and cap.low < 2.0 < cap.high
    assert statistics.share(10, 10).high == pytest.approx(1.0)
    assert math.isinf(statistics.amdahl(Interval(0.97, 0.9, 1.0)).high)  # no bound is invented
    assert units.ratio(statistics.amdahl(Interval(0.9, 0.8, 1.0))) == "10.0× [5.00–∞]"


def test_processes_that_differ_widen_a_share() -> None:
    alike = statistics.clustered_share([84, 85, 86, 85, 85], [100] * 5)
    apart = statistics.clustered_share([60, 95, 80, 99, 91], [100] * 5)
    simple = statistics.share(425, 500)
    assert alike.value == apart.value == simple.value == 0.85
    assert (alike.low, alike.high) == (simple.low, simple.high)  # never narrower than the sampling error
    assert apart.low < simple.low - 0.05 and apart.high > simple.high + 0.02 and apart.high <= 1.0
    assert statistics.clustered_share([85], [100]) == statistics.share(85, 100)
    assert statistics.clustered_share([0, 0, 0], [10, 10, 10]).low == 0.0
