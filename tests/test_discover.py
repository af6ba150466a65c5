"""Finding families and variants by their place, and reading --variant."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import discover
from bench.errors import UsageError


def test_families_and_their_order() -> None:
    assert discover.families() == ["aes", "mdp"]
    assert next(iter(discover.variants("aes"))) == "pyaes_clean"
    assert next(iter(discover.variants("mdp"))) == "mdp_clean"
    kinds = [variant.kind for variant in discover.variants("aes").values()]
    assert kinds == sorted(kinds, key=("rung", "peer").index) and "peer" in kinds
    names = ["mdp_opt10", "mdp_opt2", "mdp_clean"]
    assert sorted(names, key=discover._natural) == ["mdp_clean", "mdp_opt2", "mdp_opt10"]


def test_a_variant_is_described_without_importing_it(tmp_path: Path) -> None:
    file = tmp_path / "x.py"
    file.write_text(
        '"""Head line.\n\nBody."""\nREQUIRES = ("numba",)\n# comment\n\nimport does_not_exist\nx = (1 +\n 2)\n'
    )
    found = discover.describe("x", file)
    assert (found.summary, found.description, found.requires) == ("Head line.", "Body.", ("numba",))
    assert found.lines == 4  # REQUIRES, import, and two lines of x
    assert not found.script


def test_a_pyperf_script_is_recognised(tmp_path: Path) -> None:
    file = tmp_path / "x.py"
    file.write_text("import pyperf\nif __name__ == '__main__':\n    pyperf.Runner().bench_func('x', len, '')\n")
    assert discover.describe("x", file).script


def test_a_file_that_does_not_parse_is_listed_and_says_so(tmp_path: Path) -> None:
    file = tmp_path / "x.py"
    file.write_text("def f(:\n")
    assert "cannot be read" in discover.describe("x", file).summary


@pytest.mark.parametrize("spec", ["", "x", "x:", ":y.py", "bad label:y.py", "x:missing.py", "../x:y.py", "<b>:y.py"])
def test_a_bad_variant_option_is_explained(spec: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("y.py").write_text("")
    with pytest.raises(UsageError) as caught:
        discover.custom(spec, set())
    assert "--variant" in str(caught.value)
    assert caught.value.hint


def test_a_label_must_be_new(tmp_path: Path) -> None:
    file = tmp_path / "y.py"
    file.write_text("")
    with pytest.raises(UsageError, match="already"):
        discover.custom(f"taken:{file}", {"taken"})


def test_a_wrapper_makes_it_a_script(tmp_path: Path) -> None:
    for name in ("y.py", "w.py"):
        (tmp_path / name).write_text("")
    found = discover.custom(f"mine:{tmp_path}/y.py:{tmp_path}/w.py", set())
    assert found.script and found.custom and found.command == tmp_path / "w.py"


@pytest.mark.parametrize(
    "line", ['KIND = "pear"', "KIND = 3", "KIND = []", 'IDEAS = ("X",)', 'IDEAS = {"X": True}', "IDEAS = 1"]
)
def test_a_declaration_that_says_nothing_is_explained(line: str, tmp_path: Path) -> None:
    file = tmp_path / "x.py"
    file.write_text(line + "\n")
    with pytest.raises(UsageError, match=f"x.py: {line[:4]}") as caught:
        discover.describe("x", file)
    assert caught.value.hint
    file.write_text(f"import pyperf\n{line}\npyperf.Runner()\n")
    assert discover.describe("x", file).script  # whose names are its own


def test_lines_are_those_of_code(tmp_path: Path) -> None:
    file = tmp_path / "x.py"
    file.write_text('"""Words."""\n\nx = (1 +\n 2)  # three\n')
    assert discover.code_lines(file) == 2
    assert discover.code_lines(tmp_path / "missing.py") == 0
