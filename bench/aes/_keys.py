"""The key schedule of FIPS-197, section 5.2, in plain Python: for rungs that ask nothing else of pyaes' key."""

from __future__ import annotations


def expand_key(key: bytes, s_box: bytes) -> list[int]:
    """Return the round keys as big-endian words, four to a round: 44, 52 or 60 for 16, 24 or 32 bytes."""
    words = [int.from_bytes(key[i : i + 4], "big") for i in range(0, len(key), 4)]
    size, constant = len(words), 1
    word = words[-1]
    for i in range(size, 4 * (size + 7)):
        if i % size == 0:  # rotate by a byte and substitute
            word = (s_box[word >> 16 & 255] ^ constant) << 24 | s_box[word >> 8 & 255] << 16
            word |= s_box[words[-1] & 255] << 8 | s_box[words[-1] >> 24]
            constant = constant << 1 ^ (0x11B if constant & 0x80 else 0)
        elif i % size == 4 and size > 6:
            word = int.from_bytes(word.to_bytes(4, "big").translate(s_box), "big")
        word ^= words[i - size]
        words.append(word)
    return words
