"""Which stage: the command line. Every task is one call into one stage; heavy imports happen inside tasks only.

invoke --list                      all tasks                invoke --help profile      the words of one
"""

from __future__ import annotations

import functools
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

from invoke.context import Context
from invoke.exceptions import Exit
from invoke.tasks import task

from bench.errors import SuiteError, UsageError

Task = TypeVar("Task", bound=Callable[..., None])

BENCH = "family to work on, for example aes or mdp (see: invoke list)"
TIMESTAMP = "study to use, YYYYMMDD_HHMMSS (default: the newest)"
RESULTS = "folder of the raw results (default: results)"
MEASURE_HELP = {
    "bench": BENCH,
    "build": "interpreter builds to measure: dbg, release or both (default: both)",
    "only": "comma-separated variants (default: all; the baseline always takes part)",
    "variant": "add a variant for this run: label:path[:pyperf_wrapper]; may be given more than once",
    "size": "size of the workload (default: full, which is upstream's)",
    "fast": "a first look: fewer processes, no verdicts",
    "processes": "timed processes per variant and build (default: 10)",
    "counter-runs": "separate runs of perf stat (default: 5)",
    "flush": "write this much memory before each counter run, to empty the caches, for example 1GiB",
    "time-limit": "seconds after which one measured process is ended (default: 300)",
    "collectors": "comma-separated collectors (default: all that can run here)",
    "wait": "if another study is running on this machine, wait for it instead of refusing",
    "results-dir": RESULTS,
}
RENDER_HELP = {
    "transpose": "variants as columns instead of rows",
    "geomean": "add the geometric mean of the speedups",
    "baseline": "variant to compare with (default: the family's)",
    "report-dir": "folder of the reports (default: reports)",
}


def explained(function: Task) -> Task:
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

    return cast(Task, wrapper)


@task(name="list")
@explained
def list_(c: Context) -> None:
    """List families, their variants and their archived studies."""
    from profiling.listing import show

    show()


@task
@explained
def doctor(c: Context) -> None:
    """Check this machine: interpreters, perf, PMU, valgrind, py-spy, disk, environments; a fix per row."""
    from profiling.doctor import show

    show()


@task(help=MEASURE_HELP, iterable=["variant"])
@explained
def profile(
    c: Context, bench: str, build: str = "both", only: str = "", variant: list[str] | None = None, size: str = "",
    fast: bool = False, processes: str = "", counter_runs: str = "", flush: str = "", time_limit: str = "",
    collectors: str = "", wait: bool = False, results_dir: str = "results",
) -> None:  # fmt: skip
    """Measure: check every variant, then run the collectors; raw files go to results/."""
    where = "" if results_dir == "results" else f" --results-dir {results_dir}"
    _measure(
        bench,
        build,
        only,
        variant,
        size,
        fast,
        processes,
        counter_runs,
        flush,
        time_limit,
        collectors,
        wait,
        results_dir,
    )
    print(f"next: invoke parse --bench {bench}{where} && invoke render --bench {bench}{where}")


def _measure(
    bench: str, build: str, only: str, variant: list[str] | None, size: str, fast: bool, processes: str,
    counter_runs: str, flush: str, time_limit: str, collectors: str, wait: bool, results_dir: str,
) -> str:  # fmt: skip
    """Run the profile stage; return the new study's timestamp."""
    from profiling.collect import Request, collect, with_overrides
    from profiling.collector import Options

    request = Request(bench, _words(only), tuple(variant or ()), build, size, _words(collectors), wait)
    options = with_overrides(
        Options.fast() if fast else Options(),
        processes=_number("--processes", processes),
        counter_runs=_number("--counter-runs", counter_runs),
        limit_seconds=_number("--time-limit", time_limit),
        flush_bytes=_bytes(flush) or None,
    )
    timestamp = collect(request, options, Path(results_dir))
    print(f"measured: {timestamp}")
    return timestamp


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _number(option: str, text: str) -> int | None:
    """Read a whole number of at least 1; None where the option was not given."""
    if not text:
        return None
    if not text.isdecimal() or int(text) < 1:
        raise UsageError(f"{option} {text!r} is not a whole number of at least 1", f"Write it as {option} 20.")
    return int(text)


def _bytes(text: str) -> int:
    """Read a size such as 1GiB, 512MiB or 4096."""
    units = {"": 1, "B": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}
    number = text.rstrip("BKMGi")
    try:
        return int(number or 0) * units[text[len(number) :]]
    except (ValueError, KeyError):
        raise UsageError(f"--flush {text!r} is not a size", "Write it as 1GiB, 512MiB or 4096.") from None


@task(help={"bench": BENCH, "timestamp": TIMESTAMP, "results-dir": RESULTS})
@explained
def parse(c: Context, bench: str, timestamp: str = "", results_dir: str = "results") -> None:
    """Derive metrics (JSON, CSV), folded stacks and flame graphs from a study's raw files."""
    from profiling import parse as stage

    archive = _archive(bench, results_dir)
    for run in stage.parse(archive, archive.choose(timestamp)):
        print(f"parsed: {run.path}")


def _archive(bench: str, results_dir: str) -> Any:
    from bench import discover
    from bench.rundir import Archive

    discover.variants(bench)  # says which families there are, if there is none of that name
    return Archive(bench, Path(results_dir))


@task(
    help={
        "bench": BENCH,
        "timestamp": TIMESTAMP,
        "results-dir": RESULTS,
        **RENDER_HELP,
        "formats": "comma-separated formats (default: html, json, text, xlsx)",
    }
)
@explained
def render(
    c: Context, bench: str, timestamp: str = "", transpose: bool = False, geomean: bool = False, baseline: str = "",
    formats: str = "", results_dir: str = "results", report_dir: str = "reports",
) -> None:  # fmt: skip
    """Write the reports of a parsed study: HTML, text, Excel and JSON."""
    _render(_archive(bench, results_dir), timestamp, _words(formats), report_dir, transpose, geomean, baseline)


@task(help={"bench": BENCH, "timestamp": TIMESTAMP, "results-dir": RESULTS, **RENDER_HELP})
@explained
def pdf(
    c: Context, bench: str, timestamp: str = "", transpose: bool = False, geomean: bool = False, baseline: str = "",
    results_dir: str = "results", report_dir: str = "benchmark_reports",
) -> None:  # fmt: skip
    """Write the PDF deep dive of a parsed study to benchmark_reports/."""
    _render(_archive(bench, results_dir), timestamp, ("pdf",), report_dir, transpose, geomean, baseline)


def _render(
    archive: Any, timestamp: str, formats: tuple[str, ...], folder: str, transpose: bool, geomean: bool, baseline: str
) -> Any:
    from profiling import parse as parsing
    from reporting import evidence, sections
    from reporting import render as stage

    parsing.parse(archive, archive.choose(timestamp))  # from raw files each time: what is derived is never trusted
    study = evidence.read(archive, archive.choose(timestamp), baseline)
    document = sections.build(study, sections.View(transpose, geomean))
    for path in stage.render(document, formats, Path(folder), Path(folder)):
        print(f"wrote: {path}")
    return document


@task(help={**MEASURE_HELP, **RENDER_HELP, "deep-dive-dir": "folder of the PDF (default: benchmark_reports)"},
      iterable=["variant"])  # fmt: skip
@explained
def run(
    c: Context, bench: str, build: str = "both", only: str = "", variant: list[str] | None = None, size: str = "",
    fast: bool = False, processes: str = "", counter_runs: str = "", flush: str = "", time_limit: str = "",
    collectors: str = "", wait: bool = False, results_dir: str = "results", transpose: bool = False,
    geomean: bool = False, baseline: str = "", report_dir: str = "reports", deep_dive_dir: str = "benchmark_reports",
) -> None:  # fmt: skip
    """Do it all: profile, parse, render and PDF."""
    from profiling import parse as parsing
    from reporting.document import Text

    stamp = _measure(
        bench,
        build,
        only,
        variant,
        size,
        fast,
        processes,
        counter_runs,
        flush,
        time_limit,
        collectors,
        wait,
        results_dir,
    )
    archive = _archive(bench, results_dir)
    parsing.parse(archive, stamp)
    _render(archive, stamp, (), report_dir, transpose, geomean, baseline)
    document = _render(archive, stamp, ("pdf",), deep_dive_dir, transpose, geomean, baseline)
    print()  # the verdicts come last, where they stay on the screen
    for block in document.sections[0].blocks:
        if isinstance(block, Text) and block.style:
            print(block.text)
    print(f"\nOpen {report_dir}/{bench}_results_{stamp}/index.html in a browser.")


@task(
    help={
        "bench": "only this family (default: all)",
        "results-dir": RESULTS,
        "environments": "also remove .venv_dbg and .venv_release",
    }
)
@explained
def clean(c: Context, bench: str = "", results_dir: str = "results", environments: bool = False) -> None:
    """Remove what killed studies left behind; finished results and reports are never touched."""
    import shutil

    from bench import discover
    from profiling.environments import location
    from profiling.lock import exclusive

    with exclusive("invoke clean", wait=False, say=print):  # a study that still runs looks like one that was killed
        names = [bench] if bench else discover.families()
        left = [path for name in names for path in _archive(name, results_dir).unfinished()]
        left += [location(build) for build in ("dbg", "release") if environments and location(build).exists()]
        for path in left:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
            print(f"removed: {path}")
    if not left:
        print("nothing to remove")
