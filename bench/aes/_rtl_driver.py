"""How software uses the cores: a message over the bus, and pyaes' counter mode on top of that.

The cores themselves are in the other _rtl modules; nothing here needs Amaranth. Their keys have 128 bits. As drivers of
real accelerators do, these pass keys of 192 and 256 bits on to software: to pyaes' own class.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from bench.aes._stream import BLOCK, Stream
from bench.errors import WrongAnswer
from bench.hardware import Core, Pins

if TYPE_CHECKING:
    from pyaes import Counter

LENGTH, KEY, COUNTER, TEXT = range(4)  #: numbers of the registers, as _rtl_bus.py has them
KEY_SIZE = 16  #: bytes


def always() -> bool:
    return True


@dataclass(frozen=True)
class Pace:
    """When the driver moves: asked once for each cycle, so that back-pressure can be tried."""

    offers: Callable[[], bool] = always  #: whether to offer the next word
    accepts: Callable[[], bool] = always  #: whether to accept one


async def converse(pins: Pins, words: Iterator[tuple[int, int]], count: int, pace: Pace) -> list[tuple[int, bool]]:
    """Send all words, each with the number of its register, and return the `count` that come back.

    Both directions move in the same cycle where they can. With each word comes whether the core marks it as the last
    one of a message.
    """
    answer: list[tuple[int, bool]] = []
    upcoming = next(words, None)
    while upcoming is not None or len(answer) < count:
        offered = upcoming if pace.offers() else None
        accepting = pace.accepts()
        pins.set("in_valid", int(offered is not None))
        pins.set("out_ready", int(accepting))
        if offered is not None:
            pins.set("in_address", offered[0])
            pins.set("in_data", offered[1])
            if pins.get("in_ready"):
                upcoming = next(words, None)
        if accepting and pins.get("out_valid"):
            answer.append((pins.get("out_data"), bool(pins.get("out_last"))))
        await pins.tick()
    pins.set("in_valid", 0)
    pins.set("out_ready", 0)
    return answer


@dataclass(frozen=True)
class Message:
    """One message for a core."""

    bus: int  #: bits of a word
    key: bytes | None  #: None: the core has it already
    counter: int  #: of the first block
    text: bytes  #: whole blocks, fewer than 2^32

    @property
    def width(self) -> int:
        """Bytes of a word."""
        return self.bus // 8

    @property
    def sent(self) -> int:
        """Bytes that cross the bus towards the core: key, counter, one word with the length, text."""
        return len(self.key or b"") + BLOCK + self.width + len(self.text)

    def words(self) -> Iterator[tuple[int, int]]:
        """Give the words to send, each with the number of the register that it is for."""
        length = (len(self.text) // BLOCK).to_bytes(self.width, "big")
        counter = self.counter.to_bytes(BLOCK, "big")
        for register, value in ((KEY, self.key or b""), (COUNTER, counter), (LENGTH, length), (TEXT, self.text)):
            for start in range(0, len(value), self.width):
                yield register, int.from_bytes(value[start : start + self.width], "big")

    def run(self, core: Core, pace: Pace = Pace()) -> bytes:
        """Return what the core makes of the text, in one offload."""
        count = len(self.text) // self.width

        async def transaction(pins: Pins) -> bytes:
            answer = await converse(pins, self.words(), count, pace)
            if [last for _, last in answer] != [place == count - 1 for place in range(count)]:
                raise WrongAnswer("the core marks another word than the last one of a message as its last")
            return b"".join(word.to_bytes(self.width, "big") for word, _ in answer)

        return core.call(transaction, self.sent, len(self.text))


def streaming(core: Core, bus: int) -> SimpleNamespace:
    """Return a variant whose class hands each text to the core as a whole, with the key and the counter.

    What is left of the last block's key stream stays in the object, as in pyaes' own; between calls the core keeps
    nothing that is used again.
    """

    class OnCore(Stream):
        def _encrypt_blocks(self, text: bytes, first: int) -> bytes:
            return Message(bus, self._key, first, text).run(core)

    def make(key: bytes, counter: Counter | None = None) -> Any:
        return OnCore(key, counter) if len(key) == KEY_SIZE else _software(key, counter)

    return SimpleNamespace(AESModeOfOperationCTR=make)


def block_by_block(core: Core, bus: int) -> SimpleNamespace:
    """Return pyaes' own class, of which only `AES.encrypt` is handed to the core: a message of one block each.

    Zeros are the text, so that the bare encrypted block comes back. The key is sent by an object's first block, and
    again when another object has used the core in between.
    """
    user: list[Any] = [None]  # the object whose key is in the core

    def make(key: bytes, counter: Counter | None = None) -> Any:
        made = _software(key, counter)
        if len(key) == KEY_SIZE:
            cipher, kept = made._aes, bytes(key)

            def encrypt(block: list[int]) -> list[int]:
                new, user[0] = user[0] is not cipher, cipher
                first = int.from_bytes(bytes(block), "big")
                return list(Message(bus, kept if new else None, first, bytes(BLOCK)).run(core))

            cipher.encrypt = encrypt
        return made

    return SimpleNamespace(AESModeOfOperationCTR=make)


def _software(key: bytes, counter: Counter | None) -> Any:
    from pyaes import AESModeOfOperationCTR  # here, because the tool reads the accelerators without pyaes

    return AESModeOfOperationCTR(key, counter)
