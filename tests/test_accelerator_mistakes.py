"""What a person is told whose accelerator, or family, has a mistake in it: a sentence, the line of their own file, a code."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bench import judging
from bench.errors import SuiteError, VariantFailed, WrongAnswer
from tests.conftest import EXAMPLES, ROOT

FILE = "bench/nqueens/hardware.py"
CHECK = ("bench.cosimulate", "nqueens/search", "--check")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what is needed to check a design by hand, with the README's family in it."""
    for name in ("bench", "profiling"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "tasks.py", tmp_path)
    (tmp_path / "bench/nqueens").mkdir()
    for path in (path for path in EXAMPLES if "nqueens" in path):
        (tmp_path / path).write_text(EXAMPLES[path], encoding="utf-8")
    return tmp_path


def run(checkout: Path, *words: str, before: str = "") -> subprocess.CompletedProcess[str]:
    code = f"import runpy, sys; {before}sys.argv = {list(words)!r}; runpy.run_module(sys.argv[0], run_name='__main__')"
    return subprocess.run([sys.executable, "-c", code], cwd=checkout, capture_output=True, text=True, check=False)


def mend(checkout: Path, old: str, new: str) -> int:
    """Put a mistake into the accelerator; return the line that it is in."""
    text: str = EXAMPLES[FILE]
    assert text.count(old) == 1, old
    (checkout / FILE).write_text(text.replace(old, new), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


@pytest.mark.needs("amaranth")
@pytest.mark.parametrize(
    ("old", "new", "code", "said"),
    [
        ('pins.set("queens"', 'pins.set("queen"', 4, "search: failed: the core has no port 'queen'. Its ports: queens, go"),
        ('raise WrongAnswer("four', 'pass\n    raise WrongAnswer("four', 3, "search: wrong answer: four queens have"),
        ("if pins.get(\"found\") else", "if pins.gett(\"found\") else", 4, "search: failed: AttributeError"),
        ("done.eq(0), row.eq(0)", "done.eq(0), row.eq('0')", 4, "TypeError: Object '0' cannot be converted"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_in_a_sentence_with_the_line_of_the_own_file(
    checkout: Path, old: str, new: str, code: int, said: str
) -> None:
    line = mend(checkout, old, new) + new.count("\n")
    if code == WrongAnswer.exit_code:  # which it raises only where it is wrong
        text = (checkout / FILE).read_text()
        (checkout / FILE).write_text(text.replace("n_queens(4) !=", "n_queens(4) =="))
    done = run(checkout, *CHECK)
    told = done.stderr.strip().splitlines()[-1]
    assert done.returncode == code and said in told and f"{FILE}, line {line}" in told, done.stderr


@pytest.mark.needs("amaranth")
def test_a_right_design_says_so_and_the_stage_gets_mistakes_as_data(checkout: Path) -> None:
    done = run(checkout, *CHECK)
    assert done.returncode == 0 and done.stderr.startswith("search: right, 80 cycles in 3 calls (Amaranth's")
    assert done.stdout.startswith('checked {"status": "ok"')
    mend(checkout, 'pins.get("board") if', 'pins.get("board") ^ 1 if')
    done = run(checkout, *CHECK, "--data")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith('checked {"status": "wrong answer", "reason": "four queens have two solutions"')


def test_where_amaranth_is_not_installed_both_sides_are_told_what_to_do(checkout: Path) -> None:
    without = "sys.modules['amaranth'] = None; "
    done = run(checkout, *CHECK, before=without)
    assert "amaranth is not installed for" in done.stderr and ".venv_hardware/bin/python" in done.stderr
    line = mend(checkout, "from types import", "import amaranth\nfrom types import")
    done = run(checkout, *CHECK, before=without)
    assert f"{FILE}, line {line}: amaranth is not installed for the Python that reads this file" in done.stderr
    assert "inside the function that makes the component" in done.stderr and "Traceback" not in done.stderr


DESIGN = "Design(name={!r}, summary='', replaces='', justification='', component=None, variant=None, check=None)"
FAMILY_MISTAKES = {
    "empty": ("", "bench/empty/__init__.py defines no FAMILY"),
    "typo": ("import math\nmath.p", "bench/typo/__init__.py, line 2: AttributeError: module 'math' has no attribute 'p'"),
    "unclosed": ("x = 1\ny = (", "bench/unclosed/__init__.py, line 2: SyntaxError: '(' was never closed"),
    "lost": ("import bench.gone", "bench/lost/__init__.py, line 1: ModuleNotFoundError: No module named 'bench.gone'"),
}  # fmt: skip
DESIGN_MISTAKES = {
    "none": ("", "bench/none/hardware.py defines no DESIGNS"),
    "bare": (f"DESIGNS = {DESIGN.format('search')}", "bench/bare/hardware.py defines no DESIGNS"),
    "dashed": (f"DESIGNS = [{DESIGN.format('a-b')}]", "a design cannot be named 'a-b': it is no Python identifier"),
    "twice": (f"DESIGNS = 2 * [{DESIGN.format('ab')}]", "cannot be named 'ab': two designs would have it"),
    "taken": (f"DESIGNS = [{DESIGN.format('nqueens_clean')}]", "the family has a variant of that name"),
    "typing": ("x = 1\nDESIGN", "bench/typing/hardware.py, line 3: NameError: name 'DESIGN' is not defined"),
}


def test_the_list_names_each_family_with_a_mistake_and_shows_the_others(checkout: Path) -> None:
    for name, (text, _) in FAMILY_MISTAKES.items():
        (checkout / "bench" / name).mkdir()
        (checkout / "bench" / name / "__init__.py").write_text(text)
    for name, (text, _) in DESIGN_MISTAKES.items():
        shutil.copytree(checkout / "bench/nqueens", checkout / "bench" / name)
        (checkout / "bench" / name / "hardware.py").write_text(f"from bench.hardware import Design\n{text}\n")
    done = run(checkout, "invoke", "list")
    assert done.returncode == 1 and "Traceback" not in done.stderr
    shown = " ".join(done.stdout.split())
    for name, (_, said) in (FAMILY_MISTAKES | DESIGN_MISTAKES).items():
        assert f" {name}: bench/{name}/" in shown and said in shown and name in done.stderr, name
    assert "pyaes_clean" in shown and "Depth-first search (accelerator)" in shown


def test_what_is_found_of_a_design_ends_in_a_sentence_and_a_code(capsys: pytest.CaptureFixture[str]) -> None:
    judging.conclude("one", {"status": "ok", "cycles": 1234, "calls": 1, "simulator": "CXXRTL, compiled"})
    assert capsys.readouterr().err == "one: right, 1,234 cycles in 1 call (CXXRTL, compiled)\n"
    with pytest.raises(VariantFailed, match=r"one: failed: why \(bench/x/hardware.py, line 3\)"):
        judging.conclude("one", {"status": "failed", "reason": "why", "place": "bench/x/hardware.py, line 3"})


def test_a_hint_is_part_of_what_is_judged() -> None:
    def work() -> dict[str, object]:
        raise SuiteError("no port 'a'", "Its ports: b.")

    assert judging.judged(work, "aes") == {"status": "failed", "reason": "no port 'a'. Its ports: b.", "place": ""}
