"""What a report says where the times of accelerators are not of what stands beside them, or move."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from bench.hardware import Counterpart, HardwareStudy, Timing
from reporting import units
from reporting.compare import compare
from reporting.evidence import Evidence
from reporting.measures import quality
from reporting.model import accelerators
from reporting.model.accelerators import LOSES, Accelerators
from reporting.statistics import Interval
from reporting.words import hardware_conditions, hardware_doubts
from tests import synthetic, synthetic_hardware


@pytest.fixture(scope="module", autouse=True)
def quick() -> Iterator[None]:
    yield from synthetic.quick()


@pytest.fixture(scope="module")
def evidence(quick: None) -> Evidence:
    return synthetic_hardware.evidence()


@pytest.fixture(scope="module")
def found(evidence: Evidence) -> Accelerators:
    return synthetic_hardware.accelerators_of(evidence)


def doubts(evidence: Evidence, found: Accelerators, **changed: Any) -> list[str]:
    """Return what is said of a hardware study with these fields of its own."""
    assert evidence.hardware is not None
    study = replace(evidence.hardware, **changed)
    return hardware_doubts.doubts(replace(evidence, hardware=study), replace(found, study=study))


def held(evidence: Evidence) -> HardwareStudy:
    assert evidence.hardware is not None
    return evidence.hardware


def test_a_study_of_the_same_everything_leaves_no_doubt(evidence: Evidence, found: Accelerators) -> None:
    assert doubts(evidence, found) == []
    assert doubts(evidence, found, host={"cpu": "that only simulated"}) == []


@pytest.mark.parametrize(
    ("field", "name", "value", "said"),
    [
        ("machine", "cpu", "Another CPU", "another machine (Another CPU) than the software; they differ in: cpu."),
        ("machine", "kernel", "6.9", "they differ in: kernel."),
        ("interpreter", "version", "3.13.0", "another interpreter (CPython 3.13.0) than the software (CPython 3.11.2)"),
        ("interpreter", "distributions", ["numpy==2.1"], "they differ in: numpy."),
    ],
)
def test_where_hosts_were_timed_is_held_against_where_software_was(
    evidence: Evidence, found: Accelerators, field: str, name: str, value: Any, said: str
) -> None:
    beside = held(evidence).baseline
    changed: dict[str, Any] = {field: {**getattr(beside, field), name: value}}
    other = replace(beside, **changed)
    (doubt,) = doubts(evidence, found, baseline=other)
    assert said in doubt and doubt.endswith("To fix: invoke hardware --bench aes")


def test_a_study_of_part_of_the_designs_says_so(evidence: Evidence, found: Accelerators) -> None:
    for options in ({"only": ["aes_iterative"], "space": True}, {"only": [], "space": False}):
        (doubt,) = doubts(evidence, found, options=options)
        assert "leaves out" in doubt
    assert doubts(evidence, found, options={"only": [], "space": True}) == []


def slower(study: HardwareStudy, factor: float) -> Any:
    values = tuple(tuple(factor * value for value in process) for process in study.baseline.timing.values)
    return replace(study.baseline, timing=replace(study.baseline.timing, values=values))


def test_a_baseline_that_took_longer_beside_the_hosts_is_said(evidence: Evidence, found: Accelerators) -> None:
    for factor, warned in ((1.02, 0), (1.2, 1), (0.8, 1)):
        beside = slower(held(evidence), factor)
        assert len(doubts(evidence, found, baseline=beside)) == warned
        (line,) = hardware_doubts.baselines(evidence, replace(held(evidence), baseline=beside))
        gap = quality.gap(evidence, replace(held(evidence), baseline=beside))
        assert gap is not None and gap.value == pytest.approx(factor, rel=0.02)
        assert (
            "pyaes_clean took" in line
            and f"over the latter it would be {units.significant(1 / gap.value)} times" in line
        )
        side = "the accelerators" if factor > 1 else "the software"
        assert all(f"would favour {side} by 2" in doubt for doubt in doubts(evidence, found, baseline=beside))
    assert hardware_doubts.baselines(evidence, HardwareStudy("aes", "", "full", (), {}, {}, "", 1.0)) == []


def with_times(evidence: Evidence, spread: float, factor: float, blocks: int = 10, load: float = 0.0) -> HardwareStudy:
    """Return the hardware study with a baseline that took `factor` times as long as in software, so far apart."""
    (run,) = (run for run in evidence.runs if run.name == evidence.study.baseline)
    seconds = [value for values in run.processes("release").values() for value in values]
    middle = factor * sum(seconds) / len(seconds)
    values = tuple((middle * (1 + spread * (-1) ** block),) for block in range(blocks))
    beside = held(evidence).baseline
    machine = {**beside.machine, "load": [load]}
    return replace(
        held(evidence), baseline=replace(beside, timing=Timing(tuple(range(blocks)), values), machine=machine)
    )


@pytest.mark.parametrize(
    ("spread", "factor", "words"),
    [
        (0.001, 1.0, ""),
        (0.001, 1.02, ""),
        (0.001, 1.2, "not the same conditions."),
        (0.2, 1.0, "an interval too wide to tell a difference of 5 %."),
        (0.4, 1.1, "an interval too wide to tell a difference of 5 %."),
    ],
)
def test_other_conditions_are_claimed_only_where_the_interval_excludes_one(
    evidence: Evidence, spread: float, factor: float, words: str
) -> None:
    study = with_times(evidence, spread, factor)
    gap = quality.gap(evidence, study)
    assert gap is not None and (gap.low > 1) == (factor > 1 and spread < 0.01)
    told = hardware_conditions.apart(evidence, study)
    assert len(told) == bool(words) and all(words in line and "when the machine is idle" in line for line in told)


def test_a_design_that_replaces_what_no_profile_knows_is_named(evidence: Evidence, found: Accelerators) -> None:
    first, *others = held(evidence).results
    sampled = {"release": Counter({"bench_pyaes (run.py);AES.encrypt (pyaes/aes.py)": 9})}
    runs = tuple(replace(r, stacks=sampled if r is evidence.baseline else {}) for r in evidence.runs)
    evidence = replace(evidence, runs=runs, baseline=runs[0])
    for replaces, warned in (("AES.encrypt", 0), ("AES.__init__, AES.encrypt", 0), ("AES.encrpyt, AES.x", 1)):
        told = doubts(evidence, found, results=(replace(first, replaces=replaces), *others))
        assert len(told) == warned
        assert all(f"{first.name} says that it replaces, {replaces}, is in no sample" in line for line in told)
    bare = replace(evidence, runs=tuple(replace(run, stacks={}) for run in runs))
    study = replace(held(evidence), results=(replace(first, replaces="AES.encrpyt"),))
    assert hardware_conditions.strangers(bare, study) == []  # without a profile nothing is known


def test_the_weaker_side_is_named_with_its_command(evidence: Evidence) -> None:
    def fix(blocks: int, load: float, here: float | None) -> str:
        manifest = replace(evidence.baseline.manifest, host={} if here is None else {"load": [here], "usable_cpus": 2})
        found = replace(evidence, baseline=replace(evidence.baseline, manifest=manifest))
        (line,) = hardware_conditions.apart(found, with_times(evidence, 0.001, 1.3, blocks, load))
        return line.partition("idle: ")[2]

    count = len(quality.both_baselines(evidence, held(evidence))[0])
    assert fix(2, 0.0, 9.0) == f"invoke hardware --bench aes (the accelerators had 2 processes, and the other {count})"
    assert fix(99, 0.0, 0.0).startswith(f"invoke run --bench aes (the software had {count} processes")
    assert fix(count, 3.0, 0.2).startswith("invoke hardware --bench aes (the accelerators had a load of 3.0")
    assert fix(count, 0.2, 3.0).startswith("invoke run --bench aes (the software had a load of 3.0")
    for here in (1.9, None):  # a load that all CPUs can bear, or one that nobody recorded
        assert fix(count, 0.2, here) == "invoke run --bench aes and then invoke hardware --bench aes"


def timing(*, drift: float = 0.0, move: float = 0.0, waited: float = 0.0) -> Timing:
    """Return ten processes of five values: each a little off, so that tests have a spread to hold changes against."""
    noise = [1 + 0.001 * (-1) ** block for block in range(10)]
    values = tuple(
        tuple(noise[block] * (1 + drift * block / 9) * (1 + (move + 1e-4 * (-1) ** block) * at) for at in range(5))
        for block in range(10)
    )
    return Timing(tuple(range(10)), values, tuple((each[0],) for each in values), (waited,) * 10)


@pytest.mark.parametrize(
    ("found_so", "said"),
    [
        (timing(), ""),
        (timing(drift=0.1), "drifted by +9.9"),
        (timing(move=0.05), "it reaches no steady state"),
        (timing(waited=0.1), "waited 10.0\N{NO-BREAK SPACE}% of the time for a CPU"),
        (timing(waited=0.5), "half of its processes waited"),
    ],
)
def test_hosts_face_the_rules_of_software(
    evidence: Evidence, found: Accelerators, found_so: Timing, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quality, "WAITED_TOO_LONG", 0.25)  # as it is outside tests
    first, *others = held(evidence).results
    told = doubts(evidence, found, results=(replace(first, timing=found_so), *others))
    assert len(told) == bool(said)
    assert all(f"hosts: {first.name}, " in doubt and said in doubt for doubt in told), told
    in_c = Counterpart(whole=(1.0,), timing=found_so)
    told = doubts(evidence, found, results=(replace(first, software=in_c), *others))
    assert len(told) == bool(said)
    assert all(f"hosts: {first.name} (in C), " in doubt and said in doubt for doubt in told), told


def test_the_baseline_beside_hosts_faces_them_too(evidence: Evidence, found: Accelerators) -> None:
    seconds = held(evidence).results[0].baseline
    values = tuple(tuple(s * (1 + 0.05 * at) for at in range(5)) for s in seconds)
    beside = replace(held(evidence).baseline, timing=replace(held(evidence).baseline.timing, values=values))
    told = doubts(evidence, found, baseline=beside)
    assert any("hosts: pyaes_clean, it reaches no steady state" in doubt for doubt in told)


def test_against_software_seconds_are_held_against_seconds(evidence: Evidence, found: Accelerators) -> None:
    """Baselines that differ move every speedup of the hardware study, but no second of a design."""
    study = held(evidence)
    moved = replace(evidence, hardware=replace(study, baseline=slower(study, 0.8)))
    other = accelerators.read(moved, compare(moved, "release"))
    assert other is not None and found.fastest is not None
    for before, after in zip(found.projected, other.projected, strict=True):
        assert before.reference is not None and after.reference is not None
        factor = before.reference.seconds.value / found.fastest.seconds.value
        for each in (before.reference, after.reference):
            word, by = accelerators.against(each, found.fastest)
            assert word == LOSES and by == pytest.approx(factor)
        assert after.reference.session.low == 1.0 and after.reference.session.high == pytest.approx(1.25, abs=0.03)
        assert after.reference.beside.high > before.reference.beside.high  # the host may be slower among the software


@pytest.mark.parametrize(
    ("gap", "ends"),
    [
        (None, (1.0, 1.0)),
        (Interval(1.09, 1.07, 1.12), (1 / 1.12, 1.0)),
        (Interval(0.9, 0.8, 1.05), (1 / 1.05, 1.25)),
        (Interval(1.1, math.nan, math.nan), (1 / 1.1, 1.0)),
    ],
)
def test_a_host_may_have_moved_as_its_baseline_did_or_not_at_all(
    gap: Interval | None, ends: tuple[float, float]
) -> None:
    found = accelerators.session(gap)
    assert (found.low, found.high) == pytest.approx(ends) and found.value == 1.0


def test_a_host_bounds_by_seconds_what_any_accelerator_brings_over_software() -> None:
    found = accelerators.over(Interval(6e-6, 5e-6, 7e-6), Interval(2.4e-6, 2.1e-6, 2.5e-6))
    assert (found.value, found.low, found.high) == pytest.approx((0.4, 0.3, 0.5))
