"""Which function of a profile an accelerator takes over: the one that was asked for, or the one that a person would offload.

A comprehension or a generator expression belongs to the function that holds it: nobody would offload it alone, and each
item of a generator counts as a call. Inputs of the model are made of a choice in candidates.py, words in words/whatif.py.
"""

from __future__ import annotations

import difflib
import re
import sys
from collections import Counter
from collections.abc import Container, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bench.errors import SuiteError, UsageError
from reporting.compare import Hot, frame_kind, hottest
from reporting.evidence import Run
from reporting.statistics import Interval

LARGEST_SHARE = 0.99  #: of samples; of what takes more, hardly anything else was sampled
SHOWN = 12  #: functions that a message names
OTHERS, LEAST = 3, 0.01  #: further candidates that a choice names, and the share of the samples that each has at least
NAMED, ABLATED, HOTTEST = "named", "ablated", "hottest"  #: why a function was chosen
HELD = re.compile(r"^(?P<holder>.*?)(?:\.?<locals>\.)?<(?:genexpr|listcomp|dictcomp|setcomp)>(?P<file> \(.*\))?$")


@dataclass(frozen=True)
class Kernel:
    """The function that is taken over, and the others that could be."""

    name: str  #: as the profile has it
    reason: str
    hot: Hot | None  #: its share of the samples, what it holds included; None: it is in no sample
    alone: bool = False  #: only its own code is taken over, for with all that it calls it is the whole job
    others: tuple[Hot, ...] = ()  #: the hottest first

    @property
    def share(self) -> Interval | None:
        """Return the share of the samples that is taken over."""
        return None if self.hot is None else self.hot.own if self.alone else self.hot.inclusive

    @property
    def unbounded(self) -> bool:
        """Whether it is nearly all that was sampled, so that its cap says only how little else was."""
        return self.share is not None and self.share.value > LARGEST_SHARE


def choose(run: Run, build: str, wanted: str = "", ablated: str = "", counted: Container[str] = ()) -> Kernel:
    """Return the function that was asked for, else the one that was ablated, else the hottest of the workload.

    wanted: with its file or without, as a family names it or as the profile does. ablated: likewise, "" if none was.
    counted: names of functions whose calls are known; where one of the workload is among them, only those are candidates.
    Raises UsageError with the functions there are, also where the whole job was asked for; SuiteError where there is no profile.
    """
    folded = functions(run, build)
    ranked = _candidates(folded, counted)
    name, reason = _name(folded, hottest(run, build), ranked, wanted.rpartition(":")[2], ablated)
    hot = next((each for each in (*folded, *hottest(run, build)) if each.name == name), None)
    alone = (
        hot is not None and ranked[:1] == [hot]
        and hot.inclusive.value > LARGEST_SHARE >= hot.own.value and short(name) != ablated
    )  # fmt: skip
    others = tuple(each for each in ranked if each.name != name and each.inclusive.value >= LEAST)[:OTHERS]
    found = Kernel(name, reason, hot, alone, others)
    if reason == NAMED and found.unbounded and short(name) != ablated and others:
        raise UsageError(
            f"{short(name)} with all that it calls is the whole job, or nearly: nothing bounds what an accelerator of it would bring",
            f"Name a part of it: --kernel {' or '.join(short(each.name) for each in others)}.",
        )
    return found


def _name(folded: list[Hot], plain: list[Hot], ranked: list[Hot], wanted: str, ablated: str) -> tuple[str, str]:
    """Return the name of a function, as the profile has it if it is there, and why it is that one."""
    names = list(dict.fromkeys(hot.name for hot in (*folded, *plain)))

    def found(text: str) -> str:
        return next((name for name in names if text in (name, short(name))), text if text == ablated else "")

    if wanted:
        if name := found(wanted):
            return name, NAMED
        near = difflib.get_close_matches(wanted, map(short, names), SHOWN, 0.4)
        listed = ", ".join(list(dict.fromkeys([*near, *map(short, names)]))[:SHOWN]) or "none: the study has no profile"
        raise UsageError(f"the profile has no function {wanted!r}", f"Among those it has: {listed}.")
    if ablated:
        return found(ablated), ABLATED
    if not names:
        raise SuiteError("this study has no profile", "Measure one: invoke profile --collectors timing,profile.")
    return (ranked or folded)[0].name, HOTTEST


def functions(run: Run, build: str) -> list[Hot]:
    """Return the functions of a variant's profile, the hottest first, each with what it holds, with intervals over processes."""
    samples = [m for m in run.measurements if (m.build, m.metric) == (build, "samples")]
    others = [m for m in run.measurements if m not in samples]
    joined = (replace(m, detail={**m.detail, "processes": _joined(m.detail.get("processes", []))}) for m in samples)
    stacks = {build: folded(run.stacks.get(build, Counter()))}
    return hottest(replace(run, stacks=stacks, measurements=(*others, *joined)), build)


def folded(stacks: Mapping[str, int]) -> Counter[str]:
    """Return stacks in which comprehensions and generator expressions are the functions that hold them.

    Before Python 3.11 a frame does not say who holds it: then it is its caller, if that is of the same file.
    """
    found: Counter[str] = Counter()
    for stack, count in stacks.items():
        frames: list[str] = []
        for frame in stack.split(";"):
            name = holder(frame) or (frames[-1] if frames and _file(frames[-1]) == _file(frame) else frame)
            if frames[-1:] != [name]:
                frames.append(name)
        found[";".join(frames)] += count
    return found


def holder(name: str) -> str:
    """Return the function that a frame belongs to: itself, or what holds it; "" where its name does not say."""
    while held := HELD.match(name):
        if not held["holder"]:
            return ""
        name = held["holder"].rstrip(".") + (held["file"] or "")
    return name


def _joined(processes: list[dict[str, list[int]]]) -> list[dict[str, list[int]]]:
    """Return samples of functions by process, [at it, at or below it], with what each holds; [] where names do not say."""
    if not all(map(holder, filter(None, (name for process in processes for name in process)))):
        return []
    found = []
    for process in processes:
        own: Counter[str] = Counter()
        below: dict[str, int] = {}
        for name, (at, inclusive) in process.items():
            own[holder(name)] += at
            below[holder(name)] = max(below.get(holder(name), 0), inclusive)
        found.append({name: [own[name], max(below[name], own[name])] for name in below})
    return found


def _candidates(found: list[Hot], counted: Any) -> list[Hot]:
    """Return the functions of the workload, neither the harness's nor the standard library's, the hottest first."""
    own = [
        hot for hot in found if frame_kind(hot.name) != "benchmark loop" and not _standard(hot.name) and _file(hot.name)
    ]
    known = [hot for hot in own if hot.name in counted or short(hot.name) in counted]
    return known or own


def _file(name: str) -> str:
    """Return the file of a function, as its name has it; "" where it has none."""
    return name.partition(" (")[2].removesuffix(")")


def _standard(name: str) -> bool:
    """Whether a function is of Python's standard library, by the top of its file's path."""
    top = _file(name).partition("/")[0].removesuffix(".py")
    return top in sys.stdlib_module_names or top.startswith("<frozen ")


def short(name: str) -> str:
    """Return a function's name without its file: AES.encrypt of "AES.encrypt (pyaes/aes.py)"."""
    return name.partition(" (")[0]
