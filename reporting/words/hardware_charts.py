"""The charts of projections: the ladder with accelerators beside it, interfaces, Amdahl's law, granularity, the design space.

All that is projected is drawn dashed or hollow, in groups of its own, and named so.
"""

from __future__ import annotations

import math
from dataclasses import replace

from reporting import units
from reporting.charts import Bar, BarChart, Curve, Curves, Line, Mark, Scatter
from reporting.codesign import Projection
from reporting.evidence import Evidence
from reporting.model import accelerators, sweeps
from reporting.model.accelerators import Accelerators, Candidate, Measured
from reporting.model.interfaces import PRESETS
from reporting.model.sweeps import Band
from reporting.statistics import Interval
from reporting.words import hardware_facts, hardware_tables, tables, whatif

LOG = 8.0  #: ratio from which a chart of speedups has a log axis
FACTORS = (2.0, 10.0, 100.0, 1_000.0, math.inf)  #: how much faster an accelerator may do its part
SIZES = {
    f"{size:g} {unit}": size * scale
    for size, unit, scale in (
        (16, "B", 1.0),
        (256, "B", 1.0),
        (4, "KiB", 2.0**10),
        (64, "KiB", 2.0**10),
        (1, "MiB", 2.0**20),
    )
}  #: bytes that a call sends


def ladder(evidence: Evidence, found: Accelerators) -> BarChart | None:
    """Draw the accelerators below the software's rungs: another group, so that nobody takes them for measurements."""
    if not found.projected:
        return None
    rungs = tuple(_rung(evidence, rung) for rung in found.software)
    shown = sorted(found.projected, key=lambda c: c.reference.speedup.value if c.reference else 0.0)
    designs = tuple(
        replace(_bar(c.name, c.role, c.reference), text=_label(c, c.reference, found))
        for c in shown
        if c.reference and not c.result.point
    )
    against = f", against {found.fastest.run.name}" if found.fastest else ""
    groups = (
        (_measured(evidence, found), rungs),
        (f"projected: accelerators behind {accelerators.REFERENCE}{against}", designs),
    )
    log = _is_log([1.0, *(bar.value or 1.0 for _, bars in groups for bar in bars)])
    return BarChart(
        title="Accelerators beside the ladder",
        caption=f"Speedup over {found.baseline}, as it was timed beside each. Filled: software, measured on this CPU. Dashed: accelerators, projected from "
        "simulated cycles, placed clocks and the measured host's part, with the 95 % interval of the projection, in which "
        "each seed of the placer is as likely, though a placement is chosen; they are no rungs, and are in no ranking and no mean.",
        axis=f"speedup over {found.baseline} (×{', log scale' if log else ''})",
        groups=tuple(group for group in groups if group[1]),
        log=log,
        lines=(Line(1.0, found.baseline),),
        key="projected",
    )


def _label(candidate: Candidate, projection: Projection, found: Accelerators) -> str:
    """Return what a design would bring and how it stands against the fastest software: a slide has no other words for it."""
    shown = units.ratio(projection.speedup)
    if found.fastest is None:
        return f"{shown} {accelerators.PROJECTED}"
    word, factor = accelerators.against(projection, found.fastest)
    if word == accelerators.OPEN:
        return f"{shown}, cannot be told"
    by = f"{units.significant(factor)}×"
    if candidate.tentative:
        return f"{shown}, about {by} {hardware_tables.SIDES[word]}"
    return f"{shown}, {'beats it' if word == accelerators.BEATS else 'loses'} by {by}"


def _measured(evidence: Evidence, found: Accelerators) -> str:
    """Return the name of the group of what was measured, which no projection is ever in."""
    return f"measured: {tables.python(evidence, found.build)}"


def _is_log(values: list[float]) -> bool:
    return max(values) > LOG * min(values)


def _rung(evidence: Evidence, rung: Measured) -> Bar:
    low, high = ends(rung.speedup)
    return Bar(rung.run.name, rung.speedup.value, low, high, units.ratio(rung.speedup), evidence.role(rung.run))


def _bar(label: str, role: str, projection: Projection) -> Bar:
    low, high = ends(projection.speedup)
    text = f"{units.ratio(projection.speedup)} {accelerators.PROJECTED}"
    return Bar(label, projection.speedup.value, low, high, text, role, projected=True)


def ends(interval: Interval) -> tuple[float | None, float | None]:
    """Return the ends of an interval that can be drawn."""
    known = math.isfinite(interval.low) and math.isfinite(interval.high)
    return (interval.low, interval.high) if known else (None, None)


def interfaces(evidence: Evidence, found: Accelerators, candidate: Candidate) -> BarChart | None:
    """Draw what a design brings behind each interface, and below it, as another group, what software on this CPU does."""
    if len(candidate.projections) < 2:
        return None
    each = candidate.projections.items()
    bars = tuple(
        replace(bar, text=units.ratio(p.speedup)) for name, p in each for bar in [_bar(name, candidate.role, p)]
    )
    best = found.fastest
    beside = (_rung(evidence, best),) if best else ()
    said = " Filled: the fastest software of this study, measured." if best else ""
    groups = ((f"projected: {candidate.name}", bars), (_measured(evidence, found), beside))
    log = _is_log([1.0, *(bar.value or 1.0 for bar in (*bars, *beside))])
    return BarChart(
        title=f"What {candidate.name} would bring behind each interface",
        caption=f"Projected speedup over {found.baseline}, with 95 % intervals.{said} What each interface is taken to cost is in "
        f"the tables of assumptions. {hardware_facts.elsewhere(candidate.result)}",
        axis=f"projected speedup (×{', log scale' if log else ''})",
        groups=tuple(group for group in groups if group[1]),
        log=log,
        key=f"sweep:{candidate.name}",
    )


def amdahl(found: Accelerators) -> Curves | None:
    """Draw how far a faster accelerator still helps: by Amdahl's law, behind an interface that costs nothing."""
    shown = [c for c in found.own if c.reference]
    if not shown:
        return None
    curves = [_curve(c, sweeps.amdahl_curve(c.reference.share, FACTORS)) for c in shown if c.reference]
    points = tuple("∞" if math.isinf(factor) else f"{factor:,.0f}×" for factor in FACTORS)
    reached = "; ".join(
        f"{c.name} does its part {units.ratio(c.reference.acceleration)} as fast" for c in shown if c.reference
    )
    return Curves(
        title="How far a faster accelerator would still help",
        caption="Projected by Amdahl's law: the speedup of the whole by how much faster the accelerator does its part, "
        f"behind an interface that costs nothing. Where a curve is flat, the host's own part binds. By simulation, {reached}.",
        axis=f"projected speedup over {found.baseline} (×, log scale)",
        points=points,
        curves=tuple(curves),
        key="amdahl",
    )


def granularity(found: Accelerators) -> Curves | None:
    """Draw from which size of a call on an offload pays: LogCA's plot."""
    shown = [c for c in found.own if c.reference and c.reference.inputs.streams]
    if not shown:
        return None
    interface = PRESETS[accelerators.REFERENCE]
    curves = [
        _curve(c, sweeps.granularity_curve(c.reference.inputs, interface, tuple(SIZES.values())))
        for c in shown
        if c.reference
    ]
    return Curves(
        title="From which size on an offload pays",
        caption=f"Projected after LogCA's model, behind {interface.name}: the speedup of one call by the bytes that it works on, "
        f"over {found.baseline}. The host's own part is taken as a constant of each call; {whatif.IN_PROPORTION}. Below 1 the host is faster without.",
        axis="projected speedup of one call (×, log scale)",
        points=tuple(SIZES),
        curves=tuple(curves),
        key="granularity",
    )


def _curve(candidate: Candidate, band: Band) -> Curve:
    """Return one projected curve."""
    drawn = tuple((v.value, *((v.low, v.high) if None not in ends(v) else (v.value, v.value))) for v in band.y)
    return Curve(candidate.name, drawn, tuple(map(units.ratio, band.y)), candidate.role, projected=True)


def _costs(candidate: Candidate) -> tuple[float, ...]:
    """Return what a design costs: each resource of the device, and last whether its answer is less exact than others'."""
    result = candidate.result
    return (*(float(result.area.get(kind, 0)) for kind in hardware_facts.KINDS), float(hardware_facts.inexact(result)))


def pareto(found: Accelerators) -> Scatter | None:
    """Draw the design space: what each point costs in area, and what it would bring to the whole."""
    shown = [c for c in found.candidates if c.reference and c.result.area.get("LUT4") and not c.wrong]
    if len(shown) < 2:
        return None
    speedups = [c.reference.speedup for c in shown if c.reference]
    areas = [float(c.result.area["LUT4"]) for c in shown]
    costs = [_costs(c) for c in shown]
    frontier = sweeps.pareto([(cost, speedup.value) for cost, speedup in zip(costs, speedups, strict=True)])
    best = found.fastest
    marks = []
    for c, area, speedup, stays in zip(shown, areas, speedups, frontier, strict=True):
        below = bool(best and c.reference and accelerators.against(c.reference, best)[0] == accelerators.LOSES)
        word = f", below: {c.tentative}" if c.tentative else ", loses"
        text = f"{units.ratio(speedup)}, {area:,.0f} LUT4{word if below else ''}"
        marks.append(Mark(c.name, area, speedup.value, *ends(speedup), text, c.role, not stays, below))
    lines = (Line(best.speedup.value, f"{best.run.name}, measured:", units.ratio(best.speedup)),) if best else ()
    said = (
        f"Triangles point down where a projection lies below {hardware_tables.named(best)}, the fastest software of this study. "
        if best
        else ""
    )
    seed = f" {hardware_facts.ONE_SEED}" * any(c.one_seed for c in shown)
    return Scatter(
        title="What a design costs, and what it would bring",
        caption=f"Projected speedup of the whole behind {accelerators.REFERENCE}, against the look-up tables that the placed design "
        f"takes. {said}Hollow: another design takes no more of any resource ({', '.join(hardware_facts.KINDS)}), brings no less, "
        "and is not held to a weaker promise of its answer; points are compared, not intervals, so a hollow design may differ by "
        "less than can be told. Look-up tables alone are drawn, and a design may be scarce of another resource: all are in the "
        f"table. {hardware_facts.BARE}{seed}",
        across="area (LUT4, log scale)",
        axis=f"projected speedup over {found.baseline} (×, log scale)",
        marks=tuple(marks),
        lines=lines,
        key="pareto",
    )
