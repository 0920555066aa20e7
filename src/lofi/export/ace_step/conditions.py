"""ACE-Step's encoder of conditions in torch: speaker, text and lyrics as one sequence."""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from lofi.export.ace_step.lyrics import WEAK, LyricEncoder
from lofi.export.ace_step.lyrics import Size as LyricSize


class Size(NamedTuple):
    """What config.json of the transformer says of conditions, and what the weights add."""

    width: int = 2560
    speaker: int = 512
    text: int = 768
    vocabulary: int = 6693
    lyrics: LyricSize = LyricSize()


class Conditions(nn.Module):
    """``transformer_encoder.onnx``: called once for each condition."""

    def __init__(self, size: Size) -> None:
        super().__init__()
        self.size = size
        self.weakens = size.lyrics.layers >= WEAK.stop
        """Whether ``tau`` is an input."""
        self.speaker_embedder = nn.Linear(size.speaker, size.width)
        self.genre_embedder = nn.Linear(size.text, size.width)
        self.lyric_embs = nn.Embedding(size.vocabulary, size.lyrics.width)
        self.lyric_encoder = LyricEncoder(size.lyrics)
        self.lyric_proj = nn.Linear(size.lyrics.width, size.width)

    def forward(
        self,
        text: Tensor,
        text_mask: Tensor,
        speaker: Tensor,
        tokens: Tensor,
        mask: Tensor,
        tau: Tensor | None = None,
    ) -> tuple[Tensor, Tensor]:
        """States [B, 1 + S + L, width] and their mask, in float32.

        Args:
            text: States of the text encoder [B, S, text].
            text_mask: int64 [B, S].
            speaker: [B, speaker]; zeros, for released checkpoints know no speaker.
            tokens: Lyrics, int64 [B, L].
            mask: int64 [B, L].
            tau: [B], what queries to lyrics are multiplied by in some layers; 1 is as without.
        """
        sung = self.lyric_proj(self.lyric_encoder(self.lyric_embs(tokens), mask, tau))
        voice = self.speaker_embedder(speaker)[:, None]
        states = torch.cat([voice, self.genre_embedder(text), sung], dim=1)
        one = torch.ones_like(speaker[:, :1], dtype=torch.float32)
        return states, torch.cat([one, text_mask.float(), mask.float()], dim=1)
