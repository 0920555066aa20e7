"""An existing piece as a latent to start from."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import soundfile
from pydantic import JsonValue

from lofi import keepsake
from lofi.backends.ace_step import latents
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
                hint="start from a track that it made, as a WAV file, or use a model made by "
                "scripts/export_ace_step.py",
            )
        mel = spectrogram(samples)
        with self.stage.held():
            (latent,) = self.stage.run(mel_spectrogram=mel[None])
        if not np.isfinite(latent).all():
            raise ModelInferenceFailed("the encoder made values that are not numbers of the source")
        return self.stage.sized(latent, (1, CHANNELS, HEIGHT, mel.shape[-1] // SPAN))


class Beginning:
    """What a track starts from, if it starts from anything."""

    def __init__(self, encoder: LatentEncoder, clip: Clip | None, version: str) -> None:
        """Know what, without reading it.

        Args:
            encoder: for what other models made.
            clip: the source.
            version: of this model.
        """
        self._encoder = encoder
        self._clip = clip
        self._version = version
        self.notes: dict[str, JsonValue] = {}
        """How it was taken in."""

    def latent(self, seconds: float) -> Latent:
        """The latent of the first seconds of the source: its own if this model made it.

        Raises:
            InvalidParams: there is no source, or it cannot be used.
            GenerationCancelled, ModelInferenceFailed, ModelLoadFailed: as ``Stage.run``.
        """
        if self._clip is None:
            raise InvalidParams("there is no source")
        kept = _kept(self._clip, seconds, self._version)
        self.notes["started_from"] = "sound" if kept is None else "latent"
        return self._encoder.encode(read(self._clip, seconds)) if kept is None else kept


def _kept(clip: Clip, seconds: float, version: str) -> Latent | None:
    """The latent that the first seconds of ``clip`` were made from, if this model made it.

    Raises:
        InvalidParams: the file has gone, cannot be read, or is shorter.
    """
    with _opened(clip, seconds):
        left = keepsake.find(Path(clip.path))
    if left is None or left.model_version != version:
        return None
    return restored(left.content)[..., : latents.frames(seconds)]


def remains(latent: Latent) -> bytes:
    """A latent as it is left in the file of a track."""
    return latent.astype("<f4").tobytes()


def restored(content: bytes) -> Latent:
    """The latent again."""
    return np.frombuffer(content, "<f4").astype(np.float32).reshape(1, CHANNELS, HEIGHT, -1)


def read(clip: Clip, seconds: float) -> Samples:
    """The first seconds of ``clip``, shape (2, samples) at 44.1 kHz.

    Raises:
        InvalidParams: the file has gone, cannot be read, or is shorter.
    """
    with _opened(clip, seconds) as file:
        rate = file.samplerate
        samples = file.read(round(seconds * rate), dtype="float32", always_2d=True).T
    both = samples[:2] if len(samples) > 1 else np.repeat(samples, 2, axis=0)
    return resampled(both, rate, RATE)[:, : round(seconds * RATE)]


@contextmanager
def _opened(clip: Clip, seconds: float) -> Generator[soundfile.SoundFile, None, None]:
    """The file of a clip that lasts so long."""
    try:
        with soundfile.SoundFile(clip.path) as file:
            rate = file.samplerate
            if file.frames < round(seconds * rate):
                raise InvalidParams(
                    f"the source lasts {file.frames / rate:.3f} s, and {seconds:g} s are needed",
                    hint="ask for a shorter track, or for more before or after the source",
                )
            yield file
    except (OSError, soundfile.LibsndfileError) as error:
        raise InvalidParams(
            f"cannot read {clip.path}: {error}", hint="give a WAV, FLAC, OGG or MP3 file"
        ) from None
