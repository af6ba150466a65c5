"""The profile stage: checks every variant, runs the collectors over those that are right, and writes the archive."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import Any

from bench import discover
from bench.errors import Interrupted, SuiteError, UsageError
from bench.model import Collection, Family, Manifest, Outcome, Study, Target, Variant
from bench.rundir import Archive, sha256
from profiling import collector, environments, host, ladder, lock
from profiling.checking import check, describe, lacking, sources
from profiling.choosing import choose_builds, choose_variants, refuse_missing
from profiling.collector import Job, Missing, Session
from profiling.collectors import timing
from profiling.options import Options
from profiling.process import Log
from profiling.progress import Progress


@dataclass(frozen=True)
class Request:
    """What a person asked for."""

    family: str
    only: tuple[str, ...] = ()  #: variants; empty means all
    custom: tuple[str, ...] = ()  #: label:path[:pyperf_wrapper]
    build: str = "both"
    size: str = ""
    collectors: tuple[str, ...] = ()  #: empty means all
    wait: bool = False  #: for another study to end, instead of refusing


def collect(request: Request, options: Options, root: Path) -> str:
    """Measure, and return the timestamp of the new study. Raises SuiteError if there is nothing to keep."""
    family = discover.family(request.family)
    if request.size and request.size not in family.sizes:
        raise UsageError(f"{request.family} has no size {request.size!r}", f"Known sizes: {', '.join(family.sizes)}.")
    variants = choose_variants(request.family, request.only, request.custom)
    builds, notices = choose_builds(request.build)
    names, named = ladder.choose(request.collectors, options)
    wanted = [(name, collector.load(name)) for name in names]
    missing = {name: found for name, tool in wanted if (found := tool.unavailable())}
    refuse_missing(named, missing)
    notices = [*notices, *missing.values()]
    with (
        Progress(request.family) as progress,
        lock.exclusive(f"a study of {request.family}", wait=request.wait, say=progress.note),
    ):
        for notice in notices:
            progress.warn(f"{notice.what}. Without it: {notice.cost}. To fix: {notice.fix}")
        archive = Archive(request.family, root)
        timestamp = archive.new_timestamp()
        archive.log(timestamp).parent.mkdir(parents=True, exist_ok=True)
        with archive.log(timestamp).open("w", encoding="utf-8") as file:
            session = Session(timestamp, options, Log(file), progress)
            session.log.say(f"time stamp for this run: {timestamp}")
            study = Running(request, family, archive, session, builds, variants, tuple(notices))
            return study.run([(name, tool) for name, tool in wanted if name not in missing], missing)


@dataclass
class Running:
    """A study on its way: jobs in, archive out."""

    request: Request
    family: Family
    archive: Archive
    session: Session
    builds: tuple[str, ...]
    variants: Sequence[Variant]
    notices: tuple[Missing, ...]
    before: host.Now | None = None  #: what the machine was busy with when measuring began
    after: host.Now | None = None  #: and when timing had ended

    def run(self, tools: Sequence[tuple[str, collector.Collector]], missing: dict[str, Missing]) -> str:
        """Check, collect, write. On Ctrl-C what is complete is kept and marked as interrupted."""
        self.host, self.commit = host.describe(), commit()
        self.descriptions = {build: describe(build, self.session) for build in self.builds}
        if without := os.environ.get(collector.WITHOUT):
            self.session.tell(
                f"Variants were told to do without these features of the CPU ({collector.WITHOUT}): {without}"
            )
        jobs = [self.job(variant, build) for variant in self.variants for build in self.builds]
        interrupted = False
        try:
            for job in jobs:
                self.session.progress.step("checking answers", job.name)
                with self.session.guard(job, "check"):
                    check(job, self.session, self.descriptions[job.build])
                    job.hashes = sources(job)
            self.choose_regime(jobs)
            needs = {name: self.seconds_of(tool, self.taking_part(jobs, name)) for name, tool in tools}
            self.session.progress.expect(sum(needs.values()))
            self.session.reserved = sum(seconds for name, seconds in needs.items() if name != "timing")
            self.before = host.now()
            for name, tool in tools:
                tool.record(self.taking_part(jobs, name), self.session)
                if name == "timing":  # what happens to later tools does not touch the times
                    self.after = host.now()
        except KeyboardInterrupt:
            interrupted = True
            self.session.log.say("# interrupted")
        names = [name for name, _ in tools]
        if interrupted and not any(job.tools for job in jobs):
            self.archive.discard(self.session.timestamp)
            raise Interrupted("interrupted before anything was measured", "Nothing was added to the archive.")
        for job in jobs:
            if job.hashes and sources(job) != job.hashes:
                job.status, job.reason = "failed", "its source changed while it was measured"
            self.explain_gaps(job, names, missing, interrupted)
        return self.write(jobs, interrupted)

    def job(self, variant: Variant, build: str) -> Job:
        target = Target(self.request.family, variant.name, self.request.size or self.family.full_size)
        rundir = self.archive.run(variant.name, self.session.timestamp)
        job = Job(target, variant, build, str(environments.python(build)), rundir)
        job.baseline, job.headline = variant.name == self.family.baseline, build == self.builds[0]
        if job.baseline and job.headline:  # its floor stands for the host
            job.control, job.kernel, job.limit = True, self.family.kernel, self.has_limit(job)
        return job

    def has_limit(self, job: Job) -> bool:
        """Whether the family's limit can be timed; says why not."""
        limit = self.family.limit
        if limit is None or job.target.size not in self.family.work:
            return False
        reason = lacking(limit.requires, job.build, self.descriptions[job.build])
        if reason:
            self.session.tell(f"no limit of {self.request.family}: it {reason}")
        return not reason

    def choose_regime(self, jobs: list[Job]) -> None:
        """Time all variants of a build alike, after a warm-up or without: by whether the baseline can afford one."""
        limit = self.session.options.cold_seconds
        slow = {job.build for job in jobs if job.baseline and job.seconds >= limit}
        for job in jobs:
            job.cold = job.build in slow

    def seconds_of(self, tool: collector.Collector, jobs: list[Job]) -> float:
        return sum(tool.estimate(job, self.session.options) for job in jobs if job.status == "ok")

    @staticmethod
    def taking_part(jobs: list[Job], name: str) -> list[Job]:
        """Return the jobs that collector `name` is for; the others get a note that says why it is not."""
        for job in jobs:
            if why := collector.left_out(job, name):
                job.notes[name] = (why, "")
        return [job for job in jobs if not collector.left_out(job, name)]

    def explain_gaps(self, job: Job, names: list[str], missing: dict[str, Missing], interrupted: bool) -> None:
        for name, found in missing.items():
            job.notes[name] = (found.what, found.fix)
        for name in names:
            if name not in job.tools and name not in job.notes:
                why = "the study was interrupted" if interrupted and job.status == "ok" else job.reason
                job.notes[name] = (why or "nothing was recorded", "")

    def write(self, jobs: list[Job], interrupted: bool) -> str:
        """Write a manifest for each variant, and the study last of all."""
        session, stamp = self.session, self.session.timestamp
        for variant in self.variants:
            own = [job for job in jobs if job.variant is variant]
            own[0].rundir.path.mkdir(parents=True, exist_ok=True)
            own[0].rundir.write_manifest(self.manifest(variant, own))
        study = Study(
            family=self.request.family, timestamp=stamp, size=jobs[0].target.size, baseline=self.family.baseline,
            variants=tuple(v.name for v in self.variants), builds=self.builds, order=tuple(session.order),
            notices=tuple((n.what, n.cost, n.fix) for n in self.notices),
            seconds=round(perf_counter() - session.started, 2),
            measured_seconds=round(session.log.measured_seconds, 2), commit=self.commit, interrupted=interrupted,
            kernel=self.family.kernel, limit=self.limit(jobs), remarks=tuple(session.remarks), conditions=self.conditions(),
            manifests={v.name: self.archive.run(v.name, stamp).manifest_hash() for v in self.variants},
            log=sha256(self.archive.log(stamp)),  # complete: nothing is measured from here on
        )  # fmt: skip
        self.archive.write_study(study)
        if interrupted:
            hint = f"To see it: invoke parse --bench {study.family} && invoke render --bench {study.family}"
            raise Interrupted(f"interrupted; what was complete by then is kept as study {stamp}", hint)
        if all(job.status != "ok" for job in jobs if job.variant.name == self.family.baseline):
            raise SuiteError(
                f"the baseline {self.family.baseline} has no valid result, so nothing can be compared",
                f"See what it said in {self.archive.log(stamp)}.",
            )
        return stamp

    def limit(self, jobs: list[Job]) -> tuple[str, str]:
        """Return the (name, summary) of the limit that was timed; empty if none was."""
        limit = self.family.limit
        timed = any(timing.has_limit(job) for job in jobs)
        return (limit.name, limit.summary) if limit and timed else ("", "")

    def conditions(self) -> dict[str, Any]:
        """Return how busy the machine was while it timed, and what of its CPU variants were told not to use."""
        busy = host.conditions(self.before, self.after or host.now()) if self.before else {}
        without = os.environ.get(collector.WITHOUT)
        return dict(busy) | ({"without_cpu_features": without} if without else {})

    def manifest(self, variant: Variant, jobs: list[Job]) -> Manifest:
        size = jobs[0].target.size
        return Manifest(
            family=self.request.family, variant=variant.name, timestamp=self.session.timestamp, size=size,
            work=self.family.work.get(size, (1.0, "iteration")), job=self.family.summary, upstream=self.family.upstream, summary=variant.summary, description=variant.description,
            requires=variant.requires, lines=next((sum(map(discover.code_lines, j.sources)) for j in jobs if j.sources), variant.lines), sources=next((j.hashes for j in jobs if j.hashes), sources(jobs[0])),
            baseline=self.family.baseline, interpreters=self.descriptions, host=self.host,
            options=asdict(self.session.options),
            script=variant.script, kind=variant.kind,
            outcomes=tuple(Outcome(j.build, j.status, j.reason, j.digest, j.oracle, j.path) for j in jobs),
            collections=tuple(c for job in jobs for c in collections(job)),
        )  # fmt: skip


def collections(job: Job) -> Iterable[Collection]:
    for name, tool in job.tools.items():
        yield Collection(name, job.build, tool, job.rundir.hashes(name, job.build))
    for name, (why, fix) in job.notes.items():
        yield Collection(name, job.build, files=job.rundir.hashes(name, job.build), skipped=why, fix=fix)


def commit() -> str:
    """Return the commit of this checkout, with + if the code differs from it; "" outside git."""
    code = ["bench", "profiling", "reporting", "tasks.py", "noxfile.py", "pyproject.toml"]
    try:
        asked = [["git", "rev-parse", "--short=12", "HEAD"], ["git", "status", "--porcelain", "--", *code]]
        head, dirty = (
            subprocess.run(a, cwd=environments.ROOT, capture_output=True, text=True, check=True) for a in asked
        )
    except (OSError, subprocess.CalledProcessError):
        return ""
    return head.stdout.strip() + ("+" if dirty.stdout.strip() else "")


def with_overrides(options: Options, **given: Any) -> Options:
    """Return `options` with every value that was given (not None)."""
    return replace(options, **{name: value for name, value in given.items() if value is not None})
