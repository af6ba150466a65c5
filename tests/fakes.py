"""Families whose work takes no time: a variant's module says how long it claims to take, so a test decides."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

from bench.errors import Unsupported, WrongAnswer
from bench.model import Family, Limit, Series, Target, Variant, Workload
from bench.subject import Subject

ANSWER = 10
Calls = list[tuple[str, int]]  #: (module, loops) of every call of a workload


def pretended(module: ModuleType | Any, seconds: Callable[[], float], answer: Any, calls: Calls) -> Workload:
    """A workload of which one iteration takes `seconds()`, as its own clock says."""

    def run(loops: int) -> float:
        calls.append((module.__name__, loops))
        return loops * seconds()

    return Workload(run, answer)


def family(calls: Calls, series: Series | None = None, limit: Limit | None = None) -> Family:
    """A variant's module defines entry(), the answer, and seconds(), which one iteration takes."""

    def accept(answer: Any, size: Any) -> None:
        if answer != ANSWER:
            raise WrongAnswer(f"{answer}")

    return Family(
        summary="Nothing",
        upstream="nothing",
        baseline="base",
        entry="entry",
        sizes={"full": 1},
        prepare=lambda module, size: pretended(module, module.seconds, module.entry, calls),
        check=lambda module: accept(module.entry(), None),
        accept=accept,
        digest=str,
        work={"full": (1.0, "byte")},
        limit=limit,
        series=series,
    )


def subject_of(variant: Variant, series: Series | None = None, limit: Limit | None = None) -> tuple[Subject, Calls]:
    calls: Calls = []
    return Subject(family(calls, series, limit), Target("aes", variant.name, "full"), variant), calls


def series_of(points: dict[str, float], calls: Calls) -> Series:
    """A series of points of so many bytes: a module's pace(amount) is the time, its at(amount) the answer."""

    def prepare(module: ModuleType, amount: float) -> Workload:
        if amount in getattr(module, "LACKS", ()):
            raise Unsupported(f"{module.__name__} cannot do {amount:g}")
        return pretended(module, lambda: module.pace(amount), lambda: module.at(amount), calls)

    def check(answer: float, amount: float) -> float:
        if abs(answer - amount) > 1:
            raise WrongAnswer(f"{answer} instead of {amount}")
        return abs(answer - amount)

    work = {name: (amount, "byte") for name, amount in points.items()}
    return Series("Bytes", "Does nothing with bytes.", points, work, prepare, check, "byte")
