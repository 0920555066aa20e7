"""The T5 encoder as a graph: ``text_encoder.onnx``."""

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import PreTrainedModel

from lofi.export.graph import Graph, trace

BATCH, TOKENS = "batch_size", "encoder_sequence_length"


class Layer(nn.Module):
    """Self-attention and feed-forward of one T5 block, weights as [in, out]."""

    def __init__(self, block: nn.Module, heads: int) -> None:
        super().__init__()
        attention, forward = block.layer[0], block.layer[1]
        self.heads = heads
        self.attention_norm = nn.Parameter(attention.layer_norm.weight.detach())
        for name in "qkvo":
            linear = getattr(attention.SelfAttention, name)
            setattr(self, name, nn.Parameter(linear.weight.detach().t().contiguous()))
        self.forward_norm = nn.Parameter(forward.layer_norm.weight.detach())
        dense = forward.DenseReluDense
        self.wi = nn.Parameter(dense.wi.weight.detach().t().contiguous())
        self.wo = nn.Parameter(dense.wo.weight.detach().t().contiguous())
        self.epsilon = attention.layer_norm.variance_epsilon

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        """``x`` [B, S, width], ``bias`` [B, heads, S, S] added to the scores."""
        h = normed(x, self.attention_norm, self.epsilon)
        q, k, v = (self._split(h @ getattr(self, name)) for name in "qkv")
        h = torch.softmax(q @ k.transpose(2, 3) + bias, dim=-1) @ v
        x = bounded(x + h.transpose(1, 2).flatten(2) @ self.o)
        h = normed(x, self.forward_norm, self.epsilon)
        return bounded(x + functional.relu(h @ self.wi) @ self.wo)

    def _split(self, x: Tensor) -> Tensor:
        return x.unflatten(2, (self.heads, -1)).transpose(1, 2)


class TextEncoder(nn.Module):
    """``input_ids`` and ``attention_mask`` int64 [B, S] to states [B, S, width]."""

    def __init__(self, t5: PreTrainedModel) -> None:
        """Take over the weights of a transformers ``T5EncoderModel``."""
        super().__init__()
        stack = t5.encoder
        self.embedding = nn.Parameter(stack.embed_tokens.weight.detach())
        self.bias = stack.block[0].layer[0].SelfAttention
        self.layers = nn.ModuleList(Layer(block, t5.config.num_heads) for block in stack.block)
        self.norm = nn.Parameter(stack.final_layer_norm.weight.detach())
        self.epsilon = stack.final_layer_norm.variance_epsilon

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """The states after the last norm."""
        x = functional.embedding(input_ids, self.embedding)
        length = input_ids.shape[1]
        hidden = (attention_mask[:, None, None, :] == 0).to(x.dtype)
        bias = self.bias.compute_bias(length, length) + hidden * masked(x.dtype)
        for layer in self.layers:
            x = layer(x, bias)
        return normed(x, self.norm, self.epsilon)


def normed(x: Tensor, weight: Tensor, epsilon: float) -> Tensor:
    """T5's norm: by the root mean square, in float32, no bias."""
    wide = x.to(torch.float32)
    scale = torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + epsilon)
    return weight * (wide * scale).to(x.dtype)


def bounded(x: Tensor) -> Tensor:
    """In float16 T5's residual leaves the range; transformers bounds it in the same way."""
    if x.dtype != torch.float16:
        return x
    top = torch.finfo(torch.float16).max - 1000
    return x.clamp(-top, top)


def masked(dtype: torch.dtype) -> float:
    """What is added to the score of a position that must not be seen."""
    return -1e4 if dtype == torch.float16 else -1e9


def export(t5: PreTrainedModel) -> Graph:
    """The graph of ``text_encoder.onnx`` from a transformers ``T5EncoderModel``."""
    ids = torch.ones((2, 5), dtype=torch.int64)
    axes = {0: BATCH, 1: TOKENS}
    return trace(
        TextEncoder(t5).eval(),
        {"input_ids": ids, "attention_mask": torch.ones_like(ids)},
        ["last_hidden_state"],
        {"input_ids": axes, "attention_mask": axes, "last_hidden_state": axes},
    )
