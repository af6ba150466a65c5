"""Which hardware study a report rests on: the newest when it is written, and the recorded one when it is checked.

The newest is that of the report's size which leaves no design out, has only right answers and was timed by as many processes
as a verdict needs; where there is none, the best of the others (bench/hardware_merits.py), and a report says what speaks
against it. One of another size is never shown: it is kept only to say that it is there.

The record beside a report (rendered.py) names it with its hash, and the files of the checkout that were then others than those
that the accelerators were made from: so the same report can be written again later.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bench.files import sha256
from bench.rundir import Archive
from reporting.evidence import Evidence

#: study -> timestamp, record -> sha256 of its record, changed -> files, one a line; passed -> that a newer one is not used,
#: and why; {} for none
Used = Mapping[str, str]
NONE: Used = {}


def newest(archive: Archive, size: str) -> Used:
    """Return what a report of a size that is written now rests on; NONE where no accelerator was taken through the tools."""
    if not archive.hardware_timestamps():
        return NONE
    study = archive.newest_hardware(size) or archive.hardware_study()
    record = sha256(archive.hardware_record(study.timestamp))
    passed = archive.passed_over(study)
    return {"study": study.timestamp, "record": record, "changed": "\n".join(study.changed), "passed": passed}


def add(evidence: Evidence, archive: Archive, used: Used) -> Evidence:
    """Return the evidence with the hardware study that is used, if any."""
    if not used or evidence.study.adopted:
        return evidence
    study = archive.hardware_study(used["study"])
    changed, passed = tuple(used["changed"].splitlines()), used.get("passed", "")  # older records have no such entry
    return replace(evidence, hardware=study, hardware_changed=changed, hardware_passed=passed)
