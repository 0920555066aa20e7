"""Outputs that have to be pushed: what is next, when its time has come."""

import time
from collections.abc import Callable, Iterator
from threading import Event

from lofi.playback.outputs.output import Pull
from lofi.sound.pcm import SAMPLE_RATE, Signal, frames

STEP = frames(0.02)
LEAD = 0.12
"""Seconds by which sound is early."""
PATIENCE = 0.2
"""Seconds that a step may wait to be mixed."""
FALLEN_BEHIND = 0.5
"""Seconds after which lost time is given up rather than made up for: the machine slept."""


def blocks(
    pull: Pull, stopped: Event, clock: Callable[[], float] = time.monotonic
) -> Iterator[Signal]:
    """Sound in real time, until ``stopped``."""
    due = clock() - LEAD
    while not stopped.wait(max(0.0, due - clock())):
        yield pull(STEP, PATIENCE)
        due += STEP / SAMPLE_RATE
        if clock() - due > FALLEN_BEHIND:
            due = clock()
