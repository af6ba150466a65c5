"""What explains a number: exact counts, bytecode, allocations and call trees, each tool driven for real."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest

from bench import exact
from bench.errors import WrongAnswer
from bench.model import Listing, Measurement
from bench.rundir import Archive
from profiling import arguments, bytecode
from profiling import collect as stage
from profiling.collectors import memory
from profiling.parse import parse
from profiling.process import Done
from reporting import evidence
from reporting.renderers import html, text
from reporting.words import listings, sections
from tests.conftest import ROOT, SMALL

GOLDEN = Path(__file__).parent / "golden"
ADAPTIVE = sys.version_info >= (3, 11)
WORK = """
def add(numbers):
    total = 0
    for number in numbers:
        total = total + number
    return total


def run(loops):
    for _ in range(loops):
        add([1, 2, 3])
        add(list(range(50)))
    return 1.0
"""
AES = "import pyaes\nAES = pyaes.AESModeOfOperationCTR\n"
#: right when checked by --check; wrong in any other process
TWO_FACED = (
    AES + "import sys\nclass AESModeOfOperationCTR(AES):\n    def encrypt(self, p):\n"
    "        out = super().encrypt(p)\n        return out if '--check' in sys.argv else bytes(b ^ 1 for b in out)\n"
)
NAME = "<script>alert(1)</script>"
#: right, and with names that a terminal, a page or a profile could choke on
HOSTILE = (
    AES + "def job(byte):\n    return byte\n"
    f"odd = '{NAME};\\x1b[31m\\n x'\n"
    "job.__code__ = job.__code__.replace(co_name=odd, co_filename='/dev/zero')\n"
    "if hasattr(job.__code__, 'co_qualname'):\n    job.__code__ = job.__code__.replace(co_qualname=odd)\n"
    "class AESModeOfOperationCTR(AES):\n    def encrypt(self, p):\n        return bytes([job(b) for b in super().encrypt(p)])\n"
)


def bench(*words: str, seed: str = "1") -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "bench", *words]
    env = os.environ | {"PYTHONHASHSEED": seed}
    return subprocess.run(argv, cwd=ROOT, env=env, capture_output=True, text=True, check=False)


def observed(tmp_path: Path) -> dict[str, Any]:
    """Exact counts of WORK, which are known."""
    file = tmp_path / "work.py"
    file.write_text(WORK)
    spec = importlib.util.spec_from_file_location("work", file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: dict[str, Any] = json.loads(json.dumps(exact.count(module.run)))
    return found


def test_calls_and_lines_are_counted_exactly(tmp_path: Path) -> None:
    found = observed(tmp_path)
    calls = {name: count for name, file, _, count in found["calls"] if file == "work.py"}
    assert calls == {"add": 2, "run": 1}
    hits = {line: (hits, text) for file, line, _, hits, text in found["lines"] if file == "work.py"}
    assert hits[5] == (53, "total = total + number")
    assert hits[6] == (2, "return total")
    assert hits[10][0] == 2 and hits[12][0] == 1
    assert str(tmp_path) not in json.dumps(found)


def test_the_hottest_function_is_shown_as_it_was_specialised(tmp_path: Path) -> None:
    code = observed(tmp_path)["bytecode"]
    assert (code["function"], code["file"], code["adaptive"]) == ("add", "work.py", ADAPTIVE)
    kinds = {name: kind for *_, name, _, kind in code["rows"]}
    if ADAPTIVE:
        assert kinds["BINARY_OP_ADD_INT"] == "specialised"
    else:
        assert set(kinds.values()) == {""}


def test_two_runs_count_the_same_whatever_the_hash_seed(tmp_path: Path) -> None:
    records = []
    for seed in ("1", "2"):
        out = tmp_path / f"{seed}.json"
        done = bench("aes/pyaes_clean@small", "--exact", str(out), seed=seed)
        assert done.returncode == 0 and done.stdout.startswith("answer "), done.stderr
        records.append(json.loads(out.read_text()))
    for part in ("calls", "lines", "bytecode"):
        assert records[0][part] == records[1][part]
    assert " at 0x" not in json.dumps(records[0])
    # 63 blocks of 16 bytes, encrypted and decrypted
    (blocks,) = [c[3] for c in records[0]["calls"] if c[0].endswith("encrypt") and c[2] == 203]
    assert blocks == 126


def test_addresses_and_paths_leave_an_instruction() -> None:
    code = '<code object f at 0x7f00, file "/home/me/a b.py", line 3>'
    assert exact._without_addresses(code) == "<code object f>"
    assert (
        exact._without_addresses("<built-in method x of type object at 0x7F>") == "<built-in method x of type object>"
    )


def rows(number: int, hot: range) -> list[list[Any]]:
    kinds = ("specialised", "generic", "")
    return [[i // 4, 1000 if i in hot else 1, 2 * i, "BINARY_OP", "^", kinds[i % 3]] for i in range(number)]


def derived(found: dict[str, Any]) -> tuple[list[Measurement], Listing]:
    *measured, listing = bytecode.derive("exact", "release", found, "3.x", "")
    assert isinstance(listing, Listing)
    return [m for m in measured if isinstance(m, Measurement)], listing


def test_of_a_long_function_the_hot_loop_is_shown() -> None:
    found = {"function": "f", "file": "a.py", "line": 1, "adaptive": True, "rows": rows(300, range(120, 160))}
    (share,), listing = derived(found)
    assert share.values == pytest.approx((50.0,)) and share.better == "higher"
    lines = listing.text.splitlines()
    assert len(lines) <= bytecode.SHOWN + 3
    assert " 240 * BINARY_OP" in listing.text and " 318 * BINARY_OP" in listing.text  # the whole of it
    assert "100 instructions before these are left out" in listing.text.replace("... ", "")
    assert "140 instructions after these are left out" in lines[-1]
    assert "100 BINARY_OP ^" in listing.caption
    never = [[999, 0, 999, "CALL", "", "generic"]] * 50
    (same,), again = derived(found | {"rows": rows(300, range(120, 160)) + never})
    assert same.values == share.values and "CALL" not in again.caption  # what never ran could not be specialised
    short = derived(found | {"rows": rows(9, range(3))})[1]
    assert "left out" not in short.text


def test_without_an_adaptive_interpreter_the_share_is_missing_and_not_zero() -> None:
    found = {"function": "f", "file": "a.py", "line": 1, "adaptive": False, "rows": [[1, 1, 0, "BINARY_XOR", "", ""]]}
    (share,), listing = derived(found)
    assert share.values == () and "no adaptive interpreter" in share.missing
    assert listing.title.startswith("Bytecode of f") and "no adaptive interpreter" in listing.caption


def test_a_summary_of_memray_keeps_no_path_and_reads_odd_places() -> None:
    found = memory.summary(json.loads((GOLDEN / "memray_stats.json").read_text()))
    assert (found["allocations"], found["bytes"], found["peak_bytes"]) == (7, 3000, 1234)
    assert found["sites"] == [
        ["encrypt", "pyaes/aes.py", 219, 2000, 2, ""],
        ["<script>", "a:b c.py", 7, 900, 1, ""],
        ["<unknown>", "", 0, 100, 4, ""],
    ]
    assert "/home" not in json.dumps(found)


def test_a_real_study_explains_itself(study: tuple[Archive, str]) -> None:
    archive, timestamp = study
    run = archive.run("pyaes_clean", timestamp)
    listings = {(listing.title.split(" of ")[0], listing.build): listing for listing in run.listings()}
    calls = {row[0]: row[-1] for row in listings["Calls (exact)", "release"].rows}
    assert 126 in calls.values()
    assert any("self.T1[(t[ i" in str(row[-1]) for row in listings["Line hits (exact)", "release"].rows)
    assert ("Specialised bytecode" if ADAPTIVE else "Bytecode", "release") in listings
    sites = listings["Allocations", "release"].rows
    assert sites[0][2] == max(row[2] for row in sites) and any("pyaes/aes.py" in str(row[0]) for row in sites)
    tree = listings["Call tree", "release"].text
    assert "encrypt (pyaes/aes.py:565)" in tree and "bench/calltree.py" not in tree
    found = {(m.metric, m.build): m for m in run.metrics()}
    assert found["lines executed per iteration (small size)", "release"].values[0] > 60_000
    assert found["allocations per iteration (small size)", "release"].values[0] > 50_000
    assert not list(run.path.rglob("*.bin")) and not list(run.path.rglob("*.stats"))
    assert [c.skipped for c in run.manifest().collections if (c.collector, c.build) == ("exact", "dbg")] in (
        [],
        ["done on the release build only"],
    )


@pytest.mark.needs("python3-dbg")
def test_memory_is_watched_on_the_debug_build_too(study: tuple[Archive, str]) -> None:
    archive, timestamp = study
    run = archive.run("pyaes_clean", timestamp)
    peaks = {m.build: m.values[0] for m in run.metrics() if m.metric.startswith("peak heap")}
    assert set(peaks) == {"release", "dbg"} and min(peaks.values()) > 10_000


@pytest.mark.parametrize("observer", ["exact", "memory", "calltree"])
def test_a_wrong_answer_is_caught_under_every_observer(observer: str, tmp_path: Path) -> None:
    file = tmp_path / "two_faced.py"
    file.write_text(TWO_FACED)
    out = tmp_path / "out.json"
    done = bench("aes/two_faced@small", "--file", str(file), f"--{observer}", str(out))
    assert done.returncode == WrongAnswer.exit_code and "answer " not in done.stdout
    assert not out.exists()


def study_of(tmp_path: Path, *collectors: str, fast: bool = False, **sources: str) -> evidence.Evidence:
    """A study of the baseline and of variants given as source text, parsed and read."""
    specs = []
    for name, source in sources.items():
        (tmp_path / f"{name}.py").write_text(source)
        specs.append(f"{name}:{tmp_path}/{name}.py")
    request = stage.Request("aes", ("pyaes_clean",), tuple(specs), "release", "small", collectors, wait=True)
    options = stage.with_overrides(SMALL, processes=1, detail=not fast)
    timestamp = stage.collect(request, options, tmp_path / "results")
    parse(Archive("aes", tmp_path / "results"), timestamp)
    return evidence.read(Archive("aes", tmp_path / "results"), timestamp)


def test_hostile_names_and_plain_scripts_do_no_harm(tmp_path: Path, this_interpreter: tuple[str, ...]) -> None:
    script = "import pyperf\npyperf.Runner().bench_func('mine', sorted, [2, 1])\n"
    found = study_of(tmp_path, "timing", "exact", "memory", "calltree", hostile=HOSTILE, script=script)
    _, hostile, plain = found.runs
    assert hostile.outcome("release").status == "ok" and len(hostile.listings) >= 5
    assert any(NAME in str(row) for listing in hostile.listings for row in listing.rows)
    assert "no region to watch" in plain.gap("release", "memory") and not plain.listings
    document = sections.build(found)
    shown = text.render(document).decode()
    listed = shown[shown.index("\nInitial Analysis\n") : shown.index("\nPerformance Comparison\n")]
    assert "\x1b" not in shown and max(map(len, listed.splitlines())) <= text.WIDTH
    assert "Not recorded for script: exact, memory, calltree (a plain pyperf script" in " ".join(shown.split())
    page = html.render(document).decode()
    assert NAME not in page and "&lt;script&gt;alert(1)" in page
    lost = replace(plain.manifest.collections[0], collector="native", skipped="no symbols")
    bare = replace(plain, manifest=replace(plain.manifest, collections=(lost,)))
    assert not list(listings.gaps(found, (bare,), bare))  # other parts of the report say why there are no C stacks
    assert re.search(r'<table class="[^"]*\bc\d', page) and '<pre class="listing"' in page


def test_fast_leaves_them_out_and_says_so(tmp_path: Path, this_interpreter: tuple[str, ...]) -> None:
    found = study_of(tmp_path, "timing", "exact", "memory", "calltree", fast=True)
    assert not found.baseline.listings
    assert found.baseline.gap("release", "exact") == "left out by --fast"
    said = " ".join(text.render(sections.build(found)).decode().split())
    assert "Not recorded for pyaes_clean: exact, memory, calltree (left out by --fast)" in said
    assert "--collectors exact,memory,calltree" in said


def test_what_is_asked_for_by_name_is_not_left_out_by_fast() -> None:
    words = {name: default for name, (default, _) in arguments.MEASURE.items()} | {"fast": True}
    assert arguments.read("aes", words)[1].detail is False
    assert arguments.read("aes", words | {"collectors": "exact"})[1].detail is True


def test_memray_that_fails_costs_its_own_part_only(
    tmp_path: Path, this_interpreter: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    start = perf_counter()
    failed = Done(1, "", "Unable to read the file", perf_counter() - start)
    monkeypatch.setattr(memory, "run", lambda *words, **named: failed)
    found = study_of(tmp_path, "timing", "memory")
    assert found.baseline.outcome("release").status == "ok" and found.baseline.values("release", "time")
    assert "memray stats: Unable to read the file" in found.baseline.gap("release", "memory")
    assert not list((tmp_path / "results").rglob("memray*"))
