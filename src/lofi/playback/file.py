"""A sound file as a source: decoded, resampled and made stereo block by block."""

from pathlib import Path
from typing import Self

import numpy as np
import soundfile

from lofi.errors import AudioPlaybackError
from lofi.playback.matching import Matching
from lofi.playback.resampling import Resampler
from lofi.sound.pcm import SAMPLE_RATE, Signal

BLOCK = 8_192
"""Frames of the file decoded at a time."""
SIDES = {1: ((0,), (0,)), 2: ((0,), (1,)), 3: ((0, 2), (1, 2)), 4: ((0, 2), (1, 3))}
"""Which channels are heard on the left and on the right; of five and more the fourth is the low
frequency effect, which is left out."""


class FileSource:
    """One file. The whole of it is never in memory."""

    def __init__(self, file: soundfile.SoundFile, title: str, gain: float) -> None:
        self._file = file
        self._title = title
        self._gain = gain
        self._resampler = self._fresh()
        self._ready: Signal = np.zeros((2, 0), np.float32)
        self._ended = False
        self._frame = 0

    @classmethod
    def open(cls, path: Path, title: str, matching: Matching | None = None) -> Self:
        """Open a file, and find out how loud it is.

        Raises:
            AudioPlaybackError: it is not there, or not a sound.
        """
        try:
            gain = (matching or Matching()).gain(path)
            file = soundfile.SoundFile(path)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise AudioPlaybackError(f"cannot play {path}: {reason}") from None
        except (soundfile.LibsndfileError, RuntimeError, ValueError) as error:
            raise AudioPlaybackError(f"cannot play {path}: {_words(error)}") from None
        return cls(file, title, gain)

    @property
    def title(self) -> str:
        """What to show for it."""
        return self._title

    @property
    def gain(self) -> float:
        """The factor that brings it to the common loudness."""
        return self._gain

    @property
    def position(self) -> float:
        """Seconds from its beginning to what is read next."""
        return self._frame / SAMPLE_RATE

    @property
    def duration(self) -> float:
        """Seconds."""
        return float(self._file.frames / self._file.samplerate)

    def read(self, frames: int) -> Signal:
        """The next frames, shape (2, frames); fewer only at its end.

        Raises:
            AudioPlaybackError: the file is damaged from here on.
        """
        parts = [self._ready]
        held = self._ready.shape[1]
        while held < frames and not self._ended:
            parts.append(self._decoded())
            held += parts[-1].shape[1]
        sound = np.concatenate(parts, axis=1)
        self._ready = sound[:, frames:]
        sound = sound[:, :frames]
        self._frame += sound.shape[1]
        return sound

    def seek(self, seconds: float) -> None:
        """Go on from there, or from the nearest end."""
        seconds = min(max(0.0, seconds), self.duration)
        place = round(seconds * self._file.samplerate)
        self._file.seek(place)
        self._frame = round(place * SAMPLE_RATE / self._file.samplerate)
        self._resampler = self._fresh()
        self._ready = self._ready[:, :0]
        self._ended = False

    def next_cut(self) -> float | None:
        """A track may be left anywhere."""
        return None

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _fresh(self) -> Resampler | None:
        rate = self._file.samplerate
        return None if rate == SAMPLE_RATE else Resampler(rate, SAMPLE_RATE)

    def _decoded(self) -> Signal:
        try:
            block = self._file.read(BLOCK, dtype="float32", always_2d=True)
        except (soundfile.LibsndfileError, RuntimeError) as error:
            raise AudioPlaybackError(f"cannot go on playing: {_words(error)}") from None
        self._ended = len(block) < BLOCK
        sound = _stereo(np.nan_to_num(block.T, copy=False))
        if self._resampler is None:
            return sound
        sound = self._resampler.process(sound)
        if self._ended:
            sound = np.concatenate([sound, self._resampler.flush()], axis=1)
        return sound


def _stereo(sound: Signal) -> Signal:
    """Two channels out of any number."""
    channels = sound.shape[0]
    left, right = SIDES.get(channels, ((0, 2, 4), (1, 2, 5 if channels > 5 else 4)))
    return np.stack([sound[list(left)].mean(axis=0), sound[list(right)].mean(axis=0)])


def _words(error: Exception) -> str:
    return str(error).rpartition(": ")[2].rstrip(".").lower()
