"""What a figure looks like whatever draws it: colours, the value axis, where bars stand, what a label may hold.

The page (plotly_figures) and the paper (paper_figures) both ask here, so that a colour, a tick and the start of a bar
mean the same in either. Nothing here draws, and nothing here knows what is measured.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reporting.charts import ROLE_BASELINE, ROLE_WRONG, Bar, BarChart, Curves, Dots, Line, Scatter

BASELINE, WRONG = "#8A8A8A", "#D55E00"
MUTED = "#787878"  #: of words in a figure that are no value; readable on white and on black
#: Okabe–Ito without vermillion, which is kept for wrong answers; the two colours of flame graphs come late.
VARIANTS = ("#0072B2", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#F0E442")
PALE_HUE, DARKER_HUE = VARIANTS[-1], "#B8A800"
#: Of flame graphs: whose code a frame is. A debug check is pale, because a release build does not have it.
KINDS = {
    "variant's code": "#E69F00",
    "interpreter": "#F0E442",
    "library": "#56B4E9",
    "JIT": "#009E73",
    "kernel": "#CC79A7",
    "debug check": "#E0E0E0",
    "benchmark loop": "#BBBBBB",
}

HEADER, NAMED = 0.8, 0.5  #: height of a group's name and of a line's, in rows
LONG_FACTOR = 5.0  #: a log axis that spans less than this has ordinary ticks


def role_colour(role: str) -> str:
    """Return the colour of a role; the seventh variant and later get darker shades of the first hues."""
    if role in (ROLE_BASELINE, ROLE_WRONG):
        return BASELINE if role == ROLE_BASELINE else WRONG
    name, _, number = role.partition("-")
    if name != "variant" or not number.isdecimal():
        return BASELINE
    turn, hue = divmod(int(number), len(VARIANTS))
    channels = (int(VARIANTS[hue][i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(c * 0.62**turn):02X}" for c in channels)


def line_colour(role: str) -> str:
    """Return the colour of a role for thin lines and small dots: the pale hue darker, or it would be lost on white."""
    colour = role_colour(role)
    return {PALE_HUE: DARKER_HUE}.get(colour, colour)


def without_bar(bar: Bar) -> tuple[str, str]:
    """Return mark and colour of what has no number: a red cross says that an answer is wrong, and nothing else does."""
    return ("✕", WRONG) if bar.role == ROLE_WRONG else ("–", MUTED)


def printable(text: str) -> str:
    """Return the text without what cannot be drawn or would rearrange the rest: controls, surrogates, bidi marks."""
    return "".join(
        c if c.isprintable() or c in "\n\t" or unicodedata.category(c) == "Zs" else "\N{REPLACEMENT CHARACTER}"
        for c in text
    )


def shorten(text: str, limit: int) -> str:
    """Return the printable text on one line, at most `limit` characters long."""
    line = " ".join(printable(text).split())
    return line if len(line) <= limit else line[: max(limit - 1, 1)].rstrip() + "…"


@dataclass(frozen=True)
class Scale:
    """A value axis: its ends, where bars start, and its ticks with their text."""

    low: float
    high: float
    start: float
    log: bool
    ticks: tuple[tuple[float, str], ...]

    def holds(self, value: float | None) -> bool:
        """Say whether the axis can show the value at all (a log axis has no zero)."""
        return value is not None and math.isfinite(value) and (value > 0 or not self.log)

    def reach(self, bar: Bar) -> tuple[float, float]:
        """Return how far a bar's interval reaches below and above its value, as far as the axis can show it."""
        if bar.value is None:
            return 0.0, 0.0
        low = bar.value if bar.low is None or math.isnan(bar.low) else max(bar.low, self.low)
        high = bar.value if bar.high is None or math.isnan(bar.high) else min(bar.high, self.high)
        return max(bar.value - low, 0.0), max(high - bar.value, 0.0)


def bar_scale(chart: BarChart) -> Scale:
    """Return the axis of a bar chart: bars start at zero, on a log axis at 1 (ratios) or at a full decade."""
    bars = [bar for _, group in chart.groups for bar in group]
    ends = [v for bar in bars if bar.value is not None for v in (bar.low, bar.value, bar.high)]
    values = drawable([*ends, *(line.value for line in chart.lines)], chart.log)
    if not chart.log:
        return linear(min(0.0, *values, 0.0), max(0.0, *values, 0.0), 0.0)
    smallest, largest = min(values, default=1.0), max(values, default=10.0)
    ratios = "×" in chart.axis or smallest <= 1 <= largest
    start = 1.0 if ratios else 10.0 ** math.floor(math.log10(smallest * 0.999))
    return _logarithmic(min(start, smallest), max(start, largest), start)


def dots_scale(chart: Dots) -> Scale:
    """Return the axis of a dot plot: as wide as the values, for it shows their spread."""
    values = drawable((v for _, series, _ in chart.series for v in series), chart.log) or [1.0]
    if chart.log:
        return _logarithmic(min(values) / 1.1, max(values), min(values) / 1.1)
    pad = (max(values) - min(values)) * 0.05 or abs(values[0]) * 0.05 or 1.0
    return linear(min(values) - pad, max(values) + pad, min(values) - pad)


def curves_scale(chart: Curves) -> Scale:
    """Return the axis of values of curves, always logarithmic; as wide as the values."""
    values = drawable((v for c in chart.curves for each in c.values if each for v in each), log=True) or [1.0]
    pad = max(1.1, (max(values) / min(values)) ** 0.04)
    return _logarithmic(min(values) / pad, max(values) * pad / 1.1, min(values) / pad)


def scatter_scales(chart: Scatter) -> tuple[Scale, Scale]:
    """Return both axes of a scatter, which are logarithmic: as wide as the values, with room for names."""
    across = drawable((mark.x for mark in chart.marks), log=True) or [1.0]
    ends = (v for mark in chart.marks for v in (mark.low, mark.y, mark.high))
    up = drawable([*ends, *(line.value for line in chart.lines)], log=True) or [1.0]
    room = max(1.15, (max(across) / min(across)) ** 0.12)
    above = max(1.15, (max(up) / min(up)) ** 0.06)
    wide, tall = min(across) / room, min(up) / 1.15
    return _logarithmic(wide, max(across) * room, wide), _logarithmic(tall, max(up) * above, tall)


@dataclass(frozen=True)
class Rows:
    """What stands where in a bar chart, in rows from its top."""

    headers: tuple[tuple[float, str], ...]  #: (top, name of a group)
    bars: tuple[tuple[float, Bar], ...]  #: (top, bar)
    lines: tuple[tuple[float, float, Line], ...]  #: (top, bottom, line) of lines over one group, the name at the top
    height: float


def pieces(chart: Curves, known: Sequence[int]) -> list[list[int]]:
    """Return the places in `known` (the numbers of a curve's points, ascending) that one line joins, line by line."""
    found: list[list[int]] = []
    for place, point in enumerate(known):
        if not place or any(known[place - 1] < start <= point for start in chart.breaks):
            found.append([])
        found[-1].append(place)
    return found


def bar_rows(chart: BarChart) -> Rows:
    """Lay out a bar chart: below the name of each group a row for the name of each of its lines, then its bars."""
    headers: list[tuple[float, str]] = []
    bars: list[tuple[float, Bar]] = []
    lines: list[tuple[float, float, Line]] = []
    top = 0.0
    for name, group in chart.groups:
        if name:
            headers.append((top, name))
            top += HEADER
        own = [line for line in chart.lines if line.group and line.group == name]
        bottom = top + NAMED * len(own) + len(group)
        lines += [(top + NAMED * i, bottom, line) for i, line in enumerate(own)]
        bars += [(top + NAMED * len(own) + i, bar) for i, bar in enumerate(group)]
        top = bottom + 0.2
    return Rows(tuple(headers), tuple(bars), tuple(lines), top)


def apart(places: Sequence[float], least: float, low: float, high: float) -> list[float]:
    """Return the places moved as little as it takes for any two to be `least` apart, all from `low` to `high`.

    Their order stays. Where there is no room for all, they are spread evenly.
    """
    order = sorted(range(len(places)), key=lambda i: (places[i], i))
    least = min(least, (high - low) / max(len(places) - 1, 1))
    moved = [min(max(places[i], low), high) for i in order]
    for i in range(1, len(moved)):
        moved[i] = max(moved[i], moved[i - 1] + least)
    limit = high
    for i in reversed(range(len(moved))):
        moved[i] = min(moved[i], limit)
        limit = moved[i] - least
    found = dict(zip(order, moved, strict=True))
    return [found[i] for i in range(len(places))]


def spread(index: int) -> float:
    """Return a height between -0.5 and 0.5 that looks random and is the same every time (golden ratio)."""
    return (index * 0.618034 + 0.5) % 1 - 0.5


def drawable(values: Iterable[float | None], log: bool) -> list[float]:
    """Return the values that an axis can show."""
    return [v for v in values if v is not None and math.isfinite(v) and (v > 0 or not log)]


def linear(low: float, high: float, start: float) -> Scale:
    """Return an axis between two values, at least as long as both and with about five ticks; bars begin at `start`."""
    high = high if high > low else low + 1.0
    step = _step((high - low) / 5)
    first = math.ceil(low / step - 1e-9)
    ticks = [round((first + i) * step, 12) for i in range(8) if (first + i) * step <= high + step * 1e-9]
    margin = (high - low) * 0.04
    ends = (low if low == start else low - margin), high + margin
    return Scale(*ends, start, False, tuple((t, number(t)) for t in ticks))


def _logarithmic(low: float, high: float, start: float) -> Scale:
    high = max(high, low * 1.5)
    low, high = (low if low == start else low / 1.1), high * 1.1
    if high / low < LONG_FACTOR:
        ticks = [t for t, _ in linear(low, high, low).ticks if low * 0.999 <= t <= high]
    else:
        decades = math.log10(high / low)
        steps = (1, 2, 5) if decades < 2.2 else (1,)
        every = math.ceil(decades / 7)
        powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1, every)
        ticks = [t for p in powers for s in steps if low * 0.999 <= (t := s * 10.0**p) <= high]
    return Scale(low, high, start, True, tuple((t, number(t)) for t in ticks))


def _step(rough: float) -> float:
    power = 10.0 ** math.floor(math.log10(rough))
    return next(s * power for s in (1, 2, 5, 10) if s * power >= rough * 0.999)


def number(value: float) -> str:
    """Return a tick's text: thousands separated, powers of ten where digits would be many."""
    if value == 0 or 1e-3 <= abs(value) < 1e6:
        return f"{value:,.6g}".replace("-", "−")
    mantissa, _, exponent = f"{value:.2e}".partition("e")
    power = "10" + str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    mantissa = f"{float(mantissa):g}".replace("-", "−")
    return power if mantissa == "1" else f"{mantissa}×{power}"
