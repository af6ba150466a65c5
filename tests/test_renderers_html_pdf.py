"""The page and the paper: hostile names stay text, nothing is fetched, every figure is there, the same bytes twice."""

from __future__ import annotations

import itertools
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from reporting import palette
from reporting.charts import Bar, BarChart, Box, Curve, Curves, Dots, FlameGraph, Line
from reporting.document import Cell, Document, Section, Table, Text
from reporting.page import plotly_figures
from reporting.renderers import html, pdf
from tests.conftest import ROOT

ALERT = "<script>alert(1)</script>"
HOSTILE = (
    f"</script>{ALERT}<!-- \"quoted\" 'single' & $x_1$ %{{x}} <img src=x onerror=alert(2)> × µ – \udcff \x07 \u202e"
)
LONG = "a_very_long_name_" * 40
REASON = "no counters: perf_event_paranoid is 3 <b>bold</b>"
COMMAND = "/opt/python -m pyperf " + "--option=value " * 30 + "x" * 400

BARS = (
    Bar("baseline", 1.0, None, None, "1.00×", "baseline"),
    Bar(HOSTILE, 12.0, 11.5, 12.5, "12.0× [11.5–12.5]", "variant-0"),
    Bar(LONG, 0.5, 0.4, 0.6, "0.50× [0.40–0.60]", "variant-1"),
    Bar("broken", None, None, None, "wrong answer", "wrong"),
)
CHART = BarChart(
    "Speedup " + HOSTILE, "See.", "Speedup (×, log scale)", (("release", BARS),), True, (Line(27.9, "limit"),)
)
HOLLOW = replace(CHART, lines=(Line(20.0, "ceiling", "20.0× [19.0–21.0]", "release"),), groups=(
    ("release", (*BARS[:2], Bar("peer", 5.0, 4.9, 5.1, "5.00×", "variant-2", outlined=True))), ("dbg", BARS[:1]),
))  # fmt: skip
CURVES = Curves(
    "Throughput", "Up.", "MB/s, log scale", ("64 B", HOSTILE, "1 MiB into a buffer"),
    (
        Curve("baseline", ((1.0, 0.9, 1.1), (2.0, 2.0, 2.0), None), ("1.00 MB/s", "2.00 MB/s", ""), "baseline"),
        Curve(HOSTILE, (None, (900.0, 890.0, 910.0), (1e4, 9e3, 1.1e4)), ("", "900 MB/s", "10 GB/s"), "variant-0"),
        Curve("peer", ((1.0, 0.9, 1.1), None, (9.9e3, 9.8e3, 1e4)), ("1 MB/s", "", "9.9 GB/s"), "variant-1", True),
        Curve("limit", (None, (2e4, 2e4, 2e4), (2e4, 2e4, 2e4)), ("", "20 GB/s", "20 GB/s"), "limit", dashed=True),
        Curve("nothing", (None, None, None), ("", "", ""), "variant-2"),
    ),
)  # fmt: skip
DOTS = Dots("Spread", "Even.", "ms", (("baseline", (1.0, 1.1, 1.2), "baseline"), (HOSTILE, (2.0, 2.5), "variant-0")))
BOXES = (
    Box("all", 0, 100, 0, "benchmark loop"),
    Box(HOSTILE, 0, 60, 1, "variant's code"),
    Box(LONG, 60, 40, 1, "library"),
)
FLAME = FlameGraph("Where time goes", "There.", 100, BOXES)
EMPTY = FlameGraph("Nothing sampled", "Too short.", 0, ())
TABLE = Table(
    "Counters",
    ("Counter", HOSTILE, "release"),
    (
        (Cell("instructions"), Cell("–", None, REASON), Cell("1,234", 1234.0)),
        (Cell(LONG), Cell("–", None, REASON), Cell("5", 5.0)),
    ),
)


def keyed(block: Any) -> Any:
    return replace(block, key=block.title)


DOCUMENT = Document(
    "Report " + HOSTILE,
    "Subtitle × µ –",
    "2025-01-01 12:00:00",
    "aes",
    (
        Section("Overview", (Text("It is 12.0× faster.", "verdict"), Text(HOSTILE), keyed(CHART), keyed(DOTS))),
        Section("Analysis " + ALERT, (keyed(FLAME), keyed(EMPTY), keyed(TABLE))),
        Section("Commands", (Text(COMMAND, "code"), Text("It takes an hour.", "warning"))),
    ),
    ("perf is missing " + ALERT,),
)
FIGURES = 4


class Page(HTMLParser):
    """What a browser would see: tags with their attributes, and the text of scripts."""

    def __init__(self, source: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.feed(source.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "script":
            self.scripts.append("")

    def handle_data(self, data: str) -> None:
        if self.cdata_elem == "script":
            self.scripts[-1] += data

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture(scope="module")
def source() -> bytes:
    return html.render(DOCUMENT, script="assets/plotly-basic.min.js")


@pytest.fixture(scope="module")
def page(source: bytes) -> Page:
    return Page(source)


@pytest.fixture(scope="module")
def paper() -> bytes:
    return pdf.render(DOCUMENT)


@pytest.fixture(scope="module")
def reader(paper: bytes) -> PdfReader:
    return PdfReader(BytesIO(paper))


def test_hostile_names_make_no_elements(page: Page) -> None:
    assert not page.named("img")
    scripts = page.named("script")
    run = [text for tag, text in zip(scripts, page.scripts, strict=True) if tag.get("type") != "application/json"]
    assert len(run) == 3  # the theme, the shared plotly.js, the page's own; all others are data
    assert not any("alert(" in text for text in run)
    assert not any(name.startswith("on") for _, attributes in page.tags for name in attributes)


def test_figures_survive_hostile_names_as_json(page: Page) -> None:
    texts = {tag["id"]: text for tag, text in zip(page.named("script"), page.scripts, strict=True) if "id" in tag}
    words = json.loads(texts["page-words"])
    figures = [json.loads(texts[f"plot-{i}-data"]) for i in range(1, FIGURES + 1)]
    traces = [trace for part in figures[2]["data"] for trace in part.get("each", [part])]
    names = [name for trace in traces for name in trace["customdata"]]  # few, so they stay where they are
    assert any("&lt;script&gt;alert(1)&lt;/script&gt;" in name for name in names)
    assert not re.search(
        r"<(?!/?(b|i|br|extra)>)", json.dumps([words, *((figure["data"], figure["layout"]) for figure in figures)])
    )  # plotly reads some markup: only ours is there


def test_page_fetches_nothing(page: Page, source: bytes) -> None:
    links = [value or "" for _, attrs in page.tags for name, value in attrs.items() if name in ("src", "href")]
    assert [link for link in links if not link.startswith("#")] == ["assets/plotly-basic.min.js"]
    assert b"@import" not in source and b"url(" not in source
    assert page.named("meta")[1]["content"].startswith("default-src 'none'")  # type: ignore[union-attr]


def test_page_has_every_figure_with_caption_and_data(page: Page, source: bytes) -> None:
    assert len(page.named("figure")) == len(page.named("figcaption")) == FIGURES
    assert len(page.named("details")) == FIGURES + 1  # what limits the report opens, too
    assert [a["id"] for a in page.named("div") if a.get("class") == "plot"] == [f"plot-{i}" for i in range(1, 5)]
    assert len(source) < 1_000_000


def test_verdict_and_warnings_come_before_the_first_section(source: bytes) -> None:
    text = source.decode()
    assert text.count("It is 12.0× faster.") == 1
    assert text.index("It is 12.0× faster.") < text.index("perf is missing") < text.index('<section id="part-1">')


def test_missing_cells_have_a_title_and_one_footnote(page: Page, source: bytes) -> None:
    missing = [a for a in page.named("td") if a.get("class") == "missing" and a.get("title")]
    assert [a["title"] for a in missing] == [REASON, REASON]
    notes = source.decode().partition('<ol class="notes">')[2].partition("</ol>")[0]
    assert notes.count("<li>") == 1 and "&lt;b&gt;" in notes


def test_bars_on_a_log_axis_start_at_one() -> None:
    trace = plotly_figures.draw(CHART).to_dict()["data"][0]
    assert list(trace["base"]) == [1.0, 1.0, 1.0]
    assert list(trace["x"]) == pytest.approx([0.0, 11.0, -0.5])
    assert list(trace["error_x"]["array"]) == pytest.approx([0, 0.5, 0.1])
    assert list(trace["error_x"]["arrayminus"]) == pytest.approx([0, 0.5, 0.1])


def test_a_wrong_answer_is_a_cross_and_never_a_bar() -> None:
    figure = plotly_figures.draw(CHART).to_dict()
    assert len(figure["data"][0]["x"]) == len(BARS) - 1
    crosses = [note for note in figure["layout"]["annotations"] if "✕ wrong answer" in note["text"]]
    assert [cross["font"]["color"] for cross in crosses] == [palette.WRONG]


def test_hollow_bars_and_a_line_over_one_group() -> None:
    figure = plotly_figures.draw(HOLLOW).to_dict()
    fills = list(figure["data"][0]["marker"]["color"])
    assert fills[2].endswith(",0)") and not any(fill.endswith(",0)") for fill in fills[:2] + fills[3:])
    assert figure["data"][0]["marker"]["line"]["color"][2] == palette.role_colour("variant-2")
    rows = palette.bar_rows(HOLLOW)
    ((top, bottom, line),) = rows.lines
    assert (top, line.name) == (palette.HEADER, "ceiling")
    bars = {bar.label: place for place, bar in rows.bars[:3]}  # of the first group
    assert top + palette.NAMED == bars["baseline"] and bottom == bars["peer"] + 1  # its name has a row of its own
    (shape,) = figure["layout"]["shapes"]
    assert (shape["x0"], shape["y0"], shape["y1"]) == (20.0, top + palette.NAMED, bottom)


def test_curves_are_named_at_the_right_and_no_name_hides_another() -> None:
    figure = plotly_figures.draw(CURVES).to_dict()
    assert [list(trace["x"]) for trace in figure["data"]] == [[0, 1], [1, 2], [0, 2], [1, 2]]  # gaps are no zeros
    names = [note for note in figure["layout"]["annotations"] if note.get("xref") == "paper" and note["x"] == 1]
    assert [name["text"] for name in names][::3] == ["baseline", "<i>limit</i>"] and len(names) == 4
    low, high = figure["layout"]["yaxis"]["range"]
    heights = sorted((name["y"] - low) / (high - low) * 330 for name in names)
    assert min(b - a for a, b in itertools.pairwise(heights)) > 17.9
    assert heights[0] >= 0 and heights[-1] <= 330.1


@pytest.mark.parametrize(
    ("places", "least", "expected"),
    [
        ([0.1, 0.9], 0.2, [0.1, 0.9]),
        ([0.5, 0.5], 0.2, [0.5, 0.7]),
        ([0.95, 1.0, 0.96], 0.1, [0.8, 1.0, 0.9]),  # pushed back from the end, in their order
        ([0.0, 0.0, 0.0], 0.6, [0.0, 0.5, 1.0]),  # no room: spread evenly
        ([], 0.1, []),
    ],
)
def test_names_are_moved_apart(places: list[float], least: float, expected: list[float]) -> None:
    assert palette.apart(places, least, 0.0, 1.0) == pytest.approx(expected)


def test_only_traces_of_the_basic_bundle() -> None:
    kinds = {
        trace.type for figure in (CHART, HOLLOW, CURVES, DOTS, FLAME) for trace in plotly_figures.draw(figure).data
    }
    assert kinds == {"bar", "scatter"}


@pytest.mark.parametrize(
    ("log", "ends", "start", "ticks"),
    [
        (False, (0.0, 58.5), 0.0, ["0", "20", "40"]),
        (True, (1.0, 12.0), 1.0, ["1", "2", "5", "10"]),
        (True, (0.5, 2.0), 1.0, ["0.5", "1", "1.5", "2"]),
        (True, (1e7, 1e9), 1e6, ["10⁶", "10⁷", "10⁸", "10⁹"]),
        (True, (1.0, 14600.0), 1.0, ["1", "10", "100", "1,000", "10,000"]),
    ],
)
def test_scales(log: bool, ends: tuple[float, float], start: float, ticks: list[str]) -> None:
    bars = tuple(Bar("x", value, None, None, "", "variant-0") for value in ends)
    scale = palette.bar_scale(BarChart("", "", "bytes/s", (("", bars),), log))
    assert scale.start == start
    assert [text for _, text in scale.ticks] == ticks
    assert scale.low <= min(*ends, start) and scale.high >= max(ends)


def test_roles_have_colours_of_their_own() -> None:
    roles = ["baseline", "wrong", *(f"variant-{i}" for i in range(12))]
    assert len({palette.role_colour(role) for role in roles}) == len(roles)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 0.0, -1.0])
def test_values_that_no_log_axis_can_show_are_left_out(value: float) -> None:
    chart = replace(CHART, groups=(("", (Bar("odd", value, value, value, "odd", "variant-0"), BARS[0])),))
    assert list(plotly_figures.draw(chart).data[0].x) == [0.0]
    assert len(PdfReader(BytesIO(pdf.render(_document(chart)))).pages) == 1


def _document(*blocks: Any) -> Document:
    return Document("Title", "", "now", "aes", (Section("Only", blocks),))


def test_paper_has_figures_tables_and_pages(reader: PdfReader) -> None:
    text = "\n".join(page.extract_text() for page in reader.pages)
    for number in range(1, FIGURES + 1):
        assert f"Figure {number}. " in text
    assert "Table 1. Counters" in text and "It is 12.0× faster." in text and "–¹" in text
    assert "Subtitle × µ –" in text and "<script>alert(1)</script>" in text.replace("\n", "")
    assert 2 <= len(reader.pages) <= 8
    pages: list[Any] = list(reader.pages)
    forms = [form for page in pages for form in page["/Resources"].get("/XObject", {}).values()]
    assert [form.get_object()["/Subtype"] for form in forms] == ["/Form"] * FIGURES  # vectors, no image


def test_paper_has_an_outline_and_links(reader: PdfReader) -> None:
    titles = [entry.title for entry in reader.outline if not isinstance(entry, list)]
    assert titles[0] == "1 Overview" and titles[2] == "3 Commands" and len(titles) == 3
    assert len(reader.pages[0]["/Annots"]) >= 3 + FIGURES  # type: ignore[arg-type]


def _fonts(node: Any, seen: set[int]) -> Iterator[DictionaryObject]:
    node = node.get_object() if hasattr(node, "get_object") else node
    if id(node) in seen or not isinstance(node, (dict, list)):
        return
    seen.add(id(node))
    if isinstance(node, dict) and node.get("/Type") == "/Font" and "/DescendantFonts" not in node:
        yield node  # type: ignore[misc]
    for child in node.values() if isinstance(node, dict) else node:
        yield from _fonts(child, seen)


def test_every_font_is_embedded(reader: PdfReader) -> None:
    fonts = list(_fonts(reader.trailer, set()))
    names = {str(font["/BaseFont"]) for font in fonts}
    assert names and all("DejaVu" in name for name in names)
    assert any("Bold" in name for name in names) and any("Mono" in name for name in names)
    assert all("/FontFile2" in font["/FontDescriptor"] for font in fonts)  # type: ignore[operator]


def test_long_commands_stay_on_the_page(reader: PdfReader) -> None:
    lines = [line for page in reader.pages for line in page.extract_text().splitlines()]
    assert max(len(line) for line in lines if "--option" in line or "xxxx" in line) < 107  # of 7.5 points
    assert sum(line.count("x") for line in lines if "xxxx" in line) == 400


def test_wide_tables_are_turned_or_split_and_never_too_small() -> None:
    columns = ("Variant", *(f"percentile {i}" for i in range(40)))
    rows = tuple((Cell(f"variant {r}"), *(Cell(f"{c * r:,}.25 ms") for c in range(40))) for r in range(30))
    reader = PdfReader(BytesIO(pdf.render(_document(Table("Wide", columns, rows)))))
    assert any(page.mediabox.width > page.mediabox.height for page in reader.pages)
    text = "\n".join(page.extract_text() for page in reader.pages)
    assert all(re.search(rf"percentile\s+{i}\b", text) for i in range(40))
    assert text.count("variant 29") > 1  # each part repeats the first column
    sizes = {float(size) for page in reader.pages for size in re.findall(rb"/F\d\S* ([\d.]+) Tf", _stream(page))}
    assert min(sizes) >= 7


def _stream(page: Any) -> bytes:
    data: bytes = page.get_contents().get_data()
    return data


def test_a_long_table_repeats_its_header() -> None:
    rows = tuple((Cell(f"row {i}"), Cell(str(i))) for i in range(200))
    reader = PdfReader(BytesIO(pdf.render(_document(Table("Long", ("Name", "Unrepeatable"), rows)))))
    with_rows = [page.extract_text() for page in reader.pages if re.search(r"row \d", page.extract_text())]
    assert len(with_rows) > 3 and all("Unrepeatable" in text for text in with_rows)


@pytest.mark.parametrize(
    "block",
    [
        Table("No columns", (), ()),
        Table("No rows", ("a", "b"), ()),
        Table("A novel in a cell", ("a", "b"), ((Cell("x"), Cell("word " * 3000)),), numeric=False),
        BarChart("No bars", "", "s", ()),
        BarChart("Many bars", "", "s", (("", tuple(replace(BARS[1], label=str(i)) for i in range(80))),)),
        BarChart("All wrong", "", "×", (("", BARS[3:]),), True),
        HOLLOW,
        CURVES,
        Curves("No curves", "", "s", ("a",), ()),
        Curves("One value", "", "s", ("a",), (Curve("x", ((1.0, 1.0, 1.0),), ("1",), "limit", dashed=True),)),
        Dots("No dots", "", "s", ()),
        Dots("One value", "", "s", (("a", (3.0,), "variant-1"),), True),
        FlameGraph("Deep", "", 10, tuple(Box("f", 0, 10, d, "variant's code") for d in range(200))),
        Text("", "code"),
        Text("line\n" * 300, "code"),
        Text("word " * 3000, "warning"),
    ],
    ids=lambda block: getattr(block, "title", "") or getattr(block, "style", ""),
)
def test_extremes_render(block: Any) -> None:
    assert html.render(_document(block), script="x.js").endswith(b"</html>\n")
    assert pdf.render(_document(block)).startswith(b"%PDF")


def test_the_same_document_gives_the_same_bytes(source: bytes, paper: bytes, tmp_path: Path) -> None:
    assert html.render(DOCUMENT, script="assets/plotly-basic.min.js") == source
    assert pdf.render(DOCUMENT) == paper
    code = (
        "import sys; from tests.test_renderers_html_pdf import *; "
        "open(sys.argv[1], 'wb').write(pdf.render(DOCUMENT)); "
        "open(sys.argv[2], 'wb').write(html.render(DOCUMENT, script='assets/plotly-basic.min.js'))"
    )
    files = tmp_path / "a.pdf", tmp_path / "a.html"
    subprocess.run([sys.executable, "-c", code, *map(str, files)], cwd=ROOT, check=True)  # another hash seed
    assert files[0].read_bytes() == paper and files[1].read_bytes() == source
