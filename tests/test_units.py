"""How numbers are written."""

from __future__ import annotations

import pytest

from reporting import units
from reporting.statistics import Interval


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0, "0"), (1.306, "1.31"), (58.46, "58.5"), (14_623, "14,600"), (0.09996, "0.100"), (999.6, "1,000"), (9.999, "10.0"),
     (123.4, "123"), (0.000_412, "0.000412")],
)  # fmt: skip
def test_three_significant_digits(value: float, expected: str) -> None:
    assert units.significant(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"), [(4e-6, "4.00 µs"), (0.0585, "58.5 ms"), (3.5, "3.50 s"), (2e-9, "2.00 ns")]
)
def test_times_choose_their_unit(value: float, expected: str) -> None:
    assert units.seconds(value) == expected


def test_an_interval_keeps_the_unit_of_its_value() -> None:
    assert units.time_interval(Interval(1.0, 0.99, 1.01)) == "1.00 s [0.990–1.01]"
    assert units.ratio(Interval(1.31, 1.28, 1.333)) == "1.31× [1.28–1.33]"
