"""What is said of accelerators beside compiled C on this CPU: a table of all that have a part in C, a sentence for each."""

from __future__ import annotations

from reporting import units
from reporting.document import Cell, Table
from reporting.model import accelerators, counterparts
from reporting.model.accelerators import BEATS, LOSES, OPEN, Accelerators, Candidate
from reporting.model.counterparts import Held
from reporting.statistics import Interval
from reporting.words import hardware_facts
from reporting.words.tables import estimate, missing, text

TITLE = "Against compiled C on this CPU"
COLUMNS = (
    "design",
    "part in C",
    "part on the core, range of seeds",
    "part alone",
    "whole job in C",
    "whole job projected",
    "whole job",
)
STAGE = "software"  #: of a Result's `missing`, where its part in C has no time


def table(found: Accelerators) -> Table | None:
    """Every design that has a part in C, held against it; None where none has."""
    held = {each.candidate.name: each for each in counterparts.read(found)}
    rows = tuple(
        _row(held[c.name]) if c.name in held else (text(c.name), *[missing(_why(c))] * (len(COLUMNS) - 1))
        for c in found.candidates
        if c.name in held or STAGE in c.result.missing
    )
    if not rows:
        return None
    made = dict.fromkeys(
        (h.candidate.result.software.source, h.candidate.result.software.compiler) for h in held.values()
    )
    with_ = "; ".join(f"{source}, compiled by {compiler}" for source, compiler in made)
    caption = (
        "The same part of the work as a function in C on one core of this CPU, behind the same host"
        + (f" ({with_})" if with_ else "")
        + ". Part: inside that function, by a clock around every call; and the design's cycles, those of its bus included, at its "
        "clock with the range of its seeds, without any interface. Whole job: measured in C, without what the host does for the "
        f"core alone; projected for the design behind {accelerators.REFERENCE}; both over {found.baseline}, timed in the same "
        "blocks. A verdict is given where the intervals do not overlap."
    )
    took = "; ".join(f"{name}, {units.time_interval(each.seconds)}" for name, each in held.items())
    caption += f" Whole iterations in C: {took}." if took else ""
    return Table(TITLE, COLUMNS, rows, caption, source=accelerators.PROJECTED, key="compiled")


def _why(candidate: Candidate) -> str:
    return f"{candidate.name}: {candidate.result.missing[STAGE][0]}"


def _row(held: Held) -> tuple[Cell, ...]:
    result, reference = held.candidate.result, held.candidate.reference
    lacking = f"{result.name}: {held.candidate.lacking}"
    core = held.core
    gain = reference.speedup if reference else None
    return (
        text(result.name),
        estimate(units.time_interval(held.part), held.part, "s"),
        missing(lacking) if core is None else estimate(_time(core), core, "s"),
        _verdict(held, held.alone, lacking),
        estimate(units.ratio(held.whole), held.whole, "×"),
        missing(lacking) if gain is None else estimate(units.ratio(gain), gain, "×"),
        _verdict(held, held.together, lacking),
    )


def _verdict(held: Held, standing: tuple[str, float] | None, lacking: str) -> Cell:
    """Return for example: C is 3.72× faster. What has no verdict says why in a note."""
    if standing is None:
        return missing(lacking)
    word, factor = standing
    if word == OPEN:
        return text("cannot be told")
    who, about = "the design" if word == BEATS else "C", "about " if held.tentative else ""
    said = f"{who} is {about}{units.significant(factor)}× faster"
    note = f"{held.candidate.name}: {held.tentative}, so no verdict against C." if held.tentative else ""
    return Cell(said, said, note)


def _time(core: Interval) -> str:
    """Return the seconds of a core; of one seed there is no range."""
    return units.time_interval(core) if core.high > core.low else f"{units.seconds(core.value)} [one seed]"


def sentence(candidate: Candidate, found: Accelerators) -> str:
    """Say of one design how its part stands against C, and at which clock it would draw level; empty where it has none."""
    held = next((each for each in counterparts.read(found) if each.candidate is candidate), None)
    clock = hardware_facts.clock(candidate.result)
    if held is None or held.alone is None or held.core is None or clock is None:
        return ""
    word, factor = held.alone
    by = f"{'about ' if held.tentative else ''}{units.significant(factor)}×"
    stands = {BEATS: f"it beats C by {by}", LOSES: f"it loses to C by {by}", OPEN: "which is faster cannot be told"}[
        word
    ]
    level = f", and would draw level at {units.significant(held.level / 1e6)} MHz" if word == LOSES else ""
    return (
        f"Its part alone takes compiled C {units.time_interval(held.part)} on one core of this CPU, and the design "
        f"{candidate.result.cycles:,} cycles at {units.significant(clock.median)} MHz, {units.seconds(held.core.value)}: {stands}{level}."
    )


def beaten(found: Accelerators) -> str:
    """Say which designs the whole job in C leaves behind, in one sentence; empty where it leaves none."""
    losing = [h for h in counterparts.read(found) if h.together and h.together[0] == LOSES and not h.tentative]
    if not losing:
        return ""
    each = ", ".join(f"{h.candidate.name} by {units.significant(h.together[1])}×" for h in losing if h.together)
    return f"Compiled C on one core of this CPU, behind the same host, beats {each}."
