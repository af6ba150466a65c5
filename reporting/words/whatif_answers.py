"""The sentences of `invoke whatif`: the answer, which function was taken and why, what is not known. No arithmetic.

The tables below them are in whatif.py.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from reporting import units
from reporting.codesign import COMPUTE, Projection
from reporting.document import Block, Text
from reporting.model import accelerators
from reporting.model.accelerators import BEATS, LOSES, Measured
from reporting.model.kernels import ABLATED, HOTTEST, Kernel, short
from reporting.statistics import Interval
from reporting.words.tables import share_of
from reporting.words.whatif import NAMES

NOT_MEASURED = "a projection, not a measurement"


def verdict(projection: Projection, baseline: str) -> list[Block]:
    """Return the answer in a sentence, and plainly where an accelerator does not pay."""
    inputs, gain = projection.inputs, projection.speedup
    beside = ", as timed beside the design's host," if inputs.drives else ""
    most = "at most " if inputs.calls is None else ""
    said = (
        f"With {accelerator(projection)}, over {projection.interface.name}, {baseline}{beside} would run {most}{units.ratio(gain)} as "
        f"fast: {NOT_MEASURED}. What binds: {NAMES[projection.binds]}. The cap is {units.ratio(projection.cap)}: what it "
        "would be if accelerator, interface and calls took no time at all."
    )
    blocks: list[Block] = [Text(said, "verdict")]
    if gain.high < 1:
        blocks.append(Text(
            f"It loses: the whole would be {units.significant(1 / gain.value)} times slower than without the accelerator.", "warning"
        ))  # fmt: skip
    elif projection.loses > 0:
        blocks.append(
            Text(f"It may lose: {units.percent(projection.loses)} of the draws are slower than without.", "warning")
        )
    return [*blocks, *(Text(gap, "warning") for gap in unknown(projection))]


def against(projection: Projection, rung: Measured | None) -> list[Block]:
    """Say how it stands against the fastest software of the study: seconds against seconds."""
    if rung is None:
        return []
    word, factor = accelerators.against(projection, rung)
    took = f"{units.time_interval(projection.beside)} of an iteration against {units.time_interval(rung.seconds)}, measured"
    fastest = f"{rung.run.name}{f' ({rung.way})' if rung.way else ''}, the fastest software of the study"
    if word == LOSES:
        return [Text(f"It loses to {fastest}, by {units.significant(factor)}×: {took}.", "warning")]
    if projection.inputs.calls is None:  # an upper bound beats nothing
        return []
    if word == BEATS:
        return [Text(f"It beats {fastest}, by {units.significant(factor)}×: {took}.")]
    return [Text(f"Whether it beats {fastest}, cannot be told: {took}.")]


def accelerator(projection: Projection) -> str:
    """Return what the accelerator is, in words: an accelerator of AES.encrypt that is 370 times as fast."""
    speed = projection.acceleration
    if projection.inputs.cycles:
        return f"the design {projection.inputs.name} ({units.ratio(speed)} as fast as what it replaces)"
    if math.isinf(speed.value):
        return f"an accelerator of {projection.inputs.name} that takes no time itself"
    exact = speed.low == speed.high
    fast = units.significant(speed.value) if exact else units.ratio(speed).replace("× ", " ")
    return f"an accelerator of {projection.inputs.name} that is {fast} times as fast"


def unknown(projection: Projection) -> list[str]:
    """Say what the model takes as free because nobody knows it."""
    inputs, said = projection.inputs, []
    if inputs.calls is None:
        said.append(
            f"How often {inputs.name} is called is not known, so calls cost nothing here and every speedup is an upper bound. "
            "--calls says it."
        )
    if inputs.sent is None and inputs.calls is not None:
        said.append("How many bytes a call moves is not known, so moving them costs nothing here. --bytes says it.")
    if not projection.interface.synchronous:
        said.append(
            f"The host is taken to have other work while {inputs.name} is done, and to need no result of it meanwhile. Where the next "
            "statement needs one, leave --asynchronous out."
        )
    return said


def bounds(told: Projection, projections: Sequence[Projection]) -> Text:
    """Say over which of several interfaces the answer is, and what those without a cost of their own bound. told: the answer's."""
    said = (
        f"The answer is over {told.interface.name}, by which designs are compared; the first table has all interfaces."
    )
    for each in projections:
        if each.interface.free:
            said += f" {each.interface.name} {_paid(each)}, so no interface can beat it: {_bound(each)}."
    return Text(said)


def _paid(projection: Projection) -> str:
    """Return what is paid for behind an interface that is free by itself: Python's calls, where there are any and they are known."""
    cost, calls = projection.interface.call, projection.inputs.calls
    if not cost.high:
        return "costs nothing by itself"
    if calls is None:
        return "costs nothing but Python's calls, of which none is in here since their number is not known"
    each = units.time_interval(Interval(cost.typical, cost.low, cost.high))
    return f"costs nothing but Python's {calls:,.0f} call{'s' * (calls != 1)} of {each}"


def _bound(projection: Projection) -> str:
    """Return what an interface that costs nothing brings, and what keeps that from the cap."""
    shown = units.ratio(projection.speedup)
    if shown == units.ratio(projection.cap):
        return f"{shown}, which is the cap"
    kept = [] if math.isinf(projection.acceleration.value) else [f"the {NAMES[COMPUTE]}"]
    if projection.inputs.calls and projection.interface.call.high:
        kept.append("Python's calls into native code")
    return f"{shown}, kept from the cap by {' and '.join(kept)}" if kept else shown


def rests_on_calls(told: Projection, fewer: Projection, size: str) -> list[Block]:
    """Say where it depends on how calls grow with the work whether an accelerator pays.

    told: the answer, with calls that were counted at another size and scaled. fewer: the same with those that were counted.
    """
    if told.speedup.low > 1 or fewer.speedup.low <= 1 or told.inputs.calls is None or fewer.inputs.calls is None:
        return []
    return [Text(
        f"Whether it pays rests on its calls: {fewer.inputs.calls:,.0f} were counted at size {size}, and are taken to grow with the work, "
        f"to {told.inputs.calls:,.0f}. If they do not grow, it would run {units.ratio(fewer.speedup)} as fast; --calls says "
        "which.", "warning",
    )]  # fmt: skip


def chosen(kernel: Kernel, designs: Sequence[str]) -> list[Block]:
    """Say which function was taken and why, which others could be, and which designs there are already."""
    said = []
    if kernel.reason == ABLATED:
        said.append(f"Without --kernel it is {short(kernel.name)}, which the family names: its share was timed.")
    if kernel.reason == HOTTEST and kernel.hot is not None:
        said.append(
            f"Without --kernel it is {short(kernel.name)}, the hottest function of the workload: its own code has "
            f"{share_of(kernel.hot.own)} of the samples, comprehensions and generator expressions included."
        )
    if kernel.alone and kernel.hot is not None:
        said.append(
            f"With all that it calls, {short(kernel.name)} is the whole job ({units.percent(kernel.hot.inclusive.value)} of "
            "the samples), and nothing bounds what an accelerator of that would bring. So only its own code is taken, as if "
            "nothing that it calls were needed meanwhile."
        )
    if kernel.reason in (ABLATED, HOTTEST) and kernel.others:
        others = "; ".join(
            f"--kernel {short(each.name)} ({units.percent(each.inclusive.value)})" for each in kernel.others
        )
        said.append(f"Others, with their share of the samples and of all that they call: {others}.")
    if kernel.unbounded and kernel.share is not None:
        said.append(
            f"{short(kernel.name)} has {units.percent(kernel.share.value)} of the samples, the whole job or nearly: an accelerator of "
            "it would leave the host nothing to do, so the cap says only that hardly anything else was sampled."
        )
    if designs:
        said.append(f"Simulated and placed already: --design {', '.join(designs)}.")
    return [Text(" ".join(said))] if said else []
