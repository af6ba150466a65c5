"""Writes script_<bench>.sh: a shell script that redoes a study with plain tools. The script itself is assets/script.sh.

Only facts of the study are put in: its variants, its versions, and how each command of its log ran. They are hostile
input: each is quoted for the shell, or left out where it is not made of plain letters.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bench import discover
from bench.errors import SuiteError
from bench.model import Manifest, Study
from bench.rundir import Archive, write_text
from reporting.palette import shorten

TEMPLATE = Path(__file__).parent / "assets" / "script.sh"
PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_./+-]*")  #: a word that needs no quotes, and is no option
PIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*==[A-Za-z0-9][A-Za-z0-9.!_-]*(\+[A-Za-z0-9.]+)?")
COMMAND = re.compile(r"\d\d:\d\d:\d\d +[\d.]+ s  exit (-?\d+) +(.*)")
OURS = ("codesign-bench", "pip", "setuptools")  #: distributions that the script provides in another way
BUILD_OF = {".venv_release/bin/python": "release", ".venv_dbg/bin/python": "dbg"}
NOT_TIMED = ("--ablate", "--limit", "--check")
DEFAULT_EVENTS = "task-clock,context-switches,cpu-migrations,page-faults"


@dataclass(frozen=True)
class Ran:
    """How one measured process of the study ran."""

    tool: str  #: what stood before the interpreter: "", "perf stat", "perf record", "py-spy record", ...
    build: str
    variant: str
    size: str
    warm_ups: int
    values: int
    loops: int
    files: tuple[str, ...]  #: words that name the files of a variant from elsewhere
    words: tuple[str, ...]  #: the whole command

    @property
    def line(self) -> str:
        return " ".join(map(str, (self.build, self.variant, self.warm_ups, self.values, self.loops, *self.files)))


def write(archive: Archive, timestamp: str, folder: Path) -> Path:
    """Write the script of one study, executable; return its path."""
    path = folder / f"script_{archive.family}.sh"
    write_text(path, text(archive, timestamp))
    path.chmod(0o755)
    return path


def text(archive: Archive, timestamp: str) -> str:
    """Return the script of one study."""
    study = archive.study(timestamp)
    if study.adopted:
        raise SuiteError(
            f"study {timestamp} was adopted: how it was measured is not recorded", "Choose one that was measured here."
        )
    log = archive.log(timestamp)
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines() if log.is_file() else []
    ran = list(_ran(lines, archive.family))
    timed = _timed(archive, timestamp, ran)
    if not timed:
        raise SuiteError(f"the log of study {timestamp} has no timed process", f"Measure: nox -s {archive.family}.")
    manifests = {run.manifest().variant: run.manifest() for run in archive.runs(timestamp)}
    facts = _facts(study, manifests[study.baseline], timed, ran) | _plans(study, timed, ran)
    return re.sub(r"@@([A-Z_]+)@@", lambda found: facts[found[1]], TEMPLATE.read_text(encoding="utf-8"))


def _ran(lines: Iterable[str], family: str) -> Iterator[Ran]:
    """Yield the workers in a log that ended well and whose words are all plain."""
    for line in lines:
        found = COMMAND.fullmatch(line)
        try:
            words = shlex.split(found[2]) if found and found[1] == "0" else []
        except ValueError:
            continue
        if "--worker" not in words or "bench" not in words:
            continue
        ran = _worker(words, family)
        if ran is not None:
            yield ran


def _worker(words: list[str], family: str) -> Ran | None:
    """Return how one worker ran; None where it is none of this family, or has words that are not plain."""
    python = next((word for word in words if word in BUILD_OF), None)
    target = words[words.index("bench") + 1] if words[-1] != "bench" else ""
    known, _, size = target.partition("@")
    name, _, variant = known.partition("/")
    given = {
        flag: words[at + 1] for at, flag in enumerate(words[:-1]) if flag in ("-w", "-n", "-l", "--file", "--wrapper")
    }
    numbers = [given.get(flag, "") for flag in ("-w", "-n", "-l")]
    files = tuple(word for flag in ("--file", "--wrapper") if flag in given for word in (flag, given[flag]))
    plain = all(PLAIN.fullmatch(word) for word in (variant, size, *files[1::2])) and all(map(str.isdecimal, numbers))
    if python is None or name != family or not plain:
        return None
    tool = " ".join(words[: words.index(python)][:2])
    warm_ups, values, loops = map(int, numbers)
    return Ran(tool, BUILD_OF[python], variant, size, warm_ups, values, loops, files, tuple(words))


def _timed(archive: Archive, timestamp: str, ran: Iterable[Ran]) -> dict[tuple[str, str], Ran]:
    """Return (build, variant) -> how its timed processes ran. To these all values are alike, warm-ups included; the raw file
    knows how many of them counted."""
    found: dict[tuple[str, str], Ran] = {}
    for each in ran:
        in_timing = "raw/timing/" in " ".join(each.words)
        if each.tool or not in_timing or any(flag in each.words for flag in NOT_TIMED):
            continue
        raw = archive.run(each.variant, timestamp).raw("timing") / each.build / "pyperf.json"
        values = _values(raw) or each.values
        number = max(each.warm_ups + each.values - values, 0)
        known = found.get((each.build, each.variant))  # what one process began with by chance is no plan
        found[each.build, each.variant] = Ran(
            "", each.build, each.variant, each.size, min(number, known.warm_ups) if known else number, values, each.loops,
            each.files, each.words,
        )  # fmt: skip
    return found


def _spread(ran: Iterable[Ran]) -> int:
    """Return by how many per cent of its warm-ups a process may have had more, by chance: 100, or 0 in older studies."""
    totals: dict[tuple[str, str, int], set[int]] = {}
    for each in ran:
        if (
            not each.tool
            and "raw/timing/" in " ".join(each.words)
            and not any(flag in each.words for flag in NOT_TIMED)
        ):
            totals.setdefault((each.build, each.variant, each.loops), set()).add(each.warm_ups + each.values)
    return 100 if any(len(found) > 1 for found in totals.values()) else 0


def _values(raw: Path) -> int:
    """Return how many values a process gave; 0 if the file does not tell."""
    try:
        return len(json.loads(raw.read_text(encoding="utf-8"))["benchmarks"][0]["runs"][0]["values"])
    except (OSError, ValueError, KeyError, IndexError, TypeError):
        return 0


def _plans(study: Study, timed: dict[tuple[str, str], Ran], ran: list[Ran]) -> dict[str, str]:
    """Return the tables of the script: a line per build and variant, in the study's order."""

    def lines(tool: str) -> str:
        first = {(r.build, r.variant): r for r in reversed(ran) if r.tool == tool and r.size == study.size}
        return _ordered(study, first)

    sampled = next((r.words for r in ran if r.tool == "py-spy record"), ())
    counted = next((r.words for r in ran if r.tool == "perf stat"), ())
    return {
        "TIMED": _ordered(study, timed),
        "COUNTED": lines("perf stat"),
        "SAMPLED": lines("py-spy record"),
        "RECORDED": lines("perf record"),
        "SAMPLE_RATE_Q": shlex.quote(_after(sampled, "--rate") or "250"),
        "EVENTS_Q": shlex.quote(_after(counted, "-e") or DEFAULT_EVENTS),
    }


def _ordered(study: Study, found: dict[tuple[str, str], Ran]) -> str:
    return "\n".join(found[b, v].line for b in study.builds for v in study.variants if (b, v) in found)


def _after(words: tuple[str, ...], flag: str) -> str:
    return words[words.index(flag) + 1] if flag in words[:-1] else ""


def _facts(study: Study, about: Manifest, timed: dict[tuple[str, str], Ran], ran: list[Ran]) -> dict[str, str]:
    """Return placeholder -> what is put there; names ending in _Q are quoted for the shell, others are plain or in a comment."""
    interpreters = {build: about.interpreters[build] for build in study.builds}
    known = discover.family(study.family).sizes if study.family in discover.families() else (study.size,)
    variants = [name for name in study.variants if any(variant == name for _, variant in timed)]
    versions = (f"[{build}]={shlex.quote(str(found['version']))}" for build, found in interpreters.items())
    spy = next((c.tool.rpartition(" ")[2] for c in about.collections if c.collector == "profile" and c.tool), "")
    quoted = {
        "FAMILY": study.family, "TIMESTAMP": study.timestamp, "COMMIT": study.commit, "BASELINE": study.baseline,
        "SIZE": study.size, "PY_SPY": spy if PLAIN.fullmatch(spy) else "",
    }  # fmt: skip
    return {
        **{f"{name}_Q": shlex.quote(value) for name, value in quoted.items()},
        **{name: _plain(quoted[name]) for name in ("FAMILY", "TIMESTAMP", "SIZE")},
        "JOB": shorten(about.job, 110),
        "DURATION": f"{max(1, round(study.seconds / 60))} min",
        "SIZES": " ".join(map(_plain, known)),
        "BUILDS": " ".join(study.builds),
        "VARIANTS": " ".join(variants),
        "VERSIONS": " ".join(versions),
        "PROCESSES": str(int(about.options["processes"])),
        "SPREAD": str(_spread(ran)),
        "COUNTER_RUNS": str(int(about.options["counter_runs"])),
        "REQUIREMENTS": "\n".join(
            _requirements(build, found["distributions"]) for build, found in interpreters.items()
        ),
    }


def _plain(word: str) -> str:
    return word if PLAIN.fullmatch(word) else "unknown"


def _requirements(build: str, distributions: Iterable[object]) -> str:
    """Return the branch of the script that prints the pins of one build."""
    pins = [str(pin) for pin in distributions if PIN.fullmatch(str(pin)) and str(pin).partition("==")[0] not in OURS]
    return "\n".join([f"  {build})", "    cat <<'PINS'", *pins, "PINS", "    ;;"])
