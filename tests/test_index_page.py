"""The index in a browser: filters, trends and the comparison of two studies do what they say, and nothing is fetched."""

from __future__ import annotations

import math
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from reporting import units
from reporting.index import stage
from reporting.statistics import Interval
from tests import many
from tests.test_index import hostile

pytestmark = pytest.mark.needs("chromium")


@dataclass
class Seen:
    """A page, and what it logged and asked for since it was opened."""

    page: Page
    trouble: list[str] = field(default_factory=list)

    def rows(self) -> list[str]:
        return self.page.locator('#listed tbody th[scope="row"]').all_inner_texts()

    def charts(self) -> list[dict[str, Any]]:
        """Return the data and the layout of every chart that is drawn."""
        script = "[...document.querySelectorAll('.js-plotly-plot')].map(p => ({data: p.data, layout: p.layout}))"
        found: list[dict[str, Any]] = self.page.evaluate(script)
        return found

    def wait_for_rows(self, where: str, number: int) -> None:
        """Wait until so many rows are there; what opens a part of the page fills it a little later."""
        self.page.wait_for_function(f"document.querySelectorAll('{where} tbody tr').length === {number}")

    def compared(self) -> dict[str, list[str]]:
        rows = self.page.locator("#compared tbody tr").all()
        return {row.locator("th").inner_text(): row.locator("td").all_inner_texts() for row in rows}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("reports")
    many.fill(root, 16)
    return stage.write(root / "none", root)


def opened(browser: Browser, path: Path, address: str = "", **how: Any) -> Seen:
    seen = Seen(browser.new_page(**how))
    seen.page.on("console", lambda message: seen.trouble.append(message.text) if message.type == "error" else None)
    seen.page.on("pageerror", lambda error: seen.trouble.append(str(error)))
    seen.page.on("dialog", lambda dialog: seen.trouble.append(f"dialog: {dialog.message}"))
    seen.page.on(
        "request", lambda request: None if request.url.startswith("file:") else seen.trouble.append(request.url)
    )
    seen.page.goto(path.as_uri() + address)
    return seen


@pytest.fixture
def seen(browser: Browser, place: Path) -> Iterator[Seen]:
    found = opened(browser, place)
    yield found
    assert found.trouble == []
    found.page.close()


def test_filters_choose_by_family_machine_and_build(seen: Seen) -> None:
    assert len(seen.rows()) == 16
    seen.page.select_option("#family", "aes")
    assert len(seen.rows()) == 8 and seen.page.inner_text("#count") == "8 of 16 studies"
    assert seen.page.locator("#listed .family").all_inner_texts() == ["aes · 8 studies"]
    seen.page.select_option("#machine", many.MACHINES[1])
    assert seen.rows() == []  # every fourth study ran there, and all of these are of mdp
    seen.page.select_option("#family", "")
    assert len(seen.rows()) == 4
    assert [len(chart["data"]) > 0 for chart in seen.charts()] == [True, True]  # one family left: speedup and time
    assert "mdp (release)" in seen.page.inner_text("#charts")
    seen.page.select_option("#build", "dbg")
    assert "mdp (debug)" in seen.page.inner_text("#charts")


def test_what_is_chosen_stays_in_the_address(seen: Seen, browser: Browser, place: Path) -> None:
    seen.page.select_option("#family", "mdp")
    seen.page.select_option("#a", index=3)
    chosen = seen.page.input_value("#a")
    address = seen.page.evaluate("location.hash")
    again = opened(browser, place, address)
    assert (again.page.input_value("#family"), again.page.input_value("#a")) == ("mdp", chosen)
    assert len(again.rows()) == 8 and again.trouble == []
    seen.page.click('nav a[href="#trends"]')  # a link to a part of the page changes nothing that was chosen
    assert len(seen.rows()) == 8
    odd = opened(browser, place, "#family=__proto__&a=nobody&build=toString&last=x")
    assert len(odd.rows()) == 16 and odd.trouble == []


def test_a_trend_has_every_study_with_its_interval(seen: Seen) -> None:
    speed, time = seen.charts()[2:]  # of aes; the newest study is of mdp
    dots = [trace for trace in speed["data"] if trace["mode"] == "markers"]
    assert len(dots) == 4 and all(len(trace["x"]) == 8 for trace in dots)  # the baseline has no speedup over itself
    assert len([trace for trace in time["data"] if trace["mode"] == "markers"]) == 5
    record = many.summary(0)["builds"][0]["variants"][1]["speedup"]
    first = dots[0]
    assert first["y"][0] == pytest.approx(record["value"], rel=1e-5)
    bars = [trace for trace in speed["data"] if trace["name"] == "intervals"]
    assert bars[0]["y"][:3] == [pytest.approx(record["low"], rel=1e-5), pytest.approx(record["high"], rel=1e-5), None]
    assert len(bars) == 4 and all(len(trace["x"]) == 3 * 8 for trace in bars)
    assert first["x"][0] == "2026-01-01 08:30:05" and first["marker"]["color"] == "#0072B2"
    peers = [trace for trace in dots if trace["marker"]["symbol"][0] == "circle-open"]
    assert len(peers) == 1 and speed["layout"]["yaxis"]["type"] == "log"
    labels = [note["text"] for note in speed["layout"]["annotations"]]
    assert {"pyaes_opt", "pyaes_vaes", "peer_openssl"} <= set(labels)
    seen.page.locator("#charts details summary").nth(2).click()
    seen.wait_for_rows("#charts details[open]", 8)


def test_no_line_joins_two_machines_and_it_is_dotted_where_the_commit_changed(seen: Seen) -> None:
    speed, _ = seen.charts()[:2]  # of mdp, every second study of which ran on the other machine
    dots = next(trace for trace in speed["data"] if trace["mode"] == "markers")
    symbols = dict(zip(dots["x"], dots["marker"]["symbol"], strict=True))
    assert sorted(symbols.values()) == ["circle"] * 4 + ["square"] * 4
    lines = [trace for trace in speed["data"] if trace["name"] == "trend"]
    assert lines
    for trace in lines:
        for start, end in zip(trace["x"][::3], trace["x"][1::3], strict=True):
            assert symbols[start] == symbols[end]
        assert trace["line"]["dash"] == "dot"  # in one family, each of these studies has a commit of its own
    assert seen.page.locator("#charts .key").first.inner_text().splitlines() == [
        "● " + many.MACHINES[1],
        "■ " + many.MACHINES[0],
    ]


def test_one_commit_is_joined_by_a_whole_line(browser: Browser, tmp_path: Path) -> None:
    for number, commit in enumerate(("abc", "abc", "abc+", "abc+")):
        many.put(tmp_path, many.summary(number, commit=commit, machine="M"))
    seen = opened(browser, stage.write(tmp_path / "none", tmp_path))
    lines = {trace["line"]["dash"]: len(trace["x"]) for trace in seen.charts()[0]["data"] if trace["name"] == "trend"}
    assert lines == {"solid": 3, "dot": 6}  # changed code of one commit may be any


def test_one_variant_alone_and_its_change_since_the_first(seen: Seen) -> None:
    seen.page.select_option("#only", "pyaes_numpy")
    speed, time = seen.charts()  # no other family has it
    assert [len([t for t in chart["data"] if t["mode"] == "markers"]) for chart in (speed, time)] == [1, 1]
    seen.page.select_option("#change", "first")
    changed = next(trace for trace in seen.charts()[1]["data"] if trace["mode"] == "markers")
    plain = next(trace for trace in time["data"] if trace["mode"] == "markers")
    assert changed["y"] == pytest.approx([value / plain["y"][0] for value in plain["y"]]) and changed["y"][0] == 1
    ends = [
        next(trace for trace in chart["data"] if trace["name"] == "intervals")["y"]
        for chart in (seen.charts()[1], time)
    ]
    assert ends[0][9:11] == pytest.approx([end / plain["y"][0] for end in ends[1][9:11]])
    seen.page.select_option("#only", "mdp_opt")
    changed = next(trace for trace in seen.charts()[0]["data"] if trace["mode"] == "markers")
    assert changed["y"][:2] == [1, 1]  # two machines, each over its own first


def test_other_baselines_and_sizes_are_kept_apart(browser: Browser, tmp_path: Path) -> None:
    for number in range(3):
        many.put(tmp_path, many.summary(number))
    many.put(tmp_path, many.summary(3, baseline="pyaes_opt") | {"timestamp": "20250101_000000"})
    many.put(tmp_path, many.summary(4, size="small"))
    seen = opened(browser, stage.write(tmp_path / "none", tmp_path))
    text = seen.page.inner_text("#charts")
    assert "aes, size small (release)" in text and "One study so far: a trend begins with the second." in text
    assert "1 study with another baseline than pyaes_clean is left out of the speedups." in text
    speed, time = (len(next(t for t in chart["data"] if t["mode"] == "markers")["x"]) for chart in seen.charts())
    assert (speed, time) == (3, 4)


def test_two_studies_are_compared_with_an_interval_from_both(seen: Seen) -> None:
    chosen = [seen.page.input_value(f"#{side}") for side in ("a", "b")]
    assert chosen == [f"mdp/{many.summary(number)['timestamp']}" for number in (11, 15)]  # the last two of one machine
    a, b = (many.summary(number) for number in (4, 8))
    for side, record in (("a", a), ("b", b)):
        seen.page.select_option(f"#{side}", f"aes/{record['timestamp']}")
    seen.page.select_option("#side", "dbg")
    rows = seen.compared()
    assert list(rows) == [name for name, _ in many.FAMILIES["aes"]]
    for i, name in enumerate(rows):
        x, y = (record["builds"][1]["variants"][i]["time"] for record in (a, b))
        value = x["value"] / y["value"]
        down = math.hypot(math.log(x["value"] / x["low"]), math.log(y["high"] / y["value"]))
        up = math.hypot(math.log(x["high"] / x["value"]), math.log(y["value"] / y["low"]))
        expected = Interval(value, value * math.exp(-down), value * math.exp(up))
        word = "differs" if expected.low > 1.01 or expected.high < 1 / 1.01 else ""
        times = [units.time_interval(Interval(t["value"], t["low"], t["high"])) for t in (x, y)]
        assert rows[name] == [units.ratio(expected), word, *times]
    assert {row[1] for row in rows.values()} == {"differs", ""}
    text = seen.page.inner_text("#compared")
    assert f"invoke compare {a['timestamp']}:dbg {b['timestamp']}:dbg --bench aes\n" in text + "\n"
    assert "Another commit: A 000000000002, B 000000000004." in text and "machine" not in text
    assert "no verdict" in text


@pytest.mark.parametrize(
    ("time", "word"),
    [
        ((1.0, 0.99, 1.01), ""),
        ((1.02, 1.005, 1.03), ""),  # the interval excludes 1, but not by more than 1 %
        ((1.02, 1.012, 1.03), "differs"),
        ((0.98, 0.97, 0.995), ""),
        ((0.98, 0.97, 0.989), "differs"),
        ((1.06, 1.012, 1.1), "differs"),
        ((0.94, 0.9, 0.98), "differs"),
        ((1.5, None, None), ""),  # one process tells nothing of spread
    ],
)
@pytest.mark.parametrize("floor", [None, 0.05])
def test_a_word_is_said_only_beyond_one_per_cent_and_the_noise_of_both(
    browser: Browser, tmp_path: Path, time: tuple[float, float | None, float | None], word: str, floor: float | None
) -> None:
    for number, times in enumerate((time, (1.0, 1.0, 1.0))):
        record = many.summary(number) | {"floor": floor if number else 0.01}
        record["builds"][0]["variants"][1]["time"] = dict(zip(("value", "low", "high"), times, strict=True))
        many.put(tmp_path, record)
    seen = opened(browser, stage.write(tmp_path / "none", tmp_path))
    expected = Interval(*(math.nan if end is None else end for end in time))
    assert seen.compared()["pyaes_opt"][:2] == [units.ratio(expected), word if abs(time[0] - 1) > (floor or 0) else ""]


def test_what_differs_between_two_studies_is_said(browser: Browser, tmp_path: Path) -> None:
    many.put(tmp_path, many.summary(0, size="small", kernel=""))
    for build in (later := many.summary(1, machine="Another", kernel=""))["builds"]:
        build["interpreter"] = "CPython 3.13.0"
    many.put(tmp_path, later)
    many.put(tmp_path, many.summary(2, "mdp"))
    seen = opened(browser, stage.write(tmp_path / "none", tmp_path))
    assert seen.page.locator("#b option").count() == 2  # of the same family only
    text = seen.page.inner_text("#compared")
    for said in ("Another machine: A Example CPU", "Whether the kernel differs was not recorded", "Another interpreter: A CPython 3.11.2",
                 "Another size of the workload: A small, B full", "so there is no ratio", "--across-hosts"):  # fmt: skip
        assert said in text
    assert {row[0] for row in seen.compared().values()} == {"–"}
    seen.page.select_option("#b", seen.page.input_value("#a"))
    assert "are the same study" in seen.page.inner_text("#compared") and seen.trouble == []


@pytest.mark.parametrize("value", [1.0, 1.005, 0.9996, 12345.6, 3.1e-9, 4.25e-6, 0.05851, 2.5e-4, 14600.0, 99.96])
def test_numbers_are_written_as_in_every_report(seen: Seen, value: float) -> None:
    number = Interval(value, value * 0.98, value * 1.03)
    ends = [number.value, number.low, number.high]
    assert seen.page.evaluate("n => Parts.asTime(n)", ends) == units.time_interval(number)
    assert seen.page.evaluate("n => Parts.asRatio(n)", ends) == units.ratio(number)
    alone = Interval(value, math.nan, math.nan)
    assert seen.page.evaluate("n => Parts.asRatio(n)", [value, None, None]) == units.ratio(alone)


def test_hostile_texts_do_nothing_in_a_browser(browser: Browser, tmp_path: Path) -> None:
    for number in (8, 9):
        many.put(tmp_path, hostile() | {"timestamp": f"2026010{number}_000000"})
    seen = opened(browser, stage.write(tmp_path / "none", tmp_path))
    seen.page.select_option("#placed", "evenly")
    seen.page.locator("#charts details summary").first.click()
    assert seen.page.locator("img").count() == 0 and seen.trouble == []
    assert {"__proto__", "constructor", '"quoted" & {{DATA}}'} <= set(seen.compared())
    assert any("alert(1)" in row for row in seen.compared())
    assert len(seen.charts()) == 2
    texts = [note["text"] for chart in seen.charts() for note in chart["layout"]["annotations"]]
    texts += [text for chart in seen.charts() for trace in chart["data"] for text in trace.get("hovertext", ())]
    assert any("&lt;/script" in text for text in texts) and not any(
        "<script" in text or "<img" in text for text in texts
    )


def test_many_studies_stay_usable(browser: Browser, tmp_path: Path) -> None:
    many.fill(tmp_path, 240)
    seen = opened(browser, stage.write(tmp_path / "none", tmp_path))
    assert len(seen.rows()) == 20  # ten of each family
    seen.page.get_by_role("button", name="Show the 110 older ones").first.click()
    assert len(seen.rows()) == 130
    assert "The newest 50 of 120 studies" in seen.page.inner_text("#charts")
    seen.page.select_option("#last", "all")
    (first, *_) = [trace for trace in seen.charts()[0]["data"] if trace["mode"] == "markers"]
    assert len(first["x"]) == 120 and seen.trouble == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_need_not_scroll_sideways(browser: Browser, place: Path, scheme: Any) -> None:
    seen = opened(browser, place, viewport={"width": 400, "height": 800}, color_scheme=scheme)
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= 400
    ink = seen.page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--ink').trim()")
    assert {chart["layout"]["font"]["color"] for chart in seen.charts()} == {ink}


def test_without_plotly_the_tables_are_open(browser: Browser, place: Path, tmp_path: Path) -> None:
    shutil.copy(place, tmp_path / "index.html")
    seen = opened(browser, tmp_path / "index.html")
    seen.wait_for_rows("#charts details[open]", 4 * 8)
    assert len(seen.compared()) == 3


def test_without_scripts_the_list_is_there(browser: Browser, place: Path) -> None:
    seen = opened(browser, place, java_script_enabled=False)
    assert len(seen.rows()) == 16
    assert "Trends need this page's script" in seen.page.inner_text("#trends")
    assert not seen.page.locator("#filter").is_visible()


def test_the_keyboard_reaches_every_control(seen: Seen) -> None:
    reached = set()
    for _ in range(60):
        seen.page.keyboard.press("Tab")
        reached.add(seen.page.evaluate("document.activeElement.id"))
    assert {"family", "machine", "build", "last", "placed", "only", "change", "a", "b", "side"} <= reached
    seen.page.focus("#family")
    seen.page.keyboard.press("ArrowDown")
    assert len(seen.rows()) == 8 and re.search("family=", seen.page.evaluate("location.hash"))
