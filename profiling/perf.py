"""What every collector that uses perf shares: the pipes through which a measured process opens and closes the region.

What is counted or recorded meanwhile, and what becomes of it, is each collector's business.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import region


@dataclass(frozen=True)
class RegionPipes:
    """Words for perf's command line, and the variables that the measured process needs to find the pipes."""

    folder: Path  #: temporary; goes with the pipes
    argv: tuple[str, ...]
    environment: dict[str, str]


@contextmanager
def region_pipes(warm_ups: int) -> Iterator[RegionPipes]:
    """Make the two pipes by which pyperf's hook `bench_region` switches perf on and off, and remove them afterwards.

    warm_ups: how many values come before the region. perf starts switched off (`-D -1`).
    """
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        fifos = ",".join(f"{folder}/{name}" for name in ("ctl", "ack"))
        for fifo in fifos.split(","):
            os.mkfifo(fifo)
        control = ("-D", "-1", "--control", f"fifo:{fifos}")
        # Other locales break perf's numbers; a person's own perf configuration would change what is recorded.
        variables = {region.CONTROL: fifos, region.SKIP: str(warm_ups), "LC_ALL": "C", "PERF_CONFIG": os.devnull}
        yield RegionPipes(Path(folder), control, variables)


def version(perf: str) -> str:
    """Return for example: perf version 6.1.192."""
    return subprocess.run([perf, "--version"], capture_output=True, text=True, check=False).stdout.strip()
