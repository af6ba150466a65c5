"""Which hardware study a report holds: recorded beside it, so that the same report is written again and a change is found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from bench.audit import Audit
from bench.files import sha256
from bench.hardware import HardwareStudy
from bench.rundir import Archive
from reporting import hardware_used, render, rendered, verify
from reporting.compare import compare
from reporting.document import Document, Section, Text
from reporting.evidence import Evidence
from reporting.hardware_used import NONE, Used
from reporting.model import accelerators
from reporting.narrative import telling
from reporting.narrative.telling import Told
from reporting.words import hardware, hardware_doubts
from tests import synthetic, synthetic_hardware

LATER = "20260103_000000"


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """An archive with two hardware studies, of which the newer has fewer designs."""
    found = Archive("aes", tmp_path / "results")
    study = replace(synthetic_hardware.study(), sources=(("bench/discover.py", sha256(Path("bench/discover.py"))),))
    found.write_hardware(study)
    found.write_hardware(replace(study, timestamp=LATER, results=study.results[:1]))
    return found


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    return synthetic.evidence(synthetic.LADDER[:2])


def document(evidence: Evidence) -> Document:
    """Return a report of few words that tell which accelerators it holds."""
    study: HardwareStudy | None = evidence.hardware
    held = f"{study.timestamp}: {', '.join(r.name for r in study.results)}" if study else "none"
    words = (Text(held), Text(", ".join(evidence.hardware_changed)))
    return Document("Title", "study 20260101_000000", "20260101_000000", "aes", (Section("Held", words),))


def test_the_newest_is_used_and_what_changed_since_is_named(archive: Archive, evidence: Evidence) -> None:
    used = hardware_used.newest(archive, "full")
    assert used == {"study": LATER, "record": sha256(archive.hardware_record(LATER)), "changed": ""}
    held = hardware_used.add(evidence, archive, used)
    assert held.hardware == archive.hardware_study(LATER) and held.hardware_changed == ()
    other = replace(archive.hardware_study(LATER), timestamp="20260104_000000", sources=(("bench/gone.py", "0" * 64),))
    archive.write_hardware(other)
    again = hardware_used.newest(archive, "full")
    assert again["changed"] == "bench/gone.py"
    assert hardware_used.add(evidence, archive, again).hardware_changed == ("bench/gone.py",)


def test_a_newer_study_of_part_of_the_designs_is_not_used(archive: Archive) -> None:
    archive.write_hardware(replace(archive.hardware_study(LATER), timestamp="20260105_000000", options={"only": ["a"]}))
    assert hardware_used.newest(archive, "full")["study"] == LATER


def test_results_of_another_size_are_no_part_of_a_report_which_says_so(archive: Archive, evidence: Evidence) -> None:
    for stamp in archive.hardware_timestamps():
        archive.write_hardware(replace(archive.hardware_study(stamp), size="small"))
    held = hardware_used.add(evidence, archive, hardware_used.newest(archive, "full"))
    assert held.hardware is not None and accelerators.read(held, compare(held, "release")) is None
    (doubt,) = hardware_doubts.doubts(held, None)
    assert "size small" in doubt and "size full" in doubt and doubt.endswith("invoke hardware --bench aes")
    assert any(isinstance(b, Text) and b.text == doubt for b in hardware.section(held, None).blocks)


def test_a_family_without_hardware_studies_holds_none(evidence: Evidence, tmp_path: Path) -> None:
    assert hardware_used.newest(Archive("aes", tmp_path), "full") == NONE
    assert hardware_used.add(evidence, Archive("aes", tmp_path), NONE) is evidence


def test_an_adopted_study_holds_no_accelerators(archive: Archive, evidence: Evidence) -> None:
    adopted = replace(evidence, study=replace(evidence.study, adopted="elsewhere"))
    assert hardware_used.add(adopted, archive, hardware_used.newest(archive, "full")).hardware is None


class Checked:
    """Reports written with the older hardware study, though a newer one is there by the time they are checked."""

    def __init__(self, archive: Archive, evidence: Evidence, root: Path) -> None:
        self.archive, self.evidence, self.root = archive, evidence, root
        stamp = synthetic_hardware.STAMP
        used = {"study": stamp, "record": sha256(archive.hardware_record(stamp)), "changed": ""}
        self.pages = render.render(self.told({}, used), ("text", "json"), root / "reports", root, hardware=used)

    def told(self, _view: Mapping[str, object], used: Used) -> Told:
        return telling.Told(document(hardware_used.add(self.evidence, self.archive, used)))

    def findings(self) -> list[str]:
        audit, stamp = Audit(), "20260101_000000"
        verify.check(self.archive, stamp, audit, (self.root / "reports", self.root), self.told)
        return [str(each) for each in audit.findings]


@pytest.fixture
def checked(archive: Archive, evidence: Evidence, tmp_path: Path) -> Checked:
    return Checked(archive, evidence, tmp_path)


def test_the_same_bytes_are_written_from_the_study_that_was_used(checked: Checked) -> None:
    record = rendered.read(checked.root / "reports" / "rendered_aes.json")
    assert record["report_aes.txt"].hardware["study"] == synthetic_hardware.STAMP
    assert "aes_pipelined" in checked.pages[0].read_text()
    assert checked.findings() == []


def test_a_hardware_study_that_was_changed_since_is_found(checked: Checked) -> None:
    study = checked.archive.hardware_study(synthetic_hardware.STAMP)
    checked.archive.write_hardware(replace(study, seconds=1.0))
    assert any("was changed since" in found and synthetic_hardware.STAMP in found for found in checked.findings())


def test_a_hardware_study_that_is_gone_is_found(checked: Checked) -> None:
    checked.archive.hardware_record(synthetic_hardware.STAMP).unlink()
    assert any("is missing" in found for found in checked.findings())


def test_a_record_that_leads_elsewhere_is_none(checked: Checked) -> None:
    path = checked.root / "reports" / "rendered_aes.json"
    for name, entry in rendered.read(path).items():
        rendered.add(path, name, replace(entry, hardware={**entry.hardware, "study": "../../../secret"}))
    assert any("secret.json is missing" in found.replace(": ", " ") for found in checked.findings())
