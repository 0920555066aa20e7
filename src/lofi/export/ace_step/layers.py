"""What several networks of ACE-Step share: norms, rotary positions, waves of a timestep."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

EPSILON = 1e-15
"""Guards the division of a linear attention. As a bound, not as a summand: optimisers of graphs
take away a summand this small, and a row without any positive query becomes 0/0."""


class Held(nn.Module):
    """A layer one level deeper, under the name ``conv``, as the checkpoint has it."""

    def __init__(self, conv: nn.Module) -> None:
        super().__init__()
        self.conv = conv

    def forward(self, x: Tensor) -> Tensor:
        """What the layer makes of ``x``."""
        held: Tensor = self.conv(x)
        return held


class Product(nn.Module):
    """A linear layer with its weight as [in, out]: what a graph multiplies as it stands."""

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__()
        self.weight = nn.Parameter(linear.weight.detach().t(), requires_grad=False)
        self.bias = linear.bias

    def forward(self, x: Tensor) -> Tensor:
        """As the linear layer."""
        result = x @ self.weight
        return result if self.bias is None else result + self.bias


def multiplied(module: nn.Module) -> nn.Module:
    """``module`` with a ``Product`` in the place of every linear layer, changed in place."""
    for part in list(module.modules()):
        for name, child in part.named_children():
            if isinstance(child, nn.Linear):
                setattr(part, name, Product(child))
    return module


def weakened(query: Tensor, tau: Tensor | None) -> Tensor:
    """``query`` [B, ...] multiplied by ``tau`` [B], if there is one."""
    return (
        query if tau is None else query * tau.to(query.dtype).reshape(-1, *[1] * (query.dim() - 1))
    )


def rms(x: Tensor, epsilon: float = 1e-6) -> Tensor:
    """``x`` over its root mean square along the last axis, without weights; in float32."""
    wide = x.float()
    return (wide * torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + epsilon)).to(x.dtype)


def channel_norm(x: Tensor, weight: Tensor, bias: Tensor, epsilon: float = 1e-6) -> Tensor:
    """Layer norm of ``x`` [B, channels, T] over the channels."""
    normed = functional.layer_norm(x.transpose(1, 2), weight.shape, weight, bias, epsilon)
    return normed.transpose(1, 2)


def group_norm(x: Tensor, norm: nn.GroupNorm) -> Tensor:
    """Group norm of ``x`` [B, channels, T] over groups of channels and all time, as [B, T,
    channels]; the sums in float32."""
    grouped = x.float().reshape(x.shape[0], norm.num_groups, -1)
    centred = grouped - grouped.mean(-1, keepdim=True)
    scale = torch.rsqrt(centred.pow(2).mean(-1, keepdim=True) + norm.eps)
    flat = (centred * scale).reshape(x.shape[0], norm.num_channels, -1)
    return flat.transpose(1, 2).to(x.dtype) * norm.weight + norm.bias


def rotary(length: Tensor | int, size: int, base: float) -> tuple[Tensor, Tensor]:
    """Cosines and sines [length, size] of the positions 0, 1, ... in float32.

    Both halves hold the same frequencies, though ``rotated`` pairs neighbours: so the original
    does it, and so its weights were trained.
    """
    frequencies = 1.0 / (base ** (torch.arange(0, size, 2, dtype=torch.int64).float() / size))
    angles = torch.arange(length).float()[:, None] * frequencies[None]
    both = torch.cat([angles, angles], dim=-1)
    return both.cos(), both.sin()


def rotated(x: Tensor, table: tuple[Tensor, Tensor]) -> Tensor:
    """``x`` [B, heads, T, size] turned by the angles of ``table``."""
    pairs = x.unflatten(-1, (-1, 2))
    quarter = torch.stack([-pairs[..., 1], pairs[..., 0]], dim=-1).flatten(-2)
    return (x.float() * table[0] + quarter.float() * table[1]).to(x.dtype)


def waves(timestep: Tensor, size: int) -> Tensor:
    """Cosines then sines [B, size] of ``timestep`` [B], periods from 2 pi to 20000 pi."""
    half = size // 2
    rates = torch.exp(-math.log(10000) * torch.arange(half).float() / half)
    angles = timestep[:, None].float() * rates[None]
    return torch.cat([angles.cos(), angles.sin()], dim=-1)
