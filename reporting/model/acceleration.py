"""The share of the baseline that an accelerator could take over, and the most that it could bring. Arithmetic only.

By ablation where the family names a kernel: the baseline is timed with and without it, in the same blocks. Elsewhere the
share comes from sampled stacks, whose hottest function is then the candidate.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from reporting.compare import ratios
from reporting.evidence import Evidence
from reporting.statistics import Interval


@dataclass(frozen=True)
class Ablation:
    """What the baseline takes without its kernel."""

    build: str
    kernel: str  #: as the family names it: module:Class.method
    share: Interval  #: of the baseline's time
    cap: Interval  #: speedup if the kernel cost nothing at all: measured, not computed from the share
    processes: int


def ablation(evidence: Evidence) -> Ablation | None:
    """Return the ablation of this study; None where it has none."""
    for build in evidence.builds:
        whole, rest = (evidence.baseline.processes(build, name) for name in ("time", "time without the kernel"))
        cap = ratios(whole, [rest])[0][0] if len(whole) > 1 and len(rest) > 1 else None
        if cap is not None and not math.isnan(cap.low):
            share = Interval(1 - 1 / cap.value, 1 - 1 / cap.low, 1 - 1 / cap.high)
            return Ablation(build, evidence.study.kernel, share, cap, min(len(whole), len(rest)))
    return None
