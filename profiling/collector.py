"""What a collector is given, and what it must define. `profiling/collectors/NAME.py` is the collector NAME."""

from __future__ import annotations

import importlib
import math
import os
import random
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Protocol, cast

from bench import files
from bench.errors import SuiteError, UsageError, VariantFailed, WrongAnswer
from bench.model import PEER, RUNG, Listing, Measurement, Target, Variant
from bench.rundir import RunDir
from profiling import environments
from profiling.options import Options
from profiling.process import Done, Log, explain, run_together
from profiling.progress import Progress

LAST_WORDS = 30  #: lines of a failed process's stderr that go to the log
HERE = Path(__file__).parent / "collectors"
READERS = {"adopted": "profiling.adopted_runs"}  #: collections that no collector here records: they are only read
#: these first, those that time before all others; what is not named here follows by name
ORDER = ("timing", "startup", "series", "ideas", "counters", "profile", "exact", "memory", "calltree")
OF_PEERS = ("timing", "startup", "series", "counters")  #: collectors that a library of others has a part in
WITHOUT = "BENCH_WITHOUT_CPU_FEATURES"  #: names features of this CPU that variants are to do without


@dataclass(frozen=True)
class Missing:
    """Something that this machine lacks: what, what that costs the reader, and the command that fixes it."""

    what: str
    cost: str
    fix: str


@dataclass
class Job:
    """One variant on one build, on its way through the collectors."""

    target: Target
    variant: Variant
    build: str
    python: str  #: the environment's interpreter, relative to the checkout
    rundir: RunDir
    seconds: float = 0.1  #: one iteration, as the check found it
    digest: str = ""  #: the answer that every measured process must print; empty for a plain pyperf script
    status: str = "ok"
    reason: str = ""
    oracle: str = ""
    sources: tuple[Path, ...] = ()  #: the files that were executed, as the process itself said
    hashes: tuple[tuple[str, str], ...] = ()  #: of these files, when the variant was checked
    jit: bool = False  #: it loaded a just-in-time compiler
    path: str = ""  #: which of its ways it chose when it was checked, in its own words
    inner_loops: int = 1  #: of a plain pyperf script: iterations in one loop
    headline: bool = True  #: its build is the one that headline figures are from
    baseline: bool = False  #: all others are compared with it
    control: bool = False  #: it is timed twice in every block, to find the host's noise floor
    kernel: str = ""  #: and once more without this function, to find the function's share
    limit: bool = False  #: and its family's limit too
    cold: bool = False  #: timed in its first call, as all variants of its build
    notes: dict[str, tuple[str, str]] = field(default_factory=dict)  #: collector -> (why skipped, fix)
    tools: dict[str, str] = field(default_factory=dict)  #: collector -> tool and version, once it has recorded

    @property
    def name(self) -> str:
        return f"{self.variant.name} ({self.build})"

    @property
    def compiles(self) -> bool:
        """Whether its first call compiles: then it is never timed cold."""
        return self.jit or bool(self.variant.requires)

    def argv(self, *args: str) -> list[str]:
        """Return the command that runs this variant, followed by `args`."""
        files = []
        if self.variant.custom:
            files += ["--file", environments.portable(self.variant.path)]
        if self.variant.wrapper:
            files += ["--wrapper", environments.portable(self.variant.wrapper)]
        return [self.python, "-m", "bench", str(self.target), *files, *args]

    def plan(self, options: Options, seconds: float | None = None) -> tuple[int, int, int]:
        """Return (warm-ups, values, loops per value) for one process; `seconds` is how long a value should last."""
        if self.cold and not self.compiles:
            return 0, 1, max(1, round((seconds or 0.0) / self.seconds))
        values = min(options.values, max(2, round(options.process_seconds / self.seconds)))
        if self.seconds >= options.single_seconds:
            values = 1
        loops = max(1, round((seconds or options.value_seconds) / self.seconds))
        return max(1, math.ceil(options.warm_seconds / (loops * self.seconds))), values, loops

    def raw(self, collector: str) -> Path:
        """Return (and make) the directory for a collector's raw files, relative to the checkout."""
        path = self.rundir.raw(collector) / self.build
        path.mkdir(parents=True, exist_ok=True)
        return path


@dataclass
class Session:
    """One study while it runs: runs commands, checks answers, keeps the order, and lets one failure end one job."""

    timestamp: str
    options: Options
    log: Log
    progress: Progress
    started: float = field(default_factory=perf_counter)
    order: list[tuple[int, str, str, float]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)  #: what a reader of the study should know
    reserved: float = 0.0  #: seconds that the collectors after the timing will need

    @property
    def elapsed(self) -> float:
        """Seconds since the study began."""
        return perf_counter() - self.started

    def tell(self, text: str) -> None:
        """Say something on the terminal, in the log, and in the study's record."""
        self.remarks.append(text)
        self.progress.note(text)
        self.log.say(f"# {text}")

    def execute(self, job: Job, argv: Sequence[str], *, block: int = 0, extra: Mapping[str, str] | None = None) -> Done:
        """Run a measured process, with `extra` in its environment; raise WrongAnswer or VariantFailed if it fails."""
        return self.execute_together(job, [argv], block=block, extra=extra)[0]

    def execute_together(
        self, job: Job, argvs: Sequence[Sequence[str]], *, block: int = 0, extra: Mapping[str, str] | None = None
    ) -> list[Done]:
        """Run several processes at the same time, which only counting may; raise as `execute` does if one fails."""
        env = self.environment(job.build, block) | dict(extra or {})
        found = run_together(argvs, env=env, limit=self.options.limit_seconds, log=self.log)
        for done in found:
            self._accept(job, done)
        return found

    def _accept(self, job: Job, done: Done) -> None:
        if done.code:
            for line in done.err.splitlines()[-LAST_WORDS:]:
                self.log.say(f"#   {line}")
            raise explain(done)
        if job.digest:
            answers = said(done, "answer")
            if answers != [job.digest]:
                raise WrongAnswer(f"answered {answers or 'nothing'} in a measured process, {job.digest} when checked")
        other = [way for way in said(done, "path") if way != job.path]
        if other:  # under a tool that hides features of the CPU, such as Valgrind: another program than the timed one
            raise VariantFailed(
                f"went another way than when it was checked: {other[0]}, not {job.path or 'its only one'}"
            )

    @contextmanager
    def guard(self, job: Job, doing: str) -> Iterator[None]:
        """Let a failure end this job and not the study.

        What fails under a tool other than the clock costs that tool's part only: it may be the tool's own failure.
        """
        try:
            yield
        except WrongAnswer as error:
            self._end(job, "wrong answer", f"{error} ({doing})")
        except Exception as error:  # whatever a variant leaves behind that cannot be read
            said = str(error) if isinstance(error, SuiteError) else f"{type(error).__name__}: {error}"
            if not isinstance(error, SuiteError):
                self.log.say(traceback.format_exc())
            if doing in ("check", "timing"):
                self._end(job, "failed", f"{said} ({doing})")
            else:
                job.notes[doing] = (said, "")
                self.progress.warn(f"{job.name}: no {doing}: {said}")
                self.log.say(f"# {job.name}: no {doing}: {said}")

    def _end(self, job: Job, status: str, reason: str) -> None:
        job.status, job.reason = status, reason
        self.progress.warn(f"{job.name}: {status}: {reason}")
        self.log.say(f"# {job.name}: {status}: {reason}")

    def environment(self, build: str, block: int) -> dict[str, str]:
        """Return all environment variables of a measured process.

        Nothing else is inherited. Hash seed and padding differ from block to block (they shift memory layout) and
        are the same for all variants within a block.
        """
        dice = random.Random(f"{self.timestamp}/{block}")
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", WITHOUT) if name in os.environ}
        return kept | {
            "LC_ALL": "C.UTF-8",
            "PYTHONWARNINGS": "ignore",  # a debug build floods stderr with ResourceWarnings
            "PYTHONHASHSEED": str(dice.randrange(1, 2**32)),
            "BENCH_PADDING": "x" * dice.randrange(4096),
            "NUMBA_CACHE_DIR": str(numba_cache(build)),
            "OPENBLAS_NUM_THREADS": "1",
            "OMP_NUM_THREADS": "1",
        }


def said(done: Done, word: str) -> list[str]:
    """Return what a measured process printed after `word`, line by line: its answer, its path."""
    return [line.partition(" ")[2] for line in done.out.splitlines() if line.startswith(f"{word} ")]


def left_out(job: Job, name: str) -> str:
    """Return why collector `name` is not for this kind of variant; empty if it is."""
    if job.variant.kind == RUNG or name == "series":
        return ""
    if job.variant.kind == PEER:
        return "" if name in OF_PEERS else "a peer is timed, not taken apart"
    return "takes part in the series only"


def numba_cache(build: str, cpu: str = "host") -> Path:
    """Return where compiled code of this build is kept: in another place after any change to a variant, or on another CPU.

    numba looks for changes in the file of a function alone, and would go on running what was compiled with the old
    constants or functions of its neighbours.
    """
    return environments.location(build) / "numba_cache" / files.code("bench/*/*.py") / cpu


class Reader(Protocol):
    """What reads a collection back: a collector, or a module in READERS."""

    def parse(self, raw: Path, derived: Path, build: str) -> Iterator[Measurement | Listing]:
        """Read `raw` back; artifacts other than measurements go below `derived`. Must need nothing but the files."""


class Collector(Reader, Protocol):
    """The interface of a module in profiling/collectors."""

    def unavailable(self) -> Missing | None:
        """Say why this machine cannot run it; None if it can."""

    def estimate(self, job: Job, options: Options) -> float:
        """Return roughly how many seconds `record` takes for this job (for the progress display)."""

    def record(self, jobs: Sequence[Job], session: Session) -> None:
        """Run every job that is ok, leave the tool's output below job.raw(NAME), and set job.tools[NAME]."""


def names() -> list[str]:
    """Return the names of all collectors, in the order in which they run."""
    found = sorted(p.stem for p in HERE.glob("*.py") if not p.stem.startswith("_"))
    return sorted(found, key=lambda name: (ORDER.index(name) if name in ORDER else len(ORDER), name))


def load(name: str) -> Collector:
    """Import one collector."""
    if name not in names():
        raise UsageError(f"no collector is named {name!r}", f"Known collectors: {', '.join(names())}.")
    return cast(Collector, importlib.import_module(f"profiling.collectors.{name}"))


def reader(name: str) -> Reader:
    """Import what reads a collection back; unlike `load`, it knows collections that this suite cannot measure."""
    return cast(Reader, importlib.import_module(READERS[name])) if name in READERS else load(name)
