"""Latents to spectrograms: the decoder of the deep compression autoencoder."""

import numpy as np

from lofi.backends.ace_step import scale, windows
from lofi.backends.ace_step.latents import CHANNELS, HEIGHT, SPAN, Latent
from lofi.backends.ace_step.layout import Files
from lofi.backends.ace_step.mel import BANDS
from lofi.backends.ace_step.scale import Scale
from lofi.backends.ace_step.stage import ANY, Ports, Result, Stage
from lofi.backends.ace_step.windows import Window
from lofi.backends.onnx import Source
from lofi.device import Placement

PORTS = Ports({"latents": 4}, {"mel_spectrogram": ANY})
PROBED = 16
"""Frames of the latent that tells what a graph does, where it takes any number."""


class LatentDecoder:
    """In memory only while it decodes. Its attention sees a window as a whole."""

    def __init__(self, files: Files, placement: Placement) -> None:
        """Find out what the graph takes and gives.

        Raises:
            ModelLoadFailed: the file cannot be used.
        """
        self.stage = Stage(Source(files.latent_decoder), placement, PORTS)
        length = self.stage.declared("latents").shape[3]
        self._fixed = length if isinstance(length, int) else None
        """Frames that the graph takes, no more and no fewer."""
        with self.stage.held():
            nothing = np.zeros((1, CHANNELS, HEIGHT, self._fixed or PROBED), np.float32)
            self.scale: Scale = scale.found(files.latent_decoder, self._run(nothing))

    def windows(self, frames: int) -> list[Window]:
        """What so many frames are decoded in."""
        if self._fixed is None:
            return windows.plan(frames)
        return windows.plan(frames, self._fixed, fixed=True)

    def computed(self, window: Window) -> int:
        """The frames that the graph is given for a window."""
        return self._fixed or window.stop - window.start

    def decode(self, latent: Latent, window: Window) -> Result:
        """The spectrogram of a window, shape (2, 128, 8 * frames), natural logarithms.

        Raises:
            GenerationCancelled, ModelInferenceFailed, ModelLoadFailed: as ``Stage.run``.
        """
        part = latent[..., window.start : window.stop]
        frames = part.shape[-1]
        missing = max(0, (self._fixed or 0) - frames)
        padded = np.pad(part, ((0, 0), (0, 0), (0, 0), (0, missing)), mode="edge")
        mel = self._run(self.scale.before(padded))
        return self.scale.after(mel)[..., : frames * SPAN]

    def _run(self, latent: Latent) -> Result:
        (mel,) = self.stage.run(latents=latent)
        return self.stage.sized(mel, (2, BANDS, latent.shape[-1] * SPAN))
