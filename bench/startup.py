"""Times what a process pays once: the import of the variant, and its first call, compilers included.

What the harness itself needs is imported before the clock starts. Upstream's scripts import pyperf, so it is among
that: the baseline of one family would pay for it, and no other variant.
"""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from time import perf_counter

from bench.subject import Subject

LATER_SECONDS, LATER_CALLS = 0.2, 5  #: later calls end with the first of the two
SLOW = 1.0  #: seconds; a first call this long has no later ones: timing shows how long they take


def observe(subject: Subject, out: Path) -> None:
    """Write {"import": s, "first": s, "later": [s, ...]}: of the import, of the first call, and of each later one."""
    importlib.import_module("pyperf")
    start = perf_counter()
    _ = subject.module
    imported = perf_counter() - start
    run = subject.workload.run  # upstream's script is loaded here, outside the clocks
    first, later = run(1), list[float]()
    while first < SLOW and sum(later) < LATER_SECONDS and len(later) < LATER_CALLS:
        later.append(run(1))
    out.write_text(json.dumps({"import": imported, "first": first, "later": later}) + "\n", encoding="utf-8")
    subject.say_answer(subject.workload.answer())
