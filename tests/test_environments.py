"""When an environment is fresh, and which interpreters are chosen."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from bench.errors import SuiteError
from profiling import checking, environments, interpreters


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty checkout with a finished release environment."""
    monkeypatch.setattr(environments, "ROOT", tmp_path)
    (tmp_path / "pyproject.toml").write_text('[dependency-groups]\nmeasure = ["x==1"]\n[tool.ruff]\nline-length = 1\n')
    (tmp_path / ".venv_release" / "bin").mkdir(parents=True)
    (tmp_path / ".venv_release" / "bin" / "python").symlink_to(sys.executable)
    environments.mark_fresh("release", sys.executable)
    return tmp_path


def test_an_environment_is_stale_when_dependencies_change(checkout: Path) -> None:
    assert environments.fresh("release", sys.executable)
    project = checkout / "pyproject.toml"
    project.write_text(project.read_text().replace("line-length = 1", "line-length = 2"))
    assert environments.fresh("release", sys.executable)  # not a dependency
    project.write_text(project.read_text().replace("x==1", "x==2"))
    assert not environments.fresh("release", sys.executable)


def test_an_environment_is_stale_when_the_interpreter_changes(checkout: Path, tmp_path: Path) -> None:
    other = tmp_path / "python"
    other.write_bytes(b"another binary")
    assert not environments.fresh("release", str(other))


def test_an_interrupted_build_is_never_taken_for_a_finished_one(checkout: Path) -> None:
    (checkout / ".venv_release" / environments.STAMP).unlink()
    assert not environments.fresh("release", sys.executable)


def test_a_missing_environment_names_the_command_that_builds_it(checkout: Path) -> None:
    with pytest.raises(SuiteError) as caught:
        environments.python("dbg")
    assert caught.value.hint == "Build it: nox -s dbg"


def test_an_incomplete_environment_is_never_measured(checkout: Path) -> None:
    assert environments.python("release") == Path(".venv_release/bin/python")
    (checkout / ".venv_release" / environments.STAMP).unlink()  # as an interrupted pip leaves it
    with pytest.raises(SuiteError, match="incomplete"):
        environments.python("release")


def test_paths_are_written_relative_to_the_checkout(checkout: Path) -> None:
    assert environments.portable(checkout / "a" / ".." / "b.py") == "b.py"
    assert environments.portable(Path("/elsewhere/b.py")) == "/elsewhere/b.py"


def fake(folder: Path, name: str, version: str, debug: bool) -> Path:
    path = folder / name
    numbers = version.replace(".", ", ")
    path.write_text(f"#!/bin/sh\necho '[[{numbers}], {str(debug).lower()}]'\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine whose only interpreters are the fakes that a test puts into this folder."""
    folder = tmp_path / "bin"
    folder.mkdir()
    real = shutil.which

    def which(name: str, path: str | None = None) -> str | None:
        return real(Path(name).name, path=str(folder)) if Path(name).parent in (folder, Path()) else None

    monkeypatch.setattr(shutil, "which", which)
    monkeypatch.setattr(sys, "_base_executable", "/nonexistent", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    for variable in ("BENCH_DEBUG_PYTHON", "BENCH_RELEASE_PYTHON"):
        monkeypatch.delenv(variable, raising=False)
    interpreters.choose.cache_clear()
    interpreters.probe.cache_clear()
    return folder


def test_the_release_of_the_same_version_is_chosen(machine: Path) -> None:
    fake(machine, "python3-dbg", "3.11.2", True)
    fake(machine, "python3", "3.12.1", False)
    fake(machine, "python3.11", "3.11.2", False)
    pair = interpreters.choose()
    assert pair.debug is not None and pair.debug.version == (3, 11, 2)
    assert pair.release.version == (3, 11, 2) and pair.same_version


def test_a_release_build_called_dbg_is_not_believed(machine: Path) -> None:
    fake(machine, "python3-dbg", "3.11.2", False)
    fake(machine, "python3", "3.11.2", False)
    assert interpreters.choose().debug is None


def test_unsupported_and_broken_interpreters_are_passed_over(machine: Path) -> None:
    fake(machine, "python3", "3.9.18", False)
    (machine / "python3.12").write_text("#!/bin/sh\nexit 1\n")
    (machine / "python3.12").chmod(0o755)
    with pytest.raises(SuiteError, match="no release build"):
        interpreters.choose()


def test_an_interpreter_can_be_named(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake(machine, "python3", "3.11.2", False)
    named = fake(machine, "mine", "3.13.0", True)
    monkeypatch.setenv("BENCH_DEBUG_PYTHON", str(named))
    pair = interpreters.choose()
    assert pair.debug is not None and pair.debug.path == str(named) and not pair.same_version
    interpreters.choose.cache_clear()
    monkeypatch.setenv("BENCH_DEBUG_PYTHON", "none")
    assert interpreters.choose().debug is None


@pytest.fixture(autouse=True)
def _forget() -> object:
    yield
    interpreters.choose.cache_clear()
    interpreters.probe.cache_clear()


def test_no_fact_of_an_interpreter_names_a_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ada")
    assert checking._homeless("'--prefix=/home/ada/.pyenv' '-I/home/ada/x'") == "'--prefix=~/.pyenv' '-I~/x'"
    monkeypatch.setenv("HOME", "/")
    assert checking._homeless("/usr/bin") == "/usr/bin" and checking._homeless(True) is True
