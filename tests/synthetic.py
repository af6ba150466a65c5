"""Makes a study by hand: a ladder of eight rungs with peers, a limit, start-up, ideas and a series of other jobs.

Nothing here was measured, so tests know every answer: times are a mean times noise that the seed fixes.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from bench.model import PEER, RUNG, SERIES_PEER, Collection, Manifest, Measurement, Outcome, Study
from reporting import statistics
from reporting.evidence import Evidence, Run, parted

BASE, BUILDS = "pyaes_clean", ("release", "dbg")
SECONDS = {"release": 0.048, "dbg": 0.17}  #: of the baseline
PROCESSES = 10
LIMIT = ("register-only limit", "the rounds of AES on registers alone, with no load, store or key schedule in it")
LIMIT_SPEED = 24_000.0
POINTS = {"64 B": 64.0, "1 KiB": 1024.0, "64 KiB": 65536.0, "1 MiB": 1048576.0, "1 MiB into a buffer": 1048576.0}
ABOUT = "One call encrypts a message under a key of its own: key schedule, keystream and xor are in its time."
HOST = {
    "architecture": "x86_64", "aslr": "2", "caches": [], "cpu": "Example CPU", "cpus": 2, "governor": None,
    "kernel": "6.1", "libc": "glibc 2.36", "load": [0.1, 0.1, 0.1], "memory_bytes": 2**34, "perf_event_paranoid": "2",
    "root": False, "smt": "off", "system": "Example", "turbo": None, "usable_cpus": 2, "virtualisation": "none",
}  # fmt: skip


@dataclass(frozen=True)
class Made:
    """One variant of the study that is made."""

    name: str
    speed: float  #: over the baseline, on the release build
    kind: str = RUNG
    lines: int = 60
    requires: tuple[str, ...] = ()
    path: str = ""
    start: tuple[float, float] = (0.02, 0.05)  #: seconds: import, first call
    cold: tuple[float, float] | None = None  #: the same with nothing compiled, of what compiles
    rate: tuple[float, float] | None = None  #: series: seconds a call takes at least, and bytes per second


LADDER = (
    Made(BASE, 1.0, lines=3, start=(0.021, 0.049), rate=(2e-5, 9.5e5)),
    Made("pyaes_opt", 2.84, start=(0.021, 0.018), rate=(1e-5, 2.7e6)),
    Made("pyaes_opt2", 20.7, lines=71, requires=("numpy",), start=(0.11, 0.012), rate=(3e-4, 2e7)),
    Made("pyaes_bitsliced_numpy", 46.0, lines=140, requires=("numpy",), start=(0.11, 0.004), rate=(2e-3, 5e7)),
    Made("pyaes_numba", 1_120.0, lines=96, requires=("numba",), start=(0.9, 0.4), cold=(0.9, 6.1), rate=(2e-6, 1.1e9)),
    Made("pyaes_ttable_llvm", 2_480.0, lines=180, requires=("llvmlite",), start=(0.3, 0.2), rate=(2e-6, 2.4e9)),
    Made(
        "pyaes_aesni", 9_870.0, lines=230, requires=("llvmlite",), path="AES-NI, 128 bits", start=(0.3, 0.06),
        cold=(0.3, 0.4), rate=(6e-7, 9.8e9),
    ),
    Made(
        "pyaes_vaes", 14_600.0, lines=260, requires=("llvmlite",), path="VAES, 512 bits", start=(0.3, 0.02),
        cold=(0.3, 0.5), rate=(6e-7, 2.3e10),
    ),
    Made("peer_pycryptodome", 1_930.0, PEER, 22, ("pycryptodome",), rate=(9e-6, 1.3e9)),
    Made("peer_cryptography", 5_300.0, PEER, 25, ("cryptography",), rate=(4e-6, 6.1e9)),
    Made("peer_openssl_stream", 0.0, SERIES_PEER, 18, ("cryptography",), rate=(1e-6, 1.3e10)),
)  # fmt: skip
IDEAS = {
    "IN_FLIGHT": ("1", "eight blocks in flight hide the latency of a round", 3.1),
    "SHARE_ROUNDS": ("False", "the first round of a counter block is shared by 256 blocks", 1.004),
    "ALIGN": ("False", "the text is aligned to cache lines before it is read", 0.93),
}


def quick() -> Iterator[None]:
    """Let intervals come from fewer resamples while a fixture of a test module lasts: no answer hangs on their ends."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(statistics, "RESAMPLES", 1_000)
        yield


def noisy(mean: float, number: int, seed: object, noise: float = 0.004) -> tuple[float, ...]:
    dice = random.Random(str(seed))
    return tuple(mean * math.exp(dice.gauss(0, noise)) for _ in range(number))


def timed(metric: str, build: str, mean: float, seed: object, processes: int = PROCESSES) -> Measurement:
    """Return a timing in blocks, whose noise all variants share, with noise of its own."""
    blocks = noisy(1.0, processes, "blocks", 0.02)
    own = noisy(mean, processes, f"{seed}{metric}{build}", 0.006)
    values = tuple(b * o for b, o in zip(blocks, own, strict=True))
    detail = {
        "processes": [[v * 0.999, v, v * 1.001] for v in values],
        "warm_ups": [[v * 1.002] for v in values],
        "blocks": list(range(processes)),
        "waited": [0.0] * processes,
        "reported": [0.99] * processes,
    }
    return Measurement("timing", build, metric, "s", values, "clock", detail=detail)


def start_up(made: Made) -> list[Measurement]:
    pairs = {"": made.start, ", nothing compiled": made.cold}
    return [
        Measurement("startup", "release", f"{what}{suffix}", "s", noisy(mean, 5, f"{made.name}{what}{suffix}"), "clock")
        for suffix, pair in pairs.items()
        if pair
        for what, mean in zip(("import", "first call"), pair, strict=True)
    ]


def ideas(found: Mapping[str, tuple[str, str, float]], name: str) -> list[Measurement]:
    return [
        Measurement(
            "ideas", "release", f"without {idea}", "×", noisy(factor, 5, name + idea, 0.01), "clock",
            detail={"idea": idea, "off": off, "summary": summary},
        )
        for idea, (off, summary, factor) in found.items()
    ]  # fmt: skip


def about(point: str, **more: Any) -> dict[str, Any]:
    fixed = {"title": "Throughput by message size", "summary": ABOUT, "error": None, "error_unit": ""}
    return {"point": point, "amount": POINTS[point], "unit": "byte", **fixed, **more}


def series(made: Made) -> list[Measurement]:
    """Return the variant's part of the series; the pure ones are too slow for the large points."""
    if made.rate is None:
        return []
    call, rate = made.rate
    found = []
    for point, amount in POINTS.items():
        seconds, limit = call + amount / rate, amount / 2.6e10
        why = ""
        if seconds > 0.3:
            why = f"a call would take about {seconds:.2g} s"
        elif point.endswith("buffer") and made.name not in ("pyaes_aesni", "pyaes_vaes", "peer_openssl_stream"):
            why = "it has no way to write into a buffer"
        detail = about(point)
        if why:
            found.append(
                Measurement("series", "release", f"series: {point}", "s", (), "clock", "lower", why, 100.0, detail)
            )
            continue
        values = noisy(seconds, 5, made.name + point)
        found.append(Measurement("series", "release", f"series: {point}", "s", values, "clock", detail=detail))
        shares = tuple(limit / v for v in values)
        found.append(
            Measurement("series", "release", f"share of the limit: {point}", "", shares, "clock", detail=detail)
        )
        cycles = tuple(amount / v / 2.9e9 for v in values)
        found.append(Measurement("series", "release", f"per cycle: {point}", "byte/cycle", cycles, detail=detail))
    return found


def run_of(made: Made, stamp: str = "20260101_000000") -> Run:
    measured: list[Measurement] = []
    if made.kind != SERIES_PEER:
        for build in BUILDS:
            slow = SECONDS[build] if made.speed < 100 else SECONDS["release"]  # native code knows no debug build
            measured.append(timed("time", build, slow / made.speed, made.name))
        measured += start_up(made)
    if made.name == BASE:
        measured.append(timed("time of the control", "release", SECONDS["release"], "control"))
        measured.append(timed("time of the limit", "release", SECONDS["release"] / LIMIT_SPEED, "limit"))
        measured += [
            Measurement("series", "release", f"limit per cycle: {point}", "byte/cycle", noisy(8.97, 5, point))
            for point in POINTS
        ]
    if made.name == "pyaes_vaes":
        measured += ideas(IDEAS, made.name)
    measured += series(made)
    collectors = ("timing", "startup", "ideas", "series")
    manifest = Manifest(
        family="aes", variant=made.name, timestamp=stamp, size="full", work=(46000.0, "byte"),
        job="AES-128-CTR: 23,000 bytes encrypted, then decrypted", upstream="crypto_pyaes",
        summary=f"What {made.name} is, in a sentence.", description="It adds this.\n\nIt costs that.",
        requires=made.requires, lines=made.lines, sources=((f"bench/aes/{made.name}.py", "0" * 64),), baseline=BASE,
        interpreters={build: interpreter(build) for build in BUILDS}, host=HOST, options={"counter_runs": 5},
        outcomes=tuple(Outcome(build, "ok", digest="d", oracle="o", path=made.path) for build in BUILDS),
        collections=tuple(Collection(name, build) for name in collectors for build in BUILDS), kind=made.kind,
    )  # fmt: skip
    return Run(manifest, tuple(measured), {})


def interpreter(build: str) -> dict[str, Any]:
    return {
        "base": "/usr/bin/python3", "cflags": "-O2", "compiler": "GCC", "configure": "", "debug": build == "dbg",
        "distributions": ["numpy==2.0"], "implementation": "CPython", "modified": [], "sha256": "0" * 64, "version": "3.11.2",
    }  # fmt: skip


def evidence(made: Sequence[Made] = LADDER, limit: tuple[str, str] = LIMIT) -> Evidence:
    """Return the evidence of a study of these variants, the first being the baseline."""
    runs, series_peers = parted([run_of(each) for each in made])
    study = Study(
        family="aes", timestamp="20260101_000000", size="full", baseline=BASE, variants=tuple(m.name for m in made),
        builds=BUILDS, order=(), notices=(), seconds=600.0, measured_seconds=500.0, commit="", limit=limit,
        conditions={"stolen": 0.0},
    )  # fmt: skip
    return Evidence(study, runs, runs[0], (), series_peers)


def changed(found: Evidence, name: str, *measured: Measurement, drop: Sequence[str] = ()) -> Evidence:
    """Return the evidence with measurements of one variant replaced or added, and those named in `drop` left out."""

    def change(run: Run) -> Run:
        if run.name != name:
            return run
        gone = {(m.build, m.metric) for m in measured}
        kept = (m for m in run.measurements if m.metric not in drop and (m.build, m.metric) not in gone)
        return replace(run, measurements=(*kept, *measured))

    runs = tuple(map(change, found.runs))
    return replace(found, runs=runs, baseline=runs[0], series_peers=tuple(map(change, found.series_peers)))
