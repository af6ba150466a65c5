"""What is sent to the engine: a whole job as packets."""

from __future__ import annotations

from typing import Any

import numpy as np

from bench.mdp._rows import threshold
from bench.mdp._schedule import Program
from bench.mdp._shape import FILL, HEADER_COUNT, LOWER, PROGRAM, SETTINGS, UPPER, WEIGHTS, Shape


def packets(program: Program, shape: Shape, tolerance: float) -> Any:
    """Return all words of a job: first bounds, weights, settings, and at last the program, which runs as it comes.

    The engine fills all blocks of RAM at once, and with them what is not in use. Of the program come the edges of all
    lanes in the first cycle, then those in the second one, and so on.
    """
    constants, cycles = program.constants, program.edges.shape[1]
    within = threshold(tolerance, shape.fraction)
    settings = np.array((program.root, within, program.base, program.loop, cycles - 1), np.int64)
    head = [(WEIGHTS, 0, program.weights), (SETTINGS, 0, settings)]
    if constants.size:
        head += [(LOWER, int(constants[0, 0]), constants[:, 1]), (UPPER, int(constants[0, 0]), constants[:, 2])]
    head += [(PROGRAM, 0, program.edges.T.ravel())]
    parts = [np.array((FILL | min(program.used, shape.block) << HEADER_COUNT, 0), np.int64)]
    for destination, address, words in head:
        parts += [np.array((destination | words.size << HEADER_COUNT, address), np.int64), words]
    return np.concatenate(parts).astype(np.uint64)
