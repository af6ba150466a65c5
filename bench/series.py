"""Times the points of a family's series: another job, in a table of its own, with its limit and the clock beside it.

Each value of the variant has a value of the limit and of the core's clock as neighbours, in one process, so that a
share of the limit and work per cycle are ratios that a change of the clock between processes does not touch.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench import pacing
from bench.errors import Unsupported, UsageError
from bench.model import Family, Series, Workload
from bench.subject import Subject

VALUES = 5  #: at each point
VALUE = 0.02  #: seconds; a value repeats the call until it lasts this long
LIMIT_VALUE = 0.005  #: seconds; the same for the limit, which no cache or allocator disturbs
POINT = 0.4  #: seconds; values of long calls are fewer, so that together they take about this long
LONGEST = 1.0  #: seconds; a point where one call takes longer is left out
NEAR = 4.0  #: times the work of the largest point known: how far a line through the points is trusted to two digits
TRIED = 20.0  #: seconds; where that line reaches farther, a call expected to take less is made, to know


@dataclass
class Pace:
    """What the points so far tell of a larger one: a call has a fixed cost and a cost for each unit of work."""

    seconds: dict[str, dict[float, float]] = field(default_factory=dict)  #: unit of work -> amount -> of one call

    def learn(self, amount: float, unit: str, seconds: float) -> None:
        self.seconds.setdefault(unit, {})[amount] = seconds

    def expect(self, amount: float, unit: str) -> float:
        """Return the seconds of a call, by the line through the two largest points; 0.0 while it is not known.

        A single small point says nothing: its time may be all fixed cost.
        """
        known = sorted(self.seconds.get(unit, {}).items())
        if len(known) < 2:
            return 0.0
        (less, short), (more, long) = known[-2:]
        return long + (amount - more) * max(0.0, long - short) / (more - less)

    def refuse(self, amount: float, unit: str) -> None:
        """Raise Unsupported if a call would take too long to be made; far from what is known that is a rough guess."""
        expected = self.expect(amount, unit)
        near = amount <= NEAR * max(self.seconds.get(unit, {}), default=0.0)
        if expected > (LONGEST if near else TRIED):
            raise Unsupported(f"one call would take about {_rounded(expected, 2 if near else 1)} s")


def observe(subject: Subject, out: Path) -> None:
    """Write what each point took, in the order of the series.

    {"baseline", "title", "summary", "error_unit", "limit": why there is none,
     "points": [{"point", "amount", "unit", "seconds": [of one call, one per value], "limit_seconds": the same,
                 "hertz": [...], "error", "missing": why there are no seconds}]}

    The limit is timed for the baseline's points whether it offers them or not.
    """
    series = subject.family.series
    if series is None:
        raise UsageError(f"{subject.target.family} has no series", "Define Family.series.")
    limits = Limits(subject.family, subject.target.size)
    baseline = subject.variant.name == subject.family.baseline
    pace, found = Pace(), dict[str, dict[str, Any]]()
    for point in sorted(series.points, key=lambda point: series.work[point][0]):
        found[point] = _point(subject, series, point, pace, limits, always=baseline)
    about = {
        "baseline": baseline, "title": series.title, "summary": series.summary, "error_unit": series.error_unit,
        "limit": limits.missing, "points": [found[point] for point in series.points],
    }  # fmt: skip
    out.write_text(json.dumps(about) + "\n", encoding="utf-8")
    subject.say_path()


def _point(subject: Subject, series: Series, point: str, pace: Pace, limits: Limits, *, always: bool) -> dict[str, Any]:
    """Measure one point; always: its limit even if the variant does not offer it."""
    amount, unit = series.work[point]
    argument = series.points[point]
    measured: dict[str, Any] = {"seconds": [], "limit_seconds": [], "hertz": [], "error": 0.0, "missing": ""}
    try:
        workload = _called(subject, series, point, pace)
    except Unsupported as gap:
        measured["missing"] = str(gap)
        if always:
            measured |= _in_turns(None, limits.of(amount, unit), limits.hertz)
    else:
        error = series.check(workload.answer(), argument)
        measured |= _in_turns(Repeated(workload.run, VALUE), limits.of(amount, unit), limits.hertz)
        measured["error"] = max(error, series.check(workload.answer(), argument))
        pace.learn(amount, unit, min(measured["seconds"]))
    return {"point": point, "amount": amount, "unit": unit, **measured}


def _called(subject: Subject, series: Series, point: str, pace: Pace) -> Workload:
    """Return the workload of a point once it was called; raises Unsupported if it is not to be measured."""
    if subject.points and point not in subject.points:
        raise Unsupported("left out")
    workload = series.prepare(subject.module, series.points[point])
    if not subject.points:
        pace.refuse(*series.work[point])
    seconds = workload.run(1)
    if seconds > LONGEST and "numba" in sys.modules:
        seconds = workload.run(1)  # the first one may have compiled
    if not subject.points and seconds > LONGEST:
        pace.learn(*series.work[point], seconds)
        raise Unsupported(f"one call takes {_rounded(seconds)} s")
    return workload


def _rounded(seconds: float, digits: int = 2) -> str:
    """Return seconds with so many digits that count, and without an exponent."""
    value = float(f"{seconds:.{digits}g}")
    return f"{value:,.0f}" if value >= 10 else f"{value:g}"


class Repeated:
    """A call that has been made, repeated so often that the clock can tell how long it takes."""

    def __init__(self, run: Callable[[int], float], least: float) -> None:
        self.run = run
        self.loops, self.seconds = pacing.repeats(run, least)
        self.known = [self.seconds] if self.loops == 1 and self.seconds >= pacing.LONG else []  # a value like any other

    def value(self) -> float:
        return self.known.pop() if self.known else self.run(self.loops) / self.loops


class Limits:
    """The family's limit for the work of each point, and the core's clock, where this process has them."""

    def __init__(self, family: Family, size: str) -> None:
        self.limit = family.limit
        self.unit = family.work[size][1] if size in family.work else ""
        self.missing = "" if self.limit else "the family has none"
        self.ready: dict[float, Repeated] = {}  # amount -> what to time
        self.hertz = self.limit.hertz if self.limit else None
        try:
            if self.hertz is not None:
                self.hertz()
        except (Unsupported, ImportError):
            self.hertz = None

    def of(self, amount: float, unit: str) -> Repeated | None:
        """Return what to time, or None; a limit is of one kind of work, and says nothing of another."""
        if self.limit is None or self.missing or unit != self.unit:
            return None
        try:
            if amount not in self.ready:
                self.ready[amount] = Repeated(self.limit.prepare(amount).run, LIMIT_VALUE)
        except (Unsupported, ImportError) as error:
            self.missing = str(error)
        return self.ready.get(amount)


def _in_turns(
    own: Repeated | None, limit: Repeated | None, hertz: Callable[[], float] | None
) -> dict[str, list[float]]:
    """Return seconds per call of both, and the clock in Hz, each as often as the others and in turns."""
    values = VALUES if own is None else max(1, min(VALUES, round(POINT / own.seconds)))
    timed = {"seconds": own, "limit_seconds": limit}
    found: dict[str, list[float]] = {name: [] for name in (*timed, "hertz")}
    for _ in range(values):
        for name, call in timed.items():
            if call is not None:
                found[name].append(call.value())
        if hertz is not None:
            found["hertz"].append(hertz())
    return found
