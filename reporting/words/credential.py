"""The words of the model's credential: AES-NI predicted and measured, size by size. The arithmetic is in credential.py."""

from __future__ import annotations

from reporting import credential, units
from reporting.credential import AIM, CALL, MEMORY, ROUNDS, Prediction
from reporting.document import Block, Cell, Table, Text
from reporting.evidence import Evidence
from reporting.words.tables import estimate, missing, text


def blocks(evidence: Evidence) -> list[Block]:
    """Return what a report says of the credential; nothing where the study has none."""
    found = credential.read(evidence)
    farthest = credential.worst(found)
    if farthest is None:
        return []
    hit = abs(farthest.error) <= AIM
    said = (
        "The same model, put to an accelerator that is really there: AES-NI on this CPU. The time of each message is predicted "
        "as o + L(g) + C g/A (LogCA), from measurements in which the predicted variant has no part. "
        f"The farthest of these predictions is {units.change(farthest.error)} off ({farthest.variant}, {farthest.point})"
        f"{'' if hit else f', more than the {units.percent(AIM)} aimed at'}."
    )
    return [Text(said, "" if hit else "warning"), table(found), terms(found), *_peers(found)]


def table(found: tuple[Prediction, ...]) -> Table:
    """Prediction, measurement and error for each variant and size."""
    return Table(
        "AES-NI, predicted and measured",
        ("variant", "message", "predicted", "measured", "error", "error without L", "inputs from"),
        tuple(map(_row, found)),
        caption="Time of one call with 95 % intervals over processes. Without L: call and rounds alone, as if memory cost nothing. "
        "Messages larger than these take their time in main memory, which no AES instruction speeds up.",
        source="projected",
        key="credential",
    )


def _row(each: Prediction) -> tuple[Cell, ...]:
    bare = each.error_without_memory
    return (
        text(each.variant),
        text(each.point),
        estimate(units.time_interval(each.predicted), each.predicted, "s"),
        estimate(units.time_interval(each.measured), each.measured, "s"),
        _change(each.error),
        missing(f"{each.variant}: its terms are not known apart") if bare is None else _change(bare),
        text(each.sibling or "its other sizes"),
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
        caption="Terms of LogCA, each measured apart from the predicted variant.",
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
