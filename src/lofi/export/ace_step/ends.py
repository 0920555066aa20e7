"""Both ends of ACE-Step's transformer in torch: latents to tokens and back, and the timestep."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from lofi.export.ace_step.layers import group_norm, rms, waves

BANDS = 16
"""Height of the latents: one token holds all of it, and one frame."""
CHANNELS = 8
SPREAD = 256
"""Channels of the patch embedding for each of the latents, and waves of the timestep."""


class Patches(nn.Module):
    """Latents [B, 8, 16, T] to tokens [B, T, width]: one token a frame."""

    def __init__(self, width: int) -> None:
        super().__init__()
        inner = CHANNELS * SPREAD
        self.early_conv_layers = nn.ModuleList(
            [
                nn.Conv2d(CHANNELS, inner, (BANDS, 1), (BANDS, 1)),
                nn.GroupNorm(32, inner, eps=1e-6),
                nn.Linear(inner, width),
            ]
        )

    def forward(self, latents: Tensor) -> Tensor:
        """The tokens. Their norm runs over all time: padding would change every frame."""
        conv, norm, out = self.early_conv_layers
        tokens: Tensor = out(group_norm(conv(latents).flatten(2), norm))
        return tokens


class Final(nn.Module):
    """Tokens back to latents."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.linear = nn.Linear(width, BANDS * CHANNELS)
        self.scale_shift_table = nn.Parameter(torch.zeros(2, width))

    def forward(self, x: Tensor, time: Tensor) -> Tensor:
        """``x`` [B, T, width] and ``time`` [B, width] to [B, 8, 16, T]."""
        moved, scaled = (self.scale_shift_table + time[:, None]).chunk(2, dim=1)
        flat = self.linear(rms(x) * (1 + scaled) + moved)
        return flat.unflatten(2, (BANDS, CHANNELS)).permute(0, 3, 2, 1)


class Time(nn.Module):
    """The two layers after the waves of a timestep."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.linear_1, self.linear_2 = nn.Linear(SPREAD, width), nn.Linear(width, width)

    def forward(self, timestep: Tensor) -> Tensor:
        """``timestep`` [B] to [B, width]."""
        hidden = waves(timestep, SPREAD).to(self.linear_1.weight.dtype)
        result: Tensor = self.linear_2(functional.silu(self.linear_1(hidden)))
        return result
