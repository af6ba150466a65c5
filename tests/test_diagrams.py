"""The layout of block diagrams: whatever the graph, nothing lies over anything else, and every wire is there."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import combinations, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from bench.hardware import Part as Described
from bench.hardware import Wire
from reporting.charts import Diagram, Part
from reporting.diagrams.graph import INPUTS, OUTPUTS, Edge, Vertex, merged
from reporting.diagrams.layout import WIDEST, laid
from reporting.text import diagrams as text
from reporting.words import hardware_diagrams
from tests import synthetic_hardware

names = st.integers(0, 8).map(lambda number: f"part_{number}")
edges = st.lists(st.tuples(names, names, st.integers(1, 512)), min_size=1, max_size=16)


def made(pairs: list[tuple[str, str, int]], around: bool = True) -> Diagram:
    keys = list(dict.fromkeys(key for a, b, _ in pairs for key in (a, b)))
    vertices = [Vertex(key, key, ("1,234 LUT4, 56 FF",) * (len(key) % 2)) for key in keys]
    found = [Edge(*pair) for pair in pairs]
    if around:
        vertices += [Vertex(INPUTS, "in"), Vertex(OUTPUTS, "out")]
        found += [Edge(INPUTS, keys[0], 33), Edge(keys[0], INPUTS, 1), Edge(keys[-1], OUTPUTS, 32)]
    return laid(vertices, found, title="T", caption="C", facts=("F",), key="diagram:x")


def cells(part: Part) -> set[tuple[int, int]]:
    return {(x, y) for x in range(part.x, part.x + part.width) for y in range(part.y, part.y + part.height)}


def on_the_way(corners: tuple[tuple[int, int], ...]) -> set[tuple[int, int]]:
    """Return the places of a wire, without its two ends, which are on the edges of boxes."""
    found: set[tuple[int, int]] = set()
    for (x, y), (to_x, to_y) in pairwise(corners):
        assert x == to_x or y == to_y, "a wire goes down or across, never aslant"
        found |= {(c, r) for c in range(min(x, to_x), max(x, to_x) + 1) for r in range(min(y, to_y), max(y, to_y) + 1)}
    return found - {corners[0], corners[-1]}


def steps_of(corners: tuple[tuple[int, int], ...]) -> set[tuple[int, int, bool]]:
    """Return each step from a place to the next one right of it or (True) below it."""
    found: set[tuple[int, int, bool]] = set()
    for (x, y), (to_x, to_y) in pairwise(corners):
        if x == to_x:
            found |= {(x, row, True) for row in range(min(y, to_y), max(y, to_y))}
        else:
            found |= {(column, y, False) for column in range(min(x, to_x), max(x, to_x))}
    return found


@settings(max_examples=200, deadline=None)
@given(edges, st.booleans())
def test_boxes_and_wires_never_lie_over_one_another(pairs: list[tuple[str, str, int]], around: bool) -> None:
    found = made(pairs, around)
    boxes = {part.name: cells(part) for part in found.parts}
    for one, other in combinations(boxes.values(), 2):
        assert not one & other
    bends: Counter[tuple[int, int]] = Counter()
    steps: Counter[tuple[int, int, bool]] = Counter()
    for wire in found.wires:
        assert not any(on_the_way(wire.corners) & box for box in boxes.values())
        assert wire.corners[0] in boxes[wire.source] and wire.corners[-1] in boxes[wire.target]
        bends.update(set(wire.corners))
        steps.update(steps_of(wire.corners))
    assert max(bends.values(), default=0) <= 1, "no two wires turn at the same place, or nobody could tell them apart"
    assert max(steps.values(), default=0) <= 1, "no two wires lie on one another, however short the way"
    assert all(0 <= x < found.width and 0 <= y < found.height for box in boxes.values() for x, y in box)


@settings(max_examples=60, deadline=None)
@given(edges)
def test_every_bit_is_drawn_once_and_goes_where_it_should(pairs: list[tuple[str, str, int]]) -> None:
    found = made(pairs, around=False)
    wanted: Counter[tuple[str, str]] = Counter()
    for a, b, bits in pairs:
        wanted[a, b] += bits if a != b else 0
    drawn: Counter[tuple[str, str]] = Counter()
    for wire in found.wires:
        drawn[wire.source, wire.target] += wire.bits
        drawn[wire.target, wire.source] += wire.back
    assert +drawn == +wanted
    assert len(found.wires) == len({frozenset(pair) for pair in wanted if wanted[pair]})


@settings(max_examples=20, deadline=None)
@given(edges)
def test_the_same_graph_gives_the_same_picture(pairs: list[tuple[str, str, int]]) -> None:
    assert made(pairs) == made(pairs)


def test_edges_in_both_directions_become_one_that_points_where_most_bits_go() -> None:
    assert merged([Edge("a", "b", 1, 0, ("ready",)), Edge("b", "a", 33, 0, ("data",)), Edge("c", "c", 5)]) == [
        Edge("b", "a", 33, 1, ("ready", "data"))
    ]


def test_a_wide_layer_is_divided() -> None:
    found = made([("part_0", f"part_{number}", 8) for number in range(1, 9)], around=False)
    assert found.width <= WIDEST
    assert len({part.y for part in found.parts}) > 2


def test_signs_show_every_word_and_every_arrow() -> None:
    found = hardware_diagrams.diagram(synthetic_hardware.study().results[0])
    assert found is not None
    lines = text.diagram(found)
    drawn = "\n".join(lines)
    assert max(map(len, lines)) <= 100
    for part in found.parts:
        assert all(word in drawn for word in (part.name, *part.lines))
    for wire in found.wires:
        assert wire.text in drawn
    assert drawn.count("▼") == sum(wire.bits > 0 for wire in found.wires)
    assert drawn.count("▲") == sum(wire.back > 0 for wire in found.wires)


def test_a_diagram_is_drawn_from_the_description_and_annotated_with_what_was_measured() -> None:
    (iterative, *_) = synthetic_hardware.study().results
    found = hardware_diagrams.diagram(iterative)
    assert found is not None
    assert {p.name for p in found.parts} == {part.name for part in iterative.parts if part.name} | {"in", "out"}
    boxes = {part.name: part.lines for part in found.parts}
    assert boxes["key_schedule"] == ("640 LUT4, 140 FF, 2 BRAM",)
    wires = {(wire.source, wire.target): (wire.bits, wire.back) for wire in found.wires}
    assert wires["control", "round"] == (2, 1) and wires["in", "control"] == (33, 1)
    assert any(
        "31,636 cycles" in fact and "95.9 MHz [94.0–97.8, range of 3 seeds]" in fact and "330 µs" in fact
        for fact in found.facts
    )
    assert any("4,205 LUT4" in fact for fact in found.facts)
    assert "synthesised apart; sizes need not add up to the whole" in found.caption
    whole = hardware_diagrams.diagram(replace(iterative, area={**iterative.area, "LUT4": 3000}))  # its parts: 3,978
    assert whole is not None and "the whole is smaller than their sum" in whole.caption


def test_what_feeds_a_part_from_a_register_of_the_top_level_is_a_part_of_its_own() -> None:
    (iterative, *_) = synthetic_hardware.study().results
    loose = Wire("", "round", 4)
    found = hardware_diagrams.diagram(replace(iterative, wires=(*iterative.wires, loose)))
    assert found is not None
    assert ("top level", "round", 4) in {(wire.source, wire.target, wire.bits) for wire in found.wires}


def test_a_design_that_was_not_described_has_no_diagram() -> None:
    (iterative, *_) = synthetic_hardware.study().results
    assert hardware_diagrams.diagram(replace(iterative, parts=(), wires=())) is None


def test_of_many_connections_those_for_control_are_left_out_and_counted() -> None:
    (iterative, *_) = synthetic_hardware.study().results
    more = tuple(Wire(a, b, 1, "go") for a, b in [("control", "mixer"), ("counter", "mixer"), ("counter", "out_fifo")])
    few, many = (hardware_diagrams.diagram(replace(iterative, wires=iterative.wires + extra)) for extra in ((), more))
    assert few is not None and many is not None
    assert any(max(wire.bits, wire.back) == 1 for wire in few.wires) and "left out, and so" not in few.caption
    assert all(max(wire.bits, wire.back) > 2 for wire in many.wires)
    assert "so are 5 connections of up to 2 bits" in many.caption
    alone = replace(iterative, wires=(*iterative.wires, *more), parts=(*iterative.parts, Described("blink", ())))
    kept = hardware_diagrams.diagram(replace(alone, wires=(*alone.wires, Wire("control", "blink", 1, "led"))))
    assert kept is not None and ("control", "blink") in {(wire.source, wire.target) for wire in kept.wires}


GOLDEN = """
  ┌────────┐
  │ in     │
  └┬───────┘
   ▲33↓ 1↑
   ▼
 ┌─┴─────────┐
 │ part_0    │
 └┬───────┬──┘
  ▲32↓ 1↑ │8
  │       └──┐
  ▼          │
┌─┴──────┐   │
│ part_1 │   │
└────┬───┘   │
     │64     │
     │      ┌┘
     ▼      ▼
    ┌┴──────┴┐
    │ part_2 │
    └────┬───┘
         │32
         ▼
      ┌──┴──┐
      │ out │
      └─────┘
"""


def test_a_small_diagram_looks_like_this() -> None:
    pairs = [("part_0", "part_1", 32), ("part_1", "part_0", 1), ("part_0", "part_2", 8), ("part_1", "part_2", 64)]
    assert text.diagram(made(pairs)) == GOLDEN.strip("\n").split("\n")
