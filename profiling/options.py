"""How much a study measures: the numbers that the command line may change (arguments.py), and its presets."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Options:
    """How much to measure. `seconds` are of measured code unless said otherwise."""

    processes: int = 10  #: timed processes per variant and build, at least
    most_processes: int = 10  #: and at most, where the precision asked for needs more
    precision: float = 0.0  #: stop once the interval of every speedup reaches no farther than this share; 0: never
    budget_seconds: float = 0.0  #: wall time for the whole study; 0: no limit
    #: How long the calls before the first value last at least. With 0.2 s pyaes_opt had no steady state: its heap
    #: settles in the first second, in which its calls become 3 % slower and then faster again.
    warm_seconds: float = 1.2
    values: int = 5  #: values per process
    value_seconds: float = 0.06  #: a value repeats the job until it lasts this long
    process_seconds: float = 1.2  #: what the values of one process take together; longer jobs have fewer of them
    single_seconds: float = 2.5  #: a job at least this long has one value per process
    cold_seconds: float = 5.0  #: where the baseline takes this long, the build's variants are timed without a warm-up
    counters: str = "auto"  #: where counters come from: auto, perf, callgrind, none (see profiling/ladder.py)
    counter_runs: int = 3  #: separate runs of perf stat
    simulated_runs: int = 2  #: separate runs of callgrind; 0 leaves it out unless it is asked for
    flush_bytes: int = 0  #: written before each counter run, to empty the caches
    sample_rate: int = 250  #: py-spy samples a second
    sample_seconds: float = 3.0  #: how long the profiled region lasts at least, over all sampled processes
    #: over which the shares of functions are compared: the baseline; others and slow ones take three
    sample_processes: int = 5
    side_processes: int = 5  #: of startup, series and ideas, per variant; slow ones take three
    detail: bool = True  #: whether collectors run that explain rather than compare: startup, series, ideas, exact, ...
    limit_seconds: float = 300.0  #: wall time after which one process is ended

    @classmethod
    def fast(cls) -> Options:
        """Return the settings for a first look: too few processes for a verdict."""
        return cls(
            processes=4, most_processes=4, values=2, value_seconds=0.05, counter_runs=1, simulated_runs=0,
            sample_rate=500, sample_seconds=1.2, sample_processes=2, detail=False, warm_seconds=0.1,
        )  # fmt: skip

    @classmethod
    def rigorous(cls) -> Options:
        """Return the settings for figures to publish: more processes, until intervals reach 1 % or 20 minutes are over."""
        return cls(processes=20, most_processes=60, precision=0.01, budget_seconds=1200.0)
