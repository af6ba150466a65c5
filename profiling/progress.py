"""The progress display: what is running now, and how long it still takes.

Drawn on stderr, and only between measured processes, never while one runs: no thread of ours competes with it.
On anything but a terminal it writes plain lines.
"""

from __future__ import annotations

from time import perf_counter

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, TaskID, TextColumn
from rich.progress import Progress as Bar

PLAIN_EVERY = 15.0  #: seconds between two lines of one stage where there is no terminal


class Progress:
    """Use as a context manager; `expect`, then `step` and `advance` in turn. `seconds` are estimates."""

    def __init__(self, title: str) -> None:
        self.console = Console(stderr=True, highlight=False)
        self.title = title
        self.left = 0.0
        self.said = ""
        self.started = perf_counter()
        self.next_line = 0.0
        self.bar: Bar | None = None
        self.task: TaskID | None = None

    def __enter__(self) -> Progress:
        if self.console.is_terminal:
            self.bar = Bar(
                TextColumn("[bold]{task.fields[title]}"), BarColumn(20), TextColumn("{task.fields[doing]}"),
                TextColumn("{task.fields[left]}"), console=self.console, auto_refresh=False, transient=True,
            )  # fmt: skip
            self.task = self.bar.add_task("", total=1.0, title=escape(self.title), doing="starting", left="")
            self.bar.start()
        return self

    def __exit__(self, *exc: object) -> None:
        if self.bar is not None:
            self.bar.stop()

    def expect(self, seconds: float) -> None:
        """Set how much is still to do."""
        self.left = seconds
        if self.bar is not None and self.task is not None:
            self.bar.update(self.task, total=max(seconds, 0.1), completed=0)

    def step(self, stage: str, what: str) -> None:
        """Say what starts now."""
        if self.bar is not None and self.task is not None:
            self.bar.update(self.task, doing=escape(f"{stage}  {what}"), left=_left(self.left), refresh=True)
        elif (
            stage.split(maxsplit=1)[0] != self.said or perf_counter() > self.next_line
        ):  # plain: not a line per process
            self.said, self.next_line = stage.split(maxsplit=1)[0], perf_counter() + PLAIN_EVERY
            self._plain(f"{stage}  {what}{_left(self.left, ', ')}")

    def advance(self, seconds: float) -> None:
        self.left = max(0.0, self.left - seconds)
        if self.bar is not None and self.task is not None:
            self.bar.advance(self.task, seconds)

    def warn(self, text: str) -> None:
        """Say something that must not be overlooked."""
        self.console.print(f"[bold yellow]![/] {escape(text)}", soft_wrap=not self.console.is_terminal)

    def note(self, text: str) -> None:
        self.console.print(escape(text), soft_wrap=True)

    def _plain(self, text: str) -> None:
        self.console.print(
            f"[{perf_counter() - self.started:6.1f} s] {self.title}: {text}", markup=False, soft_wrap=True
        )


def _left(seconds: float, before: str = "") -> str:
    if seconds < 1:
        return ""
    minutes, rest = divmod(round(seconds), 60)
    return f"{before}about {minutes} min {rest:02d} s left" if minutes else f"{before}about {rest} s left"
