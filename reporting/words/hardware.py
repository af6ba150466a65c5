"""The section on hardware acceleration: what an accelerator could bring at most, then what the family's own would bring.

The arithmetic is in reporting/model, what is said of one design in hardware_proposals.py.
"""

from __future__ import annotations

from reporting import units
from reporting.compare import hottest
from reporting.document import Block, Cell, Section, Table, Text
from reporting.evidence import Evidence
from reporting.model.acceleration import Ablation, ablation
from reporting.model.accelerators import REFERENCE, Accelerators
from reporting.model.interfaces import PRESETS
from reporting.statistics import amdahl
from reporting.words import (
    credential,
    hardware_charts,
    hardware_doubts,
    hardware_in_c,
    hardware_proposals,
    hardware_tables,
    hardware_terms,
    hot_tables,
    interface_tables,
    tables,
)


def section(evidence: Evidence, found: Accelerators | None) -> Section:
    """Return the caps that follow from the baseline's profile, then the accelerators that were taken through the tools."""
    blocks = [*_caps(evidence), *(_accelerators(evidence, found) if found else _none(evidence))]
    return Section("Hardware Acceleration", tuple(blocks))


def _none(evidence: Evidence) -> list[Block]:
    """Say how to go on where there is no accelerator to speak of."""
    return [
        *(Text(each, "warning") for each in hardware_doubts.doubts(evidence, None)),
        Text(
            "No accelerator's results are part of this report. What one would bring behind an interface, and from which size "
            "of a call on, is projected from this study by:"
        ),
        Text(f"invoke whatif --bench {evidence.study.family}", "code"),
    ]


def _accelerators(evidence: Evidence, found: Accelerators) -> list[Block]:
    blocks: list[Block] = [
        Text("What accelerators would bring", "heading"),
        *(Text(each, "warning") for each in hardware_doubts.doubts(evidence, found)),
        *(Text(each) for each in hardware_doubts.baselines(evidence, found.study)),
    ]
    blocks += [*hardware_proposals.summary(found), hardware_tables.designs(found), hardware_terms.table()]
    blocks += _there(hardware_tables.host_bound(found), hardware_in_c.table(found))
    blocks += _there(hardware_charts.ladder(evidence, found))
    for candidate in found.own:
        blocks += hardware_proposals.design(evidence, found, candidate)
    blocks.append(Text("All accelerators together", "heading"))
    blocks += _there(*(make(found) for make in (hardware_charts.amdahl, hardware_charts.granularity)))
    blocks += _there(*(make(found) for make in (hardware_charts.pareto, hardware_tables.space)))
    blocks += credential.blocks(evidence)
    if any(len(c.projections) > 1 for c in found.candidates):
        blocks += [interface_tables.assumptions(interface) for interface in PRESETS.values()]
    elif found.projected:
        blocks.append(interface_tables.assumptions(PRESETS[REFERENCE]))
    return [*blocks, hardware_tables.toolchain(found), *_there(hardware_tables.absent(found))]


def _there(*blocks: Block | None) -> list[Block]:
    return [block for block in blocks if block is not None]


def conclusion(found: Accelerators | None) -> list[Block]:
    """Return what a report's conclusion says of its accelerators."""
    return hardware_proposals.summary(found)[:-1] if found and found.projected else []


def _caps(evidence: Evidence) -> list[Block]:
    """What an accelerator could bring at most; no interface is in these figures, and the text says so."""
    table = hot_tables.amdahl_caps(evidence)
    if table is None:
        return [Text("No profile was taken, so there is no share to accelerate.")]
    build_ = "release" if "release" in evidence.builds else evidence.builds[0]
    blocks: list[Block] = []
    if evidence.baseline.stacks.get(build_):
        top = hottest(evidence.baseline, build_, 1)[0]
        cap = amdahl(top.inclusive)
        blocks.append(Text(
            f"On {tables.python(evidence, build_)}, {evidence.baseline.name} spends {units.percent(top.own.value)} of its time "
            f"in {top.name}, and {tables.share_of(top.inclusive)} in it and what it calls. An accelerator that did all this in "
            f"no time, over an interface that cost nothing, would bring {units.ratio(cap)} at most, as far as samples tell (Amdahl's law)."
        ))  # fmt: skip
    measured = ablation(evidence)
    if measured is not None and measured.cap.low <= 1:
        blocks.append(Text(
            f"By ablation no share of {measured.kernel} could be measured: without it, {evidence.baseline.name} ran at "
            f"{units.ratio(measured.cap)} its speed on {tables.python(evidence, measured.build)}.", "warning",
        ))  # fmt: skip
    elif measured is not None:
        blocks.append(Text(
            f"Measured by ablation: with {measured.kernel} played back instead of run, {evidence.baseline.name} ran "
            f"{units.ratio(measured.cap)} faster in {measured.processes} processes on {tables.python(evidence, measured.build)}. So that function is "
            f"{tables.share_of(measured.share)} of its time, and that is the most that an accelerator of it alone could "
            "bring, if each call became one empty call. This needs no profiler; where it differs from the sampled share, "
            "believe this."
        ))  # fmt: skip
    blocks += [table] if measured is None else [_ablated(evidence, measured), table]
    blocks.append(Text(
        "These caps are projections, not measurements. The sampled shares come from a few processes per build; their "
        "intervals say how far these differ. Moving data to an accelerator and back is not in them, so a real design gets less. A "
        "software variant that beats the cap shows that changing the algorithm was worth more than accelerating one function."
    ))  # fmt: skip
    return blocks


def _ablated(evidence: Evidence, measured: Ablation) -> Table:
    """The share of the kernel as it was measured, and the cap that follows from it."""
    base, build = evidence.baseline.name, tables.short(measured.build)
    share = tables.estimate(tables.share_of(measured.share), measured.share, "%")
    if measured.cap.low <= 1:
        share = tables.missing(f"{measured.kernel}: no share of it could be measured")
    cap = tables.estimate(units.ratio(measured.cap), measured.cap, "×")
    row = (tables.text(base), tables.text(build), tables.text(measured.kernel), share, cap)
    return Table(
        "The share of the kernel, by ablation",
        ("variant", "build", "without", "share", "cap", "processes"),
        ((*row, Cell(str(measured.processes), measured.processes)),),
        caption=f"{base} with the kernel played back instead of run. Cap: how much faster it then ran, the most that an accelerator of the kernel alone could bring.",
        key="ablation",
    )
