"""The plug-in rule: a folder of bench/ is a family, a module in it is a variant. There is no list to edit.

Families and variants are found and described without importing them, so that listing is instant and a variant
whose requirements are missing here can still be listed. Files whose name starts with an underscore, and those in
`HELPERS`, are not variants.
"""

from __future__ import annotations

import ast
import importlib
import re
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

from bench.errors import SuiteError, UsageError, place
from bench.model import KINDS, RUNG, Family, Idea, Variant

HERE = Path(__file__).parent
HELPERS = {"oracle", "hardware", "_limit", "_series"}  #: modules of a family that no variant executes
LABEL = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,39}")


def families() -> list[str]:
    """Return the names of all families, sorted."""
    return sorted(p.parent.name for p in HERE.glob("[a-z]*/__init__.py"))


def family(name: str) -> Family:
    """Import and return one family. Raises SuiteError where its file defines none, or its code fails."""
    if name not in families():
        raise UsageError(f"no benchmark family is named {name!r}", f"Known families: {', '.join(families())}.")
    found = getattr(imported(name), "FAMILY", None)
    if not isinstance(found, Family):
        raise SuiteError(f"bench/{name}/__init__.py defines no FAMILY", "The README shows one: 'Add a family'.")
    return found


def imported(family: str, module: str = "") -> ModuleType:
    """Import the package of a family, or a module of it; what its code raises becomes one sentence with file and line.

    A package that is not installed is let through: what to do about it depends on who asked.
    """
    name = ".".join(filter(None, ("bench", family, module)))
    try:
        return importlib.import_module(name)
    except (SuiteError, ModuleNotFoundError) as error:
        if isinstance(error, SuiteError) or (error.name or "").partition(".")[0] != "bench":
            raise
        raise _broken(error, family, module) from error
    except Exception as error:
        raise _broken(error, family, module) from error


def _broken(error: Exception, family: str, module: str) -> SuiteError:
    where = place(error, HERE / family) or f"bench/{family}/{module or '__init__'}.py"
    text = " ".join((error.msg if isinstance(error, SyntaxError) else str(error)).split())
    return SuiteError(f"{where}: {type(error).__name__}: {text}", "Mend that line; then ask again.")


def variants(name: str) -> dict[str, Variant]:
    """Return the variants of family `name` by name: rungs in natural order (opt2 before opt10), then peers likewise."""
    if name not in families():
        raise UsageError(f"no benchmark family is named {name!r}", f"Known families: {', '.join(families())}.")
    paths = [p for p in (HERE / name).glob("*.py") if not p.stem.startswith("_") and p.stem not in HELPERS]
    found = [describe(path.stem, path) for path in paths]
    return {v.name: v for v in sorted(found, key=lambda v: (v.kind != RUNG, _natural(v.name)))}


def custom(spec: str, known: set[str]) -> Variant:
    """Read `label:path[:pyperf_wrapper]`: a variant for one run, from any file."""
    label, _, rest = spec.partition(":")
    path, _, wrapper = rest.partition(":")
    usage = "Write it as label:path or label:path:pyperf_wrapper, for example mine:work/fast_aes.py."
    if not path or not LABEL.fullmatch(label):
        raise UsageError(f"--variant {spec!r} has no valid label (letters, digits, . _ -) and path", usage)
    if label in HELPERS:
        raise UsageError(f"--variant {spec!r}: {label!r} names no variant: its folder would be another's", usage)
    if label in known:
        raise UsageError(
            f"--variant {spec!r}: the family has a variant named {label!r} already", "Choose another label."
        )
    for file in filter(None, (path, wrapper)):
        if not Path(file).is_file():
            raise UsageError(f"--variant {spec!r}: there is no file {file}", usage)
    return replace(describe(label, Path(path), Path(wrapper) if wrapper else None), custom=True)


def describe(name: str, path: Path, wrapper: Path | None = None) -> Variant:
    """Describe a variant from its source text. A file that does not parse is described as such, and fails later."""
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except (SyntaxError, ValueError) as error:
        return Variant(name, path, f"cannot be read: {error}", wrapper=wrapper, script=wrapper is not None)
    head, _, body = (ast.get_docstring(tree) or "no description").partition("\n")
    script = wrapper is not None or _makes_a_runner(tree)
    return Variant(
        name, path, head.strip(), body.strip(), _requires(tree), wrapper, script=script, lines=_lines(tree),
        kind=RUNG if script else _kind(tree, path), ideas=() if script else _ideas(tree, path),
    )  # fmt: skip


def _requires(tree: ast.Module) -> tuple[str, ...]:
    found = _literal(tree, "REQUIRES", ())
    return (found,) if isinstance(found, str) else tuple(map(str, found))


def _kind(tree: ast.Module, path: Path) -> str:
    """Read KIND; a word that is none would rank a peer among the rungs."""
    found = _literal(tree, "KIND", RUNG)
    if found not in KINDS:
        raise UsageError(f"{path.name}: KIND {found!r} is not known", f"Known kinds: {', '.join(KINDS)}.")
    return str(found)


def _ideas(tree: ast.Module, path: Path) -> tuple[Idea, ...]:
    """Read IDEAS = {"CONSTANT": (value without the idea, "what the idea is")}."""
    try:
        return tuple(Idea(str(name), repr(off), str(what)) for name, (off, what) in _literal(tree, "IDEAS", {}).items())
    except (AttributeError, TypeError, ValueError):
        usage = 'Write IDEAS = {"CONSTANT": (value without the idea, "what the idea is")}.'
        raise UsageError(f"{path.name}: IDEAS has another form", usage) from None


def _literal(tree: ast.Module, name: str, default: Any) -> Any:
    """Return what a module assigns to `name` at its top, or `default` where it is no literal (or is not there)."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and [ast.unparse(t) for t in node.targets] == [name]:
            try:
                return ast.literal_eval(node.value)
            except ValueError:
                return default  # what is missing will show when the variant is imported
    return default


def _makes_a_runner(tree: ast.Module) -> bool:
    """Whether this is a pyperf script: it calls `Runner(...)` or `pyperf.Runner(...)`."""
    calls = (ast.unparse(n.func) for n in ast.walk(tree) if isinstance(n, ast.Call))
    return any(call in ("Runner", "pyperf.Runner") for call in calls)


def code_lines(path: Path) -> int:
    """Return how many lines of a file hold code; 0 where it cannot be read."""
    try:
        return _lines(ast.parse(path.read_text(encoding="utf-8")))
    except (OSError, SyntaxError, ValueError):
        return 0


def _lines(tree: ast.Module) -> int:
    """Lines that hold code: no blanks, comments or docstrings."""
    docstrings = {
        line
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef))
        and node.body
        and isinstance(first := node.body[0], ast.Expr)
        and isinstance(first.value, ast.Constant)
        and isinstance(first.value.value, str)
        for line in range(first.lineno, (first.end_lineno or first.lineno) + 1)
    }
    used = {
        line
        for node in ast.walk(tree)
        if isinstance(node, (ast.stmt, ast.expr))
        for line in (node.lineno, node.end_lineno or node.lineno)
    }
    return len(used - docstrings)


def _natural(name: str) -> list[tuple[int, str]]:
    """Sort key under which `_clean` is first and opt2 is before opt10."""
    parts = re.findall(r"\d+|\D+", name.replace("_clean", "_"))
    return [(int(part), "") if part.isdigit() else (-1, part) for part in parts]
