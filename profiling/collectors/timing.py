"""Wall time by pyperf: one process, one run; all variants and builds interleaved in shuffled blocks.

The unit is the process. Each is a pyperf worker; their runs are merged into one pyperf JSON per variant and build,
which `pyperf show`, `stats` and `compare_to` read as they are. Peak memory comes from the same processes.

In every block the baseline of the headline's build runs again, in other roles, each kept in a file of its own. As its
control it is no different, so the ratio of the two shows what this host makes of nothing: its noise floor. As ablation it
runs without the family's kernel, so the ratio is what an accelerator of that function could bring at most. As limit it is
the family's limit that runs, on the same amount of work: the least time in which this CPU could do it at all.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from math import fsum
from pathlib import Path
from typing import Any

from bench import precision, region
from bench.errors import SuiteError
from bench.model import Measurement
from profiling.collector import Job, Missing, Session
from profiling.options import Options

NAME = "timing"
START_UP = {"release": 0.35, "dbg": 0.8}  # seconds, for the estimate only
COMPILER = 4  #: times as long with numba
PRIVATE = ("hostname", "python_executable")  # pyperf records them; an archive is meant to be shared
WRONG = ("mem_max_rss",)  # ru_maxrss, which is no smaller than the process that started this one: see bench/region.py
FEWEST_BLOCKS = 2  #: however small the budget
ROLES = {"control": "time of the control", "ablation": "time without the kernel", "limit": "time of the limit"}
VALUE = 0.06  #: seconds that one run of the limit is taken for, so that its values are as many as of a quick variant
PACED = 0.001  #: seconds; of less than this the clock says too little to tell how often to repeat it
MOST = 1000  #: times as many repeats at once, until it lasts that long


def unavailable() -> Missing | None:
    return None


def estimate(job: Job, options: Options) -> float:
    return options.processes * sum(one_process(arm.timed, options) for arm in _arms(job))


def one_process(job: Job, options: Options) -> float:
    warm_ups, values, loops = job.plan(options)
    return start_up(job) + (1.5 * warm_ups + values) * loops * job.seconds  # see later_start


def start_up(job: Job) -> float:
    """Return roughly how many seconds pass before a process measures; a compiler alone takes longer than all else."""
    return START_UP[job.build] * (COMPILER if job.jit else 1)


@dataclass
class Arm:
    """What runs once in every block: a job, or the baseline once more in another role."""

    job: Job
    role: str = ""  #: one of ROLES
    runs: list[Any] = field(default_factory=list)  #: pyperf runs, one per block
    failed: bool = False  #: in its role only: the job itself goes on
    loops: int = 0  #: per value, where the role takes another time than the job

    @property
    def label(self) -> str:
        return f"{self.job.variant.name}{f' ({self.role})' if self.role else ''}"

    @property
    def timed(self) -> Job:
        """What the processes run: the limit takes another time than the job, and has no answer to compare."""
        return replace(self.job, seconds=VALUE, digest="", cold=False) if self.role == "limit" else self.job

    @property
    def words(self) -> list[str]:
        return {"ablation": ["--ablate", self.job.kernel], "limit": ["--limit"]}.get(self.role, [])

    @property
    def means(self) -> list[float]:
        return [sum(run.values) / len(run.values) for run in self.runs]

    @property
    def file(self) -> Path:
        return self.job.raw(NAME) / f"{self.role or 'pyperf'}.json"


def _arms(job: Job) -> list[Arm]:
    roles = {"control": job.control, "ablation": bool(job.kernel), "limit": job.limit}
    return [Arm(job), *(Arm(job, role) for role, wanted in roles.items() if wanted)]


def has_limit(job: Job) -> bool:
    """Whether the limit was timed beside this job."""
    return job.limit and Arm(job, "limit").file.is_file()


def record(jobs: Sequence[Job], session: Session) -> None:
    """Run the blocks; what is complete is kept even if the study is interrupted."""
    import pyperf

    arms = [arm for job in jobs for arm in _arms(job)]
    try:
        for arm in arms:
            if arm.role in ("ablation", "limit") and arm.job.status == "ok":
                with _spared(arm, session):
                    _pace(arm, session)
        for block in count():
            order = [arm for arm in arms if arm.job.status == "ok" and not arm.failed]
            if not order or _enough(block, order, session):
                break
            random.Random(f"{session.timestamp}/order/{block}").shuffle(order)
            for arm in order:
                if arm.job.status == "ok":  # its control may have failed in this very block
                    session.progress.step(f"timing {block + 1}/{session.options.processes}", arm.job.name)
                    with session.guard(arm.job, "timing") if not arm.role else _spared(arm, session):
                        arm.runs.append(_one(arm, session, block))
                    session.progress.advance(one_process(arm.timed, session.options))
    finally:
        for arm in arms:
            if arm.job.status == "ok" and arm.runs and not arm.failed:
                pyperf.Benchmark(arm.runs).dump(str(arm.file), replace=True)
                arm.job.tools[NAME] = f"pyperf {pyperf.__version__}"


def _pace(arm: Arm, session: Session) -> None:
    """Find out how long a role takes, so that a value of it lasts as long as any other."""
    _, _, arm.loops = arm.timed.plan(session.options)
    while True:
        seconds = _one(arm, session, 0).values[-1]
        session.order.pop()  # it was no part of a block
        needed = max(arm.loops, round(session.options.value_seconds / seconds))
        if arm.loops * seconds >= PACED:
            arm.loops = needed
            return
        arm.loops = min(needed, MOST * arm.loops)


@contextmanager
def _spared(arm: Arm, session: Session) -> Iterator[None]:
    """Let a failure of the baseline in another role cost that role only, and not the study."""
    try:
        yield
    except SuiteError as error:
        arm.failed = True
        session.tell(f"no {arm.role} of {arm.job.name}: {error}")


def _enough(block: int, arms: Sequence[Arm], session: Session) -> bool:
    """Whether to stop before this block: the intervals are narrow enough, or the time is used up."""
    options = session.options
    if precision.enough(block, options.processes, options.most_processes, options.precision, _reaches(arms)):
        return True
    next_block = sum(one_process(arm.timed, options) for arm in arms)
    over = session.elapsed + next_block + session.reserved > options.budget_seconds
    if options.budget_seconds and over and block >= FEWEST_BLOCKS:
        session.tell(
            f"Timing ended after {block} blocks, since the other collectors need the rest of the {options.budget_seconds:g} s "
            "(--budget): give more, or fewer --collectors."
        )
        return True
    return False


def _reaches(arms: Sequence[Arm]) -> Iterator[float]:
    """Yield how far the interval of each speedup reaches, on its own build. The limit is no variant's speed."""
    bases = {arm.job.build: arm for arm in arms if arm.job.baseline and not arm.role}
    for arm in arms:
        base = bases.get(arm.job.build)
        if base is not None and arm is not base and arm.role != "limit":
            yield precision.reach(base.means, arm.means)


def _one(arm: Arm, session: Session, block: int) -> Any:
    import pyperf

    job = arm.timed
    output = job.raw(NAME) / "one.worker.json"
    output.unlink(missing_ok=True)  # pyperf refuses to overwrite
    warm_ups, values, loops = job.plan(session.options)
    warm_ups, loops = later_start(warm_ups, session.timestamp, block, arm.role), arm.loops or loops
    # To pyperf all are values: between its warm-ups and its values it looks for hooks again, which disturbs the first value
    # (pyaes_clean: by 2 %). What came before the region becomes warm-ups below.
    plan = ["-w", "0", "-n", str(warm_ups + values), "-l", str(loops)]
    session.order.append((block, arm.label, job.build, round(session.elapsed, 3)))
    argv = job.argv(*arm.words, "--worker", *plan, "-q", "--hook", "bench_region", "-o", str(output))
    done = session.execute(job, argv, block=block, extra={region.SKIP: str(warm_ups)})
    (run,) = pyperf.Benchmark.load(str(output)).get_runs()
    output.unlink()
    kept = {name: value for name, value in run.get_metadata().items() if name not in PRIVATE + WRONG}
    given = session.environment(job.build, block)
    kept |= {
        "bench_block": block,
        "bench_build": job.build,
        "bench_process_seconds": done.seconds,
        "bench_hash_seed": given["PYTHONHASHSEED"],
        "bench_padding": len(given["BENCH_PADDING"]),
    }
    before = [(loops, value) for value in run.values[:warm_ups]]
    return pyperf.Run(run.values[warm_ups:], warmups=before, metadata=kept, collect_metadata=False)


def later_start(warm_ups: int, timestamp: str, block: int, role: str = "") -> int:
    """Return how many warm-ups to make in this block: as many as planned, and by chance up to twice as many.

    What recurs within a process recurs at the same place in all of them: the garbage collector made calls of mdp_opt3
    12 % slower and faster again every eighth call. A random start makes noise between processes of what would be a bias;
    of what recurs after more calls than there are warm-ups, only in part. The control begins by a chance of its own: it
    meets the baseline's very cycle, which would cancel and leave a noise floor below what any other variant meets.
    """
    chance = random.Random(f"{timestamp}/{block}/start{'/control' * (role == 'control')}")
    return warm_ups + round(warm_ups * chance.random())


def parse(raw: Path, derived: Path, build: str) -> Iterator[Measurement]:
    import pyperf

    runs = pyperf.Benchmark.load(str(raw / "pyperf.json")).get_runs()
    yield _time("time", build, runs)
    for role, metric in ROLES.items():
        if (raw / f"{role}.json").is_file():
            yield _time(metric, build, pyperf.Benchmark.load(str(raw / f"{role}.json")).get_runs())
    # A warm-up repeats as often as a value; what it took beyond one is paid once per process.
    first = tuple(run.get_total_loops() * (run.warmups[0][1] - mean(run.values)) for run in runs if run.warmups)
    if first:
        yield Measurement(NAME, build, "one-off cost of the first value", "s", first, source="clock")
    peaks = [run.get_metadata().get("bench_peak_bytes") for run in runs]
    lost = "" if all(peaks) else "the kernel did not tell"
    values = () if lost else tuple(map(float, peaks))
    yield Measurement(NAME, build, "peak memory", "B", values, source="VmHWM", missing=lost)
    yield from rusage(runs, build)


def rusage(runs: Sequence[Any], build: str) -> Iterator[Measurement]:
    """Yield what the kernel booked for the timed values, where perf may not count: see bench/region.py.

    Time and page faults are per iteration, switches are totals of a process's values. Nothing for archives that
    lack them.
    """
    booked = [run.get_metadata() for run in runs]
    if not all(name in about for about in booked for name in (*region.RUSAGE, region.CPU_SECONDS)):
        return
    iterations = [len(run.values) * run.get_total_loops() for run in runs]
    per_iteration = (
        ("CPU time", "s", (region.CPU_SECONDS,)),
        ("page faults", "", ("bench_page_faults", "bench_major_faults")),
    )
    for metric, unit, names in per_iteration:
        values = (sum(about[name] for name in names) / n for about, n in zip(booked, iterations, strict=True))
        yield Measurement(NAME, build, metric, unit, tuple(values), source="rusage")
    for kind in ("voluntary", "involuntary"):
        totals = tuple(float(about[f"bench_{kind}_switches"]) for about in booked)
        yield Measurement(NAME, build, f"{kind} context switches", "per region", totals, source="rusage")


def _time(metric: str, build: str, runs: Sequence[Any]) -> Measurement:
    """One mean per process; the detail has what stands behind it, one entry per process in each list."""
    about = [run.get_metadata() for run in runs]
    detail = {
        "processes": [list(run.values) for run in runs],
        "warm_ups": [[seconds for _, seconds in run.warmups] for run in runs],  # seconds per iteration
        "blocks": [found.get("bench_block", number) for number, found in enumerate(about)],
        "layouts": [
            f"{x.get('bench_hash_seed', '')}/{x.get('bench_padding', '')}" for x in about
        ],  # hash seed, padding
        "waited": [_share(found, "bench_waited_seconds") for found in about],  # of the wall time, without a CPU
        "reported": [_reported(run) for run in runs],  # of the wall time, by the workload's own clock
    }
    return Measurement(NAME, build, metric, "s", tuple(mean(run.values) for run in runs), source="clock", detail=detail)


def mean(values: Sequence[float]) -> float:
    """Return the mean, exact to the last digit: plain `sum` rounds otherwise from Python 3.12 on."""
    return fsum(values) / len(values)


def _share(about: dict[str, Any], part: str) -> float | None:
    wall = about.get("bench_wall_seconds")
    return about[part] / wall if wall and part in about else None


def _reported(run: Any) -> float | None:
    wall = run.get_metadata().get("bench_wall_seconds")
    return fsum(run.values) * run.get_total_loops() / wall if wall else None
