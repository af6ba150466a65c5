"""What the index over all studies needs of a Document, taken from its tables by their keys. See index/summaries.py.

Knows which tables hold what; an adopted study, or a calibration, lacks some of them.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import asdict

from reporting.charts import BarChart, Dots
from reporting.document import Block, Cell, Document, Table, Text
from reporting.index.summaries import SCHEMA, Build, Estimate, Shown, Summary
from reporting.units import build_name

SUFFIX = ".json"
#: facts of what makes a machine another one, and how they are put
MACHINE = {"CPU": "{}", "architecture": "{}", "CPUs (usable / all)": "{} CPUs", "virtualisation": "{}"}
BARE = "none"  #: virtualisation of a machine that is none


def render(document: Document) -> bytes:
    """Return the summary."""
    return (json.dumps({"schema": SCHEMA} | asdict(of(document)), ensure_ascii=False) + "\n").encode()


def of(document: Document) -> Summary:
    """Take the summary out of a document, whichever way its tables are turned."""
    found = _Found(document)
    study, machine = found.facts("study"), found.facts("machine")
    known = {fact: form.format(machine[fact]) for fact, form in MACHINE.items() if machine.get(fact, BARE) != BARE}
    keys = [key for key in found.blocks if key.startswith("performance:")]
    return Summary(
        family=document.family,
        timestamp=document.timestamp,
        title=document.title,
        verdict=_verdict(document),
        size=study.get("size", ""),
        commit=study.get("commit", ""),
        baseline=study.get("baseline", ""),
        machine=", ".join(known.values()),
        kernel=machine.get("kernel", ""),
        builds=tuple(found.build(key.partition(":")[2]) for key in keys),
        floor=found.number("study", "floor"),
    )


def _verdict(document: Document) -> str:
    """Return the first verdict, or where there is none the first warning among the texts."""
    texts = [block for section in document.sections for block in section.blocks if isinstance(block, Text)]
    styles = ("verdict", "warning")
    return next((text.text for style in styles for text in texts if text.style == style), "")


class _Found:
    """The blocks of a document by their keys."""

    def __init__(self, document: Document) -> None:
        blocks = [block for section in document.sections for block in section.blocks]
        self.blocks: dict[str, Block] = {key: block for block in blocks if (key := getattr(block, "key", ""))}

    def table(self, key: str) -> Table | None:
        block = self.blocks.get(key)
        return block if isinstance(block, Table) else None

    def facts(self, key: str, column: int = 1) -> dict[str, str]:
        """Return fact -> value of a table of facts, without those that are missing."""
        table = self.table(key)
        rows = table.rows if table else ()
        return {row[0].text: row[column].text for row in rows if not row[column].missing}

    def number(self, key: str, fact: str) -> float | None:
        """Return the number behind a fact; None where there is none that is positive."""
        table = self.table(key)
        value = next((row[1].value for row in (table.rows if table else ()) if row[0].text == fact), None)
        return value if isinstance(value, float) and 0 < value < math.inf else None

    def build(self, build: str) -> Build:
        """Return what the tables say of one build."""
        roles = self._roles(build)
        peers, lines = self._peers(), self._lines()
        shown = []
        for row in self._rows(f"performance:{build}"):
            label = row["variant"].text
            name = label if label in roles or label in peers else label.removesuffix(" (peer)")
            time = next((cell for column, cell in row.items() if column.startswith("time")), Cell(""))
            speed = row.get("speedup") or row.get("relative speed") or Cell("")
            role, verdict = roles.get(name, ""), row["verdict"]
            if verdict.text:  # a mean over variants has none
                shown.append(Shown(
                    name, role, peers.get(name, False), lines.get(label), "" if verdict.missing else verdict.text,
                    _estimate(time), _estimate(speed),
                ))  # fmt: skip
        return Build(build, self._interpreter(build), tuple(shown))

    def _rows(self, key: str) -> Iterator[dict[str, Cell]]:
        """Yield the rows of a table of variants by metrics, by the names of its columns."""
        table = self.table(key)
        if table is not None and "verdict" not in table.columns:
            table = table.transposed()
        for row in table.rows if table else ():
            yield dict(zip(table.columns if table else (), row, strict=True))

    def _roles(self, build: str) -> dict[str, str]:
        block = self.blocks.get(f"spread:{build}")
        return {label: role for label, _, role in block.series} if isinstance(block, Dots) else {}

    def _peers(self) -> dict[str, bool]:
        block = self.blocks.get("ladder")
        groups = block.groups if isinstance(block, BarChart) else ()
        return {bar.label: bar.outlined for _, bars in groups for bar in bars}

    def _lines(self) -> dict[str, int]:
        table = self.table("variants")
        column = table.columns.index("lines of code") if table else 0
        cells = {row[0].text: row[column].value for row in table.rows} if table else {}
        return {label: int(value) for label, value in cells.items() if isinstance(value, int | float)}

    def _interpreter(self, build: str) -> str:
        table = self.table("interpreters")
        if table is None or build_name(build) not in table.columns:
            return ""
        facts = self.facts("interpreters", table.columns.index(build_name(build)))
        return " ".join(filter(None, (facts.get("implementation", ""), facts.get("version", ""))))


def _estimate(cell: Cell) -> Estimate | None:
    """Return the number of a cell; None where it has none that an axis could show."""
    if not isinstance(cell.value, int | float) or not 0 < cell.value < math.inf:
        return None
    ends = cell.low, cell.high
    known = all(end is not None and 0 < end < math.inf for end in ends)
    return Estimate(cell.value, *(ends if known else (None, None)))
