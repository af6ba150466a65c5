"""Hot lines: the source lines at which the samples of a speedscope recording were taken. Pure: a record in, a Listing out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from math import fsum
from typing import Any

from bench.model import Listing

SHOWN = 12


def listing(collector: str, build: str, record: dict[str, Any]) -> Iterator[Listing]:
    """Yield the busiest lines, by their own samples; nothing where there are no samples.

    A recording from before lines were kept has no `text`; the rest is there.
    """
    frames = [
        (str(f["name"]), str(f["file"]), f.get("line") or 0, str(f.get("text", ""))) for f in record["shared"]["frames"]
    ]
    own: Counter[tuple[str, str, int, str]] = Counter()
    inclusive: Counter[tuple[str, str, int, str]] = Counter()
    samples = [[frames[index] for index in sample] for p in record["profiles"] for sample in p["samples"] if sample]
    for sample in samples:
        own[sample[-1]] += 1
        inclusive.update(set(sample))  # a line of a recursive function counts once per sample
    if not samples:
        return
    hottest = sorted(inclusive, key=lambda line: (-own[line], -inclusive[line], line[:3]))[:SHOWN]
    share = 100 / len(samples)
    rows = tuple(
        (f"{file}:{line}", name, round(share * own[at], 1), round(share * inclusive[at], 1), text)
        for at in hottest
        for name, file, line, text in [at]
    )
    covered = fsum(row[2] for row in rows)
    yield Listing(
        collector, build, "Hot lines", "sampling",
        f"Per cent of {len(samples):,} samples of the measured region: at the line itself (or in C code that it calls "
        f"directly), and at it or in what it calls. These lines hold {covered:.0f} % of all samples. A statement over "
        "several lines counts at the line that was being evaluated.",
        ("line", "function", "self (%)", "inclusive (%)", "source"), rows,
    )  # fmt: skip
