"""What differs between two studies: machines, interpreters, packages, workloads. Facts in, differences out; no timing.

A fact that an archive does not hold is None, never a guess: it is not recorded, and it is never equal to another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bench.model import Manifest, Study
from reporting import units
from reporting.evidence import Evidence, Run

FATAL = "fatal"  #: another job: there is nothing to compare
HOST = "host"  #: another machine: compared only on request
WARNING = "warning"  #: may explain a change of speed by itself
NOTE = "note"  #: worth knowing, often the point of the comparison

#: fact -> its weight where it differs
WEIGHTS = {
    "family": FATAL, "workload": FATAL, "size": FATAL, "work of one iteration": FATAL, "pyperformance": FATAL,
    "CPU": HOST, "architecture": HOST, "CPUs": HOST, "virtualisation": HOST,
    "usable CPUs": WARNING, "caches": WARNING, "memory": WARNING, "kernel": WARNING, "system": WARNING, "C library": WARNING,
    "governor": WARNING, "turbo": WARNING, "SMT": WARNING, "address randomisation": WARNING,
    "Python": WARNING, "compiler": WARNING, "compiled with": WARNING, "configured with": WARNING, "interpreter sha256": WARNING,
    "edited installed files": WARNING, "option values": WARNING, "option value_seconds": WARNING,
    "option single_seconds": WARNING, "commit": NOTE, "option processes": NOTE, "baseline": NOTE, "ran as root": NOTE,
}  # fmt: skip
MEASURING = ("numpy", "numba", "llvmlite", "pyaes", "pyperf")  #: packages that the usual variants or the clock live in
OWN = ("codesign-bench", "pyperformance")  #: the suite, told by its commit; and upstream, which has a fact of its own


@dataclass(frozen=True)
class Side:
    """One study on one of its builds."""

    evidence: Evidence
    build: str
    root: str = ""  #: the folder of results that it lies in, as it was given

    @property
    def study(self) -> Study:
        return self.evidence.study

    @property
    def runs(self) -> tuple[Run, ...]:
        return self.evidence.runs

    @property
    def manifest(self) -> Manifest:
        """The manifest that speaks for all: machine and interpreters are the same in each."""
        return self.evidence.baseline.manifest

    @property
    def host(self) -> Mapping[str, Any]:
        return _mapping(self.manifest.host)

    @property
    def interpreter(self) -> Mapping[str, Any]:
        return _mapping(_mapping(self.manifest.interpreters).get(self.build))

    @property
    def python(self) -> str:
        """Return for example: CPython 3.11.2 (debug)."""
        about = self.interpreter
        name = f"{about.get('implementation') or 'Python'} {about.get('version') or 'of unknown version'}"
        return f"{name} ({units.build_name(self.build)})"


@dataclass(frozen=True)
class Difference:
    """One fact that is not the same on both sides, or not known to be; None is not recorded."""

    what: str
    a: str | None
    b: str | None
    weight: str

    @property
    def recorded(self) -> bool:
        return self.a is not None and self.b is not None


def differences(a: Side, b: Side) -> list[Difference]:
    """Return what differs, the heaviest first. What neither side recorded is listed too: it may differ."""
    left, right = facts(a), facts(b)
    if same_study(a, b):  # what is not recorded is the same all the same
        left, right = _filled(left), _filled(right)
    found: list[Difference | None] = [
        _difference(what, left[what], right[what], weight) for what, weight in WEIGHTS.items()
    ]
    found += _packages(a, b)
    order = (FATAL, HOST, WARNING, NOTE)
    return sorted((d for d in found if d), key=lambda d: order.index(d.weight))


def changed_files(a: Run, b: Run) -> tuple[str, ...] | None:
    """Return the names of the files of a variant's code that differ, wherever they lie; None if not recorded."""
    if not a.manifest.sources or not b.manifest.sources:
        return None
    then, now = ({sha: str(path).rpartition("/")[2] for path, sha in run.manifest.sources} for run in (a, b))
    return tuple(sorted({side[sha] for side in (then, now) for sha in then.keys() ^ now.keys() if sha in side}))


def same_study(a: Side, b: Side) -> bool:
    """Whether both sides are builds (or variants) of one study, and so were interleaved with each other."""
    return (a.study, a.root) == (b.study, b.root)


def facts(side: Side) -> dict[str, str | None]:
    """Return every fact of WEIGHTS as text; None where the archive does not hold it."""
    study, manifest, host, python = side.study, side.manifest, side.host, side.interpreter
    options, installed = _mapping(manifest.options), packages(side)
    root = host.get("root")
    found: dict[str, Any] = {
        "family": study.family, "workload": manifest.upstream, "size": study.size,
        "work of one iteration": " ".join(map(str, manifest.work)), "pyperformance": installed.get("pyperformance"),
        "CPU": host.get("cpu"), "architecture": host.get("architecture"), "CPUs": host.get("cpus"),
        "virtualisation": host.get("virtualisation"), "usable CPUs": host.get("usable_cpus"), "caches": _caches(host),
        "memory": units.size(host["memory_bytes"]) if isinstance(host.get("memory_bytes"), int) else None,
        "kernel": host.get("kernel"), "system": host.get("system"), "C library": host.get("libc"),
        "governor": host.get("governor"), "turbo": host.get("turbo"), "SMT": host.get("smt"),
        "address randomisation": host.get("aslr"), "ran as root": None if root is None else "yes" if root else "no",
        "Python": side.python if python.get("version") else None,
        "compiler": python.get("compiler"), "compiled with": python.get("cflags"), "configured with": python.get("configure"),
        "interpreter sha256": str(python.get("sha256") or "")[:16],
        "edited installed files": _joined(python.get("modified")) if "modified" in python else None,
        "commit": study.commit, "baseline": study.baseline,
        **{f"option {name}": options.get(name) for name in ("values", "value_seconds", "single_seconds", "processes")},
    }  # fmt: skip
    return {what: None if value in (None, "") else " ".join(str(value).split()) for what, value in found.items()}


def packages(side: Side) -> dict[str, str]:
    """Return package -> version of the interpreter; empty if that was not recorded."""
    listed = side.interpreter.get("distributions")
    pairs = [str(entry).partition("==") for entry in listed] if isinstance(listed, list) else []
    return {name: version for name, _, version in pairs}


def load(side: Side) -> tuple[float, int] | None:
    """Return (load when the study began, usable CPUs); None if that was not recorded."""
    loads, usable = side.host.get("load"), side.host.get("usable_cpus")
    if isinstance(loads, list) and loads and isinstance(loads[0], int | float) and isinstance(usable, int):
        return float(loads[0]), usable
    return None


def _difference(what: str, a: str | None, b: str | None, weight: str) -> Difference | None:
    if a is not None and b is not None:
        return None if a == b else Difference(what, *_only(a, b), weight)
    return Difference(what, a, b, NOTE if weight == NOTE else WARNING)


def _only(a: str, b: str) -> tuple[str, str]:
    """Of two long lists of flags, keep what is on one side only."""
    if max(len(a), len(b)) < 60:
        return a, b
    left, right = a.split(), b.split()
    return (
        " ".join(dict.fromkeys(word for word in left if word not in right)) or "the same flags, fewer or in another order",
        " ".join(dict.fromkeys(word for word in right if word not in left)) or "the same flags, fewer or in another order",
    )  # fmt: skip


def _packages(a: Side, b: Side) -> list[Difference]:
    then, now = packages(a), packages(b)
    if not then or not now:
        sides = ("recorded" if then else None, "recorded" if now else None)
        return [Difference("packages", *sides, WARNING)]
    needed = {name for side in (a, b) for run in side.runs for name in run.manifest.requires}
    return [
        Difference(
            f"package {name}", then.get(name, "not installed"), now.get(name, "not installed"),
            WARNING if name in needed or name in MEASURING else NOTE,
        )
        for name in sorted(then.keys() | now.keys())
        if then.get(name) != now.get(name) and name not in OWN
    ]  # fmt: skip


def _caches(host: Mapping[str, Any]) -> str | None:
    found = host.get("caches")
    if not isinstance(found, list) or not found:
        return None
    return ", ".join(" ".join(str(part) for part in _mapping(cache).values()) for cache in found)


def _filled(found: dict[str, str | None]) -> dict[str, str | None]:
    return {what: value or "" for what, value in found.items()}


def _joined(value: object) -> str:
    return ", ".join(map(str, value)) or "none" if isinstance(value, list) else str(value)


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
