"""Which study a task works on where none was named: the newest. It says so, on stderr, where no report can be mistaken.

A first look (--fast) is the newest study too, until a fuller one is measured. It is taken all the same, since nobody
expects the newest but one; but then the last study that is enough for a verdict is named. Reads records only.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from bench import operands
from bench.errors import Tampered
from bench.model import Study
from bench.operands import Operand
from bench.rundir import Archive
from reporting.measures.verdicts import MINIMUM_PROCESSES

FULL = "full"  #: the size of upstream's own job


def study(archive: Archive, timestamp: str = "") -> str:
    """Return the study that was asked for; where none was, the newest, which is said. Raises as Archive.choose does."""
    stamp = archive.choose(timestamp)
    if not timestamp:
        _say(f"study {stamp} of {archive.family}, the newest", archive, stamp, "", "add --timestamp {}")
    return stamp


def compared(words: tuple[str, str], found: tuple[Operand, Operand]) -> None:
    """Say which studies two operands mean, as far as they are named by age. words: as they were typed."""
    for label, word, own, other in zip("AB", words, found, found[::-1], strict=True):
        if operands.by_age(word):
            said = f"{label} is study {own.timestamp} of {own.archive.family}, {word}"
            _say(said, own.archive, own.timestamp, other.timestamp, f"name it in place of {word}")


def _say(said: str, archive: Archive, timestamp: str, other: str, advice: str) -> None:
    """Say which study was taken, and what it lacks if an older one lacks nothing. other: one that is no alternative."""
    print(said, file=sys.stderr)
    lacking = shortfall(archive.study(timestamp))
    older = next((stamp for stamp in _older(archive, timestamp) if stamp != other), "") if lacking else ""
    if older:
        full = f"{older} is the newest study that is enough for verdicts: {advice.format(older)}"
        print(f"warning: that study is a first look ({lacking}). {full}.", file=sys.stderr)


def shortfall(found: Study) -> str:
    """Return what keeps a study from giving verdicts on upstream's job; "" where nothing does, or it is not recorded."""
    if found.adopted:
        return ""
    blocks = len({block for block, *_ in found.order})
    said = (
        [f"{blocks} processes per variant, {MINIMUM_PROCESSES} earn a verdict"]
        if 0 < blocks < MINIMUM_PROCESSES
        else []
    )
    said += [f"size {found.size!r}"] if found.size != FULL else []
    return "; ".join(said)


def _older(archive: Archive, timestamp: str) -> Iterator[str]:
    """Yield the studies before one that lack nothing, the newest first; a damaged one is no alternative."""
    for stamp in reversed([known for known in archive.timestamps() if known < timestamp]):
        try:
            found = archive.study(stamp)
        except Tampered:
            continue
        if not found.adopted and found.order and not shortfall(found):
            yield stamp
