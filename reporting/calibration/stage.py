"""The calibrate stage: simulates studies, reads the measured one if there is one, and writes what was found."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.progress import track

from bench.rundir import Archive
from reporting import evidence, render
from reporting.calibration import report, trials
from reporting.document import Document


def run(archive: Archive | None, timestamp: str, studies: int | None, folder: Path) -> Document:
    """Write the reports of a calibration below a folder; return it.

    archive: of the parsed A/A study, if one was measured. studies: simulated per kind of noise; None: as many as usual.
    """
    found = evidence.read(archive, timestamp) if archive else None
    bar = track(trials.MODELS, "simulating", console=Console(stderr=True), transient=True)
    simulated = [trials.simulate(noise, studies or trials.STUDIES) for noise in bar]
    measured = trials.real(found, "release") if found else None
    document = report.build(simulated, measured, found, timestamp)
    for path in render.render(document, (), folder):
        print(f"wrote: {path}")
    return document
