"""The host's part of each design, and the baseline beside it: timed by pyperf in shuffled blocks, one process each.

The host's part is the whole job with the core's answers played back. It and the baseline alternate in the same blocks on
the release interpreter, as variants do in a study (collectors/timing.py), so that their ratio is of one and the same machine.
"""

from __future__ import annotations

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
from profiling.collector import Job, Session
from profiling.collectors import timing
from profiling.hardware import compiled, rtl
from profiling.hardware.steps import Item

POINTS = 5  #: processes for a point of the design space, at most
PACED = 3  #: values of the process that tells how long an iteration takes; the last counts


@dataclass
class Arm:
    """What runs once in every block: the baseline, or one design's host."""

    job: Job
    item: Item | None = None  #: None: the baseline
    most: int = 0  #: blocks that it takes part in
    processes: list[dict[str, Any]] = field(default_factory=list)

    def argv(self, *words: str) -> list[str]:
        if self.item is None:
            return self.job.argv(*words)
        host = ["--host", "--core", str(compiled.library(self.item))]
        return [self.job.python, *rtl.cosimulate(self.item), *host, *words]


def time(
    items: Sequence[Item], baseline: str, session: Session, work: Path, interpreter: dict[str, Any],
    machine: Mapping[str, Any],
) -> dict[str, Any]:  # fmt: skip
    """Time the hosts of these designs; return name -> raw result, the baseline under "". What fails is in item.missing.

    work: a folder for temporary files. interpreter, machine: the descriptions of the release interpreter and of this
    machine, which stay with the times: another machine may take them for its own study.
    """
    import pyperf

    arms = [_baseline(items[0], baseline, session, work, interpreter), *(_arm(item, session, work) for item in items)]
    for arm in arms[1:]:
        with session.guard(arm.job, "timing"):
            arm.job.seconds = _one(arm, session, work, 0, (0, PACED, 1))["values"][-1]
    _blocks(arms, session, work)
    base = arms[0].job
    for arm in arms[1:]:
        failed = arm.job if arm.job.status != "ok" else base
        if failed.status != "ok" and arm.item:
            arm.item.missing["host"] = (f"{failed.variant.name} {failed.status}: {failed.reason}", "")
    if base.status != "ok":  # without it, nothing can be said of the others
        return {}
    timed = {arm.item.design.name if arm.item else "": arm for arm in arms if arm.job.status == "ok"}
    found: dict[str, dict[str, Any]] = {
        name: {"tool": f"pyperf {pyperf.__version__}", "processes": arm.processes} for name, arm in timed.items()
    }
    found[""] |= {"machine": dict(machine), "interpreter": interpreter}
    return found


def _baseline(item: Item, name: str, session: Session, work: Path, interpreter: dict[str, Any]) -> Arm:
    variant = discover.variants(item.family)[name]
    job = Job(Target(item.family, name, item.size), variant, "release", _python(), RunDir(work))
    with session.guard(job, "check"):
        checking.check(job, session, interpreter)
    return Arm(job, most=session.options.processes)


def _arm(item: Item, session: Session, work: Path) -> Arm:
    described = Variant(item.design.name, discover.HERE / item.family / f"{NAME}.py", item.design.summary)
    job = Job(Target(item.family, item.design.name, item.size), described, "release", _python(), RunDir(work))
    job.digest = item.result(compiled.RUN)["digest"]
    processes = session.options.processes
    return Arm(job, item, min(POINTS, processes) if item.design.point else processes)


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
                session.progress.step(f"timing {block + 1}/{options.processes}", arm.job.variant.name)
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
    session.execute(arm.job, arm.argv(*words, "-o", str(output)), block=block, extra={region.SKIP: str(warm_ups)})
    (run,) = pyperf.Benchmark.load(str(output)).get_runs()
    about, given = run.get_metadata(), session.environment("release", block)
    wall = about.get("bench_wall_seconds")
    return {
        "block": block, "loops": loops, "values": list(run.values[warm_ups:]),
        "warm_ups": [float(f"{value:.4g}") for value in run.values[:warm_ups]],
        "hash_seed": given["PYTHONHASHSEED"], "padding": len(given["BENCH_PADDING"]),
        "waited": about["bench_waited_seconds"] / wall if wall and "bench_waited_seconds" in about else None,
    }  # fmt: skip
