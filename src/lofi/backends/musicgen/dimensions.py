"""The numbers that ``config.json`` declares and the graphs do not."""

import json
import math
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from lofi.errors import ModelLoadFailed


class _Decoder(BaseModel):
    num_codebooks: int = Field(ge=1, le=64)
    vocab_size: int = Field(ge=2)
    audio_channels: int = Field(1, ge=1, le=2)
    pad_token_id: int = Field(ge=0)
    max_position_embeddings: int = Field(2048, ge=16)


class _AudioEncoder(BaseModel):
    sampling_rate: int = Field(ge=1)
    upsampling_ratios: list[int] = Field(min_length=1)


class _Config(BaseModel):
    model_type: str
    decoder: _Decoder
    audio_encoder: _AudioEncoder


class Dimensions(BaseModel):
    """What the pipeline has to know of a checkpoint."""

    model_config = ConfigDict(frozen=True)

    codebooks: int
    """4, or 8 for stereo."""
    vocabulary: int
    pad: int
    channels: int
    positions: int
    """Columns that one window can hold."""
    sample_rate: int
    hop: int
    """Samples per frame."""

    @property
    def frame_rate(self) -> int:
        """Frames per second."""
        return self.sample_rate // self.hop


def read(path: Path) -> Dimensions:
    """The numbers in the ``config.json`` at ``path``.

    Raises:
        ModelLoadFailed: it is not JSON, or not the configuration of a MusicGen model.
    """
    try:
        config = _Config.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        reason = f"{where}: {error.errors()[0]['msg']}"
        raise ModelLoadFailed(f"{path} is not a MusicGen configuration: {reason}") from None
    except (OSError, ValueError, RecursionError) as error:
        raise ModelLoadFailed(f"cannot read {path}: {error}") from None
    decoder, audio = config.decoder, config.audio_encoder
    if decoder.num_codebooks % decoder.audio_channels:
        raise ModelLoadFailed(
            f"{path}: {decoder.num_codebooks} codebooks for {decoder.audio_channels} channels"
        )
    return Dimensions(
        codebooks=decoder.num_codebooks,
        vocabulary=decoder.vocab_size,
        pad=decoder.pad_token_id,
        channels=decoder.audio_channels,
        positions=decoder.max_position_embeddings,
        sample_rate=audio.sampling_rate,
        hop=math.prod(audio.upsampling_ratios),
    )
