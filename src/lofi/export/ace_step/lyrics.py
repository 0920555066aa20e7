"""ACE-Step's encoder of lyrics in torch: a conformer without convolutions.

Attention with relative positions as in Transformer-XL (arXiv:1901.02860), both ways in time.
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from lofi.export.ace_step.layers import weakened

WEAK = range(4, 6)
"""Layers in which ERG weakens queries."""


class Size(NamedTuple):
    """What the weights of the encoder tell."""

    width: int = 1024
    heads: int = 16
    hidden: int = 4096
    layers: int = 6


class Attention(nn.Module):
    """Attention by content and by distance."""

    def __init__(self, size: Size) -> None:
        super().__init__()
        self.heads = size.heads
        for name in ("linear_q", "linear_k", "linear_v", "linear_out"):
            setattr(self, name, nn.Linear(size.width, size.width))
        self.linear_pos = nn.Linear(size.width, size.width, bias=False)
        for name in ("pos_bias_u", "pos_bias_v"):
            bias = torch.zeros(size.heads, size.width // size.heads)
            setattr(self, name, nn.Parameter(bias))

    def forward(self, x: Tensor, distances: Tensor, hidden: Tensor, tau: Tensor | None) -> Tensor:
        """``x`` [B, L, width]; ``hidden`` [B, 1, 1, L] is true where nothing may be seen; queries
        are multiplied by ``tau`` [B], not so the biases that are added to them."""
        query, key, value = (
            layer(x).unflatten(2, (self.heads, -1))
            for layer in (self.linear_q, self.linear_k, self.linear_v)
        )
        query = weakened(query, tau)
        position = self.linear_pos(distances).unflatten(1, (self.heads, -1)).transpose(0, 1)
        key, value = key.transpose(1, 2), value.transpose(1, 2)
        content = (query + self.pos_bias_u).transpose(1, 2) @ key.transpose(2, 3)
        distance = (query + self.pos_bias_v).transpose(1, 2) @ position.transpose(1, 2)
        scores = (content + _shifted(distance, hidden)).float() / math.sqrt(key.shape[-1])
        # -1e4 and not infinity: a row that sees nothing must not become NaN
        weights = torch.softmax(scores.masked_fill(hidden, -1e4), dim=-1).masked_fill(hidden, 0.0)
        found = weights.to(x.dtype) @ value
        result: Tensor = self.linear_out(found.transpose(1, 2).flatten(2))
        return result


class FeedForward(nn.Module):
    """Two layers, SiLU between them."""

    def __init__(self, size: Size) -> None:
        super().__init__()
        self.w_1, self.w_2 = nn.Linear(size.width, size.hidden), nn.Linear(size.hidden, size.width)

    def forward(self, x: Tensor) -> Tensor:
        """``x`` and the result are [B, L, width]."""
        result: Tensor = self.w_2(functional.silu(self.w_1(x)))
        return result


class Layer(nn.Module):
    """Attention and feed-forward, each after a norm."""

    def __init__(self, size: Size) -> None:
        super().__init__()
        self.self_attn, self.feed_forward = Attention(size), FeedForward(size)
        self.norm_mha, self.norm_ff = nn.LayerNorm(size.width), nn.LayerNorm(size.width)

    def forward(self, x: Tensor, distances: Tensor, hidden: Tensor, tau: Tensor | None) -> Tensor:
        """``x`` and the result are [B, L, width]."""
        x = x + self.self_attn(self.norm_mha(x), distances, hidden, tau)
        result: Tensor = x + self.feed_forward(self.norm_ff(x))
        return result


class Embedded(nn.Module):
    """A linear layer and a norm before the first layer."""

    def __init__(self, size: Size) -> None:
        super().__init__()
        self.out = nn.Sequential(nn.Linear(size.width, size.width), nn.LayerNorm(size.width))

    def forward(self, x: Tensor) -> Tensor:
        """``x`` and the result are [B, L, width]; the result is as loud as its width asks."""
        result: Tensor = self.out(x) * math.sqrt(x.shape[-1])
        return result


class LyricEncoder(nn.Module):
    """Embedded lyrics [B, L, width] to states [B, L, width]."""

    def __init__(self, size: Size) -> None:
        super().__init__()
        self.embed = Embedded(size)
        self.encoders = nn.ModuleList(Layer(size) for _ in range(size.layers))
        self.after_norm = nn.LayerNorm(size.width)

    def forward(self, x: Tensor, mask: Tensor, tau: Tensor | None = None) -> Tensor:
        """The states; ``mask`` [B, L] is 0 where a token must not be seen. Queries of some layers
        are multiplied by ``tau`` [B]."""
        distances = _distances(x.shape[1], x.shape[2]).to(x.dtype)
        hidden = mask[:, None, None, :] == 0
        x = self.embed(x)
        for number, layer in enumerate(self.encoders):
            x = layer(x, distances, hidden, tau if number in WEAK else None)
        result: Tensor = self.after_norm(x)
        return result


def _distances(length: Tensor | int, width: int) -> Tensor:
    """Waves [2 length - 1, width] of the distances length - 1 down to 1 - length."""
    steps = (length - 1) - torch.arange(2 * length - 1).float()
    rates = torch.exp(torch.arange(0, width, 2).float() * -(math.log(10000.0) / width))
    angles = steps[:, None] * rates[None]
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1)


def _shifted(scores: Tensor, like: Tensor) -> Tensor:
    """Scores [B, heads, L, 2 L - 1] by distance to scores [B, heads, L, L] by position.

    Row i is moved by L - 1 - i to the left: with a column of padding and without the first L
    numbers, the rows begin where they should. Sizes are read from ``like`` [B, 1, 1, L], an input:
    the tracer takes those of what it has reshaped for constants.
    """
    batch, length = like.shape[0], like.shape[-1]
    flat = functional.pad(scores, (1, 0)).flatten(2)[..., length:]
    return flat.reshape(batch, -1, length, 2 * length - 1)[..., :length]
