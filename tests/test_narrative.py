"""Narratives: every figure is the study's, every claim is its verdict's, and what does not fit is named with its line."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench.files import sha256
from reporting import numbering
from reporting.charts import BarChart
from reporting.document import Cell, Code, Document, Prose, Section, Span, Table, Text
from reporting.evidence import Evidence
from reporting.narrative import appendix, places
from reporting.narrative.answers import CLAIMS, COLUMNS, FACTS
from reporting.narrative.known import KINDS, SCOPES, Known
from reporting.narrative.nodes import CHAPTERS, Misfit
from reporting.narrative.tell import tell
from reporting.words import sections
from reporting.words.sections import View
from tests import synthetic
from tests.conftest import ROOT
from tests.narratives import NARRATIVE

NAME = Path("benchmark_reports/aes.md")
quick = pytest.fixture(scope="module", autouse=True)(synthetic.quick)


@pytest.fixture(scope="module")
def found(quick: None) -> Evidence:
    return synthetic.evidence()


@pytest.fixture(scope="module")
def document(found: Evidence) -> Document:
    return sections.build(found)


@pytest.fixture(scope="module")
def told(document: Document) -> Document:
    return tell(NARRATIVE, document, NAME)


def prose(document: Document) -> list[Prose]:
    return [block for section in document.sections for block in section.blocks if isinstance(block, Prose)]


def words(document: Document) -> str:
    return "\n".join(block.plain for block in prose(document))


def keyed(document: Document, key: str) -> Any:
    blocks = [block for section in document.sections for block in section.blocks if getattr(block, "key", "") == key]
    assert len(blocks) == 1, key
    return blocks[0]


def shown(document: Document, key: str, row: str, column: str) -> str:
    table = keyed(document, key)
    cells = next(cells for cells in table.rows if cells[0].text == row)
    return str(cells[table.columns.index(column)].text)


def faults(document: Document, source: str) -> list[str]:
    """Return what is wrong with a narrative, line by line."""
    with pytest.raises(Misfit) as raised:
        tell(source, document, NAME)
    assert raised.value.exit_code == 1
    return str(raised.value).split("\n")[1:]


def spoilt(old: str, new: str) -> str:
    assert NARRATIVE.count(old) >= 1, old
    return NARRATIVE.replace(old, new, 1)


def line_of(source: str, part: str) -> int:
    return source.count("\n", 0, source.index(part)) + 1


def test_chapters_stand_between_an_abstract_and_an_appendix(told: Document, document: Document) -> None:
    titles = [section.title for section in told.sections]
    assert titles[:7] == ["Abstract", *CHAPTERS]
    assert titles[7:] == ["What stands behind the verdicts", "Environment", "Commands"] and told.appendix == 3
    assert told.title == f"Encrypting in Python: a study of {len(synthetic.LADDER) - 1} variants"
    assert (told.subtitle, told.warnings) == (document.subtitle, document.warnings)


def test_every_figure_is_written_as_its_table_shows_it(told: Document, document: Document) -> None:
    said, speedup = words(told), shown(document, "performance:dbg", "pyaes_vaes", "speedup")
    assert shown(document, "performance:release", "pyaes_vaes", "speedup") in said and "[" in speedup
    assert shown(document, "performance:release", "pyaes_clean", "time per iteration") in said
    assert f"On the debug build it is {speedup.partition(' [')[0]}, in 10 processes." in said
    assert shown(document, "ideas:pyaes_vaes:release", "IN_FLIGHT", "without it") in said
    assert "on Example CPU" in said
    numbers = {span.text for block in prose(told) for span in block.spans if span.style == "number"}
    assert {"faster", "Example CPU"} < numbers


def test_evidence_is_placed_once_cut_as_asked_and_left_out_of_the_appendix(told: Document, document: Document) -> None:
    assert isinstance(keyed(told, "ladder"), BarChart)
    table = keyed(told, "performance:release")
    assert table.columns == ("variant", "speedup") and len(table.rows) == 3
    assert f"Of {len(keyed(document, 'performance:release').rows)} rows, the first 3." in table.caption
    assert keyed(told, "series:release").columns == ("variant", "64 B", "1 MiB into a buffer")
    assert keyed(told, "machine") == keyed(document, "machine")


def test_a_placed_detail_is_no_detail_any_more(document: Document) -> None:
    deep = replace(keyed(document, "ideas:pyaes_vaes:release"), detail=True)
    changed = replace(
        document, sections=(*document.sections, Section("More", (replace(deep, key="calls:pyaes_vaes:dbg"),)))
    )
    placed = tell(spoilt("{table:ideas:pyaes_vaes:release}", "{table:calls:pyaes_vaes:dbg}"), changed, NAME)
    assert not keyed(placed, "calls:pyaes_vaes:dbg").detail


def test_numbers_of_figures_and_tables_follow_the_order_of_placement(told: Document) -> None:
    spans = {span.target: span.text for block in prose(told) for span in block.spans if span.style == "see"}
    assert spans == {
        "ladder": "Figure 1", "Conclusion": "chapter 6", "Optimizations": "Chapter 3", "performance:release": "Table 1",
        "behind:release": "Table 4", "machine": "Table 6",
    }  # fmt: skip


def test_citations_are_numbered_in_the_order_in_which_they_appear(told: Document) -> None:
    assert [(source.key, source.url) for source in told.sources] == [
        ("kj2013", "https://doi.org/10.1145/2464157.2464160"),
        ("course", ""),
    ]
    assert told.sources[0].text == "Kalibera, T., Jones, R.: Rigorous Benchmarking in Reasonable Time. ISMM, 2013."
    cited = [span for block in prose(told) for span in block.spans if span.style == "cite"]
    assert cited == [Span("[1]", "cite", "kj2013"), Span("[2]", "cite", "course")]


def test_items_quotations_and_listings_keep_their_kind(told: Document) -> None:
    kinds = [(block.kind, block.depth) for block in prose(told)]
    for kind in [("item", 0), ("item", 1), ("numbered", 0), ("quote", 0), ("heading", 0), ("paragraph", 0)]:
        assert kind in kinds
    item = next(block for block in prose(told) if block.kind == "item")
    assert item.spans == (Span("one item of "), Span("ten", "emphasis"), Span(" rounds, going on"))
    nested = next(block for block in prose(told) if block.depth == 1)
    assert nested.spans[-1] == Span("code {speedup:nobody} 5 ms", "code")
    listing = next(block for section in told.sections for block in section.blocks if isinstance(block, Code))
    assert (listing.title, listing.text) == ("The loop of everything", "for x in {1, 2}:\n    pass  # 5 ms")


def test_slides_are_in_the_talk_only(told: Document) -> None:
    first, second = told.slides
    assert first.title.startswith("It is ") and first.title.endswith("×") and first.minutes == 2.5
    assert isinstance(first.blocks[0], Prose) and first.blocks[0].kind == "item"
    assert [block.key for block in second.blocks if isinstance(block, BarChart)] == ["ladder"] and second.minutes == 1


def test_what_this_study_does_not_have_is_said_and_is_no_mistake(told: Document) -> None:
    assert "pyaes_numpy was not measured: not measured." in words(told)
    assert "Not in this study: the flame graph of pyaes_numpy (debug)." in words(told)


def test_a_number_that_is_a_dash_in_the_table_is_none_in_the_words(found: Evidence) -> None:
    unsteady = synthetic.changed(found, "pyaes_opt", drop=("time",))
    said = words(tell(spoilt("It is over,", "It is {speedup:pyaes_opt},"), sections.build(unsteady), NAME))
    assert "It is no valid figure, as" in said


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("{speedup:pyaes_vaes}", "{speedup:pyaes_vase}", "no variant is named 'pyaes_vase'; did you mean pyaes_vaes"),
        ("{speedup:pyaes_vaes}", "{speedup:pyaes_vaes:debg}", "no build is named 'debg'"),
        ("{speedup:pyaes_vaes}", "{speed:pyaes_vaes}", "no such kind of reference; did you mean speedup"),
        ("{speedup:pyaes_vaes}", "{speedup}", "write \\{ for a brace"),
        ("{speedup:pyaes_vaes}", "{speedup", "write \\{ for a brace"),
        ("{faster:pyaes_vaes:release}", "{slower:pyaes_vaes:release}", "is faster, not slower"),
        ("{faster:pyaes_vaes:release}", "{faster:pyaes_clean}", "is baseline, not faster"),
        ("|without it}", "|with it}", "no column that begins with 'with it' alone"),
        ("|IN_FLIGHT|", "|IN_FLIGTH|", "did you mean IN_FLIGHT"),
        (
            "{cell:ideas:pyaes_vaes|",
            "{cell:idea:pyaes_vaes|",
            "nothing has the key 'idea:pyaes_vaes'; did you mean ideas:",
        ),
        ("{cell:ideas:pyaes_vaes|IN_FLIGHT|without it}", "{cell:ladder|a|b}", "ladder is no table"),
        ("{study:cpu}", "{study:cpus2}", "nothing is known of 'cpus2'; did you mean cpus"),
        ("{see:ladder}", "{see:curves}", "curves:release is nowhere placed"),
        ("{see:Conclusion}", "{see:Conclusions}", "did you mean"),
        ("{cite:kj2013}", "{cite:kj2031}", "did you mean kj2013"),
        ("{figure:ladder}", "{table:ladder}", "ladder is a figure: write {figure:ladder}"),
        ("{figure:ladder}", "{figure:ladder | rows 3}", "'rows' is no option of a figure"),
        ("{table:ideas:pyaes_vaes:release}", "{table:ideas:pyaes_vaes:release | rows x}", "rows 'x' is no number"),
        ("{table:ideas:pyaes_vaes:release}", "{table:performance}", "performance:release is placed already, in line"),
        ("{table:ideas:pyaes_vaes:release}", "Here is {table:ideas:pyaes_vaes:release}", "a line of its own"),
        ("{table:ideas:pyaes_vaes:release}", "{table:ideas}", "a key of this kind is written ideas:VARIANT:BUILD"),
        ("{table:ideas:pyaes_vaes:release}", "{source:pyaes_opt}", "it is written {source:VARIANT#function}"),
        (" {cite:course}", "", "needs a {cite:KEY} in its sentence"),
        (" {cite:course}", "", "the source course is never cited"),
        ("It is over,", "It is faster,", "“faster” is a claim"),
        ("It is over,", "It took 5 ms,", "“5 ms” is a measurement"),
        ("### Threats", "### 2x", "“2x” is a measurement"),
        ("# It is {speedup:pyaes_vaes:release:value}", "# It is slower", "“slower” is a claim"),
        ("- {faster:pyaes_vaes} it is", "- 5 %", "“5 %” is a measurement"),
        ("## Optimizations", "## Optimisations", "no chapter is named 'Optimisations'; did you mean Optimizations"),
        ("## Optimizations", "### Optimizations", "the chapter 'Optimizations' is missing"),
        ("## Optimizations", "## Overview", "the chapter 'Overview' is there twice"),
        ("### Threats", "#### Threats", "sub-headings of one kind"),
        ("# Encrypting", "Encrypting", "there is no title"),
        ("> A quotation.", "# A second title", "the only one"),
        ("> A quotation.", "<b>bold</b>", "raw HTML"),
        ("> A quotation.", "text with <b>bold</b>", "raw HTML"),
        ("> A quotation.", "![x](y.png)", "an image"),
        ("> A quotation.", "[x](https://example.org)", "a link"),
        ("> A quotation.", "| a | b |\n|---|---|\n| 1 | 2 |", "a Markdown table"),
        ("- course: A teacher", "- course A teacher", "a source has another form"),
        ("- course: A teacher", "- kj2013: A teacher", "the source kj2013 is there twice"),
        ("minutes: 2.5", "minutes: two", "'two' is no number of minutes"),
        ("- {faster:pyaes_vaes} it is", "- a\n- b\n- c\n- d\n- e\n- f", "a slide has at most 5 items"),
    ],
)
def test_what_does_not_fit_is_named(document: Document, old: str, new: str, what: str) -> None:
    said = faults(document, spoilt(old, new))
    assert any(what in line for line in said), said
    assert all(line.startswith("benchmark_reports/aes.md:") for line in said)


@pytest.mark.parametrize(
    "part", ["{study:cpu}", "{speedup:pyaes_vaes:dbg:value}", "{see:behind:release}", "{table:series "]
)
def test_the_line_is_that_of_the_reference(document: Document, part: str) -> None:
    assert faults(document, spoilt(part, "{nonsense:1}"))[0].startswith(f"{NAME}:{line_of(NARRATIVE, part)}: ")


def test_the_line_of_a_slide_is_right_too(document: Document) -> None:
    part = "- {faster:pyaes_vaes} it is"
    assert faults(document, spoilt(part, "- {slower:pyaes_vaes}"))[0].startswith(f"{NAME}:{line_of(NARRATIVE, part)}: ")
    part = "# It is {speedup"
    assert faults(document, spoilt(part, "# It is {speedupp"))[0].startswith(f"{NAME}:{line_of(NARRATIVE, part)}: ")


def test_all_that_is_wrong_is_named_at_once_in_the_order_of_the_lines(document: Document) -> None:
    source = spoilt("{study:cpu}", "{study:nothing}").replace("## Optimizations", "## Other")
    source = source.replace("- {faster:pyaes_vaes} it is", "- 5 ms")
    said = faults(document, source)
    assert len(said) == 4  # the fact, the chapter that is none, the one that is missing, the slide
    numbers = [int(line.split(":")[1]) for line in said]
    assert numbers == sorted(numbers)


def test_the_same_study_turned_is_told_in_the_same_words(found: Evidence, told: Document) -> None:
    turned = tell(NARRATIVE, sections.build(found, View(transpose=True)), NAME)
    assert words(turned) == words(told)
    table, plain = keyed(turned, "performance:release"), keyed(told, "performance:release")
    assert table.transposed().rows == plain.rows and table.columns[1:] == tuple(row[0].text for row in plain.rows)


def test_another_baseline_is_held_to_its_own_verdicts(found: Evidence) -> None:
    base = next(run for run in found.runs if run.name == "pyaes_vaes")
    others = tuple(run for run in found.runs if run is not base)
    other = sections.build(replace(found, runs=(base, *others), baseline=base))
    said = faults(other, NARRATIVE)
    assert f"{NAME}:1: the words are about speedups over pyaes_clean, but this report compares with pyaes_vaes" in said
    assert any("the verdict on pyaes_vaes (release) is baseline, not faster" in line for line in said)


def test_an_adopted_study_has_one_fault_and_not_a_hundred(document: Document) -> None:
    adopted = replace(document, sections=tuple(s for s in document.sections if s.title != "Environment"))
    assert faults(adopted, NARRATIVE) == [
        f"{NAME}:1: this study was adopted from elsewhere: it has no verdicts that words could be about"
    ]


def test_few_processes_support_no_claim(found: Evidence) -> None:
    few = synthetic.timed("time", "release", 3e-6, "pyaes_vaes", processes=4)
    said = faults(sections.build(synthetic.changed(found, "pyaes_vaes", few)), NARRATIVE)
    assert any("is inconclusive, not faster (pyaes_vaes: 4 processes" in line for line in said)


def test_what_a_study_holds_is_never_read_as_markup(document: Document) -> None:
    nasty = "**x** <script>alert(1)</script> {speedup:pyaes_vaes} `5 ms` [a](b) \\{"
    table = Table("Odd", ("a", "b"), ((Cell("row", "row"), Cell(nasty, nasty)),), key="also:release")
    changed = replace(document, sections=(*document.sections, Section("More", (table,))))
    said = tell(spoilt("It is over,", "It is {cell:also|row|b},"), changed, NAME)
    assert Span(nasty, "number") in [span for block in prose(said) for span in block.spans]


def test_names_in_references_are_never_read_as_markup(document: Document) -> None:
    name = "AES.encrypt.<locals>.<listcomp> *x* __init__ `y`"
    table = Table("Odd", ("a", "b"), ((Cell(name, name), Cell("7", 7)),), key="also:release")
    changed = replace(document, sections=(*document.sections, Section("More", (table,))))
    said = tell(spoilt("It is over,", f"It is {{cell:also|{name}|b}},"), changed, NAME)
    assert "It is 7, as" in words(said)


def test_the_beginning_of_a_name_is_never_taken_for_another_variant(found: Evidence) -> None:
    runs = tuple(run for run in found.runs if run.name != "pyaes_opt")  # pyaes_opt2 is left
    fewer = sections.build(replace(found, runs=runs))
    source = spoilt("It is over,", "It has {cell:bought|pyaes_opt|lines of code} and {speedup:pyaes_opt},")
    assert "It has not measured and not measured, as" in words(tell(source, fewer, NAME))


def test_a_row_per_build_is_chosen_by_the_build(document: Document) -> None:
    rows = tuple(
        (Cell("pyaes_opt", ""), Cell(build, ""), Cell(f"{n}×", n)) for build, n in [("debug", 8), ("release", 7)]
    )
    table = Table("Caps", ("variant", "build", "cap"), rows, key="caps")
    changed = replace(document, sections=(*document.sections, Section("More", (table,))))
    source = spoilt(
        "It is over,", "{cell:caps|pyaes_opt|cap}, {cell:caps|pyaes_opt, debug|cap}, {cell:caps|pyaes_vaes|cap},"
    )
    assert "7×, 8×, not measured, as" in words(tell(source, changed, NAME))


def with_file(document: Document, sha: str) -> Document:
    """Let the study have recorded this hash of pyaes_opt2's file."""
    files = keyed(document, "files")
    row = tuple(Cell(text, text) for text in ("pyaes_opt2", "bench/aes/pyaes_opt2.py", sha))
    changed = replace(files, rows=tuple(row if old[0].text == "pyaes_opt2" else old for old in files.rows))
    parts = (replace(s, blocks=tuple(changed if b is files else b for b in s.blocks)) for s in document.sections)
    return replace(document, sections=tuple(parts))


PLACES = "{source:pyaes_opt2#AESModeOfOperationCTR.decrypt}\n\n{source:pyaes_opt2#_encrypt_block | lines 3}"
SOURCE = spoilt("{table:ideas:pyaes_vaes:release}", PLACES)


def test_source_is_shown_as_it_was_measured(document: Document) -> None:
    files = with_file(document, sha256(ROOT / "bench/aes/pyaes_opt2.py"))
    said = tell(SOURCE, files, NAME)
    method, function = (
        keyed(said, f"source:pyaes_opt2#{n}") for n in ("AESModeOfOperationCTR.decrypt", "_encrypt_block")
    )
    assert method.text.startswith("def decrypt(self") and method.text.endswith("return self.encrypt(ciphertext)")
    assert function.text.startswith("@njit(cache=True)\ndef _encrypt_block") and function.text.count("\n") == 2
    assert "the first 3" in function.caption
    with pytest.raises(Misfit, match=r"defines no AESModeOfOperationCTR\.decrypted; did you mean decrypt"):
        tell(SOURCE.replace("CTR.decrypt", "CTR.decrypted"), files, NAME)


def test_source_that_changed_since_is_not_shown(
    document: Document, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert "was changed after it was measured" in words(tell(SOURCE, with_file(document, "0" * 64), NAME))
    monkeypatch.setattr(places, "ROOT", tmp_path)
    assert "Not in this study: the source of _encrypt_block in pyaes_opt2." in words(tell(SOURCE, document, NAME))


def test_the_same_narrative_gives_the_same_document(document: Document, told: Document) -> None:
    assert tell(NARRATIVE, document, NAME) == told


def test_windows_line_ends_are_read_alike(document: Document, told: Document) -> None:
    assert tell(NARRATIVE.replace("\n", "\r\n"), document, NAME) == told


def test_every_fact_that_may_be_asked_for_is_in_the_tables(document: Document) -> None:
    for fact, (key, row) in FACTS.items():
        names = [cells[0].text for cells in keyed(document, key).rows]
        assert row in names or fact == "python", fact
    said = words(tell(spoilt("It is over,", "{study:python}, {study:python:dbg}, {study:turbo},"), document, NAME))
    assert "CPython 3.11.2 (release), CPython 3.11.2 (debug), not recorded, as" in said


def test_every_key_of_a_document_is_of_a_kind_that_is_known(document: Document) -> None:
    blocks = Known(document).blocks
    assert len(blocks) > 15
    for key, block in blocks.items():
        kind = KINDS[key.partition(":")[0]]
        assert kind.place == numbering.kind(block).lower() and key.count(":") == SCOPES[kind.scope], key


def test_a_reference_that_is_odd_in_any_way_is_named_and_never_crashes(document: Document) -> None:
    kinds = [
        *CLAIMS,
        *COLUMNS,
        "cell",
        "study",
        "see",
        "cite",
        "cited",
        "projected",
        "figure",
        "table",
        "listing",
        "source",
        "x",
        "",
    ]
    rests = ["", ":", "|", "||", "a|b|c", "::::", "performance|", "performance||", "performance|x|", "ladder:a", "#", "pyaes_opt#", "source:x",
             "hot", "hot:pyaes_opt", "files|pyaes_opt|sha", "bought | rows", "bought | columns", "bought | columns ,", "study:x", "python:x", "é\t*"]  # fmt: skip
    for kind in kinds:
        for rest in rests:
            with suppress(Misfit):
                tell(spoilt("> A quotation.", f"{{{kind}:{rest}}}"), document, NAME)


def test_what_is_placed_is_not_in_the_appendix_as_well(document: Document) -> None:
    placed = tell(
        spoilt("> A quotation.", "{table:machine}\n{table:behind:dbg}\n{table:behind:release}"), document, NAME
    )
    assert "Table 2 and Table 4 show" in words(placed)
    assert keyed(placed, "machine") in placed.sections[1].blocks
    assert [section.title for section in placed.sections[-placed.appendix :]] == ["Environment", "Commands"]


def test_a_listing_of_the_author_has_no_number(document: Document) -> None:
    source = SOURCE.replace("It is over,", "{see:source:pyaes_opt2#_encrypt_block},")
    assert "Listing 2, as" in words(tell(source, with_file(document, sha256(ROOT / "bench/aes/pyaes_opt2.py")), NAME))


def test_a_time_that_no_verdict_may_rest_on_is_marked(document: Document) -> None:
    """A sentence such as "from {time:A} to {time:B}" divides for its reader what the table would not divide."""
    table = keyed(document, "performance:release")
    verdict = table.columns.index("verdict")
    rows = tuple(
        (*row[:verdict], replace(row[verdict], text="invalid"), *row[verdict + 1 :])
        if row[0].text == "pyaes_vaes"
        else row
        for row in table.rows
    )
    sections = tuple(
        replace(s, blocks=tuple(replace(b, rows=rows) if b is table else b for b in s.blocks))
        for s in document.sections
    )
    source = spoilt("> A quotation.", "It went from {time:pyaes_clean} to {time:pyaes_vaes}.")
    source = re.sub(r"\{faster:pyaes_vaes(:release)?\}", "ahead", source)
    for found, mark in ((document, ""), (replace(document, sections=sections), " (invalid)")):
        time = shown(found, "performance:release", "pyaes_vaes", "time per iteration")
        clean = shown(found, "performance:release", "pyaes_clean", "time per iteration")
        assert f"It went from {clean} to {time}{mark}." in words(tell(source, found, NAME))


def test_the_appendix_is_short_and_says_where_the_rest_is(document: Document) -> None:
    long = tuple((Cell(f"bench/{i}.py"), Cell("0" * 64)) for i in range(40))
    facts = (Cell("version"), Cell("3.11")), (Cell("cflags"), Cell("-O2 " * 40))
    added = (
        Table("Lists", ("file", "sha256"), long, numeric=False, key="files"),
        Table("Interpreters", ("fact", "value"), facts, numeric=False, key="interpreters"),
        Table("Raw", ("file", "bytes"), long[:3], detail=True, key="raw"),
    )
    others = (section for section in document.sections if section.title != "Environment")
    changed = replace(document, sections=(*others, Section("Environment", added)))
    blocks = [block for section in appendix.sections(changed, set()) for block in section.blocks]
    tables = {block.key: block for block in blocks if isinstance(block, Table)}
    assert {"behind:release", "interpreters"} <= set(tables)
    assert not {"files", "raw", "behind:dbg"} & set(tables)
    assert [row[0].text for row in tables["interpreters"].rows] == ["version"]
    last = blocks[-1]
    assert isinstance(last, Text)
    for said in ("what stands behind the verdicts (debug)", "lists", "interpreters (cflags)", "raw", "manifest.json"):
        assert said in last.text
