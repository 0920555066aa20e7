"""Noise levels of a run: a flow from pure noise (1) to sound (0), most of it spent on structure."""

import numpy as np
from numpy.typing import NDArray

SHIFT = 3.0
LOWEST = 0.001
"""The noise level of the last step, before the shift."""
TIMES = 1000
"""The network is told a noise level as this many thousandths."""

Sigmas = NDArray[np.float32]


def shifted(level: float | NDArray[np.float64]) -> NDArray[np.float64]:
    """A noise level, or several, moved towards 1, which stays as it is."""
    levels = np.asarray(level, np.float64)
    result: NDArray[np.float64] = SHIFT * levels / (1 + (SHIFT - 1) * levels)
    return result


def sigmas(steps: int, highest: float = 1.0) -> Sigmas:
    """The ``steps + 1`` noise levels that a run goes through; the last is 0.

    As the original does, both ends are shifted before the levels are spread evenly between them,
    and all of them after it.

    Args:
        steps: at least 1.
        highest: the level to start from, 0 to 1, before any shift.
    """
    even = np.linspace(shifted(highest), shifted(LOWEST), steps)
    return np.append(shifted(even), 0.0).astype(np.float32)


def timestep(sigma: np.float32) -> np.float32:
    """What the network is told about a noise level."""
    return np.float32(sigma * np.float32(TIMES))
