"""A document for tests of the page in a browser, and how these ask a page what it shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from reporting.charts import Bar, BarChart, Box, Curve, Curves, Dots, FlameGraph, Line
from reporting.document import Cell, Choice, Code, Document, Section, Table, Text

if TYPE_CHECKING:
    from playwright.sync_api import Page

Open = Callable[..., "Page"]  #: of the fixture `visit`: (address, before=, at=, options of a context) -> the page

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)> \"q\" 'q' & %{x} =1+1 \u202e"
RELEASE, DEBUG = "CPython 3.11.2 (release)", "CPython 3.11.2 (debug)"
VARIANTS = ("base", "fast", "odd")


def bars(*values: float) -> tuple[Bar, ...]:
    roles = ("baseline", "variant-6", "variant-1")
    return tuple(
        Bar(name, value, value * 0.9, value * 1.1, f"{value:g}×", role)
        for name, value, role in zip(VARIANTS, values, roles, strict=True)
    )


LADDER = BarChart(
    "Speedup", "See.", "speedup (×, log scale)", ((RELEASE, bars(1, 20, 4)), (DEBUG, bars(1, 30, 3))), True,
    (Line(1.0, "base"), Line(50.0, "limit", "50×", RELEASE)), key="ladder",
)  # fmt: skip
DOTS = Dots(
    "Spread", "Even.", "ms", tuple((name, (1.0, 1.1, 1.3), "variant-0") for name in VARIANTS), key="spread:release"
)
CURVES = Curves(
    "Throughput", "Up.", "MB/s, log scale", ("16 B", "1 KiB"),
    tuple(Curve(name, ((n, n, n), (n * 9, n * 9, n * 9)), (f"{n}", f"{n * 9}"), "variant-1") for n, name in enumerate(VARIANTS, 1)),
    key="curves:release",
)  # fmt: skip
FRAMES = (
    Box("all", 0, 200, 0, "benchmark loop"),
    Box("encrypt", 0, 150, 1, "variant's code"),
    Box("encrypt_block", 0, 50, 2, "variant's code"),
    Box(HOSTILE, 150, 50, 1, "library"),
    *(Box(f"f{i}", 50 + i, 1, 2, "library") for i in range(20)),
)
FLAME = FlameGraph("Where fast spends its time", "There.", 200, FRAMES, key="flame:fast:release")
SPEEDS = Table(
    "Variants by metrics", ("variant", "time", "speedup", "words"),
    (
        (Cell("base", "base"), Cell("20.0 ms [19.0–21.0]", 0.02, "", 0.019, 0.021, "s"), Cell("1×", 1.0, unit="×"), Cell("a, b", "a, b")),
        (Cell("fast", "fast"), Cell("1.00 ms [0.90–1.10]", 0.001, "", 0.0009, 0.0011, "s"), Cell("20×", 20.0, unit="×"), Cell("=1+1", "=1+1")),
        (Cell("odd", "odd"), Cell("–", None, "it was not timed"), Cell("4×", 4.0, unit="×"), Cell('"', '"')),
    ),
    key="performance:release",
)  # fmt: skip
COUNTERS = Table(
    "Counters", ("counter", "source", *VARIANTS),
    ((Cell("instructions"), Cell("PMU", "PMU"), *(Cell(f"{n:,}", n) for n in (1234, 567, 8))),
     (Cell("page faults"), Cell("software event", "software event"), *(Cell(str(n), n) for n in (1, 2, 3)))),
    tags=("source",), key="counters:release",
)  # fmt: skip
DISTORTION = Table(
    "Distortion", ("variant", "build", "time"),
    tuple((Cell(v, v), Cell(b, b), Cell("1×", 1.0)) for v in VARIANTS for b in ("release", "debug")), key="distortion",
)  # fmt: skip
DOCUMENT = Document(
    "aes: a job " + HOSTILE, "Measured on a machine", "20250101_120000", "aes",
    (
        Section("Overview", (Text("fast is 20× [18–22] faster than base.", "verdict"), LADDER)),
        Section("Analysis", (Text("fast. It " + HOSTILE, "heading"), Text("What fast is."), FLAME, Code("Bytecode", "", HOSTILE, key="bytecode:fast:release"),
                             Text("odd. Another", "heading"), Text("What odd is."))),
        Section("Comparison", (SPEEDS, DOTS, CURVES, COUNTERS, DISTORTION, Text("The end. " * 400))),
    ),
    tuple(f"Something is missing, number {i}. " + "It matters because of this and that. " * 6 for i in range(9)),
    variants=(Choice("base", ("base",), "baseline"), Choice("fast", ("fast",), "variant-0"), Choice("odd", ("odd",), "variant-1")),
    builds=(Choice("release", ("release", RELEASE)), Choice("dbg", ("debug", DEBUG))),
)  # fmt: skip
FIGURES = 4


def until(page: Page, condition: str) -> None:
    """Wait until a condition holds. Playwright's own way needs eval, which the page's policy forbids."""
    for _ in range(200):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(25)
    raise AssertionError(condition)


def through(page: Page) -> None:
    """Scroll through the whole page, so that every figure comes near once."""
    for plot in page.locator(".plot").all():
        plot.scroll_into_view_if_needed()
        plot.locator(".main-svg").first.wait_for()


def points(page: Page, number: int) -> int:
    return page.locator(f"#plot-{number} .trace .point path, #plot-{number} .trace path.point").count()


def axis(page: Page, number: int = 2) -> list[float]:
    found: list[float] = page.evaluate(f"[...document.getElementById('plot-{number}')._fullLayout.xaxis.range]")
    return found
