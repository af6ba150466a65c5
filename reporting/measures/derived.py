"""Numbers that follow from counters: per instruction, per cycle, per unit of work. Arithmetic only; the words are elsewhere.

A derived number has the source of its inputs. It is never made of two sources: cycles of a PMU and instructions of a
simulator have nothing to say about each other. Where an input is missing, so is the number, with the input's reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import fmean

from bench.model import Measurement
from reporting.evidence import Evidence, Run

PMU, SIMULATED = "PMU", "simulated"
COUNTED = 95.0  #: per cent of the time; an input counted less is flagged
REPEATABLE = 1e-6  #: relative difference between simulated runs up to which instructions count as exact
PER_THOUSAND = "per 1,000 instructions"
#: (name, unit, counter above, counter below, factor)
RATIOS = (
    ("instructions per cycle (IPC)", "", "instructions", "cycles", 1.0),
    ("L1d load misses", PER_THOUSAND, "L1-dcache-load-misses", "instructions", 1000.0),
    ("LLC load misses", PER_THOUSAND, "LLC-load-misses", "instructions", 1000.0),
    ("branch misses", PER_THOUSAND, "branch-misses", "instructions", 1000.0),
    ("branch misses", "% of branches", "branch-misses", "branches", 100.0),
)


@dataclass(frozen=True)
class Derived:
    """A number derived from counters of one source; `value` None has its reason in `missing`."""

    name: str
    unit: str
    source: str
    value: float | None
    missing: str = ""
    counted: float = 100.0  #: per cent of the time: of the input that was counted least

    @property
    def flagged(self) -> bool:
        return self.counted < COUNTED


def counter(run: Run, build: str, metric: str, source: str) -> Measurement | None:
    """Return a counter from one source: several may have one of this name."""
    wanted = (build, metric, source)
    return next((m for m in run.measurements if (m.build, m.metric, m.source) == wanted), None)


def derive(run: Run, build: str, source: str) -> list[Derived]:
    """Return all derived numbers of one variant, always in the same order.

    A simulator has no cycles, so no IPC; and it counts per unit of work already, so only the PMU's instructions are
    divided by the work of an iteration.
    """
    ratios = [r for r in RATIOS if source == PMU or r[3] != "cycles"]
    found = [_ratio(run, build, source, *ratio) for ratio in ratios]
    amount, unit = run.manifest.work
    if source == PMU and unit != "iteration":
        found.append(
            _made(f"instructions per {unit}", "", source, [counter(run, build, "instructions", source)], 1 / amount)
        )
    return found


def _ratio(run: Run, build: str, source: str, name: str, unit: str, above: str, below: str, factor: float) -> Derived:
    return _made(name, unit, source, [counter(run, build, metric, source) for metric in (above, below)], factor)


def _made(name: str, unit: str, source: str, inputs: list[Measurement | None], factor: float) -> Derived:
    """Return the first input (over the second, if there is one) times `factor`."""
    there = [m for m in inputs if m is not None and m.values]
    if len(there) < len(inputs):
        reasons = [m.missing or "not counted" for m in inputs if m is not None and not m.values]
        return Derived(name, unit, source, None, reasons[0] if reasons else "not counted")
    counted = min(m.counted for m in there)
    above, below = fmean(there[0].values), fmean(there[1].values) if len(there) > 1 else 1.0
    if not below:
        return Derived(name, unit, source, None, f"{there[1].metric} is 0", counted)
    return Derived(name, unit, source, factor * above / below, "", counted)


def spread(found: Measurement) -> float | None:
    """Return by how much the runs of a counter differ, relative to the smallest; None for a single run."""
    low, high = min(found.values, default=0.0), max(found.values, default=0.0)
    return (high - low) / low if len(found.values) > 1 and low > 0 else None


def deterministic_ratio(evidence: Evidence, run: Run, build: str) -> float | None:
    """Return the baseline's simulated instructions over the variant's: how many times fewer it executes.

    None unless both were simulated on this build at the same size and per the same unit of work, at least twice,
    with runs that agree within 1 ppm. It repeats exactly, but is no finer than about 1 %: what the interpreter imported
    before decides how full the allocator's pools are, which moved instructions by 0.6 and 1.2 % for two AES variants.
    """
    pair = [counter(r, build, "instructions", SIMULATED) for r in (evidence.baseline, run)]
    base, own = pair
    if base is None or own is None or (base.unit, base.detail.get("size")) != (own.unit, own.detail.get("size")):
        return None
    spreads = [spread(base), spread(own)]
    if any(s is None or s > REPEATABLE for s in spreads):
        return None
    return fmean(base.values) / fmean(own.values)
