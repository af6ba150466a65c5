"""What `perf stat` writes, read back: its JSON (`-j`), its CSV (`-x`), and its words when it may not count.

Text in, rows out; no files, no processes. perf writes numbers as the locale has them: with decimal commas `-j` is not
JSON, and in `-x,` a comma may be either kind. What can still be told apart is read right, everything else is refused.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace

from bench.errors import SuiteError

COMMA_IN_JSON = re.compile(r"(: -?\d+),(\d+)(?=, \"|\})")  #: an unquoted number with a decimal comma
NO_NUMBER = re.compile(r": -?(?:nan|inf)\b")  #: a metric of perf's that divided by 0; not JSON either
NUMBER = re.compile(r"-?\d{1,20}(?:[.,]\d{1,20})?")
PER_CENT = re.compile(r"\d+[.,]\d\d")
FIELDS = 5  #: of a CSV row: value, unit, event, running time, per cent running; metrics may follow
REMEDY = "Measure again with LC_ALL=C, or with perf's -x ';'."


class Unreadable(SuiteError):
    """A line that cannot be read without guessing."""


@dataclass(frozen=True)
class Row:
    """One event of one run of `perf stat`."""

    event: str  #: without perf's modifiers and the name of the PMU
    value: float  #: in `unit`; meaningless where `missing` is set
    unit: str = ""
    missing: str = ""  #: perf's words for why there is no value, without the brackets
    counted: float = 100.0  #: per cent of the time during which the counter was really counting; the value is scaled
    user_only: bool = False  #: counted in user space only (`:u`)
    pmu: str = ""  #: on hybrid CPUs, the kind of core that was counted, for example cpu_atom


def read(text: str) -> list[Row]:
    """Return the rows of a file of `perf stat -j` or `-x`; raises Unreadable if a line does not fit."""
    lines = [line.strip() for line in text.splitlines()]
    return [_row(line) for line in lines if line and not line.startswith("#")]  # -o adds "# started on" and a blank


def _row(line: str) -> Row:
    return _json(line) if line.startswith("{") else _csv(line)


def _json(line: str) -> Row:
    try:
        found = json.loads(NO_NUMBER.sub(": null", COMMA_IN_JSON.sub(r"\1.\2", line)))
        return _made(found["event"], found["counter-value"], found.get("unit", ""), found.get("pcnt-running", 100.0))
    except (KeyError, TypeError, ValueError) as error:
        raise Unreadable(f"perf wrote a line that is not its JSON: {line[:60]}") from error


def _csv(line: str) -> Row:
    separator = next((mark for mark in ";\t|" if mark in line), ",")
    fields = line.split(separator)
    if len(fields) > FIELDS and fields[3].endswith("%"):  # -r: the spread over runs stands here
        del fields[3]
    if separator == "," and not (len(fields) >= FIELDS and re.fullmatch(r"\d+\.\d\d", fields[4])):
        raise Unreadable(f"perf separated fields by commas, and decimals too, it seems: {line[:60]}", REMEDY)
    if len(fields) < FIELDS or not PER_CENT.fullmatch(fields[4]):
        raise Unreadable(f"perf wrote a line that is not its CSV: {line[:60]}")
    value, unit, event, _, per_cent = fields[:FIELDS]
    return _made(event, value, unit, per_cent)


def _made(event: str, value: object, unit: str, per_cent: object) -> Row:
    name, user_only, pmu = _name(event)
    missing = str(value).strip("<>") if str(value).startswith("<") else ""
    return Row(name, 0.0 if missing else _number(value), unit, missing, _number(per_cent), user_only, pmu)


def _name(event: str) -> tuple[str, bool, str]:
    """Return (name, user space only, PMU): `cycles:u` and `cpu_core/cycles/u` are cycles, counted in user space."""
    hybrid = re.fullmatch(r"(cpu_\w+)/([^/]+)/(\w*)", event)
    if hybrid:
        pmu, name, modifiers = hybrid.groups()
    else:
        pmu, name = "", re.sub(r":[a-zA-Z]+$", "", event)
        modifiers = event[len(name) :]
    return name, "u" in modifiers and "k" not in modifiers, pmu


def _number(text: object) -> float:
    """Read a number with a decimal point or comma. perf never groups digits here, so one mark at most."""
    if not NUMBER.fullmatch(str(text)):
        raise Unreadable(f"perf wrote {str(text)[:30]!r} where a number belongs", REMEDY)
    return float(str(text).replace(",", "."))


def denial(stderr: str) -> tuple[str, str]:
    """Return (why perf may not count, the command that fixes it) from what it said as it failed; empty if it may.

    perf names the two ways in which the kernel refuses: EACCES, by its perf_event_paranoid setting, and EPERM, by a
    filter on system calls, as containers have.
    """
    if "Access to performance monitoring" in stderr:
        level = re.search(r"perf_event_paranoid setting is (-?\d+)", stderr)
        said = f" (perf_event_paranoid is {level.group(1)})" if level else ""
        return f"the kernel denies it to this user{said}", "sudo sysctl kernel.perf_event_paranoid=1"
    if "No permission to enable" in stderr:
        fix = "in a container: --cap-add PERFMON --security-opt seccomp=unconfined; else: sudo sysctl kernel.perf_event_paranoid=1"
        return "the system call is not permitted, as in many containers", fix
    return "", ""


def combined(rows: list[Row]) -> Row | None:
    """Return the one row that stands for an event in a run, None if there is none.

    On a hybrid CPU there is a row for each kind of core. Where more than one of them counted, perf scaled each as if
    the process had done the same on the other kind of core, which it has not; so no sum of them is right.
    """
    counted = [row for row in rows if not row.missing]
    if len(counted) < 2:
        return counted[0] if counted else rows[0] if rows else None
    cores = ", ".join(f"{row.counted:.0f} % on {row.pmu or 'a core'}" for row in counted)
    return replace(counted[0], missing=f"the process moved between kinds of core ({cores}); pin it with taskset")
