"""Which study is taken where none is named: the newest, said aloud, and that a fuller one was passed over."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bench.model import Study
from bench.operands import resolve
from bench.rundir import Archive
from reporting import chosen
from tests.conftest import ROOT

FULL, LOOK, LATER = "20260101_000000", "20260102_000000", "20260103_000000"


def write(archive: Archive, stamp: str, processes: int = 10, **fields: object) -> None:
    order = tuple((block, name, "release", 0.0) for block in range(processes) for name in ("base", "fast"))
    plain = {"size": "full", "baseline": "base", "variants": ("base", "fast"), "builds": ("release",), "notices": ()}
    about = {"order": order, "seconds": 1.0, "measured_seconds": 1.0, "commit": "", **plain, **fields}
    archive.write_study(Study(family=archive.family, timestamp=stamp, **about))  # type: ignore[arg-type]


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """An archive with a full study and, newer, a first look."""
    found = Archive("aes", tmp_path)
    write(found, FULL)
    write(found, LOOK, 4)
    return found


def test_the_newest_is_taken_and_said_and_the_full_one_is_named(
    archive: Archive, capsys: pytest.CaptureFixture[str]
) -> None:
    assert chosen.study(archive) == LOOK
    out, said = capsys.readouterr()
    first, warning = said.splitlines()
    assert out == "" and first == f"study {LOOK} of aes, the newest"
    assert "4 processes per variant, 10 earn a verdict" in warning and f"--timestamp {FULL}" in warning


def test_what_was_named_needs_no_word(archive: Archive, capsys: pytest.CaptureFixture[str]) -> None:
    assert chosen.study(archive, LOOK) == LOOK
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    "newer",
    [{"processes": 10}, {"processes": 0, "adopted": "somewhere", "builds": ("unknown",)}],
    ids=["full", "adopted"],
)
def test_a_study_that_lacks_nothing_is_said_without_a_warning(
    archive: Archive, capsys: pytest.CaptureFixture[str], newer: dict[str, object]
) -> None:
    write(archive, LATER, **newer)  # type: ignore[arg-type]
    assert chosen.study(archive) == LATER
    assert capsys.readouterr().err == f"study {LATER} of aes, the newest\n"


def test_a_look_alone_and_a_damaged_full_study_offer_no_other(
    archive: Archive, capsys: pytest.CaptureFixture[str]
) -> None:
    path = archive.record(FULL)
    path.write_text(path.read_text().replace('"base"', '"bass"', 1))
    assert chosen.study(archive) == LOOK
    assert "warning" not in capsys.readouterr().err


def test_another_size_is_a_first_look_too(archive: Archive, capsys: pytest.CaptureFixture[str]) -> None:
    write(archive, LATER, size="small")
    chosen.study(archive)
    assert "first look (size 'small')" in capsys.readouterr().err


def test_operands_by_age_are_said_and_the_other_side_is_no_way_out(
    archive: Archive, capsys: pytest.CaptureFixture[str]
) -> None:
    def said(a: str, b: str) -> str:
        chosen.compared((a, b), resolve(a, b, "aes", archive.root))
        return capsys.readouterr().err

    assert said(FULL, "newest:release") == f"B is study {LOOK} of aes, newest:release\n"
    write(archive, LATER)
    both = said("newest~1", f"{archive.home}/newest").splitlines()
    assert both[0] == f"A is study {LOOK} of aes, newest~1" and f"{FULL} is the newest study" in both[1]
    assert both[2].startswith(f"B is study {LATER} of aes, ") and len(both) == 3
    assert said(FULL, LATER) == ""


def test_a_task_says_which_study_it_took(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "invoke", "script", "--bench", "aes", "--into", str(tmp_path)]
    newest = Archive("aes", ROOT / "results").timestamps()[-1]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stderr.splitlines()[0] == f"study {newest} of aes, the newest" and done.stdout.startswith("wrote: ")
    named = subprocess.run([*command, "--timestamp", newest], cwd=ROOT, capture_output=True, text=True, check=True)
    assert named.stderr == ""
