"""ACE-Step's transformer in torch: from noisy latents to the velocity of the flow.

Linear attention over time, ordinary attention to the conditions, a gated feed-forward with a
convolution of three frames; every block is scaled and shifted by the timestep (Sana's block).
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from lofi.export.ace_step.ends import Final, Patches, Time
from lofi.export.ace_step.layers import EPSILON, Held, rms, rotary, rotated, weakened

WEAK = range(15, 20)
"""Blocks in which ERG weakens queries. Only those to the conditions need it: over time, attention
is divided by the sum of its own weights, so a factor of the queries cancels."""


class Size(NamedTuple):
    """What config.json of the transformer says."""

    layers: int = 24
    heads: int = 20
    head: int = 128
    ratio: float = 2.5
    """Width of the feed-forward, of the model's."""
    base: float = 1e6
    """Of the rotary frequencies."""

    @property
    def width(self) -> int:
        """Of a token."""
        return self.heads * self.head


class Attention(nn.Module):
    """Projections of one attention, named as diffusers names them."""

    def __init__(self, size: Size) -> None:
        super().__init__()
        self.heads = size.heads
        self.to_q, self.to_k, self.to_v = (nn.Linear(size.width, size.width) for _ in range(3))
        self.to_out = nn.ModuleList([nn.Linear(size.width, size.width)])

    def split(self, x: Tensor) -> Tensor:
        """[B, T, width] to [B, heads, T, size]."""
        return x.unflatten(2, (self.heads, -1)).transpose(1, 2)

    def merged(self, x: Tensor) -> Tensor:
        """Back, and through the last projection."""
        joined: Tensor = self.to_out[0](x.transpose(1, 2).flatten(2))
        return joined


class OverTime(Attention):
    """Linear attention with ReLU features, in float32: its sums run over all frames."""

    def forward(self, x: Tensor, seen: Tensor, table: tuple[Tensor, Tensor]) -> Tensor:
        """``x`` [B, T, width]; ``seen`` [B, T] is 1 where a frame exists."""
        mask = seen[:, None, :, None].to(x.dtype)
        query = (rotated(self.split(self.to_q(x)), table) * mask).relu().float()
        key = (rotated(self.split(self.to_k(x)), table) * mask).relu().float()
        value = functional.pad((self.split(self.to_v(x)) * mask).float(), (0, 1), value=1.0)
        found = query @ (key.transpose(2, 3) @ value)  # the last column is the sum of weights
        return self.merged((found[..., :-1] / found[..., -1:].clamp(min=EPSILON)).to(x.dtype))


class ToConditions(Attention):
    """Softmax attention to the conditions, whose positions are counted from 0 on."""

    def forward(
        self,
        x: Tensor,
        states: Tensor,
        hidden: Tensor,
        tau: Tensor | None,
        tables: tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]],
    ) -> Tensor:
        """``x`` [B, T, width] looks at ``states`` [B, C, width]; ``hidden`` [B, 1, 1, C] is added
        to the scores; queries are multiplied by ``tau`` [B]."""
        query = rotated(self.split(weakened(self.to_q(x), tau)), tables[0])
        key = rotated(self.split(self.to_k(states)), tables[1])
        scores = (query * query.shape[-1] ** -0.5) @ key.transpose(2, 3)
        weights = torch.softmax(scores.float() + hidden, dim=-1).to(x.dtype)
        return self.merged(weights @ self.split(self.to_v(states)))


class FeedForward(nn.Module):
    """SiLU, a convolution over three frames, a gate."""

    def __init__(self, size: Size) -> None:
        super().__init__()
        hidden = int(size.width * size.ratio)
        # of one frame: a matrix product, which quantisers know
        self.inverted_conv = Held(nn.Linear(size.width, 2 * hidden))
        self.depth_conv = Held(nn.Conv1d(2 * hidden, 2 * hidden, 3, padding=1, groups=2 * hidden))
        self.point_conv = Held(nn.Linear(hidden, size.width, bias=False))

    def forward(self, x: Tensor) -> Tensor:
        """``x`` and the result are [B, T, width]."""
        wide = functional.silu(self.inverted_conv(x)).transpose(1, 2)
        kept, gate = self.depth_conv(wide).transpose(1, 2).chunk(2, dim=2)
        result: Tensor = self.point_conv(kept * functional.silu(gate))
        return result


class Block(nn.Module):
    """Attention over time, to the conditions, feed-forward."""

    def __init__(self, size: Size) -> None:
        super().__init__()
        self.attn = OverTime(size)
        self.cross_attn = ToConditions(size)
        self.ff = FeedForward(size)
        self.scale_shift_table = nn.Parameter(torch.zeros(6, size.width))

    def forward(
        self,
        x: Tensor,
        time: Tensor,
        seen: Tensor,
        conditions: tuple[Tensor, Tensor, Tensor | None],
        tables: tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]],
    ) -> Tensor:
        """``x`` [B, T, width]; ``time`` [B, 6, width] moves, scales and gates both halves."""
        moved, scaled, gate, moved_ff, scaled_ff, gate_ff = (self.scale_shift_table + time).chunk(
            6, dim=1
        )
        x = x + gate * self.attn(rms(x) * (1 + scaled) + moved, seen, tables[0])
        x = x + self.cross_attn(x, *conditions, tables)
        return x + gate_ff * self.ff(rms(x) * (1 + scaled_ff) + moved_ff)


class Denoiser(nn.Module):
    """``transformer_decoder.onnx``: called once or twice in each step."""

    def __init__(self, size: Size) -> None:
        super().__init__()
        self.size = size
        self.weakens = size.layers >= WEAK.stop
        """Whether ``tau`` is an input."""
        self.timestep_embedder = Time(size.width)
        self.t_block = nn.ModuleList([nn.SiLU(), nn.Linear(size.width, 6 * size.width)])
        self.proj_in = Patches(size.width)
        self.transformer_blocks = nn.ModuleList(Block(size) for _ in range(size.layers))
        self.final_layer = Final(size.width)

    def forward(
        self,
        latents: Tensor,
        seen: Tensor,
        states: Tensor,
        mask: Tensor,
        timestep: Tensor,
        tau: Tensor | None = None,
    ) -> Tensor:
        """The velocity [B, 8, 16, T].

        Args:
            latents: [B, 8, 16, T].
            seen: [B, T], 1 where a frame exists.
            states: Conditions [B, C, width].
            mask: [B, C], 1 where a condition counts.
            timestep: [B], 0 to 1000.
            tau: [B], what queries of some blocks are multiplied by; 1 is as without.
        """
        embedded = self.timestep_embedder(timestep)
        time = self.t_block[1](functional.silu(embedded)).unflatten(1, (6, -1))
        x = self.proj_in(latents)
        tables = (self._table(x), self._table(states))
        hidden = torch.where(mask == 1, 0.0, -torch.inf)[:, None, None, :]
        for number, block in enumerate(self.transformer_blocks):
            weak = tau if number in WEAK else None
            x = block(x, time, seen, (states, hidden, weak), tables)
        result: Tensor = self.final_layer(x, embedded)
        return result

    def _table(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return rotary(x.shape[1], self.size.head, self.size.base)
