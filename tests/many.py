"""Made-up summaries of many studies, as if they had been rendered; nothing here was measured.

python -m tests.many 1000    says how long the index over so many takes, and how much memory, in a process of its own
"""

from __future__ import annotations

import json
import math
import random
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

FAMILIES = {
    "aes": (("pyaes_clean", 1.0), ("pyaes_opt", 2.8), ("pyaes_numpy", 40.0), ("pyaes_vaes", 14_000.0), ("peer_openssl", 5_000.0)),
    "mdp": (("mdp_clean", 1.0), ("mdp_opt", 6.0), ("mdp_numba", 700.0)),
}  # fmt: skip
SECONDS = {"release": 0.05, "dbg": 0.17}
MACHINES = ("Example CPU, x86_64, 2 / 2 CPUs", "Another CPU, aarch64, 8 / 8 CPUs, KVM")
BEGUN = datetime(2026, 1, 1, 8, 30, 5)
CHECKOUT = Path(__file__).parent.parent


def summary(number: int = 0, family: str = "aes", fillers: int = 0, **changes: Any) -> dict[str, Any]:
    """Return the record of study `number` of a family; every fourth ran on another machine, every second has a new commit.

    fillers: further variants, to make it as large as that of a long ladder.
    """
    stamp = f"{BEGUN + timedelta(hours=7 * number):%Y%m%d_%H%M%S}"
    ladder = [*FAMILIES[family], *((f"filler_{i}", 3.0 + i) for i in range(fillers))]
    base, best = ladder[0][0], max(ladder, key=lambda rung: rung[1])
    record = {
        "schema": 1, "family": family, "timestamp": stamp, "title": f"{family}: a job", "size": "full",
        "verdict": f"{best[0]} is {best[1]:,.0f}× faster than {base} on CPython 3.11.2 (release).",
        "commit": f"{number // 2:012x}", "baseline": base, "machine": MACHINES[number % 4 == 3], "kernel": "6.1",
        "builds": [
            {
                "build": build, "interpreter": "CPython 3.11.2",
                "variants": [shown(i, *rung, seconds, f"{number}{build}") for i, rung in enumerate(ladder)],
            }
            for build, seconds in SECONDS.items()
        ],
    }  # fmt: skip
    return record | changes


def shown(i: int, name: str, speed: float, seconds: float, seed: str) -> dict[str, Any]:
    drift = math.exp(random.Random(seed + name).gauss(0, 0.02))
    role, verdict = ("baseline", "baseline") if not i else (f"variant-{i - 1}", "faster")
    time = {
        "value": seconds / speed * drift,
        "low": seconds / speed * drift * 0.99,
        "high": seconds / speed * drift * 1.012,
    }
    speedup = (
        {"value": speed / drift, "low": speed / drift * 0.98, "high": speed / drift * 1.015}
        if i
        else {"value": 1.0, "low": None, "high": None}
    )
    return {
        "name": name, "role": role, "peer": name.startswith("peer"), "lines": 10 + i, "verdict": verdict, "time": time,
        "speedup": speedup,
    }  # fmt: skip


def put(reports: Path, record: dict[str, Any]) -> Path:
    """Write a summary where the render stage would, beside a page; return its path."""
    folder = reports / f"{record['family']}_results_{record['timestamp']}"
    folder.mkdir(parents=True)
    (folder / "index.html").write_text("a report", encoding="utf-8")
    (folder / "summary.json").write_text(json.dumps(record), encoding="utf-8")
    return folder / "summary.json"


def fill(reports: Path, number: int, fillers: int = 0) -> None:
    """Write so many summaries, of two families by turns."""
    names = list(FAMILIES)
    for i in range(number):
        put(reports, summary(i, names[i % len(names)], fillers))


MEASURE = """
import resource, sys, time
from pathlib import Path
start = time.perf_counter()
from reporting.index import stage
path = stage.write(Path("nothing"), Path(sys.argv[1]))
took, peak = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(f"{took:.2f} s with imports, {peak:.0f} MiB at most, {path.stat().st_size / 1e6:.2f} MB written")
"""


def main(number: int) -> None:
    with TemporaryDirectory() as folder:
        fill(Path(folder), number, fillers=7)
        subprocess.run([sys.executable, "-c", MEASURE, folder], cwd=CHECKOUT, check=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
