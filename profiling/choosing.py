"""What a study measures, from what a person asked for and this machine has: variants, builds, collectors."""

from __future__ import annotations

from collections.abc import Sequence

from bench import discover
from bench.errors import SuiteError, UsageError
from bench.model import BUILDS, Variant
from profiling import environments, interpreters
from profiling.collector import Missing


def choose_variants(family: str, only: Sequence[str], custom: Sequence[str]) -> list[Variant]:
    """Return the variants to measure: the baseline always, since everything is relative to it.

    only: names, none means all. custom: label:path[:pyperf_wrapper], to add.
    """
    known = discover.variants(family)
    baseline = discover.family(family).baseline
    own = {spec.partition(":")[0] for spec in custom}
    for name in only:
        if name not in {*known, *own}:
            raise UsageError(f"{family} has no variant {name!r}", f"Known variants: {', '.join(known)}.")
    chosen = [v for v in known.values() if not only or v.name in (*only, baseline)]
    for spec in custom:
        chosen.append(discover.custom(spec, {v.name for v in chosen} | set(known)))
    return chosen


def choose_builds(asked: str) -> tuple[tuple[str, ...], list[Missing]]:
    """Return the builds to measure and what is missing; a build asked for by name is never left out silently."""
    if asked not in ("both", *BUILDS):
        raise UsageError(f"--build {asked!r} is not known", f"Write --build {', '.join(BUILDS)} or both.")
    if asked != "both":
        if asked == "dbg" and interpreters.choose().debug is None:
            raise SuiteError("this machine has no debug build of Python", f"Run: {interpreters.install_hint()}")
        environments.python(asked)
        return (asked,), []
    environments.python("release")
    if interpreters.choose().debug is None:
        cost = "no debug build, so no interpreter symbols and no comparison of debug with release"
        return ("release",), [Missing("python3-dbg is not installed", cost, interpreters.install_hint())]
    environments.python("dbg")
    return BUILDS, []


def refuse_missing(named: Sequence[str], missing: dict[str, Missing]) -> None:
    """A collector asked for by name is not skipped silently."""
    for name in named:
        if name in missing:
            raise SuiteError(f"the collector {name} cannot run: {missing[name].what}", f"Run: {missing[name].fix}")
