"""An existing piece whose melody a track follows."""

import numpy as np
import soundfile

from lofi.backends.musicgen import chroma
from lofi.backends.musicgen.chroma import LONGEST, RATE, Chroma, Floats
from lofi.errors import InvalidParams
from lofi.track import Clip


class Tune:
    """A piece mixed down to one channel, and the chroma of any part of it."""

    def __init__(self, samples: Floats) -> None:
        """Take ``samples`` at ``chroma.RATE``, at least one."""
        self._samples = samples

    def whole(self) -> Chroma:
        """What a track of a single window follows: the first half minute."""
        return chroma.extract(self._samples)

    def since(self, seconds: float) -> Chroma:
        """What a window that begins there follows: the half minute from there on.

        The piece begins again when it is over. As ``BaseGenModel._generate_tokens`` of audiocraft.
        """
        begin = int(seconds * RATE)
        places = np.arange(begin, begin + LONGEST) % len(self._samples)
        return chroma.extract(self._samples[places])


def read(clip: Clip, seconds: int) -> Tune:
    """The first ``seconds`` of ``clip``, or less if it is shorter.

    Raises:
        InvalidParams: the file has gone, cannot be read, or holds nothing.
    """
    try:
        with soundfile.SoundFile(clip.path) as file:
            samples = file.read(seconds * file.samplerate, dtype="float64", always_2d=True)
            rate = file.samplerate
    except (OSError, soundfile.LibsndfileError) as error:
        raise InvalidParams(
            f"cannot read {clip.path}: {error}", hint="give a WAV, FLAC, OGG or MP3 file"
        ) from None
    if not len(samples):
        raise InvalidParams(f"{clip.path} holds no sound", hint="give a longer piece")
    return Tune(chroma.resampled(samples.mean(axis=1), rate))
