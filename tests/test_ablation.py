"""A kernel taken out of a workload: the answer stays, the time goes, and the share follows."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import pytest

from bench import ablation
from bench.errors import UsageError
from bench.model import Workload
from bench.rundir import Archive
from reporting import evidence
from reporting.document import Table
from reporting.model.acceleration import ablation as measured
from reporting.renderers import text
from reporting.words import sections


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> tuple[Workload, list[int]]:
    """A workload that calls `pretended:Core.square` for 1, 2, 3 and adds the results up."""
    calls: list[int] = []

    class Core:
        def square(self, x: int) -> int:
            calls.append(x)
            return x * x

    module: Any = ModuleType("pretended")
    module.Core = Core
    monkeypatch.setitem(sys.modules, "pretended", module)
    sums: list[int] = []

    def run(loops: int) -> float:
        for _ in range(loops):
            sums.append(sum(Core().square(x) for x in (1, 2, 3)))
        return 1.0

    return Workload(run, lambda: (run(1), sums)[1]), calls


def test_results_are_played_back_in_order_and_the_kernel_does_not_run(kernel: tuple[Workload, list[int]]) -> None:
    workload, calls = kernel
    without = ablation.without(workload, "pretended:Core.square")
    assert len(calls) == 3  # recorded once
    without.run(4)
    assert len(calls) == 3
    assert without.answer() == [14] * 6  # and the answer is asked of the real one
    assert len(calls) == 6


@pytest.mark.parametrize("name", ["pretended:Core.cube", "pretended:", "nothing_of_that_name:f", "pretended:Other.f"])
def test_a_kernel_that_is_not_there_is_explained(kernel: tuple[Workload, list[int]], name: str) -> None:
    with pytest.raises(UsageError, match="there is no function"):
        ablation.without(kernel[0], name)


def test_a_kernel_that_is_never_called_is_explained(kernel: tuple[Workload, list[int]]) -> None:
    with pytest.raises(UsageError, match="never called"):
        ablation.without(kernel[0], "json:dumps")


def test_a_real_study_has_its_share_by_ablation(study: tuple[Archive, str]) -> None:
    """At the small size, too, nearly all of pyaes' time is in AES.encrypt; the wide bounds are for a busy machine."""
    found = evidence.read(*study)
    result = measured(found)
    assert result is not None and result.kernel == "pyaes.aes:AES.encrypt" and result.build == "release"
    assert 0.6 < result.share.value < 1.0
    assert result.share.value == pytest.approx(1 - 1 / result.cap.value)
    document = sections.build(found)
    assert "Measured by ablation" in text.render(document).decode()
    (table,) = [b for s in document.sections for b in s.blocks if isinstance(b, Table) and b.key == "ablation"]
    row = dict(zip(table.columns, table.rows[0], strict=True))
    assert (row["cap"].value, row["share"].value) == (result.cap.value, result.share.value)
