"""What a user says of an interface instead of a preset: figures on a command line, or a TOML file about a card.

The presets themselves are in interfaces.py, how a quantity is written in quantities.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from bench.errors import UsageError
from reporting.model import quantities
from reporting.model.interfaces import PRESETS, Interface, asynchronous

#: what a user may set -> (its fields here, how it is written)
SETTINGS: Mapping[str, tuple[tuple[str, ...], quantities.Kind]] = {
    "overhead": (("overhead",), quantities.TIMES),
    "latency": (("latency",), quantities.TIMES),
    "bandwidth": (("to", "back"), quantities.RATES),
    "to": (("to",), quantities.RATES),
    "back": (("back",), quantities.RATES),
    "overhead_per_byte": (("per_byte",), quantities.TIMES),
}
FIGURES = ("overhead", "latency", "to", "back")  #: that a file without a base has to set
OPTIONAL = ("per_byte",)
OPTION, LINE = "--{}", "{} ="  #: how a setting is written on a command line, and in a file
WAYS = {"synchronous": True, "asynchronous": False}


def named(name: str) -> Interface:
    """Return a preset by its name, or an interface from the TOML file of that name."""
    if name in PRESETS:
        return PRESETS[name]
    if name.endswith(".toml"):
        return from_file(Path(name))
    raise UsageError(
        f"--interface {name!r} is not known", f"Known: {', '.join(PRESETS)}; or name a file, such as card.toml."
    )


def from_file(path: Path) -> Interface:
    """Return the interface that a TOML file describes; raises UsageError, naming the key, where one does not fit.

    Lines of the form `overhead = "0.5us..2us"`: what SETTINGS names, base (a preset, for all that is not set),
    summary, source and host (synchronous or asynchronous). Without a base nothing may be left out: what is not set
    would cost nothing.
    """
    given = quantities.table(path)
    base, host = given.pop("base", ""), given.pop("host", "synchronous")
    summary, source = given.pop("summary", f"as {path.name} has it"), given.pop("source", path.name)
    unknown = [key for key in given if key not in SETTINGS]
    if unknown:
        raise UsageError(
            f"{path} has what is not known: {', '.join(unknown)}",
            f"It may have: {', '.join(SETTINGS)}, base, host, summary, source.",
        )
    for key, value, known in (("base", base or "isa", PRESETS.keys()), ("host", host, WAYS.keys())):
        if value not in known:
            raise UsageError(f"{path}: {key} = {value!r} is not known", f"Known: {', '.join(known)}.")
    if not base:
        _require(path, given)
    origin = PRESETS[base] if base else Interface("", "")
    about = replace(origin, name=path.stem, summary=summary)
    try:
        about = about if WAYS[host] else asynchronous(about)
        return changed(about, given, source, LINE)
    except UsageError as error:
        raise UsageError(f"{path}: {error}", error.hint) from error


def _require(path: Path, given: Mapping[str, str]) -> None:
    """Refuse a file without a base that leaves a figure out."""
    found = {name for setting in given for name in SETTINGS[setting][0]}
    missing = [name for name in FIGURES if name not in found]
    if missing:
        raise UsageError(
            f"{path} does not set {', '.join(missing)}, and names no base to take it from",
            f'Set it (bandwidth is to and back), or add base = "pcie" or another of {", ".join(PRESETS)}.',
        )


def changed(interface: Interface, given: Mapping[str, str], source: str, written: str = OPTION) -> Interface:
    """Return an interface with figures that a user gave, as text by the names of SETTINGS; an empty option is not given.

    written: how a setting's name stands where it was given, for errors.
    """
    now = {name: getattr(interface, name) for name in (*FIGURES, *OPTIONAL)}
    sources = dict(interface.sources)
    for setting, text in given.items():
        if text or written != OPTION:
            names, kind = SETTINGS[setting]
            shown = setting.replace("_", "-") if written == OPTION else setting
            now |= dict.fromkeys(names, quantities.read(written.format(shown), text, kind))
            sources |= dict.fromkeys(names, source)
    return replace(
        interface, overhead=now["overhead"], latency=now["latency"], to=now["to"], back=now["back"],
        per_byte=now["per_byte"], sources=sources,
    )  # fmt: skip
