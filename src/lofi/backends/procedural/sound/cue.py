"""What a player is told about one note; not when, and not how loud it is in the mix."""

from typing import NamedTuple

import numpy as np

from lofi.sound.pcm import frames


class Cue(NamedTuple):
    """One note for one pitched voice."""

    frequency: float
    """Hz."""
    seconds: float
    """From onset to release."""
    velocity: float
    """0 to 1; here it changes the colour, a voice stays at about the same level."""
    rng: np.random.Generator

    @property
    def octave(self) -> float:
        """Octaves above middle C."""
        return float(np.log2(self.frequency / 261.63))

    def frames(self, release: float) -> int:
        """How long it sounds, its release of so many seconds included."""
        return max(64, frames(self.seconds + release))
