"""`invoke doctor`: checks this machine at once, with the command that fixes each thing that is missing."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bench.errors import SuiteError
from profiling import environments, host, interpreters
from profiling.collector import Missing
from profiling.collectors import counters, profile
from profiling.hardware import toolchain
from profiling.process import which

ENOUGH_DISK = 2 * 2**30  #: bytes; the environments take about 1.5 GiB
COLOURS = {"ok": "green", "missing": "yellow", "broken": "red"}


@dataclass(frozen=True)
class Row:
    """One thing checked. `state` is ok, missing (the study runs, with less) or broken (it does not)."""

    what: str
    state: str
    found: str
    fix: str = ""


def show() -> None:
    """Print the table; raise SuiteError if something is broken."""
    rows = list(check())
    table = Table(box=None, padding=(0, 2, 0, 0), title="What this machine offers", title_justify="left")
    for column in ("what", "state", "found", "fix"):
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(row.what, Text(row.state, COLOURS[row.state]), Text(row.found), Text(row.fix))
    Console(width=None if sys.stdout.isatty() else 100).print(table)
    broken = [row.what for row in rows if row.state == "broken"]
    if broken:
        raise SuiteError(f"a study cannot run here yet: {', '.join(broken)}", "Run the fixes above.")


def check() -> Iterator[Row]:
    """Check everything, in the order in which a newcomer meets it."""
    yield _tool_python()
    yield from _interpreters()
    for name in ("release", "dbg", "tool"):
        yield _environment(name)
    yield from _perf()
    yield _simple("valgrind", "sudo apt install valgrind")
    yield _ptrace()
    yield from hardware_tools()
    yield _disk()
    yield _machine()


def _tool_python() -> Row:
    supported = sys.version_info[:2] in interpreters.SUPPORTED
    return Row(
        "python of the tool", "ok" if supported else "broken", f"{platform.python_version()}",
        "" if supported else "Use Python 3.10 to 3.13.",
    )  # fmt: skip


def _interpreters() -> Iterator[Row]:
    try:
        pair = interpreters.choose()
    except SuiteError as error:
        yield Row("release interpreter", "broken", str(error), error.hint)
        return
    yield Row("release interpreter", "ok", pair.release.text)
    if pair.debug is None:
        off = os.environ.get("BENCH_DEBUG_PYTHON") == "none"
        found = "off (BENCH_DEBUG_PYTHON=none)" if off else "none: no symbols, no debug build"
        yield Row("debug interpreter", "missing", found, "" if off else interpreters.install_hint())
    else:
        same = "" if pair.same_version else "; not the release's version, so compare with care"
        yield Row("debug interpreter", "ok", pair.debug.text + same)


def _environment(name: str) -> Row:
    place = environments.location(name)
    what, fix = f"environment {place}", f"nox -s {'dev' if name == 'tool' else name}"
    base = getattr(sys, "_base_executable", None) or sys.executable
    try:
        pair = interpreters.choose()
    except SuiteError as error:
        return Row(what, "broken", str(error), error.hint)
    if name == "dbg" and pair.debug is None:
        return Row(what, "missing", "needs a debug interpreter", interpreters.install_hint())
    wanted = {"release": pair.release.path, "dbg": pair.debug.path if pair.debug else "", "tool": base}[name]
    if not (environments.ROOT / place / "bin" / "python").exists():
        return Row(what, "broken", "does not exist yet", fix)
    if not environments.fresh(name, wanted):
        return Row(what, "missing", "stale: dependencies or interpreter changed", fix)
    return Row(what, "ok", "fresh")


def _perf() -> Iterator[Row]:
    perf = which("perf")
    if perf is None:
        yield Row("perf", "missing", "not installed: no counters", counters.install_hint())
        return
    denied, fix = counters.denial(perf)
    if denied:
        yield Row("perf", "missing", denied, fix)
        return
    form = "JSON" if "-j" in counters.output_words(perf) else "CSV: this perf is older than 5.19"
    yield Row(
        "perf", "ok", f"may count (perf_event_paranoid is {host.describe()['perf_event_paranoid']}), writes {form}"
    )
    lacking = counters.pmu_missing(perf)
    if lacking:
        yield Row(
            "hardware counters (PMU)",
            "missing",
            f"instructions: {lacking}; simulated by valgrind instead"
            if which("valgrind")
            else f"instructions: {lacking}",
            "run on the bare machine, or pass the PMU on",
        )
    else:
        yield Row("hardware counters (PMU)", "ok", "instructions are counted")


def _simple(tool: str, fix: str) -> Row:
    path = which(tool)
    return Row(tool, "ok", path) if path else Row(tool, "missing", "not installed", fix)


def _ptrace() -> Row:
    spy = which("py-spy")
    if spy is None:
        return Row("py-spy", "missing", "not installed: no flame graphs", "nox -s dev")
    if profile.may_sample():
        return Row("py-spy", "ok", "may read other processes (ptrace)")
    return Row("py-spy", "missing", "may not read other processes (ptrace)", "in a container: --cap-add SYS_PTRACE")


def hardware_tools() -> Iterator[Row]:
    """Check what accelerators need; everything else works without."""
    found = toolchain.find()
    named = {"amaranth": found.amaranth, "yosys": found.yosys, "nextpnr": found.nextpnr, "C++ compiler": found.compiler}
    for name, tool in named.items():
        if isinstance(tool, Missing):
            yield Row(name, "missing", f"{tool.what}: {tool.cost}", tool.fix)
        else:
            yield Row(name, "ok", tool.name)


def _disk() -> Row:
    free = host.free_bytes(environments.ROOT)
    enough = free > ENOUGH_DISK
    return Row(
        "disk", "ok" if enough else "missing", f"{free / 2**30:.1f} GiB free", "" if enough else "free at least 2 GiB"
    )


def _machine() -> Row:
    about = host.describe()
    virtual, governor = about["virtualisation"], about["governor"] or "not visible"
    return Row("machine", "ok", f"virtualisation: {virtual}; governor: {governor}; load {about['load'][0]:.2f}")
