"""One variant in the process that measures it: found, imported when it is first asked for, and held to its answer."""

from __future__ import annotations

import importlib
import importlib.util
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

from bench import discover
from bench.errors import SuiteError, UsageError, VariantFailed
from bench.model import SERIES_PEER, Family, Target, Variant, Workload


@dataclass
class Subject:
    """What an observer is given. Nothing of the variant has run before `module` is asked for."""

    family: Family
    target: Target
    variant: Variant
    points: tuple[str, ...] = ()  #: of the family's series: the ones to measure; empty: all that do not take too long

    @cached_property
    def module(self) -> ModuleType:
        return load(self.variant, self.target.family, self.entry)

    @property
    def entry(self) -> str:
        """The name that the module must define; a peer in the series only has no part in the family's job."""
        return "" if self.variant.kind == SERIES_PEER else self.family.entry

    @property
    def size(self) -> Any:
        return self.family.sizes[self.target.size]

    @cached_property
    def workload(self) -> Workload:
        if self.variant.kind == SERIES_PEER:
            raise UsageError(f"{self.variant.name} takes part in the series only", "Use --series, or --check.")
        return self.family.prepare(self.module, self.size)

    @property
    def path(self) -> str:
        """Which way the variant chose on this machine, in its own words; empty if it has one way only."""
        found = getattr(self.module, "path", None)
        return str(found()) if callable(found) else ""

    def check(self) -> None:
        """Run the family's oracle."""
        self.family.check(self.module)

    def digest(self, answer: Any) -> str:
        """Check an answer of the workload, and return its digest."""
        self.family.accept(answer, self.size)
        return self.family.digest(answer)

    def say_path(self) -> None:
        if self.path:
            print(f"path {self.path}")

    def say_answer(self, answer: Any) -> None:
        """Check the answer of the last call; print its digest, and which way the variant went to it."""
        self.say_path()
        print(f"answer {self.digest(answer)}")


def parse_target(text: str) -> Target:
    """Read FAMILY/VARIANT[@SIZE]."""
    path, _, size = text.partition("@")
    name, _, variant = path.partition("/")
    family = discover.family(name)
    size = size or family.full_size
    if size not in family.sizes:
        raise UsageError(f"{name} has no size {size!r}", f"Known sizes: {', '.join(family.sizes)}.")
    return Target(name, variant, size)


def find(target: Target, file: Path | None, wrapper: Path | None) -> Variant:
    if file is not None:
        return discover.describe(target.variant, file, wrapper)
    known = discover.variants(target.family)
    if target.variant not in known:
        raise UsageError(f"{target.family} has no variant {target.variant!r}", f"Known variants: {', '.join(known)}.")
    return known[target.variant]


def load(variant: Variant, family: str, entry: str) -> ModuleType:
    """Import a variant's module, which must define `entry`; whatever it raises becomes one clear sentence."""
    try:
        if variant.path.parent == discover.HERE / family:
            module = importlib.import_module(f"bench.{family}.{variant.name}")
        else:
            sys.path.insert(0, str(variant.path.resolve().parent))  # so that it can import its neighbours
            module = load_file(variant.path)
    except SuiteError:
        raise
    except BaseException as error:
        traceback.print_exc()
        raise VariantFailed(f"{variant.name} cannot be imported: {said(error)}") from error
    if entry and not hasattr(module, entry):
        raise VariantFailed(
            f"{variant.path.name} defines no {entry}, which a variant of {family} must",
            "Give a module with that name in it, or a pyperf script.",
        )
    return module


def load_file(path: Path) -> ModuleType:
    """Import a file as a module of its own, wherever it lies."""
    spec = importlib.util.spec_from_file_location(f"variant_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise VariantFailed(f"{path} is not a Python file")
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run_command(main: Callable[[list[str]], None]) -> None:
    """Run a command of this process with its words; what it raises becomes a message, and an exit code of its own."""
    try:
        main(sys.argv[1:])
    except SuiteError as error:
        print(error.explained(), file=sys.stderr)
        sys.exit(error.exit_code)
    except Exception as error:  # the measured code's own failure: its last words in one line, the rest above them
        traceback.print_exc()
        print(f"error: {said(error)}", file=sys.stderr)
        sys.exit(VariantFailed.exit_code)


def said(error: BaseException) -> str:
    """Return an error as one line, with the place where it was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else ""
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}{'' if isinstance(error, SyntaxError) else place}"
