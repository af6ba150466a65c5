"""The README is true: its examples work as written, in a copy of the checkout."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from bench import hardware
from reporting.model import cards, interfaces
from tests.conftest import EXAMPLES, README, ROOT


def run(house: Path, *words: str) -> str:
    done = subprocess.run([sys.executable, "-m", *words], cwd=house, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def test_the_examples_are_short() -> None:
    assert set(EXAMPLES) == {
        "bench/aes/pyaes_lazy.py", "bench/nqueens/__init__.py", "bench/nqueens/nqueens_clean.py",
        "bench/nqueens/hardware.py", "profiling/collectors/importtime.py", "reporting/renderers/csv.py",
    }  # fmt: skip
    most = {"bench/nqueens/hardware.py": 59}
    assert all(text.count("\n") <= most.get(path, 40) for path, text in EXAMPLES.items())


def test_the_examples_are_as_the_repository_wants_its_code(tmp_path: Path) -> None:
    for path, text in EXAMPLES.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    for words in (["check", "--no-cache"], ["format", "--diff", "--no-cache"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *words, "."], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_interfaces_are_told_as_the_model_has_them() -> None:
    rows = {
        row[0]: row[1:] for row in re.findall(r"^\| `([\w-]+)` \| (.+?) \| (.+?) \| (.+?) \|$", README, re.MULTILINE)
    }
    assert list(rows) == list(interfaces.PRESETS)
    for name, each in interfaces.PRESETS.items():
        call = (each.overhead.typical + each.latency.typical) * 1e6
        cost = "none" if each.free else f"{call:.3g} µs"
        cost += f", and {each.per_byte.typical * 1e9:.3g} ns a byte" if each.per_byte.typical else ""
        rates = "no limit" if each.free else f"{each.to.typical / 1e9:.3g}, {each.back.typical / 1e9:.3g} GB/s"
        assert rows[name] == (each.summary, cost, rates)


def test_the_interface_of_ones_own_is_one(tmp_path: Path) -> None:
    (block,) = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
    (tmp_path / "card.toml").write_text(block, encoding="utf-8")
    card = cards.named(str(tmp_path / "card.toml"))
    assert card.summary == "our card" and card.sources["to"] == "measured in our lab"
    assert card.latency == interfaces.PRESETS["pcie"].latency and "--interface card.toml" in README


@pytest.mark.parametrize("term", ["points of the design space", "speed grade", "place and route"])
def test_a_term_of_hardware_is_explained_where_it_is_first_used(term: str) -> None:
    assert README[README.index(term) + len(term) :].startswith(" (")


def test_the_accelerator_says_how_it_is_tried_and_what_drives_it() -> None:
    section = README.partition("## Add an accelerator")[2].partition("\n## ")[0]
    for name in (name for name in vars(hardware.Pins) if not name.startswith("_")):
        assert re.search(rf"`(await )?{name}\b", section), name
    assert [int(step) for step in re.findall(r"(?m)^(\d)\. \*\*", section)] == [1, 2, 3, 4]
    shown = set(re.findall(r"(\w+)=", EXAMPLES["bench/nqueens/hardware.py"].partition("DESIGNS = ")[2]))
    for field in {field.name for field in fields(hardware.Design)} - shown | {"replaces", "justification"}:
        assert re.search(rf"(?m)^- .*`{field}[`=]|\. `{field}=True`", section), field
    for command in ("-m bench.cosimulate nqueens/search --check", "invoke hardware --bench nqueens", "--design search"):
        assert command in section


def test_a_new_family_is_a_session_and_is_listed(house: Path) -> None:
    listed = run(house, "nox", "--list")
    assert " nqueens ->" in listed and " hardware ->" in listed
    shown = run(house, "invoke", "list")
    assert "nqueens_clean" in shown and "pyaes_lazy" in shown
    assert re.search(r"(?m)^  search +Depth-first search \(accelerator\)$", shown)


def test_new_variant_collector_and_renderer_work_together(house: Path) -> None:
    small = [
        "--build",
        "release",
        "--fast",
        "--size",
        "small",
        "--processes",
        "1",
        "--wait",
        "--collectors",
        "timing,importtime",
    ]
    run(house, "invoke", "profile", "--bench", "aes", "--only", "pyaes_lazy", *small)
    run(house, "invoke", "parse", "--bench", "aes")
    said = run(house, "invoke", "render", "--bench", "aes", "--formats", "csv,text")
    (path,) = re.findall(r"wrote: (\S+\.csv)", said)
    written = (house / path).read_text()
    assert "\npyaes_lazy," in written
    assert "time in imports" in written
    assert "time in imports" in (house / "reports" / "report_aes.txt").read_text()


def test_a_new_family_is_measured(house: Path) -> None:
    small = ["--build", "release", "--fast", "--size", "small", "--processes", "1", "--wait", "--collectors", "timing"]
    run(house, "invoke", "profile", "--bench", "nqueens", *small)
    run(house, "invoke", "parse", "--bench", "nqueens")
    run(house, "invoke", "render", "--bench", "nqueens", "--formats", "text")
    assert "Eight queens" in (house / "reports" / "report_nqueens.txt").read_text()


@pytest.mark.parametrize("folder", [".", "benchmark_reports", "prompts", "reports"])
def test_every_file_that_a_readme_links_to_exists(folder: str) -> None:
    text = (ROOT / folder / "README.md").read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (ROOT / folder / target).exists(), target


def test_every_command_that_the_readme_names_exists() -> None:
    tasks = (ROOT / "tasks.py").read_text(encoding="utf-8")
    for name in re.findall(r"^invoke (\w+)", README, re.MULTILINE):
        assert f"def {name}(" in tasks or f'name="{name}"' in tasks, name


def test_every_dependency_has_its_line() -> None:
    groups = (ROOT / "pyproject.toml").read_text().partition("[dependency-groups]")[2].partition("[tool.ruff]")[0]
    table = README.partition("## What it stands on")[2]
    for name in re.findall(r'"([a-zA-Z][\w-]*?)[=>]', groups):
        assert name in table, name


def test_ci_installs_what_the_readme_recommends() -> None:
    recommended = {
        name
        for line in re.findall(r"^sudo apt install ([\w.+ -]+?) *(?:#|$)", README, re.MULTILINE)
        for name in line.split()
    }
    (installed,) = re.findall(r"--no-install-recommends \\\n(.*?)>/dev/null", (ROOT / ".ci/run").read_text(), re.DOTALL)
    given = set(installed.split()) - {"git", "python3", "python3-venv"}
    assert "chromium" in recommended and {name.replace("$perf_package", "linux-perf") for name in given} == recommended
