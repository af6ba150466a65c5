"""The page in a real browser: it draws, filters, copies, searches, zooms and prints, and runs nothing that it was told to show."""

from __future__ import annotations

import itertools
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from plotly import graph_objects as go

from reporting import page_data, palette, plotly_figures
from reporting.document import (
    Bar,
    BarChart,
    Block,
    Box,
    Cell,
    Choice,
    Code,
    Curve,
    Curves,
    Document,
    Dots,
    FlameGraph,
    Line,
    Section,
    Table,
    Text,
    Trace,
    Traces,
)
from reporting.renderers import html
from tests.conftest import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.needs("chromium")

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)> \"q\" 'q' & %{x} =1+1 \u202e"
RELEASE, DEBUG = "CPython 3.11.2 (release)", "CPython 3.11.2 (debug)"
VARIANTS = ("base", "fast", "odd")


def bars(*values: float) -> tuple[Bar, ...]:
    roles = ("baseline", "variant-6", "variant-1")
    return tuple(
        Bar(name, value, value * 0.9, value * 1.1, f"{value:g}×", role)
        for name, value, role in zip(VARIANTS, values, roles, strict=True)
    )


LADDER = BarChart(
    "Speedup", "See.", "speedup (×, log scale)", ((RELEASE, bars(1, 20, 4)), (DEBUG, bars(1, 30, 3))), True,
    (Line(1.0, "base"), Line(50.0, "limit", "50×", RELEASE)), key="ladder",
)  # fmt: skip
DOTS = Dots(
    "Spread", "Even.", "ms", tuple((name, (1.0, 1.1, 1.3), "variant-0") for name in VARIANTS), key="spread:release"
)
CURVES = Curves(
    "Throughput", "Up.", "MB/s, log scale", ("16 B", "1 KiB"),
    tuple(Curve(name, ((n, n, n), (n * 9, n * 9, n * 9)), (f"{n}", f"{n * 9}"), "variant-1") for n, name in enumerate(VARIANTS, 1)),
    key="curves:release",
)  # fmt: skip
FRAMES = (
    Box("all", 0, 200, 0, "benchmark loop"),
    Box("encrypt", 0, 150, 1, "variant's code"),
    Box("encrypt_block", 0, 50, 2, "variant's code"),
    Box(HOSTILE, 150, 50, 1, "library"),
    *(Box(f"f{i}", 50 + i, 1, 2, "library") for i in range(20)),
)
FLAME = FlameGraph("Where fast spends its time", "There.", 200, FRAMES, key="flame:fast:release")
SPEEDS = Table(
    "Variants by metrics", ("variant", "time", "speedup", "words"),
    (
        (Cell("base", "base"), Cell("20.0 ms [19.0–21.0]", 0.02, "", 0.019, 0.021, "s"), Cell("1×", 1.0, unit="×"), Cell("a, b", "a, b")),
        (Cell("fast", "fast"), Cell("1.00 ms [0.90–1.10]", 0.001, "", 0.0009, 0.0011, "s"), Cell("20×", 20.0, unit="×"), Cell("=1+1", "=1+1")),
        (Cell("odd", "odd"), Cell("–", None, "it was not timed"), Cell("4×", 4.0, unit="×"), Cell('"', '"')),
    ),
    key="performance:release",
)  # fmt: skip
COUNTERS = Table(
    "Counters", ("counter", "source", *VARIANTS),
    ((Cell("instructions"), Cell("PMU", "PMU"), *(Cell(f"{n:,}", n) for n in (1234, 567, 8))),
     (Cell("page faults"), Cell("software event", "software event"), *(Cell(str(n), n) for n in (1, 2, 3)))),
    tags=("source",), key="counters:release",
)  # fmt: skip
DISTORTION = Table(
    "Distortion", ("variant", "build", "time"),
    tuple((Cell(v, v), Cell(b, b), Cell("1×", 1.0)) for v in VARIANTS for b in ("release", "debug")), key="distortion",
)  # fmt: skip
DOCUMENT = Document(
    "aes: a job " + HOSTILE, "Measured on a machine", "20250101_120000", "aes",
    (
        Section("Overview", (Text("fast is 20× [18–22] faster than base.", "verdict"), LADDER)),
        Section("Analysis", (Text("fast. It " + HOSTILE, "heading"), Text("What fast is."), FLAME, Code("Bytecode", "", HOSTILE, key="bytecode:fast:release"),
                             Text("odd. Another", "heading"), Text("What odd is."))),
        Section("Comparison", (SPEEDS, DOTS, CURVES, COUNTERS, DISTORTION, Text("The end. " * 400))),
    ),
    tuple(f"Something is missing, number {i}. " + "It matters because of this and that. " * 6 for i in range(9)),
    variants=(Choice("base", ("base",), "baseline"), Choice("fast", ("fast",), "variant-0"), Choice("odd", ("odd",), "variant-1")),
    builds=(Choice("release", ("release", RELEASE)), Choice("dbg", ("debug", DEBUG))),
)  # fmt: skip
FIGURES = 4


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the page and the shared script, as reports/ has them."""
    top = tmp_path_factory.mktemp("reports")
    (top / "assets").mkdir()
    (top / "study").mkdir()
    shutil.copy(ROOT / "reporting/assets/plotly-basic.min.js", top / "assets")
    (top / "study/index.html").write_bytes(html.render(DOCUMENT))
    return top / "study/index.html"


Open = Callable[..., "Page"]


@pytest.fixture
def visit(browser: Browser, site: Path) -> Iterator[Open]:
    """Open the page; after the test, nothing must have gone wrong in it, and nothing been fetched but the shared script."""
    wrong: list[str] = []
    fetched: set[str] = set()
    contexts = []

    def go(address: str = "", *, before: str = "", at: Path = site, **options: object) -> Page:
        context = browser.new_context(**{"viewport": {"width": 1200, "height": 800}} | options)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: wrong.append(message.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("dialog", lambda dialog: wrong.append("a dialog: " + dialog.message))
        page.on("request", lambda request: fetched.add(request.url.partition("#")[0]))
        if before:
            page.add_init_script(before)
        page.goto(at.as_uri() + address)
        return page

    yield go
    for context in contexts:
        context.close()
    assert not wrong
    assert {Path(url).name for url in fetched} <= {"index.html", "plotly-basic.min.js"}
    assert all(url.startswith("file:") for url in fetched)


def until(page: Page, condition: str) -> None:
    """Wait until a condition holds. Playwright's own way needs eval, which the page's policy forbids."""
    for _ in range(200):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(25)
    raise AssertionError(condition)


def through(page: Page) -> None:
    """Scroll through the whole page, so that every figure comes near once."""
    for plot in page.locator(".plot").all():
        plot.scroll_into_view_if_needed()
        plot.locator(".main-svg").first.wait_for()


def points(page: Page, number: int) -> int:
    return page.locator(f"#plot-{number} .trace .point path, #plot-{number} .trace path.point").count()


def axis(page: Page, number: int = 2) -> list[float]:
    found: list[float] = page.evaluate(f"[...document.getElementById('plot-{number}')._fullLayout.xaxis.range]")
    return found


def test_every_figure_is_drawn_and_none_is_empty(visit: Open) -> None:
    page = visit()
    assert page.locator(".plot").count() == FIGURES
    assert page.locator("#plot-1 .main-svg").count() and not page.locator("#plot-4 .main-svg").count()  # far below
    through(page)
    assert [points(page, n) for n in range(1, FIGURES + 1)] == [6, len(FRAMES), 9, 6]
    for plot in page.locator(".plot").all():
        box, drawing = plot.bounding_box(), plot.locator(".main-svg").first.bounding_box()
        assert box and drawing and box["height"] > 100 and drawing["width"] > 400
        assert abs(box["height"] - drawing["height"]) < 2 and drawing["width"] <= box["width"] + 1


def test_nothing_that_is_shown_is_run(visit: Open) -> None:
    page = visit()
    through(page)
    page.locator("#plot-2").hover(position={"x": 800, "y": 60})
    page.locator("figure", has=page.locator("#plot-2")).locator("summary").click()
    assert page.locator("img").count() == 0
    assert (
        page.locator("script").count() == 1 + FIGURES + 2 + 2
    )  # the theme, data, what is shared and chosen, plotly, ours
    assert "alert(2)" in page.locator("details table").nth(1).inner_text()


def test_the_verdict_is_on_the_first_screen_whatever_limits_the_report(visit: Open) -> None:
    page = visit()
    verdict, chart = (page.locator(name).first.bounding_box() for name in (".verdict", "#plot-1 .trace"))
    assert verdict and chart and verdict["y"] + verdict["height"] < 400 and chart["y"] < 700
    line = page.locator(".warnings summary")
    assert line.inner_text() == "9 things limit this report"
    assert not page.get_by_text("number 3.").is_visible()
    line.press("Enter")
    assert page.get_by_text("number 3.").is_visible()


def test_a_phone_need_not_scroll_sideways(visit: Open) -> None:
    page = visit(viewport={"width": 400, "height": 800}, has_touch=True, is_mobile=True)
    through(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    widths = [box["width"] for plot in page.locator(".plot .main-svg").all() if (box := plot.bounding_box())]
    assert max(widths) <= 400


def paper(page: Page) -> str:
    found: str = page.evaluate("getComputedStyle(document.body).backgroundColor")
    return found


LIGHT, DARK = "rgb(255, 255, 255)", "rgb(21, 23, 26)"


def test_the_theme_follows_the_system_until_it_is_chosen(visit: Open) -> None:
    page = visit(color_scheme="dark")
    assert paper(page) == DARK
    ink = "getComputedStyle(document.querySelector('#plot-1 .annotation-text')).fill"
    assert page.evaluate(ink) == "rgb(231, 233, 236)"
    page.locator(".theme").press("Enter")
    assert paper(page) == LIGHT and page.evaluate(ink) == "rgb(28, 30, 33)"
    page.reload()
    assert paper(page) == LIGHT  # it is remembered


def test_dark_shades_stand_out_on_dark_paper(visit: Open) -> None:
    colours = "document.getElementById('plot-1').data[0].marker.color"
    light, dark = (visit(color_scheme=scheme).evaluate(colours) for scheme in ("light", "dark"))
    shade = palette.role_colour("variant-6")
    assert light[1] == shade and dark[1] != shade and int(dark[1][5:], 16) > int(shade[5:], 16)
    assert light[2] == dark[2] == palette.role_colour("variant-1")  # bright enough as it is


def test_the_theme_switches_without_storage(visit: Open) -> None:
    page = visit(before="Object.defineProperty(window, 'localStorage', {get() { throw new Error('none'); }})")
    assert paper(page) == LIGHT
    page.locator(".theme").click()
    assert paper(page) == DARK


def test_paper_has_every_figure_and_detail_and_no_navigation(visit: Open) -> None:
    page = visit(color_scheme="dark")
    page.emulate_media(media="print")
    until(page, f"document.querySelectorAll('.plot > .js-plotly-plot, .plot.js-plotly-plot').length === {FIGURES}")
    assert page.locator("details:not([open])").count() == 0
    assert not page.locator("nav").is_visible() and not page.locator(".tools").is_visible()
    assert paper(page) == LIGHT
    assert page.locator("details table").nth(1).locator("tbody tr").count() == 10  # not all frames
    page.emulate_media(media="screen")
    until(page, "!document.querySelector('.warnings').open")


def test_the_page_reads_without_plotly_and_without_scripts(visit: Open, tmp_path: Path) -> None:
    (tmp_path / "index.html").write_bytes(html.render(DOCUMENT, script="index.html#none"))
    alone = visit(at=tmp_path / "index.html", java_script_enabled=False)
    assert alone.get_by_text("fast is 20× [18–22] faster than base.").is_visible()
    assert alone.locator("details").count() == FIGURES + 1
    assert (
        "<noscript><p>Charts need scripts" in (tmp_path / "index.html").read_text()
    )  # a switched-off browser shows it
    alone.locator("figure summary").first.click()
    assert alone.locator("figure tbody tr").first.is_visible()


def test_the_data_of_figures_open_where_plotly_is_missing(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "index.html").write_bytes(html.render(DOCUMENT))
    page = browser.new_page()
    page.goto((tmp_path / "index.html").as_uri())
    assert page.locator("figure details[open]").count() == FIGURES
    assert page.locator(".absent").count() == FIGURES and not page.locator(".plot").first.is_visible()
    page.close()


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
    monkeypatch.setattr(page_data, "data", lambda _: SPEEDS)
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
