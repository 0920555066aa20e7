"""All graphs of one model in one precision, by the stem of their files."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from lofi.export import codec, decoder, text
from lofi.export.graph import Graph
from lofi.export.merge import merged
from lofi.export.precision import halved, quantised

TEXT, FIRST, CACHED, MERGED, DECODE, ENCODE = (
    "text_encoder",
    "decoder_model",
    "decoder_with_past_model",
    "decoder_model_merged",
    "encodec_decode",
    "encodec_encode",
)


class Precision(StrEnum):
    """Numbers in the graphs; with 8 bits only the decoder's weights are."""

    FP32 = "fp32"
    INT8 = "int8"
    FP16 = "fp16"


def graphs(model: Any, precision: Precision, wanted: frozenset[str]) -> Mapping[str, Graph]:
    """The ``wanted`` graphs of a transformers model; for float16 the model is narrowed in place."""
    if precision is Precision.FP16:
        for part in (model.text_encoder, model.decoder, getattr(model, "enc_to_dec_proj", None)):
            if part is not None:
                part.half()
    books = model.config.decoder.num_codebooks // model.config.decoder.audio_channels
    made: dict[str, Graph] = {}
    if TEXT in wanted:
        made[TEXT] = text.export(model.text_encoder)
    if DECODE in wanted:
        made[DECODE] = codec.export_decode(model.audio_encoder, books)
    if ENCODE in wanted:
        made[ENCODE] = codec.export_encode(model.audio_encoder, books)
    if precision is Precision.FP16:
        made |= {stem: halved(made[stem]) for stem in (DECODE, ENCODE) if stem in made}
    if wanted & {FIRST, CACHED, MERGED}:
        first, cached = decoder.export(model)
        if precision is Precision.INT8:
            first, cached = quantised(first), quantised(cached)
        made |= {FIRST: first, CACHED: cached, MERGED: merged(first, cached)}
    return {stem: graph for stem, graph in made.items() if stem in wanted}
