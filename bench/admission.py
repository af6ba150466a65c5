"""What a variant must pass before it is measured (`--check`), and what that says about it: pace, path, sources."""

from __future__ import annotations

import sys
from pathlib import Path

from bench import discover, pacing
from bench.errors import Unsupported, VariantFailed, WrongAnswer
from bench.model import SERIES_PEER, Variant, Workload
from bench.subject import Subject

REUSE_FACTOR = 4.0  #: far above noise; what is fast as memory gains less by keeping a result, and is left to reviewers of its source
REUSE_ROUNDS = range(3, 31)  #: as many again, up to the last, as it takes a busy machine to let an honest variant pass
SLOW = 1.0  #: seconds; an iteration this long is not repeated just to learn its pace
PACED = 0.005  #: seconds; a shorter one is repeated until it lasts this long


def examine(subject: Subject) -> dict[str, object]:
    """Return digest and seconds of one iteration, which way the variant goes, its sources, whether it is compiled."""
    found = _in_series(subject) if subject.variant.kind == SERIES_PEER else _in_family(subject)
    about = {"path": subject.path, "sources": sources(subject.variant), "jit": "numba" in sys.modules}
    return found | about


def _in_family(subject: Subject) -> dict[str, object]:
    """Run the oracle; the pace is that of a later call, unless the first was slow."""
    subject.check()
    workload = subject.workload
    refuse_reuse(workload, subject.variant)
    seconds = workload.run(1)
    if seconds < SLOW:  # the first one warmed up
        _, seconds = pacing.repeats(workload.run, PACED)
    return {"digest": subject.digest(workload.answer()), "seconds": seconds}


def _in_series(subject: Subject) -> dict[str, object]:
    """Check the first point of the family's series that this peer offers; the measured processes check the others."""
    series = subject.family.series
    if series is None:
        raise VariantFailed(f"{subject.variant.name} is a peer in the series only, and the family has no series")
    for argument in series.points.values():
        try:
            workload = series.prepare(subject.module, argument)
        except Unsupported:
            continue
        seconds = workload.run(1)
        series.check(workload.answer(), argument)
        return {"digest": "", "seconds": seconds}
    raise VariantFailed(f"{subject.variant.name} is a peer in the series only, and offers no point of it")


def refuse_reuse(workload: Workload, variant: Variant) -> None:
    """Raise WrongAnswer if a repeated input is answered much faster than a new one: results are kept between calls."""
    if workload.vary is None:
        return
    new, same = [], []
    workload.run(1)
    for number in range(REUSE_ROUNDS[-1]):
        same.append(workload.run(1))
        workload.vary(number + 1)
        new.append(workload.run(1))
        workload.vary(0)
        workload.run(1)
        if number + 1 >= REUSE_ROUNDS[0] and min(new) <= REUSE_FACTOR * min(same):
            return
    raise WrongAnswer(
        f"{variant.name} answers a repeated input {min(new) / min(same):.0f} times faster than a new one: it keeps "
        "results between calls, and every call must do the whole job"
    )


def sources(variant: Variant) -> list[str]:
    """Return the files that this variant executed, its own first: variants build on one another."""
    place = variant.path.resolve().parent
    loaded = {Path(file).resolve() for m in list(sys.modules.values()) if (file := getattr(m, "__file__", None))}
    near = {
        path
        for path in loaded
        if path.parent == place and path.name != "__init__.py" and path.stem not in discover.HELPERS
    }
    return [str(path) for path in sorted(near, key=lambda path: (path != variant.path.resolve(), path))]
