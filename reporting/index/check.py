"""Checks reports/index.html: writes it again from the summaries and records that are there, and names what differs.

Part of `invoke verify --all`. The page carries no hash, since all of it can be written again; the summaries are checked
with the reports that they stand beside (verify.py).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench import differences
from bench.audit import Audit
from reporting import pieces
from reporting.index import page as index_page
from reporting.index import stage

AGAIN = "invoke index writes it again"
MISSING = "is not in it"


def check(results: Path, reports: Path, audit: Audit) -> None:
    """Compare the page with what would be written now: it may have been edited, or studies may have come and gone."""
    path = reports / stage.PAGE
    if not path.is_file():
        audit.note(path, "does not exist: invoke index writes it")
        return
    audit.count("index of studies")
    listed = stage.read(results, reports)
    data, now = path.read_bytes(), index_page.render(listed)
    if data == now:
        return
    same_code = index_page.written_by(data) == index_page.written_by(now)
    try:
        found = list(_in_studies(data, now)) or list(_in_words(data, now, same_code=same_code))
    except ValueError as error:
        found = [("the whole", f"is damaged: {error}")]
    new = {f"{entry.study.family} {entry.study.timestamp}" for entry in listed.entries if entry.command}
    for where, what in found:  # a study that was measured since, and not rendered, makes no page wrong
        say = audit.note if what == MISSING and where in new else audit.wrong
        say(path, f"{where}: {what}; {AGAIN}")
    if not found and same_code:
        audit.wrong(path, f"is not what is written now, though it says the same; {AGAIN}")
    elif not found:
        audit.note(path, f"was written by other code and says the same; {AGAIN}")


def _in_studies(data: bytes, now: bytes) -> Iterator[tuple[str, str]]:
    """Yield (where, what) for every study that only one of two pages has, and every value in which they differ."""
    there, here = (_studies(page) for page in (data, now))
    for name in sorted(there.keys() | here.keys(), reverse=True):
        if name not in there:
            yield name, MISSING
        elif name not in here:
            yield name, "is in it, but in no summary and no archive"
        elif there[name] != here[name]:
            old, new = (differences.of_json(json.dumps(record).encode()) for record in (there[name], here[name]))
            yield from ((f"{name}, {where}", what) for where, what in differences.differing(old, new))


def _studies(page: bytes) -> dict[str, dict[str, Any]]:
    """Return name -> what a page says of a study; raises ValueError where it is no index."""
    try:
        data = json.loads(index_page.data_of(page))
        listed = data["studies"]
        return {f"{study['family']} {study['stamp']}": study for study in listed}
    except (KeyError, TypeError, RecursionError) as error:
        raise ValueError(f"its data are none of an index ({type(error).__name__})") from None


def _in_words(data: bytes, now: bytes, *, same_code: bool) -> Iterator[tuple[str, str]]:
    """Yield (where, what) for words that a reader sees; of a page that other code wrote, for numbers only."""
    there, here = (pieces.of_words(page) for page in (data, now))
    return differences.differing(there, here) if same_code else differences.unknown_numbers(there, here)
