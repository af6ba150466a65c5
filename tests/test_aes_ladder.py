"""Properties that every rung of the AES ladder must have, on input that nobody chose, against OpenSSL.

Rungs are found as the suite finds them. The oracle's vectors are in test_families.py; here are random keys, lengths,
counters and chunks, and each rung once more with each of its ideas switched off.
"""

from __future__ import annotations

import ast
import importlib
import importlib.metadata
import random
from pathlib import Path
from typing import Any

import pyaes
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench import discover
from bench.aes import oracle
from bench.errors import WrongAnswer
from bench.ideas import without
from bench.model import RUNG, Idea, Variant
from bench.subject import load_file

RUNGS = {name: variant for name, variant in discover.variants("aes").items() if variant.kind == RUNG}
IDEAS = [pytest.param(v, idea, id=f"{v.name}-{idea.name}") for v in RUNGS.values() for idea in v.ideas]
LONGEST = 5_000  #: bytes; some 300 blocks, so that the lowest byte of the counter comes round

# The slowest rung makes 1 MB a second, so this few examples take it half a second per test.
few_examples = settings(
    max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
keys = st.sampled_from([16, 24, 32]).flatmap(lambda size: st.binary(min_size=size, max_size=size))
texts = st.builds(lambda size, seed: random.Random(seed).randbytes(size), st.integers(0, LONGEST), st.integers())
#: Any counter, and those from which a message soon carries into bit 8, 16, 32, …, or wraps round at 2^128.
counters = st.integers(0, 2**128 - 1) | st.builds(
    lambda bits, above, below: ((above << bits) - below) % 2**128,
    st.sampled_from([8, 16, 32, 40, 64, 96, 128]),
    st.integers(0, 2**128 - 1),
    st.integers(1, LONGEST // 16),
)


def skip_what_is_missing(variant: Variant) -> None:
    for distribution in variant.requires:
        try:
            importlib.metadata.version(distribution)
        except importlib.metadata.PackageNotFoundError:
            pytest.skip(f"{variant.name} needs {distribution}, which is not installed")


@pytest.fixture(params=RUNGS)
def rung(request: pytest.FixtureRequest) -> Any:
    """The class of one rung."""
    skip_what_is_missing(RUNGS[request.param])
    return importlib.import_module(f"bench.aes.{request.param}").AESModeOfOperationCTR


def openssl(key: bytes, counter: int, text: bytes) -> bytes:
    encryptor = Cipher(algorithms.AES(key), modes.CTR(counter.to_bytes(16, "big"))).encryptor()
    return encryptor.update(text) + encryptor.finalize()


def in_chunks(function: Any, text: bytes, seed: int) -> bytes:
    """Call `function` with one piece of the text after the other, most of them of odd lengths, some empty."""
    chance, done, at = random.Random(seed), [], 0
    while at < len(text):
        size = chance.choice([0, 1, 15, 16, 17, chance.randrange(100), chance.randrange(LONGEST)])
        done.append(function(text[at : at + size]))
        at += size
    return b"".join(done)


@few_examples
@given(key=keys, counter=counters, text=texts)
def test_a_message_is_encrypted_as_by_openssl(rung: Any, key: bytes, counter: int, text: bytes) -> None:
    assert rung(key, pyaes.Counter(counter)).encrypt(text) == openssl(key, counter, text)


@few_examples
@given(key=keys, text=texts)
def test_the_default_counter_starts_at_one(rung: Any, key: bytes, text: bytes) -> None:
    assert rung(key).encrypt(text) == openssl(key, 1, text)


@few_examples
@given(key=keys, counter=counters, text=texts, seed=st.integers())
def test_chunks_are_one_message(rung: Any, key: bytes, counter: int, text: bytes, seed: int) -> None:
    assert in_chunks(rung(key, pyaes.Counter(counter)).encrypt, text, seed) == openssl(key, counter, text)


@few_examples
@given(key=keys, counter=counters, text=texts, seed=st.integers())
def test_decrypting_gives_the_text_back(rung: Any, key: bytes, counter: int, text: bytes, seed: int) -> None:
    ciphertext = rung(key, pyaes.Counter(counter)).encrypt(text)
    assert in_chunks(rung(key, pyaes.Counter(counter)).decrypt, ciphertext, seed) == text


@few_examples
@given(key=keys, counter=counters, texts=st.lists(texts, max_size=3))
def test_the_callers_counter_moves_as_upstreams_does(rung: Any, key: bytes, counter: int, texts: list[bytes]) -> None:
    """Two objects share a counter, so each takes up where the other one left it."""
    ours, theirs = pyaes.Counter(counter), pyaes.Counter(counter)
    pairs = [(rung(key, ours), pyaes.AESModeOfOperationCTR(key, theirs)) for _ in range(2)]
    for i, text in enumerate(texts):
        mine, upstreams = pairs[i % 2]
        assert mine.encrypt(text[:1000]) == upstreams.encrypt(text[:1000])
        assert ours.value == theirs.value


def test_a_counter_that_counts_in_another_way_is_followed_or_refused(rung: Any) -> None:
    class ByTwo(pyaes.Counter):  # type: ignore[misc]
        def increment(self) -> None:
            super().increment()
            super().increment()

    text = bytes(100)
    try:
        got = rung(bytes(16), ByTwo(5)).encrypt(text)
    except TypeError:
        return
    assert got == pyaes.AESModeOfOperationCTR(bytes(16), ByTwo(5)).encrypt(text)


@pytest.mark.parametrize("size", [0, 15, 17, 33])
def test_a_key_of_another_length_is_refused_as_upstream_does(rung: Any, size: int) -> None:
    with pytest.raises(ValueError, match="Invalid key size"):
        rung(bytes(size))


@pytest.mark.parametrize("counter", [1, 2**40 - 300, 2**64 - 10_000, 2**128 - 10_000])
def test_a_long_message_is_one_message(rung: Any, counter: int) -> None:
    """Long enough for the rungs that work in parts to need several."""
    text = random.Random(1).randbytes(300_007)
    assert rung(bytes(range(16)), pyaes.Counter(counter)).encrypt(text) == openssl(bytes(range(16)), counter, text)


# Ideas.


def test_a_key_is_bytes_and_the_callers_own_to_change(rung: Any) -> None:
    with pytest.raises(TypeError):
        rung(16)  # a number is no key of so many zeros
    key, text = bytearray(oracle.KEYS[0]), b"unchanged by what becomes of the key"
    cipher = rung(key)
    key[0] ^= 1
    assert cipher.encrypt(text) == openssl(oracle.KEYS[0], 1, text)


@pytest.mark.parametrize(("variant", "idea"), IDEAS)
def test_a_rung_without_one_of_its_ideas_is_still_right(variant: Variant, idea: Idea, tmp_path: Path) -> None:
    skip_what_is_missing(variant)
    path = tmp_path / f"{variant.name}_without.py"
    path.write_text(without(variant, idea), encoding="utf-8")
    module = load_file(path)
    oracle.check(module)
    text, counter = random.Random(2).randbytes(LONGEST), 2**40 - 290  # 23 blocks beyond, of more than 256
    got = module.AESModeOfOperationCTR(oracle.KEYS[0], pyaes.Counter(counter)).encrypt(text)
    assert got == openssl(oracle.KEYS[0], counter, text)


@pytest.mark.parametrize(("variant", "idea"), IDEAS)
def test_switching_an_idea_off_changes_its_constant_alone(variant: Variant, idea: Idea) -> None:
    before, after = (ast.parse(source).body for source in (variant.path.read_text(), without(variant, idea)))
    changed = [ast.unparse(b) for a, b in zip(before, after, strict=True) if ast.dump(a) != ast.dump(b)]
    assert changed == [f"{idea.name} = {idea.off}"]


def test_these_tests_can_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rung that forgets one carry is caught by the counters made up here, and by the oracle."""
    from bench.aes import pyaes_bitslice

    real = pyaes_bitslice.AESModeOfOperationCTR._encrypt_batch

    def forgets(self: Any, text: bytes, first: int) -> bytes:
        return real(self, text[: 16 * (2**64 - first % 2**64)], first).ljust(len(text), b"\0")

    monkeypatch.setattr(pyaes_bitslice.AESModeOfOperationCTR, "_encrypt_batch", forgets)
    with pytest.raises(WrongAnswer):
        oracle.check(pyaes_bitslice)
    with pytest.raises(AssertionError):
        test_a_message_is_encrypted_as_by_openssl.hypothesis.inner_test(  # type: ignore[attr-defined]
            pyaes_bitslice.AESModeOfOperationCTR, bytes(16), 2**64 - 1, bytes(40)
        )
