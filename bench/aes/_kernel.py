"""The AES counter mode of one message, in LLVM's IR, on registers of any width that the CPU offers.

The function built here is `void ctr(key, high, low, in, out, size)`: `out` becomes `in` xor the encrypted counters,
which start at the 128-bit number (high, low). The caller sees to it that `low` does not overflow within the message.
`out` may be `in`: each vector is read before it is written.

Sources: Intel, "Intel Advanced Encryption Standard (AES) New Instructions Set", white paper 323641 (2010), for the key
schedule by AESKEYGENASSIST; Drucker, Gueron, Krasnov, "Making AES great again: the forthcoming vectorized AES
instruction" (2018, https://eprint.iacr.org/2018/392), for several blocks in one register.
"""

from __future__ import annotations

from dataclasses import dataclass

from llvmlite import ir

from bench.aes._llvm import I8, I32, I64, POINTER, Registers, declared

BLOCK = 16  #: bytes
LANES = ir.VectorType(I64, 2)  #: one block: the upper half of the number first, as the counter is written
COLUMNS = ir.VectorType(I32, 4)
#: Registers in flight. An out-of-order core overlaps turns of the loop even with one; a core with a small window
#: needs several, and registers suffice for 4 beside the counter and as many round keys as fit.
IN_FLIGHT = 4


@dataclass(frozen=True)
class Plan:
    """What is compiled: each field is one decision."""

    bits: int  #: width of the registers
    key_size: int  #: bytes: 16, 24 or 32
    own_schedule: bool  #: the round keys are made from the key here (16 bytes only), not read from memory
    aligned: bool  #: vectors are stored to addresses that are multiples of their size

    @property
    def rounds(self) -> int:
        return self.key_size // 4 + 6


def build(module: ir.Module, plan: Plan) -> ir.Function:
    """Add `ctr` to `module`. `key` points to the key with `own_schedule`, else to its round keys."""
    arguments = [POINTER, I64, I64, POINTER, POINTER, I64]
    function = ir.Function(module, ir.FunctionType(ir.VoidType(), arguments), "ctr")
    function.linkage = "internal"
    key, high, low, source, target, size = function.args
    b = ir.IRBuilder(function.append_basic_block())
    keys = _schedule(b, key) if plan.own_schedule else [load(b, LANES, key, 16 * i) for i in range(plan.rounds + 1)]
    single, wide = Registers(module, 128), Registers(module, plan.bits)
    stream = _Stream(b, {each: _spread(b, keys, each) for each in (single, wide)}, high, source, target)
    position: ir.Value = I64(0)
    if plan.aligned and plan.bits > 128:
        position, low = stream.loop(single, 1, position, low, _unaligned(b, target, wide.size, size))
    position, low = stream.loop(wide, IN_FLIGHT, position, low, size)
    position, low = stream.loop(wide, 1, position, low, size)
    if plan.bits > 128:
        position, low = stream.loop(single, 1, position, low, size)
    stream.tail(single, position, low, size)
    b.ret_void()
    return function


def load(b: ir.IRBuilder, kind: ir.Type, start: ir.Value, offset: ir.Value | int = 0) -> ir.Value:
    """Load from any address."""
    return b.load(_at(b, kind, start, offset), align=1)


def _at(b: ir.IRBuilder, kind: ir.Type, start: ir.Value, offset: ir.Value | int) -> ir.Value:
    return b.bitcast(b.gep(start, [I64(offset) if isinstance(offset, int) else offset]), kind.as_pointer())


def _schedule(b: ir.IRBuilder, key: ir.Value) -> list[ir.Value]:
    """The key schedule of AES-128 (FIPS-197, 5.2), a round key at a time.

    Column i of a round key is the xor of columns 0 to i of the one before and of a word made from its last column,
    which AESKEYGENASSIST computes. The running xor takes two steps: shifted by one column, then by two.
    """
    assist = declared(b.module, "llvm.x86.aesni.aeskeygenassist", LANES, [LANES, I8])
    zero = ir.Constant(COLUMNS, [0] * 4)
    keys, constant = [load(b, LANES, key)], 1
    for _ in range(10):
        word = b.bitcast(b.call(assist, [keys[-1], I8(constant)]), COLUMNS)
        columns = b.bitcast(keys[-1], COLUMNS)
        for chosen in ([4, 0, 1, 2], [4, 5, 0, 1]):  # 4 and 5 are zeros: the second operand's
            columns = b.xor(columns, b.shuffle_vector(columns, zero, ir.Constant(COLUMNS, chosen)))
        word = b.shuffle_vector(word, zero, ir.Constant(COLUMNS, [3] * 4))
        keys.append(b.bitcast(b.xor(columns, word), LANES))
        constant = constant << 1 ^ (0x11B if constant & 0x80 else 0)
    return keys


def _spread(b: ir.IRBuilder, keys: list[ir.Value], registers: Registers) -> list[ir.Value]:
    """The round keys, in every block of a register."""
    every_block = ir.Constant(ir.VectorType(I32, 2 * registers.blocks), [0, 1] * registers.blocks)
    return [b.shuffle_vector(key, key, every_block) for key in keys]


def _unaligned(b: ir.IRBuilder, target: ir.Value, width: int, size: ir.Value) -> ir.Value:
    """Bytes before the first multiple of `width`; 0 where whole blocks cannot reach it, or the message is shorter."""
    address = b.ptrtoint(target, I64)
    ahead = b.and_(b.neg(address), I64(width - 1))
    reachable = b.icmp_unsigned("==", b.and_(address, I64(BLOCK - 1)), I64(0))
    return b.select(b.and_(reachable, b.icmp_unsigned("<=", ahead, size)), ahead, I64(0))


class _Stream:
    """Emits the loops over one message. Positions are in bytes; `low` counts blocks."""

    def __init__(
        self,
        b: ir.IRBuilder,
        keys: dict[Registers, list[ir.Value]],
        high: ir.Value,
        source: ir.Value,
        target: ir.Value,
    ) -> None:
        self.b, self.keys, self.high, self.source, self.target = b, keys, high, source, target
        self.room = b.alloca(LANES)  # for the last block

    def _counters(self, registers: Registers, low: ir.Value) -> ir.Value:
        """One register of counters: low, low + 1, ..."""
        found = ir.Constant(registers.type, ir.Undefined)
        for i in range(registers.blocks):
            found = self.b.insert_element(found, self.high, I32(2 * i))
            found = self.b.insert_element(found, self.b.add(low, I64(i)), I32(2 * i + 1))
        return found

    def _encrypted(self, registers: Registers, counters: list[ir.Value]) -> list[ir.Value]:
        """The key stream. A counter is written with its highest byte first, and x86 keeps the lowest first."""
        written = [self.b.call(registers.bswap, [counter]) for counter in counters]
        return registers.rounds(self.b, written, self.keys[registers])

    def loop(
        self, registers: Registers, in_flight: int, position: ir.Value, low: ir.Value, end: ir.Value
    ) -> tuple[ir.Value, ir.Value]:
        """Encrypt `in_flight` registers at a time while they fit before `end`; return where that stopped."""
        b, step = self.b, in_flight * registers.size
        first, before = self._counters(registers, low), b.block
        test, body, done = (b.append_basic_block() for _ in range(3))
        b.branch(test)
        b.position_at_end(test)
        now, counters = b.phi(I64), b.phi(registers.type)
        b.cbranch(b.icmp_signed("<=", b.add(now, I64(step)), end), body, done)
        b.position_at_end(body)
        ahead = [b.add(counters, registers.constant(0, registers.blocks * i)) for i in range(in_flight)]
        for i, stream in enumerate(self._encrypted(registers, ahead)):
            place = b.add(now, I64(i * registers.size))
            text = b.xor(load(b, registers.type, self.source, place), stream)
            b.store(text, _at(b, registers.type, self.target, place), align=1)
        following = b.add(counters, registers.constant(0, registers.blocks * in_flight))
        for phi, start, value in ((now, position, b.add(now, I64(step))), (counters, first, following)):
            phi.add_incoming(start, before)
            phi.add_incoming(value, body)
        b.branch(test)
        b.position_at_end(done)
        return now, b.extract_element(counters, I32(1))

    def tail(self, single: Registers, position: ir.Value, low: ir.Value, end: ir.Value) -> None:
        """Encrypt what is left, fewer than 16 bytes: one block of key stream in memory, xored byte by byte."""
        b = self.b
        stream = b.bitcast(self.room, POINTER)
        with b.if_then(b.icmp_signed("<", position, end)):
            b.store(self._encrypted(single, [self._counters(single, low)])[0], self.room)
            before, body, done = b.block, b.append_basic_block(), b.append_basic_block()
            b.branch(body)
            b.position_at_end(body)
            i = b.phi(I64)
            place, following = b.add(position, i), b.add(i, I64(1))
            text = b.xor(b.load(b.gep(self.source, [place])), b.load(b.gep(stream, [i])))
            b.store(text, b.gep(self.target, [place]))
            i.add_incoming(I64(0), before)
            i.add_incoming(following, body)
            b.cbranch(b.icmp_signed("<", b.add(position, following), end), body, done)
            b.position_at_end(done)
