"""The language model over audio tokens as two graphs: the first pass and a cached step.

``decoder_model`` reads the states of the text encoder and T columns, and gives the keys and values
of both attentions; ``decoder_with_past_model`` reads those and one column. Guidance doubles the
batch B; the rows of ``input_ids`` are B times the codebooks.
"""

from collections.abc import Mapping

import torch
from transformers import PreTrainedModel

from lofi.export.graph import Graph, trace
from lofi.export.transformer import Decoder

PAST = "past_decoder_sequence_length"
LONGER = "past_decoder_sequence_length + decoder_sequence_length"
SIDES = ("decoder.key", "decoder.value", "encoder.key", "encoder.value")


def presents(layers: int, *, encoder: bool) -> list[str]:
    """Names of the keys and values that a graph gives."""
    return [
        f"present.{layer}.{side}"
        for layer in range(layers)
        for side in (SIDES if encoder else SIDES[:2])
    ]


def export(model: PreTrainedModel) -> tuple[Graph, Graph]:
    """The graphs of ``decoder_model.onnx`` and ``decoder_with_past_model.onnx``."""
    decoder = Decoder(model).eval()
    return _first(decoder), _cached(decoder)


def _first(decoder: Decoder) -> Graph:
    decoder.with_past = False
    width = _width(decoder)
    names = ["logits", *presents(len(decoder.layers), encoder=True)]
    inputs = {
        "encoder_attention_mask": torch.ones((2, 5), dtype=torch.int64),
        "input_ids": torch.ones((2 * decoder.codebooks, 3), dtype=torch.int64),
        "encoder_hidden_states": torch.ones((2, 5, width), dtype=decoder.positions.dtype),
    }
    axes: dict[str, Mapping[int, str]] = {
        "encoder_attention_mask": {0: "batch_size", 1: "encoder_sequence_length"},
        "input_ids": {0: "total_batch_size_x_num_codebooks", 1: "decoder_sequence_length"},
        "encoder_hidden_states": {0: "total_batch_size", 1: "encoder_sequence_length"},
        "logits": {0: "total_batch_size_x_num_codebooks", 1: "decoder_sequence_length"},
    }
    axes |= {name: _present_axes(name) for name in names[1:]}
    return trace(decoder, inputs, names, axes)


def _cached(decoder: Decoder) -> Graph:
    decoder.with_past = True
    layers, attention = len(decoder.layers), decoder.layers[0].self_attn
    names = ["logits", *presents(layers, encoder=False)]
    shape = (2, attention.heads, 5, attention.q_proj.shape[1] // attention.heads)
    past = torch.ones(shape, dtype=decoder.positions.dtype)
    inputs = {
        "encoder_attention_mask": torch.ones((2, 5), dtype=torch.int64),
        "input_ids": torch.ones((2 * decoder.codebooks, 1), dtype=torch.int64),
    }
    keys = [name.replace("present", "past_key_values") for name in presents(layers, encoder=True)]
    inputs |= dict.fromkeys(keys, past)
    axes: dict[str, Mapping[int, str]] = {
        "encoder_attention_mask": {0: "batch_size", 1: "encoder_sequence_length"},
        "input_ids": {0: "total_batch_size_x_num_codebooks"},
        "logits": {0: "total_batch_size_x_num_codebooks"},
    }
    for key in keys:
        own = PAST if ".decoder." in key else "encoder_sequence_length"
        axes[key] = {0: "batch_size", 2: own}
    axes |= {name: _present_axes(name) for name in names[1:]}
    return trace(decoder, inputs, names, axes)


def _present_axes(name: str) -> dict[int, str]:
    return {0: "batch_size", 2: LONGER if ".decoder." in name else "encoder_sequence_length"}


def _width(decoder: Decoder) -> int:
    source = decoder.enc_to_dec_proj if decoder.projected else decoder.layers[0].self_attn.q_proj
    return int(source.shape[0])
