"""The machinery keeps its promises on simulated data, and a real calibration ends in a report."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import pytest
from invoke.context import Context

import tasks
from profiling import calibrate
from profiling.options import Options
from reporting import statistics
from reporting.calibration import report
from reporting.calibration import trials as calibration
from reporting.calibration.trials import MODELS, Result
from reporting.measures import verdicts

TRIED = (0.0, 0.03)


@pytest.fixture(scope="module")
def quiet() -> Result:
    return calibration.simulate(MODELS[0], calibration.STUDIES, TRIED)


@pytest.fixture(scope="module")
def shared() -> Result:
    return calibration.simulate(MODELS[1], calibration.STUDIES, TRIED)


def test_false_positives_are_at_most_five_per_cent(quiet: Result, shared: Result) -> None:
    for result in (quiet, shared):
        same = result.at(0.0)
        assert len(same) == 200
        assert calibration.false_positives(same) <= 10
        assert calibration.excluded(same) <= 16  # the plain test, nominally 10


def test_coverage_is_93_to_97_per_cent(quiet: Result, shared: Result) -> None:
    trials = [trial for result in (quiet, shared) for trial in result.at(0.0)]
    assert 0.93 <= np.mean([trial.covered for trial in trials]) <= 0.97


def test_a_slowdown_of_three_per_cent_is_found(quiet: Result, shared: Result) -> None:
    for result in (quiet, shared):
        slower = result.at(0.03)
        assert sum(trial.verdict == "slower" for trial in slower) >= 0.8 * len(slower)
        assert result.smallest_found == 0.03


def test_a_noisy_host_claims_less_and_not_more() -> None:
    noisy = calibration.simulate(MODELS[-1], 60, TRIED)
    assert calibration.false_positives(noisy.at(0.0)) <= 3
    assert noisy.smallest_found is None


def test_stopping_early_keeps_the_coverage() -> None:
    stopped = calibration.simulate(MODELS[3], 150, (0.0,)).at(0.0)
    assert "stopped" in MODELS[3].name
    assert 0.90 <= np.mean([trial.covered for trial in stopped]) <= 0.99  # 95 % within three standard errors
    assert calibration.false_positives(stopped) <= 5


def test_pooled_values_deceive_and_processes_do_not(quiet: Result) -> None:
    """pyperf's test over pooled values calls far more identical pairs different than its nominal 5 %."""
    same = quiet.at(0.0)
    assert sum(trial.pyperf for trial in same) > 2 * calibration.excluded(same)


def test_a_broken_machinery_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without Student's t, without a floor, without Holm's cousin the band: the figures above would not hold."""
    monkeypatch.setattr(statistics, "student_t", lambda freedom: 1.0)
    narrow = calibration.simulate(MODELS[0], 100, TRIED)
    assert np.mean([trial.covered for trial in narrow.at(0.0)]) < 0.9
    monkeypatch.undo()
    monkeypatch.setattr(verdicts, "SMALLEST_BAND", 0.2)
    blind = calibration.simulate(MODELS[0], 20, TRIED)
    assert blind.smallest_found is None


def test_the_report_has_every_model_and_its_plot(quiet: Result) -> None:
    full = calibration.simulate(MODELS[0], 5)
    document = report.build([full, full], None, None, "20260101_000000")
    (table,) = [b for b in document.sections[0].blocks if hasattr(b, "rows")]
    assert len(table.rows) == 2
    assert len(document.sections[1].blocks) == 3


def test_a_real_calibration_runs_to_its_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(
        calibrate, "Options", partial(Options, warm_seconds=0.01)
    )  # what takes long, and shows nothing here
    places = {"results_dir": str(tmp_path / "r"), "report_dir": str(tmp_path)}
    tasks.calibrate(Context(), bench="aes", studies="3", pairs="1", size="small", wait=True, **places)
    assert "of 1 real A/A studies on this host" in capsys.readouterr().out
    assert (tmp_path / "report_calibration.txt").is_file()
