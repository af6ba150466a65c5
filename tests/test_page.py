"""The page in a real browser: it draws, follows themes, prints, and runs nothing that it was told to show."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reporting import palette
from reporting.renderers import html
from tests.pages import DOCUMENT, FIGURES, FRAMES, Open, points, through, until

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.needs("chromium")


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
    assert alone.locator("details").count() == FIGURES + 2
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
