"""The words of a family's series: its chart, and tables of variants by points. The arithmetic is in measures/series.py."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

from reporting import units
from reporting.charts import Curve, Curves
from reporting.compare import Comparison
from reporting.document import Block, Cell, Table, Text
from reporting.evidence import Evidence, Run
from reporting.measures import series
from reporting.measures.series import PER_CYCLE, SHARE, TIME, Point, Series
from reporting.statistics import Interval
from reporting.words import ladder_tables
from reporting.words.tables import estimate, missing, python, short, text

CellOf = Callable[[Run, Point], Cell | None]
NEAR = 0.01  #: share of the limit that a variant reaches somewhere, to be in the tables that compare with it


def blocks(evidence: Evidence, comparison: Comparison) -> list[Block]:
    """Return all that a report says of the series on one build; nothing where none was measured."""
    found = series.read(evidence, comparison)
    if found is None:
        return []
    limit = evidence.study.limit[0] or "limit"
    made: list[Block] = [
        Text(f"{found.title}: another job ({short(found.build)})", "heading"),
        Text(
            f"{found.summary} Measured on {python(evidence, found.build)}, in processes of its own; no part of the ladder."
        ),
        _chart(evidence, found, limit),
        _speeds(found),
    ]
    near = tuple(run for run in found.runs if found.reaches(run, NEAR))
    if near:  # what was timed without the limit beside it stays in these tables, with the reason
        near = tuple(run for run in found.runs if run in near or (found.timed(run) and not found.reaches(run, 0.0)))
    job = ladder_tables.share_on_job(evidence, comparison)
    return [*made, *_shares(found, near, limit, job), *_cycles(found, near, limit), *_errors(found)]


def _chart(evidence: Evidence, found: Series, limit: str) -> Curves:
    speeds = {run.name: [found.speed(run, point) for point in found.points] for run in found.runs}
    limits = [found.limit(point) for point in found.points]
    values = [value.value for row in (*speeds.values(), limits) for value in row if value]
    middle = math.sqrt(min(values) * max(values))
    scale, unit = units.rate_scale(middle) if found.in_bytes else units.time_scale(middle)
    curves = [
        Curve(run.name, _scaled(row, scale), _texts(found, row), evidence.role(run), run.of_library)
        for run, row in ((run, speeds[run.name]) for run in found.runs)
        if any(row)
    ]
    if any(limits):
        curves.append(Curve(limit, _scaled(limits, scale), _texts(found, limits), "limit", dashed=True))
    what = "Throughput" if found.in_bytes else "Time of a call"
    caption = "with 95 % intervals over processes. Library peers have hollow dots." if any(
        run.of_library and any(speeds[run.name]) for run in found.runs
    ) else "with 95 % intervals over processes."  # fmt: skip
    return Curves(
        title=f"{found.title} ({short(found.build)})",
        caption=f"{what} at each point, {caption}{f' Dashed: the {limit}.' if any(limits) else ''}",
        axis=f"{what.lower()} ({unit}, log scale)",
        points=tuple(point.name for point in found.points),
        curves=tuple(curves),
        key=f"curves:{found.build}",
        breaks=tuple(i for i, (last, point) in enumerate(pairwise(found.points), 1) if point.amount <= last.amount),
    )


def _scaled(values: list[Interval | None], scale: float) -> tuple[tuple[float, float, float] | None, ...]:
    def ends(value: Interval | None) -> tuple[float, float, float] | None:
        if value is None:
            return None
        low, high = (value.value, value.value) if math.isnan(value.low) else (value.low, value.high)
        return value.value / scale, low / scale, high / scale

    return tuple(map(ends, values))


def _texts(found: Series, values: list[Interval | None]) -> tuple[str, ...]:
    return tuple(_shown(found, value) if value else "" for value in values)


def _shown(found: Series, value: Interval) -> str:
    return units.rate(value) if found.in_bytes else units.time_interval(value)


def _speeds(found: Series) -> Table:
    what, better = ("Throughput", "higher") if found.in_bytes else ("Time of a call", "lower")
    unit = "B/s" if found.in_bytes else "s"

    def cell(run: Run, point: Point) -> Cell | None:
        value = found.speed(run, point)
        return estimate(_shown(found, value), value, unit) if value else None

    caption = f"{what} with 95 % intervals over processes; {better} is better."
    return _table(found, "series", found.title, found.runs, cell, caption)


def _shares(found: Series, near: tuple[Run, ...], limit: str, job: tuple[str, Interval] | None) -> list[Block]:
    """Return how near to the limit the variants come that come near it at all. job: (variant, its share on the job)."""

    def cell(run: Run, point: Point) -> Cell | None:
        value = found.value(run, SHARE, point)
        return estimate(units.percent_interval(value), value, "%") if value else None

    if not near:
        return []
    caption = f"Speed over that of the {limit} for the same amount, both timed in one process.{_far(found, near)}"
    if job:
        caption += (
            " Each point is another job than that of the ladder, on which "
            f"{job[0]} reaches {units.percent_interval(job[1])}."
        )
    return [_table(found, "share", f"Share of the {limit}", near, cell, caption)]


def _far(found: Series, near: tuple[Run, ...]) -> str:
    far = [run.name for run in found.runs if run not in near and found.timed(run)]
    return f" Below {units.percent(NEAR)} of the limit everywhere, and so left out: {', '.join(far)}." if far else ""


def _cycles(found: Series, near: tuple[Run, ...], limit: str) -> list[Block]:
    """Return the work per cycle of the core's clock, the limit's below; nothing where no clock was measured."""

    def cell(run: Run, point: Point) -> Cell | None:
        value = found.value(run, PER_CYCLE, point)
        return estimate(_plain(value), value, "") if value else None

    rows = tuple(run for run in near or found.runs if any(cell(run, point) for point in found.points))
    limits = [found.limit_per_cycle(point) for point in found.points]
    if not rows and not any(limits):
        return []
    none = missing(f"{limit}: its work per cycle was not measured")
    last = [(text(limit), *(estimate(_plain(v), v, "") if v else none for v in limits))] if any(limits) else []
    unit = f"{found.points[0].unit}s per cycle"
    caption = f"{unit.capitalize()} of the core's clock, which was measured in the same process.{_far(found, near) if near else ''}"
    return [_table(found, "cycle", unit.capitalize(), rows, cell, caption, *last)]


def _plain(value: Interval) -> str:
    return f"{units.significant(value.value)} {units.bracket(value)}"


def _table(
    found: Series, what: str, title: str, runs: tuple[Run, ...], cell: CellOf, caption: str,
    *more: tuple[Cell, ...],
) -> Table:  # fmt: skip
    """Return a table of variants by points; what is missing has its reason, which several cells may share."""
    cells = {(run.name, point.name): cell(run, point) for run in runs for point in found.points}
    gaps = [(run, point) for run in runs for point in found.points if cells[run.name, point.name] is None]
    notes = _reasons(found, gaps)
    rows = [
        (_name(run), *(cells[run.name, p.name] or missing(notes[run.name, p.name]) for p in found.points))
        for run in runs
    ]  # fmt: skip
    columns = ("variant", *(point.name for point in found.points))
    whole = title if title == found.title else f"{title}: {found.title[:1].lower()}{found.title[1:]}"
    title = f"{whole} ({short(found.build)})"
    return Table(title, columns, (*rows, *more), caption, key=f"{what}:{found.build}")


def _reasons(found: Series, gaps: list[tuple[Run, Point]]) -> dict[tuple[str, str], str]:
    """Return (variant, point) -> why there is no value, in one sentence for all variants with the same reason there."""
    alike: dict[tuple[str, str], list[str]] = {}
    why = {(run.name, point.name): _why(found, run, point) for run, point in gaps}
    for (run, point), reason in why.items():
        alike.setdefault((point, reason), []).append(run)
    return {
        (run, point): f"{point}, {', '.join(alike[point, reason])}: {reason}" for (run, point), reason in why.items()
    }


def _why(found: Series, run: Run, point: Point) -> str:
    outcome, timed = run.outcome(found.build), found.find(run, TIME, point)
    if outcome.status != "ok":
        return f"{outcome.status}: {outcome.reason}"
    if timed is None:
        return run.gap(found.build, "series") or "not measured"
    return timed.missing or "not measured"


def _name(run: Run) -> Cell:
    """Return a variant's name; what does the series only is described nowhere else, so its note says what it is."""
    note = f"{run.name}, in this series only: {run.summary}" if run.in_series_only else ""
    return Cell(run.label, run.label, note)


def _errors(found: Series) -> list[Block]:
    """How far the answers are off, where the family measures that."""
    if not found.error_unit:
        return []

    def cell(run: Run, point: Point) -> Cell | None:
        timed = found.find(run, TIME, point)
        error = timed.detail.get("error") if timed and timed.values else None
        return None if error is None else Cell("exact" if error == 0 else units.small(error), error)

    caption = f"The largest error of an answer: {found.error_unit}."
    return [_table(found, "error", "Error of the answer", found.runs, cell, caption)]


def nearest(evidence: Evidence, comparison: Comparison) -> tuple[str, str, Interval] | None:
    """Return (variant, point, share) of the rung that comes nearest to the limit in the series; None without one."""
    found = series.read(evidence, comparison)
    best = found.nearest() if found else None
    return (best[0].name, best[1].name, best[2]) if best else None
