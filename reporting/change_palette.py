"""What figures of changes look like on page and paper: differences of profiles, waterfalls, value after value.

As palette.py for all other figures: nothing here draws, and nothing here knows what is measured.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from reporting.charts import Box, FlameGraph, Step, Trace, Waterfall
from reporting.palette import BASELINE, KINDS, Scale, drawable, linear, number

#: Blue is less and orange more, the stronger the larger the change; no vermillion, which is for wrong answers.
SHADES = {
    "gone": "#4A97D0",
    "under half": "#93C4E8",
    "less": "#D3E7F6",
    "same": "#F2F2F2",
    "more": "#FBE2C2",
    "over twice": "#F5BC77",
    "new": "#E8943A",
}
DWARFS = 3.0  #: the factor between the ends of an axis of traces beyond which it is logarithmic


def shades(graph: FlameGraph) -> list[tuple[str, str, list[Box]]]:
    """Return (name, colour, boxes) of all that have the same colour, in the order of the key.

    A colour is whose code a frame is or, in a differential graph, what became of it.
    """
    colours = SHADES if graph.unit else KINDS
    groups: dict[str, list[Box]] = {}
    for box in graph.boxes:
        groups.setdefault(box.shade if graph.unit else box.kind, []).append(box)
    names = [name for name in colours if name in groups] + sorted(groups.keys() - colours.keys())
    return [(name, colours.get(name, KINDS["benchmark loop"]), groups[name]) for name in names]


def flame_scale(graph: FlameGraph) -> tuple[float, Scale, str]:
    """Return (units of the axis per unit of a box, the axis, its title): per cent of the samples, or time."""
    if graph.unit:
        length = graph.whole if graph.whole > 0 else 1.0
        ticks = tuple(tick for tick in linear(0.0, length, 0.0).ticks if tick[0] <= length)
        return 1.0, Scale(0.0, length, 0.0, False, ticks), f"Time ({graph.unit}), by {graph.samples:,} samples"
    ticks = tuple((float(share), f"{share} %") for share in (0, 25, 50, 75, 100))
    return 100 / graph.samples, Scale(0.0, 100.0, 0.0, False, ticks), f"Share of {graph.samples:,} samples"


def totals(steps: Sequence[Step]) -> list[tuple[float, float]]:
    """Return where each step of a waterfall begins and ends: a whole at zero, any other where the one before it ended."""
    places: list[tuple[float, float]] = []
    for step in steps:
        start = 0.0 if step.whole or not places else places[-1][1]
        places.append((start, start + step.value))
    return places


def step_colour(step: Step) -> str:
    """Return the colour of a step: whether time goes or comes. A whole is grey, for hues of variants look like either."""
    return BASELINE if step.whole else SHADES["gone" if step.value < 0 else "new"]


def steps_scale(chart: Waterfall) -> Scale:
    """Return the axis of a waterfall, which has zero on it."""
    ends = [end for place in totals(chart.steps) for end in place if math.isfinite(end)]
    return linear(min(0.0, *ends, 0.0), max(0.0, *ends, 0.0), 0.0)


def trace_scale(trace: Trace) -> Scale:
    """Return the axis of one panel of traces: logarithmic where one value dwarfs another, with its ends and 1 as ticks."""
    values = drawable((v for process in trace.processes for v in process), log=True) or [1.0]
    low, high = min(values), max(values)
    log = high > DWARFS * low
    place = math.log if log else float
    least = (place(high) - place(low)) / 3 or 1.0
    ticks: list[float] = []
    for tick in (low, high, 1.0):
        if low <= tick <= high and all(abs(place(tick) - place(other)) >= least for other in ticks):
            ticks.append(tick)
    pad = max(1.02, (high / low) ** 0.08) if log else (high - low) * 0.08 or 0.01
    ends = (low / pad, high * pad) if log else (low - pad, high + pad)
    return Scale(*ends, ends[0], log, tuple((tick, f"{number(float(f'{tick:.3g}'))}×") for tick in sorted(ticks)))
