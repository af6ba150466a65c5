"""A report as a person would tell it, by hand: chapters of prose with evidence of a study placed in them, sources and slides.

It is what the narrative engine makes of Markdown; here it is made without it, of any study's document.
"""

from __future__ import annotations

from dataclasses import replace

from reporting.document import Block, Code, Document, Prose, Section, Slide, Source, Span, Table

WORDS = (
    "The baseline works on lists of integers, and so each of the ten rounds of a block costs the interpreter some "
    "hundred bytecodes, most of which only move objects about. What the cipher needs is sixteen look-ups and a few "
    "exclusive ors; what Python does for them is to make, count and free integers of more than 256, one by one. "
)
CHAPTERS = (
    "Overview", "Initial Analysis", "Optimizations", "Performance Comparison", "Hardware Acceleration", "Conclusion",
)  # fmt: skip
SOURCES = (
    Source("fips197", "National Institute of Standards and Technology: Advanced Encryption Standard. FIPS 197, 2001.",
           "https://doi.org/10.6028/NIST.FIPS.197-upd1"),
    Source("amdahl", "Gene M. Amdahl: Validity of the single processor approach. AFIPS, 1967.", "javascript:alert(1)"),
)  # fmt: skip
CODE = "def encrypt(self, text):\n    " + "rounds = self.rounds + " * 12 + "1\n    return " + "x" * 200 + "\n\n# ends\n"


def paragraph(*spans: Span | str, kind: str = "paragraph", depth: int = 0) -> Prose:
    return Prose(tuple(Span(s) if isinstance(s, str) else s for s in spans), kind, depth)


def tell(document: Document, places: dict[str, tuple[str, ...]], rungs: tuple[str, ...] = ()) -> Document:
    """Return the document told: places says which evidence (by key) stands in which chapter, all of it with words around it."""
    known = {getattr(b, "key", ""): b for s in document.sections for b in s.blocks}
    sections = [Section("Abstract", (paragraph(WORDS * 2),))]
    for title in CHAPTERS:
        blocks: list[Block] = [paragraph(WORDS), paragraph(
            "It takes ", Span("46.8 ms [46.5–47.3]", "number"), " with ", Span("AES.encrypt", "code"), ", as ",
            Span("Figure 1", "see", "ladder"), " and ", Span("chapter 6", "see", "Conclusion"), " say ",
            Span("[1]", "cite", "fips197"), ". It is ", Span("no", "strong"), " <b>promise</b> & ", Span("not", "emphasis"), " more.",
        )]  # fmt: skip
        if title == "Optimizations":
            for rung in rungs:
                blocks += [paragraph(rung, kind="heading"), paragraph(WORDS), paragraph(WORDS * 2)]
                blocks += [known[key] for key in places.get(rung, ()) if key in known] + [paragraph(WORDS)]
        if title == "Initial Analysis":
            blocks += [paragraph("The first", kind="numbered"), paragraph("inside " + WORDS, kind="item", depth=1),
                       paragraph("The second", kind="numbered"), paragraph(WORDS, kind="quote"),
                       Code("What is long", "Lines go on.", CODE, key="source:x")]  # fmt: skip
        for key in places.get(title, ()):
            if key in known:
                blocks += [known[key], paragraph(WORDS), paragraph(WORDS)]
        sections.append(Section(title, tuple(blocks)))
    ends = document.sections[-2:]
    return replace(
        document, sections=(*sections, *ends), sources=SOURCES, appendix=len(ends), slides=tuple(slides(document)),
    )  # fmt: skip


def slides(document: Document) -> list[Slide]:
    known = {getattr(b, "key", ""): b for s in document.sections for b in s.blocks}
    items = [
        paragraph(text, kind="item")
        for text in ("One block costs ten rounds.", "Each round makes objects.", WORDS[:160])
    ]
    made = [Slide("The interpreter, not the cipher, takes the time", tuple(items), 2)]
    said = paragraph("The widest instruction comes nearest to the ", Span("limit", "strong"), ".")
    for key in ("ladder", "flame:pyaes_clean:release", "curves:release", "spread:release"):
        if key in known:
            made.append(Slide(f"What {key.partition(':')[0]} shows in one picture", (known[key], said)))
    table = known.get("performance:release")
    if isinstance(table, Table):
        rows = tuple(row[:3] for row in table.rows[:5])
        made.append(Slide("Five rungs, three columns", (replace(table, columns=table.columns[:3], rows=rows), said)))
    return [*made, Slide("A loop of ten lines", (Code("", "", "for word in state:\n    word ^= key\n" * 3), said))]
