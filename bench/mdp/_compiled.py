"""numba's compiler where it is installed, and nothing where it is not: functions of arrays stay ordinary Python."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """Compile a function at its first call and keep the machine code on disk, or leave it as it is."""
    try:
        from numba import njit
    except ImportError:
        return function
    return cast(Function, njit(cache=True)(function))


def inlined(function: Function) -> Function:
    """Compile a function into its callers: arrays that it is handed are then not counted at every call."""
    try:
        from numba import njit
    except ImportError:
        return function
    return cast(Function, njit(inline="always")(function))
