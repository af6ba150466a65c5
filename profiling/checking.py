"""Before anything is timed: what the interpreters are, whether a variant is right, how long it takes, which files it executes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.errors import SuiteError, VariantFailed
from bench.model import SERIES_PEER
from bench.rundir import checksums
from profiling import environments
from profiling.collector import Job, Session, said
from profiling.process import explain, run


def check(job: Job, session: Session, interpreter: dict[str, Any]) -> None:
    """Run the oracle in the interpreter that will be measured; set the job's digest and pace."""
    if reason := lacking(job.variant.requires, job.build, interpreter):
        job.status, job.reason = "skipped", reason
        session.progress.warn(f"{job.name}: {job.reason}. To fix: nox -s {job.build}")
        return
    if job.variant.script:
        _pace_of_script(job, session)
        return
    done = session.execute(job, job.argv("--check"))
    told = said(done, "checked")
    if len(told) != 1:
        raise VariantFailed("ended before it was checked")
    found = json.loads(told[0])
    job.digest, job.seconds, job.path = found["digest"], found["seconds"], found["path"]
    job.sources, job.jit = tuple(map(Path, found["sources"])), found["jit"]
    job.oracle = "the series' own check" if job.variant.kind == SERIES_PEER else "the family's oracle"


def lacking(requires: Sequence[str], build: str, interpreter: Mapping[str, Any]) -> str:
    """Return what of `requires` the interpreter of a build lacks, as a sentence; empty if it has all."""
    have = {d.partition("==")[0].lower().replace("_", "-") for d in interpreter["distributions"]}
    names = [name for name in requires if name.lower().replace("_", "-") not in have]
    return f"needs {', '.join(names)}, not installed in {environments.location(build)}" if names else ""


def _pace_of_script(job: Job, session: Session) -> None:
    """A plain pyperf script has no oracle; it must run, and make exactly one benchmark."""
    import pyperf

    output = job.raw("timing") / "one.worker.json"
    session.execute(job, job.argv("--worker", "-w", "0", "-n", "1", "-l", "1", "-q", "-o", str(output)))
    try:
        (run_,) = pyperf.Benchmark.load(str(output)).get_runs()
    except (OSError, ValueError, TypeError) as error:
        raise VariantFailed(f"the script left no single pyperf benchmark: {error}") from error
    finally:
        output.unlink(missing_ok=True)
    job.inner_loops = run_.get_metadata().get("inner_loops", 1)
    job.seconds, job.oracle = run_.values[0] * job.inner_loops, "nothing: a plain pyperf script has no answer to check"


def describe(build: str, session: Session) -> dict[str, Any]:
    """Let the interpreter of `build` describe itself; paths are made portable."""
    argv = [str(environments.python(build)), "-m", "bench.describe"]
    done = run(argv, env=session.environment(build, 0), limit=60)
    if done.code:
        raise SuiteError(f"{environments.location(build)} is broken: {explain(done)}", f"Build it anew: nox -s {build}")
    found: dict[str, Any] = json.loads(done.out)
    if found["debug"] != (build == "dbg"):
        raise SuiteError(
            f"{environments.location(build)} holds a {'debug' if found['debug'] else 'release'} interpreter",
            f"Remove it and build it anew: rm -rf {environments.location(build)} && nox -s {build}",
        )
    return {name: _homeless(fact) for name, fact in found.items()} | {"path": environments.portable(Path(argv[0]))}


def _homeless(fact: Any) -> Any:
    """Return a fact without the name of anybody's home: pyenv's interpreters have it in how they were configured, too."""
    home = str(Path.home())
    return fact.replace(home, "~") if isinstance(fact, str) and len(home) > 1 else fact


def sources(job: Job) -> tuple[tuple[str, str], ...]:
    """Return (path, sha256) of the files executed; below the checkout relative to it, elsewhere by name alone."""
    files = job.sources or [path for path in (job.variant.path, job.variant.wrapper) if path is not None]
    found = []
    for path, (_, digest) in zip(files, checksums(files), strict=True):
        inside = path.resolve().is_relative_to(environments.ROOT)
        found.append((environments.portable(path) if inside else path.name, digest))
    return tuple(found)
