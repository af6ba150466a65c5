"""Where things stand on pages: nothing is lost, overlaps or leaves the page, and no page ends half empty."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporting.paper.layout import Group, Item, Mark, Page, lay
from reporting.paper.styles import COLUMN, SHEETS, Sheet

A4 = SHEETS["a4"]
TALL = A4.tall


@dataclass
class Brick:
    """So many points of something; it can be divided if `soft`."""

    name: str
    height: float
    soft: bool = False
    space: float = 0.0

    def wrap(self, width: float, _height: float) -> tuple[float, float]:
        return width, self.height

    def split(self, _width: float, height: float) -> list[Brick]:
        if not self.soft or not 1 <= height < self.height:
            return []
        return [Brick(self.name, height, True, self.space), Brick(self.name, self.height - height, True, self.space)]

    def getSpaceBefore(self) -> float:  # noqa: N802 (reportlab's name)
        return self.space

    getSpaceAfter = getSpaceBefore  # noqa: N815


def text(name: str, height: float) -> Group:
    return Group((Item(Brick(name, height, soft=True)),), least=30)


def figure(name: str, height: float) -> Group:
    return Group((Item(Brick(name, height)), Item(Brick(f"caption of {name}", 20))), floats=True)


def names(pages: list[Page]) -> list[list[str]]:
    return [[placed.item.flowable.name for placed in page.placed] for page in pages]


def test_text_goes_on_where_a_figure_does_not_fit() -> None:
    pages = lay([text("a", TALL - 200), figure("f", 300), text("b", 150), text("c", 100)], A4)
    assert names(pages) == [["a", "b", "c"], ["f", "caption of f", "c"]]


def test_what_waits_keeps_its_order() -> None:
    groups = [text("a", TALL - 200), figure("large", 300), figure("small", 50), text("b", 300)]
    first, second = names(lay(groups, A4))
    assert first == ["a", "b"]
    assert second == ["large", "caption of large", "small", "caption of small", "b"]


def test_a_barrier_lets_out_what_waits() -> None:
    groups = [text("a", TALL - 200), figure("f", 300), Group((Item(Brick("end", 20)),), barrier=True)]
    assert names(lay(groups, A4)) == [["a"], ["f", "caption of f", "end"]]


def test_a_lying_table_has_pages_of_its_own_and_leaves_no_gap() -> None:
    wide = Group((Item(Brick("wide", 400)),), floats=True, turned=True)
    pages = lay([text("a", 300), wide, text("b", TALL), figure("f", 100)], A4)
    assert names(pages) == [["a", "b"], ["wide"], ["b", "f", "caption of f"]]
    assert [page.sheet.lies for page in pages] == [False, True, False]
    assert names(lay([text("a", 300), wide], A4)) == [["a"], ["wide"]]


def test_a_heading_stays_with_what_it_is_over() -> None:
    heading = Group((Item(Brick("h", 20), Mark("k", "Chapter", 0)),), reserve=60)
    pages = lay([text("a", TALL - 70), heading, text("b", 100)], A4)
    assert names(pages) == [["a"], ["h", "b"]]
    assert [page.chapter for page in pages] == ["", "Chapter"]


def test_what_no_page_can_hold_has_one_of_its_own() -> None:
    assert names(lay([text("a", 10), figure("f", TALL * 2), text("b", 10)], A4))[0] == ["a", "b"]


def test_a_chapter_is_named_where_it_is_in_force() -> None:
    groups = [
        Group((Item(Brick("h1", 20), Mark("1", "One", 0)),)), text("a", TALL),
        Group((Item(Brick("h2", 20), Mark("2", "Two", 0)),)), text("b", TALL),
    ]  # fmt: skip
    assert [page.chapter for page in lay(groups, A4)] == ["One", "One", "Two"]


BRICKS = st.lists(
    st.tuples(
        st.sampled_from(["text", "figure", "wide", "barrier"]),
        st.floats(1, TALL * 1.2),
        st.floats(0, 40),
    ),
    max_size=30,
)


@given(BRICKS)
def test_nothing_is_lost_overlaps_or_leaves_the_page(bricks: list[tuple[str, float, float]]) -> None:
    groups = []
    for i, (kind, height, space) in enumerate(bricks):
        soft = kind in ("text", "barrier")
        most = A4.turned().tall if kind == "wide" else TALL
        item = Item(Brick(str(i), height if soft else min(height, most), soft, space))
        groups.append(
            Group((item,), 30 if soft else None, floats=not soft, turned=kind == "wide", barrier=kind == "barrier")
        )
    pages = lay(groups, A4)
    found: dict[str, float] = {}
    for page in pages:
        edge = (page.sheet.height + page.sheet.tall) / 2
        for placed in page.placed:
            name = placed.item.flowable.name
            found[name] = found.get(name, 0.0) + placed.top - placed.y
            assert placed.top <= edge + 1e-6
            assert placed.y >= (page.sheet.height - page.sheet.tall) / 2 - 1e-6
            edge = placed.y
        assert page.placed or len(pages) == 1
    assert found == pytest.approx({str(i): group.items[0].flowable.height for i, group in enumerate(groups)})


@pytest.mark.parametrize("sheet", SHEETS.values(), ids=SHEETS)
def test_the_column_is_as_wide_on_either_sheet(sheet: Sheet) -> None:
    assert sheet.column == pytest.approx(COLUMN) and 40 < sheet.left < 70
    assert sheet.turned().lies and sheet.turned().column > COLUMN
