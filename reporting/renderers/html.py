"""Renders a Document as one page: works from file://, asks the network for nothing, follows the reader's theme.

Every text of the Document is escaped on its way in; a content security policy allows only this page's own scripts and
the shared plotly.js beside it, so that even a mistake here could not run what a profile or a label smuggles in.
Knows HTML, never a metric. The parts are in page_parts, page_tables and page_figures, styles and scripts in assets.
"""

from __future__ import annotations

from base64 import b64encode
from collections import Counter
from collections.abc import Sequence
from hashlib import sha256
from itertools import count, groupby
from pathlib import Path

from reporting import units
from reporting.charts import Diagram
from reporting.document import Block, Code, Document, Prose, Section, Table, Text
from reporting.page import data as page_data
from reporting.page.figures import Figures, diagram, embedded
from reporting.page.parts import Place, Speller, about, caption, escape, headed, paragraph, places, prose
from reporting.page.tables import table
from reporting.palette import role_colour

__all__ = ["SUFFIX", "escape", "render"]

SUFFIX = ".html"
SHARED = "../assets/plotly-basic.min.js"  #: where plotly.js is, seen from a page in a folder of its own
PARTS = (
    "page",
    "colours",
    "figures",
    "flame",
    "tables",
    "filters",
    "contents",
)  #: of the script, in the order in which they run

ASSETS = Path(__file__).parent.parent / "assets"
STYLE = (ASSETS / "page.css").read_text(encoding="utf-8")
THEME = (ASSETS / "theme.js").read_text(encoding="utf-8")
SCRIPT = (
    '"use strict";\n(() => {\n' + "".join((ASSETS / f"{p}.js").read_text(encoding="utf-8") for p in PARTS) + "})();\n"
)


def render(document: Document, *, script: str = SHARED) -> bytes:
    """Return the page; `script` is the relative URL of the shared plotly-basic.min.js."""
    page = _Page(document)
    body = page.body()  # before the words that it collects
    source = (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_policy()}">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(document.title)}</title><style>{STYLE}</style><noscript><style>.plot{{display:none}}</style></noscript><script>{THEME}</script></head>\n"
        f'<body><a class="skip" href="#page-main">To the report</a>\n{_contents(document)}\n<main id="page-main">{page.header()}\n'
        f"{body}<footer>{escape(document.family)}, {escape(document.timestamp)}</footer></main>\n"
        f"{page.data()}\n"
        f'<script src="{escape(script)}"></script>\n<script>{SCRIPT}</script></body></html>\n'
    )
    return source.encode()


def _policy() -> str:
    scripts = f"script-src 'self' file: {' '.join(map(_digest, (THEME, SCRIPT)))}"
    return f"default-src 'none'; img-src data: blob:; style-src 'unsafe-inline'; {scripts}; base-uri 'none'; form-action 'none'"


def _digest(code: str) -> str:
    return f"'sha256-{b64encode(sha256(code.encode()).digest()).decode()}'"


def _contents(document: Document) -> str:
    titles = [section.title for section in document.sections]
    links = [f'<li><a href="#part-{i}">{escape(title)}</a></li>' for i, title in enumerate(titles, 1)]
    links += ['<li><a href="#page-sources">Sources</a></li>'] if document.sources else []
    return f'<nav aria-label="Contents"><ol>{"".join(links)}</ol></nav>'


class _Page:
    """Writes the blocks of one document."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.first = next((s for s in document.sections if any(map(_is_verdict, s.blocks))), None)
        self.places, self.spell = places(document), Speller(document)
        self.figures, self.number = Figures(), count(1)

    def header(self) -> str:
        """Return the first screen: what was measured, the verdicts, and what limits them, to be opened."""
        verdicts = [b for b in self.first.blocks if isinstance(b, Text) and _is_verdict(b)] if self.first else []
        said = f'<div class="verdicts">{"".join(map(paragraph, verdicts))}</div>' if verdicts else ""
        return (
            f'<header><h1>{escape(self.document.title)}</h1><p class="sub">{escape(self.document.subtitle)}</p>'
            f"{said}{_warnings(self.document.warnings)}"
            "<noscript><p>Charts need scripts, which are off; the numbers behind each chart open below its place.</p></noscript></header>"
        )

    def body(self) -> str:
        """Return all sections, and the sources that they cite."""
        sections = "".join(self.section(i, section) for i, section in enumerate(self.document.sections))
        listed = "".join(
            f'<li id="source-{i}">{escape(s.text)}{_address(s.url)}</li>'
            for i, s in enumerate(self.document.sources, 1)
        )
        sources = f'<section id="page-sources"><h2>Sources</h2><ol class="sources">{listed}</ol></section>\n'
        return sections + (sources if listed else "")

    def section(self, number: int, section: Section) -> str:
        """Return a section, without the verdicts if these stand at the top of the page."""
        blocks = [(j, b) for j, b in enumerate(section.blocks) if not (section is self.first and _is_verdict(b))]
        parts = "".join(self.part(number, part) for part in _parts(blocks))
        return f'<section id="part-{number + 1}"><h2>{escape(section.title)}</h2>\n{parts}</section>\n'

    def part(self, section: int, blocks: list[tuple[int, Block]]) -> str:
        """Return a heading and what is below it, marked with the variant that the heading names; most of that is folded."""
        name = headed(_heading(blocks[0][1]), self.document.variants)
        if not name:
            return self.run(section, blocks)
        opening = _opening([block for _, block in blocks])
        anchor = f"part-{section + 1}-{blocks[0][0] + 1}"
        found = self.run(section, blocks[:opening]) + self.folded(section, blocks[opening:], name)
        return f'<div id="{anchor}" data-variant="{escape(name)}">{found}</div>\n'

    def run(self, section: int, blocks: list[tuple[int, Block]]) -> str:
        """Return blocks as they follow one another."""
        found = []
        for is_prose, group in groupby(blocks, lambda item: isinstance(item[1], Prose)):
            if is_prose:
                found.append(prose([b for _, b in group if isinstance(b, Prose)], self.spell))
            else:
                found += [self.block((section, j), block) for j, block in group]
        return "".join(found)

    def folded(self, section: int, blocks: list[tuple[int, Block]], name: str) -> str:
        """Return blocks behind one line that says what is there, and opens; it needs no script."""
        if not blocks:
            return ""
        kinds = Counter(
            self.places[section, j].name.partition(" ")[0] for j, _ in blocks if (section, j) in self.places
        )
        what = ", ".join(units.count(number, kind.lower()) for kind, number in kinds.items())
        said = f"<summary>More on {escape(name)}: {what}</summary>\n"
        return f'<details class="more">{said}{self.run(section, blocks)}</details>'

    def block(self, at: tuple[int, int], block: Block) -> str:
        """Return any block but prose. at: (number of its section, of the block)."""
        if isinstance(block, Text):
            return paragraph(block) + "\n"
        if isinstance(block, Prose):
            return prose([block], self.spell)
        place, of = self.places[at], about(block.key, self.document)
        if isinstance(block, Code):
            return _boxed(place, of, caption(place, block.title, block.caption), _listing(block))
        if isinstance(block, Table):
            return _boxed(place, of, caption(place, block.title, block.caption, block.source), table(block))
        behind = table(page_data.data(block))
        if isinstance(block, Diagram):
            return diagram(block, place, of, behind)
        return self.figures.figure(next(self.number), block, place, of, behind)

    def data(self) -> str:
        """Return what the script needs beside the figures: the words that these share, and what can be chosen."""
        variants = [(c.name, c.labels, role_colour(c.role)) for c in self.document.variants]
        builds = [(c.name, c.labels) for c in self.document.builds]
        return self.figures.words() + embedded("page-choices", {"variants": variants, "builds": builds})


def _heading(block: Block) -> str:
    """Return what a heading says; "" of any other block."""
    if isinstance(block, Text):
        return block.text if block.style == "heading" else ""
    return block.plain if isinstance(block, Prose) and block.kind == "heading" else ""


def _parts(blocks: list[tuple[int, Block]]) -> list[list[tuple[int, Block]]]:
    """Split the numbered blocks of a section before each heading."""
    found: list[list[tuple[int, Block]]] = []
    for number, block in blocks:
        if _heading(block) or not found:
            found.append([])
        found[-1].append((number, block))
    return found


def _opening(blocks: Sequence[Block]) -> int:
    """Return how many blocks of a variant's part are not folded: up to its first figure, and all if words follow only."""
    places = [i for i, block in enumerate(blocks) if not isinstance(block, (Text, Prose))]
    first = next((i for i in places if not isinstance(blocks[i], (Code, Table))), len(blocks))
    return first + 1 if any(i > first for i in places) else len(blocks)


def _boxed(place: Place, of: str, said: str, content: str) -> str:
    return f'<div class="block" id="{place.anchor}"{of}><p class="caption">{said}</p>{content}</div>\n'


def _listing(block: Code) -> str:
    return (
        f'<pre class="listing" tabindex="0" role="region" aria-label="{escape(block.title)}">{escape(block.text)}</pre>'
    )


def _address(url: str) -> str:
    safe = url.startswith(("https://", "http://"))
    return f' <a href="{escape(url)}" rel="noreferrer">{escape(url)}</a>' if safe else ""


def _is_verdict(block: object) -> bool:
    return isinstance(block, Text) and block.style == "verdict"


def _warnings(warnings: Sequence[str]) -> str:
    """Return what limits the report as one line that opens: it must not push the verdict off the first screen."""
    if not warnings:
        return ""
    items = "".join(f"<li>{escape(warning)}</li>" for warning in warnings)
    thing = "1 thing limits" if len(warnings) == 1 else f"{len(warnings)} things limit"
    return f'<details class="warnings"><summary>{thing} this report</summary><ul>{items}</ul></details>'
