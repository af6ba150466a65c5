"""Standard library only: the blocks turned into big integers of single bits, and the S-box into a circuit.

CPython's integers are of any length, and one `^` or `&` of two long ones is a loop in C that the compiler has
vectorised. So instead of bytes in blocks there are planes: 32 integers, one per row and bit, each with four columns of
one bit per block. A round is some 700 operations on planes, no matter how many blocks they hold:

- SubBytes is a circuit of 115 gates per row (J. Boyar, R. Peralta, "A new combinational logic minimization technique with
  applications to cryptology", SEA 2010, IACR ePrint 2009/191). Its four inversions are moved into the round keys,
  which MixColumns allows: it leaves a column of equal bytes as it is.
- Rows are integers of their own, so MixColumns needs no shifts, and ShiftRows rotates an integer by whole columns. A
  shift of a long integer takes three to four times as long as an xor.
- The round keys need but 16 different integers per message: each column is all ones or all zeros.
- A round is generated as one straight-line program, in which a plane takes over the variable of one that is used up.
  Otherwise all of them would live until the end, far more than the first-level cache holds.
- Planes become bytes by transposing 8 by 8 bits. Bit j of byte i of a column belongs to block j * blocks / 8 + i, so
  that what was transposed is in the order of blocks, and 16 strided copies put it into that of the message.

Bit-slicing is due to E. Biham ("A fast new DES implementation in software", FSE 1997); for AES in counter mode see
E. Käsper, P. Schwabe ("Faster and timing-attack resistant AES-GCM", CHES 2009).
The cost: the cipher cannot be followed by eye any more, and one block takes as long as a hundred.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from bench.aes._keys import expand_key
from bench.aes._stream import BLOCK, Batches

if TYPE_CHECKING:
    from pyaes import Counter

IDEAS = {
    "BLOCKS_AT_ONCE": (8, "thousands of blocks in one integer, not 8"),
    "COUNT_IN_RUNS": (False, "bytes of counters made in runs of equal ones, not one by one"),
    "REUSE_VARIABLES": (False, "planes freed as early as can be, so that their memory is still in the cache"),
    "WIDE_XOR": (False, "text and key stream xored as two integers, not byte by byte"),
}
BLOCKS_AT_ONCE = 8192
COUNT_IN_RUNS = True
REUSE_VARIABLES = False
WIDE_XOR = True

Planes = list[int]  #: bit 7 to bit 0 of all bytes of one row

#: x0 is the highest bit of a byte, as in the publication; s1, s2, s6 and s7 come out inverted.
CIRCUIT = """
y14=x3^x5 y13=x0^x6 y9=x0^x3 y8=x0^x5 t0=x1^x2 y1=t0^x7 y4=y1^x3 y12=y13^y14 y2=y1^x0 y5=y1^x6 y3=y5^y8 t1=x4^y12
y15=t1^x5 y20=t1^x1 y6=y15^x7 y10=y15^t0 y11=y20^y9 y7=x7^y11 y17=y10^y11 y19=y10^y8 y16=t0^y11 y21=y13^y16 y18=x0^y16
t2=y12&y15 t3=y3&y6 t4=t3^t2 t5=y4&x7 t6=t5^t2 t7=y13&y16 t8=y5&y1 t9=t8^t7 t10=y2&y7 t11=t10^t7 t12=y9&y11 t13=y14&y17
t14=t13^t12 t15=y8&y10 t16=t15^t12 t17=t4^t14 t18=t6^t16 t19=t9^t14 t20=t11^t16 t21=t17^y20 t22=t18^y19 t23=t19^y21
t24=t20^y18 t25=t21^t22 t26=t21&t23 t27=t24^t26 t28=t25&t27 t29=t28^t22 t30=t23^t24 t31=t22^t26 t32=t31&t30 t33=t32^t24
t34=t23^t33 t35=t27^t33 t36=t24&t35 t37=t36^t34 t38=t27^t36 t39=t29&t38 t40=t25^t39 t41=t40^t37 t42=t29^t33 t43=t29^t40
t44=t33^t37 t45=t42^t41 z0=t44&y15 z1=t37&y6 z2=t33&x7 z3=t43&y16 z4=t40&y1 z5=t29&y7 z6=t42&y11 z7=t45&y17 z8=t41&y10
z9=t44&y12 z10=t37&y3 z11=t33&y4 z12=t43&y13 z13=t40&y5 z14=t29&y2 z15=t42&y9 z16=t45&y14 z17=t41&y8 t46=z15^z16
t47=z10^z11 t48=z5^z13 t49=z9^z10 t50=z2^z12 t51=z2^z5 t52=z7^z8 t53=z0^z3 t54=z6^z7 t55=z16^z17 t56=z12^t48 t57=t50^t53
t58=z4^t46 t59=z3^t54 t60=t46^t57 t61=z14^t57 t62=t52^t58 t63=t49^t58 t64=z4^t59 t65=t61^t62 t66=z1^t63 s0=t59^t63
s6=t56^t62 s7=t48^t60 t67=t64^t65 s3=t53^t66 s4=t51^t66 s5=t47^t65 s1=t64^s3 s2=t55^t67
"""
INVERTED = 0x63  #: the bits of s1, s2, s6 and s7
NAME = re.compile(r"[a-z]\w*")  #: of a value of a program; what is given to it from outside is in capitals


def _statements(program: str, outputs: list[str]) -> tuple[str, str]:
    """Return Python for `program`, whose steps are `name=expression`, and for the sequence of its outputs.

    A value takes over the variable of one that is not used any more, which frees that one's plane.
    """
    steps = [step.split("=") for step in program.split()]
    last_use = {name: i for i, (_, expression) in enumerate(steps) for name in NAME.findall(expression)}
    last_use |= dict.fromkeys(outputs, len(steps))
    variables: dict[str, str] = {}
    lines: list[str] = []
    free: list[str] = []
    for i, (target, expression) in enumerate(steps):
        line = NAME.sub(lambda name: variables.get(name[0], name[0]), expression)
        if REUSE_VARIABLES:
            operands = dict.fromkeys(NAME.findall(expression))
            free += [variables.pop(name, name) for name in operands if last_use[name] == i]
        variables[target] = free.pop() if free else target
        lines.append(f"{variables[target]}={line}")
    return "; ".join(lines), ",".join(variables[name] for name in outputs)


def _round() -> str:
    """Return the program from ShiftRows to ShiftRows: planes p of the state and k of the key become planes n."""
    # MixColumns: row r becomes 2 * (r + next) + next + (the sum of the two after next). Doubling moves a bit up by one
    # place, and adds the highest to those of x^8 = x^4 + x^3 + x + 1. Bit 0 is the highest.
    steps = [f"d0_{row}=p0_{row}^p0_{(row + 1) % 4}" for row in range(4)]
    for k in range(8):
        if k < 7:
            steps += [f"d{k + 1}_{row}=p{k + 1}_{row}^p{k + 1}_{(row + 1) % 4}" for row in range(4)]
        for row in range(4):
            doubled = f"d{(k + 1) % 8}_{row}" + (f"^d0_{row}" if k in (3, 4, 6) else "")
            steps.append(f"x{k}_{row}={doubled}^p{k}_{(row + 1) % 4}^d{k}_{(row + 2) % 4}^k{k}_{row}")
    for row in range(4):
        steps.append(NAME.sub(rf"\g<0>_{row}", CIRCUIT))
        # ShiftRows: column c of row r comes from column c + r.
        shifted = f"s{{0}}_{row}>>DOWN{row}|(s{{0}}_{row}&WRAPPING{row})<<UP{row}" if row else "s{0}_0"
        steps += [f"n{k}_{row}={shifted.format(k)}" for k in range(8)]
    return " ".join(steps)


def _names(letter: str) -> list[str]:
    return [f"{letter}{k}_{row}" for row in range(4) for k in range(8)]


def _compiled() -> tuple[Callable[..., Planes], Callable[..., Planes]]:
    """Make functions of the programs: SubBytes for 8 planes, and a loop over rounds for the 32 planes of a state."""
    substitute, outputs = _statements(CIRCUIT, [f"s{k}" for k in range(8)])
    functions = f"def substitute(x0,x1,x2,x3,x4,x5,x6,x7): {substitute}; return [{outputs}]\n"
    body, outputs = _statements(_round(), _names("n"))
    state = ",".join(_names("p"))
    functions += f"def rounds(STATE, KEYS, BLOCKS):\n {state} = STATE\n STATE.clear()\n"
    for row in (1, 2, 3):
        functions += f" DOWN{row},UP{row},WRAPPING{row} = BLOCKS*{row}, BLOCKS*{4 - row}, (1<<BLOCKS*{row})-1\n"
    functions += f" for {','.join(_names('k'))} in KEYS:\n  {body}\n  {state} = {outputs}\n return [{state}]\n"
    made: dict[str, Callable[..., Planes]] = {}
    exec(functions, made)
    return made["substitute"], made["rounds"]


_substitute, _rounds = _compiled()

ALL_BYTES = bytes(range(256))
#: Tables that give one bit of a byte as a digit, from the highest to the lowest.
BITS = [bytes(ord("0") + (byte >> k & 1) for byte in ALL_BYTES) for k in range(7, -1, -1)]
SUBSTITUTED = _substitute(*(int(bits[::-1], 2) for bits in BITS))  #: what the circuit makes of all bytes
S_BOX = bytes(sum((plane >> byte & 1) << 7 - k for k, plane in enumerate(SUBSTITUTED)) ^ INVERTED for byte in ALL_BYTES)
INVERT = bytes(byte ^ INVERTED for byte in ALL_BYTES)


def _by_row(shift: int) -> itemgetter[Any]:
    """Pick the 16 bytes of a block by row, from column 3 to column 0: column c of row r is from column c + shift * r."""
    return itemgetter(*(4 * ((column + shift * row) % 4) + row for row in range(4) for column in (3, 2, 1, 0)))


UNSHIFTED, SHIFTED = _by_row(0), _by_row(1)


class AESModeOfOperationCTR(Batches):
    """pyaes' counter mode, many blocks at a time."""

    blocks_at_once = BLOCKS_AT_ONCE

    def __init__(self, key: bytes, counter: Counter | None = None) -> None:
        super().__init__(key, counter)
        words = b"".join([word.to_bytes(4, "big") for word in expand_key(key, S_BOX)])
        self._first_key, *keys = (words[i : i + BLOCK] for i in range(0, len(words), BLOCK))
        self._round_keys = b"".join([bytes(UNSHIFTED(key)) for key in keys]).translate(INVERT)

    def _encrypt_batch(self, text: bytes, first: int) -> bytes:
        blocks = (len(text) // BLOCK + 7) // 8 * 8  # the planes' columns are whole bytes
        state, *keys, last = self._first_planes(first, blocks)
        state = [plane ^ key for plane, key in zip(_rounds(state, keys, blocks), last, strict=True)]
        stream = bytearray(BLOCK * blocks)
        for row in range(4):
            for column, content in enumerate(_from_planes(state[8 * row : 8 * row + 8], blocks)):
                stream[4 * column + row :: BLOCK] = content
        return _xor(text, stream[: len(text)])

    def _first_planes(self, first: int, blocks: int) -> list[Planes]:
        """Return the state after ShiftRows of round 1, then the round keys, each as 32 planes.

        Few bytes of a counter change within a message, so they are substituted before they become planes, by table.
        """
        contents = SHIFTED([_substituted(first, blocks, i, self._first_key[i]) for i in range(BLOCK)])
        varying = [i for i, content in enumerate(contents) if content.count(content[0]) < blocks]
        constant = bytes([0 if i in varying else content[0] ^ INVERTED for i, content in enumerate(contents)])
        planes = _constant_planes(constant + self._round_keys, blocks)
        for i in varying:
            row, column = i // 4, 3 - i % 4
            for k, plane in enumerate(_to_planes(contents[i].translate(INVERT))):
                planes[0][8 * row + k] ^= plane << blocks * column
        return planes


def _substituted(first: int, blocks: int, i: int, key: int) -> bytes:
    """Return byte `i` of `blocks` counters from `first` on, with `key` added, after SubBytes."""
    end, shift = first + blocks, 8 * (BLOCK - 1 - i)
    if not COUNT_IN_RUNS:
        return bytes([S_BOX[counter >> shift & 0xFF ^ key] for counter in range(first, end)])
    if shift == 0:
        cycle = _xor(ALL_BYTES, bytes([key]) * 256).translate(S_BOX)
        return (cycle * (blocks // 256 + 2))[first & 0xFF :][:blocks]
    carries = range(((first >> shift) + 1) << shift, end, 1 << shift)
    runs = pairwise((first, *carries, end))
    return b"".join([S_BOX[a >> shift & 0xFF ^ key :][:1] * (b - a) for a, b in runs])


def _constant_planes(ordered: bytes, blocks: int) -> list[Planes]:
    """Return 32 planes for every 16 of the `ordered` bytes, by row and from column 3 to column 0; blocks are alike."""
    ones = (1 << blocks) - 1
    fills = {f"{n:x}": sum(ones << blocks * column for column in range(4) if n >> column & 1) for n in range(16)}
    by_bit = [f"{int(ordered.translate(bits), 2):0{len(ordered) // 4}x}" for bits in BITS]  # a digit for four columns
    planes = [fills[digit] for digits in zip(*by_bit, strict=True) for digit in digits]
    return [planes[i : i + 32] for i in range(0, len(planes), 32)]


def _to_planes(content: bytes) -> Planes:
    """Turn the bytes of one row and column into planes of one column."""
    size = len(content) // 8
    runs = [int.from_bytes(content[at : at + size], "little") for at in range(0, len(content), size)]
    return _transpose(runs, size)[::-1]


def _from_planes(planes: Planes, blocks: int) -> list[bytes]:
    """Turn the planes of one row into its bytes, by column."""
    size = blocks // 8
    runs = [run.to_bytes(4 * size, "little") for run in _transpose(planes[::-1], 4 * size)]
    return [b"".join([run[at : at + size] for run in runs]) for at in range(0, 4 * size, size)]


def _transpose(words: list[int], size: int) -> list[int]:
    """Swap bit i of each byte of integer j with bit j of the same byte of integer i. Integers have `size` bytes."""
    for distance, pattern in ((4, b"\x0f"), (2, b"\x33"), (1, b"\x55")):
        mask = int.from_bytes(pattern * size, "little")
        for i in range(8):
            if not i & distance:
                j = i + distance
                swap = (words[i] >> distance ^ words[j]) & mask
                words[j] ^= swap
                words[i] ^= swap << distance
    return words


def _xor(text: bytes, stream: bytes | bytearray) -> bytes:
    if not WIDE_XOR:
        return bytes([a ^ b for a, b in zip(text, stream, strict=True)])
    return (int.from_bytes(text, "little") ^ int.from_bytes(stream, "little")).to_bytes(len(text), "little")
