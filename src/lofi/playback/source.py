"""What the mixer can play: anything that gives stereo at 48 kHz, block by block."""

from typing import Protocol

from lofi.sound.pcm import Signal


class Source(Protocol):
    """Sound to come. One thread at a time reads; the properties may be asked from any."""

    @property
    def title(self) -> str:
        """What to show for it."""

    @property
    def gain(self) -> float:
        """The factor that brings it to the common loudness of -18 LUFS; it does not change."""

    @property
    def position(self) -> float:
        """Seconds from its beginning to what is read next."""

    @property
    def duration(self) -> float | None:
        """Seconds; None if it has no end."""

    def read(self, frames: int) -> Signal:
        """The next frames, shape (2, frames), within -1 to 1; fewer only at its end.

        Raises:
            AudioPlaybackError: what is left cannot be read.
        """

    def seek(self, seconds: float) -> None:
        """Go on from there; a source that cannot stays where it is."""

    def next_cut(self) -> float | None:
        """Seconds of sound until the next good place to leave, such as a bar line; None if any
        place is as good."""

    def close(self) -> None:
        """Let go of what it holds; it is not read again."""
