"""Spectrograms to sound, in chunks that join without a trace."""

import numpy as np

from lofi.backends.ace_step.latents import HOP
from lofi.backends.ace_step.layout import Files
from lofi.backends.ace_step.resample import Samples
from lofi.backends.ace_step.stage import ANY, Ports, Result, Stage
from lofi.backends.onnx import Source
from lofi.device import Placement

PORTS = Ports({"mel": 3}, {"audio": ANY})
CHUNK = 512
"""Frames made at a time."""
REACH = 80
"""Frames on each side of a chunk that its sound depends on; measured: 68 before, 72 after."""


class Vocoder:
    """In memory only while it is used. It knows one channel."""

    def __init__(self, files: Files, placement: Placement) -> None:
        """Make sure that it can be used.

        Raises:
            ModelLoadFailed: the file cannot be used.
        """
        self.stage = Stage(Source(files.vocoder), placement, PORTS)
        self.stage.close()

    def chunks(self, frames: int) -> range:
        """Where in a spectrogram of so many frames chunks begin."""
        return range(0, frames, CHUNK)

    def seen(self, frames: int, start: int) -> tuple[int, int]:
        """Between which of so many frames the chunk that begins at one is made."""
        return max(0, start - REACH), min(start + CHUNK + REACH, frames)

    def sound(self, mel: Result, start: int) -> Samples:
        """The chunk that begins at a frame, shape (2, samples) from (2, 128, frames).

        Raises:
            GenerationCancelled, ModelInferenceFailed, ModelLoadFailed: as ``Stage.run``.
        """
        stop = min(start + CHUNK, mel.shape[-1])
        begin, end = self.seen(mel.shape[-1], start)
        channels = [self._run(channel[..., begin:end]) for channel in mel]
        return np.stack(channels)[:, (start - begin) * HOP : (stop - begin) * HOP]

    def _run(self, mel: Result) -> Samples:
        (audio,) = self.stage.run(mel=mel[None])
        return self.stage.sized(audio, (mel.shape[-1] * HOP,))
