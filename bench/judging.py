"""What became of a design's own code: judged as data, or said in a sentence that names the line of the family's own file.

What runs it, and against what it is held, is in cosimulate.py and software.py.
"""

from __future__ import annotations

import sys
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from bench.discover import HERE
from bench.errors import SuiteError, VariantFailed, WrongAnswer, place

OK, WRONG, FAILED = "ok", "wrong answer", "failed"  #: as of an outcome's status


def judged(work: Callable[[], dict[str, Any]], family: str) -> dict[str, Any]:
    """Return what `work` found, with status ok; or wrong answer, or failed, with the reason and the place."""
    try:
        return {"status": OK, "reason": ""} | work()
    except WrongAnswer as error:
        return {"status": WRONG, "reason": str(error), "place": place(error, HERE / family)}
    except SuiteError as error:
        reason = f"{error}. {error.hint}" if error.hint else str(error)
        return {"status": FAILED, "reason": reason, "place": place(error, HERE / family)}
    except Exception as error:  # whatever a design's own code raises
        traceback.print_exc()
        return {"status": FAILED, "reason": _said(error), "place": place(error, HERE / family)}


@contextmanager
def blamed(family: str) -> Iterator[None]:
    """Let what a design's own code raises, in Amaranth too, be one sentence with the line of the family's file."""
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "amaranth":
            raise
        hint = "Take the Python that has it: .venv_hardware/bin/python (nox -s hardware_tools makes it)."
        raise SuiteError(f"amaranth is not installed for {sys.executable}", hint) from error
    except SuiteError:
        raise
    except Exception as error:
        warnings.simplefilter("ignore")  # Amaranth's, at the end of the process, of what was left half-made
        traceback.print_exc()
        raise VariantFailed(": ".join(filter(None, (place(error, HERE / family), _said(error))))) from error


def conclude(name: str, found: Mapping[str, Any]) -> None:
    """Say in a sentence what a check or a run found; raises WrongAnswer or VariantFailed where it is not right."""
    if found["status"] == OK:
        calls = f"{found['calls']:,} call{'s' if found['calls'] != 1 else ''}"
        print(f"{name}: right, {found['cycles']:,} cycles in {calls} ({found['simulator']})", file=sys.stderr)
        return
    failed = WrongAnswer if found["status"] == WRONG else VariantFailed
    raise failed(sentence(name, found))


def sentence(name: str, found: Mapping[str, Any]) -> str:
    """Return what is wrong with a design, and where it comes from."""
    where = f" ({found['place']})" if found.get("place") else ""
    return f"{name}: {found['status']}: {found['reason']}{where}"


def _said(error: BaseException) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())}"
