"""Charts as lines of text: bars of signs on the scale that the page and the paper have too."""

from __future__ import annotations

import math

from reporting.charts import Bar, BarChart, Scatter
from reporting.palette import Scale, bar_scale, number, scatter_scales
from reporting.text.tables import wrapped

SHORTEST_BAR, BAR, MOST = 10, 36, 28  #: of the longest bar, and of a bar's name


def bars(chart: BarChart, page: int) -> str:
    """Draw bars from signs; the direct label says the number. Bars that are not ours are hollow, what is
    projected is dashed, lines end in a stroke.
    """
    scale = bar_scale(chart)
    labels = [bar.label for _, bars in chart.groups for bar in bars]
    names = min(
        MOST, page // 4, max(map(len, (*labels, *(line.name for line in chart.lines if line.group))), default=0)
    )
    texts = [bar.text for _, bars in chart.groups for bar in bars] + [line.text for line in chart.lines]
    room = page - names - 6 - max(map(len, texts), default=0)
    width = min(BAR, max(SHORTEST_BAR, room))
    lines = [wrapped(chart.title, page), wrapped(chart.caption, page), *([f"({chart.axis})"] if chart.log else [])]

    def row(name: str, drawn: str, text: str) -> str:
        short = name if len(name) <= names else name[: names - 1] + "…"
        return f"  {short:<{names}}  {drawn:<{width}}  {text}".rstrip()

    for group, members in chart.groups:
        lines += ["", f"  {group}", *(row(bar.label, _drawn(bar, scale, width), bar.text) for bar in members)]
        for line in chart.lines:
            if line.group and line.group == group:
                lines.append(row(line.name, "." * (_length(line.value, scale, width) - 1) + "|", line.text))
    return "\n".join(lines)


def scatter(chart: Scatter, page: int) -> str:
    """Draw points from the cheapest on, each on a line of its own: its place on the axis of values, then what it is."""
    _, scale = scatter_scales(chart)
    ordered = sorted(chart.marks, key=lambda mark: (mark.x, mark.y))
    names = min(MOST, max((len(each.label) for each in ordered), default=0))
    costs = max((len(number(mark.x)) for mark in ordered), default=0)
    texts = max((len(mark.text) + len(", dominated") for mark in ordered), default=0)
    width = min(BAR, max(SHORTEST_BAR, page - names - costs - texts - 8))
    lines = [wrapped(chart.title, page), wrapped(chart.caption, page), f"({chart.across}; {chart.axis})", ""]
    at = [_length(line.value, scale, width) - 1 for line in chart.lines if scale.holds(line.value)]
    for mark in ordered:
        row = ["|" if i in at else "." for i in range(width)]
        row[_length(mark.y, scale, width) - 1] = "v" if mark.below else "o" if mark.outlined else "*"
        name = mark.label if len(mark.label) <= names else mark.label[: names - 1] + "…"
        said = mark.text + (", dominated" if mark.outlined else "")
        lines.append(f"  {name:<{names}}  {number(mark.x):>{costs}}  {''.join(row)}  {said}".rstrip())
    lines += [f"  | {line.name} {line.text}".rstrip() for line in chart.lines]
    return "\n".join([*lines, "  * a point, o one that is dominated, v one that loses to the line |"])


def _drawn(bar: Bar, scale: Scale, width: int) -> str:
    if bar.value is None or not scale.holds(bar.value):
        return "x"
    length = _length(bar.value, scale, width)
    if bar.projected:
        return ("- " * length)[:length].rstrip()
    return f"[{' ' * max(length - 2, 0)}]" if bar.outlined else "#" * length


def _length(value: float, scale: Scale, width: int) -> int:
    """Return the length of a bar in signs, from 1 to `width`; on a log axis bars begin at its lower end."""
    ends = (scale.low, scale.high, value) if not scale.log else map(math.log, (scale.low, scale.high, value))
    low, high, end = ends
    return max(1, round(width * (end - low) / (high - low)))
