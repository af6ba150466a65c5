"""The share of the baseline that an accelerator could take over, and the most that it could bring. Arithmetic only.

By ablation where the family names a kernel: the baseline is timed with and without it, in the same blocks. Elsewhere the
share comes from sampled stacks, whose hottest function is then the candidate.
"""

from __future__ import annotations

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


def ablation(evidence: Evidence) -> Ablation | None:
    """Return the ablation of this study; None where it has none."""
    for build in evidence.builds:
        whole, rest = (evidence.baseline.processes(build, name) for name in ("time", "time without the kernel"))
        if len(whole) > 1 and rest:
            cap = ratios(whole, [rest])[0][0]
            share = Interval(1 - 1 / cap.value, 1 - 1 / cap.low, 1 - 1 / cap.high)
            return Ablation(build, evidence.study.kernel, share, cap)
    return None
