"""Turns parsed Markdown into the prose of a Document: paragraphs, items, quotations and listings. Knows no log.

Not the Markdown of narratives (narrative/markdown.py): there braces are references and links an error, here both are words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from markdown_it.tree import SyntaxTreeNode

from reporting.document import Code, Prose, Span

STYLES = {"strong": "strong", "em": "emphasis"}
LISTS = {"bullet_list": "item", "ordered_list": "numbered"}


def blocks(nodes: Iterable[SyntaxTreeNode], kind: str = "paragraph", depth: int = 0) -> Iterator[Prose | Code]:
    """Yield what stands in these blocks, in order; rules are left out. kind, depth: of paragraphs, as of a Prose.

    What follows in an item after its first paragraph is one deeper than the item.
    """
    for node in nodes:
        if node.type in ("paragraph", "heading"):
            yield Prose(tuple(spans(node.children[0])), "heading" if node.type == "heading" else kind, depth)
        elif node.type in ("fence", "code_block"):
            yield Code("", "", node.content.rstrip("\n"))
        elif node.type in LISTS:
            for item in node.children:
                first, rest = item.children[:1], item.children[1:]
                if first and first[0].type in LISTS:  # an item that is nothing but a list
                    first, rest = [], item.children
                yield from blocks(first, LISTS[node.type], depth)
                yield from blocks(rest, "paragraph", depth + 1)
        elif node.type == "blockquote":
            yield from blocks(node.children, "quote", depth)


def spans(node: SyntaxTreeNode, style: str = "") -> Iterator[Span]:
    """Yield the words of a paragraph. A link is its text, then its address, which paper cannot follow."""
    for child in node.children:
        if child.type in ("softbreak", "hardbreak"):
            yield Span(" ", style)
        elif child.type == "code_inline":
            yield Span(child.content, "code")
        elif child.type == "link":
            yield from spans(child, style)
            address = str(child.attrs.get("href", ""))
            if address and address not in "".join(span.text for span in spans(child)):
                yield Span(f" ({address})", style)
        elif child.children:
            yield from spans(child, STYLES.get(child.type, style))
        elif child.content:
            yield Span(child.content, style)
