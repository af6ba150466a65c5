"""Charts of rows on paper: every bar with its name and value, in the room that there is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from matplotlib.figure import Figure

from reporting.charts import BarChart, Dots, Step, Waterfall
from reporting.paper import rows
from tests.test_renderers_html_pdf import BARS, CHART, DOTS, HOLLOW

STEPS = (
    Step("baseline", 48.0, "48.0 ms", whole=True),
    Step("encrypt", -40.0, "−40.0 ms"),
    Step("new", 3.0, "+3.0 ms"),
    Step("variant", 11.0, "11.0 ms", whole=True),
)


def words(figure: Figure) -> list[str]:
    axes: Any = figure.axes[0]
    return [text.get_text() for text in axes.texts]


def bars(figure: Figure) -> list[Any]:
    return list(figure.axes[0].patches)


def ends(line: Any) -> tuple[Any, Any]:
    return line.get_xdata(), line.get_ydata()


def points(figure: Figure) -> float:
    return float(figure.get_size_inches()[1] * 72)


def test_bars_have_names_values_and_crosses() -> None:
    figure = rows.bars(CHART)
    assert len(bars(figure)) == len(BARS) - 1  # a wrong answer has none
    said = words(figure)
    assert "✕ wrong answer" in said and "12.0× [11.5–12.5]" in said and "baseline" in said
    assert any(text.startswith("limit") for text in said)
    assert [bar.get_x() for bar in bars(figure)] == [1.0, 1.0, 1.0]  # on a log axis, ratios start at 1


def test_hollow_bars_are_hollow_and_a_line_is_over_its_group() -> None:
    figure = rows.bars(HOLLOW)
    assert [bar.get_facecolor()[3] for bar in bars(figure)] == [1, 1, 0, 1]
    assert {"release", "dbg"} <= set(words(figure))
    (line,) = (list(y) for x, y in map(ends, figure.axes[0].lines) if list(x) == [20.0, 20.0])
    tops = [bar.get_y() for bar in bars(figure)]
    first, last = line
    assert first < tops[0] < tops[2] + 0.62 < last < tops[3]


def test_where_there_is_little_height_the_first_group_is_drawn_in_it() -> None:
    figure = rows.bars(HOLLOW, 150)
    assert len(bars(figure)) == 3 and points(figure) <= 150 and "dbg" not in words(figure)
    assert "release" in figure.axes[0].get_xlabel()
    many = replace(HOLLOW, groups=(("", BARS[:2] * 20),))
    assert points(rows.bars(many, 150)) > 400  # letters stay legible: whoever asks has to see that it is too tall
    assert points(rows.bars(many)) > points(rows.bars(many, 150))


def test_dots_say_how_many_they_are() -> None:
    figure = rows.dots(DOTS)
    assert {"3 values", "2 values", "baseline"} <= set(words(figure)) and points(figure) < points(rows.dots(DOTS, 200))


@pytest.mark.parametrize("tallest", [1e9, 100.0])
def test_steps_begin_where_the_one_before_ended(tallest: float) -> None:
    figure = rows.waterfall(Waterfall("", "", "ms", STEPS), tallest)
    places = [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in bars(figure)]
    assert places == [(0, 48), (8, 48), (8, 11), (0, 11)]
    assert len({bar.get_facecolor() for bar in bars(figure)}) == 3
    assert {"encrypt", "−40.0 ms", "11.0 ms"} <= set(words(figure))


def test_nothing_is_said_to_be_nothing() -> None:
    for figure in (
        rows.bars(BarChart("", "", "", (("", ()),))),
        rows.dots(Dots("", "", "", ())),
        rows.waterfall(Waterfall("", "", "", ()), 100),
    ):
        assert figure.texts[0].get_text().startswith("No")
