"""The start of a report: what limits it, the verdicts, and the ladder."""

from __future__ import annotations

from reporting.compare import Comparison, Speed, noise_floor
from reporting.document import Section, Text
from reporting.evidence import Evidence
from reporting.measures.verdicts import MINIMUM_PROCESSES
from reporting.words import counter_tables, ladder_tables, series_tables, tables
from reporting.words.verdict_texts import FELL_BACK, fell_back, floor_sentence, sentence

MANY = 4  #: verdicts; where there are more, only that on the fastest rung is shown large


def warnings(evidence: Evidence) -> tuple[str, ...]:
    """What is missing, what that costs, and the command that fixes it."""
    study = evidence.study
    said = [f"{what}. Without it: {cost}. To fix: {fix}" for what, cost, fix in study.notices]
    counted = [m for run in evidence.runs for m in run.measurements if m.source == "PMU"]
    if counted and all(m.missing for m in counted):
        said.append(
            f"This machine gives no hardware counters ({counted[0].missing}): {counter_tables.lost(evidence)}. "
            "Virtual machines often hide the PMU; to fix: run on the bare machine, or let the hypervisor pass it on."
        )
    for build in evidence.builds:
        changed = evidence.baseline.manifest.interpreters[build].get("modified", [])
        if changed:
            said.append(
                f"Installed files of {tables.python(evidence, build)} were edited: {', '.join(changed)}. The workload may "
                f"not be upstream's. To fix: rm -rf .venv_{build} && nox -s {build}"
            )
    if study.interrupted:
        said.append("The study was interrupted: it holds what was complete by then.")
    said += study.remarks
    if "release" not in evidence.builds:
        said.append("Only the debug build was measured. Headline figures come from the release build: nox -s release.")
    if study.size != "full":
        said.append(f"This is the workload's size {study.size!r}, not upstream's: good for a test, not for a claim.")
    timed = [number for run in evidence.runs for b in evidence.builds if (number := len(run.processes(b)))]
    if timed and min(timed) < MINIMUM_PROCESSES:
        said.append(
            f"Only {min(timed)} processes were timed per variant, too few for a verdict by time. A verdict needs "
            f"{MINIMUM_PROCESSES} or more: --processes {MINIMUM_PROCESSES}, without --fast, with a budget that allows it."
        )
    return (*_fell_back(evidence), *said, *tables.host_notes(evidence))


def _fell_back(evidence: Evidence) -> list[str]:
    """Name what could not run as it is meant to: its numbers are those of something else."""
    said: dict[tuple[str, str], list[str]] = {}
    for run in evidence.runs:
        for build in evidence.builds:
            path = run.outcome(build).path
            if path.startswith(FELL_BACK):
                said.setdefault((run.name, path), []).append(tables.python(evidence, build))
    return [
        f"{name} {path} (on {' and '.join(where)}). Its numbers are those of what it fell back to, not of what it is about."
        for (name, path), where in said.items()
    ]


def section(evidence: Evidence, comparisons: list[Comparison]) -> Section:
    """The verdicts, then the ladder, then what they rest on."""
    headline = comparisons[0]  # release where it was measured: headline figures never come from a debug build
    large, small = _verdicts(evidence, headline)
    failed = [
        Text(f"{s.run.name} has no speed on {tables.python(evidence, c.build)}: {s.reason}.", "warning")
        for c in comparisons
        for s in c.speeds
        if s.seconds is None and (c is not headline or s.verdict == "baseline")
    ]
    manifest = evidence.baseline.manifest
    amount, unit = manifest.work
    job = "one iteration is one call of it" if amount == 1 else f"one iteration works through {amount:,.0f} {unit}s"
    about = (
        f"The workload is pyperformance's {manifest.upstream}; {job}. Every variant does this same job inside the same timing function, plain pyperf scripts excepted. "
        "Unless marked as unchecked, a variant was timed only after its answers agreed with an oracle that shares no code "
        "with it, and every measured process had to give the same answer. Intervals are 95 % bootstrap intervals "
        "over processes, then their iterations."
    )
    chart = ladder_tables.chart(evidence, comparisons)
    floor = floor_sentence(evidence, noise_floor(evidence))
    return Section("Overview", (*large, *failed, chart, *small, Text(about), floor))


def _verdicts(evidence: Evidence, headline: Comparison) -> tuple[list[Text], list[Text]]:
    """Return what is said large, and what is said below the chart: where there are many, all but the fastest rung."""
    floor = noise_floor(evidence)
    speeds = [s for s in headline.speeds if s.verdict != "baseline"]
    best = ladder_tables.fastest(headline)
    peer = ladder_tables.peer_sentence(headline)
    limit = ladder_tables.limit_sentence(evidence, headline, series_tables.nearest(evidence, headline))
    beside = [said for said in (limit, peer) if said is not None]
    if len(speeds) <= MANY or best is None:
        return [*(sentence(s, evidence, floor) for s in speeds), *beside], []
    rest = [s for s in sorted(speeds, key=_fastest_first) if s is not best]
    loud = [sentence(s, evidence, floor) for s in rest if _is_odd(s)]
    small = "\n".join(sentence(s, evidence, floor).text for s in rest if not _is_odd(s))
    return [sentence(best, evidence, floor), *beside, *loud], [Text(small)] if small else []


def _is_odd(speed: Speed) -> bool:
    """Whether a variant's sentence is a warning whatever the build."""
    return speed.speedup is None or speed.unchecked or fell_back(speed)


def _fastest_first(speed: Speed) -> tuple[bool, float]:
    return speed.run.is_peer, -(speed.speedup.value if speed.speedup else 0.0)
