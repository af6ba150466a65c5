"""The ladder: rungs by measured speed, what each adds to the one below, what it costs to start, and the limit above.

Arithmetic only; the words are in words/ladder_tables.py. Peers stand beside the ladder and are no rungs of it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from bench.model import Measurement
from reporting import statistics
from reporting.compare import Comparison, Speed, ratios
from reporting.evidence import Evidence, Run
from reporting.statistics import Interval

LIMIT_TIME = "time of the limit"  #: seconds of one iteration, timed in the same blocks as the variants
IMPORT, FIRST_CALL, LATER_CALL = "import", "first call", "later call"
NOTHING_COMPILED = ", nothing compiled"  #: suffix of the metrics of a start with empty caches
START_UP = (IMPORT, FIRST_CALL, LATER_CALL, IMPORT + NOTHING_COMPILED, FIRST_CALL + NOTHING_COMPILED)


@dataclass(frozen=True)
class Limit:
    """The least time in which this CPU could do the job, as the study timed it."""

    name: str
    summary: str
    build: str  #: in whose blocks it was timed
    processes: dict[int, tuple[float, ...]]  #: block -> seconds per iteration


@dataclass(frozen=True)
class StartUp:
    """What a new process pays before the second call, in seconds."""

    importing: Interval
    first_call: Interval
    whole: Interval


@dataclass(frozen=True)
class Rung:
    """One rung of the ladder. What is not known is None; `below` is None for the baseline and what is slower than it."""

    speed: Speed
    below: Speed | None = None
    factor: Interval | None = None  #: its speed over that of the rung below, paired by block
    start: StartUp | None = None  #: with the caches that earlier runs left
    cold: StartUp | None = None  #: with nothing compiled, of variants that compile
    ahead: float | None = None  #: iterations until it has overtaken the rung below; 0 at once, infinite never
    ahead_cold: float | None = None  #: the same with nothing compiled


def limit(evidence: Evidence) -> Limit | None:
    """Return the limit of this study; None where none was timed. It is the same whatever the baseline."""
    for run, build in ((run, build) for run in evidence.runs for build in evidence.builds):
        if processes := run.processes(build, LIMIT_TIME):
            name, summary = evidence.study.limit
            return Limit(name or "limit", summary, build, processes)
    return None


def headroom(found: Limit, run: Run, build: str) -> Interval:
    """Return how many times faster the limit is than a variant, block by block.

    The limit is native code that no interpreter takes part in, so the same times hold for either build: their processes
    ran in the same blocks.
    """
    return ratios(run.processes(build), [found.processes])[0][0]


def share(found: Limit, run: Run, build: str) -> Interval:
    """Return which share of the limit's speed a variant reaches, block by block."""
    return ratios(found.processes, [run.processes(build)])[0][0]


def order(comparison: Comparison) -> list[Speed]:
    """Return all variants: the baseline, the others from the slowest to the fastest, then those without a number."""

    def place(speed: Speed) -> tuple[bool, bool, float]:
        return (speed.verdict != "baseline", speed.speedup is None, speed.speedup.value if speed.speedup else 0.0)

    return sorted(comparison.speeds, key=place)


def climbed(comparison: Comparison) -> list[Run]:
    """Return all variants as `order` has them, the library peers last: as a reader climbs, rung by rung."""
    return sorted((speed.run for speed in order(comparison)), key=lambda run: run.is_peer)


def rungs(comparison: Comparison) -> list[Rung]:
    """Return the ladder: the baseline, then every rung with a number, from the slowest to the fastest."""
    found = [s for s in order(comparison) if s.ranked or (s.verdict == "baseline" and s.seconds)]
    return [_rung(speed, found) for speed in found]


def _rung(speed: Speed, others: Sequence[Speed]) -> Rung:
    start, cold = start_up(speed.run, speed.build), start_up(speed.run, speed.build, NOTHING_COMPILED)
    slower = [s for s in others if _value(s) < _value(speed)]
    if speed.verdict == "baseline" or _value(speed) < 1 or not slower:
        return Rung(speed, start=start, cold=cold)
    below = max(slower, key=_value)
    factor = ratios(below.run.processes(below.build), [speed.run.processes(speed.build)])[0][0]
    there = start_up(below.run, below.build)
    there_cold = start_up(below.run, below.build, NOTHING_COMPILED) or there
    here_cold = cold or start  # what does not compile starts alike
    return Rung(
        speed, below, factor, start, cold, _ahead(speed, below, factor, start, there),
        _ahead(speed, below, factor, here_cold, there_cold),
    )  # fmt: skip


def _value(speed: Speed) -> float:
    return speed.speedup.value if speed.speedup else 0.0


def _ahead(speed: Speed, below: Speed, factor: Interval, here: StartUp | None, there: StartUp | None) -> float | None:
    if here is None or there is None or speed.seconds is None or below.seconds is None or math.isnan(factor.low):
        return None
    if factor.low <= 1 and here.whole.value > there.whole.value:
        return math.inf  # not measurably faster
    return overtakes(here.whole.value, there.whole.value, speed.seconds.value, below.seconds.value)


def overtakes(start: float, start_below: float, seconds: float, seconds_below: float) -> float:
    """Return the whole number of iterations after which a longer start-up is repaid; 0 at once, infinite never.

    start, start_below: seconds of start-up of a rung and of the one below; seconds, seconds_below: of one iteration.
    """
    if seconds >= seconds_below:
        return math.inf
    return float(max(0, math.ceil((start - start_below) / (seconds_below - seconds))))


def start_up(run: Run, build: str, suffix: str = "") -> StartUp | None:
    """Return a variant's start-up; None unless both parts were measured in the same processes.

    suffix: "" with the caches that earlier runs left, or NOTHING_COMPILED.
    """
    parts = [run.values(build, name + suffix) for name in (IMPORT, FIRST_CALL)]
    if not parts[0] or len(parts[0]) != len(parts[1]):
        return None
    return StartUp(*(over_processes(values) for values in (*parts, [sum(pair) for pair in zip(*parts, strict=True)])))


def over_processes(values: Sequence[float]) -> Interval:
    """Return the mean of one value per process, with its interval."""
    return statistics.mean([[value] for value in values])


def known(found: Measurement) -> bool:
    """Whether a measurement is shown as part of the ladder, rather than among whatever else was measured."""
    return found.metric == LIMIT_TIME or found.metric in START_UP
