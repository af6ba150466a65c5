"""What the placeholders of a prompt template stand for: evidence of one study, found in its Document by the blocks' keys.

All of it is quoted: within a fence that is longer than any run of backticks in it, so that nothing which a study brings
along (names, source, output of tools) can end it. What a study lacks is said in words. Nothing is computed here.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.files import sha256
from bench.model import BUILDS, UNKNOWN, Manifest
from reporting.charts import BarChart
from reporting.document import Cell, Code, Document, Table, Text
from reporting.palette import printable

MOST = 400  #: lines of one block; what is cut off is said
WIDEST = 4000  #: letters of a line

#: placeholder -> keys of the blocks that it stands for; {build} is the first build that has one
KEYS: Mapping[str, tuple[str, ...]] = {
    "environment": ("machine", "interpreters"),
    "variants": ("variants",),
    "performance": ("performance:{build}",),
    "ladder": ("ladder", "bought"),
    "start-up": ("startup",),
    "hot-functions": ("hot:{variant}",),
    "hot-lines": ("hot-lines:{variant}:{build}",),
    "calls": ("calls:{variant}:{build}",),
    "line-hits": ("line-hits:{variant}:{build}",),
    "allocations": ("allocations:{variant}:{build}",),
    "call-tree": ("call-tree:{variant}:{build}",),
    "bytecode": ("specialised-bytecode:{variant}:{build}", "bytecode:{variant}:{build}"),
    "c-functions": ("c-functions:{variant}:{build}", "instructions-by-c-function:{variant}:{build}"),
    "interpreter-tax": ("tax:{build}",),
    "counters": ("counters:{build}", "simulated:{build}", "also:{build}"),
    "ideas": ("ideas:{variant}:{build}",),
    "series": ("series:{build}",),
    "caps": ("caps",),
    "distortion": ("distortion",),
}
#: placeholder -> what it stands for, where that is no block with a key
OTHERS: Mapping[str, str] = {
    "source": "the files that the variant executes, as they were measured",
    "oracle": "what the family's oracle checks, in its own words",
    "job": "what the family's job is, in its own words",
    "verdicts": "the sentences over the report: who is faster, by how much, and who has no figure",
    "limits": "what limits the report: what is missing on that machine, and what disturbs it",
    "acceleration": "the report's section on hardware acceleration",
}
#: placeholder -> the word that it stands for
WORDS: Mapping[str, str] = {
    "family": "the family, such as aes",
    "benchmark": "its name in pyperformance, such as crypto_pyaes",
    "variant": "the variant that the prompt is about",
    "baseline": "the variant that all others are compared with",
    "entry": "the name that every variant's module defines",
    "study": "the study's timestamp",
    "size": "the size of the workload that was measured",
}
EVIDENCE = (*KEYS, *OTHERS)
NOISE = ("sha256 of the binary", "compiled with", "configured with")  #: rows of tables that no prompt needs


@dataclass(frozen=True)
class Subject:
    """The variant of a study that a prompt is about."""

    document: Document
    manifest: Manifest
    entry: str
    root: Path  #: of the checkout, in which sources are looked for

    def word(self, name: str) -> str:
        """Return what a placeholder of one word stands for; these are names that were checked when they were read."""
        about = self.manifest
        words = {
            "family": about.family, "benchmark": about.upstream, "variant": about.variant, "baseline": about.baseline,
            "entry": self.entry, "study": about.timestamp, "size": about.size,
        }  # fmt: skip
        return " ".join(printable(words[name]).replace("`", "'").split())

    def value(self, name: str) -> str:
        """Return what any placeholder stands for."""
        if name in WORDS:
            return self.word(name)
        found = list(_of_keys(self, name) if name in KEYS else _others(self, name))
        return "\n\n".join(found) if found else quoted(_missing(self, name))


def quoted(text: str, language: str = "text") -> str:
    """Return a text between fences that nothing in it can close; unprintable letters are replaced, long parts cut."""
    lines = [line.rstrip() for line in printable(text.expandtabs(4).replace("\r", "\n")).strip("\n").split("\n")]
    if len(lines) > MOST:
        lines = [*lines[:MOST], f"[… {len(lines) - MOST} more lines are left out]"]
    kept = "\n".join(line if len(line) <= WIDEST else f"{line[:WIDEST]} […]" for line in lines)
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", kept)), default=0))
    return f"{fence}{language}\n{kept}\n{fence}"


def fastest(document: Document, manifest: Manifest, variants: tuple[str, ...]) -> str:
    """Return the rung that the report ranks first; the baseline where none is ranked."""
    table = _blocks(document).get("performance:release") or _blocks(document).get("performance:dbg")
    if isinstance(table, Table):
        for name, _, speedup, *_ in table.rows:  # the fastest first; peers carry a mark after their name
            if name.text in variants and isinstance(speedup.value, float):
                return name.text
    return manifest.baseline


def _blocks(document: Document) -> dict[str, object]:
    found = ((getattr(block, "key", ""), block) for section in document.sections for block in section.blocks)
    return {key: block for key, block in found if key}


def keys(document: Document) -> set[str]:
    """Return the keys of all tables, figures and listings of a report."""
    return set(_blocks(document))


def _of_keys(subject: Subject, name: str) -> Iterator[str]:
    """Yield the blocks of a placeholder, each on the first build that has it."""
    there = _blocks(subject.document)
    for pattern in KEYS[name]:
        wanted = [pattern.format(variant=subject.manifest.variant, build=build) for build in (*BUILDS, UNKNOWN)]
        block = next((there[key] for key in wanted if key in there), None)
        if block is not None:
            yield quoted(_shown(block))


def _shown(block: object) -> str:
    """Return a block as plain lines: its title and caption, then what is in it."""
    if isinstance(block, Code):
        return _titled(block.title, block.caption, block.text)
    if isinstance(block, BarChart):
        rows = [(group, bar.label, bar.text) for group, bars in block.groups for bar in bars]
        rows += [(line.group, line.name, line.text) for line in block.lines]
        return _titled(block.title, block.caption, _grid([("", "variant", block.axis), *rows]))
    if isinstance(block, Table):
        rows_of_cells = [row for row in block.rows if row[0].text not in NOISE]
        grid = _grid([block.columns, *(tuple(map(_words, row)) for row in rows_of_cells)])
        return _titled(block.title, block.caption, grid, *(f"– {note}" for note in block.footnotes()))
    return block.text if isinstance(block, Text) else ""


def _words(cell: Cell) -> str:
    return " ".join(cell.text.split())


def _titled(title: str, caption: str, *parts: str) -> str:
    head = "\n".join(filter(None, (title, caption)))
    return "\n".join([head, "", *parts] if head else parts)


def _grid(rows: list[tuple[str, ...]]) -> str:
    """Return rows as aligned columns; a last column, often source, is as wide as it is."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    wide = [min(width, 60) for width in widths[:-1]]
    return "\n".join(" | ".join([*(f"{c:<{w}}" for c, w in zip(row, wide, strict=False)), row[-1]]) for row in rows)


def _others(subject: Subject, name: str) -> Iterator[str]:
    """Yield what a placeholder of OTHERS stands for; nothing where the study has nothing of it."""
    document, manifest = subject.document, subject.manifest
    if name == "source":
        yield from _sources(subject)
    elif name in ("oracle", "job"):
        yield from _own_words(subject, "oracle.py" if name == "oracle" else "__init__.py")
        checked = "\n".join(f"{o.build}: checked against {o.oracle}" for o in manifest.outcomes if o.oracle)
        if name == "oracle" and checked:
            yield quoted(checked)
    elif name == "limits" and document.warnings:
        yield quoted("\n".join(document.warnings))
    elif name == "verdicts":
        said = [
            b.text for b in document.sections[0].blocks if isinstance(b, Text) and b.style in ("verdict", "warning")
        ]
        if said:
            yield quoted("\n".join(said))
    elif name == "acceleration":
        section = next((s for s in document.sections if s.title.startswith("Hardware Acceleration")), None)
        yield from (quoted(shown) for block in (section.blocks if section else ()) if (shown := _shown(block)))


def _sources(subject: Subject) -> Iterator[str]:
    """Yield the files that the variant executed: only files of the checkout, and only as they were measured."""
    for name, measured in subject.manifest.sources:
        path = (subject.root / name).resolve()
        inside = path.is_relative_to(subject.root.resolve()) and path.suffix == ".py" and path.is_file()
        if inside and sha256(path) == measured:
            yield quoted(f"# {name}\n{path.read_text(encoding='utf-8')}", "python")
        else:
            yield quoted(
                f"{name}: not shown, since the checkout does not hold it as it was measured (sha256 {measured})."
            )


def _own_words(subject: Subject, file: str) -> Iterator[str]:
    """Yield the docstring of a module of the family, if the checkout has it."""
    path = subject.root / "bench" / subject.manifest.family / file
    if path.is_file():
        said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
        if said:
            yield quoted(said)


def _missing(subject: Subject, name: str) -> str:
    """Say that the study has nothing for a placeholder, and what the report says of gaps of this variant."""
    about, word = subject.manifest, re.compile(rf"(?<![\w.-]){re.escape(subject.manifest.variant)}(?![\w.-])")
    gaps = [
        block.text
        for section in subject.document.sections
        for block in section.blocks
        if isinstance(block, Text) and block.style == "warning" and word.search(block.text)
    ]
    what = name.replace("-", " ")
    return "\n".join([f"Not in study {about.timestamp}: {what} of {about.variant}. Do not guess them.", *gaps])
