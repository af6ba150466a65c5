"""The host's part of each design, its counterpart in C, and the baseline beside them: timed by pyperf in shuffled blocks.

The host's part is the whole job with the core's answers played back; the counterpart is the whole job with that part in
C, and says how much of it was spent there. They and the baseline alternate in the same blocks on the release interpreter,
one process each, as variants do in a study (collectors/timing.py), so that their ratios are of one and the same machine.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench import discover, region
from bench.hardware import NAME
from bench.model import Target, Variant
from bench.rundir import RunDir
from profiling import checking, environments
from profiling.collector import Job, Session, said
from profiling.collectors import timing
from profiling.hardware import compiled, counterpart, rtl
from profiling.hardware.steps import Item
from profiling.process import Done

POINTS = 5  #: processes for a point of the design space, at most
HOST = "host"
PACED = 3  #: values of the process that tells how long an iteration takes; the last counts


@dataclass
class Arm:
    """What runs once in every block: the baseline, one design's host, or its counterpart in C."""

    job: Job
    item: Item | None = None  #: None: the baseline
    stage: str = HOST  #: or counterpart.NAME
    most: int = 0  #: blocks that it takes part in
    processes: list[dict[str, Any]] = field(default_factory=list)

    @property
    def label(self) -> str:
        return f"{self.job.variant.name}{' (in C)' if self.stage == counterpart.NAME else ''}"

    def argv(self, *words: str) -> list[str]:
        if self.item is None:
            return self.job.argv(*words)
        if self.stage == counterpart.NAME:
            return [self.job.python, *counterpart.words(self.item), *words]
        host = ["--host", "--core", str(compiled.library(self.item))]
        return [self.job.python, *rtl.cosimulate(self.item), *host, *words]


def time(
    items: Sequence[Item], baseline: str, session: Session, work: Path, interpreter: dict[str, Any],
    machine: Mapping[str, Any],
) -> dict[str, dict[str, Any]]:  # fmt: skip
    """Time these designs; return name -> stage -> raw result, the baseline under "". What fails is in item.missing.

    work: a folder for temporary files. interpreter, machine: the descriptions of the release interpreter and of this
    machine, which stay with the times: another machine may take them for its own study.
    """
    import pyperf

    arms = [_baseline(items[0], baseline, session, work, interpreter)]
    arms += [arm for item in items for arm in _arms(item, session, work)]
    for arm in arms[1:]:
        with session.guard(arm.job, "timing"):
            arm.job.seconds = _one(arm, session, work, 0, (0, PACED, 1))["values"][-1]
    _blocks(arms, session, work)
    base = arms[0].job
    for arm in arms[1:]:
        failed = arm.job if arm.job.status != "ok" else base
        if failed.status != "ok" and arm.item:
            arm.item.missing[arm.stage] = (f"{failed.variant.name} {failed.status}: {failed.reason}", "")
    found: dict[str, dict[str, Any]] = {}
    for arm in arms if base.status == "ok" else []:  # without it, nothing can be said of the others
        if arm.job.status == "ok":
            name = arm.item.design.name if arm.item else ""
            timed: dict[str, Any] = {"tool": f"pyperf {pyperf.__version__}", "processes": arm.processes}
            found.setdefault(name, {})[arm.stage] = timed
            if arm.item is None:
                timed |= {"machine": dict(machine), "interpreter": interpreter}
    return found


def _baseline(item: Item, name: str, session: Session, work: Path, interpreter: dict[str, Any]) -> Arm:
    variant = discover.variants(item.family)[name]
    job = Job(Target(item.family, name, item.size), variant, "release", _python(), RunDir(work))
    with session.guard(job, "check"):
        checking.check(job, session, interpreter)
    return Arm(job, most=session.options.processes)


def _arms(item: Item, session: Session, work: Path) -> list[Arm]:
    described = Variant(item.design.name, discover.HERE / item.family / f"{NAME}.py", item.design.summary)
    target, processes = Target(item.family, item.design.name, item.size), session.options.processes
    arms = []
    for stage, run in ((HOST, compiled.RUN), (counterpart.NAME, counterpart.RUN)):
        if stage == HOST or counterpart.right(item):
            job = Job(target, described, "release", _python(), RunDir(work), digest=item.result(run)["digest"])
            arms.append(Arm(job, item, stage, min(POINTS, processes) if item.design.point else processes))
    return arms


def _python() -> str:
    return str(environments.python("release"))


def _blocks(arms: Sequence[Arm], session: Session, work: Path) -> None:
    options = session.options
    session.progress.expect(sum(arm.most * timing.one_process(arm.job, options) for arm in arms))
    for block in range(options.processes):
        order = [arm for arm in arms if block < arm.most]
        random.Random(f"{session.timestamp}/order/{block}").shuffle(order)
        for arm in order:
            if arm.job.status == "ok":
                session.progress.step(f"timing {block + 1}/{options.processes}", arm.label)
                with session.guard(arm.job, "timing"):
                    arm.processes.append(_one(arm, session, work, block, arm.job.plan(options)))
                session.progress.advance(timing.one_process(arm.job, options))


def _one(arm: Arm, session: Session, work: Path, block: int, plan: tuple[int, int, int]) -> dict[str, Any]:
    """Run one process; return its values and warm-ups in seconds of one iteration."""
    import pyperf

    warm_ups, values, loops = plan
    warm_ups = timing.later_start(warm_ups, session.timestamp, block)
    output = work / "one.worker.json"
    output.unlink(missing_ok=True)  # pyperf refuses to overwrite
    words = ["--worker", "-w", "0", "-n", str(warm_ups + values), "-l", str(loops), "-q", "--hook", "bench_region"]
    done = session.execute(
        arm.job, arm.argv(*words, "-o", str(output)), block=block, extra={region.SKIP: str(warm_ups)}
    )
    (run,) = pyperf.Benchmark.load(str(output)).get_runs()
    about, given = run.get_metadata(), session.environment("release", block)
    wall = about.get("bench_wall_seconds")
    return {
        "block": block, "loops": loops, "values": list(run.values[warm_ups:]),
        "warm_ups": [float(f"{value:.4g}") for value in run.values[:warm_ups]],
        "hash_seed": given["PYTHONHASHSEED"], "padding": len(given["BENCH_PADDING"]),
        "waited": about["bench_waited_seconds"] / wall if wall and "bench_waited_seconds" in about else None,
    } | _part(arm, done, warm_ups)  # fmt: skip


def _part(arm: Arm, done: Done, warm_ups: int) -> dict[str, Any]:
    """Return what a process told of each value: seconds of one iteration that were spent in C."""
    if arm.stage != counterpart.NAME:
        return {}
    (told,) = said(done, "part")
    return {"part": json.loads(told)[warm_ups:]}
