"""What machine this is: everything that a reader needs to judge a timing. No host name, no user, no address."""

from __future__ import annotations

import os
import platform
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SYS = Path("/sys/devices/system/cpu")


def describe() -> dict[str, Any]:
    """Describe the machine now. Unknown values are None, never a guess."""
    return {
        "cpu": _cpuinfo("model name") or platform.processor() or None,
        "architecture": platform.machine(),
        "cpus": os.cpu_count(),
        "usable_cpus": len(os.sched_getaffinity(0)),
        "caches": caches(),
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "kernel": platform.release(),
        "system": _os_release(),
        "libc": " ".join(platform.libc_ver()),
        "governor": _read(SYS / "cpu0/cpufreq/scaling_governor"),
        "turbo": _turbo(),
        "smt": _read(SYS / "smt/control"),
        "virtualisation": virtualisation(),
        "perf_event_paranoid": _read(Path("/proc/sys/kernel/perf_event_paranoid")),
        "aslr": _read(Path("/proc/sys/kernel/randomize_va_space")),
        "load": list(os.getloadavg()),
        "root": os.geteuid() == 0,
    }


def caches() -> list[dict[str, Any]]:
    """Return the caches of CPU 0: level, type, size as the kernel writes it (32K), ways, bytes in a line.

    ways and line are None where the kernel does not tell, as on some virtual machines.
    """
    found = []
    for index in sorted(SYS.glob("cpu0/cache/index*")):
        level, kind, size = (_read(index / name) for name in ("level", "type", "size"))
        if level and kind and size:
            ways, line = (_positive(index / name) for name in ("ways_of_associativity", "coherency_line_size"))
            found.append({"level": int(level), "type": kind, "size": size, "ways": ways, "line": line})
    return found


def _positive(path: Path) -> int | None:
    text = _read(path) or ""
    return int(text) or None if text.isdecimal() else None


def virtualisation() -> str:
    """Return "none", or what stands between this process and the hardware, as far as it shows."""
    layers = []
    if "hypervisor" in (_cpuinfo("flags") or "").split():
        clock = _read(Path("/sys/devices/system/clocksource/clocksource0/available_clocksource")) or ""
        layers.append("KVM virtual machine" if "kvm-clock" in clock else "virtual machine")
    if Path("/.dockerenv").exists() or Path("/run/.containerenv").exists():
        layers.insert(0, "container")
    return " on a ".join(layers) or "none"


def free_bytes(path: Path) -> int:
    return shutil.disk_usage(path).free


def _cpuinfo(key: str) -> str | None:
    text = _read(Path("/proc/cpuinfo")) or ""
    match = re.search(rf"^{key}\s*:\s*(.*)$", text, re.MULTILINE)
    return match.group(1) if match else None


def _os_release() -> str | None:
    try:
        return platform.freedesktop_os_release().get("PRETTY_NAME")
    except OSError:
        return None


def _turbo() -> str | None:
    no_turbo = _read(SYS / "intel_pstate/no_turbo")
    if no_turbo is not None:
        return "off" if no_turbo == "1" else "on"
    boost = _read(SYS / "cpufreq/boost")
    return None if boost is None else ("on" if boost == "1" else "off")


@dataclass(frozen=True)
class Now:
    """What the machine is busy with at this moment."""

    load: float  #: processes that run or wait, averaged over a minute
    steal: int | None  #: ticks that the hypervisor gave to others, since the machine started
    ticks: int | None  #: ticks of all kinds


def now() -> Now:
    first = (_read(Path("/proc/stat")) or "").split("\n", 1)[0].split()[1:9]
    known = len(first) == 8
    return Now(os.getloadavg()[0], int(first[7]) if known else None, sum(map(int, first)) if known else None)


def conditions(before: Now, after: Now) -> dict[str, float | None]:
    """Return the load before and after, and the share of one CPU's time in between that the hypervisor gave away."""
    stolen = None
    if before.steal is not None and after.steal is not None and before.ticks is not None and after.ticks is not None:
        # Idle CPUs lose nothing: what was lost is set against the one CPU that a measured process keeps busy.
        cpus = os.cpu_count() or 1
        stolen = min(1.0, cpus * (after.steal - before.steal) / max(1, after.ticks - before.ticks))
    return {"load_before": before.load, "load_after": after.load, "stolen": stolen}


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return None
