"""Times a variant against itself without one of its ideas: what each is worth, measured in one process.

An idea is a module constant (`IDEAS`). The variant's source is written once more with that constant changed and
everything else as it is, imported as a module of its own, checked, and timed in turns with the unchanged file, imported in the same way.
"""

from __future__ import annotations

import ast
import json
import random
import sys
from collections.abc import Callable
from pathlib import Path

from bench import pacing
from bench.errors import SuiteError, Unsupported, VariantFailed, WrongAnswer
from bench.model import Idea, Variant
from bench.subject import Subject, load_file, said

ROUNDS = 5
VALUE = 0.02  #: seconds; a value repeats the job until it lasts this long


def without(variant: Variant, idea: Idea) -> str:
    """Return the source of a variant with the idea's constant at its value without the idea; all else byte by byte."""
    source = variant.path.read_bytes()
    lines = source.splitlines(keepends=True)
    places = [value for name, value in _assignments(ast.parse(source)) if name == idea.name]
    if len(places) != 1:
        found = "more than one assignment" if places else "no simple assignment"
        raise VariantFailed(
            f"{variant.path.name} has {found} to {idea.name} at its top, which IDEAS names",
            f"Write one line such as {idea.name} = True.",
        )
    (place,) = places
    if _same(place, idea.off):
        raise VariantFailed(f"{idea.name} is {idea.off} already, so it switches nothing off")
    assert place.end_lineno is not None and place.end_col_offset is not None
    start = sum(map(len, lines[: place.lineno - 1])) + place.col_offset  # ast counts bytes
    end = sum(map(len, lines[: place.end_lineno - 1])) + place.end_col_offset
    return (source[:start] + idea.off.encode() + source[end:]).decode()


def _assignments(tree: ast.Module) -> list[tuple[str, ast.expr]]:
    """Return (name, value) of every assignment to one name at the top of a module."""
    found: list[tuple[str, ast.expr]] = []
    for node in tree.body:
        if isinstance(node, ast.Assign):
            found += [(target.id, node.value) for target in node.targets if isinstance(target, ast.Name)]
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            found.append((node.target.id, node.value))
    return found


def _same(value: ast.expr, off: str) -> bool:
    return ast.dump(value) == ast.dump(ast.parse(off, mode="eval").body)


def observe(subject: Subject, out: Path) -> None:
    """Write {"ideas": [{"name", "off", "summary", "with": [s per iteration, one per round], "without": [...]}]}.

    The changed sources are left beside `out`. One that is there already is used again as it is, and so is what a
    compiler made of it in a process before this one.
    """
    sys.dont_write_bytecode = True  # beside `out` lie raw files, and nothing else
    expected = _answered(subject)
    if subject.path.startswith("fell back"):
        raise Unsupported(f"{subject.variant.name} {subject.path}: its ideas are not what runs")
    # Imported once more and as a file, so that what it is compared with differs from it in one constant only.
    runs = [_imported(subject, "unchanged", subject.variant.path, expected)]
    for idea in subject.variant.ideas:
        file = out.with_name(f"{subject.variant.name}_without_{idea.name}.py")
        text = without(subject.variant, idea).encode()
        if not file.is_file() or file.read_bytes() != text:
            file.write_bytes(text)
        runs.append(_imported(subject, f"without {idea.name}", file, expected))
    full, *changed = _in_turns(runs, seed=out.name)
    found = [
        {"name": idea.name, "off": idea.off, "summary": idea.summary, "with": full, "without": seconds}
        for idea, seconds in zip(subject.variant.ideas, changed, strict=True)
    ]
    out.write_text(json.dumps({"ideas": found}) + "\n", encoding="utf-8")
    subject.say_answer(subject.workload.answer())


def _answered(subject: Subject) -> str:
    subject.workload.run(1)
    return subject.digest(subject.workload.answer())


def _imported(subject: Subject, what: str, file: Path, expected: str) -> Callable[[int], float]:
    """Import and check a source; whatever is wrong with it says nothing of the variant as it is."""
    family = subject.family
    try:
        module = load_file(file)
        family.check(module)
        workload = family.prepare(module, subject.size)
        workload.run(1)
        if (digest := subject.digest(workload.answer())) != expected:
            raise WrongAnswer(f"its answer is {digest}, not {expected}")
    except WrongAnswer as error:
        raise VariantFailed(f"{what} the answer is wrong: {error}") from error
    except SuiteError:
        raise
    except Exception as error:
        raise VariantFailed(f"{what} it fails: {said(error)}") from error
    return workload.run


def _in_turns(runs: list[Callable[[int], float]], seed: str) -> list[list[float]]:
    """Return the seconds per iteration of each run, one per round; every round has an order of its own."""
    loops = [pacing.repeats(run, VALUE)[0] for run in runs]
    seconds: list[list[float]] = [[] for _ in runs]
    for number in range(ROUNDS):
        order = list(range(len(runs)))
        random.Random(f"{seed}/{number}").shuffle(order)
        for place in order:
            seconds[place].append(runs[place](loops[place]) / loops[place])
    return seconds
