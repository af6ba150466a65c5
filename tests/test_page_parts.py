"""The parts of a page, as HTML: numbers behind cells, tags, bars, links, prose, data that figures share."""

from __future__ import annotations

import itertools
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from bench.rundir import Archive
from profiling.parse import parse
from reporting import evidence
from reporting.charts import Bar, BarChart, Box, FlameGraph, Line
from reporting.document import Cell, Choice, Document, Prose, Section, Source, Span, Table, Text
from reporting.evidence import RawFile
from reporting.page import figures as page_figures
from reporting.page import parts
from reporting.page import tables as page_tables
from reporting.renderers import html
from reporting.words import provenance, sections, tables
from tests import synthetic
from tests.conftest import ROOT

VARIANTS = (Choice("fast", ("fast", "fast (peer)"), "variant-0"), Choice("fast.2", ("fast.2",), "variant-1"))


def document(*blocks: object, **more: object) -> Document:
    return Document("Title", "", "now", "aes", (Section("Only", blocks),), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (Cell("1,234", 1234), ""),  # the text says it
        (Cell("−5", -5.0), ""),
        (Cell("2.60×", 2.6012345678), ' data-v="2.60123"'),
        (Cell("2.60× [2.5–2.7]", 2.6, "", 2.5, 2.7), ' data-v="2.6 2.5 2.7"'),
        (Cell("at least 2", 2.0, "", 2.0, None), ' data-v="2 2 ?"'),
        (Cell("12 %", float("inf")), ' data-v="?"'),
        (Cell("word", "word"), ""),
        (Cell("–", None, "why"), ""),
    ],
)
def test_the_number_behind_a_cell(cell: Cell, expected: str) -> None:
    assert page_tables.behind(cell) == expected


def test_a_source_is_a_tag_whose_form_tells_it() -> None:
    rows = ((Cell("n"), Cell("PMU, derived", "PMU, derived")), (Cell("m"), Cell("software event", "software event")))
    shown = page_tables.table(Table("T", ("counter", "source"), rows, tags=("source",)))
    assert '<span class="tag pmu">PMU, derived</span>' in shown
    assert '<span class="tag software-event">software event</span>' in shown
    style = (html.ASSETS / "page.css").read_text()
    kinds = ("software-event", "rusage", "simulated", "projected")
    forms = {re.findall(rf"\.tag\.{kind}{{(.*?)}}", style)[0] for kind in kinds}
    assert len(forms) == 4 and not any("color" in form for form in forms)
    whole = html.render(document(Table("T", ("a",), ((Cell("x"),),), source="simulated"))).decode()
    assert '<b>Table 1. T</b> <span class="tag simulated">simulated</span>' in whole


def test_lines_of_source_have_a_bar_of_their_share() -> None:
    columns = ("line", "function", "self (%)", "hits", "source")
    row = (Cell("a.py:1"), Cell("f", "f"), Cell("29.0", 29.0), Cell("7", 7), Cell("x <= y", "x <= y"))
    shown = page_tables.table(Table("Hot lines", columns, (row,), code=("source",)))
    assert '<td>f<td class="bar" style="--share:29.0%">29.0<td>7<td>x &lt;= y\n' in shown
    assert '<table class="numbers l2 l5 c5 lines">' in shown
    assert "--share" not in page_tables.table(Table("No code", columns, (row,)))


@pytest.mark.parametrize("path", ["results/a/raw/x.json", "javascript:alert(1)", '"><script>', "//host/x", "a b%?#"])
def test_a_link_stays_below_the_checkout(path: str) -> None:
    shown = page_tables.table(Table("T", ("file",), ((Cell("x", path),),), links=("file",)))
    (target,) = re.findall(r'<a href="([^"]*)">x</a>', shown)
    assert target.startswith("../../") and not re.search(r"[<>\"?# ]", target)


def test_all_raw_files_are_listed_with_size_and_hash() -> None:
    found = synthetic.evidence()
    raw = (
        RawFile("timing", "release", "raw/timing/release/1.json", "a" * 64, 1234),
        RawFile("timing", "dbg", "raw/timing/dbg/1.json", "b" * 64, None),
    )
    runs = (replace(found.runs[0], raw=raw), *found.runs[1:])
    (listed,) = provenance.raw(replace(found, runs=runs, baseline=runs[0]))
    stamp = "results/aes/pyaes_clean/20260101_000000"
    assert [[cell.text for cell in row] for row in listed.rows] == [
        ["pyaes_clean", "release", "timing/release/1.json", "1,234", "a" * 16],
        ["pyaes_clean", "debug", "timing/dbg/1.json", "–", "b" * 16],
    ]
    assert [row[-1].value for row in listed.rows] == ["a" * 64, "b" * 64]  # the workbook has all digits
    assert f'<a href="../../{stamp}/raw/timing/dbg/1.json">' in page_tables.table(listed)
    assert provenance.raw(found) == []


def test_commands_that_differ_by_a_number_only_are_joined() -> None:
    log = (
        "12:00:00      1.50 s  exit 0     python -m bench aes/x@full --worker -w 0 -n 47 -o raw/timing/one.json",
        "12:00:02      2.50 s  exit 0     python -m bench aes/x@full --worker -w 0 -n 31 -o raw/timing/one.json",
        "12:00:03      1.00 s  exit 0     python -m bench aes/x@full --startup raw/startup/run_1.json",
        "12:00:04      1.00 s  exit 0     python -m bench aes/x@full --startup raw/startup/run_2.json",
        "12:00:05      1.00 s  exit 0     python -m bench aes/x@full --worker -w 20 -n 1 -l 5",
    )
    listed = provenance.command_history(replace(synthetic.evidence(), log=log))
    assert [(row[0].text.rpartition(" -n ")[2][:9], row[1].value, row[2].value) for row in listed.rows] == [
        ("N -o raw/", 2, 4.0), ("python -m", 2, 2.0), ("1 -l 5", 1, 1.0),
    ]  # fmt: skip


def test_what_a_block_is_about_is_in_its_key() -> None:
    of = document(variants=VARIANTS, builds=(Choice("dbg", ("debug",)),))
    assert parts.about("flame:fast:dbg", of) == ' data-variant="fast" data-build="dbg"'
    assert parts.about("counters:dbg", of) == ' data-build="dbg"'
    assert parts.about("fast", of) == parts.about("", of) == ""  # the first word is what it is
    headings = ("fast. It is", "fast.2. It is", "fast, a library peer. It", "faster. It", "Fast", "")
    assert [parts.headed(text, VARIANTS) for text in headings] == ["fast", "fast.2", "fast", "", "", ""]


def test_variants_and_builds_of_a_study_can_be_chosen() -> None:
    found = synthetic.evidence()
    choices = tables.variant_choices(found)
    assert choices[0] == Choice("pyaes_clean", ("pyaes_clean",), "baseline")
    assert len({choice.role for choice in choices}) == len(choices)
    peer = next(choice for choice in choices if len(choice.labels) > 1)
    assert peer.labels == (peer.name, f"{peer.name} (peer)")
    assert [build.labels[0] for build in tables.build_choices(found)] == ["release", "debug"]


def test_anchors_are_keys_where_these_are_unique() -> None:
    blocks = [Table("T", ("a",), (), key=key) for key in ("bought", "twice", "twice", "no anchor!", "")]
    found = parts.places(document(*blocks))
    assert [place.anchor for place in found.values()] == ["bought", "table-2", "table-3", "table-4", "table-5"]
    assert [place.name for place in found.values()][-1] == "Table 5"


def test_prose_has_lists_styles_and_links() -> None:
    blocks = (
        Prose((Span("Idea", ""),), "heading"),
        Prose(
            (Span("It is "), Span("<b>", "strong"), Span("x", "code"), Span("", "see", "bought"), Span("", "cite", "A"))
        ),
        *(Prose((Span(word),), "item", depth) for word, depth in (("one", 0), ("two", 1), ("three", 0))),
        Prose((Span("said"),), "quote"),
        Table("Bought", ("a",), (), key="bought"),
    )
    page = html.render(document(*blocks, sources=(Source("A", "Authors: Title.", "javascript:x"),))).decode()
    assert "<h3>Idea</h3>" in page and "<blockquote><p>said</p></blockquote>" in page
    assert (
        '<p>It is <strong>&lt;b&gt;</strong><code>x</code><a href="#bought">Table 1</a><a href="#source-1">[1]</a></p>'
        in page
    )
    assert "<ul><li>one<ul><li>two</li></ul></li><li>three</li></ul>" in page
    assert '<li id="source-1">Authors: Title.</li>' in page and "javascript" not in page


def test_figures_share_their_words() -> None:
    figures = page_figures.Figures()
    boxes = tuple(Box(f"function_{i}", i, 1, 0, "library") for i in range(6))
    place = parts.Place("Figure 1", "figure-1")
    texts = [figures.figure(n, FlameGraph("F", "", 6, boxes), place, "", "") for n in (1, 2)]
    packed = [json.loads(re.findall(r"-data\">(.*?)</script>", text)[0]) for text in texts]
    (trace,) = packed[0]["data"]
    assert packed[0] == packed[1] and not {"text", "hovertext"} & trace.keys() and packed[0]["samples"] == 6
    words = json.loads(re.sub(r"</?script[^>]*>", "", figures.words()))
    assert [words[i] for i in trace["customdata"]["$"]] == [box.name for box in boxes]
    assert len(words) == len(set(words)) == 6
    assert trace["base"] == [0, 16.6667, 33.3333, 50, 66.6667, 83.3333] and trace["y"] == [0] * 6


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([-2, -1, 0, 1, None, -2, -1, 0, 1], [-2, 4, None, 1, -2, 4]),
        ([None, None, 5], [None, 2, 5, 1]),
        ([0, 0, 0], [0, 1, 0, 1, 0, 1]),
        ([1.5, 2.5], [1.5, 2.5]),
        ([True, 2], [True, 2]),
        ([], []),
    ],
)
def test_whole_numbers_that_follow_one_another_are_runs(values: list[object], expected: list[object]) -> None:
    assert page_figures.runs(values) == expected


def test_rows_of_a_chart_have_no_gaps() -> None:
    bars = (Bar("a", 1.0, None, None, "1", "baseline"), Bar("b", 2.0, None, None, "2", "variant-0"))
    chart = BarChart("T", "", "×", (("one", bars), ("two", bars)), lines=(Line(3.0, "limit", "", "one"),))
    rows = sorted(page_figures.parts(chart)["rows"])
    assert [(label, group) for _, _, label, group in rows] == [
        ("", "one"), ("", "one"), ("a", "one"), ("b", "one"), ("", "two"), ("a", "two"), ("b", "two"),
    ]  # fmt: skip
    assert all(after[0] - before[1] == pytest.approx(0, abs=0.21) for before, after in itertools.pairwise(rows))


@pytest.mark.parametrize("family", ["aes", "mdp"])
def test_the_page_of_an_archived_study_is_light_and_its_links_lead_somewhere(family: str, tmp_path: Path) -> None:
    archive = Archive(family, ROOT / "results", derived=tmp_path)
    stamp = archive.choose()
    parse(archive, stamp)
    made = sections.build(evidence.read(archive, stamp))
    page = html.render(made)
    assert len(page) < 1_000_000
    source = page.decode()
    anchors = set(re.findall(r' id="([^"]*)"', source))
    assert {
        block.key for section in made.sections for block in section.blocks if not isinstance(block, (Text, Prose))
    } <= anchors
    assert set(re.findall(r'href="#([^"]*)"', source)) <= anchors
    files = re.findall(r'href="\.\./\.\./([^"]*)"', source)
    assert len(files) > 50 and all((ROOT / file).is_file() for file in files)


def test_notes_and_lines_that_are_alike_share_what_they_have_in_common() -> None:
    notes = [{"text": word, "x": 0, "xref": "paper", "y": y} for y, word in enumerate("abc")]
    (found,) = page_figures.alike(notes)
    assert found["all"] == {"x": 0, "xref": "paper"} and found["each"][2] == {"text": "c", "y": 2}
    other = {"text": "d", "showarrow": False}
    assert page_figures.alike([*notes, other, *notes])[1] is other
    assert page_figures.alike([1, 2]) == [1, 2] and page_figures.alike([other]) == [other]
