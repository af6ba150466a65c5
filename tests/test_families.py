"""Every variant, found by its file, must satisfy its family's oracle; and the oracle must catch what is wrong."""

from __future__ import annotations

import importlib
import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from bench import admission, discover, upstream
from bench.errors import WrongAnswer
from bench.model import SERIES_PEER, Target
from bench.subject import Subject

CASES = [
    (family, variant.name)
    for family in discover.families()
    for variant in discover.variants(family).values()
    if variant.kind != SERIES_PEER  # has no part in the family's job: its series checks it, below
]


def load(family: str, variant: str) -> ModuleType:
    return importlib.import_module(f"bench.{family}.{variant}")


@pytest.mark.parametrize(("family", "variant"), CASES)
def test_variant_agrees_with_the_oracle(family: str, variant: str) -> None:
    discover.family(family).check(load(family, variant))


@pytest.mark.parametrize(("family", "variant"), CASES)
def test_small_workload_gives_the_same_digest_as_the_baseline(family: str, variant: str) -> None:
    found = discover.family(family)
    digests = set()
    for name in (found.baseline, variant):
        workload = found.prepare(load(family, name), found.sizes["small"])
        assert workload.run(1) > 0
        digests.add(found.digest(workload.answer()))
    assert len(digests) == 1


@pytest.mark.parametrize("family", [name for name in discover.families() if discover.family(name).series])
def test_peers_in_the_series_only_agree_with_its_check(family: str) -> None:
    found = discover.family(family)
    for variant in (v for v in discover.variants(family).values() if v.kind == SERIES_PEER):
        told = admission.examine(Subject(found, Target(family, variant.name, found.full_size), variant))
        assert told["digest"] == "" and told["seconds"]


@pytest.mark.parametrize("variant", [v for f, v in CASES if f == "aes"])
def test_aes_workload_is_upstreams(variant: str) -> None:
    found = discover.family("aes")
    workload = found.prepare(load("aes", variant), found.sizes["full"])
    workload.run(1)
    found.accept(workload.answer(), found.sizes["full"])


@pytest.mark.parametrize("variant", ["mdp_opt2", "mdp_opt3", "mdp_opt4"])
def test_mdp_workload_is_upstreams(variant: str) -> None:
    found = discover.family("mdp")
    workload = found.prepare(load("mdp", variant), found.sizes["full"])
    workload.run(1)
    assert abs(workload.answer() - 0.89873589887) < 1e-6
    found.accept(workload.answer(), found.sizes["full"])


@pytest.mark.parametrize("family", discover.families())
def test_the_baseline_is_upstream_and_not_a_copy(family: str) -> None:
    """Every Python function that runs in the timed region of the baseline comes from an installed package."""
    found = discover.family(family)
    workload = found.prepare(load(family, found.baseline), found.sizes["small"])
    files = set()

    def watch(frame: Any, event: str, argument: Any) -> None:
        if event == "call":
            files.add(frame.f_code.co_filename)

    sys.setprofile(watch)
    try:
        workload.run(1)
    finally:
        sys.setprofile(None)
    ours = {name for name in files if "/bench/" in name.replace("\\", "/") and "site-packages" not in name}
    assert ours <= {name for name in ours if name.endswith(("/upstream.py", f"/{family}/__init__.py"))}  # the harness
    assert any(name.endswith(("pyaes/aes.py", "bm_mdp/run_benchmark.py")) for name in files)


def test_the_full_size_runs_upstreams_own_timing_function() -> None:
    for family, function in (("aes", "bench_pyaes"), ("mdp", "bench_mdp")):
        found = discover.family(family)
        workload = found.prepare(load(family, found.baseline), found.sizes[found.full_size])
        checked: Any = workload.run
        inner = checked.__closure__[0].cell_contents
        assert inner.__name__ == function
        assert inner.__code__.co_filename == str(upstream.script(found.upstream))


def broken_aes(change: Any) -> Any:
    """An AES module whose cipher texts are put through `change`."""
    good = load("aes", "pyaes_clean").AESModeOfOperationCTR

    class AESModeOfOperationCTR(good):  # type: ignore[misc,valid-type]
        def encrypt(self, plaintext: bytes) -> bytes:
            return bytes(change(super().encrypt(plaintext)))

        decrypt = encrypt

    return SimpleNamespace(AESModeOfOperationCTR=AESModeOfOperationCTR)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text[:-1] + bytes([text[-1] ^ 1]) if text else text,  # one bit, in the last byte
        lambda text: text[:-1],  # too short
        lambda text: text[:48] + text[:16] + text[64:] if len(text) > 64 else text,  # one block twice
        lambda text: text if len(text) % 16 == 0 else bytes(len(text)),  # odd lengths only
    ],
)
def test_the_oracle_catches_a_wrong_cipher(change: Any) -> None:
    with pytest.raises(WrongAnswer):
        discover.family("aes").check(broken_aes(change))


@pytest.mark.parametrize("shift", [1e-5, -1e-5, float("nan")])
def test_the_oracle_catches_a_wrong_value(shift: float) -> None:
    good = load("mdp", "mdp_opt3").Battle

    class Battle(good):  # type: ignore[misc,valid-type]
        def evaluate(self, tolerance: float = 0.15) -> float:
            return float(super().evaluate(tolerance) + shift)

    with pytest.raises(WrongAnswer):
        discover.family("mdp").check(SimpleNamespace(Battle=Battle))  # type: ignore[arg-type]


def test_upstreams_own_check_is_a_wrong_answer() -> None:
    def run(loops: int) -> float:
        raise Exception("decrypt error!")

    with pytest.raises(WrongAnswer, match="decrypt error"):
        upstream.checked(run)(1)
