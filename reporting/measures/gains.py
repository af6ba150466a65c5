"""Where a gain came from: the time per iteration of a baseline and a variant, function by function and stack by stack.

A profile knows shares, the clock knows seconds, and their product is the time per iteration that a function has. The
shares of a profile sum to 1, so what functions gain and lose sums to the measured difference, with nothing left over.
Arithmetic only; the words are in words/gain_words.py.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtr

from reporting import statistics
from reporting.charts import Box
from reporting.compare import flame_boxes
from reporting.evidence import Run
from reporting.statistics import Array, Interval

MOST = 8  #: functions that are told apart; the others are one step
SMALLEST = 0.005  #: share of the longer of both times: what changes by less is among the others
#: Changes up to which a frame is the same, is less or more, is under half or over twice; beyond, it is gone or new.
SAME, HALF, NEARLY = 0.05, 0.5, 0.95

Path = tuple[str, ...]


@dataclass(frozen=True)
class Side:
    """One variant on one build: what the clock said, and where the samples fell."""

    timed: Mapping[int, Sequence[float]]  #: block -> the values of its process, in seconds
    stacks: Counter[str]  #: folded stacks
    sampled: Sequence[
        Mapping[str, Sequence[int]]
    ] = ()  #: of each sampled process: function -> samples at it, and below; "": all
    #: folded path of frames -> samples at its end or below, of each sampled process; "": all
    paths: Mapping[str, Sequence[int]] = field(default_factory=dict)

    @cached_property
    def seconds(self) -> float:
        """Mean seconds per iteration, over processes."""
        return float(statistics.process_means(list(self.timed.values())).mean())

    @property
    def samples(self) -> int:
        return self.stacks.total()

    @property
    def reach(self) -> float:
        """How far the interval of `seconds` reaches; 0 where one process tells nothing of it."""
        means = statistics.process_means(list(self.timed.values()))
        if len(means) < 2:
            return 0.0
        return statistics.student_t(len(means) - 1) * float(means.std(ddof=1)) / math.sqrt(len(means))

    def own(self) -> dict[str, float]:
        """Return function -> seconds per iteration that it spends itself."""
        counts: Counter[str] = Counter()
        for stack, count in self.stacks.items():
            counts[stack.split(";")[-1]] += count
        return {name: self.seconds * count / self.samples for name, count in counts.items()}


@dataclass(frozen=True)
class Change:
    """What one function takes itself, in seconds per iteration, on either side."""

    name: str
    before: float
    after: float

    @property
    def value(self) -> float:
        return self.after - self.before


@dataclass(frozen=True)
class Gain:
    """How the baseline's time becomes the variant's; steps and rest sum to the difference."""

    before: float  #: seconds per iteration
    after: float
    steps: tuple[Change, ...]  #: what goes, the largest first, then what comes, the largest first
    rest: Change  #: all other functions
    others: int  #: how many these are
    interval: Interval | None  #: of the largest step; None if there is no step


def side(run: Run, build: str) -> Side:
    """Return what is known of one variant on one build; it must have a timing and a profile."""
    found = run.find(build, "samples")
    detail = found.detail if found else {}
    return Side(run.processes(build), run.stacks[build], detail.get("processes", ()), detail.get("paths", {}))


def gain(before: Side, after: Side) -> Gain:
    """Take the difference of two means apart by function; time that no sample saw does not exist, for shares sum to 1."""
    one, two = before.own(), after.own()
    changes = [Change(name, one.get(name, 0.0), two.get(name, 0.0)) for name in sorted(one.keys() | two.keys())]
    least = SMALLEST * max(before.seconds, after.seconds)
    ranked = sorted(changes, key=lambda change: -abs(change.value))  # stable: by name where sizes agree
    told = [change for change in ranked[:MOST] if abs(change.value) >= least]
    others = ranked[len(told) :]
    rest = Change("", math.fsum(c.before for c in others), math.fsum(c.after for c in others))
    steps = sorted(told, key=lambda change: change.value > 0)
    interval = _interval(told[0], before, after) if told else None
    return Gain(before.seconds, after.seconds, tuple(steps), rest, len(others), interval)


def _interval(change: Change, before: Side, after: Side) -> Interval:
    """Return the 95 % interval of a change: by bootstrap over the sampled processes and, apart from these, the timed ones."""
    rng = np.random.default_rng(statistics.SEED)
    times = _drawn_seconds(before, after, rng)
    shares = [_drawn_shares(each, change.name, rng) for each in (before, after)]
    low, high = np.percentile(shares[1] * times[1] - shares[0] * times[0], [2.5, 97.5])
    return Interval(change.value, float(low), float(high))


def _drawn_seconds(before: Side, after: Side, rng: np.random.Generator) -> tuple[Array, Array]:
    """Return resampled means of both sides: of the same blocks, where they were timed in blocks."""
    shared = sorted(block for block in before.timed.keys() & after.timed.keys() if block >= 0)
    keys = [shared or sorted(each.timed) for each in (before, after)]
    values = [
        statistics.process_means([each.timed[k] for k in chosen])
        for each, chosen in zip((before, after), keys, strict=True)
    ]
    drawn = [_chosen(len(part), rng) for part in values]
    if shared:
        drawn[1] = drawn[0]
    one, two = (_widened(v[d].mean(axis=1), float(v.mean()), len(v)) for v, d in zip(values, drawn, strict=True))
    return one, two


def _drawn_shares(of: Side, name: str, rng: np.random.Generator) -> Array:
    """Return resampled shares of a function: over processes, and never closer together than samples of one process."""
    count = sum(n for stack, n in of.stacks.items() if stack.split(";")[-1] == name)
    simple = _binomial(of.samples, count / of.samples, rng) / of.samples
    known = [process for process in of.sampled if name in process]
    if len(known) < 2:
        return simple
    parts, wholes = (np.array([process[key][i] for process in known]) for key, i in ((name, 0), ("", 1)))
    chosen = _chosen(len(known), rng)
    drawn = parts[chosen].sum(axis=1) / wholes[chosen].sum(axis=1)
    drawn = np.clip(_widened(drawn, count / of.samples, len(known)), 0.0, 1.0)
    return drawn if drawn.std() > simple.std() else simple


def _binomial(number: int, share: float, rng: np.random.Generator) -> NDArray[np.intp]:
    """Return binomial draws by the inverse of their distribution: those of numpy's own differ from version to version."""
    return np.searchsorted(bdtr(np.arange(number), number, share), rng.random(statistics.RESAMPLES))


def _chosen(number: int, rng: np.random.Generator) -> NDArray[np.intp]:
    return rng.integers(0, number, size=(statistics.RESAMPLES, number), dtype=np.intp)


def _widened(draws: Array, value: float, number: int) -> Array:
    """Return the draws as far apart as so few processes ask for (statistics._spread says why); NaN for one process."""
    if number < 2:
        return np.full_like(draws, math.nan)
    widen = statistics.student_t(number - 1) / statistics.Z * math.sqrt(number / (number - 1))
    return np.asarray(value + widen * (draws - value))


@dataclass(frozen=True)
class Frame:
    """One frame with all below it, in seconds per iteration, on either side."""

    before: float
    after: float
    error: float  #: how far apart the two may be by the errors of sampling and timing alone (95 %)

    @property
    def change(self) -> float:
        return self.after - self.before

    @property
    def shade(self) -> str:
        """What became of it, in a word: of its time, or of more of it than chance may make."""
        longer = max(self.before, self.after)
        if abs(self.change) <= max(self.error, SAME * longer):
            return "same"
        less, share = self.change < 0, abs(self.change) / longer
        if share >= NEARLY:
            return "gone" if less else "new"
        if share > HALF:
            return "under half" if less else "over twice"
        return "less" if less else "more"


def bare(name: str) -> str:
    """Return a frame's name without its file: a variant's method stands in another file than the one that it replaces."""
    return name.partition(" (")[0] or name


def frames(before: Side, after: Side) -> dict[Path, Frame]:
    """Return path of bare names from the outermost frame -> its time on both sides; all paths that either side has."""
    counts = [_inclusive(each.stacks) for each in (before, after)]
    reaches = [each.reach / statistics.Z for each in (before, after)]
    apart = [_between_processes(each) for each in (before, after)]
    found = {}
    for path in sorted(counts[0].keys() | counts[1].keys()):
        times, variance = [], 0.0
        for each, count, reach, differ in zip((before, after), counts, reaches, apart, strict=True):
            times.append(each.seconds * count[path] / each.samples)
            variance += (reach * count[path] / each.samples) ** 2  # all frames of a side move with its mean time
            if count[path]:  # what has no sample is not there; how few those of the other side are decides
                share = (count[path] + 1) / (each.samples + 2)  # so that all of a few samples are no certainty
                independent = share * (1 - share) / each.samples  # samples of one process resemble each other
                variance += each.seconds**2 * max(independent, differ.get(path, 0.0))
        found[path] = Frame(times[0], times[1], statistics.Z * math.sqrt(variance))
    return found


def _between_processes(of: Side) -> dict[Path, float]:
    """Return path of bare names -> variance of its share, by how the sampled processes differ; nothing for one process.

    So few processes have a wider distribution than a normal one, which is in it.
    """
    wholes = np.asarray(of.paths.get("", ()), dtype=float)
    number = len(wholes)
    if number < 2:
        return {}
    counts: dict[Path, Array] = defaultdict(lambda: np.zeros(number))
    for path, samples in of.paths.items():
        if path:
            counts[tuple(map(bare, path.split(";")))] += np.asarray(samples, dtype=float)
    widen = (statistics.student_t(number - 1) / statistics.Z) ** 2 * number / (number - 1)
    return {
        path: float(widen * ((own - own.sum() / wholes.sum() * wholes) ** 2).sum() / wholes.sum() ** 2)
        for path, own in counts.items()
    }


def _inclusive(stacks: Counter[str]) -> Counter[Path]:
    counts: Counter[Path] = Counter()
    for stack, count in stacks.items():
        path = tuple(map(bare, stack.split(";")))
        for depth in range(1, len(path) + 1):
            counts[path[:depth]] += count
    return counts


def placed(of: Side, found: Mapping[Path, Frame], scale: float) -> Iterator[tuple[Box, Frame]]:
    """Yield the boxes of one side's flame graph, widths in `scale` seconds, each with its frame."""
    width = of.seconds / of.samples / scale
    path: list[str] = []
    for box in flame_boxes(_merged(of.stacks)):  # a box comes right after the one that it stands on, or one beside it
        path[box.depth :] = [bare(box.name)]
        frame = found[tuple(path)]
        changed = replace(box, x=box.x * width, width=box.width * width, change=frame.change / scale)
        yield replace(changed, shade=frame.shade), frame


def _merged(stacks: Counter[str]) -> Counter[str]:
    """Return the stacks with one full name for each path of bare names: the one with the most samples."""
    names: dict[Path, Counter[str]] = defaultdict(Counter)
    for stack, count in stacks.items():
        full = stack.split(";")
        path = tuple(map(bare, full))
        for depth, name in enumerate(full, 1):
            names[path[:depth]][name] += count
    chosen = {path: min(found, key=lambda name: (-found[name], name)) for path, found in names.items()}
    merged: Counter[str] = Counter()
    for stack, count in stacks.items():
        path = tuple(map(bare, stack.split(";")))
        merged[";".join(chosen[path[:depth]] for depth in range(1, len(path) + 1))] += count
    return merged
