"""A track as the radio plays it: a file that knows where its bars begin."""

import math

from lofi.playback.source import Source
from lofi.radio.piece import Piece
from lofi.sound.pcm import SAMPLE_RATE, Signal

BEATS_PER_BAR = 4


class OnAir:
    """Another source, with the lines of its bars."""

    def __init__(self, piece: Piece, source: Source) -> None:
        self.piece = piece
        self._source = source

    @property
    def title(self) -> str:
        """What to show for it."""
        return self.piece.title

    @property
    def gain(self) -> float:
        """What brings it to the common loudness."""
        return self._source.gain

    @property
    def position(self) -> float:
        """Seconds from its beginning."""
        return self._source.position

    @property
    def duration(self) -> float | None:
        """Seconds."""
        return self._source.duration

    def read(self, frames: int) -> Signal:
        """The next frames.

        Raises:
            AudioPlaybackError: what is left cannot be read.
        """
        return self._source.read(frames)

    def seek(self, seconds: float) -> None:
        """Go on from there."""
        self._source.seek(seconds)

    def next_cut(self) -> float | None:
        """Seconds until the next line of a bar; None where none is known."""
        tune = self.piece.tune
        return None if tune.bpm is None else until_bar(tune.bpm, tune.downbeat, self.position)

    def close(self) -> None:
        """Let go of the file."""
        self._source.close()


def until_bar(bpm: float, downbeat: float, position: float) -> float:
    """Seconds from a position to the next line of a bar; 0 on it."""
    bar = BEATS_PER_BAR * 60 / bpm
    bars = (position - downbeat) / bar
    ahead = math.ceil(bars - 1 / SAMPLE_RATE / bar) - bars  # a frame late is still on it
    return max(0.0, ahead * bar)
