"""Reading what perf stat prints for people: every number comes back the same or is refused, and nothing crashes.

Golden files named real_6.1_* were printed by perf 6.1 (Debian 12, no PMU) under the locale in their name; hand_* were
written by hand after the printouts of the perf version in their name, for machines with a PMU.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiling import perf_numbers, perf_text
from profiling.perf_numbers import Unclear

GOLDEN = Path(__file__).parent / "golden" / "adopt"
#: (sign of the fraction, sign between groups, sizes of groups from the right) of all glibc locales that group
LOCALES = [
    (".", "", (3,)), (",", "", (3,)), (".", ",", (3,)), (",", ".", (3,)), (",", "\u202f", (3,)), (".", "\u202f", (3,)),
    (",", "\u00a0", (3,)), (",", " ", (3,)), (".", "\u2019", (3,)), (".", "'", (3,)), ("\u066b", "\u066c", (3,)),
    (".", ",", (3, 2)),
]  # fmt: skip
ODD_LOCALES = [(".", ",", (4,)), (".", "\u202f", (2, 2, 2, 3)), (",", ".", (4,))]  #: must be refused, or right


def blocks(name: str) -> tuple[perf_text.Block, ...]:
    return perf_text.read(perf_text.decode((GOLDEN / name).read_bytes()))


def values(block: perf_text.Block) -> dict[str, float | None]:
    return {row.event: row.value for row in block.rows}


def grouped(number: int, sign: str, sizes: tuple[int, ...]) -> str:
    parts: list[str] = []
    digits, index = str(number), 0
    while digits:
        size = sizes[min(index, len(sizes) - 1)]
        digits, part, index = digits[:-size], digits[-size:], index + 1
        parts.insert(0, part)
    return sign.join(parts) if sign else "".join(parts)


def printed(
    locale: tuple[str, str, tuple[int, ...]], counts: list[int], clock: int, elapsed: int, *, end: bool = True
) -> str:
    """Print as perf does: `clock` in hundredths of a ms, `elapsed` in ns."""
    point, sign, sizes = locale
    lines = ["", " Performance counter stats for 'x':", ""]
    whole, part = divmod(clock, 100)
    lines.append(
        f"{grouped(whole, sign, sizes) + point + f'{part:02}':>18} msec task-clock   #    0{point}998 CPUs utilized"
    )
    lines += [f"{grouped(count, sign, sizes):>18}      e{i}" for i, count in enumerate(counts)]
    whole, part = divmod(elapsed, 10**9)
    return "\n".join([*lines, "", *([f"{whole}{point}{part:09} seconds time elapsed", ""] if end else [])])


@pytest.mark.parametrize("language", ["c", "de", "fr", "ch", "in"])
def test_real_printouts_of_every_locale_agree_with_themselves(language: str) -> None:
    """perf prints the same duration twice: in seconds, and in grouped nanoseconds."""
    (block,) = blocks(f"real_6.1_tsc_{language}.txt")
    found = values(block)
    assert found["duration_time"] == pytest.approx((block.seconds["time elapsed"] or 0) * 1e9, abs=1)
    assert 1e8 < (found["msr/tsc/"] or 0) < 1e9 and 5e3 < (found["page-faults"] or 0) < 2e4
    assert 20 < (found["task-clock"] or 0) < 1000 and not block.unclear and not block.odd
    (block,) = blocks(f"real_6.1_{language}.txt")
    assert len(block.rows) == 20 and [r.missing for r in block.rows].count("not supported") == 16


def test_the_layout_of_perf_4_with_a_pmu() -> None:
    for name in ("hand_4.15_ddd.txt", "hand_4.15_crlf.txt"):
        (block,) = blocks(name)
        rows = {row.event: row for row in block.rows}
        assert len(rows) == 20 and block.seconds == {"time elapsed": 12.369876543}
        assert (rows["task-clock"].value, rows["task-clock"].unit) == (12345.678901, "ms")
        assert (rows["cycles"].value, rows["cycles"].counted) == (43_210_987_654, 38.47)
        assert rows["iTLB-loads"].value is None and rows["iTLB-loads"].missing == "not counted"
        assert rows["L1-icache-loads"].missing == "not supported"


def test_marks_in_square_brackets_and_a_clock_without_unit() -> None:
    (block,) = blocks("hand_3.13_brackets.txt")
    rows = {row.event: row for row in block.rows}
    assert (rows["cache-misses"].value, rows["cache-misses"].counted) == (40_878_727, 26.99)
    assert rows["task-clock"].value is None and "no unit" in rows["task-clock"].missing
    (newest,) = blocks("hand_6.19_no_unit_in.txt")
    assert values(newest) == {"cpu-clock": None, "page-faults": 35_293, "cycles": 9_973_415_540}


def test_a_mark_on_a_continuation_line_belongs_to_the_counter_above() -> None:
    (block,) = blocks("hand_5.4_de_amd.txt")
    rows = {row.event: row for row in block.rows}
    assert (rows["instructions"].value, rows["instructions"].counted) == (92_922_452_336, 83.34)
    assert rows["instructions"].modifier == "u" and rows["task-clock"].value == 9134.89
    assert block.seconds == {"time elapsed": 9.138776575, "user": 9.030548, "sys": 0.105006}


def test_metrics_without_a_counter_lend_their_mark_to_none() -> None:
    (block,) = blocks("hand_6.8_hybrid.txt")
    rows = {row.event: row for row in block.rows}
    assert rows["cpu_core/cycles/"].counted == 58.22 and rows["cpu_atom/branch-misses/"].counted == 42.82
    assert rows["context-switches"].counted == 100  # the 66.57 % below it are of a metric
    assert "TopdownL1" not in rows and not block.odd


def test_the_layout_of_perf_6_19_in_swiss() -> None:
    (block,) = blocks("hand_6.19_ch.txt")
    assert values(block)["branches"] == 194_464_044 and values(block)["L1-dcache-load-misses"] == 2855
    assert {row.event: row.counted for row in block.rows}["LLC-loads"] == 25.58


def test_repeated_runs_are_recognised_as_means() -> None:
    (block,) = blocks("hand_5.15_r5.txt")
    assert block.repeats == 5 and block.seconds["time elapsed"] == 22.374
    rows = {row.event: row for row in block.rows}
    assert rows["cycles"].counted == 33.34 and rows["task-clock"].counted == 100
    assert (rows["power/energy-pkg/"].value, rows["power/energy-pkg/"].unit) == (123.45, "J")
    (real,) = blocks("real_6.1_r_de.txt")
    assert real.repeats == 3 and 0.05 < (real.seconds["time elapsed"] or 0) < 1


@pytest.mark.parametrize("name", ["hand_4.9_fr_latin1.txt", "hand_4.9_fr_spaces.txt"])
def test_french_by_no_break_spaces_and_by_plain_ones(name: str) -> None:
    (block,) = blocks(name)
    assert values(block)["cycles"] == 9_009_806_878
    assert block.rows[-1].counted == 27.18


def test_other_encodings_commands_over_lines_and_colours() -> None:
    assert values(blocks("hand_utf16.txt")[0]) == {"page-faults": 1000}
    (block,) = blocks("hand_multiline.txt")
    assert values(block) == {"cycles": 1_234_567} and block.command.startswith("python3 -c import x: y")
    assert perf_text.decode(b"\xef\xbb\xbfx") == "x" and perf_text.decode(b"4\xa0294") == "4\u00a0294"


def test_appended_runs_are_blocks_of_their_own() -> None:
    found = blocks("hand_appended.txt")
    assert [b.seconds["time elapsed"] for b in found] == [1.500000001, 1.600000001, 1.600000001]
    assert [b.command for b in found] == ["python3 a.py 1", "python3 a.py 2", "python3 a.py 2"]


def test_a_program_that_failed_is_seen_and_a_start_is_read() -> None:
    assert "Traceback" in blocks("real_6.1_crashed.txt")[0].failed
    assert blocks("real_6.1_killed.txt")[0].failed == "sh: Killed"
    assert blocks("real_6.1_o.txt")[0].started == "Thu Nov 26 04:33:18 2026"
    assert not blocks("real_6.1_c.txt")[0].failed


def test_what_was_not_one_command_is_said() -> None:
    assert blocks("real_6.1_system.txt")[0].scope == "system wide"
    (each,) = blocks("real_6.1_percpu.txt")
    assert each.scope == "system wide" and not each.rows and len(each.odd) == 2


def test_a_clock_that_perf_read_too_late_is_refused() -> None:
    """A real printout: 0.7 ms of work within 1.3 µs."""
    (block,) = blocks("real_6.1_elapsed_too_late.txt")
    assert block.complete and block.seconds["time elapsed"] is None and "too short" in block.unclear[0]


def test_a_file_that_contradicts_itself_gives_only_plain_numbers() -> None:
    (block,) = blocks("hand_contradictory.txt")
    assert values(block) == {"cycles": None, "instructions": None, "context-switches": 123}
    assert block.seconds == {"time elapsed": None} and "contradict" in block.unclear[0]


def test_a_file_that_was_cut_off_is_not_complete() -> None:
    whole = (GOLDEN / "hand_4.15_ddd.txt").read_text()
    end = whole.index("seconds time elapsed")
    for cut in range(60, end, 37):
        for block in perf_text.read(whole[:cut]):
            assert not block.complete


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("empty.txt", "empty"), ("hand_denied.txt", "Access to performance monitoring"),
        ("hand_no_perf.txt", "perf: command not found"), ("hand_wrong_kernel.txt", "not found for kernel"),
        ("real_6.1_error.txt", "event syntax error"), ("real_6.1_nocommand.txt", "Workload failed"),
        ("real_6.1_csv.txt", "-j or -x"), ("real_6.1_json.txt", "-j or -x"), ("real_6.1_interval.txt", "-I"),
    ],
)  # fmt: skip
def test_a_file_without_counters_says_what_it_holds(name: str, said: str) -> None:
    text = perf_text.decode((GOLDEN / name).read_bytes())
    assert perf_text.read(text) == () and said in perf_text.why_none(text)


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("cycles:u", ("cycles", "u")), ("cycles:ppp", ("cycles", "")), ("cycles", ("cycles", "")),
        ("cpu_core/cycles/", ("cpu_core/cycles/", "")), ("cpu_core/cycles/u", ("cpu_core/cycles/", "u")),
        ("sched:sched_switch", ("sched:sched_switch", "")), ("LLC-loads:uH", ("LLC-loads", "Hu")),
    ],
)  # fmt: skip
def test_modifiers(name: str, parts: tuple[str, str]) -> None:
    assert perf_text.split(name) == parts


@pytest.mark.parametrize(
    ("token", "whole", "expected"),
    [
        ("1.234.567", True, 1_234_567), ("12,34,567", True, 1_234_567), ("1.234,5", False, 1234.5), ("92.64", False, 92.64),
        ("0.123", False, 0.123), ("123", True, 123), ("4 294", True, 4294), ("12.345", True, None), ("12,345", False, None),
        ("0.123", True, None), ("1.23.456", True, None), ("1,2345", True, None), ("99999999999999999999999", True, None),
        ("1.234.56", True, None), ("1,234.567.890", False, None),
    ],
)  # fmt: skip
def test_a_number_alone_is_read_only_if_it_can_be_read_in_one_way(
    token: str, whole: bool, expected: float | None
) -> None:
    known = perf_numbers.style([] if whole else [token], [token] if whole else [])
    if expected is None:
        with pytest.raises(Unclear):
            perf_numbers.read(token, known, whole=whole)
    else:
        assert perf_numbers.read(token, known, whole=whole) == expected


@given(
    st.sampled_from(LOCALES), st.lists(st.integers(0, 2**63), min_size=1, max_size=4), st.integers(0, 10**9),
    st.integers(10**6, 10**13),
)  # fmt: skip
def test_a_number_printed_in_any_locale_comes_back(
    locale: tuple[str, str, tuple[int, ...]], counts: list[int], clock: int, elapsed: int
) -> None:
    (block,) = perf_text.read(printed(locale, counts, clock, elapsed))
    assert [row.value for row in block.rows] == [clock / 100, *map(float, counts)]
    assert block.seconds["time elapsed"] == pytest.approx(elapsed / 1e9, abs=1e-9)


@given(
    st.sampled_from([*LOCALES, *ODD_LOCALES]), st.lists(st.integers(0, 10**15), max_size=4), st.integers(0, 10**9),
    st.integers(10**6, 10**13), st.booleans(),
)  # fmt: skip
def test_a_number_comes_back_the_same_or_is_refused(
    locale: tuple[str, str, tuple[int, ...]], counts: list[int], clock: int, elapsed: int, end: bool
) -> None:
    """Without the time at the end there may be nothing that tells which sign is which."""
    text = printed(locale, counts, clock, elapsed, end=end)
    for without in (text, "\n".join(line for line in text.splitlines() if "msec" not in line)):
        for block in perf_text.read(without):
            expected = {"task-clock": clock / 100} | {f"e{i}": float(count) for i, count in enumerate(counts)}
            assert all(row.value is None or row.value == expected[row.event] for row in block.rows)


@given(st.binary(max_size=400))
def test_random_bytes_never_crash_it(data: bytes) -> None:
    text = perf_text.decode(data)
    assert perf_text.read(text) or perf_text.why_none(text)


@given(st.sampled_from(sorted(GOLDEN.glob("*.txt"))), st.integers(0, 2000), st.integers(0, 40), st.binary(max_size=20))
def test_spoilt_printouts_never_crash_it(path: Path, at: int, length: int, put: bytes) -> None:
    data = path.read_bytes()
    for block in perf_text.read(perf_text.decode(data[:at] + put + data[at + length :])):
        assert all(row.value is None or 0 <= row.value <= 2.0**64 for row in block.rows)
