"""The words and the table that go with a verdict: what is claimed, and what stands behind the claim."""

from __future__ import annotations

import math

from reporting import units
from reporting.compare import Comparison, Floor, Speed
from reporting.document import Cell, Table, Text
from reporting.evidence import Evidence
from reporting.measures import quality
from reporting.measures.verdicts import MINIMUM_PROCESSES, band
from reporting.statistics import ALPHA
from reporting.words import tables

FELL_BACK = "fell back"  #: how a variant's path begins where the machine does not allow what the variant is about


def sentence(speed: Speed, evidence: Evidence, floor: Floor | None) -> Text:
    """Say in one sentence what the evidence allows."""
    name, base, where = _named(speed), evidence.baseline.name, tables.python(evidence, speed.build)
    if speed.speedup is None:
        figure = "has no speed" if speed.seconds is None else "has no headline figure"
        return Text(f"{name} {figure} on {where}: {speed.reason}.", "warning")
    ratio, reason = units.ratio(speed.speedup), f" ({speed.reason})" if speed.reason else ""
    if speed.unchecked:
        return Text(f"{name} ran at {ratio} the speed of {base} on {where}, but {speed.reason}.", "warning")
    width = units.percent(band(floor.share if floor else 0.0))
    said = {
        "faster": f"{name} is {ratio} faster than {base} on {where}{reason}.",
        "slower": f"{name} is slower than {base} on {where}: {ratio} its speed{reason}.",
        "equivalent": f"{name} is as fast as {base} within {width} on {where}: {ratio}.",
        "few": f"{name} ran at {ratio} the speed of {base} on {where}; {speed.reason}.{_more(speed)}",
        "inconclusive": f"Whether {name} differs from {base} on {where} stays open: {ratio}; {speed.reason}.{_more(speed)}",
    }
    few = speed.verdict == "inconclusive" and speed.processes < MINIMUM_PROCESSES
    loud = speed.build == "dbg" or fell_back(speed)  # no headline from a debug build, nor of what did not run
    return Text(said["few" if few else speed.verdict], "warning" if loud else "verdict")


def fell_back(speed: Speed) -> bool:
    """Whether a variant ran another way than the one that it is about."""
    return speed.run.outcome(speed.build).path.startswith(FELL_BACK)


def _named(speed: Speed) -> str:
    """Return the name, and with it what a reader must know before any figure: a peer, or one that fell back."""
    path = speed.run.outcome(speed.build).path
    told = ["a library peer"] if speed.run.is_peer else []
    if path.startswith(FELL_BACK):
        way, _, why = path.partition(": ")
        told.append(f"which {way}{f' ({why})' if why else ''}")
    return f"{speed.run.name}, {', '.join(told)}," if told else speed.run.name


def _more(speed: Speed) -> str:
    if speed.more is None:
        return " No sensible number of processes would settle it." if speed.processes > 1 else ""
    return f" About {speed.more:,} more {'process' if speed.more == 1 else 'processes'} each would settle it."


def floor_sentence(evidence: Evidence, floor: Floor | None) -> Text:
    """Say what this host makes of nothing, and so which differences are too small to claim here."""
    if floor is None:
        return Text("No variant was timed against itself, so the noise floor of this host is not known.", "warning")
    return Text(
        f"Noise floor: against itself, with the same number of processes in the same blocks, {floor.name} ran at "
        f"{units.ratio(floor.control)} on {tables.python(evidence, floor.build)}. A variant is called equivalent within "
        f"{units.percent(band(floor.share))}; faster or slower, only beyond that."
    )


def behind(evidence: Evidence, comparison: Comparison, floor: Floor | None) -> Table:
    """What stands behind each verdict on one build: tests, robustness, warm-up, drift, disturbance, what is still needed."""
    rows = tuple(_row(speed) for speed in comparison.speeds if speed.seconds is not None)
    columns: tuple[str, ...] = ("variant", "p", "p, Welch", "medians", "warm-up", "drift", "waited", "more needed")
    if not any(row[-1].text for row in rows):  # nothing stayed open
        columns, rows = columns[:-1], tuple(row[:-1] for row in rows)
    width = units.percent(band(floor.share if floor else 0.0))
    share = quality.stolen(evidence)
    lost = "unknown" if share is None else units.percent(share)
    return Table(
        f"What stands behind the verdicts ({tables.short(comparison.build)})",
        columns,
        rows,
        caption=(
            f"Equivalence band {width}{_whence(comparison, floor)}. p: paired by block, corrected for the number of variants (Holm); Welch: the same, "
            "blind to blocks, as a cross-check. Medians: the speedup by medians, no outlier deleted in either. Warm-up: the "
            "first call against the later ones. Drift: from the first block to the last. Waited: share of the measured time "
            f"without a CPU. Taken by the hypervisor meanwhile: {lost}."
        ),
        key=f"behind:{comparison.build}",
    )  # fmt: skip


def _whence(comparison: Comparison, floor: Floor | None) -> str:
    if floor is None or floor.build == comparison.build:
        return ""
    return f" (from the noise floor on the {tables.short(floor.build)} build)"


def _row(speed: Speed) -> tuple[Cell, ...]:
    found, base = speed.quality, speed.verdict == "baseline"
    none = tables.text("") if base else tables.missing(f"{speed.run.name}: {speed.reason or 'not tested'}")
    more = Cell("", None) if speed.more is None else Cell(f"{speed.more:,}", speed.more, speed.reason)
    waited = "the kernel did not tell how long processes waited"
    return (
        tables.text(speed.run.label),
        none if math.isnan(speed.p) else _probability(speed.p),
        none if math.isnan(speed.welch) else _probability(speed.welch, _disagreement(speed)),
        none
        if math.isnan(speed.medians)
        else Cell(f"{units.significant(speed.medians)}×", speed.medians, _apart(speed), unit="×"),
        _warm_up(speed),
        Cell(units.change(found.drift), found.drift, "; ".join(_drifting(speed)), unit="%"),
        tables.missing(waited) if found.waited is None else Cell(units.percent(found.waited), found.waited, unit="%"),
        more,
    )


def _probability(p: float, note: str = "") -> Cell:
    return Cell("< 0.0001" if p < 1e-4 else f"{p:.2g}", p, note)


def _apart(speed: Speed) -> str:
    """Say where the robustness check disagrees: a few processes then weigh much in the mean."""
    if speed.speedup is None or speed.speedup.low <= speed.medians <= speed.speedup.high:
        return ""
    return f"{speed.run.name}: the ratio of the medians lies outside the interval of the ratio of the means"


def _disagreement(speed: Speed) -> str:
    claims = speed.verdict in ("faster", "slower")
    if claims and speed.welch >= ALPHA:
        return f"{speed.run.name}: Welch's test, which ignores the blocks, does not see this difference"
    return ""


def _warm_up(speed: Speed) -> Cell:
    settled = speed.quality.steadiness
    if settled.kind == "unknown":
        cold = not any(speed.run.processes(speed.build)) or _is_cold(speed)
        why = "every process was timed in its first call" if cold else "too few processes or values to tell"
        return tables.missing(f"{speed.run.name}: warm-up not classified, {why}")
    shown = f"{settled.kind} {units.change(settled.first)}" if settled.kind != "none" else "no steady state"
    return Cell(shown, shown)


def _is_cold(speed: Speed) -> bool:
    found = speed.run.find(speed.build, "time")
    return found is not None and not any(found.detail.get("warm_ups", ()))


def _drifting(speed: Speed) -> list[str]:
    return [f"{speed.run.name}: {remark}" for remark in speed.quality.remarks]
