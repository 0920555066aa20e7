"""The player: what plays, what follows, how loud. Methods may be called from any thread.

Interface first; see the methods' own words.
"""

from collections.abc import Sequence
from typing import Protocol

from lofi.playback.events import Reason
from lofi.playback.source import Source
from lofi.sound.pcm import Signal


class Programme(Protocol):
    """Somebody who decides what is on the air: the radio."""

    def next(self) -> None:
        """Somebody wants to hear something else."""

    def previous(self) -> None:
        """Somebody wants back what was before."""

    def ended(self, reason: Reason) -> None:
        """The air is no longer its own: a track was played, or all was stopped."""


class Player:
    """To be filled in."""

    def put_on(
        self, source: Source, *, fade: float, at_cut: bool, programme: Programme | None = None
    ) -> None:
        """Have a source take over from what plays; it is closed when it has been heard.

        Where nothing plays it begins at once, and sounds. It does not undo a pause.

        Raises:
            AudioDeviceError: there is nothing to play it with.
        """
        raise NotImplementedError

    def last(self, seconds: float) -> Signal:
        """What was heard last (up to 60 s), before any volume, shape (2, frames) at 48 kHz."""
        raise NotImplementedError

    def play(self, keys: Sequence[str] = ()) -> None:
        """Play these tracks; none of them: go on."""
        raise NotImplementedError

    def pause(self, seconds: float | None = None) -> None:
        """Silence, fading over ``seconds`` (None: as a key does it), and stay where it is."""
        raise NotImplementedError

    def resume(self, seconds: float | None = None) -> None:
        """Go on."""
        raise NotImplementedError

    def stop(self) -> None:
        """Nothing plays any more; a programme is told."""
        raise NotImplementedError

    def duck(self, *, active: bool, level: float = 0.2) -> None:
        """Make room for another sound, or take it back."""
        raise NotImplementedError
