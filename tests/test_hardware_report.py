"""Accelerators in reports: what is said of them, that no projection is taken for a measurement, and every format's drawing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from reporting import labels, numbering, palette
from reporting.charts import BarChart, Curves, Diagram, Line, Mark, Scatter
from reporting.compare import compare
from reporting.document import Block, Cell, Document, Prose, Section, Slide, Span, Table, Text
from reporting.evidence import Evidence
from reporting.model import accelerators
from reporting.model.accelerators import BEATS, LOSES, OPEN, Accelerators
from reporting.narrative import appendix
from reporting.narrative.known import KINDS, SCOPES, Known
from reporting.narrative.nodes import Unfit
from reporting.page import plotly_figures
from reporting.paper import figures as paper_figures
from reporting.paper import rows, scatter
from reporting.renderers import html, markdown, pdf, slides, text, xlsx
from reporting.renderers import json as as_json
from reporting.statistics import Interval
from reporting.words import hardware, hardware_facts, hardware_proposals, sections
from tests import synthetic, synthetic_hardware

HOSTILE = "</text><script>alert(1)</script> $x_1$"


@pytest.fixture(scope="module", autouse=True)
def quick() -> Iterator[None]:
    yield from synthetic_hardware.quick()


@pytest.fixture(scope="module")
def evidence(quick: None) -> Evidence:
    return synthetic_hardware.evidence()


@pytest.fixture(scope="module")
def found(evidence: Evidence) -> Accelerators:
    return synthetic_hardware.accelerators_of(evidence)


@pytest.fixture(scope="module")
def document(evidence: Evidence) -> Document:
    """Return the hardware section alone, as a report: the rest is tested elsewhere."""
    return hardware_section(evidence)


def hardware_section(of: Evidence) -> Document:
    return only(hardware.section(of, accelerators.read(of, compare(of, "release"))))


def only(*parts: Section, **more: Any) -> Document:
    return Document("Title", "Subtitle", "20260101_000000", "aes", parts, **more)


def keyed(document: Document, key: str) -> Any:
    return next(b for s in document.sections for b in s.blocks if getattr(b, "key", "") == key)


def said(document: Document) -> str:
    return "\n".join(b.text for s in document.sections for b in s.blocks if isinstance(b, Text))


def column(table: Table, name: str) -> dict[str, Cell]:
    at = next(i for i, each in enumerate(table.columns) if each.startswith(name))
    return {row[0].text: row[at] for row in table.rows}


# What is said


def test_a_report_without_accelerators_says_how_to_project_one() -> None:
    blocks = hardware.section(synthetic.evidence(), None).blocks
    assert Text("invoke whatif --bench aes", "code") in blocks
    assert not any(isinstance(block, Diagram) for block in blocks)


def test_each_design_has_its_proposal_and_points_have_none(document: Document) -> None:
    headings = [b.text for s in document.sections for b in s.blocks if isinstance(b, Text) and b.style == "heading"]
    assert [h.partition(",")[0] for h in headings if ", an accelerator" in h] == ["aes_iterative", "aes_pipelined"]
    for name in ("aes_iterative", "aes_pipelined"):
        for kind in (
            "diagram",
            "pins",
            "registers",
            "utilisation",
            "clocks",
            "work",
            "verified",
            "sweep",
            "interfaces",
        ):
            assert keyed(document, f"{kind}:{name}"), (kind, name)
    assert "It replaces AES.encrypt of pyaes_clean. It takes nearly all of the time" in said(document)


def test_tables_hold_what_was_found(document: Document) -> None:
    use = keyed(document, "utilisation:aes_iterative")
    assert [cell.text for cell in use.rows[0]] == ["LUT4", "4,205", "83,640", "5.03\N{NO-BREAK SPACE}%"]
    clock = keyed(document, "clocks:aes_iterative").rows
    assert [row[0].text for row in clock] == ["6", "8"]
    assert clock[0][1].text == "95.9 MHz [94.0–97.8]" and clock[0][1].low == pytest.approx(93.982e6)
    assert clock[0][3].text == "330 µs [323–337]"
    registers = keyed(document, "registers:aes_iterative").rows
    assert [row[0].text for row in registers] == ["0x00", "0x04", "0x10"]  # by offset, whatever the order given
    work = keyed(document, "work:aes_pipelined").rows
    assert [c.text for c in work[0]] == ["cycles", "2,898", "1.01"]
    pins = keyed(document, "pins:aes_iterative")
    assert [c.text for c in pins.rows[1]] == ["bus_data", "input", "32"] and "68 pins" in pins.caption


def test_what_is_missing_has_its_reason_and_its_command(document: Document) -> None:
    missing = {row[0].text: [cell.text for cell in row[1:]] for row in keyed(document, "hardware-missing").rows}
    assert missing["aes_wide"] == ["place", "nextpnr-ecp5 is not installed", "pip install --group hardware"]
    space = keyed(document, "space")
    lut, clock = column(space, "LUT4"), column(space, "clock")
    assert lut["aes_wide"].missing and "nextpnr-ecp5 is not installed" in lut["aes_wide"].note
    assert clock["aes_wide"].missing and clock["aes_half"].text.startswith("120 MHz")


def test_a_wrong_answer_never_gets_a_speedup_nor_a_place_in_a_chart(document: Document) -> None:
    space = keyed(document, "space")
    assert column(space, "projected speedup")["aes_short"].missing
    assert column(space, "against")["aes_short"].text == "wrong answer"
    assert "aes_short" not in [mark.label for mark in keyed(document, "pareto").marks]


@pytest.mark.parametrize(
    ("projected", "measured", "word", "factor"),
    [
        (Interval(170, 160, 180), Interval(10, 9, 11), LOSES, 17.0),
        (Interval(10, 9, 11), Interval(170, 160, 180), BEATS, 17.0),
        (Interval(10, 9, 11), Interval(12, 10.5, 13), OPEN, 1.2),
    ],
)
def test_a_projection_stands_against_software_by_its_whole_interval(
    projected: Interval, measured: Interval, word: str, factor: float
) -> None:
    said, by = accelerators.standing(projected, measured)
    assert said == word and by == pytest.approx(factor)


def test_each_interface_is_held_against_the_baseline_and_the_fastest_software(
    evidence: Evidence, document: Document
) -> None:
    table = keyed(document, "interfaces:aes_iterative")
    assert table.columns == ("interface", "speedup", "what binds", "against pyaes_clean", "against pyaes_vaes")
    assert column(table, "against pyaes_clean")["dma"].text == "pays"
    assert {cell.text for cell in column(table, "against pyaes_vaes").values()} == {"loses"}
    study = synthetic_hardware.study()
    lone = replace(study.results[0], clocks={"6": (95.9,)})
    again = hardware_section(replace(evidence, hardware=replace(study, results=(lone, *study.results[1:]))))
    told = column(keyed(again, "interfaces:aes_iterative"), "against pyaes_vaes")
    assert {cell.text for cell in told.values()} == {"no verdict: one seed"}


def test_where_hardware_loses_is_said_plainly(found: Accelerators, document: Document) -> None:
    assert found.fastest is not None and found.fastest.run.name == "pyaes_vaes"  # no peer, no control
    iterative = found.candidates[0]
    assert iterative.reference is not None
    factor = iterative.reference.seconds.value / found.fastest.seconds.value
    assert factor > 10
    against = column(keyed(document, "designs"), "against pyaes_vaes")["aes_iterative"].text
    assert re.fullmatch(r"loses to it by [\d.,]+×", against)
    lines = [b for s in document.sections for b in s.blocks if isinstance(b, Text) and b.style == "warning"]
    other = "the fastest software of this study (pyaes_vaes (VAES, 512 bits); "
    assert any(line.text.startswith(f"It loses to {other}") for line in lines)
    assert any(line.text.startswith(f"No accelerator here beats {other}") for line in lines)
    # the fastest is the CPU's own unit for AES, so what has none is named as well
    assert all(
        " the fastest of it that goes one way on all CPUs (pyaes_ttable_llvm; " in line.text
        for line in lines
        if line.text.startswith("It loses")
    )


def test_what_is_of_one_seed_or_few_processes_earns_no_verdict(evidence: Evidence) -> None:
    study = synthetic_hardware.study()
    first, half = study.results[0], study.results[2]
    few = replace(half, clocks={"6": (120.0,)}, host=half.host[:3], baseline=half.baseline[:3])
    lone = replace(first, clocks={"6": (95.9,)})
    document = hardware_section(replace(evidence, hardware=replace(study, results=(lone, study.results[1], few))))
    against = column(keyed(document, "space"), "against")
    assert re.fullmatch(r"about [\d.,]+× below, 3 processes, one seed", against["aes_half"].text)
    assert re.fullmatch(r"about [\d.,]+× below, one seed", against["aes_iterative"].text)
    assert re.fullmatch(r"loses to it by [\d.,]+×", against["aes_pipelined"].text)
    gains = column(keyed(document, "space"), "projected speedup")
    assert "one seed" in gains["aes_half"].note and not gains["aes_pipelined"].note
    assert hardware_facts.ONE_SEED in keyed(document, "pareto").caption
    assert said(document).count(hardware_facts.ONE_SEED) == 1  # of aes_iterative, the only design of its own with one
    marks = {mark.label: mark for mark in keyed(document, "pareto").marks}
    assert marks["aes_half"].below and marks["aes_half"].text.endswith("below: 3 processes, one seed")
    assert "aes_pipelined would not beat the fastest" in said(document) and "No accelerator here beats" not in said(
        document
    )
    assert re.search(
        r"It is about [\d.,]+× below the fastest software of this study .*; one seed, so no verdict", said(document)
    )


def test_software_of_few_processes_earns_no_verdict(evidence: Evidence, found: Accelerators) -> None:
    best = found.fastest
    assert best is not None
    for candidate in found.candidates:
        assert candidate.beside == len(best.run.processes(found.build))
    few = replace(found.candidates[1], beside=4)
    assert few.tentative == "software of 4 processes"
    (told, *_) = hardware_proposals.summary(replace(found, candidates=(few,)))
    assert isinstance(told, Text) and "; software of 4 processes, so no verdict" in told.text


def test_the_words_of_the_tools_are_explained_before_a_design_is_told_of(document: Document) -> None:
    (chapter,) = (each for each in document.sections if each.title == "Hardware Acceleration")
    keys = [block.key for block in chapter.blocks if isinstance(block, Table)]
    assert keys.index("hardware-words") < keys.index("host-bound")
    words = {row[0].text for row in keyed(document, "hardware-words").rows}
    assert {"RTL", "seed, speed grade", "played back", "host's part"} <= words


def test_the_hosts_part_is_no_ablation_of_the_baseline_and_bounds_what_any_accelerator_brings(
    found: Accelerators, document: Document
) -> None:
    table, reference = keyed(document, "host-bound"), found.candidates[0].reference
    assert reference is not None and [m.run.name for m in found.yardsticks] == ["pyaes_vaes", "pyaes_ttable_llvm"]
    assert table.columns == ("design", "host's part", "pyaes_clean", "pyaes_vaes", "pyaes_ttable_llvm")
    assert column(table, "host's part")["aes_iterative"].value == pytest.approx(
        synthetic.SECONDS["release"] / 400, rel=0.02
    )
    assert column(table, "pyaes_clean")["aes_iterative"].value == pytest.approx(400, rel=0.02)
    assert column(table, "pyaes_vaes")["aes_iterative"].value == pytest.approx(400 / 14_600, rel=0.02)
    assert "pyaes_vaes (VAES, 512 bits), 3.2" in table.caption  # µs: the baseline's time by its speedup
    assert "another program than pyaes_clean" in said(document)
    assert "By ablation, what it takes over" not in said(document)


def test_area_and_clock_say_what_is_not_in_them(document: Document) -> None:
    for key in ("designs", "space", "utilisation:aes_iterative", "pareto"):
        assert "No bus slave, DMA engine or PCIe logic" in keyed(document, key).caption, key
    assert (
        "interfaces, at assumed costs, are of other machines: a projection, not a product"
        in keyed(document, "designs").caption
    )


def test_a_design_that_takes_less_of_another_resource_is_not_dominated(evidence: Evidence) -> None:
    study = synthetic_hardware.study()
    memories = tuple(
        result if result.name == "aes_poor" else replace(result, area={**result.area, "BRAM": 90})
        for result in study.results
    )
    document = hardware_section(replace(evidence, hardware=replace(study, results=memories)))
    assert not any(mark.outlined for mark in keyed(document, "pareto").marks if mark.label == "aes_poor")


def test_a_design_that_promises_less_of_its_answer_dominates_no_exact_one(evidence: Evidence) -> None:
    study = synthetic_hardware.study()
    exact, cheap = study.results[0], replace(study.results[0], name="aes_rough", area={"LUT4": 100}, point=True)
    rough = replace(cheap, parameters={**cheap.parameters, "error": "2.5e-08 of 1e-06 promised"})

    def of(*results: Any) -> Document:
        return hardware_section(replace(evidence, hardware=replace(study, results=results)))

    outlined = {mark.label: mark.outlined for mark in keyed(of(exact, cheap), "pareto").marks}
    assert outlined == {"aes_iterative": True, "aes_rough": False}
    assert not any(mark.outlined for mark in keyed(of(exact, rough), "pareto").marks)
    assert "or where it promises less, that promise" in said(of(exact, rough))
    assert "or where it promises less" not in said(of(exact, cheap))


def test_projections_are_never_among_measurements(evidence: Evidence, found: Accelerators, document: Document) -> None:
    measured, projected = keyed(document, "projected").groups
    assert measured[0].startswith("measured") and projected[0].startswith("projected")
    assert not any(bar.projected for bar in measured[1]) and all(bar.projected for bar in projected[1])
    assert projected[0].endswith("against pyaes_vaes")
    assert all(re.search(r"\], loses by [\d,.]+×$", bar.text) for bar in projected[1]), "a slide has no other words"
    assert {bar.label for bar in projected[1]} == {"aes_iterative", "aes_pipelined"}
    assert not any(bar.label.startswith("peer_") for bar in measured[1])
    assert all(curve.projected for key in ("amdahl", "granularity") for curve in keyed(document, key).curves)
    sized = keyed(document, "granularity").curves  # the other one has no size to vary
    assert [curve.label for curve in sized] == ["aes_iterative"]
    for key in ("designs", "space", "interfaces:aes_iterative"):
        assert keyed(document, key).source == "projected"
    whole = sections.build(evidence)
    ladder = keyed(whole, "ladder")
    assert not any(bar.projected or bar.label.startswith("aes_") for _, bars in ladder.groups for bar in bars)
    assert whole.verdict == sections.build(replace(evidence, hardware=None)).verdict
    colours = [evidence.role(run) for run in evidence.runs] + [c.role for c in found.candidates]
    assert len(set(colours)) == len(colours)


def test_the_design_space_marks_what_is_dominated_and_what_loses(document: Document) -> None:
    chart = keyed(document, "pareto")
    marks = {mark.label: mark for mark in chart.marks}
    assert marks["aes_poor"].outlined and not marks["aes_half"].outlined and not marks["aes_iterative"].outlined
    assert all(mark.below and mark.text.endswith(", loses") for mark in marks.values())
    assert chart.lines[0].name.startswith("pyaes_vaes")


def test_another_source_and_another_machine_are_said(evidence: Evidence) -> None:
    def warnings(of: Evidence) -> list[str]:
        part = hardware.section(of, accelerators.read(of, compare(of, "release")))
        return [b.text for b in part.blocks if isinstance(b, Text) and b.style == "warning"]

    assert not any("another" in line for line in warnings(evidence))
    assert any(
        line.startswith("Results of another source")
        for line in warnings(replace(evidence, hardware_changed=("bench/aes/_core.py",)))
    )
    study = synthetic_hardware.study()
    moved = replace(
        evidence,
        hardware=replace(study, baseline=replace(study.baseline, machine={**study.host, "cpu": "Another CPU"})),
    )
    assert any("another machine (Another CPU)" in line for line in warnings(moved))


def test_projections_are_over_the_familys_baseline_whatever_the_report_compares_with(evidence: Evidence) -> None:
    other = evidence.runs[1]
    turned = replace(evidence, baseline=other, runs=(other, *(run for run in evidence.runs if run is not other)))
    one, two = (accelerators.read(each, compare(each, "release")) for each in (evidence, turned))
    assert one and two and one.fastest and two.fastest
    assert one.fastest.speedup.value == pytest.approx(two.fastest.speedup.value)
    assert two.baseline == "pyaes_clean"


def test_every_key_is_unique_and_known_to_narratives(document: Document) -> None:
    keys = [key for s in document.sections for b in s.blocks if (key := getattr(b, "key", ""))]
    assert len(set(keys)) == len(keys)
    for key in keys:
        kind = KINDS[key.partition(":")[0]]
        assert key.count(":") == SCOPES[kind.scope], key
        assert kind.place == numbering.kind(keyed(document, key)).lower(), key
    known = Known(document)
    assert known.key("diagram:aes_of_another_study") == "diagram:aes_of_another_study"
    cell = known.cell("designs", "aes_iterative", "clock")
    assert cell is not None and cell.text.startswith("95.9 MHz")
    assert known.cell("designs", "aes_iterative", "against pyaes_ttable_llvm") is not None
    assert (
        known.cell("designs", "aes_iterative", "against pyaes_numba") is None
    )  # a rung, which this study does not need
    with pytest.raises(Unfit, match="against pyaes_of_nobody"):
        known.cell("designs", "aes_iterative", "against pyaes_of_nobody")


def test_a_told_report_shows_accelerators_in_its_appendix_unless_they_are_placed(evidence: Evidence) -> None:
    whole = sections.build(replace(evidence, hardware_changed=("bench/aes/_core.py",)))
    keys = [key for part in appendix.sections(whole, ()) for b in part.blocks if (key := getattr(b, "key", ""))]
    assert "designs" in keys
    placed = [
        key for part in appendix.sections(whole, ("designs",)) for b in part.blocks if (key := getattr(b, "key", ""))
    ]
    assert "designs" not in placed
    assert any(warning.startswith("Results of another source") for warning in whole.warnings)  # in every format


def test_one_seed_has_no_range_and_kinds_of_cells_keep_their_order() -> None:
    result = replace(synthetic_hardware.study().results[0], clocks={"6": (99.3,)}, area={"BRAM": 2, "FF": 7, "LUT4": 9})
    clock = hardware_facts.timing(result)
    assert clock is not None and [cell.text for cell in clock.rows[0][1:]] == ["99.3 MHz [one seed]", "99.3", "319 µs"]
    use = hardware_facts.utilisation(result)
    assert use is not None and [row[0].text for row in use.rows] == ["LUT4", "FF", "BRAM"]


# How it is drawn


def test_the_page_draws_a_diagram_without_any_script(document: Document) -> None:
    page = html.render(document).decode()
    drawn = page.partition('<figure id="diagram:aes_iterative"')[2].partition("</figure>")[0]
    assert drawn.count("<rect") == 8 and drawn.count("<polyline") == len(keyed(document, "diagram:aes_iterative").wires)
    assert 'role="img"' in drawn and "<td" in drawn  # the text alternative
    assert "control → round: 2 bits; round → control: 1 bit (go, done)" in drawn
    assert "31,636 cycles" in drawn


def test_names_from_a_description_are_escaped_and_drawn_as_they_are(evidence: Evidence) -> None:
    study = synthetic_hardware.study()
    iterative = study.results[0]
    renamed = tuple(replace(p, name=HOSTILE) if p.name == "round" else p for p in iterative.parts)
    wires = tuple(
        replace(w, source=w.source.replace("round", HOSTILE), target=w.target.replace("round", HOSTILE))
        for w in iterative.wires
    )
    hostile = replace(study, results=(replace(iterative, parts=renamed, wires=wires, summary=HOSTILE),))
    of = replace(evidence, hardware=hostile)
    document = only(hardware.section(of, accelerators.read(of, compare(of, "release"))))
    page = html.render(document).decode()
    assert "<script>alert" not in page and "&lt;/text&gt;&lt;script" in page
    assert text.render(document)
    drawn = only(Section("Some", (Text(HOSTILE), keyed(document, "diagram:aes_iterative"))))
    assert pdf.render(drawn).startswith(b"%PDF")


def test_projected_bars_are_dashed_in_every_format(document: Document) -> None:
    chart: BarChart = keyed(document, "projected")
    shapes = [s for s in plotly_figures.draw(chart).layout.shapes if s.type == "rect"]
    assert len(shapes) == 2 and all(shape.line.dash == "dash" for shape in shapes)
    (axes,) = rows.bars(chart).axes
    assert sum(patch.get_linestyle() == "--" for patch in axes.patches) == 2
    assert "- - -" in text.render(document).decode()


def test_projected_curves_are_dashed_in_their_own_colour(document: Document) -> None:
    chart: Curves = keyed(document, "amdahl")
    drawn = plotly_figures.draw(chart).data
    assert all(trace.line.dash == "dash" and "lines+markers" in trace.mode for trace in drawn)
    assert len({trace.line.color for trace in drawn}) == 2


def test_a_scatter_shows_points_forms_and_the_line(document: Document) -> None:
    chart: Scatter = keyed(document, "pareto")
    (trace,) = plotly_figures.draw(chart).data
    assert set(trace.marker.symbol) == {"triangle-down"} and trace.x == tuple(mark.x for mark in chart.marks)
    kept = replace(chart, marks=tuple(replace(mark, below=False) for mark in chart.marks))
    assert set(plotly_figures.draw(kept).data[0].marker.symbol) == {"circle"}
    names = {note.text for note in plotly_figures.draw(chart).layout.annotations}
    assert {mark.label for mark in chart.marks} <= names and any("pyaes_vaes" in name for name in names)
    (axes,) = scatter.scatter(chart).axes
    assert {mark.label for mark in chart.marks} <= {note.get_text() for note in axes.texts}
    written = text.render(document).decode().partition("What a design costs, and")[2].split("\n\n")[1]
    assert re.search(r"aes_poor +9,000 .*v.*loses, dominated", written) and "| pyaes_vaes" in written


def test_names_of_points_are_kept_apart() -> None:
    marks = tuple(Mark(f"design_{i}", 1000.0 + i, 10.0, None, None, "", "variant-0") for i in range(5))
    chart = Scatter("", "", "LUT4", "×", marks, (Line(10.0, "software"),))
    across, up = palette.scatter_scales(chart)
    placed = labels.beside(chart, across, up, (400, 300), (6, 12), 20)
    assert len({(name.side, name.shift) for name in placed}) == 5


def test_text_has_diagram_register_map_and_projection_in_a_hundred_columns(document: Document) -> None:
    lines = text.render(document).decode().split("\n")
    assert max(map(len, lines)) <= 100
    whole = "\n".join(lines)
    for wanted in ("┌", "key_schedule", "0x10", "95.9 MHz [94.0–97.8]", "loses to it by", "projected"):
        assert wanted in whole


def test_every_format_holds_every_design(document: Document) -> None:
    book = load_workbook(BytesIO(xlsx.render(document)))
    assert {"diagram aes_iterative", "registers aes_iterative", "pareto", "projected", "space"} <= set(book.sheetnames)
    parts = [cell.value for cell in book["diagram aes_iterative"]["A"]]
    assert "key_schedule" in parts
    kinds = [b["kind"] for s in json.loads(as_json.render(document))["sections"] for b in s["blocks"]]
    assert {"Diagram", "Scatter"} <= set(kinds)
    marked = markdown.render(document).decode()
    assert "```\n" in marked and "key_schedule" in marked and "dominated" in marked


@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_paper_holds_it_all_and_letters_are_embedded(document: Document, paper: str) -> None:
    if paper == "letter":  # the sheet is the same for all that is on it
        keys = ("diagram:aes_iterative", "registers:aes_iterative", "pareto")
        document = only(Section("Some", tuple(keyed(document, key) for key in keys)))
    printed = PdfReader(BytesIO(pdf.render(replace(document, paper=paper))))
    words = "\n".join(page.extract_text() for page in printed.pages)
    for wanted in ("What aes_iterative is made of", "key_schedule", "Register map", "What a design costs", "aes_poor"):
        assert wanted in words


def test_a_diagram_on_paper_has_letters_that_can_be_read(document: Document) -> None:
    block: Diagram = keyed(document, "diagram:aes_iterative")
    figure = paper_figures.draw(block)
    assert min(float(t.get_fontsize()) for axes in figure.axes for t in axes.texts) >= 7
    shown = {t.get_text() for axes in figure.axes for t in axes.texts}
    assert {part.name for part in block.parts} <= shown


def test_a_talk_can_place_the_projected_ladder_and_the_design_space(document: Document) -> None:
    blocks: list[Block] = [keyed(document, "projected"), keyed(document, "pareto"), keyed(document, "amdahl")]
    made = tuple(Slide(f"Slide {i}", (block, Prose((Span("A sentence."),)))) for i, block in enumerate(blocks))
    talk = PdfReader(BytesIO(slides.render(replace(document, slides=made))))
    assert len(talk.pages) == 5 and "aes_iterative" in talk.pages[1].extract_text()


def test_the_same_evidence_gives_the_same_bytes(evidence: Evidence, document: Document) -> None:
    again = only(hardware.section(evidence, accelerators.read(evidence, compare(evidence, "release"))))
    for renderer in (html, text, as_json, markdown):
        assert renderer.render(again) == renderer.render(document)
