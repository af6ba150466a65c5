"""Adopting an archive of others: read liberally, labelled strictly, the old archive untouched, nothing ranked."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.errors import SuiteError, Tampered, UsageError
from bench.files import read_json, write_json
from bench.model import Measurement
from bench.operands import resolve
from bench.rundir import Archive
from profiling import adopted_runs, collector, old_archive
from profiling.adopt import adopt
from profiling.parse import parse, timings
from reporting import evidence
from reporting.comparison import stage, versus
from reporting.comparison import words as versus_words
from reporting.document import Cell, Document, Table
from reporting.index import summaries
from reporting.renderers import html, text
from reporting.words import sections
from reporting.words.sections import View
from tests.conftest import ROOT

GOLDEN = Path(__file__).parent / "golden" / "adopt"
STAMP = "20251025_220832"
VARIANTS = {"pyaes_clean": 6.0, "pyaes_opt": 4.0, "pyaes_opt2": 3.0}


def printed(command: str, seconds: float, cycles: int) -> str:
    return (
        f"\n Performance counter stats for '{command}':\n\n"
        f"{seconds * 990:>18,.2f} msec task-clock                #    0.990 CPUs utilized          \n"
        f"{5120:>18,}      page-faults               #  825.800 /sec                   \n"
        f"{cycles:>18,}      cycles                    #    3.870 GHz                      (38.47%)\n"
        "   <not supported>      L1-icache-loads                                             \n\n"
        f"{seconds:>18.9f} seconds time elapsed\n\n{seconds * 0.98:>18.9f} seconds user\n{0.05:>18.9f} seconds sys\n\n"
    )


def put(root: Path, variant: str, label: str, *texts: str | bytes, folder: str = "perf") -> Path:
    place = root / variant / label / folder
    place.mkdir(parents=True, exist_ok=True)
    for number, content in enumerate(texts, 1):
        data = content if isinstance(content, bytes) else content.encode()
        (place / f"perf_run_{number}.txt").write_bytes(data)
    return place


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """An archive as the seed wrote them: three variants with five runs each, and what else lies there."""
    root = tmp_path / "aes"
    for variant, seconds in VARIANTS.items():
        runs = [printed(f"python {variant}.py", seconds * (1 + n / 100), 10**10 + n) for n in range(5)]
        place = put(root, variant, STAMP, *runs)
        (place.parent / "flame.svg").write_text("<svg/>")
    (root / "python_script_log.log").write_text(f"time stamp for this run: {STAMP}\n")
    return root


def taken(old: Path, tmp_path: Path, **given: str) -> tuple[Archive, str]:
    done = adopt("aes", old, tmp_path / "new", **given)
    archive = Archive("aes", tmp_path / "new")
    parse(archive, done.timestamp)
    return archive, done.timestamp


def measured(archive: Archive, stamp: str, variant: str = "pyaes_clean") -> dict[str, Measurement]:
    return {m.metric: m for m in archive.run(variant, stamp).metrics()}


def document(archive: Archive, stamp: str, view: View | None = None) -> Document:
    return sections.build(evidence.read(archive, stamp), view)


def words(archive: Archive, stamp: str) -> str:
    return " ".join(text.render(document(archive, stamp)).decode().split())


def one(tmp_path: Path, *texts: str | bytes) -> dict[str, Measurement]:
    """Adopt these files as the only variant."""
    put(tmp_path / "old", "x_clean", STAMP, *texts)
    return measured(*taken(tmp_path / "old", tmp_path), "x_clean")


def golden(tmp_path: Path, *names: str) -> dict[str, Measurement]:
    return one(tmp_path, *((GOLDEN / name).read_bytes() for name in names))


def tree(root: Path) -> dict[str, str]:
    files = (p for p in root.rglob("*") if p.is_file())
    return {str(p): f"{p.stat().st_mtime_ns} {hashlib.sha256(p.read_bytes()).hexdigest()}" for p in files}


def test_an_archive_becomes_a_study_and_stays_as_it_is(old: Path, tmp_path: Path) -> None:
    before = tree(old)
    archive, stamp = taken(old, tmp_path)
    assert stamp == STAMP and tree(old) == before
    study = archive.study(stamp)
    assert study.builds == ("unknown",) and "archive 'aes'" in study.adopted and study.baseline == "pyaes_clean"
    found = measured(archive, stamp)
    assert (
        found["time"].values == pytest.approx([6.0, 6.06, 6.12, 6.18, 6.24]) and "whole process" in found["time"].source
    )
    assert found["cycles"].values == tuple(10.0**10 + n for n in range(5)) and found["cycles"].counted == 38.47
    assert (found["task-clock"].unit, found["task-clock"].source) == ("ms", "software event")
    assert found["L1-icache-loads"].missing == "not supported"
    copy = archive.run("pyaes_opt", stamp).raw("adopted") / "unknown" / "perf_run_3.txt"
    assert copy.read_bytes() == (old / "pyaes_opt" / STAMP / "perf" / "perf_run_3.txt").read_bytes()
    assert len(archive.run("pyaes_opt", stamp).manifest().collections[0].files) == 6


def test_every_format_says_adopted_and_none_ranks(old: Path, tmp_path: Path) -> None:
    archive, stamp = taken(old, tmp_path)
    shown = document(archive, stamp, View(transpose=True, geomean=True))
    said = words(archive, stamp)
    assert "adopted" in shown.title and "was adopted" not in shown.title
    assert any("this suite did not measure" in w and "No oracle" in w for w in shown.warnings)
    assert any("Multiplexing" in w and "38 %" in w for w in shown.warnings)
    assert "pyaes_opt2 ran at 2.00× [" in said and "6.12 s [" in said and "10,000,000,000*" in said
    assert "unchecked" in said and "not recorded" in said and "flame.svg" in said
    page = html.render(shown).decode()
    for content in (said, page, json.dumps([str(s) for s in shown.sections])):
        assert "adopted" in content and not re.search(r"\b(faster|slower|fastest)\b", content)
    assert "No geometric mean" in page
    assert [s.title for s in shown.sections][:6] == [
        "Overview", "Initial Analysis", "Optimizations", "Performance Comparison", "Hardware Acceleration", "Conclusion",
    ]  # fmt: skip


def test_ten_runs_never_earn_a_verdict(old: Path, tmp_path: Path) -> None:
    for variant, seconds in VARIANTS.items():
        put(old, variant, STAMP, *(printed("x", seconds + n / 1000, 10**9) for n in range(12)))
    archive, stamp = taken(old, tmp_path)
    from reporting.compare import compare

    speeds = compare(evidence.read(archive, stamp), "unknown").speeds
    assert [s.verdict for s in speeds] == ["baseline", "invalid", "invalid"] and speeds[1].processes == 12
    assert not any(s.ranked for s in speeds) and all(s.unchecked and s.speedup for s in speeds[1:])
    assert "ran the same command" in words(archive, stamp)


def test_files_are_taken_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    found = one(tmp_path, *(printed("x", 1.0 + n, 10**9) for n in range(11)))
    assert found["time"].values == tuple(1.0 + n for n in range(11))


def test_the_newest_timestamp_that_most_variants_share_is_taken(old: Path, tmp_path: Path) -> None:
    put(old, "pyaes_clean", "20261111_111111", printed("x", 1, 1))  # newer, but of one variant
    put(old, "pyaes_clean", "2025-01-01_00-00-00", printed("x", 2, 1))
    put(old, "pyaes_opt", "2025-01-01_00-00-00", printed("y", 3, 1))
    archive, stamp = taken(old, tmp_path)
    assert stamp == STAMP
    archive, stamp = taken(old, tmp_path, timestamp="2025-01-01_00-00-00")
    assert stamp == "20250101_000000"
    missing = archive.run("pyaes_opt2", stamp).manifest().outcomes[0]
    assert missing.status == "skipped" and f"only {STAMP}" in missing.reason
    assert "pyaes_opt2 has no time: skipped: the archive has no runs of it" in words(archive, stamp)
    with pytest.raises(UsageError, match="no variant"):
        taken(old, tmp_path, timestamp="20240101_000000")


@pytest.mark.parametrize(
    ("label", "stamp"),
    [
        ("20251025_220832", "20251025_220832"), ("2025-10-25_22-08-32", "20251025_220832"), ("2025-10-25T22:08:32", "20251025_220832"),
        ("20251399_220832", ""), ("10-11-2025_10-00-00", ""), ("run1", ""), ("20251025", ""), ("1761422912", ""), ("２０251025_220832", ""),
    ],
)  # fmt: skip
def test_a_label_is_a_moment_only_if_it_can_be_read_in_one_way(label: str, stamp: str) -> None:
    assert old_archive.moment(label) == stamp


def test_labels_that_are_no_dates_must_be_chosen(tmp_path: Path) -> None:
    for label in ("before", "after"):
        put(tmp_path / "old", "x_clean", label, printed("x", 1, 1))
    with pytest.raises(UsageError, match=r"after, before .*not certain"):
        taken(tmp_path / "old", tmp_path)
    archive, stamp = taken(tmp_path / "old", tmp_path, timestamp="before")
    assert re.fullmatch(r"\d{8}_\d{6}", stamp) and "labelled before" in words(archive, stamp)


def test_the_baseline_is_the_familys_or_the_only_clean_one_or_asked_for(old: Path, tmp_path: Path) -> None:
    put(old, "other_clean", STAMP, printed("x", 1, 1))
    assert adopt("aes", old, tmp_path / "a").timestamp == STAMP  # the family's, though two end in _clean
    with pytest.raises(UsageError, match="not clear"):
        adopt("unheard-of", old, tmp_path / "b")
    adopt("unheard-of", old, tmp_path / "b", baseline="pyaes_opt")
    assert Archive("unheard-of", tmp_path / "b").study(STAMP).baseline == "pyaes_opt"
    with pytest.raises(UsageError, match="no runs of"):
        adopt("aes", old, tmp_path / "c", baseline="nobody")
    with pytest.raises(UsageError, match="no name"):
        adopt("../aes", old, tmp_path / "c")


def test_nothing_is_overwritten_and_nothing_half_written(
    old: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken(old, tmp_path)
    before = tree(tmp_path / "new")
    with pytest.raises(SuiteError, match="already"):
        taken(old, tmp_path)
    assert tree(tmp_path / "new") == before
    monkeypatch.setattr("profiling.adopt.write_text", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        adopt("aes", old, tmp_path / "other")
    assert tree(tmp_path / "other") == {}


@pytest.mark.parametrize(("source", "into"), [("aes", "aes"), ("aes", "."), (".", "new"), ("aes", "aes/inside")])
def test_an_archive_is_not_adopted_into_itself(old: Path, tmp_path: Path, source: str, into: str) -> None:
    with pytest.raises(UsageError, match="inside the other"):
        adopt("aes", tmp_path / source, tmp_path / into)


def test_links_that_lead_out_and_huge_files_are_not_read(old: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text(printed("secret", 99.0, 1))
    place = old / "pyaes_clean" / STAMP / "perf"
    (place / "perf_run_6.txt").symlink_to(secret)
    (place / "perf_run_7.txt").write_bytes(b"x" * (old_archive.LARGEST + 1))
    os.mkfifo(place / "perf_run_8.txt")
    (old / "elsewhere").symlink_to(tmp_path)
    archive, stamp = taken(old, tmp_path)
    found = measured(archive, stamp)["time"]
    assert len(found.values) == 5 and 99.0 not in found.values
    (note,) = found.detail["notes"]
    assert "leads out of the archive" in note and "larger than 4 MiB" in note and "no ordinary file" in note
    assert "secret" not in words(archive, stamp)
    assert not any("secret" in p.read_text(errors="replace") for p in (tmp_path / "new").rglob("*") if p.is_file())


def test_what_is_no_variant_is_passed_over_with_its_reason(old: Path, tmp_path: Path) -> None:
    (old / "logs").mkdir()
    put(old, "two words", STAMP, printed("x", 1, 1))
    passed = " ".join(adopt("aes", old, tmp_path / "new").passed)
    assert "'logs' holds no" in passed and "'two words' cannot be" in passed
    with pytest.raises(UsageError, match="no runs of perf stat") as error:
        adopt("aes", tmp_path / "aes" / "pyaes_clean" / STAMP, tmp_path / "x")
    (tmp_path / "deep").mkdir()
    old.rename(tmp_path / "deep" / "aes")
    with pytest.raises(UsageError) as error:
        adopt("aes", tmp_path / "deep", tmp_path / "x")
    assert error.value.hint.endswith(f"--results-dir {tmp_path / 'deep' / 'aes'}?")


def test_runs_that_did_not_end_well_are_left_out_with_their_reason(tmp_path: Path) -> None:
    names = ("real_6.1_c.txt", "real_6.1_crashed.txt", "real_6.1_killed.txt", "empty.txt", "hand_denied.txt")
    found = golden(tmp_path, *names, "hand_cut_ambiguous.txt", "real_6.1_c.txt")
    assert len(found["time"].values) == 1
    (note,) = found["time"].detail["notes"]
    for said in ("6 of 7 files gave no run", "Traceback", "sh: Killed", "the file is empty", "Access to performance"):
        assert said in note


def test_the_same_numbers_count_once_and_different_commands_are_not_mixed(tmp_path: Path) -> None:
    found = golden(tmp_path, "hand_appended.txt", "hand_appended_others.txt")
    assert found["time"].values == (1.500000001, 1.600000001)
    (note,) = found["time"].detail["notes"]
    assert "counted once" in note and "blocks of different commands" in note
    mixed = golden(tmp_path / "mixed", "hand_5.4_de_amd.txt", "hand_4.15_ddd.txt")
    assert (
        mixed["time"].detail["runs"] == 0
        and mixed["time"].missing == "its runs are of different commands"
        and set(mixed)
        == {
            "time",
            "user time",
            "system time",
        }
    )
    assert adopted_runs.likeness("x /tmp/a1 --out run_1") == adopted_runs.likeness("x /tmp/b --out run_12")


def test_kinds_of_core_are_never_added_up(tmp_path: Path) -> None:
    found = golden(tmp_path, "hand_6.8_hybrid.txt")
    assert found["cpu_core/cycles/"].values == (5_676_692_769.0,) and found["cpu_atom/cycles/"].counted == 35.64
    assert found["cycles"].values == () and "cpu_atom and cpu_core apart" in found["cycles"].missing
    assert found["cpu_core/cycles/"].source == "PMU"


def test_one_name_for_two_kinds_of_core_is_refused(tmp_path: Path) -> None:
    found = golden(tmp_path, "hand_6.14_nameless_hybrid.txt")
    assert found["cycles"].values == () and "more than once" in found["cycles"].missing
    assert found["branches"].values == (1_234_567.0,)


def test_user_space_counts_are_marked_and_never_mixed_with_whole_ones(tmp_path: Path) -> None:
    found = golden(tmp_path, "hand_5.4_de_amd.txt")
    assert found["cycles"].values and found["cycles"].detail["user_only"]
    assert found["context-switches"].values == () and "always 0" in found["context-switches"].missing
    assert "cycles was counted in user space only" in words(Archive("aes", tmp_path / "new"), STAMP)
    user, whole = ((GOLDEN / name).read_bytes() for name in ("hand_5.4_de_amd.txt", "hand_4.15_ddd.txt"))
    same = whole.replace(b".venv_dbg/bin/python run_benchmark.py pyaes_clean", b"./bench")
    both = one(tmp_path / "both", user, same)
    assert both["cycles"].values == (43_210_987_654.0,) and both["cycles:u"].values == (30_813_991_693.0,)


def test_synonyms_means_and_machines(tmp_path: Path) -> None:
    assert golden(tmp_path / "a", "hand_6.19_ch.txt")["cycles"].values == (203_626_444.0,)
    repeated = golden(tmp_path / "b", "hand_5.15_r5.txt")
    assert repeated["time"].values == (22.374,) and "own mean of 5 runs" in repeated["time"].detail["notes"][0]
    assert repeated["power/energy-pkg/"].unit == "J"
    everywhere = golden(tmp_path / "c", "real_6.1_system.txt")
    assert everywhere["time"].values == () and "system wide" in everywhere["time"].missing
    assert everywhere["msr/tsc/"].detail["scope"] == "system wide"
    assert "was counted otherwise: system wide" in words(Archive("aes", tmp_path / "c" / "new"), STAMP)


def test_a_counter_lost_in_one_run_is_missing_altogether(tmp_path: Path) -> None:
    lost = printed("x", 2.0, 7).replace("                 7      cycles", "     <not counted>      cycles")
    found = one(tmp_path, printed("x", 1.0, 7), lost, printed("x", 3.0, 9))
    assert found["cycles"].values == () and found["cycles"].missing == "not counted in 1 of 3 runs"
    assert len(found["page-faults"].values) == 3


def test_a_changed_copy_is_noticed_and_a_build_is_unknown_only_where_adopted(old: Path, tmp_path: Path) -> None:
    archive, stamp = taken(old, tmp_path)
    run = archive.run("pyaes_opt", stamp)
    raw = run.raw("adopted") / "unknown" / "perf_run_1.txt"
    raw.write_text(raw.read_text().replace("4.0000", "3.0000"))
    with pytest.raises(Tampered, match=r"perf_run_1\.txt was changed"):
        parse(archive, stamp)
    record = read_json(run.path / "manifest.json")
    record["collections"][0]["collector"] = "timing"
    write_json(run.path / "manifest.json", record)
    with pytest.raises(Tampered, match="no such collection"):
        run.manifest()
    study = read_json(archive.home / f"{stamp}.json")
    study.pop("seal")  # which alone would show that the record was changed
    write_json(archive.home / f"{stamp}.json", study | {"adopted": ""})
    with pytest.raises(Tampered, match="no such builds"):
        archive.study(stamp)


def test_adopted_is_no_collector() -> None:
    assert "adopted" not in collector.names() and not hasattr(adopted_runs, "record")
    with pytest.raises(UsageError, match="no collector"):
        collector.load("adopted")


def test_missing_numbers_are_dashes_with_their_reason(old: Path, tmp_path: Path) -> None:
    put(old, "pyaes_opt", STAMP, *[""] * 5)
    archive, stamp = taken(old, tmp_path)
    blocks = [b for s in document(archive, stamp).sections for b in s.blocks if isinstance(b, Table)]
    (main,) = [b for b in blocks if b.title == "Variants by metrics (adopted)"]
    assert main.rows[1][1] == Cell("–", None, "pyaes_opt: the file is empty")
    (counters,) = [b for b in blocks if b.title.startswith("Counters")]
    assert counters.rows[0][3] == Cell("–", None, "pyaes_opt: the file is empty")


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.binary(max_size=300) | st.sampled_from([p.read_bytes() for p in GOLDEN.glob("*.txt")]), max_size=4))
def test_any_files_can_be_parsed(tmp_path: Path, contents: list[bytes]) -> None:
    names = [f"perf_run_{number}.txt" for number in range(len(contents))]
    for name, data in zip(names, contents, strict=True):
        (tmp_path / name).write_bytes(data)
    files = [{"name": name, "copy": name, "refused": ""} for name in names]
    (tmp_path / "archive.json").write_text(json.dumps({"files": files, "beside": []}))
    found = [f for f in adopted_runs.parse(tmp_path, tmp_path, "unknown") if isinstance(f, Measurement)]
    assert all(bool(m.values) != bool(m.missing) for m in found)
    assert len({m.metric for m in found}) == len(found)


def test_the_task_adopts_and_writes_every_report(old: Path, tmp_path: Path) -> None:
    where = ["--into", tmp_path / "new", "--report-dir", tmp_path / "rep", "--deep-dive-dir", tmp_path / "deep"]
    command = [sys.executable, "-m", "invoke", "adopt", "--bench", "someones", "--results-dir", old, *where]
    done = subprocess.run([*map(str, command)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert f"as study {STAMP}" in done.stdout and "this suite did not measure" in done.stdout
    folder = tmp_path / "rep" / f"someones_results_{STAMP}"
    for path in (folder / "index.html", folder / "report.json", tmp_path / "rep" / "report_someones.txt"):
        assert "adopted" in path.read_text() and "faster" not in path.read_text()
    kept = summaries.read(folder / "summary.json")
    assert [(b.build, b.interpreter) for b in kept.builds] == [("unknown", "")]
    assert (kept.machine, kept.commit, kept.size) == ("", "", "") and "faster" not in kept.verdict
    assert {s.verdict for s in kept.builds[0].variants} == {"baseline", "unchecked"}
    assert all(s.time is not None and s.lines is None for s in kept.builds[0].variants)
    assert f"someones_results_{STAMP}/index.html" in (tmp_path / "rep" / "index.html").read_text()
    from pypdf import PdfReader

    pages = " ".join(page.extract_text() for page in PdfReader(tmp_path / "deep" / "someones.pdf").pages)
    assert "adopted" in pages and "faster" not in pages and "Multiplexing" in pages


def test_an_adopted_study_is_compared_with_its_kind_and_without_a_verdict(
    old: Path, tmp_path: Path, study: tuple[Archive, str]
) -> None:
    """Whole processes are no measured region: only another adopted study did the same job."""

    def compared(a: str, b: str) -> versus.Versus:
        left, right = resolve(a, b, "", Path("results"))
        return versus.compare(stage.side_of(left, timings), stage.side_of(right, timings))

    archive, stamp = taken(old, tmp_path)
    with pytest.raises(SuiteError, match="different jobs: work of one iteration"):
        compared(f"{archive.home}/{stamp}", f"{study[0].home}/{study[1]}")
    raw = old / "pyaes_opt" / STAMP / "perf" / "perf_run_1.txt"
    raw.write_text(raw.read_text().replace("elapsed", "elapsed "))  # other files: a study is not compared with itself
    again = adopt("aes", old, tmp_path / "again")
    found = compared(f"{archive.home}/{stamp}", f"{tmp_path}/again/aes/{again.timestamp}")
    assert {pair.verdict for pair in found.pairs} == {"invalid"}
    said = " ".join(text.render(versus_words.build(found)).decode().split())
    assert "was adopted from" in said and not re.search(r"pyaes_\w+ is (slower|.*? faster)", said)
    assert f"{stamp} (build not recorded)" in said and "(release)" not in said
