"""Prompt templates: reads prompts/templates/<stage>.md, checks their placeholders, and fills them in one pass.

A file is a stage; there is no list to edit. What stands behind a placeholder is decided in prompts/evidence.py.

    # Optimise a variant                     the title
    - step: 3                                where it stands among the stages
    - about: baseline                        or fastest: the variant that it is about, unless another one is named
    - use: what it is for, in a sentence
    ---
    the prompt, with {{placeholders}}: those of one word anywhere, those of evidence on lines of their own
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from bench.errors import SuiteError, UsageError
from reporting.prompts.log import Mistakes

ABOUT = ("baseline", "fastest")
PLACEHOLDER = re.compile(r"\{\{([^{}\n]*)\}\}")
FIELD = re.compile(r"- (\w+): (.+)")
FIELDS = ("step", "about", "use")


@dataclass(frozen=True)
class Template:
    """A reusable prompt for one stage of a study."""

    stage: str  #: the name of its file
    title: str
    step: int
    about: str  #: one of ABOUT
    use: str
    text: str

    @property
    def placeholders(self) -> tuple[str, ...]:
        """The names of its placeholders, in the order in which they first stand there."""
        return tuple(dict.fromkeys(name.strip() for name in PLACEHOLDER.findall(self.text)))


def load(folder: Path, words: Collection[str], evidence: Collection[str]) -> list[Template]:
    """Return all templates in the order of a study; raises SuiteError, with every mistake of a file and its line.

    words: placeholders that stand for a word; evidence: those that stand for blocks, on lines of their own.
    """
    paths = sorted(folder.glob("*.md"))
    if not paths:
        raise SuiteError(f"{folder} holds no templates", "Restore them: git checkout prompts/templates.")
    found = [read(path, words, evidence) for path in paths]
    return sorted(found, key=lambda template: (template.step, template.stage))


def read(path: Path, words: Collection[str], evidence: Collection[str]) -> Template:
    mistakes = Mistakes(path)
    head, _, text = path.read_text(encoding="utf-8").partition("\n---\n")
    title, fields = "", dict.fromkeys(FIELDS, "")
    for number, line in enumerate(head.splitlines(), 1):
        field = FIELD.fullmatch(line.strip())
        if line.startswith("# "):
            title = line.removeprefix("# ").strip()
        elif field and field[1] in FIELDS:
            fields[field[1]] = field[2].strip()
        elif line.strip():
            mistakes.add(
                number, f"{line.strip()!r} is none of: # title, {', '.join(f'- {name}: …' for name in FIELDS)}"
            )
    last = head.count("\n") + 1
    if not (title and text.strip() and fields["use"]):
        mistakes.add(last, "a template has a title, a line '- use: …', and its text below a line of ---")
    if not fields["step"].isdecimal() or fields["about"] not in ABOUT:
        mistakes.add(last, f"it needs '- step: NUMBER' and '- about: {' or '.join(ABOUT)}'")
    _check(text, last + 2, words, evidence, mistakes)
    mistakes.conclude("prompts/README.md lists all placeholders.")
    return Template(path.stem, title, int(fields["step"]), fields["about"], fields["use"], text.strip() + "\n")


def _check(text: str, first: int, words: Collection[str], evidence: Collection[str], mistakes: Mistakes) -> None:
    """Add a mistake for each placeholder that is unknown or misplaced. first: line of the file where the text begins."""
    for number, line in enumerate(text.splitlines(), first):
        for found in PLACEHOLDER.finditer(line):
            name = found[1].strip()
            if name in evidence and line.strip() != found[0]:
                mistakes.add(number, f"{found[0]} stands for blocks of evidence: put it on a line of its own")
            elif name not in evidence and name not in words:
                close = get_close_matches(name, [*words, *evidence], 3, 0.5)
                meant = f": did you mean {' or '.join(close)}?" if close else ""
                mistakes.add(number, f"placeholder {found[0]} is not known{meant}")


def choose(templates: list[Template], stage: str) -> Template:
    """Return the template of a stage; raises UsageError that names the others."""
    by_name = {template.stage: template for template in templates}
    if stage not in by_name:
        close = get_close_matches(stage, by_name, 1, 0.4)
        meant = f" Did you mean {close[0]}?" if close else ""
        raise UsageError(f"there is no template for {stage!r}", f"There is: {', '.join(by_name)}.{meant}")
    return by_name[stage]


def fill(template: Template, value: Callable[[str], str]) -> str:
    """Return the text with every placeholder replaced. In one pass: what evidence says is never taken for one."""
    return PLACEHOLDER.sub(lambda found: value(found[1].strip()), template.text)
