"""Accelerators beside compiled C on the CPU: the same part of the work alone, and the whole job behind the same host.

Arithmetic only; the words are in words/hardware_in_c.py. C was timed beside the design's host and the baseline, in the same
blocks, so both speedups are over the very same times.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

from reporting.model import accelerators
from reporting.model.accelerators import Accelerators, Candidate
from reporting.model.candidates import GRADE
from reporting.statistics import Interval, mean, speedups


@dataclass(frozen=True)
class Held:
    """One design against its part in C."""

    candidate: Candidate
    part: Interval  #: s of one iteration inside the C function, on one core of the CPU
    whole: Interval  #: speedup over the baseline of the whole job with that part in C, measured
    seconds: Interval  #: of that job
    clock: Interval | None  #: Hz that the design reached, with the range of its seeds; None where it was not placed

    @property
    def core(self) -> Interval | None:
        """Seconds that the design's own part takes: its cycles at its clock, without any interface."""
        cycles = self.candidate.result.cycles
        if self.clock is None or not cycles:
            return None
        return Interval(*(cycles / each for each in (self.clock.value, self.clock.high, self.clock.low)))

    @property
    def level(self) -> float:
        """Hz at which the design would draw level with C; 0 where its cycles are not known."""
        return self.candidate.result.cycles / self.part.value

    @property
    def alone(self) -> tuple[str, float] | None:
        """How the core stands against C on that part, as of accelerators.standing; None where it has no time."""
        core = self.core
        return None if core is None else accelerators.standing(core, self.part)

    @property
    def together(self) -> tuple[str, float] | None:
        """How the whole job with the design behind the reference interface stands against that with C."""
        reference = self.candidate.reference
        return None if reference is None else accelerators.standing(reference.seconds, self.seconds)

    @property
    def tentative(self) -> str:
        """Why nothing here earns a verdict, in words; empty where it may have one. C has as many processes as the host."""
        return self.candidate.unsure


def read(found: Accelerators) -> tuple[Held, ...]:
    """Return those of the designs that were held against C; the others' `missing` says why, if they have a part in C."""
    return tuple(_held(c) for c in found.candidates if len(c.result.software.whole) > 0 and not c.wrong)


def _held(candidate: Candidate) -> Held:
    about, clocks = candidate.result.software, candidate.result.clocks.get(GRADE, ())
    whole, part, baseline = ([(value,) for value in each] for each in (about.whole, about.part, about.baseline))
    over, _ = speedups(baseline, [whole])
    hertz = [1e6 * each for each in clocks]
    clock = Interval(median(hertz), min(hertz), max(hertz)) if hertz else None
    return Held(candidate, mean(part), over[0], mean(whole), clock)
