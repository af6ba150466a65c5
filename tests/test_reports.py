"""One Document, many formats: they agree, and none says more than the evidence."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook

from bench.errors import SuiteError
from bench.model import Measurement, Outcome
from bench.rundir import Archive
from reporting import evidence, palette, render
from reporting.compare import compare, flame_boxes, hot_functions
from reporting.document import Cell, Document, Prose, Section, Table, Text
from reporting.evidence import Evidence, Run
from reporting.renderers import json as json_renderer
from reporting.renderers import text, xlsx
from reporting.words import counter_tables, ladder_tables, sections, tables
from reporting.words.sections import View

SECTIONS = [
    "Overview",
    "Initial Analysis",
    "Optimizations",
    "Performance Comparison",
    "Hardware Acceleration",
    "Conclusion",
]


@pytest.fixture
def found(study: tuple[Archive, str]) -> Evidence:
    return evidence.read(*study)


def with_times(run: Run, *seconds: float, build: str = "release") -> Run:
    """`run` with its timing on one build replaced."""
    replaced = ("time", "time of the control")
    others = tuple(m for m in run.measurements if m.metric not in replaced or m.build != build)
    return replace(run, measurements=(*others, Measurement("timing", build, "time", "s", seconds)))


def times(found: Evidence, **seconds: tuple[float, ...]) -> Evidence:
    runs = tuple(with_times(run, *seconds[run.name]) if run.name in seconds else run for run in found.runs)
    return replace(found, runs=runs, baseline=runs[0])


def words(document: Document) -> str:
    return " ".join(text.render(document).decode().split())


def test_the_six_sections_are_there(found: Evidence) -> None:
    titles = [section.title for section in sections.build(found).sections]
    assert titles[: len(SECTIONS)] == SECTIONS and titles[len(SECTIONS) :] == ["Environment", "Commands"]


def test_whatever_is_shown_has_a_key_of_its_own(found: Evidence) -> None:
    """Narratives place blocks by key, and refer to cells of tables by it."""
    shown = [b for s in sections.build(found).sections for b in s.blocks if not isinstance(b, Text | Prose)]
    keys = [b.key for b in shown]
    assert all(keys), [b.title for b in shown if not b.key]
    assert len(set(keys)) == len(keys), sorted(k for k in set(keys) if keys.count(k) > 1)
    assert {"ladder", "performance:release", "hot:pyaes_clean", "machine", "commands"} <= set(keys)


def test_verdicts_follow_the_numbers(found: Evidence) -> None:
    steady = times(found, pyaes_clean=(1.0,) * 10, pyaes_opt=(0.5,) * 10, pyaes_opt2=(2.0,) * 10)
    said = words(sections.build(steady))
    assert "pyaes_opt is 2.00× [2.00–2.00] faster than pyaes_clean" in said
    assert "pyaes_opt2 is slower than pyaes_clean" in said
    few = times(found, pyaes_clean=(1.0,) * 3, pyaes_opt=(0.5,) * 3, pyaes_opt2=(2.0,) * 3)
    assert "faster than pyaes_clean" not in words(sections.build(few))
    assert "3 processes; a verdict by time needs 10" in words(sections.build(few))


def test_a_wrong_variant_never_gets_a_number(found: Evidence) -> None:
    bad = found.runs[1]
    outcomes = tuple(Outcome(o.build, "wrong answer", "byte 7 differs") for o in bad.manifest.outcomes)
    spoilt = replace(bad, manifest=replace(bad.manifest, outcomes=outcomes))  # its measurements are still there
    study = replace(found, runs=(found.runs[0], spoilt, *found.runs[2:]))
    comparison = compare(study, "release")
    assert comparison.of(spoilt).speedup is None
    document = sections.build(study)
    assert f"{bad.name} has no speed" in words(document) and "byte 7 differs" in words(document)
    chart = ladder_tables.chart(study, [comparison])
    (bar,) = [bar for bar in chart.groups[0][1] if bar.label == bad.name]
    assert bar.value is None and palette.without_bar(bar) == ("✕", palette.WRONG)
    for status in ("failed", "skipped"):  # no number either, but nothing that is wrong
        outcomes = tuple(Outcome(o.build, status, "no room") for o in bad.manifest.outcomes)
        other = replace(
            found,
            runs=(found.runs[0], replace(bad, manifest=replace(bad.manifest, outcomes=outcomes)), *found.runs[2:]),
        )
        chart = ladder_tables.chart(other, [compare(other, "release")])
        assert [palette.without_bar(b)[0] for b in chart.groups[0][1] if b.label == bad.name] == ["–"]


def test_only_a_page_that_is_heavy_is_warned_of(tmp_path: Path) -> None:
    page, other = tmp_path / "index.html", tmp_path / "report.json"
    for path in (page, other):
        path.write_bytes(b" " * render.PAGE_LIMIT)
        assert not render.heavy(path)
        path.write_bytes(b" " * (render.PAGE_LIMIT + 10_000))
    assert "weighs 1.01 MB, above 1 MB" in render.heavy(page) and not render.heavy(other)


def test_another_baseline_turns_the_ratio_round(study: tuple[Archive, str]) -> None:
    there = compare(evidence.read(*study), "release")
    back = compare(evidence.read(*study, baseline="pyaes_opt"), "release")
    forth = next(s for s in there.speeds if s.run.name == "pyaes_opt").speedup
    home = next(s for s in back.speeds if s.run.name == "pyaes_clean").speedup
    assert forth is not None and home is not None
    assert forth.value == pytest.approx(1 / home.value)
    with pytest.raises(SuiteError, match="no variant 'nope'"):
        evidence.read(*study, baseline="nope")


def test_the_table_can_be_transposed_and_given_a_geometric_mean(found: Evidence) -> None:
    def main(view: View) -> Table:
        section = sections.build(found, view).sections[3]
        return next(block for block in section.blocks if isinstance(block, Table))

    plain, turned, mean = main(View()), main(View(transpose=True)), main(View(geomean=True))
    assert turned.columns == ("variant", *(row[0].text for row in plain.rows))
    assert turned.transposed().rows == plain.rows
    assert mean.rows[-1][0].text == "geometric mean"
    speedups = [row[2].value for row in plain.rows]
    assert speedups == sorted(speedups, key=lambda x: -float(x or 0))


def test_a_missing_number_is_a_dash_with_its_reason(found: Evidence) -> None:
    base = found.baseline
    lost = Measurement("counters", "release", "cycles", "", (), source="PMU", missing="not supported")
    scaled = Measurement("counters", "release", "branches", "", (5.0,), source="PMU", counted=38.47)
    run = replace(base, measurements=(lost, scaled))
    table = counter_tables.counters(replace(found, runs=(run,), baseline=run), "release")
    assert table is not None
    dash, flagged = table.rows[0][-1], table.rows[1][-1]
    assert dash == Cell("–", None, "PMU counters: not supported on this machine")
    assert flagged.text == "5.00*" and "38 %" in flagged.note
    assert "38 %" in " ".join(table.footnotes())


def test_text_stays_within_100_columns(found: Evidence) -> None:
    lines = text.render(sections.build(found, View(geomean=True))).decode().splitlines()
    long = [line for line in lines if len(line) > text.WIDTH and " " in line.strip() and "," not in line]
    assert not long


def test_json_and_spreadsheet_hold_the_same_numbers(found: Evidence) -> None:
    document = sections.build(found)
    record = json.loads(json_renderer.render(document))
    book = load_workbook(io.BytesIO(xlsx.render(document)))
    key = next(b.key for b in document.sections[3].blocks if isinstance(b, Table))
    (main,) = [b for s in record["sections"] for b in s["blocks"] if b.get("key") == key]
    sheet = book[key.replace(":", " ")]
    heads = [cell.value for cell in sheet[1]]
    assert heads[:4] == [
        "variant",
        "time per iteration (s)",
        "time per iteration, low (s)",
        "time per iteration, high (s)",
    ]
    for row, cells in enumerate(main["rows"], 2):
        shown = {head: sheet.cell(row, column).value for column, head in enumerate(heads, 1)}
        time, speedup = cells[1], cells[2]
        assert shown["time per iteration (s)"] == pytest.approx(time["value"])
        assert shown["time per iteration, low (s)"] == pytest.approx(time["low"]) and time["low"] <= time["value"]
        assert shown["speedup (×)"] == pytest.approx(speedup["value"])
        assert shown["verdict"] == cells[3]["text"]
    assert sheet.freeze_panes == "B2"


def test_a_spreadsheet_takes_text_as_text() -> None:
    hostile = Table("a[b]:*?/\\" + "x" * 40, ("=1+1",), ((Cell("=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0"),),))
    document = Document("t", "s", "20260101_000000", "aes", (Section("x", (hostile, hostile)),))
    book = load_workbook(io.BytesIO(xlsx.render(document)))
    for name in book.sheetnames[1:]:
        assert len(name) <= 31
        assert book[name].cell(1, 1).data_type == "s" and book[name].cell(2, 1).data_type == "s"


def test_flame_boxes_and_hot_functions_add_up() -> None:
    from collections import Counter

    stacks = Counter({"a;b": 6, "a;c": 2, "a": 2})
    boxes = {box.name: box for box in flame_boxes(stacks)}
    assert (boxes["a"].x, boxes["a"].width, boxes["a"].depth) == (0, 10, 0)
    assert (boxes["b"].x, boxes["b"].width, boxes["c"].x) == (0, 6, 6)
    hot = {h.name: h for h in hot_functions(stacks)}
    assert (hot["a"].own.value, hot["a"].inclusive.value, hot["b"].own.value) == (0.2, 1.0, 0.6)
    recursive = hot_functions(Counter({"f;f;f": 4}))
    assert recursive[0].inclusive.value == 1.0


def test_the_same_archive_gives_the_same_bytes(study: tuple[Archive, str]) -> None:
    first, second = (sections.build(evidence.read(*study)) for _ in range(2))
    assert text.render(first) == text.render(second)
    assert json_renderer.render(first) == json_renderer.render(second)
    book = xlsx.render(first)
    assert book == xlsx.render(second)
    assert {member.date_time for member in ZipFile(io.BytesIO(book)).infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert f"{load_workbook(io.BytesIO(book)).properties.modified:%Y%m%d_%H%M%S}" == study[1]


def test_an_unchecked_script_is_in_no_geometric_mean_and_gets_no_verdict(found: Evidence) -> None:
    last = found.runs[2]
    outcomes = tuple(replace(o, digest="") for o in last.manifest.outcomes)  # as a plain pyperf script has
    script = replace(last, manifest=replace(last.manifest, outcomes=outcomes))
    study = times(replace(found, runs=(*found.runs[:2], script)), pyaes_clean=(1.0,) * 10, pyaes_opt=(0.5,) * 10)
    comparison = compare(study, "release")
    assert comparison.geomean_over == ("pyaes_opt",)
    assert comparison.of(study.runs[2]).unchecked and comparison.of(study.runs[2]).verdict == "invalid"
    rows = tables.performance(study, comparison, geomean=False).rows
    assert rows[-1][0].text == script.name
