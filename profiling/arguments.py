"""The words of the command line: each with its default and its help, and how those that steer a measurement are read.

tasks.py builds the tasks' signatures from these tables; `read` turns what a person typed into a Request and Options.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bench.errors import UsageError

if TYPE_CHECKING:  # heavy: imported only when something is measured
    from profiling.collect import Request
    from profiling.hardware.stage import Request as HardwareRequest
    from profiling.options import Options

MOST_PROCESSES = 50  #: to which --precision may go, unless more are asked for
RESULTS = "folder of the raw results (default: results)"

Arguments = Mapping[str, tuple[Any, str]]  #: argument -> (default, help); a default of `...` makes it required

MEASURE: Arguments = {
    "build": ("both", "interpreter builds to measure: dbg, release or both (default: both)"),
    "only": ("", "comma-separated variants (default: all; the baseline always takes part)"),
    "variant": ([], "--variant label:path[:pyperf_wrapper] adds a variant for this run; may be given more than once"),
    "size": ("", "size of the workload (default: full, which is upstream's)"),
    "fast": (False, "a first look: fewer processes, no verdicts"),
    "rigorous": (False, "for figures to publish: 20 to 60 processes, until 1 % is reached or 20 minutes are over"),
    "processes": ("", "timed processes per variant and build, at least (default: 10)"),
    "precision": ("", "go on until every speedup's interval reaches no farther, for example 1% (at most 50 processes)"),
    "budget": ("", "time for the study, for example 90s, 5m or 1h: timing ends when only the rest's estimate is left"),
    "counters": ("auto", "where counters come from: auto (callgrind where there is no PMU), perf, callgrind or none"),
    "counter_runs": ("", "separate runs of perf stat (default: 3)"),
    "flush": ("", "write this much memory before each counter run, to empty the caches, for example 1GiB"),
    "time_limit": ("", "seconds after which one measured process is ended (default: 300)"),
    "collectors": ("", "comma-separated collectors (default: all that can run here)"),
    "wait": (False, "if another study is running on this machine, wait for it instead of refusing"),
    "results_dir": ("results", RESULTS),
}
BENCH: Arguments = {"bench": (..., "family to work on, for example aes or mdp (see: invoke list); needed")}
STUDY: Arguments = {
    **BENCH,
    "timestamp": ("", "study to use, YYYYMMDD_HHMMSS (default: the newest)"),
    "results_dir": ("results", RESULTS),
}
VIEW: Arguments = {
    "transpose": (False, "variants as columns instead of rows"),
    "geomean": (False, "add the geometric mean of the speedups"),
    "baseline": ("", "variant to compare with (default: the family's)"),
    "paper": ("a4", "sheet of the PDF: a4 or letter (default: a4)"),
}
REPORTS: Arguments = {"report_dir": ("reports", "folder of the reports (default: reports)")}
DEEP_DIVES: Arguments = {"deep_dive_dir": ("benchmark_reports", "folder of the PDF (default: benchmark_reports)")}
COMPARE: Arguments = {
    "a": (
        ...,
        "the reference, the first of the two words after compare: TIMESTAMP, newest, newest~1 or "
        "path/to/results/FAMILY/TIMESTAMP, each with :release or :dbg",
    ),
    "b": (..., "the new one, the second word, named in the same way"),
    "bench": ("", "family, where a timestamp alone is not clear"),
    "only": ("", "comma-separated variants, as B calls them (default: all)"),
    "map": ("", "comma-separated old=new: variants that A knows under another name"),
    "across_hosts": (False, "compare studies of different machines; refused otherwise"),
    "fail_on": ("", "exit code 5 if any variant is so: slower, or slower,invalid (default: never)"),
    "strict": (False, "with --fail-on: exit code 6 if a variant stayed open (inconclusive, invalid, only in A)"),
    "format": ("text", "text, markdown or json (default: text)"),
    "output": ("", "file to write instead of the terminal"),
    "results_dir": ("results", RESULTS),
}
HARDWARE: Arguments = {
    "bench": ("", "family whose accelerators these are (default: every family that has some, or has those of --only)"),
    "only": ("", "comma-separated designs (default: all)"),
    "space": (True, "also the points of the design space (--no-space leaves them out)"),
    "seeds": (
        "",
        "place and route with so many seeds, on the slowest speed grade (default: 3; one for others and for points)",
    ),
    "processes": ("", "timed processes of each design's host part and of the baseline (default: 10)"),
    "size": ("", "size of the workload (default: full, which is upstream's)"),
    "wait": MEASURE["wait"],
    "results_dir": ("results", RESULTS),
    "render": (True, "then write the reports of the newest study anew (--no-render leaves them)"),
}
VERIFY: Arguments = {
    **STUDY,
    **REPORTS,
    **DEEP_DIVES,
    "bench": ("", "family to check; needed unless --all is given"),
    "all": (False, "every study; of every family, unless --bench names one"),
}
PROMPTS: Arguments = {
    **STUDY,
    "for_": ("", "stage to print a filled template for, for example optimise (default: write the PDF of the log)"),
    "variant": ("", "with --for: variant that the prompt is about (default: the baseline, or what the template says)"),
    "into": ("", "with --for: file to write instead of the terminal"),
    "prompts_dir": ("prompts", "folder of logs, templates and PDFs (default: prompts)"),
}
SCRIPT: Arguments = {**STUDY, "into": (".", "folder to write the script to (default: the top of the checkout)")}
ADOPT: Arguments = {
    "bench": (..., "name of the benchmark; a family here, or any other"),
    "results_dir": (..., "the old archive: DIR/<variant>/<timestamp>/perf/perf_run_N.txt; it is only read"),
    "timestamp": ("", "name of the directories to adopt (default: the newest that most variants share)"),
    "into": ("results", "folder that the study is written to (default: results)"),
}
CLEAN: Arguments = {
    "bench": ("", "only this family (default: all)"),
    "results_dir": ("results", RESULTS),
    "environments": (False, "also remove .venv_dbg, .venv_release and .venv_hardware"),
}
WHATIF: Arguments = {
    **STUDY,
    "kernel": (
        "",
        "function of the baseline's profile that is taken over, such as AES.encrypt (default: the one that the family names, "
        "else the hottest)",
    ),
    "design": ("", "design of the newest hardware study, instead of a function and an acceleration"),
    "grade": ("", "with --design: speed grade whose clock is taken (default: 6)"),
    "acceleration": ("", "times as fast as the function: 370 or 100..400 (default: a sweep)"),
    "interface": ("", "isa, mmio, dma, dma-flush, pcie, opencl, or a TOML file (default: each of them)"),
    "overhead": ("", "host's time per call: 1us or 0.5us..2us (default: the interface's)"),
    "overhead_per_byte": (
        "",
        "host's time per byte that moves, such as to flush caches: 1ns or 1ns..3ns (default: the interface's)",
    ),
    "latency": ("", "waiting per call: 500ns or 0.4us..2us (default: the interface's)"),
    "bandwidth": ("", "both ways: 4GB/s or 1GB/s..6GB/s (default: the interface's)"),
    "call": ("", "Python's call into native code: none, extension or ctypes (default: by how the share was measured)"),
    "calls": ("", "calls per iteration, of a design for the same work (default: as the study counted them)"),
    "bytes": ("", "bytes per call: 16 both ways, or 16/4 there and back; a design's were counted"),
    "asynchronous": (False, "the host does other work meanwhile (default: it waits)"),
}
CALIBRATE: Arguments = {
    "bench": ("aes", "family whose baseline is timed against copies of itself (default: aes)"),
    "studies": ("200", "simulated studies of each kind (default: 200)"),
    "pairs": ("10", "real A/A studies on this host; 0 leaves them out (default: 10)"),
    "size": ("small", "size of the workload (default: small)"),
    "wait": MEASURE["wait"],
    "results_dir": ("results", RESULTS),
}


def read(bench: str, given: Mapping[str, Any]) -> tuple[Request, Options]:
    """Return what was asked for; raises UsageError, naming the option, where a value does not fit."""
    from profiling.collect import Request, with_overrides
    from profiling.options import Options

    request = Request(
        family=bench,
        only=words(given["only"]),
        custom=tuple(given["variant"] or ()),
        build=given["build"],
        size=given["size"],
        collectors=words(given["collectors"]),
        wait=given["wait"],
    )
    if given["fast"] and given["rigorous"]:
        raise UsageError("--fast and --rigorous exclude each other", "Leave one of them out.")
    preset = Options.fast() if given["fast"] else Options.rigorous() if given["rigorous"] else Options()
    processes, precision = number("--processes", given["processes"]), percent("--precision", given["precision"])
    most = max(processes or preset.processes, preset.most_processes if processes is None else 0)
    options = with_overrides(
        preset,
        processes=processes,
        most_processes=max(most, MOST_PROCESSES) if precision else most,
        precision=precision,
        budget_seconds=duration("--budget", given["budget"]),
        counters=given["counters"],
        counter_runs=number("--counter-runs", given["counter_runs"]),
        limit_seconds=number("--time-limit", given["time_limit"]),
        flush_bytes=size("--flush", given["flush"]),
        detail=True if request.collectors else None,  # what is asked for by name is not left out
    )
    return request, options


def read_hardware(bench: str, given: Mapping[str, Any]) -> HardwareRequest:
    """Return what was asked of the hardware stage; raises UsageError, naming the option, where a value does not fit."""
    from profiling.hardware.stage import Request as HardwareRequest

    return HardwareRequest(
        family=bench,
        only=words(given["only"]),
        space=given["space"],
        seeds=number("--seeds", given["seeds"]) or HardwareRequest.seeds,
        processes=number("--processes", given["processes"]) or HardwareRequest.processes,
        size=given["size"],
        wait=given["wait"],
    )


def words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def number(option: str, text: str) -> int | None:
    """Read a whole number of at least 1; None where the option was not given."""
    if not text:
        return None
    if not text.isdecimal() or int(text) < 1:
        raise UsageError(f"{option} {text!r} is not a whole number of at least 1", f"Write it as {option} 20.")
    return int(text)


def size(option: str, text: str) -> int | None:
    """Read a size such as 1GiB, 512MiB or 4096; None where the option was not given."""
    units = {"": 1, "B": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}
    amount = text.rstrip("BKMGi")
    try:
        return int(amount or 0) * units[text[len(amount) :]] or None
    except (ValueError, KeyError):
        raise UsageError(f"{option} {text!r} is not a size", "Write it as 1GiB, 512MiB or 4096.") from None


def percent(option: str, text: str) -> float | None:
    """Read a percentage such as 1% or 0.5%, as a share; None where the option was not given."""
    if not text:
        return None
    try:
        value = float(text.removesuffix("%")) / 100
    except ValueError:
        value = -1.0
    if not 0 < value < 1:
        raise UsageError(f"{option} {text!r} is not a percentage", f"Write it as {option} 1% or {option} 0.5%.")
    return value


def duration(option: str, text: str) -> float | None:
    """Read a time such as 90s, 5m or 1h (a bare number is seconds), in seconds; None where the option was not given."""
    if not text:
        return None
    units = {"s": 1.0, "m": 60.0, "h": 3600.0}
    try:
        value = float(text.rstrip("smh")) * units[text[len(text.rstrip("smh")) :] or "s"]
    except (ValueError, KeyError):
        value = -1.0
    if not 0 < value < 1e6:
        raise UsageError(f"{option} {text!r} is not a time", f"Write it as {option} 90s, {option} 5m or {option} 1h.")
    return value
