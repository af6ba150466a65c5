"""The model's credential: what wider registers change, all else equal, predicted for each size of a message and measured.

LogCA (Altaf and Wood, ISCA 2017) has the time of a call on g bytes as T(g) = o + L(g) + C g/A. Its inputs are taken from
measurements in which the predicted variant has no part, so nothing is fitted to what is predicted:

- o, the call from Python with its object and key schedule: the smallest message of a sibling, a variant that differs
  from the predicted one in the width of its registers;
- C g/A, the rounds of all blocks: the physical limit, timed on registers alone, with no Python in it. That of a single
  block is timed on registers of 128 bits, as AES-NI has them; that of a long message on the widest, as VAES has them;
- L(g), to load, xor and store the text and to make the object that is returned: what the sibling takes at this size
  beyond its own o and rounds.

So a prediction is the sibling's time with other rounds in it. It tests the term of the accelerator, C g/A, and that all else
stays as it is; no interface and no driver is in it. For a single block the rounds are the same, so the prediction is the
sibling's time, and tests nothing. What it has to be better than is the sibling's time at every size (`null_error`). A
library peer has no sibling; its o and rate are the line through its other sizes (leave one out). The words are in
words/credential.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from reporting.evidence import Evidence, Run
from reporting.measures.ladder import over_processes
from reporting.measures.series import SHARE, TIME
from reporting.model import uncertain
from reporting.statistics import SEED, Array, Interval

FAMILY, BUILD = "aes", "release"
DRAWS = 10_000
BLOCK = 16.0  #: bytes of a block, and of a register of 128 bits
LARGEST, CLAIMED = 2.0**20, "16 B to 1 MiB"  #: bytes; sizes that the model is claimed for. Larger ones are only shown
SIBLINGS = {"pyaes_aesni": "pyaes_vaes", "pyaes_vaes": "pyaes_aesni"}
WIDE = ("pyaes_vaes",)  #: of these, what uses the widest registers of the CPU
PEERS = ("peer_cryptography",)
AIM = 0.10  #: share by which a prediction may be off
ROUNDING = 1e-9  #: share of a time that is no more than its arithmetic
CALL, ROUNDS, MEMORY = "call (o)", "rounds (C g/A)", "memory (L)"


@dataclass(frozen=True)
class Prediction:
    """One variant at one size: what the model says, and what was measured."""

    variant: str
    point: str  #: as the series names it
    size: float  #: bytes
    predicted: Interval  #: s
    measured: Interval  #: s
    terms: Mapping[str, float]  #: s of the predicted time; empty where it was interpolated
    sibling: str  #: whose measurements were used; "": the variant's own other sizes
    off: Interval  #: how far the prediction is off, as a share of what was measured
    processes: int  #: that timed it; as many timed what it was predicted from
    copied: float | None = None  #: s that the sibling takes

    @property
    def error(self) -> float:
        """How far the prediction is off, as a share of what was measured."""
        return self.off.value

    @property
    def claimed(self) -> bool:
        """Whether it is of a size that the model is claimed for."""
        return self.size <= LARGEST

    @property
    def null_error(self) -> float | None:
        """The same, of the sibling's time as it is: what a prediction has to be better than."""
        return None if self.copied is None else self.copied / self.measured.value - 1

    @property
    def tests(self) -> bool:
        """Whether the prediction is another one than the sibling's own time."""
        return self.copied is None or abs(self.predicted.value / self.copied - 1) > ROUNDING

    @property
    def error_without_memory(self) -> float | None:
        """The same, of o and the rounds alone; None where the terms are not known apart."""
        if not self.terms:
            return None
        return (self.terms[CALL] + self.terms[ROUNDS]) / self.measured.value - 1


def read(evidence: Evidence) -> tuple[Prediction, ...]:
    """Return all predictions that a study of aes allows; () where it has no series or no AES instructions."""
    if evidence.study.family != FAMILY:
        return ()
    runs = {run.name: run for run in (*evidence.runs, *evidence.series_peers)}
    found: list[Prediction] = []
    for name, sibling in SIBLINGS.items():
        if {name, sibling} <= runs.keys() and all(_native(runs[each]) for each in (name, sibling)):
            found += _from_sibling(runs[name], runs[sibling])
    for name in PEERS:
        if name in runs:
            found += _leaving_one_out(runs[name])
    return tuple(found)


def worst(predictions: tuple[Prediction, ...]) -> Prediction | None:
    """Return the prediction that is farthest off; None without any."""
    return max(predictions, key=lambda p: abs(p.error), default=None)


def testing(predictions: tuple[Prediction, ...], *, claimed: bool = True) -> tuple[Prediction, ...]:
    """Return those with a sibling that test something: of sizes that the model is claimed for, or of the others."""
    return tuple(p for p in predictions if p.sibling and p.tests and p.claimed == claimed)


def _native(run: Run) -> bool:
    """Whether a variant ran on AES instructions, and not on what takes their place."""
    outcome = run.outcome(BUILD)
    return outcome.status == "ok" and "pyaes" not in outcome.path


def _points(run: Run) -> dict[str, list[tuple[str, float, tuple[float, ...]]]]:
    """Return delivery ("" new bytes, "into a buffer") -> (point, bytes, seconds per process), smallest first."""
    found: dict[str, list[tuple[str, float, tuple[float, ...]]]] = {}
    for each in run.measurements:
        if each.build == BUILD and each.metric.startswith(TIME) and each.values:
            point = str(each.detail["point"])
            found.setdefault(point.partition(", ")[2], []).append((point, float(each.detail["amount"]), each.values))
    return {delivery: sorted(points, key=lambda each: each[1]) for delivery, points in found.items()}


def _from_sibling(run: Run, sibling: Run) -> Iterator[Prediction]:
    known = _points(sibling)
    for delivery, points in _points(run).items():
        theirs = {point: values for point, _, values in known.get(delivery, ())}
        smallest, size, _ = points[0]
        for point, amount, values in points:
            limits = _limits(sibling, point), _limits(sibling, smallest)
            if point not in theirs or smallest not in theirs or size != BLOCK or not all(limits):
                continue
            arms = (theirs[smallest], limits[1], theirs[point], limits[0])
            blocks, wide = np.ceil(amount / BLOCK), run.name in WIDE
            terms = _terms(tuple(np.asarray(np.mean(arm)) for arm in arms), blocks, wide)
            draws = _terms(uncertain.timings(arms, DRAWS, np.random.default_rng(SEED)), blocks, wide)
            drawn = np.sum(list(draws.values()), axis=0)
            predicted = float(sum(terms.values()))
            yield Prediction(
                run.name, point, amount, uncertain.summary(predicted, drawn), over_processes(values),
                {name: float(term) for name, term in terms.items()}, sibling.name, _off(predicted, drawn, values),
                len(values), float(np.mean(theirs[point])),
            )  # fmt: skip


def _off(predicted: float, drawn: Array, values: tuple[float, ...]) -> Interval:
    """Return how far a prediction is off. The measured time is drawn apart from it, as if they shared no blocks: wider."""
    (measured,) = uncertain.timings([values], DRAWS, np.random.default_rng(SEED + 1))
    return uncertain.summary(predicted / float(np.mean(values)) - 1, drawn / measured - 1)


def _limits(run: Run, point: str) -> tuple[float, ...]:
    """Return the seconds of the physical limit at one point, one per process, as timed beside a variant; () if it was not."""
    times, shares = run.values(BUILD, TIME + point), run.values(BUILD, SHARE + point)
    return tuple(time * share for time, share in zip(times, shares, strict=False))


def _terms(arms: tuple[Array, ...] | list[Array], blocks: float, wide: bool) -> dict[str, Array]:
    """Return the terms of the predicted time.

    arms: seconds of the sibling's smallest message, of the limit there, of the sibling's message, and of the limit there.
    """
    smallest, block, there, widest = arms
    narrow = blocks * block
    rounds, of_sibling = (widest, narrow) if wide else (narrow, widest)
    call = smallest - block
    memory = there - call - of_sibling
    return {CALL: call, ROUNDS: rounds, MEMORY: np.where(memory > ROUNDING * there, memory, 0.0)}


def _leaving_one_out(run: Run) -> Iterator[Prediction]:
    """Predict each size of a variant from its other sizes that are claimed, by a line fitted to relative errors."""
    for points in _points(run).values():
        for point, amount, values in points:
            others = [each for each in points if each[0] != point and each[1] <= LARGEST]
            if len(others) < 2:
                continue
            sizes = np.array([size for _, size, _ in others])
            arms = [seconds for _, _, seconds in others]
            middle = _line(sizes, np.array([[np.mean(arm)] for arm in arms]), amount)
            drawn = _line(sizes, np.array(uncertain.timings(arms, DRAWS, np.random.default_rng(SEED))), amount)
            predicted = uncertain.summary(float(middle[0]), drawn)
            off = _off(predicted.value, drawn, values)
            yield Prediction(run.name, point, amount, predicted, over_processes(values), {}, "", off, len(values))


def _line(sizes: Array, seconds: Array, size: float) -> Array:
    """Return what lines through (sizes, seconds) say of a size, each value weighted by its own inverse.

    seconds: shape (sizes, draws); the result has one value per draw.
    """
    weights = 1 / seconds.mean(axis=1)
    fitted = np.polyfit(sizes, seconds, 1, w=weights)
    return np.asarray(fitted[0] * size + fitted[1])
