"""The appendix of a told study: what a reader needs to believe it, and where the rest is. No person writes it.

The page of a report is for looking up, and has all. Paper has what stands behind the verdicts of the build that headlines
the study, the study, the machine and the interpreters in short, and the command. The rules are about form, not about
families: no second build, no details, no long lists, no long values.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import replace

from reporting.document import Block, Document, Section, Table, Text

BEHIND = "What stands behind the verdicts"
ACCELERATORS = "The accelerators"
OF_ACCELERATORS = ("designs",)  #: keys of what is shown of them
SECTIONS = ("Environment", "Commands")  #: of a generated document, that no person has to write
LONGEST_LIST = 18  #: rows of facts; a longer table of words is a list (of files, of commands)
LONGEST_VALUE = 100  #: letters; what is longer (flags, packages) is a list, too
WHOLE = (
    "The page of this report has what is too long for here: {left}. Raw files are below results/, and the manifest.json of "
    "each run there names every one with its sha256."
)


def sections(document: Document, placed: Container[str]) -> list[Section]:
    """Return the sections of the appendix. placed: keys of what stands in the chapters and is not shown twice."""
    blocks = {section.title: section.blocks for section in document.sections}
    every = [block for found in blocks.values() for block in found]
    behind = [block for block in every if _key(block).startswith("behind:")]  # builds come in order, ours first
    wanted: dict[str, Iterable[Block]] = {
        BEHIND: behind[:1],
        ACCELERATORS: [block for block in every if _key(block) in OF_ACCELERATORS],
        **{title: blocks.get(title, ()) for title in SECTIONS},
    }
    found, left = list[Section](), [_name(block) for block in behind[1:] if _key(block) not in placed]
    for title, candidates in wanted.items():
        kept = [short for block in candidates if _key(block) not in placed and (short := _brief(block, left))]
        if kept:
            found.append(Section(title, tuple(kept)))
    if left and found:
        said = Text(WHOLE.format(left=", ".join(left)))
        found[-1] = replace(found[-1], blocks=(*found[-1].blocks, said))
    return found


def _key(block: Block) -> str:
    return getattr(block, "key", "")


def _name(block: Block) -> str:
    title = getattr(block, "title", "")
    return title[:1].lower() + title[1:]


def _brief(block: Block, left: list[str]) -> Block | None:
    """Return what is shown of a block, if anything; what is not shown is named in `left`."""
    if not isinstance(block, Table):
        return block
    name = _name(block)
    if block.detail or (not block.numeric and len(block.rows) > LONGEST_LIST):
        left.append(name)
        return None
    if block.numeric or len(block.columns) < 2:
        return block
    rows = tuple(row for row in block.rows if all(len(cell.text) <= LONGEST_VALUE for cell in row))
    gone = [row[0].text for row in block.rows if row not in rows]
    if gone:
        left.append(f"{name} ({', '.join(gone)})")
    return replace(block, rows=rows)
