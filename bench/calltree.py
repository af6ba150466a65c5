"""Watches a workload with pyinstrument, inside the measured process, and writes its call tree as text."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

SECONDS = 1.0  #: how long the region lasts at least


def observe(run: Callable[[int], float], out: Path) -> None:
    """Run the workload under pyinstrument for a second or more; write the tree, without the lines that name this run."""
    from pyinstrument import Profiler
    from pyinstrument.renderers import ConsoleRenderer

    loops = max(1, round(SECONDS / max(run(1), 1e-6)))
    with Profiler(interval=0.001) as profiler:
        run(loops)
    text = profiler.output(ConsoleRenderer(unicode=True, color=False, time="percent_of_total"))
    out.write_text(text, encoding="utf-8")
