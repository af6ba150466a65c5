"""Counts what a workload does, exactly: calls, lines, and the bytecode that the interpreter made of the hottest function.

Runs inside the measured process, one iteration per tool. cProfile gives the calls (its times are distorted by itself,
and so are not kept), a trace function the lines. The hottest function is the one with the most lines executed: that
repeats exactly, and its own time would not. Code that a just-in-time compiler has translated is invisible to all three.
"""

from __future__ import annotations

import cProfile
import dis
import gc
import json
import opcode
import re
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from bench import source
from bench.subject import Subject

WARM_UPS = 3  #: a code object is specialised after a few calls or some dozen turns of a loop
LONGEST = 48  #: letters of an instruction's argument that are kept


def observe(subject: Subject, out: Path) -> None:
    """Run the workload under each tool, and write what was counted to `out` as JSON."""
    subject.check()  # the size may be one that nobody has checked yet
    out.write_text(json.dumps(count(subject.workload.run)), encoding="utf-8")
    subject.say_answer(subject.workload.answer())


def count(run: Callable[[int], float]) -> dict[str, Any]:
    """Return what each tool counts. Real file names are made portable here, since the lines are read here."""
    plain = [run(1) for _ in range(WARM_UPS)][-1]
    calls, profiled = _calls(run)
    hits, traced = _hits(run)
    for _ in range(WARM_UPS):  # from Python 3.12 on, tracing undoes specialisation
        run(1)
    per_function: Counter[CodeType] = Counter()
    for (code, _), count in hits.items():
        per_function[code] += count
    # Equal counts: the first by name, so that two runs choose the same one.
    hottest = min(per_function, key=lambda c: (-per_function[c], *_place(c)), default=None)
    return {
        "python": sys.version.partition(" ")[0],
        "jit": "numba" in sys.modules,
        "seconds": {"plain": plain, "cProfile": profiled, "trace": traced},
        "calls": calls,
        "lines": _lines(hits),
        "bytecode": None if hottest is None else _bytecode(hottest, hits),
    }


def _calls(run: Callable[[int], float]) -> tuple[list[list[Any]], float]:
    """Return [function, file, line, calls] of every function called, and the seconds it took; "" is C code's file."""
    profiler = cProfile.Profile()
    gc.collect()
    profiler.enable()
    seconds = run(1)
    profiler.disable()
    found: Counter[tuple[str, str, int]] = Counter()
    for entry in profiler.getstats():
        if isinstance(entry.code, str) and "_lsprof" in entry.code:
            continue  # the call that ended the counting
        if isinstance(entry.code, str):
            found[_without_addresses(entry.code), "", 0] += entry.callcount
        elif not source.is_harness(entry.code.co_filename):
            found[_place(entry.code)] += entry.callcount
    return [[*place, count] for place, count in sorted(found.items(), key=lambda f: (-f[1], f[0]))], seconds


def _hits(run: Callable[[int], float]) -> tuple[Counter[tuple[CodeType, int]], float]:
    """Return how often each line was executed, and the seconds it took; calls and returns are not lines."""
    hits: dict[tuple[CodeType, int], int] = {}

    def line(frame: FrameType, event: str, _: object) -> Any:
        if event == "line":
            place = frame.f_code, frame.f_lineno
            hits[place] = hits.get(place, 0) + 1
        return line

    def call(frame: FrameType, event: str, _: object) -> Any:
        return None if source.is_harness(frame.f_code.co_filename) else line

    before = sys.gettrace()
    gc.collect()
    sys.settrace(call)
    try:
        seconds = run(1)
    finally:
        sys.settrace(before)
    return Counter(hits), seconds


def _place(code: CodeType) -> tuple[str, str, int]:
    return source.name(code), source.portable(code.co_filename), code.co_firstlineno


def _lines(hits: Counter[tuple[CodeType, int]]) -> list[list[Any]]:
    """Return [file, line, function, hits, text] of every line that was executed, the busiest first."""
    found: Counter[tuple[str, int, str, str]] = Counter()
    for (code, number), count in hits.items():
        found[code.co_filename, number, source.name(code), source.portable(code.co_filename)] += count
    rows = [
        [name, number, function, count, source.line(file, number)]
        for (file, number, function, name), count in found.items()
    ]
    return sorted(rows, key=lambda row: (-row[3], row[:3]))


def _bytecode(code: CodeType, hits: Counter[tuple[CodeType, int]]) -> dict[str, Any]:
    """Return a function's instructions, as [line, its hits, offset, name, argument, kind].

    kind: "specialised"; "generic" where it could have been but is not; "" for those that come in one form only.
    """
    adaptive = sys.version_info >= (3, 11)
    special, families = _specialisations()
    rows: list[list[Any]] = []
    number = code.co_firstlineno
    for item in dis.get_instructions(code, **({"adaptive": True} if adaptive else {})):
        if adaptive:
            place: Any = getattr(item, "positions", None)  # since Python 3.11
            number = place.lineno or number if place else number
        elif item.starts_line is not None:
            number = int(item.starts_line)
        name = item.opname.removesuffix("_ADAPTIVE").removesuffix("_QUICK")
        kind = "specialised" if name in special else "generic" if name in families else ""
        argument = source.UNSEEN.sub(" ", _without_addresses(item.argrepr))[:LONGEST]
        rows.append([number, hits[code, number], item.offset, name, argument, kind])
    function, file, line = _place(code)
    return {"function": function, "file": file, "line": line, "adaptive": adaptive, "rows": rows}


def _specialisations() -> tuple[set[str], set[str]]:
    """Return the names of specialised instructions, and of those that have such a form; both empty before 3.11.

    Joined pairs (LOAD_FAST__LOAD_FAST) and quickened forms say nothing about types, and do not count.
    """
    forms: dict[str, list[str]] = getattr(opcode, "_specializations", {})
    plain = re.compile(r"__|_(ADAPTIVE|QUICK)$|^RESUME_CHECK$")
    real = {base: {form for form in known if not plain.search(form)} for base, known in forms.items()}
    return {form for known in real.values() for form in known}, {base for base, known in real.items() if known}


def _without_addresses(text: str) -> str:
    """Return a repr without what differs from run to run: memory addresses, and the path of a code object."""
    text = re.sub(r"<code object (\S+) at .*?>", r"<code object \1>", text)
    return re.sub(r" at 0x[0-9A-Fa-f]+", "", text)
