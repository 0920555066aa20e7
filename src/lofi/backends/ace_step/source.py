"""An existing piece as a latent to start from."""

import numpy as np
import soundfile

from lofi.backends.ace_step.latents import CHANNELS, HEIGHT, RATE, SPAN, Latent
from lofi.backends.ace_step.layout import Files
from lofi.backends.ace_step.mel import spectrogram
from lofi.backends.ace_step.resample import Samples, resampled
from lofi.backends.ace_step.stage import Ports, Stage
from lofi.backends.onnx import Source
from lofi.device import Placement
from lofi.errors import InvalidParams, ModelInferenceFailed
from lofi.track import Clip

PORTS = Ports({"mel_spectrogram": 4}, {"latents": 4})


class LatentEncoder:
    """The encoder of the autoencoder, which few tracks need: in memory only while it is used.

    Its graph takes natural logarithms and gives latents as the diffusion has them.
    """

    def __init__(self, files: Files, placement: Placement) -> None:
        """Make sure that it can be used, if the model has one.

        Raises:
            ModelLoadFailed: the file cannot be used.
        """
        path = files.latent_encoder
        self.stage = None if path is None else Stage(Source(path), placement, PORTS)
        if self.stage is not None:
            self.stage.close()

    def encode(self, samples: Samples) -> Latent:
        """The latent of ``samples`` at 44.1 kHz; the last frame may be partly silence.

        Raises:
            InvalidParams: the model has no encoder.
            GenerationCancelled, ModelInferenceFailed, ModelLoadFailed: as ``Stage.run``.
        """
        if self.stage is None:
            raise InvalidParams(
                "this model cannot start from existing audio: it has no dcae_encoder.onnx",
                hint="use a model made by scripts/export_ace_step.py, or leave the source out",
            )
        mel = spectrogram(samples)
        with self.stage.held():
            (latent,) = self.stage.run(mel_spectrogram=mel[None])
        if not np.isfinite(latent).all():
            raise ModelInferenceFailed("the encoder made values that are not numbers of the source")
        return self.stage.sized(latent, (1, CHANNELS, HEIGHT, mel.shape[-1] // SPAN))


def read(clip: Clip, seconds: float) -> Samples:
    """The first seconds of ``clip``, shape (2, samples) at 44.1 kHz.

    Raises:
        InvalidParams: the file has gone, cannot be read, or is shorter.
    """
    try:
        with soundfile.SoundFile(clip.path) as file:
            rate, wanted = file.samplerate, round(seconds * file.samplerate)
            if file.frames < wanted:
                raise InvalidParams(
                    f"the source lasts {file.frames / rate:.3f} s, and {seconds:g} s are needed",
                    hint="ask for a shorter track, or for more before or after the source",
                )
            samples = file.read(wanted, dtype="float32", always_2d=True).T
    except (OSError, soundfile.LibsndfileError) as error:
        raise InvalidParams(
            f"cannot read {clip.path}: {error}", hint="give a WAV, FLAC, OGG or MP3 file"
        ) from None
    both = samples[:2] if len(samples) > 1 else np.repeat(samples, 2, axis=0)
    return resampled(both, rate, RATE)[:, : round(seconds * RATE)]
