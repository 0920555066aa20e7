"""How fast the runtime multiplies when memory costs nothing: a ceiling beside the memory's."""

import numpy as np

from lofi.device import Device, Placement
from lofi.optimize import choice
from lofi.optimize.packing import BITS, Precision

SIDE = 1024
"""Rows and columns of the matrix: the decoder's width, and small enough for a core's cache."""
CHAIN = 100
"""Products with the same matrix, one after another, so that beginning a run hardly counts."""
ROUNDS = 40


def rates(threads: int) -> dict[Precision, float]:
    """GB of weights a second, by precision, of products whose matrix lies in the cache."""
    matrix = np.random.default_rng(0).normal(size=(SIDE, SIDE)).astype(np.float32)
    matrix /= np.float32(np.sqrt(SIDE))
    placement = Placement(Device.CPU, threads)

    def rate(precision: Precision) -> float:
        spent = choice.shortest(matrix, precision, placement, chain=CHAIN, rounds=ROUNDS)
        return CHAIN * SIDE * SIDE * BITS.get(precision, 32) / 8 / spent / 1e9

    return {each: rate(each) for each in Precision}
