"""Compiled counter mode as two functions that Python calls like its own built-in ones.

`encrypt(key, high, low, text) -> bytes` writes into a new bytes object, `encrypt_into(key, high, low, text, out) -> int`
into a caller's buffer, and returns how many bytes that were. Both hold the GIL. They trust their caller, bench.aes._ctr:
`key` is bytes of the right length, `high` and `low` fit 64 bits, and `low` does not overflow within the text.

Compiled code takes and returns Python objects and calls Python's C API itself, by address; a PyMethodDef makes it a
built-in function (METH_FASTCALL). ctypes, the usual way, converts each argument by interpreted rules instead.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

from llvmlite import ir

from bench.aes import _kernel, _llvm
from bench.aes._llvm import I32, I64, POINTER

METH_FASTCALL = 0x0080  # Include/methodobject.h
PYBUF_SIMPLE, PYBUF_WRITABLE = 0, 1  # Include/pybuffer.h
#: struct Py_buffer is {void *buf; PyObject *obj; Py_ssize_t len; ...}, 80 bytes
VIEW_WORDS, VIEW_START, VIEW_SIZE = 10, 0, 2

Native = Callable[..., Any]
_alive: list[object] = []  # a built-in function refers to its PyMethodDef, and does not own it


class _MethodDef(ctypes.Structure):
    _fields_ = (
        ("ml_name", ctypes.c_char_p),
        ("ml_meth", ctypes.c_void_p),
        ("ml_flags", ctypes.c_int),
        ("ml_doc", ctypes.c_char_p),
    )


def functions(plan: _kernel.Plan, builtin: bool) -> tuple[Native, Native]:
    """Compile `plan`; return (encrypt, encrypt_into). Without `builtin` they are called through ctypes."""
    module = _llvm.new_module()
    ctr = _kernel.build(module, plan)
    made = (_encrypt(module, ctr), _encrypt_into(module, ctr))
    wrappers = [_fastcall(module, function) for function in made]
    engine = _llvm.compiled(module, plan.bits)
    if builtin:
        encrypt, into = (_as_builtin(engine.get_function_address(each.name), each.name) for each in wrappers)
    else:
        encrypt, into = (_through_ctypes(engine.get_function_address(f.name), len(f.args)) for f in made)
    return encrypt, into


def _as_builtin(address: int, name: str) -> Native:
    method = _MethodDef(name.encode(), address, METH_FASTCALL, None)
    _alive.append(method)
    make = ctypes.pythonapi.PyCFunction_NewEx
    make.restype, make.argtypes = ctypes.py_object, (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)
    function: Native = make(ctypes.addressof(method), None, None)
    return function


def _through_ctypes(address: int, arity: int) -> Native:
    return ctypes.PYFUNCTYPE(ctypes.py_object, *[ctypes.py_object] * arity)(address)


def _fastcall(module: ir.Module, function: ir.Function) -> ir.Function:
    """Add `PyObject *f(PyObject *self, PyObject *const *args, Py_ssize_t count)`, which calls `function`."""
    kind = ir.FunctionType(POINTER, [POINTER, POINTER.as_pointer(), I64])
    wrapper = ir.Function(module, kind, f"{function.name}_fastcall")
    b = ir.IRBuilder(wrapper.append_basic_block())
    b.ret(b.call(function, [b.load(b.gep(wrapper.args[1], [I64(i)])) for i in range(len(function.args))]))
    return wrapper


def _api(b: ir.IRBuilder, name: str, result: ir.Type, *arguments: ir.Value) -> ir.Value:
    """Call a function of Python's C API in this process."""
    address = ctypes.cast(getattr(ctypes.pythonapi, name), ctypes.c_void_p).value
    kind = ir.FunctionType(result, [argument.type for argument in arguments])
    return b.call(b.inttoptr(I64(address), kind.as_pointer()), arguments)


class _View:
    """The memory of an object that supports the buffer protocol, from construction to `release`."""

    def __init__(self, b: ir.IRBuilder, place: ir.Value, owner: ir.Value, flags: int) -> None:
        self.b, self.place = b, b.bitcast(place, POINTER)
        self.failed = b.icmp_signed("!=", _api(b, "PyObject_GetBuffer", I32, owner, self.place, I32(flags)), I32(0))

    def word(self, index: int) -> ir.Value:
        return self.b.load(self.b.bitcast(self.b.gep(self.place, [I64(8 * index)]), I64.as_pointer()))

    @property
    def start(self) -> ir.Value:
        return self.b.inttoptr(self.word(VIEW_START), POINTER)

    def release(self) -> None:
        _api(self.b, "PyBuffer_Release", ir.VoidType(), self.place)


def _encrypt(module: ir.Module, ctr: ir.Function) -> ir.Function:
    function = ir.Function(module, ir.FunctionType(POINTER, [POINTER] * 4), "encrypt")
    key, high, low, text = function.args
    null = ir.Constant(POINTER, None)
    b = ir.IRBuilder(function.append_basic_block())
    view = _View(b, b.alloca(I64, VIEW_WORDS), text, PYBUF_SIMPLE)
    with b.if_then(view.failed, likely=False):
        b.ret(null)  # CPython has set the exception
    size = view.word(VIEW_SIZE)
    made = _api(b, "PyBytes_FromStringAndSize", POINTER, null, size)
    with b.if_then(b.icmp_unsigned("!=", made, null), likely=True):
        b.call(ctr, [*_start(b, key, high, low), view.start, _api(b, "PyBytes_AsString", POINTER, made), size])
    view.release()
    b.ret(made)
    return function


def _encrypt_into(module: ir.Module, ctr: ir.Function) -> ir.Function:
    function = ir.Function(module, ir.FunctionType(POINTER, [POINTER] * 5), "encrypt_into")
    key, high, low, text, out = function.args
    null = ir.Constant(POINTER, None)
    b = ir.IRBuilder(function.append_basic_block())
    places = [b.alloca(I64, VIEW_WORDS) for _ in range(2)]
    view = _View(b, places[0], text, PYBUF_SIMPLE)
    with b.if_then(view.failed, likely=False):
        b.ret(null)
    target = _View(b, places[1], out, PYBUF_WRITABLE)
    with b.if_then(target.failed, likely=False):
        view.release()
        b.ret(null)
    sizes = [each.word(VIEW_SIZE) for each in (view, target)]
    size = b.select(b.icmp_signed("<", *sizes), *sizes)  # the caller compares them; memory is safe even if not
    source = _apart(b, view.start, target.start, size)
    b.call(ctr, [*_start(b, key, high, low), source, target.start, size])
    target.release()
    view.release()
    b.ret(_api(b, "PyLong_FromSsize_t", POINTER, size))
    return function


def _start(b: ir.IRBuilder, key: ir.Value, high: ir.Value, low: ir.Value) -> list[ir.Value]:
    """Return the memory of the key, and the two halves of the first counter."""
    halves = [_api(b, "PyLong_AsUnsignedLongLong", I64, half) for half in (high, low)]
    return [_api(b, "PyBytes_AsString", POINTER, key), *halves]


def _apart(b: ir.IRBuilder, source: ir.Value, target: ir.Value, size: ir.Value) -> ir.Value:
    """Return where to read from: `source`, or `target` after moving the text there, where the two overlap in part."""
    ahead = b.sub(b.ptrtoint(target, I64), b.ptrtoint(source, I64))
    near = b.icmp_unsigned("<", b.add(ahead, size), b.add(size, size))  # -size <= ahead < size
    near = b.and_(near, b.icmp_unsigned("!=", ahead, I64(0)))  # in place is fine
    with b.if_then(near, likely=False):
        move = _llvm.declared(b.module, "memmove", POINTER, [POINTER, POINTER, I64])
        b.call(move, [target, source, size])
    return b.select(near, target, source)
