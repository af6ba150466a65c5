"""A person's words on paper: spans as markup, paragraphs, items and quotations, and the list of what is cited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import quoteattr

from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Paragraph

from reporting.document import Prose, Source, Span
from reporting.paper.styles import ITALIC, LINK, MONO, SUBHEADING, markup, style

RAGGED = 16.0  #: points at the right of prose: a line holds about 85 letters, figures are wider
PROSE = style("prose", 9.5, 12.8, spaceBefore=5, spaceAfter=5, rightIndent=RAGGED)
REFERENCE = style("reference", 8, 10.2, spaceAfter=2, leftIndent=24, bulletFontSize=8)
STEP = 1.7  #: how far an item stands right of what it is in, in sizes of its letters
BULLETS = ("•", "–", "·")
COLOUR = "#" + LINK.hexval()[2:]


@dataclass
class Writer:
    """Writes prose block by block, and counts numbered items. places: see paper_blocks.Numbers."""

    places: Mapping[str, str]
    counts: dict[int, int] = field(default_factory=dict)  #: depth -> number of the last item

    def write(self, block: Prose, base: ParagraphStyle = PROSE) -> Paragraph:
        """Return one block; `base` says how its letters look."""
        look, bullet = base, None
        if block.kind in ("item", "numbered"):
            look, bullet = _of_item(base, block.depth), self._bullet(block)
        else:
            self._forget(block.depth)
            look = _like(base, leftIndent=base.leftIndent + base.fontSize * STEP * block.depth) if block.depth else base
        if block.kind == "heading":
            look = SUBHEADING
        elif block.kind == "quote":
            sides = {"leftIndent": base.fontSize * 1.8, "rightIndent": base.rightIndent + base.fontSize * 1.8}
            look = _like(base, fontName=ITALIC, **sides)
        return Paragraph(self._spans(block.spans, look.fontSize), look, bulletText=bullet)

    def _bullet(self, block: Prose) -> str:
        self._forget(block.depth + 1)
        if block.kind == "item":
            self.counts.pop(block.depth, None)
            return BULLETS[min(block.depth, len(BULLETS) - 1)]
        self.counts[block.depth] = self.counts.get(block.depth, 0) + 1
        return f"{self.counts[block.depth]}."

    def _forget(self, depth: int) -> None:
        """End the lists from a depth on: items that come at it are counted anew."""
        self.counts = {at: number for at, number in self.counts.items() if at < depth}

    def _spans(self, parts: Sequence[Span], size: float) -> str:
        return "".join(self._span(part, size) for part in parts)

    def _span(self, span: Span, size: float) -> str:
        text = markup(span.text)
        whole = text.replace(" ", "\N{NO-BREAK SPACE}")  # a number is not parted from its unit
        place = self.places.get(f"{span.style}:{span.target}")
        if place is not None:
            return f'<a href={quoteattr("#" + place)} color="{COLOUR}">{whole}</a>'
        if span.style == "code":
            return f'<font face="{MONO}" size="{size * 0.92:.4g}">{text}</font>'
        styles = {
            "strong": f"<b>{text}</b>",
            "emphasis": f"<i>{text}</i>",
            "number": whole.replace("\N{NO-BREAK SPACE}[", " ["),
        }
        return styles.get(span.style, text)


def _like(base: ParagraphStyle, **more: object) -> ParagraphStyle:
    kept = {name: getattr(base, name) for name in ("fontName", "textColor", "spaceAfter", "spaceBefore", "rightIndent")}
    return style("like", base.fontSize, base.leading, **{**kept, **more})


def _of_item(base: ParagraphStyle, depth: int) -> ParagraphStyle:
    """Return the style of an item: its text hangs right of its mark, deeper ones farther."""
    step = base.fontSize * STEP
    place = {"leftIndent": step * (depth + 1), "bulletIndent": step * depth + base.fontSize * 0.3}
    return _like(base, bulletFontSize=base.fontSize, spaceBefore=0, spaceAfter=base.spaceAfter * 0.6, **place)


def references(sources: Sequence[Source], places: Mapping[str, str]) -> list[Paragraph]:
    """Return the list of sources, numbered in their order; only web addresses are links."""
    found = []
    for number, source in enumerate(sources, 1):
        name = quoteattr(places[f"cite:{source.key}"])
        text, address = f"<a name={name}/>{markup(source.text)}", markup(source.url)
        if source.url.startswith(("https://", "http://")):
            address = f'<a href={quoteattr(source.url)} color="{COLOUR}">{address}</a>'
        found.append(Paragraph(f"{text} {address}".rstrip(), REFERENCE, bulletText=f"[{number}]"))
    return found
