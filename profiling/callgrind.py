"""Callgrind's side of simulated counters: the caches to simulate, and its profile read back. Text in, numbers out.

Callgrind simulates a first-level instruction cache, a first-level data cache and one last level, whatever lies between
them, with prefetching left out, and a branch predictor of its own. So its counts repeat exactly, and are nobody's PMU.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bench.errors import SuiteError

#: metric, named as perf does -> callgrind's events that add up to it
METRICS = {
    "instructions": ("Ir",),
    "branches": ("Bc", "Bi"),
    "branch-misses": ("Bcm", "Bim"),
    "L1-dcache-loads": ("Dr",),
    "L1-dcache-load-misses": ("D1mr",),
    "L1-icache-load-misses": ("I1mr",),
    "LLC-loads": ("I1mr", "D1mr"),
    "LLC-load-misses": ("ILmr", "DLmr"),
}
#: cache -> what is simulated where the host tells nothing: (bytes, ways, bytes in a line)
DEFAULTS = {"I1": (32 << 10, 8, 64), "D1": (32 << 10, 8, 64), "LL": (8 << 20, 16, 64)}
SIZES = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}
KEPT = ("version", "creator", "cmd", "desc", "events", "totals")
FUNCTIONS = 25  #: kept of a profile
CLONE = re.compile(r"(?:\.(?:lto_priv|constprop|isra|part|cold)(?:\.\d+)?)+$|'\d+$")


@dataclass(frozen=True)
class Cache:
    """A cache that callgrind can simulate: the number of its sets is a power of two."""

    size: int  #: bytes
    ways: int
    line: int  #: bytes

    def option(self, name: str) -> str:
        return f"--{name}={self.size},{self.ways},{self.line}"


def caches(host: Iterable[Mapping[str, Any]]) -> tuple[dict[str, Cache], list[str]]:
    """Return the caches I1, D1 and LL to simulate, and in words what differs from those of the host.

    host: as profiling.host.caches() gives them.
    """
    found, differs = {}, []
    known = list(host)
    last = max((c["level"] for c in known if c["type"] == "Unified"), default=None)
    wanted = {"I1": (1, "Instruction"), "D1": (1, "Data"), "LL": (last, "Unified")}
    for name, (level, kind) in wanted.items():
        real = next((c for c in known if (c["level"], c["type"]) == (level, kind)), None)
        if real is None or not (real["ways"] and real["line"] and _bytes(real["size"])):
            found[name] = Cache(*DEFAULTS[name])
            differs.append(f"{name} is a common one, since the host does not tell its own")
            continue
        size, ways = _bytes(real["size"]), real["ways"]
        found[name] = made = _rounded(size, ways, real["line"])
        if made != Cache(size, ways, real["line"]):
            other = f" and {made.size:,} bytes" if made.size != size else ""
            instead = f" and {size:,}" if made.size != size else ""
            differs.append(
                f"{name} has {made.ways} ways{other} instead of {ways}{instead}: callgrind wants a power of two of sets"
            )
    return found, differs


def _rounded(size: int, ways: int, line: int) -> Cache:
    """Keep the size and change the ways, as Valgrind does itself: the size decides what fits."""
    sets = max(1, size // (ways * line))
    power = 1 << (sets.bit_length() - 1)
    ways = round(size / (power * line))
    return Cache(power * ways * line, ways, line)


def _bytes(text: str) -> int:
    """Return the size of a cache that the kernel writes as 32K; 0 if it cannot be read."""
    found = re.fullmatch(r"(\d+)([KMG]?)", text)
    return int(found[1]) * SIZES[found[2]] if found else 0


def excerpt(profile: str) -> str:
    """Return what is kept of a profile of megabytes: its head, its totals, and the functions with most instructions."""
    lines = profile.splitlines()
    head = [line for line in lines if line.partition(":")[0] in KEPT]
    functions = [f"function: {count} {name}" for name, count in _by_function(lines).most_common(FUNCTIONS)]
    note = "# excerpt: the head of callgrind's profile, its totals, and the functions with the most instructions of their own"
    return "\n".join([note, *head, *functions]) + "\n"


def _by_function(lines: Iterable[str]) -> Counter[str]:
    """Add up the instructions that each function executes itself; names are `function [library]`.

    Names are given once, with a number, and then by that number. The line after `calls=` is what the callee cost.
    """
    names: dict[str, str] = {}
    found: Counter[str] = Counter()
    place, library, skip = "", "", False
    for line in lines:
        named = re.match(r"(c?)(ob|fn)=(\(\d+\))(?: (.*))?$", line)
        if named:
            callee, kind, number, name = named.groups()
            names.setdefault(kind + number, name or "?")
            if kind == "ob" and not callee:
                library = names[kind + number].rpartition("/")[2]
            elif not callee:
                place = _function(names[kind + number], library)
        elif line.startswith("calls="):
            skip = True
        elif re.match(r"[+*\-\d]", line):
            cost = line.split(maxsplit=2)
            found[place] += int(cost[1]) if len(cost) > 1 and not skip else 0
            skip = False
    return found


def _function(name: str, library: str) -> str:
    """Return `function [library]`; code of a compiler at run time has neither, and is one function here."""
    if name.startswith("0x") and library == "???":
        return "(compiled at run time) [JIT]"
    return f"{CLONE.sub('', CLONE.sub('', name))} [{library}]"


@dataclass(frozen=True)
class Profile:
    """An excerpt, read back."""

    totals: Mapping[str, int]  #: callgrind's event -> count
    functions: tuple[tuple[str, int], ...]  #: (function [library], its own instructions), most first

    def count(self, metric: str) -> int:
        """Return a metric of METRICS; raises KeyError if its events were not simulated."""
        return sum(self.totals[event] for event in METRICS[metric])


def read(text: str) -> Profile:
    """Read an excerpt; raises ValueError if it is none, SuiteError if nothing was counted."""
    fields: dict[str, str] = {}
    functions = []
    for line in text.splitlines():
        key, _, value = line.partition(": ")
        if key == "function":
            count, _, name = value.partition(" ")
            functions.append((name, int(count)))
        else:
            fields[key] = value.strip()
    events, counts = fields.get("events", "").split(), [int(n) for n in fields.get("totals", "").split()]
    totals = dict(zip(events, counts, strict=True))
    if not totals.get("Ir"):
        raise SuiteError("callgrind counted nothing: the region was never opened")
    return Profile(totals, tuple(functions))
