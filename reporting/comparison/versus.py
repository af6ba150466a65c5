"""Compares two studies, variant by variant: ratios, verdicts and the exit code. The words are in comparison/words.py.

A is the reference, B the new one. A ratio above 1 says that B is faster. Two studies were not interleaved with each
other, so nothing is paired between them; two builds of one study were, and are compared block by block.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import stdev

from bench.errors import Tampered, UsageError
from bench.model import Measurement
from bench.operands import Operand
from reporting import statistics
from reporting.compare import noise_floor
from reporting.comparison import across
from reporting.comparison.across import FATAL, HOST, Difference, Side
from reporting.evidence import Evidence, Run, parted
from reporting.measures import quality, verdicts
from reporting.statistics import Interval

REGRESSION, OPEN = 5, 6  #: exit codes: something named by --fail-on happened; with --strict, something stayed open
FAILURES = ("slower", "invalid")  #: what --fail-on takes


class NotComparable(UsageError):
    """The two studies do not measure the same thing, or not on the same machine."""


@dataclass(frozen=True)
class Half:
    """One variant on one side: its time, or why there is none that counts."""

    run: Run
    seconds: Interval | None = None  #: mean over processes
    processes: int = 0
    spread: float = 0.0  #: standard deviation of the logs of process means
    reason: str = ""
    remarks: tuple[str, ...] = ()  #: what a reader should know about its timing


@dataclass(frozen=True)
class Pair:
    """One variant on both sides. `ratio` is None unless both answers were right, equal, and timed."""

    name: str  #: as B calls it
    a: Half
    b: Half
    verdict: str = "invalid"  #: faster, slower, equivalent, inconclusive, invalid
    reason: str = ""  #: why it is invalid or inconclusive
    more: int | None = None  #: how many more processes on each side would settle an inconclusive verdict
    lacking: tuple[int, int] = (0, 0)  #: how many of these A and B really need: one side may have enough already
    ratio: Interval | None = None
    p: float = math.nan  #: of the ratio being 1: Welch's test, or the paired test within one study
    corrected: float = math.nan  #: the same after Holm's correction
    changed: tuple[str, ...] | None = None  #: files of its code that differ; None if not recorded


@dataclass(frozen=True)
class Versus:
    """The whole comparison."""

    a: Side
    b: Side
    pairs: tuple[Pair, ...]
    only_a: tuple[str, ...]
    only_b: tuple[str, ...]
    differences: tuple[Difference, ...]
    floors: tuple[float | None, float | None]  #: the noise floors of A and B as shares; None where not measured

    @property
    def band(self) -> float:
        """The change that counts as none: 1 %, or the larger noise floor if that is more."""
        return verdicts.band(max(floor or 0.0 for floor in self.floors))

    def named(self, verdict: str) -> tuple[str, ...]:
        return tuple(pair.name for pair in self.pairs if pair.verdict == verdict)


def side(found: Operand, measured: Mapping[str, tuple[Measurement, ...]]) -> Side:
    """Read the manifests of one study; `measured` holds what its raw files say, by variant."""
    study, runs = found.archive.study(found.timestamp), []
    for name in study.variants:
        directory = found.archive.run(name, found.timestamp)
        if study.manifests.get(name) not in (None, directory.manifest_hash()):
            raise Tampered(f"{directory.path}: its manifest was changed since the study was written")
        runs.append(Run(directory.manifest(), measured.get(name, ()), {}))
    timed, series_peers = parted(runs)
    if not timed:
        raise UsageError(f"study {found.timestamp} holds no variant", "Name another one.")
    base = next((run for run in timed if run.name == study.baseline), timed[0])
    return Side(Evidence(study, timed, base, (), series_peers), found.build, str(found.archive.root))


def compare(
    a: Side, b: Side, only: Sequence[str] = (), renamed: Mapping[str, str] | None = None, across_hosts: bool = False
) -> Versus:
    """Compare all variants that both sides have. Raises NotComparable where that would say nothing.

    only: variants, as B calls them; renamed: A's name -> B's name.
    """
    found = across.differences(a, b)
    refuse(found, across_hosts)
    left, right = _renamed(a, renamed or {}), {run.name: run for run in b.runs}
    for name in (*only, *(renamed or {}).values()):
        if name not in left.keys() | right.keys():
            raise UsageError(f"neither study has a variant {name!r}", f"B has: {', '.join(right)}.")
    wanted = [name for name in dict.fromkeys([*right, *left]) if not only or name in only]
    both = [name for name in wanted if name in left and name in right]
    if not both:
        have = f"A has: {', '.join(left)}. B has: {', '.join(right)}."
        raise NotComparable("the two studies have no variant in common", have)
    if all(_same_files(left[name], right[name], a.build, b.build) for name in both):
        raise NotComparable(
            f"A and B are the same measurement: {b.study.timestamp} ({b.build})",
            "Name two studies, or two builds of one: TIMESTAMP:release TIMESTAMP:dbg.",
        )
    floors = [noise_floor(each.evidence) for each in (a, b)]
    known = floors[0].share if floors[0] else None, floors[1].share if floors[1] else None
    pairs = [_pair(name, (a, left[name]), (b, right[name]), known) for name in both]
    found += [d for pair in pairs if (d := _regime(pair, a.build, b.build))]
    alone = [name for name in wanted if name not in both]
    only_a, only_b = (tuple(name for name in alone if name in have) for have in (left, right))
    return Versus(a, b, tuple(judged(pairs, known)), only_a, only_b, tuple(found), known)


def refuse(found: Sequence[Difference], across_hosts: bool) -> None:
    """Raise NotComparable for another job, and for another machine unless that was asked for."""
    for weight, what, hint in (
        (FATAL, "the studies measured different jobs", "Measure the same job twice: one family, size and pyperformance."),
        (HOST, "the studies ran on different machines", "To compare the machines all the same, add --across-hosts."),
    ):  # fmt: skip
        differing = [f"{d.what} is {d.a} in A, {d.b} in B" for d in found if d.weight == weight]
        if differing and not (weight == HOST and across_hosts):
            raise NotComparable(f"{what}: {'; '.join(differing)}", hint)


def _renamed(a: Side, renamed: Mapping[str, str]) -> dict[str, Run]:
    """Return A's runs under B's names; one whose name another one takes is left out."""
    for old in renamed:
        if all(run.name != old for run in a.runs):
            raise UsageError(f"--map: A has no variant {old!r}", f"It has: {', '.join(run.name for run in a.runs)}.")
    plain = {run.name: run for run in a.runs if run.name not in renamed}
    return plain | {renamed[run.name]: run for run in a.runs if run.name in renamed}


def _same_files(a: Run, b: Run, build_a: str, build_b: str) -> bool:
    """Whether both sides read the same raw files."""

    def files(run: Run, build: str) -> list[str]:
        own = [done for done in run.manifest.collections if done.build == build]
        timed = [done for done in own if done.collector == "timing"] or own
        return sorted(sha for done in timed for _, sha in done.files)

    return bool(files(a, build_a)) and files(a, build_a) == files(b, build_b)


def _pair(name: str, a: tuple[Side, Run], b: tuple[Side, Run], floors: tuple[float | None, float | None]) -> Pair:
    """Put both sides of one variant together, not yet judged; a reason says that it cannot be."""
    (side_a, run_a), (side_b, run_b) = a, b
    left, right = half(side_a, run_a, floors[0] or 0.0), half(side_b, run_b, floors[1] or 0.0)
    digests = {"A": run_a.outcome(side_a.build).digest, "B": run_b.outcome(side_b.build).digest}
    found = Pair(name, left, right, changed=across.changed_files(run_a, run_b))
    wrong = [f"{each.reason} in {label}" for label, each in (("A", left), ("B", right)) if each.reason]
    if wrong:
        return replace(found, reason="; ".join(wrong))
    if _same_files(run_a, run_b, side_a.build, side_b.build):
        return replace(found, reason="both sides hold the same raw file")
    if all(digests.values()) and digests["A"] != digests["B"]:
        return replace(found, reason="the answers differ between A and B")
    ratio, p = _ratio(run_a.processes(side_a.build), run_b.processes(side_b.build), across.same_study(side_a, side_b))
    unchecked = [label for label, digest in digests.items() if not digest]
    reason = f"nothing checked its answers in {' and '.join(unchecked)}" if unchecked else ""
    return replace(found, ratio=ratio, p=p, reason=reason)


def half(side: Side, run: Run, floor: float) -> Half:
    """Return how long one variant took on one side, and what speaks against that."""
    outcome, samples = run.outcome(side.build), list(run.processes(side.build).values())
    if outcome.status != "ok":
        return Half(run, reason=f"{outcome.status}{': ' if outcome.reason else ''}{outcome.reason}")
    if not samples:
        timing = run.find(side.build, "time")
        why = (timing.missing if timing else "") or run.gap(side.build, "timing")
        return Half(run, reason=why or "no time was measured")
    if not all(math.isfinite(value) and value > 0 for values in samples for value in values):
        return Half(run, reason="values that are no times")
    found = quality.inspect(side.evidence, run, side.build, floor)
    objection = found.objections[0] if found.objections else ""
    logs = [math.log(mean) for mean in statistics.process_means(samples)]
    spread = stdev(logs) if len(logs) > 1 else 0.0
    return Half(run, statistics.mean(samples), len(samples), spread, objection, found.remarks)


def _ratio(
    a: Mapping[int, Sequence[float]], b: Mapping[int, Sequence[float]], interleaved: bool
) -> tuple[Interval, float]:
    """Return (how many times faster b is, p); block by block only where both ran side by side in the same blocks."""
    shared = sorted(block for block in a.keys() & b.keys() if block >= 0) if interleaved else []
    if len(shared) > 1:
        left, right = [a[block] for block in shared], [b[block] for block in shared]
        means = [statistics.process_means(each).tolist() for each in (left, right)]
        return statistics.speedups(left, [right])[0][0], statistics.paired_p(*means)
    left, right = list(a.values()), list(b.values())
    means = [statistics.process_means(each).tolist() for each in (left, right)]
    return statistics.independent(left, right), statistics.welch(*means)


def _regime(pair: Pair, build_a: str, build_b: str) -> Difference | None:
    """Tell a variant that was timed in another way: how many values each process gave, and after a warm-up or not."""

    def shown(run: Run, build: str) -> str:
        timing = run.find(build, "time")
        warm = timing is not None and any(timing.detail.get("warm_ups", ()))
        many = max(len(values) for values in run.processes(build).values())
        return f"{many} value{'' if many == 1 else 's'} per process, {'warm' if warm else 'cold'}"

    if pair.a.seconds is None or pair.b.seconds is None:
        return None
    then, now = shown(pair.a.run, build_a), shown(pair.b.run, build_b)
    return None if then == now else Difference(f"how {pair.name} was timed", then, now, across.WARNING)


def judged(pairs: Sequence[Pair], floors: Sequence[float | None]) -> list[Pair]:
    """Return the pairs with their verdicts; p-values are corrected over those that can have one."""
    floor = max(each or 0.0 for each in floors)
    able = [pair for pair in pairs if pair.ratio and not pair.reason]
    corrected = dict(zip([pair.name for pair in able], statistics.holm([pair.p for pair in able]), strict=True))
    found = []
    for pair in pairs:
        if pair.ratio is not None and pair.name in corrected:
            p = corrected[pair.name]
            pair = _judged(pair, p, floor)  # noqa: PLW2901
        found.append(pair)
    return found


def _judged(pair: Pair, p: float, floor: float) -> Pair:
    """Return a pair that has a ratio with its verdict. p: corrected."""
    assert pair.ratio is not None
    numbers = pair.a.processes, pair.b.processes
    kept = verdicts.uneven(numbers, (pair.a.spread, pair.b.spread))
    said = verdicts.judge(pair.ratio, min(numbers), p, floor=floor, kept=kept)
    enough = min(numbers) + (said.more or 0)
    lacking = tuple(max(0, enough - number) if said.more else 0 for number in numbers)
    return replace(
        pair, verdict=said.word, reason=said.reason, more=said.more, lacking=(lacking[0], lacking[1]), corrected=p
    )


def exit_code(found: Versus, fail_on: Sequence[str], strict: bool) -> tuple[int, str]:
    """Return the exit code for CI and the sentence that goes with it; (0, "") where nothing was asked for."""
    if not fail_on:
        return 0, ""
    failed = [f"{name} is {verdict}" for verdict in FAILURES if verdict in fail_on for name in found.named(verdict)]
    if failed:
        return REGRESSION, f"failed: {', '.join(failed)}"
    left = [f"{name} is {verdict}" for verdict in ("inconclusive", "invalid") for name in found.named(verdict)]
    left += [f"{name} is only in A" for name in found.only_a]
    return (OPEN, f"not decided: {', '.join(left)}") if strict and left else (0, "")
