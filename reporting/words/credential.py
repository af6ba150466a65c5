"""The words of the model's credential: what wider registers change, size by size. The arithmetic is in model/credential.py."""

from __future__ import annotations

from reporting import units
from reporting.document import Block, Cell, Table, Text
from reporting.evidence import Evidence
from reporting.model import credential
from reporting.model.credential import AIM, CALL, MEMORY, ROUNDS, Prediction
from reporting.words.tables import estimate, missing, text


def blocks(evidence: Evidence) -> list[Block]:
    """Return what a report says of the credential; nothing where the study has none."""
    found = credential.read(evidence)
    farthest = credential.worst(found)
    if farthest is None:
        return []
    hit = abs(farthest.error) <= AIM
    said = (
        "What wider registers change, all else equal: AES instructions of this CPU on registers of two widths, each predicted "
        "from the other, its sibling. A prediction is the sibling's time with the rounds of other registers in it, which are "
        "timed with no Python around them; the predicted variant has no part in it. In LogCA's terms, o + L(g) + C g/A, it tests "
        "that of the accelerator, C g/A. What an interface or a driver costs is not tested by it. "
        f"The farthest prediction is {units.change(farthest.error)} off ({farthest.variant}, {farthest.point})"
        f"{'' if hit else f', more than the {units.percent(AIM)} aimed at'}. {_null(found)}"
    )
    return [Text(said, "" if hit else "warning"), table(found), terms(found), *_peers(found)]


def _null(found: tuple[Prediction, ...]) -> str:
    """Say how far the sibling's own time would be off, and where the prediction is no other than that."""
    tested = [each for each in found if each.sibling and each.tests]
    farthest = max((each for each in tested), key=lambda each: abs(each.null_error or 0.0))
    said = (
        f"The sibling's time, copied, would be off by up to {units.change(farthest.null_error or 0.0)} ({farthest.variant}, "
        f"{farthest.point}); of {units.count(len(tested), 'message')} the prediction is closer for "
        f"{sum(abs(each.error) < abs(each.null_error or 0.0) for each in tested)}."
    )
    same = dict.fromkeys(each.point for each in found if not each.tests)
    return f"{said} For {' and '.join(same)} the prediction is the sibling's time, and tests nothing." if same else said


def table(found: tuple[Prediction, ...]) -> Table:
    """Prediction, measurement and error for each variant and size."""
    return Table(
        "What wider registers change, predicted and measured",
        (
            "variant",
            "message",
            "predicted",
            "measured",
            "error",
            "error of sibling copied",
            "error without L",
            "inputs from",
        ),
        tuple(map(_row, found)),
        caption="Time of one call with 95 % intervals over processes. Sibling copied: its time as it is, which a prediction has to "
        "be better than. Without L: call and rounds alone, as if memory cost nothing. "
        "Messages larger than these take their time in main memory, which no AES instruction speeds up.",
        source="projected",
        key="credential",
    )


def _row(each: Prediction) -> tuple[Cell, ...]:
    bare, null = each.error_without_memory, each.null_error
    return (
        text(each.variant),
        text(each.point),
        estimate(units.time_interval(each.predicted), each.predicted, "s"),
        estimate(units.time_interval(each.measured), each.measured, "s"),
        _change(each.error),
        missing(f"{each.variant}: it has no sibling") if null is None else _change(null),
        missing(f"{each.variant}: its terms are not known apart") if bare is None else _change(bare),
        text(each.sibling + ("" if each.tests else ", its time as it is") if each.sibling else "its other sizes"),
    )


def _change(share: float) -> Cell:
    return Cell(units.change(share), share, unit="%")


def terms(found: tuple[Prediction, ...]) -> Table:
    """What the predicted time is made of."""
    rows = [
        (
            text(each.variant),
            text(each.point),
            *(Cell(units.seconds(each.terms[t]), each.terms[t], unit="s") for t in kinds),
        )
        for kinds in [(CALL, ROUNDS, MEMORY)]
        for each in found
        if each.terms
    ]
    return Table(
        "What the predicted times are made of",
        ("variant", "message", CALL, ROUNDS, MEMORY),
        tuple(rows),
        caption="Terms of LogCA, each measured apart from the predicted variant: o and L are the sibling's, the rounds are not.",
        source="projected",
        key="credential-terms",
    )


def _peers(found: tuple[Prediction, ...]) -> list[Block]:
    """Say what stands in the way where a line through a peer's other sizes misses."""
    missed = [each for each in found if not each.sibling and abs(each.error) > AIM]
    if not missed:
        return []
    named = "; ".join(f"{each.variant}, {each.point}: {units.change(each.error)}" for each in missed)
    return [
        Text(
            f"Interpolated from its own other sizes, a library peer is not met everywhere ({named}). It makes its answer in a "
            "buffer of its own and copies it into new bytes, so a large message is in memory three times, and leaves the faster "
            "caches earlier: a line through two sizes has no such bend. Into the caller's buffer it copies nothing."
        )
    ]
