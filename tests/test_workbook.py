"""The workbook: real numbers on named sheets, charts that follow their cells, and nothing that Excel would mend."""

from __future__ import annotations

import csv
import io
import re
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.utils import range_boundaries

from reporting.charts import Bar, BarChart, Dots, Line
from reporting.document import Cell, Document, Section, Table
from reporting.evidence import Evidence
from reporting.renderers import xlsx
from reporting.words import sections
from tests import synthetic

FIRST = ["summary", "timing", "counters", "hot functions", "environment", "contents"]
HOSTILE = '=HYPERLINK("http://x")'
CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@pytest.fixture(scope="module", autouse=True)
def quickly() -> Iterator[None]:
    yield from synthetic.quick()


@pytest.fixture(scope="module")
def found() -> Evidence:
    return synthetic.evidence()


@pytest.fixture(scope="module")
def document(found: Evidence) -> Document:
    return sections.build(found)


@pytest.fixture(scope="module")
def data(document: Document) -> bytes:
    return xlsx.render(document)


@pytest.fixture(scope="module")
def book(data: bytes) -> Workbook:
    return load_workbook(io.BytesIO(data))


def rows(book: Workbook, name: str) -> list[dict[str, Any]]:
    """Return the rows of a sheet's table, without the notes below it, as dictionaries by header."""
    sheet = book[name]
    _, _, columns, last = range_boundaries(sheet.auto_filter.ref)
    heads = [str(cell.value) for cell in sheet[1]][:columns]
    values = sheet.iter_rows(min_row=2, max_row=last, max_col=columns, values_only=True)
    return [dict(zip(heads, row, strict=True)) for row in values]


def charts(data: bytes) -> dict[str, list[ET.Element]]:
    """Return sheet name -> its charts, as XML."""
    loaded = load_workbook(io.BytesIO(data))
    drawn: dict[str, list[Any]] = {sheet.title: vars(sheet)["_charts"] for sheet in loaded.worksheets}
    return {name: [ET.fromstring(_written(chart)) for chart in found] for name, found in drawn.items() if found}


def _written(chart: Any) -> bytes:
    return bytes(ET.tostring(chart._write()))


def values(book: Workbook, reference: str) -> list[Any]:
    """Return the cells that a chart refers to."""
    sheet, _, area = reference.rpartition("!")
    first, _, last = area.replace("$", "").partition(":")
    cells = book[sheet.strip("'")][f"{first}:{last or first}"]
    return [cell.value for row in cells for cell in row]


def test_named_sheets_come_first_and_are_listed_with_links(book: Workbook) -> None:
    names = book.sheetnames
    assert [n for n in names if n in FIRST] == [n for n in FIRST if n in names] == names[: names.index("contents") + 1]
    listed = book["contents"]
    links = [cell.hyperlink.location for (cell,) in listed.iter_rows(min_row=2, max_col=1) if cell.hyperlink]
    assert [str(link).partition("!")[0].strip("'") for link in links] == names[names.index("contents") + 1 :]


def test_every_process_is_a_row_with_all_of_its_values(book: Workbook, found: Evidence) -> None:
    timed = rows(book, "timing")
    expected = {
        (name, run.label, block): values
        for build, name in (("release", "release"), ("dbg", "debug"))
        for run in found.runs
        for block, values in run.processes(build).items()
    }
    assert len(expected) == 20 * len(found.runs)
    got = {(row["build"], row["variant"], row["block"]): row for row in timed}
    for key, values_ in expected.items():
        row = got[key]
        assert [row[f"value {i} (s)"] for i in range(1, 4)] == pytest.approx(values_)
        assert row["mean (s)"] == pytest.approx(sum(values_) / 3)
    assert {label for _, label, _ in set(got) - set(expected)} == {f"{synthetic.BASE} (control)", "register-only limit"}


def test_the_summary_has_numbers_with_formats_and_what_limits_them_below(book: Workbook, document: Document) -> None:
    sheet, shown = book["summary"], rows(book, "summary")
    vaes = next(row for row in shown if (row["build"], row["variant"]) == ("release", "pyaes_vaes"))
    assert vaes["time, low (s)"] < vaes["time (s)"] < vaes["time, high (s)"]
    assert vaes["speedup, low (×)"] < vaes["speedup (×)"] < vaes["speedup, high (×)"] and vaes["verdict"] == "faster"
    assert vaes["n"] == 10 and 0 < vaes["±"] < 0.05
    heads = {cell.value: cell.column for cell in sheet[1]}
    formats = {name: sheet.cell(2, int(str(column))).number_format for name, column in heads.items()}
    assert formats["time (s)"] == "##0.000E+0" and "×" in formats["speedup (×)"] and formats["±"].endswith("%")
    said = [row[0] for row in sheet.iter_rows(values_only=True) if isinstance(row[0], str)]
    assert all(f"• {warning}" in said for warning in document.warnings)
    assert sheet.freeze_panes == "B2" and sheet.print_title_rows == "$1:$1"
    assert sheet.page_setup.orientation == "landscape" and sheet.page_setup.fitToHeight == 0


def test_a_missing_number_is_no_number(found: Evidence) -> None:
    run = found.runs[1]
    lost = replace(found, runs=(found.runs[0], replace(run, measurements=()), *found.runs[2:]))
    book = load_workbook(io.BytesIO(xlsx.render(sections.build(lost))))
    row = next(row for row in rows(book, "summary") if row["variant"] == "pyaes_opt")
    assert row["time (s)"] == "–" and row["time, low (s)"] is None and row["verdict"] == "invalid"
    assert not [row for row in rows(book, "timing") if row["variant"] == "pyaes_opt"]
    ladder = next(row for row in rows(book, "ladder") if row["variant"] == "pyaes_opt")
    assert ladder["value (×)"] is None and ladder["text"]  # a dash would be drawn as zero


def test_the_ladder_is_drawn_from_its_own_cells(data: bytes, book: Workbook, document: Document) -> None:
    ladder = next(b for b in document.sections[0].blocks if isinstance(b, BarChart))
    drawn = charts(data)["ladder"]
    assert len(drawn) == len(ladder.groups) == 2
    for chart, (group, bars) in zip(drawn, ladder.groups, strict=True):
        (series,) = chart.iter(f"{CHART}ser")
        refs = {kind: series.find(f".//{CHART}{kind}//{CHART}f").text for kind in ("cat", "val", "plus", "minus")}  # type: ignore[union-attr]
        limit = [line for line in ladder.lines if line.group == group]
        assert values(book, str(refs["cat"])) == [bar.label for bar in bars] + [line.name for line in limit]
        assert values(book, str(refs["val"])) == pytest.approx([bar.value for bar in bars] + [x.value for x in limit])
        for bar, above, below in zip(
            bars, values(book, str(refs["plus"])), values(book, str(refs["minus"])), strict=False
        ):
            if bar.high is not None and bar.low is not None and bar.value is not None:
                assert (above, below) == pytest.approx((bar.high - bar.value, bar.value - bar.low))
        assert chart.find(f".//{CHART}valAx/{CHART}scaling/{CHART}logBase") is not None
        assert all(axis.get("val") == "0" for axis in chart.iter(f"{CHART}delete"))  # Excel hides an axis without it


def test_processes_are_drawn_from_their_own_cells(data: bytes, book: Workbook, found: Evidence) -> None:
    drawn = charts(data)["timing"]
    assert len(drawn) == 2
    means: dict[tuple[str, str], list[float]] = {}
    for row in rows(book, "timing"):
        means.setdefault((row["build"], row["variant"]), []).append(row["mean (s)"])
    for chart, build in zip(drawn, ("release", "debug"), strict=True):
        for series in chart.iter(f"{CHART}ser"):
            texts = [element.text for element in series.iter(f"{CHART}f")]
            (name,), numbers, processes = (values(book, str(text)) for text in (texts[0], texts[2], texts[1]))
            assert numbers == means.pop((build, name)) and processes == list(range(1, len(numbers) + 1))
    assert not means


def test_times_have_a_log_axis_only_where_they_differ_much(data: bytes) -> None:
    few = xlsx.render(sections.build(synthetic.evidence(synthetic.LADDER[:2])))
    for written, log in ((data, True), (few, False)):
        assert all((chart.find(f".//{CHART}logBase") is not None) is log for chart in charts(written)["timing"])


def hostile() -> Document:
    """Return a document in which every text tries to be something else."""
    bars = BarChart(
        HOSTILE, HOSTILE, HOSTILE, ((HOSTILE, (Bar(HOSTILE, 2.0, 1.0, 3.0, HOSTILE, HOSTILE), Bar("x", None, None, None, "", ""))),),
        lines=(Line(1.0, HOSTILE, HOSTILE),), key="ladder",
    )  # fmt: skip
    table = Table(
        HOSTILE, (HOSTILE, "+1"),
        ((Cell(HOSTILE, HOSTILE, note=HOSTILE), Cell("inf", float("inf"))), (Cell("\ud800\x00\ufffe", "\ud800\x00\ufffe"), Cell("", None))),
        key="a[b]:*?/\\'" + "x" * 40,
    )  # fmt: skip
    dots = Dots(HOSTILE, "", HOSTILE, ((HOSTILE, (1.0, 2.0), "baseline"),), key="History")
    timing = Table(
        "t",
        ("build", "variant", "process", "mean"),
        ((Cell("r", "r"), Cell(HOSTILE, HOSTILE), Cell("1", 1), Cell("2", 2.0)),),
        key="timing",
    )
    blocks = (bars, table, table, dots, replace(table, key="'"), replace(table, key="", title=""))
    return Document(HOSTILE, HOSTILE, "20260101_000000", "aes", (Section(HOSTILE, blocks),), (HOSTILE,), data=(timing,))


def test_rows_are_as_high_as_their_longest_text_and_no_higher() -> None:
    rows = ((Cell("1" * 300, 1.0), Cell("short", "short")), (Cell("2", 2.0), Cell("word " * 50, "word " * 50)))
    shown = xlsx.render(
        Document("t", "s", "20260101_000000", "aes", (Section("x", (Table("t", ("a", "b"), rows, key="k"),)),))
    )
    sheet = load_workbook(io.BytesIO(shown))["k"]
    assert sheet.row_dimensions[2].height is None and sheet["B3"].alignment.wrap_text
    assert 3 * 15 <= float(sheet.row_dimensions[3].height or 0) <= 5 * 15


def test_a_long_key_keeps_whose_sheet_it_is() -> None:
    tables = [
        Table("t", ("a",), (), key=f"instructions-by-c-function:pyaes_{who}:release")
        for who in ("numba", "numpy", "numba")
    ]
    shown = xlsx.render(Document("t", "s", "20260101_000000", "aes", (Section("x", tuple(tables)),)))
    names = load_workbook(io.BytesIO(shown)).sheetnames[-3:]
    ends = ("numba release", "numpy release", "numba relea 2")
    assert names == [f"instructio… pyaes_{end}" for end in ends]


def test_no_text_becomes_a_formula(data: bytes) -> None:
    for written in (data, xlsx.render(hostile())):
        loaded = load_workbook(io.BytesIO(written))
        assert not [c for s in loaded.worksheets for row in s.iter_rows() for c in row if c.data_type == "f"]


@pytest.mark.parametrize("which", ["study", "hostile"])
def test_what_excel_insists_on(which: str, data: bytes) -> None:
    packed = ZipFile(io.BytesIO(data if which == "study" else xlsx.render(hostile())))
    parts = {name: ET.fromstring(packed.read(name)) for name in packed.namelist() if name.endswith((".xml", ".rels"))}
    assert len(packed.namelist()) == len(set(packed.namelist()))
    book = parts["xl/workbook.xml"]
    names = [sheet.get("name", "") for sheet in book.iter(f"{MAIN}sheet")]
    assert all(0 < len(name) <= 31 and not re.search(r"[\[\]:*?/\\]|^'|'$", name) for name in names)
    assert len({name.lower() for name in names}) == len(names) and "history" not in map(str.lower, names)
    defined = [(name.get("name"), name.get("localSheetId"), name.text) for name in book.iter(f"{MAIN}definedName")]
    assert defined and all(text and "#REF" not in text for *_, text in defined) and len(set(defined)) == len(defined)
    for name, part in parts.items():
        if name.startswith("xl/worksheets/sheet"):
            places = [cell.get("r") for cell in part.iter(f"{MAIN}c")]
            assert len(places) == len(set(places))
            for cell in part.iter(f"{MAIN}c"):
                assert cell.get("t") != "inlineStr" or cell.find(f"{MAIN}is") is not None, f"{name} {cell.get('r')}"
                number = cell.find(f"{MAIN}v")
                assert number is None or cell.get("t") != "n" or re.fullmatch(r"-?[\d.eE+-]+", number.text or "")
        if name.endswith(".rels"):
            base = Path("/" + name).parent.parent
            targets = [str(r.get("Target")) for r in part if r.get("TargetMode") != "External"]
            assert all(str((base / target).relative_to("/")) in packed.namelist() for target in targets), name
            assert all(r.get("TargetMode") != "External" for r in part)  # no link leads out of the file
        for reach in part.iter(f"{CHART}errBars"):
            told = [str(child.tag).removeprefix(CHART) for child in reach]
            assert told == ["errBarType", "errValType", "plus", "minus"]  # in the order of the schema
        for reference in part.iter(f"{CHART}f"):
            assert str(reference.text).rpartition("!")[0].strip("'").replace("''", "'") in names


def converted(data: bytes, form: str, folder: Path) -> Path:
    """Let LibreOffice read the workbook and write it again; a file that it must repair makes it fail here."""
    source = folder / "report.xlsx"
    source.write_bytes(data)
    done = subprocess.run(
        ["soffice", "--headless", f"-env:UserInstallation=file://{folder}/profile", "--convert-to", form, "--outdir", folder / "out", source],
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0 and "rror" not in done.stdout + done.stderr, done.stdout + done.stderr
    return folder / "out" / f"report.{form.partition(':')[0]}"


@pytest.mark.needs("soffice")
def test_libreoffice_keeps_values_and_charts(data: bytes, book: Workbook, tmp_path: Path) -> None:
    again = converted(data, "xlsx", tmp_path).read_bytes()
    there = load_workbook(io.BytesIO(again))
    assert there.sheetnames == book.sheetnames
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                other = there[sheet.title][cell.coordinate].value
                if isinstance(cell.value, (int, float)):
                    assert other == pytest.approx(cell.value, rel=1e-12), f"{sheet.title}!{cell.coordinate}"
                else:
                    assert (other or "") == (cell.value or ""), f"{sheet.title}!{cell.coordinate}"
    before, after = charts(data), charts(again)
    assert {name: len(drawn) for name, drawn in before.items()} == {name: len(drawn) for name, drawn in after.items()}
    for chart in after["ladder"]:
        assert chart.find(f".//{CHART}errBars//{CHART}f") is not None
        assert chart.find(f".//{CHART}valAx/{CHART}scaling/{CHART}logBase") is not None


@pytest.mark.needs("soffice")
def test_libreoffice_shows_numbers_in_their_formats(data: bytes, book: Workbook, tmp_path: Path) -> None:
    written = converted(data, "csv:Text - txt - csv (StarCalc):44,34,76", tmp_path).read_text(encoding="utf-8")
    shown = {row[1]: row for row in reversed(list(csv.reader(io.StringIO(written)))[:11])}
    heads, vaes = shown["variant"], next(row for row in rows(book, "summary") if row["variant"] == "pyaes_vaes")
    assert shown["pyaes_vaes"][heads.index("speedup (×)")] == f"{vaes['speedup (×)']:,.0f}×"
    time = shown["pyaes_vaes"][heads.index("time (s)")]
    assert time.endswith("E-6") and float(time) == pytest.approx(vaes["time (s)"], rel=5e-4)
    assert shown["pyaes_vaes"][heads.index("±")] == f"{100 * vaes['±']:.2f}%"
