"""Which stage: the command line. Every task is one call into one stage; heavy imports happen inside tasks only.

invoke --list                      all tasks                invoke --help profile      the words of one
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from invoke.context import Context
from invoke.exceptions import Exit

from bench.errors import UsageError
from bench.rundir import Archive
from profiling import arguments
from profiling.task import explain_what_is_missing, task

explain_what_is_missing()


@task(name="list")
def list_(c: Context) -> None:
    """List families, their variants and their archived studies."""
    from profiling.listing import show

    show()


@task()
def doctor(c: Context) -> None:
    """Check this machine: interpreters, perf, PMU, valgrind, py-spy, disk, environments; a fix per row."""
    from profiling.doctor import show

    show()


@task(arguments.BENCH, arguments.MEASURE)
def profile(c: Context, bench: str, results_dir: str, **given: Any) -> None:
    """Measure: check every variant, then run the collectors; raw files go to results/."""
    _measure(bench, results_dir, given)
    where = "" if results_dir == "results" else f" --results-dir {results_dir}"
    print(f"next: invoke parse --bench {bench}{where} && invoke render --bench {bench}{where}")


def _measure(bench: str, results_dir: str, given: Mapping[str, Any]) -> str:
    """Run the profile stage; return the new study's timestamp."""
    from profiling.collect import collect

    timestamp = collect(*arguments.read(bench, given), Path(results_dir))
    print(f"measured: {timestamp}")
    return timestamp


@task(arguments.STUDY)
def parse(c: Context, bench: str, timestamp: str, results_dir: str) -> None:
    """Derive metrics (JSON, CSV), folded stacks and flame graphs from a study's raw files."""
    from bench import operands
    from profiling import parse as stage

    archive = operands.archive(bench, Path(results_dir))
    for run in stage.parse(archive, archive.choose(timestamp)):
        print(f"parsed: {run.path}")


def _chosen(bench: str, timestamp: str, results_dir: str) -> tuple[Archive, str]:
    """Return the archive and the study that was asked for."""
    from bench import operands
    from reporting import chosen

    archive = operands.archive(bench, Path(results_dir))
    return archive, chosen.study(archive, timestamp)


def _parsed(bench: str, timestamp: str, results_dir: str) -> tuple[Archive, str]:
    """Return the study that was asked for, derived from raw files into the archive: what is derived is never trusted."""
    from profiling import parse as stage

    study = _chosen(bench, timestamp, results_dir)
    stage.parse(*study)
    return study


@contextmanager
def _looked_at(bench: str, timestamp: str, results_dir: str) -> Iterator[tuple[Archive, str]]:
    """Give the study that was asked for, derived anew beside the archive: who only looks leaves it as it is."""
    from profiling import parse as stage

    archive, stamp = _chosen(bench, timestamp, results_dir)
    with stage.aside(archive, stamp) as apart:
        yield apart, stamp


FORMATS = "comma-separated formats (default: html, json, summary, text, xlsx; also: markdown, pdf, slides)"


@task(arguments.STUDY, arguments.REPORTS, arguments.VIEW, {"formats": ("", FORMATS)})
def render(
    c: Context, bench: str, timestamp: str, results_dir: str, report_dir: str, formats: str, **view: Any
) -> None:
    """Write the reports of a parsed study: HTML, text, Excel and JSON."""
    from reporting import reports

    wanted = arguments.words(formats)
    told = reports.write(*_parsed(bench, timestamp, results_dir), wanted, Path(report_dir), view)
    reports.warn(told, wanted)
    reports.write_index(Path(results_dir), Path(report_dir))


@task(arguments.STUDY, {"report_dir": arguments.DEEP_DIVES["deep_dive_dir"]}, arguments.VIEW)
def pdf(c: Context, bench: str, timestamp: str, results_dir: str, report_dir: str, **view: Any) -> None:
    """Write the PDF deep dive of a parsed study, in the words of its narrative if it has one."""
    from reporting import reports

    reports.write(*_parsed(bench, timestamp, results_dir), ("pdf",), Path(report_dir), view, strict=True)


@task(arguments.STUDY, {"report_dir": arguments.DEEP_DIVES["deep_dive_dir"]}, arguments.VIEW)
def slides(c: Context, bench: str, timestamp: str, results_dir: str, report_dir: str, **view: Any) -> None:
    """Write the talk that the narrative of a family holds to benchmark_reports/."""
    from reporting import reports

    told = reports.write(*_parsed(bench, timestamp, results_dir), ("slides",), Path(report_dir), view, strict=True)
    cards = told.document("slides").slides
    print(f"{len(cards)} slides for about {sum(card.minutes for card in cards):g} minutes")


@task(
    arguments.STUDY,
    arguments.VIEW,
    {"section": ("", "only this section, for example overview or performance (default: the whole report)")},
)
def show(c: Context, bench: str, timestamp: str, results_dir: str, section: str, **view: Any) -> None:
    """Print the text report of a study.

    In a terminal it is in colour, the verdicts last; through a pipe it is as the file has it.
    """
    from reporting import reports
    from reporting.text import terminal

    with _looked_at(bench, timestamp, results_dir) as study:
        terminal.show(reports.told(*study, view).document("text"), section)


@task(arguments.BENCH, arguments.MEASURE, arguments.VIEW, arguments.REPORTS, arguments.DEEP_DIVES)
def run(c: Context, bench: str, results_dir: str, report_dir: str, deep_dive_dir: str, **given: Any) -> None:
    """Do it all: profile, parse, render and PDF."""
    from reporting import reports

    view = {name: given.pop(name) for name in arguments.VIEW}
    stamp = _measure(bench, results_dir, given)
    study = _parsed(bench, stamp, results_dir)
    document = reports.write_all(*study, view, Path(report_dir), Path(deep_dive_dir))
    reports.print_verdicts(document)
    print(f"\nOpen {report_dir}/{bench}_results_{stamp}/index.html in a browser.")


@task(arguments.HARDWARE, arguments.REPORTS, arguments.DEEP_DIVES)
def hardware(
    c: Context, bench: str, results_dir: str, report_dir: str, deep_dive_dir: str, render: bool, **given: Any
) -> None:
    """Take accelerators, of one family or of all, through simulation, synthesis and placement, and time the host's part."""
    from bench import hardware
    from profiling.hardware import stage
    from reporting import hardware_end, reports

    asked = arguments.read_hardware(bench, given)
    wanted = {bench: asked.only} if bench else hardware.having(asked.only)
    made = []
    for family, designs in wanted.items():
        archive = Archive(family, Path(results_dir))
        stamp = stage.make(replace(asked, family=family, only=designs), Path(results_dir))
        made.append(archive.hardware_study(stamp))
        print(f"hardware: {archive.hardware_record(stamp)}")
        written = ""
        if render and archive.timestamps():
            _, written = study = _parsed(family, "", results_dir)
            reports.write_all(*study, {}, Path(report_dir), Path(deep_dive_dir))
        print(*hardware_end.lines(archive, made[-1], written, Path(report_dir)), sep="\n")
    hardware_end.conclude(made)


@task({"results_dir": ("results", arguments.RESULTS)}, arguments.REPORTS)
def index(c: Context, results_dir: str, report_dir: str) -> None:
    """Write reports/index.html: every study, trends per variant, any two compared.

    Render, run and adopt do it too.
    """
    from reporting import reports

    reports.write_index(Path(results_dir), Path(report_dir))


@task(arguments.COMPARE)
def compare(c: Context, a: str, b: str, **given: Any) -> None:
    """Compare study B with study A, the reference: invoke compare A B.

    A study is TIMESTAMP[:build], newest[~N] or its path.
    """
    from profiling.parse import timings
    from reporting.comparison import stage as compare_stage

    code, said = compare_stage.run(compare_stage.read(a, b, given), timings)
    if code:
        raise Exit(said, code)


@task(arguments.VERIFY)
def verify(c: Context, bench: str, timestamp: str, results_dir: str, **given: Any) -> None:
    """Recompute every number of a study and its reports from raw files, check hashes, name what differs."""
    from bench import discover, operands
    from bench.audit import Audit
    from profiling import verify as raw
    from profiling.hardware import verify as hardware
    from reporting import verify as reports
    from reporting.index import check

    if not (bench or given["all"]):
        raise UsageError("verify what?", "Name a family with --bench aes, or write --all.")
    audit, roots = Audit(), (Path(given["report_dir"]), Path(given["deep_dive_dir"]))
    for name in [bench] if bench else discover.families():
        archive = operands.archive(name, Path(results_dir))
        for stamp in raw.studies(archive, timestamp, reports.shown(name, roots), every=given["all"]):
            raw.check_with(functools.partial(reports.check_derived, audit=audit, roots=roots), archive, stamp, audit)
        hardware.check(archive, audit)
    if given["all"] and not bench:
        check.check(Path(results_dir), roots[0], audit)
    print(*audit.lines(), sep="\n")
    audit.conclude()


@task(arguments.ADOPT, arguments.VIEW, arguments.REPORTS, arguments.DEEP_DIVES)
def adopt(
    c: Context,
    bench: str,
    results_dir: str,
    timestamp: str,
    into: str,
    report_dir: str,
    deep_dive_dir: str,
    **view: Any,
) -> None:
    """Take over `perf stat` texts that others measured, marked as such: copy, parse, write all reports."""
    from profiling.adopt import adopt as take_over
    from reporting import reports

    adopted = take_over(bench, Path(results_dir), Path(into), timestamp, view["baseline"])
    for reason in adopted.passed:
        print(f"passed over: {reason}")
    print(f"adopted: {adopted.label} as study {adopted.timestamp} in {into}/{bench}")
    study = _parsed(bench, adopted.timestamp, into)
    document = reports.write_all(*study, view, Path(report_dir), Path(deep_dive_dir))
    print("\n" + "\n".join(document.warnings))


@task(arguments.PROMPTS)
def prompts(
    c: Context, bench: str, timestamp: str, results_dir: str, for_: str, variant: str, into: str, prompts_dir: str
) -> None:
    """Check the log of prompts and write its PDF; with --for STAGE, fill a template with evidence."""
    from reporting import reports
    from reporting.prompts import stage

    if not for_ and (variant or into):
        raise UsageError("--variant and --into have no effect without --for", "Write: --for optimise.")
    with ExitStack() as looks:

        def studied() -> tuple[Archive, str, Any]:
            study = looks.enter_context(_looked_at(bench, timestamp, results_dir))
            return (*study, reports.document(*study, {}))

        if for_:
            stage.write_ready(for_, variant, Path(prompts_dir), studied, into)
        else:
            print(f"wrote: {stage.write_paper(bench, Path(prompts_dir), studied)}")


@task(arguments.WHATIF)
def whatif(c: Context, bench: str, timestamp: str, results_dir: str, **given: Any) -> None:
    """Project what an accelerator would bring: speedup as an interval, what binds, and where it pays."""
    from reporting import whatif as stage
    from reporting.text import terminal

    wanted = stage.read(given)
    with _looked_at(bench, timestamp, results_dir) as study:
        terminal.show(stage.document(*study, wanted))


@task(arguments.SCRIPT)
def script(c: Context, bench: str, timestamp: str, results_dir: str, into: str) -> None:
    """Write script_<bench>.sh: a shell script that redoes a study with plain pyperf, perf and py-spy."""
    from reporting import script as stage

    print(f"wrote: {stage.write(*_chosen(bench, timestamp, results_dir), Path(into))}")


@task(arguments.CLEAN)
def clean(c: Context, bench: str, results_dir: str, environments: bool) -> None:
    """Remove what killed studies left behind; finished results and reports are never touched."""
    from profiling import cleaning

    cleaning.clean(bench, Path(results_dir), environments=environments)


@task(arguments.CALIBRATE, arguments.REPORTS)
def calibrate(
    c: Context, bench: str, studies: str, pairs: str, size: str, wait: bool, results_dir: str, report_dir: str
) -> None:
    """Test the machinery on simulated data and on this host: false positives, coverage, power."""
    from datetime import datetime

    from profiling import calibrate as stage
    from reporting import reports
    from reporting.calibration import stage as calibration_stage

    simulated = arguments.number("--studies", studies)
    number = 0 if pairs == "0" else arguments.number("--pairs", pairs) or 0
    archive, stamp = None, f"{datetime.now():%Y%m%d_%H%M%S}"
    if number:
        stamp = stage.measure(bench, number, Path(results_dir), size=size, wait=wait)
        archive, stamp = _parsed(bench, stamp, str(Path(results_dir) / stage.ROOT))
    document = calibration_stage.run(archive, stamp, simulated, Path(report_dir))
    reports.write_index(Path(results_dir), Path(report_dir))
    reports.print_verdicts(document)
