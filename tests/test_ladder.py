"""Which source counters come from: the best there is, or the one asked for by name, and never a silent skip."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bench.errors import SuiteError, UsageError
from profiling import arguments, collect, ladder
from profiling.collector import Missing
from profiling.collectors import counters, simulated
from profiling.options import Options


def chosen(monkeypatch: pytest.MonkeyPatch, word: str, *asked: str, pmu: bool = False, runs: int = 2) -> list[str]:
    monkeypatch.setattr(ladder, "pmu_counts", lambda: pmu)
    names, _ = ladder.choose(asked, replace(Options(), counters=word, simulated_runs=runs))
    return [name for name in names if name in ("counters", "simulated")]


def test_the_ladder(monkeypatch: pytest.MonkeyPatch) -> None:
    assert chosen(monkeypatch, "auto", pmu=True) == ["counters"]  # nothing to simulate
    assert chosen(monkeypatch, "auto", pmu=False) == ["counters", "simulated"]
    assert chosen(monkeypatch, "auto", runs=0) == ["counters"]  # --fast
    assert chosen(monkeypatch, "auto", "simulated", pmu=True, runs=0) == ["simulated"]  # asked for by name
    assert chosen(monkeypatch, "perf") == ["counters"]
    assert chosen(monkeypatch, "callgrind", pmu=True, runs=0) == ["simulated"]
    assert chosen(monkeypatch, "none") == []
    assert chosen(monkeypatch, "callgrind", "timing") == ["simulated"]


def test_other_collectors_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ladder, "pmu_counts", lambda: False)
    names, _ = ladder.choose((), replace(Options(), counters="none"))
    assert names[0] == "timing" and "profile" in names


@pytest.mark.parametrize(("word", "tool"), [("perf", counters), ("callgrind", simulated)])
def test_what_is_asked_for_and_cannot_run_is_an_error_with_the_fix(
    word: str, tool: object, this_interpreter: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tool, "unavailable", lambda: Missing("it is not installed", "nothing", "sudo apt install it"))
    with pytest.raises(SuiteError, match="not installed") as refused:
        collect.collect(collect.Request("aes", build="release"), replace(Options(), counters=word), tmp_path)
    assert "sudo apt install it" in refused.value.hint
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("word", "asked", "said"),
    [("papi", (), "not known"), ("none", ("counters",), "contradict"), ("perf", ("simulated",), "contradict")],
)
def test_words_that_do_not_fit_are_refused(word: str, asked: tuple[str, ...], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        ladder.choose(asked, replace(Options(), counters=word))


def test_the_command_line_says_so() -> None:
    given = {name: default for name, (default, _) in arguments.MEASURE.items()}
    assert arguments.read("aes", given)[1].counters == "auto"
    assert arguments.read("aes", given | {"counters": "callgrind"})[1].counters == "callgrind"


def test_a_machine_where_perf_may_not_count_has_no_pmu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counters, "unavailable", lambda: Missing("denied", "", ""))
    monkeypatch.setattr(counters, "pmu_missing", lambda perf: "")
    assert not ladder.pmu_counts()
