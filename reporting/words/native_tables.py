"""What reports show of C stacks: the flame graph and the hot C functions of a variant, and the interpreter tax of all."""

from __future__ import annotations

from reporting import units
from reporting.charts import FlameGraph
from reporting.document import Block, Cell, Table, Text
from reporting.evidence import Evidence, Run
from reporting.measures import cpython_symbols as symbols
from reporting.measures import interpreter
from reporting.measures.interpreter import TAX, Tax
from reporting.statistics import Interval
from reporting.words import tables
from reporting.words.tables import estimate, missing, share_of, short, text

SHOWN = 10  #: functions in a table
ONE_PROCESS = "Intervals are of one process and of independent samples: that processes differ is not in them."
COLLECTOR, METRIC = "native", "C stack samples"


def stacks(evidence: Evidence, run: Run) -> list[Block]:
    """The C stacks of one variant, build by build: where they were not taken, why not (said once, at the baseline)."""
    found: list[Block] = []
    for build in evidence.builds:
        if folded := run.native.get(build):
            title = f"Where {run.name} spends its time in C on {tables.python(evidence, build)}"
            key = f"stacks:{run.name}:{build}"
            found.append(FlameGraph(title, _caption(run, build), folded.total(), interpreter.boxes(folded), key))
            found.append(hot(run, build))
        elif run is evidence.baseline and run.outcome(build).status == "ok" and _tried(run, build):
            why = f"{run.gap(build, COLLECTOR) or 'no sample fell into the measured region'}."
            found.append(
                Text(f"No C stacks on {tables.python(evidence, build)}: {why}{'' if run.native else _fix(run, build)}")
            )
    return found


def _tried(run: Run, build: str) -> bool:
    return any((c.collector, c.build) == (COLLECTOR, build) for c in run.manifest.collections)


def _fix(run: Run, build: str) -> str:
    fixes = [c.fix for c in run.manifest.collections if (c.collector, c.build) == (COLLECTOR, build) and c.fix]
    return f" To see C functions: {fixes[0]}" if fixes else ""


def _caption(run: Run, build: str) -> str:
    folded = run.native[build]
    (top, kind), *_ = interpreter.hottest(folded, 1)
    said = [f"{units.percent(top.own.value)} of the samples end in {top.name} ({kind})."]
    recorded = run.find(build, METRIC)
    detail = recorded.detail if recorded else {}
    if detail.get("cut_stacks"):
        said.append(
            f"{detail['cut_stacks']:,} stacks begin in the middle, mostly in code compiled at run time, which cannot be unwound."
        )
    if folded.total() < detail.get("minimum", 0):
        said.append(f"Fewer than {detail['minimum']} samples: read the widths as rough.")
    said.append("Calls from one Python function to the next are drawn as one evaluation loop.")
    return " ".join(said)


def hot(run: Run, build: str) -> Table:
    """The hottest C functions of one variant on one build."""
    rows = tuple(
        (text(h.name), text(kind), *(estimate(share_of(s), s, "%") for s in (h.own, h.inclusive)))
        for h, kind in interpreter.hottest(run.native[build], SHOWN)
    )
    return Table(
        f"Hot C functions of {run.name} ({short(build)})", ("function", "kind", "self", "inclusive"), rows,
        caption=f"Share of the samples of the measured region: in the function itself, and in it or what it calls. {ONE_PROCESS}",
        key=f"c-functions:{run.name}:{build}",
    )  # fmt: skip


def tax(evidence: Evidence) -> list[Block]:
    """What the interpreter takes for itself: a sentence and a table per build, and what sampling cost and missed."""
    found: list[Block] = []
    for build in evidence.builds:
        taxes = {run.name: interpreter.tax(run.native[build]) for run in evidence.runs if run.native.get(build)}
        if evidence.baseline.name in taxes:
            found.append(_sentence(evidence, build, taxes[evidence.baseline.name]))
        if taxes:
            found.append(_shares(evidence, build, taxes))
    return [*found, cost(evidence)] if found else []


def _sentence(evidence: Evidence, build: str, of: Tax) -> Text:
    shares = {kind: units.percent(of.shares[kind].value) for kind in (*TAX, symbols.DEBUG)}
    said = (
        f"On {tables.python(evidence, build)}, {shares[symbols.DISPATCH]} of {evidence.baseline.name}'s samples are in "
        f"{symbols.DISPATCH}, {shares[symbols.MEMORY]} in {symbols.MEMORY} and {shares[symbols.ATTRIBUTES]} in "
        f"{symbols.ATTRIBUTES}"
    )
    if evidence.baseline.manifest.interpreters[build]["debug"]:
        said += f"; {shares[symbols.DEBUG]} are in {symbols.DEBUG}, which a release build does not have"
        if of.without_checks:
            said += f". Without these, the interpreter tax is {share_of(of.without_checks)}"
    return Text(f"{said}.")


def _shares(evidence: Evidence, build: str, taxes: dict[str, Tax]) -> Table:
    kinds = [
        k for k in interpreter.KINDS if any(t.shares[k].value for t in taxes.values()) or k == symbols.UNCLASSIFIED
    ]
    rows = [(text(kind), *(_share(t.shares[kind]) for t in taxes.values())) for kind in kinds]
    rows.append((text("interpreter tax"), *(_share(t.tax) for t in taxes.values())))
    if symbols.DEBUG in kinds:
        rest = [
            _share(t.without_checks) if t.without_checks else missing(f"{name}: all samples are in debug checks")
            for name, t in taxes.items()
        ]
        rows.append((text("tax without debug checks"), *rest))
    rows.append((text("samples"), *(Cell(f"{t.samples:,}", t.samples) for t in taxes.values())))
    return Table(
        f"The interpreter tax ({short(build)})", ("samples end in", *taxes), tuple(rows),
        caption=f"{tables.python(evidence, build)}: what the innermost C function of each sample was doing. The tax is the sum of the "
        f"first {len(TAX)} kinds: what the interpreter does around the work, though dictionaries and sets that the program itself "
        f"asks for are among it. What the evaluation loop does inline counts as dispatch. {ONE_PROCESS}{_limits(evidence, build, taxes)}",
        key=f"tax:{build}",
    )  # fmt: skip


def _share(share: Interval) -> Cell:
    return estimate(share_of(share), share, "%")


def _limits(evidence: Evidence, build: str, taxes: dict[str, Tax]) -> str:
    details = [m.detail for run in evidence.runs if (m := run.find(build, METRIC))]
    said = ""
    if evidence.baseline.manifest.interpreters[build]["debug"]:
        said = " Assertions inside other functions cannot be told apart and stay with them."
    if any(":u" in str(detail.get("event", "")) for detail in details):
        said += (
            " The kernel hides itself from this user, so time in it was not sampled; to see it: "
            "sudo sysctl kernel.perf_event_paranoid=1."
        )
    minimum = max((detail.get("minimum", 0) for detail in details), default=0)
    few = [name for name, t in taxes.items() if t.samples < minimum]
    return said + (f" Fewer than {minimum} samples, so rough: {', '.join(few)}." if few else "")


def cost(evidence: Evidence) -> Table:
    """What C-level sampling cost, and what it missed."""
    rows = []
    for run in evidence.runs:
        for build in evidence.builds:
            sampled = run.find(build, METRIC)
            if sampled is None or not sampled.values:
                continue
            detail, slower = sampled.detail, interpreter.slowdown(run, build)
            named = 1 - detail["unknown_frames"] / detail["frames"]
            rows.append((
                text(run.label), text(short(build)), Cell(f"{sampled.values[0]:,.0f}", sampled.values[0]),
                *(Cell(f"{detail[key]:,}", detail[key]) for key in ("rate", "lost", "outside", "cut_stacks")),
                Cell(f"{100 * named:.1f} %", named, unit="%"),
                Cell(f"{units.significant(slower)}×", slower, unit="×") if slower else missing(f"{run.name}: not timed"),
                Cell(units.size(detail["recorded_bytes"]), detail["recorded_bytes"], unit="B"),
            ))  # fmt: skip
    return Table(
        "What sampling C stacks cost and missed",
        ("variant", "build", "samples", "per s", "lost", "outside", "cut", "frames named", "time", "recorded"),
        tuple(rows),
        caption="Time: of an iteration while it was sampled, over the timed one. Outside: samples of other processes. Cut: stacks "
        "that do not reach the start of the thread. Code compiled at run time counts as named: [JIT].",
        key="sampling",
    )  # fmt: skip
