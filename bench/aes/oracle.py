"""What every AES variant must answer, from sources that no variant uses.

- The CTR examples of NIST SP 800-38A, appendix F.5 (all three key sizes, encryption and decryption).
- A byte-wise AES written from the text of FIPS-197: the S-box is computed from inverses in the field, a round works on
  16 bytes, no published table is copied, and no code is shared with pyaes or a variant. It answers for what the
  examples do not show: odd lengths, streaming, and carries of the counter.

The reference takes its counter as an integer modulo 2^128; variants get `pyaes.Counter`, which is their interface.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

from bench.errors import WrongAnswer

#: SHA-256 of the cipher text of upstream's workload: its 23,000 bytes, its key, counter from 1. To reproduce it:
#:   python -c "print('This is a test. What could possibly go wrong? ' * 500, end='')" |
#:   openssl enc -aes-128-ctr -K a1f6258c877d5fcd8964484538bfc92c -iv 00000000000000000000000000000001 | sha256sum
EXPECTED_SHA256 = "1cd19ce53ac1a9c7d7e2177b23ae34acb6fc66be9bc0d143f3cf31b80d31faa5"

NIST_COUNTER = 0xF0F1F2F3F4F5F6F7F8F9FAFBFCFDFEFF
NIST_PLAINTEXT = bytes.fromhex(
    "6bc1bee22e409f96e93d7e117393172a ae2d8a571e03ac9c9eb76fac45af8e51"
    "30c81c46a35ce411e5fbc1191a0a52ef f69f2445df4f9b17ad2b417be66c3710"
)
#: F.5.1, F.5.3 and F.5.5 (F.5.2, F.5.4 and F.5.6 are the way back): key -> cipher text
NIST_CIPHERTEXTS = {
    "2b7e151628aed2a6abf7158809cf4f3c": (
        "874d6191b620e3261bef6864990db6ce 9806f66b7970fdff8617187bb9fffdff"
        "5ae4df3edbd5d35e5b4f09020db03eab 1e031dda2fbe03d1792170a0f3009cee"
    ),
    "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b": (
        "1abc932417521ca24f2b0459fe7e6e0b 090339ec0aa6faefd5ccc2c6f4ce8e94"
        "1e36b26bd1ebc670d1bd1d665620abf7 4f78a7f6d29809585a97daec58c6b050"
    ),
    "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4": (
        "601ec313775789a5b7a7f504bbf3d228 f443e3ca4d62b59aca84e990cacaf5c5"
        "2b0930daa23de94ce87017ba2d84988d dfc9c58db67aada613c2dd08457941a6"
    ),
}

KEYS = [bytes.fromhex(key) for key in NIST_CIPHERTEXTS]
TEXT = bytes((37 * i + 11) % 256 for i in range(16 * 20 + 5))  # 20 blocks and a bit
CHUNKS = (1, 0, 2, 13, 16, 3, 17, 31, 5, 33, 64, 7, 48, 15)


def check(module: ModuleType) -> None:
    """Return if the variant in `module` is right; raise WrongAnswer, saying where, if it is not."""
    _check_nist(module)
    for key in KEYS:
        _check_lengths(module, key)
        _check_streaming(module, key)
        _check_wraps(module, key)
        _check_independence(module, key)


def _counter(value: int) -> Any:
    import pyaes  # here, because the tool reads this family's description without pyaes

    return pyaes.Counter(value)


def _expect(got: bytes, expected: bytes, what: str) -> None:
    if bytes(got) != expected:
        pairs = zip(got, expected, strict=False)
        place = next((i for i, (g, e) in enumerate(pairs) if g != e), min(len(got), len(expected)))
        raise WrongAnswer(f"{what}: {len(got)} bytes of {len(expected)}, the first wrong one at {place}")


def _check_nist(module: ModuleType) -> None:
    for key, text in NIST_CIPHERTEXTS.items():
        ciphertext, name = bytes.fromhex(text), f"SP 800-38A, F.5, AES-{4 * len(key)}-CTR"
        _expect(reference(bytes.fromhex(key), NIST_COUNTER, NIST_PLAINTEXT), ciphertext, f"{name} by the oracle itself")
        cipher, inverse = (module.AESModeOfOperationCTR(bytes.fromhex(key), _counter(NIST_COUNTER)) for _ in range(2))
        _expect(cipher.encrypt(NIST_PLAINTEXT), ciphertext, f"{name}, encryption")
        _expect(inverse.decrypt(ciphertext), NIST_PLAINTEXT, f"{name}, decryption")


def _check_lengths(module: ModuleType, key: bytes) -> None:
    """A message of any length is a prefix of a longer one. The default counter starts at 1."""
    expected = reference(key, 1, TEXT[:67])
    for length in range(len(expected) + 1):
        got = module.AESModeOfOperationCTR(key).encrypt(TEXT[:length])
        _expect(got, expected[:length], f"{8 * len(key)} bit key, {length} bytes at once")


def _check_streaming(module: ModuleType, key: bytes) -> None:
    """Odd chunks through one object are one message, and decrypting in other chunks gives the text back."""
    text = TEXT[: sum(CHUNKS)]
    cipher, inverse = (module.AESModeOfOperationCTR(key, _counter(2**64 - 7)) for _ in range(2))
    ciphertext = b"".join(cipher.encrypt(chunk) for chunk in _split(text, CHUNKS))
    _expect(ciphertext, reference(key, 2**64 - 7, text), f"{8 * len(key)} bit key, encryption in odd chunks")
    plaintext = b"".join(inverse.decrypt(chunk) for chunk in _split(ciphertext, CHUNKS[::-1]))
    _expect(plaintext, text, f"{8 * len(key)} bit key, decryption in odd chunks")


def _check_wraps(module: ModuleType, key: bytes) -> None:
    """Nine blocks below a carry and more above it, so that it falls inside any batch of 8, 16 or 20 blocks."""
    for bits in (8, 16, 32, 64, 96, 128):
        counter = 2**bits - 9
        got = module.AESModeOfOperationCTR(key, _counter(counter)).encrypt(TEXT)
        _expect(got, reference(key, counter, TEXT), f"{8 * len(key)} bit key, counter across 2^{bits}")


def _check_independence(module: ModuleType, key: bytes) -> None:
    """Objects with one key, used in turns, do not move each other's key stream."""
    text, size = TEXT[:60], 20
    expected = reference(key, 1, text)
    objects = [module.AESModeOfOperationCTR(key) for _ in range(2)]
    for start in range(0, len(text), size):
        for cipher in objects:
            got = cipher.encrypt(text[start : start + size])
            _expect(got, expected[start : start + size], f"{8 * len(key)} bit key, two objects in turns")


def _split(text: bytes, sizes: tuple[int, ...]) -> list[bytes]:
    ends = [sum(sizes[: i + 1]) for i in range(len(sizes))]
    return [text[end - size : end] for size, end in zip(sizes, ends, strict=True)]


# The reference: FIPS-197 by the letter. Numbers in comments are its sections.


def _times2(a: int) -> int:
    """Multiply by x in GF(2^8) (4.2.1)."""
    return a << 1 ^ (0x11B if a & 0x80 else 0)


def _make_sbox() -> bytes:
    """Inverse in the field, then an affine map (5.1.1). 3 generates the field: the inverse of 3^i is 3^(255-i)."""
    powers = [1]
    for _ in range(254):
        powers.append(powers[-1] ^ _times2(powers[-1]))
    inverse = {0: 0} | {power: powers[-i % 255] for i, power in enumerate(powers)}
    rotations = ([b << i | b >> (8 - i) for i in range(5)] for _, b in sorted(inverse.items()))
    return bytes((r[0] ^ r[1] ^ r[2] ^ r[3] ^ r[4] ^ 0x63) & 255 for r in rotations)


SBOX = _make_sbox()


def _expand_key(key: bytes) -> list[bytes]:
    """The key schedule (5.2), as one 16-byte key per round."""
    size, constant = len(key) // 4, 1
    words = [key[4 * i : 4 * i + 4] for i in range(size)]
    for i in range(size, 4 * (size + 7)):
        word = words[-1]
        if i % size == 0:
            word = (word[1:] + word[:1]).translate(SBOX)
            word, constant = bytes([word[0] ^ constant]) + word[1:], _times2(constant)
        elif size > 6 and i % size == 4:
            word = word.translate(SBOX)
        words.append(bytes(a ^ b for a, b in zip(words[i - size], word, strict=True)))
    return [b"".join(words[i : i + 4]) for i in range(0, len(words), 4)]


def _encrypt_block(block: bytes, keys: list[bytes]) -> bytes:
    """The cipher (5.1): 16 bytes, column by column."""
    state = [a ^ k for a, k in zip(block, keys[0], strict=True)]
    for key in keys[1:]:
        state = [SBOX[state[(i + 4 * (i % 4)) % 16]] for i in range(16)]  # SubBytes and ShiftRows
        if key is not keys[-1]:
            state = _mix_columns(state)
        state = [a ^ k for a, k in zip(state, key, strict=True)]
    return bytes(state)


def _mix_columns(state: list[int]) -> list[int]:
    """Each byte becomes 2a + 3b + c + d of itself and the three below it (5.1.3), as 2(a+b) + a + (a+b+c+d)."""
    mixed = []
    for i in range(0, 16, 4):
        column = state[i : i + 4]
        total = column[0] ^ column[1] ^ column[2] ^ column[3]
        mixed += [a ^ total ^ _times2(a ^ b) for a, b in zip(column, column[1:] + column[:1], strict=True)]
    return mixed


def reference(key: bytes, counter: int, text: bytes) -> bytes:
    """Encrypt `text` in counter mode (SP 800-38A, 6.5), the counter starting at the integer `counter`."""
    keys = _expand_key(key)
    blocks = (((counter + i) % 2**128).to_bytes(16, "big") for i in range((len(text) + 15) // 16))
    stream = b"".join(_encrypt_block(block, keys) for block in blocks)
    return bytes(a ^ b for a, b in zip(text, stream, strict=False))
