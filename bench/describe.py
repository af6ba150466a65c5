"""`PYTHON -m bench.describe`: what this interpreter is, in its own words, as JSON."""

from __future__ import annotations

import hashlib
import json
import platform
import sys
import sysconfig
from base64 import urlsafe_b64encode
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, distribution, distributions
from pathlib import Path
from typing import Any

WORKLOADS = ("pyaes", "pyperf", "pyperformance")  #: distributions whose files are the measurement


def modified(names: tuple[str, ...]) -> list[str]:
    """Return the installed files of `names` that differ from what was installed (the wheel's RECORD)."""
    changed = []
    for name in names:
        with suppress(PackageNotFoundError):
            for file in distribution(name).files or []:
                if file.hash is None or file.suffix != ".py":
                    continue
                path = Path(str(file.locate()))
                there = path.is_file() and urlsafe_b64encode(hashlib.sha256(path.read_bytes()).digest())
                if not there or there.rstrip(b"=").decode() != file.hash.value:
                    changed.append(str(file))
    return changed


def interpreter() -> dict[str, Any]:
    """Describe the running interpreter: version, build flags, hash of the binary, installed distributions."""
    base = getattr(sys, "_base_executable", None) or sys.executable
    # A debug or release build is told by the interpreter itself, never by its file name.
    debug = hasattr(sys, "gettotalrefcount")
    return {
        "path": sys.executable,
        "base": str(Path(base).resolve()),
        "version": platform.python_version(),
        "implementation": platform.python_implementation(),
        "compiler": platform.python_compiler(),
        "debug": debug,
        "configure": sysconfig.get_config_var("CONFIG_ARGS") or "",
        "cflags": sysconfig.get_config_var("PY_CFLAGS") or "",
        "sha256": hashlib.sha256(Path(base).resolve().read_bytes()).hexdigest(),
        "modified": modified(WORKLOADS),
        "distributions": sorted({f"{d.metadata['Name']}=={d.version}" for d in distributions()}),
    }


if __name__ == "__main__":
    print(json.dumps(interpreter()))
