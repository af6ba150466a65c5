"""How numbers are written."""

from __future__ import annotations

import math

import pytest

from reporting import units
from reporting.statistics import Interval
from reporting.words.tables import share_of


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


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        (Interval(0.71, 0.699, 0.72), "71.0 % [69.9–72.0]"),
        (Interval(0.99989, 0.99988, 0.9999), "99.989 % [99.988–99.990]"),
        (Interval(0.998, 0.9971, 0.9999), "99.8 % [99.7–100.0]"),
        (Interval(0.99999999, 0.9999, 1.0), "100.0000 % [99.9900–100.0000]"),
        (Interval(1.0, 0.98, 1.0), "100.0 % [98.0–100.0]"),
        (Interval(0.99989, math.nan, math.nan), "99.989 % [one process: no interval]"),
    ],
)
def test_a_share_near_the_whole_is_told_from_it(share: Interval, expected: str) -> None:
    assert share_of(share).replace("\u00a0", " ") == expected
