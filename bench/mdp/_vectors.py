"""Vectors of doubles inside compiled functions: LLVM's own type, offered to numba as four operations.

numba has no vector type, and LLVM's vectoriser sees no pair in two scalars that a loop carries. `vectors(count)` makes
the operations for vectors of `count` doubles. LLVM maps them to what the CPU has: a vector of eight is one AVX-512
register, two of AVX2, or four of SSE2. No instruction is named, so they run everywhere numba does.

numba's cache looks at the file of a compiled function only: who changes this file empties the cache (`__pycache__`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic, models, register_model

Function = TypeVar("Function", bound=Callable[..., Any])
INT32 = ir.IntType(32)


def compiled(function: Function) -> Function:
    """Compile a function at its first call, and keep the machine code on disk for the next process."""
    return cast(Function, njit(cache=True, error_model="numpy")(function))


class Vector(types.Type):
    """numba's name for LLVM's `<count x double>`."""

    def __init__(self, count: int) -> None:
        self.count = count
        super().__init__(name=f"Vector({count})")


@register_model(Vector)
class VectorModel(models.PrimitiveModel):
    """A vector is held in registers as it is."""

    def __init__(self, manager: Any, vector: Vector) -> None:
        super().__init__(manager, vector, ir.VectorType(ir.DoubleType(), vector.count))  # type: ignore[no-untyped-call]


def vectors(count: int, fused: bool = False) -> tuple[Any, Any, Any, Any]:
    """Return load, store, add_scaled and larger for vectors of `count` doubles.

    load(array, i) reads array[i : i + count] of a flat array; nothing checks that it is inside.
    store(array, i, vector) writes it.
    add_scaled(total, factor, vector) is total + factor * vector, rounded twice, or once if `fused` and the CPU can.
    larger(x, y) takes the larger of each pair of elements.
    """
    vector = Vector(count)
    flags = ("contract",) if fused else ()

    def place(context: Any, builder: Any, array_type: Any, array: Any, index: Any) -> Any:
        data = context.make_array(array_type)(context, builder, array).data
        return builder.bitcast(builder.gep(data, [index]), ir.VectorType(ir.DoubleType(), count).as_pointer())

    @intrinsic
    def load(typing: Any, array: Any, index: Any) -> Any:
        def emit(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            found = builder.load(place(context, builder, signature.args[0], *values))
            found.align = 8
            return found

        return vector(array, types.intp), emit

    @intrinsic
    def store(typing: Any, array: Any, index: Any, what: Any) -> Any:
        def emit(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            builder.store(values[2], place(context, builder, signature.args[0], *values[:2])).align = 8
            return context.get_dummy_value()

        return types.void(array, types.intp, vector), emit

    @intrinsic
    def add_scaled(typing: Any, total: Any, factor: Any, what: Any) -> Any:
        def emit(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            total, factor, what = values
            single = builder.insert_element(ir.Constant(what.type, ir.Undefined), factor, INT32(0))
            factors = builder.shuffle_vector(single, single, ir.Constant(ir.VectorType(INT32, count), [0] * count))
            return builder.fadd(total, builder.fmul(factors, what, flags=flags), flags=flags)

        return vector(vector, types.float64, vector), emit

    @intrinsic
    def larger(typing: Any, x: Any, y: Any) -> Any:
        def emit(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            x, y = values
            return builder.select(builder.fcmp_ordered(">", x, y), x, y)

        return vector(vector, vector), emit

    return load, store, add_scaled, larger
