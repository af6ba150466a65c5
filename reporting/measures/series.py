"""A family's series: another job at several points. Reads it out of the evidence, and does its arithmetic; no words."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import fmean

from bench.model import Measurement
from reporting.compare import Comparison
from reporting.evidence import Evidence, Run
from reporting.measures import ladder
from reporting.measures.ladder import over_processes
from reporting.statistics import Interval

TIME, SHARE, PER_CYCLE, LIMIT_PER_CYCLE = (
    "series: ", "share of the limit: ", "per cycle: ", "limit per cycle: ",
)  # fmt: skip
BYTE = "byte"


@dataclass(frozen=True)
class Point:
    """One point of the series: how much a call works through."""

    name: str
    amount: float
    unit: str


@dataclass(frozen=True)
class Series:
    """The series on one build. Rows are in the order of the ladder, then peers, then those of the series only."""

    build: str
    title: str
    summary: str
    points: tuple[Point, ...]
    runs: tuple[Run, ...]
    error_unit: str  #: empty where answers are right or wrong

    @property
    def in_bytes(self) -> bool:
        """Whether the points' amounts are bytes, so that throughput says more than time."""
        return all(point.unit == BYTE for point in self.points)

    def find(self, run: Run, prefix: str, point: Point) -> Measurement | None:
        return run.find(self.build, prefix + point.name)

    def value(self, run: Run, prefix: str, point: Point) -> Interval | None:
        """Return the mean over processes of one metric at one point; None where it has no values."""
        found = self.find(run, prefix, point)
        return over_processes(found.values) if found and found.values else None

    def speed(self, run: Run, point: Point) -> Interval | None:
        """Return what the series shows of a variant: bytes a second, or seconds a call where amounts are no bytes."""
        return self._speed(self.value(run, TIME, point), point)

    def _speed(self, seconds: Interval | None, point: Point) -> Interval | None:
        if seconds is None or not self.in_bytes:
            return seconds
        return Interval(*(point.amount / end for end in (seconds.value, seconds.high, seconds.low)))

    def limit(self, point: Point) -> Interval | None:
        """Return the same of the limit, from the variant that comes nearest to it: its share and its time, by process."""
        nearest = max(self.runs, key=lambda run: self._share(run, point))
        share, time = (self.find(nearest, prefix, point) for prefix in (SHARE, TIME))
        if share is None or time is None or not share.values or len(share.values) != len(time.values):
            return None
        return self._speed(
            over_processes([part * seconds for part, seconds in zip(share.values, time.values, strict=True)]), point
        )

    def limit_per_cycle(self, point: Point) -> Interval | None:
        """Return how much of the work the limit does in a cycle, as it was measured beside the baseline."""
        found = (run.values(self.build, LIMIT_PER_CYCLE + point.name) for run in self.runs)
        values = next(filter(None, found), ())
        return over_processes(values) if values else None

    def timed(self, run: Run) -> bool:
        """Whether a variant has a time at any point."""
        return any(m.values for point in self.points if (m := self.find(run, TIME, point)))

    def reaches(self, run: Run, share: float) -> bool:
        """Whether a variant reaches more than a share of the limit at any point."""
        return any(self._share(run, point) > share for point in self.points)

    def nearest(self) -> tuple[Run, Point, Interval] | None:
        """Return the rung and the point with the largest share of the limit; None where there is no limit."""
        pairs = [(run, point) for run in self.runs if not run.of_library for point in self.points]
        run, point = max(pairs, key=lambda pair: self._share(*pair))
        value = self.value(run, SHARE, point)
        return (run, point, value) if value else None

    def _share(self, run: Run, point: Point) -> float:
        found = self.find(run, SHARE, point)
        return fmean(found.values) if found and found.values else 0.0


def read(evidence: Evidence, comparison: Comparison) -> Series | None:
    """Return the series on the build of a comparison; None where none was measured there."""
    build = comparison.build
    ordered = ladder.climbed(comparison)
    runs = (*ordered, *evidence.series_peers)
    found = [m for run in runs for m in run.measurements if m.build == build and m.metric.startswith(TIME)]
    if not found:
        return None
    details = [m.detail for m in found]
    points: dict[str, Point] = {}
    for detail in details:
        points.setdefault(detail["point"], Point(detail["point"], float(detail["amount"]), detail["unit"]))
    error_unit = next((detail["error_unit"] for detail in details if detail.get("error_unit")), "")
    return Series(build, details[0]["title"], details[0]["summary"], tuple(points.values()), runs, error_unit)


def known(found: Measurement) -> bool:
    """Whether a measurement is one of the series."""
    return found.metric.startswith((TIME, SHARE, PER_CYCLE, LIMIT_PER_CYCLE))
