"""Measures a study of nothing: the baseline and copies of it, all interleaved. What differs between them is noise.

It is an ordinary study of an ordinary family (checked, hashed, parsed, rendered like any other) in an archive of its own,
below results/calibration/, so that no report takes it for a comparison of variants.
"""

from __future__ import annotations

from pathlib import Path

from bench import discover
from profiling.collect import Request, collect
from profiling.options import Options

ROOT = Path("calibration")  #: below the folder of results


def measure(family: str, pairs: int, results: Path, *, size: str = "small", wait: bool = False) -> str:
    """Time `pairs` pairs of copies of the baseline on the release build; return the study's timestamp."""
    name = discover.family(family).baseline
    path = discover.variants(family)[name].path.relative_to(discover.HERE.parent)
    copies = tuple(f"copy_{number:02d}:{path}" for number in range(1, 2 * pairs + 1))
    size = size if size in discover.family(family).sizes else discover.family(family).full_size
    request = Request(family, (name,), copies, "release", size, ("timing",), wait)
    return collect(request, Options(), results / ROOT)
