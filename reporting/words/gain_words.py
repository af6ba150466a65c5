"""The blocks that say where a gain came from: a waterfall per variant, and flame graphs of the difference both ways.

Words and layout only; the arithmetic is in measures/gains.py.
"""

from __future__ import annotations

import math
from dataclasses import replace

from reporting import units
from reporting.charts import FlameGraph, Step, Waterfall
from reporting.compare import Comparison, Speed, frame_kind
from reporting.document import Block, Text
from reporting.evidence import Evidence, Run
from reporting.measures import gains
from reporting.measures.gains import Change, Frame, Gain, Path, Side
from reporting.statistics import Interval
from reporting.words import tables

ROUNDED = 0.005  #: of the longer time, to which steps may be rounded
ROUNDING = "rounding"  #: the name of the step that holds what rounding the others left
SHORT = 0.01  #: of the baseline's time, below which what is left cannot be seen beside it


def blocks(evidence: Evidence, comparisons: list[Comparison], run: Run) -> list[Block]:
    """Return what shows where one variant's gain came from, build by build; differences as flame graphs on the headline's.

    Nothing where the variant or the baseline has no profile on a build, which is said where its flame graph would be.
    """
    found: list[Block] = []
    for c in comparisons:
        speed = c.of(run)
        if not (evidence.baseline.stacks.get(c.build) and run.stacks.get(c.build)) or speed.seconds is None:
            continue
        headline = c is comparisons[0]
        why = _lacking(evidence, speed)
        if why:
            where = tables.python(evidence, c.build)
            found += [Text(f"Where {run.name} gains or loses time on {where} is not shown: {why}.", "warning")]
            continue
        sides = gains.side(evidence.baseline, c.build), gains.side(run, c.build)
        found.append(waterfall(evidence, speed, *sides, detail=not headline))
        found += differences(evidence, speed, *sides) if headline else []
    return found


def _lacking(evidence: Evidence, speed: Speed) -> str:
    """Return why two profiles and two times do not say where the difference comes from; empty if they do."""
    if speed.speedup is None or speed.unchecked:
        return speed.reason
    for run in (evidence.baseline, speed.run):
        samples, recorded = run.stacks[speed.build].total(), run.find(speed.build, "samples")
        minimum = recorded.detail.get("minimum", 0) if recorded else 0  # the collector says what it takes to be enough
        if samples < minimum:
            return f"the profile of {run.name} has {samples:,} samples, and shares are too rough below {minimum:,}"
    return ""


def waterfall(evidence: Evidence, speed: Speed, before: Side, after: Side, *, detail: bool = False) -> Waterfall:
    """Lead from the baseline's mean time to the variant's, function by function."""
    found, run, base = gains.gain(before, after), speed.run, evidence.baseline
    longer = max(found.before, found.after)
    scale, unit = units.time_scale(longer)
    values = [change.value for change in (*found.steps, found.rest)]
    scaled = [value / scale for value in values]
    first, texts, last, left = units.rounded_steps(
        found.before / scale, scaled, found.after / scale, ROUNDED * longer / scale
    )
    names = [(change.name, frame_kind(change.name)) for change in found.steps]
    names.append((f"the rest: {units.count(found.others, 'function')}", ""))
    steps = [
        Step(name, value, f"{shown} {unit}", kind=kind)
        for (name, kind), value, shown in zip(names, scaled, texts, strict=True)
    ]
    steps += [Step(ROUNDING, 0.0, f"{left} {unit}")] if left else []
    own = units.time_scale(found.after)[1]  # a unit of its own, where that of the steps leaves few digits
    exact = f" ({units.seconds(found.after)})" if own != unit else ""
    start = Step(base.name, found.before / scale, f"{first} {unit}", whole=True, role=evidence.role(base))
    end = Step(run.name, found.after / scale, f"{last} {unit}{exact}", whole=True, role=evidence.role(run))
    largest = max(zip(found.steps, steps, strict=False), key=lambda pair: abs(pair[0].value), default=None)
    said = _largest(*largest, found.interval, scale) if largest and found.interval else ""
    return Waterfall(
        f"{_title(speed, base)}, on {tables.python(evidence, speed.build)}", said + _caption(found, run, before, after),
        f"time per iteration ({unit})", (start, *steps, end), detail, f"gain:{run.name}:{speed.build}",
    )  # fmt: skip


def _title(speed: Speed, base: Run) -> str:
    titles = {"faster": f"Where the gain of {speed.run.name} came from", "slower": f"Where {speed.run.name} loses time"}
    return titles.get(speed.verdict, f"Where {speed.run.name} differs from {base.name}")


def _largest(change: Change, step: Step, interval: Interval, scale: float) -> str:
    """Say what became of the function that changes most, in the digits of its step."""
    size, word = step.text.lstrip("−+"), "less" if change.value < 0 else "more"
    how = "is gone," if not change.after else "is new," if not change.before else "takes"
    return f"The largest step: {change.name} {how} {size} {word} {_range(interval, scale)}. "


def _range(interval: Interval, scale: float) -> str:
    """Write the interval of a change without its sign, where both ends have the same."""
    if interval.low < 0 < interval.high:
        low, high = (units.significant(abs(end) / scale) for end in (interval.low, interval.high))
        return f"[from −{low} to +{high}]"
    low_end, high_end = sorted((abs(interval.low), abs(interval.high)))
    return units.bracket(Interval(abs(interval.value), low_end, high_end), scale)


def _caption(found: Gain, run: Run, before: Side, after: Side) -> str:
    said = []
    if found.steps and math.fsum(step.after for step in found.steps) < SHORT * found.before:
        said.append(
            f"The steps are of the baseline's profile only: what {run.name} does takes {units.seconds(found.after)}, too little to see "
            "beside the baseline function by function; its own flame graph shows it."
        )
    said.append(
        f"A step is the change of a function's own time: its share of the samples ({before.samples:,}, then {after.samples:,}) times "
        "the mean time, C and compiled code that it calls directly included. Functions of two files are two, so work that moved from "
        "one into another goes in one step and comes in another. Each step is rounded by itself; what that leaves "
        f"of the sum is a step named {ROUNDING}. The interval is by bootstrap over processes, the timed and the "
        f"sampled{_sampled(before, after)}."
    )
    return " ".join(said)


def _sampled(before: Side, after: Side) -> str:
    """Say how many processes were sampled on either side, and what is left out where it was one."""
    numbers = [len(each.sampled) or 1 for each in (before, after)]
    alone = "; the samples of one count as independent"
    return f" ({numbers[0]}, then {numbers[1]}{alone if min(numbers) < 2 else ''})"


def differences(evidence: Evidence, speed: Speed, before: Side, after: Side) -> list[Block]:
    """Draw the difference over the variant's stacks, where what is new shows, and over the baseline's, where what is gone does."""
    base, run, where = evidence.baseline.name, speed.run.name, tables.python(evidence, speed.build)
    found = gains.frames(before, after)
    new = _top("new", {path: frame.after for path, frame in found.items() if not frame.before})
    gone = _top("gone", {path: frame.before for path, frame in found.items() if not frame.after})
    key = (
        f"Blue: {run} spends less in a frame and all that it calls than {base} did; orange: more. Same: within "
        f"{100 * gains.SAME:g} %, or no more than the errors of sampling and timing. {_error(before, after)} "
        "Frames are matched by their path of names, files aside."
    )
    return [
        _drawn(f"What grew: the stacks of {run} against {base}, on {where}", f"grew:{run}:{speed.build}", after, found, f"{new} {key}"),
        _drawn(f"What went: the stacks of {base} against {run}, on {where}", f"went:{run}:{speed.build}", before, found, f"{gone} {key}"),
    ]  # fmt: skip


def _error(before: Side, after: Side) -> str:
    """Say what the error of sampling is made of."""
    numbers = [len(each.paths.get("", ())) for each in (before, after)]
    if min(numbers) > 1:
        return f"That of sampling is taken between processes ({numbers[0]}, then {numbers[1]})."
    return "That of sampling leaves out that samples of one process resemble each other."


def _top(word: str, times: dict[Path, float]) -> str:
    """Name the largest part of a profile that the other does not have, by the frame that it begins with."""
    if not times:
        return f"Nothing is {word}."
    path = max(times, key=lambda path: (times[path], -len(path)))
    return f"The largest part that is {word} begins with {path[-1]}: {units.seconds(times[path])}."


def _drawn(title: str, key: str, of: Side, found: dict[Path, Frame], caption: str) -> FlameGraph:
    scale, unit = units.time_scale(of.seconds)
    boxes = tuple(replace(box, note=_note(frame)) for box, frame in gains.placed(of, found, scale))
    return FlameGraph(title, caption, of.samples, boxes, key, f"{unit} per iteration", of.seconds / scale)


def _note(frame: Frame) -> str:
    before, after = (units.seconds(time) if time else "none" for time in (frame.before, frame.after))
    return f"before {before}, now {after}"
