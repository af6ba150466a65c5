"""A design whose answers are less exact than the family's oracle asks for: held to what it promises, and to upstream."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from bench import cosimulate, hardware
from bench.hardware import Design, Precision
from bench.mdp import hardware as mdp
from bench.mdp import oracle
from bench.model import Target


class Counting:
    """A core that counts its calls, and does nothing."""

    cycles = calls = sent = received = 0

    def call(self, transaction: Any, sent: int, received: int) -> None:
        self.calls += 1
        self.cycles += 10


def ran(monkeypatch: pytest.MonkeyPatch, off: float, within: float | None, size: str = "full") -> dict[str, Any]:
    """Run mdp on a design whose every answer is off by so much."""

    def variant(core: Any) -> Any:
        class Battle:
            def evaluate(self, tolerance: float = 0.15) -> float:
                core.call(None, 0, 0)
                return oracle.EXPECTED[tolerance] + off

        return SimpleNamespace(Battle=Battle)

    promise = None if within is None else Precision(within, mdp.error)
    design = Design("off", "", "", "", lambda: None, variant, lambda core: None, precision=promise)
    monkeypatch.setattr(cosimulate, "Compiled", Counting)  # so that the oracle is asked too
    core: Any = Counting()
    return cosimulate.run(design, Target("mdp", "off", size), core)


@pytest.mark.parametrize(
    ("off", "within", "status"),
    [
        (0.0, None, "ok"),
        (2.5e-8, None, "wrong answer"),
        (2.5e-8, 1e-6, "ok"),
        (2.5e-8, 1e-8, "wrong answer"),  # its own promise
        (2e-6, 1e-5, "wrong answer"),  # upstream's
    ],
)
def test_a_design_is_held_to_what_it_promises(
    monkeypatch: pytest.MonkeyPatch, off: float, within: float | None, status: str
) -> None:
    assert ran(monkeypatch, off, within, "small")["status"] == status


def test_its_error_is_reported_and_the_oracle_is_not_named_as_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    found = ran(monkeypatch, 2.5e-8, 1e-6)
    assert found["error"] == pytest.approx(2.5e-8) and found["promised"] == 1e-6
    assert found["checked"][1] == (
        "its promise of an error within 1e-06, not the family's oracle: 2.5e-08 at size full, 2.5e-08 at size small, 20 cycles"
    )
    assert "error" not in ran(monkeypatch, 0.0, None)


def test_only_narrow_words_of_mdp_promise_less() -> None:
    promised = {name: design.precision for name, design in hardware.designs("mdp").items()}
    assert {name for name, each in promised.items() if each} == {"mdp_lanes_2x28", "mdp_lanes_2x25", "mdp_lanes_2x18"}
    assert not any(design.precision for design in hardware.designs("aes").values())
    assert {each.within for each in promised.values() if each} == {1e-6}
