"""Reads what `perf script` prints, into folded stacks of C functions with names that mean the same on any machine.

Shape of a folded stack: `outer;inner` -> samples. A function of the interpreter itself goes by its bare name, any other
by `name (library)`; code made by a just-in-time compiler has no names and is `[JIT]`. Which kind of work a name stands
for is reporting's business.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import takewhile

JIT, KERNEL, VDSO, UNKNOWN = "[JIT]", "[kernel]", "[vdso]", "[unknown]"
LOOP = "_PyEval_EvalFrameDefault"
MAIN = ("_start", "main")  #: the outermost frame of a whole stack of the main thread
THREADS = ("clone", "clone3", "__clone", "__clone3", "thread_start", "start_thread")  #: and of others
LONGEST_NAME = 100  #: letters; names of C++ templates can be far longer

SAMPLE = re.compile(r"\s*(\d+)/(\d+)\s+(\d+\.\d+):\s+(?:\d+\s+)?(\S+?):\s*")
LOST = re.compile(r".*PERF_RECORD_LOST(?:_SAMPLES)?\s+lost\s+(\d+)\s*")
FRAME = re.compile(r"\s+[0-9a-f]+\s(.*) \(([^()]*(?:\(deleted\))?[^()]*)\)\s*")
INTERPRETER = re.compile(r"(lib)?python3(\.\d+)?[dmt]*(-dbg)?(\.so.*)?")
MADE_AT_RUN_TIME = re.compile(r"\[JIT\]|//anon|\[anon|anon_inode|/memfd:|/dev/zero|\[heap|\[stack|.*/perf-\d+\.map$")


@dataclass
class Recording:
    """The samples of one recording, and what it missed. Stacks are tuples of frames, the outermost first."""

    stacks: Counter[tuple[str, ...]] = field(default_factory=Counter)
    event: str = ""  #: cpu-clock, or cpu-clock:u where the kernel hides itself from this user
    lost: int = 0  #: samples that perf says it lost
    outside: int = 0  #: samples of processes other than the measured one
    cut: int = 0  #: samples whose stack does not reach the start of the process or thread
    first: float = 0.0  #: seconds, of perf's clock
    last: float = 0.0

    @property
    def samples(self) -> int:
        return sum(self.stacks.values())


def read(lines: Iterable[str]) -> Recording:
    """Read the output of `perf script -F pid,tid,time,event,ip,sym,dso --show-lost-events`."""
    found = Recording()
    by_process: dict[str, Counter[tuple[str, ...]]] = {}
    for head, body in _blocks(lines, found):
        stack = tuple(map(frame, body[::-1]))
        if stack:
            by_process.setdefault(head[1], Counter())[stack] += 1
        found.event = found.event or head[4]
        found.first = found.first or float(head[3])
        found.last = float(head[3])
    if by_process:  # children that a measured process may start are not the region; it was there before them
        process = next(iter(by_process))
        found.stacks = by_process.pop(process)
        found.outside = sum(stacks.total() for stacks in by_process.values())
    for stack, count in found.stacks.items():
        found.cut += count * (stack[0].partition(" ")[0] not in (*MAIN, *THREADS))
    return found


def _blocks(lines: Iterable[str], found: Recording) -> Iterator[tuple[re.Match[str], list[str]]]:
    """Yield (header, frame lines) of every sample; lost samples are added up in passing."""
    head: re.Match[str] | None = None
    body: list[str] = []
    for line in lines:
        if lost := LOST.fullmatch(line.rstrip("\n")):
            found.lost += int(lost[1])
        elif header := SAMPLE.fullmatch(line.rstrip("\n")):
            if head is not None:
                yield head, body
            head, body = header, []
        elif line.strip() and head is not None:
            body.append(line.rstrip("\n"))
    if head is not None:
        yield head, body


def frame(line: str) -> str:
    """Return the portable name of one line of a stack; what cannot be read is a frame without a name."""
    match = FRAME.fullmatch(line)
    if match is None:
        return UNKNOWN
    library = _library(match[2].removesuffix(" (deleted)"))
    name = _clean(re.sub(r"@@?[A-Z][\w.]*$", "", match[1]))  # without the version of the C library that it is bound to
    if library == JIT or (name == UNKNOWN and library in (KERNEL, VDSO)):  # a kernel may hide its names: it says enough
        return library
    return name if INTERPRETER.fullmatch(library) and name != UNKNOWN else f"{name} ({library})"


def _library(path: str) -> str:
    """Return the last part of a path, and one name for all of the kernel and one for all code made at run time."""
    if MADE_AT_RUN_TIME.match(path):
        return JIT
    if path in (VDSO, UNKNOWN):
        return path
    if re.search(r"^\[|\.ko(\.\w+)?$", path):  # [kernel.kallsyms], and [name] or name.ko of a module
        return KERNEL
    return _clean(path.rpartition("/")[2])


def _clean(name: str) -> str:
    """Keep a name from breaking the folded format, whatever it holds."""
    return re.sub(r"[;\s\x00-\x1f\x7f]+", "_", name)[:LONGEST_NAME] or UNKNOWN


def below_region(stacks: Counter[tuple[str, ...]]) -> tuple[str, ...]:
    """Return the frames around the region: those that all whole stacks share, down to the last evaluation loop.

    That loop itself stays with the stacks, as their root: all else between it and the start of the process is the
    harness, and says nothing of the variant.
    """
    whole = [stack for stack in stacks if stack[0] in MAIN and LOOP in stack]
    shared = tuple(names[0] for names in takewhile(lambda names: len(set(names)) == 1, zip(*whole, strict=False)))
    return shared[: len(shared) - 1 - shared[::-1].index(LOOP)] if LOOP in shared else ()


def fold(stacks: Counter[tuple[str, ...]], below: tuple[str, ...]) -> Counter[str]:
    """Return folded stacks, without the frames `below` the region."""
    folded: Counter[str] = Counter()
    for stack, count in stacks.items():
        inside = stack[: len(below)] == below
        folded[";".join(stack[len(below) :] if inside else stack)] += count
    return folded


def named(folded: Iterable[tuple[str, int]]) -> tuple[int, int]:
    """Return (frames, frames without a name) of folded stacks and their samples. JIT code counts as named."""
    frames = unknown = 0
    for stack, count in folded:
        names = stack.split(";")
        frames += len(names) * count
        unknown += sum(name.startswith(UNKNOWN) for name in names) * count
    return frames, unknown
