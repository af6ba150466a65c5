"""What perf writes is read right, or refused; it is never misread.

Real, from perf 6.1 on a machine without a PMU: perf_no_pmu.json, perf_c.csv, perf_c_comma.csv, and under de_DE and fr_FR
perf_de.json, perf_de_comma.csv, perf_fr.csv; perf_denied_*.txt with a filter that lets perf_event_open fail with EACCES
and EPERM. Written by hand, as perf writes on a machine with a PMU: perf_pmu.json, and the lines below.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from profiling import perf_output
from profiling.perf_output import Row, Unreadable, combined, read

GOLDEN = Path(__file__).parent / "golden"
LINE = '{"counter-value" : "12.500000", "unit" : "", "event" : "cycles", "event-runtime" : 5, "pcnt-running" : 40.00}'


def golden(name: str) -> dict[str, Row]:
    return {row.event: row for row in read((GOLDEN / name).read_text(encoding="utf-8"))}


@pytest.mark.parametrize(
    ("name", "clock", "faults"),
    [
        ("perf_c.csv", 0.59, 48),
        ("perf_c_comma.csv", 0.59, 49),
        ("perf_de.json", 0.66112, 49),  # invalid JSON: pcnt-running is 100,00
        ("perf_fr.csv", 0.58, 48),
    ],
)
def test_every_form_and_locale_gives_the_same_rows(name: str, clock: float, faults: int) -> None:
    found = golden(name)
    assert list(found) == ["cycles", "instructions", "task-clock", "context-switches", "page-faults"]
    assert found["task-clock"] == Row("task-clock", clock, "msec")
    assert found["page-faults"].value == faults
    assert found["cycles"].missing == "not supported"


def test_commas_that_may_be_either_kind_are_refused_with_the_remedy() -> None:
    with pytest.raises(Unreadable, match="commas") as refused:
        golden("perf_de_comma.csv")
    assert "LC_ALL=C" in refused.value.hint


@pytest.mark.parametrize(
    "line",
    [
        LINE[:-9],  # cut off
        LINE.replace('"12.500000"', '"1,234.500000"'),  # digits are never grouped in this form
        LINE.replace('"12.500000"', "true"),
        LINE.replace("cycles", "cy\\ncles").replace('"event" :', '"nothing" :'),
        "12;;cycles",
        "CPU0;1;12;;cycles;5;40.00",  # -A: a column more in front
        "12;;cycles;5;half;;",
        "      1,234,567      cycles      # perf stat without -j",
        "error: no such file",
    ],
)
def test_what_does_not_fit_is_refused(line: str) -> None:
    with pytest.raises(Unreadable):
        read(line)


def test_multiplexing_and_repeats_are_read() -> None:
    assert read("7;;branches;1.25%;500;38.47;0.1;of all branches")[0] == Row("branches", 7.0, counted=38.47)
    assert read(LINE)[0].counted == 40.0
    assert read("<not counted>;;branches;0;0.00;;")[0].missing == "not counted"


def test_metrics_that_divided_by_zero_do_not_spoil_the_count() -> None:
    line = LINE[:-1] + ', "metric-value" : nan, "metric-unit" : "of all branches"}'
    assert read(line)[0].value == 12.5


@pytest.mark.parametrize(
    ("event", "name", "user_only"),
    [
        ("cycles:u", "cycles", True),
        ("cycles:uk", "cycles", False),
        ("cpu_core/cycles/u", "cycles", True),
        ("L1-dcache-loads", "L1-dcache-loads", False),
        ("syscalls:sys_enter_read", "syscalls:sys_enter_read", False),
    ],
)
def test_names_lose_their_modifiers(event: str, name: str, user_only: bool) -> None:
    (row,) = read(f"12;;{event};5;100.00;;")
    assert (row.event, row.user_only) == (name, user_only)


def test_on_hybrid_cpus_only_one_kind_of_core_can_be_read() -> None:
    one = read("<not counted>;;cpu_atom/cycles/;0;0.00;;\n12;;cpu_core/cycles/;5;100.00;;")
    assert combined(one) == Row("cycles", 12.0, pmu="cpu_core")
    both = combined(read("3;;cpu_atom/cycles/;2;40.00;;\n12;;cpu_core/cycles/;3;60.00;;"))
    assert both is not None and "60 % on cpu_core" in both.missing
    assert combined([]) is None


def test_only_a_denial_is_called_one() -> None:
    assert perf_output.denial("event syntax error: 'nosuchevent'") == ("", "")
