"""What an idea is worth: one constant changed and nothing else, checked, and timed against the variant as it is."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench import discover, ideas
from bench.errors import SuiteError, Unsupported, VariantFailed, WrongAnswer
from bench.model import Idea, Measurement, Variant
from bench.rundir import Archive
from profiling import collect as stage
from profiling.collectors import ideas as collector
from profiling.parse import parse
from tests.conftest import SMALL
from tests.fakes import subject_of

SOURCE = '''"""Adds up; × is not in ASCII."""
IDEAS = {"STEP": (1, "two at a time"), "SPELLING": ("plain", "how it is spelled")}
STEP: int = 2
é, FIRST = "é", 1
é = "STEP = 3"; SPELLING = (
    "long"
)  # STEP = 4


def entry():
    return 10

def seconds():
    return 0.001 / STEP
'''


def written(tmp_path: Path, source: str = SOURCE, newline: str = "\n") -> Variant:
    file = tmp_path / "mine.py"
    file.write_bytes(source.replace("\n", newline).encode())
    return discover.describe("mine", file)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_only_the_constant_changes(tmp_path: Path, newline: str) -> None:
    variant = written(tmp_path, newline=newline)
    step, spelling = variant.ideas
    expected = SOURCE.replace("\n", newline)
    assert ideas.without(variant, step) == expected.replace("STEP: int = 2", "STEP: int = 1")
    assert ideas.without(variant, spelling) == expected.replace('"long"', "'plain'")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("", "no simple assignment to X"),
        ("X, Y = 1, 2", "no simple assignment to X"),
        ("if True:\n    X = 1", "no simple assignment to X"),
        ("X = 1\nX = 2", "more than one assignment to X"),
        ("X = 0", "X is 0 already"),
    ],
)
def test_what_cannot_be_switched_off_is_said(tmp_path: Path, line: str, said: str) -> None:
    with pytest.raises(VariantFailed, match=said):
        ideas.without(written(tmp_path, line + "\n"), Idea("X", "0", "an idea"))


def test_full_and_changed_are_timed_in_turns(tmp_path: Path) -> None:
    subject, calls = subject_of(written(tmp_path))
    out = tmp_path / "raw" / "run_1.json"
    out.parent.mkdir()
    ideas.observe(subject, out)
    step, spelling = json.loads(out.read_text())["ideas"]
    assert (step["name"], step["off"], step["summary"]) == ("STEP", "1", "two at a time")
    assert step["with"] == pytest.approx([0.0005] * ideas.ROUNDS) and step["without"] == pytest.approx([0.001] * 5)
    assert spelling["without"] == pytest.approx([0.0005] * 5)
    values = [name for name, _ in calls[-3 * ideas.ROUNDS :]]
    assert all(len({*values[at : at + 3]}) == 3 for at in range(0, len(values), 3))  # each once in every round
    assert len({values[at] for at in range(0, len(values), 3)}) == 3  # and not always the same one first
    assert all(loops * 0.001 >= ideas.VALUE / 2 for _, loops in calls[-3 * ideas.ROUNDS :])
    left = sorted(path.name for path in out.parent.iterdir())
    assert left == ["mine_without_SPELLING.py", "mine_without_STEP.py", "run_1.json"]


def test_ideas_of_a_rung_that_fell_back_are_not_what_runs(tmp_path: Path) -> None:
    subject, _ = subject_of(written(tmp_path, SOURCE + 'def path():\n    return "fell back to another: why"\n'))
    with pytest.raises(Unsupported, match="fell back to another: why"):
        ideas.observe(subject, tmp_path / "run_1.json")


def test_a_source_that_is_there_is_used_again_as_it_is(tmp_path: Path) -> None:
    variant = written(tmp_path)
    ideas.observe(subject_of(variant)[0], tmp_path / "run_1.json")
    file = tmp_path / "mine_without_STEP.py"
    before = file.stat().st_mtime_ns  # a compiler's cache goes by it
    ideas.observe(subject_of(variant)[0], tmp_path / "run_2.json")
    assert file.stat().st_mtime_ns == before


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("return 10 if STEP == 2 else 11", "without STEP the answer is wrong: 11"),
        ("return 10 // (STEP - 1)", "without STEP it fails: ZeroDivisionError"),
    ],
)
def test_a_wrong_answer_without_an_idea_is_no_wrong_answer_of_the_variant(tmp_path: Path, body: str, said: str) -> None:
    subject, _ = subject_of(written(tmp_path, SOURCE.replace("return 10", body)))
    with pytest.raises(SuiteError, match=said) as error:
        ideas.observe(subject, tmp_path / "out.json")
    assert not isinstance(error.value, WrongAnswer) and not (tmp_path / "out.json").exists()


def test_ratios_are_of_one_process(tmp_path: Path) -> None:
    for number, factor in enumerate((1.0, 2.0), 1):
        idea = {
            "name": "X",
            "off": "0",
            "summary": "an idea",
            "with": [factor, factor],
            "without": [3 * factor, factor],
        }
        (tmp_path / f"run_{number}.json").write_text(json.dumps({"ideas": [idea]}))
    (found,) = collector.parse(tmp_path, tmp_path, "release")
    assert (found.metric, found.unit, found.values) == ("without X", "×", (2.0, 2.0))
    assert found.detail == {"idea": "X", "off": "0", "summary": "an idea"}
    (tmp_path / "run_2.json").write_text(json.dumps({"ideas": [idea | {"name": "Y"}]}))
    with pytest.raises(ValueError, match="different ideas"):
        list(collector.parse(tmp_path, tmp_path, "release"))


AES = '''"""pyaes, with a needless loop that an idea leaves out."""
import pyaes
IDEAS = {"NEEDED": (False, "no needless loop")}
NEEDED = True

class AESModeOfOperationCTR(pyaes.AESModeOfOperationCTR):
    def encrypt(self, text):
        for _ in range(0 if NEEDED else 200_000):
            pass
        return super().encrypt(text)
    decrypt = encrypt
'''


def measured(tmp_path: Path, **sources: str) -> dict[str, dict[str, Any]]:
    """A study of the baseline and of these variants, for their ideas only: variant -> its gap and its measurements."""
    for name, source in sources.items():
        (tmp_path / f"{name}.py").write_text(source)
    specs = tuple(f"{name}:{tmp_path}/{name}.py" for name in sources)
    request = stage.Request("aes", ("pyaes_clean",), specs, "release", "small", ("ideas",), wait=True)
    timestamp = stage.collect(request, replace(SMALL, side_processes=2), tmp_path / "results")
    found = {}
    for run in parse(Archive("aes", tmp_path / "results"), timestamp):
        (done,) = run.manifest().collections
        files = [Path(path).name for path, _ in done.files]
        status = run.manifest().outcomes[0].status
        found[run.path.parent.name] = {"gap": done.skipped, "files": files, "metrics": run.metrics(), "status": status}
    return found


def test_a_study_times_ideas_and_keeps_the_changed_sources(tmp_path: Path, this_interpreter: tuple[str, ...]) -> None:
    wrong = AES.replace("super().encrypt(text)", "super().encrypt(text) if NEEDED else bytes(len(text))")
    found = measured(tmp_path, mine=AES, wrong=wrong)
    (idea,) = found["mine"]["metrics"]
    assert isinstance(idea, Measurement) and idea.metric == "without NEEDED" and len(idea.values) == 2
    assert min(idea.values) > 1.2  # twice 200,000 turns beside 2,000 bytes: about 5
    assert found["mine"]["files"] == ["mine_without_NEEDED.py", "run_1.json", "run_2.json"]
    assert found["pyaes_clean"]["gap"] == "it names none"
    assert "without NEEDED the answer is wrong" in found["wrong"]["gap"] and found["wrong"]["status"] == "ok"
