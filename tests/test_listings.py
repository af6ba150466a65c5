"""What a report says around listings: what their columns are, and once for all variants what was not recorded."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench.model import Collection, Listing
from reporting.compare import compare
from reporting.document import Code, Text
from reporting.evidence import Evidence, Run
from reporting.measures.ladder import climbed
from reporting.words import listings
from tests import synthetic

FAST = "left out by --fast"


def lacking(run: Run, *names: str, reason: str = FAST) -> Run:
    skips = (
        Collection(name, "release", skipped=reason, fix=f"Leave --fast out, or ask for it: --collectors {name}.")
        for name in names
    )
    return replace(run, manifest=replace(run.manifest, collections=tuple(skips)))


def said(found: Evidence) -> list[tuple[str, Text]]:
    order = climbed(compare(found, "release"))
    return [(run.name, text) for run in order for text in listings.gaps(found, order, run)]


def evidence() -> Evidence:
    """A ladder whose rungs lack the same, but for one that crashed; and two peers."""
    made = synthetic.evidence((*synthetic.LADDER[:3], *synthetic.LADDER[-3:-1]))
    base, opt, opt2, *peers = made.runs
    runs = (
        lacking(base, "ideas", "exact", "memory"),
        lacking(opt, "ideas", "exact", "memory"),
        lacking(opt2, "exact", reason="it crashed"),
        *(lacking(peer, "profile", reason="a peer is timed, not taken apart") for peer in peers),
    )
    return replace(made, runs=runs, baseline=runs[0])


def test_equal_gaps_are_one_sentence_that_names_all_variants() -> None:
    (first, rungs), (second, crashed), (third, peers) = said(evidence())
    assert (first, second, third) == ("pyaes_clean", "pyaes_opt2", "peer_pycryptodome")
    assert rungs.text == (
        "Not recorded for pyaes_clean, pyaes_opt: exact, memory, ideas (left out by --fast). "
        "Leave --fast out, or ask for it: --collectors exact,memory,ideas."
    )
    assert rungs.style == "warning" and crashed.text.startswith("Not recorded for pyaes_opt2: exact (it crashed). ")
    assert peers.text.startswith("Not recorded for peer_pycryptodome, peer_cryptography: profile (a peer is timed")
    assert peers.style == ""


def test_other_gaps_and_a_variant_that_failed_are_not_joined() -> None:
    found = evidence()
    base, opt, *others = found.runs
    failed = replace(
        opt, manifest=replace(opt.manifest, outcomes=(replace(opt.manifest.outcomes[0], status="failed"),))
    )
    runs = (lacking(base, "exact"), failed, *others)
    (_, rungs), *_ = said(replace(found, runs=runs, baseline=runs[0]))
    assert rungs.text.startswith("Not recorded for pyaes_clean: exact (")


@pytest.mark.parametrize("title", ["Specialised bytecode of f (a.py:1)", "Bytecode of f (a.py:1)", "Call tree"])
def test_bytecode_says_what_hits_are_and_of_which_python_it_is(title: str) -> None:
    found = synthetic.evidence(synthetic.LADDER[:1])
    listing = Listing("exact", "release", title, "traced", "Cap.", text=" line       hits  offset   instruction")
    (shown,) = listings.blocks(found, replace(found.baseline, listings=(listing,)))
    assert isinstance(shown, Code) and shown.caption.startswith("Cap.") and shown.caption.endswith(" Source: traced.")
    is_bytecode = "ytecode" in title
    assert ("Hits: how often the line was executed in one iteration" in shown.caption) == is_bytecode
    assert ("those of CPython 3.11.2 (release); other versions of Python have others" in shown.caption) == is_bytecode
