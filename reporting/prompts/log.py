"""The log of prompts of one family: reads prompts/<bench>.md into entries, and checks them. prompts/README.md shows one.

Knows the form of a log, and nothing of templates, studies or paper. All that is wrong is said at once, with its line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from bench.errors import SuiteError
from reporting.document import Code, Prose
from reporting.prompts.prose import blocks

FIELDS = ("model", "purpose", "variants", "figures")  #: of an entry; the last two name what it touched
OPTIONAL = ("variants", "figures")
NOTHING = "No entry has been recorded."  #: what a log without entries says of itself, in these words
HEADING = re.compile(r"(\S+)\s+[—–-]\s+(\S.*)")
DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True)
class Entry:
    """One prompt, and what came of it."""

    date: str  #: YYYY-MM-DD
    title: str
    model: str
    purpose: str  #: a stage of a study: the name of a template
    variants: tuple[str, ...]
    figures: tuple[str, ...]  #: keys of tables, figures and listings of the report
    prompt: str
    outcome: tuple[Prose | Code, ...]


@dataclass(frozen=True)
class Log:
    """What one file holds."""

    about: tuple[Prose | Code, ...]  #: what stands before the first entry
    entries: tuple[Entry, ...]


@dataclass
class Mistakes:
    """What is wrong with one file, gathered to be said at once."""

    path: Path
    found: list[tuple[int, str]] = field(default_factory=list)  #: (line, what is wrong)

    def add(self, line: int, what: str) -> None:
        self.found.append((line, what))

    def conclude(self, hint: str) -> None:
        """Raise SuiteError, naming file and line of each mistake, if there is any."""
        if self.found:
            lines = [f"{self.path}:{line}: {what}" for line, what in sorted(self.found)]
            raise SuiteError("\n       ".join(lines), hint)


@dataclass(frozen=True)
class Known:
    """What entries may name."""

    purposes: Collection[str]
    variants: Collection[str]
    figures: Callable[[], Collection[str]]  #: keys in the report of a study; asked only if an entry names one


def read(path: Path, known: Known) -> Log:
    """Read and check a log; raises SuiteError that names every mistake with its line."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise SuiteError(
            f"{path} does not exist", f"Begin one: a title, then the sentence {NOTHING!r} (see prompts/README.md)."
        ) from None
    except UnicodeDecodeError as error:
        raise SuiteError(f"{path} is not UTF-8: {error}", "Save it as UTF-8.") from error
    mistakes = Mistakes(path)
    head, *parts = _parts(parsed(text))
    about = tuple(blocks(node for node in head if node.tag != "h1"))
    entries = [entry for part in parts if (entry := _entry(part, known, mistakes)) is not None]
    says_nothing = any(NOTHING in block.plain for block in about if isinstance(block, Prose))
    if says_nothing and parts:
        mistakes.add(1, f"it says {NOTHING!r}, and has entries: take the sentence out")
    elif not says_nothing and not parts:
        mistakes.add(1, f"it has no entry: say so with the sentence {NOTHING!r}")
    mistakes.conclude("prompts/README.md shows how an entry is written.")
    return Log(about, tuple(entries))


def parsed(text: str) -> list[SyntaxTreeNode]:
    """Return the blocks of a Markdown text. Markup of HTML is text like any other."""
    return SyntaxTreeNode(MarkdownIt("commonmark", {"html": False}).parse(text)).children


def _parts(nodes: Sequence[SyntaxTreeNode]) -> list[list[SyntaxTreeNode]]:
    """Divide the blocks at headings of the second level: what comes before the first, then an entry each."""
    parts: list[list[SyntaxTreeNode]] = [[]]
    for node in nodes:
        if node.tag == "h2":
            parts.append([])
        parts[-1].append(node)
    return parts


def _entry(part: list[SyntaxTreeNode], known: Known, mistakes: Mistakes) -> Entry | None:
    """Return the entry below one heading; None, and mistakes, if it is none."""
    before = len(mistakes.found)
    heading, *rest = part
    day, title = _heading(heading, mistakes)
    listed = rest.pop(0) if rest and rest[0].type == "bullet_list" else None
    if listed is None:
        mistakes.add(line_of(heading), f"a list of fields must follow the heading: {', '.join(FIELDS)}")
    fields = {} if listed is None else _fields(listed, mistakes)
    _check(fields, known, mistakes, line_of(listed or heading))
    prompt = rest.pop(0).content if rest and rest[0].type == "fence" else ""
    if not prompt.strip():
        mistakes.add(line_of(heading), "the prompt must follow the fields, between lines of ```")
    outcome = tuple(blocks(rest))
    if not outcome:
        mistakes.add(line_of(heading), "what came of it must follow the prompt, in words: also if it was nothing")
    if len(mistakes.found) > before:
        return None
    told = {name: value for name, (_, value) in fields.items()}
    variants, figures = (split(told.get(name, "")) for name in OPTIONAL)
    return Entry(day, title, told["model"], told["purpose"], variants, figures, prompt.rstrip("\n"), outcome)


def line_of(node: SyntaxTreeNode) -> int:
    return node.map[0] + 1 if node.map else 1


def split(value: str) -> tuple[str, ...]:
    """Return the names in a field, which commas divide."""
    return tuple(name.strip().strip("`") for name in value.split(",") if name.strip())


def _heading(node: SyntaxTreeNode, mistakes: Mistakes) -> tuple[str, str]:
    """Return (date, title) of `## 2026-11-26 — Title`."""
    text = node.children[0].content if node.children else ""
    found = HEADING.fullmatch(text.strip())
    if found is None:
        mistakes.add(line_of(node), f"heading {text!r} is not of the form: ## 2026-11-26 — What it was about")
        return "", ""
    day, title = found.groups()
    try:
        if not DAY.fullmatch(day):
            raise ValueError("it is not written as YYYY-MM-DD")
        date.fromisoformat(day)
    except ValueError as error:
        mistakes.add(line_of(node), f"{day!r} is no date: {error}")
    return day, title


def _fields(listed: SyntaxTreeNode, mistakes: Mistakes) -> dict[str, tuple[int, str]]:
    """Return name -> (line, value) of the items of a list, each `name: value`."""
    found: dict[str, tuple[int, str]] = {}
    for item in listed.children:
        line = line_of(item)
        plain = len(item.children) == 1 and item.children[0].type == "paragraph"
        text = " ".join(item.children[0].children[0].content.split()) if plain else ""
        name, colon, value = (part.strip() for part in text.partition(":"))
        if not colon:
            mistakes.add(line, "a field is one line of the form: - name: value")
        elif name not in FIELDS:
            mistakes.add(line, f"field {name!r} is not known{_meant(name, FIELDS)}")
        elif name in found:
            mistakes.add(line, f"field {name!r} stands there twice")
        elif not value:
            mistakes.add(line, f"field {name!r} is empty")
        found.setdefault(name, (line, value))
    return found


def _check(fields: dict[str, tuple[int, str]], known: Known, mistakes: Mistakes, line: int) -> None:
    """Hold the values of the fields against what there is. line: of the list, for what is not in it."""
    for name in FIELDS:
        if name not in fields and name not in OPTIONAL:
            mistakes.add(line, f"field {name!r} is missing")
    if not fields.keys() & set(OPTIONAL):
        mistakes.add(line, "say what it touched: variants, figures, or both (the baseline, if nothing came of it)")
    for at, what, name, all_known in _named(fields, known):
        if name not in all_known:
            mistakes.add(at, f"{what} {name!r} does not exist{_meant(name, all_known)}")


def _named(fields: dict[str, tuple[int, str]], known: Known) -> Iterator[tuple[int, str, str, Collection[str]]]:
    """Yield (line, what it is, name, what there is) for every name in the fields."""
    look_up: dict[str, tuple[str, Callable[[], Collection[str]]]] = {
        "purpose": ("stage", lambda: known.purposes),
        "variants": ("variant", lambda: known.variants),
        "figures": ("figure", known.figures),
    }
    for name, (what, there) in look_up.items():
        line, value = fields.get(name, (0, ""))
        for each in split(value):
            yield line, what, each, there()


def _meant(name: str, there: Collection[str]) -> str:
    """Return what may have been meant, as the end of a sentence."""
    close = get_close_matches(name, sorted(there), 3, 0.5)
    return f": did you mean {' or '.join(close)}?" if close else f": there is {', '.join(sorted(there)[:12])}"
