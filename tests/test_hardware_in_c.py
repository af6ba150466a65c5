"""What a report says of accelerators beside compiled C: who is faster, by how much, at what clock, and where nobody knows."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from bench.hardware import Counterpart
from reporting.document import Document, Section, Table, Text
from reporting.evidence import Evidence
from reporting.model import counterparts
from reporting.model.accelerators import BEATS, LOSES, OPEN
from reporting.narrative.known import KINDS
from reporting.renderers import text
from reporting.words import hardware, hardware_in_c, hardware_proposals, hardware_tables
from tests import synthetic, synthetic_hardware
from tests.synthetic import PROCESSES, SECONDS, noisy
from tests.synthetic_hardware import STAMP

NAME = "aes_iterative"  #: 31,636 cycles at 95.9 MHz: 330 µs


@pytest.fixture(scope="module", autouse=True)
def quick() -> Iterator[None]:
    yield from synthetic_hardware.quick()


def in_c(part: float, host: float, spread: float = 0.01, processes: int = PROCESSES) -> Counterpart:
    """Return what was found of a part in C that takes `part` seconds beside `host` seconds of the host's own."""
    whole = noisy(part + host, processes, "whole", spread)
    return Counterpart(
        "In C.", "bench/aes/_c.c", "gcc 12, -O2", ("the family's oracle",), whole, noisy(part, processes, "part", spread),
        noisy(SECONDS["release"], processes, f"base{NAME}"),
    )  # fmt: skip


def evidence(*found: Counterpart, **more: object) -> Evidence:
    """Return the synthetic study whose first designs have these parts in C."""
    study = synthetic_hardware.study()
    results = [replace(r, software=c, **more) for r, c in zip(study.results, found, strict=False)]  # type: ignore[arg-type]
    return replace(synthetic.evidence(), hardware=replace(study, results=(*results, *study.results[len(results) :])))


def held(found: Evidence) -> counterparts.Held:
    return counterparts.read(synthetic_hardware.accelerators_of(found))[0]


def table(found: Evidence) -> Table:
    made = hardware_in_c.table(synthetic_hardware.accelerators_of(found))
    assert made is not None
    return made


@pytest.mark.parametrize(
    ("part", "word", "factor"), [(82.5e-6, LOSES, 4.0), (1.32e-3, BEATS, 4.0), (330e-6, OPEN, 1.0)]
)
def test_the_part_alone_is_cycles_at_the_clock_beside_the_clock_around_c(part: float, word: str, factor: float) -> None:
    found = held(evidence(in_c(part, 1e-3)))
    assert found.core is not None and found.alone is not None
    assert found.core.value == pytest.approx(31_636 / 95.9e6) and found.core.low < found.core.value < found.core.high
    assert found.alone[0] == word and found.alone[1] == pytest.approx(factor, rel=0.05)
    assert found.level == pytest.approx(31_636 / part, rel=0.02)  # the clock at which both take the same time


def test_the_whole_job_is_over_the_baseline_of_the_same_blocks() -> None:
    base = SECONDS["release"]
    quick, slow = held(evidence(in_c(1e-6, base / 4000))), held(evidence(in_c(base / 40, base / 400)))
    assert quick.whole.value == pytest.approx(1 / (1 / 4000 + 1e-6 / base), rel=0.02)
    assert quick.together is not None and quick.together[0] == LOSES  # the design's host alone takes 1/400
    assert slow.together is not None and slow.together[0] == BEATS


def test_the_table_shows_both_with_intervals_and_a_verdict_in_words() -> None:
    found = evidence(in_c(82.5e-6, 1e-6), in_c(1.0, 1e-3))
    made = table(found)
    assert made in hardware.section(found, synthetic_hardware.accelerators_of(found)).blocks
    first, second = made.rows
    assert [cell.text for cell in first[:1]] == [NAME] and made.columns == hardware_in_c.COLUMNS
    assert re.fullmatch(r"8[\d.]+ µs \[8[\d.]+–8[\d.]+\]", first[1].text) and first[1].unit == "s"
    assert first[1].low is not None and first[1].low < 82.5e-6 < (first[1].high or 0)
    assert re.fullmatch(r"33\d µs \[3\d\d–3\d\d\]", first[2].text)
    assert re.fullmatch(r"C is [34]\.\d+× faster", first[3].text) and re.fullmatch(
        r"C is [\d.]+× faster", first[6].text
    )
    assert second[3].text.startswith("the design is ") and second[6].text.startswith("the design is ")
    assert "bench/aes/_c.c, compiled by gcc 12, -O2" in made.caption and "pyaes_clean" in made.caption
    assert made.key in KINDS and KINDS[made.key].place == "table" and made.source == "projected"


def test_what_overlaps_or_is_of_one_seed_earns_no_verdict() -> None:
    assert table(evidence(in_c(330e-6, 1e-3))).rows[0][3].text == "cannot be told"
    lone = evidence(in_c(82.5e-6, 1e-6), clocks={"6": (95.9,)})
    row = table(lone).rows[0]
    assert re.fullmatch(r"C is about [34]\.\d+× faster", row[3].text)
    assert row[3].note == "aes_iterative: one seed, so no verdict against C."
    assert row[2].text == "330 µs [one seed]"
    assert hardware_in_c.beaten(synthetic_hardware.accelerators_of(lone)) == ""
    single = held(evidence(in_c(82.5e-6, 1e-6, processes=1)))
    assert math.isnan(single.part.low) and single.alone is not None and single.alone[0] == OPEN


def test_few_processes_of_other_software_do_not_weaken_what_was_timed_beside_c() -> None:
    found = held(evidence(in_c(82.5e-6, 1e-6)))
    few = replace(found, candidate=replace(found.candidate, beside=4))
    assert few.candidate.tentative == "software of 4 processes" and few.tentative == ""


def said(found: Evidence) -> str:
    """Return the summary of all designs, and what is said of each alone."""
    read = synthetic_hardware.accelerators_of(found)
    blocks = [*hardware_proposals.summary(read), *(b for c in read.own for b in hardware_proposals.projection(read, c))]
    return "\n".join(block.text for block in blocks if isinstance(block, Text))


def test_a_sentence_says_how_far_the_core_is_from_c_and_at_which_clock_it_would_be_level() -> None:
    losing = said(evidence(in_c(82.5e-6, 1e-6)))
    assert re.search(
        r"Its part alone takes compiled C 8[\d.]+ µs \[8[\d.]+–8[\d.]+\] on one core of this CPU, and the design 31,636 cycles at "
        r"95\.9 MHz, 330 µs: it loses to C by [34]\.\d+×, and would draw level at 3\d\d MHz\.",
        losing,
    )
    assert re.search(
        r"Compiled C on one core of this CPU, behind the same host, beats aes_iterative by [\d.]+×\.", losing
    )
    winning = said(evidence(in_c(1.0, 1e-3)))
    assert "it beats C by" in winning and "draw level" not in winning and "beats aes_iterative" not in winning


def test_a_design_without_its_time_in_c_says_why_and_others_are_not_shown() -> None:
    assert hardware_in_c.table(synthetic_hardware.accelerators_of(synthetic_hardware.evidence())) is None
    assert "compiled C" not in said(synthetic_hardware.evidence())
    lacking = {"software": ("no C++ compiler: the design is not held against compiled C", "sudo apt install g++")}
    found = evidence(Counterpart(), missing=lacking)
    (row,) = table(found).rows
    assert all(cell.missing and "no C++ compiler" in cell.note for cell in row[1:])
    read = synthetic_hardware.accelerators_of(found)
    blocks = hardware_in_c.table(read), hardware_tables.absent(read)
    part = Section("Some", tuple(block for block in blocks if block))
    shown = text.render(Document("Title", "", STAMP, "aes", (part,))).decode()
    assert hardware_in_c.TITLE in shown and "sudo apt install g++" in shown


def test_a_design_that_was_not_placed_shows_what_c_takes() -> None:
    found = evidence(in_c(82.5e-6, 1e-6), clocks={})
    row = table(found).rows[0]
    assert row[1].text.startswith("8") and row[2].missing and row[3].missing and row[5].missing and row[6].missing
    assert not row[4].missing and "place" in row[2].note
