"""ACE-Step's vocoder in torch: log-mel to sound. ConvNeXt, then HiFi-GAN; weight norm is folded."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from lofi.export.ace_step.layers import channel_norm


class Size(NamedTuple):
    """What config.json of the vocoder says."""

    mels: int = 128
    depths: Sequence[int] = (3, 3, 9, 3)
    widths: Sequence[int] = (128, 256, 384, 512)
    rates: Sequence[int] = (4, 4, 2, 2, 2, 2, 2)
    """Samples are made of a mel frame in these steps; their product is the hop."""
    rate_kernels: Sequence[int] = (8, 8, 4, 4, 4, 4, 4)
    kernels: Sequence[int] = (3, 7, 11, 13)
    dilations: Sequence[Sequence[int]] = ((1, 3, 5),) * 4
    channels: int = 1024
    first: int = 13
    last: int = 13


class Norm(nn.Module):
    """Layer norm of [B, channels, T] over the channels."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor) -> Tensor:
        """``x`` and the result are [B, channels, T]."""
        return channel_norm(x, self.weight, self.bias)


class Block(nn.Module):
    """ConvNeXt: a convolution of each channel, then two layers across them."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.dwconv = nn.Conv1d(width, width, 7, padding=3, groups=width)
        self.norm = Norm(width)
        self.pwconv1, self.pwconv2 = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.gamma = nn.Parameter(torch.zeros(width))

    def forward(self, x: Tensor) -> Tensor:
        """``x`` and the result are [B, width, T]."""
        normed = self.norm(self.dwconv(x)).transpose(1, 2)
        changed = self.gamma * self.pwconv2(functional.gelu(self.pwconv1(normed)))
        return x + changed.transpose(1, 2)


class Backbone(nn.Module):
    """Mel frames to features, at the same rate."""

    def __init__(self, size: Size) -> None:
        super().__init__()
        first, *widths = size.widths
        stem = nn.Conv1d(size.mels, first, 7, padding=3, padding_mode="replicate")
        self.channel_layers = nn.ModuleList([nn.Sequential(stem, Norm(first))])
        for before, after in zip(size.widths[:-1], widths, strict=True):
            self.channel_layers.append(nn.Sequential(Norm(before), nn.Conv1d(before, after, 1)))
        self.stages = nn.ModuleList(
            nn.Sequential(*(Block(width) for _ in range(depth)))
            for width, depth in zip(size.widths, size.depths, strict=True)
        )
        self.norm = Norm(size.widths[-1])

    def forward(self, x: Tensor) -> Tensor:
        """``x`` [B, mels, T]."""
        for entry, stage in zip(self.channel_layers, self.stages, strict=True):
            x = stage(entry(x))
        result: Tensor = self.norm(x)
        return result


class Residual(nn.Module):
    """Pairs of convolutions, the first of each pair dilated."""

    def __init__(self, channels: int, kernel: int, dilations: Sequence[int]) -> None:
        super().__init__()

        def conv(dilation: int) -> nn.Module:
            padding = dilation * (kernel - 1) // 2
            return nn.Conv1d(channels, channels, kernel, padding=padding, dilation=dilation)

        self.convs1 = nn.ModuleList(conv(dilation) for dilation in dilations)
        self.convs2 = nn.ModuleList(conv(1) for _ in dilations)

    def forward(self, x: Tensor) -> Tensor:
        """``x`` and the result are [B, channels, T]."""
        for first, second in zip(self.convs1, self.convs2, strict=True):
            x = x + second(functional.silu(first(functional.silu(x))))
        return x


class Head(nn.Module):
    """Features to samples."""

    def __init__(self, size: Size) -> None:
        super().__init__()
        self.conv_pre = nn.Conv1d(
            size.widths[-1], size.channels, size.first, padding=size.first // 2
        )
        self.ups, self.resblocks = nn.ModuleList(), nn.ModuleList()
        self.kinds = len(size.kernels)
        channels = size.channels
        for rate, kernel in zip(size.rates, size.rate_kernels, strict=True):
            padding = (kernel - rate) // 2
            self.ups.append(nn.ConvTranspose1d(channels, channels // 2, kernel, rate, padding))
            channels //= 2
            for width, dilations in zip(size.kernels, size.dilations, strict=True):
                self.resblocks.append(Residual(channels, width, dilations))
        self.conv_post = nn.Conv1d(channels, 1, size.last, padding=size.last // 2)

    def forward(self, x: Tensor) -> Tensor:
        """``x`` [B, width, T] to [B, 1, hop T], within -1 and 1."""
        x = self.conv_pre(x)
        for index, up in enumerate(self.ups):
            x = up(functional.silu(x))
            blocks = self.resblocks[index * self.kinds : (index + 1) * self.kinds]
            x = torch.stack([block(x) for block in blocks]).mean(dim=0)
        return torch.tanh(self.conv_post(functional.silu(x)))


class Vocoder(nn.Module):
    """``vocoder.onnx``: log-mel [B, 128, M] to sound [B, 1, 512 M] at 44100 Hz."""

    def __init__(self, size: Size) -> None:
        super().__init__()
        self.size = size
        self.backbone, self.head = Backbone(size), Head(size)

    def forward(self, mel: Tensor) -> Tensor:
        """The sound of one channel."""
        result: Tensor = self.head(self.backbone(mel))
        return result
