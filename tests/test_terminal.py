"""`invoke show`: what it prints is the text report, coloured in a terminal only, and its verdicts stay on the screen."""

from __future__ import annotations

import io
import os
import pty
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest
from rich.console import Console

from bench.errors import UsageError
from bench.rundir import Archive
from reporting.document import Document
from reporting.renderers import text
from reporting.text import terminal
from reporting.words import sections
from tests import synthetic
from tests.conftest import ROOT

ESCAPE = re.compile(r"\x1b\[[\d;]*m")


@pytest.fixture(scope="module", autouse=True)
def quickly() -> Iterator[None]:
    yield from synthetic.quick()


@pytest.fixture(scope="module")
def document() -> Document:
    return sections.build(synthetic.evidence())


def printed(document: Document, section: str = "", **about: object) -> str:
    out = io.StringIO()
    console = Console(file=out, highlight=False, **({"force_terminal": True, "width": 120, "height": 40} | about))  # type: ignore[arg-type]
    terminal.show(document, section, console)
    return out.getvalue()


def test_a_pipe_gets_the_file(document: Document) -> None:
    assert printed(document, force_terminal=False).encode() == text.render(document)


def test_a_terminal_gets_the_same_words_and_the_verdicts_once_more_at_the_end(document: Document) -> None:
    shown = printed(document)
    plain = ESCAPE.sub("", shown)
    assert plain.startswith(text.written(document)) and shown != plain
    end = plain.removeprefix(text.written(document)).strip("\n").split("\n")
    assert end[0] == "Verdicts (release)" and len(end) < 40
    assert "".join(end).count("> pyaes_vaes is") == 1
    assert plain.rstrip("\n").endswith(text.verdicts(document, 100)[0])


def test_what_fits_on_the_screen_is_not_said_twice(document: Document) -> None:
    assert ESCAPE.sub("", printed(document, "concl")).startswith("Conclusion\n----------")
    assert printed(document, "concl").count("\n") < 20


def test_verdicts_are_coloured_and_worded(document: Document) -> None:
    shown = printed(document, "performance", height=10_000, color_system="standard")
    row = next(
        line for line in shown.split("\n") if ESCAPE.sub("", line).startswith("pyaes_vaes ") and "faster" in line
    )
    assert re.search(r"\x1b\[1;94mfaster\x1b\[0m", row)


def test_no_color_is_respected(document: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in printed(document) and printed(document, height=10_000).encode() == text.render(document)


def test_a_narrow_terminal_gets_narrow_lines(document: Document) -> None:
    lines = ESCAPE.sub("", printed(document, width=70)).split("\n")
    assert not [line for line in lines if len(line) > 70 and " " in line.strip()]


def test_an_unknown_section_is_named_with_those_that_there_are(document: Document) -> None:
    with pytest.raises(UsageError, match="no section 'verdict'") as refused:
        printed(document, "verdict")
    assert "overview, initial analysis" in refused.value.hint


def test_the_command_in_a_pipe_and_in_a_terminal(study: tuple[Archive, str]) -> None:
    command = [sys.executable, "-m", "invoke", "show", "--bench", "aes", f"--results-dir={study[0].root}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    title = done.stdout.partition(b"\n")[0]  # the narrative's, where so small a study supports its claims
    assert title.startswith((b"AES in counter mode", b"aes: AES-128-CTR")) and b"\x1b" not in done.stdout
    ours, theirs = pty.openpty()
    env = {key: value for key, value in os.environ.items() if key != "NO_COLOR"} | {"TERM": "xterm-256color"}
    with subprocess.Popen([*command, "--section", "overview"], cwd=ROOT, stdout=theirs, env=env) as child:
        os.close(theirs)
        said = b""
        while chunk := _read(ours):
            said += chunk
    assert child.returncode == 0 and b"\x1b[1m" in said
    closed = subprocess.run(f"{' '.join(command)} | head -1", shell=True, cwd=ROOT, capture_output=True, check=True)
    assert re.fullmatch(rb"study \d{8}_\d{6} of aes, the newest\n", closed.stderr)  # which was taken, and no traceback


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:  # the other end was closed
        return b""
