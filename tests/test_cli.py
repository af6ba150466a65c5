"""The commands that people type, as processes of their own."""

from __future__ import annotations

import itertools
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bench import discover
from bench.errors import Interrupted
from bench.hardware import designs
from bench.rundir import Archive
from profiling import lock
from tests.conftest import ROOT

WIDEST = 100  #: columns of what a terminal gets
INVOKE = [sys.executable, "-m", "invoke"]
SMALL = ["--bench", "aes", "--build", "release", "--size", "small", "--fast", "--wait"]


def invoke(*words: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*INVOKE, *words], cwd=ROOT, capture_output=True, text=True, check=False, env=os.environ | env
    )


def nox(*words: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "nox", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | env,
    )


TASKS = (
    "list",
    "doctor",
    "profile",
    "parse",
    "render",
    "pdf",
    "slides",
    "run",
    "verify",
    "compare",
    "prompts",
    "script",
    "index",
    "clean",
    "calibrate",
    "show",
    "whatif",
)


def test_every_task_is_listed_and_every_argument_has_help() -> None:
    listed = invoke("--list").stdout
    for task in TASKS:
        assert f"  {task} " in listed
        shown = invoke("--help", task).stdout
        assert max(len(line.strip()) for line in shown.splitlines()) <= WIDEST, f"{task}: its help is too wide"
        lines = shown.partition("Options:")[2].splitlines()
        options = [line for line in lines if line.strip().startswith("-")]
        for index, line in enumerate(lines):
            if line in options:
                assert re.match(r" +(-[ab]|--[a-z][a-z-]+[a-z])( |=|$)", line), f"{task}: {line.strip()} is no option"
                told = line.strip().split("   ")[1:] or lines[index + 1 : index + 2]
                assert any(part.strip() for part in told), f"{task}: {line.strip()} has no help"


@pytest.mark.parametrize("columns", ["60", "250"])
def test_the_list_of_families_fits_and_loses_no_word(columns: str) -> None:
    shown = invoke("list", COLUMNS=columns).stdout
    assert max(map(len, shown.splitlines())) <= min(int(columns), WIDEST)
    words = " ".join(shown.split())
    for name in discover.families():
        assert all(f"{v.name} {v.summary}" in words for v in discover.variants(name).values())
        assert all(f"{d.name} {d.summary} (accelerator)" in words for d in designs(name).values() if not d.point)


@pytest.mark.parametrize(
    ("words", "what", "how"),
    [
        (("show",), "invoke show needs --bench", "invoke show --bench aes (families: aes, mdp"),
        (("adopt", "--bench", "x"), "invoke adopt needs --results-dir", "invoke adopt --results-dir RESULTS-DIR"),
        (("compare", "newest"), "invoke compare needs two studies, A and B", "invoke compare newest~1 newest"),
        (("show", "--help"), "invoke show has no option --help", "invoke --help show"),
        (("whatif", "--bench", "aes", "--desing", "x"), "invoke whatif has no option --desing", "invoke --help whatif"),
        (("hardware", "aes"), "invoke hardware does not take the word 'aes'", "Write it as --bench aes."),
        (("hardware", "other"), "invoke hardware does not take the word 'other'", "invoke --help hardware"),
        (("harware",), "there is no task 'harware'", "invoke --list"),
        (("hardware", "--seeds"), "--seeds needs a value", "invoke --help hardware"),
    ],
)
def test_what_is_missing_is_said_in_two_sentences(words: tuple[str, ...], what: str, how: str) -> None:
    done = invoke(*words)
    said = done.stderr.splitlines()
    assert (done.returncode, done.stdout, len(said)) == (2, "", 2), done.stderr
    assert said[0] == f"error: {what}" and how in said[1]


def test_a_session_per_family_is_discovered() -> None:
    shown = nox("--list").stdout
    for session in ("aes", "mdp", "tests", "lint", "dev", "dbg", "release", "hardware", "hardware_tools"):
        assert f" {session} ->" in shown


def test_a_missing_debug_interpreter_is_never_a_silent_skip() -> None:
    done = nox("-s", "dbg", BENCH_DEBUG_PYTHON="none")
    assert done.returncode != 0
    assert "apt install python3-dbg" in done.stderr + done.stdout


def test_a_wrong_interpreter_is_explained() -> None:
    done = nox("-s", "dbg", BENCH_DEBUG_PYTHON="/bin/true")
    assert done.returncode != 0
    assert "is not a debug build" in done.stderr + done.stdout


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("profile", "--bench", "nope"), 2, "no benchmark family is named 'nope'"),
        (("profile", "--bench", "aes", "--flush", "lots"), 2, "--flush 'lots' is not a size"),
        (("profile", "--bench", "aes", "--processes", "0"), 2, "--processes '0' is not a whole number"),
        (("profile", "--bench", "aes", "--time-limit", "abc"), 2, "--time-limit 'abc' is not a whole number"),
        (("profile", "--bench", "aes", "--size", "huge"), 2, "aes has no size 'huge'"),
        (("render", "--bench", "aes", "--report-dir", "/proc/nowhere", "STUDY"), 1, "/proc/nowhere"),
        (("profile", "--bench", "aes", "--variant", "x"), 2, "--variant 'x'"),
        (("parse", "--bench", "aes", "--timestamp", "19990101_000000", "STUDY"), 2, "no study with timestamp"),
        (("render", "--bench", "aes", "--results-dir", "/nonexistent"), 1, "holds no finished study"),
        (("render", "--bench", "aes", "--baseline", "nope", "STUDY"), 1, "has no variant 'nope'"),
        (("render", "--bench", "aes", "--formats", "docx", "STUDY"), 2, "no renderer is named 'docx'"),
    ],
)
def test_a_mistake_ends_in_two_sentences(
    words: tuple[str, ...], code: int, said: str, study: tuple[Archive, str]
) -> None:
    root = f"--results-dir={study[0].root}"
    done = invoke(*(root if word == "STUDY" else word for word in words))
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert len([line for line in done.stderr.splitlines() if not line.startswith("study ")]) == 2


def test_all_stages_by_hand(tmp_path: Path) -> None:
    where = ["--results-dir", str(tmp_path / "results")]
    done = invoke("profile", *SMALL, "--only", "pyaes_opt", "--flush", "1MiB", *where)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("measured: ")
    assert "timing" in done.stderr and "\x1b[" not in done.stderr  # plain lines where there is no terminal
    assert invoke("parse", "--bench", "aes", *where).returncode == 0
    reports, papers = tmp_path / "reports", tmp_path / "papers"
    shown = invoke("render", "--bench", "aes", "--transpose", "--geomean", "--report-dir", str(reports), *where)
    assert shown.returncode == 0, shown.stderr
    refused = invoke("pdf", "--bench", "aes", "--report-dir", str(papers), *where)  # few processes support no claim
    assert refused.returncode == 1 and "benchmark_reports/aes.md:" in refused.stderr and not papers.exists()
    told = invoke("render", "--bench", "aes", "--formats", "pdf", "--report-dir", str(papers), *where)
    assert told.returncode == 0 and "So the report was generated." in told.stdout
    stamp = Archive("aes", tmp_path / "results").choose()
    for path in (
        reports / f"aes_results_{stamp}" / "index.html",
        reports / f"aes_results_{stamp}" / "report.xlsx",
        reports / f"aes_results_{stamp}" / "report.json",
        reports / "assets" / "plotly-basic.min.js",
        reports / "report_aes.txt",
        reports / "index.html",
        papers / "aes.pdf",
    ):
        assert path.stat().st_size > 1000, path
    assert (papers / "aes.pdf").read_bytes().startswith(b"%PDF")


def test_a_killed_study_spoils_nothing(tmp_path: Path) -> None:
    """SIGKILL in the middle: earlier runs stay intact, the broken one is no run, the next starts cleanly."""
    where = ["--results-dir", str(tmp_path)]
    words = [*SMALL, "--only", "pyaes_clean", "--collectors", "timing", *where]
    assert invoke("profile", *words, "--processes", "1").returncode == 0
    archive = Archive("aes", tmp_path)
    (first,) = archive.timestamps()
    before = {p: p.read_bytes() for p in archive.home.rglob("*") if p.is_file()}
    child = subprocess.Popen([*INVOKE, "profile", *words, "--processes", "50"], cwd=ROOT, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not any("--worker" in p.read_text() for p in archive.home.glob("*.log") if p.stem != first):
        assert time.monotonic() < deadline, "the study never began to measure"
        time.sleep(0.05)
    child.send_signal(signal.SIGKILL)
    child.wait()
    assert archive.timestamps() == [first]
    assert {p: p.read_bytes() for p in before} == before
    assert archive.unfinished()
    assert invoke("parse", "--bench", "aes", *where).returncode == 0
    assert invoke("profile", *words, "--processes", "1").returncode == 0
    assert len(archive.timestamps()) == 2
    assert "removed" in invoke("clean", "--bench", "aes", *where).stdout
    assert archive.unfinished() == []
    assert {
        p: p.read_bytes() for p in before if p.name not in ("metrics.json", "metrics.csv")
    }.items() <= before.items()


def test_clean_never_touches_a_study_that_runs() -> None:
    with lock.exclusive("a study of aes", wait=True, say=print):
        done = invoke("clean")
    assert done.returncode == 1 and "a study of aes" in done.stderr


def test_who_waits_is_told_for_how_long_and_that_nothing_was_started(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    clock = itertools.count(0.0, 45.0)

    def sleep(seconds: float) -> None:
        if len(said) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(lock, "monotonic", lambda: next(clock))
    monkeypatch.setattr(lock, "sleep", sleep)
    with (
        lock.exclusive("a study of aes", wait=True, say=print),
        pytest.raises(Interrupted, match="nothing was started"),
        lock.exclusive("a study of mdp", wait=True, say=said.append),
    ):
        pytest.fail("both hold the machine")
    assert said[0].startswith("waiting for a study of aes (process")
    assert [re.findall(r"for (\d) min now: a study of aes .* still runs", line) for line in said[1:]] == [["2"], ["4"]]


def test_ctrl_c_leaves_a_consistent_archive(tmp_path: Path) -> None:
    where = ["--results-dir", str(tmp_path)]
    words = [*SMALL, "--only", "pyaes_clean", "--collectors", "timing", "--processes", "500", *where]
    child = subprocess.Popen(
        [*INVOKE, "profile", *words], cwd=ROOT, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a shell's background job ignores Ctrl-C
    )  # fmt: skip
    archive = Archive("aes", tmp_path)
    deadline = time.monotonic() + 60
    while not any(p.read_text().count("--worker") > 9 for p in archive.home.glob("*.log")):
        assert time.monotonic() < deadline, "the study never began to measure"
        time.sleep(0.05)
    child.send_signal(signal.SIGINT)
    try:
        _, said = child.communicate(timeout=30)
    finally:
        child.kill()
    assert child.returncode == 130
    assert "kept as study" in said and "Traceback" not in said
    assert archive.study(archive.choose()).interrupted
    assert invoke("parse", "--bench", "aes", *where).returncode == 0
