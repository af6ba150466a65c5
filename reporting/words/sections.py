"""The words: turns a study's evidence into a Document, one function per section. Every number comes from compare.py."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bench.errors import UsageError
from reporting import units
from reporting.adoption import report
from reporting.charts import Dots, FlameGraph
from reporting.compare import Comparison, compare, flame_boxes, hottest, noise_floor
from reporting.document import PAPERS, Block, Document, Section, Text
from reporting.evidence import Evidence, Run
from reporting.measures import ideas, ladder
from reporting.measures.verdicts import MINIMUM_PROCESSES
from reporting.model import accelerators
from reporting.model.accelerators import Accelerators
from reporting.words import (
    baseline_limits,
    counter_tables,
    gain_words,
    hardware,
    hardware_doubts,
    hot_tables,
    ladder_tables,
    listings,
    native_tables,
    overview,
    provenance,
    series_tables,
    tables,
    value_traces,
)
from reporting.words.verdict_texts import behind, sentence
from reporting.workbook import observations


@dataclass(frozen=True)
class View:
    """What a person may choose about a report."""

    transpose: bool = False
    geomean: bool = False
    paper: str = PAPERS[0]

    def __post_init__(self) -> None:
        if self.paper not in PAPERS:
            raise UsageError(f"no paper is named {self.paper!r}", f"Write --paper {' or --paper '.join(PAPERS)}.")


def build(evidence: Evidence, view: View | None = None) -> Document:
    """Write the whole report of one study."""
    view = view or View()
    if evidence.study.adopted:
        return replace(report.build(evidence, transpose=view.transpose, geomean=view.geomean), paper=view.paper)
    comparisons = [compare(evidence, build) for build in evidence.builds]
    first = overview.section(evidence, comparisons)
    found = accelerators.read(evidence, comparisons[0])
    study = evidence.study
    return Document(
        title=f"{study.family}: {evidence.baseline.manifest.job}"
        + (f" (size {study.size})" if study.size != "full" else ""),
        subtitle=f"Measured {tables.date(study.timestamp)} on {tables.machine(evidence)}, study {study.timestamp}",
        timestamp=study.timestamp,
        family=study.family,
        paper=view.paper,
        verdict=headline(first),
        warnings=(
            *overview.warnings(evidence),
            *baseline_limits.limits(evidence, comparisons[0]),
            *hardware_doubts.doubts(evidence, found),
        ),
        projected=_projected(evidence, found),
        sections=(
            first,
            initial_analysis(evidence, comparisons),
            optimizations(evidence, comparisons),
            comparison(evidence, comparisons, view),
            hardware.section(evidence, found),
            conclusion(evidence, comparisons, found),
            environment(evidence),
            commands(evidence),
        ),
        variants=tables.variant_choices(evidence),
        builds=tables.build_choices(evidence),
        data=observations.tables(evidence, observations.summary(comparisons)),
    )


def _projected(evidence: Evidence, found: Accelerators | None) -> str:
    """Say what projections are made from: they were measured nowhere."""
    hardware = f" and hardware study {found.study.timestamp}" if found else ""
    study, host = evidence.study.timestamp, evidence.baseline.manifest.host
    measured = f"measured {tables.date(study)} on {host['cpu'] or host['architecture']}"
    return f"Projected from study {study}{hardware}, {measured}"


def headline(section: Section) -> str:
    """Return the first verdict of a section; empty if it has none."""
    return next((b.text for b in section.blocks if isinstance(b, Text) and b.style == "verdict"), "")


def initial_analysis(evidence: Evidence, comparisons: list[Comparison]) -> Section:
    base = evidence.baseline
    blocks: list[Block] = []
    for c in comparisons:
        speed = c.of(base)
        if speed.seconds is not None:
            blocks.append(Text(
                f"One iteration of {base.name} takes {units.time_interval(speed.seconds)} on "
                f"{tables.python(evidence, c.build)}, over {speed.processes} processes."
            ))  # fmt: skip
    if any(base.stacks.get(build) for build in evidence.builds):
        blocks.append(hot_tables.hot(evidence, base))
    blocks += flames(evidence, base)
    blocks += native_tables.stacks(evidence, base)
    blocks += listings.blocks(evidence, base)
    blocks += listings.gaps(evidence, ladder.climbed(comparisons[0]), base)
    if len(comparisons) > 1:
        blocks.append(hot_tables.distortion(evidence, comparisons))
    blocks += native_tables.tax(evidence)
    return Section("Initial Analysis", tuple(blocks))


def flames(evidence: Evidence, run: Run) -> list[Block]:
    found: list[Block] = []
    for build in evidence.builds:
        stacks = run.stacks.get(build)
        if not stacks and run.outcome(build).status != "ok":
            continue  # said in the overview
        if not stacks and run.is_peer:
            continue  # said with all else that is not recorded of a library
        if not stacks:
            why = run.gap(build, "profile") or "no sample fell into the measured region"
            found.append(Text(f"No flame graph of {run.name} on {tables.python(evidence, build)}: {why}.", "warning"))
            continue
        samples = sum(stacks.values())
        top = hottest(run, build, 1)[0]
        recorded = run.find(build, "samples")
        minimum = recorded.detail["minimum"] if recorded else 0  # the collector says what it takes to be enough
        few = f" Fewer than {minimum} samples: read the widths as rough." if samples < minimum else ""
        caption = f"{units.percent(top.own.value)} of the time is spent in {top.name}, or in C code that it calls directly.{few}"
        title = f"Where {run.name} spends its time on {tables.python(evidence, build)}"
        found.append(FlameGraph(title, caption, samples, flame_boxes(stacks), f"flame:{run.name}:{build}"))
    return found


def optimizations(evidence: Evidence, comparisons: list[Comparison]) -> Section:
    climbed = ladder.climbed(comparisons[0])
    blocks: list[Block] = [tables.variants(climbed)]
    for run in climbed:
        if run is evidence.baseline:
            continue
        blocks.append(Text(f"{run.name}{', a library peer' if run.is_peer else ''}. {run.summary}", "heading"))
        blocks += [Text(paragraph) for paragraph in tables.paragraphs(run.manifest.description)]
        blocks += ideas.blocks(evidence, run)
        blocks += gain_words.blocks(evidence, comparisons, run)
        blocks += flames(evidence, run)
        blocks += native_tables.stacks(evidence, run)
        blocks += listings.blocks(evidence, run)
        blocks += listings.gaps(evidence, climbed, run)
    return Section("Optimizations", tuple(blocks))


def comparison(evidence: Evidence, comparisons: list[Comparison], view: View) -> Section:
    mains = [tables.performance(evidence, c, geomean=view.geomean) for c in comparisons]
    blocks: list[Block] = [main.transposed() if view.transpose else main for main in mains]
    climbed = ladder_tables.bought(evidence, comparisons[0])
    blocks += [climbed] if climbed else []
    blocks += ladder_tables.starts(evidence, comparisons[0])
    blocks += [behind(evidence, c, noise_floor(evidence)) for c in comparisons if any(s.seconds for s in c.speeds)]
    blocks += [spread_chart(evidence, c) for c in comparisons if any(s.seconds for s in c.speeds)]
    blocks += [found for c in comparisons if (found := value_traces.traces(evidence, c))]
    for c in comparisons:
        blocks += series_tables.blocks(evidence, c)
    for c in comparisons:
        counters = counter_tables.counters(evidence, c.build)
        if counters is None:
            why = evidence.baseline.gap(c.build, "counters") or "nothing was counted"
            blocks.append(Text(f"No counters on {tables.python(evidence, c.build)}: {why}.", "warning"))
        else:
            blocks.append(counters)
        simulated = counter_tables.simulated(evidence, c.build)
        blocks += [simulated] if simulated else []
        other = counter_tables.others(evidence, c.build)
        blocks += [other] if other else []
    return Section("Performance Comparison", tuple(blocks))


def spread_chart(evidence: Evidence, c: Comparison) -> Dots:
    timed = [s for s in ladder.order(c) if s.seconds is not None]
    log = max(s.seconds.value for s in timed if s.seconds) > 8 * min(s.seconds.value for s in timed if s.seconds)
    scale, unit = units.time_scale(max(s.seconds.value for s in timed if s.seconds))
    return Dots(
        title=f"Time per iteration, process by process, on {tables.python(evidence, c.build)}",
        caption="Each dot is the mean of one process. Dots far from the rest are processes that were disturbed; none is left out.",
        axis=f"time per iteration ({unit}{', log scale' if log else ''})",
        series=tuple(
            (s.run.name, tuple(v / scale for v in s.run.values(c.build, "time")), evidence.role(s.run)) for s in timed
        ),
        log=log,
        key=f"spread:{c.build}",
    )


def conclusion(evidence: Evidence, comparisons: list[Comparison], found: Accelerators | None = None) -> Section:
    headline = comparisons[0]
    ranked = [s for s in headline.speeds if s.ranked]
    blocks: list[Block] = []
    best = ladder_tables.fastest(headline)
    if best is not None:
        blocks.append(sentence(best, evidence, noise_floor(evidence)))
    wrong = [s.run.name for s in headline.speeds if s.speedup is None]
    if wrong:
        blocks.append(Text(f"Without a valid result: {', '.join(wrong)}. They are not ranked.", "warning"))
    enough = all(s.processes >= MINIMUM_PROCESSES for s in ranked)
    if headline.geomean is not None and len(headline.geomean_over) > 1 and enough:
        blocks.append(Text(
            f"The geometric mean over {', '.join(headline.geomean_over)} is {units.ratio(headline.geomean)} on "
            f"{tables.python(evidence, headline.build)}."
        ))  # fmt: skip
    blocks += hardware.conclusion(found)
    blocks.append(Text(
        "What limits these figures: they hold for this machine, these interpreters and this workload. "
        + (" ".join(tables.host_notes(evidence)) or tables.unseen(evidence))
    ))  # fmt: skip
    return Section("Conclusion", tuple(blocks))


def environment(evidence: Evidence) -> Section:
    makers = (provenance.study, provenance.host, provenance.interpreters, provenance.sources)
    return Section("Environment", (*(make(evidence) for make in makers), *provenance.raw(evidence)))


def commands(evidence: Evidence) -> Section:
    study = evidence.study
    stamp, family = study.timestamp, study.family
    intro = (
        f"All commands ran from the top of the checkout{f' at commit {study.commit}' if study.commit else ''}. The profile "
        f"stage took {units.seconds(study.seconds)}; its processes ran for {units.seconds(study.measured_seconds)} in all, some "
        f"of them side by side. The log results/{family}/{stamp}.log has each command with its time."
    )
    again = f"invoke render --bench {family} --timestamp {stamp}"
    return Section(
        "Commands",
        (Text(intro), Text("To write this report again:"), Text(again, "code"), provenance.command_history(evidence)),
    )
