"""Reads an adopted collection back: the printed output of `perf stat` runs that this suite did not measure.

Its raw directory holds perf_run_N.txt, copies of the archive's files, and archive.json, which says what each was
called there and what else lay beside them. It is a reader and no collector: nothing here can be measured. What is
not certain is left out with its reason: a run that did not end well, a number that can be read in two ways, counts of
two kinds of core. The text itself is read in perf_text.py; finding and copying is in adopt.py.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.model import ADOPTED, Listing, Measurement
from profiling import perf_text
from profiling.collectors.counters import HARDWARE, KERNEL_ONLY, SOFTWARE
from profiling.perf_text import ONE_COMMAND, Block, Row

RECORD = "archive.json"
WHOLE = "perf stat, whole process"  #: the source of times: start-up, imports and all
SYNONYMS = {  #: names that `perf list` gives as the same event
    "cpu-cycles": "cycles", "branch-instructions": "branches", "cs": "context-switches", "faults": "page-faults",
    "migrations": "cpu-migrations",
}  # fmt: skip
OTHER_SOFTWARE = (
    "cpu-clock",
    "minor-faults",
    "major-faults",
    "alignment-faults",
    "emulation-faults",
    "bpf-output",
    "cgroup-switches",
)
OF_PERF = ("duration_time", "user_time", "system_time")
OTHER_HARDWARE = re.compile(
    r"cache-(references|misses)|(bus|ref)-cycles|stalled-cycles-\w+|slots|topdown-[\w-]+|branch-load.*"
    r"|(L1-[di]cache|LLC|[di]TLB|node)-[\w-]+|[\w.-]+/.*/"
)
OF_ONE_KIND = re.compile(r"(?P<pmu>cpu_\w+)/(?P<event>[\w-]+)/")  #: a hybrid CPU counts on each kind of core apart
RESERVED = ("time", "samples")  #: metrics of other collectors, that no event may pass itself off as
USER_ONLY = "counted in user space only, where it is always 0"
SHOWN = 5  #: of reasons, commands


@dataclass(frozen=True)
class Observation:
    """One run: a block of one file that can be relied on."""

    file: str
    block: Block


def parse(raw: Path, derived: Path, build: str) -> Iterator[Measurement | Listing]:
    """Values are of whole processes, one per run."""
    record = json.loads((raw / RECORD).read_text(encoding="utf-8"))
    observed, lines, lost = _observations(raw, record["files"])
    caption = _caption(observed)
    detail: dict[str, Any] = {
        "files": len(record["files"]),
        "commands": list(dict.fromkeys(o.block.command for o in observed))[:SHOWN],
        "notes": list(_notes(observed, lost, len(record["files"]))),
    }
    why = lost[0][1] if lost else "there is no file"
    if len({likeness(o.block.command) for o in observed}) > 1:  # which of them is the variant, nobody wrote down
        observed, why = [], "its runs are of different commands"
    detail["runs"] = len(observed)
    for metric, what in (("time", "time elapsed"), ("user time", "user"), ("system time", "sys")):
        yield _seconds(metric, what, observed, why, build, detail if metric == "time" else {})
    yield from _counters([o.block for o in observed], build)
    columns: tuple[str, ...] = (
        "file",
        "time elapsed (s)",
        "user (s)",
        "system (s)",
        "counters",
        "counted at least (%)",
        "remark",
    )
    if all(line[-1] == "–" for line in lines):
        columns, lines = columns[:-1], [line[:-1] for line in lines]
    yield Listing(ADOPTED, build, "What the archive's files say", WHOLE, caption, columns, tuple(lines))
    if record["beside"]:
        beside = tuple((str(name), float(size)) for name, size in record["beside"])
        yield Listing(
            ADOPTED,
            build,
            "Also in the archive",
            "file names",
            "Present there, and not read.",
            ("file", "bytes"),
            beside,
        )


def _observations(
    raw: Path, files: Sequence[Mapping[str, str]]
) -> tuple[list[Observation], list[tuple[str | float, ...]], list[tuple[str, str]]]:
    """Return the runs, a line for each block or file, and (file, reason) of what gave no run."""
    observed: list[Observation] = []
    lines: list[tuple[str | float, ...]] = []
    lost: list[tuple[str, str]] = []
    seen: dict[object, str] = {}
    for file in files:
        name = file["name"]
        text = perf_text.decode((raw / file["copy"]).read_bytes()) if file["copy"] else ""
        blocks = perf_text.read(text)
        reason = file["refused"] or ("" if blocks else perf_text.why_none(text))
        if len({likeness(block.command) for block in blocks}) > 1:
            reason = f"it holds {len(blocks)} blocks of different commands"
        for block in blocks if not reason else ():
            key = (tuple(block.seconds.items()), tuple((row.event, row.value) for row in block.rows))
            why = unusable(block) or (f"the same numbers as in {seen[key]}: counted once" if key in seen else "")
            seen.setdefault(key, name)
            if why:
                lost.append((name, why))
            else:
                observed.append(Observation(name, block))
            lines.append(_line(name, block, why or _remark(block)))
        if reason:
            lost.append((name, reason))
            lines.append((name, *("–",) * 5, reason))
    return observed, lines, lost


def unusable(block: Block) -> str:
    """Return why a block is not a run that can be relied on; empty if it is one."""
    if block.failed:
        return f"the program did not end well: {block.failed!r}"
    return "" if block.complete else "it ends before 'seconds time elapsed'"


def likeness(command: str) -> str:
    """Return a command without what differs from run to run: numbers and temporary files."""
    return re.sub(r"\b[0-9a-f]{8,}\b|[0-9]+", "N", re.sub(r"/tmp/\S+", "/tmp/N", command))


def _line(name: str, block: Block, remark: str) -> tuple[str | float, ...]:
    times = (block.seconds.get(what) for what in ("time elapsed", "user", "sys"))
    numbers = [row for row in block.rows if row.value is not None]
    least: float | str = min((row.counted for row in numbers), default="–")
    return (name, *("–" if t is None else t for t in times), float(len(numbers)), least, remark or "–")


def _remark(block: Block) -> str:
    said = [f"started on {block.started}"] if block.started else []
    if block.repeats > 1:
        said.append(f"perf's own means of {block.repeats} runs")
    if block.scope != ONE_COMMAND:
        said.append(f"counted: {block.scope}")
    said += [f"not understood: {line!r}" for line in block.odd[:1]]
    return "; ".join(said)


def _caption(observed: Sequence[Observation]) -> str:
    commands = list(dict.fromkeys(o.block.command for o in observed if o.block.command))
    said = "Whole processes, start-up included; dashes were not printed or could not be relied on."
    return said + "".join(f" Command, as perf printed it: {command[:200]!r}." for command in commands[:2])


def _notes(observed: Sequence[Observation], lost: Sequence[tuple[str, str]], files: int) -> Iterator[str]:
    """Yield what a reader must know before any number of this variant."""
    blocks = [o.block for o in observed]
    if lost:
        reasons = "; ".join(f"{name}: {why}" for name, why in lost[:SHOWN]) + ("; …" if len(lost) > SHOWN else "")
        few = len({name for name, _ in lost})
        yield f"{few} of {files} files gave no run, or fewer than they hold ({reasons})"
    if len({likeness(b.command) for b in blocks}) > 1:
        commands = "; ".join(dict.fromkeys(b.command[:80] for b in blocks))
        yield f"its runs are of different commands, so none is used: {commands[:400]}"
    repeats = {b.repeats for b in blocks} - {1}
    if repeats:
        yield f"each value is perf's own mean of {' or '.join(map(str, sorted(repeats)))} runs (-r), and counts as one here"
    for scope in dict.fromkeys(b.scope for b in blocks if b.scope != ONE_COMMAND):
        yield f"perf did not count one command but: {scope}"
    unclear = [reason for b in blocks for reason in b.unclear]
    if unclear:
        yield f"{len(unclear)} numbers were not certain and are left out, the first: {unclear[0].removeprefix('unclear: ')}"


def _seconds(
    metric: str, what: str, observed: Sequence[Observation], why: str, build: str, detail: Mapping[str, Any]
) -> Measurement:
    blocks = [o.block for o in observed]
    found = [b.seconds.get(what) for b in blocks if b.scope == ONE_COMMAND]
    values = tuple(value for value in found if value is not None)
    missing = ""
    if not values and not blocks:
        missing = why
    elif not values and not found:
        missing = f"perf counted {blocks[0].scope}, so the time is not that of the variant"
    elif not values:
        missing = (
            "what perf printed is not certain" if any(what in b.seconds for b in blocks) else "perf did not print it"
        )
    return Measurement(ADOPTED, build, metric, "s", values, source=WHOLE, missing=missing, detail=detail)


def _counters(blocks: Sequence[Block], build: str) -> Iterator[Measurement]:
    rows: dict[tuple[str, str], list[list[Row]]] = defaultdict(list)
    for block in blocks:
        own: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for row in block.rows:
            own[SYNONYMS.get(row.event, row.event), row.modifier].append(row)
        for key, found in own.items():
            rows[key].append(found)
    scope = next((block.scope for block in blocks if block.scope != ONE_COMMAND), "")
    apart = [m for name, _ in rows if (m := OF_ONE_KIND.fullmatch(name))]
    known = {*HARDWARE, *SOFTWARE}
    for event in (*HARDWARE, *SOFTWARE, *dict.fromkeys(event for event, _ in rows if event not in known)):
        for (name, modifier), runs in rows.items():
            if name == event and name not in RESERVED:
                twin = modifier != "u" or (name, "") in rows
                yield _counter(f"{name}:{modifier}" if modifier and twin else name, name, modifier, runs, build, scope)
        kinds = [m["pmu"] for m in apart if SYNONYMS.get(m["event"], m["event"]) == event]
        if kinds and not any(name == event for name, _ in rows):
            why = f"counted on {' and '.join(dict.fromkeys(kinds))} apart, which have rows of their own; not added up"
            yield Measurement(ADOPTED, build, event, "", (), source=source(event), missing=why)


def _counter(
    metric: str, event: str, modifier: str, runs: Sequence[Sequence[Row]], build: str, scope: str
) -> Measurement:
    """Return one counter over all runs that printed it. One that was lost in a run is not averaged over the others."""
    rows = [row for run in runs for row in run]
    lost = [row.missing for row in rows if row.missing]
    missing = ""
    if any(len(run) > 1 for run in runs):
        missing = "printed more than once in a run, as for two kinds of core; not added up"
    elif event in KERNEL_ONLY and modifier == "u":
        missing = USER_ONLY
    elif lost:
        missing = lost[0] + (f" in {len(lost)} of {len(rows)} runs" if len(rows) > 1 and len(lost) < len(rows) else "")
    elif len({row.unit for row in rows}) > 1:
        missing = "its unit differs from run to run"
    values = () if missing else tuple(row.value for row in rows if row.value is not None)
    return Measurement(
        ADOPTED, build, metric, rows[0].unit, values, source=source(event), missing=missing,
        counted=min(row.counted for row in rows), detail={"runs": len(runs), "user_only": modifier == "u", "scope": scope},
    )  # fmt: skip


def source(event: str) -> str:
    """Return where a counter comes from, as far as its name tells."""
    if event in SOFTWARE or event in OTHER_SOFTWARE:
        return "software event"
    if event in HARDWARE or OTHER_HARDWARE.fullmatch(event):
        return "PMU"
    if event in OF_PERF:
        return "perf"
    return "tracepoint" if ":" in event else "perf event"
