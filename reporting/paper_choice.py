"""What of a report goes on paper. A narrative is printed as it was told; a report that nobody told is made shorter.

What is left out is on the report's page, which has room for it.
"""

from __future__ import annotations

from dataclasses import replace

from reporting.document import Block, Code, Document, FlameGraph, Prose, Table

MOST_ROWS, FEW = 25, 5  #: rows of words that are printed; so few more are not worth leaving out


def narrated(document: Document) -> bool:
    """Whether a person told this report."""
    return any(isinstance(block, Prose) for section in document.sections for block in section.blocks)


def chosen(document: Document) -> tuple[Document, str]:
    """Return what is printed, and a sentence on what is not; empty if all is."""
    told, seen = narrated(document), set[str]()
    kept, gone = [], []
    for section in document.sections:
        blocks = [block for block in section.blocks if told or _belongs(block, seen)]
        kept.append(replace(section, blocks=tuple(map(_shortened, blocks))))
        gone += [block for block in section.blocks if not any(block is other for other in blocks)]
    if not gone:
        return replace(document, sections=tuple(kept)), ""
    flames = sum(isinstance(block, FlameGraph) for block in gone)
    listings = len(gone) - flames
    named = [f"{listings} listings in depth"] if listings else []
    named += [f"{flames} flame graphs of a second build"] if flames else []
    said = f"Not printed, but on the page of this report: {' and '.join(named)}."
    return replace(document, sections=tuple(kept)), said


def _belongs(block: Block, seen: set[str]) -> bool:
    """Whether a block is no detail and, of flame graphs that differ in their build only, the first."""
    if isinstance(block, FlameGraph):
        about = block.key.rpartition(":")[0]
        if about and about in seen:
            return False
        seen.add(about)
    return not (isinstance(block, Table | Code) and block.detail)


def _shortened(block: Block) -> Block:
    """Return a block as it is printed: of a long table of words (files, commands) its first rows."""
    if not isinstance(block, Table) or block.numeric or len(block.rows) <= MOST_ROWS + FEW:
        return block
    rest = f"These are the first {MOST_ROWS} of {len(block.rows):,} rows; the page of this report has all."
    return replace(block, rows=block.rows[:MOST_ROWS], caption=f"{block.caption} {rest}".strip())
