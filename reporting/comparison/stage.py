"""The compare stage: reads two studies, compares them, and writes the comparison in one format. No arithmetic, no words."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.errors import SuiteError, Tampered, UsageError
from bench.model import Measurement
from bench.operands import Operand, resolve
from bench.rundir import RunDir, write_bytes
from reporting import chosen
from reporting.comparison import record, versus, words
from reporting.comparison.across import Side
from reporting.renderers import markdown, text
from reporting.text import terminal

FORMATS = ("text", "markdown", "json")
Timings = Callable[[RunDir], tuple[Measurement, ...]]  #: a run's raw files -> its times


@dataclass(frozen=True)
class Wanted:
    """What a person asked for."""

    a: str
    b: str
    bench: str = ""
    only: tuple[str, ...] = ()
    renamed: Mapping[str, str] | None = None  #: A's name -> B's name
    across_hosts: bool = False
    fail_on: tuple[str, ...] = ()
    strict: bool = False
    format: str = "text"
    output: str = ""
    root: Path = Path("results")


def read(a: str, b: str, given: Mapping[str, Any]) -> Wanted:
    """Return what was asked for; raises UsageError, naming the option, where a value does not fit."""
    fail_on = _words(given["fail_on"])
    for word in fail_on:
        if word not in versus.FAILURES:
            raise UsageError(f"--fail-on {word!r} is not known", f"Known: {', '.join(versus.FAILURES)}.")
    if given["strict"] and not fail_on:
        raise UsageError("--strict has no effect without --fail-on", "Write: --fail-on slower --strict.")
    if given["format"] not in FORMATS:
        raise UsageError(f"--format {given['format']!r} is not known", f"Known formats: {', '.join(FORMATS)}.")
    pairs = [word.partition("=") for word in _words(given["map"])]
    if not all(old and equals and new for old, equals, new in pairs):
        raise UsageError(f"--map {given['map']!r} is not of the form old=new", "Write it as --map pyaes_old=pyaes_new.")
    return Wanted(
        a, b, given["bench"], _words(given["only"]), {old: new for old, _, new in pairs}, given["across_hosts"], fail_on,
        given["strict"], given["format"], given["output"], Path(given["results_dir"]),
    )  # fmt: skip


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def run(wanted: Wanted, timings: Timings) -> tuple[int, str]:
    """Print or write the comparison; return the exit code and the sentence that explains it, "" with 0."""
    try:
        operands = resolve(wanted.a, wanted.b, wanted.bench, wanted.root)
        chosen.compared((wanted.a, wanted.b), operands)
        a, b = (side_of(found, timings) for found in operands)
    except Tampered as error:  # its own exit code means "inconclusive" here
        raise SuiteError(str(error), error.hint) from error
    found = versus.compare(a, b, wanted.only, wanted.renamed, wanted.across_hosts)
    code, said = versus.exit_code(found, wanted.fail_on, wanted.strict)
    if wanted.format == "text" and not wanted.output:
        terminal.show(words.build(found))  # in as many columns as there are
        return code, said
    written = {
        "text": lambda: text.render(words.build(found)),
        "markdown": lambda: markdown.render(words.build(found)),
        "json": lambda: record.render(found, wanted.fail_on, wanted.strict, code),
    }[wanted.format]()
    if wanted.output:
        write_bytes(Path(wanted.output), written)
        print(f"wrote: {wanted.output}")
    else:
        sys.stdout.write(written.decode())
    return code, said


def side_of(found: Operand, timings: Timings) -> Side:
    study = found.archive.study(found.timestamp)
    measured = {name: timings(found.archive.run(name, found.timestamp)) for name in study.variants}
    return versus.side(found, measured)
