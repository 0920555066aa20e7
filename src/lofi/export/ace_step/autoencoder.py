"""The DCAE as graphs: latents to log-mel and back. The network is diffusers' ``AutoencoderDC``."""

from types import MethodType

import torch
from diffusers import AutoencoderDC
from diffusers.models.attention_processor import SanaMultiscaleLinearAttention
from torch import Tensor, nn
from torch.nn import functional

from lofi.export.ace_step.layers import EPSILON

SCALE, SHIFT = 0.1786, -1.9091
"""The diffusion works on (z - SHIFT) * SCALE of the autoencoder's latents z."""
LOW, HIGH = -11.0, 3.0
"""Natural logarithms of mel energies that the autoencoder sees as -1 and 1."""


class Decoder(nn.Module):
    """``dcae_decoder.onnx``: latents [B, 8, 16, T] to log-mel [B, 2, 128, 8 T]."""

    def __init__(self, network: AutoencoderDC, *, bare: bool = False) -> None:
        """``bare`` leaves scale and range to the caller: z to mel within about -1 and 1."""
        super().__init__()
        self.decoder, self.bare = network.decoder, bare
        _guard(self)

    def forward(self, latents: Tensor) -> Tensor:
        """Both channels."""
        if self.bare:
            raw: Tensor = self.decoder(latents)
            return raw
        mel = self.decoder(latents / SCALE + SHIFT)
        result: Tensor = (mel * 0.5 + 0.5) * (HIGH - LOW) + LOW
        return result


class Encoder(nn.Module):
    """``dcae_encoder.onnx``: log-mel [B, 2, 128, 8 T] to latents [B, 8, 16, T]."""

    def __init__(self, network: AutoencoderDC) -> None:
        super().__init__()
        self.encoder = network.encoder
        _guard(self)

    def forward(self, mel: Tensor) -> Tensor:
        """Latents as the diffusion makes them."""
        latents = self.encoder(((mel - LOW) / (HIGH - LOW) - 0.5) / 0.5)
        result: Tensor = (latents - SHIFT) * SCALE
        return result


def _guard(module: nn.Module) -> None:
    """Bound the divisor of each linear attention: see ``EPSILON``."""
    for part in module.modules():
        if isinstance(part, SanaMultiscaleLinearAttention):
            part.apply_linear_attention = MethodType(_attention, part)


def _attention(
    part: SanaMultiscaleLinearAttention, query: Tensor, key: Tensor, value: Tensor
) -> Tensor:
    """Linear attention of [B, groups, size, places]; the last row sums the weights."""
    del part
    padded = functional.pad(value, (0, 0, 0, 1), value=1.0)
    found = (padded @ key.transpose(-1, -2) @ query).to(torch.float32)
    return found[:, :, :-1] / found[:, :, -1:].clamp(min=EPSILON)
