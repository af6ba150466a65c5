"""The text report: the verdicts first, columns that line up, and no line wider than the page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporting.document import Cell, Code, Document, Prose, Section, Source, Span, Table, Text
from reporting.renderers import text
from reporting.text import tables
from reporting.words import sections
from tests import synthetic


@pytest.fixture(scope="module", autouse=True)
def quickly() -> Iterator[None]:
    yield from synthetic.quick()


@pytest.fixture(scope="module")
def document() -> Document:
    return sections.build(synthetic.evidence())


def number(shown: str) -> Cell:
    return Cell(shown, 1.0)


def word(shown: str) -> Cell:
    return Cell(shown, shown)


def table(columns: str, *rows: str, **more: object) -> Table:
    """Make a table of texts with | between cells; what begins with a digit is a number."""
    cells = [tuple(number(c) if c[:1].isdigit() or c == "–" else word(c) for c in row.split("|")) for row in rows]
    return Table("T", tuple(columns.split("|")), tuple(cells), **more)  # type: ignore[arg-type]


def test_points_units_and_intervals_stand_below_each_other() -> None:
    shown = tables.lines(
        table("v|time", "a|46.8 ms [46.5–47.3]", "b|2.43 µs [2.42–2.44]", "c|412 µs [409–416]", "d|–"), 100
    )
    assert shown.split("\n")[2:] == [
        "a   46.8  ms [46.5–47.3]",
        "b    2.43 µs [2.42–2.44]",
        "c  412    µs [409–416]",
        "d    –",
    ]


@given(st.lists(st.floats(1e-4, 1e9), min_size=1, max_size=8))
def test_points_line_up_whatever_the_numbers(numbers: list[float]) -> None:
    from reporting import units

    cells = [f"{units.significant(n)}× [1–2]" for n in numbers]
    body = tables.lines(table("v|x", *(f"a|{c}" for c in cells)), 100).split("\n")[2:]
    assert len({line.index("[") for line in body}) == 1
    assert len({line.index(".") for line in body if "." in line}) <= 1
    assert [line.replace(" ", "") for line in body] == [f"a{c.replace(' ', '')}" for c in cells]


def test_a_wide_table_is_turned_where_that_is_one_part_instead_of_three() -> None:
    points = "|".join(f"{n} KiB, into a buffer" for n in range(9))
    wide = table(f"variant|{points}", *("|".join([name, *["22.6 GB/s [22.5–22.8]"] * 9]) for name in ("a", "b", "c")))
    shown = tables.lines(wide, 100).split("\n")
    assert shown[0].split() == ["variant", "a", "b", "c"] and len(shown) == 2 + 9
    assert shown[-1].startswith("8 KiB, into a buffer  22.6 GB/s")


def test_every_part_repeats_all_that_tells_its_rows_apart() -> None:
    columns = "variant|build|" + "|".join(f"column {n}" for n in range(4))
    wide = table(
        columns, *("|".join([v, b, *["100.0 % [99.8–100.0] of it"] * 4]) for v in "xy" for b in ("rel", "dbg"))
    )
    parts = tables.lines(wide, 100).split("\n\n")
    assert len(parts) == 2
    for part in parts:
        assert [line.split()[:2] for line in part.split("\n")[2:]] == [
            ["x", "rel"],
            ["x", "dbg"],
            ["y", "rel"],
            ["y", "dbg"],
        ]


def test_columns_without_a_number_are_left_out_where_that_saves_a_part() -> None:
    wide = table("counter|" + "|".join("abcd"), *(f"misses {n}|{'1,234,567,890 per second|' * 3}–" for n in range(2)))
    assert "d" not in tables.lines(wide, 88).split("\n")[0] and "\n\n" not in tables.lines(wide, 88)
    assert " d" in tables.lines(wide, 200).split("\n")[0]


def test_notes_with_one_reason_are_one_note() -> None:
    cells = [Cell("–", None, f"{name}, peak heap: a peer is timed") for name in ("a", "b")]
    found = Table("T", ("x",), tuple((cell,) for cell in (*cells, Cell("1", 1.0, "no colon"))))
    assert tables.notes(found, 100) == ["  – a, peak heap; b, peak heap: a peer is timed", "  – no colon"]


LONG = "what takes a sentence or two to be said, and so has lines of its own that stand below each other on the page"
SHA = "f758ee63702cbfcee3b2ebdcbc33c2d1a49a01f4d9ed292c84dee0bd02cb67bc"


@pytest.mark.parametrize(
    ("made", "lines"),
    [
        (table("command|times|took", f"{LONG}|10|7.13 s", numeric=False), ["times    took  command", "   10  7.13 s  what"]),
        (table("v|file|sha", f"{'a' * 40}|x.py|{SHA}", f"{'a' * 40}|y.py|{SHA}", numeric=False), [f"  {'a' * 40}", f"    x.py  {SHA}", f"    y.py  {SHA}"]),
        (table("a|b|c", "1|2|3", numeric=False), ["a  b  c", "1  2  3"]),
        (table("fact|release|debug", f"flags|{LONG}|{LONG}", numeric=False), ["  flags", "      release: what"]),
    ],
)  # fmt: skip
def test_words_take_the_form_that_they_fit_into(made: Table, lines: list[str]) -> None:
    shown = tables.lines(made, 100).split("\n")
    assert all(any(line.startswith(wanted) for line in shown) for wanted in lines)
    assert max(map(len, shown)) <= 100
    assert sum(line.count("sentence") for line in shown) == str(made.rows).count("text='what takes")


def test_cards_keep_the_order_of_the_columns() -> None:
    cards = table("of|value|how|where|n", f"share|42.7|{LONG}|a|10", f"calls|{LONG}|counted|b|7", numeric=False)
    shown = tables.lines(cards, 60).split("\n")
    fields = [re.findall(r"(of|value|how|where|n): ", line) for line in shown]
    assert list(filter(None, fields)) == [["value"], ["how"], ["where", "n"], ["value"], ["how", "where", "n"]]


def test_the_last_column_of_sentences_hangs_beside_longer_names() -> None:
    facts = table("quantity|value|how", f"cap|{'a value of twenty-six words'}|{LONG}", numeric=False)
    first, _, second, third = tables.lines(facts, 100).split("\n")[:4]
    assert first.split() == ["quantity", "value", "how"]
    assert second.startswith("cap       a value of twenty-six words  what takes") and third.startswith(" " * 39)


@pytest.mark.parametrize("width", [60, 80, 100])
def test_no_line_is_wider_than_the_page(document: Document, width: int) -> None:
    wide = [line for line in text.written(document, width).split("\n") if len(line) > width]
    assert not [line for line in wide if " " in line.strip()]


def test_the_verdicts_come_first_and_once(document: Document) -> None:
    shown = text.render(replace(document, warnings=("It was busy.",))).decode()
    verdict = shown.index("> pyaes_vaes is ")
    rows, limits, overview = (
        shown.index(word) for word in ("Verdicts (release)", "What limits this report", "\nOverview\n")
    )
    assert verdict < rows < limits < overview and shown.partition("\nConclusion\n")[0].count("> pyaes_vaes is ") == 1
    row = next(line for line in shown.split("\n") if line.startswith("pyaes_vaes "))
    assert re.fullmatch(r"pyaes_vaes +[\d.]+ +µs +[\d.]+\s% +[\d,]+× +\[[\d,]+–[\d,]+\] +faster +< 0.0001 +10", row)


def test_a_heading_longer_than_the_page_is_wrapped() -> None:
    shown = text.written(
        Document("t", "s", "20260101_000000", "aes", (Section("x", (Text(f"{LONG}. {LONG}", "heading"),)),))
    )
    rule = next(line for line in shown.split("\n") if set(line) == {"."})
    assert len(rule) <= 100


def narrated() -> Document:
    spans = (
        Span("It took "),
        Span("46.8 ms", "number"),
        Span(", as "),
        Span("Figure 3", "see", "x"),
        Span(" shows "),
        Span("[1]", "cite", "k"),
    )
    blocks = (
        Prose(spans), Prose((Span("Below"),), "heading"), Prose((Span("one"),), "item"), Prose((Span("deeper " * 30),), "item", 1),
        Prose((Span("first"),), "numbered"), Prose((Span("second"),), "numbered"), Prose((Span("said " * 40),), "quote"),
        Code("Listing", "What it does.", "def f():\n\n    return 1"),
    )  # fmt: skip
    return Document(
        "Title", "study", "20260101_000000", "aes",
        (Section("", (Prose((Span("The abstract."),)),)), Section("Overview", blocks), Section("Environment", (Text("here"),))),
        sources=(Source("k", "Authors: " + "Work. " * 30, "https://x.example/a"),), appendix=1, warnings=("few",),
    )  # fmt: skip


def test_a_narrative_reads_as_one() -> None:
    shown = text.render(narrated()).decode()
    assert "It took 46.8 ms, as Figure 3 shows [1]" in shown
    assert "Below\n.....\n\n• one\n  • deeper" in shown and "1. first\n2. second" in shown
    assert all(line.startswith("  | ") for line in shown.split("\n") if "said" in line)
    assert "def f():\n\n        return 1" in shown
    places = [
        shown.index(part)
        for part in ("The abstract.", "! few", "\n1 Overview\n", "\nReferences\n", "\n[1] Authors", "\nEnvironment\n")
    ]
    assert places == sorted(places) and "\n    Work." in shown and "https://x.example/a" in shown


def test_nothing_reaches_a_terminal_but_text() -> None:
    evil = "\x1b]0;owned\x07\x9b2J\u202e\r"
    blocks = (Text(evil), Code(evil, evil, evil), table("a|b|c", f"{evil}|1|2"), Prose((Span(evil),)))
    shown = text.render(Document(evil, evil, "20260101_000000", "aes", (Section(evil, blocks),), (evil,))).decode()
    assert all(line.isprintable() for line in shown.split("\n"))
