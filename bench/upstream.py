"""Finds a benchmark inside the installed pyperformance. Nothing of upstream is copied into this repository."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

from bench.errors import SuiteError, WrongAnswer


def script(name: str) -> Path:
    """Return the path of pyperformance's `bm_NAME/run_benchmark.py`."""
    found = importlib.util.find_spec("pyperformance")
    if found is None or not found.submodule_search_locations:
        raise SuiteError("pyperformance is not installed in this interpreter", "Run: nox -s release dbg")
    path = Path(found.submodule_search_locations[0], "data-files", "benchmarks", f"bm_{name}", "run_benchmark.py")
    if not path.is_file():
        raise SuiteError(f"the installed pyperformance has no benchmark named {name!r}")
    return path


def load(name: str) -> ModuleType:
    """Execute upstream's script as a new module (its `__main__` part stays asleep) and return it."""
    spec = importlib.util.spec_from_file_location(f"upstream_{name}", script(name))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def checked(run: Callable[[int], float]) -> Callable[[int], float]:
    """Make upstream's own check of its answer, which raises a bare `Exception`, a `WrongAnswer`."""

    def run_checked(loops: int) -> float:
        try:
            return run(loops)
        except Exception as error:
            if type(error) is Exception:
                raise WrongAnswer(f"upstream's own check says: {error}") from error
            raise

    return run_checked
