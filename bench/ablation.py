"""Takes one function out of a workload and leaves its answer as it is: results are recorded once, then played back.

What the workload still takes is the time without that function, so the rest is the function's share: measured, not
sampled, and by no profiler that slows calls down. One empty call per call remains, so the share is a little too small
rather than too large. Upstream's own check still sees the right results.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import replace
from itertools import cycle
from typing import Any

from bench.errors import UsageError
from bench.model import Workload


def without(workload: Workload, kernel: str) -> Workload:
    """Return `workload` with `kernel` (`module:Class.method` or `module:function`) played back instead of run.

    The kernel must have no effect but its result, and be called in the same order in every iteration.
    """
    owner, name = _find(kernel)
    real: Callable[..., Any] = getattr(owner, name)
    results: list[Any] = []

    def record(*args: Any, **kwargs: Any) -> Any:
        results.append(real(*args, **kwargs))
        return results[-1]

    setattr(owner, name, record)
    workload.run(1)
    if not results:
        raise UsageError(f"{kernel} is never called by this workload", "Name a function that its profile shows.")
    following = cycle(results).__next__

    def play(*args: Any, **kwargs: Any) -> Any:
        return following()

    setattr(owner, name, play)

    def answer() -> Any:
        setattr(owner, name, real)
        return workload.answer()

    return replace(workload, answer=answer)


def _find(kernel: str) -> tuple[Any, str]:
    """Return (the object that holds the kernel, its name there)."""
    module, _, path = kernel.partition(":")
    *outer, name = path.split(".")
    try:
        owner: Any = importlib.import_module(module)
        for part in outer:
            owner = getattr(owner, part)
        getattr(owner, name)
    except (ImportError, AttributeError, ValueError) as error:
        raise UsageError(f"there is no function {kernel!r}: {error}", "Write it as module:Class.method.") from error
    return owner, name
