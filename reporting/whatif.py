"""The stage of `invoke whatif`: what an accelerator that nobody built would bring, from a study's profile or a design.

Reads what a person asked for and the study, has the model project it, and puts the words together. The arithmetic is in
codesign.py and model/, the words in words/whatif*.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from bench.errors import UsageError
from bench.rundir import Archive
from reporting import codesign, evidence
from reporting.codesign import Projection
from reporting.compare import compare
from reporting.document import Block, Document, Section
from reporting.evidence import Evidence
from reporting.measures import quality
from reporting.model import accelerators, candidates, cards, interfaces, quantities, sweeps
from reporting.model.accelerators import REFERENCE, Measured
from reporting.model.candidates import Traffic
from reporting.model.inputs import Inputs
from reporting.model.interfaces import Interface
from reporting.model.uncertain import Range
from reporting.statistics import Interval
from reporting.words import interface_tables, tables
from reporting.words import whatif as words
from reporting.words import whatif_answers as answers


@dataclass(frozen=True)
class Wanted:
    """What a person asked for: texts as they were typed, "" where nothing was."""

    kernel: str = ""
    design: str = ""
    grade: str = ""
    acceleration: str = ""
    interface: str = ""
    overhead: str = ""
    overhead_per_byte: str = ""
    latency: str = ""
    bandwidth: str = ""
    call: str = ""
    calls: str = ""
    bytes: str = ""
    asynchronous: bool = False


def read(given: Mapping[str, Any]) -> Wanted:
    """Return what was asked for; raises UsageError where options exclude each other."""
    wanted = Wanted(**given)
    if wanted.design and (wanted.kernel or wanted.acceleration):
        raise UsageError(
            "--design excludes --kernel and --acceleration: the hardware study has measured both", "Leave them out."
        )
    if wanted.design and wanted.bytes:
        raise UsageError(
            "--design excludes --bytes: they were counted on the simulated core, whose cycles are of just these",
            "Leave it out; --calls divides the same work into more calls or fewer.",
        )
    if wanted.grade and not wanted.design:
        raise UsageError("--grade has no effect without --design", "Name a design of the hardware study.")
    return wanted


def document(archive: Archive, timestamp: str, wanted: Wanted) -> Document:
    """Return what the model says about one candidate of a study, as a Document that any renderer takes."""
    found = evidence.read(archive, timestamp)
    traffic = None if wanted.design else candidates.counted(archive, found)
    given, session = _inputs(archive, found, wanted, traffic)
    inputs, rung = overridden(given, wanted), _fastest(found)
    reached = _interfaces(inputs, wanted)
    if inputs.cycles or inputs.acceleration:
        projections = [codesign.project(inputs, each, session=session) for each in reached]
        told, blocks = _projected(projections, found.baseline.name, rung)
    else:
        told, blocks = _swept(inputs, reached)
    answer = [*answers.verdict(told, found.baseline.name), *answers.against(told, rung)]
    if not wanted.design:
        answer += _doubt(found, wanted, traffic, told) + _chosen(archive, found, wanted, traffic)
    build = tables.python(found, "release" if "release" in found.builds else found.builds[0])
    job = found.baseline.manifest.job
    return Document(
        title=f"What would {inputs.name} bring?" if wanted.design else f"What if {inputs.name} were accelerated?",
        subtitle=f"{job}. Study {timestamp}, {found.baseline.name} on {build}; {tables.machine(found)}.",
        timestamp=timestamp,
        family=archive.family,
        sections=(Section("Projection", (*answer, *blocks)),),
    )


def _doubt(found: Evidence, wanted: Wanted, traffic: Traffic | None, told: Projection) -> list[Block]:
    """Return what is said where the answer rests on calls that were counted at another size, and scaled."""
    if traffic is None or traffic.same or wanted.calls:
        return []
    fewer = overridden(candidates.from_profile(found, wanted.kernel, replace(traffic, factor=1.0)), wanted)
    return answers.rests_on_calls(told, codesign.project(fewer, told.interface), traffic.size)


def _chosen(archive: Archive, found: Evidence, wanted: Wanted, traffic: Traffic | None) -> list[Block]:
    """Return what is said of the function that is taken over, and of what could be asked for instead."""
    study = None if wanted.kernel else archive.newest_hardware(found.study.size)
    designs = [each.name for each in study.results if not each.point] if study else []
    return answers.chosen(candidates.kernel(found, wanted.kernel, traffic), designs)


def _fastest(found: Evidence) -> Measured | None:
    """Return the fastest software of the study, on the build whose profile is taken."""
    build = "release" if "release" in found.builds else found.builds[0]
    return next(reversed(accelerators.software(found, compare(found, build))), None)


def _inputs(archive: Archive, found: Evidence, wanted: Wanted, traffic: Traffic | None) -> tuple[Inputs, Interval]:
    """Return what is known of the candidate, and by what its host's time may have to be multiplied among this study's."""
    if not wanted.design:
        return candidates.from_profile(found, wanted.kernel, traffic), codesign.SAME
    study = archive.newest_hardware(found.study.size, wanted.design)
    if study is None:
        raise UsageError(
            f"no hardware study of {archive.family} is of size {found.study.size}, as this study is",
            f"Make one: invoke hardware --bench {archive.family} --size {found.study.size}",
        )
    result = next((each for each in study.results if each.name == wanted.design), None)
    if result is None:
        known = ", ".join(each.name for each in study.results)
        raise UsageError(f"the hardware study has no design {wanted.design!r}", f"It has: {known}.")
    session = accelerators.session(quality.gap(found, study))
    return candidates.from_result(result, wanted.grade or candidates.GRADE), session


def overridden(inputs: Inputs, wanted: Wanted) -> Inputs:
    """Return inputs with the acceleration, calls and bytes that a person gave."""
    sources = dict(inputs.sources)
    if wanted.acceleration:
        speed = quantities.read("--acceleration", wanted.acceleration, quantities.FACTORS)
        inputs, sources["acceleration"] = replace(inputs, acceleration=speed), "as it was given (--acceleration)"
    if wanted.calls:
        calls = _one("--calls", quantities.read("--calls", wanted.calls, quantities.COUNTS))
        inputs, sources["calls"] = _in_calls(inputs, calls)
    if wanted.bytes:
        if inputs.calls is None:
            raise UsageError(f"--bytes are of one call, and the calls of {inputs.name} are not known", "Add --calls.")
        there, _, back = wanted.bytes.partition("/")
        sizes = [_one("--bytes", quantities.read("--bytes", each, quantities.SIZES)) for each in (there, back or there)]
        inputs = replace(inputs, sent=inputs.calls * sizes[0], received=inputs.calls * sizes[1])
        sources["bytes"] = "as they were given (--bytes)"
    return replace(inputs, sources=sources)


def _in_calls(inputs: Inputs, calls: float) -> tuple[Inputs, str]:
    """Return inputs of so many calls, of a design the same work where it can be divided so; and how they were obtained."""
    said = "as it was given (--calls)"
    if not inputs.drives:
        return replace(inputs, calls=calls), said
    if not inputs.divisible:
        raise UsageError(
            f"--calls {calls:,.0f}: the work of {inputs.name} does not grow with the bytes of a call, so it cannot be divided otherwise",
            f"Leave --calls out: {inputs.calls:,.0f} were counted.",
        )
    if calls > inputs.most_calls:
        raise UsageError(
            f"--calls {calls:,.0f}: a call of {inputs.name} works on {inputs.grain:,.0f} bytes at least, and there are {inputs.payload:,.0f}",
            f"Give {inputs.most_calls:,.0f} or fewer.",
        )
    counted = f"{inputs.calls:,.0f} were counted, and the host's part and the fixed bytes are taken to grow with calls"
    return inputs.divided(calls), f"{said}: {counted}"


def _one(option: str, found: Range) -> float:
    if not found.exact:
        raise UsageError(f"{option} takes one number, not a range", f"Write it as {option} 16.")
    return found.typical


def _interfaces(inputs: Inputs, wanted: Wanted) -> list[Interface]:
    """Return the interface that was asked for, or all presets that can be what was asked for, with the figures that were given."""
    presets = [each for each in interfaces.PRESETS.values() if not (wanted.asynchronous and each.waits)]
    chosen = [cards.named(wanted.interface)] if wanted.interface else presets
    names = ("overhead", "overhead_per_byte", "latency", "bandwidth")
    given = {name: getattr(wanted, name) for name in names}
    way = wanted.call or ("none" if inputs.host else "extension")
    changed = [interfaces.called(cards.changed(each, given, "as it was given"), way) for each in chosen]
    return [interfaces.asynchronous(each) for each in changed] if wanted.asynchronous else changed


def _projected(projections: list[Projection], baseline: str, rung: Measured | None) -> tuple[Projection, list[Block]]:
    """Return the answer for an accelerator whose speed is known, and what stands below: one interface in depth, or a table.

    Of all, the one that is told of is fixed in advance: the fastest would always be the one that costs nothing.
    """
    if len(projections) > 1:
        told = _reference(projections)
        return told, [
            answers.bounds(told, projections),
            words.by_interface(projections, baseline, rung),
            words.facts(told),
            interface_tables.overview([each.interface for each in projections]),
        ]
    (one,) = projections
    return one, [
        words.facts(one),
        words.terms(one),
        words.sensitivity(one),
        interface_tables.assumptions(one.interface),
    ]


def _reference(projections: list[Projection]) -> Projection:
    return next(each for each in projections if each.interface.name == REFERENCE)


def _swept(inputs: Inputs, reached: list[Interface]) -> tuple[Projection, list[Block]]:
    """Return the same where nothing says how fast the accelerator is: a sweep of its speed, whose end is the answer."""
    swept = [sweeps.acceleration_sweep(inputs, each) for each in reached]
    ends = [sweep[-1] for sweep in swept]
    told = _reference(ends) if len(ends) > 1 else ends[0]
    return told, [
        *([answers.bounds(told, ends)] if len(ends) > 1 else []),
        words.by_acceleration(swept),
        words.facts(told),
        interface_tables.overview(reached) if len(reached) > 1 else interface_tables.assumptions(reached[0]),
    ]
