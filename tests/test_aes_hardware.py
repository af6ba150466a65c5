"""The rungs that use AES instructions: right on every register width, right without them, and never a crash."""

from __future__ import annotations

import array
import functools
import importlib
import json
import math
import os
import platform
import random
import subprocess
import sys
from types import ModuleType
from typing import Any

import pyaes
import pytest

from bench import discover
from bench.errors import Unsupported, UsageError, WrongAnswer
from tests.conftest import ROOT

pytest.importorskip("llvmlite")

import llvmlite.binding as llvm

from bench.aes import FAMILY, _ctr, _limit, _llvm, _series, oracle

HERE = [bits for bits in _llvm.NEEDED if not _llvm.lacking(bits)]  # widths that this CPU has, widest first
RUNGS = ("pyaes_vaes", "pyaes_aesni")
KEY = oracle.KEYS[0]
needs_aes = pytest.mark.skipif(not HERE, reason=f"AES instructions: {_llvm.lacking(128)}")


@functools.cache
def cipher_class(bits: int) -> Any:
    return _ctr.best([bits], own_schedule=True, builtin=True, aligned=True)[0]


def run(code: list[str], hidden: str = "") -> subprocess.CompletedProcess[str]:
    environment = os.environ | {_llvm.MASK: hidden}
    command = [sys.executable, *code]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def load(variant: str) -> Any:
    return importlib.import_module(f"bench.aes.{variant}")


# Which way is taken


@pytest.mark.parametrize("hidden", ["", "vaes", "avx512bw", "avx512f,avx2", "ssse3"])
def test_without_a_feature_the_next_best_way_is_taken_and_told(hidden: str) -> None:
    found = {name for name, there in llvm.get_host_cpu_features().items() if there}
    found -= {name.strip() for name in hidden.split(",")}
    code = "from bench.aes import oracle, pyaes_vaes, pyaes_aesni\n"
    code += "for rung in (pyaes_vaes, pyaes_aesni): oracle.check(rung); print(rung.path())"
    done = run(["-c", code], hidden)
    assert done.returncode == 0, done.stderr
    for widths, said in zip([(512, 256, 128), (128,)], done.stdout.splitlines(), strict=True):
        usable = [bits for bits in widths if found.issuperset(_llvm.NEEDED[bits])] if HERE else []
        if usable and usable[0] == widths[0]:
            assert said == _llvm.NAMES[usable[0]]
        else:
            expected = _llvm.NAMES[usable[0]] if usable else "pyaes_"
            assert said.startswith(f"fell back to {expected}")
            assert "this CPU has no" in said or f"{_llvm.MASK} hides" in said or "not x86-64" in said


def test_a_check_without_aes_instructions_succeeds() -> None:
    done = run(["-m", "bench", "aes/pyaes_vaes@small", "--check"], "aes, vaes")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.removeprefix("checked "))
    assert told["path"].startswith("fell back to pyaes_") and (not HERE or told["path"].endswith("hides aes"))


@pytest.mark.parametrize("variant", RUNGS)
def test_a_feature_that_nobody_knows_is_refused(variant: str) -> None:
    done = run(["-m", "bench", f"aes/{variant}@small", "--check"], "vaes,avx51f")
    assert done.returncode == UsageError.exit_code
    assert "avx51f" in done.stderr and "vaes," not in done.stderr.splitlines()[0]


def test_another_kind_of_machine_gets_no_x86_instruction(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "aarch64")
    found, said = _ctr.best((512, 256, 128), own_schedule=True, builtin=True, aligned=True)
    assert not issubclass(found, _ctr.CounterMode)
    assert "aarch64" in said and "fell back" in said


def test_software_that_cannot_be_imported_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(_llvm.MASK, "aes")
    monkeypatch.setattr(_ctr, "SOFTWARE", ("no_such_variant", "pyaes_opt"))
    found, said = _ctr.best((128,), own_schedule=True, builtin=True, aligned=True)
    assert found is load("pyaes_opt").AESModeOfOperationCTR and said.startswith("fell back to pyaes_opt: ")


@pytest.mark.needs("valgrind")
def test_valgrind_runs_it_with_the_features_that_it_simulates() -> None:
    code = "from bench.aes import pyaes_vaes as v; print(v.path(), v.AESModeOfOperationCTR(bytes(16)).encrypt(bytes(40)).hex())"
    tool = ["valgrind", "-q", "--tool=none", "--vex-guest-chase=no", sys.executable, "-c", code]
    done = subprocess.run(tool, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert oracle.reference(bytes(16), 1, bytes(40)).hex() in done.stdout


# The cipher on each width


@needs_aes
@pytest.mark.parametrize("bits", HERE)
@pytest.mark.parametrize("key", oracle.KEYS, ids=lambda key: f"{8 * len(key)} bit key")
def test_every_size_around_the_widths_agrees_with_openssl(bits: int, key: bytes) -> None:
    peer, ours = load("peer_cryptography").AESModeOfOperationCTR, cipher_class(bits)
    text = random.Random(bits).randbytes(1100)
    for size in range(len(text) + 1):
        expected = peer(key).encrypt(text[:size])
        assert ours(key).encrypt(text[:size]) == expected
        out = bytearray(size)
        ours(key).encrypt_into(text[:size], out)
        assert out == expected


@needs_aes
@pytest.mark.parametrize("bits", HERE)
@pytest.mark.parametrize("power", [64, 128])
@pytest.mark.parametrize("before", [0, 1, 2, 3, 4, 5, 15, 16, 17, 40])
def test_the_counter_carries_within_a_message_and_ends_where_upstreams_does(bits: int, power: int, before: int) -> None:
    text = random.Random(before).randbytes(16 * 44 + 3)
    ours, theirs = pyaes.Counter(2**power - before), pyaes.Counter(2**power - before)
    expected = pyaes.AESModeOfOperationCTR(KEY, theirs).encrypt(text)
    assert cipher_class(bits)(KEY, ours).encrypt(text) == expected
    assert ours.value == theirs.value


@needs_aes
@pytest.mark.parametrize("given", [True, False], ids=["counter given", "default counter"])
def test_random_chunks_are_one_message_and_move_the_counter_as_upstream(given: bool) -> None:
    chance = random.Random(7)
    for _ in range(20):
        ours, theirs = (pyaes.Counter(2**64 - 3) if given else None for _ in range(2))
        cipher, expected = cipher_class(HERE[0])(KEY, ours), pyaes.AESModeOfOperationCTR(KEY, theirs)
        for _ in range(12):
            text = chance.randbytes(chance.choice((0, 1, 15, 16, 17, 32, 100)))
            made = expected.encrypt(text)
            if chance.random() < 0.5:
                assert cipher.encrypt(text) == made
            else:
                out = bytearray(len(text))
                cipher.encrypt_into(text, out)
                assert out == made
            if ours is not None and theirs is not None:
                assert ours.value == theirs.value


@needs_aes
def test_two_objects_may_share_a_counter() -> None:
    ours, theirs = pyaes.Counter(9), pyaes.Counter(9)
    pairs = [(cipher_class(HERE[0])(k, ours), pyaes.AESModeOfOperationCTR(k, theirs)) for k in oracle.KEYS[:2]]
    for size in (5, 20, 3, 40, 16, 1):
        for cipher, expected in pairs:
            assert cipher.encrypt(bytes(size)) == expected.encrypt(bytes(size))
            assert ours.value == theirs.value


@needs_aes
def test_any_buffer_is_a_text_and_its_size_is_in_bytes() -> None:
    words = array.array("I", range(100))
    expected = oracle.reference(KEY, 1, words.tobytes() + b"abc")
    for text in (words, bytearray(words.tobytes()), memoryview(words.tobytes())):
        cipher = cipher_class(HERE[0])(KEY)
        assert cipher.encrypt(text) + cipher.encrypt(b"abc") == expected


@needs_aes
def test_what_is_no_text_key_or_counter_is_refused_and_moves_nothing() -> None:
    made = cipher_class(HERE[0])
    cipher = made(KEY)
    for wrong in ("text", 5, None, memoryview(bytes(10))[::2]):
        with pytest.raises((TypeError, BufferError)):
            cipher.encrypt(wrong)
    assert cipher.encrypt(b"abc") == oracle.reference(KEY, 1, b"abc")
    for size in (0, 15, 17, 33):
        with pytest.raises(ValueError, match="Invalid key size"):
            made(bytes(size))
    with pytest.raises(TypeError):
        made("0123456789abcdef")

    class ByTwo(pyaes.Counter):  # type: ignore[misc]
        def increment(self) -> None:
            super().increment()
            super().increment()

    with pytest.raises(TypeError, match="of its own"):
        made(KEY, ByTwo())


@needs_aes
def test_a_key_that_changes_later_does_not_change_the_cipher() -> None:
    key = bytearray(KEY)
    cipher = cipher_class(HERE[0])(key)
    key[0] ^= 1
    assert cipher.encrypt(b"abc") == oracle.reference(KEY, 1, b"abc")


# Into a buffer


@needs_aes
@pytest.mark.parametrize("begun", [0, 5], ids=["at once", "continued"])
def test_a_buffer_that_does_not_fit_is_refused_and_moves_nothing(begun: int) -> None:
    cipher, text = cipher_class(HERE[0])(KEY), bytes(range(100))
    head = cipher.encrypt(text[:begun])
    for size in (0, 99 - begun, 101 - begun):
        with pytest.raises(ValueError, match=f"{size} bytes"):
            cipher.encrypt_into(text[begun:], bytearray(size))
    with pytest.raises(TypeError, match="read-only"):
        cipher.encrypt_into(text[begun:], bytes(100 - begun))
    with pytest.raises(TypeError):
        cipher.encrypt_into(text[begun:], 5)
    out = bytearray(100 - begun)
    cipher.encrypt_into(text[begun:], memoryview(out))
    assert head + out == oracle.reference(KEY, 1, text)
    out.append(0)  # which a buffer that is still held would refuse


@needs_aes
@pytest.mark.parametrize("bits", HERE)
@pytest.mark.parametrize("shift", [-700, -64, -16, -1, 0, 1, 3, 16, 63, 100, 700])
def test_text_and_buffer_may_overlap(bits: int, shift: int) -> None:
    text = random.Random(shift).randbytes(700)
    memory = bytearray(3 * 700)
    memory[700:1400] = text
    view = memoryview(memory)
    cipher_class(bits)(KEY).encrypt_into(view[700:1400], view[700 + shift : 1400 + shift])
    assert memory[700 + shift : 1400 + shift] == oracle.reference(KEY, 1, text)


@needs_aes
@pytest.mark.parametrize("bits", HERE)
def test_nothing_beyond_the_buffer_is_touched_at_any_alignment(bits: int) -> None:
    expected = oracle.reference(KEY, 1, bytes(333))
    for start in range(70):
        memory = bytearray(b"\xaa") * 500
        cipher_class(bits)(KEY).encrypt_into(bytes(333), memoryview(memory)[start : start + 333])
        assert memory == b"\xaa" * start + expected + b"\xaa" * (500 - 333 - start)


@needs_aes
def test_an_empty_text_is_an_empty_answer() -> None:
    cipher = cipher_class(HERE[0])(KEY)
    cipher.encrypt_into(b"", bytearray())
    assert cipher.encrypt(b"") == b""
    assert cipher.decrypt(b"abc") == oracle.reference(KEY, 1, b"abc")


@needs_aes
def test_new_bytes_belong_to_the_caller_alone() -> None:
    made = cipher_class(HERE[0])(KEY).encrypt(bytes(5000))
    other = bytes(bytearray(5000))
    assert sys.getrefcount(made) == sys.getrefcount(other)


# Ideas


@needs_aes
@pytest.mark.parametrize(
    ("variant", "idea"),
    [(v, i) for v in RUNGS for i in discover.variants("aes")[v].ideas],
    ids=lambda x: getattr(x, "name", x),
)
def test_without_an_idea_the_answers_stay_right(variant: str, idea: Any) -> None:
    source = discover.variants("aes")[variant].path.read_text(encoding="utf-8")
    lines = [
        f"{idea.name} = {idea.off}" if line.startswith(f"{idea.name} = ") else line for line in source.splitlines()
    ]
    assert "\n".join(lines) != source.rstrip("\n")
    module = ModuleType("copy")
    exec("\n".join(lines), module.__dict__)
    oracle.check(module)


# The limit


@needs_aes
def test_the_limit_does_as_much_as_it_is_told() -> None:
    workload = _limit.prepare(46_000)
    assert workload.run(1) > 0
    first = workload.answer()
    workload.run(2)
    assert workload.answer() != first
    assert FAMILY.limit is _limit.LIMIT


@needs_aes
@pytest.mark.parametrize("bits", HERE)
def test_the_rounds_of_the_limit_are_those_of_aes(bits: int) -> None:
    """One turn on one register gives the cipher's own answer, with one round key for all rounds."""
    key, *others = (b"".join(word.to_bytes(8, "little") for word in _limit.ROUND_KEY) for _ in range(11))
    start = bytes(8) + b"\xff" * 8
    expected = oracle._encrypt_block(start, [key, *others])
    assert _limit._rounds(bits, 1)(1) % 2**64 == int.from_bytes(expected[:8], "little")


@needs_aes
def test_a_short_message_is_charged_for_no_block_that_it_does_not_have() -> None:
    assert _limit._registers(16) == 128 and _limit._registers(1 << 20) == max(HERE)


@needs_aes
def test_the_clock_is_a_clock() -> None:
    """Whether the two chains agree is the machine's business; that both are clocks of a processor is ours."""
    for found in (_limit.hertz(), _limit.hertz_by_multiplying()):
        assert math.isfinite(found) and 1e7 < found < 1e11


def test_without_aes_instructions_there_is_no_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(_llvm.MASK, "aes")
    for asked in (lambda: _limit.prepare(46_000), _limit.hertz):
        with pytest.raises(Unsupported, match="limit of AES rounds") as refused:
            asked()
        assert refused.value.hint


# The series


SHORT = {name: point for name, point in _series.POINTS.items() if point.size < 10**6}


@pytest.mark.parametrize("variant", ["pyaes_vaes", "peer_cryptography", "peer_pycryptodome"])
@pytest.mark.parametrize("name", SHORT)
def test_a_point_of_the_series_is_answered_and_checked(variant: str, name: str) -> None:
    module, point = load(variant), SHORT[name]
    if point.into_buffer and not hasattr(module.AESModeOfOperationCTR, "encrypt_into"):
        pytest.skip("it fell back to software, which has new bytes only")
    workload = _series.prepare(module, point)
    assert workload.run(3) > 0
    assert _series.check(workload.answer(), point) == 0
    assert _series.SERIES.work[name] == (point.size, "byte")


@pytest.mark.parametrize("size", [16, 23_000, 1 << 20])
def test_the_check_of_the_series_finds_any_wrong_byte_of_its_samples(size: int) -> None:
    right = load("peer_cryptography").AESModeOfOperationCTR(_series.KEY).encrypt(_series.text(0, size))
    point = _series.Point(size, False)
    assert _series.check(right, point) == 0
    blocks = _series.sampled(size)
    assert {0, (size - 1) // 16} <= set(blocks) and max(blocks) < -(-size // 16)
    for block in (blocks[0], blocks[len(blocks) // 2], blocks[-1]):
        for place in (16 * block, min(16 * block + 15, size - 1)):
            wrong = bytearray(right)
            wrong[place] ^= 1
            with pytest.raises(WrongAnswer, match=f"block {block} "):
                _series.check(wrong, point)
    for wrong_size in (right[:-1], right + b"x"):
        with pytest.raises(WrongAnswer, match="bytes"):
            _series.check(wrong_size, point)


def test_samples_fall_on_every_place_within_a_register() -> None:
    assert {block % 4 for block in _series.sampled(1 << 26)[_series.ENDS : -_series.ENDS]} == {0, 1, 2, 3}


def test_parts_of_the_series_text_are_parts_of_the_whole() -> None:
    whole = _series.text(0, 20_000)
    assert len(whole) == 20_000
    for start, end in ((0, 16), (4090, 4110), (8192, 8208), (19_990, 20_000), (5, 5)):
        assert _series.text(start, end) == whole[start:end]


def test_a_variant_without_encrypt_into_has_no_such_points() -> None:
    with pytest.raises(Unsupported, match="new bytes only"):
        _series.prepare(load("pyaes_clean"), _series.Point(16, True))
