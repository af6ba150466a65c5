"""Reads Markdown into nodes: paragraphs, items, quotations, listings, places. Knows the syntax, neither chapters nor studies.

The parser is markdown-it-py with one rule of its own: braces are taken before anything else is, so that no name in a
reference is ever read as markup. What the format has no use for is named, never dropped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from reporting.document import Code, Span
from reporting.narrative import claims
from reporting.narrative.nodes import Listed, Node, Piece, Problems, Reference, Words

PLACES = ("figure", "table", "listing", "source")  #: kinds of reference that stand on a line of their own
CLOSED = re.compile(r"\{([^{}]*)\}")
STYLES = {"strong_open": "strong", "em_open": "emphasis"}
FOREIGN = {
    "html_block": "raw HTML (write < and > as code)",
    "html_inline": "raw HTML (write < and > as code)",
    "image": "an image (place a figure of the study: {figure:KEY})",
    "link_open": "a link (cite a source: {cite:KEY})",
    "table_open": "a Markdown table (place one of the study: {table:KEY})",
    "code_block": "an indented listing (use a fence of three backticks)",
    "hr": "a rule",
}


@dataclass(frozen=True)
class Heading:
    """A heading of level 1 to 6."""

    level: int
    words: Words


@dataclass(frozen=True)
class Fence:
    """A fenced block whose first word is `slide`: its lines, and the number of the first one."""

    text: str
    line: int


Part = Node | Heading | Fence


def _reference(state: StateInline, silent: bool) -> bool:
    """Take `{…}` as one token; a brace that is not closed as an empty one, which no reference is."""
    if state.src[state.pos] != "{":
        return False
    found = CLOSED.match(state.src, state.pos)
    if not silent:
        token = state.push("reference", "", 0)
        token.content = " ".join(found.group(1).split()) if found else ""
        token.meta = {"at": state.pos}
    state.pos = found.end() if found else state.pos + 1
    return True


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark").enable("table").disable(["reference", "lheading"])
    parser.inline.ruler.before("escape", "study_reference", _reference)
    return parser


def read(source: str, first: int, problems: Problems, *, check: bool = True) -> list[Part]:
    """Return the parts of a text whose first line has the number `first` in its file.

    check: whether claims and measurements have to be references, as they must everywhere but in a list of sources.
    """
    return list(_Reader(first, problems, check).parts(_parser().parse(source)))


@dataclass
class _Reader:
    first: int
    problems: Problems
    check: bool
    quotes: int = 0

    def parts(self, tokens: Sequence[Token]) -> Iterator[Part]:
        lists: list[str] = []  # kinds of the lists that are open
        fresh, level = False, 0  # whether an item has just begun
        for token in tokens:
            line = self.first + (token.map[0] if token.map else 0)
            if token.type in ("bullet_list_open", "ordered_list_open"):
                lists.append("item" if token.type.startswith("bullet") else "numbered")
            elif token.type in ("bullet_list_close", "ordered_list_close"):
                lists.pop()
            elif token.type == "list_item_open":
                fresh = True
            elif token.type in ("blockquote_open", "blockquote_close"):
                self.quotes += token.nesting
            elif token.type in ("heading_open", "heading_close"):
                level = int(token.tag[1]) if token.nesting == 1 else 0
            elif token.type == "fence":
                yield _fence(token, line)
            elif token.type in FOREIGN:
                self.problems.add(line, f"{FOREIGN[token.type]} is no part of a narrative")
            elif token.type == "inline":
                kind = "quote" if self.quotes else lists[-1] if lists and fresh else "paragraph"
                fresh = False
                yield from self._inline(token, line, level, Words((), kind, max(len(lists) - 1, 0), line))

    def _inline(self, token: Token, line: int, level: int, like: Words) -> Iterator[Part]:
        """Yield what one run of text holds: its words, and the places that have a line of their own."""
        if self.check:
            for at, what in claims.check(token.content):
                self.problems.add(line + at, what)
        pieces: list[Piece] = []
        for piece in self._pieces(token, line):
            if isinstance(piece, Reference) and piece.kind in PLACES:
                own = token.content.split("\n")[piece.line - line].strip()
                if level or not CLOSED.fullmatch(own):
                    self.problems.add(piece.line, f"{piece} has to stand on a line of its own")
                    continue
                yield from _made(pieces, like)
                pieces = []
                yield piece
            else:
                pieces.append(piece)
        for words in _made(pieces, like):
            yield Heading(level, replace(words, kind="heading", depth=0)) if level else words

    def _pieces(self, token: Token, line: int) -> Iterator[Piece]:
        styles: list[str] = []
        linked = False  # the text of a link repeats its address
        for child in token.children or ():
            if child.type in STYLES:
                styles.append(STYLES[child.type])
            elif child.type in ("strong_close", "em_close"):
                styles.pop()
            elif child.type == "reference":
                kind, _, rest = child.content.partition(":")
                yield Reference(kind.strip(), rest.strip(), line + token.content.count("\n", 0, child.meta["at"]))
            elif child.type == "code_inline":
                yield Span(child.content, "code")
            elif child.type in ("softbreak", "hardbreak"):
                yield Span(" ", styles[-1] if styles else "")
            elif child.type == "link_open" and child.info == "auto" and not self.check:
                linked = True
                yield Span(str(child.attrs["href"]), "link")
            elif child.type == "link_close":
                linked = False
            elif child.type == "text" and child.content and not linked:
                yield Span(child.content, styles[-1] if styles else "")
            elif child.type in FOREIGN:
                self.problems.add(line, f"{FOREIGN[child.type]} is no part of a narrative")


def _fence(token: Token, line: int) -> Part:
    language, _, title = token.info.strip().partition(" ")
    if language == "slide":
        return Fence(token.content, line + 1)
    return Listed(Code(title.strip(), "", token.content.rstrip("\n")), line)


def _made(pieces: Sequence[Piece], like: Words) -> Iterator[Words]:
    """Yield words without space at their ends; none if there are none."""
    kept = list(pieces)
    while kept and isinstance(kept[0], Span) and not kept[0].text.strip():
        kept.pop(0)
    while kept and isinstance(kept[-1], Span) and not kept[-1].text.strip():
        kept.pop()
    if kept:
        yield replace(like, pieces=tuple(kept))
