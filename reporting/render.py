"""The render stage: writes the reports of one study. The only module that spells a path under reports/.

reports/<bench>_results_<timestamp>/   index.html, report.xlsx, report.json, summary.json, rendered.json
reports/index.html                     all studies, from their summaries (index/stage.py)
reports/assets/                        the script that all pages share
reports/report_<bench>.txt             text summary of the newest study rendered
benchmark_reports/<bench>.pdf          deep dive; <bench>_slides.pdf: a talk
rendered_<bench>.json                  beside these two: of which study they are, and how they were written (rendered.py)
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from bench.errors import UsageError
from bench.rundir import write_bytes
from reporting import rendered
from reporting.document import Document
from reporting.narrative.telling import Told

REPORTS, DEEP_DIVES = Path("reports"), Path("benchmark_reports")
SCRIPT = Path(__file__).parent / "assets" / "plotly-basic.min.js"
HERE = Path(__file__).parent / "renderers"
PAGE_LIMIT = 1_000_000  #: bytes of a page that opens at once, without the script that all share
ON_REQUEST = ("markdown", "pdf", "slides")  #: formats that are not written unless they are asked for


def formats() -> list[str]:
    """Return the names of all renderers."""
    return sorted(p.stem for p in HERE.glob("*.py") if not p.stem.startswith("_"))


def render(
    document: Document | Told, wanted: tuple[str, ...] = (), root: Path = REPORTS, deep_dives: Path = DEEP_DIVES, *,
    view: Mapping[str, Any] | None = None, record: str = "", strict: bool = False,
    hardware: Mapping[str, str] | None = None,
) -> list[Path]:  # fmt: skip
    """Write a study in the wanted formats (default: all but those on request); return the paths.

    view: how the document was made of its study; record: sha256 of the study's record; hardware: which hardware study
    it holds (hardware_used.py). All are kept beside the reports.
    strict: raise Misfit where the family's narrative does not fit the study, instead of writing a generated report.
    """
    known = formats()
    for name in wanted:
        if name not in known:
            raise UsageError(f"no renderer is named {name!r}", f"Known formats: {', '.join(known)}.")
    told = document if isinstance(document, Told) else Told(document)
    family, stamp = told.generated.family, told.generated.timestamp
    written = []
    for name in wanted or [name for name in known if name not in ON_REQUEST]:
        suffix, renderer = load(name)
        path = place(family, stamp, name, suffix, root, deep_dives)
        data = renderer(told.document(name, strict=strict))
        write_bytes(path, data)
        made = rendered.Rendered(
            format=name, study=stamp, view=dict(view or {}), record=record, sha256=sha256(data).hexdigest(),
            versions=rendered.versions(), commit=rendered.commit(), narrative=dict(told.rests_on(name)),
            hardware=dict(hardware or {}),
        )  # fmt: skip
        rendered.add(beside(path, family, stamp), path.name, made)
        written.append(path)
        if name == "html":
            share(root)
    return written


def heavy(path: Path) -> str:
    """Return a warning where a page weighs more than it should to open at once; empty otherwise."""
    size = path.stat().st_size
    if path.suffix != ".html" or size <= PAGE_LIMIT:
        return ""
    return f"warning: {path} weighs {size / 1e6:.2f} MB, above {PAGE_LIMIT / 1e6:g} MB: it may open slowly."


def load(name: str) -> tuple[str, Callable[[Document], bytes]]:
    """Return a renderer's suffix and its function."""
    module = importlib.import_module(f"reporting.renderers.{name}")
    return module.SUFFIX, module.render


def place(family: str, timestamp: str, name: str, suffix: str, root: Path, deep_dives: Path) -> Path:
    """Return where a format's file goes; a new renderer gets report.<suffix> in the study's folder."""
    folder = home(family, timestamp, root)
    special = {
        "html": folder / "index.html",
        "summary": folder / "summary.json",
        "text": root / f"report_{family}.txt",
        "pdf": deep_dives / f"{family}.pdf",
        "slides": deep_dives / f"{family}_slides.pdf",
    }
    return special.get(name, folder / f"report{suffix}")


def home(family: str, timestamp: str, root: Path) -> Path:
    """Return the folder of one study's own reports; the others are replaced by those of the next study."""
    return root / f"{family}_results_{timestamp}"


def beside(path: Path, family: str, timestamp: str) -> Path:
    """Return where it is recorded how the report at `path` was written."""
    own = path.parent.name == home(family, timestamp, path).name
    return path.with_name("rendered.json" if own else f"rendered_{family}.json")


def shared(root: Path) -> Path:
    """Return the script that all pages below `root` share."""
    return root / "assets" / SCRIPT.name


def share(root: Path) -> None:
    """Put the script where every page finds it: a link inside the checkout, so that it is stored once, else a copy."""
    data, target = SCRIPT.read_bytes(), shared(root)
    if target.is_file() and target.read_bytes() == data:
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    checkout = Path(__file__).resolve().parent.parent
    if target.resolve().is_relative_to(checkout):
        target.symlink_to(os.path.relpath(SCRIPT, target.parent.resolve()))
    else:
        write_bytes(target, data)
