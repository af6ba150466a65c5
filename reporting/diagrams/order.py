"""Orders the boxes of each layer so that few wires cross, by the means of their neighbours' places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations, pairwise

ROUNDS = 12
Layers = list[list[str]]


def ordered(layers: Sequence[Sequence[str]], paths: Sequence[tuple[str, ...]]) -> Layers:
    """Return the layers with what passes through them, in the best order found."""
    now = [list(keys) for keys in layers]
    level = {key: number for number, keys in enumerate(layers) for key in keys}
    for path in paths:
        for step, key in enumerate(path[1:-1], 1):
            now[level[path[0]] + step].append(key)
    joints = sorted({pair for path in paths for pair in pairwise(path)})
    above: dict[str, list[str]] = {}
    below: dict[str, list[str]] = {}
    for upper, lower in joints:
        above.setdefault(lower, []).append(upper)
        below.setdefault(upper, []).append(lower)
    best = [list(keys) for keys in now]
    for turn in range(ROUNDS):
        down = turn % 2 == 0
        numbers = range(1, len(now)) if down else range(len(now) - 2, -1, -1)
        for number in numbers:
            beside = now[number - 1 if down else number + 1]
            now[number] = _by_means(now[number], above if down else below, beside)
        if crossings(now, joints) < crossings(best, joints):
            best = [list(keys) for keys in now]
    return best


def _by_means(keys: Sequence[str], neighbours: Mapping[str, Sequence[str]], beside: Sequence[str]) -> list[str]:
    place = {key: i for i, key in enumerate(beside)}

    def mean(item: tuple[int, str]) -> tuple[float, int]:
        own, key = item
        places = [place[other] for other in neighbours.get(key, ()) if other in place]
        return (sum(places) / len(places) if places else float(own), own)

    return [key for _, key in sorted(enumerate(keys), key=mean)]


def crossings(layers: Sequence[Sequence[str]], joints: Sequence[tuple[str, str]]) -> int:
    """Return how many pairs of wires cross between layers."""
    found = 0
    for upper, lower in pairwise(layers):
        top, bottom = ({key: i for i, key in enumerate(keys)} for keys in (upper, lower))
        ends = [(top[a], bottom[b]) for a, b in joints if a in top and b in bottom]
        found += sum((a - c) * (b - d) < 0 for (a, b), (c, d) in combinations(ends, 2))
    return found
