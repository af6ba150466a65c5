"""LLVM through llvmlite: which vector AES instructions this CPU may be asked for, and IR compiled to machine code.

LLVM ends the process when it is asked for an instruction that its target lacks, so everything here is gated: `lacking`
says what is missing before any code is built. Code is compiled for a plain x86-64 plus the features that the chosen
register width needs and nothing else, so a feature that was masked cannot come back by way of another one.
"""

from __future__ import annotations

import ctypes
import os
import platform
from collections.abc import Callable

import llvmlite.binding as llvm
from llvmlite import ir

from bench.errors import UsageError

MASK = "BENCH_WITHOUT_CPU_FEATURES"  #: environment variable: features to do without, as LLVM names them, by comma
#: register width in bits -> the CPU features that AES rounds on registers of this width need, as LLVM names them.
#: ssse3 and avx512bw reverse the bytes of a counter in one instruction. Widest first.
NEEDED = {
    512: ("aes", "vaes", "avx512f", "avx512bw"),
    256: ("aes", "vaes", "avx2"),
    128: ("aes", "ssse3"),
}
NAMES = {512: "VAES, 512 bits", 256: "VAES, 256 bits", 128: "AES-NI, 128 bits"}

I8, I32, I64 = ir.IntType(8), ir.IntType(32), ir.IntType(64)
POINTER = I8.as_pointer()

_alive: list[object] = []  # compiled code lives as long as its engine


def masked() -> set[str]:
    """Return the features that BENCH_WITHOUT_CPU_FEATURES takes away. A name that LLVM does not know is an error."""
    names = {name.strip() for name in os.environ.get(MASK, "").split(",") if name.strip()}
    known = {*llvm.get_host_cpu_features(), *(name for names in NEEDED.values() for name in names)}
    if unknown := sorted(names - known):
        raise UsageError(f"{MASK} names {', '.join(unknown)}, which is no CPU feature", "Write it as: vaes,avx512f")
    return names


def lacking(bits: int) -> str:
    """Return why AES instructions on registers of `bits` bits cannot be used here; empty if they can."""
    machine = platform.machine().lower()
    if machine not in ("x86_64", "amd64"):  # others have a feature named aes, too
        return f"this machine is {machine}, not x86-64"
    hidden = masked()
    found = llvm.get_host_cpu_features()
    absent = [name for name in NEEDED[bits] if not found.get(name)]
    if absent:
        return f"this CPU has no {', '.join(absent)}"
    hidden &= set(NEEDED[bits])
    return f"{MASK} hides {', '.join(sorted(hidden))}" if hidden else ""


def compiled(module: ir.Module, bits: int) -> llvm.ExecutionEngine:
    """Compile `module`, which may use AES instructions on registers of up to `bits` bits: those `lacking` allows."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    features = ",".join(f"+{name}" for name in NEEDED[bits])
    machine = llvm.Target.from_default_triple().create_target_machine(cpu="x86-64", features=features, opt=2)
    parsed = llvm.parse_assembly(str(module))
    parsed.verify()
    engine = llvm.create_mcjit_compiler(parsed, machine)
    engine.finalize_object()
    _alive.append(engine)
    return engine


def new_module() -> ir.Module:
    """Return an empty module for this process."""
    module = ir.Module()
    module.triple = llvm.get_process_triple()
    return module


def declared(module: ir.Module, name: str, result: ir.Type, arguments: list[ir.Type]) -> ir.Function:
    """Return the function `name` of `module`, declared if it is new there."""
    known = module.globals.get(name)
    return known if known is not None else ir.Function(module, ir.FunctionType(result, arguments), name)


class Registers:
    """Registers that hold `blocks` AES blocks: their type in IR, and their AES instructions (LLVM's intrinsics)."""

    def __init__(self, module: ir.Module, bits: int) -> None:
        self.blocks = bits // 128
        self.size = bits // 8  # bytes
        self.type = ir.VectorType(I64, bits // 64)
        suffix = "" if bits == 128 else f".{bits}"
        arguments = [self.type, self.type]
        self.aesenc = declared(module, f"llvm.x86.aesni.aesenc{suffix}", self.type, arguments)
        self.aesenclast = declared(module, f"llvm.x86.aesni.aesenclast{suffix}", self.type, arguments)
        self.bswap = declared(module, f"llvm.bswap.v{bits // 64}i64", self.type, [self.type])

    def constant(self, high: int, low: int) -> ir.Constant:
        """Return the same two words in every block."""
        return ir.Constant(self.type, [high, low] * self.blocks)

    def rounds(self, b: ir.IRBuilder, states: list[ir.Value], keys: list[ir.Value]) -> list[ir.Value]:
        """Encrypt all `states`, a round of each in turn: independent chains, so none waits for another's latency."""
        states = [b.xor(state, keys[0]) for state in states]
        for key in keys[1:-1]:
            states = [b.call(self.aesenc, [state, key]) for state in states]
        return [b.call(self.aesenclast, [state, keys[-1]]) for state in states]


def looped(
    module: ir.Module, bits: int, starts: list[ir.Value], turn: Callable[[ir.IRBuilder, list[ir.Value]], list[ir.Value]]
) -> Callable[[int], int]:
    """Compile a function that puts `starts` through `turn` as often as it is told (at least once).

    It returns the xor of the first 64 bits of the last states, so that all of the work is needed.
    """
    function = ir.Function(module, ir.FunctionType(I64, [I64]), "looped")
    b = ir.IRBuilder(function.append_basic_block())
    before, body, done = b.block, b.append_basic_block(), b.append_basic_block()
    b.branch(body)
    b.position_at_end(body)
    phis = [b.phi(I64), *(b.phi(start.type) for start in starts)]
    following = [b.add(phis[0], I64(1)), *turn(b, phis[1:])]
    for phi, start, value in zip(phis, [I64(0), *starts], following, strict=True):
        phi.add_incoming(start, before)
        phi.add_incoming(value, body)
    b.cbranch(b.icmp_unsigned("<", following[0], function.args[0]), body, done)
    b.position_at_end(done)
    total = I64(0)
    for state in following[1:]:
        total = b.xor(total, state if state.type == I64 else b.extract_element(state, I32(0)))
    b.ret(total)
    address = compiled(module, bits).get_function_address(function.name)
    return ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_int64)(address)
