"""Draws from signs how one time becomes another."""

from __future__ import annotations

from reporting.change_palette import totals
from reporting.charts import Step, Waterfall
from reporting.palette import shorten

NAME, SHORTEST, LONGEST = 44, 12, 36  #: signs of a step's name at most, and of the longest bar


def waterfall(chart: Waterfall, width: int) -> list[str]:
    """Return a line per step: wholes from `#`, and of any other from where to where it leads, `-` if time goes, `+` if it comes."""
    places = totals(chart.steps)
    names = min(NAME, max((len(step.label) for step in chart.steps), default=0))
    texts = max((len(step.text) + step.whole for step in chart.steps), default=0)
    room = max(SHORTEST, min(LONGEST, width - names - 6 - texts))
    longest = max((abs(end) for place in places for end in place), default=0.0) or 1.0
    lines = []
    for step, place in zip(chart.steps, places, strict=True):
        left, right = (round(room * max(end, 0.0) / longest) for end in sorted(place))
        drawn = " " * left + _sign(step) * max(right - left, int(step.whole))
        name = shorten(step.label, names)
        lines.append(f"  {name:<{names}}  {drawn:<{room}}  {' ' * step.whole}{step.text}".rstrip())
    return lines


def _sign(step: Step) -> str:
    return "#" if step.whole else "-" if step.value < 0 else "+"
