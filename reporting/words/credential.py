"""The words of the model's credential: what wider registers change, size by size. The arithmetic is in model/credential.py."""

from __future__ import annotations

from reporting import units
from reporting.document import Block, Cell, Table, Text
from reporting.evidence import Evidence
from reporting.model import credential
from reporting.model.credential import AIM, CALL, CLAIMED, MEMORY, ROUNDS, Prediction
from reporting.statistics import Interval
from reporting.words.tables import estimate, missing, text


def blocks(evidence: Evidence) -> list[Block]:
    """Return what a report says of the credential; nothing where the study has none."""
    found = credential.read(evidence)
    farthest = credential.worst(credential.testing(found))
    if farthest is None:
        return []
    hit = abs(farthest.error) <= AIM
    said = (
        "What wider registers change, all else equal: AES instructions of this CPU on registers of two widths, each predicted "
        "from the other, its sibling. A prediction is the sibling's time with the rounds of other registers in it, which are "
        "timed with no Python around them; the predicted variant has no part in it. In LogCA's terms, o + L(g) + C g/A, it tests "
        "that of the accelerator, C g/A. What an interface or a driver costs is not tested by it. "
        f"From {CLAIMED}, the farthest prediction is off by {change(farthest.off)} ({_which(farthest)}; "
        f"{units.count(farthest.processes, 'process')})"
        f"{'' if hit else f', more than the {units.percent(AIM)} aimed at'}. {_null(found)}"
    )
    return [Text(said, "" if hit else "warning"), summary(found), table(found), terms(found), *_peers(found)]


def _which(each: Prediction) -> str:
    return f"{each.variant}, {each.point}"


def change(off: Interval) -> str:
    """Return for example +3.91 % [+1.20 to +6.60]."""
    low, high = (units.change(end).partition("\N{NO-BREAK SPACE}")[0] for end in (off.low, off.high))
    return f"{units.change(off.value)} [{low} to {high}]"


def summary(found: tuple[Prediction, ...]) -> Table:
    """The farthest prediction of each kind: within the sizes that the model is claimed for, and beyond them."""
    peers = tuple(each for each in found if not each.sibling)
    kinds = {
        f"wider registers, {CLAIMED}": credential.testing(found),
        "wider registers, larger": credential.testing(found, claimed=False),
        f"a library peer, {CLAIMED}": tuple(each for each in peers if each.claimed),
        "a library peer, larger": tuple(each for each in peers if not each.claimed),
    }
    rows = tuple((text(kind), *_farthest(kind, credential.worst(those))) for kind, those in kinds.items())
    return Table(
        "How far the predictions are off at most",
        ("predictions", "farthest", "error", "processes"),
        rows,
        caption=f"With 95 % intervals over processes. The model is claimed for messages of {CLAIMED}; what is larger is shown, and counts for nothing.",
        source="projected",
        key="credential-farthest",
    )


def _farthest(kind: str, found: Prediction | None) -> tuple[Cell, ...]:
    if found is None:
        return (missing(f"{kind}: nothing was predicted"),) * 3
    processes = Cell(str(found.processes), found.processes)
    return text(_which(found)), estimate(change(found.off), found.off, "%"), processes


def _null(found: tuple[Prediction, ...]) -> str:
    """Say how far the sibling's own time would be off, and where the prediction is no other than that."""
    tested = credential.testing(found)
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
            "claimed",
            "predicted",
            "measured",
            "processes",
            "error",
            "error of sibling copied",
            "error without L",
            "inputs from",
        ),
        tuple(map(_row, found)),
        caption="Time of one call with 95 % intervals over processes. Sibling copied: its time as it is, which a prediction has to "
        "be better than. Without L: call and rounds alone, as if memory cost nothing. "
        f"The model is claimed for messages of {CLAIMED}: those that are larger are beyond its range. Their errors are shown, and "
        "no verdict and no other prediction rests on them.",
        source="projected",
        key="credential",
    )


def _row(each: Prediction) -> tuple[Cell, ...]:
    bare, null = each.error_without_memory, each.null_error
    return (
        text(each.variant),
        text(each.point),
        text("yes" if each.claimed else "no, beyond its range"),
        estimate(units.time_interval(each.predicted), each.predicted, "s"),
        estimate(units.time_interval(each.measured), each.measured, "s"),
        Cell(str(each.processes), each.processes),
        estimate(change(each.off), each.off, "%"),
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
    missed = [each for each in found if not each.sibling and each.claimed and abs(each.error) > AIM]
    if not missed:
        return []
    named = "; ".join(f"{_which(each)}: {change(each.off)}" for each in missed)
    return [
        Text(
            f"Predicted by a line through its own other sizes, a library peer is not met everywhere ({named}). Why was not "
            "measured; its times need not lie on a line."
        )
    ]
