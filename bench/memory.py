"""Watches the allocations of one iteration with memray, inside the measured process.

The capture file, `out` with the suffix .bin, is memray's own; who asked for it reads it (`memray stats`). Memory that
was allocated before the region is not in it.
"""

from __future__ import annotations

import gc
import json
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path


def observe(run: Callable[[int], float], out: Path) -> None:
    """Run the workload once without memray, once with it; write the seconds of both to `out` as JSON."""
    import memray

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
