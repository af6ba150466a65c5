"""The index over all studies: what it takes from reports, what it does with damaged ones, and that it can be checked."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from bench.audit import Audit
from bench.model import Study
from bench.rundir import Archive
from reporting import render
from reporting.calibration import report
from reporting.document import Document, Table
from reporting.index import check, stage, summaries
from reporting.index import page as index_page
from reporting.renderers import summary
from reporting.words import sections
from reporting.words.sections import View
from tests import many, synthetic
from tests.conftest import ROOT

ALERT = "</script><script>alert(1)</script><img src=x onerror=alert(2)>"
quick = pytest.fixture(scope="module", autouse=True)(synthetic.quick)


@pytest.fixture(scope="module")
def document() -> Document:
    return sections.build(synthetic.evidence(), View(geomean=True))


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    many.fill(tmp_path / "reports", 6)
    return tmp_path / "reports"


def data(page: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(index_page.data_of(page))
    return found


def written(reports: Path, results: Path | None = None) -> bytes:
    return stage.write(results or reports / "none", reports).read_bytes()


# --- the summary of a report


def test_a_summary_says_what_the_tables_say(document: Document) -> None:
    found = summary.of(document)
    assert (found.family, found.timestamp, found.size, found.baseline) == (
        "aes",
        "20260101_000000",
        "full",
        "pyaes_clean",
    )
    assert found.machine == "Example CPU, x86_64, 2 / 2 CPUs" and found.kernel == "6.1" and found.commit == ""
    assert found.floor is not None and 0 < found.floor < 0.05  # what the control of the synthetic study shows
    assert found.verdict.startswith("pyaes_vaes is ") and " faster than pyaes_clean" in found.verdict
    assert [(b.build, b.interpreter) for b in found.builds] == [
        ("release", "CPython 3.11.2"),
        ("dbg", "CPython 3.11.2"),
    ]
    blocks = [b for s in document.sections for b in s.blocks]
    table = next(b for b in blocks if isinstance(b, Table) and b.key == "performance:release")
    rows = {row[0].text: row for row in table.rows if row[0].text != "geometric mean"}
    shown = {s.name: s for s in found.builds[0].variants}
    assert len(shown) == len(rows) == 10  # the mean over variants is none
    for label, row in rows.items():
        one = shown[label.removesuffix(" (peer)")]
        assert one.time is not None and (one.time.value, one.time.low, one.time.high) == (
            row[1].value,
            row[1].low,
            row[1].high,
        )
        assert one.speedup is not None and one.speedup.value == row[2].value
        assert one.verdict == row[3].text
    assert shown["peer_cryptography"].peer and not shown["pyaes_opt"].peer
    assert (shown["pyaes_clean"].role, shown["pyaes_opt"].role, shown["pyaes_opt"].lines) == (
        "baseline",
        "variant-0",
        60,
    )


def test_it_is_the_same_whichever_way_tables_are_turned(document: Document) -> None:
    turned = sections.build(synthetic.evidence(), View(geomean=True, transpose=True))
    assert summary.render(turned) == summary.render(document)


def test_what_is_written_can_be_read(document: Document, tmp_path: Path) -> None:
    render.render(document, ("summary",), tmp_path)
    assert summaries.read(tmp_path / "aes_results_20260101_000000" / "summary.json") == summary.of(document)


def test_commit_and_what_was_not_measured() -> None:
    found = synthetic.evidence()
    gone = replace(found.runs[1], measurements=())
    study = replace(found.study, commit="abc1234+")
    spoilt = replace(found, study=study, runs=(found.runs[0], gone, *found.runs[2:]))
    told = summary.of(sections.build(spoilt))
    assert told.commit == "abc1234+"
    (lost,) = [s for s in told.builds[0].variants if s.name == "pyaes_opt"]
    assert (lost.time, lost.speedup, lost.verdict, lost.role) == (None, None, "", "")


def test_a_calibration_has_a_summary_without_builds() -> None:
    found = summary.of(report.build([], None, None, "20260101_000000"))
    assert (found.family, found.builds, found.machine) == ("calibration", (), "")


# --- the page


def test_studies_are_listed_newest_first_with_all_that_is_known(reports: Path) -> None:
    page = written(reports)
    studies = data(page)["studies"]
    stamps = [study["stamp"] for study in studies]
    assert stamps == sorted(stamps, reverse=True) and len(stamps) == 6
    first = studies[-1]
    assert first["page"] == "aes_results_20260101_083005/index.html" and (reports / first["page"]).is_file()
    assert first["date"] == "2026-01-01 08:30" and first["machine"] == many.MACHINES[0]
    name, verdict, lines, *numbers = first["builds"]["release"]["variants"][3]
    record = many.summary()["builds"][0]["variants"][3]
    expected = [record[part][end] for part in ("time", "speedup") for end in ("value", "low", "high")]
    assert (name, verdict, lines) == ("pyaes_vaes", "faster", 13) and numbers == pytest.approx(expected, rel=1e-5)
    text = page.decode()
    assert text.index(">aes<") > text.index(">mdp<")  # the family of the newest study comes first
    assert text.count('<th scope="row">') == 6


def test_without_scripts_the_newest_are_there(tmp_path: Path) -> None:
    many.fill(tmp_path, 60)
    text = written(tmp_path).decode()
    assert text.count('<th scope="row">') == index_page.STATIC == 50
    assert "The newest 50 of 60 studies" in text


def test_two_runs_give_the_same_bytes(reports: Path) -> None:
    page = written(reports)
    assert written(reports) == page
    code = "import sys; from pathlib import Path; from reporting.index import stage; stage.write(Path('none'), Path(sys.argv[1]))"
    (reports / stage.PAGE).unlink()
    subprocess.run([sys.executable, "-c", code, str(reports)], cwd=ROOT, check=True)  # another hash seed
    assert (reports / stage.PAGE).read_bytes() == page


def test_a_variant_keeps_the_colour_of_the_newest_study_and_no_two_share_one(tmp_path: Path) -> None:
    many.put(tmp_path, many.summary(0))
    newer = many.summary(1)
    for build in newer["builds"]:
        build["variants"] = [build["variants"][0], build["variants"][3] | {"role": "variant-0"}]  # pyaes_opt's, before
    many.put(tmp_path, newer)
    ((_, variants),) = data(written(tmp_path))["families"]
    colours = {name: colour for name, colour, _ in variants}
    assert colours["pyaes_vaes"] == "#0072B2" and colours["pyaes_clean"] == "#8A8A8A"
    assert len(set(colours.values())) == len(colours) == 5


def test_a_study_that_was_not_rendered_is_listed_with_the_command(reports: Path, tmp_path: Path) -> None:
    results = tmp_path / "a place" / "results"
    archive = Archive("mdp", results)
    archive.write_study(
        Study("mdp", "20270101_000000", "small", "mdp_clean", (), ("release",), (), (), 1.0, 1.0, "abc")
    )
    (results / "aes").mkdir()
    (results / "aes" / "20270102_000000.json").write_text("{")
    newest, second, *_ = data(written(reports, results))["studies"]
    assert newest["stamp"] == "20270102_000000" and newest["verdict"].startswith("Its record cannot be read")
    assert (second["commit"], second["size"], second["builds"]) == ("abc", "small", {})
    command = f"invoke render --bench mdp --timestamp 20270101_000000 --results-dir '{results}' --report-dir {reports}"
    assert second["command"] == command
    assert "Not rendered yet" in (reports / stage.PAGE).read_text()


# --- hostile and damaged summaries


class Page(HTMLParser):
    """The tags of a page, with their attributes."""

    def __init__(self, source: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(source.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def hostile() -> dict[str, Any]:
    texts = dict.fromkeys(
        ("title", "verdict", "size", "commit", "baseline", "machine", "kernel"), ALERT + "\u202e\x07\ud800"
    )
    record = many.summary(9) | texts
    for build in record["builds"]:
        build["interpreter"] = ALERT
        for i, name in enumerate((ALERT, "__proto__", "constructor", '"quoted" & {{DATA}}')):
            build["variants"][i] |= {"name": name, "verdict": ALERT}
    return record


def test_hostile_texts_stay_text(reports: Path) -> None:
    many.put(reports, hostile())
    odd = reports / "x<img src=x>_results_20260101_000000"
    odd.mkdir()
    (odd / "summary.json").write_text("{}")
    page = written(reports)
    found = Page(page)
    assert not [tag for tag, _ in found.tags if tag == "img"]
    assert sum(tag == "script" for tag, _ in found.tags) == 3
    assert not [name for _, attributes in found.tags for name in attributes if name.startswith("on")]
    links = [value for _, attributes in found.tags for name, value in attributes.items() if name in ("src", "href")]
    assert all(
        re.fullmatch(r"#\w+|assets/[\w.-]+|[a-z]+_results_\d{8}_\d{6}/index\.html", link or "") for link in links
    )
    assert data(page)["studies"][0]["verdict"].startswith("</script>")
    shown = unescape(page.decode())
    assert "\u202e" not in shown and "could not be read: its folder is not named as a report's" in shown


DAMAGES: list[tuple[str, Callable[[dict[str, Any]], object], str]] = [
    ("no record", lambda r: [], "no record"),
    ("a newer schema", lambda r: r | {"schema": 2}, "schema is not 1"),
    ("no builds", lambda r: {k: v for k, v in r.items() if k != "builds"}, "lacks 'builds'"),
    ("builds that are none", lambda r: r | {"builds": {"release": 1}}, "builds: it is no list"),
    ("an unknown build", lambda r: r | {"builds": [r["builds"][0] | {"build": "__proto__"}]}, "no build is named"),
    ("a build twice", lambda r: r | {"builds": [r["builds"][0]] * 2}, "a build twice"),
    ("a number as text", lambda r: r | {"commit": 5}, "commit: it is no text"),
    ("another family", lambda r: r | {"family": "mdp"}, "it is of mdp"),
    ("a path as family", lambda r: r | {"family": "../x"}, "family: it is not of the form"),
    ("other digits", lambda r: r | {"timestamp": "２０２６0101_083005"}, "timestamp: it is not of the form"),
    ("a newline at the end", lambda r: r | {"timestamp": r["timestamp"] + "\n"}, "timestamp: it is not of the form"),
]
NUMBERS: list[tuple[object, str]] = [
    ({"value": 0, "low": None, "high": None}, "no positive number"),
    ({"value": -1.5, "low": None, "high": None}, "no positive number"),
    ({"value": True, "low": None, "high": None}, "no positive number"),
    ({"value": 10**400, "low": None, "high": None}, "no positive number"),
    ({"value": "1", "low": None, "high": None}, "no positive number"),
    ({"value": None, "low": None, "high": None}, "lacks its value"),
    ({"value": 1, "low": 1, "high": None}, "one end of its interval"),
    ({"value": 1, "low": 2, "high": 1}, "ends before it begins"),
    ({"value": 1, "low": 1}, "lacks 'high'"),
    (5, "no record"),
]


def with_number(number: object) -> Callable[[dict[str, Any]], object]:
    def change(record: dict[str, Any]) -> object:
        record["builds"][1]["variants"][2]["time"] = number
        return record

    return change


CASES = DAMAGES + [(f"the number {str(number)[:60]}", with_number(number), why) for number, why in NUMBERS]


@pytest.mark.parametrize(("damage", "why"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_damaged_summary_is_named_and_the_others_are_listed(
    reports: Path, damage: Callable[[dict[str, Any]], object], why: str
) -> None:
    path = reports / "aes_results_20260101_083005" / "summary.json"
    path.write_text(json.dumps(damage(json.loads(path.read_text()))))
    page = written(reports)
    assert len(data(page)["studies"]) == 5
    (said,) = re.findall(r"<li><code>(.*?)</code> could not be read: (.*?)</li>", page.decode())
    assert said[0] == "aes_results_20260101_083005/summary.json" and why in unescape(said[1])


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, "\udcff", '{"schema": NaN}', "0" * 2_000_000], ids=range(6))
def test_what_is_no_json_is_named(reports: Path, text: str) -> None:
    path = reports / "aes_results_20260101_083005" / "summary.json"
    path.write_bytes(text.encode(errors="surrogateescape"))
    assert b"could not be read" in written(reports)
    path.unlink()
    path.mkdir()
    assert b"could not be read: it is no file" in written(reports)
    path.rmdir()
    assert b"could not be read: it is missing: an older version wrote this report" in written(reports)


# --- verification


def said(reports: Path, results: Path | None = None) -> tuple[list[str], list[str]]:
    """Return what is wrong with the page, and what is only noted."""
    found = Audit()
    check.check(results or reports / "none", reports, found)
    return [str(each) for each in found.findings], [str(each) for each in found.notes]


def test_an_untouched_index_passes(reports: Path) -> None:
    assert "does not exist: invoke index writes it" in said(reports)[1][0]
    written(reports)
    assert said(reports) == ([], [])


def other_code(page: bytes) -> bytes:
    return re.sub(rb'content="codesign-bench \w+"', b'content="codesign-bench 0000"', page)


EDITS: list[tuple[str, str, str]] = [
    ("14,000× faster", "15,000× faster", "verdict: says “14,000×|says “15,000×"),
    ('"stamp":"20260101_083005"', '"stamp":"20250101_083005"', "aes 20250101_083005: is in it, but in no summary"),
    ('"machine":"Another', '"machine":"Some other', 'mdp 20260102_053005, machine: says “"Some other”'),
]


@pytest.mark.parametrize(("before", "after", "expected"), EDITS)
@pytest.mark.parametrize("disguise", [bytes, other_code], ids=["same code", "other code"])
def test_an_edited_study_is_named(
    reports: Path, before: str, after: str, expected: str, disguise: Callable[[bytes], bytes]
) -> None:
    page = written(reports).decode()
    assert before in page
    (reports / stage.PAGE).write_bytes(disguise(page.replace(before, after).encode()))
    wrong, _ = said(reports)
    assert re.search(expected, "\n".join(wrong)) and "invoke index writes it again" in wrong[0]


def test_an_edited_number_is_named_by_study_and_place(reports: Path) -> None:
    page = written(reports).decode()
    number = json.dumps(data(page.encode())["studies"][0]["builds"]["dbg"]["variants"][1][3])
    (reports / stage.PAGE).write_text(page.replace(number, "0.5", 1))
    ((only),) = said(reports)[0]
    assert f"mdp 20260102_193005, builds, dbg, variants, 2, 4: says “0.5”, recomputed “{number}”" in only


def test_an_edited_word_or_script_is_named(reports: Path) -> None:
    page = written(reports).decode()
    (reports / stage.PAGE).write_text(page.replace("<h1>All studies", "<h1>All good studies"))
    assert "says “good studies”, recomputed “studies”; invoke index" in said(reports)[0][0]
    (reports / stage.PAGE).write_text(page.replace('"differs"', '"agrees"'))
    assert "is not what is written now, though it says the same" in said(reports)[0][0]
    (reports / stage.PAGE).write_bytes(other_code(page.encode()))
    wrong, notes = said(reports)
    assert wrong == [] and "was written by other code and says the same" in notes[0]


@pytest.mark.parametrize("text", ["", "<html>", '<script type="application/json" id="data">[1]</script>', "\udcff"])
def test_what_is_no_index_is_damaged(reports: Path, text: str) -> None:
    (reports / stage.PAGE).write_bytes(text.encode(errors="surrogateescape"))
    assert "the whole: is damaged" in said(reports)[0][0]


def test_a_stale_index_is_named(reports: Path, tmp_path: Path) -> None:
    written(reports)
    many.put(reports, many.summary(20))
    (wrong,), notes = said(reports)
    assert "aes 20260107_043005: is not in it; invoke index writes it again" in wrong and notes == []
    written(reports)
    results = tmp_path / "results"  # what was measured since and not rendered is no fault of the page
    Archive("aes", results).write_study(Study("aes", "20270101_000000", "full", "x", (), (), (), (), 1.0, 1.0, ""))
    found, (note,) = said(reports, results)
    assert found == [] and "aes 20270101_000000: is not in it" in note
