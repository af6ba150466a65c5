"""What was found about one accelerator, as tables: ports, registers, size, clocks, work, checks. Nothing is projected here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import median

from bench.hardware import Result
from reporting import units
from reporting.document import Cell, Table
from reporting.statistics import Interval
from reporting.words.tables import estimate, missing, text

SIMULATED, PLACED = "simulated", "placed"
KINDS = ("LUT4", "FF", "BRAM", "DSP")  #: of cells, in the order in which tables have them
ONE_SEED = "With one seed of the placer, how far its clock moves is not in the interval."
BARE = "No bus slave, DMA engine or PCIe logic is in any area."
CHOSEN = "A placement is chosen: the range of a clock's seeds is no 95 % interval."


@dataclass(frozen=True)
class Clock:
    """The clocks that one speed grade reached, one per seed of the placer."""

    grade: str
    seeds: tuple[float, ...]  #: MHz

    @property
    def median(self) -> float:
        return float(median(self.seeds))


def ordered(area: Mapping[str, int]) -> list[tuple[str, int]]:
    """Return what something takes in the usual order, look-up tables first."""
    return sorted(area.items(), key=lambda each: (KINDS.index(each[0]) if each[0] in KINDS else len(KINDS), each[0]))


def clocks(result: Result) -> list[Clock]:
    """Return the clocks by speed grade, slowest grade first."""
    return [Clock(grade, tuple(seeds)) for grade, seeds in sorted(result.clocks.items()) if seeds]


def clock(result: Result) -> Clock | None:
    """Return the clocks of the slowest speed grade, which claims are made with; None where none was placed."""
    return next(iter(clocks(result)), None)


def megahertz(found: Clock) -> str:
    """Return for example 95.9 MHz [94.1–97.2] (median and range of the seeds)."""
    if len(found.seeds) == 1:
        return f"{units.significant(found.median)} MHz [one seed]"
    low, high = (units.significant(end) for end in (min(found.seeds), max(found.seeds)))
    return f"{units.significant(found.median)} MHz [{low}–{high}]"


def clock_told(found: Clock) -> str:
    """Return the clock for a sentence, which has no header that says what is in brackets."""
    if len(found.seeds) == 1:
        return megahertz(found)
    return f"{megahertz(found).removesuffix(']')}, range of {len(found.seeds)} seeds]"


def clock_header(results: Iterable[Result]) -> str:
    """Return the header of a column of clocks, which says what is in their brackets."""
    most = max((len(found.seeds) for result in results for found in clocks(result)), default=0)
    return f"clock, range of {most} seeds" if most > 1 else "clock"


def elsewhere(result: Result) -> str:
    """Say that no device has both this clock and such an interface; empty where nothing was placed.

    placement.py places on one device, the LFE5U of Lattice's ECP5 family: its data sheet (FPGA-DS-02012) has neither a
    processor nor SERDES, which PCIe would need.
    """
    if not result.device:
        return ""
    return (
        f"Clock and area are of {result.device.partition(',')[0]} (LFE5U), without processor or PCIe; interfaces, at "
        "assumed costs, are of other machines: a projection, not a product."
    )


def inexact(result: Result) -> bool:
    """Whether its answers were held to a promise of its own, less exact than the family's oracle: its error is a parameter."""
    return "error" in result.parameters


def why(result: Result, *stages: str) -> str:
    """Return why one of these stages left nothing."""
    found = next((result.missing[stage] for stage in stages if stage in result.missing), None)
    return f"{result.name}: {found[0]}" if found else f"{result.name}: not done"


def clock_cell(result: Result) -> Cell:
    found = clock(result)
    if found is None:
        return missing(why(result, "place", "synthesise", "rtl"))
    return Cell(megahertz(found), found.median * 1e6, "", min(found.seeds) * 1e6, max(found.seeds) * 1e6, "Hz")


def area_cell(result: Result, kind: str) -> Cell:
    if not result.area:
        return missing(why(result, "place", "synthesise", "rtl"))
    number = result.area.get(kind, 0)
    return Cell(f"{number:,}", number)


def cycles_cell(result: Result) -> Cell:
    if not result.cycles:
        return missing(why(result, "simulate", "rtl"))
    return Cell(f"{result.cycles:,}", result.cycles)


def inputs_and_outputs(result: Result) -> Table | None:
    """Every pin of the design but clock and reset, with its width."""
    top = next((part for part in result.parts if not part.name), None)
    if top is None or not top.ports:
        return None
    words = {"in": "input", "out": "output"}
    rows = tuple(
        (text(p.name), text(words.get(p.direction, p.direction)), Cell(str(p.bits), p.bits)) for p in top.ports
    )
    total = sum(port.bits for port in top.ports)
    caption = f"{total:,} pins in all, from the design's own description."
    title = f"Inputs and outputs of {result.name}"
    return Table(title, ("port", "direction", "bits"), rows, caption, key=f"pins:{result.name}")


def registers(result: Result) -> Table | None:
    """The software's view."""
    if not result.registers:
        return None
    rows = tuple(
        (Cell(f"0x{r.offset:02X}", r.offset), text(r.name), Cell(str(r.bits), r.bits), text(r.access), text(r.summary))
        for r in sorted(result.registers, key=lambda r: r.offset)
    )
    columns = ("offset", "register", "bits", "access", "what it is for")
    caption = "What the processor reads (R) and writes (W); offsets are in bytes."
    title = f"Register map of {result.name}"
    return Table(title, columns, rows, caption, numeric=False, code=("offset",), key=f"registers:{result.name}")


def utilisation(result: Result) -> Table | None:
    """What the design takes of the device."""
    if not result.area:
        return None
    rows = []
    for kind, used in ordered(result.area):
        there = result.available.get(kind, 0)
        share = Cell(units.percent(used / there), used / there, unit="%") if there else missing(f"{kind}: not known")
        rows.append((text(kind), Cell(f"{used:,}", used), Cell(f"{there:,}", there) if there else share, share))
    columns = ("resource", "used", "available", "share")
    caption = f"After packing, on {result.device}. {BARE}"
    title = f"What {result.name} takes of the device"
    return Table(title, columns, tuple(rows), caption, source=PLACED, key=f"utilisation:{result.name}")


def timing(result: Result) -> Table | None:
    """The clock of each speed grade, and the time that an iteration's cycles take at it."""
    rows = []
    for found in clocks(result):
        ends = (found.median, max(found.seeds), min(found.seeds))
        took = Interval(*(result.cycles / end / 1e6 for end in ends))
        shown = units.time_interval(took) if len(found.seeds) > 1 else units.seconds(took.value)
        time = estimate(shown, took, "s") if result.cycles else cycles_cell(result)
        seeds = ", ".join(units.significant(seed) for seed in found.seeds)
        mhz = Cell(megahertz(found), found.median * 1e6, "", min(found.seeds) * 1e6, max(found.seeds) * 1e6, "Hz")
        rows.append((text(found.grade), mhz, text(seeds), time))
    if not rows:
        return None
    columns = ("speed grade", clock_header([result]), "MHz of each seed", "accelerator's part of an iteration")
    caption = (
        f"Placed and routed on {result.device} once for each seed: median, and the range of the seeds in brackets. "
        f"{CHOSEN} Nothing here ran on a chip."
    )
    title = f"The clock that {result.name} reaches"
    return Table(title, columns, tuple(rows), caption, source=PLACED, key=f"clocks:{result.name}")


def work(result: Result) -> Table | None:
    """What one iteration asks of the accelerator and of its interface."""
    if not result.cycles:
        return None
    counted = {"cycles": result.cycles, "bytes sent": result.sent, "bytes received": result.received}
    rows = [
        (name, Cell(f"{number:,}", number), Cell(each(number, result.calls), number / max(result.calls, 1)))
        for name, number in counted.items()
    ]
    caption = (
        f"Counted while upstream's own benchmark ran on the design in {result.simulator or 'a simulator'}, in "
        f"{units.count(result.calls, 'call')} an iteration."
    )
    title = f"What an iteration asks of {result.name}"
    cells = tuple((text(name), *numbers) for name, *numbers in rows)
    columns = ("what", "an iteration", "a call")
    return Table(title, columns, cells, caption, source=SIMULATED, key=f"work:{result.name}")


def each(number: float, calls: int) -> str:
    """Return what comes to one call, to the last digit where that is a whole number: it was counted."""
    share = number / max(calls, 1)
    return f"{share:,.0f}" if share == round(share) else units.significant(share)


def verified(result: Result) -> Table | None:
    """What its answers were held against."""
    if not result.checked:
        return None
    rows = tuple((text(str(number)), text(said)) for number, said in enumerate(result.checked, 1))
    title = f"What the answers of {result.name} were held against"
    return Table(title, ("check", "what agreed"), rows, numeric=False, key=f"verified:{result.name}")
