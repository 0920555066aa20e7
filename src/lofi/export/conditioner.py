"""Melody and prompt to the prefix that the decoder of MusicGen Melody reads: ``conditioner.onnx``.

=========================== ==================== ==============================================
tensor                      shape                what
=========================== ==================== ==============================================
``chroma``                  [1, F, 12]           one class of pitch for each frame, C first; F is
                                                 fixed, the checkpoint's ``chroma_length``
``text_states``             [1, S, width]        what ``text_encoder.onnx`` gives
``encoder_hidden_states``   [2, F + S, hidden]   row 0 with melody and prompt, row 1 without
=========================== ==================== ==============================================

Row 1 is that of guidance in transformers: every frame is C, and the prompt is zeros. A model that
is given no melody has C in every frame of row 0, too.
"""

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

from lofi.export.graph import Graph, trace

CLASSES = 12
"""Of pitch."""


class Projection(nn.Module):
    """A matrix as [in, out], and a bias."""

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__()
        self.weight = nn.Parameter(linear.weight.detach().t().contiguous())
        self.bias = nn.Parameter(linear.bias.detach())

    def forward(self, x: Tensor) -> Tensor:
        """``x`` [B, T, in] to [B, T, out]."""
        return x @ self.weight + self.bias


class Conditioner(nn.Module):
    """The graph of ``conditioner.onnx``."""

    def __init__(self, model: PreTrainedModel) -> None:
        """Take over a transformers ``MusicgenMelodyForConditionalGeneration``."""
        super().__init__()
        self.sung = Projection(model.audio_enc_to_dec_proj)
        text = getattr(model, "enc_to_dec_proj", None)
        self.text = nn.Identity() if text is None else Projection(text)

    def forward(self, chroma: Tensor, text_states: Tensor) -> Tensor:
        """Both rows of the prefix."""
        nothing = torch.eye(1, CLASSES, dtype=chroma.dtype).expand_as(chroma)
        sung, text = self.sung(torch.cat([chroma, nothing])), self.text(text_states)
        return torch.cat([sung, torch.cat([text, torch.zeros_like(text)])], dim=1)


def wanted(model: PreTrainedModel) -> bool:
    """Whether the decoder of a transformers model reads a prefix."""
    return hasattr(model.config, "num_chroma")


def export(model: PreTrainedModel) -> Graph:
    """The graph of a transformers ``MusicgenMelodyForConditionalGeneration``."""
    dtype = model.audio_enc_to_dec_proj.weight.dtype
    width = model.config.text_encoder.d_model
    inputs = {
        "chroma": torch.ones((1, model.config.chroma_length, CLASSES), dtype=dtype),
        "text_states": torch.ones((1, 5, width), dtype=dtype),
    }
    axes: dict[str, dict[int, str]] = {
        "chroma": {},
        "text_states": {1: "text_sequence_length"},
        "encoder_hidden_states": {1: "encoder_sequence_length"},
    }
    names = ["encoder_hidden_states"]
    return trace(Conditioner(model).eval(), inputs, names, axes)
