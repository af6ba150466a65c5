"""Reads one study of the archive into memory. No arithmetic, no words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from bench.errors import SuiteError
from bench.hardware import HardwareStudy
from bench.model import PEER, SERIES_PEER, Listing, Manifest, Measurement, Outcome, Study
from bench.rundir import Archive, RunDir


@dataclass(frozen=True)
class RawFile:
    """What a tool wrote, as the manifest recorded it."""

    collector: str
    build: str
    path: str  #: below the directory of its run
    sha256: str
    bytes: int | None  #: None where the file is not there


@dataclass(frozen=True)
class Run:
    """One variant of a study."""

    manifest: Manifest
    measurements: tuple[Measurement, ...]
    stacks: dict[str, Counter[str]]  #: build -> folded stacks of Python functions
    listings: tuple[Listing, ...] = ()
    native: dict[str, Counter[str]] = field(default_factory=dict)  #: build -> folded stacks of C functions
    raw: tuple[RawFile, ...] = ()

    @property
    def name(self) -> str:
        return self.manifest.variant

    @property
    def is_peer(self) -> bool:
        """Whether it is a library that does the same job, timed beside the ladder and no rung of it."""
        return self.manifest.kind == PEER

    @property
    def in_series_only(self) -> bool:
        """Whether it has no part in the job itself."""
        return self.manifest.kind == SERIES_PEER

    @property
    def of_library(self) -> bool:
        """Whether it is a peer of any kind."""
        return self.manifest.kind in (PEER, SERIES_PEER)

    @property
    def summary(self) -> str:
        """What it is, in a sentence, without the marks that a docstring sets around names."""
        return self.manifest.summary.replace("`", "")

    @property
    def label(self) -> str:
        """The name as tables show it, where a peer is marked as one."""
        return f"{self.name} (peer)" if self.of_library else self.name

    def outcome(self, build: str) -> Outcome:
        return next((o for o in self.manifest.outcomes if o.build == build), Outcome(build, "skipped", "not measured"))

    def find(self, build: str, metric: str) -> Measurement | None:
        return next((m for m in self.measurements if m.build == build and m.metric == metric), None)

    def values(self, build: str, metric: str) -> tuple[float, ...]:
        found = self.find(build, metric)
        return found.values if found else ()

    def processes(self, build: str, metric: str = "time") -> dict[int, tuple[float, ...]]:
        """Return block -> the values of the process that ran in it; numbered from -1 down where there were no blocks."""
        found = self.find(build, metric)
        if found is None:
            return {}
        values = found.detail.get("processes", [[value] for value in found.values])
        blocks = found.detail.get("blocks", range(-1, -1 - len(values), -1))
        return {block: tuple(each) for block, each in zip(blocks, values, strict=True)}

    def gap(self, build: str, collector: str) -> str:
        """Return why a collector left nothing for this build; empty if it did."""
        done = next((c for c in self.manifest.collections if (c.collector, c.build) == (collector, build)), None)
        return "not measured" if done is None else done.skipped


@dataclass(frozen=True)
class Evidence:
    """One study: its runs in order, the baseline first, and its log."""

    study: Study
    runs: tuple[Run, ...]  #: rungs and peers: all that do the job
    baseline: Run
    log: tuple[str, ...]
    series_peers: tuple[Run, ...] = ()  #: libraries that do the jobs of the series only
    hardware: HardwareStudy | None = None  #: the family's accelerators, where they were taken through the tools
    hardware_changed: tuple[str, ...] = ()  #: files that those were made from and that the checkout has otherwise
    hardware_passed: str = ""  #: that a newer hardware study is not used, and why

    @property
    def builds(self) -> tuple[str, ...]:
        return self.study.builds

    def role(self, run: Run) -> str:
        """Return the colour role of a variant: the same on every chart of a study. Rungs choose first."""
        if run.name == self.baseline.name:
            return "baseline"
        others = [r for r in self.runs if r is not self.baseline]
        ordered = sorted(others, key=lambda r: r.is_peer) + list(self.series_peers)
        return f"variant-{[r.name for r in ordered].index(run.name)}"


def read(archive: Archive, timestamp: str, baseline: str = "") -> Evidence:
    """Read a parsed study; `baseline` names another variant to compare with."""
    study = archive.study(timestamp)
    runs, series_peers = parted([_run(archive, name, timestamp) for name in study.variants])
    name = baseline or study.baseline
    chosen = next((run for run in runs if run.name == name), None)
    if chosen is None:
        raise SuiteError(
            f"study {timestamp} has no variant {name!r}", f"It has: {', '.join(run.name for run in runs)}."
        )
    ordered = (chosen, *(run for run in runs if run is not chosen))
    log = archive.log(timestamp)
    lines = log.read_text(encoding="utf-8").splitlines() if log.is_file() else []
    return Evidence(study, ordered, chosen, tuple(lines), series_peers)


def parted(runs: Sequence[Run]) -> tuple[tuple[Run, ...], tuple[Run, ...]]:
    """Return the runs that do the job of the study, and those that do the jobs of its series only."""
    return (
        tuple(run for run in runs if not run.in_series_only),
        tuple(run for run in runs if run.in_series_only),
    )


def _run(archive: Archive, variant: str, timestamp: str) -> Run:
    directory = archive.run(variant, timestamp)
    manifest = directory.manifest()
    right = [o.build for o in manifest.outcomes if o.status == "ok"]  # a wrong answer gets no profile either
    return Run(
        manifest,
        tuple(directory.metrics()),
        {build: found for build in right if (found := _folded(directory.derived_profile / f"{build}.folded"))},
        tuple(directory.listings()),
        {build: found for build in right if (found := _folded(directory.derived_profile / f"{build}.native.folded"))},
        tuple(_raw(directory, manifest)),
    )


def _raw(directory: RunDir, manifest: Manifest) -> Iterator[RawFile]:
    for done in manifest.collections:
        for path, sha in done.files:
            inside = not PurePosixPath(path).is_absolute() and ".." not in PurePosixPath(path).parts
            file = directory.path / path
            yield RawFile(
                done.collector, done.build, path, sha, file.stat().st_size if inside and file.is_file() else None
            )


def _folded(path: Path) -> Counter[str]:
    """Read folded stacks (`outer;inner count`); none where there is no file."""
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    lines = (line.rpartition(" ") for line in text.splitlines())
    return Counter({stack: int(count) for stack, _, count in lines})
