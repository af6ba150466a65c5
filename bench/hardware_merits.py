"""What speaks against a hardware study as the one that reports rest on: designs left out, no right answer, few processes.

Arithmetic on what a study says of itself; which study of an archive is taken is in hardware_archive.py.
"""

from __future__ import annotations

from bench.hardware import HardwareStudy, Result
from bench.model import MINIMUM_PROCESSES

ANSWERS = ("rtl", "check", "simulate")  #: stages without which no answer counts


def no_answer(result: Result) -> str:
    """Return why no answer of a design counts; empty where one does, or where this machine only lacked a tool for it."""
    reasons = (result.missing[stage] for stage in ANSWERS if stage in result.missing)
    return next((why for why, fix in reasons if not fix), "")


def failed(study: HardwareStudy) -> dict[str, str]:
    """Return the designs without a right answer, with the reason.

    Points of the design space are not among them: to find out which of them keep what they promise is what they are for.
    """
    unwritten = dict(study.options.get("unwritten", {}))  # as RTL: of those a study has no result
    return unwritten | {r.name: why for r in study.results if not r.point and (why := no_answer(r))}


def processes(study: HardwareStudy, design: str = "") -> int:
    """Return how many processes timed the host's part: of one design, or the fewest of those that are no mere points."""
    counted = [len(r.host) for r in study.results if (r.name == design if design else not (r.point or no_answer(r)))]
    return min(counted, default=0)


def shortcomings(study: HardwareStudy, design: str = "") -> tuple[str, str, str]:
    """Return what speaks against a study, the worst first; empty words where nothing does.

    design: only what matters for this one.
    """
    there = {r.name: r for r in study.results}
    out = design not in there if design else study.partial
    wrong = [name for name in failed(study) if not design or name == design]
    few = processes(study, design)
    enough = few >= MINIMUM_PROCESSES or bool(design and design in there and there[design].point)
    return (
        ("it does not have that design" if design else "it leaves designs out") if out else "",
        f"{' and '.join(wrong)} {'has' if len(wrong) == 1 else 'have'} no right answer in it" if wrong else "",
        "" if enough else few_processes(few),
    )


def few_processes(number: int) -> str:
    """Return in words that too few processes timed the host's part."""
    timed = f"only {number} process{'es' * (number != 1)}" if number else "no process"
    return f"{timed} timed the host's part, and a verdict needs {MINIMUM_PROCESSES}"
