"""Prints a Document: a narrative with numbered figures, contents, links, outline and references; every font embedded.

The same Document gives the same bytes. What goes where is paper_layout's business, how a block looks that of paper_blocks,
what the report consists of that of paper_story. Knows paper, never a metric.
"""

from __future__ import annotations

from reporting.document import Document
from reporting.paper import styles
from reporting.paper.choice import chosen
from reporting.paper.press import About, press
from reporting.paper.story import compose

SUFFIX = ".pdf"


def render(document: Document) -> bytes:
    """Return the report as a PDF file."""
    styles.register()
    printed, left_out = chosen(document)
    pages = compose(printed, styles.SHEETS[document.paper], left_out)
    keywords = f"{document.family}, study {document.timestamp}"  # `invoke verify` looks for it
    return press(pages, About(document.title, document.subtitle, keywords))
