"""The words of a comparison of two studies: its Document for text and Markdown. Every number comes from comparison/versus.py."""

from __future__ import annotations

import math

from reporting import units
from reporting.comparison import across
from reporting.comparison.across import HOST, NOTE, WARNING, Difference, Side
from reporting.comparison.versus import Half, Pair, Versus
from reporting.document import Block, Cell, Document, Section, Table, Text
from reporting.statistics import Interval
from reporting.words.tables import estimate, missing, text

VERDICTS = ("slower", "faster", "equivalent", "inconclusive", "invalid")
BUSY = 0.5  #: load per usable CPU above which a machine was busy


def build(found: Versus) -> Document:
    """Write the comparison: verdicts first, then the numbers, then what limits them and what differs."""
    limited = tuple(Text(said, "warning") for said in limits(found))
    return Document(
        title=f"{found.b.study.family}: B compared with A",
        subtitle=f"A, the reference: {_label(found.a)}. B, the new one: {_label(found.b)}.",
        timestamp=found.b.study.timestamp,
        family=found.b.study.family,
        sections=(
            Section("Verdicts", (Text(f"{summary(found)}."), *(Text(sentence(p, found), "verdict") for p in found.pairs))),
            Section("Variant by variant", (table(found), *_alone(found))),
            Section("What limits this comparison", limited),
            Section("What was compared, and what differs", (sides(found), *_differences(found))),
        ),
    )  # fmt: skip


def _label(side: Side) -> str:
    return f"{side.study.timestamp} ({units.build_name(side.build)})"


def summary(found: Versus) -> str:
    """Return for example: B against A: 1 slower, 2 equivalent, 1 only in B."""
    counts = [f"{len(names)} {verdict}" for verdict in VERDICTS if (names := found.named(verdict))]
    counts += [f"{len(names)} only in {which}" for which, names in (("A", found.only_a), ("B", found.only_b)) if names]
    return f"B against A: {', '.join(counts)}"


def sentence(pair: Pair, found: Versus) -> str:
    """Say in one sentence what the evidence allows."""
    name, reason = pair.name, pair.reason
    if pair.ratio is None or pair.a.seconds is None or pair.b.seconds is None:
        return f"{name} cannot be compared (invalid): {reason}."
    times = f"({units.seconds(pair.a.seconds.value)} in A, {units.seconds(pair.b.seconds.value)} in B)"
    ratio = units.ratio(pair.ratio)
    said = {
        "faster": f"{name} is faster in B: {ratio} its speed in A {times}.",
        "slower": f"{name} is slower in B: {ratio} its speed in A {times}.",
        "equivalent": f"{name} is as fast in B as in A within {percent(found.band)}: {ratio} {times}.",
        "inconclusive": f"{name} is inconclusive: {ratio} its speed in A {times}; {reason}.{_more(pair)}",
        "invalid": f"{name} ran at {ratio} its speed in A {times}, but that is no verdict (invalid): {reason}.",
    }
    return said[pair.verdict]


def _more(pair: Pair) -> str:
    """Say how many more processes would settle it, and on which side."""
    a, b = pair.lacking
    if not (a or b):
        return ""
    sides = [f"{number:,} more {{}}in {label}" for label, number in (("A", a), ("B", b)) if number]
    where = f"{a:,} more {{}}on each side" if a == b else " and ".join(sides)
    return f" About {where.format('processes ', '')} would settle it."


def table(found: Versus) -> Table:
    rows = tuple(_row(pair) for pair in found.pairs)
    test = "Student's test, block by block," if across.same_study(found.a, found.b) else "Welch's test"
    caption = (
        "Times per iteration, means over processes; ± is the larger half of the 95 % interval. Speed of B: time in A over "
        f"time in B with its 95 % interval, above 1 is faster. p: {test} on the logs of process means, corrected for "
        f"all variants compared (Holm). n: processes in A + B. Changes within {percent(found.band)} count as none."
    )
    columns = ("variant", "A", "B", "speed of B", "verdict", "p", "n")
    return Table("A and B, by variant", columns, rows, caption)


def _row(pair: Pair) -> tuple[Cell, ...]:
    why = f"{pair.name}: {pair.reason}"
    ratio = missing(why) if pair.ratio is None else estimate(units.ratio(pair.ratio), pair.ratio, "×")
    return (
        text(pair.name),
        _time(pair.a, why),
        _time(pair.b, why),
        ratio,
        Cell(pair.verdict, pair.verdict, why if pair.reason else ""),
        missing(why) if math.isnan(pair.corrected) else Cell(shown_p(pair.corrected), pair.corrected),
        text(f"{pair.a.processes}+{pair.b.processes}"),
    )


def _time(half: Half, why: str) -> Cell:
    if half.seconds is None:
        return missing(why)
    return estimate(f"{units.seconds(half.seconds.value)}{_spread(half.seconds)}", half.seconds, "s")


def _spread(interval: Interval) -> str:
    if math.isnan(interval.low):
        return " (one process)"
    half = max(interval.high - interval.value, interval.value - interval.low) / interval.value
    return f" ±{100 * half:.0f} %" if half >= 0.0095 else f" ±{100 * half:.1f} %"


def percent(band: float) -> str:
    return f"{float(f'{100 * band:.2g}'):g} %"


def shown_p(p: float) -> str:
    return "<0.001" if p < 0.001 else f"{p:.3f}"


def _alone(found: Versus) -> list[Text]:
    return [
        Text(f"Only in {which}, so not compared: {', '.join(names)}.", "warning")
        for which, names in (("A", found.only_a), ("B", found.only_b))
        if names
    ]


def limits(found: Versus) -> tuple[str, ...]:
    """Say what a reader has to know before believing a verdict; the first of them concerns every comparison."""
    a, b = found.a, found.b
    said = [_apart(found)]
    hosts = [d.what for d in found.differences if d.weight == HOST]
    if hosts:
        said.append(f"Different machines ({', '.join(hosts)}): a ratio tells the machines apart as much as the code.")
    explaining = [d.what for d in found.differences if d.weight == WARNING and d.recorded]
    if explaining:
        said.append(f"May explain a change by itself: {', '.join(explaining)}.")
    for label, side in (("A", a), ("B", b)):
        said += [f"{label} {what}" for what in _side_limits(side)]
    said += [
        f"{label} measured no noise floor." for label, floor in zip("AB", found.floors, strict=True) if floor is None
    ]
    said += [
        f"{p.name} in {label}: {r}." for p in found.pairs for label, h in (("A", p.a), ("B", p.b)) for r in h.remarks
    ]
    said += _unrecorded(found)
    return tuple(said)


def _apart(found: Versus) -> str:
    """Say how far the two sides were measured apart, and how to do better."""
    a, b = found.a, found.b
    if across.same_study(a, b):
        return "Both sides come from one study, whose builds were interleaved: they are compared block by block."
    elsewhere = any(d.weight == HOST for d in found.differences)
    between = "on two machines" if elsewhere else f"at different times ({_when(a)} and {_when(b)})"
    return (
        f"The two studies were measured {between}, not interleaved with each other: neighbours, heat and load that differed "
        "are part of every ratio, and no interval holds them. To be sure of a small change, let one study measure the old "
        "and the new code: invoke profile --variant label:path."
    )


def _when(side: Side) -> str:
    stamp = side.study.timestamp
    return f"{stamp[:4]}-{stamp[4:6]}-{stamp[6:8]} {stamp[9:11]}:{stamp[11:13]}"


def _side_limits(side: Side) -> list[str]:
    said, busy = [], across.load(side)
    if side.study.adopted:
        said.append(f"was adopted from {side.study.adopted}: this suite did not measure it, and checked no answer.")
    if side.study.interrupted:
        said.append("was interrupted: it holds what was complete by then.")
    if side.study.size != "full":
        said.append(f"is the workload's size {side.study.size!r}, not upstream's: good for a test, not for a claim.")
    if busy and busy[0] > BUSY * busy[1]:
        said.append(f"began on a busy machine: load {busy[0]:.1f} on {busy[1]} CPUs.")
    if side.interpreter.get("modified"):
        said.append("ran with edited files of installed packages: the workload may not be upstream's.")
    return said


def _unrecorded(found: Versus) -> list[str]:
    """Name the facts that could not be compared, one sentence per side."""
    lost: dict[str, list[str]] = {}
    for d in found.differences:
        if not d.recorded:
            where = "Recorded in neither study" if d.a == d.b else f"Not recorded in {'A' if d.a is None else 'B'}"
            lost.setdefault(where, []).append(d.what)
    return [f"{where}, so it may differ: {', '.join(facts)}." for where, facts in lost.items()]


def sides(found: Versus) -> Table:
    rows = []
    for label, side in (("A", found.a), ("B", found.b)):
        host = side.host
        virtual = f" ({host['virtualisation']})" if host.get("virtualisation") not in (None, "none") else ""
        facts = (
            f"study {side.study.timestamp} in {side.root}", side.python, f"{host.get('cpu') or 'CPU not recorded'}{virtual}",
            f"commit {side.study.commit or 'not recorded'}",
        )  # fmt: skip
        rows.append((text(label), text(", ".join(facts))))
    return Table("The two sides", ("side", "what it is"), tuple(rows), numeric=False)


def _differences(found: Versus) -> list[Block]:
    known = [d for d in found.differences if d.recorded]
    code = [
        (text(f"code of {pair.name}"), text(f"changed: {', '.join(pair.changed)}" if pair.changed else "the same"))
        for pair in found.pairs
        if pair.changed is not None
    ]
    blocks: list[Block] = []
    for title, weights in (("Another machine", (HOST,)), ("Differences that may explain a change", (WARNING,))):
        rows = tuple(_told(d) for d in known if d.weight in weights)
        blocks += [Table(title, ("what", "A → B"), rows, numeric=False)] if rows else []
    notes = (*code, *(_told(d) for d in known if d.weight == NOTE))
    blocks += [Table("Worth knowing", ("what", "A → B"), notes, numeric=False)] if notes else []
    return blocks


def _told(d: Difference) -> tuple[Cell, Cell]:
    return text(d.what), text(f"{d.a} → {d.b}")
