"""Makes a task of a function: its arguments from tables, its errors as messages. What tasks do is in tasks.py.

invoke is imported inside functions: only the command line needs it.
"""

from __future__ import annotations

import functools
import os
import re
import signal
import sys
from collections.abc import Callable, Sequence
from inspect import Parameter, Signature
from typing import TYPE_CHECKING, Any, cast

from bench import discover
from bench.errors import SuiteError, UsageError
from bench.files import ROOT
from profiling.arguments import Arguments

if TYPE_CHECKING:
    from invoke.tasks import Task


def task(*tables: Arguments, name: str | None = None) -> Callable[[Callable[..., None]], Task[Any]]:
    """Make a task of a function, with the arguments in `tables` as if they stood in its signature.

    No short flags: invoke takes the first letter that is free, then the next, and at last the "_" of a name.
    """
    from invoke.tasks import task as invoke_task

    table = {argument: about for given in tables for argument, about in given.items()}
    parameters = [
        Parameter(argument, Parameter.POSITIONAL_OR_KEYWORD, default=Parameter.empty if default is ... else default)
        for argument, (default, _) in table.items()
    ]
    context = Parameter("c", Parameter.POSITIONAL_OR_KEYWORD)
    texts = {argument.strip("_").replace("_", "-"): text for argument, (_, text) in table.items()}
    lists = [argument for argument, (default, _) in table.items() if isinstance(default, list)]
    needed = [argument for argument, (default, _) in table.items() if default is ...]

    def make(function: Callable[..., None]) -> Task[Any]:
        shown = explained(function, needed)
        cast(Any, shown).__signature__ = Signature([context, *parameters])
        made = invoke_task(name=name, help=texts, iterable=lists, auto_shortflags=False)(shown)
        return cast("Task[Any]", made)

    return make


def explained(function: Callable[..., None], needed: Sequence[str] = ()) -> Callable[..., None]:
    """Show a SuiteError as a message; let anything else be the traceback it deserves. needed: arguments without a default."""
    from invoke.exceptions import Exit

    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> None:
        os.chdir(ROOT)
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # a polite end, as by Ctrl-C
        for stream in (sys.stdout, sys.stderr):
            cast(Any, stream).reconfigure(errors="replace")  # a terminal may not know × or µ
        try:
            _refuse_options(function.__name__, [kwargs[argument] for argument in needed])
            function(*args, **kwargs)
        except SuiteError as error:
            raise Exit(error.explained(), error.exit_code) from error
        except KeyboardInterrupt:
            raise Exit("interrupted: what was finished is in the archive, nothing is half-written", 130) from None
        except OSError as error:
            hint = "Check that it exists, that you may write there (ls -ld), and that the disk is not full (df -h)."
            raise Exit(f"error: {error.filename or 'a file'}: {error.strerror or error}\n{hint}", 1) from error
        except ModuleNotFoundError as error:
            if error.name is None or error.name.partition(".")[0] in ("bench", "profiling", "reporting"):
                raise
            hint = "Use the tool's own environment: source .venv/bin/activate (nox -s dev builds it)."
            raise Exit(f"error: {error.name} is not installed beside this invoke\n{hint}", 1) from error

    return wrapper


def _refuse_options(task_name: str, values: Sequence[str]) -> None:
    """Raise UsageError where invoke took an option that it does not know for a needed value, as in `invoke show --help`."""
    for value in values:
        if value.startswith("-"):
            raise UsageError(f"invoke {task_name} has no option {value}", f"All it has: invoke --help {task_name}")


def explain_what_is_missing() -> None:
    """Let invoke say what a task needs in our words: it ends before any task begins, and in words of its own."""
    from invoke.exceptions import Exit, ParseError
    from invoke.parser.parser import ParseMachine

    complete = ParseMachine.complete_context

    def complete_or_explain(machine: ParseMachine) -> None:
        missing = machine.context.missing_positional_args if machine.context else []
        if missing:
            error = missing_arguments(str(machine.context.name), [str(argument.name) for argument in missing])
            raise Exit(error.explained(), error.exit_code)
        complete(machine)

    def explain_error(machine: ParseMachine, msg: str) -> None:
        name = str(machine.context.name or "") if machine.context else ""
        raise Misunderstood(unknown_word(name, msg), machine.context)

    class Misunderstood(ParseError, Exit):
        """What invoke does not understand: it prints a ParseError, and asks an Exit for its code."""

        def __init__(self, error: UsageError, context: Any) -> None:
            self.args = (error.explained(),)
            self.context, self.message, self._code = context, None, error.exit_code

    ParseMachine.complete_context = complete_or_explain  # type: ignore[assignment, method-assign]
    ParseMachine.error = explain_error  # type: ignore[assignment, method-assign]


def unknown_word(task_name: str, message: str) -> UsageError:
    """Return what is to be said where invoke does not understand a word. message: in its own words, which name it."""
    found = re.fullmatch(r"No idea what '(.*)' is!", message)
    help_ = f"All it has: invoke --help {task_name}" if task_name else "All there are: invoke --list"
    if found is None:
        return UsageError(re.sub(r"Flag <Argument: (\S+?)[ >].* needed value.*", r"--\1 needs a value", message), help_)
    word = found[1]
    if not task_name:
        return UsageError(f"there is no task {word!r}", help_)
    if word.startswith("-"):
        return UsageError(f"invoke {task_name} has no option {word}", help_)
    known = word in discover.families()
    return UsageError(
        f"invoke {task_name} does not take the word {word!r}", f"Write it as --bench {word}." if known else help_
    )


def missing_arguments(task_name: str, names: Sequence[str]) -> UsageError:
    """Return what is to be said where needed arguments were not given."""
    if task_name == "compare":
        return UsageError(
            "invoke compare needs two studies, A and B", "Write: invoke compare newest~1 newest --bench aes"
        )
    options = [f"--{name.replace('_', '-')}" for name in names]
    families = discover.families()
    values = {"--bench": next(iter(families), "FAMILY")}
    example = " ".join(f"{option} {values.get(option, option.strip('-').upper())}" for option in options)
    known = f" (families: {', '.join(families)})" if "--bench" in options else ""
    return UsageError(
        f"invoke {task_name} needs {' and '.join(options)}", f"Write: invoke {task_name} {example}{known}"
    )
