"""Watches the allocations of one iteration with memray, inside the measured process.

The capture file, `out` with the suffix .bin, is memray's own; who asked for it reads it (`memray stats`). Memory that
was allocated before the region is not in it.
"""

from __future__ import annotations

import gc
import json
from importlib.metadata import version
from pathlib import Path

from bench.subject import Subject


def observe(subject: Subject, out: Path) -> None:
    """Run the workload once without memray, once with it; write the seconds of both to `out` as JSON."""
    import memray

    subject.check()  # the size may be one that nobody has checked yet
    run = subject.workload.run
    run(1)
    plain = run(1)
    gc.collect()
    with memray.Tracker(
        out.with_suffix(".bin"), trace_python_allocators=True
    ):  # every object, not only pymalloc's arenas
        tracked = run(1)
    out.write_text(
        json.dumps({"version": version("memray"), "seconds": {"plain": plain, "memray": tracked}}), encoding="utf-8"
    )
    subject.say_answer(subject.workload.answer())
