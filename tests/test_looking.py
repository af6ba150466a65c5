"""Who only looks at a study leaves its archive as it is, even where other code derived what lies in it; who parses does not."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from invoke.collection import Collection
from invoke.program import Program

import tasks
from bench.files import files_below, read_json, seal, sha256, write_json
from bench.rundir import Archive
from tests.conftest import ROOT

Invoke = Callable[..., str]
VARIANTS = ("pyaes_clean", "pyaes_opt")


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two variants of the archived study of AES, whose metrics other code derived, and found nothing."""
    root = tmp_path_factory.mktemp("stale") / "results"
    for name in VARIANTS:
        shutil.copytree(ROOT / "results" / "aes" / name, root / "aes" / name)
    whole, part = Archive("aes", ROOT / "results"), Archive("aes", root)
    study = whole.study(whole.choose())
    shutil.copy(whole.log(study.timestamp), root / "aes")
    manifests = {name: study.manifests[name] for name in VARIANTS}
    order = tuple(entry for entry in study.order if entry[1] in VARIANTS)
    part.write_study(replace(study, variants=VARIANTS, manifests=manifests, order=order))
    for run in part.runs(study.timestamp):
        stale = {"measurements": [], "listings": [], "code": "0" * 64}
        write_json(run.metrics_file, stale | {"seal": seal(stale)})
    return root


@pytest.fixture
def invoke(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Invoke:
    monkeypatch.chdir(ROOT)

    def run(*words: object) -> str:
        Program(namespace=Collection.from_module(tasks)).run(["invoke", *map(str, words)], exit=False)
        said = capsys.readouterr()
        assert "error: " not in said.err, said.err
        return said.out

    return run


def state(root: Path) -> dict[Path, tuple[int, str]]:
    """Return when each file was written, and its hash."""
    return {path: (path.stat().st_mtime_ns, sha256(path)) for path in files_below(root) if path.is_file()}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("whatif", "--acceleration", "370"), "a projection, not a measurement"),
        (("show", "--section", "overview"), "How many times faster each variant ran than pyaes_clean"),
        (("prompts", "--for", "optimise", "--variant", "pyaes_opt"), "pyaes_clean"),
    ],
    ids=lambda words: words[0] if isinstance(words, tuple) else "",
)
def test_who_looks_at_a_study_writes_nothing(words: tuple[str, ...], said: str, results: Path, invoke: Invoke) -> None:
    before = state(results)
    assert said in " ".join(invoke(*words, "--bench", "aes", "--results-dir", results).split())
    assert state(results) == before


def test_who_parses_a_study_derives_it_into_the_archive(results: Path, tmp_path: Path, invoke: Invoke) -> None:
    root = tmp_path / "results"
    shutil.copytree(results, root)
    invoke("parse", "--bench", "aes", "--results-dir", root)
    for path in root.rglob("metrics.json"):
        assert read_json(path)["measurements"], path
