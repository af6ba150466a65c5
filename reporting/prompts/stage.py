"""The prompts stage: checks a log of prompts and writes its PDF, or fills a template with a study's evidence.

The only module that spells a path under prompts/.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection
from difflib import get_close_matches
from pathlib import Path

from bench import discover
from bench.errors import UsageError
from bench.files import ROOT
from bench.model import RUNG, Manifest
from bench.rundir import Archive, write_bytes, write_text
from reporting.document import Document
from reporting.prompts import evidence
from reporting.prompts import log as prompts
from reporting.prompts import templates as prompts_templates
from reporting.prompts.evidence import EVIDENCE, WORDS, Subject
from reporting.prompts.templates import Template

#: finds and parses the study that evidence is of: archive, timestamp, report
Studied = Callable[[], tuple[Archive, str, Document]]


def templates(folder: Path) -> list[Template]:
    """Return the templates below the folder of prompts, in the order of a study."""
    return prompts_templates.load(folder / "templates", WORDS, EVIDENCE)


def write_paper(family: str, folder: Path, studied: Studied) -> Path:
    """Check the log of a family and write it as a PDF; return its path. studied: asked if an entry names a figure."""
    from reporting.prompts import paper

    found = templates(folder)

    def figures() -> Collection[str]:
        return evidence.keys(studied()[2])

    known = prompts.Known([each.stage for each in found], list(discover.variants(family)), figures)
    log = prompts.read(folder / f"{family}.md", known)
    path = folder / f"{family}_prompt.pdf"
    write_bytes(path, paper.render(family, log, found))
    return path


def write_ready(stage: str, variant: str, folder: Path, studied: Studied, into: str) -> None:
    """Print a filled template, or write it to a file. The arguments but the last are those of `ready`."""
    text = ready(stage, variant, folder, studied)
    if into:
        write_text(Path(into), text)
        print(f"wrote: {into}")
    else:
        sys.stdout.write(text)


def ready(stage: str, variant: str, folder: Path, studied: Studied) -> str:
    """Return the template of a stage, filled with the evidence of a study about one of its variants."""
    template = prompts_templates.choose(templates(folder), stage)
    archive, timestamp, document = studied()
    manifests = {run.manifest().variant: run.manifest() for run in archive.runs(timestamp)}
    chosen = _chosen(template, variant, document, manifests)
    entry = discover.family(archive.family).entry if archive.family in discover.families() else ""
    subject = Subject(document, manifests[chosen], entry, ROOT)
    return prompts_templates.fill(template, subject.value)


def _chosen(template: Template, variant: str, document: Document, manifests: dict[str, Manifest]) -> str:
    """Return the variant that a prompt is about: the one named, or the one that the template is for."""
    baseline = next(iter(manifests.values())).baseline
    if not variant and template.about == "baseline":
        return baseline
    if not variant:
        rungs = tuple(name for name, about in manifests.items() if about.kind == RUNG)
        return evidence.fastest(document, manifests[baseline], rungs)
    if variant not in manifests:
        close = get_close_matches(variant, manifests, 2, 0.5)
        meant = f" Did you mean {' or '.join(close)}?" if close else ""
        raise UsageError(
            f"study {document.timestamp} has no variant {variant!r}", f"It has: {', '.join(manifests)}.{meant}"
        )
    return variant
