"""The index stage: reads the summary beside each report, and writes one page over all studies, reports/index.html.

Studies that were measured and not rendered are listed from their records; what cannot be read is named. The page is
derived: it has no record of its own; index/check.py checks it by writing it again. Its looks are in index/page.py.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import replace
from pathlib import Path

from bench.errors import SuiteError
from bench.rundir import NAME, RESULTS, STAMP, Archive, archives, write_bytes
from reporting import render
from reporting.index import page as index_page
from reporting.index import summaries
from reporting.index.page import Damaged, Entry, Index
from reporting.index.summaries import Summary

PAGE = "index.html"
FOLDER = re.compile(rf"({NAME.pattern})_results_({STAMP.pattern})")


def write(results: Path, reports: Path) -> Path:
    """Write the page; return its path."""
    path = reports / PAGE
    write_bytes(path, index_page.render(read(results, reports)))
    render.share(reports)
    return path


def read(results: Path, reports: Path) -> Index:
    """Read all summaries below `reports`, and the records below `results` of studies that have none."""
    entries: list[Entry] = []
    damaged: list[Damaged] = []
    for folder in sorted(reports.glob("*_results_*")):
        found = _entry(folder)
        if isinstance(found, Damaged):
            damaged.append(found)
        elif found is not None:
            entries.append(found)
    known = {(entry.study.family, entry.study.timestamp) for entry in entries}
    for archive in archives(results):
        for stamp in archive.timestamps():
            if (archive.family, stamp) not in known:
                entries.append(_unrendered(archive, stamp, reports))
    entries.sort(key=lambda entry: (entry.study.timestamp, entry.study.family), reverse=True)
    return Index(tuple(entries), tuple(damaged))


def _entry(folder: Path) -> Entry | Damaged | None:
    """Return what the summary in a report's folder says; None where there is neither summary nor page."""
    path, page = folder / "summary.json", folder / PAGE
    named = FOLDER.fullmatch(folder.name) if folder.name.isascii() else None
    try:
        there = page.is_file()
        if not path.exists() and not there:
            return None
        if named is None:
            raise ValueError("its folder is not named as a report's")
        if not path.exists():
            raise ValueError("it is missing: an older version wrote this report; invoke render writes it again")
        study = summaries.read(path)
        if (study.family, study.timestamp) != named.groups():
            raise ValueError(f"it is of {study.family}, {study.timestamp}")
    except OSError as error:
        return Damaged(f"{folder.name}/{path.name}", error.strerror or "the system gives no reason")
    except ValueError as error:
        return Damaged(f"{folder.name}/{path.name}", str(error))
    return Entry(study, page=f"{folder.name}/{PAGE}" if there else "")


def _unrendered(archive: Archive, stamp: str, reports: Path) -> Entry:
    """Return what the record of a study says that no summary tells of, and how to render it."""
    words = ["invoke", "render", "--bench", archive.family, "--timestamp", stamp]
    words += [] if archive.root == RESULTS else ["--results-dir", str(archive.root)]
    words += [] if reports == render.REPORTS else ["--report-dir", str(reports)]
    empty = Summary(archive.family, stamp, "", "", "", "", "", "", "", ())
    try:
        about = archive.study(stamp)
        size, commit, baseline = map(summaries.clean, (about.size, about.commit, about.baseline))
        study = replace(empty, size=size, commit=commit, baseline=baseline)
    except (SuiteError, TypeError, ValueError) as error:
        study = replace(empty, verdict=f"Its record cannot be read: {summaries.clean(str(error))}")
    return Entry(study, command=shlex.join(words))
