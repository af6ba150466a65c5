"""Value after value of every process, warm-ups first: the chart that shows whether they settle, and when.

What is known of that is in measures/quality.py and measures/verdicts.py; here are its words and the layout of the chart.
"""

from __future__ import annotations

from collections.abc import Sequence

from reporting import units
from reporting.charts import Trace, Traces
from reporting.compare import Comparison, Speed
from reporting.evidence import Evidence
from reporting.measures import ladder
from reporting.words import tables

DIGITS = 4  #: significant ones of a value that is drawn: a page has thousands of them
SAID = {
    "flat": "Flat (from the first value on)",
    "warm-up": "Warm-up (the first value is slower)",
    "slowdown": "Slowdown (the first value is faster)",
    "none": "No steady state (the measured values still move)",
    "unknown": "Too little to tell",
}


def traces(evidence: Evidence, c: Comparison) -> Traces | None:
    """Return the chart of all that was timed on one build; None where no process gave more than one value."""
    timed = [speed for speed in ladder.order(c) if speed.seconds is not None]
    shown = tuple(_trace(evidence, speed) for speed in timed)
    if not any(len(process) > 1 for trace in shown for process in trace.processes):
        return None
    kinds = {speed.run.name: speed.quality.steadiness.kind for speed in timed}
    named = {kind: [name for name, found in kinds.items() if found == kind] for kind in SAID}
    classes = " ".join(f"{SAID[kind]}: {', '.join(names)}." for kind, names in named.items() if names)
    return Traces(
        f"Value after value, process by process, on {tables.python(evidence, c.build)}",
        f"{classes} A line is a process. Warm-ups are kept, and count for nothing. Each panel has an axis of its own, logarithmic "
        "where one value dwarfs another.",
        "time of a value over the measured mean (×)",
        shown,
        f"traces:{c.build}",
    )  # fmt: skip


def _trace(evidence: Evidence, speed: Speed) -> Trace:
    """Return one panel: warm-ups of each process, as many as all have, then its values."""
    assert speed.seconds is not None
    found = speed.run.find(speed.build, "time")
    values = list(speed.run.processes(speed.build).values())
    before: Sequence[Sequence[float]] = found.detail.get("warm_ups", ()) if found else ()
    before = before if len(before) == len(values) else [()] * len(values)
    number = min(map(len, before), default=0)
    mean = speed.seconds.value
    processes = tuple(
        tuple(_rounded(value / mean) for value in (*warm[len(warm) - number :], *measured))
        for warm, measured in zip(before, values, strict=True)
    )
    return Trace(speed.run.label, evidence.role(speed.run), processes, number, _said(speed))


def _rounded(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")


def _said(speed: Speed) -> str:
    assert speed.seconds is not None
    steady = speed.quality.steadiness
    said = {"unknown": "", "none": f"no steady state {units.change(steady.change)}"}.get(
        steady.kind, f"{steady.kind} {units.change(steady.first)}"
    )
    return ", ".join(filter(None, (units.seconds(speed.seconds.value), said)))
