"""What speaks against a timing is found, said, and keeps a variant from a verdict."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from bench.model import Measurement
from bench.rundir import Archive
from reporting import compare, evidence
from reporting.document import Text
from reporting.evidence import Evidence
from reporting.measures import quality
from reporting.renderers import text
from reporting.words import sections

BLOCKS = 12
LIMITS = {name: getattr(quality, name) for name in ("WAITED_TOO_LONG", "STOLEN_TOO_MUCH")}  # as they are outside tests


def told(
    found: Evidence, name: str, *factors: float, drift: float = 0.0, control: float = 0.0, **detail: Any
) -> Evidence:
    """Replace the timing of one variant: its first call and its values are `factors` of a level that drifts by block."""
    rng = np.random.default_rng(len(name))
    level = np.exp(np.linspace(0, drift, BLOCKS) + rng.normal(0, 0.002, BLOCKS))
    rows = [[each * factor * float(np.exp(rng.normal(0, 0.001))) for factor in factors] for each in level]
    about: dict[str, Any] = {
        "processes": [row[1:] for row in rows], "warm_ups": [row[:1] for row in rows], "blocks": list(range(BLOCKS)),
    }  # fmt: skip
    values = tuple(float(np.mean(row[1:])) for row in rows)
    made = [Measurement("timing", "release", "time", "s", values, source="clock", detail=about | detail)]
    if control:
        spread = [[control * value for value in row] for row in about["processes"]]
        means = tuple(float(np.mean(row)) for row in spread)
        noisy = {**about, "processes": spread}
        made.append(Measurement("timing", "release", "time of the control", "s", means, detail=noisy))
    kept = ("time", "time of the control")
    runs = tuple(
        replace(run, measurements=(*(m for m in run.measurements if m.metric not in kept), *made))
        if run.name == name
        else run
        for run in found.runs
    )
    return replace(found, runs=runs, baseline=runs[0])


@pytest.fixture
def steady(study: tuple[Archive, str], monkeypatch: pytest.MonkeyPatch) -> Evidence:
    for name, limit in LIMITS.items():
        monkeypatch.setattr(quality, name, limit)
    found = told(evidence.read(*study), "pyaes_clean", 1.2, 1.0, 1.0, 1.0)
    found = told(found, "pyaes_opt", 0.6, 0.5, 0.5, 0.5)
    return told(found, "pyaes_opt2", 9.0, 0.1, 0.1, 0.1)


def speed(found: Evidence, name: str) -> compare.Speed:
    return next(s for s in compare.compare(found, "release").speeds if s.run.name == name)


def test_a_steady_variant_gets_its_verdict(steady: Evidence) -> None:
    found = speed(steady, "pyaes_opt")
    assert found.verdict == "faster" and found.quality.steadiness.kind == "warm-up"
    assert found.p < 0.001 and found.medians == pytest.approx(2.0, rel=0.01)


@pytest.mark.parametrize(
    ("factors", "detail", "words"),
    [
        ((0.9, 0.8, 0.7, 0.6), {}, "reaches no steady state"),
        ((0.5, 0.5, 0.5), {"waited": [0.4] * BLOCKS}, "waited 40.0 % of the time"),
        ((0.5, 0.5, 0.5), {"reported": [0.5] * BLOCKS}, "its clock shows 50.0 % of the time"),
    ],
)
def test_an_objection_makes_it_invalid(
    steady: Evidence, factors: tuple[float, ...], detail: dict[str, Any], words: str
) -> None:
    steady = told(steady, "pyaes_clean", 1.0, 1.0, 1.0, reported=[0.99] * BLOCKS, waited=[0.0] * BLOCKS)
    found = told(steady, "pyaes_opt", *factors, **detail)
    assert speed(found, "pyaes_opt").verdict == "invalid" and speed(found, "pyaes_opt").speedup is None
    said = " ".join(text.render(sections.build(found)).decode().split())
    assert "pyaes_opt has no headline figure" in said and words in said
    assert compare.compare(found, "release").geomean is None  # the set was fixed before, and is not made smaller


@pytest.mark.parametrize(
    ("factors", "detail", "words"),
    [
        ((1.6, 1.4, 1.2, 1.1, 1.0), {}, "no steady state"),
        ((1.0, 1.0, 1.0), {"waited": [0.6] * BLOCKS}, "waited 60.0 %"),
    ],
)
def test_a_baseline_that_means_nothing_leaves_nothing_to_compare_with(
    steady: Evidence, factors: tuple[float, ...], detail: dict[str, Any], words: str
) -> None:
    found = told(steady, "pyaes_clean", *factors, **detail)
    for name in ("pyaes_opt", "pyaes_opt2"):
        assert speed(found, name).verdict == "invalid" and speed(found, name).speedup is None
    document = sections.build(found)
    assert not [b for b in document.sections[0].blocks if isinstance(b, Text) and b.style == "verdict"]
    assert f"{words}" in " ".join(text.render(document).decode().split())


def test_another_answer_than_the_baselines_is_invalid(steady: Evidence) -> None:
    odd = steady.runs[1]
    outcomes = tuple(replace(o, digest="another") for o in odd.manifest.outcomes)
    runs = (steady.runs[0], replace(odd, manifest=replace(odd.manifest, outcomes=outcomes)), *steady.runs[2:])
    assert "answer is not the baseline's" in speed(replace(steady, runs=runs), odd.name).reason


def test_a_ratio_is_over_the_blocks_that_its_two_arms_share(steady: Evidence) -> None:
    """pyaes_opt2 lacks the last three blocks: that changes its own ratio and the geometric mean, and nothing else."""
    before = {s.run.name: s for s in compare.compare(steady, "release").speeds}
    last = steady.runs[2].find("release", "time")
    assert last is not None
    detail = {name: values[:-3] for name, values in last.detail.items()}
    short = replace(last, values=last.values[:-3], detail=detail)
    measurements = tuple(short if m is last else m for m in steady.runs[2].measurements)
    runs = (*steady.runs[:2], replace(steady.runs[2], measurements=measurements))
    after = {s.run.name: s for s in compare.compare(replace(steady, runs=runs), "release").speeds}
    assert after["pyaes_opt"].speedup == before["pyaes_opt"].speedup
    assert (after["pyaes_opt"].processes, after["pyaes_opt2"].processes) == (BLOCKS, BLOCKS - 3)
    assert after["pyaes_opt2"].verdict == "inconclusive"  # nine are too few


def test_the_floor_is_the_hosts_whatever_the_baseline(steady: Evidence) -> None:
    noisy = told(steady, "pyaes_clean", 1.0, 1.0, 1.0, control=1.06)
    turned = replace(noisy, runs=(noisy.runs[1], noisy.runs[0], noisy.runs[2]), baseline=noisy.runs[1])
    floor = compare.noise_floor(turned)
    assert floor is not None and floor.name == "pyaes_clean" and floor.share > 0.05
    one_block = told(steady, "pyaes_clean", 1.0, 1.0, 1.0)
    assert compare.noise_floor(one_block) is None  # unknown is not perfect


def test_a_stolen_cpu_makes_a_study_invalid_and_a_little_is_shown(steady: Evidence) -> None:
    bad = replace(steady, study=replace(steady.study, conditions={"stolen": 0.5}))
    assert speed(bad, "pyaes_opt").verdict == "invalid" and "hypervisor" in speed(bad, "pyaes_opt").reason
    some = replace(steady, study=replace(steady.study, conditions={"stolen": 0.03}))
    assert speed(some, "pyaes_opt").verdict == "faster"
    said = " ".join(text.render(sections.build(some)).decode().split())  # a no-break space is a space to split()
    assert "The hypervisor gave 3.00 % of a CPU's time to others" in said


def test_drift_and_waiting_are_remarks(steady: Evidence) -> None:
    found = speed(told(steady, "pyaes_opt", 0.5, 0.5, 0.5, drift=0.2, waited=[0.05] * BLOCKS), "pyaes_opt")
    assert found.verdict == "faster"
    assert found.quality.drift == pytest.approx(0.22, abs=0.02)
    assert "drifted by +2" in found.quality.remarks[0] and "waited 5.00\N{NO-BREAK SPACE}%" in found.quality.remarks[1]
    assert speed(steady, "pyaes_opt").quality.remarks == ()


def test_the_noise_floor_widens_the_band_and_is_printed(steady: Evidence) -> None:
    noisy = told(steady, "pyaes_clean", 1.0, 1.0, 1.0, control=1.6)
    floor = compare.noise_floor(noisy)
    assert floor is not None and floor.share == pytest.approx(0.6, abs=0.01)
    close = told(noisy, "pyaes_opt", 0.7, 0.7, 0.7)  # 1.43 times: less than this host makes of nothing
    assert speed(close, "pyaes_opt").verdict == "equivalent"
    assert speed(noisy, "pyaes_opt").verdict == "faster"
    said = " ".join(text.render(sections.build(noisy)).decode().split())
    assert ("Noise floor: against itself" in said and "equivalent within 60.1 %" in said) or "60.0 %" in said


def test_every_real_study_measures_its_floor(study: tuple[Archive, str]) -> None:
    floor = compare.noise_floor(evidence.read(*study))
    assert floor is not None and floor.build == "release" and floor.share > 0


def test_holm_corrects_for_the_number_of_variants(steady: Evidence) -> None:
    """Two equal variants: the p-value of each is doubled."""
    alone = compare.compare(replace(steady, runs=steady.runs[:2]), "release").speeds[1].p
    both = compare.compare(told(steady, "pyaes_opt2", 9.0, 0.5, 0.5, 0.5), "release").speeds[1].p
    assert both == pytest.approx(2 * alone)
