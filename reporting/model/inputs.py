"""What the co-design model is told of one candidate, and what the same work asks of it in more or fewer calls.

No time of an accelerator is worked out here; that is in iteration.py, and where inputs come from in candidates.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from reporting.model.uncertain import Range
from reporting.statistics import Array, Interval

State = dict[str, Array]  #: name of an uncertain quantity, or of a result -> its value for each draw
Number: TypeAlias = "float | Array"


@dataclass(frozen=True)
class Load:
    """What one iteration asks for, done in so many calls. Each is a number, or one for each draw."""

    calls: Number
    host: Number  #: times what the host's own part takes in the calls that were counted
    sent: Number  #: bytes
    received: Number
    cycles: Number


@dataclass(frozen=True)
class Inputs:
    """One candidate: what the host takes with and without a part, and how the accelerator would do that part.

    The host's own part is either measured (`host`) or follows from a `share` of samples. The accelerator's speed is either
    `cycles` at a `clock`, or a factor (`acceleration`); with neither it is infinite.
    """

    name: str  #: of the part that is taken over, or of the design
    whole: tuple[float, ...]  #: s of one iteration of the baseline, one per process
    host: tuple[float, ...] = ()  #: s of one iteration without the part, process i in the same block as in `whole`
    share: Interval | None = None  #: of the baseline's time that is the part's, where `host` is empty
    calls: float | None = None  #: offloads in one iteration; None: not known, and the interface then costs nothing
    sent: float | None = None  #: bytes to the accelerator in one iteration; None: not known, so free
    received: float | None = None  #: bytes back
    cycles: float = 0  #: of the accelerator, in one iteration, words on its bus included
    clock: tuple[float, ...] = ()  #: Hz, one per seed of the placer
    width: tuple[float, float] | None = None  #: bytes that cross its bus in a cycle, to it and from it; None: not known
    grain: float = 0.0  #: bytes that a design works on while more of them arrive, in multiples; 0: it does not
    fixed: float = 0.0  #: bytes among `sent` that every call has, however little it works on
    drives: bool = False  #: whether the host's own part is spent on the calls, so that more calls take more of it
    acceleration: Range | None = None
    sources: Mapping[str, str] = field(default_factory=dict)  #: name of a field -> how it was obtained, in words

    def __post_init__(self) -> None:
        if not self.whole or bool(self.host) == (self.share is not None):
            raise ValueError(f"{self.name}: a baseline's times, and either a host's times or a share, are needed")
        if self.cycles and (not self.clock or self.acceleration):
            raise ValueError(f"{self.name}: cycles need a clock, and leave no other acceleration")

    @property
    def streams(self) -> bool:
        return self.grain > 0

    @property
    def payload(self) -> float:
        """Return the bytes of one iteration that are worked on."""
        return (self.sent or 0.0) - self.fixed * (self.calls or 0.0)

    @property
    def divisible(self) -> bool:
        """Whether the same work could be done in larger or smaller calls: a design says so, elsewhere LogCA takes it so."""
        return self.streams or not self.drives

    @property
    def most_calls(self) -> float:
        """Return in how many calls the same work can be done at most: of one grain each; infinite where there is none."""
        return self.payload / self.grain if self.streams else float("inf")

    def load(self, calls: Number | None = None) -> Load:
        """Return what the same work asks for in so many calls; by default in those that there are.

        With each call come its fixed bytes, the cycles that these take, and all that it costs the host of a design: how much
        of that would grow with the bytes of a call was not measured, so a call pays from no larger size than follows from this.
        """
        there = self.calls or 0.0
        now: Number = there if calls is None else calls
        if not there:
            return Load(now, 1.0, self.sent or 0.0, self.received or 0.0, self.cycles)
        more = now / there
        always = self.fixed * there / self.sent if self.sent else 0.0
        return Load(
            calls=now,
            host=more if self.drives else 1.0,
            sent=self.payload + self.fixed * now,
            received=self.received or 0.0,
            cycles=self.cycles * (1 - always + always * more),
        )

    def divided(self, calls: float) -> Inputs:
        """Return the same work in so many calls."""
        asked = self.load(calls)
        return replace(
            self,
            calls=calls,
            host=tuple(seconds * float(asked.host) for seconds in self.host),
            sent=None if self.sent is None else float(asked.sent),
            cycles=float(asked.cycles),
        )
