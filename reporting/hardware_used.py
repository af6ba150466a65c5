"""Which hardware study a report rests on: the newest when it is written, and the recorded one when it is checked.

The record beside a report (rendered.py) names it with its hash, and says whether the checkout's description of the
accelerators was then the one that had gone through the tools: so the same report can be written again later.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bench.errors import SuiteError
from bench.files import sha256
from bench.rundir import Archive
from reporting.evidence import Evidence

Used = Mapping[str, str]  #: study -> timestamp, record -> sha256 of its record, sources -> SAME or OTHER; {} for none
NONE: Used = {}
SAME, OTHER = "as in the checkout", "other than in the checkout"


def newest(archive: Archive) -> Used:
    """Return what a report that is written now rests on; NONE where no accelerator of the family was taken through the tools."""
    stamps = archive.hardware_timestamps()
    if not stamps:
        return NONE
    stamp = stamps[-1]
    sources = OTHER if archive.hardware_stale(stamp) else SAME
    return {"study": stamp, "record": sha256(archive.hardware_record(stamp)), "sources": sources}


def add(evidence: Evidence, archive: Archive, used: Used) -> Evidence:
    """Return the evidence with the hardware study that is used, if any."""
    if not used or evidence.study.adopted:
        return evidence
    study = archive.hardware(used["study"])
    if study.family != evidence.study.family:
        raise SuiteError(f"hardware study {study.timestamp} is of {study.family}, not of {evidence.study.family}")
    return replace(evidence, hardware=study, stale_hardware=used["sources"] == OTHER)
