"""The numbers of figures, tables and listings: counted from 1 in the order of the document, each for itself.

What has no key is shown without a number. Every format that numbers anything counts in this way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from reporting.document import Block, Code, Prose, Table, Text


def kind(block: Block) -> str:
    """Return "Figure", "Table" or "Listing"; empty for words."""
    if isinstance(block, Text | Prose):
        return ""
    return "Table" if isinstance(block, Table) else "Listing" if isinstance(block, Code) else "Figure"


def labels(blocks: Iterable[Block]) -> dict[str, str]:
    """Return for example "Figure 3" for the key of everything that has a number."""
    count: Counter[str] = Counter()
    found = {}
    for block in blocks:
        name, key = kind(block), getattr(block, "key", "")
        if name and key:
            count[name] += 1
            found[key] = f"{name} {count[name]}"
    return found
