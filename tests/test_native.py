"""Sampling C functions: the plan, what is kept, why it may be skipped, and one real recording."""

from __future__ import annotations

import struct
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from bench.errors import SuiteError
from bench.model import Measurement, Target, Variant
from bench.rundir import Archive, RunDir
from profiling import elf, interpreters, native_stacks
from profiling.collector import Job
from profiling.collectors import native
from profiling.options import Options
from reporting import evidence
from reporting.charts import FlameGraph
from reporting.document import Cell, Table, Text
from reporting.evidence import Evidence
from reporting.renderers import text
from reporting.text import tables as text_tables
from reporting.words import native_tables, sections
from tests.test_native_stacks import GOLDEN

ABOUT = {"tool": "perf version 6.1", "rate": 999, "decode_seconds": 0.2, "recorded_bytes": 1 << 24, "seconds_per_iteration": 0.2}  # fmt: skip


def job(seconds: float) -> Job:
    variant = Variant("pyaes_clean", Path("x.py"), "")
    return Job(Target("aes", "pyaes_clean", "full"), variant, "dbg", "python", RunDir(Path()), seconds=seconds)


@pytest.mark.parametrize("seconds", [1e-6, 0.004, 0.05, 0.17, 0.9, 2.0, 12.0, 280.0])
def test_the_plan_gets_enough_samples_and_never_many_more(seconds: float) -> None:
    warm_ups, values, loops, rate = native.plan(job(seconds), Options())
    measured = values * loops * seconds
    assert native.MINIMUM_SAMPLES < measured * rate <= 2 * native.SAMPLES or rate == 9
    assert rate <= native.RATE and rate % 10 == 9
    assert warm_ups * loops * seconds <= max(0.3, seconds)  # little time goes into what is not sampled


def parsed(tmp_path: Path) -> Measurement:
    (found,) = native.parse(tmp_path, tmp_path / "derived", "dbg")
    return found


def test_what_was_lost_and_missed_is_kept_with_the_samples(tmp_path: Path) -> None:
    native.keep(tmp_path, native_stacks.read(GOLDEN.read_text().splitlines()), ABOUT)
    found = parsed(tmp_path)
    assert found.values == (7.0,) and found.source == "sampling"
    expected = {"lost": 13, "outside": 1, "cut_stacks": 2, "unknown_frames": 0, "event": "cpu-clock", "rate": 999}
    assert expected.items() <= found.detail.items()
    assert found.detail["frames"] > 7
    assert (tmp_path / "derived" / "dbg.native.folded").read_text() == (tmp_path / native.STACKS).read_text()


@pytest.mark.parametrize("line", ["_PyEval_EvalFrameDefault 3\n", "no count\n", "negative -7\nx 14\n", ""])
def test_stacks_that_do_not_add_up_are_refused(line: str, tmp_path: Path) -> None:
    native.keep(tmp_path, native_stacks.read(GOLDEN.read_text().splitlines()), ABOUT)
    (tmp_path / native.STACKS).write_text(line)
    with pytest.raises(ValueError):  # the parse stage turns any of them into one message
        parsed(tmp_path)


def test_every_reason_for_a_skip_has_a_fix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(native, "which", lambda tool: None)
    missing = native.unavailable()
    assert missing and "not installed" in missing.what and "apt install" in missing.fix
    monkeypatch.setattr(native, "which", lambda tool: "perf")
    monkeypatch.setattr(
        native,
        "denial",
        lambda perf, words: ("the kernel denies it to this user", "sudo sysctl kernel.perf_event_paranoid=1"),
    )
    missing = native.unavailable()
    assert missing and "denies" in missing.what and "perf_event_paranoid" in missing.fix
    monkeypatch.setattr(native, "denial", lambda perf, words: ("", ""))
    release = interpreters.Interpreter("/usr/bin/python3", (3, 11, 2), False)
    monkeypatch.setattr(interpreters, "choose", lambda: interpreters.Pair(None, release))
    monkeypatch.setattr(native, "has_symbols", lambda binary: False)
    missing = native.unavailable()
    assert missing and "no interpreter here names its C functions" in missing.what and "python3-dbg" in missing.fix
    monkeypatch.setattr(native, "has_symbols", lambda binary: True)
    assert native.unavailable() is None

    def none() -> None:
        raise SuiteError("no release build", "Install one.")

    monkeypatch.setattr(interpreters, "choose", none)
    missing = native.unavailable()
    assert missing and missing.fix == "Install one."


def test_a_stripped_interpreter_is_a_skip_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(native, "has_symbols", lambda binary: False)
    one = job(0.1)
    quiet = SimpleNamespace(step=lambda *a: None, advance=lambda *a: None)
    session = SimpleNamespace(progress=quiet, options=Options())
    monkeypatch.setattr(native, "which", lambda tool: "perf")
    monkeypatch.setattr(native, "version", lambda perf: "perf version 6.1")
    native.record([one], session)  # type: ignore[arg-type]
    reason, fix = one.notes["native"]
    assert "stripped" in reason and fix and not one.tools


def binary(path: Path, *types: int) -> Path:
    """Write the smallest 64-bit ELF file with sections of these types."""
    head = struct.pack("<6s34xQ10xHH2x", b"\x7fELF\x02\x01", 64, 64, len(types))
    path.write_bytes(head + b"".join(struct.pack("<4xI56x", kind) for kind in types))
    return path


def test_a_stripped_binary_is_told_by_its_sections(tmp_path: Path) -> None:
    assert elf.has_symbols(binary(tmp_path / "whole", 0, 11, 2, 3))
    assert not elf.has_symbols(binary(tmp_path / "stripped", 0, 11, 3))
    (tmp_path / "text").write_text("#!/bin/sh\n")
    (tmp_path / "cut").write_bytes((tmp_path / "whole").read_bytes()[:100])
    for name in ("text", "cut", "missing"):
        assert not elf.has_symbols(tmp_path / name)


def test_an_interpreter_may_keep_its_code_in_a_library(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "lib").mkdir()
    python = binary(tmp_path / "bin" / "python3.12", 0, 2)
    python.write_bytes(python.read_bytes() + b"libpython3.12.so.1.0\0")
    assert not elf.has_symbols(python)
    binary(tmp_path / "lib" / "libpython3.12.so.1.0", 0, 2)
    elf.has_symbols.cache_clear()
    assert elf.has_symbols(python)


@pytest.mark.needs("perf")
@pytest.mark.needs("python3-dbg")
def test_a_real_recording_names_its_frames_and_holds_the_region_alone(study: tuple[Archive, str]) -> None:
    archive, timestamp = study
    for name in ("pyaes_clean", "pyaes_opt"):
        run = archive.run(name, timestamp)
        (found,) = [m for m in run.metrics() if m.metric == "C stack samples" and m.build == "dbg"]
        assert found.values[0] > 100
        assert found.detail["unknown_frames"] <= 0.05 * found.detail["frames"]
        stacks = (run.derived_profile / "dbg.native.folded").read_text()
        assert "_PyEval_EvalFrameDefault;" in stacks and "long_" in stacks
        assert (
            "PyImport_" not in stacks and "pymain_" not in stacks
        )  # neither start-up nor the frames around the region
    for file in (run.raw("native") / "dbg").iterdir():
        assert "/" not in file.read_text().replace("</", "")  # names are portable
    assert "perf.data" not in {file.name for file in run.raw("native").rglob("*")}


@pytest.fixture
def found(study: tuple[Archive, str]) -> Evidence:
    return evidence.read(*study)


def blocks(found: Evidence) -> list[object]:
    return [block for section in sections.build(found).sections for block in section.blocks]


@pytest.mark.needs("perf")
@pytest.mark.needs("python3-dbg")
def test_reports_show_the_tax_of_every_variant(found: Evidence) -> None:
    tables = {block.title: block for block in blocks(found) if isinstance(block, Table)}
    tax = tables["The interpreter tax (debug)"]
    assert tax.columns[1:] == tuple(run.name for run in found.runs if not run.is_peer)
    values = {row[0].text: row[1].value for row in tax.rows}
    kinds = [name for name in values if name not in ("interpreter tax", "tax without debug checks", "samples")]
    assert sum(float(values[k] or 0) for k in kinds) == pytest.approx(1)
    assert 0 < float(values["debug checks"] or 0) < 1 and "unclassified" in kinds
    assert "Hot C functions of pyaes_opt2 (debug)" in tables
    titles = [block.title for block in blocks(found) if isinstance(block, FlameGraph)]
    assert sum("in C on" in title for title in titles) >= len(found.runs)
    said = " ".join(text.render(sections.build(found)).decode().split())
    assert "which a release build does not have" in said


@pytest.mark.needs("perf")
@pytest.mark.needs("python3-dbg")
def test_a_user_who_may_not_see_the_kernel_is_told_so(found: Evidence) -> None:
    def hidden(m: Measurement) -> Measurement:
        return replace(m, detail={**m.detail, "event": "cpu-clock:u"}) if m.collector == "native" else m

    runs = tuple(replace(run, measurements=tuple(map(hidden, run.measurements))) for run in found.runs)
    captions = [
        b.caption for b in native_tables.tax(replace(found, runs=runs, baseline=runs[0])) if isinstance(b, Table)
    ]
    assert "time in it was not sampled" in captions[0]
    assert "time in it was not sampled" not in str(native_tables.tax(found))


def test_without_c_stacks_the_baseline_says_why(found: Evidence) -> None:
    def stripped(run: evidence.Run) -> evidence.Run:
        done = tuple(
            replace(c, skipped="perf is not installed", fix="sudo apt install linux-perf")
            if c.collector == "native"
            else c
            for c in run.manifest.collections
        )
        return replace(run, native={}, manifest=replace(run.manifest, collections=done))

    runs = tuple(map(stripped, found.runs))
    bare = replace(found, runs=runs, baseline=runs[0])
    said = [block.text for block in native_tables.stacks(bare, runs[0]) if isinstance(block, Text)]
    assert all("perf is not installed. To see C functions: sudo apt install linux-perf" in line for line in said)
    assert native_tables.tax(bare) == [] and native_tables.stacks(bare, runs[1]) == []


def test_the_distortion_shows_both_builds_with_caps_in_a_line(found: Evidence) -> None:
    table = next(
        (b for b in blocks(found) if isinstance(b, Table) and b.title == "What the debug build distorts"), None
    )
    if table is None:
        assert len(found.builds) == 1
        return
    assert len(table.rows) == 2 * len(found.runs)
    assert max(map(len, text_tables.lines(table, 100).splitlines())) <= 100
    assert text_tables.lines(table, 100).count("its share") == 1  # not split into parts

    def value(cell: Cell) -> float:
        assert isinstance(cell.value, float) and cell.low is not None and cell.low <= cell.value
        return cell.value

    for row in table.rows:
        share, cap, samples = row[4:7]
        if share.value == 1:  # all samples are in one function: no cap
            assert cap.value is None and cap.text.startswith("∞")
            continue
        assert value(cap) == pytest.approx(1 / (1 - value(share)))
        assert isinstance(samples.value, int) and samples.value > 0


def test_numbers_are_json_that_names_no_file(tmp_path: Path) -> None:
    native.keep(tmp_path, native_stacks.read(GOLDEN.read_text().splitlines()), ABOUT)
    assert "/" not in (tmp_path / native.NUMBERS).read_text()
