"""Which source the counters of a study come from: the best that this machine has, or the one that was asked for.

PMU, then simulation, then software events and rusage. perf gives the software events beside the PMU, or without it;
rusage comes with the timing processes, always. So all there is to choose is whether perf and callgrind run.
"""

from __future__ import annotations

from bench.errors import UsageError
from profiling import collector
from profiling.collectors import counters
from profiling.options import Options
from profiling.process import which

SOURCES = {"perf": "counters", "callgrind": "simulated"}  #: word of --counters -> the collector that it asks for
CHOICES = ("auto", *SOURCES, "none")


def choose(asked: tuple[str, ...], options: Options) -> tuple[list[str], tuple[str, ...]]:
    """Return the collectors to run, in order, and those of them that were asked for by name and may not be skipped.

    asked: the words of --collectors; none means all.
    """
    if options.counters not in CHOICES:
        raise UsageError(f"--counters {options.counters!r} is not known", f"Write one of: {', '.join(CHOICES)}.")
    names = list(asked or collector.names())
    if options.counters == "auto":
        if not asked and not (options.simulated_runs and not pmu_counts()):
            names.remove(SOURCES["callgrind"])
        return names, asked
    wanted = SOURCES.get(options.counters, "")
    unwanted = set(SOURCES.values()) - {wanted}
    if unwanted & set(asked):
        raise UsageError(
            f"--collectors {', '.join(sorted(unwanted & set(asked)))} and --counters {options.counters} contradict",
            "Leave one of them out.",
        )
    names = [name for name in names if name not in unwanted]
    if wanted and wanted not in names:
        names.append(wanted)
    return names, (*asked, wanted) if wanted else asked


def pmu_counts() -> bool:
    """Whether perf counts instructions here, by hardware."""
    perf = which("perf")
    return perf is not None and counters.unavailable() is None and not counters.pmu_missing(perf)
