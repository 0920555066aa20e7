"""EnCodec as graphs: tokens to sound and sound to tokens.

Both are mono. A stereo model keeps two sets of tokens, and runs them as a batch of two.
"""

from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils import parametrize
from transformers import PreTrainedModel

from lofi.export.graph import Graph, trace

BATCH, FRAMES, SAMPLES = "batch_size", "chunk_length", "audio_length"


class Decode(nn.Module):
    """``audio_codes`` int64 [1, B, K, F] to ``audio_values`` [B, 1, F * samples per frame]."""

    def __init__(self, codec: PreTrainedModel) -> None:
        """Take over a transformers ``EncodecModel``, whose weight norms are already folded."""
        super().__init__()
        self.codec = codec

    def forward(self, audio_codes: Tensor) -> Tensor:
        """The sound of the tokens."""
        codes = audio_codes[0]
        layers = self.codec.quantizer.layers
        x = sum(
            functional.embedding(codes[:, book], layers[book].codebook.embed)
            for book in range(codes.shape[1])
        )
        return _through(self.codec.decoder.layers, x.transpose(1, 2))


class Encode(nn.Module):
    """``audio_values`` [B, 1, samples] to ``audio_codes`` int64 [1, B, K, F].

    F is the samples divided by those of a frame, rounded up.
    """

    def __init__(self, codec: PreTrainedModel, codebooks: int) -> None:
        """Take over a transformers ``EncodecModel`` and use its first ``codebooks``."""
        super().__init__()
        self.codec, self.codebooks = codec, codebooks

    def forward(self, audio_values: Tensor) -> Tensor:
        """The nearest entry of each codebook to what the ones before it left over."""
        rest = _through(self.codec.encoder.layers, audio_values).transpose(1, 2)
        codes = []
        for layer in self.codec.quantizer.layers[: self.codebooks]:
            table = layer.codebook.embed
            distance = table.pow(2).sum(1) - 2 * rest @ table.t()
            codes.append(distance.argmin(dim=-1))
            rest = rest - functional.embedding(codes[-1], table)
        return torch.stack(codes, dim=1)[None]


def fold(codec: PreTrainedModel) -> PreTrainedModel:
    """Multiply the weight norms of a transformers ``EncodecModel`` out, in place."""
    for module in list(codec.modules()):
        if parametrize.is_parametrized(module, "weight"):
            parametrize.remove_parametrizations(module, "weight")
    return codec


def export_decode(codec: PreTrainedModel, codebooks: int) -> Graph:
    """The graph of ``encodec_decode.onnx``; at least four frames, as a reflection needs."""
    return trace(
        Decode(codec).eval(),
        {"audio_codes": torch.ones((1, 2, codebooks, 8), dtype=torch.int64)},
        ["audio_values"],
        {"audio_codes": {1: BATCH, 3: FRAMES}, "audio_values": {0: BATCH, 2: SAMPLES}},
        fold=True,
    )


def export_encode(codec: PreTrainedModel, codebooks: int) -> Graph:
    """The graph of ``encodec_encode.onnx``."""
    return trace(
        Encode(codec, codebooks).eval(),
        {"audio_values": torch.zeros((2, 1, 8 * codec.config.hop_length))},
        ["audio_codes"],
        {"audio_values": {0: BATCH, 2: SAMPLES}, "audio_codes": {1: BATCH, 3: FRAMES}},
        fold=True,
    )


def _through(layers: Iterable[nn.Module], x: Tensor) -> Tensor:
    for layer in layers:
        x = _step(layer, x)
    return x


def _step(layer: nn.Module, x: Tensor) -> Tensor:
    kind = type(layer).__name__
    if kind == "EncodecConv1d":
        return _convolved(layer.conv, x)
    if kind == "EncodecConvTranspose1d":
        return _spread(layer.conv, x)
    if kind == "EncodecResnetBlock":
        return _step(layer.shortcut, x) + _through(layer.block, x)
    if kind == "EncodecLSTM":
        x = x.permute(2, 0, 1)
        return (layer.lstm(x)[0] + x).permute(1, 2, 0)
    return layer(x)


def _convolved(conv: nn.Module, x: Tensor) -> Tensor:
    """Padded by reflection, so that the length divided by the stride, rounded up, comes out."""
    stride = conv.stride[0]
    total = (conv.kernel_size[0] - 1) * conv.dilation[0] + 1 - stride
    right = total // 2
    if stride > 1:
        x = _pad(x, total - right, right + (-x.shape[2]) % stride)
    elif total:
        x = _pad(x, total - right, right)
    return conv(x)


def _pad(x: Tensor, left: int | Tensor, right: int | Tensor) -> Tensor:
    return functional.pad(x, (left, right), mode="reflect")


def _spread(conv: nn.Module, x: Tensor) -> Tensor:
    total = conv.kernel_size[0] - conv.stride[0]
    right = total // 2
    x = conv(x)
    return x[..., total - right : x.shape[2] - right]
