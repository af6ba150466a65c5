"""py-spy's recordings: only the region counts, and what names hold never breaks a format."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from bench.rundir import Archive
from bench.source import line, portable
from profiling import hot_lines
from profiling.collectors.profile import by_path, by_process, folded, joined, keep_region
from profiling.flamegraph import svg
from tests.conftest import SMALL


def recording(*stacks: list[tuple[str, str]]) -> dict[str, Any]:
    frames = list(dict.fromkeys(frame for stack in stacks for frame in stack))
    return {
        "shared": {"frames": [{"name": name, "file": file, "line": 1, "col": None} for name, file in frames]},
        "profiles": [
            {
                "type": "sampled", "name": "pid 42 /home/me/x", "unit": "seconds", "startValue": 0, "endValue": 1,
                "samples": [[frames.index(frame) for frame in stack] for stack in stacks], "weights": [0.01] * len(stacks),
            }
        ],
    }  # fmt: skip


START = [("<module>", "bench/__main__.py"), ("main", "bench/__main__.py"), ("measure", "bench/__main__.py")]
MEASURED = [*START, ("task_func", "pyperf/_worker.py"), ("measure.<locals>.measured", "bench/__main__.py")]
HARNESS = ("checked.<locals>.run_checked", "bench/upstream.py")
WORK = ("AES.encrypt", "/somewhere/lib/python3.11/site-packages/pyaes/aes.py")


def test_only_the_region_is_kept_and_paths_become_portable() -> None:
    warm_up = [*START, ("measure.<locals>.warm_up", "bench/__main__.py"), WORK]
    kept = keep_region(recording(START, warm_up, [*MEASURED, HARNESS, WORK], [*MEASURED, HARNESS, WORK]))
    assert folded(kept) == Counter({"AES.encrypt (pyaes/aes.py)": 2})
    assert kept["samples_outside"] == 2
    assert "/somewhere" not in str(kept) and "pid 42" not in str(kept)


def test_a_function_at_different_lines_is_one_function(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text("def f():\n    a = 1\n    return a\n")
    record = recording([*MEASURED, ("f", str(file))], [*MEASURED, ("g", str(file))])
    frames = record["shared"]["frames"]
    for frame, number in zip(frames[-2:], (2, 3), strict=True):
        frame |= {"name": "f", "line": number}
    kept = keep_region(record)
    assert folded(kept) == Counter({"f (mine.py)": 2})
    assert [(f["line"], f["text"]) for f in kept["shared"]["frames"]] == [(2, "a = 1"), (3, "return a")]
    assert str(tmp_path) not in str(kept)
    (listing,) = hot_lines.listing("profile", "release", kept)
    assert listing.rows == (("mine.py:2", "f", 50.0, 50.0, "a = 1"), ("mine.py:3", "f", 50.0, 50.0, "return a"))


def test_hot_lines_count_a_line_once_per_sample_and_read_old_recordings() -> None:
    recursive = keep_region(recording([*MEASURED, WORK, WORK], [*MEASURED, WORK, ("leaf", "")]))
    for frame in recursive["shared"]["frames"]:
        del frame["text"]  # as recorded before lines were kept
    (listing,) = hot_lines.listing("profile", "release", recursive)
    assert listing.rows == (("pyaes/aes.py:1", "AES.encrypt", 50.0, 100.0, ""), (":1", "leaf", 50.0, 50.0, ""))
    assert not list(hot_lines.listing("profile", "release", keep_region(recording(START))))


def test_before_python_311_frames_have_short_names() -> None:
    short = [*START, ("measured", "bench/__main__.py"), ("run_checked", "bench/upstream.py"), WORK]
    assert folded(keep_region(recording(short))) == Counter({"AES.encrypt (pyaes/aes.py)": 1})


def test_a_plain_pyperf_script_has_its_own_region() -> None:
    script = [
        ("<module>", "/tmp/x/mine.py"),
        ("WorkerTask._compute_values", "pyperf/_worker.py"),
        ("f", "/tmp/x/mine.py"),
    ]
    kept = keep_region(recording([("<module>", "/tmp/x/mine.py")], script))
    assert folded(kept) == Counter({"f (mine.py)": 1})
    assert kept["samples_outside"] == 1


def test_hostile_names_cannot_break_folded_stacks_or_svg() -> None:
    hostile = [*MEASURED, ("<script>alert(1)</script>;x y\n", "a&b.py")]
    stacks = folded(keep_region(recording(hostile)))
    (stack,) = stacks
    assert ";" not in stack and "\n" not in stack
    drawn = svg(stacks, 'title "<&>')
    root = ET.fromstring(drawn)
    assert not [element for element in root.iter() if element.tag.endswith("script")]


def test_an_empty_profile_says_so() -> None:
    assert "No samples" in svg(Counter(), "nothing")
    assert folded(keep_region(recording(START))) == Counter()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("/home/me/.venv/lib/python3.11/site-packages/pyaes/aes.py", "pyaes/aes.py"),
        ("/usr/lib/python3.11/copy.py", "copy.py"),
        ("/home/me/checkout/bench/aes/pyaes_opt.py", "bench/aes/pyaes_opt.py"),
        ("bench/aes/pyaes_opt.py", "bench/aes/pyaes_opt.py"),
        ("/home/me/mine.py", "mine.py"),
        ("<frozen os>", "<frozen os>"),
        ("", ""),
    ],
)
def test_file_names_lose_what_differs_between_machines(name: str, expected: str) -> None:
    assert portable(name) == expected


def test_only_lines_of_python_files_are_read(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text("x = 1\n\ty = '\x1b[31m\u202e'" + "y" * 999 + "\n")
    assert line(str(file), 1) == "x = 1"
    assert line(str(file), 2).startswith("y = ' [31m 'yyy") and len(line(str(file), 2)) <= 200
    secret = tmp_path / "secret"
    secret.write_text("no code\n")
    for name in ("/dev/zero", "/dev/zero.py", str(secret), "a.py", "", "\0.py", "<string>", str(tmp_path)):
        assert line(name, 1) == ""
    assert line(str(file), None) == line(str(file), 99) == ""


def test_a_real_recording_names_the_hot_function(study: tuple[Archive, str]) -> None:
    archive, timestamp = study
    run = archive.run("pyaes_clean", timestamp)
    (samples,) = [m for m in run.metrics() if m.build == "release" and m.metric == "samples"]
    assert samples.values[0] > 50
    text = (run.derived_profile / "release.folded").read_text()
    assert "AES.encrypt (pyaes/aes.py)" in text or "encrypt (pyaes/aes.py)" in text
    assert "importlib" not in text  # start-up was cut off
    ET.fromstring((run.derived_profile / "release.svg").read_text())
    hot = [listing for listing in run.listings() if listing.title == "Hot lines" and listing.build == "release"]
    assert hot and any("self.T1[(t[ i" in str(row[-1]) for row in hot[0].rows)


def test_recordings_of_several_processes_are_joined_and_told_apart() -> None:
    one = keep_region(recording([*MEASURED, WORK], [*MEASURED, ("other", "x.py")], START))
    two = keep_region(recording([*MEASURED, ("other", "x.py"), WORK], [*MEASURED, WORK], [*MEASURED, WORK]))
    both = joined([one, two])
    assert folded(both) == folded(one) + folded(two)
    assert both["samples_outside"] == 1
    work, other = "AES.encrypt (pyaes/aes.py)", "other (x.py)"
    assert by_process(both) == [{"": [0, 2], work: [1, 1], other: [1, 1]}, {"": [0, 3], work: [3, 3], other: [0, 1]}]
    assert by_process(one) == [{"": [0, 2], work: [1, 1], other: [1, 1]}]  # as a recording of before
    assert by_path(both) == {"": [2, 3], work: [1, 2], other: [1, 1], f"{other};{work}": [0, 1]}


def test_a_study_samples_several_processes(study: tuple[Archive, str]) -> None:
    archive, timestamp = study
    run = archive.run("pyaes_clean", timestamp)
    (samples,) = [m for m in run.metrics() if m.build == "release" and m.metric == "samples"]
    assert len(samples.detail["processes"]) == SMALL.sample_processes > 1
    assert sum(process[""][1] for process in samples.detail["processes"]) == samples.values[0]
