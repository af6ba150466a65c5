"""The tables of a projection: what an accelerator would bring, what binds it, and on which assumptions. No arithmetic.

Each is a block of its own with a key, so reports place them too. The sentences over them are in whatif_answers.py.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from reporting import units
from reporting.codesign import COMPUTE, HOST, LATENCY, OVERHEAD, TERMS, TRANSFER, Inputs, Projection
from reporting.document import Cell, Table
from reporting.statistics import Interval
from reporting.words.interface_tables import figure
from reporting.words.tables import cell, estimate, share_of, text

NAMES = {
    HOST: "host's own part", OVERHEAD: "overhead of calls", LATENCY: "latency", TRANSFER: "moving data",
    COMPUTE: "accelerator's work", "whole": "baseline's time", "share": "share of the time", "clock": "clock",
    "acceleration": "acceleration", "to": "bandwidth to it", "back": "bandwidth from it", "call": "Python's native call",
    "overlap": "moving data while it works",
}  # fmt: skip
SOURCE = "projected"


def facts(projection: Projection) -> Table:
    """Share, calls, bytes, speedup, cap, what binds and where it begins to pay, each with how it was obtained."""
    inputs, sources = projection.inputs, projection.inputs.sources
    model = f"Accelerometer's model, {'synchronous' if projection.interface.synchronous else 'asynchronous'}"
    bound = units.percent(projection.binding[projection.binds])
    found = [
        ("share of the time", share_of(projection.share), sources.get("share", "")),
        ("calls per iteration", _calls(inputs.calls), sources.get("calls", "")),
        ("bytes per call", _bytes(inputs), sources.get("bytes", "not known: give them with --bytes")),
        ("acceleration of the part", _factor(projection.acceleration), sources.get("acceleration", "as it was given")),
        ("speedup of the whole", _factor(projection.speedup), model),
        ("cap", _factor(projection.cap), "Amdahl's law: an accelerator and interface that take no time"),
        ("what binds", NAMES[projection.binds], f"the largest term in {bound} of the draws"),
        *_break_even(projection),
    ]
    return Table(
        "What the projection says",
        ("quantity", "value", "how it was obtained"),
        tuple(tuple(map(text, row)) for row in found),
        caption="Intervals hold 95 % of 10,000 draws of all inputs together.",
        numeric=False,
        source=SOURCE,
        key=_key("projection", projection),
    )


def least_size(projection: Projection) -> str:
    """Return from how many bytes on a call pays; the smallest there are may do."""
    size, grain = projection.break_even_bytes, projection.inputs.grain
    assert size is not None
    if math.isinf(size.value):
        return "never pays"
    if size.high <= grain:
        return f"{units.significant(grain)} bytes, the fewest there can be"
    return f"{_plain(size)} bytes"


def _break_even(projection: Projection) -> list[tuple[str, str, str]]:
    found = []
    if projection.break_even_bytes is not None:
        drives = projection.inputs.drives
        given = "all of the host's own part a constant of each call" if drives else "if its work grows with its bytes"
        said = f"LogCA's g1: a call that works on fewer bytes is slower than without; {given}"
        found.append(("break-even size", least_size(projection), said))
    if projection.break_even_calls is not None:
        said = "calls of an iteration, for the same work; with more of them it is slower than without"
        found.append(("break-even calls", _many(projection.break_even_calls), said))
    return found


def terms(projection: Projection) -> Table:
    """Where the time of one iteration with the accelerator goes."""
    whole = projection.seconds
    rows = [
        (
            text(NAMES[term]),
            _time(projection.terms[term]),
            cell(units.percent(projection.terms[term].value / whole if whole else 0.0)),
        )
        for term in TERMS
    ]
    return Table(
        "Where the time goes with the accelerator",
        ("term", "time per iteration", "share"),
        tuple(rows),
        caption="Terms of one iteration; together they are its time.",
        source=SOURCE,
        key=_key("terms", projection),
    )


def sensitivity(projection: Projection) -> Table:
    """What each uncertain input does alone, the strongest first."""
    rows = [
        (
            text(NAMES[effect.name]), text(_value(effect.name, effect.low)), text(_value(effect.name, effect.high)),
            _speedup(effect.at_low), _speedup(effect.at_high),
        )
        for effect in projection.effects
    ]  # fmt: skip
    return Table(
        "Sensitivity: one input at a time",
        ("input", "from", "to", "speedup there", "and here"),
        tuple(rows),
        caption="The speedup with one input at either end of its range, and all others at their typical values.",
        source=SOURCE,
        key=_key("sensitivity", projection),
    )


def by_interface(projections: Sequence[Projection]) -> Table:
    """One accelerator over several interfaces."""
    rows = [
        (
            text(p.interface.name), _speedup(p.speedup), text(NAMES[p.binds]),
            text("loses" if p.speedup.high < 1 else "may lose" if p.loses else "a bound" if p.interface.free else "pays"),
        )
        for p in projections
    ]  # fmt: skip
    return Table(
        f"The same accelerator over each interface ({projections[0].inputs.name})",
        ("interface", "speedup", "what binds", "verdict"),
        tuple(rows),
        caption="Projected speedups of the whole with 95 % intervals. A bound: of an interface that costs nothing by itself.",
        source=SOURCE,
        key=f"interfaces:{projections[0].inputs.name}",
    )


def by_acceleration(sweeps: Sequence[Sequence[Projection]]) -> Table:
    """Accelerations by interfaces; sweeps: per interface one projection for each acceleration."""
    rows = [
        (
            text("∞" if math.isinf(row[0].acceleration.value) else f"{units.significant(row[0].acceleration.value)}×"),
            *(_speedup(p.speedup) for p in row),
        )
        for row in zip(*sweeps, strict=True)
    ]
    first = sweeps[0][0].inputs.name
    return Table(
        f"How fast must it be? ({first})",
        ("accelerated by", *(sweep[0].interface.name for sweep in sweeps)),
        tuple(rows),
        caption=f"Projected speedup of the whole, with 95 % intervals, if an accelerator did {first} so many times as fast.",
        source=SOURCE,
        key=f"accelerations:{first}",
    )


def _key(what: str, projection: Projection) -> str:
    return f"{what}:{projection.inputs.name}:{projection.interface.name}"


def _speedup(found: Interval | float) -> Cell:
    if isinstance(found, Interval):
        return estimate(units.ratio(found), found, "×")
    return Cell(f"{units.significant(found)}×", found if math.isfinite(found) else None, unit="×")


def _time(found: Interval) -> Cell:
    return estimate(units.time_interval(found), found, "s") if found.high else Cell("0", 0.0, unit="s")


def _factor(found: Interval) -> str:
    return f"{units.significant(found.value)}×" if found.low == found.high else units.ratio(found)


def _plain(found: Interval) -> str:
    return f"{units.significant(found.value)} {units.bracket(found)}"


def _many(found: Interval) -> str:
    """Return a number of calls, in millions where it is large."""
    if found.value < 1e6 or math.isinf(found.value):
        return _plain(found)
    return f"{units.significant(found.value / 1e6)} million {units.bracket(found, 1e6)}"


def _calls(calls: float | None) -> str:
    return "not known" if calls is None else f"{calls:,.0f}"


def _bytes(inputs: Inputs) -> str:
    if inputs.sent is None or not inputs.calls:
        return "not known"
    there, back = (
        f"{each:,.0f}" if each >= 100 else f"{each:.4g}"
        for each in (inputs.sent / inputs.calls, (inputs.received or 0.0) / inputs.calls)
    )
    return f"{there} there, {back} back"


def _value(name: str, value: float) -> str:
    """Return one value of an input in its unit."""
    if name == "share":
        return f"{100 * value:.{units.share_decimals(value)}f} %"
    if name == "acceleration":
        return f"{units.significant(value)}×"
    if name == "clock":
        return f"{units.significant(value / 1e6)} MHz"
    return figure(name, value)
