"""The UMT5 encoder as a graph: ``text_encoder.onnx``. The network is transformers'."""

from torch import Tensor, nn
from transformers import UMT5EncoderModel

from lofi.export.ace_step.layers import weakened

WEAK = range(8, 10)
"""Blocks in which ERG weakens queries."""


class Queries(nn.Module):
    """A projection to queries, multiplied by ``tau`` [B] while there is one."""

    def __init__(self, layer: nn.Linear) -> None:
        super().__init__()
        self.layer = layer
        self.tau: Tensor | None = None

    def forward(self, x: Tensor) -> Tensor:
        """``x`` [B, S, width] to queries."""
        return weakened(self.layer(x), self.tau)


class TextEncoder(nn.Module):
    """``input_ids`` and ``attention_mask`` int64 [B, S] to states [B, S, width]."""

    def __init__(self, network: UMT5EncoderModel) -> None:
        super().__init__()
        self.network = network
        blocks = network.encoder.block
        self.weakens = len(blocks) >= WEAK.stop
        """Whether ``tau`` is an input."""
        self._weak = [blocks[number].layer[0].SelfAttention for number in WEAK if self.weakens]
        for attention in self._weak:
            attention.q = Queries(attention.q)

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor, tau: Tensor | None = None
    ) -> Tensor:
        """The states after the last norm; queries of some blocks are multiplied by ``tau`` [B]."""
        for attention in self._weak:
            attention.q.tau = tau
        result = self.network(input_ids=input_ids, attention_mask=attention_mask)
        states: Tensor = result.last_hidden_state
        return states
