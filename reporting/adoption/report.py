"""The report of an adopted study: numbers that this suite did not measure, and says so above and beside each of them.

The same sections as every report has, with other words: whole processes instead of iterations, relative speeds
without verdict or rank, and what was not recorded. Arithmetic is in compare.py, the usual words are in words/sections.py.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator

from bench.model import ADOPTED
from reporting import units
from reporting.adoption import tables as adopted_tables
from reporting.adoption.tables import FULLY, INTERVALS, NOTHING_CHECKED, detail, runs
from reporting.charts import Bar, BarChart, Dots, Line
from reporting.compare import Comparison, Speed, compare
from reporting.document import Block, Document, Section, Table, Text
from reporting.evidence import Evidence, Run
from reporting.statistics import Interval
from reporting.words import provenance, tables
from reporting.words.tables import text
from reporting.workbook import observations


def build(evidence: Evidence, *, transpose: bool = False, geomean: bool = False) -> Document:
    """Write the whole report of an adopted study."""
    study = evidence.study
    c = compare(evidence, study.builds[0])
    return Document(
        title=f"{study.family}: numbers adopted from an archive",
        subtitle=f"Adopted from {study.adopted}, not measured here; study {study.timestamp}",
        timestamp=study.timestamp,
        family=study.family,
        warnings=tuple(_warnings(evidence, c)),
        sections=(
            _overview(evidence, c),
            Section("Initial Analysis", tuple(_files(evidence))),
            Section("Optimizations", (Text(f"What each variant changes is {tables.NOT_RECORDED}."),)),
            _comparison(evidence, c, transpose=transpose, geomean=geomean),
            Section("Hardware Acceleration", (Text("No profile was adopted, so there is no share to accelerate."),)),
            _conclusion(evidence, c),
            _environment(evidence),
            _commands(evidence),
        ),
        variants=tables.variant_choices(evidence),
        builds=tables.build_choices(evidence),
        data=observations.tables(evidence, adopted_tables.performance(evidence, c)),
    )


def _warnings(evidence: Evidence, c: Comparison) -> Iterator[str]:
    yield (
        f"These numbers were adopted from {evidence.study.adopted}, which this suite did not measure. No oracle checked "
        "an answer. They are of whole processes: start-up, imports and warm-up are in them, and how often a process "
        "repeated its job is not recorded, nor are machine, interpreter, build and size of the workload."
    )
    for speed in c.speeds:
        if speed.seconds is None:
            yield f"{speed.run.name} has no time: {speed.reason}."
    for run in evidence.runs:
        for note in detail(run, c.build).get("notes", ()):
            yield f"{run.name}: {note}."
    shared: dict[str, list[str]] = defaultdict(list)
    for run in evidence.runs:
        for command in filter(None, detail(run, c.build).get("commands", ())):
            shared[command].append(run.name)
    for command, names in shared.items():
        if len(names) > 1:
            yield f"{' and '.join(names)} ran the same command, so nothing here shows that they differ: {command[:100]}"
    yield from _of_counters(evidence)


def _of_counters(evidence: Evidence) -> Iterator[str]:
    """Say which counters are scaled or missing, in one sentence each."""
    scaled = {
        run.name: [m.counted for m in run.measurements if m.values and m.counted < FULLY] for run in evidence.runs
    }
    shares = [share for found in scaled.values() for share in found]
    if shares:
        of = ", ".join(f"{len(found)} of {name}" for name, found in scaled.items() if found)
        low, high = f"{min(shares):.0f}", f"{max(shares):.0f}"
        between = low if low == high else f"{low}–{high}"
        yield (
            f"Multiplexing: counters were counted only {between} % of the time and scaled by perf ({of}). They are marked "
            "with *."
        )
    hardware = [m for run in evidence.runs for m in run.measurements if m.source == "PMU"]
    if hardware and not any(m.values for m in hardware):
        yield f"The archive has no hardware counters ({hardware[0].missing})."


def _overview(evidence: Evidence, c: Comparison) -> Section:
    said = [_sentence(speed, evidence) for speed in c.speeds if speed.verdict != "baseline"]
    about = Text(
        f"Relative speed is the time of {evidence.baseline.name} over the time of a variant, both of whole processes. "
        f"{INTERVALS} None of it is a verdict."
    )
    return Section("Overview", (*said, about, _chart(evidence, c)))


def _sentence(speed: Speed, evidence: Evidence) -> Text:
    name, base = speed.run.name, evidence.baseline.name
    if speed.speedup is None:
        return Text(f"{name} has no relative speed: {speed.reason}.", "warning")
    return Text(
        f"{name} ran at {units.ratio(speed.speedup)} the speed of {base}, whole processes, over {runs(speed.processes)}; "
        f"{NOTHING_CHECKED}.",
        "warning",
    )


def _chart(evidence: Evidence, c: Comparison) -> BarChart:
    best = max((s.speedup.value for s in c.speeds if s.speedup), default=0.0)
    return BarChart(
        title="Relative speed, adopted and unchecked",
        caption=f"Time of {evidence.baseline.name} over time of the variant, whole processes, with 95 % intervals over the "
        "archive's runs.",
        axis="relative speed (×" + (", log scale)" if best > 8 else ")"),
        groups=(("build not recorded", tuple(_bar(speed) for speed in c.speeds)),),
        log=best > 8,
        lines=(Line(1.0, evidence.baseline.name),),
        key="ladder",
    )


def _bar(speed: Speed) -> Bar:
    if speed.speedup is None:
        return Bar(speed.run.name, None, None, None, speed.reason.partition(":")[0] or "no number", "none")
    s, first = speed.speedup, speed.verdict == "baseline"
    low, high = (None, None) if math.isnan(s.low) else (s.low, s.high)
    shown = "1×" if first else f"{units.ratio(s)} unchecked"
    return Bar(speed.run.name, s.value, low, high, shown, "baseline" if first else "unchecked")


def _files(evidence: Evidence) -> Iterator[Block]:
    """Show file by file what was adopted, and what was not."""
    for run in evidence.runs:
        listings: list[Block] = [
            adopted_tables.listed(run, listing) for listing in run.listings if listing.collector == ADOPTED
        ]
        yield from listings or [Text(f"{run.name}: {run.outcome(evidence.builds[0]).reason}.", "warning")]


def _comparison(evidence: Evidence, c: Comparison, *, transpose: bool, geomean: bool) -> Section:
    main = adopted_tables.performance(evidence, c)
    blocks: list[Block] = [main.transposed() if transpose else main]
    if geomean:
        blocks.append(Text("No geometric mean is taken: it is for variants whose answers were checked.", "warning"))
    timed = [(speed.run, speed.seconds) for speed in c.speeds if speed.seconds is not None]
    if timed:
        blocks.append(_spread(evidence, c.build, timed))
    blocks.append(adopted_tables.counters(evidence, c.build))
    return Section("Performance Comparison", tuple(blocks))


def _spread(evidence: Evidence, build: str, timed: list[tuple[Run, Interval]]) -> Dots:
    means = [seconds.value for _, seconds in timed]
    scale, unit = units.time_scale(max(means))
    log = max(means) > 8 * min(means)
    return Dots(
        title="Time of whole processes, run by run (adopted)",
        caption="Each dot is one run in the archive; none that could be read is left out.",
        axis=f"time, whole process ({unit}{', log scale' if log else ''})",
        series=tuple(
            (run.name, tuple(v / scale for v in run.values(build, "time")), evidence.role(run)) for run, _ in timed
        ),
        log=log,
        key=f"spread:{build}",
    )


def _conclusion(evidence: Evidence, c: Comparison) -> Section:
    lost = [speed.run.name for speed in c.speeds if speed.seconds is None]
    blocks: list[Block] = [Text(f"Without a time: {', '.join(lost)}.", "warning")] if lost else []
    said = Text(
        "Adopted numbers show what somebody saw; they rank nothing. To learn whether a variant gains, measure it here "
        f"as a variant of a family (invoke run --bench {evidence.study.family}, once bench/{evidence.study.family} has it): then an oracle "
        "checks its answers, and the measured region is counted alone."
    )
    return Section("Conclusion", (*blocks, said))


def _environment(evidence: Evidence) -> Section:
    makers = (provenance.study, provenance.host, provenance.interpreters, provenance.sources)
    return Section("Environment", (*(make(evidence) for make in makers), *provenance.raw(evidence)))


def _commands(evidence: Evidence) -> Section:
    stamp, family = evidence.study.timestamp, evidence.study.family
    rows = tuple(
        (text(run.name), text(command))
        for run in evidence.runs
        for command in detail(run, evidence.builds[0]).get("commands", ())
        if command
    )
    printed = Table("Commands, as perf printed them", ("variant", "command"), rows, numeric=False, key="commands")
    again = f"invoke render --bench {family} --timestamp {stamp}"
    blocks: list[Block] = [Text("To write this report again:"), Text(again, "code")]
    return Section("Commands", (*blocks, printed) if rows else tuple(blocks))
