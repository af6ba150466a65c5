"""Arithmetic in GF(2^8) for the S-boxes of the cores: the table, and the tower of fields that needs no table.

Plain integers, computed once when a component is made; nothing is copied from a published table. The logic that is
built from it is in _rtl_sbox.py. The oracle has arithmetic of its own and shares nothing with this.

Sources: FIPS-197, sections 4.2 and 5.1.1. V. Rijmen, "Efficient Implementation of the Rijndael S-box" (2000), for the
inverse of a byte by way of GF((2^4)^2).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

MODULUS = 0x11B  #: x^8 + x^4 + x^3 + x + 1, of AES
SMALL_MODULUS = 0b10011  #: x^4 + x + 1, of the small field
AFFINE = 0x63  #: the constant of the affine map


def multiply(a: int, b: int, modulus: int = MODULUS) -> int:
    """Return a · b in the field of polynomials over GF(2) modulo `modulus`, which is irreducible."""
    degree, product = modulus.bit_length() - 1, 0
    for bit in range(degree):
        if b >> bit & 1:
            product ^= a << bit
    for bit in range(2 * degree - 2, degree - 1, -1):
        if product >> bit & 1:
            product ^= modulus << (bit - degree)
    return product


@cache  # a core has many S-boxes
def inverses(modulus: int = MODULUS) -> tuple[int, ...]:
    """Return the inverse of each element of the field, 0 for 0."""
    elements = range(1, 1 << (modulus.bit_length() - 1))
    return (0, *(next(b for b in elements if multiply(a, b, modulus) == 1) for a in elements))


def affine(a: int) -> int:
    """Return the linear part of the affine map of SubBytes: a xor its rotations by 1 to 4 bits."""
    rotations = a | a << 8
    return (a ^ rotations >> 7 ^ rotations >> 6 ^ rotations >> 5 ^ rotations >> 4) & 0xFF


def sbox() -> list[int]:
    """Return the 256 entries of SubBytes."""
    return [affine(inverse) ^ AFFINE for inverse in inverses()]


@dataclass(frozen=True)
class Tower:
    """GF(2^8) as pairs of GF(2^4), modulo y^2 + y + norm: 16 · high + low stands for high · y + low.

    Maps are linear over GF(2), given by the images of the eight bits.
    """

    norm: int
    into: tuple[int, ...]  #: from AES' own basis into the tower
    out_of: tuple[int, ...]  #: back, with the linear part of the affine map behind it

    def multiply(self, a: int, b: int) -> int:
        high_a, low_a, high_b, low_b = a >> 4, a & 15, b >> 4, b & 15
        high = multiply(high_a, high_b, SMALL_MODULUS)
        low = multiply(low_a, low_b, SMALL_MODULUS)
        crossed = multiply(high_a, low_b, SMALL_MODULUS) ^ multiply(low_a, high_b, SMALL_MODULUS)
        return (high ^ crossed) << 4 | low ^ multiply(high, self.norm, SMALL_MODULUS)


@cache
def tower() -> Tower:
    """Return the tower with the first norm that makes it a field, and the first element that x can be mapped to."""
    squares = {multiply(y, y, SMALL_MODULUS) ^ y for y in range(16)}
    field = Tower(next(norm for norm in range(16) if norm not in squares), (), ())
    into = next(powers for a in range(2, 256) if (powers := _powers(field, a)))
    images = {image(into, a): a for a in range(256)}
    return Tower(field.norm, into, tuple(affine(images[1 << bit]) for bit in range(8)))


def _powers(field: Tower, a: int) -> tuple[int, ...]:
    """Return a^0 … a^7 in the tower if `a` is a root of AES' modulus there, else ()."""
    powers = [1]
    for _ in range(8):
        powers.append(field.multiply(powers[-1], a))
    return () if image(tuple(powers), MODULUS) else tuple(powers[:8])


def image(columns: tuple[int, ...], a: int) -> int:
    """Return what a linear map, given by the images of the bits, makes of `a`."""
    value = 0
    for bit, column in enumerate(columns):
        if a >> bit & 1:
            value ^= column
    return value


def algebraic_normal_form(table: tuple[int, ...]) -> list[list[int]]:
    """Return, for each output bit of a table with 2^n entries of n bits, the products of inputs that it is the xor of.

    A product is a mask: 0b0101 stands for input 0 and input 2. (The Möbius transform.)
    """
    inputs = len(table).bit_length() - 1
    coefficients = list(table)
    for bit in range(inputs):
        for mask in range(len(table)):
            if mask >> bit & 1:
                coefficients[mask] ^= coefficients[mask ^ 1 << bit]
    return [[mask for mask, c in enumerate(coefficients) if c >> bit & 1] for bit in range(inputs)]
