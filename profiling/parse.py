"""The parse stage: derives metrics from raw files. Everything it writes can be deleted and derived again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.errors import Tampered
from bench.model import Collection, Listing, Measurement
from bench.rundir import Archive, RunDir
from profiling import collector


def parse(archive: Archive, timestamp: str) -> list[RunDir]:
    """Parse every run of one study; raises Tampered if a raw file is not the one that was measured."""
    runs = archive.runs(timestamp)
    for run in runs:
        run.write_metrics(*parse_run(run))
    return runs


@contextmanager
def aside(archive: Archive, timestamp: str) -> Iterator[Archive]:
    """Give the archive with one study parsed beside it, in a temporary folder: for who only looks at a study.

    Nothing in the archive changes, whichever code derived what it holds. Raises as `parse` does.
    """
    with TemporaryDirectory(prefix="bench-") as folder:
        apart = replace(archive, derived=Path(folder))
        parse(apart, timestamp)
        yield apart


def parse_run(run: RunDir) -> tuple[list[Measurement], list[Listing]]:
    """Return all that one run's raw files say, once their hashes agree with the manifest."""
    return _parse(run, run.manifest().collections, run.derived_profile)


def timings(run: RunDir) -> tuple[Measurement, ...]:
    """Return what one run's raw files say of its speed; writes nothing, so the archive may be another's.

    Of a run without the timing collector, as adopted archives may be, it returns all measurements.
    """
    recorded = run.manifest().collections
    timed = [done for done in recorded if done.collector == "timing"]
    with TemporaryDirectory() as folder:
        return tuple(_parse(run, timed or recorded, Path(folder))[0])


def _parse(run: RunDir, wanted: Iterable[Collection], derived: Path) -> tuple[list[Measurement], list[Listing]]:
    failed = {outcome.build for outcome in run.manifest().outcomes if outcome.status != "ok"}
    found: list[Measurement | Listing] = []
    for done in wanted:
        raw = run.verified(done)
        if not done.skipped and done.build not in failed:  # a wrong answer never gets a number
            try:
                found += collector.reader(done.collector).parse(raw, derived, done.build)
            except (KeyError, IndexError, TypeError, ValueError, ZeroDivisionError) as error:
                raise Tampered(f"{raw} cannot be read: {type(error).__name__}: {error}") from error
    return [f for f in found if isinstance(f, Measurement)], [f for f in found if isinstance(f, Listing)]
