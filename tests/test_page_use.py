"""What a reader does with the page, in a real browser: filter, copy, sort, search, zoom, and find the way."""

from __future__ import annotations

import itertools
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from plotly import graph_objects as go

from reporting.charts import Trace, Traces
from reporting.document import Block, Section
from reporting.page import data, plotly_figures
from reporting.renderers import html
from tests.conftest import ROOT
from tests.pages import DEBUG, DOCUMENT, FRAMES, RELEASE, SPEEDS, VARIANTS, Open, axis, points, through, until

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.needs("chromium")


def labels(page: Page, number: int = 1) -> list[str]:
    texts = page.locator(f"#plot-{number} .annotation-text").all_text_contents()
    return [found.group() for text in texts if (found := re.match(r"base|fast|odd|limit|CPython.*", text))]


def rows(page: Page, anchor: str) -> list[str]:
    found = page.locator(f"[id='{anchor}'] tbody tr").all()
    return [row.locator("th").inner_text() for row in found if row.is_visible()]


def heads(page: Page, anchor: str) -> list[str]:
    return [cell.inner_text() for cell in page.locator(f"[id='{anchor}'] thead th").all() if cell.is_visible()]


def test_filters_hide_figures_rows_columns_and_parts(visit: Open) -> None:
    page = visit()
    assert labels(page).count("odd") == 2
    before = page.locator("#plot-1").bounding_box()
    page.locator(".filters summary").press("Enter")
    page.get_by_label("odd").press("Space")
    page.get_by_label(DEBUG).uncheck()
    assert labels(page) == [RELEASE, "base", "fast", "base", "limit"] and points(page, 1) == 2
    after = page.locator("#plot-1").bounding_box()
    assert before and after and after["height"] < before["height"] - 150  # the gap is closed
    assert rows(page, "performance:release") == ["base", "fast"] and rows(page, "distortion") == ["base", "fast"]
    assert heads(page, "counters:release") == ["counter", "source", "base", "fast"]
    assert not page.get_by_text("What odd is.").is_visible() and page.get_by_text("What fast is.").is_visible()
    through(page)
    assert labels(page, 3) == ["base", "fast"] and labels(page, 4) == ["base", "fast"]
    assert page.locator(".filters summary").inner_text() == "Shown: 2 of 3 variants, 1 of 2 builds"
    page.get_by_label("fast", exact=True).uncheck()
    assert not page.locator("[id='flame:fast:release']").is_visible()


def panels(_: Block) -> go.Figure:
    """Draw three panels one below the other, each on an axis of its own, under the name of their axis."""
    figure = go.Figure(layout={"height": 400, "margin": {"t": 50, "b": 50}, "font": {"color": "#000"}})
    figure.add_annotation(text="ms", x=0, y=1, xref="paper", yref="paper")
    for i, (name, top) in enumerate(zip(VARIANTS, (1.0, 2 / 3, 1 / 3), strict=True)):
        axis = str(i + 1) if i else ""
        figure.add_scatter(x=[1, 2], y=[i, i], yaxis=f"y{axis}", name=name)
        figure.layout[f"yaxis{axis}"] = {"domain": [top - 0.2, top]}
        figure.add_shape(type="rect", x0=0, x1=1, y0=0, y1=1, yref=f"y{axis} domain")
        figure.add_annotation(text=name, x=0, y=top, xref="paper", yref="paper")
    return figure


def test_panels_of_what_was_left_out_close_their_gap(
    visit: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plotly_figures, "draw", panels)
    monkeypatch.setattr(data, "data", lambda _: SPEEDS)
    traces: Any = Traces("Values", "", "ms", tuple(Trace(name, "variant-0", ((1.0, 2.0),), 1) for name in VARIANTS))
    shown = replace(DOCUMENT, sections=(Section("Overview", (traces,)),))
    shutil.copy(ROOT / "reporting/assets/plotly-basic.min.js", tmp_path)
    (tmp_path / "index.html").write_bytes(html.render(shown, script="plotly-basic.min.js"))
    page = visit("#variants=base,odd", at=tmp_path / "index.html")
    layout, names = page.evaluate("(p => [p.layout, p.data.map(t => t.name)])(document.getElementById('plot-1'))")
    assert names == ["base", "odd"] and layout["height"] == 300 and "yaxis2" not in layout
    assert layout["yaxis"]["domain"] == pytest.approx([0.7, 1]) and layout["yaxis3"]["domain"] == pytest.approx(
        [0.2, 0.5]
    )
    notes = [(note["text"], note["y"]) for note in layout["annotations"]]
    assert notes == [("ms", 1), ("base", pytest.approx(1)), ("odd", pytest.approx(0.5))] and len(layout["shapes"]) == 2


def test_a_link_shows_what_was_chosen(visit: Open) -> None:
    page = visit("#performance:release&variants=base,odd,unknown&builds=release")
    assert rows(page, "performance:release") == ["base", "odd"]
    table = page.locator("[id='performance:release']").bounding_box()
    assert table and -5 < table["y"] < 700
    page.locator("nav a", has_text="Overview").click()
    until(page, "location.hash === '#part-1&variants=base,odd&builds=release'")  # a link keeps the choice
    page.locator(".filters summary").click()
    page.locator("fieldset", has_text="Variants").get_by_role("button", name="All").click()
    assert rows(page, "performance:release") == ["base", "fast", "odd"]
    until(page, "location.hash === '#part-1&builds=release'")


@pytest.mark.parametrize("fragment", ["#%E0%A4%A&variants=%zz", "#variants", "#variants=&builds=x", "#=&&="])
def test_an_odd_address_shows_all(visit: Open, fragment: str) -> None:
    assert rows(visit(fragment), "performance:release") == list(VARIANTS)


KEEP = "navigator.clipboard.writeText = async text => { window.kept = text; };"
WITHOUT = "Object.defineProperty(navigator, 'clipboard', {value: undefined}); document.execCommand = () => { window.kept = document.activeElement.value; return true; };"


@pytest.mark.parametrize("before", [KEEP, WITHOUT], ids=["clipboard", "fallback"])
def test_a_table_is_copied_with_its_numbers(visit: Open, before: str) -> None:
    page = visit(before=before)
    button = page.get_by_role("button", name="Copy as CSV: Variants by metrics")
    button.press("Enter")
    page.get_by_text("copied", exact=True).first.wait_for()
    assert page.evaluate("window.kept").splitlines() == [
        "variant,time (s),time low (s),time high (s),speedup (×),words",
        'base,0.02,0.019,0.021,1,"a, b"',
        "fast,0.001,0.0009,0.0011,20,'=1+1",  # no formula in a spreadsheet
        'odd,,,,4,""""',
    ]
    assert page.evaluate("document.activeElement.textContent") == "copied"


def test_a_copy_is_of_what_is_seen(visit: Open) -> None:
    page = visit("#variants=base,fast", before=KEEP)
    head = page.locator("[id='counters:release'] thead th", has_text="base").get_by_role("button")
    head.click()
    assert page.locator("[id='counters:release'] th[aria-sort=descending]").count() == 1
    head.click()
    page.get_by_role("button", name="Copy as CSV: Counters").click()
    until(page, "window.kept")
    assert (
        page.evaluate("window.kept")
        == "counter,source,base,fast\npage faults,software event,1,2\ninstructions,PMU,1234,567\n"
    )


def test_tables_are_sorted_by_numbers_and_go_back(visit: Open) -> None:
    page = visit()
    head = page.locator("[id='performance:release'] thead").get_by_role("button", name="time")
    orders = []
    for _ in range(3):
        head.press("Enter")
        orders.append(rows(page, "performance:release"))
    assert orders == [["base", "fast", "odd"], ["fast", "base", "odd"], ["base", "fast", "odd"]]  # missing is last
    page.locator("[id='performance:release'] thead").get_by_role("button", name="speedup").click()
    assert rows(page, "performance:release") == ["fast", "odd", "base"]


def test_flame_graphs_are_searched(visit: Open) -> None:
    page = visit()
    page.locator("#plot-2").scroll_into_view_if_needed()
    field = page.locator(".find input")
    field.fill("ENCRYPT")
    assert (
        page.locator(".find [role=status]").inner_text() == "2 frames, 75.0 % of the whole"
    )  # one in the other counts once
    faint = page.evaluate(
        "document.getElementById('plot-2').data.flatMap(t => t.marker.opacity).filter(o => o < 1).length"
    )
    assert faint == len(FRAMES) - 2
    field.press("Enter")
    field.press("Enter")
    assert axis(page) == pytest.approx([0, 25])  # the second one that was found
    page.get_by_role("button", name="Reset").click()
    assert axis(page) == pytest.approx([0, 100]) and field.input_value() == ""


def test_flame_graphs_zoom_by_mouse_and_by_key(visit: Open) -> None:
    page = visit()
    plot = page.locator("#plot-2")
    plot.scroll_into_view_if_needed()
    box = plot.locator(".nsewdrag").bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] * 0.9, box["y"] + box["height"] * 0.5)  # the library's frame
    until(page, "document.getElementById('plot-2')._fullLayout.xaxis.range[0] > 70")
    assert axis(page) == pytest.approx([75, 100])
    plot.press("Escape")
    assert axis(page) == pytest.approx([0, 100])
    for key in ("ArrowUp", "ArrowUp", "ArrowRight", "Enter"):
        plot.press(key)
    assert axis(page) == pytest.approx([75, 100])
    assert "library" in page.locator(".unseen[role=status]").inner_text()
    page.locator(".theme").click()
    assert axis(page) == pytest.approx([75, 100])  # drawn again, and still there
    texts = page.evaluate("document.getElementById('plot-2').data.flatMap(trace => trace.text).filter(Boolean)")
    assert len(texts) == 2 and all(text == "all" or text.startswith("&lt;/script&gt;") for text in texts)


def test_dragging_zooms_a_flame_graph(visit: Open) -> None:
    page = visit()
    page.locator("#plot-2").scroll_into_view_if_needed()
    box = page.locator("#plot-2 .nsewdrag").bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * 0.2, box["y"] + 30)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + 32, steps=5)
    page.mouse.up()
    until(page, "document.getElementById('plot-2')._fullLayout.xaxis.range[0] > 10")
    assert axis(page) == pytest.approx([20, 60], abs=0.5)


def test_a_list_of_all_frames_is_made_when_it_is_opened(visit: Open) -> None:
    page = visit()
    figure = page.locator("figure", has=page.locator("#plot-2"))
    assert figure.locator("tbody tr").count() == 10
    figure.locator("summary").press("Enter")
    until(page, f"document.querySelectorAll('#plot-2 ~ details tbody tr').length === {len(FRAMES)}")
    assert figure.locator("tbody tr").nth(1).locator("th, td").all_text_contents() == [
        "encrypt",
        "variant's code",
        "1",
        "150 samples, 75 %",
        "75.0 %",
    ]


def test_contents_name_what_is_in_a_section_and_mark_where_the_reader_is(visit: Open) -> None:
    page = visit()
    assert page.locator("nav a[aria-current]").inner_text() == "Overview"
    listed = page.locator("nav li", has_text="Comparison").locator("ol a").all_text_contents()
    assert listed == [
        "Table 1. Variants by metrics",
        "Figure 3. Spread",
        "Figure 4. Throughput",
        "Table 2. Counters",
        "Table 3. Distortion",
    ]
    analysis = page.locator("nav li", has_text="Analysis").first.locator("ol a").all_text_contents()
    assert analysis == ["fast", "Figure 2. Where fast spends its time", "Listing 1. Bytecode", "odd"]
    assert not page.get_by_role("link", name="Figure 3. Spread").is_visible()  # of a section that is not here
    page.locator("nav a", has_text="Comparison").click()
    until(page, "document.querySelector('nav .here').textContent.startsWith('Comparison')")
    page.get_by_role("link", name="Table 2. Counters").click()
    until(page, "document.querySelector('nav a[aria-current]').textContent === 'Table 2. Counters'")


def test_headings_are_in_order_and_every_control_has_a_name(visit: Open) -> None:
    page = visit()
    levels = [int(tag[1]) for tag in page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4')].map(e => e.tagName)")]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    through(page)
    unnamed = "[...document.querySelectorAll('button, input, [tabindex]')].filter(e => !(e.ariaLabel || e.textContent.trim() || e.labels?.length)).length"
    assert page.evaluate(unnamed) == 0
