"""Which interpreter: nox sessions build the environments and hand over to invoke. No logic of the study lives here.

    nox -s aes              the whole study of family `aes`, to finished reports (every folder of bench/ has a session)
    nox -s aes -- --fast    words after -- reach the profile stage (see: invoke --help run)
    nox -s hardware         the accelerators of all families that have some: simulated, synthesised, placed, into the reports;
                            of one family: nox -s hardware -- --bench aes
    nox -s hardware_tools   only .venv_hardware, to try a design by hand
    nox -s tests            lint, types and tests
    nox -s dev              all environments, to work with invoke by hand

nox puts its own environments under .nox; those of a study have fixed names, so these sessions make them themselves.
"""

from __future__ import annotations

import sys
from pathlib import Path

import nox

ROOT = Path(__file__).parent
sys.path.insert(0, str(ROOT))  # nox runs this file from elsewhere

from bench import discover  # noqa: E402
from bench.errors import SuiteError  # noqa: E402
from profiling import environments, interpreters  # noqa: E402

nox.needs_version = ">=2025.5.1"
nox.options.error_on_missing_interpreters = True  # never "skipped, exit code 0"
nox.options.sessions = ["tests"]

PYPROJECT = nox.project.load_toml(ROOT / "pyproject.toml")
try:
    FOUND = interpreters.choose()
except SuiteError as error:
    sys.exit(error.explained())
BASE = getattr(sys, "_base_executable", None) or sys.executable
MEASURED = ["release", "dbg"] if FOUND.debug else ["release"]
PIP = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check")


def provide(session: nox.Session, name: str, group: str, interpreter: str) -> None:
    """Make environment `name` fresh: a second run costs nothing, a changed dependency or interpreter is noticed."""
    if environments.fresh(name, interpreter):
        return
    place = environments.location(name)
    python = str(place / "bin" / "python")
    # nox itself may run from .venv, so that one is mended in place; the measured ones are made anew.
    if name != "tool" or not Path(python).exists():
        session.log(f"creating {place} on {interpreter}")
        session.run(sys.executable, "-m", "virtualenv", "--quiet", "--clear", "-p", interpreter, str(place), log=False)
    session.log("installing its dependencies (once, about a minute)")
    wanted = nox.project.dependency_groups(PYPROJECT, group)
    session.run(python, *PIP, *wanted, "--editable", ".", log=False, env={"PYTHONWARNINGS": "ignore"})
    environments.mark_fresh(name, interpreter)


@nox.session(venv_backend="none")
def release(session: nox.Session) -> None:
    """Build .venv_release on a release interpreter: the source of every headline figure."""
    provide(session, "release", "measure", FOUND.release.path)
    session.log(f"release interpreter: {FOUND.release.text}")


@nox.session(venv_backend="none")
def dbg(session: nox.Session) -> None:
    """Build .venv_dbg on python3-dbg: the interpreter with symbols and assertions."""
    if FOUND.debug is None:
        session.error(f"this machine has no debug build of Python. Install one: {interpreters.install_hint()}")
    provide(session, "dbg", "measure", FOUND.debug.path)
    session.log(f"debug interpreter: {FOUND.debug.text}")


def add_family(name: str) -> None:
    """Register the session of one family."""

    @nox.session(name=name, venv_backend="none", requires=MEASURED)
    def study(session: nox.Session) -> None:
        provide(session, "tool", "tool", BASE)
        invoke = environments.location("tool") / "bin" / "invoke"
        session.run(str(invoke), "run", "--bench", name, *session.posargs, log=False)

    study.__doc__ = f"Measure family {name} and write all its reports; words after -- go to the profile stage."


for family in discover.families():
    add_family(family)


@nox.session(venv_backend="none", requires=MEASURED)
def dev(session: nox.Session) -> None:
    """Build every environment, for work with invoke by hand."""
    provide(session, "tool", "tool", BASE)
    session.log("ready. Now type: source .venv/bin/activate && invoke --list")


@nox.session(venv_backend="none")
def hardware_tools(session: nox.Session) -> None:
    """Build .venv_hardware only: Amaranth, yosys and nextpnr, to try a design by hand."""
    provide(session, "hardware", "hardware", BASE)
    session.log("ready. Now type: .venv_hardware/bin/python -m bench.cosimulate FAMILY/DESIGN --check")


@nox.session(venv_backend="none", requires=["release", "hardware_tools"])
def hardware(session: nox.Session) -> None:
    """Take the accelerators of every family that has some through the tools; words after -- go to invoke hardware."""
    provide(session, "tool", "tool", BASE)
    invoke = environments.location("tool") / "bin" / "invoke"
    session.run(str(invoke), "hardware", *session.posargs, log=False)


@nox.session(reuse_venv=True)
def lint(session: nox.Session) -> None:
    """Check style (ruff) and types (mypy --strict)."""
    check_style(session)


@nox.session(reuse_venv=True, requires=MEASURED)
def tests(session: nox.Session) -> None:
    """Check style and types, then run the tests; words after -- go to pytest."""
    check_style(session)
    session.run("python", "-m", "pytest", "-n", "2", "--dist", "loadfile", *session.posargs)


def check_style(session: nox.Session) -> None:
    session.install("--disable-pip-version-check", *nox.project.dependency_groups(PYPROJECT, "test"), "--editable", ".")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("mypy")
