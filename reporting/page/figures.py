"""Figures on a page: the place that the page's script fills, the caption, and the numbers behind it as a table.

A figure's data stand in the page as JSON, packed: lists of words become lists of numbers into one list of the whole page, since
the same functions are in many flame graphs; whole numbers that follow one another become runs; and what the script can
find out itself is left out. Notes and lines share what they have in common. The script draws a
figure when it comes near. Knows plotly figures and HTML, never a metric.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from reporting.charts import BarChart, Chart, Curves, Diagram, Dots, FlameGraph, Traces
from reporting.page import plotly_figures, svg
from reporting.page.parts import Place, caption, escape
from reporting.palette import HEADER, NAMED, bar_rows

FEW = 4  #: words in a list that is left as it is
ALIKE = ("annotations", "data", "shapes")  #: lists of a figure whose entries have much in common
DIGITS = 7  #: significant ones, of coordinates: more than a screen has pixels


class Figures:
    """Writes the figures of one page, and keeps the words that they share."""

    def __init__(self) -> None:
        self._words: dict[str, int] = {}

    def figure(self, number: int, block: Chart, place: Place, about: str, behind: str) -> str:
        """Return a figure. about: the attributes that say what it is of; behind: the table of its numbers."""
        drawn = plotly_figures.draw(block).to_plotly_json()
        height = drawn["layout"]["height"]
        if isinstance(block, FlameGraph) and not block.unit:
            for trace in drawn["data"]:
                del trace["hovertext"]  # the script says it, from the width and the number of samples
        packed = self._packed({"data": drawn["data"], "layout": drawn["layout"]}) | parts(block)
        name = f"plot-{number}"
        return (
            f'<figure id="{place.anchor}"{about}>'
            f'<div class="plot" id="{name}" style="min-height:{height}px" role="img" aria-label="{escape(block.title)}"></div>'
            f"<figcaption>{caption(place, block.title, block.caption)}</figcaption>"
            f"<details><summary>Data of {place.name.lower()}</summary>{behind}</details>"
            f"{embedded(f'{name}-data', packed)}</figure>\n"
        )

    def words(self) -> str:
        """Return the words that the packed data number."""
        return embedded("page-words", list(self._words))

    def _packed(self, value: Any) -> Any:
        if isinstance(value, dict):
            names = value.keys() - ({"text"} if "customdata" in value else set())  # of boxes, the script fits it again
            return {n: self._packed(alike(value[n]) if n in ALIKE else value[n]) for n in sorted(names)}
        if isinstance(value, (list, tuple)):
            if len(value) > FEW and all(isinstance(each, str) for each in value):
                return {"$": [self._words.setdefault(each, len(self._words)) for each in value]}
            found = runs(value)
            if 2 * len(found) < len(value):
                return {"..": found}
            return [self._packed(each) for each in value]
        if isinstance(value, float):
            return None if not math.isfinite(value) else _short(value)
        return value


def alike(values: Sequence[Any]) -> list[Any]:
    """Return a list in which dictionaries that follow one another and have the same keys share what they have in common.

    They become one, {"each": what each has of its own, "all": what they share}, where that is shorter.
    """
    found: list[Any] = []
    for names, group in groupby(values, _names):
        members = list(group)
        shared = {key: members[0][key] for key in names if all(m[key] == members[0][key] for m in members)}
        if len(members) > 1 and len(shared) > 1:
            own = [{key: value for key, value in member.items() if key not in shared} for member in members]
            found.append({"all": shared, "each": own})
        else:
            found += members
    return found


def _names(value: Any) -> list[str]:
    return sorted(value) if isinstance(value, dict) else []


def diagram(block: Diagram, place: Place, about: str, behind: str) -> str:
    """Return a block diagram, which no script draws, with what is known of the whole above it."""
    facts = "".join(f'<p class="facts">{escape(fact)}</p>' for fact in block.facts)
    return (
        f'<figure id="{place.anchor}"{about}>{facts}'
        f'<div class="scroll drawn" tabindex="0" role="region" aria-label="{escape(block.title)}">{svg.diagram(block)}</div>'
        f"<figcaption>{caption(place, block.title, block.caption)}</figcaption>"
        f"<details><summary>Data of {place.name.lower()}</summary>{behind}</details></figure>\n"
    )


def runs(values: Sequence[Any]) -> list[int | None]:
    """Return (first, how many) of each run of whole numbers or of None, one after the other; [1, 2, 3, None] as [1, 3, None, 1].

    Of values that are neither, return them as they are, which saves nothing.
    """
    if not all(value is None or type(value) is int for value in values):
        return list(values)
    found: list[int | None] = []
    for i, value in enumerate(values):
        before = values[i - 1] if i else ...
        if before is not ... and (value is before is None or (None not in (value, before) and value == before + 1)):
            found[-1] = (found[-1] or 0) + 1
        else:
            found += [value, 1]
    return found


def _short(value: float) -> float | int:
    """Return a coordinate without digits that no screen shows."""
    rounded = float(f"{value:.{DIGITS}g}")
    return int(rounded) if rounded == int(rounded) and abs(rounded) < 1e15 else rounded


def parts(block: Chart) -> dict[str, Any]:
    """Return what the script needs to leave out a variant or a build and to close the gap, and what it fills in.

    rows: [top, bottom, label, group] in the units of the axis; curves and panels: the labels of those drawn; samples: of a
    flame graph, from which the script says what each frame takes.
    """
    if isinstance(block, BarChart):
        rows = bar_rows(block)
        groups = [name for name, bars in block.groups for _ in bars]
        bars = [(top, top + 1, bar.label, name) for (top, bar), name in zip(rows.bars, groups, strict=True)]
        heads = [(top, top + HEADER, "", name) for top, name in rows.headers]
        lines = [(top, top + NAMED, "", line.group) for top, _, line in rows.lines]
        return {"rows": bars + heads + lines if bars else []}
    if isinstance(block, Dots):
        series = block.series if any(values for _, values, _ in block.series) else ()
        return {"rows": [(i, i + 1, label, "") for i, (label, *_) in enumerate(series)]}
    if isinstance(block, Curves):
        return {"curves": [curve.label for curve in block.curves if any(curve.values)]}
    if isinstance(block, Traces):
        traces = block.traces if any(any(trace.processes) for trace in block.traces) else ()
        return {"panels": [trace.label for trace in traces]}
    if isinstance(block, FlameGraph) and not block.unit:
        return {"samples": block.samples}
    return {}


def embedded(name: str, data: Any) -> str:
    """Return data as a script element that nothing runs. It would end at the first "</script", so no "<" is in it."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    text = re.sub("[<>&\ud800-\udfff]", lambda found: f"\\u{ord(found.group()):04x}", text)  # nor half of a letter
    return f'<script type="application/json" id="{name}">{text}</script>'
