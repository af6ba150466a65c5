"""What the hardware stage says where something is not as it should be: wrong answers, and a study that no report rests on."""

from __future__ import annotations

from collections.abc import Sequence

from bench import judging
from bench.rundir import Archive
from profiling.hardware import archiving, compiled, counterpart, parse, rtl
from profiling.hardware.steps import Item
from profiling.progress import Progress


def unwritten(items: Sequence[Item]) -> dict[str, str]:
    """Return the designs that could not be written as RTL, points of the design space apart, with the reason."""
    lost = [item for item in items if rtl.NAME not in item.folders and not item.design.point]
    return {item.design.name: item.missing[rtl.NAME][0] for item in lost}


def say_what_is_wrong(items: Sequence[Item], progress: Progress) -> None:
    """Name the designs whose answers are wrong, or never came, once for each reason: none of them is timed."""
    for item in items:
        raw = archiving.raw(item)
        judged = [(step, raw[step]) for step in (*parse.CHECKS, compiled.RUN, counterpart.RUN) if step in raw]
        told = [
            judging.sentence(f"{item.design.name}{' (in C)' if step == counterpart.RUN else ''}", found)
            for step, found in judged
            if found["status"] != judging.OK
        ]
        for line in dict.fromkeys(told):  # both simulators say the same
            progress.warn(line)


def say_what_is_used(archive: Archive, size: str, progress: Progress) -> None:
    """Say so where reports go on using another hardware study than the newest of this size."""
    used = archive.newest_hardware(size)
    if used is not None and (passed := archive.passed_over(used)):
        progress.warn(f"{passed} Reports use hardware study {used.timestamp}.")
