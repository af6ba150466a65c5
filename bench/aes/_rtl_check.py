"""What every core has to answer, over its bus: published vectors, carries of the counter, back-pressure, odd lengths.

Expected answers are the published ones and those of the oracle, which shares no code with the cores.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from bench.aes import oracle
from bench.aes._rtl_driver import Message, Pace, converse
from bench.errors import WrongAnswer
from bench.hardware import Core, Pins

#: (source, key, clear text, cipher text) of single blocks
BLOCKS = (
    ("FIPS-197, appendix B", "2b7e151628aed2a6abf7158809cf4f3c", "3243f6a8885a308d313198a2e0370734",
     "3925841d02dc09fbdc118597196a0b32"),
    ("FIPS-197, appendix C.1", "000102030405060708090a0b0c0d0e0f", "00112233445566778899aabbccddeeff",
     "69c4e0d86a7b0430d8cdb78070b4c55a"),
    ("SP 800-38A, F.1.1, block 1", "2b7e151628aed2a6abf7158809cf4f3c", "6bc1bee22e409f96e93d7e117393172a",
     "3ad77bb40d7a3660a89ecaf32466ef97"),
    ("SP 800-38A, F.1.1, block 4", "2b7e151628aed2a6abf7158809cf4f3c", "f69f2445df4f9b17ad2b417be66c3710",
     "7b0c785e27e8ad3f8223207104725dd4"),
)  # fmt: skip
CARRIES = (32, 64, 128)  #: powers of two across which the counter is tried
#: How likely the driver changes, from one cycle to the next, between offering words and not, and between accepting
#: words and not; and whether the message is a long one. A core must stand both short gaps and long ones.
PACES = ((0.0, 0.0, True), (0.0, 0.04, True), (0.5, 0.5, False), (0.04, 0.5, False))
SHORT = 12  #: blocks of a message that is not long
SETTLED = 48  #: cycles after which nothing may be left in a core: more than any has stages
KEY = oracle.KEYS[0]


def check(core: Core, bus: int, long: int, variant: Callable[[Core, int], SimpleNamespace]) -> None:
    """Return if the core is right, or raise WrongAnswer. A message of `long` blocks fills all places that it has."""
    chance = random.Random(bus)
    check_vectors(core, bus)
    _check_carries(core, bus, chance)
    _check_pressure(core, bus, long, chance)
    _check_messages_without_a_gap(core, bus, chance)
    _check_lengths(variant(core, bus), chance)
    core.call(_silent, 0, 0)


def _expect(core: Core, message: Message, what: str, expected: bytes = b"", pace: Pace | None = None) -> None:
    expected = expected or oracle.reference(message.key or b"", message.counter, message.text)
    got = message.run(core, pace or Pace())
    if got != expected:
        place = next(i for i, (a, b) in enumerate(zip(got, expected, strict=True)) if a != b)
        raise WrongAnswer(f"{what}: byte {place} is {got[place]:#04x}, not {expected[place]:#04x}")


def check_vectors(core: Core, bus: int) -> None:
    """A block as the counter and zeros as the text give the block cipher itself."""
    for source, key, block, encrypted in BLOCKS:
        message = Message(bus, bytes.fromhex(key), int(block, 16), bytes(16))
        _expect(core, message, source, bytes.fromhex(encrypted))
    ciphertext = bytes.fromhex(oracle.NIST_CIPHERTEXTS[KEY.hex()])
    for what, text, expected in (
        ("SP 800-38A, F.5.1", oracle.NIST_PLAINTEXT, ciphertext),
        ("SP 800-38A, F.5.2", ciphertext, oracle.NIST_PLAINTEXT),
    ):
        _expect(core, Message(bus, KEY, oracle.NIST_COUNTER, text), what, expected)


def _check_carries(core: Core, bus: int, chance: random.Random) -> None:
    for power in CARRIES:
        message = Message(bus, KEY, 2**power - 2, chance.randbytes(16 * 4))
        _expect(core, message, f"counter across 2^{power}")


def _check_pressure(core: Core, bus: int, long: int, chance: random.Random) -> None:
    for offering, accepting, is_long in PACES:
        pace = Pace(_changing(offering, chance), _changing(accepting, chance))
        text = chance.randbytes(16 * (long if is_long else SHORT))
        message = Message(bus, chance.randbytes(16), chance.getrandbits(128), text)
        _expect(core, message, f"words offered and accepted in turns that change at {offering}, {accepting}", pace=pace)


def _changing(likely: float, chance: random.Random) -> Callable[[], bool]:
    """Return what is true at first, and changes from call to call with a probability."""
    now = True

    def tell() -> bool:
        nonlocal now
        now ^= chance.random() < likely
        return now

    return tell


def _check_messages_without_a_gap(core: Core, bus: int, chance: random.Random) -> None:
    """The next key waits on the bus while the last words are still under way; the empty message has no words."""
    messages = [Message(bus, chance.randbytes(16), chance.getrandbits(64), chance.randbytes(16 * n)) for n in (3, 0, 2)]
    words = [word for message in messages for word in message.words()]
    count = sum(len(message.text) for message in messages) * 8 // bus
    pace = Pace(accepts=lambda: chance.random() < 0.5)

    async def transaction(pins: Pins) -> list[tuple[int, bool]]:
        return await converse(pins, iter(words), count, pace)

    expected: list[tuple[int, bool]] = []
    for message in messages:
        made = oracle.reference(message.key or b"", message.counter, message.text)
        starts = range(0, len(made), message.width)
        words_out = [int.from_bytes(made[start : start + message.width], "big") for start in starts]
        expected += [(word, start == starts[-1]) for word, start in zip(words_out, starts, strict=True)]
    if core.call(transaction, len(words) * bus // 8, count * bus // 8) != expected:
        raise WrongAnswer("messages that follow each other without a gap are mixed up")


def _check_lengths(module: Any, chance: random.Random) -> None:
    """Through pyaes' interface: any number of bytes, in pieces that are one message."""
    sizes = (1, 0, 14, 2, 17, 16, 31)
    text = chance.randbytes(sum(sizes))
    cipher, made, start = module.AESModeOfOperationCTR(KEY), b"", 0
    for size in sizes:
        made += cipher.encrypt(text[start : start + size])
        start += size
    if made != oracle.reference(KEY, 1, text):
        raise WrongAnswer(f"pieces of {sizes} bytes are not one message")


async def _silent(pins: Pins) -> None:
    """Expect nothing from a core to which nothing is said."""
    pins.set("out_ready", 1)
    for _ in range(SETTLED):
        await pins.tick()
        if pins.get("out_valid") or pins.get("busy") or not pins.get("in_ready"):
            raise WrongAnswer("the core is not at rest after the last word of a message")
    pins.set("out_ready", 0)
