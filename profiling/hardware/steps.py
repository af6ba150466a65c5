"""One design on its way through the tools, step by step: what a step runs, and how steps run side by side.

A step is one process with a result. Its outcome is kept in the cache under the hash of all that decides about it, so
what was done once is found again, by the next study and after an interruption. Knows no tool.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bench.errors import SuiteError
from bench.files import write_text
from bench.hardware import Design
from profiling.collector import Missing
from profiling.environments import ROOT
from profiling.hardware.cache import Cache, key
from profiling.process import Done, Log, explain, run_side_by_side
from profiling.progress import Progress

RESULT = "result.json"  #: of a step: what its raw file in the archive holds
LOG = "tool.log"  #: of a step, where its tool writes one: yosys tells a failed assertion nowhere else
LAST_WORDS = 20  #: lines of a failed process's stderr that go to the log


def near(path: Path) -> str:
    """Return a path relative to where processes run: a tool in WebAssembly has a /tmp of its own."""
    return os.path.relpath(path, ROOT)


@dataclass
class Item:
    """One design, and what was made of it so far."""

    family: str
    design: Design
    size: str
    folders: dict[str, Path] = field(default_factory=dict)  #: step -> where its files are
    missing: dict[str, tuple[str, str]] = field(default_factory=dict)  #: stage -> (why, the command that would fix it)

    @property
    def target(self) -> str:
        return f"{self.family}/{self.design.name}@{self.size}"

    def result(self, step: str) -> dict[str, Any]:
        """Return what a finished step found."""
        found: dict[str, Any] = json.loads((self.folders[step] / RESULT).read_text(encoding="utf-8"))
        return found

    def lacks(self, stage: str, tool: Missing) -> None:
        """Note that a stage is left out for want of a tool."""
        self.missing.setdefault(stage, (f"{tool.what}: {tool.cost}", tool.fix))


@dataclass(frozen=True)
class Step:
    """One process for one design."""

    item: Item
    name: str  #: of its raw file
    stage: str  #: as of a Result's tools and missing
    inputs: Mapping[str, Any]  #: all that decides about the outcome
    argv: Callable[[Path], Sequence[str]]  #: the command, given the folder that its files go to
    finish: Callable[[Path, Done], Mapping[str, Any]]  #: reads them back: the result; raises SuiteError
    weight: float = 1.0  #: roughly how long it takes, compared with others


@dataclass
class Runner:
    """Runs steps side by side, the heaviest first; a failure costs the design's stage, and not the study."""

    cache: Cache
    env: Mapping[str, str]
    limit: float
    width: int
    log: Log
    progress: Progress
    made: int = 0  #: steps that were not in the cache

    def run(self, what: str, steps: Sequence[Step]) -> None:
        """Run all steps; each item then has the folders of those that ended well. What two designs share is made once."""
        wanted: dict[str, list[Step]] = {}
        for step in sorted(steps, key=lambda step: -step.weight):
            name = key(step.inputs)
            found = self.cache.find(step.stage, name)
            if found:
                step.item.folders[step.name] = found
            else:
                wanted.setdefault(name, []).append(step)
        self.made += len(wanted)
        self.progress.expect(sum(same[0].weight for same in wanted.values()))
        self._run(what, wanted)

    def _run(self, what: str, wanted: Mapping[str, list[Step]]) -> None:
        groups = list(wanted.values())
        folders = [self.cache.begin(same[0].stage, name) for name, same in wanted.items()]
        argvs = [list(same[0].argv(folder)) for same, folder in zip(groups, folders, strict=True)]
        started = run_side_by_side(argvs, env=self.env, limit=self.limit, width=self.width, log=self.log)
        if groups:
            self.progress.step(what, groups[0][0].item.design.name)
        try:
            for number, done in started:
                self._end(groups[number], folders[number], done)
                self.progress.advance(groups[number][0].weight)
                self.progress.step(what, groups[min(number + self.width, len(groups) - 1)][0].item.design.name)
        finally:  # also on Ctrl-C: end what runs before its folder goes
            started.close()
            for folder in folders:
                shutil.rmtree(folder, ignore_errors=True)

    def _last_words(self, done: Done, log: Path) -> Done:
        """Keep the last words of a failed process; where it said nothing, those of its tool's log are its own."""
        written = log.read_text(encoding="utf-8", errors="replace") if log.is_file() else ""
        words = (done.err.strip() or done.out.strip() or written).splitlines()[-LAST_WORDS:]
        for line in words:
            self.log.say(f"#   {line}")
        return replace(done, err="\n".join(words))

    def _end(self, same: Sequence[Step], folder: Path, done: Done) -> None:
        """Keep what a process made, for all steps that wanted it; or its failure."""
        try:
            if done.code:
                raise explain(self._last_words(done, folder / LOG))
            result = same[0].finish(folder, done)
            (folder / LOG).unlink(missing_ok=True)
        except (SuiteError, OSError, ValueError, KeyError) as error:
            said = str(error) if isinstance(error, SuiteError) else f"{type(error).__name__}: {error}"
            for step in same:
                step.item.missing.setdefault(step.stage, (said, ""))
                self.progress.warn(f"{step.item.design.name}: no {step.name}: {said}")
            return
        write_text(folder / RESULT, json.dumps(result, indent=1, sort_keys=True, ensure_ascii=False) + "\n")
        entry = self.cache.commit(folder)
        for step in same:
            step.item.folders[step.name] = entry
