"""Finds what a narrative may not say of its own: that something is faster, and how much of anything was measured.

A small grammar over the text of one paragraph. Code and references are out of its sight; words in quotation marks are
mentioned and not claimed; `{cited:…}` is the way to say what others found. It errs on the side of asking: what a study
should stand behind is a reference, and everything else has another word for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

HIDDEN = "\ufffc"  #: stands where code or a reference is, sign for sign
CODE = re.compile(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)", re.DOTALL)
REFERENCE = re.compile(r"\{[^{}]*\}")
LINK = re.compile(r"<https?://[^<>\s]*>")
QUOTED = re.compile(r"“[^“”]*”|\"[^\"\n]*\"")
CLAIM = re.compile(
    rf"""\b(?: (?:faster|slower|quicker) \b
      | outperform(?:s|ed|ing)? \b
      | speed-?ups? \s+ of \b (?!\s*{HIDDEN})
      | as \s+ (?:fast|slow|quick) \s+ as \b (?!\s+possible) )""",
    re.VERBOSE | re.IGNORECASE,
)
NUMBER = r"(?<![\w.,/-])[~≈±+−-]?\d[\d,]*(?:\.\d+)?(?:\s?(?:–|-|to)\s?\d[\d,]*(?:\.\d+)?)?"
TIME = r"ns|µs|μs|us|ms|min|(?:nano|micro|milli)?seconds?|minutes?|hours?|days?"
SIZE = r"(?:[kKMGT]i?)?B"
UNIT = rf"""
    \s?×(?!\s?[\d{HIDDEN}]) | x\b | \s?% | \s(?:per\ cent|percent)\b | -?fold\b
  | [\s-]?(?:{TIME})\b | \s[sh]\b(?!-)
  | [\s-]?{SIZE}\b(?!-)
  | \s?[kMG]?(?:Hz|bit/s|bps)\b | \s(?:[\w-]+\s)?(?:/|per\s|a\s)\s?(?:second|cycle|minute)\b | \s?[\w]+/(?:s|cycle|call)\b
"""
MEASURED = re.compile(rf"{NUMBER}(?:{UNIT})", re.VERBOSE)
ABBREVIATED = r"(?<!\be\.g)(?<!\bi\.e)(?<!\bcf)(?<!\bal)(?<!\bvs)(?<!\bno)(?<!\bNo)(?<!\bpp)(?<!\bSec)"
SENTENCE_ENDS = re.compile(rf"{ABBREVIATED}[.!?][\"”)]?(?:\s+(?=[A-Z\d“\"(*{{`{HIDDEN}])|\Z)")
CITED, CITES = re.compile(r"\{cited:([^{}]*)\}"), re.compile(r"\{cite:")


def check(text: str) -> Iterator[tuple[int, str]]:
    """Yield (number of the line in `text`, counted from 0; what is wrong) for each bare claim or measurement."""
    seen = _hide(text)
    unquoted = QUOTED.sub(_blank, seen)
    for found in CLAIM.finditer(unquoted):
        said = " ".join(found.group().split())
        yield _line(text, found), f"“{said}” is a claim: write it as one ({{faster:VARIANT}} …), or cite who found it"
    for found in MEASURED.finditer(seen):
        said = " ".join(found.group().split())
        yield (
            _line(text, found),
            f"“{said}” is a measurement: refer to the study's ({{cell:…}} …), or write {{cited:{said}}}, or `{said}` for a name",
        )
    yield from _uncited(text)


def _uncited(text: str) -> Iterator[tuple[int, str]]:
    """Find figures of others in whose sentence no source is cited."""
    code = CODE.sub(_blank, text)
    ends = [found.end() for found in SENTENCE_ENDS.finditer(code)]
    for found in CITED.finditer(code):
        start = max((end for end in ends if end <= found.start()), default=0)
        end = min((end for end in ends if end >= found.end()), default=len(code))
        if not CITES.search(code, start, end):
            yield _line(text, found), f"{found.group()} needs a {{cite:KEY}} in its sentence"


def _hide(text: str) -> str:
    for pattern in (CODE, REFERENCE, LINK):
        text = pattern.sub(_blank, text)
    return text


def _blank(found: re.Match[str]) -> str:
    """Return as many signs, on as many lines."""
    return re.sub(r"[^\n]", HIDDEN, found.group())


def _line(text: str, found: re.Match[str]) -> int:
    return text.count("\n", 0, found.start())
