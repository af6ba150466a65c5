"""The stage behind `invoke hardware`: all designs of a family, taken through the tools together, into the archive.

What is deterministic is made side by side and kept in the cache, so an interrupted stage goes on where it was; times are
always taken anew, one process at a time. The archive is written at the end, and its record last.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from time import perf_counter
from typing import Any

from bench import discover, hardware
from bench.errors import Interrupted, SuiteError, UsageError
from bench.files import code, sha256
from bench.hardware import HardwareStudy
from bench.rundir import Archive
from profiling import checking, environments, host, lock
from profiling.collect import commit
from profiling.collector import Missing, Session
from profiling.hardware import (
    archiving,
    cache,
    compiled,
    counterpart,
    doubts,
    hosts,
    older,
    parse,
    placement,
    rtl,
    synthesis,
    toolchain,
)
from profiling.hardware.steps import Item, Runner, Step
from profiling.hardware.toolchain import Tool, Toolchain
from profiling.options import Options
from profiling.process import Log
from profiling.progress import Progress

CODE = (*archiving.DRIVES, "bench/hardware.py", "bench/judging.py")  #: decides about outcomes, beside the family's own
KEPT = (
    "PATH",
    "HOME",
    "TMPDIR",
    "XDG_CACHE_HOME",
    "YOWASP_CACHE_DIR",
    "YOWASP_MOUNT",
)  #: of the environment, for tools
LIMIT = 3600.0  #: seconds for one process; the first call of a tool from pip compiles it for a minute


@dataclass(frozen=True)
class Request:
    """What a person asked for."""

    family: str
    only: tuple[str, ...] = ()  #: designs; empty means all
    space: bool = True  #: also the points of the design space
    seeds: int = 3  #: of place and route
    processes: int = 10  #: of the host's part and of the baseline
    size: str = ""
    wait: bool = False  #: for another study to end, instead of refusing


def make(request: Request, root: Path) -> str:
    """Take the designs through all tools that are here, and return the timestamp of the new hardware study."""
    family = discover.family(request.family)
    if request.size and request.size not in family.sizes:
        raise UsageError(f"{request.family} has no size {request.size!r}", f"Known sizes: {', '.join(family.sizes)}.")
    items = [Item(request.family, design, request.size or family.full_size) for design in _chosen(request)]
    tools, archive = toolchain.find(), Archive(request.family, root)
    if isinstance(tools.amaranth, Missing):
        kept = (
            f"Reports go on using hardware study {archive.hardware_timestamps()[-1]}. "
            if archive.hardware_timestamps()
            else ""
        )
        raise SuiteError(
            f"{tools.amaranth.what}, so {tools.amaranth.cost}", f"{kept}To install it: {tools.amaranth.fix}"
        )
    with (
        Progress(f"{request.family} hardware") as progress,
        lock.exclusive(f"the hardware stage of {request.family}", wait=request.wait, say=progress.note),
        TemporaryDirectory(prefix="bench-") as folder,
    ):
        for lack in tools.missing:
            progress.warn(f"{lack.what}. Without it: {lack.cost}. To fix: {lack.fix}")
        with (Path(folder) / parse.LOG).open("w", encoding="utf-8") as file:
            options = replace(Options(), processes=request.processes, most_processes=request.processes)
            session = Session(archive.new_timestamp(), options, Portable(file), progress)
            session.log.say(f"time stamp for this run: {session.timestamp}")
            try:
                return Running(request, items, tools, archive, session, Path(folder)).run(family.baseline)
            except KeyboardInterrupt:
                hint = "Run it again: what the tools made until then is kept, and it goes on from there."
                raise Interrupted("interrupted; nothing was added to the archive", hint) from None


def _chosen(request: Request) -> list[hardware.Design]:
    known = hardware.designs(request.family)
    if not known:
        raise UsageError(
            f"{request.family} has no accelerators",
            f"Families with some: {', '.join(hardware.families()) or 'none'}. The README shows how to add one.",
        )
    for name in request.only:
        hardware.design(request.family, name)  # names the ones there are
    return [
        d for d in known.values() if (d.name in request.only or not request.only) and (request.space or not d.point)
    ]


class Portable(Log):
    """A log that means the same on every machine, and names nobody's home directory."""

    def say(self, text: str) -> None:
        places = {cache.root(): "$BENCH_CACHE", environments.ROOT: ".", Path(gettempdir()): "$TMPDIR", Path.home(): "~"}
        for path, name in places.items():
            text = text.replace(str(path), name) if len(path.parts) > 1 else text
        super().say(text)


@dataclass
class Running:
    """A hardware study on its way."""

    request: Request
    items: list[Item]
    tools: Toolchain
    archive: Archive
    session: Session
    work: Path

    def run(self, baseline: str) -> str:
        """Take all designs through all tools, time their hosts, and write the archive."""
        before, about = self.sources(), host.describe()
        self.interpreter = checking.describe("release", self.session)
        self.python = Tool(f"Python {self.interpreter['version']}", (str(environments.python("release")),))
        env = {name: os.environ[name] for name in KEPT if name in os.environ} | {"LC_ALL": "C.UTF-8"}
        kept, width = cache.Cache(cache.root()), min(2, os.cpu_count() or 1)
        self.runner = Runner(kept, env, LIMIT, width, self.session.log, self.session.progress)
        self.simulate()
        self.counterparts()
        self.implement()
        doubts.say_what_is_wrong(self.items, self.session.progress)
        timed = self.time(baseline, about)
        if self.sources() != before:
            raise SuiteError("a design's source changed meanwhile, so nothing was kept", "Run it again.")
        return self.write(timed, about)

    def sources(self) -> dict[str, str]:
        """Return path -> sha256 of the family's files, and of what drives its designs, now."""
        folder = Path("bench") / self.request.family
        paths = [*_sources(folder), *map(Path, (*archiving.DRIVES, counterpart.DRIVER))]
        return {path.as_posix(): sha256(environments.ROOT / path) for path in paths}

    def simulate(self) -> None:
        """Write each design as text, compile it, check it in both simulators, and run the full job on it."""
        decides = code(f"bench/{self.request.family}/**/*.py", *CODE)
        amaranth, yosys, compiler = self.tools.amaranth, self.tools.yosys, self.tools.compiler
        assert isinstance(amaranth, Tool)
        self.all("RTL", self.items, lambda item: rtl.describe(item, amaranth, decides))
        made = self.having(rtl.NAME)
        able = isinstance(yosys, Tool) and isinstance(compiler, Tool)
        self.all(
            "checking",
            [i for i in made if not (able and i.design.point)],
            lambda item: rtl.check(item, amaranth, decides),
        )
        if isinstance(yosys, Missing) or isinstance(compiler, Missing) or self.tools.runtime is None:
            for item in made:
                item.lacks("simulate", yosys if isinstance(yosys, Missing) else self._missing(compiler))
                item.lacks("host", yosys if isinstance(yosys, Missing) else self._missing(compiler))
            return
        runtime = self.tools.runtime
        self.all("C++", made, lambda item: compiled.translate(item, yosys))
        self.all("compiling", self.having(compiled.SOURCE), lambda item: compiled.build(item, yosys, compiler, runtime))
        built = self.having(compiled.COMPILE)
        self.all("simulating", built, lambda item: compiled.check(item, self.python, decides))
        self.all("simulating", built, lambda item: compiled.run(item, self.python, decides))

    @staticmethod
    def _missing(tool: Tool | Missing) -> Missing:
        return (
            tool
            if isinstance(tool, Missing)
            else Missing("the runtime of CXXRTL is missing", "no simulation", "nox -s hardware")
        )

    def counterparts(self) -> None:
        """Compile what designs have of their part in C, and run the full job with it."""
        wanted = [item for item in self.items if item.design.software and rtl.NAME in item.folders]
        compiler = self.tools.compiler
        if isinstance(compiler, Missing):
            for item in wanted:
                item.lacks("software", replace(compiler, cost="the design is not held against compiled C"))
            return
        self.all("compiling C", wanted, lambda item: counterpart.build(item, compiler))
        decides = code(f"bench/{self.request.family}/**/*.py", *CODE)
        built = self.having(counterpart.BUILD)
        self.all("running C", built, lambda item: counterpart.run(item, self.python, decides))

    def implement(self) -> None:
        """Synthesise each design, and place it; several seeds are for the slowest grade of what is no mere point."""
        made, yosys, nextpnr = self.having(rtl.NAME), self.tools.yosys, self.tools.nextpnr
        if isinstance(yosys, Missing):
            for item in made:
                item.lacks("synthesise", yosys)
                item.lacks("place", yosys)
            return
        self.runner.run("synthesis", [
            make for item in made for make in (synthesis.synthesise(item, yosys), synthesis.parts(item, yosys))
        ])  # fmt: skip
        ready = self.having(synthesis.NAME)
        if isinstance(nextpnr, Missing):
            for item in ready:
                item.lacks("place", nextpnr)
            return
        self.runner.run(
            "placing",
            [placement.place(item, nextpnr, *how) for item in ready for how in self.placements(item.design.point)],
        )

    def placements(self, point: bool) -> list[tuple[str, int]]:
        """Return the (speed grade, seed) of each placement of a design: it takes minutes, and one tells of a point."""
        first, *others = placement.GRADES
        seeds = range(1, 2 if point else self.request.seeds + 1)
        return [*((first, seed) for seed in seeds), *((grade, 1) for grade in others if not point)]

    def all(self, what: str, items: Sequence[Item], step: Callable[[Item], Step]) -> None:
        self.runner.run(what, [step(item) for item in items])

    def having(self, step: str) -> list[Item]:
        return [item for item in self.items if step in item.folders]

    def time(self, baseline: str, about: Mapping[str, Any]) -> dict[str, Any]:
        """Time the hosts of all designs whose every answer was right."""
        right = [item for item in self.items if parse.right(archiving.raw(item))]
        for item in self.items:
            if item not in right:
                why = ("not timed, since the full job has no right answer on this design", "")
                for stage in ("host", "software") if item.design.software else ("host",):
                    item.missing.setdefault(stage, why)
        return hosts.time(right, baseline, self.session, self.work, self.interpreter, about) if right else {}

    def write(self, timed: Mapping[str, Any], about: Mapping[str, Any]) -> str:
        """Write raw files and what they say; the record, which makes it a study, last of all."""
        designed = self.having(rtl.NAME)
        if not designed:
            raise SuiteError("no design could be written as RTL, so nothing was kept", "See the messages above.")
        folder = self.archive.hardware_folder(self.session.timestamp)
        try:
            archiving.write_raw(folder, designed, timed, older.take(designed, self.archive, self.tools))
            shutil.copy(self.work / parse.LOG, folder / parse.LOG)
            study = HardwareStudy(
                family=self.request.family, timestamp=self.session.timestamp, size=designed[0].size,
                results=archiving.results(folder, designed), host=about, interpreter=self.interpreter, commit=commit(),
                baseline=parse.baseline(folder), seconds=round(perf_counter() - self.session.started, 2),
                options=asdict(self.request) | {"made": self.runner.made, "unwritten": doubts.unwritten(self.items)},
                sources=archiving.sources(designed), files=archiving.shared(folder),
            )  # fmt: skip
            self.archive.write_hardware(study)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        doubts.say_what_is_used(self.archive, study.size, self.session.progress)
        return self.session.timestamp


def _sources(folder: Path) -> list[Path]:
    found = (environments.ROOT / folder).rglob("*")
    return sorted(path.relative_to(environments.ROOT) for path in found if path.suffix in (".py", ".c"))
