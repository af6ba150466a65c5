"""The page over all studies: newest first, filtered by family, machine and build; trends; any two compared.

The page holds what the summaries say as one compact JSON, and the newest studies as plain rows, for readers without
scripts. Filters, charts and the comparison of two studies are in assets/index*.js. Reads no file of an archive.
"""

from __future__ import annotations

import html
import json
import re
from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from typing import Any

from bench.files import code
from reporting.index.summaries import Estimate, Summary
from reporting.palette import printable, role_colour
from reporting.units import build_name

ASSETS = Path(__file__).parent.parent / "assets"
STYLES = ("page.css", "index.css")
SCRIPTS = ("index_parts.js", "index_trends.js", "index.js")
OWN = (
    "reporting/index/*.py", "reporting/palette.py", "reporting/units.py", "reporting/assets/index*",
    "reporting/assets/page.css",
)  # fmt: skip
SHARED = "assets/plotly-basic.min.js"
STATIC = 50  #: rows that stand in the page itself, for readers without scripts
COLUMNS = ("study", "what it found", "interpreters", "machine", "commit")
DIGITS = 6  #: significant ones of a number in the data; three are shown


@dataclass(frozen=True)
class Entry:
    """A study, and how to come to its report."""

    study: Summary
    page: str = ""  #: relative URL of its report; "" where there is none
    command: str = ""  #: what renders it, where that was not done yet


@dataclass(frozen=True)
class Damaged:
    """A summary that could not be read."""

    path: str
    why: str


@dataclass(frozen=True)
class Index:
    """All that the page shows."""

    entries: tuple[Entry, ...]  #: newest first
    damaged: tuple[Damaged, ...] = ()


def render(index: Index) -> bytes:
    """Return the page."""
    style = "".join((ASSETS / name).read_text(encoding="utf-8") for name in STYLES)
    script = "".join((ASSETS / name).read_text(encoding="utf-8") for name in SCRIPTS)
    digest = b64encode(sha256(script.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; img-src data: blob:; style-src 'unsafe-inline'; script-src 'self' file: 'sha256-{digest}'"
    )
    data = json.dumps(_data(index), ensure_ascii=False, separators=(",", ":"))
    for mark in "<>&":  # it stands inside a script element, which ends at the first "</script"
        data = data.replace(mark, f"\\u{ord(mark):04x}")
    template = (ASSETS / "index.html").read_text(encoding="utf-8")
    parts = {
        "POLICY": policy, "GENERATOR": f"codesign-bench {code(*OWN)}", "STYLE": style, "ABOUT": _about(index),
        "DAMAGED": _damaged(index.damaged), "COLUMNS": "".join(f'<th scope="col">{name}</th>' for name in COLUMNS),
        "ROWS": _rows(index.entries[:STATIC], len(index.entries)), "DATA": data, "SHARED": SHARED, "SCRIPT": script,
    }  # fmt: skip
    return re.sub(r"\{\{([A-Z]+)\}\}", lambda found: parts[found[1]], template).encode()


def data_of(page: bytes) -> str:
    """Return the JSON in a page; raises ValueError where there is none."""
    found = re.search(rb'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    if found is None:
        raise ValueError("it holds no data")
    return found[1].decode()


def written_by(page: bytes) -> bytes:
    """Return what a page says of the code that wrote it."""
    found = re.search(rb'<meta name="generator" content="([^"]*)">', page)
    return found[1] if found else b""


def escape(text: str) -> str:
    """Return a text as HTML, fit for elements and attributes."""
    return html.escape(printable(text))


def _about(index: Index) -> str:
    studies = [entry.study for entry in index.entries]
    if not studies:
        return "No study yet: nox -s aes measures one."
    families = len({study.family for study in studies})
    machines = len({study.machine for study in studies if study.machine})
    parts = [
        _count(len(studies), "study", "studies"),
        _count(families, "family", "families"),
        _count(machines, "machine", "machines"),
    ]
    return f"{parts[0]} of {parts[1]} on {parts[2]}; the newest of {_date(studies[0].timestamp)}."


def _count(number: int, one: str, more: str) -> str:
    return f"{number:,} {one if number == 1 else more}"


def _damaged(damaged: Sequence[Damaged]) -> str:
    if not damaged:
        return ""
    items = "".join(
        f"<li><code>{escape(each.path)}</code> could not be read: {escape(each.why)}.</li>" for each in damaged
    )
    return f'<aside class="unread" role="note"><h2>Reports that are not listed</h2><ul>{items}</ul></aside>'


def _rows(entries: Sequence[Entry], number: int) -> str:
    """Return the newest studies as they are shown without a script, by family."""
    bodies = []
    for family, members in groupby(_by_family(entries), key=lambda entry: entry.study.family):
        head = f'<tr class="family"><th scope="rowgroup" colspan="{len(COLUMNS)}">{escape(family)}</th></tr>'
        bodies.append(f"<tbody>{head}{''.join(map(_row, members))}</tbody>\n")
    if number > len(entries):
        rest = f"The newest {len(entries)} of {number:,} studies; the others need this page's script."
        bodies.append(f'<tbody><tr><td colspan="{len(COLUMNS)}">{rest}</td></tr></tbody>')
    return "".join(bodies)


def _by_family(entries: Iterable[Entry]) -> list[Entry]:
    """Order entries by family, that with the newest study first; within a family the order stays."""
    order = {family: i for i, family in enumerate(dict.fromkeys(entry.study.family for entry in entries))}
    return sorted(entries, key=lambda entry: order[entry.study.family])


def _row(entry: Entry) -> str:
    study = entry.study
    date = _date(study.timestamp)
    named = f'<a href="{escape(entry.page)}">{date}</a>' if entry.page else date
    size = f" <small>size {escape(study.size)}</small>" if study.size not in ("", "full") else ""
    said = escape(study.verdict) or ("" if entry.command else "–")
    if entry.command:
        said += f" Not rendered yet: <code>{escape(entry.command)}</code>"
    texts = (said, *(escape(text) or "–" for text in (_interpreters(study), study.machine, study.commit)))
    cells = "".join(f'<td data-label="{name}">{text}</td>' for name, text in zip(COLUMNS[1:], texts, strict=True))
    return f'<tr><th scope="row">{named}{size}</th>{cells}</tr>'


def _interpreters(study: Summary) -> str:
    """Return for example: CPython 3.11.2 (release, debug)."""
    builds: dict[str, list[str]] = {}
    for build in study.builds:
        builds.setdefault(build.interpreter, []).append(build_name(build.build))
    return ", ".join(f"{name} ({', '.join(found)})" for name, found in builds.items() if name)


def _date(stamp: str) -> str:
    return f"{stamp[:4]}-{stamp[4:6]}-{stamp[6:8]} {stamp[9:11]}:{stamp[11:13]}"


def _data(index: Index) -> dict[str, Any]:
    """Return what the script works with: families with their variants, and the studies, newest first."""
    families = dict.fromkeys(entry.study.family for entry in index.entries)
    studies = {name: [entry.study for entry in index.entries if entry.study.family == name] for name in families}
    return {
        "families": [[name, _variants(found)] for name, found in studies.items()],
        "studies": [_study(entry) for entry in index.entries],
    }


def _variants(studies: Sequence[Summary]) -> list[tuple[str, str, bool]]:
    """Return (name, colour, whether it is a peer) of all variants of a family, those of the newest study first.

    A variant has the colour of the newest study that has it, unless another variant took that before: then the next.
    """
    taken: dict[str, str] = {}  # role -> name
    found: dict[str, tuple[str, str, bool]] = {}
    for study in studies:
        new = [shown for build in study.builds for shown in build.variants if shown.name not in found]
        for shown in sorted(new, key=lambda shown: not shown.role):  # those that know their role choose first
            role = shown.role
            if shown.name in found:
                continue
            if not role or role in taken:
                role = next(name for i in range(len(taken) + 1) if (name := f"variant-{i}") not in taken)
            taken[role] = shown.name
            found[shown.name] = (shown.name, role_colour(role), shown.peer)
    return list(found.values())


def _study(entry: Entry) -> dict[str, Any]:
    study = entry.study
    texts = {
        "family": study.family, "stamp": study.timestamp, "date": _date(study.timestamp), "page": entry.page,
        "command": entry.command, "verdict": study.verdict, "size": study.size, "commit": study.commit,
        "baseline": study.baseline, "machine": study.machine, "kernel": study.kernel, "pythons": _interpreters(study),
    }  # fmt: skip
    builds = {
        build.build: {
            "python": build.interpreter,
            "variants": [
                [shown.name, shown.verdict, shown.lines, *_numbers(shown.time), *_numbers(shown.speedup)]
                for shown in build.variants
            ],
        }
        for build in study.builds
    }
    return texts | {"builds": builds, "floor": study.floor or 0}


def _numbers(estimate: Estimate | None) -> tuple[float | None, float | None, float | None]:
    if estimate is None:
        return None, None, None
    value, low, high = (
        x if x is None else float(f"{x:.{DIGITS}g}") for x in (estimate.value, estimate.low, estimate.high)
    )
    return value, low, high
