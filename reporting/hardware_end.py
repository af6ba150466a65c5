"""What `invoke hardware` says last: each design in a sentence, where to look, and whether every answer was right.

The reports themselves say it in words/hardware*.py, with intervals of all inputs, assumptions and doubts.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bench import hardware_merits
from bench.errors import SuiteError, WrongAnswer
from bench.hardware import HardwareStudy, Result
from bench.rundir import Archive
from reporting import units
from reporting.codesign import project
from reporting.model import candidates
from reporting.model.accelerators import REFERENCE
from reporting.model.interfaces import PRESETS
from reporting.words import hardware_facts


def lines(archive: Archive, study: HardwareStudy, written: str = "", reports: Path = Path("reports")) -> list[str]:
    """Return what was found about each design that is no mere point, and what to open or to do next.

    written: the study of software whose reports were written, "" for none; reports: the folder that they are in. A design
    is projected where these rest on this very hardware study.
    """
    used = archive.newest_hardware(archive.study(written).size) if written else None
    shown, failed = used is not None and used.timestamp == study.timestamp, hardware_merits.failed(study)
    said = [f"{name}: {why}" for name, why in failed.items()]
    said += [_design(r, projected=shown) for r in study.results if not r.point and r.name not in failed]
    return ["", *said, *_next(archive, written, reports, used if not shown else None)]


def _next(archive: Archive, written: str, reports: Path, other: HardwareStudy | None) -> list[str]:
    if not written:
        none = f"next: nox -s {archive.family} (there is no study yet that reports could show it with)"
        return [] if archive.timestamps() else [none]
    rests = f" It rests on hardware study {other.timestamp}." if other else ""
    return ["", f"Open {reports}/{archive.family}_results_{written}/index.html in a browser.{rests}"]


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
