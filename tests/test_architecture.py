"""The shape of the house: imports point one way, and measured processes need nothing beyond the standard library."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench import discover
from tests.conftest import ROOT

ALLOWED = {
    "bench": {"bench"},
    "profiling": {"bench", "profiling"},
    "reporting": {"bench", "reporting"},
}
OURS = {*ALLOWED, "tasks", "noxfile", "tests"}
MODULES = [path for package in ALLOWED for path in sorted((ROOT / package).rglob("*.py"))]
HEAVY = {"numpy", "numba", "plotly", "matplotlib", "reportlab", "openpyxl", "pyperf", "rich"}


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide the direction"
            yield node.module or ""


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_imports_point_one_way(path: Path) -> None:
    package = path.relative_to(ROOT).parts[0]
    roots = {module.partition(".")[0] for module in imports(path)}
    assert roots & OURS <= ALLOWED[package]


@pytest.mark.parametrize("path", [p for p in MODULES if "bench" in p.relative_to(ROOT).parts[0]], ids=name)
def test_families_do_not_import_each_other(path: Path) -> None:
    family = path.relative_to(ROOT / "bench").parts[0]
    others = {f"bench.{other}" for other in discover.families()} - {f"bench.{family}"}
    if path.parent == ROOT / "bench":
        others |= {f"bench.{family}" for family in discover.families()}
    found = {".".join(module.split(".")[:2]) for module in imports(path)}
    assert not found & others


def test_describing_families_needs_only_the_standard_library() -> None:
    code = (
        "import sys; from bench import discover; [discover.family(f) for f in discover.families()]; "
        "[discover.variants(f) for f in discover.families()]; import bench.__main__, bench.region, bench.rundir; "
        "print(' '.join(sorted({m.partition('.')[0] for m in sys.modules} - set(sys.stdlib_module_names))))"
    )
    done = subprocess.run([sys.executable, "-S", "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) <= {"bench", "__main__", "__mp_main__", "sitecustomize"}


def test_listing_tasks_imports_nothing_heavy() -> None:
    code = "import sys, tasks; print(' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not HEAVY & {module.partition(".")[0] for module in done.stdout.split()}


def test_only_one_module_starts_measured_processes() -> None:
    """Popen with a study's log, time limit and process group lives in profiling/process.py alone."""
    users = [name(p) for p in MODULES if "subprocess.Popen(" in p.read_text(encoding="utf-8")]
    assert users == ["profiling/process.py"]


def test_only_rundir_spells_paths_of_the_archive() -> None:
    spelled = [name(p) for p in MODULES if '"manifest.json"' in p.read_text(encoding="utf-8")]
    assert spelled == ["bench/rundir.py"]
