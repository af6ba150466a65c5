"""Counters from perf: what is missing stays missing, and what was scaled is flagged."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bench.model import Measurement
from bench.rundir import Archive
from profiling.collectors import counters
from profiling.process import which

GOLDEN = Path(__file__).parent / "golden"


def parsed(tmp_path: Path, *names: str, iterations: int = 1) -> dict[str, Measurement]:
    for number, name in enumerate(names, 1):
        shutil.copy(GOLDEN / name, tmp_path / f"perf_run_{number}{Path(name).suffix}")
    (tmp_path / "plan.json").write_text(f'{{"iterations": {iterations}, "warm_ups": 1}}')
    return {m.metric: m for m in counters.parse(tmp_path, tmp_path, "release")}


def test_without_a_pmu_hardware_counters_are_missing_and_never_zero(tmp_path: Path) -> None:
    found = parsed(tmp_path, "perf_no_pmu.json")
    assert len([m for m in found.values() if m.source == "PMU"]) == 16
    for name in counters.HARDWARE:
        assert found[name].values == ()
        assert found[name].missing == "not supported"
    assert found["task-clock"].values == pytest.approx((64.834639,))
    assert found["task-clock"].unit == "ms"


def test_suffixes_multiplexing_and_counts_per_iteration(tmp_path: Path) -> None:
    found = parsed(tmp_path, "perf_pmu.json", "perf_pmu.json", iterations=4)
    assert found["cycles"].values == (250_000.0, 250_000.0)  # cycles:u in the file
    assert found["instructions"].counted == pytest.approx(38.47)
    assert found["branches"].counted == 100.0
    assert found["branch-misses"].missing == "not counted"
    assert found["LLC-loads"].missing == "perf did not report it"
    assert found["task-clock"].values  # user space has a clock
    assert found["context-switches"].values == () and "user space only" in found["context-switches"].missing


def test_a_counter_lost_in_one_run_is_missing_altogether(tmp_path: Path) -> None:
    found = parsed(tmp_path, "perf_pmu.json", "perf_no_pmu.json")
    assert found["cycles"].values == () and found["cycles"].missing == "not supported"


def test_csv_is_read_as_json_is(tmp_path: Path) -> None:
    found = parsed(tmp_path, "perf_c.csv", "perf_de.json", "perf_fr.csv")
    assert found["page-faults"].values == (48.0, 49.0, 48.0)
    assert found["task-clock"].values == pytest.approx((0.59, 0.66112, 0.58))
    assert found["instructions"].missing == "not supported"


def test_a_file_that_would_have_to_be_guessed_at_gives_no_number(tmp_path: Path) -> None:
    found = parsed(tmp_path, "perf_c.csv", "perf_de_comma.csv")
    assert len(found) == 20
    assert all(m.values == () and "LC_ALL=C" in m.missing for m in found.values())


def fake_perf(folder: Path, script: str) -> str:
    fake = folder / "perf"
    fake.write_text(f"#!/bin/sh\n{script}\n")
    fake.chmod(0o755)
    return str(fake)


@pytest.mark.parametrize(
    ("script", "reason", "fix"),
    [
        (f"cat {GOLDEN}/perf_denied_eacces.txt >&2; exit 255", "perf_event_paranoid is 2", "perf_event_paranoid=1"),
        (f"cat {GOLDEN}/perf_denied_eperm.txt >&2; exit 255", "not permitted", "--cap-add PERFMON"),
        ("echo 'WARNING: perf not found for kernel 5.15' >&2; exit 2", "not found for kernel", "apt install"),
        ("exit 255", "exit code 255", "apt install"),
    ],
)
def test_a_denial_is_explained_with_its_fix(script: str, reason: str, fix: str, tmp_path: Path) -> None:
    said = counters.denial(fake_perf(tmp_path, script))
    assert reason in said[0] and fix in said[1]


@pytest.mark.needs("perf")
def test_a_perf_without_json_is_asked_for_csv(tmp_path: Path) -> None:
    """As perf 5.15 of Ubuntu 22.04 does: it knows no -j, says so and exits with 129."""
    real = which("perf")
    old = fake_perf(tmp_path, f"""case " $* " in *" -j "*) exit 129;; esac; exec {real} "$@" """)
    assert counters.output_words(old) == ("-x", ";")
    assert counters.pmu_missing(old) == counters.pmu_missing(str(real)) != "perf did not report it"


@pytest.mark.needs("perf")
def test_real_counters_cover_the_region_only(study: tuple[Archive, str]) -> None:
    """The task clock of the region agrees with pyperf's clock around the same code, not with the whole process."""
    archive, timestamp = study
    run = archive.run("pyaes_clean", timestamp)
    found = {m.metric: m for m in run.metrics() if m.build == "release"}
    assert len(found["task-clock"].values) == 2
    region = min(found["task-clock"].values) / 1000
    timed = min(found["time"].values)
    assert region < 20 * timed  # a process is a hundred times as long as this small region


def test_flushing_writes_what_it_says() -> None:
    counters.flush_caches(1 << 20)
