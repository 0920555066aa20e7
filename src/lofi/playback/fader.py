"""Gains that glide: what acts on sound at the last moment, and never clicks."""

import numpy as np
from numpy.typing import NDArray

from lofi.sound.pcm import SAMPLE_RATE, Signal

QUICK = 0.015
"""Seconds from silence to full, for whatever a key does."""
GENTLE = 0.3
"""Seconds for making room for another sound."""


class Glide:
    """A number that goes to where it is sent in a straight line, and arrives exactly."""

    def __init__(self, value: float) -> None:
        self.value = value
        self.target = value
        self._step = 1.0
        """Per frame."""

    def send(self, target: float, seconds: float) -> None:
        """Go to ``target``, at a speed that crosses 0 to 1 in ``seconds``."""
        self.target = target
        self._step = 1.0 / max(1.0, seconds * SAMPLE_RATE)

    def jump(self, value: float) -> None:
        """Be there."""
        self.value = self.target = value

    def take(self, count: int) -> NDArray[np.float64] | float:
        """The next ``count`` values; one for all if they are the same."""
        if self.value == self.target:
            return self.value
        way = self.target - self.value
        steps = np.arange(1, count + 1) * self._step
        values = self.value + np.copysign(np.minimum(steps, abs(way)), way)
        self.value = self.target if steps[-1] >= abs(way) else float(values[-1])
        return np.asarray(values)


class Fader:
    """Volume, muting, making room and pausing as one gain. Guarded by whoever owns it."""

    def __init__(self) -> None:
        self.volume = Glide(1.0)
        self.audible = Glide(1.0)
        """0 while muted."""
        self.room = Glide(1.0)
        """Below 1 while something else is to be heard."""
        self.fade = Glide(1.0)
        """Below 1 while music makes way for a while: the end of work, a rest."""
        self.presence = Glide(0.0)
        """0 while paused."""

    @property
    def present(self) -> bool:
        """Whether sound is consumed: it plays, or has not died away yet."""
        return self.presence.value > 0 or self.presence.target > 0

    def apply(self, sound: Signal) -> Signal:
        """The next frames, shape (2, frames), as loud as they shall be."""
        gain: NDArray[np.float64] | float = 1.0
        for glide in (self.volume, self.audible, self.room, self.fade, self.presence):
            gain = gain * glide.take(sound.shape[1])
        return np.asarray(sound * gain, np.float32)
