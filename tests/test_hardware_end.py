"""What `invoke hardware` says last."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bench.errors import WrongAnswer
from bench.rundir import Archive
from reporting import hardware_end
from tests import synthetic, synthetic_hardware

SOFTWARE = "20260101_000000"


@pytest.fixture(scope="module", autouse=True)
def quick() -> Iterator[None]:
    yield from synthetic.quick()


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """An archive with a study of software and one of hardware."""
    found = Archive("aes", tmp_path)
    found.write_study(synthetic.evidence(synthetic.LADDER[:2]).study)
    found.write_hardware(synthetic_hardware.study())
    return found


def test_each_design_ends_in_a_sentence_and_a_page_to_open(archive: Archive) -> None:
    said = hardware_end.lines(archive, synthetic_hardware.study(), SOFTWARE, Path("there"))
    assert said[1].startswith("aes_iterative: 31,636 cycles; 95.9 MHz [94.0–97.8]; 4,205 LUT4, 782 FF; projected ")
    assert said[1].endswith("behind dma") and said[2].startswith("aes_pipelined: 2,898 cycles")
    assert said[3:] == ["", f"Open there/aes_results_{SOFTWARE}/index.html in a browser."]  # and no point of the space


def test_nothing_is_projected_that_the_report_does_not_hold(archive: Archive) -> None:
    later = replace(synthetic_hardware.study(), timestamp="20260103_000000", options={"only": ["aes_iterative"]})
    archive.write_hardware(later)
    said = hardware_end.lines(archive, later, SOFTWARE)
    assert not any("projected" in line for line in said)
    assert said[-1].endswith(f"in a browser. It rests on hardware study {synthetic_hardware.STAMP}.")
    assert hardware_end.lines(archive, later)[-1].startswith("aes_pipelined: 2,898 cycles")  # nothing was rendered


def test_without_a_study_of_software_the_next_step_is_named(archive: Archive) -> None:
    archive.record(SOFTWARE).unlink()
    said = hardware_end.lines(archive, synthetic_hardware.study())
    assert said[-1].startswith("next: nox -s aes")


def test_what_has_no_right_answer_is_said_and_is_an_error(archive: Archive) -> None:
    study = synthetic_hardware.study()
    hardware_end.conclude([study])  # a point of its design space is wrong: that is a result
    first = replace(study.results[0], missing={"simulate": ("wrong answer: block 3", "")})
    wrong = replace(study, results=(first, *study.results[1:]), options={"unwritten": {"aes_new": "no such signal"}})
    said = hardware_end.lines(archive, wrong)
    assert said[1:3] == ["aes_new: no such signal", "aes_iterative: wrong answer: block 3"]
    with pytest.raises(WrongAnswer, match="no right answer from aes/aes_new, aes/aes_iterative") as caught:
        hardware_end.conclude([study, wrong])
    assert "bench.cosimulate aes/aes_new --check" in caught.value.hint
