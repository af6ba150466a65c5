"""The nouns of the suite: frozen data, no behaviour beyond naming and lookup."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

BUILDS = ("release", "dbg")  #: a release interpreter, and a debug build of the same version
UNKNOWN = "unknown"  #: the build in an adopted study: archives of others do not record it
ADOPTED = "adopted"  #: the collection of an adopted study: files that this suite did not measure
MINIMUM_PROCESSES = 10  #: fewer never earn a verdict by time alone
RUNG, PEER, SERIES_PEER = KINDS = "rung", "peer", "series peer"  #: see Variant.kind


@dataclass(frozen=True)
class Workload:
    """What a measured process runs: only `run` is inside the counted region."""

    run: Callable[[int], float]  #: loops -> seconds for all of them, by upstream's own clock
    answer: Callable[[], Any]  #: the answer of the last run
    vary: Callable[[int], None] | None = None  #: makes the input another one of equal cost; 0 is upstream's


def digest_of_repr(answer: Any) -> str:
    return hashlib.sha256(repr(answer).encode()).hexdigest()


@dataclass(frozen=True)
class Limit:
    """The least time in which this CPU could do a family's work, whatever the software: measured, never reached.

    `prepare` raises Unsupported on a CPU that the limit is not defined for.
    """

    name: str  #: as reports name its line
    summary: str  #: what is and what is not in it, in a sentence
    prepare: Callable[[float], Workload]  #: amount, in the unit of the family's work -> what is timed
    hertz: Callable[[], float] | None = None  #: measures the core's clock now, in cycles a second
    requires: tuple[str, ...] = ()  #: distributions that its interpreter must have


@dataclass(frozen=True)
class Series:
    """Another job at several points, in a table of its own: throughput by message size, or an exact solution.

    `prepare` raises Unsupported for a variant that does not offer the point.
    """

    title: str
    summary: str  #: what one call does, and what is in its time, in a sentence or two
    points: Mapping[str, Any]  #: name -> argument of `prepare`
    work: Mapping[str, tuple[float, str]]  #: point -> (amount, unit) of one call
    prepare: Callable[[ModuleType, Any], Workload]
    check: Callable[[Any, Any], float]  #: (answer, argument of the point) -> its error, 0 if exact; or WrongAnswer
    error_unit: str = ""  #: what `check` returns; empty where answers are right or wrong


@dataclass(frozen=True)
class Family:
    """One job, several implementations, and the check that makes them comparable."""

    summary: str
    upstream: str  #: the benchmark's name in pyperformance
    baseline: str  #: the variant that all others are compared with: upstream, unmodified
    entry: str  #: the name that every variant module defines
    sizes: Mapping[str, Any]  #: name -> argument of `prepare`; the first is upstream's own size
    prepare: Callable[[ModuleType, Any], Workload]  #: (variant module, size) -> what is timed
    check: Callable[[ModuleType], None]  #: the oracle: returns, or raises WrongAnswer
    accept: Callable[[Any, Any], None]  #: (answer, size) -> returns, or raises WrongAnswer
    digest: Callable[[Any], str] = digest_of_repr  #: answer -> short stable text, equal for equal answers
    kernel: str = ""  #: the baseline's function that an accelerator would take over, as `module:Class.method`
    work: Mapping[str, tuple[float, str]] = field(default_factory=dict)  #: size -> (amount, unit) of one iteration
    limit: Limit | None = None
    series: Series | None = None

    @property
    def full_size(self) -> str:
        return next(iter(self.sizes))


@dataclass(frozen=True)
class Idea:
    """One idea of a variant that can be switched off alone: a module constant, and its value without the idea."""

    name: str  #: of the constant
    off: str  #: its value without the idea, as Python source
    summary: str  #: what the idea is


@dataclass(frozen=True)
class Variant:
    """One implementation, described without importing it."""

    name: str
    path: Path
    summary: str  #: first line of the docstring
    description: str = ""  #: the rest of it
    requires: tuple[str, ...] = ()  #: distributions that its interpreter must have
    wrapper: Path | None = None  #: the pyperf script that times it, for variants given on the command line
    custom: bool = False  #: given on the command line, from any file
    script: bool = False  #: a plain pyperf script: timed as it is, no oracle
    lines: int = 0  #: lines of code, without blanks, comments and docstrings
    kind: str = RUNG  #: a rung of the ladder; a peer (a library that does the same job); a peer in the series only
    ideas: tuple[Idea, ...] = ()

    @property
    def command(self) -> Path:
        """The file that is executed: the wrapper where there is one."""
        return self.wrapper or self.path


@dataclass(frozen=True)
class Target:
    """What one measured process runs."""

    family: str
    variant: str
    size: str

    def __str__(self) -> str:
        return f"{self.family}/{self.variant}@{self.size}"


@dataclass(frozen=True)
class Collection:
    """One collector's part in a run of one variant on one build. A skip is data, not an absence."""

    collector: str
    build: str
    tool: str = ""  #: the tool and its version
    files: tuple[tuple[str, str], ...] = ()  #: (path below the run directory, sha256)
    skipped: str = ""  #: why there is nothing, in one sentence
    fix: str = ""  #: the command that would change that, if any


@dataclass(frozen=True)
class Outcome:
    """How one variant fared on one build."""

    build: str
    status: str  #: ok, wrong answer, failed, skipped
    reason: str = ""
    digest: str = ""  #: digest of the answer that every measured process had to print
    oracle: str = ""  #: what the answer was checked against
    path: str = ""  #: which of its ways the variant chose on this machine, in its own words


@dataclass(frozen=True)
class Manifest:
    """What ran, where, on what, and every raw file with its hash. Written last: with it, a run exists."""

    family: str
    variant: str
    timestamp: str  #: YYYYMMDD_HHMMSS of the study, local time
    size: str
    work: tuple[float, str]
    job: str  #: the family's summary: what every variant does
    upstream: str  #: the benchmark's name in pyperformance
    summary: str
    description: str
    requires: tuple[str, ...]
    lines: int  #: of code, in all of `sources`; in its own file where an older version wrote this
    sources: tuple[tuple[str, str], ...]  #: (path, sha256) of the files that were executed
    baseline: str
    interpreters: Mapping[str, Mapping[str, Any]]  #: build -> description
    host: Mapping[str, Any]
    options: Mapping[str, Any]
    outcomes: tuple[Outcome, ...]
    collections: tuple[Collection, ...]
    script: bool = False  #: a plain pyperf script, whose answer nobody checks
    kind: str = RUNG  #: as of a Variant


@dataclass(frozen=True)
class Study:
    """All variants of a family, measured together. Written after every manifest."""

    family: str
    timestamp: str
    size: str
    baseline: str
    variants: tuple[str, ...]
    builds: tuple[str, ...]
    order: tuple[tuple[int, str, str, float], ...]  #: (block, variant, build, seconds since the start)
    notices: tuple[tuple[str, str, str], ...]  #: (what is missing, what that costs, the command that fixes it)
    seconds: float  #: wall time of the profile stage
    measured_seconds: float  #: of all processes together; some run side by side
    commit: str
    interrupted: bool = False
    manifests: Mapping[str, str] = field(default_factory=dict)  #: variant -> sha256 of its manifest.json
    conditions: Mapping[str, Any] = field(default_factory=dict)  #: how busy the machine was while it measured
    kernel: str = ""  #: what was taken out of the baseline to measure its share
    limit: tuple[str, str] = ("", "")  #: (name, summary) of the limit that was timed in the same blocks
    remarks: tuple[str, ...] = ()  #: what happened on the way that a reader should know
    log: str = ""  #: sha256 of the study's log
    adopted: str = ""  #: where the numbers come from, if this suite did not measure them


@dataclass(frozen=True)
class Measurement:
    """All values that one collector obtained for one metric of one variant on one build."""

    collector: str
    build: str
    metric: str
    unit: str
    values: tuple[float, ...]  #: one per process
    source: str = ""  #: where it comes from: clock, PMU, simulated, software event, rusage, VmHWM, sampling, traced
    better: str = "lower"  #: lower, higher, or "" where neither is better
    missing: str = ""  #: why `values` is empty, in the tool's words
    counted: float = 100.0  #: per cent of the region during which the counter was really counting
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Listing:
    """A table or a text that one collector obtained for one variant on one build: hot lines, calls, bytecode.

    Reports show it as it is, below the variant; what is to be computed with belongs into a Measurement.
    """

    collector: str
    build: str
    title: str
    source: str  #: as of a Measurement
    caption: str = ""  #: what to see in it, what it cost and what it missed
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str | float, ...], ...] = ()  #: numbers in the unit that the column names
    text: str = ""  #: instead of rows: preformatted lines
