"""The talk: one idea a slide, in large letters, and an error instead of anything clipped."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from bench.errors import SuiteError
from reporting.document import Cell, Code, Document, Slide, Table
from reporting.paper import styles
from reporting.renderers import slides
from reporting.words import sections
from tests import synthetic
from tests.test_renderers_html_pdf import CURVES, FLAME, HOLLOW, HOSTILE
from tests.told import WORDS, paragraph, tell


@pytest.fixture(scope="module")
def told() -> Iterator[Document]:
    styles.register()
    for _ in synthetic.quick():
        yield tell(sections.build(synthetic.evidence()), {})


@pytest.fixture(scope="module")
def deck(told: Document) -> bytes:
    return slides.render(told)


@pytest.fixture(scope="module")
def reader(deck: bytes) -> PdfReader:
    return PdfReader(BytesIO(deck))


def test_a_slide_for_each_idea_between_title_and_limits(told: Document, reader: PdfReader) -> None:
    assert len(reader.pages) == len(told.slides) + 2
    assert {(float(p.mediabox.width), float(p.mediabox.height)) for p in reader.pages} == {(960.0, 540.0)}
    texts = [" ".join(page.extract_text().split()) for page in reader.pages]
    for number, (slide, text) in enumerate(zip(told.slides, texts[1:], strict=False), 2):
        assert slide.title in text and f"{number} of {len(texts)}" in text
    assert told.subtitle[:40] in texts[0] and "What limits this report" in texts[-1]
    assert [entry.title for entry in reader.outline][1:-1] == [slide.title for slide in told.slides]  # type: ignore[union-attr]


def test_words_are_large(reader: PdfReader) -> None:
    page: Any = reader.pages[1]
    sizes = sorted({float(s) for s in re.findall(rb"/F\d\S* ([\d.]+) Tf", page.get_contents().get_data())})
    assert sizes[0] == slides.SMALL and sizes[1] >= 20  # the foot, then what is said


@pytest.mark.parametrize(
    ("slide", "why"),
    [
        (Slide("Much", (paragraph(WORDS * 4),)), "its text is"),
        (Slide("A title that goes on " * 10, ()), "its title takes"),
        (Slide("Two", (FLAME, CURVES)), "it holds 2 figures"),
        (Slide("No room", (FLAME, paragraph(WORDS * 2))), "points for its figure"),
        (Slide("Wide", (Table("", tuple("abcdefghijkl"), (tuple(Cell("1,234 [1,230–1,240]") for _ in range(12)),)),)), "its table"),
        (Slide("Long", (Code("", "", "line\n" * 40),)), "its listing"),
        (Slide("Tall", (replace(HOLLOW, groups=(("a", HOLLOW.groups[0][1] * 12),)),)), "the letters of its figure"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_an_error_that_names_the_slide(told: Document, slide: Slide, why: str) -> None:
    with pytest.raises(SuiteError) as raised:
        slides.render(replace(told, slides=(*told.slides[:1], slide)))
    assert f"slide 3, '{slide.title[:20]}" in str(raised.value) and why in str(raised.value)


def test_all_slides_that_do_not_fit_are_named_at_once(told: Document) -> None:
    with pytest.raises(SuiteError, match=r"(?s)slide 2, 'a'.*slide 3, 'b'"):
        slides.render(replace(told, slides=tuple(Slide(name, (paragraph(WORDS * 5),)) for name in "ab")))


def test_a_report_without_slides_says_how_to_write_some(told: Document) -> None:
    with pytest.raises(SuiteError, match="no slides") as raised:
        slides.render(replace(told, slides=()))
    assert "```slide" in raised.value.hint


def test_limits_that_do_not_fit_are_counted(told: Document) -> None:
    deck = slides.render(replace(told, warnings=tuple(f"{i}: {WORDS}" for i in range(12))))
    last = " ".join(PdfReader(BytesIO(deck)).pages[-1].extract_text().split())
    shown = len(re.findall(r"\d+: The baseline", last))
    assert 0 < shown < 12 and f"And {12 - shown} more: see the report." in last


def test_hostile_slides_render_and_stay_text(told: Document) -> None:
    rows = ((Cell(HOSTILE[:30], HOSTILE), Cell("–", None, HOSTILE)),)
    deck = slides.render(replace(
        told, title=HOSTILE, subtitle=HOSTILE * 9,
        slides=(Slide(HOSTILE[:60], (paragraph(HOSTILE),)), Slide("t", (Table("", ("a", "b"), rows),)), Slide("", ())),
    ))  # fmt: skip
    assert "<script>" in PdfReader(BytesIO(deck)).pages[1].extract_text()


def test_the_same_talk_gives_the_same_bytes(told: Document, deck: bytes) -> None:
    assert slides.render(told) == deck
    assert f"study {told.timestamp}".encode() in deck
