"""Places evidence: a figure, table or listing of the Document, cut as the narrative asks, or the source of a function.

What this study does not have becomes one sentence that says so.
"""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256

from bench.files import ROOT
from reporting import numbering
from reporting.document import Block, Code, Prose, Span, Table
from reporting.narrative.known import KINDS, Known, shown
from reporting.narrative.nodes import Reference, Unfit, nearest

OPTIONS = {"table": ("rows", "columns"), "listing": ("lines",), "source": ("lines",), "figure": ()}
AT_MOST = 10_000


@dataclass
class Places:
    """Places each piece of evidence once. Slides have places of their own."""

    known: Known
    lines: dict[str, int] = field(default_factory=dict)  #: key -> line of its place
    absent: dict[str, str] = field(
        default_factory=dict
    )  #: keys that this study does not have -> figure, table, listing

    def block(self, reference: Reference) -> Block:
        """Return what a `{figure:KEY | options}` stands for."""
        given, *options = (word.strip() for word in reference.rest.split("|"))
        chosen = _options(reference.kind, options)
        key = f"source:{given}" if reference.kind == "source" else self.known.key(given)
        if key in self.lines:
            raise Unfit(f"{key} is placed already, in line {self.lines[key]}")
        self.lines[key] = reference.line
        if reference.kind == "source":
            return self._source(given, key, chosen)
        return self._evidence(reference.kind, key, chosen)

    def _evidence(self, place: str, key: str, options: Mapping[str, str]) -> Block:
        block = self.known.blocks.get(key)
        right = numbering.kind(block).lower() if block else KINDS[key.partition(":")[0]].place
        if right != place:
            raise Unfit(f"{key} is a {right}: write {{{right}:{key}}}")
        if block is None:
            return self._gone(key, right, f"{self.known.named(key)}.")
        if isinstance(block, Table):
            return shown(self._cut(key, block, options))
        if isinstance(block, Code):
            return shown(_shortened(block, options))
        return block

    def _gone(self, key: str, place: str, what: str) -> Prose:
        self.absent[key] = place
        return Prose((Span(f"Not in this study: {what}"),))

    def _cut(self, key: str, block: Table, options: Mapping[str, str]) -> Table:
        """Keep the rows and columns that are asked for, however the table is turned."""
        turned = self.known.turned(key)
        table = self.known.table(key)
        if "columns" in options:
            at = [
                i
                for name in _names(options["columns"], table.columns)
                if (i := self.known.column(key, name)) is not None
            ]
            rows = tuple(tuple(row[i] for i in at) for row in table.rows)
            names = tuple(table.columns[i] for i in at)
            if not names:
                raise Unfit(f"{key} has none of these columns; it has: {', '.join(table.columns)}")
            table = replace(table, columns=names, rows=rows, code=tuple(c for c in table.code if c in names))
        number = _number(options.get("rows"), "rows")
        if number < len(table.rows):
            note = f"Of {len(table.rows)} rows, the first {number}."
            table = replace(table, rows=table.rows[:number], caption=f"{table.caption} {note}".strip())
        return table.transposed() if turned else table

    def _source(self, given: str, key: str, options: Mapping[str, str]) -> Block:
        """Return the source of a function, class or method, if it still is what was measured."""
        variant, _, name = given.partition("#")
        self.known.variant(variant)
        if not name:
            raise Unfit("it is written {source:VARIANT#function}, or {source:VARIANT#Class.method}")
        file = f"bench/{self.known.document.family}/{variant}.py"
        recorded = self._recorded(variant, file)
        path = ROOT / file
        if not recorded or not path.is_file():
            return self._gone(key, "listing", f"the source of {name} in {variant}.")
        data = path.read_bytes()
        if sha256(data).hexdigest() != recorded:
            return self._gone(key, "listing", f"the source of {name}, since {file} was changed after it was measured.")
        text, line = _definition(data.decode(), name, file)
        title = f"{name} of {variant} ({file}, line {line})"
        return _shortened(Code(title, "", text, key=key), options)

    def _recorded(self, variant: str, file: str) -> str:
        """Return the hash of a file as the study recorded it; empty where it did not."""
        if "files" not in self.known.blocks:
            return ""
        rows = ([cell.text for cell in row] for row in self.known.table("files").rows)
        return next((row[2] for row in rows if row[:2] == [variant, file]), "")


def _options(kind: str, texts: Sequence[str]) -> dict[str, str]:
    """Read what stands behind a stroke, such as `rows 6 | columns variant, speedup`."""
    found = {}
    for option in filter(None, texts):
        name, _, value = option.partition(" ")
        if name not in OPTIONS[kind]:
            known = " or ".join(OPTIONS[kind]) or "none"
            raise Unfit(f"{name!r} is no option of a {kind} (there is: {known}){nearest(name, OPTIONS[kind])}")
        found[name] = value.strip()
    return found


def _number(text: str | None, option: str) -> int:
    if text is None:
        return AT_MOST
    if not re.fullmatch(r"[1-9]\d{0,3}", text):
        raise Unfit(f"{option} {text!r} is no number; write for example: {option} 6")
    return int(text)


def _names(text: str, columns: Sequence[str]) -> list[str]:
    """Part a list of columns at its commas; names of columns may have commas themselves."""
    words, found = [word.strip() for word in text.split(",")], []
    while words:
        length = next((n for n in range(len(words), 1, -1) if ", ".join(words[:n]) in columns), 1)
        found.append(", ".join(words[:length]))
        words = words[length:]
    return found


def _shortened(code: Code, options: Mapping[str, str]) -> Code:
    number, lines = _number(options.get("lines"), "lines"), code.text.split("\n")
    if number >= len(lines):
        return code
    caption = f"{code.caption} Of {len(lines)} lines, the first {number}.".strip()
    return replace(code, text="\n".join(lines[:number]), caption=caption)


def _definition(text: str, name: str, file: str) -> tuple[str, int]:
    """Return (source without indent, its first line) of a function, class or method; raises Unfit where there is none."""
    body: list[ast.stmt] = ast.parse(text).body
    known: list[str] = []
    found: ast.stmt | None = None
    for word in name.split("."):
        defined = {n.name: n for n in body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)}
        known += defined
        found = defined.get(word)
        if found is None:
            raise Unfit(f"{file} defines no {name}{nearest(word, known)}")
        body = found.body if isinstance(found, ast.FunctionDef | ast.ClassDef) else []
    assert found is not None
    decorators = getattr(found, "decorator_list", [])
    first = min([found.lineno, *(d.lineno for d in decorators)])
    lines = text.splitlines()[first - 1 : found.end_lineno]
    return textwrap.dedent("\n".join(lines)), first
