"""What is told beside the figures of accelerators: whose clock it is, what is measured, how busy the machine was, on which day.

That no format mixes what was projected with what was measured is seen here for workbook and talk.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from pypdf import PdfReader

from bench.hardware import HardwareStudy
from reporting.compare import compare
from reporting.document import Document, Slide, Table, Text
from reporting.evidence import Evidence
from reporting.narrative.known import Known
from reporting.narrative.tell import tell
from reporting.renderers import slides, xlsx
from reporting.words import baseline_limits, hardware_doubts, hardware_facts, sections
from tests import synthetic, synthetic_hardware
from tests.narratives import NARRATIVE
from tests.told import paragraph


@pytest.fixture(scope="module", autouse=True)
def quick() -> Iterator[None]:
    yield from synthetic_hardware.quick()


@pytest.fixture(scope="module")
def evidence(quick: None) -> Evidence:
    return synthetic_hardware.evidence()


@pytest.fixture(scope="module")
def document(evidence: Evidence) -> Document:
    return sections.build(evidence)


@pytest.fixture(scope="module")
def book(document: Document) -> Workbook:
    return load_workbook(io.BytesIO(xlsx.render(document)))


def keyed(document: Document, key: str) -> Any:
    return next(b for s in document.sections for b in s.blocks if getattr(b, "key", "") == key)


def rows_of(book: Workbook, series: Any) -> list[tuple[str, str]]:
    """Return (group, name) of the rows that a series of bars takes its values from."""
    sheet, _, area = series.val.numRef.f.rpartition("!")
    first, last = (int(each.rpartition("$")[2]) for each in area.split(":"))
    cells = [[book[sheet.strip("'")].cell(row, column).value for column in (1, 2)] for row in range(first, last + 1)]
    return [(str(group), str(name)) for group, name in cells]


def test_no_series_of_a_workbook_mixes_what_was_projected_and_what_was_measured(
    book: Workbook, evidence: Evidence
) -> None:
    drawn = [(sheet.title, chart) for sheet in book.worksheets for chart in vars(sheet)["_charts"]]
    bars = [(title, rows_of(book, s)) for title, chart in drawn for s in chart.series if s.val is not None]
    software = {run.name for run in evidence.runs}
    told: dict[str, list[str]] = {}
    for title, rows in bars:
        (group,) = {group for group, _ in rows}
        told.setdefault(title, []).append(group.partition(":")[0])
        if group.startswith("projected"):
            assert not software & {name for _, name in rows}, title
    for title in ("projected", "sweep aes_iterative", "sweep aes_pipelined"):
        assert sorted(told[title]) == ["measured", "projected"], title


def test_what_a_sweep_is_held_against_is_measured_and_has_its_interval(book: Workbook, document: Document) -> None:
    rows: list[Any] = list(book["sweep aes_iterative"].iter_rows(min_row=2, max_col=5, values_only=True))
    (measured,) = [row for row in rows if str(row[0]).startswith("measured: CPython")]
    _, name, value, low, high = measured
    assert name == "pyaes_vaes" and low < value < high
    chart = keyed(document, "sweep:aes_iterative")
    assert {bar.projected for _, bars in chart.groups[:1] for bar in bars} == {True} and not chart.lines
    assert not any(bar.projected for _, bars in chart.groups[1:] for bar in bars)


def test_a_column_of_clocks_says_what_is_in_its_brackets_in_table_and_workbook(
    book: Workbook, document: Document
) -> None:
    for key, header in (("designs", "clock, range of 3 seeds"), ("clocks:aes_iterative", "clock, range of 3 seeds")):
        assert header in keyed(document, key).columns and "A placement is chosen" in keyed(document, key).caption
    heads = [cell.value for cell in book["designs"][1]]
    assert "clock, range of 3 seeds, low (Hz)" in heads
    one = replace(synthetic_hardware.result("one", 9, 90.0, 9), clocks={"6": (90.0,)})
    assert hardware_facts.clock_header([one]) == "clock"


def test_clock_and_interface_are_of_two_devices_and_points_are_compared(document: Document) -> None:
    for key in ("designs", "sweep:aes_iterative"):
        assert "ECP5-85k (LFE5U), without processor or PCIe" in keyed(document, key).caption
        assert "a projection, not a product" in keyed(document, key).caption
    assert "points are compared, not intervals" in keyed(document, "pareto").caption
    assert "Look-up tables alone are drawn" in keyed(document, "pareto").caption


def test_what_was_counted_is_shown_to_the_last_digit() -> None:
    made = hardware_facts.work(replace(synthetic_hardware.result("one", 28_783, 90.0, 9), sent=46_112))
    assert made is not None
    shown = {row[0].text: row[2].text for row in made.rows}
    assert shown == {"cycles": "14,400", "bytes sent": "23,056", "bytes received": "23,000"}


def test_the_load_as_hosts_were_timed_is_shown_and_above_one_for_a_cpu_it_is_a_limit(evidence: Evidence) -> None:
    def of(*load: float) -> Evidence:
        study = evidence.hardware
        assert study is not None
        machine = {**study.baseline.machine, "load": list(load), "usable_cpus": 2}
        return replace(evidence, hardware=replace(study, baseline=replace(study.baseline, machine=machine)))

    calm, busy = (sections.build(of(*load)) for load in ((0.5, 1.5, 2.0), (0.5, 4.61, 5.18)))
    assert not any("Busy as the hosts' study began" in each for each in calm.warnings)
    (limit,) = [each for each in busy.warnings if "Busy as the hosts' study began" in each]
    assert "load 0.50, 4.61, 5.18 over 1, 5 and 15 min, on 2 CPUs" in limit
    for each, load in ((calm, "0.50, 1.50, 2.00"), (busy, "0.50, 4.61, 5.18")):
        said = [b.text for s in each.sections for b in s.blocks if isinstance(b, Text)]
        assert any("The load as the former began" in text and load in text for text in said)
        tools: Table = keyed(each, "hardware-tools")
        assert [load in row[1].text for row in tools.rows if row[0].text == "load as that began"] == [True]
    assert hardware_doubts.load(HardwareStudy("aes", "", "full", (), {}, {}, "", 1.0)) == ""


def baseline_of(evidence: Evidence, *factors: float, metric: str = "time") -> tuple[str, ...]:
    """Return the limits where the baseline's processes took so many times their usual time."""
    (found,) = (m for m in evidence.baseline.measurements if (m.build, m.metric) == ("release", metric))
    usual = synthetic.SECONDS["release"]
    detail = {**found.detail, "processes": [[usual * factor] * 3 for factor in factors]}
    changed = synthetic.changed(evidence, synthetic.BASE, replace(found, detail=detail))
    return baseline_limits.limits(changed, compare(changed, "release"))


def test_a_baseline_that_moves_is_a_limit_with_what_it_does_to_ratios(evidence: Evidence) -> None:
    even = [1 + 0.002 * (-1) ** i for i in range(10)]
    assert baseline_limits.limits(evidence, compare(evidence, "release")) == ()
    long = baseline_of(evidence, *even[:9], 1.4)[-1]
    assert "1 of 10 processes took" in long and "Its mean differs from its median by +" in long
    assert "as fast by means" in long and "× by medians" in long
    assert not any("processes took" in each for each in baseline_of(evidence, *even[:9], 1.2)), "below 1.25 times"
    (drifting,) = [e for e in baseline_of(evidence, *(1 + 0.02 * i for i in range(10))) if "drifted" in e]
    assert "drifted by +1" in drifting and "processes took" not in drifting


def test_a_wide_noise_floor_is_a_limit(evidence: Evidence) -> None:
    wide = [1 + 0.15 * (-1) ** i for i in range(10)]
    (floor,) = [e for e in baseline_of(evidence, *wide, metric="time of the control") if "Noise floor" in e]
    assert "against itself: " in floor and "smaller differences earn no verdict" in floor


def test_a_slide_with_projections_says_what_they_are_made_from(document: Document) -> None:
    assert document.projected.startswith(
        f"Projected from study {document.timestamp} and hardware study {synthetic_hardware.STAMP}"
    )
    pair = (Slide("Projected", (keyed(document, "projected"),), projected=True), Slide("Measured", (paragraph("x"),)))
    talk = PdfReader(io.BytesIO(slides.render(replace(document, slides=pair))))
    feet = [" ".join(page.extract_text().split()) for page in talk.pages[1:3]]
    assert document.projected[:60] in feet[0] and "loses by" in feet[0]
    assert document.projected[:20] not in feet[1] and document.subtitle[:30] in feet[1]


def test_a_slide_that_takes_a_cell_from_a_projection_is_one_with_projections(document: Document) -> None:
    cell = "- {cell:designs|aes_iterative|projected speedup}"
    told = tell(NARRATIVE.replace("- {faster:pyaes_vaes} it is", cell), document, Path("aes.md"))
    assert [slide.projected for slide in told.slides] == [True, False]
    assert not any(slide.projected for slide in tell(NARRATIVE, document, Path("aes.md")).slides)


@pytest.mark.parametrize(
    ("key", "projected"),
    [("projected", True), ("pareto", True), ("amdahl", True), ("designs", True), ("ladder", False), ("behind:release", False), ("none", False)],
)  # fmt: skip
def test_what_holds_projections_is_known_by_its_key(document: Document, key: str, projected: bool) -> None:
    assert Known(document).projects(key) is projected
