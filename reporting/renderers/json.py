"""The Document as JSON, for programs: the same cells, texts and values as in every other format."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

from reporting.document import Document

SUFFIX = ".json"


def render(document: Document) -> bytes:
    """Return the document; each block carries its kind, since JSON has no types of its own.

    Left out are the boxes of flame graphs, which the folded stacks in results/ hold, and the plain tables of observations,
    which metrics.json and metrics.csv hold.
    """
    record = asdict(replace(document, data=()))
    del record["data"]
    for section, plain in zip(document.sections, record["sections"], strict=True):
        for block, fields in zip(section.blocks, plain["blocks"], strict=True):
            fields["kind"] = type(block).__name__
            fields.pop("boxes", None)
    return (json.dumps({"schema": 3} | record, ensure_ascii=False) + "\n").encode()
