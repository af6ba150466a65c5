"""Sets a log of prompts, and the templates after it, on paper: title, contents, outline; long prompts go on over pages.

In the look of the deep dive, laid out and printed as that is. Knows nothing of studies or of how a log is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Paragraph

from reporting.document import Code, Prose, Span
from reporting.palette import printable, shorten
from reporting.paper import front, styles
from reporting.paper.blocks import ENTRY_LIMIT, HEADED
from reporting.paper.code import Listing
from reporting.paper.layout import Group, Item, Mark, lay, numbered
from reporting.paper.press import About, press
from reporting.paper.prose import Writer
from reporting.prompts.log import Entry, Log
from reporting.prompts.templates import Template

FACT = styles.style("fact", 9, 12.5, spaceAfter=2, leftIndent=70, bulletFontSize=9, bulletColor=styles.SOFT)
ENTRY_TITLE = styles.style("entry-title", 11.5, 15, fontName=styles.BOLD, spaceBefore=14, spaceAfter=6)
CODE = 8.0  #: points: letters of prompts
ROOM = 170.0  #: points that must be left on a page for an entry or a template to begin on it
BEGINNING = 60.0  #: points of a listing that goes on overleaf
EMPTY = (
    "No prompt is recorded in this log. What follows are templates: reusable texts for the stages of a study, with "
    "placeholders where its evidence goes. They are no record of what anybody asked a model, or of what it answered."
)


def render(family: str, log: Log, templates: Sequence[Template]) -> bytes:
    """Return the log of a family's prompts, and the templates, as a PDF file."""
    styles.register()
    title = f"Prompts of {family}"
    number = len(log.entries)
    entries = "no entry" if not number else "1 entry" if number == 1 else f"{number} entries"
    about = f"A log of prompt engineering: {entries}; {len(templates)} templates"
    body = [*_entries(log), *_templates(templates)]
    marks = [item.mark for group in body for item in group.items if item.mark]
    pages: dict[str, int] = {}
    found = lay([*_front(title, about, log), front.contents(marks, pages), *body], styles.SHEETS["a4"])
    pages.update(numbered(found))
    return press(found, About(title, about, printable(family)))


def _one(text: str, look: ParagraphStyle) -> Group:
    return Group((Item(styles.paragraph(text, look)),))


def _headed(text: str, key: str, level: int) -> Group:
    """Return a heading that stands in the contents and in the outline."""
    look = ENTRY_TITLE if level else styles.HEADING
    mark = Mark(key, shorten(text, ENTRY_LIMIT), level, listed=True)
    return Group((Item(styles.paragraph(text, look), mark),), reserve=ROOM)


def _front(title: str, about: str, log: Log) -> Iterator[Group]:
    """Yield title, what this is, and what people wrote at the start of the log."""
    yield _one(title, styles.TITLE)
    yield _one(about, styles.SUBTITLE)
    yield Group((Item(front.Rule()),))
    if not log.entries:
        yield _one(EMPTY, styles.WARNING)
    yield from _prose(log.about)


def _entries(log: Log) -> Iterator[Group]:
    if log.entries:
        yield _headed("Entries", "entries", 0)
    for number, entry in enumerate(log.entries, 1):
        yield _headed(f"{entry.date}: {entry.title}", f"entry-{number}", 1)
        yield from _facts(_told(entry))
        yield _code(entry.prompt)
        yield Group((Item(styles.paragraph("What came of it", styles.SUBHEADING)),), reserve=HEADED)
        yield from _prose(entry.outcome)


def _told(entry: Entry) -> list[tuple[str, str]]:
    touched = [("variants", ", ".join(entry.variants)), ("figures", ", ".join(entry.figures))]
    return [("model", entry.model), ("purpose", entry.purpose), *((name, text) for name, text in touched if text)]


def _templates(templates: Sequence[Template]) -> Iterator[Group]:
    yield _headed("Templates", "templates", 0)
    said = (
        Span("Templates, not prompts that were sent. Names in double braces are placeholders: "),
        Span("invoke prompts --for STAGE", "code"),
        Span(" puts the evidence of a study in their place, each quoted so that nothing in it can end its quotation."),
    )
    yield from _prose([Prose(said)])
    for number, template in enumerate(templates, 1):
        yield _headed(f"{number}. {template.title}", f"template-{template.stage}", 1)
        about = "the baseline" if template.about == "baseline" else "the fastest rung"
        facts = [("stage", template.stage), ("for", template.use), ("about", f"{about}, unless another is named")]
        yield from _facts(facts)
        yield _code(template.text)


def _facts(facts: Sequence[tuple[str, str]]) -> Iterator[Group]:
    """Yield names and values, side by side; long values go on below."""
    for name, value in facts:
        yield Group((Item(Paragraph(styles.markup(value), FACT, bulletText=name)),))


def _prose(blocks: Sequence[Prose | Code]) -> Iterator[Group]:
    writer = Writer({})
    for block in blocks:
        if isinstance(block, Code):
            yield _code(block.text)
        else:
            yield Group((Item(writer.write(block)),), reserve=HEADED if block.kind == "heading" else 0.0)


def _code(text: str) -> Group:
    return Group((Item(Listing(text, CODE, numbered=False)),), least=BEGINNING)
