"""What is sent to the engine: a whole job as packets."""

from __future__ import annotations

from typing import Any

import numpy as np

from bench.mdp._rows import threshold
from bench.mdp._schedule import Program
from bench.mdp._shape import FILL, HEADER_COUNT, LOWER, PROGRAM, RUN, SETTINGS, UPPER, WEIGHTS, Shape


def packets(program: Program, shape: Shape, tolerance: float) -> Any:
    """Return all words of a job: memories, first bounds, settings, and the word to run."""
    constants, cycles = program.constants, program.edges.shape[1]
    within = threshold(tolerance, shape.fraction)
    settings = np.array((program.root, within, program.base, program.loop, cycles - 1), np.int64)
    head = [(PROGRAM + lane, 0, edges) for lane, edges in enumerate(program.edges)]
    head += [(WEIGHTS, 0, program.weights), (SETTINGS, 0, settings)]
    parts = [np.array((FILL | program.used << HEADER_COUNT, 0), np.int64)]
    if constants.size:
        head += [(LOWER, int(constants[0, 0]), constants[:, 1]), (UPPER, int(constants[0, 0]), constants[:, 2])]
    for destination, address, words in head:
        parts += [np.array((destination | words.size << HEADER_COUNT, address), np.int64), words]
    return np.concatenate([*parts, np.array((RUN, 0), np.int64)]).astype(np.uint64)
