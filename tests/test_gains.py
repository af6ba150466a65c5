"""Where a gain came from: whatever the profiles, steps sum to the measured difference, and so does what is shown."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader
from scipy import stats

from bench.model import Measurement
from reporting import change_palette, palette, units
from reporting.charts import FlameGraph, Traces, Waterfall
from reporting.compare import compare
from reporting.document import Block, Text
from reporting.evidence import Evidence
from reporting.measures import gains
from reporting.measures.gains import Side
from reporting.page import data, plotly_figures
from reporting.paper import figures as paper_figures
from reporting.renderers import html, markdown, pdf, text, xlsx
from reporting.words import gain_words, sections, value_traces
from tests import synthetic

LOOP = "bench_pyaes (bm_crypto_pyaes/run_benchmark.py)"
OLD, NEW = "CTR.encrypt (pyaes/aes.py)", "CTR.encrypt (bench/aes/pyaes_opt.py)"
BEFORE = Counter({f"{LOOP};{OLD};AES.encrypt (pyaes/aes.py)": 800, f"{LOOP};{OLD}": 150, LOOP: 50})
AFTER = Counter({f"{LOOP};{NEW};blocks (bench/aes/pyaes_opt.py)": 600, f"{LOOP};{NEW}": 390, LOOP: 10})
HOSTILE = "</script><script>alert(1)</script> (<b>.py)"

names = st.sampled_from(["a (x.py)", "a (y.py)", "b (x.py)", "c", HOSTILE.replace(" ", "_"), "$x_1$ (=1+1)"])
stacks = st.dictionaries(st.lists(names, min_size=1, max_size=4).map(";".join), st.integers(1, 500), min_size=1)
seconds = st.floats(1e-8, 1e3)


@pytest.fixture(scope="module", autouse=True)
def quick() -> Iterator[None]:
    yield from synthetic.quick()


def side(of: dict[str, int], mean: float, processes: int = 3) -> Side:
    return Side({block: (mean * (1 + 0.01 * (block - 1)),) for block in range(processes)}, Counter(of))


@settings(max_examples=60, deadline=None)
@given(stacks, stacks, seconds, seconds)
def test_steps_sum_to_the_measured_difference(one: dict[str, int], two: dict[str, int], a: float, b: float) -> None:
    before, after = side(one, a), side(two, b)
    found = gains.gain(before, after)
    changes = [change.value for change in (*found.steps, found.rest)]
    assert math.fsum(changes) == pytest.approx(after.seconds - before.seconds, rel=1e-9, abs=1e-9 * max(a, b))
    assert (found.before, found.after) == (before.seconds, after.seconds)
    assert len(found.steps) <= gains.MOST
    assert len(found.steps) + found.others == len({s.split(";")[-1] for s in (*one, *two)})
    running = before.seconds
    for change in found.steps:
        running += change.value
        assert running > -1e-9 * a  # what goes comes first, and no more can go than there is


@settings(max_examples=60, deadline=None)
@given(stacks, stacks, seconds, seconds)
def test_changes_of_frames_sum_to_the_difference_at_the_root(
    one: dict[str, int], two: dict[str, int], a: float, b: float
) -> None:
    before, after = side(one, a), side(two, b)
    found = gains.frames(before, after)
    roots = [frame.change for path, frame in found.items() if len(path) == 1]
    assert math.fsum(roots) == pytest.approx(after.seconds - before.seconds, rel=1e-9, abs=1e-9 * max(a, b))
    for own in (before, after):
        boxes = [box for box, _ in gains.placed(own, found, 1.0)]
        assert sum(box.width for box in boxes if box.depth == 0) <= own.seconds * (1 + 1e-9)
        for box, frame in gains.placed(own, found, 1.0):  # every box is as wide as its frame says
            assert box.width == pytest.approx(frame.after if own is after else frame.before)


@settings(max_examples=40, deadline=None)
@given(stacks, seconds)
def test_equal_profiles_show_no_change(of: dict[str, int], mean: float) -> None:
    one, two = side(of, mean), side(of, mean)
    found = gains.gain(one, two)
    assert not found.steps and found.rest.value == 0
    assert {frame.shade for frame in gains.frames(one, two).values()} == {"same"}
    assert {frame.change for frame in gains.frames(one, two).values()} == {0.0}


@settings(max_examples=200, deadline=None)
@given(st.lists(st.floats(-100, 100), min_size=1, max_size=9), st.floats(1000, 9990), st.sampled_from([0.01, 0.1, 2.5]))
def test_what_is_shown_is_rounded_and_can_be_added_up(steps: list[float], first: float, least: float) -> None:
    last = first + math.fsum(steps)
    shown, texts, end, left = units.rounded_steps(first, steps, last, least)
    numbers = [float((t or "0").replace("−", "-").replace(",", "")) for t in (shown, *texts, left, end)]
    assert math.fsum(numbers[:-1]) == pytest.approx(numbers[-1], abs=1e-9)
    unit = 10.0 ** -max(0, math.ceil(-math.log10(least)))
    exact = (first, *steps, last)  # no step is moved so that others fit
    assert all(abs(n - e) <= unit * 0.500001 for n, e in zip((*numbers[:-2], numbers[-1]), exact, strict=True))
    assert (left == "") == (abs(numbers[-2]) < unit / 2)


def test_what_rounding_leaves_is_a_step_that_says_so() -> None:
    even = Counter({f"f{i} (a.py)": 125 for i in range(8)})  # each an eighth: 6.2375 ms of 49.9
    found = profiled(even, Counter({"g (b.py)": 1000}))
    flat = Measurement("timing", "release", "time", "s", (0.0499, 0.0499, 0.0499), "clock")
    found = synthetic.changed(found, "pyaes_clean", flat)
    fall = gained(synthetic.changed(found, "pyaes_opt", replace(flat, values=(0.02, 0.02, 0.02))))[0]
    assert isinstance(fall, Waterfall)
    *_, rounding, last = fall.steps
    texts = [step.text for step in fall.steps]
    assert (rounding.label, rounding.value, last.text) == (
        "rounding",
        0.0,
        "20.0 ms",
    ) and "named rounding" in fall.caption
    assert texts.count("−6.2 ms") == 8 and rounding.text == "−0.3 ms"


def test_a_profile_by_hand() -> None:
    found = gains.gain(side(BEFORE, 0.050), side(AFTER, 0.020))
    assert [(c.name.partition(" ")[0], round(c.value * 1e3, 6)) for c in found.steps] == [
        ("AES.encrypt", -40.0), ("CTR.encrypt", -7.5), ("bench_pyaes", -2.3),
        ("blocks", 12.0), ("CTR.encrypt", 7.8),
    ]  # fmt: skip
    assert found.interval is not None and -0.042 < found.interval.low < -0.040 < found.interval.high < -0.038


def test_the_interval_knows_how_processes_differ() -> None:
    name = "AES.encrypt (pyaes/aes.py)"
    alike = [{"": [0, 250], name: [200, 240]}] * 4
    apart = [{"": [0, 250], name: [count, 240]} for count in (150, 250, 160, 240)]
    narrow, wide = (
        gains.gain(replace(side(BEFORE, 0.05, 10), sampled=s), side(AFTER, 0.02, 10)) for s in (alike, apart)
    )
    assert narrow.interval and wide.interval
    reach = [found.high - found.low for found in (narrow.interval, wide.interval)]
    assert reach[1] > 3 * reach[0]
    assert reach[0] > 0.05 * 2 * 1.9 * math.sqrt(0.8 * 0.2 / 1000)  # no narrower than samples of one process allow
    alone = gains.gain(side(BEFORE, 0.05, 1), side(AFTER, 0.02, 1))
    assert alone.interval and math.isnan(alone.interval.low)


def test_the_interval_knows_what_blocks_share() -> None:
    def timed(factor: float, first: int) -> Side:
        return Side({first + i: (factor * (1 + 0.02 * (i % 5)),) for i in range(10)}, Counter({"f": 1000}))

    together, apart = (gains.gain(timed(1.0, 0), timed(0.5, first)).interval for first in (0, 100))
    assert together and apart
    assert apart.high - apart.low > 1.8 * (together.high - together.low)  # √(1 + ½²) against 1 - ½


def test_frames_are_matched_by_name_whatever_file_they_are_in() -> None:
    found = gains.frames(side(BEFORE, 0.050), side(AFTER, 0.020))
    encrypt = found["bench_pyaes", "CTR.encrypt"]
    assert [encrypt.before, encrypt.after] == pytest.approx([0.0475, 0.0198])
    assert encrypt.shade == "under half"
    assert found["bench_pyaes", "CTR.encrypt", "AES.encrypt"].shade == "gone"
    assert found["bench_pyaes", "CTR.encrypt", "blocks"].shade == "new"
    rare = gains.frames(side(BEFORE, 0.05), side({LOOP: 990, f"{LOOP};new": 8, f"{LOOP};chance": 2}, 1e-5))
    assert [rare["bench_pyaes", name].shade for name in ("new", "chance")] == ["new", "same"]  # 8 samples, and 2
    few = gains.frames(side({"a": 5, "a;b": 5}, 1.0), side({"a": 6, "a;b": 4}, 1.0))
    assert few["a", "b"].change == pytest.approx(-0.1) and few["a", "b"].shade == "same"  # no more than chance


def test_a_difference_that_timing_cannot_tell_is_the_same() -> None:
    """All frames of a side grow with its mean: 8 % between runs whose means are unsure by more colours nothing."""
    noisy = [1.0, 1.35, 0.8, 1.1, 0.75]

    def timed(values: list[float], mean: float) -> Side:
        middle = sum(values) / len(values)
        return Side({block: (mean * v / middle,) for block, v in enumerate(values)}, Counter({"a": 900, "a;b": 100}))

    unsure = gains.frames(timed(noisy, 1.0), timed(noisy[::-1], 0.92))
    assert {frame.shade for frame in unsure.values()} == {"same"}
    sure = gains.frames(timed([1.0, 1.001, 0.999], 1.0), timed([1.0, 1.001, 0.999], 0.92))
    assert sure["a",].shade == "less"


def test_frames_differ_by_no_less_than_processes_do() -> None:
    path = f"{LOOP};{OLD};AES.encrypt (pyaes/aes.py)"
    after = Counter({f"{LOOP};{OLD};AES.encrypt (pyaes/aes.py)": 700, f"{LOOP};{OLD}": 250, LOOP: 50})

    def shade(*counts: int) -> str:
        paths = {"": [250] * 4, path: list(counts)}
        sides = (replace(side(of, 0.05), paths=paths) for of in (BEFORE, after))
        return gains.frames(*sides)["bench_pyaes", "CTR.encrypt", "AES.encrypt"].shade

    assert shade(200, 200, 200, 200) == "less"  # 100 of 1,000 samples, if they were independent
    assert shade(250, 150, 240, 160) == "same"  # but that is what processes make of nothing
    alone = replace(side(BEFORE, 0.05), paths={"": [1000], path: [800]})
    assert gains.frames(alone, side(after, 0.05))["bench_pyaes", "CTR.encrypt", "AES.encrypt"].shade == "less"


def test_captions_say_what_the_errors_are_made_of() -> None:
    _, grew, *_ = gained(profiled())
    assert isinstance(grew, FlameGraph) and "leaves out that samples of one process resemble each other" in grew.caption
    many = {"": [250] * 4}
    for name in ("pyaes_clean", "pyaes_opt"):
        found = sampled(BEFORE)
        detail = {**found.detail, "paths": many, "processes": [{"": [0, 250]}] * 4}
        several = synthetic.changed(profiled(), name, replace(found, detail=detail))
        fall, grew, *_ = gained(several)
        assert isinstance(fall, Waterfall) and "the samples of one count as independent" in fall.caption
    for name in ("pyaes_clean", "pyaes_opt"):
        several = synthetic.changed(several, name, replace(sampled(BEFORE), detail=detail))
    fall, grew, *_ = gained(several)
    assert isinstance(fall, Waterfall) and "the sampled (4, then 4)." in fall.caption
    assert isinstance(grew, FlameGraph) and "taken between processes (4, then 4)" in grew.caption


def sampled(run_stacks: Counter[str], build: str = "release", minimum: int = 500) -> Measurement:
    detail = {"minimum": minimum, "outside_region": 0, "processes": []}
    return Measurement("profile", build, "samples", "", (float(run_stacks.total()),), "sampling", "", detail=detail)


def profiled(one: Counter[str] = BEFORE, two: Counter[str] = AFTER, minimum: int = 500) -> Evidence:
    found = synthetic.evidence(synthetic.LADDER[:3])
    profiles = {"pyaes_clean": one, "pyaes_opt": two}
    for name, of in profiles.items():
        found = synthetic.changed(found, name, *(sampled(of, build, minimum) for build in synthetic.BUILDS))
    runs = tuple(
        replace(run, stacks=dict.fromkeys(synthetic.BUILDS, profiles[run.name])) if run.name in profiles else run
        for run in found.runs
    )
    return replace(found, runs=runs, baseline=runs[0])


def gained(found: Evidence) -> list[Block]:
    return gain_words.blocks(found, [compare(found, build) for build in found.builds], found.runs[1])


def test_a_variant_gets_a_waterfall_per_build_and_both_differences() -> None:
    fall, grew, went, debug = gained(profiled())
    assert isinstance(fall, Waterfall) and isinstance(debug, Waterfall)
    assert isinstance(grew, FlameGraph) and isinstance(went, FlameGraph)
    assert [b.key for b in (fall, grew, went, debug)] == [
        "gain:pyaes_opt:release", "grew:pyaes_opt:release", "went:pyaes_opt:release", "gain:pyaes_opt:dbg",
    ]  # fmt: skip
    assert not fall.detail and debug.detail
    assert fall.title.startswith("Where the gain of pyaes_opt came from, on ")
    assert "AES.encrypt (pyaes/aes.py) is gone, 38.3 ms less [" in fall.caption
    assert "work that moved from one into another goes in one step and comes in another" in fall.caption
    first, *steps, last = fall.steps
    assert first.whole and last.whole and (first.role, last.role) == ("baseline", "variant-0")
    assert first.value + math.fsum(s.value for s in steps) == pytest.approx(last.value, abs=1e-9)
    shown = [float(s.text.split()[0].replace("−", "-")) for s in fall.steps]
    assert math.fsum(shown[:-1]) == pytest.approx(shown[-1])
    kinds = {s.label: s.kind for s in steps}
    assert kinds[LOOP] == "benchmark loop" and kinds["AES.encrypt (pyaes/aes.py)"] == "library"
    notes = {box.name: (box.shade, box.note) for box in went.boxes}
    assert notes["AES.encrypt (pyaes/aes.py)"][0] == "gone" and notes["AES.encrypt (pyaes/aes.py)"][1].endswith(
        "now none"
    )
    assert "that is new begins with blocks" in grew.caption and "that is gone begins with AES.encrypt" in went.caption
    assert sum(box.width for box in grew.boxes if not box.depth) == pytest.approx(grew.whole)


def test_what_is_left_of_a_thousandth_is_said_in_its_own_unit() -> None:
    found = profiled()
    quick = synthetic.timed("time", "release", synthetic.SECONDS["release"] / 5000, "quick")
    fall = gained(synthetic.changed(found, "pyaes_opt", quick))[0]
    assert isinstance(fall, Waterfall)
    assert re.fullmatch(r"0\.0 ms \(9\.\d\d µs\)", fall.steps[-1].text)
    assert "The steps are of the baseline's profile only" in fall.caption
    assert "too little to see beside the baseline" in fall.caption and "profile only" not in gained(found)[0].caption  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (profiled(minimum=5_000), "the profile of pyaes_clean has 1,000 samples, and shares are too rough below 5,000"),
        (synthetic.changed(profiled(), "pyaes_opt", drop=["time"]), ""),
    ],
)
def test_without_enough_there_is_a_sentence_or_nothing(found: Evidence, said: str) -> None:
    blocks = gained(found)
    assert all(isinstance(block, Text) and said in block.text for block in blocks)
    assert len(blocks) == (len(found.builds) if said else 0)


def test_a_wrong_or_unprofiled_variant_gets_no_waterfall() -> None:
    found = profiled()
    assert gain_words.blocks(found, [compare(found, "release")], found.runs[2]) == []  # it has no profile
    unsteady = found.runs[1]
    outcomes = tuple(replace(o, digest="other") for o in unsteady.manifest.outcomes)
    wrong = replace(unsteady, manifest=replace(unsteady.manifest, outcomes=outcomes))
    (block,) = gained(replace(found, runs=(found.runs[0], wrong), study=replace(found.study, builds=("release",))))
    assert isinstance(block, Text) and "its answer is not the baseline's" in block.text


def drawn(found: Evidence, build: str = "release") -> Traces:
    chart = value_traces.traces(found, compare(found, build))
    assert chart is not None
    return chart


def test_every_value_of_every_process_is_drawn() -> None:
    found = profiled()
    chart = drawn(found)
    assert [trace.label for trace in chart.traces] == [run.label for run in found.runs]
    for trace, run in zip(chart.traces, found.runs, strict=True):
        measured = list(run.processes("release").values())
        assert trace.warm_ups == 1 and len(trace.processes) == len(measured)
        mean = sum(sum(p) / len(p) for p in measured) / len(measured)
        for process, values in zip(trace.processes, measured, strict=True):
            assert process[1:] == pytest.approx([v / mean for v in values], rel=1e-3)
            assert process[0] == pytest.approx(values[1] * 1.002 / mean, rel=1e-3)
    assert "Flat (from the first value on): pyaes_clean" in chart.caption


def test_the_table_behind_traces_holds_medians_over_processes() -> None:
    chart = drawn(profiled())
    short = data.data(chart)
    assert short.columns == ("median over processes", "warm-up 0", "1", "2", "3")
    last = sorted(process[-1] for process in chart.traces[1].processes)
    assert short.rows[1][-1].value == pytest.approx((last[4] + last[5]) / 2, rel=1e-3) and len(short.rows) == 3


def test_an_axis_is_logarithmic_where_a_warm_up_dwarfs() -> None:
    trace = drawn(profiled()).traces[0]
    calm = change_palette.trace_scale(trace)
    wild = change_palette.trace_scale(replace(trace, processes=((80.0, *trace.processes[0][1:]), *trace.processes[1:])))
    assert (calm.log, wild.log) == (False, True)
    assert wild.high > 80 and wild.ticks[-1] == (80.0, "80×") and calm.low < min(min(p) for p in trace.processes)
    assert len(calm.ticks) >= 2


def test_one_cold_value_per_process_is_no_trace() -> None:
    cold = Measurement("timing", "release", "time", "s", (1.0, 1.1, 1.2), "clock")
    found = synthetic.changed(profiled(), "pyaes_clean", cold)
    found = replace(found, runs=found.runs[:1])
    assert value_traces.traces(found, compare(found, "release")) is None


def test_the_page_draws_steps_where_the_one_before_ended() -> None:
    fall = gained(profiled())[0]
    assert isinstance(fall, Waterfall)
    joints, bar, labels = plotly_figures.draw(fall).to_dict()["data"]
    ends = [base + x for base, x in zip(bar["base"], bar["x"], strict=True)]
    assert bar["base"][0] == bar["base"][-1] == 0
    assert ends[0] == pytest.approx(ends[1], rel=1e-4) and bar["base"][1] == pytest.approx(ends[2], rel=1e-4)
    assert ends[-1] == pytest.approx(fall.steps[-1].value, rel=1e-4)
    assert list(joints["x"])[:3] == [bar["x"][0], bar["x"][0], None]
    assert len(labels["text"]) == len(fall.steps) and "AES.encrypt" in labels["text"][1]
    colours = bar["marker"]["color"]
    assert colours[0] == colours[-1] == palette.BASELINE  # no hue of a variant, which would look like less or more
    assert colours[1] == change_palette.SHADES["gone"] and colours[4] == change_palette.SHADES["new"]


def test_the_page_draws_a_panel_per_variant_and_a_gap_between_processes() -> None:
    chart = drawn(profiled())
    figure = plotly_figures.draw(chart).to_dict()
    assert [trace["yaxis"] for trace in figure["data"]] == ["y", "y2", "y3"]
    first = figure["data"][0]
    assert list(first["x"])[:5] == [0, 1, 2, 3, None] and list(first["y"]).count(None) == synthetic.PROCESSES - 1
    domains = [figure["layout"][f"yaxis{n}"]["domain"] for n in ("", 2, 3)]
    assert domains[0][0] > domains[1][1] and domains[1][0] > domains[2][1] >= 0
    assert all(shape["x1"] == 0.5 for shape in figure["layout"]["shapes"])


def test_paper_draws_the_same_steps_and_panels() -> None:
    fall, chart = gained(profiled())[0], drawn(profiled())
    assert isinstance(fall, Waterfall)
    (axes,) = paper_figures.draw(fall).axes
    places = [sorted((bar.get_x(), bar.get_x() + bar.get_width())) for bar in axes.patches]  # type: ignore[attr-defined]
    assert places == [pytest.approx(sorted(place), abs=1e-9) for place in change_palette.totals(fall.steps)]
    words = [text.get_text() for text in axes.texts]
    assert all(step.label in words and step.text in words for step in fall.steps)
    panels = paper_figures.draw(chart).axes
    assert [len(panel.lines) for panel in panels] == [synthetic.PROCESSES] * len(chart.traces)
    assert all(np.array_equal(panel.lines[0].get_xdata(), [0, 1, 2, 3]) for panel in panels)
    boxes = [panel.get_window_extent() for panel in panels]
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])


def test_a_difference_is_drawn_in_its_colours_and_with_both_times() -> None:
    grew = gained(profiled())[1]
    assert isinstance(grew, FlameGraph)
    figure = plotly_figures.draw(grew).to_dict()
    by_name = {trace["name"]: trace for trace in figure["data"]}
    assert list(by_name) == ["under half", "new"]
    assert by_name["new"]["marker"]["color"] == change_palette.SHADES["new"]
    assert any("before none, now" in shown for shown in by_name["new"]["hovertext"])
    assert figure["layout"]["xaxis"]["range"][1] == pytest.approx(grew.whole)


def test_all_formats_take_hostile_names() -> None:
    hostile = Counter({f"{LOOP};{HOSTILE}": 700, LOOP: 300})
    document = sections.build(profiled(two=hostile))
    page = html.render(document).decode()
    assert "<script>alert(1)" not in page
    figures = re.findall(r'<script type="application/json" id="plot-\d+-data">(.*?)</script>', page, re.DOTALL)
    assert not re.search(r"<(?!/?(b|i|br|extra)>)", json.dumps([json.loads(figure) for figure in figures]))
    paper = "".join(sheet.extract_text() for sheet in PdfReader(BytesIO(pdf.render(document))).pages)
    assert "Where the gain of pyaes_opt came from" in " ".join(paper.split())
    assert "\\<script>alert(1)\\</script>" in markdown.render(document).decode()
    assert xlsx.render(document) == xlsx.render(document)


def test_text_shows_the_waterfall_and_names_that_of_the_other_build() -> None:
    said = text.render(sections.build(profiled())).decode()
    line = next(
        line for line in said.splitlines() if line.strip().startswith("AES.encrypt (pyaes/aes.py)") and "ms" in line
    )
    assert re.search(r" {3,}-{10,} +−38\.3 ms$", line), line
    assert said.count("Where the gain of pyaes_opt came from, on") == 1
    assert "What pyaes_opt does instead" not in said
    assert max(map(len, said.splitlines())) <= text.WIDTH


def test_binomial_draws_are_binomial_and_the_same_whatever_the_version_of_numpy() -> None:
    draws = gains._binomial(674, 0.3, np.random.default_rng(1))
    assert draws.mean() == pytest.approx(674 * 0.3, rel=0.01)
    assert draws.std() == pytest.approx((674 * 0.3 * 0.7) ** 0.5, rel=0.05)
    uniform = np.random.default_rng(1).random(len(draws))
    assert (draws == stats.binom.ppf(uniform, 674, 0.3)).all()
    assert set(gains._binomial(50, 0.0, np.random.default_rng(1))) == {0}
    assert set(gains._binomial(50, 1.0, np.random.default_rng(1))) == {50}
