"""`invoke list`: families, their variants and accelerators, and their archived studies."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterable

from bench import discover, hardware
from bench.errors import SuiteError
from bench.model import RUNG
from bench.rundir import Archive

SHOWN = 5  #: of the newest studies
WIDTH, NARROWEST = 100, 50  #: columns at most, and at least


def show() -> None:
    """Print all families, in as many columns as the terminal has, and never more than reports have."""
    width = max(NARROWEST, min(WIDTH, shutil.get_terminal_size((WIDTH, 0)).columns))
    broken = []
    for name in discover.families():
        try:
            lines = list(_family(name, width))
        except SuiteError as error:  # the others are shown all the same
            broken.append(name)
            lines = _wrapped(f"{name}: {error}", "", width)
        print(*lines, sep="\n", end="\n\n")
    if broken:
        raise SuiteError(f"not all can be read: {', '.join(broken)}", "See there for the file and the line.")


def _family(name: str, width: int) -> Iterable[str]:
    """Return the lines about one family: its job, a name and its summary each, its studies."""
    family = discover.family(name)
    yield from _wrapped(f"{name}: {family.summary} (pyperformance: {family.upstream})", "", width)
    members = [(v.name, v.summary, _mark(v.kind, v.name == family.baseline)) for v in discover.variants(name).values()]
    members += [(d.name, d.summary, "accelerator") for d in hardware.designs(name).values() if not d.point]
    longest = max(len(member) for member, *_ in members)
    for member, summary, mark in members:
        yield from _wrapped(f"{summary}{f' ({mark})' if mark else ''}", f"  {member:<{longest}}  ", width)
    stamps = Archive(name).timestamps()
    older = f" and {len(stamps) - SHOWN} older" if len(stamps) > SHOWN else ""
    yield from _wrapped(
        ", ".join(stamps[-SHOWN:]) + older if stamps else f"none yet (nox -s {name})", "  studies: ", width
    )


def _mark(kind: str, baseline: bool) -> str:
    return "baseline" if baseline else "" if kind == RUNG else kind


def _wrapped(text: str, head: str, width: int) -> list[str]:
    """Return text in lines that hang below each other, right of its head."""
    return textwrap.wrap(
        text, width, initial_indent=head, subsequent_indent=" " * len(head) or "  ",
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip
