"""The narratives that are shipped: each fits the newest study of its family, tells of every rung, has the pages that are asked for, and makes a talk."""

from __future__ import annotations

import importlib
import shutil
from pathlib import Path

import pytest

from bench import discover
from bench.model import RUNG
from bench.rundir import Archive
from profiling.parse import parse
from reporting import evidence, hardware_used
from reporting.document import Document, Prose, Span
from reporting.narrative import tell, telling
from reporting.paper import styles
from reporting.paper.layout import Page
from reporting.paper.story import compose
from reporting.renderers import text
from reporting.words import sections

ROOT = Path(__file__).parent.parent
FAMILIES = [name for name in discover.families() if (ROOT / telling.path(name)).is_file()]


@pytest.fixture(scope="module", params=FAMILIES)
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Document:
    """The newest archived study of a family, in the words of its narrative."""
    root = tmp_path_factory.mktemp(request.param)
    shutil.copytree(ROOT / "results" / request.param, root / "results" / request.param)
    archive = Archive(request.param, root / "results")
    study = archive.choose()
    parse(archive, study)
    found = evidence.read(archive, study)
    found = hardware_used.add(found, archive, hardware_used.newest(archive, found.study.size))
    name = Path("benchmark_reports") / f"{request.param}.md"
    return tell.tell((ROOT / name).read_text(encoding="utf-8"), sections.build(found), name)


def test_all_that_a_narrative_refers_to_is_in_the_archived_study(told: Document) -> None:
    blocks = [b for section in told.sections for b in section.blocks] + [
        b for slide in told.slides for b in slide.blocks
    ]
    prose = [block for block in blocks if isinstance(block, Prose)]
    assert [block.plain for block in prose if "ot in this study" in block.plain] == []
    assert [block.plain for block in prose if Span("not measured", "number") in block.spans] == []
    assert len(told.sources) > 15 and told.appendix > 0


def test_every_rung_has_a_part_of_its_own(told: Document) -> None:
    family = importlib.import_module(f"bench.{told.family}").FAMILY
    rungs = {v.name for v in discover.variants(told.family).values() if v.kind == RUNG} - {family.baseline}
    optimizations = next(part for part in told.sections if part.title == "Optimizations")
    headings = {b.plain.partition(":")[0] for b in optimizations.blocks if isinstance(b, Prose) and b.kind == "heading"}
    assert rungs <= headings


def test_the_talk_takes_about_twenty_minutes(told: Document) -> None:
    assert 16 <= len(told.slides) <= 20
    assert 18 <= sum(slide.minutes for slide in told.slides) <= 22


def test_the_report_has_as_many_pages_as_are_asked_for(told: Document) -> None:
    styles.register()
    a4, letter = (compose(told, sheet) for sheet in (styles.SHEETS["a4"], styles.SHEETS["letter"]))
    assert 8 <= len(a4) <= 15
    assert len(letter) <= 16
    appendix = next(number for number, page in enumerate(a4) if _begins(page, "A "))
    assert len(a4) - appendix <= 2  # of which the first may hold references, too
    assert not any(page.sheet.lies for page in a4)


def _begins(page: Page, name: str) -> bool:
    """Whether a chapter of this number begins on the page."""
    marks = [placed.item.mark for placed in page.placed if placed.item.mark]
    return any(mark.level == 0 and mark.entry.startswith(name) for mark in marks)


def test_the_text_report_has_the_numbers_that_its_words_refer_to(told: Document) -> None:
    lines = text.render(told).decode().splitlines()
    spoken = {
        s.text
        for section in told.sections
        for b in section.blocks
        if isinstance(b, Prose)
        for s in b.spans
        if s.style == "see"
    }
    numbers = {word for word in spoken if word[0].isupper() and word[-1].isdigit() and not word.startswith("Chapter")}
    assert len(numbers) > 5
    for word in numbers:
        assert any(line.startswith(f"{word}. ") for line in lines), word
    for word in spoken - numbers:
        number = word.rpartition(" ")[2]
        assert any(line.startswith(f"{number} ") for line in lines), word
