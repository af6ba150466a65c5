"""The render stage: writes the reports of one study. The only module that spells a path under reports/.

reports/<bench>_results_<timestamp>/   index.html, report.xlsx, report.json
reports/assets/                        the script that all pages share
reports/report_<bench>.txt             text summary of the newest study rendered
benchmark_reports/<bench>.pdf          deep dive
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable
from pathlib import Path

from bench.errors import UsageError
from bench.rundir import write_bytes
from reporting.document import Document

REPORTS, DEEP_DIVES = Path("reports"), Path("benchmark_reports")
SCRIPT = Path(__file__).parent / "assets" / "plotly-basic.min.js"
HERE = Path(__file__).parent / "renderers"


def formats() -> list[str]:
    """Return the names of all renderers."""
    return sorted(p.stem for p in HERE.glob("*.py") if not p.stem.startswith("_"))


def render(
    document: Document, wanted: tuple[str, ...] = (), root: Path = REPORTS, deep_dives: Path = DEEP_DIVES
) -> list[Path]:
    """Write `document` in the wanted formats (default: all but pdf, which `invoke pdf` writes); return the paths."""
    known = formats()
    for name in wanted:
        if name not in known:
            raise UsageError(f"no renderer is named {name!r}", f"Known formats: {', '.join(known)}.")
    written = []
    for name in wanted or [name for name in known if name != "pdf"]:
        module = importlib.import_module(f"reporting.renderers.{name}")
        path = place(document, name, module.SUFFIX, root, deep_dives)
        renderer: Callable[[Document], bytes] = module.render
        write_bytes(path, renderer(document))
        written.append(path)
        if name == "html":
            _share(SCRIPT, root / "assets" / SCRIPT.name)
    return written


def place(document: Document, name: str, suffix: str, root: Path, deep_dives: Path) -> Path:
    """Return where a format's file goes; a new renderer gets report.<suffix> in the study's folder."""
    folder = root / f"{document.family}_results_{document.timestamp}"
    special = {
        "html": folder / "index.html",
        "text": root / f"report_{document.family}.txt",
        "pdf": deep_dives / f"{document.family}.pdf",
    }
    return special.get(name, folder / f"report{suffix}")


def _share(source: Path, target: Path) -> None:
    """Put the script where every page finds it: a link inside the checkout, so that it is stored once, else a copy."""
    data = source.read_bytes()
    if target.is_file() and target.read_bytes() == data:
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    checkout = Path(__file__).resolve().parent.parent
    if target.resolve().is_relative_to(checkout):
        target.symlink_to(os.path.relpath(source, target.parent.resolve()))
    else:
        write_bytes(target, data)
