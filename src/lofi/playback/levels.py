"""How loud the player is, and who else is to be heard."""

from lofi.playback.deck import Deck
from lofi.playback.fader import GENTLE, QUICK
from lofi.playback.memory import Memory


class Levels:
    """Volume, muting and making room: they act on what leaves the deck, and so at once."""

    def __init__(self, deck: Deck, memory: Memory, volume: float) -> None:
        """Begin as loud as the last time; ``volume`` is for the first."""
        self._deck = deck
        self._memory = memory
        self.volume = volume if (known := memory.volume()) is None else known
        """0 to 1, a factor of the amplitude."""
        self.muted = False
        self.ducked = False
        deck.send(lambda fader: fader.volume.jump(self.volume))

    def set(self, volume: float) -> None:
        """Louder or softer; what lies outside 0 to 1 is brought into it."""
        self.volume = min(1.0, max(0.0, volume))
        self._deck.send(lambda fader: fader.volume.send(self.volume, QUICK))
        self._memory.keep_volume(self.volume)

    def mute(self, on: bool | None) -> None:
        """Silence or not; None: the other of the two."""
        self.muted = not self.muted if on is None else on
        self._deck.send(lambda fader: fader.audible.send(0.0 if self.muted else 1.0, QUICK))

    def duck(self, *, active: bool, level: float) -> None:
        """Be softer by a factor while something else is to be heard."""
        self.ducked = active
        self._deck.send(lambda fader: fader.room.send(level if active else 1.0, GENTLE))

    def fade_to(self, level: float, seconds: float) -> None:
        """Go to a part of the volume, and stay there."""
        self._deck.send(lambda fader: fader.fade.send(level, seconds))
