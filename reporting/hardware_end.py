"""What `invoke hardware` says last: each design in a sentence, where to look, and whether every answer was right.

The reports themselves say it in words/hardware*.py, with intervals of all inputs, assumptions and doubts.
"""

from __future__ import annotations

from collections.abc import Sequence

from bench import hardware_merits
from bench.errors import SuiteError, WrongAnswer
from bench.hardware import HardwareStudy, Result
from reporting import units
from reporting.codesign import project
from reporting.model import candidates
from reporting.model.accelerators import REFERENCE
from reporting.model.interfaces import PRESETS
from reporting.words import hardware_facts


def lines(study: HardwareStudy, page: str = "") -> list[str]:
    """Return what was found about each design that is no mere point, and what to open.

    page: the report that was written with it; without one nothing is projected.
    """
    failed = hardware_merits.failed(study)
    said = [f"{name}: {why}" for name, why in failed.items()]
    said += [_design(r, projected=bool(page)) for r in study.results if not r.point and r.name not in failed]
    return ["", *said, *(["", f"Open {page} in a browser."] if page else [])]


def conclude(studies: Sequence[HardwareStudy]) -> None:
    """Raise WrongAnswer where a design of these studies has no right answer."""
    failed = [f"{study.family}/{name}" for study in studies for name in hardware_merits.failed(study)]
    if failed:
        raise WrongAnswer(
            f"no right answer from {', '.join(failed)}; the archive holds the study all the same",
            f"To try one by hand: .venv_hardware/bin/python -m bench.cosimulate {failed[0]} --check",
        )


def _design(result: Result, *, projected: bool) -> str:
    clock = hardware_facts.clock(result)
    area = ", ".join(f"{number:,} {kind}" for kind, number in hardware_facts.ordered(result.area) if number)
    found = [
        f"{result.cycles:,} cycles" if result.cycles else "cycles not simulated",
        hardware_facts.megahertz(clock) if clock else "not placed",
        area or "not synthesised",
    ]
    return f"{result.name}: {'; '.join([*found, *([_projected(result)] if projected else [])])}"


def _projected(result: Result) -> str:
    try:
        speedup = project(candidates.from_result(result), PRESETS[REFERENCE]).speedup
    except SuiteError as lacking:
        return f"not projected ({lacking})"
    return f"projected {units.ratio(speedup)} behind {REFERENCE}"
