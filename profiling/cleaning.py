"""`invoke clean`: removes what killed studies left behind. What is finished is never touched."""

from __future__ import annotations

import shutil
from pathlib import Path

from bench import discover, operands
from profiling.calibrate import ROOT
from profiling.environments import location
from profiling.lock import exclusive


def clean(family: str, results: Path, *, environments: bool) -> None:
    """Remove what studies of a family (of all, if it is empty) left below `results`, and say what; perhaps environments."""
    with exclusive("invoke clean", wait=False, say=print):  # a study that still runs looks like one that was killed
        names = [family] if family else discover.families()
        archives = [operands.archive(name, root) for name in names for root in (results, results / ROOT)]
        left = [path for archive in archives for path in archive.unfinished()]
        left += [
            location(build) for build in ("dbg", "release", "hardware") if environments and location(build).exists()
        ]
        for path in left:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
            print(f"removed: {path}")
    if not left:
        print("nothing to remove")
