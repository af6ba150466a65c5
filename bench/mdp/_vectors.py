"""Vectors of doubles inside compiled functions: LLVM's own type, offered to numba.

numba has no vector type, and LLVM's vectoriser sees no pair in two scalars that a loop carries. Here a compiled
function says what it wants: `load(array, i, 8)` is a vector of eight doubles. LLVM maps it to what the CPU has: one
register of AVX-512, two of AVX2, or four of SSE2. No instruction is named, so this runs wherever numba does. Indices
are not checked.

numba's cache looks at the file of a compiled function only: who changes this file empties the cache (`__pycache__`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic, models, register_model

Function = TypeVar("Function", bound=Callable[..., Any])
WIDEST = 8  #: doubles in a part
INT32 = ir.IntType(32)


def compiled(function: Function) -> Function:
    """Compile a function at its first call, and keep the machine code on disk for the next process."""
    return cast(Function, njit(cache=True, error_model="numpy")(function))


def operation(define: Callable[..., Any]) -> Any:
    """Offer to compiled functions what `define` emits; it is given the types of operands, of numbers their values."""
    return intrinsic(prefer_literal=True)(define)


class Vector(types.Type):
    """numba's name for a vector of `count` doubles, made of parts that some CPU's registers hold."""

    def __init__(self, count: int) -> None:
        self.width = min(count & -count, WIDEST)  # a power of two that divides it
        self.parts = count // self.width
        super().__init__(name=f"Vector({count})")

    def emitted(self) -> Any:
        """Return LLVM's type: an array of its parts."""
        return ir.ArrayType(ir.VectorType(ir.DoubleType(), self.width), self.parts)


@register_model(Vector)
class VectorModel(models.PrimitiveModel):
    """A vector is held in registers as it is."""

    def __init__(self, manager: Any, vector: Vector) -> None:
        super().__init__(manager, vector, vector.emitted())  # type: ignore[no-untyped-call]


def _each(builder: Any, vector: Vector, part: Callable[..., Any], *operands: Any) -> Any:
    """Return the vector of part(number, *parts of the operands)."""
    result = ir.Constant(vector.emitted(), ir.Undefined)
    for number in range(vector.parts):
        found = part(number, *(builder.extract_value(operand, number) for operand in operands))
        result = builder.insert_value(result, found, number)
    return result


def _address(context: Any, builder: Any, array_type: Any, array: Any, index: Any, what: Any) -> Any:
    data = context.make_array(array_type)(context, builder, array).data
    return builder.bitcast(builder.gep(data, [index]), what.as_pointer())


def _repeated(builder: Any, vector: Vector, few: Any, lanes: int) -> Any:
    """Return the vector that repeats the first `lanes` elements of an LLVM vector."""
    order = ir.Constant(ir.VectorType(INT32, vector.width), [lane % lanes for lane in range(vector.width)])
    part = builder.shuffle_vector(few, few, order)
    return _each(builder, vector, lambda number: part)


@operation
def load(typing: Any, array: Any, index: Any, count: Any) -> Any:
    """Return array[index : index + count] of a flat array."""
    vector = Vector(count.literal_value)

    def emit(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        place = _address(context, builder, signature.args[0], values[0], values[1], vector.emitted())

        def part(number: int) -> Any:
            found = builder.load(builder.gep(place, [INT32(0), INT32(number)]))
            found.align = 8
            return found

        return _each(builder, vector, part)

    return vector(array, types.intp, count), emit


@operation
def store(typing: Any, array: Any, index: Any, vector: Any) -> Any:
    """Write a vector to array[index : index + count] of a flat array."""

    def emit(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        place = _address(context, builder, signature.args[0], values[0], values[1], vector.emitted())
        for number in range(vector.parts):
            part = builder.extract_value(values[2], number)
            builder.store(part, builder.gep(place, [INT32(0), INT32(number)])).align = 8
        return context.get_dummy_value()

    return types.void(array, types.intp, vector), emit


@operation
def spread(typing: Any, number: Any, count: Any) -> Any:
    """Return a vector of one number."""
    vector = Vector(count.literal_value)

    def emit(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        single = ir.Constant(ir.VectorType(ir.DoubleType(), vector.width), ir.Undefined)
        return _repeated(builder, vector, builder.insert_element(single, values[0], INT32(0)), 1)

    return vector(types.float64, count), emit


@operation
def pairs(typing: Any, array: Any, index: Any, count: Any) -> Any:
    """Return a vector of array[index] and array[index + 1], again and again."""
    vector = Vector(count.literal_value)

    def emit(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        pair = ir.VectorType(ir.DoubleType(), 2)
        found = builder.load(_address(context, builder, signature.args[0], values[0], values[1], pair))
        found.align = 8
        return _repeated(builder, vector, found, 2)

    return vector(array, types.intp, count), emit


@operation
def add(typing: Any, x: Any, y: Any) -> Any:
    """Return x + y."""

    def emit(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        return _each(builder, x, lambda number, *parts: builder.fadd(*parts), *values)

    return x(x, x), emit


@operation
def add_product(typing: Any, total: Any, x: Any, y: Any) -> Any:
    """Return total + x * y, rounded twice, as Python does."""

    def emit(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        def part(number: int, total: Any, x: Any, y: Any) -> Any:
            return builder.fadd(total, builder.fmul(x, y))

        return _each(builder, total, part, *values)

    return total(total, total, total), emit


@operation
def fuse_product(typing: Any, total: Any, x: Any, y: Any) -> Any:
    """Return total + x * y, rounded once where the CPU can do both in one instruction."""

    def emit(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        def part(number: int, total: Any, x: Any, y: Any) -> Any:
            return builder.fadd(total, builder.fmul(x, y, flags=["contract"]), flags=["contract"])

        return _each(builder, total, part, *values)

    return total(total, total, total), emit


@operation
def larger(typing: Any, x: Any, y: Any) -> Any:
    """Return the larger of each two elements."""

    def emit(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        def part(number: int, x: Any, y: Any) -> Any:
            return builder.select(builder.fcmp_ordered(">", x, y), x, y)

        return _each(builder, x, part, *values)

    return x(x, x), emit
