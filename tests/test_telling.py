"""Reports in a person's words: where the narrative is found, what happens where it does not fit, and how that is verified."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bench.audit import Audit
from bench.errors import SuiteError
from bench.rundir import Archive
from reporting import render, rendered, reports, verify
from reporting.document import Document
from reporting.narrative import telling
from reporting.narrative.nodes import Misfit
from reporting.narrative.telling import Told
from reporting.words import sections
from tests import synthetic
from tests.narratives import NARRATIVE

quick = pytest.fixture(scope="module", autouse=True)(synthetic.quick)


@pytest.fixture(scope="module")
def document(quick: None) -> Document:
    return sections.build(synthetic.evidence())


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with a narrative of aes; return its file."""
    monkeypatch.setattr(telling, "ROOT", tmp_path)
    file = tmp_path / "benchmark_reports" / "aes.md"
    file.parent.mkdir()
    file.write_text(NARRATIVE, encoding="utf-8")
    return file


def spoil(file: Path) -> None:
    file.write_text(NARRATIVE.replace("It is over,", "It is faster,"), encoding="utf-8")


def test_a_family_without_a_narrative_is_told_by_nobody(document: Document) -> None:
    told = telling.told(replace(document, family="nqueens"))
    assert told.document("pdf") is told.generated and not told.rests_on("pdf")
    with pytest.raises(SuiteError, match=r"benchmark_reports/nqueens\.md has no slides"):
        told.document("slides")


def test_a_name_that_is_no_family_leads_nowhere(document: Document, checkout: Path) -> None:
    (checkout.parent.parent / "evil.md").write_text(NARRATIVE)
    assert telling.files("../evil") == {} and telling.files("aes").keys() == {"benchmark_reports/aes.md"}


def test_text_and_paper_are_told_and_the_page_is_not(document: Document, checkout: Path) -> None:
    told = telling.told(document)
    assert told.document("text").title.startswith("Encrypting in Python") and told.document("slides").slides
    assert told.document("html") is document and told.document("json") is document


def test_what_does_not_fit_is_generated_and_says_so_first_or_refuses(document: Document, checkout: Path) -> None:
    spoil(checkout)
    told = telling.told(document)
    warning = told.document("text").warnings[0]
    assert warning.startswith(
        "The narrative benchmark_reports/aes.md does not fit this study, so this report was generated: "
    )
    assert "benchmark_reports/aes.md:" in warning and str(checkout.parent.parent) not in warning
    assert told.document("text").sections == document.sections and told.document("html") is document
    for name, strict in [("pdf", True), ("slides", False)]:
        with pytest.raises(Misfit, match="“faster” is a claim"):
            told.document(name, strict=strict)


def test_what_is_no_text_at_all_is_named(document: Document, checkout: Path) -> None:
    checkout.write_bytes(b"# \xff\xfe")
    assert "aes.md:1: it is no UTF-8" in telling.told(document).document("text").warnings[0]


def written(told: Told, root: Path, strict: bool = False) -> Path:
    return render.render(told, ("text",), root / "reports", root, strict=strict)[0]


def test_nothing_is_written_where_a_strict_format_refuses(document: Document, checkout: Path, tmp_path: Path) -> None:
    spoil(checkout)
    with pytest.raises(Misfit):
        written(telling.told(document), tmp_path, strict=True)
    assert not (tmp_path / "reports").exists()


def said(document: Document, root: Path) -> tuple[list[str], list[str]]:
    """Verify the reports below `root`; return (findings, notes)."""
    audit, archive = Audit(), Archive("aes", root / "results")
    verify.check(
        archive, document.timestamp, audit, (root / "reports", root), lambda _view, _used: telling.told(document)
    )
    return [str(each) for each in audit.findings], [str(each) for each in audit.notes if "NOT checked" not in str(each)]


def test_a_told_report_is_verified_in_its_words(document: Document, checkout: Path, tmp_path: Path) -> None:
    path = written(telling.told(document), tmp_path)
    entry = rendered.read(tmp_path / "reports" / "rendered_aes.json")[path.name]
    assert entry.narrative == telling.files("aes") != {}
    assert said(document, tmp_path) == ([], [])
    path.write_text(path.read_text().replace("It is over", "It is done"))
    assert any("recomputed" in finding and "done" in finding for finding in said(document, tmp_path)[0])


def test_a_generated_report_that_says_why_is_verified_too(document: Document, checkout: Path, tmp_path: Path) -> None:
    spoil(checkout)
    written(telling.told(document), tmp_path)
    assert said(document, tmp_path) == ([], [])


def test_another_narrative_is_no_tampering_but_a_changed_file_is(
    document: Document, checkout: Path, tmp_path: Path
) -> None:
    path = written(telling.told(document), tmp_path)
    checkout.write_text(NARRATIVE.replace("It is over", "It is done"), encoding="utf-8")
    findings, notes = said(document, tmp_path)
    assert findings == [] and "since benchmark_reports/aes.md is not what it was written from" in notes[0]
    checkout.unlink()
    assert said(document, tmp_path)[0] == []
    path.write_text(path.read_text().replace("It is over", "It is fine"))
    assert any("was changed since it was written" in finding for finding in said(document, tmp_path)[0])


def test_a_source_that_words_rest_on_is_watched(document: Document, checkout: Path, tmp_path: Path) -> None:
    checkout.write_text(NARRATIVE.replace("> A quotation.", "{source:pyaes_opt#encrypt}"), encoding="utf-8")
    file = tmp_path / "bench" / "aes" / "pyaes_opt.py"
    assert telling.files("aes")["bench/aes/pyaes_opt.py"] == ""
    file.parent.mkdir(parents=True)
    file.write_text("x = 1\n")
    assert len(telling.files("aes")["bench/aes/pyaes_opt.py"]) == 64


def test_a_report_from_before_there_were_words_stays_generated(
    document: Document, checkout: Path, tmp_path: Path
) -> None:
    written(Told(document), tmp_path)
    assert said(document, tmp_path) == ([], [])


def test_the_terminal_shows_all_that_does_not_fit_once_a_report_was_generated_for_it(
    document: Document, checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spoil(checkout)
    told = telling.told(document)
    reports.warn(told, ("html", "xlsx"))
    assert capsys.readouterr().out == ""
    reports.warn(told, ("text",))
    printed = capsys.readouterr().out
    assert "1 thing in the narrative cannot stand with study 20260101_000000:\nbenchmark_reports/aes.md:" in printed
    assert "So the report was generated. A study with --fast or --only" in printed
