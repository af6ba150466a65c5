"""Verification: whatever was changed, lost or edited after it was measured or rendered is named, and nothing else is."""

from __future__ import annotations

import io
import json
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from bench.audit import Audit
from bench.differences import Piece, differing, of_json
from bench.files import SCHEMA, seal, write_json
from bench.rundir import Archive
from profiling import verify as raw
from profiling.verify import studies
from reporting import render, rendered, reports
from reporting.verify import check_derived
from tests.conftest import ROOT, STUDIED


def verify(archive: Archive, timestamp: str, roots: tuple[Path, Path], audit: Audit) -> None:
    raw.check_with(partial(check_derived, audit=audit, roots=roots), archive, timestamp, audit)


@dataclass(frozen=True)
class Place:
    """A study with its reports, in a folder of its own that a test may spoil."""

    root: Path
    stamp: str

    @property
    def archive(self) -> Archive:
        return Archive("aes", self.root / "results")

    @property
    def run(self) -> Path:
        return self.archive.home / "pyaes_opt" / self.stamp

    @property
    def reports(self) -> Path:
        return self.root / "reports" / f"aes_results_{self.stamp}"

    def path(self, name: str) -> Path:
        """Return a file by a pattern below this place; {} is the study's timestamp."""
        return sorted(self.root.glob(name.replace("{}", self.stamp)))[0]

    def write(self, formats: tuple[str, ...] = (), **view: object) -> None:
        chosen = {"transpose": False, "geomean": False, "baseline": ""} | view
        reports.write(self.archive, self.stamp, formats, self.root / "reports", chosen)

    def audit(self, papers: str = "none") -> Audit:
        found = Audit()
        verify(self.archive, self.stamp, (self.root / "reports", self.root / papers), found)
        return found

    def said(self, papers: str = "none") -> str:
        return "\n".join(map(str, self.audit(papers).findings))

    def rehash(self, path: Path, **changes: object) -> None:
        """Let the record beside a report agree with the report, as somebody would who covers tracks."""
        record = render.beside(path, "aes", self.stamp)
        entry = rendered.read(record)[path.name]
        told = replace(entry, sha256=sha256(path.read_bytes()).hexdigest(), **changes)  # type: ignore[arg-type]
        rendered.add(record, path.name, told)


@pytest.fixture(scope="module")
def original(study: tuple[Archive, str], tmp_path_factory: pytest.TempPathFactory) -> Place:
    place = Place(tmp_path_factory.mktemp("verify"), study[1])
    shutil.copytree(study[0].root, place.archive.root)
    place.write()
    reports.write(place.archive, place.stamp, ("pdf",), place.root / "papers", {})
    return place


@pytest.fixture
def place(original: Place, tmp_path: Path) -> Place:
    shutil.copytree(original.root, tmp_path / "place", symlinks=True)
    return Place(tmp_path / "place", original.stamp)


FILES = (
    "results/aes/{}.json",
    "results/aes/{}.log",
    "results/aes/pyaes_opt/{}/manifest.json",
    "results/aes/pyaes_opt/{}/raw/timing/release/pyperf.json",
    "results/aes/pyaes_opt/{}/metrics.json",
    "results/aes/pyaes_opt/{}/metrics.csv",
    "results/aes/*/{}/profile/release.folded",
    "results/aes/*/{}/profile/release.svg",
    "reports/aes_results_{}/report.json",
    "reports/aes_results_{}/summary.json",
    "reports/aes_results_{}/report.xlsx",
    "reports/aes_results_{}/index.html",
    "reports/aes_results_{}/rendered.json",
    "reports/assets/plotly-basic.min.js",
    "reports/report_aes.txt",
    "reports/rendered_aes.json",
    "papers/aes.pdf",
    "papers/rendered_aes.json",
)
DERIVED = ("metrics.json", "metrics.csv", "release.folded", "release.svg")


def folder(name: str) -> str:
    """The PDF takes longest to write again, so only tests that are about it look at it."""
    return "papers" if name.startswith("papers") else "none"


def flip(path: Path, position: int) -> None:
    data = bytearray(path.read_bytes())
    data[position % len(data)] ^= 1
    path.unlink()  # a link would be followed
    path.write_bytes(data)


def test_an_untouched_study_passes_and_stays_untouched(place: Place) -> None:
    before = {p: p.read_bytes() for p in place.root.rglob("*") if p.is_file()}
    found = place.audit("papers")
    assert found.findings == [] and found.notes == []
    assert found.counted["runs"] == len(STUDIED) and found.counted["report files"] == 6
    assert found.counted["numbers in report.json"] > 100
    raw = [p for p in place.archive.home.glob("*/*/raw/**/*") if p.is_file()]
    assert found.counted["raw files"] == len(raw)
    assert {p: p.read_bytes() for p in place.root.rglob("*") if p.is_file()} == before


@pytest.mark.parametrize("name", FILES)
def test_a_changed_byte_is_named(place: Place, name: str) -> None:
    path = place.path(name)
    flip(path, path.stat().st_size // 2)
    assert str(path) in place.said(folder(name))


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named_unless_it_can_be_derived(place: Place, name: str) -> None:
    path = place.path(name)
    path.unlink()
    said = place.said(folder(name))
    assert said == "" if path.name in DERIVED else str(path) in said


@pytest.mark.parametrize("name", ["raw/timing/release/more.json", "raw/new/release/x", "notes.txt", "profile/x.svg"])
def test_an_added_file_is_named(place: Place, name: str) -> None:
    path = place.run / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("{}")
    assert str(path) in place.said()


def test_an_added_report_and_an_added_variant_are_named(place: Place) -> None:
    report, variant = place.reports / "better.html", place.archive.home / "mine" / place.stamp
    report.write_text("100x")
    shutil.copytree(place.run, variant)
    assert f"{report} is not in" in place.said() and f"{variant} belongs to no variant" in place.said()


def test_all_that_is_wrong_is_named_and_not_only_the_first(place: Place) -> None:
    paths = sorted(place.archive.home.glob(f"*/{place.stamp}/raw/*/release/*.json"))[:5]
    for path in paths:
        flip(path, 100)
    flip(place.reports / "index.html", 5000)
    said = place.said()
    assert all(str(path) in said for path in [*paths, place.reports / "index.html"])


def in_words(data: bytes) -> bytes:
    return re.sub("[0-9.]+×".encode(), "98765.4×".encode(), data, count=1)


def in_json(data: bytes) -> bytes:
    record = json.loads(data)
    tables = [b for s in record["sections"] for b in s["blocks"] if b["kind"] == "Table" and b["numeric"]]
    cell = next(row[1] for table in tables for row in table["rows"] if isinstance(row[1]["value"], float))
    cell["value"] = 12345.678
    return (json.dumps(record, ensure_ascii=False) + "\n").encode()


def in_cells(data: bytes) -> bytes:
    book, out = load_workbook(io.BytesIO(data)), io.BytesIO()
    sheet = next(s for s in book.worksheets if s["B2"].data_type == "n")
    sheet["B2"] = 12345.678
    book.save(out)
    return out.getvalue()


def in_pdf(data: bytes) -> bytes:
    return data.replace(b"study 2", b"study 3", 1)


EDITS = [
    ("reports/report_aes.txt", in_words, r" line \d+: says “98765\.4"),
    ("reports/aes_results_{}/index.html", in_words, r" line \d+: says “.*98765\.4"),
    ("reports/aes_results_{}/report.json", in_json, r" .*row 1 \(.*\), column .*, value: says “12345\.678"),
    ("reports/aes_results_{}/report.xlsx", in_cells, r" cell .*!B2: says “12345\.678"),
]


@pytest.mark.parametrize(("name", "edit", "said"), EDITS)
@pytest.mark.parametrize("claimed", [{}, {"versions": {"code": "other", "numpy": "1.0"}}], ids=["same", "other"])
def test_an_edited_number_is_named_although_its_hash_agrees(
    place: Place, name: str, edit: Callable[[bytes], bytes], said: str, claimed: dict[str, object]
) -> None:
    path = place.path(name)
    path.write_bytes(edit(path.read_bytes()))
    place.rehash(path, **claimed)
    assert re.search(re.escape(str(path)) + said, place.said())


def test_an_edited_paper_is_named_although_its_hash_agrees(place: Place) -> None:
    path = place.path("papers/aes.pdf")
    edited = in_pdf(path.read_bytes())
    assert edited != path.read_bytes()
    path.write_bytes(edited)
    place.rehash(path)
    assert f"{path} differs from what is written now, from byte" in place.said("papers")


@pytest.mark.parametrize("changes", [{}, {"code": "other"}])
def test_an_edited_metric_is_named_by_metric_and_build(place: Place, changes: dict[str, str]) -> None:
    path = place.run / "metrics.json"
    record = json.loads(path.read_text()) | changes
    time = next(m for m in record["measurements"] if (m["metric"], m["build"]) == ("time", "release"))
    before, time["values"][1] = time["values"][1], 0.125
    reseal(path, record)
    assert f"{path} time (release), values, 2: says “0.125”, recomputed “{before}”" in place.said()


def reseal(path: Path, record: dict[str, Any]) -> None:
    """Write derived metrics as somebody would who covers tracks."""
    told = {name: value for name, value in record.items() if name not in ("seal", "schema")}
    write_json(path, told | {"seal": seal(told)}, indent=None)


def test_what_other_code_derived_may_say_more_and_less(place: Place) -> None:
    path = place.run / "metrics.json"
    record = json.loads(path.read_text())
    record["measurements"][0]["detail"] = {"dropped since": 1}
    del record["measurements"][-1]
    reseal(path, record)
    assert str(path) in place.said()  # the same code says neither more nor less
    reseal(path, record | {"code": "other"})
    found = place.audit()
    assert found.findings == [] and "was derived by other code" in str(found.notes[0])
    path.write_text(path.read_text().replace("dropped", "Dropped"))
    assert place.said().startswith(f"{path} was changed since it was derived")


@pytest.mark.parametrize(
    "view", [{"transpose": True, "geomean": True}, {"baseline": "pyaes_opt2"}, {"paper": "letter"}]
)
def test_reports_are_compared_with_the_view_they_were_written_with(place: Place, view: dict[str, object]) -> None:
    place.write(("json", "text"), **view)  # html and xlsx keep the other view
    assert place.said() == ""
    place.rehash(place.reports / "report.json", view={})
    assert str(place.reports / "report.json") in place.said()


@pytest.mark.parametrize("view", [{"transposed": True}, {"baseline": "nobody"}, {"baseline": ["x"]}])
def test_a_view_that_makes_no_sense_is_named(place: Place, view: dict[str, object]) -> None:
    place.rehash(place.reports / "report.json", view=view)
    assert f"{place.reports / 'report.json'} cannot be written again" in place.said()


def test_what_a_newer_study_replaced_is_not_checked(place: Place) -> None:
    document = reports.document(place.archive, place.stamp, {})
    newer = replace(document, timestamp="20990101_000000", subtitle="study 20990101_000000")
    render.render(newer, ("text",), place.root / "reports")
    found = place.audit()
    assert found.findings == []
    assert [str(note) for note in found.notes] == [
        f"{place.root}/reports/report_aes.txt is of study 20990101_000000, and is checked with that one only"
    ]


def test_other_versions_are_held_to_the_numbers_but_not_to_the_words(place: Place) -> None:
    path = place.root / "reports" / "report_aes.txt"
    path.write_text(path.read_text().replace("The workload is", "What is measured is"))
    place.rehash(path, versions={"code": "other"}, commit="abc1234")
    found = place.audit()
    assert found.findings == []
    assert "checked by its numbers, since other versions wrote it: the suite at commit abc1234" in str(found.notes[0])
    place.rehash(path)  # whoever claims that this version wrote it is held to every word
    place.rehash(path, versions=rendered.versions())
    assert "says “What is measured”, recomputed “The workload”" in place.said()


def test_an_archive_of_the_first_schema_passes_with_notes(place: Place) -> None:
    path = place.archive.record(place.stamp)
    record = json.loads(path.read_text())
    for name in ("manifests", "log", "seal"):
        del record[name]
    write_json(path, record | {"schema": 1})
    shutil.rmtree(place.root / "papers")
    for record_path in (place.reports / "rendered.json", place.root / "reports" / "rendered_aes.json"):
        record_path.unlink()
    found = place.audit()
    said = "\n".join(map(str, found.notes))
    assert found.findings == []
    assert "holds no hashes of the manifests, which cannot be checked" in said
    assert (
        "NOT checked: index.html, report.json, report.xlsx, summary.json, report_aes.txt: an older version wrote them"
        in said
    )
    flip(place.run / "raw" / "timing" / "release" / "pyperf.json", 50)
    assert "pyperf.json was changed since it was measured" in place.said()


def test_a_record_that_was_written_anew_is_named_by_the_reports(place: Place) -> None:
    study = place.archive.study(place.stamp)
    place.archive.write_study(replace(study, order=study.order[::-1]))  # shown in no report
    assert f"{place.archive.record(place.stamp)} was changed since" in place.said()


def test_a_manifest_without_a_hash_is_named(place: Place) -> None:
    study = place.archive.study(place.stamp)
    place.archive.write_study(replace(study, manifests={}))
    assert "holds no hash of the manifest of pyaes_opt" in place.said()


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('"interrupted": false', '"interrupted": true', "was changed since it was written"),
        ('"interrupted": false', '"interrupted":  false', "is not as it was written, though it says the same"),
        (f'"schema": {SCHEMA}', '"schema": 1', "says that its schema is 1"),
        (f'"schema": {SCHEMA}', '"schema": 99', "this version reads"),
    ],
)
def test_a_record_is_checked_where_there_are_no_reports(place: Place, before: str, after: str, said: str) -> None:
    shutil.rmtree(place.root / "reports")
    found = place.audit()
    assert found.findings == [] and "no report of this study to check" in str(found.notes[0])
    path = place.archive.record(place.stamp)
    path.write_text(path.read_text().replace(before, after))
    assert place.said().startswith(str(path)) and said in place.said()


@pytest.mark.parametrize(
    ("claimed", "said"),
    [
        ({"study": "20990101_000000"}, "says that report_aes.txt is of study 20990101_000000, but it is of"),
        ({"sha256": "0" * 64}, "holds another hash of report_aes.txt than it has"),
    ],
)
def test_a_false_record_of_a_true_report_is_named(place: Place, claimed: dict[str, str], said: str) -> None:
    record = place.root / "reports" / "rendered_aes.json"
    entry = rendered.read(record)["report_aes.txt"]
    rendered.add(record, "report_aes.txt", replace(entry, **claimed))  # type: ignore[arg-type]
    assert f"{record} {said}" in place.said()


def test_a_study_that_lost_its_record_is_still_looked_for(place: Place) -> None:
    place.archive.record(place.stamp).unlink()
    assert studies(place.archive, "", every=False) == studies(place.archive, "", every=True) == [place.stamp]
    assert f"{place.archive.record(place.stamp)} is missing" in place.said()


@pytest.mark.parametrize("family", ["aes", "mdp"])
def test_the_archived_examples_agree(family: str) -> None:
    found = Audit()
    archive = Archive(family, ROOT / "results")
    for stamp in studies(archive, "", every=True):
        verify(archive, stamp, (ROOT / "reports", ROOT / "none"), found)
    assert found.findings == [] and found.counted["raw files"] > 10


def test_random_flips_are_all_found(place: Place) -> None:
    """Forty flips of one bit anywhere; the seed makes a failure repeatable."""
    dice = random.Random(7)
    files = sorted(p for p in place.root.rglob("*") if p.is_file() and "papers" not in p.parts)
    for _ in range(40):
        path = dice.choice(files)
        before = path.read_bytes()
        data = bytearray(before)
        position = dice.randrange(len(data))
        data[position] ^= 1 << dice.randrange(8)
        path.unlink()  # a link would be followed
        path.write_bytes(data)
        assert str(path) in place.said(), f"{path}, byte {position}: {before[position]} became {data[position]}"
        path.write_bytes(before)


def invoke(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.quiet", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_command_names_what_differs_and_ends_with_its_own_exit_code(place: Place) -> None:
    where = [f"--results-dir={place.archive.root}", f"--report-dir={place.root}/reports", "--deep-dive-dir=/nowhere"]
    done = invoke("verify", "--bench", "aes", *where)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert done.stdout.startswith(f"verified: {len(STUDIED)} runs, ")
    for path in place.archive.home.glob(f"*/{place.stamp}/raw/*/*/*.json"):
        flip(path, 10)
    done = invoke("verify", "--all", *where)
    assert done.returncode == 6 and "things differ from what was measured" in done.stderr
    lines = done.stdout.splitlines()
    assert sum("was changed since it was measured" in line for line in lines) == 20
    assert any(line.startswith("and ") and line.endswith(" more") for line in lines)
    assert lines[-1].startswith("checked: 3 runs")
    assert invoke("verify").returncode == 2


def test_findings_are_safe_to_print() -> None:
    found = Audit()
    found.wrong(Path("x\x1b[2J"), "says “\x1b]0;y\x07” " + "z" * 1000)
    (line, _) = found.lines()
    assert line.isprintable() and len(line) == 400


def test_floating_point_of_another_processor_is_no_difference() -> None:
    def pieces(*texts: str) -> list[Piece]:
        return [Piece(f"line {i}", text) for i, text in enumerate(texts, 1)]

    assert not list(differing(pieces("x 0.30000000000000004"), pieces("x 0.3"), 1e-9))
    assert list(differing(pieces("x 0.30001"), pieces("x 0.3"), 1e-9)) == [
        ("line 1", "says “0.30001”, recomputed “0.3”")
    ]
    assert list(differing(pieces("a", "c"), pieces("a", "b", "c"))) == [("line 2", "lacks “b”, which was recomputed")]
    assert list(differing(pieces("a", "b", "c"), pieces("a", "c")))


@pytest.mark.parametrize("text", ['{"a": 1, "a": 2}', "[" * 100_000, "{", "\udcff"])
def test_json_that_could_hide_something_is_damaged(text: str) -> None:
    with pytest.raises(ValueError):
        of_json(text.encode(errors="surrogateescape"))


def test_the_study_that_the_text_report_shows_is_checked_beside_the_newest(tmp_path: Path) -> None:
    """After `invoke render --timestamp OLD` the text report is OLD's: its edited number is found without naming OLD."""
    from profiling.verify import studies
    from reporting import rendered
    from reporting.verify import shown

    roots = (tmp_path / "reports", tmp_path / "papers")
    path = roots[0] / "report_aes.txt"
    path.parent.mkdir()
    entry = rendered.Rendered(
        format="text", study="20200101_000000", view={}, record="", sha256="", versions={}, commit=""
    )  # fmt: skip
    rendered.add(path.with_name("rendered_aes.json"), path.name, entry)
    assert shown("aes", roots) == {"20200101_000000"} and shown("mdp", roots) == set()
    archive = Archive("aes", tmp_path)
    for stamp in ("20200101_000000", "20200102_000000", "20200103_000000"):
        (tmp_path / "aes" / "x" / stamp).mkdir(parents=True)
        (tmp_path / "aes" / "x" / stamp / "manifest.json").write_text("{}")
    assert studies(archive, "", {"20200101_000000"}, every=False) == ["20200101_000000", "20200103_000000"]
    assert studies(archive, "20200102_000000", {"20200101_000000"}, every=False) == ["20200102_000000"]
