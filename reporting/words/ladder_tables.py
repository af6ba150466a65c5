"""The words of the ladder: its chart, what each rung bought and costs at start-up, and how near it comes to the limit."""

from __future__ import annotations

import math

from reporting import units
from reporting.charts import ROLE_WRONG, Bar, BarChart, Line
from reporting.compare import Comparison, Speed, ratios
from reporting.document import Block, Cell, Table, Text
from reporting.evidence import Evidence
from reporting.measures import ladder
from reporting.measures.ladder import Limit, Rung, StartUp
from reporting.measures.verdicts import MINIMUM_PROCESSES
from reporting.statistics import Interval
from reporting.words import tables
from reporting.words.tables import estimate, missing, text
from reporting.words.verdict_texts import fell_back

NONE = Cell("", None)
WIDE = 2.0  #: ratio of an interval's ends from which a share of the limit tells nothing
LOG = 8.0  #: ratio from which a chart of speedups has a log axis


def chart(evidence: Evidence, comparisons: list[Comparison]) -> BarChart:
    """Draw all variants by speed, peers hollow in their place, and the limit as a line over each build's bars."""
    runs = [speed.run for speed in ladder.order(comparisons[0])]
    limit = ladder.limit(evidence)
    groups, lines = [], [Line(1.0, evidence.baseline.name)]
    for c in comparisons:
        name = tables.python(evidence, c.build)
        groups.append((name, tuple(_bar(c.of(run), evidence) for run in runs)))
        if limit and c.of(evidence.baseline).seconds:
            above = ladder.headroom(limit, evidence.baseline, c.build)
            lines.append(Line(above.value, limit.name, units.ratio(above), name))
    ends = [bar.value for _, bars in groups for bar in bars if bar.value] + [line.value for line in lines]
    log = max(ends) > LOG or min(ends) < 1 / LOG
    return BarChart(
        title="Speedup over the baseline",
        caption=_caption(evidence, comparisons, limit),
        axis="speedup over the baseline (×" + (", log scale)" if log else ")"),
        groups=tuple(groups),
        log=log,
        lines=tuple(lines),
        key="ladder",
    )


def _caption(evidence: Evidence, comparisons: list[Comparison], limit: Limit | None) -> str:
    where = tables.python(evidence, comparisons[0].build)
    said = (
        f"How many times faster each variant ran than {evidence.baseline.name}, with its 95 % interval: the baseline "
        f"first, then from the slowest to the fastest on {where}."
    )
    if any(run.is_peer for run in evidence.runs):
        said += " Library peers are hollow: they are no rungs."
    if limit:
        about = limit.summary.rstrip(".")
        said += f" The dotted line is the {limit.name}{f': {about}' if about else ''}."
        if len(comparisons) > 1:
            said += " It is native code that no interpreter takes part in, so its time is the same for both builds."
    return said


def _bar(speed: Speed, evidence: Evidence) -> Bar:
    name, peer = speed.run.name, speed.run.is_peer
    if speed.speedup is None:
        role = ROLE_WRONG if speed.run.outcome(speed.build).status == "wrong answer" else evidence.role(speed.run)
        return Bar(name, None, None, None, speed.reason.partition(":")[0] or "no number", role, peer)
    s = speed.speedup
    shown = "1×" if speed.verdict == "baseline" else units.ratio(s)
    marks = {" unchecked": speed.unchecked, " peer": peer, " fell back": fell_back(speed)}
    role = "unchecked" if speed.unchecked else evidence.role(speed.run)  # unchecked is grey
    low, high = (None, None) if math.isnan(s.low) else (s.low, s.high)
    return Bar(name, s.value, low, high, shown + "".join(mark for mark, there in marks.items() if there), role, peer)


def bought(evidence: Evidence, comparison: Comparison) -> Table | None:
    """What each rung adds to the one below; None where there is no second rung."""
    rungs = ladder.rungs(comparison)
    if len(rungs) < 2:
        return None
    names = {rung.speed.run.name for rung in rungs}
    lost = [s.run.name for s in comparison.speeds if s.run.name not in names and not s.run.is_peer]
    caption = (
        f"{tables.python(evidence, comparison.build)}: from the slowest to the fastest, each over the next slower one, "
        "block by block, with 95 % intervals."
    )
    caption += f" Left out, having no number that counts: {', '.join(lost)}." if lost else ""
    columns = ("variant", "speedup", "over the rung below", "lines of code", "needs")
    title = f"What each rung bought ({tables.short(comparison.build)})"
    return Table(title, columns, tuple(map(_bought, rungs)), caption, key="bought")


def _bought(rung: Rung) -> tuple[Cell, ...]:
    run, speed = rung.speed.run, rung.speed
    manifest, path = run.manifest, run.outcome(speed.build).path
    if speed.verdict == "baseline":
        speedup, factor = Cell("1×", 1.0, unit="×"), NONE
    else:
        assert speed.speedup is not None
        speedup = estimate(units.ratio(speed.speedup), speed.speedup, "×")
        why = f"{run.name} is slower than the baseline, so there is no rung below it"
        factor = estimate(units.ratio(rung.factor), rung.factor, "×") if rung.factor else missing(why)
    ran = f"{run.name} {path}" if fell_back(speed) else f"{run.name} ran as: {path}"
    return (
        Cell(run.name, run.name, ran if path else ""),
        speedup,
        factor,
        Cell(str(manifest.lines), manifest.lines) if manifest.sources else missing(tables.NOT_RECORDED),
        text(", ".join(manifest.requires) or "nothing extra"),
    )


def starts(evidence: Evidence, comparison: Comparison) -> list[Block]:
    """What a new process pays first, and how many iterations repay it; nothing where it was not measured."""
    rungs = ladder.rungs(comparison)
    peers = [Rung(s, start=ladder.start_up(s.run, s.build)) for s in comparison.speeds if s.run.is_peer]
    if not any(rung.start for rung in (*rungs, *peers)):
        return []  # the variants say why, if there is a reason
    cold = any(rung.cold for rung in rungs)
    columns = ["variant", "import", "first call", "ahead after", *(["nothing compiled", "ahead then"] if cold else [])]
    rows = [_starts(rung, cold=cold) for rung in (*rungs, *peers)]
    caption = (
        f"{tables.python(evidence, comparison.build)}, processes of their own: loading the variant, and its first iteration"
        f"{', with the caches that earlier runs left' if cold else ''}. Ahead after: how many further iterations it takes until a "
        "rung has repaid its longer start-up and overtaken the rung below, by the means; at once where it starts no later; "
        f"never where it is not measurably faster.{' Nothing compiled: import and first call with an empty cache of numba; files and byte code are cached as ever.' if cold else ''}"
    )
    title = f"What each rung costs at start-up ({tables.short(comparison.build)})"
    return [Table(title, tuple(columns), tuple(rows), caption, key="startup")]


def _starts(rung: Rung, *, cold: bool) -> tuple[Cell, ...]:
    run, start = rung.speed.run, rung.start
    found = run.find(rung.speed.build, ladder.IMPORT)
    why = (found.missing if found else "") or run.gap(rung.speed.build, "startup") or "not measured"
    parts = (start.importing, start.first_call) if start else ()
    cells = [estimate(units.time_interval(part), part, "s") for part in parts] or [missing(f"{run.name}: {why}")] * 2
    row = (text(run.label), *cells, _ahead(rung, rung.ahead))
    return (*row, _whole(rung.cold), _ahead(rung, rung.ahead_cold)) if cold else row


def _whole(start: StartUp | None) -> Cell:
    return estimate(units.time_interval(start.whole), start.whole, "s") if start else NONE


def _ahead(rung: Rung, iterations: float | None) -> Cell:
    if rung.below is None:
        return NONE
    if iterations is None:
        return missing(f"the start-up of {rung.speed.run.name} or of {rung.below.run.name} was not measured")
    if math.isinf(iterations):
        return Cell("never", "never")
    return Cell(f"{iterations:,.0f}", iterations) if iterations else Cell("at once", 0.0)


def peer_sentence(comparison: Comparison) -> Text | None:
    """Compare the fastest rung with the fastest peer, block by block; None where there is no such pair."""
    best = fastest(comparison)
    peers = [
        s for s in comparison.speeds if s.run.is_peer and s.speedup and not s.unchecked and s.verdict != "baseline"
    ]
    if best is None or not peers:
        return None
    peer = max(peers, key=lambda s: s.speedup.value if s.speedup else 0.0)
    ratio = ratios(peer.run.processes(peer.build), [best.run.processes(best.build)])[0][0]
    said = f"{best.run.name} ran at {units.ratio(ratio)} the speed of {peer.run.name}, the fastest library peer here ({tables.short(comparison.build)})."
    enough = min(best.processes, peer.processes) >= MINIMUM_PROCESSES
    return Text(said, "verdict" if comparison.build == "release" and enough else "")


def fastest(comparison: Comparison) -> Speed | None:
    """Return the fastest rung; None where none has a number that counts."""
    ranked = [s for s in comparison.speeds if s.ranked]
    return max(ranked, key=lambda s: s.speedup.value if s.speedup else 0.0) if ranked else None


def share_on_job(evidence: Evidence, comparison: Comparison) -> tuple[str, Interval] | None:
    """Return (the fastest rung, the share of the limit that it reaches on the job itself); None without a limit or rung."""
    limit, best = ladder.limit(evidence), fastest(comparison)
    if limit is None or best is None:
        return None
    return best.run.name, ladder.share(limit, best.run, best.build)


def limit_sentence(evidence: Evidence, comparison: Comparison, near: tuple[str, str, Interval] | None) -> Text | None:
    """Say how near to the limit the fastest rung comes on the job itself, and the nearest one at a point of the series.

    near: (variant, point, its share of the limit there), the nearest of all. A share is no verdict.
    """
    job, name = share_on_job(evidence, comparison), evidence.study.limit[0] or "limit"
    shares = [(f"at {near[1]}, the nearest of all points of the series", near[0], near[2])] if near else []
    if job is not None:
        apart = ", which is none of these points" if near else ""
        shares.append((f"on the job itself{apart}", *job))
    shares = [told for told in shares if told[2].high < WIDE * told[2].low]
    if not shares:
        return None
    (where, who, share), *more = shares
    said = f"{where[0].upper()}{where[1:]}, {who} reaches {units.percent_interval(share)} of the {name}"
    for there, other, reached in more:
        said += f"; {there}, {'it' if other == who else other} reaches {units.percent_interval(reached)}"
    said += f" ({tables.short(comparison.build)})."
    if any(share.low > 1 for *_, share in shares):
        return Text(f"{said} What is faster than a limit shows that the limit is none: believe neither.", "warning")
    return Text(said)
