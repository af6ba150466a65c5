"""The calibrate stage: simulates studies, reads the measured one if there is one, and writes what was found."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.progress import track

from bench.rundir import Archive
from reporting import calibration, calibration_report, evidence, render
from reporting.document import Document


def run(archive: Archive | None, timestamp: str, studies: int | None, folder: Path) -> Document:
    """Write the reports of a calibration below a folder; return it.

    archive: of the parsed A/A study, if one was measured. studies: simulated per kind of noise; None: as many as usual.
    """
    found = evidence.read(archive, timestamp) if archive else None
    bar = track(calibration.MODELS, "simulating", console=Console(stderr=True), transient=True)
    simulated = [calibration.simulate(noise, studies or calibration.STUDIES) for noise in bar]
    measured = calibration.real(found, "release") if found else None
    document = calibration_report.build(simulated, measured, found, timestamp)
    for path in render.render(document, (), folder):
        print(f"wrote: {path}")
    return document
