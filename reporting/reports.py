"""Reports of a parsed study, from the archive to the files: what tasks call. How each format is written is render.py's."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.files import sha256
from bench.rundir import Archive
from reporting import evidence, hardware_used, render
from reporting.document import Document, Text
from reporting.hardware_used import Used
from reporting.index import stage
from reporting.narrative import telling
from reporting.narrative.telling import Told
from reporting.words import sections


def document(archive: Archive, timestamp: str, view: Mapping[str, Any], used: Used | None = None) -> Document:
    """Return the report of a parsed study. view: what a person chose: a baseline, and the fields of sections.View.

    used: the hardware study that it holds; None for the newest.
    """
    chosen = dict(view)
    study = evidence.read(archive, timestamp, chosen.pop("baseline", ""))
    study = hardware_used.add(study, archive, hardware_used.newest(archive, study.study.size) if used is None else used)
    return sections.build(study, sections.View(**chosen))


def told(archive: Archive, timestamp: str, view: Mapping[str, Any], used: Used | None = None) -> Told:
    """Return a parsed study as formats get it: the report, and what a person's narrative makes of it."""
    return telling.told(document(archive, timestamp, view, used))


def write(
    archive: Archive, timestamp: str, formats: tuple[str, ...], folder: Path, view: Mapping[str, Any], *,
    strict: bool = False,
) -> Told:  # fmt: skip
    """Write reports of a parsed study below a folder, and say where; return what they were written from.

    formats, strict: as of render.render.
    """
    study = archive.study(timestamp)
    used = hardware_used.NONE if study.adopted else hardware_used.newest(archive, study.size)
    found, record = told(archive, timestamp, view, used), sha256(archive.record(timestamp))
    paths = render.render(
        found, formats, folder, folder, view=view, record=record, strict=strict, hardware=used,
    )  # fmt: skip
    for path in paths:
        print(f"wrote: {path}")
        if warning := render.heavy(path):
            print(warning)
    return found


def write_all(archive: Archive, timestamp: str, view: Mapping[str, Any], reports: Path, deep_dives: Path) -> Document:
    """Write every report of a parsed study, and the index of all studies; return the generated report."""
    write(archive, timestamp, (), reports, view)
    found = write(archive, timestamp, ("pdf",), deep_dives, view)
    warn(found)
    write_index(archive.root, reports)
    return found.generated


def write_index(results: Path, reports: Path) -> None:
    """Write the index of all studies, and say where."""
    print(f"wrote: {stage.write(results, reports)}")


def warn(found: Told, formats: tuple[str, ...] = ()) -> None:
    """Say what does not fit in the narrative of the family, where a report was generated in its stead."""
    if found.misfit is not None and (not formats or set(formats) & set(telling.FORMATS)):
        print(f"warning: {found.misfit}\nSo the report was generated. {found.misfit.hint}")


def print_verdicts(report: Document) -> None:
    """Print the verdicts: last, where they stay on the screen."""
    print()
    said = [block.text for block in report.sections[0].blocks if isinstance(block, Text) and block.style]
    print(*said or [_alone(report.family)], sep="\n")


def _alone(family: str) -> str:
    """Say what comes next where nothing was compared with the baseline."""
    return (
        f"Nothing was compared with the baseline of {family}. To add a variant, put a module into bench/{family}/ that defines "
        "the same entry (README: 'Add a variant')."
    )
