"""What the parts of a track cost beside each other, so that progress is even.

In what an answer of the network costs for one frame of the latent more; from processor times at the
true size. By counted operations, decoding is 2.0 and 4.9.
"""

from collections.abc import Iterable
from itertools import accumulate
from typing import NamedTuple

from lofi.backends.base import Step

READ = 36.0
"""What an answer costs whatever its length: reading the weights."""
WINDOW = 2.1
"""A frame made a spectrogram."""
CHUNK = 6.0
"""The spectrogram of a frame made sound, both channels."""


class Part(NamedTuple):
    """A part of the work that is reported when it is done."""

    reached: int
    """Steps of the diffusion that are then taken."""
    cost: float


def steps(parts: Iterable[Part], total: int) -> list[Step]:
    """The reports of a run: one before all parts, when it is prepared, and one after each.

    Args:
        parts: in order.
        total: steps of the diffusion that are taken.
    """
    ordered = list(parts)
    costs = list(accumulate((part.cost for part in ordered), initial=0.0))
    reached = [0, *(part.reached for part in ordered)]
    return [
        Step(done, total, share=cost / costs[-1]) for done, cost in zip(reached, costs, strict=True)
    ]
