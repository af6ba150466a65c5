"""Comparing studies: what is refused, what a verdict needs, what the report says, and the exit codes for CI."""

from __future__ import annotations

import json
import math
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyperf
import pytest

from bench.errors import SuiteError, UsageError
from bench.model import Manifest
from bench.operands import resolve
from bench.rundir import Archive
from profiling.parse import timings
from reporting import statistics
from reporting.comparison import across, stage, versus
from reporting.comparison import record as versus_record
from reporting.comparison import words as versus_words
from reporting.comparison.versus import NotComparable, Versus
from reporting.renderers import markdown, text
from tests import synthetic
from tests.conftest import ROOT

SECONDS = {"pyaes_clean": 0.070, "pyaes_opt": 0.025, "pyaes_opt2": 0.004}
VARIANTS = tuple(SECONDS)
Change = Callable[[Manifest], Manifest]


def same(manifest: Manifest) -> Manifest:
    return manifest


@dataclass(frozen=True)
class Maker:
    """Makes studies out of a measured one: other times, other machines, the rest as it was."""

    archive: Archive
    timestamp: str
    root: Path

    def __call__(
        self, name: str, factor: float | Mapping[str, float] = 1.0, noise: float = 0.002, processes: int = 12,
        values: int = 2, floor: float = 0.002, change: Change = same, **study: Any,
    ) -> str:  # fmt: skip
        """Write a study under a results folder of its own; return the operand that names its release build.

        noise: of blocks, which all variants and builds of a study share; floor: of the baseline's own control.
        """
        archive, rng = Archive(self.archive.family, self.root / name), random.Random(name)
        shutil.copytree(self.archive.root, archive.root)
        old, blocks = (
            replace(archive.study(self.timestamp), variants=VARIANTS),
            [rng.gauss(0, noise) for _ in range(processes)],
        )
        for variant in old.variants:
            run = archive.run(variant, self.timestamp)
            manifest = run.manifest()
            mean = SECONDS[variant] * (factor.get(variant, 1.0) if isinstance(factor, Mapping) else factor)
            for path in run.raw("timing").glob("*/*.json"):
                own = floor if path.stem == "control" else 0.001
                about = pyperf.Benchmark.load(str(path)).get_metadata()
                seconds = [mean * math.exp(block + rng.gauss(0, own)) for block in blocks]
                runs = [pyperf.Run([s] * values, metadata=about, collect_metadata=False) for s in seconds]
                pyperf.Benchmark(runs).dump(str(path), replace=True)
            collections = tuple(replace(c, files=run.hashes(c.collector, c.build)) for c in manifest.collections)
            run.write_manifest(change(replace(manifest, collections=collections)))
        hashes = {v: archive.run(v, self.timestamp).manifest_hash() for v in old.variants}
        archive.write_study(replace(old, manifests=hashes, **{"conditions": {}, **study}))
        return f"{archive.home}/{self.timestamp}:release"


@pytest.fixture
def make(study: tuple[Archive, str], tmp_path: Path) -> Maker:
    return Maker(*study, tmp_path)


def compared(a: str, b: str, **options: Any) -> Versus:
    left, right = resolve(a, b, "", Path("results"))
    return versus.compare(stage.side_of(left, timings), stage.side_of(right, timings), **options)


def verdicts(found: Versus) -> dict[str, str]:
    return {pair.name: pair.verdict for pair in found.pairs}


def host(**facts: Any) -> Change:
    return lambda manifest: replace(manifest, host={**manifest.host, **facts})


def python(**facts: Any) -> Change:
    return lambda m: replace(m, interpreters={build: {**i, **facts} for build, i in m.interpreters.items()})


def outcomes(variant: str, **fields: Any) -> Change:
    def change(manifest: Manifest) -> Manifest:
        if manifest.variant != variant:
            return manifest
        return replace(manifest, outcomes=tuple(replace(o, **fields) for o in manifest.outcomes))

    return change


def words(found: Versus) -> str:
    return " ".join(text.render(versus_words.build(found)).decode().split())


def weights(found: Versus) -> dict[str, str]:
    return {d.what: d.weight for d in found.differences}


def test_a_study_is_not_compared_with_itself_nor_with_a_copy(make: Maker) -> None:
    one = make("one")
    shutil.copytree(make.root / "one", make.root / "copy")
    for other in (one, one.replace("/one/", "/copy/")):
        with pytest.raises(NotComparable, match="are the same measurement"):
            compared(one, other)


def test_a_slower_study_is_slower_and_a_faster_one_faster(make: Maker) -> None:
    found = compared(make("a"), make("b", {"pyaes_clean": 1.1, "pyaes_opt": 0.9}))
    assert verdicts(found) == {"pyaes_clean": "slower", "pyaes_opt": "faster", "pyaes_opt2": "equivalent"}
    ratio = found.pairs[0].ratio
    assert (
        ratio is not None and ratio.value == pytest.approx(1 / 1.1, rel=0.01) and ratio.low < ratio.value < ratio.high
    )
    assert versus.exit_code(found, ("slower",), False) == (5, "failed: pyaes_clean is slower")
    assert versus.exit_code(found, (), False) == (0, "")
    assert "B against A: 1 slower, 1 faster, 1 equivalent." in words(found)
    assert "pyaes_clean is slower in B: 0.9" in words(found) and "not interleaved" in words(found)


def test_noise_alone_is_no_regression(make: Maker) -> None:
    steady = compared(make("a"), make("b"))
    assert set(verdicts(steady).values()) == {"equivalent"}
    assert versus.exit_code(steady, ("slower",), True) == (0, "")
    noisy = compared(make("c", noise=0.2), make("d", noise=0.2))
    assert set(verdicts(noisy).values()) == {"inconclusive"}
    assert versus.exit_code(noisy, ("slower",), False)[0] == 0
    code, said = versus.exit_code(noisy, ("slower",), True)
    assert code == 6 and "pyaes_opt is inconclusive" in said


def test_few_processes_never_earn_a_verdict(make: Maker) -> None:
    found = compared(make("a", processes=9), make("b", 3.0))
    assert set(verdicts(found).values()) == {"inconclusive"}
    assert "9 processes; a verdict by time needs 10" in words(found)
    one = compared(make("c", processes=1), make("d", 3.0))
    assert set(verdicts(one).values()) == {"inconclusive"}
    record = json.loads(versus_record.render(one, (), False, 0))
    assert record["variants"][0]["ratio"]["low"] is None and record["variants"][0]["p"] is None


@pytest.mark.parametrize(
    ("numbers", "lacking", "said"),
    [
        ((10, 4), (0, 6), "About 6 more processes in B would settle it."),
        ((4, 12), (6, 0), "About 6 more processes in A would settle it."),
        ((4, 7), (6, 3), "About 6 more processes in A and 3 more in B would settle it."),
        ((4, 4), (6, 6), "About 6 more processes on each side would settle it."),
    ],
)
def test_more_is_asked_only_of_the_side_that_lacks(
    numbers: tuple[int, int], lacking: tuple[int, int], said: str
) -> None:
    run = synthetic.evidence(synthetic.LADDER[:1]).baseline
    a, b = (versus.Half(run, statistics.Interval(1.0, 0.99, 1.01), number, 0.01) for number in numbers)
    pair = versus.Pair("x", a, b, ratio=statistics.Interval(2.0, 1.9, 2.1), p=0.0)
    (found,) = versus.judged([pair], (None, None))
    assert (found.verdict, found.more, found.lacking) == ("inconclusive", max(lacking), lacking)
    side: Any = None  # this sentence needs nothing of either
    whole = Versus(side, side, (found,), (), (), (), (None, None))
    assert versus_words.sentence(found, whole).endswith(said)


@pytest.mark.parametrize("fact", [{"cpu": "Another CPU"}, {"cpus": 96}, {"virtualisation": "another"}])
def test_another_machine_is_compared_on_request_only(make: Maker, fact: dict[str, Any]) -> None:
    a, b = make("a"), make("b", change=host(**fact))
    with pytest.raises(NotComparable, match="ran on different machines") as refused:
        compared(a, b)
    assert str(*fact.values()) in str(refused.value) and "--across-hosts" in refused.value.hint
    found = compared(a, b, across_hosts=True)
    assert "Different machines" in words(found) and set(verdicts(found).values()) == {"equivalent"}


def test_another_job_is_never_compared(make: Maker) -> None:
    a = make("a")
    for name, changes in {
        "size": {"size": "full"},
        "work": {"change": lambda m: replace(m, work=(1.0, "block"))},
        "upstream": {"change": lambda m: replace(m, upstream="another")},
        "pin": {"change": python(distributions=["pyperformance==1.13.0", "pyaes==1.6.1"])},
    }.items():
        with pytest.raises(NotComparable, match="measured different jobs"):
            compared(a, make(name, **changes), across_hosts=True)  # type: ignore[arg-type]


def test_what_may_explain_a_change_is_said(make: Maker) -> None:
    plain = make.archive.run("pyaes_clean", make.timestamp).manifest().interpreters["release"]["distributions"]
    newer = [re.sub("^numpy==.*", "numpy==99.0", entry) for entry in plain] + ["unrelated==1.0"]

    def change(m: Manifest) -> Manifest:
        m = python(distributions=newer, version="3.99.0")(host(kernel="99.0", load=[8.0, 8.0, 8.0])(m))
        return replace(m, sources=(("bench/aes/x.py", "f" * 64),)) if m.variant == "pyaes_opt" else m

    found = compared(make("a"), make("b", change=change, commit="feedbeef"))
    said, heavy = words(found), weights(found)
    assert heavy["kernel"] == heavy["Python"] == heavy["package numpy"] == across.WARNING
    assert heavy["package unrelated"] == heavy["commit"] == across.NOTE
    assert "B began on a busy machine: load 8.0" in said
    assert "package unrelated not installed → 1.0" in said
    changed = {pair.name: pair.changed for pair in found.pairs}
    assert changed == {"pyaes_clean": (), "pyaes_opt": ("pyaes_opt.py", "x.py"), "pyaes_opt2": ()}
    assert "code of pyaes_opt changed: pyaes_opt.py, x.py" in said and "code of pyaes_clean the same" in said


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"digest": "other"}, "the answers differ between A and B"),
        ({"status": "wrong answer", "reason": "byte 7"}, "wrong answer: byte 7 in B"),
        ({"status": "failed", "reason": "crashed"}, "failed: crashed in B"),
        ({"digest": ""}, "nothing checked its answers in B"),
    ],
)
def test_a_variant_without_the_right_answer_is_invalid(make: Maker, fields: dict[str, str], reason: str) -> None:
    found = compared(make("a"), make("b", 1.1, change=outcomes("pyaes_opt", **fields)))
    pair = next(pair for pair in found.pairs if pair.name == "pyaes_opt")
    assert (pair.verdict, pair.reason) == ("invalid", reason)
    assert (pair.ratio is None) == (fields != {"digest": ""})  # an unchecked ratio is shown, and is no verdict
    assert math.isnan(pair.corrected) and reason in words(found)
    assert versus.exit_code(found, ("invalid",), False) == (5, "failed: pyaes_opt is invalid")
    assert versus.exit_code(replace(found, pairs=(pair,)), ("slower",), True)[0] == 6


def test_facts_that_were_not_recorded_are_said_to_be_so(make: Maker) -> None:
    def bare(m: Manifest) -> Manifest:
        hollow: dict[str, Any] = {"host": {}, "interpreters": {}, "options": {}, "sources": ()}
        return outcomes(m.variant, digest="", oracle="")(replace(m, **hollow))

    a, b = make("a", change=bare, commit=""), make("b")
    for found in (compared(a, b), compared(b, a), compared(a, make("c", 1.5, change=bare, commit=""))):
        said = words(found)
        assert re.search(
            r"(Not recorded in A|Not recorded in B|Recorded in neither study), so it may differ: .*CPU", said
        )
        assert set(verdicts(found).values()) == {"invalid"}
        assert weights(found)["CPU"] == weights(found)["packages"] == across.WARNING
        assert json.loads(versus_record.render(found, (), False, 0))["differences"]


def test_another_regime_of_measuring_is_said(make: Maker) -> None:
    found = compared(make("a"), make("b", values=5))
    assert weights(found)["how pyaes_opt was timed"] == across.WARNING
    assert "how pyaes_opt was timed 2 values per process, cold → 5 values per process, cold" in words(found)


def test_hostile_facts_break_nothing(make: Maker) -> None:
    facts: dict[str, Any] = {
        "caches": "x",
        "load": ["y"],
        "memory_bytes": "z",
        "usable_cpus": None,
        "kernel": "a|b <c>",
    }
    found = compared(make("a"), make("b", change=host(**facts)))
    assert "→ a\\|b \\<c> |" in markdown.render(versus_words.build(found)).decode()


def test_variants_of_one_side_are_listed_and_others_can_be_paired(make: Maker) -> None:
    a, b = make("a", variants=("pyaes_clean", "pyaes_opt")), make("b", variants=("pyaes_clean", "pyaes_opt2"))
    found = compared(a, b)
    assert (list(verdicts(found)), found.only_a, found.only_b) == (["pyaes_clean"], ("pyaes_opt",), ("pyaes_opt2",))
    assert "Only in A, so not compared: pyaes_opt." in words(found)
    assert versus.exit_code(found, ("slower",), True) == (6, "not decided: pyaes_opt is only in A")
    mapped = compared(a, b, renamed={"pyaes_opt": "pyaes_opt2"}, only=("pyaes_opt2",))
    assert verdicts(mapped) == {"pyaes_opt2": "faster"} and mapped.pairs[0].a.run.name == "pyaes_opt"
    with pytest.raises(UsageError, match="neither study has a variant 'nope'"):
        compared(a, b, only=("nope",))
    with pytest.raises(UsageError, match="A has no variant 'nope'"):
        compared(a, b, renamed={"nope": "pyaes_opt2"})


def test_the_record_is_complete(make: Maker) -> None:
    found = compared(make("a"), make("b", {"pyaes_clean": 1.1}, change=outcomes("pyaes_opt", digest="other")))
    record = json.loads(versus_record.render(found, ("slower",), True, 5))
    assert set(record) == {
        "schema", "kind", "a", "b", "interleaved", "band", "correction", "summary", "variants", "only_in_a", "only_in_b",
        "differences", "limits", "fail_on", "strict", "exit_code", "noise_floors",
    }  # fmt: skip
    assert (record["schema"], record["kind"], record["exit_code"], record["interleaved"]) == (1, "comparison", 5, False)
    slower, invalid, _ = record["variants"]
    assert slower["verdict"] == "slower" and slower["p_corrected"] == pytest.approx(
        2 * slower["p"], abs=0
    )  # two were judged
    assert slower["ratio"]["low"] < slower["ratio"]["value"] < slower["ratio"]["high"] < 1
    assert slower["a"]["processes"] == 12 and slower["a"]["seconds"]["value"] == pytest.approx(0.07, rel=0.01)
    assert (invalid["ratio"], invalid["p"], invalid["reason"]) == (None, None, "the answers differ between A and B")


def test_text_fits_and_markdown_has_a_row_per_variant(make: Maker) -> None:
    found = compared(make("a"), make("b", 1.1, change=host(kernel="9.9.9 " * 30)))
    lines = text.render(versus_words.build(found)).decode().splitlines()
    assert max(map(len, lines)) <= text.WIDTH
    said = next(i for i, line in enumerate(lines) if "is slower" in line)
    assert said < lines.index("Variant by variant") < lines.index("What limits this comparison")
    rows = [
        line for line in markdown.render(versus_words.build(found)).decode().splitlines() if line.startswith("| pyaes")
    ]
    assert [row.split(" | ")[0] for row in rows] == [f"| {name}" for name in VARIANTS]
    assert all(re.search(r"\| 0\.9\d+× \[0\.\d+–0\.\d+\] \| slower \| <0\.001 \| 12\+12 \|$", row) for row in rows)


def test_operands_name_studies(make: Maker) -> None:
    root = make.archive.root
    archive = Archive("aes", make.root / "many")
    shutil.copytree(root, archive.root)
    older = replace(archive.study(make.timestamp), timestamp="20200101_000000")
    archive.write_study(older)

    def named(word: str, bench: str = "", where: Path = archive.root) -> tuple[str, str]:
        found, _ = resolve(word, word, bench, where)
        return found.timestamp, found.build

    assert named("newest") == (make.timestamp, "release")
    assert named("newest~1", "aes") == named("20200101_000000") == ("20200101_000000", "release")
    assert named(f"{root}/aes/{make.timestamp}", where=Path("/nonexistent")) == (make.timestamp, "release")
    assert named(f"{archive.root}/aes/newest~1.json")[0] == "20200101_000000"
    for wrong, said in {
        "20300101_000000": "holds no study named",
        "newest~7": "holds no study named",
        "20200101_000000:fast": "no build is named 'fast'",
        f"{root}/../etc/passwd": "holds no study named",
        "": "holds no study",
    }.items():
        with pytest.raises(UsageError, match=said):
            named(wrong)
    shutil.copytree(archive.home, archive.root / "other")
    with pytest.raises(UsageError, match="may mean a study of aes, other"):
        named("20200101_000000")
    assert named("20200101_000000", "other")[0] == "20200101_000000"
    archive.write_study(replace(older, builds=("release",)))
    with pytest.raises(UsageError, match="has no build 'dbg'"):
        named("20200101_000000:debug", "aes")


def test_a_changed_raw_file_or_manifest_is_found_and_the_archive_is_left_alone(make: Maker) -> None:
    a, b = make("a"), make("b")
    before = {p: p.read_bytes() for p in make.root.rglob("*") if p.is_file()}
    stage.run(stage.Wanted(a, b), timings)
    assert {p: p.read_bytes() for p in make.root.rglob("*") if p.is_file()} == before
    (raw,) = (make.root / "b").glob("aes/pyaes_opt/*/raw/timing/release/pyperf.json")
    raw.write_bytes(raw.read_bytes() + b" ")
    with pytest.raises(SuiteError, match="was changed since it was measured") as damaged:
        stage.run(stage.Wanted(a, b), timings)
    assert damaged.value.exit_code == 1
    (manifest,) = (make.root / "a").glob("aes/pyaes_opt/*/manifest.json")
    manifest.write_bytes(manifest.read_bytes() + b" ")
    with pytest.raises(SuiteError, match="its manifest was changed"):
        stage.run(stage.Wanted(a, make("c")), timings)


def test_a_noisy_host_widens_the_band(make: Maker) -> None:
    quiet, loud = make("a"), make("b", 0.94, floor=0.2)
    found = compared(quiet, loud)
    assert (
        found.floors[0] is not None and found.floors[1] is not None and found.floors[0] < 0.01 < 0.05 < found.floors[1]
    )
    assert found.band == found.floors[1] and set(verdicts(found).values()) == {"equivalent"}
    assert set(verdicts(compared(quiet, make("c", 0.94))).values()) == {"faster"}


@pytest.mark.needs("python3-dbg")
def test_builds_of_one_study_are_compared_block_by_block_and_studies_are_not(make: Maker) -> None:
    one, other = make("a", noise=0.2), make("b", noise=0.2)
    inside, between = compared(one, one.replace(":release", ":dbg")), compared(one, other)
    assert set(verdicts(inside).values()) == {"equivalent"} and "block by block" in words(inside)
    for near, far in zip(inside.pairs, between.pairs, strict=True):
        assert near.ratio is not None and far.ratio is not None and near.ratio.reach < 0.01 < 0.05 < far.ratio.reach
        arms = [list(half.run.processes("release").values()) for half in (far.a, far.b)]
        assert far.ratio == statistics.independent(*arms)


def test_a_disturbed_timing_is_invalid(make: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reporting.measures.quality.STOLEN_TOO_MUCH", 0.25)  # as outside the tests
    found = compared(make("a"), make("b", 1.1, conditions={"stolen": 0.5}))
    assert set(verdicts(found).values()) == {"invalid"} and "of the CPU time to others in B" in words(found)


def invoke(*words: str, **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "invoke", "compare", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env=os.environ | env)


def test_the_command_line_gives_exit_codes_and_files(make: Maker, tmp_path: Path) -> None:
    a, b, c = make("a"), make("b", 1.1), make("c", noise=0.2)
    slower = invoke(a, b, "--fail-on", "slower")
    assert (slower.returncode, slower.stderr.count("\n")) == (5, 1) and "pyaes_opt is slower in B" in slower.stdout
    assert invoke(a, b).returncode == 0
    assert invoke(a, c, "--fail-on", "slower", "--strict").returncode == 6
    record = tmp_path / "out" / "record.json"
    written = invoke(a, b, "--fail-on=slower", "--format=json", f"--output={record}")
    assert written.returncode == json.loads(record.read_text())["exit_code"] == 5
    assert written.stdout == f"wrote: {record}\n" and [p.name for p in record.parent.iterdir()] == ["record.json"]
    for wrong, said in {
        (a, a): "are the same measurement",
        (a, b, "--strict"): "--strict has no effect without --fail-on",
        (a, b, "--fail-on", "faster"): "--fail-on 'faster' is not known",
        (a, b, "--format", "pdf"): "--format 'pdf' is not known",
        (a, b, "--map", "x"): "--map 'x' is not of the form old=new",
        (a, "20300101_000000"): "holds no study",
    }.items():
        done = invoke(*wrong)
        assert (done.returncode, done.stdout) == (2, "") and said in done.stderr
        assert len(done.stderr.strip().splitlines()) == 2 and "Traceback" not in done.stderr


def test_two_builds_of_the_archived_study() -> None:
    stamp = Archive("aes", ROOT / "results").timestamps()[-1]
    done = invoke(f"{stamp}:release", f"{stamp}:dbg", "--format", "markdown")
    assert done.returncode == 0, done.stderr
    assert "slower" in done.stdout.partition("B against A: ")[2].partition("\n")[0]
    assert "Both sides come from one study" in done.stdout and "not interleaved" not in done.stdout
    assert "| Python | CPython 3.11.2 (release) → CPython 3.11.2 (debug) |" in done.stdout


def test_a_terminal_of_eighty_columns_gets_lines_of_eighty() -> None:
    stamp = Archive("aes", ROOT / "results").timestamps()[-1]
    words = (f"{stamp}:release", f"{stamp}:dbg")
    shown = invoke(*words, FORCE_COLOR="1", COLUMNS="80", TERM="xterm").stdout
    assert "\x1b[" in shown
    lines = re.sub(r"\x1b\[[0-9;]*m", "", shown).splitlines()
    assert max(map(len, lines)) <= 80 < max(map(len, invoke(*words).stdout.splitlines())) <= text.WIDTH
