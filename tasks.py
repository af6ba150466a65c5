"""Which stage: the command line. Every task is one call into one stage; heavy imports happen inside tasks only.

invoke --list                      all tasks                invoke --help profile      the words of one
"""

from __future__ import annotations

import dataclasses
import functools
import os
import signal
import sys
from collections.abc import Callable, Mapping
from inspect import Parameter, Signature
from pathlib import Path
from typing import Any, cast

from invoke.context import Context
from invoke.exceptions import Exit
from invoke.tasks import Task
from invoke.tasks import task as invoke_task

from bench.errors import SuiteError, UsageError
from profiling import arguments


def task(*tables: arguments.Arguments, name: str | None = None) -> Callable[[Callable[..., None]], Task[Any]]:
    """Make a task of a function, with the arguments in `tables` as if they stood in its signature."""
    table = {argument: about for given in tables for argument, about in given.items()}
    parameters = [
        Parameter(argument, Parameter.POSITIONAL_OR_KEYWORD, default=Parameter.empty if default is ... else default)
        for argument, (default, _) in table.items()
    ]
    context = Parameter("c", Parameter.POSITIONAL_OR_KEYWORD)
    texts = {argument.strip("_").replace("_", "-"): text for argument, (_, text) in table.items()}
    lists = [argument for argument, (default, _) in table.items() if isinstance(default, list)]

    def make(function: Callable[..., None]) -> Task[Any]:
        shown = explained(function)
        cast(Any, shown).__signature__ = Signature([context, *parameters])
        return cast("Task[Any]", invoke_task(name=name, help=texts, iterable=lists)(shown))

    return make


def explained(function: Callable[..., None]) -> Callable[..., None]:
    """Show a SuiteError as a message; let anything else be the traceback it deserves."""

    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> None:
        os.chdir(Path(__file__).parent)
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # a polite end, as by Ctrl-C
        for stream in (sys.stdout, sys.stderr):
            cast(Any, stream).reconfigure(errors="replace")  # a terminal may not know × or µ
        try:
            function(*args, **kwargs)
        except SuiteError as error:
            raise Exit(error.explained(), error.exit_code) from error
        except KeyboardInterrupt:
            raise Exit("interrupted: what was finished is in the archive, nothing is half-written", 130) from None
        except OSError as error:
            hint = "Check that it exists, that you may write there (ls -ld), and that the disk is not full (df -h)."
            raise Exit(f"error: {error.filename or 'a file'}: {error.strerror or error}\n{hint}", 1) from error
        except ModuleNotFoundError as error:
            if error.name is None or error.name.partition(".")[0] in ("bench", "profiling", "reporting"):
                raise
            hint = "Use the tool's own environment: source .venv/bin/activate (nox -s dev builds it)."
            raise Exit(f"error: {error.name} is not installed beside this invoke\n{hint}", 1) from error

    return wrapper


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
    from profiling import parse as stage

    archive = _archive(bench, results_dir)
    for run in stage.parse(archive, archive.choose(timestamp)):
        print(f"parsed: {run.path}")


def _archive(bench: str, results_dir: str) -> Any:
    from bench import discover
    from bench.rundir import NAME, Archive

    archive = Archive(bench, Path(results_dir))
    if not (NAME.fullmatch(bench) and archive.timestamps()):  # what was adopted needs no family here
        discover.variants(bench)  # says which families there are, if there is none of that name
    return archive


@task(
    arguments.STUDY,
    arguments.REPORTS,
    arguments.VIEW,
    {
        "formats": (
            "",
            "comma-separated formats (default: html, json, summary, text, xlsx; also: markdown, pdf, slides)",
        )
    },
)
def render(
    c: Context, bench: str, timestamp: str, results_dir: str, report_dir: str, formats: str, **view: Any
) -> None:
    """Write the reports of a parsed study: HTML, text, Excel and JSON."""
    wanted = arguments.words(formats)
    _warn(_render(_archive(bench, results_dir), timestamp, wanted, report_dir, view), wanted)
    _index(results_dir, report_dir)


@task(arguments.STUDY, {"report_dir": arguments.DEEP_DIVES["deep_dive_dir"]}, arguments.VIEW)
def pdf(c: Context, bench: str, timestamp: str, results_dir: str, report_dir: str, **view: Any) -> None:
    """Write the PDF deep dive of a parsed study to benchmark_reports/, in the words of its narrative if it has one."""
    _render(_archive(bench, results_dir), timestamp, ("pdf",), report_dir, view, strict=True)


@task(arguments.STUDY, {"report_dir": arguments.DEEP_DIVES["deep_dive_dir"]}, arguments.VIEW)
def slides(c: Context, bench: str, timestamp: str, results_dir: str, report_dir: str, **view: Any) -> None:
    """Write the talk that the narrative of a family holds to benchmark_reports/."""
    told = _render(_archive(bench, results_dir), timestamp, ("slides",), report_dir, view, strict=True)
    cards = told.document("slides").slides
    print(f"{len(cards)} slides for about {sum(card.minutes for card in cards):g} minutes")


@task(
    arguments.STUDY,
    arguments.VIEW,
    {"section": ("", "only this section, for example overview or performance (default: the whole report)")},
)
def show(c: Context, bench: str, timestamp: str, results_dir: str, section: str, **view: Any) -> None:
    """Print the text report of a study: in a terminal in colour, the verdicts last; through a pipe as the file has it."""
    from profiling import parse as parsing
    from reporting import terminal

    archive = _archive(bench, results_dir)
    stamp = archive.choose(timestamp)
    parsing.parse(archive, stamp)
    told = _told(archive, stamp, view)
    terminal.show(told.document("text"), section)


def _render(
    archive: Any,
    timestamp: str,
    formats: tuple[str, ...],
    folder: str,
    view: Mapping[str, Any],
    *,
    strict: bool = False,
) -> Any:
    """Write reports of a study; return it as formats get it (reporting/telling.py)."""
    from bench.files import sha256
    from profiling import parse as parsing
    from reporting import render as stage

    stamp = archive.choose(timestamp)
    parsing.parse(archive, stamp)  # from raw files each time: what is derived is never trusted
    told, record = _told(archive, stamp, view), sha256(archive.record(stamp))
    for path in stage.render(told, formats, Path(folder), Path(folder), view=view, record=record, strict=strict):
        print(f"wrote: {path}")
    return told


def _warn(told: Any, formats: tuple[str, ...] = ()) -> None:
    """Say what does not fit in the narrative of the family, where a report was generated in its stead."""
    from reporting.telling import FORMATS

    if told.misfit is not None and (not formats or set(formats) & set(FORMATS)):
        print(f"warning: {told.misfit}\nSo the report was generated. {told.misfit.hint}")


def _told(archive: Any, timestamp: str, view: Mapping[str, Any]) -> Any:
    """Return a parsed study as formats get it: the document, and what a person's narrative makes of it."""
    from reporting import telling

    return telling.told(_document(archive, timestamp, view))


def _document(archive: Any, timestamp: str, view: Mapping[str, Any]) -> Any:
    """Write the document of a parsed study, as `view` (any of arguments.VIEW) wants it."""
    from reporting import evidence, sections

    chosen = {name: default for name, (default, _) in arguments.VIEW.items()} | dict(view)
    study = evidence.read(archive, timestamp, chosen.pop("baseline"))
    return sections.build(study, sections.View(**chosen))


@task(arguments.BENCH, arguments.MEASURE, arguments.VIEW, arguments.REPORTS, arguments.DEEP_DIVES)
def run(c: Context, bench: str, results_dir: str, report_dir: str, deep_dive_dir: str, **given: Any) -> None:
    """Do it all: profile, parse, render and PDF."""
    view = {name: given.pop(name) for name in arguments.VIEW}
    stamp = _measure(bench, results_dir, given)
    archive = _archive(bench, results_dir)
    _render(archive, stamp, (), report_dir, view)
    told = _render(archive, stamp, ("pdf",), deep_dive_dir, view)
    _warn(told)
    _index(results_dir, report_dir)
    _print_verdicts(told.generated)
    print(f"\nOpen {report_dir}/{bench}_results_{stamp}/index.html in a browser.")


def _print_verdicts(document: Any) -> None:
    """Print the verdicts: last, where they stay on the screen."""
    from reporting.document import Text

    print()
    for block in document.sections[0].blocks:
        if isinstance(block, Text) and block.style:
            print(block.text)


@task({"results_dir": ("results", arguments.RESULTS)}, arguments.REPORTS)
def index(c: Context, results_dir: str, report_dir: str) -> None:
    """Write reports/index.html: every study, trends per variant, any two compared. Render, run and adopt do it too."""
    _index(results_dir, report_dir)


def _index(results_dir: str, report_dir: str) -> None:
    from reporting import index as stage

    print(f"wrote: {stage.write(Path(results_dir), Path(report_dir))}")


@task(arguments.COMPARE)
def compare(c: Context, a: str, b: str, **given: Any) -> None:
    """Compare study B with study A, the reference: invoke compare A B. A study is TIMESTAMP[:build] or its path."""
    from profiling.parse import timings
    from reporting import compare_stage

    code, said = compare_stage.run(compare_stage.read(a, b, given), timings)
    if code:
        raise Exit(said, code)


@task(arguments.VERIFY)
def verify(c: Context, bench: str, timestamp: str, results_dir: str, **given: Any) -> None:
    """Recompute every number of a study and its reports from raw files, check all hashes, and name what differs."""
    from bench import discover
    from bench.audit import Audit
    from profiling.verify import studies
    from reporting import index_check
    from reporting.verify import shown

    if not (bench or given["all"]):
        raise UsageError("verify what?", "Name a family with --bench aes, or write --all.")
    audit, roots = Audit(), (Path(given["report_dir"]), Path(given["deep_dive_dir"]))
    for name in [bench] if bench else discover.families():
        archive = _archive(name, results_dir)
        for stamp in studies(archive, timestamp, shown(name, roots), every=given["all"]):
            _verify(archive, stamp, roots, audit)
    if given["all"] and not bench:
        index_check.check(Path(results_dir), roots[0], audit)
    print(*audit.lines(), sep="\n")
    audit.conclude()


def _verify(archive: Any, timestamp: str, roots: tuple[Path, Path], audit: Any) -> None:
    from tempfile import TemporaryDirectory

    from profiling import verify as raw
    from reporting import verify as reports

    with TemporaryDirectory(prefix="bench-") as folder:
        again = dataclasses.replace(archive, derived=Path(folder))
        write = functools.partial(_told, again, timestamp) if raw.check(again, timestamp, audit) else None
        reports.check(again, timestamp, audit, roots, write)


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
    """Take over `perf stat` texts that others measured, marked as such: copies, parses and writes all reports."""
    from profiling.adopt import adopt as take_over

    adopted = take_over(bench, Path(results_dir), Path(into), timestamp, view["baseline"])
    for reason in adopted.passed:
        print(f"passed over: {reason}")
    print(f"adopted: {adopted.label} as study {adopted.timestamp} in {into}/{bench}")
    archive = _archive(bench, into)
    _render(archive, adopted.timestamp, (), report_dir, view)
    told = _render(archive, adopted.timestamp, ("pdf",), deep_dive_dir, view)
    _warn(told)
    _index(into, report_dir)
    print("\n" + "\n".join(told.generated.warnings))


@task(arguments.PROMPTS)
def prompts(
    c: Context, bench: str, timestamp: str, results_dir: str, for_: str, variant: str, into: str, prompts_dir: str
) -> None:
    """Check the log of prompts and write its PDF; with --for STAGE, fill a template with the newest study's evidence."""
    from bench.rundir import write_text
    from reporting import prompts_stage as stage

    studied = functools.partial(_studied, bench, timestamp, results_dir)
    if not for_:
        if variant or into:
            raise UsageError("--variant and --into have no effect without --for", "Write: --for optimise.")
        print(f"wrote: {stage.write_paper(bench, Path(prompts_dir), studied)}")
        return
    text = stage.ready(for_, variant, Path(prompts_dir), studied)
    if into:
        write_text(Path(into), text)
        print(f"wrote: {into}")
    else:
        sys.stdout.write(text)


def _studied(bench: str, timestamp: str, results_dir: str) -> tuple[Any, str, Any]:
    """Return the archive, the study that was asked for, and its document, derived from raw files as for a report."""
    from profiling import parse as parsing

    archive = _archive(bench, results_dir)
    stamp = archive.choose(timestamp)
    parsing.parse(archive, stamp)
    return archive, stamp, _document(archive, stamp, {})


@task(arguments.SCRIPT)
def script(c: Context, bench: str, timestamp: str, results_dir: str, into: str) -> None:
    """Write script_<bench>.sh: a shell script that redoes a study with plain pyperf, perf and py-spy."""
    from reporting import script as stage

    archive = _archive(bench, results_dir)
    print(f"wrote: {stage.write(archive, archive.choose(timestamp), Path(into))}")


@task(arguments.CLEAN)
def clean(c: Context, bench: str, results_dir: str, environments: bool) -> None:
    """Remove what killed studies left behind; finished results and reports are never touched."""
    import shutil

    from bench import discover
    from profiling.calibrate import ROOT
    from profiling.environments import location
    from profiling.lock import exclusive

    with exclusive("invoke clean", wait=False, say=print):  # a study that still runs looks like one that was killed
        names = [bench] if bench else discover.families()
        roots = (Path(results_dir), Path(results_dir) / ROOT)
        left = [path for name in names for root in roots for path in _archive(name, str(root)).unfinished()]
        left += [location(build) for build in ("dbg", "release") if environments and location(build).exists()]
        for path in left:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
            print(f"removed: {path}")
    if not left:
        print("nothing to remove")


@task(arguments.CALIBRATE, arguments.REPORTS)
def calibrate(
    c: Context, bench: str, studies: str, pairs: str, size: str, wait: bool, results_dir: str, report_dir: str
) -> None:
    """Test the machinery on simulated data and on this host: false positives, coverage, smallest slowdown found."""
    from datetime import datetime

    from rich.console import Console
    from rich.progress import track

    from bench.rundir import Archive
    from profiling import calibrate as stage
    from profiling import parse as parsing
    from reporting import calibration, calibration_report, evidence
    from reporting import render as rendering

    number = 0 if pairs == "0" else arguments.number("--pairs", pairs) or 0
    stamp, found = f"{datetime.now():%Y%m%d_%H%M%S}", None
    if number:
        stamp = stage.measure(bench, number, Path(results_dir), size=size, wait=wait)
        archive = Archive(bench, Path(results_dir) / stage.ROOT)
        parsing.parse(archive, stamp)
        found = evidence.read(archive, stamp)
    each = arguments.number("--studies", studies) or calibration.STUDIES
    bar = track(calibration.MODELS, "simulating", console=Console(stderr=True), transient=True)
    simulated = [calibration.simulate(noise, each) for noise in bar]
    measured = calibration.real(found, "release") if found else None
    document = calibration_report.build(simulated, measured, found, stamp)
    for path in rendering.render(document, (), Path(report_dir)):
        print(f"wrote: {path}")
    _index(results_dir, report_dir)
    _print_verdicts(document)
