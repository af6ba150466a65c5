"""What of a report goes on paper. A narrative is printed as it was told; a report that nobody told is made shorter.

What is left out is on the report's page, which has room for it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from bench.model import BUILDS
from reporting.charts import FlameGraph
from reporting.document import Block, Document, Prose, Table

MOST_ROWS, FEW = 25, 5  #: rows of words that are printed; so few more are not worth leaving out


def narrated(document: Document) -> bool:
    """Whether a person told this report."""
    return any(isinstance(block, Prose) for section in document.sections for block in section.blocks)


def chosen(document: Document) -> tuple[Document, str]:
    """Return what is printed, and a sentence on what is not; empty if all is."""
    told, seen, gone = narrated(document), Seen(), list[Block]()
    kept = []
    for section in document.sections:
        blocks = [block for block in section.blocks if told or seen.first(block)]
        kept.append(replace(section, blocks=tuple(map(_shortened, blocks))))
        gone += [block for block in section.blocks if not any(block is other for other in blocks)]
    if not gone:
        return replace(document, sections=tuple(kept)), ""
    listings = sum(_is_detail(block) for block in gone)
    second = len(gone) - listings
    named = [f"{listings} listings in depth"] if listings else []
    named += [f"{second} tables and figures of a second build"] if second else []
    said = f"Not printed, but on the page of this report: {' and '.join(named)}."
    return replace(document, sections=tuple(kept)), said


@dataclass
class Seen:
    """What came before, to tell what is there for a second build."""

    about: set[str] = field(default_factory=set)  #: keys without their build
    build: str = ""  #: of the first flame graph

    def first(self, block: Block) -> bool:
        """Whether a block is no detail, and not what a build before it has, too; a flame graph has to be of the first."""
        about, _, build = getattr(block, "key", "").rpartition(":")
        if build not in BUILDS:
            return not _is_detail(block)
        flame = isinstance(block, FlameGraph)
        self.build = self.build or (build if flame else "")
        known = about in self.about or (flame and build != self.build)
        self.about.add(about)
        return not known and not _is_detail(block)


def _is_detail(block: Block) -> bool:
    return getattr(block, "detail", False)


def _shortened(block: Block) -> Block:
    """Return a block as it is printed: of a long table of words (files, commands) its first rows."""
    if not isinstance(block, Table) or block.numeric or len(block.rows) <= MOST_ROWS + FEW:
        return block
    rest = f"These are the first {MOST_ROWS} of {len(block.rows):,} rows; the page of this report has all."
    return replace(block, rows=block.rows[:MOST_ROWS], caption=f"{block.caption} {rest}".strip())
