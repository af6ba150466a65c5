"""A design as text (RTLIL), and its own check in Amaranth's simulator. Both run in the interpreter that has Amaranth."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.errors import VariantFailed
from bench.files import sha256
from profiling.collector import said
from profiling.hardware.steps import Item, Step
from profiling.hardware.toolchain import Tool
from profiling.process import Done

NAME = "rtl"
TEXT, PORTS = "design.il", "design.json"
CHECK = "check_amaranth"


def describe(item: Item, amaranth: Tool, sources: str) -> Step:
    """Make the text. sources: hash of all code that can decide about it."""

    def finish(folder: Path, done: Done) -> Mapping[str, Any]:
        return last_word(done, "described") | {"rtl": sha256(folder / TEXT), "tool": amaranth.name}

    return Step(
        item, NAME, "rtl", {"target": item.target, "sources": sources, "tool": amaranth.name},
        lambda folder: [*amaranth.command, *cosimulate(item), "--rtl", str(folder / TEXT)], finish, weight=3,
    )  # fmt: skip


def check(item: Item, amaranth: Tool, sources: str) -> Step:
    """Run the design's own check in Amaranth's simulator."""
    return Step(
        item, CHECK, "check", {"rtl": text_hash(item), "sources": sources, "tool": amaranth.name, "target": item.target},
        lambda folder: [*amaranth.command, *cosimulate(item), "--check", "--data"],
        lambda folder, done: last_word(done, "checked") | {"tool": amaranth.name}, weight=10,
    )  # fmt: skip


def cosimulate(item: Item) -> list[str]:
    """Return the words that make an interpreter cosimulate a design."""
    return ["-m", "bench.cosimulate", item.target]


def text_hash(item: Item) -> str:
    return str(item.result(NAME)["rtl"])


def last_word(done: Done, word: str) -> dict[str, Any]:
    """Return the JSON that a process printed after `word`."""
    told = said(done, word)
    if len(told) != 1:
        raise VariantFailed(f"the process ended well, but without its word {word!r}")
    found: dict[str, Any] = json.loads(told[0])
    return found
