"""The sixteen rules by which a claim about speed is earned, a test each, in order. Details are tested beside each module."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bench import precision
from bench.rundir import Archive
from profiling.options import Options
from reporting import compare, evidence, statistics
from reporting.calibration import trials
from reporting.document import Document, Table, Text
from reporting.evidence import Evidence
from reporting.measures import verdicts
from reporting.measures.verdicts import judge, steadiness
from reporting.model.acceleration import ablation
from reporting.statistics import Interval
from reporting.words import counter_tables, sections
from tests.conftest import SMALL


@pytest.fixture
def found(study: tuple[Archive, str]) -> Evidence:
    return evidence.read(*study)


@pytest.fixture
def document(found: Evidence) -> Document:
    return sections.build(found)


def table(document: Document, title: str) -> Table:
    blocks = [block for section in document.sections for block in section.blocks]
    return next(block for block in blocks if isinstance(block, Table) and block.title.startswith(title))


def test_rule_1_the_unit_is_the_process() -> None:
    """Ten times as many values in each process, none of them new: the interval must not shrink."""
    rng = np.random.default_rng(1)
    base, other = (np.exp(rng.normal(0, 0.05, (10, 3))).tolist() for _ in range(2))
    once = statistics.speedups(base, [other])[0][0]
    often = statistics.speedups([v * 10 for v in base], [[v * 10 for v in other]])[0][0]
    assert often.value == pytest.approx(once.value) and often.reach == pytest.approx(once.reach, rel=0.1)


def test_rule_2_every_speedup_has_an_interval_and_a_cross_check(document: Document) -> None:
    main, behind = table(document, "Variants by metrics (release)"), table(document, "What stands behind the verdicts")
    for row in main.rows:
        if row[3].text != "baseline":
            assert row[2].low is not None and row[2].high is not None
            assert row[2].low < float(row[2].value or 0) < row[2].high
    assert "p, Welch" in behind.columns
    assert statistics.RESAMPLES >= 10_000


def test_rule_3_everything_is_interleaved_and_drift_is_tested(found: Evidence, document: Document) -> None:
    for block in range(SMALL.processes):
        here = [(variant, build) for number, variant, build, _ in found.study.order if number == block]
        assert len(here) == len(set(here)) >= 3 * len(found.builds)
    orders = {
        tuple((v, b) for n, v, b, _ in found.study.order if n == block) for block in range(SMALL.processes)
    }  # three blocks of eight or so: that two are in the same order happens once in ten thousand studies
    assert len(orders) == SMALL.processes
    assert "drift" in table(document, "What stands behind the verdicts").columns


def test_rule_4_what_biases_is_randomised_by_block(found: Evidence) -> None:
    layouts = set()
    for run in found.runs:
        measured = run.find("release", "time")
        assert measured is not None and len(set(measured.detail["layouts"])) == SMALL.processes
        layouts.add(tuple(measured.detail["layouts"]))
    assert len(layouts) == 1  # and are the same for all variants of a block
    assert found.baseline.manifest.host["aslr"] is not None  # recorded, and left as the machine has it


def test_rule_5_warm_up_is_kept_and_classified(found: Evidence) -> None:
    for run in found.runs:
        measured = run.find("release", "time")
        assert measured is not None and all(measured.detail["warm_ups"])
    moving = [[v * f for f in (1.0, 0.9, 0.8)] for v in np.linspace(1, 1.1, 10)]
    assert steadiness([[1.2]] * 10, moving).kind == "none"


def test_rule_6_no_outlier_is_deleted_and_the_median_stands_beside_the_mean(document: Document) -> None:
    samples = [[1.0]] * 9 + [[11.0]]
    assert statistics.mean(samples).value == 2.0
    assert "medians" in table(document, "What stands behind the verdicts").columns


def test_rule_7_five_verdicts_and_a_band_from_the_noise_floor(found: Evidence) -> None:
    floor = compare.noise_floor(found)
    assert floor is not None and verdicts.band(floor.share) >= 0.01
    said = {
        judge(Interval(2, 1.9, 2.1), 10, 0).word, judge(Interval(0.5, 0.4, 0.6), 10, 0).word,
        judge(Interval(1, 0.995, 1.005), 10, 1).word, judge(Interval(1.1, 0.9, 1.3), 10, 1).word,
    }  # fmt: skip
    assert said == {"faster", "slower", "equivalent", "inconclusive"}
    assert judge(Interval(1.1, 0.9, 1.3), 10, 1).more
    shown = {s.verdict for s in compare.compare(found, "release").speeds}
    assert shown <= {*said, "invalid", "baseline"}


def test_rule_8_few_processes_never_earn_a_verdict_by_time_alone() -> None:
    assert judge(Interval(9.0, 8.9, 9.1), 9, 0).word == "inconclusive"
    assert judge(Interval(9.0, 8.9, 9.1), 9, 0, counted=8.0).word == "faster"


def test_rule_9_several_variants_are_corrected_for_and_the_mean_has_a_fixed_set(found: Evidence) -> None:
    comparison = compare.compare(found, "release")
    shown = [speed.p for speed in comparison.speeds if speed.run is not found.baseline]
    alone = [
        compare.compare(replace(found, runs=(found.runs[0], run)), "release").speeds[1].p for run in found.runs[1:]
    ]
    assert shown == pytest.approx(statistics.holm(alone)) and shown != alone
    assert comparison.geomean_over == tuple(run.name for run in found.runs[1:] if not run.is_peer)
    if comparison.geomean is not None:
        assert comparison.geomean.low < comparison.geomean.value < comparison.geomean.high


def test_rule_10_no_two_tools_share_a_process(found: Evidence) -> None:
    """Each command of the log starts one tool at most."""
    tools = ("perf stat", "perf record", "py-spy", "valgrind", "memray", "pyinstrument", "--exact")
    commands = [line for line in found.log if " -m bench " in line]
    assert commands
    for command in commands:
        assert sum(tool in command for tool in tools) <= 1, command


def test_rule_11_counters_carry_their_source_and_missing_is_never_zero(found: Evidence) -> None:
    known = {"PMU", "simulated", "software event", "rusage"}
    for run in found.runs:
        for measured in run.measurements:
            assert measured.source, measured.metric
            assert bool(measured.values) != bool(measured.missing), measured
            if measured.collector in ("counters", "simulated"):
                assert measured.source in known
    assert counter_tables.counters(found, "release") is not None


def test_rule_12_the_headline_comes_from_the_release_build(found: Evidence, document: Document) -> None:
    claims = [b.text for b in document.sections[0].blocks if isinstance(b, Text) and b.style == "verdict"]
    assert claims and all("(release)" in claim and "(debug)" not in claim for claim in claims)
    if "dbg" in found.builds:
        assert table(document, "What the debug build distorts").rows


def test_rule_13_the_accelerated_share_is_an_estimate_with_an_interval(found: Evidence, document: Document) -> None:
    measured = ablation(found)
    assert measured is not None and measured.share.low < measured.share.value < measured.share.high
    for row in table(document, "What accelerating the hottest function").rows:
        share, cap = row[-2:]
        assert share.low is not None and cap.low is not None and (cap.high is not None or "∞" in cap.text)


def test_rule_14_the_environment_is_recorded_and_contamination_never_silent(
    found: Evidence, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reporting.measures.quality.STOLEN_TOO_MUCH", 0.25)
    host = found.baseline.manifest.host
    assert {"governor", "turbo", "smt", "load", "virtualisation"} <= host.keys()
    assert set(found.study.conditions) == {"load_before", "load_after", "stolen"}
    spoilt = replace(found, study=replace(found.study, conditions={"stolen": 0.9}))
    assert {s.verdict for s in compare.compare(spoilt, "release").speeds} <= {"invalid", "baseline"}


def test_rule_15_the_machinery_tests_itself() -> None:
    result = trials.simulate(trials.MODELS[0], 20, (0.0, 0.03))
    assert trials.false_positives(result.at(0.0)) <= 1
    assert sum(trial.covered for trial in result.at(0.0)) >= 17
    assert sum(trial.verdict == "slower" for trial in result.at(0.03)) >= 16


def test_rule_16_precision_is_adaptive_within_a_budget() -> None:
    """Narrow intervals end it, wide ones do not, and few looks are taken; the budget is tested in test_timing.py."""
    chosen = Options.rigorous()
    assert chosen.precision and chosen.most_processes > chosen.processes and chosen.budget_seconds
    assert precision.enough(10, 10, 50, 0.01, [0.005, 0.008]) and not precision.enough(10, 10, 50, 0.01, [0.005, 0.02])
    assert precision.looks(10, 50) == [10, 15, 23, 35, 50] and not precision.enough(11, 10, 50, 0.01, [0.001])
    assert precision.enough(50, 10, 50, 0.01, [9.0])
