"""The tables of a report. Every cell carries its text and its value; what is missing carries its reason."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from reporting import units
from reporting.compare import Comparison, Speed
from reporting.document import Cell, Choice, Table
from reporting.evidence import Evidence, Run
from reporting.measures import quality
from reporting.statistics import Interval

NOT_RECORDED = "not recorded"  #: of a fact that an adopted archive does not hold


def missing(reason: str) -> Cell:
    return Cell(units.DASH, None, reason)


def estimate(shown: str, interval: Interval, unit: str, note: str = "") -> Cell:
    """Return a cell that holds a value with its interval."""
    if math.isnan(interval.low):
        return Cell(shown, interval.value, note, unit=unit)
    value, low, high = (x if math.isfinite(x) else None for x in (interval.value, interval.low, interval.high))
    return Cell(shown, value, note, low, high, unit)


def share_of(interval: Interval) -> str:
    digits = units.share_decimals(interval.value, interval.low)
    shown, low, high = (f"{100 * each:.{digits}f}" for each in (interval.value, interval.low, interval.high))
    return f"{shown} % {units.bracket(interval) if math.isnan(interval.low) else f'[{low}–{high}]'}"


def text(value: object) -> Cell:
    return Cell(str(value), str(value))


def cell(value: str | float) -> Cell:
    """Return a word as it is, a whole number with its thousands separated, any other with three digits."""
    if isinstance(value, str):
        return text(value)
    return Cell(f"{value:,.0f}" if value == round(value) else units.significant(value), value)


def date(timestamp: str) -> str:
    """Return the day of a study: 2026-11-26."""
    return f"{timestamp[:4]}-{timestamp[4:6]}-{timestamp[6:8]}"


def machine(evidence: Evidence) -> str:
    host = evidence.baseline.manifest.host
    if not host:
        return f"a machine that was {NOT_RECORDED}"
    virtual = "" if host["virtualisation"] == "none" else f" ({host['virtualisation']})"
    return f"{host['cpu'] or host['architecture']}, {host['usable_cpus']} CPUs{virtual}"


def python(evidence: Evidence, build: str) -> str:
    """Return for example: CPython 3.11.2 (release)."""
    about = evidence.baseline.manifest.interpreters.get(build)
    if about is None:
        return f"Python (interpreter {NOT_RECORDED})"
    return f"{about['implementation']} {about['version']} ({'debug' if about['debug'] else 'release'})"


def variant_choices(evidence: Evidence) -> tuple[Choice, ...]:
    """Return all variants, as a reader may choose among them."""
    runs = (*evidence.runs, *evidence.series_peers)
    return tuple(Choice(run.name, tuple(dict.fromkeys((run.name, run.label))), evidence.role(run)) for run in runs)


def build_choices(evidence: Evidence) -> tuple[Choice, ...]:
    """Return all builds, as a reader may choose among them."""
    return tuple(Choice(build, (short(build), python(evidence, build))) for build in evidence.builds)


def host_notes(evidence: Evidence) -> tuple[str, ...]:
    """Say what on this machine disturbs timings."""
    host = evidence.baseline.manifest.host
    if not host:
        return (f"What may have disturbed timings was {NOT_RECORDED}.",)
    said = []
    if host["virtualisation"] != "none":
        said.append(f"It is a {host['virtualisation']}: neighbours on the same hardware can disturb timings.")
    if host["governor"] not in (None, "performance"):
        said.append(f"The CPU frequency governor is {host['governor']!r}; 'performance' gives steadier timings.")
    if host["load"][0] > 0.5 * host["usable_cpus"]:
        said.append(f"It was busy when the study began: load {host['load'][0]:.1f} on {host['usable_cpus']} CPUs.")
    after = evidence.study.conditions.get("load_after")
    if after is not None and after > 0.5 * host["usable_cpus"] + 1:
        said.append(
            f"It was busy when timing ended: load {after:.1f} on {host['usable_cpus']} CPUs; a study makes about 1."
        )
    if host["aslr"] not in (None, "2"):
        said.append(
            "Address randomisation is off or reduced, so a layout that favours one variant favours it every time."
        )
    share = quality.stolen(evidence)
    if share is not None and share > quality.STOLEN:
        said.append(f"The hypervisor gave {units.percent(share)} of a CPU's time to others while timing ran.")
    return tuple(said)


def unseen(evidence: Evidence) -> str:
    """Say that nothing disturbed timings as far as this machine shows, and what it does not show."""
    host = evidence.baseline.manifest.host
    hidden = [name for name in ("governor", "turbo") if host.get(name) is None]
    hidden += ["steal"] if quality.stolen(evidence) is None else []
    return "Nothing unusual showed" + (f"; not visible here: {', '.join(hidden)}." if hidden else ".")


def paragraphs(description: str) -> list[str]:
    """Split a docstring at blank lines and list items, and join its wrapped lines."""
    parts = re.split(r"\n\s*\n|\n(?=\s*[-*] )", description)
    return [re.sub(r"^[-*] ", "• ", " ".join(part.split())).replace("`", "") for part in parts if part.strip()]


def performance(evidence: Evidence, c: Comparison, *, geomean: bool) -> Table:
    """Variants by metrics on one build, the fastest first."""
    ranked = sorted(c.speeds, key=lambda s: (s.unchecked, -(s.speedup.value if s.speedup else 0)))
    cold = _is_cold(c.of(evidence.baseline))
    rows = [(text(speed.run.label), *_performance(speed, cold)) for speed in ranked]
    if geomean:
        rows.append((text("geometric mean"), *_geomean(c)))
    return Table(
        f"Variants by metrics ({short(c.build)})",
        ("variant", "time per iteration", "speedup", "verdict", "processes", "values each", "peak memory"),
        tuple(rows),
        caption=f"{python(evidence, c.build)}: time and speedup over the baseline with 95 % intervals; the fastest first.",
        key=f"performance:{c.build}",
    )


def _performance(speed: Speed, cold: bool) -> tuple[Cell, ...]:
    if speed.seconds is None:
        return (missing(f"{speed.run.name}: {speed.reason}"),) * 6
    memory = speed.run.values(speed.build, "peak memory")
    if speed.verdict == "baseline":
        ratio = Cell("1×", 1.0)
    elif speed.speedup is None:
        ratio = missing(f"{speed.run.name}: {speed.reason}")
    else:
        ratio = estimate(units.ratio(speed.speedup), speed.speedup, "×")
    return (
        estimate(units.time_interval(speed.seconds), speed.seconds, "s"),
        ratio,
        Cell(speed.verdict, speed.verdict, f"{speed.run.name}: {speed.reason}" if speed.reason else ""),
        Cell(str(speed.processes), speed.processes),
        _values(speed, cold),
        Cell(units.size(max(memory)), max(memory), unit="B")
        if memory
        else missing("peak memory: the kernel did not tell"),
    )


def _is_cold(speed: Speed) -> bool:
    timing = speed.run.find(speed.build, "time")
    return timing is not None and not any(timing.detail.get("warm_ups", ()))


def _values(speed: Speed, cold: bool) -> Cell:
    """Say how many values each process gave, and whether they came after a warm-up; cold: the baseline's did not."""
    timing = speed.run.find(speed.build, "time")
    detail = timing.detail if timing else {}
    number, warm = len(detail.get("processes", [()])[0]), any(detail.get("warm_ups", ()))
    note = "" if warm else "cold: where the baseline takes seconds, every process is timed in its first call"
    if warm and cold:
        note = f"{speed.run.name}: timed warm, since its first call compiles; the baseline is timed cold, so compare with care"
    return Cell(f"{number} {'warm' if warm else 'cold'}", f"{number} {'warm' if warm else 'cold'}", note)


def _geomean(c: Comparison) -> tuple[Cell, ...]:
    none = Cell("", None)
    if c.geomean is None:
        return (none, missing(f"no geometric mean: {c.geomean_gap}"), none, none, none, none)
    over = f"geometric mean over {', '.join(c.geomean_over)}"
    shown = estimate(units.ratio(c.geomean), c.geomean, "×", over)
    return (none, shown, none, none, none, none)


def variants(runs: Sequence[Run]) -> Table:
    """Return what each variant is, in the order given."""
    rows = tuple(
        (
            text(run.label),
            text(run.summary or NOT_RECORDED),
            text(", ".join(run.manifest.requires) or ("nothing extra" if run.manifest.sources else NOT_RECORDED)),
            Cell(str(run.manifest.lines), run.manifest.lines) if run.manifest.sources else missing(NOT_RECORDED),
        )
        for run in runs
    )
    columns = ("variant", "what it is", "needs", "lines of code")
    return Table(
        "The variants",
        columns,
        rows,
        "Lines of code: of all files of the family that it executes, without blanks, comments and docstrings.",
        numeric=False,
        key="variants",
    )


def short(build: str) -> str:
    return "debug" if build == "dbg" else build
