"""Gives boxes their places across: each near the middle of what it is connected to, none over another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from reporting.diagrams.layers import GAP

ROUNDS = 10
STRAIGHT = 4.0  #: how much more the place of a wire that passes through counts than that of a box


def across(
    layers: Sequence[Sequence[str]], widths: Mapping[str, int], paths: Sequence[tuple[str, ...]]
) -> dict[str, int]:
    """Return the left edge of every key, in letters from 0. widths: of boxes; what else is in a layer is one letter wide."""
    wide = {key: widths.get(key, 1) for keys in layers for key in keys}
    most = max((_offsets(keys, wide)[1] for keys in layers), default=0)
    left = {key: at for keys in layers for key, at in zip(keys, _offsets(keys, wide)[0], strict=True)}
    near: dict[str, list[str]] = {key: [] for key in wide}
    for upper, lower in sorted({pair for path in paths for pair in pairwise(path)}):
        near[upper].append(lower)
        near[lower].append(upper)
    real = {key: float(at) for key, at in left.items()}
    for turn in range(ROUNDS):
        for keys in layers if turn % 2 == 0 else layers[::-1]:
            wanted = [_wanted(key, near[key], real, wide, most) for key in keys]
            weights = [1.0 if key in widths else STRAIGHT for key in keys]
            real.update(zip(keys, _fitted(keys, wanted, weights, wide, most), strict=True))
    return {key: round(at) for key, at in real.items()}


def _offsets(keys: Sequence[str], wide: Mapping[str, int]) -> tuple[list[int], int]:
    """Return the left edges of a layer that is packed from 0, and its width."""
    at, found = 0, []
    for key in keys:
        found.append(at)
        at += wide[key] + GAP
    return found, max(at - GAP, 0)


def _wanted(key: str, near: Sequence[str], left: Mapping[str, float], wide: Mapping[str, int], most: int) -> float:
    """Return where the left edge would be best: the middle below the mean of its neighbours' middles."""
    middles = [left[other] + wide[other] / 2 for other in near] or [most / 2]
    return sum(middles) / len(middles) - wide[key] / 2


def _fitted(
    keys: Sequence[str], wanted: Sequence[float], weights: Sequence[float], wide: Mapping[str, int], most: int
) -> list[float]:
    """Return the left edges that are nearest to those wanted, in order and apart, from 0 to `most`.

    With the packed places taken off, this is isotonic regression, which pooling adjacent violators solves (Ayer et al.,
    Annals of Mathematical Statistics 1955).
    """
    offsets, length = _offsets(keys, wide)
    pools: list[tuple[float, float, int]] = []  # mean, weight, members
    for want, weight, offset in zip(wanted, weights, offsets, strict=True):
        pools.append((want - offset, weight, 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (a, u, n), (b, v, m) = pools[-2:]
            pools[-2:] = [((a * u + b * v) / (u + v), u + v, n + m)]
    shifts = [min(max(mean, 0.0), float(most - length)) for mean, _, members in pools for _ in range(members)]
    return [float(round(shift) + offset) for shift, offset in zip(shifts, offsets, strict=True)]
