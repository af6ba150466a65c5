"""The words of an interface: what it is assumed to cost, figure by figure, with its sources. No arithmetic."""

from __future__ import annotations

import math
from collections.abc import Sequence

from reporting import units
from reporting.document import Table
from reporting.model.interfaces import Interface
from reporting.model.uncertain import Range
from reporting.statistics import Interval
from reporting.words.tables import text

RATES = ("to", "back")  #: figures in bytes per second; all others but SHARES are seconds
SHARES = ("overlap",)
ASSUMED = {
    "overhead": "overhead per call (o)", "latency": "latency per call (L)", "to": "bandwidth to it",
    "back": "bandwidth from it", "per_byte": "overhead per byte", "overlap": "moving while it works", "call": "Python's native call",
}  # fmt: skip

NOT_HELD = (
    "Not in them, nor in a design's host part, whose answers are played back: to make and fill the object of an answer, to pin "
    "memory, to copy into a buffer for the accelerator."
)  #: what a projection leaves out on the host's side


def assumptions(interface: Interface) -> Table:
    """The figures of one interface, each with its source."""
    rows = [
        (
            text(shown),
            text(_range(field, getattr(interface, field))),
            text(interface.sources.get(field, "not part of it")),
        )
        for field, shown in ASSUMED.items()
    ]
    waits = "the host waits for every call" if interface.synchronous else "the host does other work meanwhile"
    return Table(
        f"Assumptions: {interface.name}",
        ("figure", "typical [low–high]", "source"),
        tuple(rows),
        caption=f"{interface.summary[:1].upper()}{interface.summary[1:]}; {waits}. Drawn from triangles over these ranges. {NOT_HELD}",
        numeric=False,
        key=f"assumptions:{interface.name}",
    )


def overview(interfaces: Sequence[Interface]) -> Table:
    """The figures of several interfaces, side by side; their sources are in the table of each."""
    rows = [
        (text(shown), *(text(_range(field, getattr(each, field))) for each in interfaces))
        for field, shown in ASSUMED.items()
    ]
    return Table(
        "Assumptions",
        ("figure", *(each.name for each in interfaces)),
        tuple(rows),
        caption="Typical values and ranges, which are drawn from. --interface NAME prints where each comes from. "
        f"{NOT_HELD}",
        key="assumptions",
    )


def _range(field: str, found: Range) -> str:
    if found.exact and field in RATES and math.isinf(found.high):
        return "no limit"
    if found.exact:
        return figure(field, found.typical)
    interval = Interval(found.typical, found.low, found.high)
    if field in SHARES:
        return units.percent_interval(interval)
    return units.rate(interval) if field in RATES else units.time_interval(interval)


def figure(field: str, value: float) -> str:
    """Return one figure in its unit."""
    if field in RATES:
        scale, unit = units.rate_scale(value)
        return f"{units.significant(value / scale)} {unit}"
    if field in SHARES and value:
        return units.percent(value)
    return units.seconds(value) if value else "0"
