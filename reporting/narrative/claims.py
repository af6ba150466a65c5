"""Finds what a narrative may not say of its own: that something is faster, and how much of anything was measured.

A small grammar over the text of one paragraph. Code and references are out of its sight; words in quotation marks are
mentioned and not claimed; `{cited:…}` is the way to say what others found, `{projected:…}` what nobody measured. It errs on the side of asking: what a study
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
SMALL = "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
COUNT = rf"(?:(?:a|one|{SMALL})[\s-])?(?:hundred|thousand|million)|(?:{SMALL})(?:-(?:two|three|four|five|six|seven|eight|nine|one))?"
QUANTITY = r"(?:run(?:ning)?[\s-]?)?times?|speeds?|performance|throughput|latency|memory|run-?times?"
CLAIM = re.compile(
    rf"""\b(?: (?:fast|slow|quick|speedi)(?:er|est) \b
      | (?:outperform|outpace|outrun|surpass|out-?class)(?:e?s|e?d|ing)? \b | beats \b
      | (?:speed(?:s|ed|ing)? | sped) \s+ (?:[\w-]+ \s+ ){{0,2}} up \b
      | speed-?ups? \s+ of \b (?!\s*{HIDDEN})
      | orders? \s+ of \s+ magnitude \b
      | factors? \s+ of \s+ (?!{HIDDEN}) (?=\d|{COUNT})
      | as \s+ (?:fast|slow|quick) \s+ as \b (?!\s+possible) | (?:equally|just \s+ as|twice \s+ as|half \s+ as|times \s+ as) \s+ (?:fast|slow|quick) \b
      | (?:twice|thrice|half|double|triple|(?:a|one|two) \s (?:third|quarter|fifth|tenth)s? \s of) \s+ (?:the|its) \s+ (?:{QUANTITY}) \b
      | (?:halv|doubl|tripl|quadrupl)(?:es|ed|ing) \s+ (?:the|its) \s+ (?:[\w-]+ \s+)? (?:{QUANTITY}) \b
      | in \s+ half \b
      | (?:\d[\d,.]*|{COUNT}) \s+ times \s+ (?:the|as|better|worse|more|less|higher|lower|shorter|longer|over) \b
      | (?:better|higher|lower|superior) \s+ (?:performance|throughput|speed|latency) \b | (?:performs?|runs?) \s+ better \b
      | (?:improv|increas|rais)(?:es|ed|ing) \s+ (?:the \s+ | its \s+)? (?:performance|throughput|speed) \b
      | (?:reduc|lower|decreas|shorten|cut)(?:e?s|e?d|ing|ting)? \s+ (?:the|its) \s+ (?:{QUANTITY}) \b
      | (?:less|more) \s+ time \s+ than \b | (?:takes?|needs?) \s+ (?:less|more) \s+ time \b )""",
    re.VERBOSE | re.IGNORECASE,
)
NUMBER = r"(?<![\w.,/-])[~≈±+−-]?\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?(?:\s?(?:–|-|to)\s?\d[\d,]*(?:\.\d+)?)?"
TIME = r"ns|µs|μs|us|ms|min|secs?|(?:nano|micro|milli)?seconds?|minutes?|hours?|days?"
SIZE = r"(?:(?:[kKMGT]i?)?B|(?:kilo|mega|giga)bytes)"
UNIT = rf"""
    \s?[×X](?!\s?[\d{HIDDEN}]) | x\b | \s?[%‰] | \s(?:per\ cent|percent|pct|percentage\ points?)\b | -?fold\b | -times\b
  | [\s-]?(?:{TIME})\b | \s[sh]\b(?!-)
  | [\s-]?{SIZE}\b(?!-)
  | \s?[kMG]?(?:Hz|bit/s|bps)\b | \s(?:[\w-]+\s)?(?:/|per\s|a\s)\s?(?:second|cycle|minute)\b | \s?[\w]+/(?:s|cycle|call|byte)\b
  | \scycles\s(?:per|a)\s\w+\b
"""
MEASURED = re.compile(rf"{NUMBER}(?:{UNIT})", re.VERBOSE)
SPELLED = re.compile(
    rf"""\b(?:one-)?(?:{COUNT})(?: -?fold\b | -times\b | \s+ (?:per\s+cent|percent|percentage\s+points?)\b
      | [\s-] (?:(?:nano|micro|milli)?seconds?|minutes?|hours?)\b)""",
    re.VERBOSE | re.IGNORECASE,
)  #: a measurement in words is one all the same
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
    for found in (*MEASURED.finditer(seen), *SPELLED.finditer(unquoted)):
        said = " ".join(found.group().split())
        yield (
            _line(text, found),
            f"“{said}” is a measurement: refer to the study's ({{cell:…}} …), or write {{cited:{said}}} or {{projected:{said}}}, or `{said}` for a name",
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
