"""The tables that say where the numbers come from: study, machine, interpreters, files and commands."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from bench.rundir import Archive
from reporting import units
from reporting.compare import noise_floor
from reporting.document import Cell, Table
from reporting.evidence import Evidence
from reporting.measures.verdicts import band
from reporting.words.tables import NOT_RECORDED, date, machine, missing, python, short, text

DIGITS = 16  #: of a hash that are shown: no two files of a study share them


def study(evidence: Evidence) -> Table:
    """The study in short: the facts that a person's words about it need most often."""
    of, manifest, floor = evidence.study, evidence.baseline.manifest, noise_floor(evidence)
    amount, unit = manifest.work
    timed = sorted({len(run.processes(evidence.builds[0])) for run in evidence.runs} - {0})
    facts = {
        "timestamp": text(of.timestamp),
        "date": text(date(of.timestamp)),
        "commit": text(of.commit) if of.commit else missing("commit: not measured from a git checkout"),
        "job": text(manifest.job),
        "size": text(of.size),
        "work": Cell(units.count(int(amount), unit), amount, unit=unit),
        "baseline": text(of.baseline),
        "variants": Cell(str(len(evidence.runs)), len(evidence.runs)),
        "processes": text("–".join(str(number) for number in dict.fromkeys((timed[0], timed[-1])))) if timed else missing("nothing was timed"),
        "floor": Cell(units.percent(floor.share), floor.share, unit="%") if floor else missing("floor: not measured"),
        "band": Cell(units.percent(width := band(floor.share if floor else 0.0)), width, unit="%"),
        "machine": text(machine(evidence)),
        "cpus": _number(manifest.host.get("usable_cpus"), "cpus"),
        **{f"python ({short(build)})": text(python(evidence, build)) for build in evidence.builds},
        "took": Cell(units.seconds(of.seconds), of.seconds, unit="s"),
    }  # fmt: skip
    rows = tuple((text(fact), cell) for fact, cell in facts.items())
    caption = (
        "Commit: of the checkout that measured; + where its code differed from it. Floor: what the baseline shows against "
        "itself. Band: what is called equivalent. Processes: per variant and build."
    )
    return Table("The study in short", ("fact", "value"), rows, caption, numeric=False, key="study")


def _number(value: int | None, fact: str) -> Cell:
    return missing(f"{fact}: {NOT_RECORDED}") if value is None else Cell(str(value), value)


def host(evidence: Evidence) -> Table:
    about = evidence.baseline.manifest.host
    if not about:
        return _not_recorded(
            "machine", "The machine", ("CPU", "memory", "kernel", "virtualisation", "governor", "load")
        )
    caches = ", ".join(f"L{c['level']} {c['type'].lower()} {c['size']}" for c in about["caches"])
    facts = {
        "CPU": about["cpu"], "architecture": about["architecture"],
        "CPUs (usable / all)": f"{about['usable_cpus']} / {about['cpus']}", "caches of CPU 0": caches or None,
        "memory": units.size(about["memory_bytes"]), "kernel": about["kernel"], "system": about["system"],
        "C library": about["libc"], "virtualisation": about["virtualisation"], "governor": about["governor"],
        "turbo": about["turbo"], "SMT": {"notsupported": "not supported"}.get(about["smt"], about["smt"]), "address randomisation": about["aslr"],
        "perf_event_paranoid": about["perf_event_paranoid"], "load at the start": " ".join(f"{x:.2f}" for x in about["load"]),
        "ran as root": "yes" if about["root"] else "no",
    }  # fmt: skip
    rows = tuple((text(k), text(v) if v is not None else missing(f"{k}: not visible here")) for k, v in facts.items())
    return Table("The machine", ("fact", "value"), rows, numeric=False, key="machine")


def interpreters(evidence: Evidence) -> Table:
    found = evidence.baseline.manifest.interpreters
    if not found:
        return _not_recorded(
            "interpreters",
            "The interpreters",
            ("implementation and version", "debug or release build", "distributions"),
        )
    facts = ("implementation", "version", "base", "compiler", "sha256", "cflags", "configure", "distributions")
    names = {
        "base": "binary",
        "sha256": "sha256 of the binary",
        "configure": "configured with",
        "cflags": "compiled with",
    }
    rows = []
    for fact in facts:
        values = [found[build][fact] for build in evidence.builds]
        shown = [", ".join(v) if isinstance(v, list) else " ".join(str(v).split()) for v in values]
        rows.append((text(names.get(fact, fact)), *map(text, shown)))
    columns = ("fact", *map(short, evidence.builds))
    return Table("The interpreters", columns, tuple(rows), numeric=False, key="interpreters")


def sources(evidence: Evidence) -> Table:
    runs = (*evidence.runs, *evidence.series_peers)
    if not any(run.manifest.sources for run in runs):
        return _not_recorded("files", "The files that were executed", ("path", "sha256"))
    rows = tuple((text(run.name), text(path), text(sha)) for run in runs for path, sha in run.manifest.sources)
    caption = "As they were when they were measured. The raw files are listed below."
    columns = ("variant", "file", "sha256")
    return Table("The files that were executed", columns, rows, caption, numeric=False, key="files")


def raw(evidence: Evidence) -> list[Table]:
    """Every raw file with its size and hash, as the manifests recorded them; nothing where there are none."""
    rows = []
    for run in (*evidence.runs, *evidence.series_peers):
        home = Archive(evidence.study.family).run(run.name, evidence.study.timestamp).path
        for file in run.raw:
            size = (
                missing("the file is missing") if file.bytes is None else Cell(f"{file.bytes:,}", file.bytes, unit="B")
            )
            path = Cell(file.path.removeprefix("raw/"), (home / file.path).as_posix())
            rows.append((text(run.name), text(short(file.build)), path, size, Cell(file.sha256[:DIGITS], file.sha256)))
    caption = (
        "What the tools wrote, never edited, below the folder raw/ of each variant's run; every number of this report is "
        "derived from these files. Links work where it lies in its place in a checkout. "
        f"Of each hash the first {DIGITS} digits; workbook and manifests have all. invoke verify checks every hash and every number."
    )
    columns = ("variant", "build", "file", "bytes", "sha256")
    found = Table(
        "The raw files", columns, tuple(rows), caption, code=("sha256",), links=("file",), detail=True, key="raw"
    )
    return [found] if rows else []


def _not_recorded(key: str, title: str, facts: tuple[str, ...]) -> Table:
    """Return a table that says of each fact that nobody wrote it down, as in an adopted study."""
    rows = tuple((text(fact), missing(f"{title.lower()}: {NOT_RECORDED}")) for fact in facts)
    return Table(title, ("fact", "value"), rows, numeric=False, key=key)


def command_history(evidence: Evidence) -> Table:
    """The commands of the study, equal ones joined: how often, how long in all, and the command."""
    groups: dict[str, list[float]] = defaultdict(list)
    events = ""
    for seconds, command in _commands(evidence.log):
        found = re.search(r" -e (\S+,\S+)", command)
        events = found.group(1) if found else events
        groups[command.replace(events, "$EVENTS") if events else command].append(seconds)
    rows = tuple(
        (Cell(command, command), Cell(str(len(took)), len(took)), Cell(units.seconds(sum(took)), sum(took), unit="s"))
        for command, took in groups.items()
    )
    caption = (
        "Run from the top of the checkout; equal commands are joined. N differs from process to process: the number of a file, or of calls."
        + (f" EVENTS={events.replace(',', ', ')}" if events else "")
    )
    return Table("Command history", ("command", "times", "took"), rows, caption, numeric=False, key="commands")


def _commands(log: Iterable[str]) -> Iterable[tuple[float, str]]:
    """Yield (seconds, command) of a log, with what differs from run to run taken out."""
    for line in log:
        match = re.match(r"\d\d:\d\d:\d\d +([\d.]+) s  exit -?\d+ +(.*)$", line)
        if match:
            command = re.sub(r"/[^\s,]*/bench-[^/,]+/", "", match.group(2))  # the folder of perf's pipes is temporary
            command = re.sub(r"\b((?:perf_)?run|empty)_\d+\b", r"\1_N", command)
            yield float(match.group(1)), re.sub(r"(--output |-w 0 -n )\d+\b", r"\1N", command)
