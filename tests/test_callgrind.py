"""The caches that are simulated are the host's, as nearly as can be; a profile is cut down without losing a count."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bench.errors import SuiteError
from profiling import callgrind, host
from profiling.callgrind import Cache

# Written by hand after callgrind's format: names once with a number, costs of callees after `calls=`, zeros left out.
PROFILE = """\
# callgrind format
version: 1
creator: callgrind-3.19.0
pid: 4711
cmd:  python -m bench aes/pyaes_clean@small
desc: I1 cache: 65536 B, 64 B, 16-way associative
positions: line
events: Ir Dr Dw I1mr D1mr D1mw ILmr DLmr DLmw Bc Bcm Bi Bim
summary: 18446744073671553194

ob=(1) /usr/bin/python3.11
fl=(1) ceval.c
fn=(1) _PyEval_EvalFrameDefault'2
16 100 40
+3 20
cob=(2) /usr/lib/libc.so.6
cfn=(2) malloc
calls=3 0
* 7 1
fn=(3) long_add.lto_priv.0
5 30
ob=(2)
fn=(2)
0 7 1
ob=(3) ???
fn=(4) 0x0000000006099000
-2 3
totals: 160 41 12 1 2 3 4 5 6 20 2 8 1
"""


def cache(level: int, kind: str, size: str, ways: int | None = 8, line: int | None = 64) -> dict[str, Any]:
    return {"level": level, "type": kind, "size": size, "ways": ways, "line": line}


def test_counts_are_callgrinds_under_perfs_names() -> None:
    found = callgrind.read(callgrind.excerpt(PROFILE))
    assert {metric: found.count(metric) for metric in callgrind.METRICS} == {
        "instructions": 160, "branches": 28, "branch-misses": 3, "L1-dcache-loads": 41, "L1-dcache-load-misses": 2,
        "L1-icache-load-misses": 1, "LLC-loads": 3, "LLC-load-misses": 9,
    }  # fmt: skip


def test_functions_are_named_and_callees_not_counted_twice() -> None:
    found = callgrind.read(callgrind.excerpt(PROFILE))
    assert found.functions == (
        ("_PyEval_EvalFrameDefault [python3.11]", 120),
        ("long_add [python3.11]", 30),
        ("malloc [libc.so.6]", 7),
        ("(compiled at run time) [JIT]", 3),
    )
    assert sum(count for _, count in found.functions) == found.totals["Ir"]


def test_what_is_kept_is_small_and_names_no_process() -> None:
    kept = callgrind.excerpt(PROFILE + "fn=(9) x\n1 1\n" * 10_000)
    assert len(kept) < 2000 and "4711" not in kept and "cmd:  python" in kept


def test_a_region_that_never_opened_is_an_error_and_not_zero() -> None:
    empty = PROFILE.replace("totals: 160", "totals: 0")
    with pytest.raises(SuiteError, match="never opened"):
        callgrind.read(callgrind.excerpt(empty))
    with pytest.raises(ValueError):
        callgrind.read("events: Ir Dr\ntotals: 5\n")


def test_caches_are_the_hosts() -> None:
    known = [cache(1, "Data", "48K", 12), cache(1, "Instruction", "64K", 16), cache(2, "Unified", "2048K", 16)]
    found, differs = callgrind.caches(known)
    assert found == {"I1": Cache(65536, 16, 64), "D1": Cache(49152, 12, 64), "LL": Cache(2 << 20, 16, 64)}
    assert found["D1"].option("D1") == "--D1=49152,12,64"
    assert differs == []


@pytest.mark.parametrize(("size", "ways", "expected"), [("491520K", 16, 30), ("30720K", 20, 30), ("36864K", 12, 18)])
def test_sets_that_are_no_power_of_two_keep_the_size_and_say_so(size: str, ways: int, expected: int) -> None:
    found, differs = callgrind.caches([cache(3, "Unified", size, ways)])
    real = int(size[:-1]) * 1024
    sets = found["LL"].size // (found["LL"].ways * found["LL"].line)
    assert sets & (sets - 1) == 0
    assert found["LL"] == Cache(real, expected, 64)
    assert f"LL has {expected} ways instead of {ways}: callgrind wants a power of two of sets" in differs


@pytest.mark.parametrize("known", [[], [cache(1, "Data", "48K", None)], [cache(1, "Data", "many")]])
def test_a_host_that_hides_its_caches_gets_common_ones_and_the_report_says_so(known: list[dict[str, Any]]) -> None:
    found, differs = callgrind.caches(known)
    assert found["D1"] == Cache(32768, 8, 64)
    assert [said.partition(" ")[0] for said in differs] == ["I1", "D1", "LL"]


def test_the_host_tells_ways_and_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for index, ways in enumerate(("12", "0")):
        folder = tmp_path / f"cpu0/cache/index{index}"
        folder.mkdir(parents=True)
        about = {
            "level": "1",
            "type": "Data",
            "size": "48K",
            "ways_of_associativity": ways,
            "coherency_line_size": "64",
        }
        for name, value in about.items():
            (folder / name).write_text(value + "\n")
    monkeypatch.setattr(host, "SYS", tmp_path)
    assert [(c["ways"], c["line"]) for c in host.caches()] == [(12, 64), (None, 64)]
