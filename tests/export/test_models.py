"""The tiny models: as they were made, and with the tensors of the published exports."""

import hashlib
from pathlib import Path

import onnx
import pytest

from fixtures.musicgen import EVERY, MELODY, MERGED, MODELS, SPLIT, STEREO, TRANSFORMERS_JS
from lofi import manifest

SUMS = MODELS / "SHA256SUMS"
STATES = ("encoder_hidden_states", "FLOAT", ("total_batch_size", "encoder_sequence_length", 12))
MASK = ("encoder_attention_mask", "INT64", ("batch_size", "encoder_sequence_length"))
ROWS = "total_batch_size_x_num_codebooks"
OLD = "past_decoder_sequence_length"
NEW = "past_decoder_sequence_length + decoder_sequence_length"
PROMPT = "encoder_sequence_length"

Tensor = tuple[str, str, tuple[int | str, ...]]


def tensors(path: Path) -> tuple[set[Tensor], set[Tensor]]:
    graph = onnx.load(path).graph
    inputs, outputs = (
        {
            (
                value.name,
                onnx.TensorProto.DataType.Name(value.type.tensor_type.elem_type),
                tuple(d.dim_param or d.dim_value for d in value.type.tensor_type.shape.dim),
            )
            for value in values
        }
        for values in (graph.input, graph.output)
    )
    return inputs, outputs


def caches(layers: int, prefix: str, length: str, sides: tuple[str, ...]) -> set[Tensor]:
    return {
        (f"{prefix}.{layer}.{side}.{part}", "FLOAT",
         ("batch_size", 4, length if side == "decoder" else PROMPT, 8))
        for layer in range(layers) for side in sides for part in ("key", "value")
    }  # fmt: skip


def logits(columns: int | str) -> Tensor:
    return ("logits", "FLOAT", (ROWS, columns, 64))


def test_every_file_is_as_it_was_made() -> None:
    lines = dict(line.split("  ")[::-1] for line in SUMS.read_text().splitlines())
    found = {
        path.relative_to(MODELS).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in MODELS.rglob("*")
        if path.is_file() and path != SUMS
    }
    assert found == lines


@pytest.mark.parametrize("folder", [MERGED, SPLIT, STEREO, MELODY], ids=lambda folder: folder.name)
def test_the_exporter_leaves_a_manifest_of_all_files(folder: Path) -> None:
    said = manifest.read(folder / manifest.NAME)
    there = {path.name: path.stat().st_size for path in folder.iterdir()}
    del there[manifest.NAME]
    assert said.name == folder.name
    assert {file.name: file.size for file in said.files} == there


def test_a_model_is_small_enough_for_a_repository() -> None:
    for folder in (*EVERY, MELODY):
        assert sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) < 1_600_000


def test_split_decoders_have_the_published_tensors() -> None:
    inputs, outputs = tensors(SPLIT / "decoder_model.onnx")
    assert inputs == {MASK, STATES, ("input_ids", "INT64", (ROWS, "decoder_sequence_length"))}
    assert outputs == {logits("decoder_sequence_length")} | caches(
        2, "present", NEW, ("decoder", "encoder")
    )
    inputs, outputs = tensors(SPLIT / "decoder_with_past_model.onnx")
    past = caches(2, "past_key_values", OLD, ("decoder", "encoder"))
    assert inputs == {MASK, ("input_ids", "INT64", (ROWS, 1))} | past
    assert outputs == {logits(1)} | caches(2, "present", NEW, ("decoder",))


@pytest.mark.parametrize(
    ("path", "layers"),
    [
        (MERGED / "decoder_model_merged.onnx", 2),
        (STEREO / "decoder_model_merged.onnx", 3),
        (TRANSFORMERS_JS / "onnx" / "decoder_model_merged.onnx", 4),
        (TRANSFORMERS_JS / "onnx" / "decoder_model_merged_quantized.onnx", 4),
    ],
)
def test_merged_decoders_have_the_published_tensors(path: Path, layers: int) -> None:
    inputs, outputs = tensors(path)
    ids = ("input_ids", "INT64", (ROWS, "decoder_sequence_length"))
    past = caches(layers, "past_key_values", OLD, ("decoder", "encoder"))
    assert inputs == {MASK, STATES, ids, ("use_cache_branch", "BOOL", (1,))} | past
    assert outputs == {logits("decoder_sequence_length")} | caches(
        layers, "present", NEW, ("decoder", "encoder")
    )


def test_a_decoder_that_follows_a_melody_has_a_prefix_and_no_cross_attention() -> None:
    inputs, outputs = tensors(MELODY / "decoder_model_merged.onnx")
    ids = ("input_ids", "INT64", (ROWS, "decoder_sequence_length"))
    prefix = ("encoder_hidden_states", "FLOAT", ("total_batch_size", PROMPT, 32))
    past = caches(2, "past_key_values", OLD, ("decoder",))
    assert inputs == {prefix, ids, ("use_cache_branch", "BOOL", (1,))} | past
    assert outputs == {logits("decoder_sequence_length")} | caches(2, "present", NEW, ("decoder",))
    inputs, outputs = tensors(MELODY / "conditioner.onnx")
    text = ("text_states", "FLOAT", (1, "text_sequence_length", 20))
    assert inputs == {("chroma", "FLOAT", (1, 235, 12)), text}
    assert outputs == {("encoder_hidden_states", "FLOAT", (2, PROMPT, 32))}


def test_encoder_and_codec_have_the_published_tensors() -> None:
    axes = ("batch_size", PROMPT)
    inputs, outputs = tensors(MERGED / "text_encoder.onnx")
    assert inputs == {("input_ids", "INT64", axes), ("attention_mask", "INT64", axes)}
    assert outputs == {("last_hidden_state", "FLOAT", (*axes, 12))}
    codes = ("audio_codes", "INT64", (1, "batch_size", 4, "chunk_length"))
    sound = ("audio_values", "FLOAT", ("batch_size", 1, "audio_length"))
    assert tensors(MERGED / "encodec_decode.onnx") == ({codes}, {sound})
    assert tensors(MERGED / "encodec_encode.onnx") == ({sound}, {codes})
