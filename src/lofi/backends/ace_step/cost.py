"""What the parts of a track cost beside each other, so that progress is even.

In answers of the network, by the frame of the latent and by counted operations. Processor times at
the true size were 1.8 and 5.1 of it.
"""

from collections.abc import Iterable
from itertools import accumulate
from typing import NamedTuple

from lofi.backends.base import Step

WINDOW = 2.0
"""A frame made a spectrogram."""
CHUNK = 4.9
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
