"""`invoke whatif`: from a profile to a projection in words; what is not known or does not pay is said."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench import discover
from bench.errors import SuiteError, UsageError
from bench.rundir import Archive
from profiling import arguments
from reporting import codesign, evidence, whatif
from reporting.compare import compare
from reporting.document import Document, Table, Text
from reporting.evidence import Evidence
from reporting.model import accelerators, candidates, cards, interfaces, quantities
from reporting.model.candidates import Traffic
from reporting.renderers import text
from reporting.statistics import Interval, amdahl
from reporting.words import whatif_answers as answers
from tests import designs, synthetic
from tests.conftest import ROOT

KERNEL = "AES.encrypt (pyaes/aes.py)"
TRAFFIC = Traffic({KERNEL: 126, "copy (copy.py)": 1134}, "small", 23.0, same=False)
FREE = {"overhead": "0s", "latency": "0s", "bandwidth": "inf GB/s", "call": "none"}


@pytest.fixture
def found() -> Evidence:
    """A study with a profile: 80 % in the kernel, of which a fifth in what it calls; and with an ablation."""
    made = synthetic.evidence()
    stacks = Counter({f"bench;{KERNEL}": 640, f"bench;{KERNEL};copy (copy.py)": 160, "bench;increment (aes.py)": 200})
    rest = synthetic.timed("time without the kernel", "release", synthetic.SECONDS["release"] / 20, "rest")
    made = synthetic.changed(made, synthetic.BASE, rest)
    baseline = replace(made.runs[0], stacks={"release": stacks})
    study = replace(made.study, kernel="pyaes.aes:AES.encrypt")
    return replace(made, study=study, runs=(baseline, *made.runs[1:]), baseline=baseline)


@pytest.fixture
def ask(found: Evidence, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Return what the command prints for some of its options."""
    monkeypatch.setattr(evidence, "read", lambda archive, timestamp: found)
    monkeypatch.setattr(candidates, "counted", lambda archive, evidence: TRAFFIC)

    def said(**given: Any) -> str:
        return text.written(document(**given))

    def document(**given: Any) -> Document:
        return whatif.document(Archive("aes", tmp_path), found.study.timestamp, wanted(**given))

    said.document = document  # type: ignore[attr-defined]
    return said


def wanted(**given: Any) -> whatif.Wanted:
    """Return what the command line would ask for; what is not given has its default there."""
    options = {name: default for name, (default, _) in arguments.WHATIF.items() if name not in arguments.STUDY}
    return whatif.read({**options, **given})


def cells(document: Document, key: str) -> dict[str, str]:
    """Return the first two columns of a table."""
    (table,) = [b for s in document.sections for b in s.blocks if isinstance(b, Table) and b.key.startswith(key)]
    return {row[0].text: row[1].text for row in table.rows}


def test_a_projection_says_all_that_was_asked_for(ask: Any) -> None:
    said = ask(kernel="AES.encrypt", acceleration="370", interface="pcie", bytes="16")
    assert max(map(len, said.splitlines())) <= 100
    plain = " ".join(said.split())
    for words in (
        "a projection, not a measurement", "by ablation: timed with and without it in 10 processes each",
        "126 counted exactly at size small (cProfile), times 23", "2,898", "16 there, 16 back", "370×", "LogCA's g1", "if its work grows with its bytes",
        "what binds",
        "Sensitivity", "bandwidth to it", "SIGCOMM 2018", "1.00 µs [0.300–5.00]",
    ):  # fmt: skip
        assert words in plain, words


def test_the_cap_is_that_of_the_ablation(ask: Any, found: Evidence) -> None:
    facts = cells(ask.document(acceleration="1e9", **FREE, interface="isa"), "projection")
    assert facts["cap"].startswith("20.") and facts["speedup of the whole"].startswith("20.")
    assert facts["share of the time"].startswith("95.")


def test_another_function_has_its_share_from_samples(ask: Any, found: Evidence) -> None:
    document = ask.document(kernel="copy", acceleration="inf", interface="isa", **FREE)
    facts = cells(document, "projection")
    assert facts["share of the time"].startswith("16.0\u00a0%")
    assert facts["calls per iteration"] == "26,082"
    assert facts["cap"].startswith("1.19")
    assert "sampled stacks: 1,000 samples of release" in text.written(document)


def test_without_an_ablation_the_share_is_that_of_the_stack(found: Evidence) -> None:
    plain = replace(found, study=replace(found.study, kernel=""))
    inputs = candidates.from_profile(plain, "AES.encrypt", TRAFFIC)
    assert inputs.share is not None and inputs.share.value == pytest.approx(0.8) and not inputs.host
    assert amdahl(inputs.share).value == pytest.approx(5.0)


def test_without_a_kernel_it_is_the_hottest(found: Evidence) -> None:
    assert candidates.from_profile(found).name == "AES.encrypt"


def test_without_an_acceleration_it_sweeps(ask: Any) -> None:
    table = cells(ask.document(interface="mmio"), "accelerations")
    assert list(table) == ["2.00×", "5.00×", "10.0×", "30.0×", "100×", "300×", "1,000×", "∞"]
    values = [float(shown.partition("×")[0]) for shown in table.values()]
    assert values == sorted(values) and values[0] < 2


def test_without_an_interface_all_are_compared(ask: Any) -> None:
    table = cells(ask.document(acceleration="370"), "interfaces")
    assert list(table) == list(interfaces.PRESETS)
    said = ask(acceleration="370")
    assert "opencl" in said and "loses" in said


@pytest.mark.parametrize("acceleration", ["370", ""])
def test_without_an_interface_the_reference_is_told_of_and_the_free_one_is_a_bound(ask: Any, acceleration: str) -> None:
    """Nothing is ever faster than an interface that costs nothing, so it would always be the headline."""
    document = ask.document(acceleration=acceleration)
    said = " ".join(text.written(document).split())
    facts, told = (
        cells(document, "projection"),
        cells(ask.document(acceleration=acceleration or "inf", interface="dma"), "projection"),
    )
    assert facts["speedup of the whole"] == told["speedup of the whole"]
    assert " over dma, " in said and "The answer is over dma" in said
    (bound,) = re.findall(r"isa costs nothing by itself, so no interface can beat it: (\S+) \[", said)
    cap = facts["cap"].partition("\u00a0")[0].split()[0]
    if acceleration:
        assert (
            float(bound.strip("×")) < float(cap.strip("×")) and "kept from the cap by the accelerator's work." in said
        )
    else:
        assert bound == cap and "], which is the cap." in said
    if acceleration:
        (table,) = [
            b for s in document.sections for b in s.blocks if isinstance(b, Table) and b.key.startswith("interfaces")
        ]
        assert table.columns[3:] == (f"against {synthetic.BASE}", "against pyaes_vaes")
        verdicts = {row[0].text: (row[3].text, row[4].text) for row in table.rows}
        assert verdicts["isa"] == ("a bound", "loses") and verdicts["dma"] == ("pays", "loses")
        assert verdicts["opencl"] == ("loses", "loses")
    free = interfaces.PRESETS["isa"]
    assert free.free and not any(each.free for name, each in interfaces.PRESETS.items() if name != "isa")


def test_a_design_of_the_hardware_study_is_projected_with_what_was_measured_of_it(ask: Any, tmp_path: Path) -> None:
    with pytest.raises(SuiteError, match="no hardware study"):
        ask(design="aes_iterative")
    made = designs.study(designs.result(), designs.result(name="other"))
    Archive("aes", tmp_path).write_hardware(replace(made, size="tiny"))
    with pytest.raises(UsageError, match="no hardware study of aes is of size full"):
        ask(design="aes_pipelined")
    Archive("aes", tmp_path).write_hardware(made)
    said = " ".join(ask(design="aes_iterative", interface="dma").split())
    assert "the design aes_iterative" in said and "31,636 cycles, simulated (CXXRTL), at the clock of 3 seeds" in said
    assert "16 there, 16 back" in said and "95.0 MHz" in said
    assert said.startswith("What would aes_iterative bring?") and "as timed beside the design's host" in said
    with pytest.raises(UsageError, match="no design 'aes'") as caught:
        ask(design="aes")
    assert "aes_iterative, other" in caught.value.hint
    with pytest.raises(SuiteError, match="place"):
        ask(design="aes_iterative", grade="8")


def test_impossible_questions_about_a_design_are_refused(ask: Any, tmp_path: Path) -> None:
    message = {"calls": 2, "sent": 46_112, "received": 46_016, "grain": 16, "fixed": 48}
    wrong = {"simulate": ("wrong answer: block 3", ""), "host": ("not timed", "")}
    made = designs.study(
        designs.result(), designs.result(name="message", **message), designs.result(name="bad", cycles=0, host=(), missing=wrong)
    )  # fmt: skip
    Archive("aes", tmp_path).write_hardware(made)
    for given, why, hint in (
        ({"design": "message", "calls": "10500"}, "works on 16 bytes at least, and there are 46,016", "Give 2,876 or"),
        ({"design": "aes_iterative", "calls": "100"}, "does not grow with the bytes", "2,876 were counted"),
        ({"design": "bad"}, "simulate: wrong answer: block 3", "Choose another design, or mend this one: bench/aes"),
        ({"design": "message", "interface": "isa", "asynchronous": True}, "no host does other work beside isa", "mmio"),
    ):
        with pytest.raises(SuiteError, match=why) as caught:
            ask(**given)
        assert hint in caught.value.hint, given
    few, many = (cells(ask.document(design="message", calls=n, interface="dma"), "projection") for n in ("2", "2876"))
    assert few["bytes per call"] == "23,056 there, 23,008 back" and many["bytes per call"] == "64 there, 16 back"
    plain = cells(ask.document(design="message", interface="dma"), "projection")
    assert few == plain and float(many["cap"].partition("×")[0]) < 1  # 1,438 times the host's part


def test_a_host_that_goes_on_is_taken_to_have_other_work(ask: Any) -> None:
    assert "to need no result of it meanwhile" in " ".join(
        ask(acceleration="9", interface="dma", asynchronous=True).split()
    )
    all_ = ask.document(acceleration="9", asynchronous=True)
    assert "isa" not in cells(all_, "interfaces") and "dma" in cells(all_, "interfaces")
    assert "meanwhile" not in ask(acceleration="9", interface="isa")


def test_the_whole_job_is_no_part_to_accelerate(ask: Any, found: Evidence, monkeypatch: pytest.MonkeyPatch) -> None:
    job = Counter({f"bench;{stack}": n for stack, n in found.baseline.stacks["release"].items()})
    every = Counter({f"bench_it (run.py);{stack}": n for stack, n in job.items()})
    baseline = replace(found.baseline, stacks={"release": every})
    changed = replace(found, runs=(baseline, *found.runs[1:]), baseline=baseline)
    monkeypatch.setattr(evidence, "read", lambda archive, timestamp: changed)
    monkeypatch.setattr(candidates, "counted", lambda archive, evidence: None)
    with pytest.raises(UsageError, match="bench_it with all that it calls is the whole job") as caught:
        ask(kernel="bench_it", acceleration="999")
    assert caught.value.hint.startswith("Name a part of it: --kernel AES.encrypt")


def test_the_fastest_software_is_named_where_it_beats_the_accelerator(ask: Any, found: Evidence) -> None:
    said = " ".join(ask(acceleration="370", interface="dma").split())
    assert "It loses to pyaes_vaes (VAES, 512 bits), the fastest software of the study, by " in said
    alone = accelerators.software(found, compare(found, "release"))[-1]
    fast = codesign.project(replace(candidates.from_profile(found), calls=1.0), interfaces.PRESETS["isa"])
    slow = replace(alone, seconds=Interval(1.0, 0.9, 1.1), way="")
    (better,) = answers.against(fast, slow)
    (open_,) = answers.against(fast, replace(slow, seconds=fast.seconds))
    assert isinstance(better, Text) and better.text.startswith(f"It beats {alone.run.name}, the fastest")
    assert isinstance(open_, Text) and "cannot be told" in open_.text
    assert (
        answers.against(fast, None)
        == answers.against(replace(fast, inputs=replace(fast.inputs, calls=None)), slow)
        == []
    )


def test_a_cost_per_byte_is_asked_for_and_read_from_a_file(ask: Any, tmp_path: Path) -> None:
    given = {"acceleration": "370", "interface": "dma", "bytes": "16"}
    plain, dear = (cells(ask.document(**given, overhead_per_byte=each), "terms") for each in ("", "1us"))
    assert plain["overhead of calls"] != dear["overhead of calls"] and plain["latency"] == dear["latency"]
    with pytest.raises(UsageError, match="--overhead-per-byte 'much'"):
        ask(**given, overhead_per_byte="much")
    path = tmp_path / "card.toml"
    path.write_text('base = "dma-flush"\noverhead_per_byte = "1ns"\n')
    assert cards.named(str(path)).per_byte.typical == pytest.approx(1e-9)
    path.write_text('base = "isa"\nhost = "asynchronous"\n')
    with pytest.raises(UsageError, match=r"card\.toml: no host does other work beside card"):
        cards.named(str(path))


def test_what_does_not_pay_is_said_plainly(ask: Any) -> None:
    said = ask(acceleration="370", interface="opencl")
    assert "It loses: the whole would be" in said and "times slower than without the accelerator" in said
    assert "It may lose" in ask(acceleration="370", interface="isa", overhead="10ns..100us")


def test_where_growing_calls_decide_whether_it_pays_that_is_said(ask: Any) -> None:
    words = "1,134 were counted at size small, and are taken to grow with the work, to 26,082. If they do not grow, it would"
    given = {"kernel": "copy", "acceleration": "100", "interface": "dma"}
    said = " ".join(ask(**given).split())
    assert "It loses" in said and words in said
    for other in ({"calls": "26082"}, {"interface": "opencl"}, {"kernel": "AES.encrypt"}):
        assert words.partition(" ")[2] not in " ".join(ask(**{**given, **other}).split()), other


def test_what_was_taken_without_a_kernel_is_said_with_others_to_ask_for(ask: Any) -> None:
    said = " ".join(ask(acceleration="370", interface="pcie").split())
    assert "Without --kernel it is AES.encrypt, which the family names: its share was timed." in said
    assert (
        "Others" not in said and "--design" not in said
    )  # no calls of another are known, and there is no hardware study
    assert "Without --kernel" not in ask(kernel="AES.encrypt", acceleration="370", interface="pcie")


def test_what_is_not_known_is_said_and_leaves_an_upper_bound(ask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates, "counted", lambda archive, evidence: None)
    said = " ".join(ask(acceleration="370", interface="pcie").split())
    assert "would run at most" in said and "every speedup is an upper bound" in said
    assert "break-even calls" in said
    known = " ".join(ask(acceleration="370", interface="pcie", calls="2876").split())
    assert "would run at most" not in known and "How many bytes a call moves is not known" in known
    with pytest.raises(UsageError, match=r"calls of AES\.encrypt are not known"):
        ask(acceleration="370", interface="pcie", bytes="16")


def test_an_unknown_function_names_those_there_are(ask: Any) -> None:
    with pytest.raises(UsageError, match=r"no function 'AES\.encypt'") as caught:
        ask(kernel="AES.encypt")
    assert caught.value.hint.startswith("Among those it has: AES.encrypt,")


def test_a_study_without_a_profile_or_times_says_what_to_do(found: Evidence) -> None:
    bare = replace(found, baseline=replace(found.baseline, stacks={}), study=replace(found.study, kernel=""))
    with pytest.raises(SuiteError, match="no profile"):
        candidates.from_profile(bare)
    untimed = replace(found, baseline=replace(found.baseline, measurements=()))
    with pytest.raises(SuiteError, match="no time"):
        candidates.from_profile(untimed)


def test_a_kernel_whose_removal_saves_nothing_is_refused(found: Evidence) -> None:
    slower = synthetic.timed("time without the kernel", "release", 2 * synthetic.SECONDS["release"], "rest")
    changed = synthetic.changed(found, synthetic.BASE, slower)
    with pytest.raises(SuiteError, match=r"no share of AES\.encrypt"):
        candidates.from_profile(changed, "AES.encrypt")


@pytest.mark.parametrize(
    ("count", "seconds", "calls", "why"),
    [
        (126, 0.05, 2898.0, "times 23 as much work"),
        (2, 0.05, 2.0, "too few to be calls per unit of work"),
        (100_000, 0.01, 100_000.0, "too short to be 23 times as many"),
    ],
)
def test_calls_of_another_size_grow_with_the_work_where_that_can_be(
    found: Evidence, count: int, seconds: float, calls: float, why: str
) -> None:
    run = found.baseline
    faster = synthetic.timed("time", "release", seconds / 0.8, "faster")
    others = (m for m in run.measurements if (m.build, m.metric) != ("release", "time"))
    changed = replace(
        found, baseline=replace(run, measurements=(*others, faster)), study=replace(found.study, kernel="")
    )
    inputs = candidates.from_profile(changed, "AES.encrypt", replace(TRAFFIC, calls={KERNEL: count}))
    assert inputs.calls == calls and why in inputs.sources["calls"]


def test_calls_are_counted_where_the_collector_left_them(found: Evidence, tmp_path: Path) -> None:
    archive = Archive("aes", tmp_path)
    assert candidates.counted(archive, found) is None
    path = archive.run(synthetic.BASE, found.study.timestamp).raw("exact") / "release" / "exact.json"
    path.parent.mkdir(parents=True)
    rows = [["AES.encrypt", "pyaes/aes.py", 203, 126], ["<built-in method len>", "", 0, 4]]
    path.write_text(json.dumps({"calls": rows}))
    traffic = candidates.counted(archive, found)
    assert traffic is not None and traffic.calls[KERNEL] == 126 and traffic.size == "small"
    assert traffic.factor == pytest.approx(discover.family("aes").sizes["full"] / discover.family("aes").sizes["small"])


@pytest.mark.parametrize(
    ("written", "units", "ends"),
    [
        ("1us", quantities.TIMES, (1e-6, 1e-6, 1e-6)),
        ("500 ns", quantities.TIMES, (5e-7, 5e-7, 5e-7)),
        ("1us..4us", quantities.TIMES, (1e-6, 2e-6, 4e-6)),
        ("0s..4us", quantities.TIMES, (0.0, 2e-6, 4e-6)),
        ("1us..2us..8us", quantities.TIMES, (1e-6, 2e-6, 8e-6)),
        ("4GB/s", quantities.RATES, (4e9, 4e9, 4e9)),
        ("64KiB", quantities.SIZES, (65536.0, 65536.0, 65536.0)),
        ("370x", quantities.FACTORS, (370.0, 370.0, 370.0)),
        ("1e3", quantities.FACTORS, (1e3, 1e3, 1e3)),
    ],
)
def test_quantities_are_read(written: str, units: quantities.Kind, ends: tuple[float, float, float]) -> None:
    found = quantities.read("--x", written, units)
    assert (found.low, found.typical, found.high) == pytest.approx(ends)


@pytest.mark.parametrize("wrong", ["", "fast", "1", "1GB", "-1us", "4us..1us", "1us..2us..3us..4us", "nanus"])
def test_what_is_no_time_is_refused(wrong: str) -> None:
    with pytest.raises(UsageError, match="--latency") as caught:
        quantities.read("--latency", wrong, quantities.TIMES)
    assert "500ns" in caught.value.hint


@pytest.mark.parametrize(
    "given",
    [
        {"acceleration": "0"},
        {"acceleration": "0..400"},
        {"acceleration": "1e30"},
        {"acceleration": "10..inf"},
        {"bandwidth": "0GB/s"},
        {"calls": "0"},
        {"calls": "inf"},
        {"bytes": "inf"},
        {"latency": "inf s"},
        {"overhead": "1e30s"},
    ],
)
def test_what_means_nothing_is_refused(ask: Any, given: dict[str, str]) -> None:
    (option,) = given
    with pytest.raises(UsageError, match=f"--{option} ") as caught:
        ask(**{"acceleration": "370", "interface": "pcie", **given})
    assert caught.value.exit_code == 2 and caught.value.hint.count(". ") == 0 and len(caught.value.hint) > 20


def test_the_ends_of_what_means_something_give_finite_figures(ask: Any) -> None:
    for acceleration in ("0.001", "1e9", "inf"):
        for bandwidth in ("1B/s", "1000000GB/s", "inf GB/s"):
            for calls, size in (("1", "0"), ("2876", "1MB/0")):
                said = ask(acceleration=acceleration, interface="pcie", bandwidth=bandwidth, calls=calls, bytes=size)
                assert "nan" not in said and max(map(len, said.splitlines())) <= 100


def test_an_interface_from_a_file(ask: Any, tmp_path: Path) -> None:
    path = tmp_path / "card.toml"
    path.write_text(
        '# measured on our card\nbase = "pcie"\nsummary = "our card"\noverhead = "2us"\nsource = "our lab, 2026"  # by hand\n'
    )
    card = cards.named(str(path))
    assert card.overhead.exact and card.overhead.typical == 2e-6 and card.latency == interfaces.PRESETS["pcie"].latency
    assert card.sources["overhead"] == "our lab, 2026"
    said = ask(acceleration="370", interface=str(path))
    assert "Assumptions: card" in said and "our lab, 2026" in said


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ("overhead = 2", "line 1, is not understood"),
        ('base = "pcie"\nto = "1GB/s"\nto = "2GB/s"', "line 3, gives to a second time"),
        ('colour = "red"\nlatency = "1us"', "not known: colour$"),
        ('base = "smoke"', "base = 'smoke' is not known"),
        ('base = "pcie"\nhost = "late"', "host = 'late' is not known"),
        ('base = "pcie"\nlatency = "soon"', "card.toml: latency = 'soon' is not understood"),
        ('base = "pcie"\nlatency = ""', "latency = '' is not understood"),
        ('base = "pcie"\nbandwidth = "0GB/s"', "bandwidth = '0GB/s' is out of range"),
        ('bandwidth = "1GB/s"\noverhead = "1us"', "does not set latency, and"),
        ('to = "1GB/s"', "does not set overhead, latency, back, and"),
    ],
)
def test_a_file_that_describes_no_interface_is_explained(tmp_path: Path, lines: str, why: str) -> None:
    path = tmp_path / "card.toml"
    path.write_text(lines)
    with pytest.raises(UsageError, match=why) as caught:
        cards.named(str(path))
    assert "card.toml" in str(caught.value) and caught.value.hint.endswith(".")


def test_a_file_that_is_not_there_is_explained(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"there is no file .*card\.toml here"):
        cards.named(str(tmp_path / "card.toml"))


def test_a_file_that_sets_all_needs_no_base(tmp_path: Path) -> None:
    path = tmp_path / "card.toml"
    path.write_text('overhead = "1us"\nlatency = "2us"\nbandwidth = "3GB/s"\n')
    card = cards.named(str(path))
    assert [r.typical for r in (card.overhead, card.latency, card.to, card.back)] == [1e-6, 2e-6, 3e9, 3e9]


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"design": "x", "kernel": "y"}, "--design excludes"),
        ({"grade": "7"}, "--grade has no effect"),
        ({"design": "x", "bytes": "16"}, "--design excludes --bytes"),
        ({"interface": "smoke"}, "'smoke' is not known"),
        ({"interface": "isa", "call": "loud"}, "'loud' is not known"),
        ({"calls": "1..9"}, "takes one number"),
        ({"acceleration": "very"}, "--acceleration 'very'"),
    ],
)
def test_options_that_do_not_fit_are_explained(ask: Any, given: dict[str, str], why: str) -> None:
    with pytest.raises(UsageError, match=why):
        ask(**given)


@pytest.mark.parametrize("family", ["aes", "mdp"])
def test_it_works_on_the_archived_studies(family: str) -> None:
    """Also where a family names no kernel and has no hardware.py."""
    archive = Archive(family, ROOT / "results")
    said = text.written(whatif.document(archive, archive.choose(), wanted(acceleration="10..100", interface="dma")))
    assert max(map(len, said.splitlines())) <= 100
    assert "a projection, not a measurement" in said and "AMD PG021" in said
