"""The charts of projections: the ladder with accelerators beside it, interfaces, Amdahl's law, granularity, the design space.

All that is projected is drawn dashed or hollow, in groups of its own, and named so.
"""

from __future__ import annotations

import math

from reporting import accelerators, units
from reporting.accelerators import Accelerators, Candidate, Measured
from reporting.codesign import Projection
from reporting.document import Bar, BarChart, Curve, Curves, Line, Mark, Scatter
from reporting.evidence import Evidence
from reporting.interfaces import PRESETS
from reporting.statistics import Interval
from reporting.sweeps import ACCELERATIONS, SIZES, amdahl_curve, granularity_curve
from reporting.words import tables

LOG = 8.0  #: ratio from which a chart of speedups has a log axis
PROJECTED = "projected"


def ladder(evidence: Evidence, found: Accelerators) -> BarChart | None:
    """Draw the accelerators below the software's rungs: another group, so that nobody takes them for measurements."""
    if not found.projected:
        return None
    rungs = tuple(_rung(evidence, rung) for rung in found.software)
    shown = sorted(found.projected, key=lambda c: c.reference.speedup.value if c.reference else 0.0)
    designs = tuple(_bar(c.name, c.role, c.reference) for c in shown if c.reference and not c.result.point)
    groups = (
        (f"measured: {tables.python(evidence, found.build)}", rungs),
        (f"projected: accelerators behind {accelerators.REFERENCE}", designs),
    )
    log = _is_log([bar for _, bars in groups for bar in bars])
    return BarChart(
        title="Accelerators beside the ladder",
        caption=f"Speedup over {found.baseline}. Filled: software, measured on this CPU. Dashed: accelerators, projected from "
        "simulated cycles, placed clocks and the measured host's part, with the 95 % interval of the projection; they are "
        "no rungs, and are in no ranking and no mean.",
        axis=_axis("speedup", log, found.baseline),
        groups=tuple(group for group in groups if group[1]),
        log=log,
        lines=(Line(1.0, found.baseline),),
        key="projected",
    )


def _axis(what: str, log: bool, baseline: str) -> str:
    return f"{what} over {baseline} (×{', log scale' if log else ''})"


def _is_log(bars: list[Bar]) -> bool:
    values = [bar.value for bar in bars if bar.value]
    return bool(values) and max(*values, 1.0) > LOG * min(*values, 1.0)


def _rung(evidence: Evidence, rung: Measured) -> Bar:
    low, high = ends(rung.speedup)
    return Bar(rung.run.name, rung.speedup.value, low, high, units.ratio(rung.speedup), evidence.role(rung.run))


def _bar(label: str, role: str, projection: Projection) -> Bar:
    low, high = ends(projection.speedup)
    text = f"{units.ratio(projection.speedup)} {PROJECTED}"
    return Bar(label, projection.speedup.value, low, high, text, role, projected=True)


def ends(interval: Interval) -> tuple[float | None, float | None]:
    """Return the ends of an interval that can be drawn."""
    known = math.isfinite(interval.low) and math.isfinite(interval.high)
    return (interval.low, interval.high) if known else (None, None)


def interfaces(found: Accelerators, candidate: Candidate) -> BarChart | None:
    """Draw what a design brings behind each interface."""
    if len(candidate.projections) < 2:
        return None
    bars = tuple(_bar(name, candidate.role, projection) for name, projection in candidate.projections.items())
    best = found.fastest
    lines = [Line(1.0, found.baseline)]
    lines += [Line(best.speedup.value, best.run.name, f"{units.ratio(best.speedup)} measured", "")] if best else []
    log = _is_log([*bars, *(_rung_bar(best) for best in [best] if best)])
    group = f"projected: {candidate.name}"
    lines = lines[:1] + [Line(line.value, line.name, line.text, group) for line in lines[1:]]
    return BarChart(
        title=f"What {candidate.name} would bring behind each interface",
        caption=f"Projected, with 95 % intervals. {_named()} The dotted line is the fastest software on this CPU, measured."
        if best
        else f"Projected, with 95 % intervals. {_named()}",
        axis=_axis("projected speedup", log, found.baseline),
        groups=((group, bars),),
        log=log,
        lines=tuple(lines),
        key=f"interfaces:{candidate.name}",
    )


def _rung_bar(rung: Measured) -> Bar:
    return Bar("", rung.speedup.value, None, None, "", "")


def _named() -> str:
    return " ".join(f"{name}: {preset.summary}." for name, preset in PRESETS.items())


def amdahl(found: Accelerators) -> Curves | None:
    """Draw how far a faster accelerator still helps: by Amdahl's law, behind an interface that costs nothing."""
    shown = [c for c in found.own if c.reference]
    if not shown:
        return None
    curves = []
    for c in shown:
        assert c.reference is not None
        values = amdahl_curve(c.reference.inputs, ACCELERATIONS)
        curves.append(_curve(c, list(values)))
    points = tuple(f"{units.significant(a)}×" for a in ACCELERATIONS)
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
    shown = [c for c in found.own if c.reference and granularity_curve(c.reference, SIZES) is not None]
    if not shown:
        return None
    curves = [_curve(c, list(granularity_curve(c.reference, SIZES) or ())) for c in shown if c.reference]
    return Curves(
        title="From which size on an offload pays",
        caption=f"Projected by LogCA's model, behind {accelerators.REFERENCE}: the speedup of one offload by the bytes that "
        "it works on, over the host's own time for as many bytes. Below 1 the host is faster without.",
        axis="projected speedup of the part (×, log scale)",
        points=tuple(units.size(size) for size in SIZES),
        curves=tuple(curves),
        key="granularity",
    )


def _curve(candidate: Candidate, values: list[Interval]) -> Curve:
    """Return one projected curve."""
    drawn = tuple((v.value, *((v.low, v.high) if None not in ends(v) else (v.value, v.value))) for v in values)
    return Curve(candidate.name, drawn, tuple(map(units.ratio, values)), candidate.role, projected=True)


def pareto(found: Accelerators) -> Scatter | None:
    """Draw the design space: what each point costs in area, and what it would bring to the whole."""
    shown = [c for c in found.candidates if c.reference and c.result.area.get("LUT4") and not c.wrong]
    if len(shown) < 2:
        return None
    speedups = [c.reference.speedup for c in shown if c.reference]
    areas = [float(c.result.area["LUT4"]) for c in shown]
    worse = accelerators.dominated(areas, [s.value for s in speedups])
    best = found.fastest
    marks = []
    for c, area, speedup, is_worse in zip(shown, areas, speedups, worse, strict=True):
        below = best is not None and accelerators.standing(speedup, best.speedup)[0] == accelerators.LOSES
        text = f"{units.ratio(speedup)}, {area:,.0f} LUT4{', loses' if below else ''}"
        marks.append(Mark(c.name, area, speedup.value, *ends(speedup), text, c.role, is_worse, below))
    lines = (Line(best.speedup.value, f"{best.run.name}, measured:", units.ratio(best.speedup)),) if best else ()
    said = f"Triangles point down where a design loses to {best.run.name}, the fastest software on this CPU. " if best else ""
    return Scatter(
        title="What a design costs, and what it would bring",
        caption=f"Projected speedup of the whole behind {accelerators.REFERENCE}, against the look-up tables that the placed design "
        f"takes. {said}Hollow: another design is no larger and brings no less. Block RAM and multipliers are in the table.",
        across="area (LUT4, log scale)",
        axis=f"projected speedup over {found.baseline} (×, log scale)",
        marks=tuple(marks),
        lines=lines,
        key="pareto",
    )
