"""What perf script prints becomes folded stacks: portable names, nothing lost in silence, nothing broken by a name."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from profiling import native_stacks
from profiling.native_stacks import LOOP, below_region, fold, frame, named, read

GOLDEN = Path(__file__).parent / "golden" / "perf_script.txt"  # real, cut; the last process was added


@pytest.fixture
def recording() -> native_stacks.Recording:
    return read(GOLDEN.read_text(encoding="utf-8").splitlines())


def test_a_real_recording_is_read_as_it_is(recording: native_stacks.Recording) -> None:
    assert recording.event == "cpu-clock"
    assert (recording.samples, recording.lost, recording.outside, recording.cut) == (7, 13, 1, 2)
    assert recording.last - recording.first == pytest.approx(0.031, abs=0.001)


def test_stacks_begin_with_the_evaluation_loop_of_the_region(recording: native_stacks.Recording) -> None:
    below = below_region(recording.stacks)
    assert below[0].startswith("_start") and below[-1] == "_PyEval_EvalFrame"
    folded = fold(recording.stacks, below)
    assert folded.total() == recording.samples
    assert folded[LOOP] == 1
    assert folded[f"{LOOP};PyNumber_Rshift;binary_op;binary_op1;long_rshift;long_rshift1"] == 1
    assert {stack.partition(";")[0] for stack in folded} == {LOOP, "[JIT]"}  # JIT code cannot be unwound
    assert f"{LOOP};Py_DECREF;_Py_Dealloc" in next(stack for stack in folded if "[kernel]" in stack)


def test_no_path_of_the_machine_is_left(recording: native_stacks.Recording) -> None:
    text = "\n".join(fold(recording.stacks, ()))
    assert "/" not in text and "perf-" not in text
    assert "NRT_MemInfo_new (_nrt_python.cpython-311-x86_64-linux-gnu.so)" in text


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("\t  18965b _PyEval_EvalFrameDefault (/usr/bin/python3.11d)", "_PyEval_EvalFrameDefault"),
        ("\t  18965b long_add (/home/me/.pyenv/versions/3.12.1/lib/libpython3.12.so.1.0)", "long_add"),
        ("\t  18965b long_add (/usr/bin/python3-dbg)", "long_add"),
        ("\t   a b c", "[unknown]"),
        ("\t       0 [unknown] ([unknown])", "[unknown] ([unknown])"),
        ("\t  18965b [unknown] (/usr/bin/python3.11)", "[unknown] (python3.11)"),
        ("\t  98f5e cfree@GLIBC_2.2.5 (/usr/lib/libc.so.6)", "cfree (libc.so.6)"),
        ("\t  98f5e pthread_getspecific@@GLIBC_2.34 (/usr/lib/libc.so.6)", "pthread_getspecific (libc.so.6)"),
        ("\t   1f1c0 memset@plt (/usr/bin/python3.11d)", "memset@plt"),
        ("\tffffffff813620e2 handle_softirqs ([kernel.kallsyms])", "handle_softirqs ([kernel])"),
        ("\tffffffff813620e2 [unknown] ([kernel.kallsyms])", "[kernel]"),
        ("\tffffffffc013620e ext4_read ([ext4])", "ext4_read ([kernel])"),
        ("\tffffffffc013620e ext4_read (/lib/modules/6.1.0/kernel/fs/ext4.ko.xz)", "ext4_read ([kernel])"),
        ("\t    7ffc1000 __vdso_clock_gettime ([vdso])", "__vdso_clock_gettime ([vdso])"),
        ("\t    7ffc1000 [unknown] ([vdso])", "[vdso]"),
        ("\t7fdc761e16e6 [unknown] (/tmp/perf-10826.map)", "[JIT]"),
        ("\t7fdc761e16e6 py::f:/home/me/x.py (/tmp/perf-10826.map)", "[JIT]"),
        ("\t7fdc761e16e6 [unknown] (//anon)", "[JIT]"),
        ("\t7fdc761e16e6 [unknown] ([JIT] tid 10826)", "[JIT]"),
        ("\t7fdc761e16e6 [unknown] (/memfd:numba (deleted))", "[JIT]"),
        ("\t  1234 f (/opt/my app/libx.so (deleted))", "f (libx.so)"),
        ("\t  1234 std::vector<int, (anonymous)>::push(int) const (/l/libx.so)",
         "std::vector<int,_(anonymous)>::push(int)_const (libx.so)"),
        ("\t  1234 evil;name 7\t9\x00\x1b (/l/li;b.so)", "evil_name_7_9_ (li_b.so)"),
        ("\t  1234 " + "x" * 500 + " (/l/libx.so)", "x" * 100 + " (libx.so)"),
        ("\t  1234  (/usr/bin/python3.11d)", "[unknown] (python3.11d)"),
    ],
)  # fmt: skip
def test_names_mean_the_same_on_any_machine_and_cannot_break_the_format(line: str, expected: str) -> None:
    assert frame(line) == expected
    assert not set(expected) & set(";\n\t\x00")


def test_frames_without_a_name_are_counted_and_jit_code_is_not() -> None:
    assert named([("a;[unknown] (libx.so);b", 2), ("[JIT];[unknown]", 1), ("[kernel]", 3)]) == (11, 3)


def test_lines_that_perf_should_not_write_do_no_harm() -> None:
    assert read([]).samples == 0
    assert read(["garbage", "\t 12 f (/x)", "", "1/1 x: y:", "PERF_RECORD_LOST lost many"]).samples == 0
    found = read([" 1/2 5.5:  1000 cpu-clock:u: ", "not a frame", "", " 1/2 6.5: cpu-clock:u: ", ""])
    assert (found.stacks, found.event, found.cut) == (Counter({("[unknown]",): 1}), "cpu-clock:u", 1)
    assert read(["7/7 1.0: PERF_RECORD_LOST_SAMPLES lost 5", "7/7 1.0: PERF_RECORD_LOST lost 2"]).lost == 7


def test_every_sample_of_a_stack_counts() -> None:
    twice = [" 1/1 5.0: cpu-clock: ", "\t 12 f (/l/libx.so)", ""] * 2
    assert (read(twice).samples, read(twice).cut) == (2, 2)


def test_without_a_common_root_nothing_is_taken_away() -> None:
    stacks: Counter[tuple[str, ...]] = Counter(
        {("_start", "main", "work"): 3, ("clone3 (libc.so.6)", "start_thread (libc.so.6)", LOOP): 1}
    )
    assert below_region(stacks) == ()
    assert fold(stacks, ())["_start;main;work"] == 3
