"""Errors that a person can cause and can read. Anything else deserves its traceback."""

from __future__ import annotations

import traceback
from pathlib import Path


class SuiteError(Exception):
    """A failure that can be explained: `str()` says what is wrong, `hint` how to fix it."""

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint

    def explained(self) -> str:
        """Return the message and the hint as printed on a terminal."""
        return f"error: {self}" + (f"\n{self.hint}" if self.hint else "")


class UsageError(SuiteError):
    """The words of a command line do not fit."""

    exit_code = 2


class WrongAnswer(SuiteError):
    """A variant disagrees with its oracle: its timings mean nothing."""

    exit_code = 3


class VariantFailed(SuiteError):
    """A variant could not be loaded, crashed, or ran out of time."""

    exit_code = 4


class Unsupported(SuiteError):
    """This CPU, or this variant, does not offer what was asked for: a gap with a reason, not a failure."""

    exit_code = 4


class Tampered(SuiteError):
    """A file in the archive is not the one that the manifest describes."""

    exit_code = 6


class Interrupted(SuiteError):
    """Ctrl-C was pressed."""

    exit_code = 130


def place(error: BaseException, folder: Path) -> str:
    """Return "bench/aes/hardware.py, line 12": where in a folder bench/FAMILY an error comes from; "" for elsewhere.

    That is the deepest line of the folder's own files: what a library raises is the fault of the line that called it.
    """
    frames = [(frame.filename, frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]
    if isinstance(error, SyntaxError) and error.filename:  # the file that does not parse is on no stack
        frames.append((error.filename, error.lineno))
    own = [(Path(file).resolve(), line) for file, line in frames if Path(file).resolve().is_relative_to(folder)]
    return f"{own[-1][0].relative_to(folder.parent.parent).as_posix()}, line {own[-1][1]}" if own else ""
