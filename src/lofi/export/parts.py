"""All graphs of one model in one precision, by the stem of their files."""

from collections.abc import Iterator, Mapping
from enum import StrEnum

from transformers import PreTrainedModel

from lofi.export import codec, conditioner, decoder, prefixed, text
from lofi.export.graph import Graph
from lofi.export.merge import merged
from lofi.export.precision import halved, quantised

TEXT, CONDITION, FIRST, CACHED, MERGED, DECODE, ENCODE = (
    "text_encoder",
    "conditioner",
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


def graphs(
    model: PreTrainedModel, precision: Precision, wanted: frozenset[str]
) -> Mapping[str, Graph]:
    """The ``wanted`` graphs of a transformers model; for float16 the model is narrowed in place."""
    if precision is Precision.FP16:
        _narrow(model)
    made = dict(_codec(model, precision, wanted))
    if TEXT in wanted:
        made[TEXT] = text.export(model.text_encoder)
    if CONDITION in wanted:
        made[CONDITION] = conditioner.export(model)
    if wanted & {FIRST, CACHED, MERGED}:
        made |= _decoder(model, precision)
    return {stem: graph for stem, graph in made.items() if stem in wanted}


def _narrow(model: PreTrainedModel) -> None:
    projections = ("enc_to_dec_proj", "audio_enc_to_dec_proj")
    parts = (getattr(model, name, None) for name in projections)
    for part in (model.text_encoder, model.decoder, *parts):
        if part is not None:
            part.half()


def _codec(
    model: PreTrainedModel, precision: Precision, wanted: frozenset[str]
) -> Iterator[tuple[str, Graph]]:
    """Narrowed as a graph: torch has no LSTM in float16 for the CPU."""
    books = model.config.decoder.num_codebooks // model.config.decoder.audio_channels
    for stem, make in ((DECODE, codec.export_decode), (ENCODE, codec.export_encode)):
        if stem in wanted:
            graph = make(model.audio_encoder, books)
            yield stem, halved(graph) if precision is Precision.FP16 else graph


def _decoder(model: PreTrainedModel, precision: Precision) -> Mapping[str, Graph]:
    kind = prefixed if conditioner.wanted(model) else decoder
    first, cached = kind.export(model)
    if precision is Precision.INT8:
        first, cached = quantised(first), quantised(cached)
    return {FIRST: first, CACHED: cached, MERGED: merged(first, cached)}
