"""Puts the parts of a file in their places: title, abstract, the six chapters, slides, sources. Knows no study."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from reporting.document import Span
from reporting.narrative import markdown
from reporting.narrative.markdown import Fence, Heading, Part
from reporting.narrative.nodes import (
    CHAPTERS,
    REFERENCES,
    Card,
    Chapter,
    Narrative,
    Node,
    Problems,
    Reference,
    Words,
    Work,
    nearest,
)

KEY = re.compile(r"([A-Za-z][\w-]*):\s+(.+)", re.DOTALL)
TITLED = re.compile(r"\s*# +(\S[^\n]*)\n?(?:[ \t]*\n)*(?:minutes: *(\S+) *(?:\n|\Z))?")
MOST_ITEMS = 5  #: on a slide
NOTHING = Words(())


@dataclass
class _Open:
    """The chapter that is being read."""

    title: str
    line: int
    nodes: list[Node] = field(default_factory=list)

    def closed(self) -> Chapter:
        return Chapter(self.title, self.line, tuple(self.nodes))


def read(source: str, problems: Problems) -> Narrative:
    """Return the narrative of a file's text; what is wrong with it goes to `problems`."""
    body, works = _without_references(source.replace("\r\n", "\n"), problems)
    title, chapters = NOTHING, [_Open("", 1)]
    slides: list[Card] = []
    for part in markdown.read(body, 1, problems):
        if isinstance(part, Fence):
            slides.append(_card(part, problems))
        elif not isinstance(part, Heading):
            chapters[-1].nodes.append(part)
        elif part.level == 1:
            if title is not NOTHING or len(chapters) > 1 or chapters[0].nodes:
                problems.add(part.words.line, "the title (# …) has to be the first line, and to be the only one")
            title = part.words
        elif part.level == 2:
            chapters.append(_Open(plain(part.words), part.words.line))
        elif part.level == 3 and len(chapters) > 1:
            chapters[-1].nodes.append(part.words)
        else:
            problems.add(part.words.line, "below a chapter (##) there are sub-headings of one kind (###)")
    if title is NOTHING:
        problems.add(1, "there is no title; the first line has to be one: # …")
    abstract, *rest = (chapter.closed() for chapter in chapters)
    if not abstract.nodes:
        problems.add(1, "there is no abstract: text between the title and the first chapter")
    _check_chapters(rest, body.count("\n"), problems)
    return Narrative(title, abstract.nodes, tuple(rest), tuple(slides), works)


def plain(words: Words) -> str:
    """Return the words as they are written."""
    return "".join(str(piece) if isinstance(piece, Reference) else piece.text for piece in words.pieces)


def _check_chapters(found: Sequence[Chapter], last: int, problems: Problems) -> None:
    """Compare the chapters with those that there must be."""
    titles = [chapter.title for chapter in found]
    for chapter in found:
        if chapter.title not in CHAPTERS:
            known = nearest(chapter.title, CHAPTERS) or f"; there are: {', '.join(CHAPTERS)}"
            problems.add(chapter.line, f"no chapter is named {chapter.title!r}{known}")
        elif not chapter.nodes:
            problems.add(chapter.line, f"the chapter {chapter.title!r} is empty")
    for name in CHAPTERS:
        if titles.count(name) != 1:
            line = next((c.line for c in reversed(found) if c.title == name), last)
            problems.add(line, f"the chapter {name!r} {'is there twice' if name in titles else 'is missing'}")
    known_titles = [title for title in titles if title in CHAPTERS]
    if sorted(set(known_titles), key=CHAPTERS.index) != list(dict.fromkeys(known_titles)):
        problems.add(found[0].line, f"the chapters have another order than: {', '.join(CHAPTERS)}")


def _without_references(source: str, problems: Problems) -> tuple[str, dict[str, Work]]:
    """Cut the list of sources off the end, and read it."""
    lines, fence = source.split("\n"), ""
    for number, line in enumerate(lines):
        mark = re.match(r" {0,3}(`{3,}|~{3,})", line)
        if mark and not fence:
            fence = mark.group(1)
        elif mark and line.strip().startswith(fence) and not line.strip().strip(fence[0]):
            fence = ""
        elif not fence and re.fullmatch(rf"## +{REFERENCES} *#*\s*", line):
            return "\n".join(lines[:number]), _works("\n".join(lines[number + 1 :]), number + 2, problems)
    return source, {}


def _works(text: str, first: int, problems: Problems) -> dict[str, Work]:
    found: dict[str, Work] = {}
    for part in markdown.read(text, first, problems, check=False):
        if not isinstance(part, Words) or part.kind != "item":
            line = part.words.line if isinstance(part, Heading) else part.line
            problems.add(
                line, f"below {REFERENCES} there are items only: - KEY: Authors: Title. Where, year. <https://…>"
            )
            continue
        links = [p.text for p in part.pieces if isinstance(p, Span) and p.style == "link"]
        words = "".join(p.text for p in part.pieces if isinstance(p, Span) and p.style != "link")
        match = KEY.fullmatch(words.strip())
        odd = len(links) > 1 or any(not link.startswith(("https://", "http://")) for link in links)
        if match is None or odd or any(isinstance(piece, Reference) for piece in part.pieces):
            problems.add(part.line, "a source has another form than: - KEY: Authors: Title. Where, year. <https://…>")
        elif match.group(1) in found:
            problems.add(part.line, f"the source {match.group(1)} is there twice")
        else:
            key, text_ = match.groups()
            found[key] = Work(key, " ".join(text_.split()), links[0] if links else "", part.line)
    return found


def _card(fence: Fence, problems: Problems) -> Card:
    """Read one slide: its title, how long it takes, and what is on it."""
    match = TITLED.match(fence.text)
    if match is None:
        problems.add(fence.line, "a slide begins with its title: # …")
        return Card(NOTHING, 1.0, (), fence.line)
    title = _title(match.group(1), fence.line + fence.text.count("\n", 0, match.start(1)), problems)
    minutes = _minutes(match.group(2), fence.line, problems)
    skipped = fence.text.count("\n", 0, match.end())
    parts = markdown.read(fence.text[match.end() :], fence.line + skipped, problems)
    nodes = [part for part in parts if not isinstance(part, Heading | Fence)]
    if len(nodes) < len(parts):
        problems.add(fence.line, "a slide has one title and no slide within it")
    _check_card(nodes, fence.line, problems)
    return Card(title, minutes, tuple(nodes), fence.line)


def _title(text: str, line: int, problems: Problems) -> Words:
    parts: list[Part] = markdown.read(f"# {text}", line, problems)
    return next((replace(part.words, kind="heading") for part in parts if isinstance(part, Heading)), NOTHING)


def _minutes(text: str | None, line: int, problems: Problems) -> float:
    try:
        found = float(text or 1)
    except ValueError:
        found = 0.0
    if not 0 < found < 60:
        problems.add(line, f"{text!r} is no number of minutes; write for example: minutes: 2")
        return 1.0
    return found


def _check_card(nodes: Sequence[Node], line: int, problems: Problems) -> None:
    places = sum(not isinstance(node, Words) for node in nodes)
    words = [node for node in nodes if isinstance(node, Words)]
    items = sum(node.kind in ("item", "numbered") for node in words)
    if items > MOST_ITEMS or places > 1 or (places and len(words) > 1):
        problems.add(line, f"a slide has at most {MOST_ITEMS} items, or one figure, table or listing with one sentence")
