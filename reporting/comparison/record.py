"""A comparison of two studies as a record for programs: stable names, every number with its interval.

Schema history: 1, the first version. Names are added, never changed in meaning, without a new number.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

from reporting.comparison import across
from reporting.comparison.across import Side
from reporting.comparison.versus import Half, Pair, Versus
from reporting.comparison.words import limits, sentence, summary
from reporting.statistics import Interval

SCHEMA = 1


def render(found: Versus, fail_on: Sequence[str], strict: bool, exit_code: int) -> bytes:
    """Return the record as JSON; what is not known is null, never 0 and never NaN."""
    record = {
        "schema": SCHEMA,
        "kind": "comparison",
        "a": _side(found.a),
        "b": _side(found.b),
        "interleaved": across.same_study(found.a, found.b),
        "band": found.band,
        "noise_floors": {"a": found.floors[0], "b": found.floors[1]},
        "correction": "Holm",
        "summary": summary(found),
        "variants": [_pair(pair, found) for pair in found.pairs],
        "only_in_a": found.only_a,
        "only_in_b": found.only_b,
        "differences": [{"what": d.what, "a": d.a, "b": d.b, "weight": d.weight} for d in found.differences],
        "limits": limits(found),
        "fail_on": list(fail_on),
        "strict": strict,
        "exit_code": exit_code,
    }
    return (json.dumps(record, ensure_ascii=False, allow_nan=False, indent=1) + "\n").encode()


def _side(side: Side) -> dict[str, Any]:
    study = side.study
    return {
        "family": study.family, "study": study.timestamp, "build": side.build, "size": study.size, "results": side.root,
        "commit": study.commit, "adopted": study.adopted, "python": side.python, "cpu": side.host.get("cpu"),
    }  # fmt: skip


def _pair(pair: Pair, found: Versus) -> dict[str, Any]:
    return {
        "variant": pair.name,
        "variant_in_a": pair.a.run.name,
        "verdict": pair.verdict,
        "reason": pair.reason,
        "more_processes": pair.more,
        "sentence": sentence(pair, found),
        "ratio": _interval(pair.ratio),
        "p": _number(pair.p),
        "p_corrected": _number(pair.corrected),
        "a": _half(pair.a, pair.lacking[0]),
        "b": _half(pair.b, pair.lacking[1]),
        "code_changed": None if pair.changed is None else bool(pair.changed),
        "files_changed": pair.changed,
    }


def _half(half: Half, lacking: int) -> dict[str, Any]:
    return {
        "seconds": _interval(half.seconds),
        "processes": half.processes,
        "more_processes": lacking or None,
        "reason": half.reason,
        "remarks": half.remarks,
    }


def _interval(interval: Interval | None) -> dict[str, float | None] | None:
    if interval is None:
        return None
    return {"value": _number(interval.value), "low": _number(interval.low), "high": _number(interval.high)}


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None
