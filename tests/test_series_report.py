"""Ideas and series in a report: what leaving an idea out does, and another job at several points, with its gaps."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from typing import Any

import pytest

from bench.model import Measurement
from reporting import palette, units
from reporting.charts import Curves
from reporting.compare import compare
from reporting.document import Block, Table
from reporting.evidence import Evidence
from reporting.measures import ideas, series
from reporting.page import plotly_curves
from reporting.renderers import text
from reporting.statistics import Interval
from reporting.words import ladder_tables, sections, series_tables
from tests import synthetic
from tests.synthetic import BASE, LADDER, POINTS, Made

TOP = "pyaes_vaes"


quick = pytest.fixture(scope="module", autouse=True)(synthetic.quick)


@pytest.fixture(scope="module")
def found() -> Evidence:
    return synthetic.evidence()


@pytest.fixture(scope="module")
def blocks(found: Evidence) -> list[Block]:
    return series_tables.blocks(found, compare(found, "release"))


def table(blocks: list[Block], title: str) -> Table:
    return next(b for b in blocks if isinstance(b, Table) and b.title.startswith(title))


@pytest.mark.parametrize(
    ("ratio", "expected"),
    [
        (Interval(3.1, 3.0, 3.2), "slower"),
        (Interval(1.02, 1.011, 1.03), "slower"),
        (Interval(1.02, 1.009, 1.03), "open"),  # a cost of 1 % would pass for none
        (Interval(1.0, 0.995, 1.005), "no difference above 1 %"),
        (Interval(1.0, 0.8, 1.3), "open"),  # measured too roughly to say that it is nothing
        (Interval(0.93, 0.92, 0.94), "faster"),
        (Interval(0.985, 0.975, 0.995), "open"),
        (Interval(3.1, math.nan, math.nan), "one process"),
    ],
)
def test_what_leaving_an_idea_out_does(ratio: Interval, expected: str) -> None:
    assert ideas.reach(ratio) == expected


def test_ideas_stand_below_their_variant_with_intervals_over_processes(found: Evidence) -> None:
    optimizations = sections.build(found).sections[2].blocks
    (made,) = [b for b in optimizations if isinstance(b, Table) and "idea" in b.title]
    heading = next(i for i, b in enumerate(optimizations) if getattr(b, "text", "").startswith(f"{TOP}. "))
    assert optimizations.index(made) > heading and TOP in made.title
    first, shared, aligned = made.rows
    assert (first[0].text, first[3].text, first[4].text) == ("IN_FLIGHT", "slower", "1")
    assert first[2].low is not None and first[2].high is not None and first[2].low < 3.1 < first[2].high
    assert shared[3].text == "open" and aligned[3].text == "faster" and "5 processes" in made.caption


def test_an_idea_that_could_not_be_measured_has_its_reason(found: Evidence) -> None:
    detail = {"idea": "IN_FLIGHT", "off": "1", "summary": "many at once"}
    lost = Measurement("ideas", "release", "without IN_FLIGHT", "×", (), missing="wrong without it", detail=detail)
    run = next(r for r in synthetic.changed(found, TOP, lost).runs if r.name == TOP)
    (made,) = ideas.blocks(found, run)
    assert isinstance(made, Table)
    row = next(row for row in made.rows if row[0].text == "IN_FLIGHT")
    assert row[2].missing and row[2].note == f"{TOP} without IN_FLIGHT: wrong without it"
    assert ideas.blocks(found, found.baseline) == []


def test_a_series_has_a_row_per_variant_in_the_order_of_the_ladder(blocks: list[Block]) -> None:
    speeds = table(blocks, "Throughput by message size")
    assert speeds.columns == ("variant", *POINTS)
    names = [row[0].text for row in speeds.rows]
    assert names[:2] == [BASE, "pyaes_opt"] and names[7:] == [
        TOP, "peer_pycryptodome (peer)", "peer_cryptography (peer)", "peer_openssl_stream (peer)",
    ]  # fmt: skip
    cell = speeds.rows[7][4]  # 1 MiB in 0.6 µs + 1 MiB / 23 GB/s
    expected = 1048576 / (6e-7 + 1048576 / 2.3e10)
    assert isinstance(cell.value, float) and cell.value == pytest.approx(expected, rel=0.01) and cell.unit == "B/s"
    assert cell.low is not None and cell.high is not None and cell.low < cell.value < cell.high
    assert cell.text.startswith("22.") and " GB/s [22." in cell.text
    assert "is" in speeds.rows[-1][0].note  # it is described nowhere else


def test_gaps_of_a_series_have_their_reasons_each_said_once(found: Evidence, blocks: list[Block]) -> None:
    speeds = table(blocks, "Throughput by message size")
    rows = {row[0].text: row for row in speeds.rows}
    assert rows[BASE][4].missing and rows[BASE][4].note == f"1 MiB, {BASE}: a call would take about 1.1 s"
    (shared,) = [note for note in speeds.footnotes() if "no way" in note]
    assert "pyaes_opt2, pyaes_bitsliced_numpy, " in shared and rows["pyaes_numba"][5].note == shared
    gone = synthetic.changed(
        found, "pyaes_opt", drop=[m.metric for m in found.runs[1].measurements if "series" in m.metric]
    )
    run = gone.runs[1]
    skips = tuple(
        replace(c, skipped="--fast leaves it out") if c.collector == "series" else c for c in run.manifest.collections
    )
    run = replace(run, manifest=replace(run.manifest, collections=skips))
    gone = replace(gone, runs=(gone.runs[0], run, *gone.runs[2:]))
    row = table(series_tables.blocks(gone, compare(gone, "release")), "Throughput").rows[1]
    assert all(cell.missing and cell.note.endswith("pyaes_opt: --fast leaves it out") for cell in row[1:])


def test_a_share_of_a_point_is_told_from_that_of_the_job(found: Evidence, blocks: list[Block]) -> None:
    caption = table(blocks, "Share of the register-only limit").caption
    job = re.search(r"another job than that of the ladder, on which pyaes_vaes reaches (6\d\.\d\W% \[.*?\])\.", caption)
    c = compare(found, "release")
    said = ladder_tables.limit_sentence(found, c, series_tables.nearest(found, c))
    assert job and said
    assert f"on the job itself, which is none of these points, it reaches {job[1]} (release)" in said.text


def test_shares_and_work_per_cycle_are_of_what_comes_near_the_limit(blocks: list[Block]) -> None:
    shares, cycles = table(blocks, "Share of the register-only limit"), table(blocks, "Bytes per cycle")
    names = [row[0].text for row in shares.rows]
    assert names == [row[0].text for row in cycles.rows[:-1]] and names[0] == "pyaes_numba"
    assert "left out: pyaes_clean, pyaes_opt, pyaes_opt2, pyaes_bitsliced_numpy." in shares.caption
    top = shares.rows[names.index(TOP)]
    assert isinstance(top[5].value, float) and 0.86 < top[5].value < 0.89 and top[5].unit == "%"
    last = cycles.rows[-1]
    assert last[0].text == "register-only limit" and last[1].value == pytest.approx(8.97, rel=0.02)


def test_what_was_timed_without_the_limit_beside_it_is_not_called_far_from_it(found: Evidence) -> None:
    run = next(r for r in found.runs if r.name == "pyaes_opt")
    bare = synthetic.changed(found, run.name, drop=[m.metric for m in run.measurements if m.metric.startswith("share")])
    shares = table(series_tables.blocks(bare, compare(bare, "release")), "Share")
    row = next(row for row in shares.rows if row[0].text == "pyaes_opt")
    assert all(cell.missing for cell in row[1:]) and "pyaes_opt," not in shares.caption


def test_the_chart_has_a_curve_per_variant_and_the_limit(found: Evidence, blocks: list[Block]) -> None:
    (chart,) = [b for b in blocks if isinstance(b, Curves)]
    curves = {curve.label: curve for curve in chart.curves}
    assert chart.points == tuple(POINTS) and "MB/s, log scale" in chart.axis
    assert curves[BASE].values[3:] == (None, None) and curves[TOP].role == found.role(found.runs[7])
    assert curves["peer_openssl_stream"].outlined and not curves[TOP].outlined
    limit = curves["register-only limit"]
    assert limit.dashed and all(value and value[0] == pytest.approx(26_000, rel=0.02) for value in limit.values)


def test_no_line_leads_from_the_largest_amount_to_the_next_row_of_amounts(blocks: list[Block]) -> None:
    (chart,) = [b for b in blocks if isinstance(b, Curves)]
    assert chart.breaks == (4,)  # 1 MiB, then 1 MiB into a buffer
    assert palette.pieces(chart, [0, 2, 3, 4]) == [[0, 1, 2], [3]] and palette.pieces(chart, []) == []
    assert palette.pieces(replace(chart, breaks=()), [0, 4]) == [[0, 1]]
    drawn = plotly_curves.curves(chart).data
    assert len(drawn) == len([curve for curve in chart.curves if any(curve.values)])  # the page's filters count on it
    xs = [list(line.x) for line in drawn if {3, 4} <= set(line.x)]
    assert xs and all(x[x.index(3) : x.index(4) + 1] == [3, None, 4] for x in xs)


def test_the_pale_hue_is_darker_where_it_is_a_thin_line() -> None:
    pale = next(f"variant-{i}" for i, hue in enumerate(palette.VARIANTS) if hue == palette.PALE_HUE)
    assert palette.role_colour(pale) == palette.PALE_HUE and palette.line_colour(pale) == palette.DARKER_HUE
    assert palette.line_colour("variant-0") == palette.role_colour("variant-0")


def errors(found: Evidence, name: str, error: float | None) -> Evidence:
    """Return the evidence with a series of one point in states, with an error."""
    detail: dict[str, Any] = {
        "point": "4,823 states", "amount": 4823.0, "unit": "state", "title": "Exact solutions", "summary": "Solves it.",
        "error": error, "error_unit": "largest difference of a value",
    }  # fmt: skip
    measured = Measurement("series", "release", "series: 4,823 states", "s", (0.02, 0.021), "clock", detail=detail)
    return synthetic.changed(found, name, measured)


def test_amounts_that_are_no_bytes_are_shown_as_times_and_errors_in_their_unit() -> None:
    found = synthetic.evidence((replace(LADDER[0], rate=None), Made("pyaes_opt", 2.84), Made("pyaes_opt2", 20.7)))
    found = errors(errors(errors(found, BASE, 0.0), "pyaes_opt", 3.1e-12), "pyaes_opt2", None)
    blocks = series_tables.blocks(found, compare(found, "release"))
    times, wrong = table(blocks, "Exact solutions"), table(blocks, "Error of the answer")
    assert times.rows[0][1].value == pytest.approx(0.0205) and " ms [" in times.rows[0][1].text
    assert [row[1].text for row in wrong.rows] == ["exact", "3.10×10⁻¹²", "–"]
    assert "largest difference of a value" in wrong.caption
    assert not any(isinstance(b, Table) and b.title.startswith("Share") for b in blocks)
    (chart,) = [b for b in blocks if isinstance(b, Curves)]
    assert chart.axis == "time of a call (ms, log scale)" and not any(curve.dashed for curve in chart.curves)


def test_nothing_of_a_series_without_one(found: Evidence) -> None:
    assert series_tables.blocks(found, compare(found, "dbg")) == []  # it was measured on the other build
    assert (
        series.read(found, compare(found, "dbg")) is None
        and series_tables.nearest(found, compare(found, "dbg")) is None
    )


def test_what_has_tables_of_its_own_is_not_also_measured(found: Evidence) -> None:
    said = text.render(sections.build(found)).decode()
    assert "Also measured" not in said
    other = Measurement("energy", "release", "energy", "J", (1.0,))
    assert "Also measured" in text.render(sections.build(synthetic.changed(found, BASE, other))).decode()


def test_rates_and_small_numbers() -> None:
    assert units.rate(Interval(2.26e10, 2.25e10, 2.28e10)).replace("\u00a0", " ") == "22.6 GB/s [22.5–22.8]"
    assert units.rate(Interval(732_000.0, 730_000.0, 734_000.0)).replace("\u00a0", " ") == "732 kB/s [730–734]"
    assert [units.small(x) for x in (0.0, 0.25, 1e-12)] == ["0", "0.250", "1.00×10⁻¹²"]
    assert [units.count(n, w) for n, w in ((1, "process"), (5, "process"), (2, "run"))] == [
        "1 process", "5 processes", "2 runs",
    ]  # fmt: skip
