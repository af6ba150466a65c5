"""The accelerators of AES: right answers on every core, cycles as promised, and a check that finds what is broken."""

from __future__ import annotations

import gc
import random
import subprocess
import sys
from typing import Any

import pyaes
import pytest

from bench import hardware
from bench.aes import FAMILY, _rtl_check, _rtl_driver, _rtl_field, oracle
from bench.errors import SuiteError, WrongAnswer
from bench.hardware import Design, Pins
from tests.conftest import ROOT

pytest.importorskip("amaranth")

from amaranth import Module

from bench.aes import _rtl_bus, _rtl_iterative, _rtl_keys, _rtl_pipelined, _rtl_round, _rtl_sbox
from bench.cores import Interpreted

DESIGNS = hardware.designs("aes")
KEY = oracle.KEYS[0]
TEXT = random.Random(1).randbytes(16 * 40)


def made(name: str, most_cycles: int = 2_000) -> tuple[Design, Interpreted]:
    design = DESIGNS[name]
    return design, Interpreted(design.component(), most_cycles)


def message(design: Design, blocks: int) -> _rtl_driver.Message:
    return _rtl_driver.Message(int(design.parameters["bus"]), KEY, 1, TEXT[: 16 * blocks])


# Every core


#: In the other points of the space the S-boxes differ, or the unrolling; what surrounds them is the same. Of
#: aes_iterative_block the component is that of aes_iterative, and what it has of its own is tested behind pyaes' interface.
WHOLE = ("aes_iterative", "aes_pipelined", "aes_interleaved_bram", "aes_iterative_bus32")
BLOCKWISE = "aes_iterative_block"


@pytest.mark.parametrize("name", WHOLE)
def test_a_core_passes_its_check_in_a_few_thousand_cycles_and_fits_the_package(name: str) -> None:
    design, core = made(name)
    design.check(core)
    assert 1000 < core.cycles < 3000
    assert sum(port.bits for port, _ in core.ports.values()) + 2 <= 365  # pins, with clock and reset


@pytest.mark.parametrize("name", sorted(DESIGNS.keys() - {*WHOLE, BLOCKWISE}))
def test_another_point_of_the_space_gives_the_published_answers(name: str) -> None:
    design, core = made(name)
    assert design.point
    _rtl_check.check_vectors(core, int(design.parameters["bus"]))
    assert message(design, 8).run(core) == oracle.reference(KEY, 1, TEXT[:128])


@pytest.mark.parametrize(
    ("name", "cycles"),
    [
        ("aes_iterative", 10),
        ("aes_iterative_bus32", 10),
        ("aes_iterative_bram", 10),
        ("aes_interleaved_bram", 10),
        ("aes_two_rounds", 5),
        ("aes_pipelined", 1),
    ],
)
def test_a_block_costs_as_many_cycles_as_promised(name: str, cycles: int) -> None:
    design, core = made(name)
    taken, first = [], 20 if cycles == 1 else 6  # a pipeline has to be full, and its queue of 32
    for blocks in (first, 2 * first):
        before = core.cycles
        assert message(design, blocks).run(core) == oracle.reference(KEY, 1, TEXT[: 16 * blocks])
        taken.append(core.cycles - before)
    assert taken[1] - taken[0] == first * cycles
    assert taken[0] < first * cycles + 60  # what a message costs beside its blocks


@pytest.mark.parametrize("name", DESIGNS)
def test_the_registers_are_those_of_the_bus(name: str) -> None:
    found = {register.name: register for register in DESIGNS[name].registers}
    numbers = {name: found[name].offset >> 4 & 3 for name in ("LENGTH", "KEY", "COUNTER", "DATA_IN")}
    driver = (_rtl_driver.LENGTH, _rtl_driver.KEY, _rtl_driver.COUNTER, _rtl_driver.TEXT)
    assert tuple(numbers.values()) == driver == (_rtl_bus.LENGTH, _rtl_bus.KEY, _rtl_bus.COUNTER, _rtl_bus.TEXT)
    assert found["DATA_IN"].bits == found["DATA_OUT"].bits == DESIGNS[name].parameters["bus"]


# Behind the interface of pyaes


@pytest.mark.parametrize("name", ["aes_iterative", "aes_pipelined", "aes_iterative_block"])
def test_upstreams_benchmark_runs_on_a_core(name: str) -> None:
    design, core = made(name)
    size = 500 if design.replaces != "AES.encrypt" else 200
    workload = FAMILY.prepare(design.variant(core), size)
    assert workload.run(1) > 0
    assert core.calls == (2 if size == 500 else 2 * 13)
    assert workload.answer() == FAMILY.prepare(pyaes, size).answer()
    assert core.sent > core.received >= size


def test_the_oracle_of_the_family_finds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oracle, "KEYS", [KEY])  # others are pyaes' own work
    monkeypatch.setattr(oracle, "_check_lengths", lambda module, key: None)  # 68 messages, which the odd chunks contain
    design, core = made("aes_iterative")
    oracle.check(design.variant(core))
    assert core.calls > 30


@pytest.mark.parametrize("name", ["aes_iterative", "aes_iterative_block"])
def test_longer_keys_are_left_to_software(name: str) -> None:
    design, core = made(name)
    for key, text in oracle.NIST_CIPHERTEXTS.items():
        cipher = design.variant(core).AESModeOfOperationCTR(bytes.fromhex(key), pyaes.Counter(oracle.NIST_COUNTER))
        calls = core.calls
        assert cipher.encrypt(oracle.NIST_PLAINTEXT) == bytes.fromhex(text)
        assert (core.calls > calls) == (len(key) == 32)
    for size in (0, 15, 17):
        with pytest.raises(ValueError, match="Invalid key size"):
            design.variant(core).AESModeOfOperationCTR(bytes(size))


def test_the_counter_of_the_caller_moves_as_upstreams_does() -> None:
    for name in ("aes_iterative", "aes_iterative_block"):
        design, core = made(name)
        ours, theirs = pyaes.Counter(2**128 - 2), pyaes.Counter(2**128 - 2)
        cipher = design.variant(core).AESModeOfOperationCTR(KEY, ours)
        expected = pyaes.AESModeOfOperationCTR(KEY, theirs)
        for size in (5, 0, 30, 13):
            assert cipher.encrypt(TEXT[:size]) == expected.encrypt(TEXT[:size])
            assert ours.value == theirs.value


def test_block_by_block_the_key_is_sent_only_where_another_was_in_between() -> None:
    design, core = made("aes_iterative_block")
    module, sent = design.variant(core), []
    keys = KEY, bytes(16)
    ciphers = [module.AESModeOfOperationCTR(key) for key in keys]
    for user in (0, 0, 1, 1, 0):
        before = core.sent
        assert len(ciphers[user].encrypt(bytes(16))) == 16
        sent.append(core.sent - before)
    assert sent == [64, 48, 64, 48, 64]
    assert ciphers[1].encrypt(bytes(16)) == oracle.reference(keys[1], 3, bytes(16))


def test_decryption_is_the_same_and_a_bytearray_may_change_later() -> None:
    key = bytearray(KEY)
    design, core = made("aes_iterative")
    cipher = design.variant(core).AESModeOfOperationCTR(key)
    key[0] ^= 1
    assert cipher.decrypt(oracle.reference(KEY, 1, b"any text")) == b"any text"


# What is broken is found


def refused(name: str) -> None:
    design, core = made(name)
    with pytest.raises(SuiteError):  # a wrong answer, or stuck
        design.check(core)


@pytest.mark.parametrize("name", ["aes_iterative", "aes_pipelined"])
def test_a_flipped_bit_of_the_s_box_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    table = _rtl_field.sbox()
    table[random.Random(name).randrange(256)] ^= 0x10
    monkeypatch.setattr(_rtl_field, "sbox", lambda: table)
    refused(name)


def test_a_wrong_constant_of_the_tower_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_rtl_field, "AFFINE", 0x62)
    refused("aes_iterative_tower")


def test_a_row_shifted_the_wrong_way_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_rtl_round, "shifted_from", lambda i: (i - 4 * (i % 4)) % 16)
    refused("aes_iterative")


class MixNothing(_rtl_round.MixColumns):
    def elaborate(self, _platform: Any) -> Any:
        m = Module()
        m.d.comb += self.state_out.eq(self.state_in)
        return m


def test_columns_that_are_not_mixed_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_rtl_iterative, "MixColumns", MixNothing)
    refused("aes_iterative")


@pytest.mark.parametrize("name", ["aes_iterative", "aes_pipelined"])
def test_a_missing_round_key_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Round constants that begin one step late make every key after the first wrong; nine shifts leave one out."""
    if name == "aes_iterative":
        monkeypatch.setattr(_rtl_keys, "_doubled", lambda constant: constant)
    else:
        monkeypatch.setattr(_rtl_keys, "ROUNDS", 9)
    refused(name)


@pytest.mark.parametrize("bits", [32, 64, 127])
def test_a_counter_that_does_not_carry_is_found(bits: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def count_on(m: Any, value: Any, _chains: int) -> None:
        m.d.sync += value[:bits].eq(value[:bits] + 1)

    monkeypatch.setattr(_rtl_keys, "_count_on", count_on)
    refused("aes_iterative")


class Careless(_rtl_bus.BusOut):
    """Overwrites a word that nobody has taken yet."""

    def elaborate(self, platform: Any) -> Any:
        m = super().elaborate(platform)
        with m.If(self.text_valid & self.word_valid):
            m.d.sync += [self.out_last.eq(self.word_last), self.out_valid.eq(1)]
        m.d.comb += [self.text_ready.eq(self.word_valid), self.word_ready.eq(self.text_valid)]
        return m


class Greedy(_rtl_bus.BlockFifo):
    """Lets blocks in without a place for them."""

    def elaborate(self, platform: Any) -> Any:
        m = super().elaborate(platform)
        m.d.comb += self.room.eq(1)
        return m


@pytest.mark.parametrize(
    ("module", "part", "broken", "name"),
    [
        (_rtl_iterative, "BusOut", Careless, "aes_iterative"),
        (_rtl_pipelined, "BlockFifo", Greedy, "aes_pipelined"),
    ],
)
def test_what_ignores_back_pressure_is_found(
    module: Any, part: str, broken: type, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, part, broken)
    monkeypatch.setattr(_rtl_check, "check_vectors", lambda core, bus: None)  # which it passes
    refused(name)


def test_a_word_too_many_is_found() -> None:
    """A core that is not at rest after a check has kept, or repeated, something."""
    design, core = made("aes_iterative")

    async def begin(pins: Pins) -> None:
        await _rtl_driver.converse(pins, iter(list(message(design, 2).words())[:-1]), 0, _rtl_driver.Pace())

    core.call(begin, 0, 0)
    with pytest.raises(WrongAnswer, match="rest"):
        core.call(_rtl_check._silent, 0, 0)


# The field


def test_the_s_box_is_that_of_the_oracle_in_both_ways() -> None:
    field, small = _rtl_field.tower(), _rtl_field.SMALL_MODULUS
    assert bytes(_rtl_field.sbox()) == oracle.SBOX
    inverses = _rtl_field.inverses(small)
    for a in range(256):
        mapped = _rtl_field.image(field.into, a)
        inverse = next((b for b in range(256) if field.multiply(mapped, b) == 1), 0)
        assert _rtl_field.image(field.out_of, inverse) ^ _rtl_field.AFFINE == oracle.SBOX[a]
    for bit, form in enumerate(_rtl_field.algebraic_normal_form(inverses)):
        for a, inverse in enumerate(inverses):
            assert sum(a & mask == mask for mask in form) % 2 == inverse >> bit & 1


@pytest.mark.filterwarnings("ignore::amaranth.hdl.UnusedElaboratable")
def test_what_cannot_be_built_is_refused() -> None:
    for refuse in (
        lambda: _rtl_iterative.Iterative("lut", bus=8),
        lambda: _rtl_iterative.Iterative("lut", rounds=3),
        lambda: _rtl_iterative.Iterative("lut", rounds=2, stages=2),
        lambda: _rtl_sbox.SubBytes(16, "bram", 0),
        lambda: _rtl_sbox.SubBytes(16, "gates", 1),
    ):
        with pytest.raises(ValueError, match=r"there is no|a bus has"):
            refuse()
    gc.collect()  # or Amaranth warns later of parts that were made and not used


def test_describing_the_accelerators_needs_only_the_standard_library() -> None:
    code = "import sys; from bench import hardware; print(len(hardware.designs('aes')), 'amaranth' in sys.modules)"
    done = subprocess.run([sys.executable, "-S", "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.split() == [str(len(DESIGNS)), "False"], done.stderr
