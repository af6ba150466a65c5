"""Compares two studies, variant by variant: ratios, verdicts and the exit code. The words are in versus_words.py.

A is the reference, B the new one. A ratio above 1 says that B is faster.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bench.errors import Tampered, UsageError
from bench.model import Measurement
from bench.operands import Operand
from reporting import across, statistics, unpaired
from reporting.across import FATAL, HOST, Difference, Side
from reporting.evidence import Run
from reporting.statistics import Interval

REGRESSION, OPEN = 5, 6  #: exit codes: something named by --fail-on happened; with --strict, something stayed open
FAILURES = ("slower", "invalid")  #: what --fail-on takes


class NotComparable(UsageError):
    """The two studies do not measure the same thing, or not on the same machine."""


@dataclass(frozen=True)
class Half:
    """One variant on one side: its time, or why there is none."""

    run: Run
    seconds: Interval | None = None  #: mean over processes
    processes: int = 0
    reason: str = ""


@dataclass(frozen=True)
class Pair:
    """One variant on both sides. `ratio` is None unless both answers were right, equal, and timed."""

    name: str  #: as B calls it
    a: Half
    b: Half
    verdict: str = "invalid"  #: faster, slower, equivalent, inconclusive, invalid
    reason: str = ""  #: why it is invalid or inconclusive
    ratio: Interval | None = None
    p: float = math.nan  #: Welch's test on the logs of process means
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
    band: float

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
    if not runs:
        raise UsageError(f"study {found.timestamp} holds no variant", "Name another one.")
    return Side(study, found.build, tuple(runs), str(found.archive.root))


def compare(
    a: Side, b: Side, only: Sequence[str] = (), renamed: Mapping[str, str] | None = None, across_hosts: bool = False
) -> Versus:
    """Compare all variants that both sides have. Raises NotComparable where that would say nothing.

    only: variants, as B calls them; renamed: A's name -> B's name.
    """
    found = across.differences(a, b)
    refuse(found, across_hosts)
    left, right = {(renamed or {}).get(r.name, r.name): r for r in _renamable(a, renamed)}, {r.name: r for r in b.runs}
    for name in (*only, *(renamed or {}).values()):
        if name not in left.keys() | right.keys():
            raise UsageError(f"neither study has a variant {name!r}", f"B has: {', '.join(right)}.")
    wanted = [name for name in (*right, *(n for n in left if n not in right)) if not only or name in only]
    both = [name for name in wanted if name in left and name in right]
    if not both:
        raise NotComparable("the two studies have no variant in common", f"A has: {', '.join(left)}. B has: {', '.join(right)}.")  # fmt: skip
    if all(_same_files(left[name], right[name], a.build, b.build) for name in both):
        raise NotComparable(
            f"A and B are the same measurement: {b.study.timestamp} ({b.build})",
            "Name two studies, or two builds of one: TIMESTAMP:release TIMESTAMP:dbg.",
        )
    found += [
        d for name in both if (d := _regime(name, left[name].find(a.build, "time"), right[name].find(b.build, "time")))
    ]
    pairs = judged([pair(name, left[name], right[name], a.build, b.build) for name in both], band(a, b))
    missing = [name for name in wanted if name not in both]
    only_a, only_b = (tuple(name for name in missing if name in known) for known in (left, right))
    return Versus(a, b, tuple(pairs), only_a, only_b, tuple(found), band(a, b))


def band(a: Side, b: Side) -> float:
    """Return the change that counts as none between two studies; neither has a noise floor of its own yet."""
    return unpaired.band()


def _regime(name: str, a: Measurement | None, b: Measurement | None) -> Difference | None:
    """Tell a variant that was timed in another way: how many values each process gave, and after a warm-up or not."""
    if a is None or b is None or not a.values or not b.values:
        return None
    then, now = (
        f"{m.detail.get('values_per_process', '?')} values per process, {'warm' if m.detail.get('warm') else 'cold'}"
        for m in (a, b)
    )
    return None if then == now else Difference(f"how {name} was timed", then, now, across.WARNING)


def refuse(found: Sequence[Difference], across_hosts: bool) -> None:
    """Raise NotComparable for another job, and for another machine unless that was asked for."""
    for weight, what, hint in (
        (FATAL, "the studies measured different jobs", "Measure the same job twice: one family, size and pyperformance."),
        (HOST, "the studies ran on different machines", "To compare the machines all the same, add --across-hosts."),
    ):  # fmt: skip
        differing = [f"{d.what} is {d.a} in A, {d.b} in B" for d in found if d.weight == weight]
        if differing and not (weight == HOST and across_hosts):
            raise NotComparable(f"{what}: {'; '.join(differing)}", hint)


def _renamable(a: Side, renamed: Mapping[str, str] | None) -> list[Run]:
    """Return A's runs without those whose name another one takes."""
    taken = {new for old, new in (renamed or {}).items() if old != new}
    for old in renamed or {}:
        if all(run.name != old for run in a.runs):
            raise UsageError(f"--map: A has no variant {old!r}", f"It has: {', '.join(run.name for run in a.runs)}.")
    return [run for run in a.runs if run.name not in taken or run.name in (renamed or {})]


def _same_files(a: Run, b: Run, build_a: str, build_b: str) -> bool:
    """Whether both sides read the same raw files."""

    def files(run: Run, build: str) -> list[str]:
        own = [done for done in run.manifest.collections if done.build == build]
        timed = [done for done in own if done.collector == "timing"] or own
        return sorted(sha for done in timed for _, sha in done.files)

    return bool(files(a, build_a)) and files(a, build_a) == files(b, build_b)


def pair(name: str, a: Run, b: Run, build_a: str, build_b: str) -> Pair:
    """Put both sides of one variant together, not yet judged: no reason means that it can be."""
    left, right = _half(a, build_a), _half(b, build_b)
    then, now = a.outcome(build_a), b.outcome(build_b)
    found = Pair(name, left, right, changed=across.changed_files(a, b))
    wrong = [f"{half.reason} in {label}" for label, half in (("A", left), ("B", right)) if half.reason]
    unchecked = [label for label, outcome in (("A", then), ("B", now)) if not outcome.digest]
    if wrong:
        return replace(found, reason="; ".join(wrong))
    if _same_files(a, b, build_a, build_b):
        return replace(found, reason="both sides hold the same raw file")
    if then.digest and now.digest and then.digest != now.digest:
        return replace(found, reason="the answers differ between A and B")
    values = a.values(build_a, "time"), b.values(build_b, "time")
    found = replace(found, ratio=unpaired.ratio(*values), p=unpaired.p_value(*values))
    if unchecked:
        return replace(found, reason=f"nothing checked its answers in {' and '.join(unchecked)}")
    return found


def _half(run: Run, build: str) -> Half:
    outcome, values = run.outcome(build), run.values(build, "time")
    if outcome.status != "ok":
        return Half(run, reason=f"{outcome.status}{': ' if outcome.reason else ''}{outcome.reason}")
    if not values:
        timing = run.find(build, "time")
        return Half(
            run, reason=(timing.missing if timing else "") or run.gap(build, "timing") or "no time was measured"
        )
    if not all(isinstance(value, int | float) and math.isfinite(value) and value > 0 for value in values):
        return Half(run, reason="values that are no times")
    return Half(run, statistics.mean(values), len(values))


def judged(pairs: Sequence[Pair], band: float) -> list[Pair]:
    """Return the pairs with their verdicts; p values are corrected over those that can have one."""
    corrected = iter(unpaired.holm([pair.p for pair in pairs if pair.ratio and not pair.reason]))
    found = []
    for each in pairs:
        if each.ratio and not each.reason:
            p = next(corrected)
            word, why = unpaired.verdict(each.ratio, min(each.a.processes, each.b.processes), band, p)
            found.append(replace(each, verdict=word, reason=why, corrected=p))
        else:
            found.append(each)
    return found


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
