"""The native charts of a workbook. They refer to cells of their own sheet, so they follow whoever edits these.

Colours, the start of bars and the kind of axis come from palette.py, as on the page and on paper.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from openpyxl.chart import BarChart as Bars
from openpyxl.chart import ScatterChart
from openpyxl.chart.axis import NumericAxis
from openpyxl.chart.data_source import AxDataSource, NumDataSource, NumRef, StrRef
from openpyxl.chart.error_bar import ErrorBars
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.legend import Legend
from openpyxl.chart.marker import DataPoint, Marker
from openpyxl.chart.series import Series, SeriesLabel
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.title import Title, title_maker
from openpyxl.drawing.line import LineProperties
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.worksheet import Worksheet

from reporting.charts import Bar, BarChart, Dots
from reporting.palette import bar_scale, printable, role_colour
from reporting.workbook.cells import ENGINEERING, RATIO

WIDTH, ROW = 22, 0.53  #: of a chart and of a row of cells, in cm
LIMIT = "808080"  #: colour of what is no variant


@dataclass(frozen=True)
class Place:
    """Where on a sheet charts stand, and from which columns (by the names in the first row) they take their numbers."""

    sheet: Worksheet

    def column(self, name: str) -> int:
        heads = [cell.value for cell in self.sheet[1]]
        return next(i for i, head in enumerate(heads, 1) if str(head).partition(" (")[0] == name)

    def cells(self, name: str, first: int, last: int) -> str:
        letter = get_column_letter(self.column(name))
        return f"{quote_sheetname(self.sheet.title)}!${letter}${first}:${letter}${last}"

    def add(self, chart: Bars | ScatterChart, row: int) -> int:
        """Put a chart to the right of the cells; return the row below it."""
        chart.roundedCorners = False
        self.sheet.add_chart(chart, f"{get_column_letter(len(list(self.sheet[1])) + 2)}{row}")
        return row + round(chart.height / ROW) + 2


def bars(sheet: Worksheet, chart: BarChart) -> None:
    """Draw a bar chart, one per group, on the sheet that has its table (as chart_tables.of_bars made it)."""
    place, first, top = Place(sheet), 2, 2
    for group, members in chart.groups:
        lines = [line for line in chart.lines if line.group == group]
        last = first + len(members) + len(lines) - 1
        if last >= first:
            drawn = _bars(place, chart, group, members, (first, last))
            top = place.add(drawn, top)
        first = last + 1


def _bars(place: Place, chart: BarChart, group: str, members: Sequence[Bar], rows: tuple[int, int]) -> Bars:
    scale, number = bar_scale(chart), rows[1] - rows[0] + 1
    drawn = Bars(barDir="bar", varyColors=False)
    drawn.gapWidth, drawn.width, drawn.height, drawn.legend = 40, WIDTH, round(3.5 + 0.75 * number), None
    drawn.title = _title(f"{chart.title}: {group}" if group else chart.title)
    drawn.x_axis.delete = drawn.y_axis.delete = False
    drawn.x_axis.scaling.orientation = "maxMin"  # the first row on top
    drawn.x_axis.tickLblPos, drawn.x_axis.crosses, drawn.x_axis.crossesAt = "low", None, scale.start
    drawn.y_axis.crosses, drawn.y_axis.title = "max", _title(chart.axis)
    if scale.log:
        drawn.y_axis.scaling.logBase = 10
    drawn.y_axis.scaling.min = min(scale.start, scale.low)
    shown = RATIO if "×" in chart.axis else "General"
    ticks = ('[>=1]#,##0"×";0.00"×"' if scale.log else '0.0"×"') if "×" in chart.axis else "General"
    drawn.y_axis.number_format = ticks
    drawn.series.append(_bar_series(place, rows, shown, members))
    return drawn


def _bar_series(place: Place, rows: tuple[int, int], shown: str, members: Sequence[Bar]) -> Series:
    above, below = (NumDataSource(numRef=NumRef(f=place.cells(name, *rows))) for name in ("above", "below"))
    reach = ErrorBars(errBarType="both", errValType="cust", plus=above, minus=below)
    vars(reach)["__elements__"] = (
        "errBarType",
        "errValType",
        "plus",
        "minus",
    )  # as the schema has it; openpyxl does not
    series = Series(
        tx=SeriesLabel(v="value"),
        cat=AxDataSource(strRef=StrRef(f=place.cells("variant", *rows))),
        val=NumDataSource(numRef=NumRef(f=place.cells("value", *rows))),
        errBars=reach,
        dLbls=_labels(shown),
        invertIfNegative=False,
    )
    looks = [
        _look(role_colour(bar.role)[1:], hollow=bar.outlined or bar.projected, dashed=bar.projected) for bar in members
    ]
    looks += [_look(LIMIT, hollow=True, dashed=True)] * (rows[1] - rows[0] + 1 - len(members))
    series.dPt = [DataPoint(idx=i, invertIfNegative=False, spPr=look) for i, look in enumerate(looks)]
    return series


def _labels(shown: str) -> DataLabelList:
    return DataLabelList(
        numFmt=shown, showVal=True, dLblPos="outEnd",
        showSerName=False, showCatName=False, showLegendKey=False, showPercent=False, showBubbleSize=False,
    )  # fmt: skip


def _look(colour: str, *, hollow: bool, dashed: bool = False) -> GraphicalProperties:
    line = LineProperties(solidFill=colour, w=12_700, prstDash="sysDash" if dashed else None)
    return GraphicalProperties(noFill=True, ln=line) if hollow else GraphicalProperties(solidFill=colour, ln=line)


def processes(sheet: Worksheet, dots: Sequence[Dots], hollow: Collection[str]) -> None:
    """Draw the mean of every process by its number, a chart per build, on the sheet that has a row for each.

    dots: the charts of the same values, whose roles and kind of axis are taken over; hollow: labels that are not ours.
    """
    place, top = Place(sheet), 2
    roles = {label: role for chart in dots for label, _, role in chart.series}
    rows = list(sheet.iter_rows(min_row=2, max_col=2, values_only=True))
    while rows and rows[-1][1] is None:  # the notes below the table
        rows.pop()
    log = any(chart.log for chart in dots)
    numbered = enumerate(rows, 2)
    for build, of_build in groupby(numbered, key=lambda each: each[1][0]):
        chart = _scatter(f"Mean of every process ({build})", log=log)
        for name, members in groupby(of_build, key=lambda each: each[1][1]):
            span = [row for row, _ in members]
            chart.series.append(_dots(place, (span[0], span[-1]), *_style(str(name), roles, hollow)))
        top = place.add(chart, top)


def _style(name: str, roles: Mapping[str, str], hollow: Collection[str]) -> tuple[str, bool]:
    """Return (colour, whether it is hollow) of a series; what has no role of its own is no variant."""
    label = next((label for label in roles if name in (label, f"{label} (peer)")), "")
    return (role_colour(roles[label])[1:] if label else LIMIT), not label or label in hollow


def _scatter(title: str, *, log: bool) -> ScatterChart:
    chart = ScatterChart(scatterStyle="lineMarker")
    chart.width, chart.height = WIDTH, 12
    chart.title = _title(title)
    chart.x_axis = NumericAxis(axId=10, crossAx=100, majorUnit=1, numFmt="0")
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.x_axis.title = _title("process")
    chart.y_axis.title = _title("seconds per iteration" + (", log scale" if log else ""))
    chart.x_axis.scaling.min = 0
    chart.x_axis.majorGridlines = None
    chart.y_axis.number_format = "##0E+0" if log else ENGINEERING
    chart.y_axis.crosses = chart.x_axis.crosses = "min"
    if log:
        chart.y_axis.scaling.logBase = 10
    chart.legend = Legend(overlay=False)
    return chart


def _dots(place: Place, rows: tuple[int, int], colour: str, hollow: bool) -> Series:
    look = _look(colour, hollow=hollow)
    return Series(
        tx=SeriesLabel(strRef=StrRef(f=place.cells("variant", rows[0], rows[0]))),
        xVal=AxDataSource(numRef=NumRef(f=place.cells("process", *rows))),
        yVal=NumDataSource(numRef=NumRef(f=place.cells("mean", *rows))),
        marker=Marker(symbol="circle", size=6, spPr=look),
        spPr=GraphicalProperties(ln=LineProperties(noFill=True)),
        smooth=False,
    )


def _title(text: str) -> Title:
    """Return a title that takes room of its own, instead of lying over the bars."""
    title = title_maker(printable(text))
    title.overlay = False
    return title
