"""The small parts of a page: texts escaped, captions with numbers and anchors, what a block is about, prose.

Knows HTML, never a metric. Tables are page_tables', figures page_figures', the page as a whole renderers/html's.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from reporting.document import Choice, Code, Document, Prose, Span, Table, Text
from reporting.palette import printable

ANCHOR = re.compile(r"[A-Za-z][\w:.@+-]*")  #: keys that may stand in an address
KINDS = {Table: "Table", Code: "Listing"}  #: what a block is called; all others that have a key are figures
LISTS = {"item": "ul", "numbered": "ol"}
STYLES = {"strong": "strong", "emphasis": "em", "code": "code", "number": "b"}


def escape(text: str) -> str:
    """Return a text of the Document as HTML, fit for elements and attributes."""
    return html.escape(printable(text))


@dataclass(frozen=True)
class Place:
    """Where a table, figure or listing stands: its number, as in "Figure 3", and the anchor that leads to it."""

    name: str
    anchor: str


def places(document: Document) -> dict[tuple[int, int], Place]:
    """Return (number of section, of block) -> place of all tables, figures and listings.

    An anchor is the key, so that a link still leads there in the next study's page.
    """
    blocks = {
        (i, j): block
        for i, section in enumerate(document.sections)
        for j, block in enumerate(section.blocks)
        if not isinstance(block, (Text, Prose))
    }
    keys = Counter(block.key for block in blocks.values())
    numbers: Counter[str] = Counter()
    found = {}
    for at, block in blocks.items():
        kind = KINDS.get(type(block), "Figure")
        numbers[kind] += 1
        usable = keys[block.key] == 1 and ANCHOR.fullmatch(block.key)
        found[at] = Place(f"{kind} {numbers[kind]}", block.key if usable else f"{kind.lower()}-{numbers[kind]}")
    return found


def caption(place: Place, title: str, text: str, tag: str = "") -> str:
    """Return what stands in a caption. tag: where all the numbers come from, if that is to be said."""
    said = f" {text_tag(tag)}" if tag else ""
    return f"<b>{place.name}. {escape(title)}</b>{said} {escape(text)}"


def text_tag(source: str) -> str:
    """Return a source of numbers as a small tag, whose form (and not its colour) tells one kind from another."""
    kind = re.sub(r"[^a-z]+", "-", source.partition(",")[0].lower()).strip("-")
    return f'<span class="tag {kind}">{escape(source)}</span>'


def about(key: str, document: Document) -> str:
    """Return the attributes that say of which variant and build a block is, as its key does."""
    words = key.split(":")[1:]
    return "".join(
        f' data-{kind}="{escape(choice.name)}"'
        for kind, choices in (("variant", document.variants), ("build", document.builds))
        for choice in choices
        if choice.name in words
    )


def headed(text: str, variants: Iterable[Choice]) -> str:
    """Return the variant that a heading begins with; "" where it begins with none."""
    first = re.match(r"[\w.-]*", text)
    word = first.group().rstrip(".") if first else ""
    return word if any(word in choice.labels for choice in variants) else ""


def paragraph(text: Text) -> str:
    """Return a text in its style."""
    if text.style == "code":  # options are not to be broken at a hyphen
        words = re.sub(r"\S*-\S+", r"<span>\g<0></span>", escape(text.text))
        return f"<pre>{words}</pre>"
    tag = "h3" if text.style == "heading" else "p"
    style = f' class="{escape(text.style)}"' if text.style else ""
    return f"<{tag}{style}>{escape(text.text)}</{tag}>"


def prose(blocks: Iterable[Prose], spell: Speller) -> str:
    """Return paragraphs that follow one another, items of lists put into their lists."""
    parts = []
    for kind, group in groupby(blocks, lambda block: block.kind):
        if kind in LISTS:
            parts.append(_items([(block.depth, spell(block)) for block in group], LISTS[kind]))
        else:
            start, end = {"heading": ("<h3>", "</h3>"), "quote": ("<blockquote><p>", "</p></blockquote>")}.get(
                kind, ("<p>", "</p>")
            )
            parts += [f"{start}{spell(block)}{end}" for block in group]
    return "\n".join(parts)


def _items(items: list[tuple[int, str]], tag: str) -> str:
    """Return (depth, HTML) as a list with lists in it."""
    out, depth = [f"<{tag}>"], 0
    for i, (wanted, said) in enumerate(items):
        level = min(wanted, depth + 1) if i else 0
        out += [f"</li></{tag}>"] * (depth - level)
        out.append(f"<{tag}>" if level > depth else "</li>" if i else "")
        out.append(f"<li>{said}")
        depth = level
    return "".join(out) + f"</li></{tag}>" * (depth + 1)


class Speller:
    """Writes spans; knows the number of what they point to."""

    def __init__(self, document: Document) -> None:
        found = [(document.sections[i].blocks[j], place) for (i, j), place in places(document).items()]
        self.targets = {b.key: place for b, place in found if not isinstance(b, (Text, Prose)) and b.key}
        self.targets |= {
            section.title: Place(f"chapter {i}", f"part-{i}") for i, section in enumerate(document.sections, 1)
        }
        self.sources = {source.key: i for i, source in enumerate(document.sources, 1)}

    def __call__(self, block: Prose) -> str:
        return "".join(self._spans(block.spans))

    def _spans(self, spans: tuple[Span, ...]) -> Iterator[str]:
        for span in spans:
            said = escape(span.text)
            if span.style == "see" and span.target in self.targets:
                place = self.targets[span.target]
                yield f'<a href="#{place.anchor}">{said or place.name}</a>'
            elif span.style == "cite" and span.target in self.sources:
                number = self.sources[span.target]
                yield f'<a href="#source-{number}">[{number}]</a>'
            elif span.style in STYLES:
                yield f"<{STYLES[span.style]}>{said}</{STYLES[span.style]}>"
            else:
                yield said or escape(span.target)
