"""Checks the hardware studies of a family: their records, their raw files by hash, and every Result derived again.

Writes nothing. Other studies are checked by profiling/verify.py, reports by reporting/verify.py.
"""

from __future__ import annotations

from dataclasses import fields

from bench.audit import Audit
from bench.errors import SuiteError
from bench.files import spelled_as_written
from bench.hardware import HardwareStudy, Result
from bench.rundir import Archive
from profiling.hardware import parse


def check(archive: Archive, audit: Audit) -> None:
    """Check every hardware study of a family: they are few, and small."""
    for folder in archive.hardware_strays():
        audit.wrong(folder, "belongs to no hardware study: its record was lost, or invoke clean would remove it")
    for timestamp in archive.hardware_timestamps():
        path = archive.hardware_record(timestamp)
        try:
            study = archive.hardware_study(timestamp)
        except SuiteError as error:
            audit.wrong(path, str(error).removeprefix(f"{path} "))
            continue
        if (study.family, study.timestamp) != (archive.family, timestamp):
            audit.wrong(path, f"says that it is hardware study {study.timestamp} of {study.family}")
        if not spelled_as_written(path):
            audit.wrong(path, "is not as it was written, though it says the same")
        _raw(archive, study, audit)


def _raw(archive: Archive, study: HardwareStudy, audit: Audit) -> None:
    audit.count("hardware studies")
    audit.count("raw files", sum(len(result.files) for result in study.results) + len(study.files))
    spoilt = list(archive.hardware_differences(study))
    for file, what in spoilt:
        audit.wrong(file, what)
    if spoilt:
        return
    folder, path = archive.hardware_folder(study.timestamp), archive.hardware_record(study.timestamp)
    try:
        if parse.baseline(folder) != study.baseline:
            audit.wrong(path, "its baseline is not what the raw files say")
    except SuiteError as error:
        audit.wrong(path, f": {error}")
    for result in study.results:
        try:
            again = parse.derive(folder, study.family, result.name)
        except SuiteError as error:
            audit.wrong(path, f"{result.name} cannot be derived again: {error}")
            continue
        for name in _different(result, again):
            audit.wrong(path, f"{result.name}: its {name} is not what the raw files say")


def _different(told: Result, again: Result) -> list[str]:
    return [field.name for field in fields(Result) if getattr(told, field.name) != getattr(again, field.name)]
