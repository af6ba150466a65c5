"""The interpreter tax: what share of the samples the interpreter takes for itself. Numbers in, numbers out.

A sample counts for what its innermost C function was doing (cpython_symbols.py says what that is). What is called the
tax is the work that compiled code would not do: choosing the next bytecode, setting up calls and frames, finding out
the types of operands, making and freeing objects, looking up names, and collecting garbage. Debug checks are not tax:
a release build does not do them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import fmean

from reporting import statistics
from reporting.charts import Box
from reporting.compare import Hot, flame_boxes, hot_functions
from reporting.evidence import Run
from reporting.measures import cpython_symbols as symbols
from reporting.statistics import Interval

TAX = (
    symbols.DISPATCH, symbols.CALLS, symbols.OPERATORS, symbols.MEMORY, symbols.ATTRIBUTES, symbols.GC,
)  # fmt: skip
WORK = (
    symbols.INTEGERS, symbols.FLOATS, symbols.SEQUENCES, symbols.C_LIBRARY, symbols.LIBRARY, symbols.JIT,
    symbols.KERNEL, symbols.UNCLASSIFIED,
)  # fmt: skip
KINDS = (*TAX, *WORK, symbols.DEBUG)  #: in the order of the table
#: What a flame graph's colour says; everything else of CPython is "interpreter".
DRAWN = {
    symbols.LIBRARY: "library", symbols.C_LIBRARY: "library", symbols.KERNEL: "kernel", symbols.JIT: "JIT",
    symbols.DEBUG: "debug check",
}  # fmt: skip
SMALL = "(other)"  #: stands for all frames too narrow to draw
SMALLEST = 0.004  #: of all samples; narrower frames are merged, for drawing only


@dataclass(frozen=True)
class Tax:
    """How the samples of one variant on one build divide."""

    samples: int
    shares: Mapping[str, Interval]  #: kind -> share of all samples
    tax: Interval  #: of all samples
    without_checks: Interval | None  #: the tax as a share of the samples that are not in debug checks


def tax(stacks: Counter[str]) -> Tax:
    """Classify every sample of folded C stacks (there must be at least one)."""
    counts: Counter[str] = Counter()
    for stack, count in stacks.items():
        counts[symbols.kind_of_leaf(stack)] += count
    whole = counts.total()
    paid, real = sum(counts[kind] for kind in TAX), whole - counts[symbols.DEBUG]
    return Tax(
        whole,
        {kind: statistics.share(counts[kind], whole) for kind in KINDS},
        statistics.share(paid, whole),
        statistics.share(paid, real) if real else None,
    )


def collapsed(stack: str) -> tuple[str, ...]:
    """Return the frames of a folded stack, without what only leads from one evaluation loop to the next.

    A Python function that calls another is then one loop, as it is from CPython 3.11 on, and recursion is no tower.
    """
    frames: list[str] = []
    for frame in stack.split(";"):
        if frame == symbols.LOOP and symbols.LOOP in frames:
            last = len(frames) - 1 - frames[::-1].index(symbols.LOOP)
            if all(symbols.kind(between) == symbols.CALLS for between in frames[last + 1 :]):
                del frames[last:]
        frames.append(frame)
    return tuple(frames)


def drawable(stacks: Counter[str]) -> Counter[str]:
    """Return the stacks as they are to be drawn: loops collapsed, and what is too narrow merged into `(other)`."""
    short: Counter[tuple[str, ...]] = Counter()
    for stack, count in stacks.items():
        short[collapsed(stack)] += count
    widths: Counter[tuple[str, ...]] = Counter()
    for frames, count in short.items():
        for depth in range(1, len(frames) + 1):
            widths[frames[:depth]] += count
    least = SMALLEST * short.total()
    drawn: Counter[str] = Counter()
    for frames, count in short.items():
        wide = next((d for d in range(len(frames)) if widths[frames[: d + 1]] < least), len(frames))
        drawn[";".join((*frames[:wide], *([SMALL] if wide < len(frames) else [])))] += count
    return drawn


def boxes(stacks: Counter[str]) -> tuple[Box, ...]:
    """Lay out a flame graph of C stacks, coloured by whose code a frame is."""
    return flame_boxes(drawable(stacks), SMALLEST, drawn_kind)


def drawn_kind(frame: str) -> str:
    """Return what the colour of a frame says: whose code it is, or that it was merged or has no name."""
    if frame == SMALL:
        return "merged"
    if frame.startswith("[unknown]") and symbols.kind(frame) == symbols.UNCLASSIFIED:
        return "without a name"
    return DRAWN.get(symbols.kind(frame), "interpreter")


def hottest(stacks: Counter[str], number: int) -> list[tuple[Hot, str]]:
    """Return the C functions with the largest share of their own, each with its kind."""
    return [(hot, symbols.kind(hot.name)) for hot in hot_functions(stacks)[:number]]


def slowdown(run: Run, build: str) -> float | None:
    """Return how much longer an iteration took while it was sampled than when it was timed; None if unknown."""
    sampled, timed = run.find(build, "C stack samples"), run.values(build, "time")
    seconds = sampled.detail.get("seconds_per_iteration") if sampled else None
    return seconds / fmean(timed) if seconds and timed else None
