"""Markdown: readable as it is, and nothing in a name becomes markup."""

from __future__ import annotations

import pytest

from reporting import render
from reporting.document import Cell, Document, Section, Table, Text
from reporting.renderers import markdown


def written(*blocks: Text | Table) -> str:
    return markdown.render(Document("t", "s", "20260101_000000", "aes", (Section("x", blocks),))).decode()


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("pyaes_opt2 1.31× [1.28–1.33]", "pyaes_opt2 1.31× [1.28–1.33]"),  # ordinary words stay as they are
        ("a|b", "a\\|b"),
        ("*a* _b_ `c` ~d~ $e$", "\\*a\\* \\_b\\_ \\`c\\` \\~d\\~ \\$e\\$"),
        ("[click](http://evil)", "[click\\](http://evil)"),
        ("<img src=x> &lt;", "\\<img src=x> \\&lt;"),
        ("two\nlines", "two lines"),
        ("@everyone fixes #12, CPU @ 2 GHz", "@\u200beveryone fixes #\u200b12, CPU @ 2 GHz"),
        ("aes/x@small", "aes/x@small"),
    ],
)
def test_names_are_words(words: str, shown: str) -> None:
    assert markdown.escape(words) == shown


@pytest.mark.parametrize("words", ["# a", "- a", "1. a", "> a", "=====", "+ a"])
def test_the_beginning_of_a_paragraph_makes_no_structure(words: str) -> None:
    assert "\\" in written(Text(words)).splitlines()[-1]


def test_a_table_keeps_its_columns_and_a_fence_its_text() -> None:
    rows = ((Cell("a|b", "a|b"), Cell("1.00", 1.0, "a note")), (Cell("c", "c"), Cell("2.00", 2.0)))
    said = written(Table("title", ("name", "number"), rows), Text("one ``` two", "code"))
    assert "| name | number |\n|:--|--:|\n| a\\|b | 1.00 |\n| c | 2.00 |\n\n- a note\n" in said
    assert said.endswith("````\none ``` two\n````\n")


def test_it_is_written_on_request_only() -> None:
    assert set(render.formats()) - set(render.ON_REQUEST) == {"html", "json", "summary", "text", "xlsx"}
