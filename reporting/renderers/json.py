"""The Document as JSON, for programs: the same cells, texts and values as in every other format."""

from __future__ import annotations

import json
from dataclasses import asdict

from reporting.document import Document

SUFFIX = ".json"


def render(document: Document) -> bytes:
    """Return the document; each block carries its kind, since JSON has no types of its own.

    The boxes of flame graphs are left out: the folded stacks in results/ hold the same and more.
    """
    record = asdict(document)
    for section, plain in zip(document.sections, record["sections"], strict=True):
        for block, fields in zip(section.blocks, plain["blocks"], strict=True):
            fields["kind"] = type(block).__name__
            fields.pop("boxes", None)
    return (json.dumps({"schema": 3} | record, ensure_ascii=False) + "\n").encode()
