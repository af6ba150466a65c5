"""`invoke show`: the text report in a terminal. Its words and columns are those of the file; what is added is colour.

No pager: one that is left takes the verdicts away with it, and whoever wants one has `invoke show … | less`. Instead,
what was longer than the screen ends with the verdicts once more, so that they are what stays above the prompt.
"""

from __future__ import annotations

import os
import re
import sys

from rich.console import Console
from rich.text import Text

from bench.errors import UsageError
from reporting.document import Document
from reporting.palette import printable
from reporting.renderers import text

NARROWEST = 50  #: columns; a terminal of fewer wraps by itself
#: how the plain text looks on a screen. A colour repeats what a word or a sign says, and never says more.
LOOKS = (
    (r"(?m)^(?P<title>\S.*)\n(?P<rule>[=.-]{3,})$", {"title": "bold", "rule": "dim"}),
    (r"(?m)^(?P<verdict>> .*(?:\n  \S.*)*)", {"verdict": "bold"}),
    (r"(?m)^(?P<warning>! .*(?:\n  \S.*)*)", {"warning": "yellow"}),
    (r"(?m)^(?P<line>─+)$", {"line": "dim"}),
    (r"(?m)^(?P<note>  – .*(?:\n    \S.*)*)", {"note": "dim"}),
    (r"(?m)^  \S.*?  (?P<bar>#+)(?=  )", {"bar": "bright_blue"}),
    (r"(?m)^  \S.*?  (?P<mark>x)(?=   )", {"mark": "red"}),
)
WORDS = {
    "faster": "bright_blue",
    "slower": "dark_orange",
    "equivalent": "cyan",
    "inconclusive": "magenta",
    "invalid": "red",
}
CELL, SAID = r"(?m)(?<=  ){}(?= {{2,}}|$)", r"(?m)^> .*\b(?P<word>{})\b"


def show(document: Document, section: str = "", console: Console | None = None) -> None:
    """Print the report, or one section of it; in a terminal in colour, the verdicts last. Raises UsageError."""
    console = console or Console(highlight=False)
    plain = not console.is_terminal or console.no_color
    width = max(NARROWEST, min(text.WIDTH, console.width)) if console.is_terminal else text.WIDTH
    shown = _section(document, section, width) if section else text.written(document, width)
    if console.is_terminal and shown.count("\n") + 2 > console.height:
        said, table = text.verdicts(document, width)
        shown += "\n\n\n" + printable("\n\n".join(filter(None, [table, said])))
    try:
        console.file.write(f"{shown}\n") if plain else console.print(coloured(shown), soft_wrap=True)
        console.file.flush()
    except BrokenPipeError:  # by head, or a pager that was left; Python would complain once more when it ends
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _section(document: Document, wanted: str, width: int) -> str:
    known = text.sections(document, width)
    for title, shown in known:
        if title and title.lower().startswith(wanted.lower()):
            return printable(shown)
    titles = ", ".join(title.lower() for title, _ in known if title)
    raise UsageError(f"the report has no section {wanted!r}", f"It has: {titles}. The beginning of a name is enough.")


def coloured(plain: str) -> Text:
    """Return the same text with colours: for verdicts, warnings, headings, bars and rules."""
    shown = Text(plain)
    for pattern, looks in LOOKS:
        for name, style in looks.items():
            for found in re.finditer(pattern, plain):
                shown.stylize(style, *found.span(name))
    for word, style in WORDS.items():
        shown.highlight_regex(CELL.format(word), f"bold {style}")
        for found in re.finditer(SAID.format(word), plain):
            shown.stylize(f"bold {style}", *found.span("word"))
    return shown
