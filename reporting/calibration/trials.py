"""Does the machinery keep its promises? Simulated studies, and real ones of a variant against its own copies.

Arithmetic only. A study here is what `compare` sees: a baseline, a variant and a control, processes in blocks, values in
processes. The truth is known, so false positives, coverage and the smallest slowdown found can be counted. pyperf's own
verdict (its t test over all values, pooled across processes) is asked about the same data.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pyperf._utils import is_significant  # pyperf's public command prints, and does not return, its verdict

from bench import precision
from reporting import statistics
from reporting.compare import noise_floor
from reporting.evidence import Evidence
from reporting.measures import verdicts
from reporting.statistics import Interval, Samples

STUDIES = 200
MOST_PROCESSES = 50  #: to which `--precision` goes
DEFAULT_SIZE = (10, 5)  #: processes, and values in each: what `invoke profile` measures unless told otherwise
SLOWDOWNS = (0.0, 0.01, 0.02, 0.03, 0.05, 0.08, 0.12, 0.2, 0.3, 0.5)  #: injected; the first is the A/A test
POWER = 0.8  #: a slowdown counts as one that is found if that share of studies finds it


@dataclass(frozen=True)
class Noise:
    """A model of noise: standard deviations, on the log scale, of what a block, a process and a value share."""

    name: str
    block: float = 0.0
    process: float = 0.01
    value: float = 0.01
    disturbed: float = 0.0  #: share of processes slowed by an exponential with a mean of five `process`
    precision: float = 0.0  #: the study stops early, from 10 to 50 processes on, once intervals reach no farther

    def arm(self, blocks: NDArray[np.float64], values: int, rng: np.random.Generator) -> NDArray[np.float64]:
        """Return seconds; shape (processes, values)."""
        processes = rng.normal(0, self.process, blocks.shape)
        hit = rng.random(blocks.shape) < self.disturbed
        processes += np.where(hit, rng.exponential(5 * self.process, blocks.shape), 0.0)
        return np.asarray(np.exp(blocks + processes + rng.normal(0, self.value, (len(blocks), values))))


MODELS = (
    Noise("quiet: processes and values vary by 1 %"),
    Noise("shared: blocks vary by 5 %, processes and values by 1 %", block=0.05),
    Noise("disturbed: as quiet, one process in ten is slowed by 5 % or so", disturbed=0.1),
    Noise("stopped: --precision 1%, processes vary by 1.5 %, values by 1 %", process=0.015, precision=0.01),
    Noise("noisy: blocks vary by 5 %, processes by 5 %, values by 2 %", block=0.05, process=0.05, value=0.02),
)


@dataclass(frozen=True)
class Trial:
    """One study with a known truth: what was injected, and what was said."""

    slowdown: float
    ratio: Interval
    verdict: str
    pyperf: bool  #: pyperf calls the difference significant

    @property
    def covered(self) -> bool:
        """Whether the interval holds the true speedup."""
        return self.ratio.low <= 1 / (1 + self.slowdown) <= self.ratio.high

    @property
    def excludes_one(self) -> bool:
        return not self.ratio.low <= 1 <= self.ratio.high


@dataclass(frozen=True)
class Result:
    """All trials of one kind of study."""

    name: str
    trials: tuple[Trial, ...]

    def at(self, slowdown: float) -> tuple[Trial, ...]:
        return tuple(trial for trial in self.trials if trial.slowdown == slowdown)

    @property
    def smallest_found(self) -> float | None:
        """Return the smallest injected slowdown from which on `POWER` of the studies say "slower"; None if none is."""
        found = None
        for slowdown in sorted({t.slowdown for t in self.trials if t.slowdown}, reverse=True):
            trials = self.at(slowdown)
            if sum(t.verdict == "slower" for t in trials) < POWER * len(trials):
                break
            found = slowdown
        return found


def simulate(noise: Noise, studies: int = STUDIES, slowdowns: Sequence[float] = SLOWDOWNS, seed: int = 1) -> Result:
    """Simulate studies with every slowdown; the same noise serves all slowdowns of a study."""
    least, values = DEFAULT_SIZE
    most = MOST_PROCESSES if noise.precision else least
    rng = np.random.default_rng(seed)
    trials: list[Trial] = []
    for _ in range(studies):
        blocks = rng.normal(0, noise.block, (most, 1))
        base, other, control = (noise.arm(blocks, values, rng).tolist() for _ in range(3))
        length = _stopped(noise.precision, least, most, base, other, control)
        base, other, control = base[:length], other[:length], control[:length]
        floor = verdicts.noise_floor(statistics.speedups(base, [control])[0][0])
        trials += judge(base, other, floor, slowdowns)
    return Result(noise.name, tuple(trials))


def _stopped(wanted: float, least: int, most: int, base: Samples, *others: Samples) -> int:
    """Return after how many blocks the timing stage would have stopped."""
    means = [statistics.process_means(arm).tolist() for arm in (base, *others)]
    for blocks in range(least, most + 1):
        reaches = (precision.reach(means[0][:blocks], other[:blocks]) for other in means[1:])
        if precision.enough(blocks, least, most, wanted, reaches):
            return blocks
    return most


def judge(base: Samples, other: Samples, floor: float, slowdowns: Sequence[float] = SLOWDOWNS) -> Iterator[Trial]:
    """Judge `other`, slowed down by each of `slowdowns` in turn, against `base`, just as a report does."""
    slowed = [[[value * (1 + s) for value in values] for values in other] for s in slowdowns]
    ratios, _ = statistics.speedups(base, slowed)
    means = statistics.process_means(base).tolist()
    pooled = [value for values in base for value in values]
    for slowdown, ratio, samples in zip(slowdowns, ratios, slowed, strict=True):
        p = statistics.paired_p(means, statistics.process_means(samples).tolist())
        said = verdicts.judge(ratio, len(base), p, floor=floor).word
        found, _ = is_significant(pooled, [value for values in samples for value in values])
        yield Trial(slowdown, ratio, said, bool(found))


def real(evidence: Evidence, build: str) -> Result:
    """Judge a study whose variants are all copies of the baseline: copy 1 against copy 2, 3 against 4, and so on."""
    floor = noise_floor(evidence)
    assert floor is not None, "every study that this suite measures has a control"
    copies = [run.processes(build) for run in evidence.runs if run is not evidence.baseline]
    trials: list[Trial] = []
    for one, two in zip(copies[::2], copies[1::2], strict=False):
        blocks = sorted(set(one) & set(two))
        trials += judge([one[b] for b in blocks], [two[b] for b in blocks], floor.share)
    return Result("this host: copies of the baseline, timed in one study", tuple(trials))


def false_positives(trials: Sequence[Trial]) -> int:
    """Return how many trials were called faster or slower."""
    return sum(trial.verdict in ("faster", "slower") for trial in trials)


def excluded(trials: Sequence[Trial]) -> int:
    """Return how many intervals exclude 1: the plain test, without the band; nominally 5 % of A/A trials."""
    return sum(trial.excludes_one for trial in trials)
