"""`PYTHON -m bench.describe`: what this interpreter is, in its own words, as JSON."""

from __future__ import annotations

import hashlib
import json
import platform
import sys
import sysconfig
from importlib.metadata import distributions
from pathlib import Path
from typing import Any


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
        "distributions": sorted({f"{d.metadata['Name']}=={d.version}" for d in distributions()}),
    }


if __name__ == "__main__":
    print(json.dumps(interpreter()))
