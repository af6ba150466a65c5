"""The words of a calibration: turns its results into a Document. The arithmetic is in calibration/trials.py."""

from __future__ import annotations

from collections.abc import Sequence

from reporting import units
from reporting.calibration import trials as calibration
from reporting.calibration.trials import Result, Trial
from reporting.charts import Bar, BarChart, Line
from reporting.document import Cell, Document, Section, Table, Text
from reporting.evidence import Evidence
from reporting.statistics import share
from reporting.words import tables

FEWEST = 5  #: real studies; of fewer, none says which slowdowns a host shows
SHOWN = 0.03  #: the slowdown that the table singles out


def build(simulated: Sequence[Result], measured: Result | None, evidence: Evidence | None, timestamp: str) -> Document:
    """Write the report of a calibration; `measured` and its evidence are None where only simulated data were used."""
    results = [*simulated, *([measured] if measured else [])]
    where = f"Measured on {tables.machine(evidence)}" if evidence else "Simulated data only"
    return Document(
        title="Calibration: does the machinery keep its promises?",
        subtitle=f"{where}, calibration {timestamp}",
        timestamp=timestamp,
        family="calibration",
        warnings=tables.host_notes(evidence) if evidence else (),
        sections=(
            Section("Overview", (*_verdicts(simulated, measured), Text(ABOUT), _table(results))),
            Section(
                "Which slowdowns are found", (Text(POWER), *(_power(result, i) for i, result in enumerate(results)))
            ),
        ),
    )


ABOUT = (
    "Every trial is a study with a known truth: ten processes of five values each, interleaved in blocks, judged by the same "
    "code as every report. Trials without a slowdown are A/A tests: whatever they claim is a false positive. The interval "
    "should exclude 1 in 5 % of them and hold the truth in 95 %; a verdict asks for more than that, so it should err less. "
    "pyperf's verdict is its own t test over the same values, pooled across processes."
)
POWER = (
    "The share of trials that call the variant slower, by the slowdown that was injected into it. What a host cannot show, "
    "it does not claim: with more noise, larger slowdowns are needed."
)


def _verdicts(simulated: Sequence[Result], measured: Result | None) -> list[Text]:
    trials = [trial for result in simulated for trial in result.at(0.0)]
    wrong = calibration.false_positives(trials)
    said = [f"{wrong} of {len(trials):,} simulated A/A studies were called faster or slower."] if trials else []
    if measured is not None:
        same = measured.at(0.0)
        pooled = sum(trial.pyperf for trial in same)
        said.append(
            f"{calibration.false_positives(same)} of {len(same)} real A/A studies on this host were called faster or slower; "
            f"pyperf calls {pooled} of them significant."
        )
        least = measured.smallest_found
        if len(same) < FEWEST:
            return [Text(text, "verdict") for text in said]
        said.append(
            f"On this host, in this hour, ten processes find slowdowns of {units.percent(least)} and more."
            if least
            else "On this host, in this hour, ten processes reliably find none of the slowdowns tried, "
            f"up to {units.percent(max(calibration.SLOWDOWNS))}."
        )
    return [Text(text, "verdict") for text in said]


def _table(results: Sequence[Result]) -> Table:
    columns = (
        "noise", "A/A trials", "false positives", "interval excludes 1", "pyperf: significant", "coverage",
        f"{100 * SHOWN:.0f} % slowdown found", "smallest slowdown found",
    )  # fmt: skip
    return Table(
        "False positives, coverage and power",
        columns,
        tuple(_row(result) for result in results),
        caption="Shares with 95 % Wilson intervals. Coverage is over trials with and without a slowdown; a slowdown counts "
        f"as found where {100 * calibration.POWER:.0f} % of the trials say slower.",
    )


def _row(result: Result) -> tuple[Cell, ...]:
    same, slower = result.at(0.0), result.at(SHOWN)
    least = result.smallest_found
    return (
        tables.text(result.name),
        Cell(f"{len(same)}", len(same)),
        _counted(calibration.false_positives(same), same),
        _counted(calibration.excluded(same), same),
        _counted(sum(t.pyperf for t in same), same),
        _counted(sum(t.covered for t in same), same),  # a slowdown scales the interval and the truth alike
        _counted(sum(t.verdict == "slower" for t in slower), slower),
        Cell(units.percent(least), least, unit="%")
        if least
        else tables.missing(f"{result.name}: none of the slowdowns tried was found often enough"),
    )


def _counted(number: int, trials: Sequence[Trial]) -> Cell:
    found = share(number, len(trials))
    return tables.estimate(tables.share_of(found), found, "%")


def _power(result: Result, index: int) -> BarChart:
    bars = []
    for slowdown in calibration.SLOWDOWNS:
        trials = result.at(slowdown)
        found = share(sum(trial.verdict == "slower" for trial in trials), len(trials))
        label = "no slowdown (A/A)" if not slowdown else units.percent(slowdown)
        bars.append(
            Bar(label, 100 * found.value, 100 * found.low, 100 * found.high, tables.share_of(found), f"variant-{index}")
        )
    return BarChart(
        title=f"Called slower: {result.name}",
        caption="The first bar should be next to nothing, and the bars should reach 100 % soon.",
        axis="trials called slower (%)",
        groups=(("slowdown injected", tuple(bars)),),
        lines=(Line(100 * calibration.POWER, "80 %"),),
    )
