"""Reads what `perf stat` prints for people, of any version from 3.x on and in any locale: text in, blocks out.

Pure: no files, no measurements, no words for reports. Whatever surrounds perf's block (the program's own output,
messages of the shell) is passed over; a line inside it that fits no known shape is kept as odd, and a number that is
not certain is missing with its reason. Numbers themselves are in perf_numbers.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from profiling import perf_numbers
from profiling.perf_numbers import NUMBER, Style, Unclear

LONGEST = 400  #: signs of a line that are looked at; perf's own are shorter
MOST_BLOCKS, MOST_ROWS, MOST_ODD, MOST_HEADER = 1000, 500, 5, 200
ONE_COMMAND = "command"  #: the scope of what perf started itself; others are system wide, a process, CPUs
SHORTEST = 1e-4  #: seconds; no process starts within, but perf prints less where it took its first time too late
UNITS = {"msec": "ms", "ns": "ns", "Joules": "J", "MiB": "MiB", "bytes": "bytes", "C": "°C", "%": "%"}
CLOCKS = ("task-clock", "cpu-clock")  #: their unit changed from version to version: ms, and ns where none is printed

HEADER = re.compile(r"\s*Performance counter stats for (?P<what>.*?)(?: \((?P<repeats>[0-9]{1,6}) runs\))?:\s*")
ROW = re.compile(
    rf"\s*(?P<count>{NUMBER}|<[^<>]{{1,40}}>)\s+(?:(?P<unit>{'|'.join(UNITS)})\s+)?(?P<event>[A-Za-z][^\s#]*)"
    r"(?:\s+\((?P<old_unit>msec)\))?\s*(?P<rest>(?:[#(\[].*)?)"
)
SECONDS = re.compile(rf"\s*(?P<value>{NUMBER})(?:\s*\+-\s*{NUMBER})?\s+seconds\s+(?P<what>time elapsed|user|sys)\b.*")
COUNTED = re.compile(r"[(\[]\s*(?P<whole>[0-9]{1,3})[.,\u066b](?P<part>[0-9]{2})%\s*[)\]]\s*$")
COMMENT = re.compile(rf"#\s+(?P<value>{NUMBER})")
DERIVED = re.compile(r"\s*[A-Za-z(](?:[^#\s]|\s(?![0-9]))*#")  #: for example TopdownL1 (cpu_core)  #  10.3 %
STARTED = re.compile(r"# started on (?P<when>.{1,60})")
MODIFIED = re.compile(r"(?P<event>[^:]+):(?P<modifier>[ukhGHIpPSDWeb]+)|(?P<slashed>.+/.*/)(?P<after>[ukhGHIpPSDWeb]*)")
DIED = re.compile(
    r"Traceback \(most recent call last\):|.*: (?:Segmentation fault|Killed|Terminated|Aborted|Interrupt|Bus error|"
    r"Illegal instruction|Floating point exception)(?: \(core dumped\))?\s*"
)
ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


@dataclass(frozen=True)
class Row:
    """One counter of one block."""

    event: str  #: without modifiers
    modifier: str  #: for example u, user space only; how precise a sample is (p, P) changes no count and is left out
    unit: str = ""
    value: float | None = None
    missing: str = ""  #: why there is no value, in perf's words or ours
    counted: float = 100.0  #: per cent of the time during which it was counting; below 100 perf scaled the value


@dataclass(frozen=True)
class Block:
    """What one `perf stat` printed."""

    command: str  #: as perf printed it; empty unless perf counted one command
    scope: str  #: command, or what else perf counted, in its words
    repeats: int  #: runs that the values are perf's own means of (-r)
    rows: tuple[Row, ...]
    seconds: dict[str, float | None]  #: time elapsed, user, sys: only what was printed; None where it is unclear
    started: str = ""
    failed: str = ""  #: what says that the program did not end well
    odd: tuple[str, ...] = ()  #: lines of the block that fit no known shape, the first few
    unclear: tuple[str, ...] = ()  #: why numbers were refused

    @property
    def complete(self) -> bool:
        """Whether perf came to its end: it prints the time after all counters."""
        return "time elapsed" in self.seconds


@dataclass
class _Draft:
    """A block while its lines are read: numbers are still text."""

    what: str
    repeats: int
    started: str
    failed: str
    rows: list[dict[str, str]] = field(default_factory=list)
    seconds: dict[str, str] = field(default_factory=dict)
    odd: list[str] = field(default_factory=list)
    open: bool = True  #: a continuation line belongs to the last row

    def take(self, line: str) -> None:
        """Take one line of the block."""
        if found := SECONDS.fullmatch(line):
            self.seconds.setdefault(found["what"], found["value"])
        elif self.seconds or not line.strip():
            return  # after its times, perf only gives advice
        elif found := ROW.fullmatch(line):
            if len(self.rows) < MOST_ROWS:
                self.rows.append({name: text or "" for name, text in found.groupdict().items()})
            self.open = True
        elif line.lstrip().startswith("#"):  # more derived figures of the counter above, and its mark
            rest = self.rows[-1]["rest"] if self.open and self.rows else ""
            if self.open and self.rows and len(rest) < 10 * LONGEST and not COUNTED.search(rest):
                self.rows[-1]["rest"] += f" {line.strip()}"
        elif DERIVED.match(line):  # figures that have no counter of their own
            self.open = False
        elif len(self.odd) < MOST_ODD:
            self.odd.append(line.strip()[:80])


def decode(data: bytes) -> str:
    """Return the text of a file. Bytes that are not UTF-8 are read as Latin-1, where every byte is a sign."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):  # as Windows shells redirect
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def read(text: str) -> tuple[Block, ...]:
    """Return all blocks of a file, in order; none where there is none (see `why_none`)."""
    drafts = list(_drafts(text))
    style = _style(drafts)
    return tuple(_block(draft, style) for draft in drafts)


def why_none(text: str) -> str:
    """Say what a file without a block holds instead."""
    lines = [line.strip() for line in map(_clean, text.splitlines()) if line.strip()]
    if not lines:
        return "the file is empty"
    if re.match(r"\{.*counter-value", lines[0]) or re.match(rf"({NUMBER}|<[^<>]+>)[,;]\w*[,;][A-Za-z]", lines[-1]):
        return "it holds perf's output for programs (-j or -x), which is not read"
    if any("counts unit events" in line for line in lines):
        return "it holds a listing by intervals (-I), which is not read"
    known = r"Access to perf|No permission|not have permission|not found|denied|syntax error|returned with|Usage:|Traceback|fail"
    telling = next((line for line in lines if re.search(known, line, re.IGNORECASE)), lines[0])
    return f"perf counted nothing; the file says {telling[:100]!r}"


def _drafts(text: str) -> Iterator[_Draft]:
    lines = text.splitlines()
    current: _Draft | None = None
    at, number, started, failed = 0, 0, "", ""
    while at < len(lines):
        line, at = _clean(lines[at]), at + 1
        if line.lstrip().startswith("Performance counter stats for"):
            if current:
                yield current
            number += 1
            if number > MOST_BLOCKS:
                return
            what, repeats, at = _header(lines, at - 1)
            current, started, failed = _Draft(what, repeats, started, failed), "", ""
        elif current and not current.seconds:
            current.take(line)
        else:  # before a block, or after one
            if found := STARTED.match(line):
                started = found["when"].strip()
            failed = failed or (line.strip()[:80] if DIED.fullmatch(line) else "")
            if current:
                current.take(line)
    if current:
        yield current


def _header(lines: list[str], first: int) -> tuple[str, int, int]:
    """Return (what was counted, runs, the line after it). A command may hold line breaks, as after `python -c`.

    perf leaves a line blank after its header, so a colon at the end of a line is not yet the header's.
    """
    text = ""
    for at in range(first, min(first + MOST_HEADER, len(lines))):
        text += f" {CONTROL.sub('?', lines[at][: 10 * LONGEST]).strip()}"
        following = _clean(lines[at + 1]) if at + 1 < len(lines) else ""
        ends = not following.strip() or ROW.fullmatch(following) or SECONDS.fullmatch(following)
        if ends and (found := HEADER.fullmatch(text)):
            return found["what"], int(found["repeats"] or 1), at + 1
    return _clean(lines[first]).strip().removeprefix("Performance counter stats for").strip(" :"), 1, first + 1


def _clean(line: str) -> str:
    return CONTROL.sub("?", ANSI.sub("", line[:LONGEST]).replace("\t", " "))


def _style(drafts: list[_Draft]) -> Style:
    rows = [row for draft in drafts for row in draft.rows if not row["count"].startswith("<")]
    comments = [found["value"] for row in rows for found in COMMENT.finditer(row["rest"])]
    measures = [row["count"] for row in rows if row["unit"] or row["old_unit"]] + comments
    counts = [row["count"] for row in rows if not (row["unit"] or row["old_unit"])]
    return perf_numbers.style(measures, counts, [value for draft in drafts for value in draft.seconds.values()])


def _block(draft: _Draft, style: Style) -> Block:
    rows = tuple(_row(row, style) for row in draft.rows)
    unclear = [row.missing for row in rows if row.missing.startswith("unclear")]
    seconds: dict[str, float | None] = {}
    for what, token in draft.seconds.items():
        try:
            seconds[what] = perf_numbers.read(token, style, whole=False)
            if what == "time elapsed" and (seconds[what] or 0.0) < SHORTEST:
                raise Unclear(f"{token} s is too short for a process to have started")
        except Unclear as error:
            seconds[what] = None
            unclear.append(f"unclear: {error}")
    quoted = re.fullmatch(r"'(?P<command>.*)'", draft.what)
    everywhere = draft.what == "'system wide'"
    command = quoted["command"] if quoted and not everywhere else ""
    scope = "system wide" if everywhere else ONE_COMMAND if quoted else draft.what
    return Block(
        command, scope[:80], draft.repeats, rows, seconds, draft.started, draft.failed, tuple(draft.odd), tuple(unclear)
    )


def _row(found: dict[str, str], style: Style) -> Row:
    event, modifier = split(found["event"])
    unit = UNITS.get(found["unit"] or found["old_unit"], "")
    mark = COUNTED.search(found["rest"])
    counted = min(float(f"{mark['whole']}.{mark['part']}"), 100.0) if mark else 100.0
    token, value, missing = found["count"], None, ""
    if token.startswith("<"):
        missing = token.strip("<>")
    elif event in CLOCKS and not unit:
        missing = "unclear: perf printed no unit, and its versions differ in it"
    elif counted == 0:
        missing = "not counted"
    else:
        try:
            value = perf_numbers.read(token, style, whole=not unit)
        except Unclear as error:
            missing = f"unclear: {error}"
    return Row(event, modifier, unit, value, missing, counted)


def split(name: str) -> tuple[str, str]:
    """Return (event, modifiers): cycles:u, cpu_core/cycles/u. A tracepoint's colon (sched:sched_switch) is none."""
    found = MODIFIED.fullmatch(name)
    if not found:
        return name, ""
    event, modifier = (found["event"], found["modifier"]) if found["event"] else (found["slashed"], found["after"])
    return event, "".join(sorted(set(modifier) - set("pP")))
