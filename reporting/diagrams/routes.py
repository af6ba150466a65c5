"""Leads wires between layers: down from a box, across on a line of their own where they have to, and down to the next."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

ENDS = 2  #: lines between two layers that hold labels and arrowheads


@dataclass(frozen=True)
class Room:
    """What wires of one layer can begin or end at: a box, or, one letter wide, what passes through."""

    left: int
    width: int

    @property
    def middle(self) -> float:
        return self.left + self.width / 2

    def nearest(self, wanted: int, taken: Collection[int], apart: int) -> int:
        """Return the place nearest to the wanted one that has no other within `apart`; the wanted one where there is none."""
        inside = range(self.left + 1, self.left + self.width - 1)
        free = [x for x in inside if all(abs(x - other) >= apart for other in taken)]
        return min(free, key=lambda x: (abs(x - wanted), x)) if free else wanted


@dataclass(frozen=True)
class Joint:
    """One step of a wire from layer to layer."""

    start: int  #: across
    end: int
    track: int  #: line on which it goes across, from 0; -1 where it goes straight down


def channel(
    pairs: Sequence[tuple[str, str]], labels: Sequence[int], upper: Mapping[str, Room], lower: Mapping[str, Room]
) -> tuple[list[Joint], int]:
    """Return the joints between two layers, one for each pair of keys, and how many lines these go across on.

    labels: letters of the label of each pair where it leaves a box.
    """
    starts = _starts(pairs, labels, upper, lower)
    ends = _ends(pairs, starts, upper, lower)
    tracks, number = _tracks(list(zip(starts, ends, strict=True)))
    return [Joint(a, b, t) for a, b, t in zip(starts, ends, tracks, strict=True)], number


def _starts(
    pairs: Sequence[tuple[str, str]], labels: Sequence[int], upper: Mapping[str, Room], lower: Mapping[str, Room]
) -> list[int]:
    """Return where each wire leaves its upper end: from left to right as their lower ends are, with room for labels."""
    found = [0] * len(pairs)
    for key, room in upper.items():
        own = sorted(
            (i for i, pair in enumerate(pairs) if pair[0] == key), key=lambda i: (lower[pairs[i][1]].middle, i)
        )
        if room.width == 1:
            for i in own:
                found[i] = room.left
            continue
        spare = room.width - 2 - sum(labels[i] + 2 for i in own)
        at = room.left + 1
        for number, i in enumerate(own):
            at += spare // (len(own) + 1) if number or len(own) > 1 else _under(room, lower[pairs[i][1]], spare)
            found[i] = at
            at += labels[i] + 2
    return found


def _under(room: Room, other: Room, spare: int) -> int:
    """Return how far from the left the only wire of a box leaves it: over the middle of where it leads, if that is below."""
    wanted = round(other.middle) if other.width > 1 else other.left
    middle = min(max(wanted, room.left + 1), room.left + 1 + max(spare, 0))
    return middle - room.left - 1


def _ends(
    pairs: Sequence[tuple[str, str]], starts: Sequence[int], upper: Mapping[str, Room], lower: Mapping[str, Room]
) -> list[int]:
    """Return where each wire reaches its lower end: straight below its start if it can, and below no other's start."""
    found = [lower[b].left for _, b in pairs]
    for key, room in lower.items():
        if room.width == 1:
            continue
        own = sorted((i for i, pair in enumerate(pairs) if pair[1] == key), key=lambda i: (starts[i], i))
        taken: list[int] = []
        for i in own:
            others = {x for j, x in enumerate(starts) if j != i}
            wanted = room.nearest(starts[i], others, 1)
            free = [x for x in _inside(room) if x not in others and all(abs(x - t) >= 2 for t in taken)]
            found[i] = min(free, key=lambda x: (abs(x - starts[i]), x)) if free else wanted
            taken.append(found[i])
    return found


def _inside(room: Room) -> range:
    return range(room.left + 1, room.left + room.width - 1)


def _tracks(spans: Sequence[tuple[int, int]]) -> tuple[list[int], int]:
    """Return the line on which each wire goes across, and how many there are.

    Where one wire comes down above the place that another goes down from, it has to have turned off before.
    """
    found = [-1] * len(spans)
    bent = [i for i, (a, b) in enumerate(spans) if a != b]
    before = {i: {j for j in bent if j != i and spans[j][0] == spans[i][1]} for i in bent}
    left = sorted(bent, key=lambda i: (abs(spans[i][0] - spans[i][1]), i))
    used: list[list[tuple[int, int]]] = []
    while left:
        ready = [i for i in left if not before[i] & set(left)]
        chosen = (ready or left)[0]
        least = max((found[j] + 1 for j in before[chosen] if found[j] >= 0), default=0)
        low, high = sorted(spans[chosen])
        track = next(
            (t for t in range(least, len(used)) if all(high + 1 < a or b + 1 < low for a, b in used[t])),
            max(least, len(used)),
        )
        while len(used) <= track:
            used.append([])
        used[track].append((low, high))
        found[chosen] = track
        left.remove(chosen)
    return found, len(used)
