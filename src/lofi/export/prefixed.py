"""The decoder of MusicGen Melody as two graphs: what conditions it stands before the tokens.

The tensors are those of ``lofi.export.decoder`` without ``encoder_attention_mask`` and without the
``encoder`` keys and values: the first pass reads ``encoder_hidden_states`` [B, P, hidden], as
``conditioner.onnx`` gives them, and T columns; the cache then holds P + T positions. Logits are
those of the columns alone.
"""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import PreTrainedModel

from lofi.export.decoder import LONGER, PAST, presents
from lofi.export.graph import Graph, trace
from lofi.export.text import masked
from lofi.export.transformer import Attention

ROWS, COLUMNS = "total_batch_size_x_num_codebooks", "decoder_sequence_length"


class Layer(nn.Module):
    """One block: attention to the past, feed-forward."""

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.self_attn = Attention(layer.self_attn)
        self.self_attn_layer_norm = layer.self_attn_layer_norm
        self.fc1 = nn.Parameter(layer.fc1.weight.detach().t().contiguous())
        self.fc2 = nn.Parameter(layer.fc2.weight.detach().t().contiguous())
        self.final_layer_norm = layer.final_layer_norm
        self.activation = layer.activation_fn

    def forward(
        self, x: Tensor, past: Sequence[Tensor], causal: Tensor | None
    ) -> tuple[Tensor, list[Tensor]]:
        """``past`` is empty, or the keys and the values before ``x``."""
        h = self.self_attn_layer_norm(x)
        new: Sequence[Tensor] = self.self_attn.remember(h)
        if past:
            new = [torch.cat(pair, dim=2) for pair in zip(past, new, strict=True)]
        x = x + self.self_attn(h, new[0], new[1], causal)
        h = self.final_layer_norm(x)
        return x + self.activation(h @ self.fc1) @ self.fc2, list(new)


class Decoder(nn.Module):
    """Both graphs over one set of weights; ``with_past`` says which is traced."""

    with_past = False

    def __init__(self, model: PreTrainedModel) -> None:
        """Take over a transformers ``MusicgenMelodyForConditionalGeneration``.

        The prefix comes on top of the tokens, so there are twice as many positions as for these;
        transformers computes what its table lacks.
        """
        super().__init__()
        inner, table = model.decoder.model.decoder, model.decoder.model.decoder.embed_positions
        self.codebooks = model.decoder.num_codebooks
        self.embed_tokens = nn.ParameterList(each.weight.detach() for each in inner.embed_tokens)
        positions = table.get_embedding(2 * table.num_positions, table.embedding_dim)
        self.register_buffer("positions", positions.to(inner.embed_tokens[0].weight.dtype))
        self.layers = nn.ModuleList(Layer(layer) for layer in inner.layers)
        self.layer_norm = inner.layer_norm
        heads = [head.weight.detach().t().contiguous() for head in model.decoder.lm_heads]
        self.lm_heads = nn.ParameterList(heads)

    def forward(self, ids: Tensor, *rest: Tensor) -> tuple[Tensor, ...]:
        """``rest`` is the prefix, or two tensors of the past for each layer."""
        columns = ids.reshape(-1, self.codebooks, ids.shape[1])
        x = sum(
            functional.embedding(columns[:, book], table)
            for book, table in enumerate(self.embed_tokens)
        )
        if not self.with_past:
            x = torch.cat([rest[0], x], dim=1)
        before = rest[0].shape[2] if self.with_past else 0
        x = x + self.positions.index_select(0, torch.arange(x.shape[1]) + before)
        causal = None if self.with_past else self._causal(x)
        found: list[Tensor] = []
        for index, layer in enumerate(self.layers):
            past = rest[2 * index : 2 * index + 2] if self.with_past else ()
            x, new = layer(x, past, causal)
            found += new
        if not self.with_past:
            x = x[:, rest[0].shape[1] :]
        x = self.layer_norm(x)
        logits = torch.stack([x @ head for head in self.lm_heads], dim=1)
        return logits.flatten(0, 1), *found

    def _causal(self, x: Tensor) -> Tensor:
        place = torch.arange(x.shape[1])
        later = (place[None, :] > place[:, None]).to(x.dtype)
        return later * masked(x.dtype)


def export(model: PreTrainedModel) -> tuple[Graph, Graph]:
    """The graphs of ``decoder_model.onnx`` and ``decoder_with_past_model.onnx``."""
    decoder = Decoder(model).eval()
    return _first(decoder), _cached(decoder)


def _first(decoder: Decoder) -> Graph:
    decoder.with_past = False
    names = ["logits", *presents(len(decoder.layers), encoder=False)]
    inputs = {
        "input_ids": torch.ones((2 * decoder.codebooks, 3), dtype=torch.int64),
        "encoder_hidden_states": torch.ones(
            (2, 5, decoder.positions.shape[1]), dtype=decoder.positions.dtype
        ),
    }
    axes: dict[str, Mapping[int, str]] = {
        "input_ids": {0: ROWS, 1: COLUMNS},
        "encoder_hidden_states": {0: "total_batch_size", 1: "encoder_sequence_length"},
        "logits": {0: ROWS, 1: COLUMNS},
    }
    axes |= {name: {0: "batch_size", 2: LONGER} for name in names[1:]}
    return trace(decoder, inputs, names, axes)


def _cached(decoder: Decoder) -> Graph:
    decoder.with_past = True
    names = ["logits", *presents(len(decoder.layers), encoder=False)]
    attention, width = decoder.layers[0].self_attn, decoder.positions.shape[1]
    shape = (2, attention.heads, 5, width // attention.heads)
    inputs = {"input_ids": torch.ones((2 * decoder.codebooks, 1), dtype=torch.int64)}
    keys = [name.replace("present", "past_key_values") for name in names[1:]]
    inputs |= dict.fromkeys(keys, torch.ones(shape, dtype=decoder.positions.dtype))
    axes: dict[str, Mapping[int, str]] = {"input_ids": {0: ROWS}, "logits": {0: ROWS}}
    axes |= {key: {0: "batch_size", 2: PAST} for key in keys}
    axes |= {name: {0: "batch_size", 2: LONGER} for name in names[1:]}
    return trace(decoder, inputs, names, axes)
