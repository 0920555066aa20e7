"""The end of an existing piece as samples that the codec can encode."""

from math import gcd

import numpy as np
import soundfile

from lofi.backends.musicgen.codec import Samples
from lofi.errors import InvalidParams
from lofi.track import Clip


def read(clip: Clip, seconds: int, rate: int, channels: int) -> Samples:
    """The last whole seconds of ``clip``, shape (channels, samples) at ``rate``.

    Args:
        clip: the piece.
        seconds: how many to take, or fewer if the piece is shorter.
        rate: samples per second that the codec works at.
        channels: 1 mixes all channels down; 2 takes the first two.

    Raises:
        InvalidParams: the file has gone, cannot be read, or is shorter than a second.
    """
    try:
        with soundfile.SoundFile(clip.path) as file:
            whole = min(seconds, file.frames // file.samplerate)
            if whole < 1:
                raise InvalidParams(
                    f"{clip.path} is shorter than a second", hint="give a longer piece"
                )
            file.seek(file.frames - whole * file.samplerate)
            samples = file.read(dtype="float32", always_2d=True).T
            source = file.samplerate
    except (OSError, soundfile.LibsndfileError) as error:
        raise InvalidParams(
            f"cannot read {clip.path}: {error}", hint="give a WAV, FLAC, OGG or MP3 file"
        ) from None
    samples = _resampled(_with_channels(samples, channels), source, rate)
    return np.ascontiguousarray(samples[:, : whole * rate], np.float32)


def _with_channels(samples: Samples, channels: int) -> Samples:
    if channels == 1:
        mixed: Samples = samples.mean(axis=0, keepdims=True)
        return mixed
    return samples[:2] if len(samples) > 1 else np.repeat(samples, 2, axis=0)


def _resampled(samples: Samples, source: int, rate: int) -> Samples:
    if source == rate:
        return samples
    from scipy.signal import resample_poly  # half a second that few tracks need

    shared = gcd(source, rate)
    changed: Samples = resample_poly(samples, rate // shared, source // shared, axis=1)
    return changed
