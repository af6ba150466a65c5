"""Blocks, the control, and when timing ends."""

from __future__ import annotations

import io
import json
import math
from dataclasses import replace
from pathlib import Path

import pytest

from bench import precision
from bench.errors import UsageError, VariantFailed
from bench.model import Target, Variant
from bench.rundir import SCHEMA, Archive, RunDir
from profiling import arguments
from profiling.collector import Job, Session
from profiling.collectors import timing
from profiling.options import Options
from profiling.process import Log
from profiling.progress import Progress
from reporting.measures.verdicts import noise_floor
from reporting.statistics import speedups


def test_the_baseline_runs_twice_in_every_block_on_the_headline_build(study: tuple[Archive, str]) -> None:
    archive, timestamp = study
    order = archive.study(timestamp).order
    for block in {number for number, *_ in order}:
        here = [(variant, build) for number, variant, build, _ in order if number == block]
        assert here.count(("pyaes_clean", "release")) == here.count(("pyaes_clean (control)", "release")) == 1
        assert ("pyaes_clean (control)", "dbg") not in here
    assert len({variant for _, variant, _, _ in order[:3]}) > 1
    firsts = {block: next(v + b for n, v, b, _ in order if n == block) for block, *_ in order}
    assert len(firsts) > 1
    assert [seconds for *_, seconds in order] == sorted(seconds for *_, seconds in order)


def test_what_each_process_recorded_is_kept(study: tuple[Archive, str]) -> None:
    archive, timestamp = study
    run = archive.run("pyaes_clean", timestamp)
    found = {m.metric: m for m in run.metrics() if m.build == "release"}
    for name in ("time", "time of the control"):
        detail = found[name].detail
        assert [len(values) for values in detail["processes"]] == [2, 2, 2]
        assert all(detail["warm_ups"])
        assert detail["blocks"] == [0, 1, 2]
        assert all(0 <= share < 1 for share in detail["waited"])
        assert all(0.5 < share <= 1.01 for share in detail["reported"])  # upstream's clock stands inside ours
    raw = json.loads((run.raw("timing") / "release" / "pyperf.json").read_text())
    kept = [r["metadata"] for r in raw["benchmarks"][0]["runs"]]
    assert [about["bench_block"] for about in kept] == [0, 1, 2]


class Pretended:
    """A session whose processes take no time: values are made up, the clock is moved by hand."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, options: Options, *noise: float) -> None:
        self.session = Session("20260101_000000", options, Log(io.StringIO()), Progress("x"))
        self.blocks = 0
        target = Target("aes", "x", "full")
        self.jobs = [
            Job(target, Variant(name, Path("x.py"), ""), "release", "python", RunDir(tmp_path / name))
            for name in ("base", "fast")
        ]
        self.jobs[0].baseline = self.jobs[0].control = True
        self.noise = noise
        monkeypatch.setattr(timing, "_one", self.one)

    def one(self, arm: timing.Arm, session: Session, block: int) -> object:
        import pyperf

        self.blocks = max(self.blocks, block + 1)
        session.started -= 1.0  # each process takes a second
        factor = self.noise[block % len(self.noise)] if not arm.job.baseline else 1.0
        return pyperf.Run([factor], metadata={"name": "x"}, collect_metadata=False)


def test_without_a_precision_the_number_of_processes_decides(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    made = Pretended(monkeypatch, tmp_path, Options(processes=7, most_processes=7), 1.0, 2.0)
    timing.record(made.jobs, made.session)
    assert made.blocks == 7


def test_a_precision_goes_on_until_it_is_reached(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    options = Options(processes=10, most_processes=50, precision=0.01)
    quiet = Pretended(monkeypatch, tmp_path / "a", options, 1.0, 1.001)
    timing.record(quiet.jobs, quiet.session)
    assert quiet.blocks == 10
    noisy = Pretended(monkeypatch, tmp_path / "b", options, 0.98, 1.02)
    timing.record(noisy.jobs, noisy.session)
    assert noisy.blocks == 35  # looked at after 10, 15, 23 and 35: 2 x 2 % / sqrt(n) must fall below 0.9 %
    wild = Pretended(monkeypatch, tmp_path / "c", options, 0.5, 1.5)
    timing.record(wild.jobs, wild.session)
    assert wild.blocks == 50


def test_a_budget_bounds_the_study_and_leaves_time_for_the_rest(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    options = Options(processes=10, most_processes=50, precision=0.001, budget_seconds=100.0)
    made = Pretended(monkeypatch, tmp_path, options, 0.9, 1.1)
    made.session.reserved = 40.0
    timing.record(made.jobs, made.session)
    assert 15 <= made.blocks <= 20  # three seconds a block, sixty to spend
    assert "need the rest of the 100 s (--budget)" in made.session.log.file.getvalue()  # type: ignore[attr-defined]
    tiny = Pretended(monkeypatch, tmp_path / "tiny", replace(options, budget_seconds=1.0), 1.0)
    timing.record(tiny.jobs, tiny.session)
    assert tiny.blocks == timing.FEWEST_BLOCKS


def test_the_limit_is_repeated_until_a_value_lasts_as_long_as_any(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    made = Pretended(monkeypatch, tmp_path, Options(processes=2, most_processes=2), 1.0)
    made.jobs[0].limit = True
    asked: list[int] = []

    def one(arm: timing.Arm, session: Session, block: int) -> object:
        import pyperf

        session.order.append((block, arm.label, "release", 0.0))
        if arm.role == "limit":
            asked.append(arm.loops)
        seconds = 2e-6 + 1e-5 / arm.loops if arm.role == "limit" else 1.0  # the first call is slower than the rest
        return pyperf.Run([seconds], metadata={"name": "x"}, collect_metadata=False)

    monkeypatch.setattr(timing, "_one", one)
    timing.record(made.jobs, made.session)
    assert asked[0] == 1 and asked[-1] == pytest.approx(30_000, rel=0.01)  # 2 µs each, 60 ms together
    assert [block for block, label, *_ in made.session.order if label == "base (limit)"] == [0, 1]  # not the pacing
    assert timing.has_limit(made.jobs[0])
    limit, job = timing.Arm(made.jobs[0], "limit"), timing.Arm(made.jobs[0])
    assert limit.timed.digest == "" and limit.words == ["--limit"] and job.words == []


def test_a_limit_that_fails_costs_itself_only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    made = Pretended(monkeypatch, tmp_path, Options(processes=2, most_processes=2), 1.0)
    made.jobs[0].limit = True

    def one(arm: timing.Arm, session: Session, block: int) -> object:
        if arm.role == "limit":
            raise VariantFailed("this CPU has no such instruction")
        return made.one(arm, session, block)

    monkeypatch.setattr(timing, "_one", one)
    timing.record(made.jobs, made.session)
    assert made.blocks == 2 and made.jobs[0].status == "ok" and not timing.has_limit(made.jobs[0])
    assert made.session.remarks == ["no limit of base (release): this CPU has no such instruction"]


def test_where_the_values_begin_is_left_to_chance() -> None:
    """What recurs every few calls would else meet the same value of every process."""
    starts = [timing.later_start(8, "20260101_000000", block) for block in range(200)]
    assert set(starts) == set(range(8, 17)) and 11 < sum(starts) / len(starts) < 13
    assert starts == [timing.later_start(8, "20260101_000000", block) for block in range(200)]
    assert {timing.later_start(0, "20260101_000000", block) for block in range(20)} == {0}  # cold stays cold
    assert starts == [timing.later_start(8, "20260101_000000", block, "ablation") for block in range(200)]


def test_the_noise_floor_holds_what_different_starts_make() -> None:
    """The control runs the baseline's code, and with it its cycle: from the same call on, the noise of it would cancel."""

    def floor(role: str, stamp: str) -> float:
        def values(role: str) -> list[list[float]]:
            starts = [timing.later_start(8, stamp, block, role) for block in range(10)]
            return [
                [1.12 if call % 8 == 3 else 1.0 + block / 1e4 for call in range(at, at + 5)]
                for block, at in enumerate(starts)
            ]

        return noise_floor(speedups(values(""), [values(role)])[0][0])

    stamps = [f"202601{day}_000000" for day in range(10, 22)]
    assert max(floor("", stamp) for stamp in stamps) < 0.001  # as it was when both began alike
    assert sum(floor("control", stamp) for stamp in stamps) / len(stamps) > 0.008


def test_slow_jobs_take_fewer_values_and_not_fewer_processes() -> None:
    job = Job(Target("aes", "x", "full"), Variant("x", Path("x.py"), ""), "release", "python", RunDir(Path("x")))
    assert replace(job, seconds=0.02).plan(Options()) == (20, 5, 3)  # 1.2 s of warm-up
    assert replace(job, seconds=0.4).plan(Options()) == (3, 3, 1)
    assert replace(job, seconds=0.9).plan(Options()) == (2, 2, 1)
    assert replace(job, seconds=1.5).plan(Options()) == (1, 2, 1)
    assert replace(job, seconds=3.0).plan(Options()) == (1, 1, 1)
    assert replace(job, seconds=9.0, cold=True).plan(Options()) == (0, 1, 1)
    assert replace(job, seconds=0.01, cold=True).plan(Options()) == (0, 1, 1)  # all variants of a build alike
    assert replace(job, seconds=0.01, cold=True, jit=True).plan(Options())[0] >= 1  # a compiler is never timed


def test_the_reach_is_that_of_the_ratio_block_by_block() -> None:
    assert precision.reach([1.0, 2.0, 3.0], [2.0, 4.0, 6.0]) == pytest.approx(0.0)
    assert precision.reach([1.0], [1.0]) == math.inf


def given(**words: object) -> Options:
    return arguments.read("aes", {name: default for name, (default, _) in arguments.MEASURE.items()} | words)[1]


def test_how_much_to_measure_can_be_said_in_four_ways() -> None:
    assert (given().processes, given().most_processes, given().precision) == (10, 10, 0.0)
    assert given(processes="25").most_processes == 25
    wanted = given(precision="1%", budget="5m")
    assert (wanted.precision, wanted.most_processes, wanted.budget_seconds) == (0.01, 50, 300.0)
    assert given(rigorous=True).processes == 20 and given(rigorous=True).precision == 0.01
    assert given(fast=True).most_processes == 4
    assert given(rigorous=True, budget="1h").budget_seconds == 3600.0


@pytest.mark.parametrize(
    "words",
    [
        {"precision": "0"},
        {"precision": "much"},
        {"budget": "soon"},
        {"budget": "-3m"},
        {"fast": True, "rigorous": True},
    ],
)
def test_what_does_not_fit_is_explained(words: dict[str, object]) -> None:
    with pytest.raises(UsageError) as error:
        given(**words)
    assert error.value.hint


def test_the_schema_is_the_one_that_holds_conditions(study: tuple[Archive, str]) -> None:
    archive, timestamp = study
    assert SCHEMA == 3
    assert set(archive.study(timestamp).conditions) == {"load_before", "load_after", "stolen"}
