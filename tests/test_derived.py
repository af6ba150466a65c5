"""Derived numbers: right from known counts, of one source only, and missing where an input is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bench.model import Measurement
from bench.rundir import Archive
from reporting import evidence
from reporting.document import Table
from reporting.evidence import Evidence, Run
from reporting.measures.derived import PMU, SIMULATED, derive, deterministic_ratio
from reporting.words import counter_tables, sections

COUNTS = {
    "cycles": 500.0, "instructions": 1000.0, "branches": 200.0, "branch-misses": 10.0,
    "L1-dcache-load-misses": 20.0, "LLC-load-misses": 1.0,
}  # fmt: skip


def measured(source: str, metric: str, *values: float, **more: object) -> Measurement:
    collector = {SIMULATED: "simulated", "rusage": "timing"}.get(source, "counters")
    detail = {"size": "small", "warm": True, "caches": "I1 32 KiB", "differs": ""} if source == SIMULATED else {}
    unit = "per byte" if source == SIMULATED else ""
    made = Measurement(collector, "release", metric, unit, values, source=source, detail=detail)
    return replace(made, **more)  # type: ignore[arg-type]


def counting(run: Run, *measurements: Measurement) -> Run:
    """`run` with these counters and no others."""
    kept = tuple(m for m in run.measurements if m.metric in ("time", "peak memory"))
    return replace(run, measurements=(*kept, *measurements))


def pmu(**changed: Measurement) -> list[Measurement]:
    made = {name: measured(PMU, name, value) for name, value in COUNTS.items()}
    return list((made | {name.replace("_", "-"): m for name, m in changed.items()}).values())


@pytest.fixture
def found(study: tuple[Archive, str]) -> Evidence:
    return evidence.read(*study)


def of(run: Run, source: str) -> dict[str, float | None]:
    return {f"{d.name}, {d.unit}".rstrip(", "): d.value for d in derive(run, "release", source)}


def test_known_counts_give_known_numbers(found: Evidence) -> None:
    assert of(counting(found.baseline, *pmu()), PMU) == {
        "instructions per cycle (IPC)": 2.0,
        "L1d load misses, per 1,000 instructions": 20.0,
        "LLC load misses, per 1,000 instructions": 1.0,
        "branch misses, per 1,000 instructions": 10.0,
        "branch misses, % of branches": 5.0,
        "instructions per byte": 0.5,  # 2,000 bytes at the small size
    }


def test_sources_are_never_mixed(found: Evidence) -> None:
    simulated = [measured(SIMULATED, name, value) for name, value in COUNTS.items() if name != "cycles"]
    cycles = measured(PMU, "cycles", 500.0)
    run = counting(found.baseline, cycles, *simulated)
    assert of(run, PMU)["instructions per cycle (IPC)"] is None
    assert "instructions per cycle (IPC)" not in of(run, SIMULATED)
    assert of(run, SIMULATED)["branch misses, % of branches"] == 5.0


def test_a_missing_input_gives_its_reason(found: Evidence) -> None:
    lost = measured(PMU, "branches", missing="not supported")
    (ratio,) = [
        d for d in derive(counting(found.baseline, *pmu(branches=lost)), "release", PMU) if d.unit == "% of branches"
    ]
    assert ratio.value is None and ratio.missing == "not supported"
    none = measured(PMU, "branches", 0.0)
    (ratio,) = [
        d for d in derive(counting(found.baseline, *pmu(branches=none)), "release", PMU) if d.unit == "% of branches"
    ]
    assert ratio.value is None and "is 0" in ratio.missing


def test_an_input_that_was_scaled_flags_what_follows_from_it(found: Evidence) -> None:
    scaled = measured(PMU, "cycles", 500.0, counted=38.47)
    run = counting(found.baseline, *pmu(cycles=scaled))
    flags = {d.name: d.flagged for d in derive(run, "release", PMU)}
    assert flags["instructions per cycle (IPC)"] and not flags["branch misses"]
    shown = counter_tables.counters(replace(found, runs=(run,), baseline=run), "release")
    assert shown is not None
    (ipc,) = [row for row in shown.rows if "IPC" in row[0].text]
    assert ipc[2].text == "2.00*" and "38 %" in ipc[2].note


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        (measured(SIMULATED, "instructions", 250.0, 250.0), 4.0),
        (measured(SIMULATED, "instructions", 250.0, 250.0002), pytest.approx(4.0, rel=1e-6)),
        (measured(SIMULATED, "instructions", 250.0, 250.001), None),  # 4 ppm apart
        (measured(SIMULATED, "instructions", 250.0), None),  # never repeated
        (measured(SIMULATED, "instructions", 250.0, 250.0, unit="per iteration"), None),
        (measured(PMU, "instructions", 250.0, 250.0), None),
    ],
)
def test_instructions_are_compared_only_where_they_repeat(own: Measurement, expected: object, found: Evidence) -> None:
    base = counting(found.baseline, measured(SIMULATED, "instructions", 1000.0, 1000.0))
    variant = counting(found.runs[1], own)
    study = replace(found, runs=(base, variant), baseline=base)
    assert deterministic_ratio(study, variant, "release") == expected
    assert deterministic_ratio(study, variant, "dbg") is None


def tables_of(study: Evidence) -> dict[str, Table]:
    blocks = [block for section in sections.build(study).sections for block in section.blocks]
    return {block.title: block for block in blocks if isinstance(block, Table)}


def test_sixteen_missing_counters_are_one_remark_and_not_sixteen_rows(found: Evidence) -> None:
    lost = [measured(PMU, f"hardware-{n}", missing="not supported") for n in range(15)]
    lost.append(measured(PMU, "instructions", missing="not supported"))
    run = counting(found.baseline, *lost, measured("software event", "page-faults", 7.0))
    shown = tables_of(replace(found, runs=(run,), baseline=run))["Counters per iteration (release)"]
    assert [row[0].text for row in shown.rows] == ["page-faults"]
    assert "All 16 hardware counters are missing" in shown.caption and "not supported" in shown.caption


def test_rusage_is_shown_only_where_perf_is_not(found: Evidence) -> None:
    kernel = measured("rusage", "page faults", 5.0)
    alone = counting(found.baseline, kernel)
    shown = tables_of(replace(found, runs=(alone,), baseline=alone))["Counters per iteration (release)"]
    assert [(row[0].text, row[1].text) for row in shown.rows] == [("page faults", "rusage")]
    both = counting(found.baseline, kernel, measured("software event", "page-faults", 7.0))
    titles = tables_of(replace(found, runs=(both,), baseline=both))
    assert [row[0].text for row in titles["Counters per iteration (release)"].rows] == ["page-faults"]
    assert not any("page faults" in row[0].text for table in titles.values() for row in table.rows)


def test_simulated_counters_have_a_table_of_their_own(found: Evidence) -> None:
    base = counting(found.baseline, *(measured(SIMULATED, name, value, value) for name, value in COUNTS.items()))
    fast = counting(found.runs[1], measured(SIMULATED, "instructions", 250.0, 250.0))
    shown = tables_of(replace(found, runs=(base, fast), baseline=base))
    table = shown["Simulated counters per byte, at size small (release)"]
    fewer = table.rows[-1]
    assert "times fewer" in fewer[0].text and [cell.text for cell in fewer[1:]] == ["1.00×", "4.00×"]
    assert "0 ppm" in table.caption
    misses = next(row for row in table.rows if row[0].text.startswith("branch-misses"))
    assert misses[2].missing and misses[2].note


def test_real_timing_processes_book_what_they_used(study: tuple[Archive, str]) -> None:
    archive, timestamp = study
    found = {m.metric: m for m in archive.run("pyaes_clean", timestamp).metrics() if m.source == "rusage"}
    times = archive.run("pyaes_clean", timestamp).metrics()
    clock = next(m for m in times if m.metric == "time" and m.build == found["CPU time"].build)
    assert set(found) == {"CPU time", "page faults", "voluntary context switches", "involuntary context switches"}
    assert len(found["CPU time"].values) == len(clock.values)
    # An iteration, not a process with its start-up and warm-ups: within a wide margin, since clocks differ.
    assert max(found["CPU time"].values) < 3 * max(clock.values)


def test_the_golden_files_are_used() -> None:
    golden = Path(__file__).parent / "golden"
    used = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    assert [path.name for path in golden.iterdir() if path.name not in used] == []
