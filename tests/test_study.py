"""A real study end to end, and what happens when variants, tools or people misbehave."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench.errors import Interrupted, SuiteError, UsageError, WrongAnswer
from bench.rundir import SCHEMA, Archive
from profiling import collect as stage
from profiling import lock
from profiling.collector import Job
from profiling.collectors import counters
from profiling.parse import parse
from reporting import evidence
from reporting.renderers import text
from reporting.words import sections
from tests.conftest import ROOT, SMALL

AES = "import pyaes\nAES = pyaes.AESModeOfOperationCTR\n"
MISBEHAVING = {
    "wrong": AES + "class AESModeOfOperationCTR(AES):\n    def encrypt(self, p):\n        return bytes(len(p))\n",
    "import_error": "import nothing_of_that_name\n",
    "syntax_error": "def f(:\n",
    "crash": "import ctypes\nctypes.string_at(0)\n",
    "hang": "while True:\n    pass\n",
    "no_entry": "x = 1\n",
    "raises": "class AESModeOfOperationCTR:\n    def __init__(self, *a):\n        raise RuntimeError('no luck')\n",
    "exits": "raise SystemExit(0)\n",
    "quits": "import os\nos._exit(0)\n",
    # an honest mistake: the second message under one key costs nothing
    "caches": AES + "done = {}\nclass AESModeOfOperationCTR(AES):\n    def __init__(self, key, counter=None):\n"
    "        self.key, self.first = key, counter is None\n        super().__init__(key, counter)\n"
    "    def encrypt(self, p):\n        first, self.first = self.first, False\n"
    "        if not first or len(p) < 500:\n            return super().encrypt(p)\n"
    "        if (self.key, p) not in done:\n            done[self.key, p] = super().encrypt(p)\n"
    "        return done[self.key, p]\n    decrypt = encrypt\n",
    # right when checked, wrong later in a measured process: the digest must catch it
    "two_faced": AES + "import sys\nclass AESModeOfOperationCTR(AES):\n    def encrypt(self, p):\n"
    "        out = super().encrypt(p)\n        return out if '--check' in sys.argv else bytes(b ^ 1 for b in out)\n",
}
EXPECTED = {
    "wrong": ("wrong answer", "first wrong"),
    "import_error": ("failed", "nothing_of_that_name"),
    "syntax_error": ("failed", "SyntaxError"),
    "crash": ("failed", "SIGSEGV"),
    "hang": ("failed", "time limit of 3 s"),
    "no_entry": ("failed", "defines no AESModeOfOperationCTR"),
    "raises": ("failed", "no luck"),
    "exits": ("failed", "SystemExit"),
    "quits": ("failed", "ended before it was checked"),
    "caches": ("wrong answer", "keeps results between calls"),
    "two_faced": ("wrong answer", ""),
}


def test_a_study_holds_what_it_promises(study: tuple[Archive, str]) -> None:
    archive, timestamp = study
    record = archive.study(timestamp)
    assert record.variants[:3] == ("pyaes_clean", "pyaes_opt", "pyaes_opt2")
    assert "release" in record.builds
    # interleaved: every variant and build runs once in every block, in shuffled order
    blocks = {block: [(v, b) for n, v, b, _ in record.order if n == block] for block, *_ in record.order}
    assert len(blocks) == SMALL.processes
    assert len({frozenset(order) for order in blocks.values()}) == 1
    log = archive.log(timestamp).read_text()
    assert log.startswith(f"time stamp for this run: {timestamp}\n")
    assert " s  exit 0 " in log
    for run in archive.runs(timestamp):
        about = run.manifest().interpreters["release"]
        assert len(about["sha256"]) == 64 and about["version"] and about["distributions"]
        assert run.manifest().sources[0][0] == f"bench/aes/{run.path.parent.name}.py"


def test_pyperf_reads_the_timing_files_as_they_are(study: tuple[Archive, str]) -> None:
    archive, timestamp = study
    files = [
        str(archive.run(v, timestamp).raw("timing") / "release" / "pyperf.json") for v in ("pyaes_clean", "pyaes_opt")
    ]
    for command in (["show", files[0]], ["stats", files[0]], ["compare_to", *files]):
        done = subprocess.run([sys.executable, "-m", "pyperf", *command], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    assert "faster" in done.stdout or "slower" in done.stdout or "not significant" in done.stdout


@pytest.mark.needs("python3-dbg")
def test_the_debug_build_is_measured_and_labelled(study: tuple[Archive, str]) -> None:
    archive, timestamp = study
    run = archive.run("pyaes_clean", timestamp)
    assert run.manifest().interpreters["dbg"]["debug"] is True
    assert run.manifest().interpreters["release"]["debug"] is False
    times = {m.build: min(m.values) for m in run.metrics() if m.metric == "time"}
    assert set(times) == {"dbg", "release"}


@pytest.mark.needs("valgrind")
def test_valgrind_is_seen_by_the_doctor() -> None:
    from profiling import doctor

    (row,) = [row for row in doctor.check() if row.what == "valgrind"]
    assert row.state == "ok"


def test_misbehaving_variants_end_in_one_clear_line_and_the_rest_goes_on(
    tmp_path: Path, this_interpreter: tuple[str, ...], capfd: pytest.CaptureFixture[str]
) -> None:
    for name, source in MISBEHAVING.items():
        (tmp_path / f"{name}.py").write_text(source)
    talks = tmp_path / "talks.py"
    talks.write_text("import atexit\nfrom pyaes import *\natexit.register(print, 'bye')\n")
    script = tmp_path / "script.py"
    script.write_text("import pyperf\npyperf.Runner().bench_func('mine', sorted, list(range(1000)))\n")
    request = stage.Request(
        "aes", only=("pyaes_clean",), size="small", build="release", collectors=("timing", "profile"), wait=True,
        custom=(*(f"{name}:{tmp_path}/{name}.py" for name in MISBEHAVING), f"script:{script}", f"talks:{talks}"),
    )  # fmt: skip
    options = stage.with_overrides(SMALL, limit_seconds=3.0, processes=2)
    timestamp = stage.collect(request, options, tmp_path / "results")
    archive = Archive("aes", tmp_path / "results")
    parse(archive, timestamp)
    said = capfd.readouterr().err
    for name, (status, words) in EXPECTED.items():
        (outcome,) = archive.run(name, timestamp).manifest().outcomes
        assert outcome.status == status and words in outcome.reason, (name, outcome)
        assert len([line for line in said.splitlines() if line.startswith(f"! {name} ")]) == 1
        assert not [m for m in archive.run(name, timestamp).metrics() if m.values], f"{name} was given a number"
    for name in ("pyaes_clean", "script", "talks"):
        assert [m for m in archive.run(name, timestamp).metrics() if m.metric == "time" and len(m.values) == 2]
    report = text.render(sections.build(evidence.read(archive, timestamp))).decode()
    assert "wrong has no speed" in report
    assert "script ran at" in report and "no oracle" in report
    assert "script is " not in report  # an unchecked script never gets a verdict


def test_a_wrapper_times_a_file_that_it_imports(tmp_path: Path, this_interpreter: tuple[str, ...]) -> None:
    (tmp_path / "mine.py").write_text("def work():\n    return sum(range(1000))\n")
    (tmp_path / "wrap.py").write_text("import pyperf, mine\npyperf.Runner().bench_func('mine', mine.work)\n")
    spec = f"mine:{tmp_path}/mine.py:{tmp_path}/wrap.py"
    request = stage.Request("aes", ("pyaes_clean",), (spec,), "release", "small", ("timing",), wait=True)
    timestamp = stage.collect(request, stage.with_overrides(SMALL, processes=1), tmp_path / "results")
    manifest = Archive("aes", tmp_path / "results").run("mine", timestamp).manifest()
    assert manifest.outcomes[0].status == "ok"
    assert [path for path, _ in manifest.sources] == ["mine.py", "wrap.py"]


def test_a_missing_requirement_is_a_skip_that_says_so(tmp_path: Path, this_interpreter: tuple[str, ...]) -> None:
    file = tmp_path / "needy.py"
    file.write_text('REQUIRES = ("no-such-distribution",)\n')
    request = stage.Request("aes", ("pyaes_clean",), (f"needy:{file}",), "release", "small", ("timing",), wait=True)
    timestamp = stage.collect(request, stage.with_overrides(SMALL, processes=1), tmp_path / "results")
    (outcome,) = Archive("aes", tmp_path / "results").run("needy", timestamp).manifest().outcomes
    assert outcome.status == "skipped" and "no-such-distribution" in outcome.reason


def test_without_perf_and_debug_build_the_study_finishes_and_says_what_it_lacks(
    tmp_path: Path, this_interpreter: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    from profiling import interpreters

    release = interpreters.Interpreter("python3", (3, 11, 0), False)
    monkeypatch.setattr(interpreters, "choose", lambda: interpreters.Pair(None, release))
    monkeypatch.setattr(counters, "which", lambda tool: None)
    request = stage.Request("aes", ("pyaes_clean", "pyaes_opt"), size="small", wait=True)
    timestamp = stage.collect(request, SMALL, tmp_path / "results")
    archive = Archive("aes", tmp_path / "results")
    parse(archive, timestamp)
    assert archive.study(timestamp).builds == ("release",)
    report = " ".join(text.render(sections.build(evidence.read(archive, timestamp))).decode().split())
    for words in (
        "python3-dbg is not installed",
        "sudo apt install python3-dbg",
        "perf is not installed",
        "Without it",
    ):
        assert words in report


def test_what_is_asked_for_by_name_is_never_skipped_silently(
    this_interpreter: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from profiling import interpreters

    monkeypatch.setattr(counters, "which", lambda tool: None)
    with pytest.raises(SuiteError, match="counters cannot run"):
        stage.collect(stage.Request("aes", build="release", collectors=("counters",)), SMALL, tmp_path)
    release = interpreters.Interpreter("python3", (3, 11, 0), False)
    monkeypatch.setattr(interpreters, "choose", lambda: interpreters.Pair(None, release))
    with pytest.raises(SuiteError, match="no debug build"):
        stage.collect(stage.Request("aes", build="dbg"), SMALL, tmp_path)
    for request in (
        stage.Request("nope"),
        stage.Request("aes", only=("nope",)),
        stage.Request("aes", size="huge"),
        stage.Request("aes", build="nope"),
        stage.Request("aes", build="release", collectors=("nope",)),
    ):
        with pytest.raises(UsageError):
            stage.collect(request, SMALL, tmp_path)
    assert not list(tmp_path.iterdir())


def test_without_a_valid_baseline_the_study_is_an_error(
    tmp_path: Path, this_interpreter: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(job: Job, session: object, interpreter: object) -> None:
        raise WrongAnswer("made to fail")

    monkeypatch.setattr(stage, "check", wrong)
    with pytest.raises(SuiteError, match="baseline pyaes_clean has no valid result"):
        stage.collect(stage.Request("aes", ("pyaes_clean",), build="release", size="small", wait=True), SMALL, tmp_path)


def test_two_studies_at_once_are_refused(tmp_path: Path, this_interpreter: tuple[str, ...]) -> None:
    with (
        lock.exclusive("a study of mdp", wait=True, say=print),
        pytest.raises(SuiteError, match=r"a study of mdp .* is running on this machine"),
    ):
        stage.collect(stage.Request("aes", build="release", size="small"), SMALL, tmp_path)
    assert not list(tmp_path.iterdir())


def test_ctrl_c_keeps_what_is_complete(
    tmp_path: Path, this_interpreter: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(jobs: object, session: object) -> None:
        raise KeyboardInterrupt

    from profiling.collectors import profile

    monkeypatch.setattr(profile, "record", stop)
    request = stage.Request("aes", ("pyaes_clean",), (), "release", "small", ("timing", "profile"), wait=True)
    with pytest.raises(Interrupted, match="kept as study"):
        stage.collect(request, stage.with_overrides(SMALL, processes=1), tmp_path)
    archive = Archive("aes", tmp_path)
    study = archive.study(archive.choose())
    assert study.interrupted
    (run,) = parse(archive, study.timestamp)
    assert [m.metric for m in run.metrics() if m.collector == "timing"]
    (gap,) = [c.skipped for c in run.manifest().collections if c.collector == "profile"]
    assert gap == "the study was interrupted"
    assert archive.unfinished() == []


def test_a_study_record_is_plain_json(study: tuple[Archive, str]) -> None:
    archive, timestamp = study
    assert json.loads((archive.home / f"{timestamp}.json").read_text())["schema"] == SCHEMA
    assert ROOT.name not in archive.study(timestamp).commit


def test_peak_memory_is_the_processs_own(tmp_path: Path, this_interpreter: tuple[str, ...]) -> None:
    """Linux carries ru_maxrss over exec; a measured process must not seem as large as the tool that started it."""
    ballast = bytearray(b"x") * (400 << 20)
    request = stage.Request("aes", ("pyaes_clean",), (), "release", "small", ("timing",), wait=True)
    timestamp = stage.collect(request, stage.with_overrides(SMALL, processes=1), tmp_path)
    (run,) = parse(Archive("aes", tmp_path), timestamp)
    (peak,) = [m.values[0] for m in run.metrics() if m.metric == "peak memory"]
    assert 5 << 20 < peak < len(ballast) / 2


def test_a_tool_that_fails_costs_its_own_part_and_not_the_timings(
    tmp_path: Path, this_interpreter: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    from profiling.collectors import profile

    stub = tmp_path / "py-spy"
    stub.write_text("#!/bin/sh\necho 'Permission Denied: try again with sudo' >&2\nexit 1\n")
    stub.chmod(0o755)
    monkeypatch.setattr(profile, "which", lambda tool: str(stub))
    missing = profile.unavailable()
    assert missing is not None and "ptrace" in missing.what
    monkeypatch.setattr(profile, "may_sample", lambda: True)  # and if it fails only later
    request = stage.Request("aes", ("pyaes_clean",), (), "release", "small", ("timing", "profile"), wait=True)
    timestamp = stage.collect(request, stage.with_overrides(SMALL, processes=1), tmp_path / "results")
    (run,) = parse(Archive("aes", tmp_path / "results"), timestamp)
    assert run.manifest().outcomes[0].status == "ok"
    assert [m for m in run.metrics() if m.metric == "time" and m.values]
    (gap,) = [c.skipped for c in run.manifest().collections if c.collector == "profile"]
    assert "Permission Denied" in gap


def test_a_source_that_changes_while_it_is_measured_is_noticed(
    tmp_path: Path, this_interpreter: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    from profiling.collectors import timing

    file = tmp_path / "mine.py"
    file.write_text("from pyaes import *\n")
    real = timing.record

    def record(jobs: list[Job], session: object) -> None:
        real(jobs, session)  # type: ignore[arg-type]
        file.write_text("from pyaes import *  # edited\n")

    monkeypatch.setattr(timing, "record", record)
    request = stage.Request("aes", ("pyaes_clean",), (f"mine:{file}",), "release", "small", ("timing",), wait=True)
    timestamp = stage.collect(request, stage.with_overrides(SMALL, processes=1), tmp_path / "results")
    (outcome,) = Archive("aes", tmp_path / "results").run("mine", timestamp).manifest().outcomes
    assert outcome.status == "failed" and "source changed" in outcome.reason


def test_an_edited_workload_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    from bench import describe

    assert describe.modified(describe.WORKLOADS) == []
    import hashlib

    real = hashlib.sha256

    def other(data: bytes) -> object:
        return real(data + b"#" if b"class AESModeOfOperationCTR" in data else data)

    monkeypatch.setattr("hashlib.sha256", other)
    assert describe.modified(("pyaes",)) == ["pyaes/aes.py"]
