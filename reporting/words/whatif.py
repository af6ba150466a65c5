"""The tables of a projection: what an accelerator would bring, what binds it, and on which assumptions. No arithmetic.

Each is a block of its own with a key, so reports place them too. The sentences over them are in whatif_answers.py.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from reporting import units
from reporting.codesign import COMPUTE, HOST, LATENCY, OVERHEAD, TERMS, TRANSFER, Inputs, Projection
from reporting.document import Cell, Table
from reporting.model import accelerators
from reporting.model.accelerators import Measured
from reporting.statistics import Interval
from reporting.words.interface_tables import figure
from reporting.words.tables import cell, estimate, share_of, text

NAMES = {
    HOST: "host's own part", OVERHEAD: "overhead of calls", LATENCY: "latency", TRANSFER: "moving data",
    COMPUTE: "accelerator's work", "whole": "baseline's time", "share": "share of the time", "clock": "clock",
    "acceleration": "acceleration", "to": "bandwidth to it", "back": "bandwidth from it", "call": "Python's native call",
    "per_byte": "overhead per byte", "overlap": "moving data while it works",
}  # fmt: skip
SOURCE = "projected"
PAYS, LOSES, OPEN, BOUND = "pays", "loses", "cannot be told", "a bound"
ADDED = "with overlap, bus words and a wait bound that the paper lacks"
IN_PROPORTION = "the time of software is taken as proportional to the bytes: where it has a cost of each call too, small calls gain more"


def facts(projection: Projection) -> Table:
    """Share, calls, bytes, speedup, cap, what binds and where it begins to pay, each with how it was obtained."""
    inputs, sources = projection.inputs, projection.inputs.sources
    model = f"after Accelerometer, {'synchronous' if projection.interface.synchronous else 'asynchronous'}, {ADDED}"
    model += "; over the baseline that was timed beside the host" if inputs.drives else ""
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
        return f"{_count(grain)} bytes, the fewest there can be"
    return f"{_plain(size)} bytes"


def _break_even(projection: Projection) -> list[tuple[str, str, str]]:
    found = []
    if projection.break_even_bytes is not None:
        drives = projection.inputs.drives
        given = "all of the host's own part a constant of each call" if drives else "if its work grows with its bytes"
        said = f"after LogCA's g1: a call that works on fewer bytes is slower than without; {given}; {IN_PROPORTION}"
        found.append(("break-even size", least_size(projection), said))
    if projection.break_even_calls is not None:
        found.append(("break-even calls", *_most_calls(projection, projection.break_even_calls)))
    return found


def _most_calls(projection: Projection, calls: Interval) -> tuple[str, str]:
    """Return up to how many calls of an iteration it pays, and what that means; there may be no more than pay."""
    inputs = projection.inputs
    if math.isinf(calls.value) and inputs.streams:
        worst = "" if math.isinf(calls.low) else f"; where costs are high, not from {units.significant(calls.low)} on"
        return (
            "none",
            f"it pays even in {inputs.most_calls:,.0f} of {_count(inputs.grain)} bytes, the most there can be{worst}",
        )
    return _many(calls), "calls of an iteration, for the same work; with more of them it is slower than without"


def terms(projection: Projection) -> Table:
    """Where the time of one iteration with the accelerator goes."""
    whole = projection.seconds.value
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


def by_interface(
    projections: Sequence[Projection], baseline: str, rung: Measured | None = None, tentative: str = ""
) -> Table:
    """One accelerator over several interfaces, against the baseline and against the fastest software, if any was measured.

    tentative: why nothing here earns a verdict, in words.
    """
    against = [f"against {baseline}", *([f"against {rung.run.name}"] if rung else [])]
    rows = tuple(
        (
            text(p.interface.name), _speedup(p.speedup), text(NAMES[p.binds]),
            *(text(f"no verdict: {tentative}" if tentative else word) for word in _verdicts(p, rung)),
        )
        for p in projections
    )  # fmt: skip
    fastest = (
        f" {rung.run.name}, the fastest software: {units.time_interval(rung.seconds)} an iteration, measured."
        if rung
        else ""
    )
    return Table(
        f"The same accelerator over each interface ({projections[0].inputs.name})",
        ("interface", "speedup", "what binds", *against),
        rows,
        caption=f"Projected speedups of the whole over {baseline} with 95 % intervals. Against software seconds are compared. A bound: no "
        f"cost of the interface is in it, so none can beat it.{fastest}",
        source=SOURCE,
        key=f"interfaces:{projections[0].inputs.name}",
    )


def _verdicts(projection: Projection, rung: Measured | None) -> list[str]:
    """Return whether it pays against the baseline, and against software; a bound that is above them promises nothing."""
    gain = projection.speedup
    found = [PAYS if gain.low > 1 else LOSES if gain.high < 1 else OPEN]
    if rung is not None:
        found.append(
            {accelerators.BEATS: PAYS, accelerators.LOSES: LOSES}.get(accelerators.against(projection, rung)[0], OPEN)
        )
    bound = projection.interface.free or projection.inputs.calls is None
    return [BOUND if bound and word == PAYS else word for word in found]


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


def _count(number: float) -> str:
    """Return what was counted as it is: 16, 23,056; a mean that is no whole number has one decimal."""
    return f"{number:,.0f}" if number == round(number) else f"{number:,.1f}"


def _calls(calls: float | None) -> str:
    return "not known" if calls is None else f"{calls:,.0f}"


def _bytes(inputs: Inputs) -> str:
    if inputs.sent is None or not inputs.calls:
        return "not known"
    there, back = (_count(each / inputs.calls) for each in (inputs.sent, inputs.received or 0.0))
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
