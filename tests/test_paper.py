"""The report on paper, as a person told it: numbers, links, contents, heads, references; and what a generated one leaves out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from bench.errors import UsageError
from reporting.document import Block, Cell, Code, Document, Section, Span, Table, Text
from reporting.paper import code, press, prose, styles
from reporting.paper import tables as paper_tables
from reporting.paper.choice import chosen, narrated
from reporting.paper.story import compose
from reporting.renderers import pdf
from reporting.words import sections
from reporting.words.sections import View
from tests import synthetic
from tests.test_renderers_html_pdf import FLAME, HOSTILE
from tests.told import CHAPTERS, CODE, SOURCES, WORDS, paragraph, tell

PLACES = {
    "Overview": ("ladder",),
    "pyaes_opt": ("ideas:pyaes_opt:release",),
    "pyaes_vaes": ("ideas:pyaes_vaes:release",),
    "Performance Comparison": (
        "performance:release",
        "bought",
        "startup",
        "series:release",
        "curves:release",
        "spread:release",
    ),
    "Hardware Acceleration": ("caps",),
}


@pytest.fixture(scope="module")
def generated() -> Iterator[Document]:
    for _ in synthetic.quick():
        yield sections.build(synthetic.evidence())


@pytest.fixture(scope="module")
def told(generated: Document) -> Document:
    return tell(generated, PLACES, ("pyaes_opt", "pyaes_vaes"))


@pytest.fixture(scope="module")
def printed(told: Document) -> bytes:
    return pdf.render(told)


@pytest.fixture(scope="module")
def reader(printed: bytes) -> PdfReader:
    return PdfReader(BytesIO(printed))


@pytest.fixture(scope="module")
def texts(reader: PdfReader) -> list[str]:
    return [page.extract_text() for page in reader.pages]


def test_every_page_says_which_of_how_many_it_is_and_in_which_chapter(texts: list[str]) -> None:
    for number, text in enumerate(texts, 1):
        assert f"{number} of {len(texts)}" in text
    heads = ["".join(re.findall(r"^(?:\d|[A-Z]) [A-Z][a-z].*$", text, re.MULTILINE)) for text in texts[1:]]
    assert any("4 Performance Comparison" in head for head in heads)


def test_contents_name_the_pages_where_chapters_are(reader: PdfReader, texts: list[str]) -> None:
    where = {entry.title: (reader.get_destination_page_number(entry) or 0) + 1 for entry in _flat(reader.outline)}
    contents = next(text for text in texts if "Contents" in text)
    for number, title in enumerate(CHAPTERS, 1):
        name = f"{number} {title}"
        found = re.search(rf"{number}\s+{title}\s*\n?(\d+)", contents)
        assert found and int(found[1]) == where[name], name
        assert re.search(rf"{number}\s*\n?\s*{title}", texts[where[name] - 1])
    assert "A Environment" in where and "References" in where and "pyaes_vaes" in where


def _flat(outline: list[Any]) -> Iterator[Any]:
    for entry in outline:
        yield from _flat(entry) if isinstance(entry, list) else [entry]


def _links(reader: PdfReader) -> Iterator[tuple[int, Any]]:
    for number, page in enumerate(reader.pages, 1):
        for link in page.get("/Annots", []):
            yield number, link.get_object()


def test_every_link_leads_to_what_it_names(reader: PdfReader, told: Document) -> None:
    pages = {page.indirect_reference.idnum: i for i, page in enumerate(reader.pages, 1)}  # type: ignore[union-attr]
    marks = {
        (number, round(placed.top + press.ABOVE)): placed.item.mark.key
        for number, page in enumerate(compose(told, styles.SHEETS["a4"]), 1)
        for placed in page.placed
        if placed.item.mark
    }
    ends = [link["/Dest"] for _, link in _links(reader) if "/Dest" in link]
    found = {marks.get((pages[end[0].idnum], round(float(end[3]))), "a source") for end in ends}
    assert {"figure-1", "part-6", "part-1", "references", "a source"} <= found  # an abstract is part 0
    assert len(found) > 10 and sum(key == "a source" for key in found) == 1
    outside = {link["/A"]["/URI"] for _, link in _links(reader) if "/A" in link}
    assert outside == {SOURCES[0].url}  # no script is an address


def test_figures_and_tables_are_numbered_in_order(texts: list[str], told: Document) -> None:
    whole = "\n".join(texts)
    for kind in ("Figure", "Table", "Listing"):
        found = [int(n) for n in re.findall(rf"^{kind} (\d+)\. ", whole, re.MULTILINE)]
        assert sorted(set(found)) == list(range(1, len(set(found)) + 1)) and found
    assert re.findall(r"^Figure (\d+)\. ", whole, re.MULTILINE) == sorted(
        re.findall(r"^Figure (\d+)\. ", whole, re.MULTILINE), key=int
    )


def test_words_are_set_as_they_are(texts: list[str]) -> None:
    whole = " ".join(" ".join(texts).split())
    assert "It takes 46.8 ms [46.5–47.3] with AES.encrypt, as Figure 1 and chapter 6 say [1]." in whole
    assert "It is no <b>promise</b> & not more." in whole
    assert "1. The first" in whole and "2. The second" in whole
    assert "[1] National Institute" in whole and "[2] Gene M. Amdahl" in whole


def test_title_page_has_title_verdicts_abstract_and_ladder(told: Document, reader: PdfReader, texts: list[str]) -> None:
    first = " ".join(texts[0].split())
    assert " ".join(told.title.split()) in first and told.subtitle[:40] in first
    assert WORDS[:60] in first
    pages: Any = reader.pages
    assert len(pages[0]["/Resources"]["/XObject"]) == 1  # the ladder, small


def test_pages_are_full(told: Document) -> None:
    styles.register()
    for sheet in styles.SHEETS.values():
        pages = [page for page in compose(told, sheet) if not page.sheet.lies]
        lowest = [min(placed.y for placed in page.placed) for page in pages]
        used = [1 - (low - styles.MARGIN) / page.sheet.tall for low, page in zip(lowest, pages, strict=True)]
        assert all(share > 0.6 for share in used[1:-2]), used  # not the title, nor the ends of narrative and appendix


def test_letter(told: Document) -> None:
    reader = PdfReader(BytesIO(pdf.render(replace(told, paper="letter"))))
    sizes = {tuple(sorted((float(p.mediabox.width), float(p.mediabox.height)))) for p in reader.pages}
    assert sizes == {(612.0, 792.0)}
    made = sections.build(synthetic.evidence(synthetic.LADDER[:2]), View(paper="letter"))
    assert made.paper == "letter" and made.verdict.startswith("pyaes_opt is ")
    with pytest.raises(UsageError, match="no paper is named 'a3'"):
        View(paper="a3")


def test_nothing_is_written_outside_the_margins(printed: bytes) -> None:
    for page in PdfReader(BytesIO(printed)).pages:
        resources: Any = page["/Resources"]
        resources.pop("/XObject", None)  # what is written in figures is at home in these
        width, height = float(page.mediabox.width), float(page.mediabox.height)
        places: list[tuple[str, float, float]] = []

        def see(text: str, cm: list[float], tm: list[float], font: Any, size: float, places: Any = places) -> None:
            if text.strip():
                x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
                y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
                places.append((text, x, y))

        page.extract_text(visitor_text=see)
        assert places
        for text, x, y in places:
            assert 50 < x < width - 50 and 30 < y < height - 30, text


def test_long_lines_of_code_go_on_with_a_mark(texts: list[str]) -> None:
    rows = code.rows(CODE, 60)
    assert all(len(row.text) <= 60 for row in rows)
    assert [row.number for row in rows if row.number] == list(range(1, CODE.count("\n") + 1))
    lines: list[str] = []
    for row in rows:
        part = row.text if row.number or not lines else row.text.lstrip()
        if row.number:
            lines.append(part)
        else:
            lines[-1] = lines[-1].removesuffix(code.GOES_ON) + part
    assert lines == [line.rstrip() for line in CODE.rstrip("\n").split("\n")]
    assert sum(text.count(code.GOES_ON) for text in texts) > 2


def test_a_listing_is_divided_between_lines() -> None:
    listing = code.Listing("\n".join(map(str, range(100))))
    styles.register()
    width, height = listing.wrap(400, 1000)
    first, second = listing.split(400, height / 2)
    assert first.wrap(400, 0)[1] + second.wrap(400, 0)[1] == pytest.approx(height + 2 * listing.pad)
    assert listing.split(400, 20) == [] and width == 400


def test_a_generated_report_leaves_out_what_its_page_shows(generated: Document) -> None:
    deep = Table("In depth", ("a",), ((Cell("x"),),), detail=True, key="hot-lines:v:dbg")
    keys = ("flame:v:release", "flame:v:dbg", "stacks:v:dbg", "flame:w:release", "stacks:w:release")
    flames = tuple(replace(FLAME, key=key) for key in keys)
    tables = tuple(
        replace(deep, detail=False, key=key) for key in ("performance:release", "performance:dbg", "tax:dbg")
    )
    blocks: tuple[Block, ...] = (*flames, *tables, deep, Code("", "", "", detail=True))
    document = replace(generated, sections=(Section("Only", blocks),))
    kept, said = chosen(document)
    shown = ["flame:v:release", "flame:w:release", "stacks:w:release", "performance:release", "tax:dbg"]
    assert [getattr(b, "key", "") for b in kept.sections[0].blocks] == shown
    assert "2 listings" in said and "3 tables and figures of a second build" in said
    text = "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf.render(document))).pages)
    assert said.split(":")[0] in " ".join(text.split())
    assert chosen(replace(document, sections=(Section("Only", (*blocks, paragraph("told"))),)))[1] == ""
    assert not narrated(generated)


def test_of_a_long_table_of_words_the_first_rows_are_printed(told: Document) -> None:
    rows = tuple((Cell(f"row {i}"), Cell("x")) for i in range(100))
    many = Table("Files", ("a", "b"), rows, "All.", numeric=False, key="files")
    (short, numbers) = (
        chosen(replace(told, sections=(Section("", (many, replace(many, numeric=True))),)))[0].sections[0].blocks
    )
    assert isinstance(short, Table) and isinstance(numbers, Table)
    assert len(short.rows) == 25 and "the first 25 of 100 rows" in short.caption and len(numbers.rows) == 100


def test_facts_of_an_appendix_stand_in_two_columns() -> None:
    rows = tuple((Cell(f"fact {i}"), Cell(str(i), note="why" if i == 8 else "")) for i in range(9))
    table = Table("Facts", ("fact", "value"), rows, numeric=False)
    folded = paper_tables.folded(table)
    assert [cell.text for cell in folded.rows[0]] == ["fact 0", "0", "fact 5", "5"]
    assert [cell.text for cell in folded.rows[-1]] == ["fact 4", "4", "", ""] and folded.footnotes() == ("why",)
    for other in (
        replace(table, numeric=True),
        replace(table, rows=rows[:4]),
        replace(table, rows=((Cell("a"), Cell("b" * 200)),) * 9),
    ):
        assert paper_tables.folded(other) is other


def test_hostile_prose_is_text(told: Document) -> None:
    spans = [
        Span(HOSTILE, style, HOSTILE) for style in ("", "strong", "emphasis", "code", "number", "see", "cite", "odd")
    ]
    blocks = [paragraph(*spans, kind=kind) for kind in ("paragraph", "heading", "item", "numbered", "quote")]
    document = replace(
        told, sections=(Section(HOSTILE, (*blocks, Code(HOSTILE, HOSTILE, HOSTILE), Text(HOSTILE))),), appendix=0
    )
    reader = PdfReader(BytesIO(pdf.render(document)))
    text = "".join(page.extract_text() for page in reader.pages).replace("\n", "")
    assert text.count("<script>alert(1)</script>") > 30
    assert {str(link["/A"]["/URI"]) for _, link in _links(reader) if "/A" in link} == {SOURCES[0].url}


def test_the_same_narrative_gives_the_same_bytes(told: Document, printed: bytes) -> None:
    assert pdf.render(told) == printed
    about = PdfReader(BytesIO(printed)).metadata
    assert about is not None and about.title == told.title and about.subject == told.subtitle
    assert f"study {told.timestamp}".encode() in printed  # invoke verify looks for it
    assert PdfReader(BytesIO(printed)).trailer["/Root"]["/Lang"] == "en"  # type: ignore[index]


def test_an_interval_may_go_on_the_next_line_and_a_unit_may_not() -> None:
    styles.register()
    written: Any = prose.Writer({}).write(paragraph(Span("46.8 ms [46.5–47.3]", "number")))
    written.wrap(100, 1000)
    lines = [" ".join(words) for _, words in written.blPara.lines]
    assert lines == ["46.8\N{NO-BREAK SPACE}ms", "[46.5–47.3]"]
