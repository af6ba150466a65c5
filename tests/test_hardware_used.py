"""Which hardware study a report holds: recorded beside it, so that the same report is written again and a change is found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench import hardware_merits
from bench.audit import Audit
from bench.files import sha256
from bench.hardware import HardwareStudy, Result
from bench.rundir import Archive
from profiling.hardware import verify as raw
from reporting import hardware_used, render, rendered, verify
from reporting.compare import compare
from reporting.document import Document, Section, Text
from reporting.evidence import Evidence
from reporting.hardware_used import NONE, Used
from reporting.model import accelerators
from reporting.narrative import telling
from reporting.narrative.telling import Told
from reporting.words import hardware, hardware_conditions, hardware_doubts
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
    assert used == {"study": LATER, "record": sha256(archive.hardware_record(LATER)), "changed": "", "passed": ""}
    held = hardware_used.add(evidence, archive, used)
    assert held.hardware == archive.hardware_study(LATER) and held.hardware_changed == ()
    other = replace(archive.hardware_study(LATER), timestamp="20260104_000000", sources=(("bench/gone.py", "0" * 64),))
    archive.write_hardware(other)
    again = hardware_used.newest(archive, "full")
    assert again["changed"] == "bench/gone.py"
    assert hardware_used.add(evidence, archive, again).hardware_changed == ("bench/gone.py",)


def test_a_newer_study_of_part_of_the_designs_is_not_used(archive: Archive) -> None:
    archive.write_hardware(replace(archive.hardware_study(LATER), timestamp="20260105_000000", options={"only": ["a"]}))
    used = hardware_used.newest(archive, "full")
    assert used["study"] == LATER
    assert used["passed"] == "Hardware study 20260105_000000 is newer and is not used: it leaves designs out."


def wrong(result: Result) -> Result:
    return replace(result, missing={"simulate": ("wrong answer: block 3", "")}, host=(), baseline=())


@pytest.mark.parametrize(
    ("spoil", "options", "why"),
    [
        (wrong, {}, "aes_iterative has no right answer in it"),
        (lambda r: r, {"unwritten": {"aes_new": "no such signal"}}, "aes_new has no right answer in it"),
        (lambda r: replace(r, host=r.host[:2]), {}, "only 2 processes timed the host's part, and a verdict needs 10"),
        (lambda r: replace(r, host=()), {}, "no process timed the host's part, and a verdict needs 10"),
    ],
)
def test_a_good_study_is_not_displaced_by_one_with_less(
    archive: Archive, evidence: Evidence, spoil: Callable[[Result], Result], options: dict[str, Any], why: str
) -> None:
    study = archive.hardware_study(LATER)
    worse = replace(study, timestamp="20260105_000000", results=(spoil(study.results[0]),), options=options)
    archive.write_hardware(worse)
    used = hardware_used.newest(archive, "full")
    assert used["study"] == LATER and used["passed"].endswith(f"20260105_000000 is newer and is not used: {why}.")
    held = hardware_used.add(evidence, archive, used)
    assert hardware_conditions.limits(held) == [used["passed"]]
    better = replace(worse, timestamp="20260106_000000", results=study.results, options={})
    archive.write_hardware(better)
    assert {**hardware_used.newest(archive, "full"), "record": ""} == {
        "study": "20260106_000000", "record": "", "changed": "", "passed": ""
    }  # fmt: skip


def test_of_studies_that_all_lack_something_the_right_one_is_used_and_its_few_processes_are_said(
    evidence: Evidence, tmp_path: Path
) -> None:
    archive, study = Archive("aes", tmp_path), synthetic_hardware.study()
    few = replace(study.results[0], host=study.results[0].host[:2])
    archive.write_hardware(replace(study, results=(few,)))
    archive.write_hardware(replace(study, timestamp=LATER, results=(wrong(few), study.results[1])))
    archive.write_hardware(replace(study, timestamp="20260105_000000", options={"only": ["aes_iterative"]}))
    used = hardware_used.newest(archive, "full")
    assert used["study"] == synthetic_hardware.STAMP
    said = hardware_conditions.limits(hardware_used.add(evidence, archive, used))
    assert said[1] == (
        "Only 2 processes timed the host's part, and a verdict needs 10. To fix: invoke hardware --bench aes"
    )


def test_points_of_the_design_space_may_fail_and_take_fewer_processes() -> None:
    study = synthetic_hardware.study()
    first = study.results[0]
    failing = replace(wrong(first), name="aes_small", point=True)
    quick = replace(first, name="aes_quick", point=True, host=first.host[:5])
    study = replace(study, results=(first, failing, quick))
    assert hardware_merits.shortcomings(study) == ("", "", "") and hardware_merits.failed(study) == {}
    assert hardware_merits.shortcomings(study, "aes_quick") == ("", "", "")
    lacking = replace(first, missing={"simulate": ("no C++ compiler", "sudo apt install g++")})
    assert hardware_merits.failed(replace(study, results=(lacking,))) == {}  # the machine's lack, not the design's


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


def test_a_hardware_study_that_is_damaged_is_one_finding_whoever_looks(checked: Checked) -> None:
    path = checked.archive.hardware_record(synthetic_hardware.STAMP)
    path.write_text(path.read_text().replace("31636", "31637"))
    audit = Audit()
    verify.check(checked.archive, "20260101_000000", audit, (checked.root / "reports", checked.root), checked.told)
    own = [str(each) for each in audit.findings]
    raw.check(checked.archive, audit)
    found = [str(each) for each in audit.findings if str(each).startswith(str(path))]
    assert own == found == [f"{path} is damaged: it was changed since it was written"]


def test_a_hardware_study_that_is_gone_is_found(checked: Checked) -> None:
    checked.archive.hardware_record(synthetic_hardware.STAMP).unlink()
    assert any("is missing" in found for found in checked.findings())


def test_a_record_that_leads_elsewhere_is_none(checked: Checked) -> None:
    path = checked.root / "reports" / "rendered_aes.json"
    for name, entry in rendered.read(path).items():
        rendered.add(path, name, replace(entry, hardware={**entry.hardware, "study": "../../../secret"}))
    assert any("secret.json is missing" in found.replace(": ", " ") for found in checked.findings())
