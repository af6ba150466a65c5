"""Reading perf's JSON: what is missing stays missing, and what was scaled is flagged."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bench.model import Measurement
from bench.rundir import Archive
from profiling.collectors import counters

GOLDEN = Path(__file__).parent / "golden"


def parsed(tmp_path: Path, *names: str, iterations: int = 1) -> dict[str, Measurement]:
    for number, name in enumerate(names, 1):
        shutil.copy(GOLDEN / name, tmp_path / f"perf_run_{number}.json")
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


@pytest.mark.parametrize(
    ("stderr", "expected"),
    [
        ("Error:\nAccess to performance monitoring and observability operations is limited.", "denies it"),
        ("Error:\nNo permission to enable task-clock event.", "denies it"),
        ("perf: command not found for this kernel", "perf: command not found for this kernel"),
    ],
)
def test_a_denial_is_explained(stderr: str, expected: str, tmp_path: Path) -> None:
    fake = tmp_path / "perf"
    fake.write_text(f"#!/bin/sh\necho '{stderr}' >&2\nexit 255\n")
    fake.chmod(0o755)
    assert expected in counters.denial(str(fake))


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
