"""Which function of a profile is taken over: one of the workload, whole with what it holds, and said with its reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

import pytest

from bench.errors import SuiteError, UsageError
from bench.model import Measurement
from bench.rundir import Archive
from reporting import evidence, whatif
from reporting.document import Text
from reporting.evidence import Run
from reporting.model import candidates, kernels
from reporting.renderers import text
from reporting.words import whatif_answers
from tests import synthetic
from tests.conftest import ROOT
from tests.test_whatif import wanted

LOOP, SOLVE, HELD = (
    "bench_x (bm_x/run_benchmark.py)",
    "Game.solve (game/play.py)",
    "Game.solve.<locals>.<genexpr> (game/play.py)",
)
STEP, COPY = "step (game/play.py)", "copy (copy.py)"
#: 70 % of the samples are in solve, most of them in its generator; 10 % in step and what it calls, which is Python's own
STACKS = {
    f"{LOOP};{SOLVE}": 20, f"{LOOP};{SOLVE};{HELD}": 50, f"{LOOP};{SOLVE};{STEP}": 5,
    f"{LOOP};{SOLVE};{STEP};{COPY}": 5, f"{LOOP};{SOLVE};{HELD};{COPY}": 20,
}  # fmt: skip


def profiled(stacks: Mapping[str, int] = STACKS, processes: tuple[dict[str, list[int]], ...] = ()) -> Run:
    samples = float(sum(stacks.values()))
    found = Measurement("profile", "release", "samples", "", (samples,), detail={"processes": list(processes)})
    return replace(synthetic.evidence().baseline, measurements=(found,), stacks={"release": Counter(stacks)})


@pytest.mark.parametrize(
    ("name", "held_by"),
    [
        (HELD, SOLVE),
        ("f.<locals>.<listcomp>.<locals>.<dictcomp> (m.py)", "f (m.py)"),
        ("f.<locals>.g (m.py)", "f.<locals>.g (m.py)"),
        ("f.<locals>.<lambda> (m.py)", "f.<locals>.<lambda> (m.py)"),
        ("<setcomp> (m.py)", ""),
        ("bench", "bench"),
    ],
)
def test_comprehensions_and_generators_belong_to_who_holds_them(name: str, held_by: str) -> None:
    assert kernels.holder(name) == held_by


def test_what_a_function_holds_is_its_own() -> None:
    found = {hot.name: hot for hot in kernels.functions(profiled(), "release")}
    assert HELD not in found and found[SOLVE].own.value == pytest.approx(0.7)
    assert found[SOLVE].inclusive.value == 1.0 and found[COPY].own.value == pytest.approx(0.25)


def test_before_python_311_a_frame_belongs_to_its_caller_of_the_same_file() -> None:
    bare = {stack.replace("Game.solve.<locals>.<genexpr>", "<genexpr>"): count for stack, count in STACKS.items()}
    assert kernels.folded(bare) == kernels.folded(STACKS)
    assert list(kernels.folded({f"{STEP};<genexpr> (other.py)": 1})) == [f"{STEP};<genexpr> (other.py)"]


def test_intervals_are_over_processes_with_what_a_function_holds() -> None:
    counts = [(10, 35), (10, 15)]  # the generator varies from process to process
    processes = tuple({"": [0, 50], SOLVE: [own, 50], HELD: [held, held + 10]} for own, held in counts)
    (apart,) = (h for h in kernels.functions(profiled(processes=processes), "release") if h.name == SOLVE)
    (pooled,) = (h for h in kernels.functions(profiled(), "release") if h.name == SOLVE)
    assert apart.own.value == pytest.approx(0.7)
    assert apart.own.high - apart.own.low > 1.5 * (pooled.own.high - pooled.own.low)


def test_the_hottest_of_the_workload_is_taken_and_alone_where_it_is_the_whole_job() -> None:
    chosen = kernels.choose(profiled(), "release")
    assert (chosen.name, chosen.reason, chosen.alone) == (SOLVE, kernels.HOTTEST, True)
    assert chosen.share is not None and chosen.share.value == pytest.approx(0.7)
    assert [hot.name for hot in chosen.others] == [STEP]  # neither the loop around it nor Python's own copy
    asked = kernels.choose(profiled(), "release", "Game.solve")
    assert (asked.reason, asked.share) == (kernels.NAMED, chosen.share)  # whoever asks for it gets the same


def test_of_any_other_function_all_that_it_calls_is_taken_too() -> None:
    elsewhere = {**STACKS, f"{LOOP};other (game/more.py)": 30}
    chosen = kernels.choose(profiled(elsewhere), "release")
    assert chosen.name == SOLVE and not chosen.alone
    assert chosen.share is not None and chosen.share.value == pytest.approx(100 / 130)
    rest = kernels.choose(profiled(elsewhere), "release", "step")
    assert rest.hot is not None and rest.share == rest.hot.inclusive and not rest.unbounded


def test_the_whole_job_is_refused_where_a_part_of_it_can_be_named() -> None:
    with pytest.raises(UsageError, match="bench_x with all that it calls is the whole job") as caught:
        kernels.choose(profiled(), "release", "bench_x")
    assert caught.value.hint == "Name a part of it: --kernel Game.solve or step."
    alone = kernels.choose(profiled({"only (game/play.py)": 90}), "release", "only")  # there is no part to name
    assert alone.unbounded and not alone.alone
    (said,) = whatif_answers.chosen(alone, [])
    assert (
        isinstance(said, Text)
        and "only has 100\N{NO-BREAK SPACE}% of the samples, the whole job or nearly" in said.text
    )


def test_what_was_ablated_is_taken_before_the_hottest() -> None:
    assert kernels.choose(profiled(), "release", ablated="step").reason == kernels.ABLATED
    assert kernels.choose(profiled(), "release", ablated="step").name == STEP
    gone = kernels.choose(profiled(), "release", ablated="in no sample")
    assert (gone.name, gone.share) == ("in no sample", None)


def test_functions_whose_calls_are_known_come_first() -> None:
    assert kernels.choose(profiled(), "release", counted={STEP: 4}).name == STEP
    assert kernels.choose(profiled(), "release", counted={"elsewhere": 4}).name == SOLVE


def test_a_generator_that_is_asked_for_by_name_is_itself() -> None:
    chosen = kernels.choose(profiled(), "release", "Game.solve.<locals>.<genexpr>")
    assert chosen.share is not None and chosen.share.value == pytest.approx(0.7)
    assert chosen.name == HELD


def test_without_any_sample_there_is_nothing_to_choose() -> None:
    with pytest.raises(SuiteError, match="no profile"):
        kernels.choose(profiled({}), "release")


def test_the_archived_study_of_mdp_is_told_by_the_function_that_sweeps() -> None:
    archive = Archive("mdp", ROOT / "results")
    said = " ".join(text.written(whatif.document(archive, archive.choose(), wanted())).split())
    for words in (
        "What if Battle.evaluate were accelerated?", "Without --kernel it is Battle.evaluate, the hottest function",
        "is the whole job (100", "--kernel Battle.getSuccessors (27.6", "--design mdp_engine, mdp_lanes",
    ):  # fmt: skip
        assert words in said, words
    inputs = candidates.from_profile(evidence.read(archive, archive.choose()))
    assert inputs.share is not None and 0.6 < inputs.share.value < 0.8
