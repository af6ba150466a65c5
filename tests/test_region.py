"""What counts as the region: warm-ups never do, and each block has an environment of its own."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from bench import region
from bench.model import Outcome
from bench.region import Region
from bench.rundir import Archive
from profiling.collector import Session
from profiling.options import Options
from profiling.parse import parse_run
from profiling.process import Log
from profiling.progress import Progress
from tests.conftest import ROOT


@pytest.mark.parametrize(("warm_ups", "counted"), [(0, 3), (1, 2), (2, 1)])
def test_warm_ups_are_not_counted(warm_ups: int, counted: int, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []
    monkeypatch.setattr(Region, "_send", lambda self, command: sent.append(command))
    monkeypatch.setattr(Region, "entered", 0)
    monkeypatch.setenv(region.CONTROL, "ctl,ack")
    monkeypatch.setenv(region.SKIP, str(warm_ups))
    for _ in range(3):
        with Region():  # pyperf makes an object for the warm-ups and another for the values
            pass
    assert sent == ["enable", "disable"] * counted


def test_without_a_listener_nothing_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(region.CONTROL, raising=False)
    monkeypatch.setattr("builtins.print", lambda *words, **how: pytest.fail("nobody listens"))
    with Region():
        pass


def test_only_values_run_below_the_frame_that_marks_the_region(tmp_path: Path) -> None:
    code = (
        "import sys; from bench import __main__ as m, discover, subject as s; from bench.model import Workload; calls = []\n"
        "def run(loops):\n    calls.append(sys._getframe(1).f_code.co_name); return 0.001\n"
        "target = s.parse_target('mdp/mdp_clean@small'); answer = lambda: 0.6376372538442499\n"
        "subject = s.Subject(discover.family('mdp'), target, s.find(target, None, None))\n"
        f"args = ['--worker', '-w', '1', '-n', '2', '-l', '1', '-q', '-o', {str(tmp_path / 'x.json')!r}]\n"
        "m.measure(Workload(run, answer), subject, args, [], answer)\n"
        "print(calls)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[-1] == "['warm_up', 'measured', 'measured']", done.stderr
    assert "answer 0.637637254" in done.stdout


def test_counts_are_divided_by_the_iterations_that_were_run(study: tuple[Archive, str]) -> None:
    """plan.json, which parsing divides by, says what the commands in the log said."""
    archive, timestamp = study
    log = archive.log(timestamp).read_text()
    for run in archive.runs(timestamp):
        for plan in (run.path / "raw" / "counters").glob("*/plan.json"):
            commands = [line for line in log.splitlines() if str(plan.parent) in line and "perf stat" in line]
            loops = {int(re.findall(r"-n 1 -l (\d+) ", line)[0]) for line in commands}
            assert loops == {json.loads(plan.read_text())["iterations"]}


def test_a_failed_variant_gets_no_measurement_even_if_raw_files_exist(study: tuple[Archive, str]) -> None:
    archive, timestamp = study
    run = archive.run("pyaes_opt", timestamp)
    manifest = run.manifest()
    assert parse_run(run)[0]
    failed = tuple(Outcome(o.build, "wrong answer", "x") for o in manifest.outcomes)

    class Failed(type(run)):  # type: ignore[misc]
        def manifest(self) -> object:
            return replace(manifest, outcomes=failed)

    assert parse_run(Failed(run.path)) == ([], [])


def test_blocks_differ_in_hash_seed_and_padding_and_variants_of_a_block_do_not() -> None:
    session = Session("20260101_000000", Options(), Log(io.StringIO()), Progress("x"))
    blocks = [session.environment("release", block) for block in range(5)]
    assert len({b["PYTHONHASHSEED"] for b in blocks}) == 5
    assert len({len(b["BENCH_PADDING"]) for b in blocks}) > 1
    assert session.environment("release", 3) == blocks[3]
