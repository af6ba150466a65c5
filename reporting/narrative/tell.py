"""Tells a study in the words of a person: a narrative (Markdown with references) and a Document become a Document.

The format is in benchmark_reports/README.md. Nothing is computed here, and no number is in the narrative itself:
each is looked up in the tables of the Document, so that both show the same digits. Finding the file, and what to do where
it does not fit, is in narrative/telling.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from reporting import numbering
from reporting.document import Block, Document, Prose, Section, Slide, Source, Text
from reporting.narrative import appendix as narrative_appendix
from reporting.narrative import structure
from reporting.narrative.answers import Answers
from reporting.narrative.known import Known
from reporting.narrative.nodes import Card, Listed, Narrative, Node, Problems, Reference, Words
from reporting.narrative.places import Places

ABSTRACT = "Abstract"

Part = Block | Words  #: words are looked up last, when everything has its number


def tell(source: str, document: Document, name: Path) -> Document:
    """Return the study in the words of `source`, which is the text of the file `name`.

    Raises Misfit (a SuiteError) with file and line of everything that does not fit, where anything does not.
    """
    problems = Problems(name)
    written = structure.read(source, problems)
    known = Known(document)
    if not known.fact("timestamp"):  # nothing of it would fit, and one reason is enough
        problems = Problems(name)
        problems.add(1, "this study was adopted from elsewhere: it has no verdicts that words could be about")
        problems.conclude(document.timestamp)
    places = Places(known)
    parts = [
        (ABSTRACT, _placed(written.abstract, places, problems)),
        *((chapter.title, _placed(chapter.nodes, places, problems)) for chapter in written.chapters),
    ]
    appendix = narrative_appendix.sections(document, set(places.lines))
    every = [part for _, found in parts for part in found if not isinstance(part, Words)]
    labels = numbering.labels([*every, *(block for section in appendix for block in section.blocks)])
    answers = Answers(known, labels, places.absent, written.works, problems)
    _check_baseline(known, problems)
    title = answers.plain(written.title)
    sections = tuple(Section(title, _answered(found, answers)) for title, found in parts)
    slides = tuple(_slide(card, answers) for card in written.slides)
    sources = _sources(written, answers, problems)
    problems.conclude(document.timestamp)
    return replace(
        document, title=title, sections=(*sections, *appendix), sources=sources, slides=slides, appendix=len(appendix)
    )


def _check_baseline(known: Known, problems: Problems) -> None:
    """See that speedups are over the baseline of the study, which is the one that the words are about."""
    own, here = known.fact("baseline"), known.baseline
    if own and here and own != here:
        problems.add(1, f"the words are about speedups over {own}, but this report compares with {here}")


def _placed(nodes: Sequence[Node], places: Places, problems: Problems) -> list[Part]:
    """Return words as they are, and what is placed between them."""
    found: list[Part] = []
    for node in nodes:
        if isinstance(node, Words):
            found.append(node)
        elif isinstance(node, Listed):
            found.append(node.code)
        else:
            with problems.of(node):
                found.append(places.block(node))
    return found


def _answered(parts: Iterable[Part], answers: Answers) -> tuple[Block, ...]:
    return tuple(answers.prose(part) if isinstance(part, Words) else part for part in parts)


def _slide(card: Card, answers: Answers) -> Slide:
    parts = _placed(card.nodes, Places(answers.known), answers.problems)
    projected = any(map(answers.known.projects, _keys(card, parts)))
    return Slide(answers.plain(card.title), _answered(parts, answers), card.minutes, projected)


def _keys(card: Card, parts: Sequence[Part]) -> Iterator[str]:
    """Yield the keys of all that a slide shows: of what is placed on it, and of the tables that it takes cells from."""
    words = (card.title, *(part for part in parts if isinstance(part, Words)))
    references = (piece for each in words for piece in each.pieces if isinstance(piece, Reference))
    yield from (each.rest.partition("|")[0].strip() for each in references if each.kind == "cell")
    yield from (part.key for part in parts if not isinstance(part, Words | Text | Prose))


def _sources(written: Narrative, answers: Answers, problems: Problems) -> tuple[Source, ...]:
    """Return what is cited, in the order of citation."""
    for work in written.works.values():
        if work.key not in answers.cited:
            problems.add(work.line, f"the source {work.key} is never cited")
    cited = (written.works[key] for key in answers.cited)
    return tuple(Source(work.key, work.text, work.url) for work in cited)
