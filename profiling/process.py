"""The one place that starts a process: no shell, a time limit, no orphan, and a log of every command.

Commands are run from the top of the checkout with relative paths, so that the log of a study means the same on
every machine and names nobody's home directory.
"""

from __future__ import annotations

import ctypes
import os
import shlex
import signal
import subprocess
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryFile
from time import perf_counter, sleep
from typing import IO, Any

from bench.errors import VariantFailed, WrongAnswer
from profiling.environments import ROOT

POLL = 0.02  #: seconds between two looks at processes that run side by side


@dataclass(frozen=True)
class Done:
    """A process that ended by itself."""

    code: int
    out: str
    err: str
    seconds: float


class TimedOut(VariantFailed):
    """A process ran longer than it may."""


@dataclass
class Log:
    """The study's log: every command with its duration and exit code, written as it happens."""

    file: IO[str]
    measured_seconds: float = 0.0

    def say(self, text: str) -> None:
        self.file.write(text + "\n")
        self.file.flush()

    def command(self, argv: Sequence[str], code: int, seconds: float) -> None:
        self.measured_seconds += seconds
        self.say(f"{datetime.now():%H:%M:%S}  {seconds:8.2f} s  exit {code:<4d}  {shlex.join(argv)}")


def run(argv: Sequence[str], *, env: Mapping[str, str], limit: float, log: Log | None = None) -> Done:
    """Run `argv` from the top of the checkout and wait for it.

    limit: seconds after which it and all its children are killed and TimedOut is raised.
    """
    return run_together([argv], env=env, limit=limit, log=log)[0]


def run_together(
    argvs: Sequence[Sequence[str]], *, env: Mapping[str, str], limit: float, log: Log | None = None
) -> list[Done]:
    """Run several commands at the same time and wait for all of them. Not for anything that is timed."""
    start = perf_counter()
    children: list[subprocess.Popen[str]] = []
    done: list[Done] = []
    try:
        for argv in argvs:
            with _held_back():
                children.append(subprocess.Popen(
                    argv, cwd=ROOT, env=dict(env), text=True, errors="replace", start_new_session=True,
                    preexec_fn=_die_with_parent, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                ))  # fmt: skip
        for child in children:
            out, err = child.communicate(timeout=max(0.0, limit - (perf_counter() - start)))
            done.append(Done(child.returncode, out, err, perf_counter() - start))
    except subprocess.TimeoutExpired:
        raise TimedOut(f"took longer than the time limit of {limit:g} s") from None
    finally:  # also on Ctrl-C: each child has a session of its own, so nobody else ends it
        ended = perf_counter() - start
        for child in children:
            _kill_group(child)
        for number, child in enumerate(children):
            code = child.wait()
            if log is not None:
                log.command(argvs[number], code, done[number].seconds if number < len(done) else ended)
    return done


TIMED_OUT = 124  #: exit code of a process that run_side_by_side ended, as of timeout(1)


def run_side_by_side(
    argvs: Sequence[Sequence[str]], *, env: Mapping[str, str], limit: float, width: int, log: Log | None = None
) -> Generator[tuple[int, Done], None, None]:
    """Run commands in their order, `width` at a time; yield (place in `argvs`, how it ended) as each ends.

    One that takes longer than `limit` seconds ends with code TIMED_OUT. Who stops asking ends what still runs.
    Not for anything that is timed.
    """
    waiting, running = list(enumerate(argvs))[::-1], dict[int, _Running]()
    try:
        while waiting or running:
            while waiting and len(running) < width:
                number, argv = waiting.pop()
                with _held_back():
                    running[number] = _Running(argv, env)
            for number, child in list(running.items()):
                done = child.ended(limit)
                if done is not None:
                    del running[number]
                    if log is not None:
                        log.command(argvs[number], done.code, done.seconds)
                    yield number, done
            sleep(POLL)
    finally:
        for child in running.values():
            child.end()


class _Running:
    """A process whose output goes to files, so that nobody has to read it meanwhile."""

    def __init__(self, argv: Sequence[str], env: Mapping[str, str]) -> None:
        self.out, self.err = TemporaryFile("w+b"), TemporaryFile("w+b")  # noqa: SIM115 closed in `end`
        self.start = perf_counter()
        self.child = subprocess.Popen(
            argv, cwd=ROOT, env=dict(env), start_new_session=True, preexec_fn=_die_with_parent,
            stdin=subprocess.DEVNULL, stdout=self.out, stderr=self.err,
        )  # fmt: skip

    def ended(self, limit: float) -> Done | None:
        """Return how it ended; None while it runs within its limit."""
        code, seconds = self.child.poll(), perf_counter() - self.start
        if code is None and seconds <= limit:
            return None
        out, err = (self._read(file) for file in (self.out, self.err))
        self.end()
        if code is None:
            code, err = TIMED_OUT, f"error: took longer than the time limit of {limit:g} s"
        return Done(code, out, err, seconds)

    @staticmethod
    def _read(file: IO[bytes]) -> str:
        file.seek(0)
        return file.read().decode(errors="replace")

    def end(self) -> None:
        _kill_group(self.child)
        self.child.wait()
        self.out.close()
        self.err.close()


ENDING = {signal.SIGINT, signal.SIGTERM}


@contextmanager
def _held_back() -> Iterator[None]:
    """Let Ctrl-C wait until a process has started and is known: raised in what Python does at a fork, it would be lost."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _die_with_parent() -> None:
    """In the child: be killed when the tool is, so that an orphan never disturbs the next study (Linux)."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def _kill_group(child: subprocess.Popen[Any]) -> None:
    with suppress(ProcessLookupError, PermissionError):  # everything in it has ended, which is what was wanted
        os.killpg(child.pid, signal.SIGKILL)


def explain(done: Done) -> VariantFailed | WrongAnswer:
    """Turn a failed measured process into the error it stands for, in one line."""
    if done.code < 0:
        known = {s.value: s.name for s in signal.Signals}
        return VariantFailed(f"crashed with {known.get(-done.code, f'signal {-done.code}')}")
    lines = [line.strip() for line in (done.err.strip() or done.out.strip()).splitlines() if line.strip()]
    said = next(
        (line.removeprefix("error: ") for line in lines if line.startswith("error: ")), lines[-1] if lines else ""
    )
    if done.code == WrongAnswer.exit_code:
        return WrongAnswer(said)
    return VariantFailed(said or f"ended with exit code {done.code} and no message")


def which(tool: str) -> str | None:
    """Return the path of `tool`: beside the running interpreter first (a tool installed by pip), then on PATH."""
    import shutil
    import sys

    return shutil.which(tool, path=str(Path(sys.executable).parent)) or shutil.which(tool)
