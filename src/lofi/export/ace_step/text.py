"""The UMT5 encoder as a graph: ``text_encoder.onnx``. The network is transformers'."""

from torch import Tensor, nn
from transformers import UMT5EncoderModel


class TextEncoder(nn.Module):
    """``input_ids`` and ``attention_mask`` int64 [B, S] to states [B, S, width]."""

    def __init__(self, network: UMT5EncoderModel) -> None:
        super().__init__()
        self.network = network

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """The states after the last norm."""
        result = self.network(input_ids=input_ids, attention_mask=attention_mask)
        states: Tensor = result.last_hidden_state
        return states
