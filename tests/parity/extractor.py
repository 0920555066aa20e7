"""transformers' chroma: its own feature extractor, without torchaudio.

torchaudio has no release for the torch that made the models. The extractor takes two functions
from it; they stand here as torch.stft, and as the sum that the resampling is defined by.
"""

import importlib
import math
from collections.abc import Callable, Mapping
from functools import cache
from types import SimpleNamespace
from unittest import mock

import numpy as np
import torch
from numpy.typing import NDArray

from parity.draw import Floats

RATE = 32_000
module = importlib.import_module(  # from its package it cannot be had without torchaudio
    "transformers.models.musicgen_melody.feature_extraction_musicgen_melody"
)


class Spectrogram:
    """``torchaudio.transforms.Spectrogram`` as far as the extractor asks for it."""

    def __init__(self, *, n_fft: int, hop_length: int, power: int, **rest: object) -> None:
        wanted = {"win_length": n_fft, "center": True, "pad": 0, "normalized": True}
        assert (power, rest) == (2, wanted)
        self.size, self.hop = n_fft, hop_length
        self.window = torch.hann_window(n_fft)

    def __call__(self, waveform: torch.Tensor) -> torch.Tensor:
        result = torch.stft(
            waveform, self.size, self.hop, window=self.window, pad_mode="reflect",
            return_complex=True,
        )  # fmt: skip
        return (result / self.window.square().sum().sqrt()).abs().square()


def resample(
    waveform: torch.Tensor, old: int, new: int, *, rolloff: float, lowpass_filter_width: int
) -> torch.Tensor:
    """``torchaudio.functional.resample``: a sinc in a Hann window, every sample by its own sum."""
    count = math.ceil(len(waveform) * new / old)
    edge = min(old, new) * rolloff
    reach = math.ceil(lowpass_filter_width / edge * old)
    padded = torch.nn.functional.pad(waveform.double(), (reach, reach + 1))
    at = torch.arange(count, dtype=torch.float64) * old / new
    first = at.floor().long()
    places = first[:, None] + torch.arange(-reach, reach + 2)
    t = ((places - at[:, None]) / old * edge).clamp(-lowpass_filter_width, lowpass_filter_width)
    weights = torch.sinc(t) * torch.cos(t * math.pi / lowpass_filter_width / 2) ** 2 * edge / old
    inside = (places + reach).clamp(0, len(padded) - 1)
    return (padded[inside] * weights).sum(1).float()


@cache
def _extractor() -> Callable[..., Mapping[str, Floats]]:
    stand_in = SimpleNamespace(transforms=SimpleNamespace(Spectrogram=Spectrogram))
    with mock.patch.object(module, "torchaudio", stand_in, create=True):
        result: Callable[..., Mapping[str, Floats]] = module.MusicgenMelodyFeatureExtractor()
    return result


def chroma(samples: Floats, rate: int) -> Floats:
    """The features (1, frames, 12) of ``samples`` (channels, count)."""
    mono: NDArray[np.float32] = samples.mean(axis=0, dtype=np.float32)
    sound = torch.from_numpy(mono)
    stand_in = SimpleNamespace(functional=SimpleNamespace(resample=resample))
    with mock.patch.object(module, "torchaudio", stand_in, create=True):
        found = _extractor()(sound, sampling_rate=rate, return_tensors="np")
    result: Floats = found["input_features"]
    return result
