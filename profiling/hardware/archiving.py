"""What of a hardware study goes into the archive: one small file per step and design, as parse.py reads them.

Where the folder is, and the record that makes it a study, is rundir.py's.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.files import sha256, write_text
from bench.hardware import Result
from profiling import environments
from profiling.hardware import compiled, counterpart, parse, rtl
from profiling.hardware.steps import Item

Taken = tuple[str, dict[str, dict[str, Any]]]  #: as of older.take
DRIVES = ("bench/cores.py", "bench/cosimulate.py")  #: count the cycles and bytes of every design, and play answers back


def raw(item: Item) -> dict[str, Any]:
    """Return step -> result of all steps whose results are kept."""
    return {step: item.result(step) for step in item.folders if step in parse.STAGES or step.startswith("place_")}


def write_raw(folder: Path, items: Sequence[Item], timed: Mapping[str, Any], taken: Taken) -> None:
    """Write all raw files. timed: as of hosts.time.

    Hosts are timed here or taken from an older study, all of them: a machine that can time one lacks no tool for another.
    """
    since, old = taken
    for item in items:
        name, before = item.design.name, old.get(item.design.name, {})
        found = raw(item) | before | timed.get(name, {})
        missing = {stage: why for stage, why in item.missing.items() if stage not in map(parse.stage_of, before)}
        found[parse.OUTCOME] = {"missing": missing, "taken": dict.fromkeys(before, since)}
        for step, what in found.items():
            _write(folder / name / f"{step}.json", what)
    if "" in timed or "" in old:
        _write(folder / parse.BASELINE, (timed or old)[""]["host"])


def results(folder: Path, items: Sequence[Item]) -> tuple[Result, ...]:
    """Return what the raw files say."""
    return tuple(parse.derive(folder, item.family, item.design.name) for item in items)


def sources(items: Sequence[Item]) -> tuple[tuple[str, str], ...]:
    """Return (path, sha256) of all files that the designs and their variants executed, and of what drove them."""
    steps = [
        (item, step) for item in items for step in (rtl.NAME, compiled.RUN, counterpart.RUN) if step in item.folders
    ]
    named = {path for item, step in steps for path in item.result(step)["sources"]} | set(DRIVES)
    return tuple((path, sha256(environments.ROOT / path)) for path in sorted(named))


def shared(folder: Path) -> tuple[tuple[str, str], ...]:
    """Return (name, sha256) of the files of the study as a whole."""
    whole = [folder / name for name in (parse.BASELINE, parse.LOG) if (folder / name).is_file()]
    return tuple((path.name, sha256(path)) for path in whole)


def _write(path: Path, what: Mapping[str, Any]) -> None:
    write_text(path, json.dumps(what, sort_keys=True, ensure_ascii=False) + "\n")
