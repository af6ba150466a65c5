"""How numbers are written: three significant digits, a unit that fits, intervals in square brackets."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bench.model import UNKNOWN

if TYPE_CHECKING:  # heavy: it brings numpy, and not all that write numbers do arithmetic
    from reporting.statistics import Interval

TIMES = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns"))
BYTES = ((2.0**30, "GiB"), (2.0**20, "MiB"), (2.0**10, "KiB"), (1.0, "B"))
RATES = ((1e9, "GB/s"), (1e6, "MB/s"), (1e3, "kB/s"), (1.0, "B/s"))
DASH = "–"
MOST_DECIMALS = 4  #: of a share in per cent


def significant(value: float) -> str:
    """Return `value` with three significant digits and thousands separated: 1.31, 58.5, 14,600."""
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else "∞" if value == math.inf else str(value)
    digits = 2 - math.floor(math.log10(abs(value)))
    rounded = round(value, digits)
    return f"{rounded:,.{max(0, 2 - math.floor(math.log10(abs(rounded))))}f}".replace("-", "−")


def seconds(value: float) -> str:
    return _scaled(value, TIMES)


def size(value: float) -> str:
    return _scaled(value, BYTES)


def ratio(interval: Interval) -> str:
    """Return for example 1.31× [1.28–1.33]."""
    return f"{significant(interval.value)}× {bracket(interval)}"


def bracket(interval: Interval, scale: float = 1.0) -> str:
    if math.isnan(interval.low):
        return "[one process: no interval]"
    return f"[{significant(interval.low / scale)}–{significant(interval.high / scale)}]"


def time_interval(interval: Interval) -> str:
    """Return for example 58.5 ms [58.1–59.0]."""
    scale, unit = _unit(interval.value, TIMES)
    return f"{significant(interval.value / scale)} {unit} {bracket(interval, scale)}"


def rate(interval: Interval) -> str:
    """Return a throughput in bytes per second: for example 1.31 GB/s [1.28–1.33]."""
    scale, unit = _unit(interval.value, RATES)
    return f"{significant(interval.value / scale)} {unit} {bracket(interval, scale)}"


def rate_scale(middle: float) -> tuple[float, str]:
    """Return (bytes per second per unit, unit) for an axis around a value."""
    return _unit(middle, RATES)


def small(value: float) -> str:
    """Return a number that may be far below 1, with powers of ten where digits would be many: 3.10×10⁻¹²."""
    if value == 0 or abs(value) >= 1e-3:
        return significant(value)
    mantissa, _, exponent = f"{value:.2e}".partition("e")
    return f"{mantissa}×10{str(int(exponent)).translate(str.maketrans('-0123456789', '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'))}"


def count(number: int, noun: str) -> str:
    """Return for example: 1 process, 5 processes."""
    return f"{number:,} {noun}{'' if number == 1 else 'es' if noun.endswith('s') else 's'}"


def percent(share: float) -> str:
    return f"{significant(100 * share)} %"


def percent_interval(share: Interval) -> str:
    """Return for example 71.0 % [69.9–72.0]; a tiny share keeps its digits."""
    return f"{percent(share.value)} {bracket(share, 0.01)}"


def share_decimals(*shares: float) -> int:
    """Return the decimals of per cents that tell shares from the whole: one, and near it two digits of what is left."""
    left = [100 * (1 - share) for share in shares if 0.9995 <= share < 1]  # what one decimal would round to the whole
    return max((min(1 - math.floor(math.log10(each)), MOST_DECIMALS) for each in left), default=1)


def change(share: float) -> str:
    """Return for example +3.10 % or −0.520 %."""
    return f"{'+' if share > 0 else '−' if share < 0 else ''}{percent(abs(share))}"


def time_scale(largest: float) -> tuple[float, str]:
    """Return (seconds per unit, unit) for an axis whose largest value is `largest` seconds."""
    return _unit(largest, TIMES)


def _scaled(value: float, units: tuple[tuple[float, str], ...]) -> str:
    scale, unit = _unit(value, units)
    return f"{significant(value / scale)} {unit}"


def _unit(value: float, units: tuple[tuple[float, str], ...]) -> tuple[float, str]:
    return next(((scale, unit) for scale, unit in units if abs(value) >= scale), units[-1])


def build_name(build: str) -> str:
    """Return release, debug, or "build not recorded" (of adopted studies)."""
    return {"dbg": "debug", UNKNOWN: "build not recorded"}.get(build, build)


def rounded_steps(first: float, steps: Sequence[float], last: float, least: float) -> tuple[str, list[str], str, str]:
    """Return the texts of a whole, of the steps to another whole, of that, and of what rounding leaves between them.

    least: the coarsest unit that may be rounded to. Everything is rounded by itself, so the steps seldom lead from one whole
    to the other; what is left is the last text, "" where they do. Steps have a sign.
    """
    decimals = max(0, math.ceil(-math.log10(least)))
    unit = 10.0**-decimals
    start, end, *whole = (round(value / unit) for value in (first, last, *steps))

    def shown(number: int) -> str:
        return f"{abs(number) * unit:,.{decimals}f}"

    def signed(number: int) -> str:
        return ("−" if number < 0 else "+" if number else "") + shown(number)

    left = end - start - sum(whole)
    return shown(start), [signed(number) for number in whole], shown(end), signed(left) if left else ""
