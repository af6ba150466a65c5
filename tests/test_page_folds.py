"""What a page folds: most of a variant's evidence, which opens by hand, by a link into it, and for paper."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reporting.document import Cell, Code, Section, Table, Text
from reporting.renderers import html
from tests.conftest import ROOT
from tests.pages import DOCUMENT, FLAME, SPEEDS, Open, points, until

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.needs("chromium")

INNER = "stacks:fast:release"
SECOND = replace(FLAME, title="Where fast spends its time in C", key=INNER)
LISTING = "bytecode:fast:release"
NAME = "AESModeOfOperationCTR.encrypt.<locals>.<listcomp>"
SOURCE = (
    "a[i] = (self.T1[(t[ i          ] >> 24) & 0xFF] ^ self.T2[(t[(i + s1) % 4] >> 16) & 0xFF] ^ self.T3[i])  # all"
)
LINES = Table(
    "Hot lines", ("line", "function", "self (%)", "inclusive (%)", "source"),
    ((Cell("bm_crypto_pyaes/run_benchmark.py:223", ""), Cell(NAME, NAME), Cell("40.1", 40.1), Cell("41.0", 41.0), Cell(SOURCE, SOURCE)),),
    code=("source",), key="hot-lines:fast:release",
)  # fmt: skip
PART = (
    Text("fast. A variant.", "heading"), Text("What fast is."), FLAME, SECOND, Code("Bytecode", "", "LOAD", key=LISTING), LINES,
)  # fmt: skip


@pytest.fixture(scope="module")
def folded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page with one variant, whose second figure, listing and table are folded, and a long part below."""
    folder = tmp_path_factory.mktemp("folded")
    shutil.copy(ROOT / "reporting/assets/plotly-basic.min.js", folder)
    tail = (Text("odd. Another.", "heading"), Text("Words alone."), Text("The end. " * 900))
    document = replace(DOCUMENT, sections=(Section("Start", (SPEEDS,)), Section("Variants", (*PART, *tail))))
    (folder / "index.html").write_bytes(html.render(document, script="plotly-basic.min.js"))
    return folder / "index.html"


def is_open(page: Page) -> bool:
    found: bool = page.evaluate("document.querySelector('.more').open")
    return found


def shows(page: Page, anchor: str) -> bool:
    return page.locator(f"[id='{anchor}']").is_visible()


def test_what_follows_the_first_figure_is_folded_and_said(visit: Open, folded: Path) -> None:
    page = visit(at=folded)
    assert page.locator(".more").count() == 1  # words alone are not folded
    assert page.locator(".more > summary").inner_text() == "More on fast: 1 figure, 1 listing, 1 table"
    assert shows(page, FLAME.key) and not shows(page, INNER) and not shows(page, LISTING)
    page.locator(".more > summary").press("Enter")
    assert shows(page, LISTING)
    page.locator("#plot-2").scroll_into_view_if_needed()
    page.locator("#plot-2 .main-svg").first.wait_for()
    assert points(page, 2) == points(page, 1)
    page.get_by_role("button", name="Fold all").click()
    assert not is_open(page) and not shows(page, LISTING)
    page.get_by_role("button", name="Unfold all").click()
    assert is_open(page)


@pytest.mark.parametrize("choice", ["", "&variants=base,fast"])
def test_a_link_into_a_fold_opens_it(visit: Open, folded: Path, choice: str) -> None:
    page = visit(f"#{LISTING}{choice}", at=folded)
    until(page, "document.querySelector('.more').open")
    until(page, f"Math.abs(document.getElementById('{LISTING}').getBoundingClientRect().top) < 700")
    page.locator(".more > summary").first.evaluate("summary => { summary.parentElement.open = false; }")
    page.evaluate(f"location.hash = '{INNER}'")
    until(page, "document.querySelector('.more').open")
    page.evaluate("document.querySelector('.more').open = false")
    page.evaluate("scrollTo(0, document.getElementById('part-2').offsetTop)")
    link = page.locator(f"nav a[href='#{INNER}']")
    link.evaluate("link => link.addEventListener('click', event => event.preventDefault())")  # not the browser's doing
    link.click()  # the address stays as it was
    until(page, "document.querySelector('.more').open")


@pytest.mark.parametrize("older", [False, True], ids=["", "a browser that does not lay out what is folded"])
def test_a_fold_keeps_up_with_choice_and_theme(visit: Open, folded: Path, older: bool) -> None:
    page = visit(f"#{INNER}", at=folded)
    if older:
        page.evaluate("document.querySelector('style').append('.more:not([open])>:not(summary){display:none}')")
    page.locator("#plot-2 .main-svg").first.wait_for()
    page.evaluate("document.querySelector('.more').open = false")
    page.locator(".theme").click()
    page.set_viewport_size({"width": 1000, "height": 800})
    page.wait_for_timeout(300)  # plotly follows the window a little later, and only what is seen
    page.locator(".more > summary").click()
    ink = "getComputedStyle(document.querySelector('#plot-{} .xtick text')).fill"
    until(page, f"{ink.format(2)} === {ink.format(1)} && {ink.format(2)} === 'rgb(231, 233, 236)'")
    until(
        page,
        "document.querySelector('#plot-2 .main-svg').clientWidth === document.getElementById('plot-2').clientWidth",
    )
    page.locator(".filters summary").click()
    page.get_by_label("fast", exact=True).uncheck()
    assert not page.locator(".more").is_visible()


def test_folds_open_without_a_script_and_for_paper(visit: Open, folded: Path) -> None:
    alone = visit(at=folded, java_script_enabled=False)
    assert not shows(alone, LISTING)
    alone.locator(".more > summary").click()
    assert shows(alone, LISTING)
    printed = visit(at=folded)
    printed.emulate_media(media="print")
    until(printed, "document.querySelector('.more').open")
    assert shows(printed, LISTING)
    printed.emulate_media(media="screen")
    until(printed, "!document.querySelector('.more').open")
    unscripted = visit(at=folded, java_script_enabled=False)
    unscripted.emulate_media(media="print")
    assert shows(unscripted, LISTING)


def test_all_columns_of_a_line_of_source_fit_a_small_screen(visit: Open, folded: Path) -> None:
    page = visit(f"#{LINES.key}", at=folded)
    box = page.locator(f"[id='{LINES.key}'] .scroll")
    assert box.evaluate("box => box.scrollWidth <= box.clientWidth + 1")
    for head in page.locator(f"[id='{LINES.key}'] thead th").all():
        place = head.bounding_box()
        assert place and place["x"] >= 256 and place["x"] + place["width"] <= 1200 and place["width"] > 40
