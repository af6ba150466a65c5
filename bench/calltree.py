"""Watches a workload with pyinstrument, inside the measured process, and writes its call tree as text."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench import source
from bench.subject import Subject

SECONDS = 1.0  #: how long the region lasts at least
SMALLEST = 0.01  #: share of the whole; smaller branches are left out
LONGEST = 60  #: lines of the tree that are kept


@dataclass
class Node:
    """All calls of one function from one place in the tree."""

    seconds: float = 0.0
    below: dict[str, Node] = field(default_factory=dict)


def observe(subject: Subject, out: Path) -> None:
    """Run the workload for a second or more under pyinstrument; write a line about it, and the tree below it."""
    import pyinstrument

    subject.check()  # the size may be one that nobody has checked yet
    run = subject.workload.run
    loops = max(1, round(SECONDS / max(run(1), 1e-6)))
    with pyinstrument.Profiler(interval=0.001) as profiler:
        run(loops)
    session: Any = profiler.last_session
    about = f"pyinstrument {pyinstrument.__version__}, {session.sample_count:,} samples"
    if "numba" in sys.modules:
        about += "; functions that numba compiled stand beside the others, since pyinstrument sees no caller of them"
    whole = Node()
    if (root := session.root_frame()) is not None:
        _add(root, whole)
        whole.seconds = root.time
    lines = list(_lines(whole, whole.seconds))
    more = [f"... {len(lines) - LONGEST} more lines"] if len(lines) > LONGEST else []
    out.write_text("\n".join([about, *lines[:LONGEST], *more]) + "\n", encoding="utf-8")
    subject.say_answer(subject.workload.answer())


def _add(frame: Any, parent: Node) -> None:
    """Add pyinstrument's frame, joined with equal ones, below `parent`; frames of the harness become their children."""
    node = parent
    file = source.portable(frame.file_path or "")
    if file and not source.is_harness(frame.file_path) and not file.startswith(("<frozen ", "<thread>")):
        # Before Python 3.11 pyinstrument guesses the class, and wrongly where `self` belongs to a closure.
        known = frame.class_name and sys.version_info >= (3, 11)
        name = f"{frame.class_name}.{frame.function}" if known else frame.function
        place = f"{name} ({file}:{frame.line_no})" if file.endswith(".py") else name
        node = parent.below.setdefault(source.UNSEEN.sub(" ", place), Node())
        node.seconds += frame.time
    for child in frame.children:
        _add(child, node)


def _lines(node: Node, whole: float, indent: str = "") -> Iterator[str]:
    """Yield the tree below `node`, the longest branch first."""
    for place, child in sorted(node.below.items(), key=lambda item: (-item[1].seconds, item[0])):
        if child.seconds >= SMALLEST * whole:
            yield f"{100 * child.seconds / whole:5.1f} %  {indent}{place}"
            yield from _lines(child, whole, indent + "  ")
