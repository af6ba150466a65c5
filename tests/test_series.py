"""A family's series: which points are measured, beside which limit, and what ratios come of it."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench import admission, discover, series
from bench.errors import Unsupported, UsageError, VariantFailed, WrongAnswer
from bench.model import Limit, Measurement, Series, Workload
from bench.subject import Subject
from profiling.collectors import series as collector
from tests.fakes import Calls, series_of, subject_of

POINTS = {"2 MB": 2e6, "1 B": 1.0, "1 kB": 1e3}  # the order of the table, not of the sizes
ENTRY = "def entry():\n    return 10\ndef seconds():\n    return 0.01\n"


def claims(pace: str, answer: str = "amount") -> str:
    """The source of a module that claims to take so long for an amount, and answers so."""
    return (
        f"calls = []\ndef pace(amount):\n    calls.append(1)\n    return {pace}\ndef at(amount):\n    return {answer}\n"
    )


BARE = claims("1e-6 + 1e-9 * amount")
FAST = ENTRY + BARE


def limit_of(seconds_per_byte: float, lacks: str = "") -> Limit:
    def prepare(amount: float) -> Workload:
        if lacks:
            raise Unsupported(lacks)
        return Workload(lambda loops: loops * amount * seconds_per_byte, lambda: None)

    return Limit("speed of light", "Nothing is faster.", prepare, hertz=lambda: 2e9)


def subject(
    tmp_path: Path, source: str, *points: str, limit: Limit | None = None, name: str = "mine", unit: str = "byte"
) -> tuple[Subject, Calls]:
    (tmp_path / f"{name}.py").write_text(source)
    calls: Calls = []
    found = series_of(POINTS, calls)
    found = replace(found, work={point: (amount, unit) for point, (amount, _) in found.work.items()})
    made, _ = subject_of(discover.describe(name, tmp_path / f"{name}.py"), found, limit)
    return replace(made, points=points), calls


def observed(tmp_path: Path, source: str, *points: str, **given: Any) -> tuple[dict[str, Any], Calls]:
    made, calls = subject(tmp_path, source, *points, **given)
    series.observe(made, tmp_path / "run_1.json")
    return json.loads((tmp_path / "run_1.json").read_text()), calls


def test_every_value_has_its_limit_and_its_clock(tmp_path: Path) -> None:
    found, _ = observed(tmp_path, FAST, limit=limit_of(0.5e-9))
    assert [point["point"] for point in found["points"]] == list(POINTS)
    assert (found["title"], found["error_unit"], found["limit"], found["baseline"]) == ("Bytes", "byte", "", False)
    for point in found["points"]:
        assert point["seconds"] == pytest.approx([1e-6 + 1e-9 * point["amount"]] * series.VALUES)
        assert point["limit_seconds"] == pytest.approx([0.5e-9 * point["amount"]] * series.VALUES)
        assert point["hertz"] == [2e9] * series.VALUES and point["missing"] == "" and point["error"] == 0


def test_a_point_that_takes_too_long_is_not_even_tried(tmp_path: Path) -> None:
    found, calls = observed(tmp_path, ENTRY + claims("1e-6 + 35e-6 * amount"))
    missing = {point["point"]: point["missing"] for point in found["points"]}
    assert missing == {"2 MB": "one call would take about 70 s", "1 B": "", "1 kB": ""}
    assert max(loops for _, loops in calls) > 1 and not found["points"][0]["seconds"]


def test_the_smallest_point_may_take_too_long_already(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "numba", raising=False)  # a compiler's first call would be excused
    found, calls = observed(tmp_path, ENTRY + claims("4 * amount"))
    missing = [point["missing"] for point in found["points"]]
    assert missing == ["one call would take about 8,000,000 s", "one call takes 4 s", "one call takes 4,000 s"]
    assert len(calls) == 2


def test_where_the_guess_is_rough_one_call_tells(tmp_path: Path) -> None:
    """Up to 1 kB the line says 4 s for 2 MB; beyond, a byte costs less than that says."""
    found, _ = observed(tmp_path, ENTRY + claims("2e-6 * min(amount, 2e5)"))
    assert found["points"][0]["seconds"] == pytest.approx([0.4])
    found, _ = observed(tmp_path, ENTRY + claims("2e-6 * amount"))
    assert found["points"][0]["missing"] == "one call takes 4 s"


def test_near_a_point_that_took_too_long_none_is_tried(tmp_path: Path) -> None:
    pace = series.Pace()
    for amount, seconds in ((1.0, 1e-6), (1e3, 1e-3), (2e6, 15.0)):
        pace.learn(amount, "byte", seconds)
    with pytest.raises(Unsupported, match="about 16 s"):
        pace.refuse(2.1e6, "byte")
    pace.refuse(2.1e6, "question")  # of which nothing is known


def test_a_fixed_cost_is_not_taken_for_a_cost_of_every_byte(tmp_path: Path) -> None:
    found, _ = observed(tmp_path, ENTRY + claims("0.1 + 1e-8 * amount") + "LACKS = (1e3,)\n")
    assert found["points"][0]["seconds"] == pytest.approx([0.12] * 3)  # and not 200,000 s


@pytest.mark.parametrize("slow", [1, 2, 3])
def test_a_call_that_compiles_or_is_held_up_is_not_taken_for_a_long_one(tmp_path: Path, slow: int) -> None:
    source = ENTRY + claims(f"{'0.5' if slow == 1 else '0.1'} if len(calls) == {slow} else 1e-6")
    found, calls = observed(tmp_path, source, "1 B")
    assert found["points"][1]["seconds"] == pytest.approx([1e-6] * series.VALUES)
    assert all(loops * 1e-6 >= series.VALUE / 2 for _, loops in calls[-series.VALUES :])


def test_long_calls_have_fewer_values(tmp_path: Path) -> None:
    found, _ = observed(tmp_path, ENTRY + claims("0.9"), "1 B")
    assert found["points"][1]["seconds"] == [0.9]
    found, _ = observed(tmp_path, ENTRY + claims("0.13"), "1 B")
    assert found["points"][1]["seconds"] == [0.13] * 3  # about 0.4 s together


def test_the_points_that_were_chosen_are_measured_whatever_they_take(tmp_path: Path) -> None:
    source = ENTRY + claims("4 * amount")
    found, _ = observed(tmp_path, source, "1 B")
    assert {point["point"]: bool(point["seconds"]) for point in found["points"]} == {
        "2 MB": False, "1 B": True, "1 kB": False,
    }  # fmt: skip


def test_what_a_variant_does_not_offer_is_a_gap_with_its_words(tmp_path: Path) -> None:
    found, _ = observed(tmp_path, FAST + "LACKS = (1e3,)\n", limit=limit_of(1e-9))
    gap = found["points"][2]
    assert gap["missing"] == "variant_mine cannot do 1000" and not gap["limit_seconds"]
    assert all(point["seconds"] for point in found["points"][:2])


def test_the_baseline_has_the_limit_of_points_that_it_does_not_offer(tmp_path: Path) -> None:
    found, _ = observed(tmp_path, FAST + "LACKS = (1e3,)\n", limit=limit_of(1e-9), name="base")
    assert found["baseline"] and not found["points"][2]["seconds"]
    assert found["points"][2]["limit_seconds"] == pytest.approx([1e-6] * series.VALUES)


def test_a_limit_that_is_not_defined_here_is_named(tmp_path: Path) -> None:
    found, _ = observed(tmp_path, FAST, limit=limit_of(1e-9, lacks="no such instruction"))
    assert found["limit"] == "no such instruction"
    assert all(point["seconds"] and not point["limit_seconds"] and point["hertz"] for point in found["points"])


def test_a_limit_of_other_work_is_not_set_beside(tmp_path: Path) -> None:
    found, _ = observed(tmp_path, FAST, limit=limit_of(1e-9), unit="question")
    assert not any(point["limit_seconds"] for point in found["points"])


@pytest.mark.parametrize("answer", ["amount + 2", "amount + 2 * (len(calls) > 5)"])
def test_a_wrong_answer_ends_it_first_or_last(tmp_path: Path, answer: str) -> None:
    made, _ = subject(tmp_path, ENTRY + claims("1e-3", answer))
    with pytest.raises(WrongAnswer, match="instead of"):
        series.observe(made, tmp_path / "run_1.json")
    assert not (tmp_path / "run_1.json").exists()


def test_the_error_is_the_largest_that_was_seen(tmp_path: Path) -> None:
    found, _ = observed(tmp_path, ENTRY + claims("1e-3", "amount + 0.25"))
    assert [point["error"] for point in found["points"]] == [0.25] * 3


PEER = '"""A peer."""\nKIND = "series peer"\n' + BARE


def test_a_peer_in_the_series_needs_no_entry_and_is_checked_at_a_point_that_it_offers(tmp_path: Path) -> None:
    made, calls = subject(tmp_path, PEER + "LACKS = (2e6,)\n")
    found = admission.examine(made)
    assert found["digest"] == "" and found["seconds"] == pytest.approx(1e-6, rel=0.01) and len(calls) == 1
    with pytest.raises(UsageError, match="series only"):
        _ = made.workload
    with pytest.raises(WrongAnswer):
        admission.examine(subject(tmp_path, PEER.replace("return amount\n", "return -9\n"))[0])
    with pytest.raises(VariantFailed, match="no point"):
        admission.examine(subject(tmp_path, PEER + "LACKS = (2e6, 1.0, 1e3)\n")[0])
    with pytest.raises(VariantFailed, match="defines no entry"):
        admission.examine(subject(tmp_path, BARE)[0])


def record(seconds: float, limit: float = 0.0, *, baseline: bool = False, missing: str = "") -> dict[str, Any]:
    point = {
        "point": "1 kB", "amount": 1000.0, "unit": "byte", "seconds": [] if missing else [seconds, 3 * seconds],
        "limit_seconds": [limit, limit] if limit else [], "hertz": [1e9, 3e9], "error": 0.0, "missing": missing,
    }  # fmt: skip
    about = {"baseline": baseline, "title": "Bytes", "summary": "x", "error_unit": "", "limit": ""}
    return about | {"points": [point]}


def derived(tmp_path: Path, *records: dict[str, Any]) -> dict[str, Measurement]:
    for number, made in enumerate(records, 1):
        (tmp_path / f"run_{number}.json").write_text(json.dumps(made))
    return {found.metric: found for found in collector.parse(tmp_path, tmp_path, "release")}


def test_ratios_are_taken_within_each_process(tmp_path: Path) -> None:
    found = derived(tmp_path, record(1e-6, 1e-6), record(2e-6, 1e-6))
    assert found["series: 1 kB"].values == (2e-6, 4e-6) and found["series: 1 kB"].unit == "s"
    assert found["share of the limit: 1 kB"].values == (0.5, 0.25)
    assert found["per cycle: 1 kB"].values == pytest.approx((0.25, 0.125))
    assert found["per cycle: 1 kB"].unit == "byte/cycle" and "limit per cycle: 1 kB" not in found
    assert found["series: 1 kB"].detail["processes"] == [[1e-6, 3e-6], [2e-6, 6e-6]]


def test_the_limit_per_cycle_stands_with_the_baseline(tmp_path: Path) -> None:
    first = record(1e-6, 1e-6, baseline=True, missing="too long")
    found = derived(tmp_path, first, record(1e-6, 2e-6, baseline=True, missing="left out"))
    assert found["series: 1 kB"].values == () and found["series: 1 kB"].missing == "too long"
    assert found["limit per cycle: 1 kB"].values == pytest.approx((0.5, 0.25))
    assert set(found) == {"series: 1 kB", "limit per cycle: 1 kB"}


def test_without_a_limit_there_is_no_share(tmp_path: Path) -> None:
    assert set(derived(tmp_path, record(1e-6))) == {"series: 1 kB", "per cycle: 1 kB"}
    half = derived(tmp_path, record(1e-6, 1e-6), record(1e-6))  # in one of two processes only
    assert "share of the limit: 1 kB" not in half


def test_the_series_of_a_family_names_its_work() -> None:
    for name in discover.families():
        found = discover.family(name).series
        if found is not None:
            assert isinstance(found, Series) and set(found.work) == set(found.points)
            assert all(amount > 0 and unit for amount, unit in found.work.values())
