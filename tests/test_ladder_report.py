"""The ladder in a report: order and factors of rungs, when a start-up is repaid, peers beside it, the limit above it."""

from __future__ import annotations

import io
import json
import math
import re
from dataclasses import replace

import pytest
from openpyxl import load_workbook

from bench.model import PEER, Collection, Measurement, Outcome
from reporting.charts import BarChart
from reporting.compare import compare
from reporting.document import Document, Prose, Table, Text
from reporting.evidence import Evidence
from reporting.measures import ladder
from reporting.renderers import json as json_renderer
from reporting.renderers import markdown, text, xlsx
from reporting.statistics import Interval
from reporting.words import ladder_tables, overview, sections, tables
from tests import synthetic
from tests.synthetic import BASE, LADDER, Made

RUNGS = [made.name for made in LADDER if made.kind == "rung"]


quick = pytest.fixture(scope="module", autouse=True)(synthetic.quick)


@pytest.fixture(scope="module")
def found() -> Evidence:
    return synthetic.evidence()


@pytest.fixture(scope="module")
def document(found: Evidence) -> Document:
    return sections.build(found)


def words(document: Document) -> str:
    return " ".join(text.render(document).decode().split())


def table(document: Document, title: str) -> Table:
    return next(b for s in document.sections for b in s.blocks if isinstance(b, Table) and b.title.startswith(title))


def outcome(found: Evidence, name: str, **fields: str) -> Evidence:
    """Return the evidence with the outcomes of one variant changed."""
    runs = tuple(
        replace(r, manifest=replace(r.manifest, outcomes=tuple(replace(o, **fields) for o in r.manifest.outcomes)))
        if r.name == name
        else r
        for r in found.runs
    )
    return replace(found, runs=runs, baseline=runs[0])


def test_rungs_climb_by_measured_speed_and_not_by_the_order_of_the_study() -> None:
    shuffled = synthetic.evidence((LADDER[0], LADDER[7], LADDER[2], LADDER[9], LADDER[1]))
    rungs = ladder.rungs(compare(shuffled, "release"))
    assert [rung.speed.run.name for rung in rungs] == [BASE, "pyaes_opt", "pyaes_opt2", "pyaes_vaes"]
    assert [rung.below.run.name if rung.below else "" for rung in rungs] == ["", BASE, "pyaes_opt", "pyaes_opt2"]


def test_a_factor_is_over_the_rung_below_and_paired_by_block(found: Evidence) -> None:
    rungs = {rung.speed.run.name: rung for rung in ladder.rungs(compare(found, "release"))}
    factor = rungs["pyaes_vaes"].factor
    assert factor is not None and factor.low < 14_600 / 9_870 < factor.high
    assert factor.reach < 0.01  # blocks differ by 2 %, which both rungs share
    product = math.prod(rung.factor.value for rung in rungs.values() if rung.factor)
    speedup = rungs["pyaes_vaes"].speed.speedup
    assert speedup is not None and product == pytest.approx(speedup.value)


def test_what_is_slower_than_the_baseline_is_no_step_up() -> None:
    slow = synthetic.evidence((LADDER[0], Made("pyaes_slow", 0.5), LADDER[1]))
    rungs = ladder.rungs(compare(slow, "release"))
    assert [rung.speed.run.name for rung in rungs] == [BASE, "pyaes_slow", "pyaes_opt"]
    assert rungs[1].factor is None and rungs[2].below is rungs[0].speed
    cell = table(sections.build(slow), "What each rung bought").rows[1][2]
    assert cell.missing and "slower than the baseline" in cell.note


@pytest.mark.parametrize(
    ("start", "below", "seconds", "seconds_below", "expected"),
    [
        (1.0, 0.1, 0.01, 0.10, 10.0),  # 0.9 s repaid by 0.09 s an iteration
        (1.0, 0.1, 0.01, 0.11, 9.0),
        (1.0, 0.1, 0.01, 0.1099, 10.0),  # rounded up: after nine it is not yet ahead
        (0.1, 1.0, 0.01, 0.10, 0.0),
        (0.1, 0.1, 0.01, 0.10, 0.0),
        (1.0, 0.1, 0.10, 0.10, math.inf),
        (0.0, 0.1, 0.11, 0.10, math.inf),  # starts sooner, falls behind for good
    ],
)
def test_a_longer_start_up_is_repaid(
    start: float, below: float, seconds: float, seconds_below: float, expected: float
) -> None:
    assert ladder.overtakes(start, below, seconds, seconds_below) == expected


def test_start_up_is_compared_with_that_of_the_rung_below(document: Document, found: Evidence) -> None:
    starts = table(document, "What each rung costs at start-up")
    assert starts.columns == ("variant", "import", "first call", "ahead after", "nothing compiled", "ahead then")
    rows = {row[0].text: row for row in starts.rows}
    assert rows[BASE][3].text == "" and rows["pyaes_opt"][3].text == "at once"
    # numba: 1.3 s against 0.114 s of the rung below, 1.04 ms an iteration against 0.043 ms
    assert isinstance(rows["pyaes_numba"][3].value, float) and 1_150 < rows["pyaes_numba"][3].value < 1_230
    # nothing compiled: 7 s, against the same 0.114 s of a rung that compiles nothing
    assert isinstance(rows["pyaes_numba"][5].value, float) and 6_700 < rows["pyaes_numba"][5].value < 7_100
    # nothing compiled: llvm's rung compiles nothing more, so it starts as ever, and sooner than numba
    assert rows["pyaes_ttable_llvm"][4].text == "" and rows["pyaes_ttable_llvm"][5].text == "at once"
    assert isinstance(rows["pyaes_aesni"][5].value, float) and rows["pyaes_aesni"][5].value > 10_000
    assert rows["peer_cryptography (peer)"][2].value == pytest.approx(0.05, rel=0.02)
    level = synthetic.changed(found, "pyaes_vaes", synthetic.timed("time", "release", 0.048 / 9_870, "pyaes_aesni"))
    last = ladder.rungs(compare(level, "release"))[-1]
    assert last.factor is None or last.factor.low > 1 or last.ahead == math.inf


def test_a_rung_that_is_not_measurably_faster_never_gets_ahead(found: Evidence) -> None:
    near = synthetic.changed(found, "pyaes_vaes", synthetic.timed("time", "release", 0.048 / 9_880, "x"))
    top = ladder.rungs(compare(near, "release"))[-1]
    assert top.factor is not None and top.factor.low <= 1 < top.factor.value and top.ahead == math.inf
    sooner = [m for name in (ladder.IMPORT, ladder.FIRST_CALL) if (m := found.runs[1].find("release", name))]
    at_once = ladder.rungs(compare(synthetic.changed(near, top.speed.run.name, *sooner), "release"))[-1]
    assert at_once.factor == top.factor and at_once.ahead == 0  # it starts sooner, and is ahead from then on
    starts = ladder_tables.starts(near, compare(near, "release"))
    assert isinstance(starts[0], Table) and [row[3].text for row in starts[0].rows].count("never") == 1


def test_without_start_up_the_block_is_left_out_and_one_missing_variant_has_its_reason(found: Evidence) -> None:
    parts = ("import", "first call")
    one = synthetic.changed(found, "pyaes_numba", drop=parts)
    run = next(r for r in one.runs if r.name == "pyaes_numba")
    others = tuple(done for done in run.manifest.collections if done.collector != "startup")
    collections = (*others, Collection("startup", "release", skipped="it hung"))
    skipped = replace(run, manifest=replace(run.manifest, collections=collections))
    one = replace(one, runs=tuple(skipped if r is run else r for r in one.runs))
    starts = ladder_tables.starts(one, compare(one, "release"))
    assert isinstance(starts[0], Table)
    rows = {row[0].text: row for row in starts[0].rows}
    assert rows["pyaes_numba"][1].note == "pyaes_numba: it hung" and rows["pyaes_numba"][3].missing
    assert "pyaes_numba" in rows["pyaes_ttable_llvm"][3].note  # the one above it has nothing to compare with
    none = found
    for made in LADDER:
        none = synthetic.changed(none, made.name, drop=(*parts, *(p + ladder.NOTHING_COMPILED for p in parts)))
    assert ladder_tables.starts(none, compare(none, "release")) == []


def test_parts_of_a_start_up_that_are_not_of_the_same_processes_are_not_added(found: Evidence) -> None:
    odd = synthetic.changed(found, BASE, Measurement("startup", "release", "import", "s", (0.1, 0.2)))
    assert ladder.start_up(odd.baseline, "release") is None and ladder.start_up(found.baseline, "release") is not None


def test_peers_are_no_rungs(found: Evidence, document: Document) -> None:
    comparison = compare(found, "release")
    peers = [s for s in comparison.speeds if s.run.is_peer]
    assert len(peers) == 2 and all(s.speedup and s.verdict == "faster" for s in peers)
    assert comparison.geomean_over == tuple(RUNGS[1:])
    plain = compare(synthetic.evidence([made for made in LADDER if made.kind != PEER]), "release")
    assert comparison.geomean is not None and plain.geomean is not None
    assert comparison.geomean.value == pytest.approx(plain.geomean.value)
    assert [row[0].text for row in table(document, "What each rung bought").rows] == RUNGS
    best = synthetic.evidence((*LADDER[:3], Made("peer_fast", 90_000.0, PEER)))
    last = next(b for b in sections.build(best).sections[5].blocks if isinstance(b, Text))
    assert last.text.startswith("pyaes_opt2 is ")  # the conclusion's best is one of ours
    said = words(document)
    assert "peer_cryptography, a library peer, is 5,3" in said and "pyaes_vaes ran at 2.7" in said
    performance = [row[0].text for row in table(document, "Variants by metrics (release)").rows]
    assert "peer_cryptography (peer)" in performance and "pyaes_vaes" in performance


def test_peers_of_the_series_are_in_no_table_of_the_job(found: Evidence, document: Document) -> None:
    name = "peer_openssl_stream"
    assert [run.name for run in found.series_peers] == [name] and name not in {run.name for run in found.runs}
    where = [b.title for s in document.sections for b in s.blocks if isinstance(b, Table)
             if any(name in row[0].text for row in b.rows)]  # fmt: skip
    series = ["Throughput by message size", "Share of the", "Bytes per cycle", "The files that were executed"]
    assert [title[:12] for title in where] == [title[:12] for title in series]
    bars = [b for s in document.sections for b in s.blocks if isinstance(b, BarChart)]
    assert name not in {bar.label for chart in bars for _, group in chart.groups for bar in group}
    assert f"{name} has no" not in words(document)


def test_the_chart_has_the_ladder_in_order_with_peers_hollow_and_a_line_per_build(found: Evidence) -> None:
    comparisons = [compare(found, build) for build in found.builds]
    chart = ladder_tables.chart(found, comparisons)
    for _, bars in chart.groups:  # the same order on both builds
        assert [bar.label for bar in bars] == [
            BASE, "pyaes_opt", "pyaes_opt2", "pyaes_bitsliced_numpy", "pyaes_numba", "peer_pycryptodome",
            "pyaes_ttable_llvm", "peer_cryptography", "pyaes_aesni", "pyaes_vaes",
        ]  # fmt: skip
        assert {bar.label for bar in bars if bar.outlined} == {"peer_pycryptodome", "peer_cryptography"}
    everywhere, release, debug = chart.lines
    assert (everywhere.value, everywhere.group) == (1.0, "") and chart.log
    assert release.value == pytest.approx(synthetic.LIMIT_SPEED, rel=0.02) and release.group == chart.groups[0][0]
    # the limit's own time is the same, so over a baseline that takes longer it lies farther up
    assert debug.value / release.value == pytest.approx(0.17 / 0.048, rel=0.02) and debug.group == chart.groups[1][0]
    assert release.name == "register-only limit" and release.text.endswith("]")


def test_the_limit_is_the_same_whatever_the_baseline(found: Evidence) -> None:
    other = replace(found, baseline=found.runs[2])
    one, two = ladder.limit(found), ladder.limit(other)
    assert one is not None and one == two
    assert ladder.headroom(one, found.runs[7], "release") == ladder.headroom(one, other.runs[7], "release")
    shares = ladder.share(one, found.runs[7], "release"), ladder.headroom(one, found.runs[7], "release")
    assert shares[0].value == pytest.approx(1 / shares[1].value) and shares[0].value == pytest.approx(0.608, rel=0.02)


def test_the_verdict_says_how_near_the_limit_is(found: Evidence, document: Document) -> None:
    told = [b for b in document.sections[0].blocks if isinstance(b, Text)]
    assert told[0].text.startswith("pyaes_vaes is 14,600×") and told[0].style == "verdict"
    assert told[1].style == ""  # a share of a limit is no verdict
    assert re.fullmatch(
        r"At 1 MiB into a buffer, the nearest of all points of the series, pyaes_vaes reaches 8\d\.\d\W% \[.*\] of the register-only limit; on the job "
        r"itself, which is none of these points, "
        r"it reaches 6\d\.\d\W% \[.*\] \(release\)\.",
        told[1].text,
    )
    wide = ladder_tables.limit_sentence(
        found, compare(found, "release"), ("pyaes_vaes", "16 B", Interval(1.3, 0.5, 2.9))
    )
    assert wide is not None and "16 B" not in wide.text  # an interval that wide tells nothing
    low = synthetic.changed(found, BASE, synthetic.timed("time of the limit", "release", 0.048 / 100, "limit"))
    beyond = ladder_tables.limit_sentence(low, compare(low, "release"), None)
    assert beyond is not None and beyond.style == "warning" and "the limit is none" in beyond.text
    slow = synthetic.evidence(LADDER[:2])  # 2.84 of 24,000 times the baseline's speed
    tiny = ladder_tables.limit_sentence(slow, compare(slow, "release"), None)
    assert tiny is not None and re.search(r"pyaes_opt reaches 0\.0\d{3}\W% \[0\.0\d+–0\.0\d+\] of the", tiny.text)


def test_what_fell_back_is_loud_everywhere(found: Evidence) -> None:
    fallen = outcome(found, "pyaes_vaes", path="fell back to pyaes_numba: this CPU has no AES-NI")
    document = sections.build(fallen)
    assert document.warnings[0].startswith("pyaes_vaes fell back to pyaes_numba: this CPU has no AES-NI (on CPython")
    (said,) = [
        b for b in document.sections[0].blocks if isinstance(b, Text) and "which fell back to pyaes_numba (" in b.text
    ]
    assert said.style == "warning"
    chart = next(b for b in document.sections[0].blocks if isinstance(b, BarChart))
    assert [bar.label for bar in chart.groups[0][1] if "fell back" in bar.text] == ["pyaes_vaes"]
    (note,) = [n for n in table(document, "What each rung bought").footnotes() if "fell back" in n]
    assert note == "pyaes_vaes fell back to pyaes_numba: this CPU has no AES-NI"
    assert overview.warnings(found) == ()


def test_a_variant_that_failed_is_no_rung_and_is_named(found: Evidence) -> None:
    broken = outcome(found, "pyaes_aesni", status="wrong answer", reason="byte 7 differs")
    bought = table(sections.build(broken), "What each rung bought")
    assert "pyaes_aesni" not in {row[0].text for row in bought.rows} and "pyaes_aesni" in bought.caption
    rungs = ladder.rungs(compare(broken, "release"))
    assert rungs[-1].below is not None and rungs[-1].below.run.name == "pyaes_ttable_llvm"


def test_an_older_archive_has_the_ladder_and_nothing_of_the_rest() -> None:
    kept = {"time", "time of the control"}
    old = synthetic.evidence(LADDER[:3], limit=("", ""))
    for made in LADDER[:3]:
        run = next(r for r in old.runs if r.name == made.name)
        old = synthetic.changed(old, made.name, drop=[m.metric for m in run.measurements if m.metric not in kept])
    document = sections.build(old)
    titles = {b.title for s in document.sections for b in s.blocks if not isinstance(b, Text | Prose)}
    assert "What each rung bought (release)" in titles
    assert not [t for t in titles if re.search("start-up|idea|Throughput|limit", t)]
    said = words(document)
    assert "limit;" not in said and "peer" not in said
    chart = next(b for b in document.sections[0].blocks if isinstance(b, BarChart))
    assert [line.name for line in chart.lines] == [BASE]
    verdicts = [b.text for b in document.sections[0].blocks if isinstance(b, Text) and b.style == "verdict"]
    assert [said.partition(" ")[0] for said in verdicts] == ["pyaes_opt", "pyaes_opt2"]  # few are all shown large


def test_roles_give_rungs_their_hues_first(found: Evidence) -> None:
    roles = {run.name: found.role(run) for run in (*found.runs, *found.series_peers)}
    assert roles[BASE] == "baseline" and roles["pyaes_opt"] == "variant-0"
    assert roles["peer_pycryptodome"] == f"variant-{len(RUNGS) - 1}"
    assert len(set(roles.values())) == len(roles)
    first = replace(found, runs=(found.runs[0], *reversed(found.runs[1:])))  # peers before rungs
    assert first.role(found.runs[7]) == "variant-0" and first.role(found.runs[9]) == f"variant-{len(RUNGS) - 1}"


def test_text_draws_the_ladder_on_a_log_scale_within_the_page(document: Document) -> None:
    lines = text.render(document).decode().splitlines()
    assert max(map(len, lines)) <= text.WIDTH
    start = next(i for i, line in enumerate(lines) if line == "  CPython 3.11.2 (release)")
    drawn = {line.split()[0]: line for line in lines[start + 1 : start + 12]}
    numba, vaes, peer = (drawn[name] for name in ("pyaes_numba", "pyaes_vaes", "peer_cryptography"))
    assert 1.2 < vaes.count("#") / numba.count("#") < 1.6  # log 14,600 over log 1,120
    assert "#" not in peer and re.search(r"\[ +\]", peer) and peer.endswith("peer")
    assert drawn["register-only"].count("|") == 1 and any("log scale" in line for line in lines[start - 4 : start])


def test_long_labels_leave_bars_shorter_and_not_lines_longer(found: Evidence) -> None:
    fallen = outcome(found, "peer_pycryptodome", path="fell back to something")
    lines = text.render(sections.build(fallen)).decode().splitlines()
    assert max(map(len, lines)) <= text.WIDTH and any(line.endswith("peer fell back") for line in lines)


def test_a_peer_may_be_the_baseline(found: Evidence) -> None:
    other = replace(found, runs=(found.runs[9], *found.runs[:9]), baseline=found.runs[9])
    document = sections.build(other)
    chart = next(b for b in document.sections[0].blocks if isinstance(b, BarChart))
    assert chart.log and chart.groups[0][1][0].label == "peer_cryptography"  # 0.0002× is on it, too
    assert "the fastest library peer here" in words(document)  # the other peer, not the baseline itself
    assert "speed of peer_pycryptodome, the fastest" in words(document)


def test_a_debug_build_alone_warns_once_and_not_for_every_variant(found: Evidence) -> None:
    debug = sections.build(replace(found, study=replace(found.study, builds=("dbg",))))
    said = [(b.style, b.text) for b in debug.sections[0].blocks if isinstance(b, Text)]
    assert "verdict" not in {style for style, _ in said}
    assert [style for style, words in said if words.startswith(("pyaes", "peer"))].count("warning") == 1
    assert any("Only the debug build was measured" in warning for warning in debug.warnings)


def test_every_format_shows_the_limit(document: Document) -> None:
    limit = next(b for b in document.sections[0].blocks if isinstance(b, BarChart)).lines[1]
    assert limit.text in markdown.render(document).decode()
    sheet = load_workbook(io.BytesIO(xlsx.render(document)))["ladder"]
    values = {(row[0].value, row[1].value): row[2].value for row in sheet.iter_rows()}
    assert values[limit.group, limit.name] == pytest.approx(limit.value)
    record = json.loads(json_renderer.render(document))
    (chart,) = [b for b in record["sections"][0]["blocks"] if b["kind"] == "BarChart"]
    assert chart["lines"][1]["value"] == limit.value


def test_outcomes_of_old_manifests_have_no_path(found: Evidence) -> None:
    plain = table(sections.build(outcome(outcome(found, "pyaes_aesni", path=""), "pyaes_vaes", path="")), "What each")
    assert not any("ran as" in note for note in plain.footnotes()) and Outcome("release", "ok").path == ""
    assert tables.short("dbg") == "debug"
